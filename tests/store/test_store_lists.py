"""Lists: newest first, page by page, each within what its reader may see."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain import commands as c
from chalicelib.domain.dispute import Stage
from chalicelib.domain.guarantees import Finding
from chalicelib.store import lists
from chalicelib.store.items import text
from localcloud.memory.table import MemoryTable
from tests.domain.worlds import AT_HOME, BUYER, DAMAGED, DAY, MEDIATOR, PAID_AT, SELLER, order_terms
from tests.store.tables import ENGINES, NAME, KeptWorld, cases_in, engine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from chalicelib.store.items import Item
    from chalicelib.store.lists import Place
    from tests.store.tables import Client


@pytest.fixture(params=ENGINES)
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    """Return a client of an empty table, in either engine."""
    with engine(request.param) as made:
        yield made


def lists_in(client: Client) -> lists.Lists:
    """Return the indexes of the client's table."""
    return lists.Lists(lambda: client, NAME)


def bought(client: Client, number: int, *, buyer: str = BUYER.id, seller: str = SELLER.id) -> KeptWorld:
    """Return the nth of many orders, each paid a minute after the one before."""
    world = KeptWorld(now=PAID_AT + number * timedelta(minutes=1), cases=cases_in(client))
    order_id, promised = f"order-{number:03d}", world.now + 30 * DAY
    terms = order_terms(order_id=order_id, buyer_id=buyer, seller_id=seller, paid_at=world.now, deliver_by=promised)
    world.put_on_file(AT_HOME)
    world.import_order(terms)
    return world


def disputed(client: Client, number: int) -> KeptWorld:
    """Keep one of these orders, delivered damaged and disputed."""
    world = bought(client, number)
    world.wait(DAY).ship(number=f"{number:09d}")
    world.wait(DAY).deliver()
    world.open(DAMAGED)
    return world


def walked(client: Client, place: Place, limit: int, keep: Callable[[Item], bool] | None = None) -> tuple[list[str], list[int]]:
    """Return every order id of a list by following its cursors, and the length of each page."""
    found, sizes, cursor = [], [], None
    while True:
        page = lists_in(client).page(place, limit, cursor, keep)
        found += [lists.as_order(item).terms.order_id for item in page.found]
        sizes.append(len(page.found))
        cursor = page.cursor
        if cursor is None:
            return found, sizes


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 6, 100])
def test_a_list_is_newest_first_and_whole_at_any_page_size(client: Client, limit: int) -> None:
    """Section 7: following the cursors gives every order once, the newest first."""
    for number in range(5):
        bought(client, number)
    expected = [f"order-{number:03d}" for number in (4, 3, 2, 1, 0)]
    assert expected == walked(client, lists.orders_of("buyer", BUYER.id), limit)[0]
    assert expected == walked(client, lists.orders_of("seller", SELLER.id), limit)[0]


def test_what_arrives_between_pages_moves_nothing(client: Client) -> None:
    """Section 7: a new order is at the top of a new list, and neither repeats nor hides one in a walk under way."""
    for number in range(4):
        bought(client, number)
    place = lists.orders_of("buyer", BUYER.id)
    first = lists_in(client).page(place, 2, None)
    bought(client, 9)
    second = lists_in(client).page(place, 2, first.cursor)
    seen = [lists.as_order(item).terms.order_id for item in (*first.found, *second.found)]
    assert [f"order-{number:03d}" for number in (3, 2, 1, 0)] == seen
    assert second.cursor is None or not lists_in(client).page(place, 2, second.cursor).found


def test_people_see_their_own_lists_only(client: Client) -> None:
    """I6: orders are listed for their buyer and their seller, and for nobody else."""
    bought(client, 1)
    bought(client, 2, buyer="bob", seller="best")
    assert walked(client, lists.orders_of("buyer", BUYER.id), 10)[0] == ["order-001"]
    assert walked(client, lists.orders_of("seller", "best"), 10)[0] == ["order-002"]
    assert walked(client, lists.orders_of("buyer", SELLER.id), 10)[0] == []
    assert walked(client, lists.disputes_of("buyer", BUYER.id), 10)[0] == []


def test_a_cursor_cannot_be_carried_to_another_list(client: Client) -> None:
    """I6: another person's cursor shows only one's own items."""
    for number in range(3):
        bought(client, number)
        bought(client, 10 + number, buyer="bob")
    stolen = lists_in(client).page(lists.orders_of("buyer", BUYER.id), 1, None).cursor
    page = lists_in(client).page(lists.orders_of("buyer", "bob"), 10, stolen)
    assert {lists.as_order(item).terms.buyer_id for item in page.found} <= {"bob"}


def test_a_filter_skips_without_losing(client: Client) -> None:
    """Section 7: a filtered list gives every match, over as many pages as it takes."""
    for number in range(12):
        bought(client, number)

    def keep(item: Item) -> bool:
        return lists.as_order(item).terms.order_id in ("order-001", "order-006", "order-007")

    found, _ = walked(client, lists.orders_of("buyer", BUYER.id), 2, keep)
    assert found == ["order-007", "order-006", "order-001"]


def test_a_filter_bounds_what_one_request_searches() -> None:
    """A page without any match ends after a bounded search, with a cursor to continue."""
    table = MemoryTable(NAME)
    for number in range(25):
        bought(table, number)
    page = lists_in(table).page(lists.orders_of("buyer", BUYER.id), 2, None, lambda _: False)
    assert page.found == ()
    assert page.cursor is not None
    assert walked(table, lists.orders_of("buyer", BUYER.id), 2, lambda _: False) == ([], [0, 0])


def written(*parts: str) -> str:
    """Return a cursor made by hand."""
    return base64.urlsafe_b64encode("\n".join(parts).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "?",
        "é",
        "AAAA",
        "////",
        "a\nb",
        written("one", "two"),
        written("", "", ""),
        written("a", "", "b"),
        written("a", "b", "c", "d"),
        base64.urlsafe_b64encode(b"\xff\nb\nc").decode(),
        written("a" * 1025, "b", "c"),
        written("a", "b" * 2049, "c"),
        written("a", "b", "c" * 1025),
    ],
)
def test_a_broken_cursor_is_refused(client: Client, cursor: str) -> None:
    """I10: a cursor that no list has given out is the caller's error, never the table's."""
    bought(client, 1)
    with pytest.raises(lists.BadCursor):
        lists_in(client).page(lists.orders_of("buyer", BUYER.id), 10, cursor)


@given(st.one_of(st.text(), st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode())))
def test_any_cursor_is_a_place_or_refused(cursor: str) -> None:
    """I10: any text sent as a cursor gives a page or ``BadCursor``."""
    table = MemoryTable(NAME)
    try:
        page = lists_in(table).page(lists.orders_of("buyer", BUYER.id), 10, cursor)
    except lists.BadCursor:
        return
    assert page.found == ()


def test_mediators_see_disputes_once_escalated(client: Client) -> None:
    """I6: an escalated dispute is listed as under review until it is resolved, and then among the reviewed ones."""
    for number in (1, 2, 3):
        disputed(client, number).act(SELLER, c.Decline())
    waiting = disputed(client, 4)
    waiting.act(SELLER, c.Decline())
    waiting.act(BUYER, c.Escalate())
    assert _disputes(client, lists.mediation(waiting=True)) == ["order-004-d1"]
    waiting.act(MEDIATOR, c.Assign())
    asked = waiting.dispute().request
    waiting.act(MEDIATOR, c.Decide(asked.type, asked.amount, Finding.NOT_AS_DESCRIBED, "So it is."))
    assert waiting.dispute().stage is Stage.DECIDED
    assert _disputes(client, lists.mediation(waiting=True)) == ["order-004-d1"]
    for party in (BUYER, SELLER):
        waiting.act(party, c.AcceptDecision())
    assert _disputes(client, lists.mediation(waiting=True)) == []
    assert _disputes(client, lists.mediation(waiting=False)) == ["order-004-d1"]


def test_the_queue_is_oldest_first(client: Client) -> None:
    """Section 1: the mediators' list begins with the dispute that has waited longest."""
    for number in (3, 1, 2):
        world = disputed(client, number)
        world.act(SELLER, c.Decline())
        world.act(BUYER, c.Escalate())
    assert _disputes(client, lists.mediation(waiting=True)) == ["order-001-d1", "order-002-d1", "order-003-d1"]


def _disputes(client: Client, place: Place) -> list[str]:
    return [lists.as_dispute(item).id for item in lists_in(client).page(place, 10, None).found]


def test_payment_instructions_are_listed_by_their_status(client: Client) -> None:
    """M1: an instruction moves from list to list as the payment system reports."""
    world = bought(client, 1)
    world.wait(90 * DAY).sweep()
    ids = [i.id for i in world.case.order.instructions]
    assert _instructions(client, "pending") == ids
    world.pay(1, failure="account closed")
    assert (_instructions(client, "pending"), _instructions(client, "failed")) == ([], ids)
    world.pay(1)
    assert (_instructions(client, "failed"), _instructions(client, "settled")) == ([], ids)


def _instructions(client: Client, status: str) -> list[str]:
    return [lists.as_instruction(item).id for item in lists_in(client).page(lists.payments(status), 10, None).found]


def test_due_orders_come_longest_overdue_first_and_none_early(client: Client) -> None:
    """D9: at any moment exactly the orders whose deadline has passed are due, the oldest deadline first, page by page."""
    worlds = [bought(client, number) for number in (2, 0, 1)]
    shards = range(8)
    closes = {world.case.order.terms.order_id: world.case.closes_at for world in worlds}
    for order_id, at in closes.items():
        just_before, then = (
            {(due.order_id, due.at) for shard in shards for due in lists_in(client).due(shard, now, 10)[0]}
            for now in (at - timedelta(seconds=1), at)
        )
        assert then - just_before == {(order_id, at)}


def test_due_orders_are_paged(client: Client) -> None:
    """A shard with more due orders than a page holds is read on from where the page ended."""
    cases = cases_in(client, shards=1)
    for number in (3, 1, 0, 2):
        world = KeptWorld(now=PAID_AT + number * timedelta(minutes=1), cases=cases)
        world.import_order(order_terms(order_id=f"due-{number}", paid_at=world.now, deliver_by=world.now + 30 * DAY))
    seen: list[str] = []
    after: Item | None = None
    while True:
        due, after = lists_in(client).due(0, PAID_AT + 400 * DAY, 2, after)
        seen += [it.order_id for it in due]
        if after is None:
            break
        assert text(after, "due_pk") == "DUE#0"
    assert seen == ["due-0", "due-1", "due-2", "due-3"]


def test_keys_that_the_table_left_unread_are_asked_for_again() -> None:
    """The table may answer a batch in part; the list is complete nevertheless."""

    class Slow(MemoryTable):
        """A table that reads one item of a batch at a time."""

        def batch_get_item(self, *, RequestItems: dict[str, Item]) -> Item:  # noqa: N803 - DynamoDB's spelling
            ((name, wanted),) = RequestItems.items()
            now, later = wanted["Keys"][:1], wanted["Keys"][1:]
            reply = super().batch_get_item(RequestItems={name: wanted | {"Keys": now}})
            return reply | {"UnprocessedKeys": {name: wanted | {"Keys": later}} if later else {}}

    table = Slow(NAME)
    for number in range(3):
        bought(table, number)
    assert walked(table, lists.orders_of("buyer", BUYER.id), 10)[0] == ["order-002", "order-001", "order-000"]


def test_a_table_that_leaves_all_keys_unread_is_asked_less_and_less_and_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """A throttled read waits longer each time, and ends as an error of a throttled call."""

    class Throttled(MemoryTable):
        """A table that reads none of the keys of a batch."""

        def batch_get_item(self, *, RequestItems: dict[str, Item]) -> Item:  # noqa: N803 - DynamoDB's spelling
            return {"Responses": {NAME: []}, "UnprocessedKeys": RequestItems}

    table, waited = Throttled(NAME), list[float]()
    monkeypatch.setattr(lists, "pause", waited.append)
    bought(table, 0)
    with pytest.raises(ClientError, match="ThrottlingException"):
        walked(table, lists.orders_of("buyer", BUYER.id), 10)

    assert lists.ASKED_AT_MOST - 1 == len(waited)
    assert all(seconds <= lists.FIRST_PAUSE_S * 2**n for n, seconds in enumerate(waited, 1))


def test_what_has_gone_since_the_index_named_it_is_left_out() -> None:
    """The index may lag: an entry whose item is gone is left out."""

    class Lagging(MemoryTable):
        """A table whose index still names an item that is not there."""

        def batch_get_item(self, *, RequestItems: dict[str, Item]) -> Item:  # noqa: N803 - DynamoDB's spelling
            reply = super().batch_get_item(RequestItems=RequestItems)
            kept = [item for item in reply["Responses"][NAME] if text(item, "pk") != "ORDER#order-001"]
            return reply | {"Responses": {NAME: kept}}

    table = Lagging(NAME)
    for number in range(3):
        bought(table, number)
    assert walked(table, lists.orders_of("buyer", BUYER.id), 2)[0] == ["order-002", "order-000"]
