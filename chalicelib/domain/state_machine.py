"""The state machine as data: which actor may take which action in which stage, what guards it, and where it leads.

Everything that speaks of the machine is computed from here: what is allowed (D10), what is refused and why, the clock's
moves, the documentation's diagram, and the exhaustive tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from chalicelib.domain import commands as c
from chalicelib.domain import guards as g
from chalicelib.domain import mediation, negotiation, returns
from chalicelib.domain.dispute import Stage
from chalicelib.domain.people import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from chalicelib.domain.changes import Changes
    from chalicelib.domain.guards import Guard
    from chalicelib.domain.people import Actor

    Effect = Callable[[Changes, int, Any, Actor], None]


class Action(StrEnum):
    """Something an actor can do in a dispute."""

    ACCEPT = "accept"
    PROPOSE = "propose"
    DECLINE = "decline"
    ESCALATE = "escalate"
    WITHDRAW = "withdraw"
    ADD_EVIDENCE = "add_evidence"
    GRANT_TIME = "grant_time"
    ASSIGN = "assign"
    REQUEST_INFORMATION = "request_information"
    DECIDE = "decide"
    ACCEPT_DECISION = "accept_decision"
    APPEAL = "appeal"
    SHIP_RETURN = "ship_return"
    ACKNOWLEDGE_RETURN = "acknowledge_return"


ACTION_OF: dict[type[c.DisputeCommand], Action] = {
    c.Accept: Action.ACCEPT,
    c.Propose: Action.PROPOSE,
    c.Decline: Action.DECLINE,
    c.Escalate: Action.ESCALATE,
    c.Withdraw: Action.WITHDRAW,
    c.AddEvidence: Action.ADD_EVIDENCE,
    c.GrantTime: Action.GRANT_TIME,
    c.Assign: Action.ASSIGN,
    c.RequestInformation: Action.REQUEST_INFORMATION,
    c.Decide: Action.DECIDE,
    c.AcceptDecision: Action.ACCEPT_DECISION,
    c.Appeal: Action.APPEAL,
    c.ShipReturn: Action.SHIP_RETURN,
    c.AcknowledgeReturn: Action.ACKNOWLEDGE_RETURN,
}

EFFECTS: dict[Action, Effect] = {
    Action.ACCEPT: negotiation.accept,
    Action.PROPOSE: negotiation.propose,
    Action.DECLINE: negotiation.decline,
    Action.ESCALATE: negotiation.escalate,
    Action.WITHDRAW: negotiation.withdraw,
    Action.ADD_EVIDENCE: negotiation.add_evidence,
    Action.GRANT_TIME: negotiation.grant_time,
    Action.ASSIGN: mediation.assign,
    Action.REQUEST_INFORMATION: mediation.request_information,
    Action.DECIDE: mediation.decide,
    Action.ACCEPT_DECISION: mediation.accept_decision,
    Action.APPEAL: mediation.appeal,
    Action.SHIP_RETURN: returns.ship_return,
    Action.ACKNOWLEDGE_RETURN: returns.acknowledge_return,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One cell that allows something. ``leads_to`` lists every stage the action can end in."""

    stage: Stage
    action: Action
    actor: Role
    leads_to: tuple[Stage, ...]
    guards: tuple[Guard, ...] = ()


_B, _S, _M = Role.BUYER, Role.SELLER, Role.MEDIATOR
_O, _N, _U, _A, _T, _D, _R = (
    Stage.OPENED,
    Stage.NEGOTIATING,
    Stage.UNDER_REVIEW,
    Stage.AWAITING_RETURN,
    Stage.RETURN_IN_TRANSIT,
    Stage.DECIDED,
    Stage.RESOLVED,
)
_SETTLED = (_A, _R)


def _rules() -> Iterator[Rule]:
    # opened: the seller's first answer is due
    yield Rule(_O, Action.ACCEPT, _S, _SETTLED)
    yield Rule(_O, Action.PROPOSE, _S, (_N, *_SETTLED), (g.NEGOTIABLE, g.ROOM_FOR_PROPOSALS))
    yield Rule(_O, Action.DECLINE, _S, (_N,), (g.NEGOTIABLE,))
    yield Rule(_O, Action.PROPOSE, _B, (_O,), (g.NEGOTIABLE, g.ROOM_FOR_PROPOSALS))
    yield Rule(_O, Action.WITHDRAW, _B, (_R,))
    yield Rule(_O, Action.ESCALATE, _B, (_U,), (g.SELLER_HAD_TIME,))
    # negotiating: proposals go to and fro until one is accepted, someone escalates, or time is up
    for party in (_B, _S):
        yield Rule(_N, Action.ACCEPT, party, _SETTLED, (g.OWN_TURN, g.PROPOSAL_ON_TABLE))
        yield Rule(_N, Action.DECLINE, party, (_N,), (g.OWN_TURN, g.PROPOSAL_ON_TABLE))
        yield Rule(_N, Action.ESCALATE, party, (_U,))
    yield Rule(_N, Action.PROPOSE, _B, (_N,), (g.OWN_TURN, g.ROOM_FOR_PROPOSALS))
    yield Rule(_N, Action.PROPOSE, _S, (_N, *_SETTLED), (g.ROOM_FOR_PROPOSALS,))
    yield Rule(_N, Action.WITHDRAW, _B, (_R,))
    # under_review: a mediator decides, and the parties may still agree
    yield Rule(_U, Action.ASSIGN, _M, (_U,), (g.UNASSIGNED, g.NEW_TO_THE_CASE))
    yield Rule(_U, Action.REQUEST_INFORMATION, _M, (_U,), (g.OWN_CASE, g.ROOM_FOR_QUESTIONS))
    yield Rule(_U, Action.PROPOSE, _M, (_U,), (g.OWN_CASE, g.ROOM_FOR_PROPOSALS))
    yield Rule(_U, Action.DECIDE, _M, (_D, *_SETTLED), (g.OWN_CASE,))
    for party in (_B, _S):
        yield Rule(_U, Action.ACCEPT, party, (_U, *_SETTLED), (g.PROPOSAL_ON_TABLE, g.OTHERS_PROPOSAL, g.NOT_ACCEPTED_YET))
    yield Rule(_U, Action.WITHDRAW, _B, (_R,))
    # the return leg
    yield Rule(_A, Action.SHIP_RETURN, _B, (_T,))
    yield Rule(_A, Action.WITHDRAW, _B, (_R,))
    yield Rule(_T, Action.ACKNOWLEDGE_RETURN, _S, (_U, _R))
    # decided: the appeal window
    for party in (_B, _S):
        yield Rule(_D, Action.APPEAL, party, (_U,), (g.NOT_ACCEPTED_YET,))
        yield Rule(_D, Action.ACCEPT_DECISION, party, (_D, *_SETTLED), (g.NOT_ACCEPTED_YET,))
    # evidence until the end (N6), except where only new evidence with an appeal counts; time for whoever is awaited (D6)
    for stage in (_O, _N, _U, _A, _T):
        for party in (_B, _S):
            yield Rule(stage, Action.ADD_EVIDENCE, party, (stage,), (g.ROOM_FOR_EVIDENCE,))
    for stage, waiting in ((_O, _B), (_A, _S), (_T, _B)):
        yield Rule(stage, Action.GRANT_TIME, waiting, (stage,), (g.TIME_LEFT_TO_GRANT,))
    for party in (_B, _S):
        yield Rule(_N, Action.GRANT_TIME, party, (_N,), (g.WAITS_FOR_THE_OTHER, g.TIME_LEFT_TO_GRANT))


TABLE: dict[tuple[Stage, Action, Role], Rule] = {(rule.stage, rule.action, rule.actor): rule for rule in _rules()}
"""Every allowed cell of stage x action x actor. A cell that is not here is refused."""
