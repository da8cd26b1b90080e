"""The state machine, cell by cell: every stage x action x actor against an expectation written by hand (D10)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain.acting import ACTION_OF, MOVES, allowed_actions
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.deadlines import EXPIRIES
from chalicelib.domain.dispute import AcknowledgementType, Stage
from chalicelib.domain.evidence import EvidenceType
from chalicelib.domain.guarantees import Finding, Guarantee, OfferedGuarantee, OfferType, Reason
from chalicelib.domain.guards import Circumstances
from chalicelib.domain.parcel import CarrierStatus
from chalicelib.domain.people import CLOCK, PARTIES, Actor, Role
from chalicelib.domain.stages import deadline_of
from chalicelib.domain.state_machine import TABLE, Action
from tests.domain.worlds import (
    AT_HOME,
    BUYER,
    DAMAGED,
    DAY,
    DECIDED_FOR_BUYER,
    HOUR,
    ITEM_RECEIVED,
    MEDIATOR,
    NEWS,
    OPERATOR,
    OTHER_MEDIATOR,
    PLATFORM,
    PROMISED,
    SECOND,
    SELLER,
    World,
    claim_of,
    delivered,
    disputed,
    money,
    order_terms,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

SITUATIONS = {
    "O": Stage.OPENED,
    "N": Stage.NEGOTIATING,  # the seller has offered 10.00: the buyer's turn
    "n": Stage.NEGOTIATING,  # the buyer has answered with 80.00: the seller's turn
    "U": Stage.UNDER_REVIEW,  # taken by a mediator, the seller's proposal on the table
    "A": Stage.AWAITING_RETURN,
    "T": Stage.RETURN_IN_TRANSIT,
    "D": Stage.DECIDED,
    "R": Stage.RESOLVED,
    "P": Stage.AWAITING_REPLACEMENT,
}

# What each person may do in each situation: the stage it leads to, by its initial, or why it is refused.
# "party": somebody else may do it now, or it is the other side's turn; "state": nobody may.
EXPECTED = {
    Role.BUYER: """
                         O      N      n      U      A      T      D      R      P
    accept               party  R      party  R      state  state  state  state  state
    propose              O      N      party  U      state  state  state  state  state
    decline              party  N      party  U      state  state  state  state  state
    escalate             early  U      U      state  state  state  state  state  state
    withdraw             R      R      R      R      R      state  state  state  state
    add_evidence         O      N      N      U      A      T      state  state  P
    object_to_delivery   state  state  state  state  state  state  state  state  state
    grant_time           O      party  N      state  party  T      state  state  P
    assign               state  state  state  party  state  state  state  state  state
    give_back            state  state  state  party  state  state  state  state  state
    hand_over            state  state  state  party  state  state  state  state  state
    request_information  state  state  state  party  state  state  state  state  state
    decide               state  state  state  party  state  state  state  state  state
    accept_decision      state  state  state  state  state  state  D      state  state
    appeal               state  state  state  state  state  state  U      party  state
    withdraw_appeal      state  state  state  state  state  state  state  state  state
    ship_return          state  state  state  state  T      T      state  state  state
    acknowledge_return   state  state  state  state  state  party  state  state  state
    ship_replacement     state  state  state  state  state  state  state  state  party
    """,
    Role.SELLER: """
                         O      N      n      U      A      T      D      R      P
    accept               A      A      A      A      state  state  state  state  state
    propose              N      N      N      U      state  state  state  state  state
    decline              N      party  N      party  state  state  state  state  state
    escalate             party  U      U      state  state  state  state  state  state
    withdraw             party  party  party  party  party  state  state  state  state
    add_evidence         O      N      N      U      A      T      state  state  P
    object_to_delivery   party  party  party  party  state  state  party  state  party
    grant_time           party  N      party  state  A      party  state  state  party
    assign               state  state  state  party  state  state  state  state  state
    give_back            state  state  state  party  state  state  state  state  state
    hand_over            state  state  state  party  state  state  state  state  state
    request_information  state  state  state  party  state  state  state  state  state
    decide               state  state  state  party  state  state  state  state  state
    accept_decision      state  state  state  state  state  state  D      state  state
    appeal               state  state  state  state  state  state  U      state  state
    withdraw_appeal      state  state  state  state  state  state  state  state  state
    ship_return          state  state  state  state  party  party  state  state  state
    acknowledge_return   state  state  state  state  state  R      state  state  state
    ship_replacement     state  state  state  state  state  state  state  state  P
    """,
    Role.MEDIATOR: """
                         O      N      n      U      A      T      D      R      P
    accept               party  party  party  party  state  state  state  state  state
    propose              party  party  party  U      state  state  state  state  state
    decline              party  party  party  party  state  state  state  state  state
    escalate             party  party  party  state  state  state  state  state  state
    withdraw             party  party  party  party  party  state  state  state  state
    add_evidence         party  party  party  party  party  party  state  state  party
    object_to_delivery   party  party  party  party  state  state  party  state  party
    grant_time           party  party  party  state  party  party  state  state  party
    assign               state  state  state  state  state  state  state  state  state
    give_back            state  state  state  U      state  state  state  state  state
    hand_over            state  state  state  party  state  state  state  state  state
    request_information  state  state  state  U      state  state  state  state  state
    decide               state  state  state  D      state  state  state  state  state
    accept_decision      state  state  state  state  state  state  party  state  state
    appeal               state  state  state  state  state  state  party  party  state
    withdraw_appeal      state  state  state  party  state  state  state  state  state
    ship_return          state  state  state  state  party  party  state  state  state
    acknowledge_return   state  state  state  state  state  party  state  state  state
    ship_replacement     state  state  state  state  state  state  state  state  party
    """,
}
# A machine has no move in a dispute: the platform reports facts, and the clock has its own table. An operator decides nothing.
EXPECTED[Role.PLATFORM] = EXPECTED[Role.CLOCK] = EXPECTED[Role.OPERATOR] = """
                         O      N      n      U      A      T      D      R      P
    accept               party  party  party  party  state  state  state  state  state
    propose              party  party  party  party  state  state  state  state  state
    decline              party  party  party  party  state  state  state  state  state
    escalate             party  party  party  state  state  state  state  state  state
    withdraw             party  party  party  party  party  state  state  state  state
    add_evidence         party  party  party  party  party  party  state  state  party
    object_to_delivery   party  party  party  party  state  state  party  state  party
    grant_time           party  party  party  state  party  party  state  state  party
    assign               state  state  state  party  state  state  state  state  state
    give_back            state  state  state  party  state  state  state  state  state
    hand_over            state  state  state  party  state  state  state  state  state
    request_information  state  state  state  party  state  state  state  state  state
    decide               state  state  state  party  state  state  state  state  state
    accept_decision      state  state  state  state  state  state  party  state  state
    appeal               state  state  state  state  state  state  party  party  state
    withdraw_appeal      state  state  state  party  state  state  state  state  state
    ship_return          state  state  state  state  party  party  state  state  state
    acknowledge_return   state  state  state  state  state  party  state  state  state
    ship_replacement     state  state  state  state  state  state  state  state  party
    """
REFUSALS = {"party": "wrong_party", "state": "wrong_state", "early": "too_early"}
ACTORS = {actor.role: actor for actor in (BUYER, SELLER, MEDIATOR, OPERATOR, PLATFORM, CLOCK)}

Cell = tuple[str, Action, Role, str]


def cells() -> list[Cell]:
    """Every cell of the expectation: situation, action, role, and what comes of it."""
    found: list[Cell] = []
    for role, grid in EXPECTED.items():
        header, *rows = [line.split() for line in grid.strip().splitlines()]
        for action, *row in rows:
            found += [(situation, Action(action), role, cell) for situation, cell in zip(header, row, strict=True)]
    return found


def situation(name: str) -> World:
    """A dispute brought into one of the situations."""
    if name != "n":
        return disputed(SITUATIONS[name])
    world = disputed(Stage.NEGOTIATING)
    world.wait(HOUR).act(BUYER, c.Propose(OfferType.REFUND, money(8000)))
    return world


def command_for(action: Action, role: Role, world: World) -> c.DisputeCommand:
    """A well-formed command, right in all that does not concern who may act when."""
    dispute = world.dispute()
    end = deadline_of(dispute, world.case.policy) if dispute.open else world.now
    amounts = {Role.BUYER: 7000, Role.SELLER: 2000}
    commands: dict[Action, c.DisputeCommand] = {
        Action.ACCEPT: c.Accept("1" if role is Role.SELLER else dispute.on_table or "1"),
        Action.PROPOSE: c.Propose(OfferType.REFUND, money(amounts.get(role, 4000))),
        Action.DECLINE: c.Decline(dispute.on_table),
        Action.ESCALATE: c.Escalate(),
        Action.WITHDRAW: c.Withdraw(),
        Action.ADD_EVIDENCE: NEWS,
        Action.GRANT_TIME: c.GrantTime(end + DAY),
        Action.OBJECT_TO_DELIVERY: c.ObjectToDelivery("It is not here."),
        Action.ASSIGN: c.Assign(),
        Action.GIVE_BACK: c.GiveBack(),
        Action.HAND_OVER: c.HandOver(OTHER_MEDIATOR.id),
        Action.REQUEST_INFORMATION: c.RequestInformation(Role.SELLER, "Which batch was it?"),
        Action.DECIDE: DECIDED_FOR_BUYER,
        Action.ACCEPT_DECISION: c.AcceptDecision(),
        Action.APPEAL: c.Appeal(EvidenceType.VIDEO, "It rattles."),
        Action.WITHDRAW_APPEAL: c.WithdrawAppeal(),
        Action.SHIP_RETURN: c.ShipReturn(Carrier.TNT, "900000002"),
        Action.ACKNOWLEDGE_RETURN: ITEM_RECEIVED,
        Action.SHIP_REPLACEMENT: c.ShipReplacement(Carrier.TNT, "900000003"),
    }
    return commands[action]


@pytest.mark.parametrize(("name", "action", "role", "expected"), cells())
def test_each_cell_leads_where_section_4_says_or_says_why_not(name: str, action: Action, role: Role, expected: str) -> None:
    """D10: every action of everybody in every stage leads where `EXPECTED` says, or is refused with its reason and no trace."""
    world = situation(name)
    actor, command = ACTORS[role], command_for(action, role, world)
    offered = [a.action for a in allowed_actions(world.case, world.dispute(), actor, world.now)]
    if expected in REFUSALS:
        before = list(world.log)

        refused = world.refused_act(actor, command)

        assert REFUSALS[expected] == refused.code
        assert before == world.log
        assert action not in offered
    else:
        world.act(actor, command)

        assert SITUATIONS[expected] is world.dispute().stage
        assert action in offered


def test_the_expectation_misses_no_cell() -> None:
    """D10: the expectation covers all 8 stages x 19 actions x 6 roles, negotiation from either side's turn."""
    covered = {(SITUATIONS[name], action, role) for name, action, role, _ in cells()}

    assert {(stage, action, role) for stage in Stage for action in Action for role in Role} == covered
    assert len(covered) == 8 * 19 * 6


def test_every_allowed_cell_of_the_table_is_expected() -> None:
    """D10: the machine's table holds no cell beyond those of `EXPECTED`, and misses none of them.

    Some stand apart, because of what happened before in the grid: the review's mediator has taken the case already and is
    no lead, the proposal left on the table is the seller's own, nobody has appealed, and no carrier shows a delivery.
    """
    expected = {(SITUATIONS[name], action, role) for name, action, role, cell in cells() if cell in ("early", *SITUATIONS)}
    expected |= {(Stage.UNDER_REVIEW, action, Role.MEDIATOR) for action in (Action.ASSIGN, Action.HAND_OVER)}
    expected |= {(Stage.UNDER_REVIEW, Action.DECLINE, Role.SELLER)}
    expected |= {(Stage.UNDER_REVIEW, Action.WITHDRAW_APPEAL, party) for party in PARTIES}
    expected |= {(Stage.RESOLVED, Action.APPEAL, Role.SELLER)}
    shown = (Stage.OPENED, Stage.NEGOTIATING, Stage.UNDER_REVIEW, Stage.DECIDED, Stage.AWAITING_REPLACEMENT)
    expected |= {(stage, Action.OBJECT_TO_DELIVERY, Role.BUYER) for stage in shown}

    assert expected == set(TABLE)


def test_every_command_has_one_action_and_every_action_an_effect() -> None:
    """D10: commands and actions correspond one to one, and each action does something."""
    defined = {kind for kind in vars(c).values() if isinstance(kind, type) and issubclass(kind, c.DisputeCommand)}

    assert defined - {c.DisputeCommand} == set(ACTION_OF)
    assert sorted(Action) == sorted(ACTION_OF.values())
    assert set(Action) == set(MOVES)


# Guards ---------------------------------------------------------------------------------------------------------------


def returns_without_address() -> World:
    """A no-questions-asked return that waits, opened, for the seller's address."""
    offers = (OfferedGuarantee(Guarantee.EXTRA_RETURNS),)
    world = delivered(order_terms(guarantees=offers))
    world.wait(DAY).open(claim_of(Reason.NO_LONGER_WANTED))
    return world


def declined() -> World:
    """A negotiation with nothing on the table, and the buyer to speak."""
    world = disputed(Stage.OPENED)
    world.wait(HOUR).act(SELLER, c.Decline("1"))
    return world


def reviewed(*steps: tuple[Actor, c.DisputeCommand]) -> World:
    """A review after some more steps in it."""
    world = disputed(Stage.UNDER_REVIEW)
    for actor, command in steps:
        world.wait(SECOND).act(actor, command)
    return world


def decided(*steps: tuple[Actor, c.DisputeCommand]) -> World:
    """A decision after some more steps."""
    world = disputed(Stage.DECIDED)
    for actor, command in steps:
        world.wait(SECOND).act(actor, command)
    return world


def raised(wait: timedelta) -> World:
    """A dispute some time after the buyer asked for another remedy, which the seller has the whole time to answer."""
    world = disputed(Stage.OPENED).wait(4 * DAY)
    world.act(BUYER, c.Propose(OfferType.REFUND, money(8000)))
    return world.wait(wait)


def granted(stage: Stage, by: Actor) -> World:
    """A dispute in which one party has granted the other ten more days."""
    world = disputed(stage)
    world.act(by, c.GrantTime(deadline_of(world.dispute(), world.case.policy) + 10 * DAY))
    return world


def escalated() -> World:
    """A review that no mediator has taken."""
    world = disputed(Stage.NEGOTIATING)
    world.act(BUYER, c.Escalate())
    return world


def return_decided() -> World:
    """A return that a mediator's decision granted."""
    world = disputed(Stage.UNDER_REVIEW)
    world.act(MEDIATOR, c.Decide(OfferType.REFUND_WITH_RETURN, money(9000), Finding.NOT_AS_DESCRIBED, "The photos show it."))
    world.wait(7 * DAY).sweep()
    return world


def refunded_and_delivered() -> World:
    """A refund for something not received, and then the carrier's record that it had come in time."""
    world = World.of()
    world.wait(DAY).ship()
    world.go(PROMISED).open(claim_of(Reason.NOT_RECEIVED))
    world.wait(HOUR).act(SELLER, c.Accept("1"))
    world.wait(DAY).deliver(PROMISED - DAY)
    return world


def refund_appealed() -> World:
    """The review of such a refund, which the seller has appealed against."""
    world = refunded_and_delivered()
    world.wait(HOUR).act(SELLER, APPEALED[1])
    return world


def return_seen() -> World:
    """A return that its carrier has scanned."""
    world = disputed(Stage.RETURN_IN_TRANSIT)
    world.wait(HOUR).report_return(CarrierStatus.IN_TRANSIT)
    return world


def times(count: int, actor: Actor, command: Callable[[int], c.DisputeCommand]) -> tuple[tuple[Actor, c.DisputeCommand], ...]:
    """The same step many times, numbered from 1."""
    return tuple((actor, command(n)) for n in range(1, count + 1))


def all_time_granted() -> World:
    """A dispute in which all 30 days of extra time have been granted."""
    world = disputed(Stage.OPENED)
    world.act(BUYER, c.GrantTime(deadline_of(world.dispute(), world.case.policy) + 30 * DAY))
    return world


def much_proposed() -> World:
    """A negotiation in which the seller has improved the offer until fifteen proposals of the seller's were made."""
    world = disputed(Stage.NEGOTIATING)
    for n in range(14):
        world.act(SELLER, c.Propose(OfferType.REFUND, money(1001 + n)))
    return world


def much_asked() -> World:
    """A negotiation that the seller begins after the buyer has asked for something else until fifteen proposals were made."""
    world = disputed(Stage.OPENED)
    for n in range(14):
        world.act(BUYER, c.Propose(OfferType.REFUND, money(8000 - n)))
    world.act(SELLER, c.Decline())
    return world


MEDIATED = (MEDIATOR, c.Propose(OfferType.REFUND, money(3000)))
APPEALED = (SELLER, c.Appeal(EvidenceType.DOCUMENT, "The inspection report."))
LEAD = Actor(Role.MEDIATOR, "lea", lead=True)
NEXT_QUESTION = c.RequestInformation(Role.BUYER, "And the box?")
A_PROPOSAL = c.Propose(OfferType.REFUND, money(6000))

GUARDED: dict[str, list[tuple[Callable[[], World], Actor, c.DisputeCommand, str]]] = {
    "own_turn": [
        (lambda: situation("N"), SELLER, c.Decline("2"), "wrong_party"),
        (lambda: situation("n"), BUYER, c.Accept("3"), "wrong_party"),
        (lambda: situation("n"), BUYER, A_PROPOSAL, "wrong_party"),
        (lambda: situation("n"), BUYER, c.Decline(), "wrong_party"),
    ],
    "proposal_on_table": [
        (declined, BUYER, c.Accept("1"), "stale_proposal"),
        (declined, BUYER, c.Decline(), "stale_proposal"),
    ],
    "others_proposal": [
        (reviewed, SELLER, c.Decline("2"), "wrong_party"),
        (lambda: reviewed((BUYER, A_PROPOSAL)), BUYER, c.Accept("2"), "wrong_party"),
    ],
    "not_accepted_yet": [
        (lambda: reviewed(MEDIATED, (BUYER, c.Accept("3"))), BUYER, c.Accept("3"), "wrong_state"),
        (lambda: reviewed(MEDIATED, (SELLER, c.Accept("3"))), SELLER, c.Decline("3"), "wrong_state"),
        (lambda: decided((BUYER, c.AcceptDecision())), BUYER, c.AcceptDecision(), "wrong_state"),
        (lambda: decided((BUYER, c.AcceptDecision())), BUYER, c.Appeal(EvidenceType.PHOTO, "Wait."), "wrong_state"),
        (lambda: decided((SELLER, c.AcceptDecision())), SELLER, c.Appeal(EvidenceType.PHOTO, "Wait."), "wrong_state"),
    ],
    "seller_had_time": [
        (lambda: disputed(Stage.OPENED), BUYER, c.Escalate(), "too_early"),
        (lambda: disputed(Stage.OPENED).wait(3 * DAY - SECOND), BUYER, c.Escalate(), "too_early"),
        (lambda: raised(3 * DAY - SECOND), BUYER, c.Escalate(), "too_early"),
    ],
    "granted_time_is_over": [
        (lambda: granted(Stage.OPENED, BUYER).wait(8 * DAY), BUYER, c.Escalate(), "too_early"),
        (lambda: granted(Stage.NEGOTIATING, SELLER).wait(8 * DAY), SELLER, c.Escalate(), "too_early"),
    ],
    "no_decision_made": [
        (lambda: decided(APPEALED), BUYER, c.Withdraw(), "wrong_state"),
        (lambda: decided((BUYER, c.Appeal(EvidenceType.PHOTO, "Look."))), BUYER, c.Withdraw(), "wrong_state"),
        (return_decided, BUYER, c.Withdraw(), "wrong_state"),
        (refund_appealed, BUYER, c.Withdraw(), "wrong_state"),
    ],
    "own_appeal": [
        (reviewed, BUYER, c.WithdrawAppeal(), "wrong_state"),
        (lambda: decided(APPEALED), BUYER, c.WithdrawAppeal(), "wrong_party"),
        (lambda: decided((BUYER, APPEALED[1])), SELLER, c.WithdrawAppeal(), "wrong_party"),
    ],
    "refund_appealable": [
        (lambda: disputed(Stage.RESOLVED), SELLER, APPEALED[1], "wrong_state"),
        (lambda: refunded_and_delivered().wait(7 * DAY), SELLER, APPEALED[1], "too_late"),
    ],
    "not_a_party": [
        (escalated, Actor(Role.MEDIATOR, BUYER.id), c.Assign(), "wrong_party"),
        (escalated, Actor(Role.MEDIATOR, SELLER.id), c.Assign(), "wrong_party"),
    ],
    "assigned": [
        (escalated, MEDIATOR, c.GiveBack(), "wrong_state"),
        (escalated, LEAD, c.GiveBack(), "wrong_state"),
    ],
    "own_case_or_lead": [
        (reviewed, OTHER_MEDIATOR, c.GiveBack(), "wrong_party"),
    ],
    "leads": [
        (reviewed, MEDIATOR, c.HandOver(OTHER_MEDIATOR.id), "wrong_party"),
    ],
    "delivery_shown": [
        (partial(disputed, stage), BUYER, c.ObjectToDelivery("It is not here."), "wrong_state")
        for stage in (Stage.OPENED, Stage.NEGOTIATING, Stage.UNDER_REVIEW, Stage.DECIDED)
    ],
    "negotiable": [
        (returns_without_address, SELLER, c.Decline("1"), "wrong_state"),
        (returns_without_address, SELLER, c.Propose(OfferType.REFUND, money(9000)), "wrong_state"),
        (returns_without_address, BUYER, c.Propose(OfferType.REFUND_WITH_RETURN, money(100)), "wrong_state"),
    ],
    "return_unseen": [
        (return_seen, BUYER, c.ShipReturn(Carrier.TNT, "900000002"), "wrong_state"),
    ],
    "unassigned": [
        (reviewed, MEDIATOR, c.Assign(), "wrong_state"),
        (reviewed, OTHER_MEDIATOR, c.Assign(), "wrong_state"),
    ],
    "new_to_the_case": [
        (lambda: decided(APPEALED), MEDIATOR, c.Assign(), "wrong_party"),
    ],
    "own_case": [
        (reviewed, OTHER_MEDIATOR, MEDIATED[1], "wrong_party"),
        (reviewed, OTHER_MEDIATOR, NEXT_QUESTION, "wrong_party"),
        (reviewed, OTHER_MEDIATOR, DECIDED_FOR_BUYER, "wrong_party"),
        (lambda: decided(APPEALED), MEDIATOR, DECIDED_FOR_BUYER, "wrong_party"),
        (lambda: decided(APPEALED), OTHER_MEDIATOR, DECIDED_FOR_BUYER, "wrong_party"),
    ],
    "waits_for_the_other": [
        (lambda: situation("N"), BUYER, c.GrantTime(disputed(Stage.NEGOTIATING).now + 9 * DAY), "wrong_party"),
        (lambda: situation("n"), SELLER, c.GrantTime(disputed(Stage.NEGOTIATING).now + 9 * DAY), "wrong_party"),
    ],
    "time_left_to_grant": [
        (all_time_granted, BUYER, c.GrantTime(all_time_granted().now + 36 * DAY), "limit_reached"),
    ],
    "room_for_proposals": [
        (much_proposed, SELLER, c.Propose(OfferType.REFUND, money(8000)), "limit_reached"),
        (much_asked, BUYER, A_PROPOSAL, "limit_reached"),
        (lambda: reviewed(*times(15, MEDIATOR, lambda _: MEDIATED[1])), MEDIATOR, MEDIATED[1], "limit_reached"),
    ],
    "room_for_evidence": [
        (lambda: reviewed(*times(20, BUYER, lambda _: NEWS)), BUYER, NEWS, "limit_reached"),
        (lambda: reviewed(*times(20, SELLER, lambda _: NEWS)), SELLER, NEWS, "limit_reached"),
    ],
    "room_for_questions": [
        (lambda: reviewed(*times(10, MEDIATOR, lambda _: NEXT_QUESTION)), MEDIATOR, NEXT_QUESTION, "limit_reached"),
    ],
}


@pytest.mark.parametrize(
    ("build", "actor", "command", "code"),
    [pytest.param(*case, id=f"{name}-{n}") for name, cases in GUARDED.items() for n, case in enumerate(cases)],
)
def test_each_guard_refuses_with_its_reason(
    build: Callable[[], World], actor: Actor, command: c.DisputeCommand, code: str
) -> None:
    """D10: a guard that does not hold refuses with its own code, records nothing, and the action is not offered."""
    world = build()
    before = list(world.log)

    refused = world.refused_act(actor, command)

    offered = [a.action for a in allowed_actions(world.case, world.dispute(), actor, world.now)]
    assert code == refused.code
    assert before == world.log
    assert ACTION_OF[type(command)] not in offered


def test_every_guard_of_the_table_is_tested() -> None:
    """D10: no guard stands in the table without a case here in which it refuses."""
    assert {guard.name for rule in TABLE.values() for guard in rule.guards} == set(GUARDED)


@pytest.mark.parametrize(("name", "refused"), [(name, case) for name, cases in GUARDED.items() for case in cases])
def test_each_refusal_is_its_own_guards(name: str, refused: tuple[Callable[[], World], Actor, c.DisputeCommand, str]) -> None:
    """D10: in each of those cases the named guard refuses, and every guard before it holds."""
    build, actor, command, _ = refused
    world = build()
    rule = TABLE[world.dispute().stage, ACTION_OF[type(command)], actor.role]
    case = world.as_of_now()
    at = Circumstances(case.dispute(1), (BUYER.id, SELLER.id), case.policy, actor, world.now)

    assert name == next(guard.name for guard in rule.guards if guard.refusal(at))


def test_the_buyer_may_escalate_once_the_seller_has_had_three_days() -> None:
    """Section 4, opened: the buyer escalates from the third day on."""
    world = disputed(Stage.OPENED)
    world.go(world.dispute().opened_at + 3 * DAY).act(BUYER, c.Escalate())

    assert Stage.UNDER_REVIEW is world.dispute().stage


def test_in_a_review_each_party_accepts_the_others_last_proposal() -> None:
    """Section 4, under_review: the parties may still agree on what was on the table."""
    by_seller = situation("n")
    by_seller.act(SELLER, c.Escalate())
    by_seller.act(SELLER, c.Accept("3"))
    by_buyer = disputed(Stage.UNDER_REVIEW)
    by_buyer.act(BUYER, c.Accept("2"))

    assert (Stage.RESOLVED, money(8000)) == (by_seller.dispute().stage, by_seller.dispute().refund)
    assert (Stage.RESOLVED, money(1000)) == (by_buyer.dispute().stage, by_buyer.dispute().refund)


def test_a_mediators_proposal_takes_both_parties() -> None:
    """Section 4, under_review: a mediator's proposal settles the case when both parties have accepted it."""
    world = reviewed(MEDIATED, (BUYER, c.Accept("3")))
    before = world.dispute().stage
    world.act(SELLER, c.Accept("3"))

    assert (before, world.dispute().stage) == (Stage.UNDER_REVIEW, Stage.RESOLVED)
    assert money(3000) == world.dispute().refund


def test_an_answer_to_a_replaced_proposal_is_stale() -> None:
    """D1: accepting or declining what is no longer on the table is refused with the proposal that is."""
    world = situation("n")

    for command in (c.Accept("2"), c.Decline("2")):
        refused = world.refused_act(SELLER, command)
        assert ("stale_proposal", world.dispute().proposal_on_table) == (refused.code, refused.details["current_proposal"])


def test_a_different_mediator_takes_the_appeal() -> None:
    """D5: who decided may not take the appeal, anybody else may."""
    world = decided(APPEALED)
    world.act(OTHER_MEDIATOR, c.Assign())

    assert OTHER_MEDIATOR.id == world.dispute().mediator


def test_a_decision_after_an_appeal_is_final() -> None:
    """D5: the second decision is carried out at once."""
    world = decided(APPEALED, (OTHER_MEDIATOR, c.Assign()), (OTHER_MEDIATOR, DECIDED_FOR_BUYER))

    assert (Stage.RESOLVED, money(5000)) == (world.dispute().stage, world.dispute().refund)


@pytest.mark.parametrize("kind", [kind for kind in AcknowledgementType if kind is not AcknowledgementType.ITEM_RECEIVED])
def test_a_problem_with_the_return_is_reviewed(kind: AcknowledgementType) -> None:
    """Section 4, return_in_transit: every problem needs evidence and leads to a review."""
    world = disputed(Stage.RETURN_IN_TRANSIT)
    came = kind is not AcknowledgementType.ITEM_NOT_RECEIVED
    refused = world.refused_act(SELLER, c.AcknowledgeReturn(kind, came=came))
    world.act(SELLER, c.AcknowledgeReturn(kind, "The box as it came.", came=came))

    assert refused.code == "invalid"
    assert Stage.UNDER_REVIEW is world.dispute().stage


# The clock ------------------------------------------------------------------------------------------------------------

OF_MEDIATORS = (
    *(Action.ASSIGN, Action.GIVE_BACK, Action.HAND_OVER),
    *(Action.REQUEST_INFORMATION, Action.PROPOSE, Action.DECIDE),
)
IN_REVIEW = (Action.ACCEPT, Action.PROPOSE, Action.DECLINE, Action.WITHDRAW_APPEAL, Action.ADD_EVIDENCE)

# Each stage's own time, where it leads when nobody acts, and what each person is then too late for (section 4).
EXPIRES: dict[Stage, tuple[timedelta, Stage, tuple[tuple[Actor, Action], ...]]] = {
    Stage.OPENED: (
        5 * DAY,
        Stage.AWAITING_RETURN,
        (
            *((SELLER, action) for action in (Action.ACCEPT, Action.PROPOSE, Action.DECLINE)),
            *((BUYER, action) for action in (Action.PROPOSE, Action.ESCALATE, Action.GRANT_TIME)),
            (BUYER, Action.OBJECT_TO_DELIVERY),
        ),
    ),
    Stage.NEGOTIATING: (
        7 * DAY,
        Stage.UNDER_REVIEW,
        tuple((party, action) for party in (BUYER, SELLER) for action in (Action.ESCALATE, Action.GRANT_TIME)),
    ),
    Stage.UNDER_REVIEW: (
        14 * DAY,
        Stage.DECIDED,
        (
            *((MEDIATOR, action) for action in OF_MEDIATORS),
            *((party, action) for party in (BUYER, SELLER) for action in IN_REVIEW),
            (BUYER, Action.WITHDRAW),
        ),
    ),
    Stage.AWAITING_RETURN: (
        10 * DAY,
        Stage.RESOLVED,
        (
            *((BUYER, action) for action in (Action.SHIP_RETURN, Action.WITHDRAW, Action.ADD_EVIDENCE)),
            *((SELLER, action) for action in (Action.GRANT_TIME, Action.ADD_EVIDENCE)),
        ),
    ),
    Stage.RETURN_IN_TRANSIT: (
        30 * DAY,
        Stage.UNDER_REVIEW,
        (
            (SELLER, Action.ACKNOWLEDGE_RETURN),
            *((BUYER, action) for action in (Action.SHIP_RETURN, Action.GRANT_TIME)),
        ),
    ),
    Stage.AWAITING_REPLACEMENT: (
        10 * DAY,
        Stage.RESOLVED,
        (
            *((SELLER, action) for action in (Action.SHIP_REPLACEMENT, Action.ADD_EVIDENCE)),
            *((BUYER, action) for action in (Action.GRANT_TIME, Action.ADD_EVIDENCE, Action.OBJECT_TO_DELIVERY)),
        ),
    ),
    Stage.DECIDED: (
        7 * DAY,
        Stage.RESOLVED,
        (
            *((party, action) for party in (BUYER, SELLER) for action in (Action.APPEAL, Action.ACCEPT_DECISION)),
            (BUYER, Action.OBJECT_TO_DELIVERY),
        ),
    ),
}


@pytest.mark.parametrize(
    ("stage", "actor", "action"),
    [(stage, actor, action) for stage, (_, __, late) in EXPIRES.items() for actor, action in late],
)
def test_too_late_names_the_deadline_that_passed(stage: Stage, actor: Actor, action: Action) -> None:
    """D9, D10: from the deadline on, swept or not, what the stage allowed is refused as too late, with that deadline."""
    world = disputed(stage)
    command = command_for(action, actor.role, world)
    deadline = world.dispute().stage_since + EXPIRES[stage][0]

    refused = world.go(deadline).refused_act(actor, command)

    assert ("too_late", deadline) == (refused.code, refused.details["deadline"])


@pytest.mark.parametrize("stage", list(EXPIRES))
def test_too_late_is_said_of_everything_that_ended(stage: Stage) -> None:
    """D10: whatever the stage's table allowed and the next stage does not is what people are too late for.

    A resolved dispute allows an appeal again only where a delivery becomes known after the refund (D5).
    """
    _, after, late = EXPIRES[stage]
    before_it = {(role, action) for known, action, role in TABLE if known is stage}
    after_it = {(role, action) for known, action, role in TABLE if known is after and known is not Stage.RESOLVED}

    assert before_it - after_it == {(actor.role, action) for actor, action in late}


@pytest.mark.parametrize("stage", list(EXPIRES))
def test_a_deadline_has_passed_at_the_very_instant_and_not_before(stage: Stage) -> None:
    """D9: one second before its deadline a stage still stands; at it, it is over, whether or not a sweep has run."""
    window, after, _ = EXPIRES[stage]
    world = disputed(stage)
    deadline = world.dispute().stage_since + window

    assert stage is world.go(deadline - SECOND).as_of_now().dispute(1).stage
    assert after is world.go(deadline).as_of_now().dispute(1).stage
    assert stage is world.dispute().stage


def test_nobody_is_too_late_for_what_was_never_theirs() -> None:
    """D10: after a deadline, an action that was somebody else's is still wrong, not late."""
    world = disputed(Stage.RETURN_IN_TRANSIT)
    refused = world.wait(40 * DAY).refused_act(BUYER, ITEM_RECEIVED)

    assert refused.code == "wrong_state"


def test_the_clock_has_a_row_for_every_stage_but_the_last() -> None:
    """D12: every stage but ``resolved`` has an expiry, and ``resolved`` has none."""
    assert set(Stage) - {Stage.RESOLVED} == set(EXPIRIES)


def test_a_return_that_needs_no_address_of_the_profile() -> None:
    """D3: without any address on file, an accepting seller has to give one, and a silent one forgoes the return."""
    world = delivered()
    world.wait(DAY).open(DAMAGED)
    refused = world.refused_act(SELLER, c.Accept("1"))
    world.act(SELLER, c.Accept("1", AT_HOME))
    silence = delivered()
    silence.wait(DAY).open(DAMAGED)
    silent = silence.wait(5 * DAY).as_of_now().dispute(1)

    assert refused.code == "return_address_required"
    assert (Stage.RESOLVED, silent.request.amount) == (silent.stage, silent.refund)
    assert Stage.AWAITING_RETURN is world.dispute().stage


@pytest.mark.parametrize("swept_first", [True, False])
def test_an_address_put_on_file_as_the_deadline_passes_comes_too_late(*, swept_first: bool) -> None:
    """D3, D9: at the very instant of a deadline the clock goes by what was on file before, swept before or after."""
    world = delivered()
    number = world.wait(DAY).open(DAMAGED)
    world.go(world.dispute().opened_at + 5 * DAY)
    if swept_first:
        world.sweep()
    world.put_on_file(AT_HOME)
    world.wait(HOUR).sweep()

    assert Stage.RESOLVED is world.dispute(number).stage


def test_a_seller_may_use_an_address_the_moment_it_is_on_file() -> None:
    """D3: people, unlike the clock, find what was put on file at this very instant."""
    world = delivered()
    world.wait(DAY).open(DAMAGED)
    world.put_on_file(AT_HOME)
    world.act(SELLER, c.Accept("1"))

    assert Stage.AWAITING_RETURN is world.dispute().stage


def test_findings_of_the_clock_are_not_a_mediators() -> None:
    """Section 4, under_review: a default decision's findings are refused from a mediator."""
    world = disputed(Stage.UNDER_REVIEW, AT_HOME)
    late = c.Decide(OfferType.REFUND, money(1), Finding.NOT_DECIDED_IN_TIME, "Late.")

    assert world.refused_act(MEDIATOR, late).code == "invalid"
