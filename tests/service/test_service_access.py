"""Nobody reaches another's data, and a stranger learns nothing from the answer (I6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain import opening
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.dispute import Status
from chalicelib.domain.people import Actor, Role
from chalicelib.domain.refusals import Refusal
from chalicelib.service import desk, disputes, orders
from chalicelib.service.desk import QueueSort, mediation_queue
from chalicelib.service.dispute_lists import Wanted, list_disputes
from chalicelib.service.errors import Malformed, NotFound
from chalicelib.service.orders import Shipment
from tests.domain.worlds import BUYER, DAMAGED, DAY, HOUR, MEDIATOR, PLATFORM, SELLER
from tests.service.office import DISPUTE, ORDER, Office, event, read

if TYPE_CHECKING:
    from collections.abc import Callable

STRANGERS = (
    Actor(Role.BUYER, "eve"),
    Actor(Role.SELLER, "eve"),
    Actor(Role.BUYER, SELLER.id),
    Actor(Role.SELLER, BUYER.id),
)

OF_AN_ORDER: dict[str, Callable[[Office, str, Actor], object]] = {
    "get_order": lambda office, order, actor: orders.get_order(office.services, order, actor),
    "get_protection": lambda office, order, actor: orders.get_protection(office.services, order, actor),
    "get_ledger": lambda office, order, actor: orders.get_ledger(office.services, order, actor),
    "get_timeline": lambda office, order, actor: orders.get_timeline(office.services, order, actor),
    "add_shipment": lambda office, order, actor: orders.add_shipment(
        office.services, order, office.request(actor), Shipment(Carrier.TNT, "000000002")
    ),
    "confirm_receipt": lambda office, order, actor: orders.confirm_receipt(office.services, order, office.request(actor), ()),
    "extend": lambda office, order, actor: orders.extend(
        office.services, order, office.request(actor), None, office.watch.at.replace(year=2027)
    ),
    "open_dispute": lambda office, order, actor: disputes.open_dispute(
        office.services, order, office.request(actor), DAMAGED, opening.RequestedRemedy()
    ),
}
OF_A_DISPUTE: dict[str, Callable[[Office, str, Actor], object]] = {
    "get_dispute": lambda office, dispute, actor: disputes.get_dispute(office.services, dispute, actor),
    "get_timeline": lambda office, dispute, actor: disputes.get_timeline(office.services, dispute, actor),
    "act": lambda office, dispute, actor: office.act(actor, c.Withdraw(), dispute_id=dispute),
}


def said(ask: Callable[[], Any]) -> tuple[str, tuple[object, ...]]:
    """Return the error that a stranger gets."""
    with pytest.raises(NotFound) as refused:
        ask()
    return refused.value.code, refused.value.args


@pytest.mark.parametrize("stranger", [*STRANGERS, MEDIATOR], ids=lambda actor: f"{actor.role}:{actor.id}")
@pytest.mark.parametrize("function", OF_AN_ORDER)
def test_an_order_is_hidden_from_strangers(function: str, stranger: Actor) -> None:
    """I6: a stranger gets the same answer about an existing order as about a missing one, and changes nothing."""
    office = Office().disputed()
    before = office.table.snapshot()
    ask = OF_AN_ORDER[function]
    assert said(lambda: ask(office, "order-9", stranger)) == said(lambda: ask(office, ORDER, stranger))
    assert before == office.table.snapshot()


@pytest.mark.parametrize("stranger", [*STRANGERS, MEDIATOR], ids=lambda actor: f"{actor.role}:{actor.id}")
@pytest.mark.parametrize("function", OF_A_DISPUTE)
def test_a_dispute_is_hidden_from_strangers(function: str, stranger: Actor) -> None:
    """I6: the same holds for disputes, and a mediator is a stranger until the dispute is escalated."""
    office = Office().disputed()
    before = office.table.snapshot()
    ask = OF_A_DISPUTE[function]
    assert said(lambda: ask(office, f"{ORDER}-d9", stranger)) == said(lambda: ask(office, DISPUTE, stranger))
    assert before == office.table.snapshot()


@pytest.mark.parametrize(
    "dispute_id",
    ["", "x", ORDER, f"{ORDER}-d", f"{ORDER}-d0", f"{ORDER}-d01", f"{ORDER}-d-1", f"{ORDER}-d²", f"{ORDER}-d" + "9" * 5000],
)
@pytest.mark.parametrize("function", OF_A_DISPUTE)
def test_what_is_no_dispute_id_is_not_found(function: str, dispute_id: str) -> None:
    """I10: a command or a question about an unknown id is not found."""
    office = Office().disputed()
    assert said(lambda: OF_A_DISPUTE[function](office, dispute_id, BUYER))[0] == "not_found"


@pytest.mark.parametrize("instruction_id", ["", "x", "-p1", f"{ORDER}-p9", "order-9-p1", f"{ORDER}-p", f"{ORDER}-d1"])
def test_what_is_no_instruction_is_not_found(instruction_id: str) -> None:
    """I10: the payment system can report only on instructions that were issued."""
    office = Office().delivered()
    assert said(lambda: office.pay(instruction_id))[0] == "not_found"


@pytest.mark.parametrize("party", [BUYER, SELLER, PLATFORM], ids=lambda actor: actor.role)
def test_those_concerned_see_the_order(party: Actor) -> None:
    """Section 1: an order is its buyer's, its seller's and the marketplace's."""
    office = Office().disputed()
    assert orders.get_order(office.services, ORDER, party)["id"] == ORDER
    assert orders.get_ledger(office.services, ORDER, party)["order_id"] == ORDER
    assert orders.get_protection(office.services, ORDER, party)["order_id"] == ORDER


def test_both_sides_and_the_mediator_see_the_whole_dispute() -> None:
    """D4: each party sees the other's actions and the whole timeline, and so does the mediator who takes the case."""
    office = Office().disputed()
    office.act(SELLER, c.Decline())
    office.act(BUYER, c.Escalate())
    office.act(MEDIATOR, c.Assign())
    views = [disputes.get_dispute(office.services, DISPUTE, actor) for actor in (BUYER, SELLER, MEDIATOR)]
    timelines = [disputes.get_timeline(office.services, DISPUTE, actor) for actor in (BUYER, SELLER, MEDIATOR)]
    assert [DISPUTE] * 3 == [view["id"] for view in views]
    assert [timelines[0]] * 3 == timelines
    assert [1, 2, 3, 4] == [event["seq"] for event in timelines[0]["events"]]


def test_a_mediator_sees_a_dispute_that_the_clock_has_escalated() -> None:
    """D9: escalation by the clock counts from its due time, swept or not."""
    office = Office().disputed()
    office.act(SELLER, c.Decline())
    seven_days = office.services.policies.in_force(office.watch.at).days("negotiation")
    office.wait(seven_days)
    assert disputes.get_dispute(office.services, DISPUTE, MEDIATOR)["status"] == Status.UNDER_REVIEW.value


@pytest.mark.parametrize("role", [Role.BUYER, Role.SELLER])
def test_lists_hold_what_is_ones_own(role: Role) -> None:
    """I6: people list their own orders and disputes; a stranger's lists are empty."""
    office = Office().disputed()
    own, stranger = {Role.BUYER: BUYER, Role.SELLER: SELLER}[role], Actor(role, "eve")
    for actor, expected in ((own, 1), (stranger, 0)):
        assert len(orders.list_orders(office.services, actor, None, 10, None)["items"]) == expected
        assert len(list_disputes(office.services, actor, Wanted(), 10, None)["items"]) == expected


def test_the_marketplace_says_whose_orders_it_wants() -> None:
    """Section 7: the platform has no orders of its own."""
    office = Office().bought()
    assert len(orders.list_orders(office.services, PLATFORM, BUYER, 10, None)["items"]) == 1
    with pytest.raises(Malformed):
        orders.list_orders(office.services, PLATFORM, None, 10, None)


def test_a_mediator_lists_escalated_disputes_only() -> None:
    """I6: the queue and the mediator's list hold a dispute from its escalation on, and then those that were reviewed."""
    office = Office().disputed()
    asked: tuple[Status | None, ...] = (None, Status.UNDER_REVIEW, Status.WAITING_FOR_SELLER_RESPONSE, Status.RESOLVED)

    def listed() -> list[int]:
        found = [list_disputes(office.services, MEDIATOR, Wanted(status=status), 10, None)["items"] for status in asked]
        return [
            len(mediation_queue(office.services, MEDIATOR, desk.Wanted(), QueueSort.AGE, 10, None)["items"]),
            *map(len, found),
        ]

    assert listed() == [0, 0, 0, 0, 0]
    office.act(SELLER, c.Decline())
    office.act(BUYER, c.Escalate())
    assert listed() == [1, 1, 1, 0, 0]
    office.act(BUYER, c.Withdraw())
    assert listed() == [0, 0, 0, 0, 1]


def test_a_mediators_list_is_newest_first_and_the_queue_is_oldest_first() -> None:
    """Section 7, D4: lists are newest first; the queue begins with the dispute that waits longest."""
    office = Office().disputed().wait(HOUR)
    office.bought(order_id="order-2").ship("order-2", "000000002")
    office.report(event(office.watch.at, "000000002"))
    office.open(order_id="order-2")
    for dispute_id in (DISPUTE, "order-2-d1"):
        office.wait(HOUR).act(SELLER, c.Decline(), dispute_id=dispute_id)
        office.act(BUYER, c.Escalate(), dispute_id=dispute_id)
    listed = list_disputes(office.services, MEDIATOR, Wanted(), 10, None)["items"]
    queued = mediation_queue(office.services, MEDIATOR, desk.Wanted(), QueueSort.AGE, 10, None)["items"]
    assert ["order-2-d1", DISPUTE] == [it["id"] for it in listed]
    assert [DISPUTE, "order-2-d1"] == [it["id"] for it in queued]


def test_what_was_decided_by_default_has_left_the_queue() -> None:
    """D9: a review that nobody decided in time is over, swept or not."""
    office = Office().disputed()
    office.act(SELLER, c.Decline())
    office.act(BUYER, c.Escalate())
    office.wait(14 * DAY)
    for sort in QueueSort:
        assert [] == mediation_queue(office.services, MEDIATOR, desk.Wanted(), sort, 10, None)["items"]


def test_actions_are_offered_to_those_who_may_take_them() -> None:
    """D10: each caller gets the actions allowed to that caller now, and their deadlines."""
    office = Office().disputed()
    offered = {
        actor.role: {it["action"] for it in disputes.get_dispute(office.services, DISPUTE, actor)["allowed_actions"]}
        for actor in (BUYER, SELLER)
    }
    assert {"accept", "propose", "decline"} <= offered[Role.SELLER]
    assert {"propose", "withdraw"} <= offered[Role.BUYER]
    assert "accept" not in offered[Role.BUYER]
    assert offered[Role.BUYER] == {it["action"] for it in read(office.act(BUYER, c.Propose(*_same(office))))["allowed_actions"]}


def _same(office: Office) -> tuple[Any, Any]:
    case = office.services.cases.load(ORDER)
    assert case is not None
    request = case.dispute(1).request
    return request.type, request.amount


def test_a_lead_hands_a_case_over_and_nobody_is_on_two_sides() -> None:
    """D4, section 1: a lead names the mediator, who then has the case; a party's id and anybody else's hand are refused."""
    office = Office().disputed()
    office.act(SELLER, c.Decline())
    office.act(BUYER, c.Escalate())
    lead = Actor(Role.MEDIATOR, "lea", lead=True)
    for actor, command in (
        (MEDIATOR, c.HandOver("noor")),
        (lead, c.HandOver(SELLER.id)),
    ):
        with pytest.raises(Refusal) as refused:
            office.act(actor, command)
        assert refused.value.code == "wrong_party"
    with pytest.raises(NotFound):  # a case of their own is none that staff know of
        office.act(Actor(Role.MEDIATOR, BUYER.id), c.Assign())
    assert "noor" == read(office.act(lead, c.HandOver("noor")))["mediator_id"]
    assert read(office.act(lead, c.GiveBack()))["mediator_id"] is None
