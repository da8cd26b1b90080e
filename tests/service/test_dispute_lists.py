"""Lists of disputes: those that wait for the caller, by deadline, and those that fit what is asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain.dispute import Status
from chalicelib.domain.guarantees import Reason
from chalicelib.domain.people import Actor, Role
from chalicelib.service.all_disputes import Filter, State, list_all
from chalicelib.service.counting import Counting
from chalicelib.service.dispute_lists import Awaiting, DisputeSort, Wanted, list_disputes
from chalicelib.service.errors import Malformed
from chalicelib.service.orders import list_orders
from chalicelib.service.sweep import sweep_shard
from chalicelib.store.orders import Orders
from chalicelib.store.statistics import Statistics
from tests.domain.worlds import BUYER, DAMAGED, DAY, HOUR, MEDIATOR, PLATFORM, SELLER
from tests.service.office import NAME, SHARDS, Office, event
from tests.service.test_service_closed_disputes import MeteredTable

if TYPE_CHECKING:
    from datetime import datetime

OPERATOR, OTHER_MEDIATOR = Actor(Role.OPERATOR, "ola"), Actor(Role.MEDIATOR, "max")
MINE = Wanted(awaiting=Awaiting.ME)
BY_DEADLINE = Wanted(sort=DisputeSort.DEADLINE)


def sold(office: Office, number: int) -> str:
    """Sell, ship and deliver another order, and return its id; an hour later is another day for nobody."""
    order_id = f"order-{number}"
    office.wait(HOUR).bought(order_id=order_id).ship(order_id, f"00000000{number}")
    office.report(event(office.watch.at, f"00000000{number}"))
    return order_id


def market() -> Office:
    """Four disputes: 1 waits for the seller, 2 for the buyer, 3 for mia and the seller, and 4 is withdrawn."""
    office = Office()
    for number in range(1, 5):
        office.open(order_id=sold(office, number))
    office.act(SELLER, c.Decline(), dispute_id="order-2-d1")
    office.act(SELLER, c.Decline(), dispute_id="order-3-d1")
    office.act(BUYER, c.Escalate(), dispute_id="order-3-d1")
    office.act(MEDIATOR, c.Assign(), dispute_id="order-3-d1")
    office.act(MEDIATOR, c.RequestInformation(Role.SELLER, "Which box?"), dispute_id="order-3-d1")
    office.act(BUYER, c.Withdraw(), dispute_id="order-4-d1")
    return office


def listed(office: Office, actor: Actor, wanted: Wanted, owner: Actor | None = None, limit: int = 10) -> list[str]:
    """Return the numbers of the orders in a list, in its order, over all of its pages."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        page: dict[str, Any] = list_disputes(office.services, actor, wanted, limit, cursor, owner)
        found += [it["order_id"].removeprefix("order-") for it in page["items"]]
        cursor = page["cursor"]
        if cursor is None:
            return found


@pytest.mark.parametrize("limit", [1, 2, 10])
@pytest.mark.parametrize(
    ("actor", "expected"),
    [(SELLER, ["3", "1"]), (BUYER, ["2"]), (MEDIATOR, ["3"]), (OTHER_MEDIATOR, [])],
    ids=str,
)
def test_what_awaits_me_is_what_asks_something_of_me(actor: Actor, expected: list[str], limit: int) -> None:
    """D6, D4: the seller's list has the case under review in which a question waits; a mediator's has their own cases."""
    assert expected == listed(market(), actor, MINE, limit=limit)


def test_a_row_says_what_is_asked_of_whom_and_until_when() -> None:
    """D6, D4: the mediator's question, due in three days, and the decision, due in fourteen; nothing once it is resolved."""
    office = market()
    rows = {it["id"]: it for it in list_disputes(office.services, SELLER, Wanted(), 10, None)["items"]}

    assert [("seller", "answer_question"), ("mediator", "decide")] == [
        (it["of"], it["what"]) for it in rows["order-3-d1"]["asked"]
    ]
    assert [rows["order-3-d1"]["deadline"]] == [it["until"] for it in rows["order-3-d1"]["asked"]][:1]
    assert [] == rows["order-4-d1"]["asked"]


@pytest.mark.parametrize("limit", [1, 2, 10])
def test_by_deadline_what_is_due_of_me_first_comes_first(limit: int) -> None:
    """D6: the question due in 3 days stands before the answer due in 5 and the negotiation due in 7; nothing is resolved."""
    office = market()
    assert ["3", "1"] == listed(office, SELLER, replace(MINE, sort=DisputeSort.DEADLINE), limit=limit)
    assert ["3", "1", "2"] == listed(office, SELLER, BY_DEADLINE, limit=limit)
    assert ["3", "1", "2"] == listed(office, PLATFORM, BY_DEADLINE, BUYER, limit=limit)


@pytest.mark.parametrize("days", [0, 2, 4, 6, 8, 15, 40])
@pytest.mark.parametrize("actor", [BUYER, SELLER], ids=str)
def test_what_awaits_me_is_the_same_before_and_after_the_sweep(actor: Actor, days: int) -> None:
    """D9: a deadline that has passed asks nobody any more, and what follows from it is asked at once."""
    office = market().wait(days * DAY)
    lists = (MINE, BY_DEADLINE, replace(MINE, sort=DisputeSort.DEADLINE), Wanted())
    before = [listed(office, actor, wanted) for wanted in lists]
    for shard in range(SHARDS):
        sweep_shard(office.services, shard)
    assert before == [listed(office, actor, wanted) for wanted in lists]


def opened(office: Office, number: int) -> datetime:
    """Return when the nth dispute was opened."""
    case = office.services.cases.load(f"order-{number}")
    assert case is not None
    return case.disputes[0].opened_at


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(), ["4", "3", "2", "1"]),
        (Wanted(status=Status.RESOLVED), ["4"]),
        (Wanted(status=Status.UNDER_REVIEW), ["3"]),
        (Wanted(reason=Reason.NOT_AS_DESCRIBED), ["4", "3", "2", "1"]),
        (Wanted(reason=Reason.NOT_RECEIVED), []),
        (Wanted(order_id="order-2"), ["2"]),
        (Wanted(order_id="order-9"), []),
        (Wanted(order_id="order-1", status=Status.RESOLVED), []),
        (Wanted(order_id="order-4", sort=DisputeSort.DEADLINE), []),
        (Wanted(q="ORDER-3"), ["3"]),
        (Wanted(q="-d1"), ["4", "3", "2", "1"]),
        (Wanted(q="other"), []),
        (Wanted(q="THING"), ["4", "3", "2", "1"]),
        (Wanted(q="0000 0000-2"), ["2"]),
        (Wanted(q="order-2", status=Status.RESOLVED), []),
        (Wanted(q="thing 1", sort=DisputeSort.DEADLINE), ["3", "1", "2"]),
    ],
)
def test_a_list_has_what_fits(wanted: Wanted, expected: list[str]) -> None:
    """Section 7: a list can be narrowed, for its owner and for whom the marketplace names, at any size of its pages."""
    office = market()
    for actor, owner in ((SELLER, None), (OPERATOR, BUYER)):
        assert expected == listed(office, actor, wanted, owner)
        assert expected == listed(office, actor, wanted, owner, limit=1)


@pytest.mark.parametrize("q", ["Thing 1", "000000003"])
@pytest.mark.parametrize(("actor", "expected"), [(MEDIATOR, ["3"]), (OTHER_MEDIATOR, [])], ids=str)
def test_a_mediator_without_the_case_finds_nothing_by_what_is_hidden(actor: Actor, expected: list[str], q: str) -> None:
    """Section 1, I6: titles and tracking numbers find a case only for who sees all of it; its id does for all."""
    office = market()
    assert expected == listed(office, actor, Wanted(q=q))
    assert ["3"] == listed(office, actor, Wanted(q="order-3"))


@pytest.mark.parametrize(
    ("q", "expected"), [("order-2", ["2"]), ("thing", ["4", "3", "2", "1"]), ("0000-0000 4", ["4"]), ("vase", [])]
)
def test_orders_are_found_by_id_title_and_tracking_number(q: str, expected: list[str]) -> None:
    """Section 7: orders are found by a part of any of them, in any case and with any spaces."""
    page = list_orders(market().services, BUYER, None, 10, None, q)
    assert expected == [it["id"].removeprefix("order-") for it in page["items"]]


def test_a_list_can_be_cut_to_a_time() -> None:
    """Section 7: opened_from and opened_to are part of the time that is asked for, and read no more than it."""
    office = market()
    first, last = opened(office, 2), opened(office, 3)
    assert ["3", "2"] == listed(office, SELLER, Wanted(opened_from=first, opened_to=last))
    assert ["3", "2"] == listed(office, SELLER, Wanted(opened_from=first, opened_to=last), limit=1)
    assert ["4", "3"] == listed(office, SELLER, Wanted(opened_from=last))
    assert ["2", "1"] == listed(office, SELLER, Wanted(opened_to=first))
    assert ["3"] == listed(office, MEDIATOR, Wanted(opened_from=first, opened_to=last))
    assert [] == listed(office, MEDIATOR, Wanted(opened_from=opened(office, 4)))
    with pytest.raises(Malformed):
        listed(office, SELLER, Wanted(opened_from=last, opened_to=first))


def test_an_order_names_its_disputes_to_those_who_see_them() -> None:
    """I6: by order as well, a person finds only what is theirs, and a mediator only what was escalated."""
    office = market()
    for actor, owner, expected in (
        (Actor(Role.BUYER, "eve"), None, []),
        (PLATFORM, None, ["3"]),
        (PLATFORM, Actor(Role.SELLER, "eve"), []),
        (MEDIATOR, None, ["3"]),
        (Actor(Role.MEDIATOR, SELLER.id), None, []),
    ):
        assert expected == listed(office, actor, Wanted(order_id="order-3"), owner)
    assert [] == listed(office, MEDIATOR, Wanted(order_id="order-2"))


def test_nothing_is_asked_of_the_marketplace() -> None:
    """D6: only buyers, sellers and mediators can ask for what awaits them."""
    for actor in (PLATFORM, OPERATOR):
        with pytest.raises(Malformed):
            list_disputes(Office().services, actor, MINE, 10, None, BUYER)


def test_what_is_over_is_not_read_for_what_awaits_me() -> None:
    """I10: with 29 disputes that are over, a list of what waits reads what it reads with none."""

    def spent(over: int) -> float:
        table = MeteredTable()
        office = Office(table).delivered().wait(DAY)
        for number in range(1, over + 1):
            office.open()
            office.act(BUYER, c.Withdraw(), dispute_id=f"order-1-d{number}")
        office.open(DAMAGED)
        before = table.bill()
        assert 1 == len(list_disputes(office.services, SELLER, replace(MINE, sort=DisputeSort.DEADLINE), 20, None)["items"])
        return table.bill().since(before).read_units

    assert 3 == spent(0) == spent(29)


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("order-2", ["2"]),
        ("order-2-d1", ["2"]),
        ("order-9-d1", []),
        ("0000 0000-4", ["4"]),
        (BUYER.id, ["4", "3", "2", "1"]),
        (SELLER.id, ["4", "3", "2", "1"]),
        ("order", []),
        ("thing 1", []),
    ],
)
@pytest.mark.parametrize("actor", [OPERATOR, PLATFORM], ids=["operator", "platform"])
def test_operators_and_the_platform_find_any_dispute_by_a_whole_id(actor: Actor, q: str, expected: list[str]) -> None:
    """I6: of all disputes, escalated or not, those are found whose id, order, tracking number or party is asked for."""
    assert expected == listed(market(), actor, Wanted(q=q), limit=3)


def test_a_search_over_all_disputes_takes_the_other_filters_too() -> None:
    """I6: status, reason and times narrow what an id finds; an operator finds no case of their own."""
    office = market()
    assert ["4"] == listed(office, OPERATOR, Wanted(q=BUYER.id, status=Status.RESOLVED))
    assert [] == listed(office, OPERATOR, Wanted(q=SELLER.id, reason=Reason.NOT_RECEIVED))
    assert [] == listed(office, Actor(Role.OPERATOR, BUYER.id), Wanted(q=SELLER.id))


@pytest.mark.parametrize(
    ("q", "expected"), [("order-2", ["2"]), ("order-2-d1", ["2"]), ("0000 0000-4", ["4"]), (BUYER.id, ["4", "3", "2", "1"])]
)
def test_the_list_of_all_disputes_is_searched_whatever_its_range(q: str, expected: list[str]) -> None:
    """I6: an operator finds counted disputes by any id, party or tracking number, in pages and with other filters."""
    office = market()
    counting = Counting(
        Statistics(lambda: office.table, NAME, lambda: 0.0),
        office.services.cases,
        Orders(lambda: office.table, NAME),
        office.pauses.append,
    )
    for number in range(1, 5):
        counting.count(f"order-{number}", 1)
    long_ago = Filter(date(2020, 1, 1), date(2020, 1, 2), q=q)
    found: list[str] = []
    cursor = None
    while True:
        page = list_all(office.services, OPERATOR, long_ago, 3, cursor)
        found += [it["id"].removeprefix("order-").removesuffix("-d1") for it in page["items"]]
        cursor = page["cursor"]
        if cursor is None:
            break
    assert expected == found
    withdrawn = list_all(office.services, OPERATOR, replace(long_ago, state=State.ENDED), 3, None)["items"]
    assert [it for it in expected if it == "4"] == [it["id"][6] for it in withdrawn]
