"""The state machine of a dispute as data: what each stage waits for, and who may do what in it (docs/state-machine.md).

The answers to "what may I do" and "why not" (D10), the deadlines, the statuses, the to-dos of the parties, the diagram of
the documentation and the exhaustive tests are all computed from the two tables here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from chalicelib.domain import guards as g
from chalicelib.domain.dispute import Stage, Status
from chalicelib.domain.exhaustive import table
from chalicelib.domain.people import PARTIES, Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.domain.guards import Guard


class Awaited(StrEnum):
    """Those who have to act in a stage; it follows what the stage asks of each party (D6, N2)."""

    SELLER = "seller"
    BUYER = "buyer"
    WHOSE_TURN = "whose_turn"
    """The party whose turn it is."""
    MEDIATOR = "mediator"
    """The mediator has to decide; the parties only have to answer the mediator's questions (D4)."""
    EITHER_PARTY = "either_party"
    """Each party has to accept or appeal, if it wants to (D5)."""
    NOBODY = "nobody"


class Task(StrEnum):
    """What is asked of somebody, with a deadline (N2)."""

    ANSWER_CLAIM = "answer_claim"
    NEGOTIATE = "negotiate"
    """To answer the proposal on the table, or to make one."""
    ANSWER_QUESTION = "answer_question"
    DECIDE = "decide"
    """The mediator's."""
    SHIP_RETURN = "ship_return"
    ACKNOWLEDGE_RETURN = "acknowledge_return"
    SHIP_REPLACEMENT = "ship_replacement"
    ACCEPT_OR_APPEAL = "accept_or_appeal"
    OBJECT_TO_DELIVERY = "object_to_delivery"
    """To say that what a carrier shows as delivered is not here, if it is not (C5)."""


class Lapse(StrEnum):
    """What a deadline brings about when nobody acts (D9)."""

    REQUEST_GRANTED = "request_granted"
    ESCALATED = "escalated"
    DECIDED_BY_DEFAULT = "decided_by_default"
    NOTHING_REFUNDED = "nothing_refunded"
    RETURN_JUDGED = "return_judged"
    REFUNDED_INSTEAD = "refunded_instead"
    DECISION_CARRIED_OUT = "decision_carried_out"
    RECORD_STANDS = "record_stands"


@dataclass(frozen=True, slots=True)
class Expiry:
    """The effect of a stage's deadline in words, and every stage it can lead to. ``deadlines`` carries it out."""

    what: Lapse
    says: str
    leads_to: tuple[Stage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRule:
    """All that a stage is, apart from what people may do in it."""

    awaited: Awaited
    task: Task | None
    """What is asked of those who are awaited; None where nobody is."""
    status: Status | None
    """The standard status that clients see; None if it follows the turn."""
    window: str | None
    """The policy's window that the stage runs under, from the moment it was entered; None for the last stage."""
    window_once_delivered: str | None = None
    """The window that counts instead, from when the return's delivery became known, as soon as there is one."""
    window_once_scanned: str | None = None
    """The window that counts instead, from when it became known that a carrier has the replacement."""
    expiry: Expiry | None


_SETTLED = (Stage.AWAITING_RETURN, Stage.AWAITING_REPLACEMENT, Stage.RESOLVED)

STAGES: dict[Stage, StageRule] = table(
    Stage,
    {
        Stage.OPENED: StageRule(
            awaited=Awaited.SELLER,
            task=Task.ANSWER_CLAIM,
            status=Status.WAITING_FOR_SELLER_RESPONSE,
            window="seller_answer",
            expiry=Expiry(Lapse.REQUEST_GRANTED, "the seller was silent: the request is granted as asked", _SETTLED),
        ),
        Stage.NEGOTIATING: StageRule(
            awaited=Awaited.WHOSE_TURN,
            task=Task.NEGOTIATE,
            status=None,
            window="negotiation",
            expiry=Expiry(Lapse.ESCALATED, "no agreement: escalated automatically", (Stage.UNDER_REVIEW,)),
        ),
        Stage.UNDER_REVIEW: StageRule(
            awaited=Awaited.MEDIATOR,
            task=Task.DECIDE,
            status=Status.UNDER_REVIEW,
            window="review",
            expiry=Expiry(Lapse.DECIDED_BY_DEFAULT, "nobody decided: the policy's default", (Stage.DECIDED, *_SETTLED)),
        ),
        Stage.AWAITING_RETURN: StageRule(
            awaited=Awaited.BUYER,
            task=Task.SHIP_RETURN,
            status=Status.WAITING_FOR_BUYER_RESPONSE,
            window="return_shipping",
            expiry=Expiry(Lapse.NOTHING_REFUNDED, "the buyer did not ship: nothing refunded", (Stage.RESOLVED,)),
        ),
        Stage.RETURN_IN_TRANSIT: StageRule(
            awaited=Awaited.SELLER,
            task=Task.ACKNOWLEDGE_RETURN,
            status=Status.WAITING_FOR_SELLER_RESPONSE,
            window="return_lost",
            window_once_delivered="return_receipt",
            expiry=Expiry(
                Lapse.RETURN_JUDGED,
                "the seller did not object: refunded, or replaced; a return that nobody saw is reviewed",
                (Stage.RESOLVED, Stage.AWAITING_REPLACEMENT, Stage.UNDER_REVIEW),
            ),
        ),
        Stage.AWAITING_REPLACEMENT: StageRule(
            awaited=Awaited.SELLER,
            task=Task.SHIP_REPLACEMENT,
            status=Status.WAITING_FOR_SELLER_RESPONSE,
            window="replacement_shipping",
            window_once_scanned="replacement_delivery",
            expiry=Expiry(Lapse.REFUNDED_INSTEAD, "no replacement came: refunded", (Stage.RESOLVED,)),
        ),
        Stage.DECIDED: StageRule(
            awaited=Awaited.EITHER_PARTY,
            task=Task.ACCEPT_OR_APPEAL,
            status=Status.UNDER_REVIEW,
            window="appeal",
            expiry=Expiry(Lapse.DECISION_CARRIED_OUT, "no appeal: the decision is carried out", _SETTLED),
        ),
        Stage.RESOLVED: StageRule(awaited=Awaited.NOBODY, task=None, status=Status.RESOLVED, window=None, expiry=None),
    },
)
"""The row of every stage."""


DELIVERY_NOTICE = Expiry(
    Lapse.RECORD_STANDS, "the buyer did not object to a delivery in time: the record stands", (Stage.RESOLVED,)
)
"""The effect of a delivery notice, in any stage. While there is one, no other deadline of the dispute acts (C5)."""


class Action(StrEnum):
    """Something an actor can do in a dispute."""

    ACCEPT = "accept"
    PROPOSE = "propose"
    DECLINE = "decline"
    ESCALATE = "escalate"
    WITHDRAW = "withdraw"
    ADD_EVIDENCE = "add_evidence"
    OBJECT_TO_DELIVERY = "object_to_delivery"
    GRANT_TIME = "grant_time"
    ASSIGN = "assign"
    GIVE_BACK = "give_back"
    HAND_OVER = "hand_over"
    REQUEST_INFORMATION = "request_information"
    DECIDE = "decide"
    ACCEPT_DECISION = "accept_decision"
    APPEAL = "appeal"
    WITHDRAW_APPEAL = "withdraw_appeal"
    SHIP_RETURN = "ship_return"
    ACKNOWLEDGE_RETURN = "acknowledge_return"
    SHIP_REPLACEMENT = "ship_replacement"


@dataclass(frozen=True, slots=True)
class Rule:
    """One cell that allows something. ``leads_to`` lists every stage the action can end in."""

    stage: Stage
    action: Action
    actor: Role
    leads_to: tuple[Stage, ...]
    guards: tuple[Guard, ...] = ()


def _rules() -> Iterator[Rule]:
    buyer, seller, mediator = Role.BUYER, Role.SELLER, Role.MEDIATOR

    stage = Stage.OPENED  # the seller's first answer is due
    yield Rule(stage, Action.ACCEPT, seller, _SETTLED)
    yield Rule(stage, Action.PROPOSE, seller, (Stage.NEGOTIATING, *_SETTLED), (g.NEGOTIABLE, g.ROOM_FOR_PROPOSALS))
    yield Rule(stage, Action.DECLINE, seller, (Stage.NEGOTIATING,), (g.NEGOTIABLE,))
    yield Rule(stage, Action.PROPOSE, buyer, (stage,), (g.NEGOTIABLE, g.ROOM_FOR_PROPOSALS))
    yield Rule(stage, Action.WITHDRAW, buyer, (Stage.RESOLVED,))
    yield Rule(stage, Action.ESCALATE, buyer, (Stage.UNDER_REVIEW,), (g.SELLER_HAD_TIME, g.GRANTED_TIME_IS_OVER))

    stage = Stage.NEGOTIATING  # proposals go to and fro until one is accepted, a party escalates, or time is up
    yield Rule(stage, Action.ACCEPT, buyer, _SETTLED, (g.OWN_TURN, g.PROPOSAL_ON_TABLE))
    yield Rule(stage, Action.ACCEPT, seller, _SETTLED)  # the buyer's request at any time, else as the buyer (D1)
    for party in PARTIES:
        yield Rule(stage, Action.DECLINE, party, (stage,), (g.OWN_TURN, g.PROPOSAL_ON_TABLE))
        yield Rule(stage, Action.ESCALATE, party, (Stage.UNDER_REVIEW,), (g.GRANTED_TIME_IS_OVER,))
    yield Rule(stage, Action.PROPOSE, buyer, (stage,), (g.OWN_TURN, g.ROOM_FOR_PROPOSALS))
    yield Rule(stage, Action.PROPOSE, seller, (stage, *_SETTLED), (g.ROOM_FOR_PROPOSALS,))
    yield Rule(stage, Action.WITHDRAW, buyer, (Stage.RESOLVED,))

    stage = Stage.UNDER_REVIEW  # a mediator decides, and the parties may still agree
    yield Rule(stage, Action.ASSIGN, mediator, (stage,), (g.UNASSIGNED, g.NOT_A_PARTY, g.NEW_TO_THE_CASE))
    yield Rule(stage, Action.GIVE_BACK, mediator, (stage,), (g.ASSIGNED, g.OWN_CASE_OR_LEAD))
    yield Rule(stage, Action.HAND_OVER, mediator, (stage,), (g.LEADS,))
    yield Rule(stage, Action.REQUEST_INFORMATION, mediator, (stage,), (g.OWN_CASE, g.ROOM_FOR_QUESTIONS))
    yield Rule(stage, Action.PROPOSE, mediator, (stage,), (g.OWN_CASE, g.ROOM_FOR_PROPOSALS))
    yield Rule(stage, Action.DECIDE, mediator, (Stage.DECIDED, *_SETTLED), (g.OWN_CASE,))
    guards = (g.PROPOSAL_ON_TABLE, g.OTHERS_PROPOSAL, g.NOT_ACCEPTED_YET)
    yield Rule(stage, Action.ACCEPT, buyer, (stage, *_SETTLED), guards)
    yield Rule(stage, Action.ACCEPT, seller, (stage, *_SETTLED))  # the buyer's request at any time, else as the buyer (D1)
    yield Rule(stage, Action.PROPOSE, buyer, (stage,), (g.ROOM_FOR_PROPOSALS,))
    yield Rule(stage, Action.PROPOSE, seller, (stage, *_SETTLED), (g.ROOM_FOR_PROPOSALS,))
    for party in PARTIES:
        yield Rule(stage, Action.DECLINE, party, (stage,), guards)
        yield Rule(stage, Action.WITHDRAW_APPEAL, party, (Stage.DECIDED, *_SETTLED), (g.OWN_APPEAL,))
    yield Rule(stage, Action.WITHDRAW, buyer, (Stage.RESOLVED,), (g.NO_DECISION_MADE,))

    stage = Stage.AWAITING_RETURN
    yield Rule(stage, Action.SHIP_RETURN, buyer, (Stage.RETURN_IN_TRANSIT,))
    yield Rule(stage, Action.WITHDRAW, buyer, (Stage.RESOLVED,), (g.NO_DECISION_MADE,))

    stage = Stage.RETURN_IN_TRANSIT
    yield Rule(stage, Action.SHIP_RETURN, buyer, (stage,), (g.RETURN_UNSEEN,))  # the tracking number was mistyped
    arrived = (Stage.UNDER_REVIEW, Stage.AWAITING_REPLACEMENT, Stage.RESOLVED)
    yield Rule(stage, Action.ACKNOWLEDGE_RETURN, seller, arrived)

    stage = Stage.AWAITING_REPLACEMENT
    yield Rule(stage, Action.SHIP_REPLACEMENT, seller, (stage,))

    stage = Stage.DECIDED  # the appeal window
    for party in PARTIES:
        yield Rule(stage, Action.APPEAL, party, (Stage.UNDER_REVIEW,), (g.NOT_ACCEPTED_YET,))
        yield Rule(stage, Action.ACCEPT_DECISION, party, (stage, *_SETTLED), (g.NOT_ACCEPTED_YET,))

    # A delivery in time becomes known after the refund: the seller's one appeal against it (D5).
    yield Rule(Stage.RESOLVED, Action.APPEAL, seller, (Stage.UNDER_REVIEW,), (g.REFUND_APPEALABLE,))

    # Evidence until the end (N6), except in the appeal window: there only new evidence with an appeal counts.
    for stage in (
        Stage.OPENED,
        Stage.NEGOTIATING,
        Stage.UNDER_REVIEW,
        Stage.AWAITING_RETURN,
        Stage.RETURN_IN_TRANSIT,
        Stage.AWAITING_REPLACEMENT,
    ):
        for party in PARTIES:
            yield Rule(stage, Action.ADD_EVIDENCE, party, (stage,), (g.ROOM_FOR_EVIDENCE,))

    # The carrier shows a claimed line as delivered in time: the buyer may say that it is not here (C5).
    for stage in (Stage.OPENED, Stage.NEGOTIATING, Stage.UNDER_REVIEW, Stage.DECIDED, Stage.AWAITING_REPLACEMENT):
        yield Rule(stage, Action.OBJECT_TO_DELIVERY, buyer, (Stage.UNDER_REVIEW,), (g.DELIVERY_SHOWN,))

    # More time for the awaited party, granted by the one that waits (D6).
    waits = ((Stage.OPENED, buyer), (Stage.AWAITING_RETURN, seller), (Stage.RETURN_IN_TRANSIT, buyer))
    for stage, waiting in (*waits, (Stage.AWAITING_REPLACEMENT, buyer)):
        yield Rule(stage, Action.GRANT_TIME, waiting, (stage,), (g.TIME_LEFT_TO_GRANT,))
    stage = Stage.NEGOTIATING
    for party in PARTIES:
        yield Rule(stage, Action.GRANT_TIME, party, (stage,), (g.WAITS_FOR_THE_OTHER, g.TIME_LEFT_TO_GRANT))


TABLE: dict[tuple[Stage, Action, Role], Rule] = {(rule.stage, rule.action, rule.actor): rule for rule in _rules()}
"""Every allowed cell of stage x action x actor. A cell that is not here is refused."""
GUARDS = tuple(dict.fromkeys(guard.name for rule in TABLE.values() for guard in rule.guards))
"""The name of every guard of the table."""
