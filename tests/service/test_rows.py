"""The rows of lists have all that a screen shows, cost a page and not a row, and tell nobody more than they may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain.guarantees import OfferType
from chalicelib.domain.parcel import CarrierStatus
from chalicelib.domain.people import Actor, Role
from chalicelib.service import desk, disputes, messages, orders
from chalicelib.service.desk import QueueSort, mediation_queue
from chalicelib.service.dispute_lists import Wanted, list_disputes
from chalicelib.store.items import text
from tests.domain.worlds import BUYER, DAMAGED, DAY, HOUR, MEDIATOR, PLATFORM, SELLER, money
from tests.service.office import DISPUTE, ORDER, Office, event, read
from tests.service.test_service_closed_disputes import MeteredTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.money import Money

LEAD, OTHER_MEDIATOR = Actor(Role.MEDIATOR, "lea", lead=True), Actor(Role.MEDIATOR, "max")
OPERATOR = Actor(Role.OPERATOR, "ola")


def order_row(office: Office, actor: Actor = BUYER) -> dict[str, Any]:
    """Return the first row of the orders of a party, or of the buyer's."""
    owner = BUYER if actor.role in (Role.PLATFORM, Role.OPERATOR) else None
    row: dict[str, Any] = orders.list_orders(office.services, actor, owner, 10, None)["items"][0]
    return row


def dispute_row(office: Office, actor: Actor = BUYER) -> dict[str, Any]:
    """Return the first row of the disputes of a party, of a mediator, or of the buyer's."""
    owner = BUYER if actor.role in (Role.PLATFORM, Role.OPERATOR) else None
    row: dict[str, Any] = list_disputes(office.services, actor, Wanted(), 10, None, owner)["items"][0]
    return row


def say(office: Office, actor: Actor, order_id: str = ORDER) -> str:
    """Write a message, and return its id."""
    told: dict[str, Any] = read(messages.write_message(office.services, order_id, office.request(actor), "Hello"))
    return str(told["id"])


def told(amount: Money) -> dict[str, Any]:
    """Return an amount as an answer has it."""
    return {"minor": amount.minor, "currency": amount.currency, "exponent": amount.exponent}


def test_the_row_of_an_order_follows_its_parcel() -> None:
    """O6: no parcel, a parcel on its way, a scan and a delivery each show in the row, with the times that follow from them."""
    office = Office().bought()
    seen = [order_row(office)]
    acts: tuple[Callable[[], object], ...] = (
        office.ship,
        lambda: office.report(event(office.watch.at, status=CarrierStatus.IN_TRANSIT)),
        office.report,
    )
    for act in acts:
        office.wait(DAY)
        act()
        seen.append(order_row(office))

    assert [None, (1, "tnt", None), (1, "tnt", "in_transit"), (1, "tnt", "delivered")] == [
        it["parcel"] and (it["parcel"]["number"], it["parcel"]["carrier"], it["parcel"]["status"]) for it in seen
    ]
    assert [None, None, None, seen[3]["parcel"]["at"]] == [it["delivered_at"] for it in seen]
    full = orders.get_order(office.services, ORDER, BUYER)
    common = full.keys() & seen[3].keys() - {"lines"}
    assert {"deliver_by", "delivered_at", "closes_at", "status", "price", "titles", "version"} <= common
    assert {name: full[name] for name in common} == {name: seen[3][name] for name in common}
    assert [{name: it[name] for name in seen[3]["lines"][0]} for it in full["lines"]] == seen[3]["lines"]


def test_a_parcel_that_was_taken_back_is_not_shown() -> None:
    """O4: of several parcels the row shows the one that was last heard of, and never one that was taken back."""
    office = Office().bought().wait(DAY)
    office.ship()
    office.wait(HOUR).ship(number="000000002")
    assert 2 == order_row(office)["parcel"]["number"]
    office.report(event(office.watch.at, status=CarrierStatus.IN_TRANSIT))
    office.wait(HOUR)
    orders.take_back_parcel(office.services, ORDER, office.request(SELLER), 2)
    assert (1, "in_transit") == (order_row(office)["parcel"]["number"], order_row(office)["parcel"]["status"])


def test_the_row_of_an_order_names_its_open_disputes() -> None:
    """D6: what is open is there, with what it asks of whom; once it ends it is gone, and what was refunded shows."""
    office = Office().delivered().wait(DAY)
    assert [] == order_row(office)["open_disputes"]
    office.open()
    (dispute,) = order_row(office, SELLER)["open_disputes"]
    assert (DISPUTE, "waiting_for_seller_response", "opened") == (dispute["id"], dispute["status"], dispute["stage"])
    assert [{"of": "seller", "what": "answer_claim", "until": dispute["deadline"]}] == dispute["asked"]
    assert [dispute] == orders.get_order(office.services, ORDER, BUYER)["disputes"]

    office.act(SELLER, c.Propose(OfferType.REFUND, money(4000)))
    office.act(BUYER, c.Accept("2"))
    row = order_row(office, PLATFORM)
    assert ([], told(money(4000))) == (row["open_disputes"], row["refunded"])


def test_the_row_of_a_dispute_says_what_is_on_the_table_and_what_is_missing() -> None:
    """D1, N6: the offer that can be accepted, and the evidence that the caller, and not the other side, owes."""
    office = Office().disputed()
    office.act(SELLER, c.Propose(OfferType.REFUND, money(2000), "Sorry."))
    row = dispute_row(office)
    offer = {"id": "2", "by": "seller", "type": "refund", "amount": told(money(2000))}
    whole = disputes.get_dispute(office.services, DISPUTE, BUYER)

    assert (offer, "buyer", BUYER.id, SELLER.id) == (row["current_proposal"], row["turn"], row["buyer_id"], row["seller_id"])
    for actor in (BUYER, SELLER):
        assert whole["missing_evidence"][actor.role.value] == dispute_row(office, actor)["missing_evidence_mine"]
    assert ["photo"] == [*row["missing_evidence_mine"]]
    assert [] == [*dispute_row(office, PLATFORM)["missing_evidence_mine"]]
    office.act(BUYER, c.Accept("2"))
    assert (None, None) == (dispute_row(office)["current_proposal"], dispute_row(office)["turn"])


def reviewed() -> Office:
    """Return a dispute that a mediator has taken."""
    office = Office().disputed()
    office.act(SELLER, c.Decline())
    office.act(BUYER, c.Escalate())
    office.act(MEDIATOR, c.Assign())
    return office


@pytest.mark.parametrize(
    ("actor", "titles", "unread"),
    [(BUYER, 1, 1), (SELLER, 1, 0), (MEDIATOR, 1, 1), (LEAD, 1, None), (OTHER_MEDIATOR, 0, None), (OPERATOR, 1, None)],
    ids=str,
)
def test_rows_tell_a_mediator_without_the_case_no_more_than_a_summary(actor: Actor, titles: int, unread: int | None) -> None:
    """Section 1, I6: titles are for who sees the whole case, and what is unread for who is in the thread."""
    office = reviewed()
    say(office, SELLER)
    rows = [dispute_row(office, actor)]
    if actor.role is Role.MEDIATOR:
        rows.append(mediation_queue(office.services, actor, desk.Wanted(), QueueSort.AGE, 10, None)["items"][0])
    assert [(titles, unread)] * len(rows) == [(len(row["titles"]), row["unread"]) for row in rows]
    assert {MEDIATOR.id} == {row["mediator_id"] for row in rows}


def test_what_is_unread_is_counted_until_it_is_read() -> None:
    """N5: messages of others count in the rows of an order and of its disputes, of whichever party has not read them."""
    office = Office().disputed()
    for _ in range(2):
        last = say(office, SELLER)
    assert (2, 2) == (order_row(office)["unread"], dispute_row(office)["unread"])
    assert (0, 0) == (order_row(office, SELLER)["unread"], dispute_row(office, SELLER)["unread"])
    assert order_row(office, PLATFORM)["unread"] is None
    messages.mark_read(office.services, ORDER, office.request(BUYER), last)
    assert (0, 0) == (order_row(office)["unread"], dispute_row(office)["unread"])
    say(office, BUYER)
    assert (0, 1) == (order_row(office)["unread"], order_row(office, SELLER)["unread"])


def test_a_thread_is_listed_while_somebody_has_something_unread() -> None:
    """N5: the index names a thread to those who have something to read in it, and to nobody once all is read."""

    def listed(office: Office) -> list[str]:
        (thread,) = (it for it in office.table.snapshot() if text(it, "sk") == "THREAD")
        return sorted(name for name in thread if name.endswith("_pk"))

    office = Office().disputed()
    last = say(office, SELLER)
    assert ["buyer_pk"] == listed(office)
    messages.mark_read(office.services, ORDER, office.request(BUYER), last)
    assert [] == listed(office)


def spent(rows: int) -> tuple[int, int]:
    """Return the calls of DynamoDB for a page of so many orders, all disputed with news in their threads, and of disputes."""
    table = MeteredTable()
    office = Office(table)
    for number in range(1, rows + 1):
        order_id = f"order-{number}"
        office.wait(HOUR).bought(order_id=order_id).ship(order_id, f"{number:09d}")
        office.report(event(office.watch.at, f"{number:09d}"))
        office.open(DAMAGED, order_id=order_id)
        say(office, SELLER, order_id)
    before = table.bill()
    shown = orders.list_orders(office.services, BUYER, None, 100, None)["items"]
    between = table.bill()
    listed = list_disputes(office.services, BUYER, Wanted(), 100, None)["items"]
    after = table.bill()
    assert [1] * rows == [it["unread"] for it in shown] == [it["unread"] for it in listed]
    assert [1] * rows == [len(it["open_disputes"]) for it in shown]
    return between.since(before).calls, after.since(between).calls


def test_a_page_costs_the_same_calls_however_many_rows_it_has() -> None:
    """I10: six calls of DynamoDB for a page of orders and for one of disputes, with one row or with thirty."""
    assert (6, 6) == spent(1) == spent(30)


def test_a_page_without_disputes_and_news_asks_for_neither() -> None:
    """I10: orders that were never disputed cost the index, the orders and a look for news."""
    table = MeteredTable()
    office = Office(table).bought()
    before = table.bill()
    assert 1 == len(orders.list_orders(office.services, BUYER, None, 20, None)["items"])
    assert 3 == table.bill().since(before).calls
