"""The statistics equal a count of the cases one by one, whatever the stream does (N4)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING, Any, cast

import pytest

from chalicelib.domain.events import ORDER, OrderImported
from chalicelib.domain.histogram import ENDS, ERROR_PERCENT, percentile, step_of
from chalicelib.domain.intervals import PPM, interval_ppm
from chalicelib.service.counting import Counting, count_records
from chalicelib.store import statistics as stored
from chalicelib.store.codec import timestamp
from chalicelib.store.idempotency import Conflict
from chalicelib.store.items import item
from chalicelib.store.statistics import Statistics
from localcloud.memory.table import MemoryTable
from localcloud.replay.statistics import books_of, differences
from tests.domain.explorer import Explorer
from tests.randomness import seeds
from tests.store.tables import NAME

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.domain.case import Case
    from chalicelib.domain.events import Event
    from chalicelib.domain.order import Order
    from tests.store.tables import Client

HISTORIES, STEPS = 300, 24


@dataclass
class Shop:
    """Orders whose events become visible one after the other, as in a table that is written to while its stream is read."""

    cases: dict[str, Case] = field(default_factory=dict)
    logs: dict[str, list[Event]] = field(default_factory=dict)
    visible: Counter[str] = field(default_factory=Counter)

    def add(self, order_id: str, case: Case, log: list[Event]) -> None:
        """Add an order, of which nothing is visible yet. Each has a buyer of its own and one of five sellers."""
        terms = replace(case.order.terms, order_id=order_id, seller_id=f"shop-{len(self.cases) % 5}")
        self.cases[order_id] = replace(case, order=replace(case.order, terms=terms))
        self.logs[order_id] = log

    def log(self, order_id: str, stream: int) -> list[Event]:
        """Return the visible events of one stream."""
        return [it for it in self.logs[order_id][: self.visible[order_id]] if it.stream == stream]

    def orders(self, order_ids: Iterable[str]) -> dict[str, Order]:
        """Return those of these orders that there are."""
        return {it: self.order(it) for it in order_ids if it in self.cases}

    def order(self, order_id: str) -> Order:
        """Return an order."""
        return self.cases[order_id].order


def history(seed: int) -> tuple[Case, list[Event]]:
    """Return a random history of one order."""
    explorer = Explorer(seed)
    beginning = explorer.beginning()
    for make in (*beginning, *[explorer.next_step] * (STEPS - len(beginning))):
        make().take(explorer.world)
    return explorer.world.refolded(), list(explorer.world.log)


def record(order_id: str, event: Event) -> dict[str, Any]:
    """Return the record that the stream has of an event, as far as counting looks at it."""
    named = item(
        order_id=order_id, stream=event.stream, type=event.payload.type, publish="event", at=timestamp(event.at)
    )  # fmt: skip
    return {"dynamodb": {"NewImage": named, "SequenceNumber": f"{order_id}/{event.stream}/{event.seq}"}}


def counters(table: Client) -> Statistics:
    """Return the counters in a table, which expire at no time of interest."""
    return Statistics(lambda: table, NAME, lambda: 0.0)


def counting(shop: Shop, table: Client) -> Counting:
    """Return the counting of a shop's cases into a table."""
    return Counting(counters(table), cast("Any", shop), cast("Any", shop), lambda _: None)


def delivered_badly(shop: Shop, table: Client, random: Random) -> None:
    """Deliver every record once to three times, in any order, while events become visible."""
    wanted = counting(shop, table)
    ahead = {order_id: list(log) for order_id, log in shop.logs.items()}
    under_way: list[tuple[str, Event]] = []
    while any(ahead.values()) or under_way:
        if under_way and (random.random() < 0.5 or not any(ahead.values())):
            batch = [under_way.pop(random.randrange(len(under_way))) for _ in range(min(3, len(under_way)))]
            assert [] == count_records([record(*it) for it in batch], wanted)
            continue
        order_id = random.choice([order_id for order_id, left in ahead.items() if left])
        event = ahead[order_id].pop(0)
        shop.visible[order_id] += 1
        under_way += [(order_id, event)] * random.choice((1, 1, 2, 3))


def test_counters_equal_a_count_one_by_one_under_redelivery_and_reordering() -> None:
    """Random histories, each record delivered once to three times in any order, give exactly the counts of the cases."""
    table, known = MemoryTable(NAME), []
    for seed in seeds(HISTORIES):
        shop = Shop()
        order_id = f"order-{seed}"
        case, log = history(seed)
        shop.add(order_id, case, log)
        delivered_badly(shop, table, Random(seed))
        known.append((shop.cases[order_id], log))
    assert [] == list(differences(counters(table), known))
    assert {"resolved", "appeals_upheld", "missed:seller"} <= {metric for _, _, metric in books_of(counters(table), ())}


def shops(seed: int) -> list[tuple[Shop, list[dict[str, Any]]]]:
    """Return 25 orders, all visible, and the records of their imports: a batch of the stream."""
    shop, records = Shop(), []
    for n in range(25):
        order_id = f"order-{seed}-{n}"
        shop.add(order_id, *history(seed * 100 + n))
        shop.visible[order_id] = len(shop.logs[order_id])
        records += [record(order_id, it) for it in shop.logs[order_id] if isinstance(it.payload, OrderImported)]
    return [(shop, records)]


class Counted(MemoryTable):
    """A table that counts its transactions."""

    calls = 0

    def transact_write_items(self, *, TransactItems: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - DynamoDB's name
        """Write."""
        self.calls += 1
        return super().transact_write_items(TransactItems=TransactItems)


def test_a_batch_of_imports_is_counted_by_one_transaction_and_again_by_none() -> None:
    """25 orders of one batch take one transaction; delivered again in any order and mixture, none."""
    ((shop, records),) = shops(1)
    table = Counted(NAME)
    assert 25 == len(records)
    assert [] == count_records(records, counting(shop, table))
    assert 1 == table.calls
    for start in range(4):
        assert [] == count_records([*records[start::2], *records[:3]], counting(shop, table))
    assert 1 == table.calls
    alone = MemoryTable(NAME)
    for it in records:
        assert [] == count_records([it], counting(shop, alone))
    sellers = {f"shop-{n}" for n in range(5)}
    assert books_of(counters(alone), sellers) == books_of(counters(table), sellers)


def test_many_orders_of_a_batch_equal_a_count_one_by_one() -> None:
    """Batches of several orders, whose records come once to three times in any order, give exactly the counts of the cases."""
    for seed in seeds(12):
        table, shop = MemoryTable(NAME), Shop()
        for n in range(6):
            shop.add(f"order-{seed}-{n}", *history(seed * 50 + n))
        delivered_badly(shop, table, Random(seed))
        known = [(case, shop.logs[order_id]) for order_id, case in shop.cases.items()]
        assert [] == list(differences(counters(table), known))


def test_a_batch_that_others_count_meanwhile_is_counted_one_by_one() -> None:
    """If one order of a batch was counted between reading and writing, none is counted twice and none is left out."""
    ((shop, records),) = shops(2)

    class Meanwhile(Counted):
        def transact_write_items(self, *, TransactItems: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
            """Let another process count the third order first."""
            if not self.calls:
                self.calls += 1
                assert [] == count_records(records[2:3], counting(shop, self))
            return super().transact_write_items(TransactItems=TransactItems)

    table, alone = Meanwhile(NAME), MemoryTable(NAME)
    assert [] == count_records(records, counting(shop, table))
    assert [] == [number for it in records for number in count_records([it], counting(shop, alone))]
    assert [it for it in alone.snapshot() if "STATS" in it["pk"]["S"]] == [
        it for it in table.snapshot() if "STATS" in it["pk"]["S"]
    ]


def test_comparison_finds_a_record_that_was_counted_twice() -> None:
    """A counter that is one too large is named, with what it should be."""
    table, shop = MemoryTable(NAME), Shop()
    shop.add("order-1", *history(1))
    delivered_badly(shop, table, Random(1))
    (row,) = [item for item in table.snapshot() if item["pk"]["S"].startswith("STATS#day") and "orders" in item]
    table.put_item(TableName=table.name, Item=row | {"orders": {"N": "2"}})
    wrong = list(differences(counters(table), [(shop.cases["order-1"], shop.logs["order-1"])]))
    assert ["statistics by day  orders: counted 2, and the cases come to 1"] == wrong


def test_several_transactions_add_what_one_does_not_take(monkeypatch: pytest.MonkeyPatch) -> None:
    """A case that adds to more counters than a transaction takes is counted by several, to the same sums."""
    sums = []
    for most in (90, 9):
        monkeypatch.setattr(stored, "ITEMS_AT_MOST", most)
        table = MemoryTable(NAME)
        for seed in seeds(8):
            shop = Shop()
            shop.add(f"order-{seed}", *history(seed))
            delivered_badly(shop, table, Random(seed))
        sums.append(books_of(counters(table), {f"shop-{n}" for n in range(5)}))
    assert sums[0] == sums[1]


class Disturbed(MemoryTable):
    """A table whose every other transaction is cancelled because another one is under way."""

    calls = 0

    def transact_write_items(self, *, TransactItems: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - DynamoDB's name
        """Write, every other time."""
        self.calls += 1
        if self.calls % 2:
            raise Conflict
        return super().transact_write_items(TransactItems=TransactItems)


def test_conflicts_are_tried_again_and_add_nothing_twice() -> None:
    """A transaction that another one cancelled is tried again, and the sums are as without it."""
    sums = []
    for table in (MemoryTable(NAME), Disturbed(NAME)):
        for seed in seeds(5):
            shop = Shop()
            shop.add(f"order-{seed}", *history(seed))
            delivered_badly(shop, table, Random(seed))
        sums.append(books_of(counters(table), {f"shop-{n}" for n in range(5)}))
    assert sums[0] == sums[1]


def test_failed_case_is_delivered_again_and_stops_no_other() -> None:
    """A case that cannot be counted is reported with all of its records, and the other cases are counted."""
    shop, table = Shop(), MemoryTable(NAME)
    for n, seed in enumerate(seeds(2)):
        shop.add(f"order-{n}", *history(seed))
        shop.visible[f"order-{n}"] = 10**6
    first = [record("order-0", it) for it in shop.logs["order-0"]]
    second = [record("order-1", it) for it in shop.logs["order-1"]]
    del shop.cases["order-0"]
    failed = count_records([*first, *second], counting(shop, table))
    assert {"order-0"} == {number.split("/")[0] for number in failed}
    assert counters(table).counted("order-1", ORDER)[0] is not None


def test_steps_of_the_histogram_keep_the_stated_error() -> None:
    """The middle of each step is within the stated error of every duration in it, or within half a minute."""
    begins = 0
    for step, ends in enumerate(ENDS[:-1]):
        middle = percentile({step: 1}, 50)
        assert middle is not None
        for seconds in (begins, ends - 1):
            assert step == step_of(seconds)
            assert abs(middle - seconds) <= max(seconds * ERROR_PERCENT / 100, 31)
        begins = ends


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(0, 10, 0, 277_540), (5, 10, 236_590, 763_410), (1, 100, 1_767, 54_488), (10, 10, 722_460, PPM), (0, 0, 0, PPM)],
)
def test_intervals_are_wilsons(part: int, whole: int, low: int, high: int) -> None:
    """The bounds of a share are those of Wilson's interval at 95 %, to the millionth."""
    found = interval_ppm(part, whole)
    assert abs(low - found[0]) <= 1
    assert abs(high - found[1]) <= 1
