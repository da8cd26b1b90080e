"""The todos of each party: since when, and until when (N2)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain import todos as rules
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.dispute import DeliveryNotice, Stage
from chalicelib.domain.guarantees import OfferType
from chalicelib.domain.parcel import CarrierStatus
from chalicelib.domain.people import PARTIES, Role
from chalicelib.domain.state_machine import STAGES, TABLE, Action, Task
from chalicelib.domain.todos import Todo, todos
from tests.domain.worlds import BUYER, DAY, HOUR, MEDIATOR, NEWS, SELLER, disputed, money

if TYPE_CHECKING:
    from tests.domain.worlds import World

WAITS = {
    Stage.OPENED: {Role.SELLER: 5},
    Stage.NEGOTIATING: {Role.BUYER: 7},
    Stage.UNDER_REVIEW: {},
    Stage.AWAITING_RETURN: {Role.BUYER: 10},
    Stage.RETURN_IN_TRANSIT: {Role.SELLER: 30},
    Stage.AWAITING_REPLACEMENT: {Role.SELLER: 10},
    Stage.DECIDED: {Role.BUYER: 7, Role.SELLER: 7},
    Stage.RESOLVED: {},
}
"""The specification's own: who has to act in each stage, and within how many days of its beginning."""
TASKS = {
    Stage.OPENED: Task.ANSWER_CLAIM,
    Stage.NEGOTIATING: Task.NEGOTIATE,
    Stage.UNDER_REVIEW: Task.DECIDE,
    Stage.AWAITING_RETURN: Task.SHIP_RETURN,
    Stage.RETURN_IN_TRANSIT: Task.ACKNOWLEDGE_RETURN,
    Stage.AWAITING_REPLACEMENT: Task.SHIP_REPLACEMENT,
    Stage.DECIDED: Task.ACCEPT_OR_APPEAL,
}
"""What is asked in each stage."""


def asked(world: World) -> tuple[Todo, ...]:
    """Return the todos of the parties in a world's dispute."""
    return todos(world.dispute(), world.case.policy)


@pytest.mark.parametrize("stage", Stage)
def test_each_stage_waits_for_its_own(stage: Stage) -> None:
    """N2: every stage asks the parties whose move it is, from its beginning to its deadline, and nobody else."""
    world = disputed(stage)
    expected = {Todo(role, TASKS[stage], world.now, world.now + days * DAY) for role, days in WAITS[stage].items()}
    assert expected == set(asked(world))


@pytest.mark.parametrize("stage", Stage)
def test_everybody_is_told_what_is_asked_of_whom(stage: Stage) -> None:
    """D6: what is asked in a dispute is the to-dos of the parties and, under review, the mediator's decision by its end."""
    world = disputed(stage)
    in_all = rules.asked(world.dispute(), world.case.policy)
    since = world.dispute().stage_since
    decision = [Todo(Role.MEDIATOR, Task.DECIDE, since, since + 14 * DAY)] if stage is Stage.UNDER_REVIEW else []
    assert [*asked(world), *decision] == list(in_all)


def test_a_delivery_notice_asks_the_buyer_and_nobody_else() -> None:
    """C5: while the buyer may object to a delivery, that is all that is asked, of mediators as well."""
    world = disputed(Stage.UNDER_REVIEW)
    notice = DeliveryNotice(("a",), world.now, world.now + 3 * DAY)
    noticed = replace(world.dispute(), delivery_notice=notice)
    expected = (Todo(Role.BUYER, Task.OBJECT_TO_DELIVERY, notice.since, notice.due_at),)
    assert (expected, expected) == (todos(noticed, world.case.policy), rules.asked(noticed, world.case.policy))


@pytest.mark.parametrize("stage", Stage)
def test_whoever_is_asked_can_act(stage: Stage) -> None:
    """N2, D10: nobody is asked where the state machine gives them nothing to do but talk."""
    talk = (Action.ADD_EVIDENCE, Action.WITHDRAW, Action.GRANT_TIME)
    moves = {role for at, action, role in TABLE if at is stage and action not in talk}
    assert {ask.role for ask in asked(disputed(stage))} <= moves
    assert STAGES[stage].task is TASKS.get(stage)


def test_the_turn_asks_anew_and_moves_no_deadline() -> None:
    """N2: each answer asks the other side from that moment on, within the same 7 days of the first answer."""
    world = disputed(Stage.NEGOTIATING)
    due = world.now + 7 * DAY
    world.wait(DAY).act(BUYER, c.Propose(OfferType.REFUND, money(6000)))
    assert (Todo(Role.SELLER, Task.NEGOTIATE, world.now, due),) == asked(world)
    world.wait(DAY).act(SELLER, c.Decline())
    assert (Todo(Role.BUYER, Task.NEGOTIATE, world.now, due),) == asked(world)
    turned = world.now
    world.wait(HOUR).act(SELLER, c.Propose(OfferType.REFUND, money(2000)))
    assert (Todo(Role.BUYER, Task.NEGOTIATE, turned, due),) == asked(world)


def test_time_granted_moves_the_deadline_alone() -> None:
    """D6: more time is the same ask with a later end."""
    world = disputed(Stage.OPENED)
    (before,) = asked(world)
    world.wait(DAY).act(BUYER, c.GrantTime(before.due + 3 * DAY))
    assert (Todo(Role.SELLER, Task.ANSWER_CLAIM, before.since, before.due + 3 * DAY),) == asked(world)


def test_a_question_asks_its_party_until_it_is_answered() -> None:
    """D4: a pending request asks the party it went to, for 3 days but no longer than the review; an answer ends it."""
    world = disputed(Stage.UNDER_REVIEW)
    review_ends = world.now - HOUR + 14 * DAY
    world.act(MEDIATOR, c.RequestInformation(Role.SELLER, "Where was it packed?"))
    assert (Todo(Role.SELLER, Task.ANSWER_QUESTION, world.now, world.now + 3 * DAY),) == asked(world)
    world.wait(DAY).act(SELLER, NEWS)
    assert () == asked(world)
    world.wait(11 * DAY).act(MEDIATOR, c.Assign())
    world.act(MEDIATOR, c.RequestInformation(Role.BUYER, "When was it opened?"))
    assert (Todo(Role.BUYER, Task.ANSWER_QUESTION, world.now, review_ends),) == asked(world)


def test_a_return_asks_from_its_arrival() -> None:
    """Section 4: once a return is known to be delivered, the seller has 10 days from then."""
    world = disputed(Stage.RETURN_IN_TRANSIT)
    world.wait(4 * DAY).report_return(CarrierStatus.DELIVERED, world.now - HOUR)
    assert (Todo(Role.SELLER, Task.ACKNOWLEDGE_RETURN, world.now, world.now + 10 * DAY),) == asked(world)


def test_a_replacement_on_its_way_asks_nothing() -> None:
    """N2: once a carrier has it, the seller has done what was to be done."""
    world = disputed(Stage.AWAITING_REPLACEMENT)
    world.act(SELLER, c.ShipReplacement(Carrier.TNT, "900000003"))
    assert [ask.role for ask in asked(world)] == [Role.SELLER]
    world.wait(HOUR).report(CarrierStatus.IN_TRANSIT, parcel=2)
    assert asked(world) == ()


@pytest.mark.parametrize("first", PARTIES)
def test_whoever_accepts_a_decision_is_asked_no_more(first: Role) -> None:
    """D5: the appeal window asks the parties who have not accepted."""
    world = disputed(Stage.DECIDED)
    world.act(BUYER if first is Role.BUYER else SELLER, c.AcceptDecision())
    assert [first.other_party] == [ask.role for ask in asked(world)]
