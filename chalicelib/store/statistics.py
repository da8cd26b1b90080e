"""Keep the counters of the statistics, which the table's stream adds to.

An item says of each order, and of each dispute, what was counted of it. It changes in the transaction that adds the difference
to the counters. So a record that is delivered again, or late, adds nothing (``domain.statistics``).

Counters that everybody's cases add to are spread over ``SHARDS`` partitions by the order, because transactions that write one
item at the same moment cancel each other. Reading a range of days is one query for each of these partitions.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from chalicelib.domain import statistics as st
from chalicelib.domain.dispute import dispute_id
from chalicelib.domain.events import ORDER
from chalicelib.domain.intervals import PPM, lower_ppm
from chalicelib.domain.statistics import Counted
from chalicelib.store import keys
from chalicelib.store.codec import dump
from chalicelib.store.idempotency import Conflict
from chalicelib.store.items import Item, item, place_of, text
from chalicelib.store.lists import Place, items_of
from chalicelib.store.paging import every
from chalicelib.store.schema import PLAIN, stored_value
from chalicelib.store.transaction import put, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

SHARDS = 4
ITEMS_AT_MOST = 90
"""Counters that one transaction adds to; DynamoDB takes 100 actions."""
DAY, REASON, OUTCOME, CURRENCY, COUNTRY = "day", "reason", "outcome", "currency", "country"
"""The ways in which everybody's cases are counted, each in partitions of its own."""
OPEN = "open"
"""Open disputes by the day of their opening; the metric is the stage."""
BUYER_KEPT_S = 400 * 24 * 3600
"""Seconds for which a buyer's counters are kept after the last change to them: a year, and a month to read it in."""
_MONTHLY = (st.ORDERS, st.DISPUTED, st.OPENED, st.RESOLVED, f"{st.MISSED}seller", f"{st.KEPT}seller")

Counts = dict[str, int]


class Cell(NamedTuple):
    """One counter: the item's partition and sort key, and the metric."""

    pk: str
    sk: str
    metric: str


class Row(NamedTuple):
    """The counters of one day, and of one value where these are counted by one, such as a reason."""

    day: str
    value: str
    counts: Counts


class SellerMonth(NamedTuple):
    """The counters of one seller in one month."""

    seller_id: str
    counts: Counts


def opened_in(months: Sequence[str]) -> Place:
    """Return the list of all disputes that were opened in these months, by what was counted of each, newest first."""
    return Place(keys.BY_WORK, "work_pk", tuple(keys.opened_in_month(month) for month in months), "work_sk")


def lists_of(it: Counted, key: Item) -> Item:
    """Return the place of a dispute in the list of those opened in its month. An order is in none."""
    if it.opened_on is None:
        return {}
    return item(work_pk=keys.opened_in_month(it.opened_on[:7]), work_sk=f"{it.opened_on}#{dispute_in(key)}")


def counted_key(order_id: str, stream: int) -> Item:
    """Return the key of what was counted of an order, stream 0, or of its nth dispute."""
    return item(pk=keys.counted_pk(order_id), sk=keys.counted_sk(stream))


def dispute_in(key: Item) -> str:
    """Return the id of the dispute of which an item says what was counted."""
    return dispute_id(text(key, "pk").removeprefix(keys.counted_pk("")), int(text(key, "sk")))


def as_counted(stored: Item) -> Counted:
    """Return what an item says was counted."""
    return stored_value(stored, Counted)


def cells(it: Counted | None, shard: int) -> Counter[Cell]:
    """Return the counters that one order or dispute adds to, and by how much."""
    found: Counter[Cell] = Counter()
    if it is None:
        return found
    if it.stage and it.opened_on:
        found[Cell(keys.stats_pk(OPEN, shard), keys.stats_sk(it.opened_on), it.stage)] += 1
    for day, metric, amount in it.facts:
        for pk, sk in _places(it, day, metric, shard):
            found[Cell(pk, sk, metric)] += amount
    return found


def _places(it: Counted, day: str, metric: str, shard: int) -> Iterator[tuple[str, str]]:
    yield keys.stats_pk(DAY, shard), keys.stats_sk(day)
    if metric in (st.ORDERS, st.DISPUTED):
        yield keys.stats_of("buyer", it.buyer_id), keys.stats_month_sk(day)
    if metric in _MONTHLY:
        yield keys.stats_of("seller", it.seller_id), keys.stats_month_sk(day)
    if metric in (st.ORDERS, st.DISPUTED):
        return
    yield keys.stats_of("seller", it.seller_id), keys.stats_sk(day)
    yield keys.stats_pk(CURRENCY, shard), keys.stats_sk(day, it.currency)
    yield keys.stats_pk(COUNTRY, shard), keys.stats_sk(day, it.country)
    if it.reason:
        yield keys.stats_pk(REASON, shard), keys.stats_sk(day, it.reason)
    if it.outcome and metric.startswith(st.ENDINGS):
        yield keys.stats_pk(OUTCOME, shard), keys.stats_sk(day, it.outcome)


class Statistics:
    """The counters in the table."""

    def __init__(self, client: Callable[[], Any], table: str, epoch: Callable[[], float]) -> None:
        """Keep them in ``table``. ``epoch`` is real time, by which the table expires a buyer's."""
        self._client = client
        self.table = table
        self._epoch = epoch

    def counted(self, order_id: str, stream: int) -> tuple[Counted | None, int]:
        """Return what was counted of an order (stream 0) or a dispute, and the version of that; None and 0 for nothing."""
        key = counted_key(order_id, stream)
        found = self._client().get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        return (stored_value(found, Counted), int(found["v"]["N"])) if found else (None, 0)

    def counted_orders(self, order_ids: Sequence[str]) -> dict[str, tuple[Counted | None, int]]:
        """Return what was counted of each order, as ``counted`` does, read together."""
        wanted = [counted_key(it, ORDER) for it in order_ids]
        found = items_of(self._client(), self.table, wanted)
        known: dict[str, tuple[Counted | None, int]] = dict.fromkeys(order_ids, (None, 0))
        for (pk, _), stored in found.items():
            known[pk.removeprefix(keys.counted_pk(""))] = stored_value(stored, Counted), int(stored["v"]["N"])
        return known

    def add_orders(self, changes: Mapping[str, tuple[tuple[Counted | None, int], Counted]]) -> None:
        """Add the differences of many orders by one transaction: all of them, or none and ``Conflict``.

        So a counter that they share is written once. Raises ``Conflict`` also where it takes more than one transaction.
        """
        total: Counter[Cell] = Counter()
        markers = []
        for order_id, ((known, version), after) in changes.items():
            shard = keys.shard_of(order_id, SHARDS)
            total.update(cells(after, shard))
            total.subtract(cells(known, shard))
            markers.append(self._marker(order_id, ORDER, version, after))
        updates = self._updates(total)
        if len(markers) + len(updates) > ITEMS_AT_MOST:
            raise Conflict
        write(self._client(), [*markers, *updates], None)
        self._rank(total)

    def add(self, order_id: str, stream: int, before: tuple[Counted | None, int], after: Counted) -> None:
        """Add the difference between what was counted ``before`` and ``after``. Raises ``Conflict`` if others came first.

        More counters than one transaction takes are added by several. Each of them leaves a state that is whole.
        """
        known, version = before
        shard = keys.shard_of(order_id, SHARDS)
        while known != after:
            step = self._step(known, after, shard)
            delta = cells(step, shard)
            delta.subtract(cells(known, shard))
            self._write(order_id, stream, version, step, delta)
            self._rank(delta)
            known, version = step, version + 1

    def _step(self, known: Counted | None, after: Counted, shard: int) -> Counted:
        """Return as much of ``after`` as one transaction can add."""
        before = cells(known, shard)
        for facts in range(len(after.facts), -1, -1):
            step = replace(after, facts=after.facts[:facts])
            delta = cells(step, shard)
            delta.subtract(before)
            if len({(cell.pk, cell.sk) for cell, n in delta.items() if n}) <= ITEMS_AT_MOST:
                return step
        msg = "one fact adds to more counters than a transaction takes"
        raise ValueError(msg)

    def _write(self, order_id: str, stream: int, version: int, now: Counted, delta: Counter[Cell]) -> None:
        write(self._client(), [self._marker(order_id, stream, version, now), *self._updates(delta)], None)

    def _marker(self, order_id: str, stream: int, version: int, now: Counted) -> Item:
        """Return the write of what was counted of a case, if nobody else has counted it since ``version``."""
        key = counted_key(order_id, stream)
        marker = key | item(v=version + 1, data=dump(now)) | lists_of(now, key)
        condition = "v = :seen" if version else "attribute_not_exists(pk)"
        return put(self.table, marker, condition, **({"seen": version} if version else {}))

    def _updates(self, delta: Counter[Cell]) -> list[Item]:
        """Return the writes that add to the counters."""
        grouped: dict[tuple[str, str], Counts] = defaultdict(dict)
        for cell, amount in delta.items():
            if amount:
                grouped[cell.pk, cell.sk][cell.metric] = amount
        return [self._update(pk, sk, of) for (pk, sk), of in sorted(grouped.items())]

    def _update(self, pk: str, sk: str, amounts: Counts) -> Item:
        names = {f"#m{n}": metric for n, metric in enumerate(amounts)}
        values: Item = {f":m{n}": {"N": str(amount)} for n, amount in enumerate(amounts.values())}
        adds = ", ".join(f"#m{n} :m{n}" for n in range(len(amounts)))
        sets = "schema_version = :schema"
        values[":schema"] = {"N": str(PLAIN)}
        if pk.startswith(keys.stats_of("buyer", "")):
            sets += ", expires_at = :expires"
            values[":expires"] = {"N": str(int(self._epoch()) + BUYER_KEPT_S)}
        return {
            "Update": {
                "TableName": self.table,
                "Key": item(pk=pk, sk=sk),
                "UpdateExpression": f"SET {sets} ADD {adds}",
                "ExpressionAttributeNames": names,
                "ExpressionAttributeValues": values,
            }
        }

    def _rank(self, delta: Counter[Cell]) -> None:
        """Put the sellers whose disputes have changed into their place among the sellers of the month.

        The place is written only while the counters are those it was made from. If others have just changed them, they write
        the place themselves.
        """
        for pk, sk in sorted({(c.pk, c.sk) for c, n in delta.items() if n and c.metric == st.DISPUTED}):
            if not pk.startswith(keys.stats_of("seller", "")):
                continue
            found = self._client().get_item(TableName=self.table, Key=item(pk=pk, sk=sk), ConsistentRead=True)["Item"]
            counts = _counts(found)
            disputed, orders = counts.get(st.DISPUTED, 0), counts.get(st.ORDERS, 0)
            try:
                self._client().update_item(
                    TableName=self.table,
                    Key=item(pk=pk, sk=sk),
                    UpdateExpression="SET work_pk = :pk, work_sk = :sk",
                    ConditionExpression=f"{st.DISPUTED} = :disputed",
                    ExpressionAttributeValues={
                        ":pk": {"S": keys.sellers_of_month(keys.month_in(sk))},
                        ":sk": {"S": keys.rank_sk(lower_ppm(min(disputed, orders), orders), PPM, keys.person_of_stats(pk))},
                        ":disputed": {"N": str(disputed)},
                    },
                )
            except self._client().exceptions.ConditionalCheckFailedException:
                continue

    def days(self, by: str, first: str, last: str) -> list[Row]:
        """Return the counters of everybody's cases from one day to another, both included, in the order of days and values."""
        found: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for shard in range(SHARDS):
            for stored in self._between(keys.stats_pk(by, shard), first, last):
                day, value = keys.day_and_value(text(stored, "sk"))
                found[day, value].update(_counts(stored))
        return [Row(*place, dict(counts)) for place, counts in sorted(found.items())]

    def seller_days(self, seller_id: str, first: str, last: str) -> list[Row]:
        """Return the counters of one seller's disputes from one day to another, both included."""
        pk = keys.stats_of("seller", seller_id)
        return [Row(*keys.day_and_value(text(it, "sk")), _counts(it)) for it in self._between(pk, first, last)]

    def months(self, role: str, person_id: str, first: str, last: str) -> list[Row]:
        """Return the monthly counters of a seller or a buyer, from one month, as ``2026-11``, to another."""
        pk = keys.stats_of(role, person_id)
        found = self._query(pk, keys.stats_month_sk(first), keys.stats_month_sk(last))
        return [Row(keys.month_in(text(it, "sk")), "", _counts(it)) for it in found]

    def sellers(self, month: str, limit: int, after: str | None) -> tuple[list[SellerMonth], str | None]:
        """Return a page of the sellers of a month who had disputes, those who stand out most first, and where to go on."""
        pk = keys.sellers_of_month(month)
        reply = self._client().query(
            TableName=self.table,
            IndexName=keys.BY_WORK,
            KeyConditionExpression="work_pk = :pk AND work_sk < :after",
            ExpressionAttributeValues={":pk": {"S": pk}, ":after": {"S": after or "~"}},
            ScanIndexForward=False,
            Limit=limit,
        )
        places: list[Item] = reply["Items"]
        stored = items_of(self._client(), self.table, [{"pk": it["pk"], "sk": it["sk"]} for it in places])
        rows = [
            SellerMonth(keys.person_of_stats(text(it, "pk")), _counts(stored[place_of(it)]))
            for it in places
            if place_of(it) in stored
        ]
        return rows, text(places[-1], "work_sk") if len(places) == limit else None

    def _between(self, pk: str, first: str, last: str) -> Iterable[Item]:
        return self._query(pk, keys.stats_sk(first), keys.stats_sk(last, "~"))

    def _query(self, pk: str, low: str, high: str) -> Iterator[Item]:
        return every(
            self._client().query,
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :low AND :high",
            ExpressionAttributeValues={":pk": {"S": pk}, ":low": {"S": low}, ":high": {"S": high}},
        )


def _counts(stored: Item) -> Counts:
    """Return the counters of an item that are more than nothing.

    They are less only where a person's were deleted, and a case of theirs that was counted before came to something else.
    """
    apart = ("schema_version", "expires_at")
    return {name: n for name, value in stored.items() if "N" in value and name not in apart and (n := int(value["N"])) > 0}
