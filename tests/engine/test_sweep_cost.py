"""A sweep's cost grows with the due cases and not with the open ones, up to ten thousand deadlines at one second."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from bench.sweeps import sweep_of
from chalicelib import bootstrap, jobs
from chalicelib.store.message_queue import MessageQueue
from localcloud.memory.table import MemoryTable
from tests.domain.worlds import DAY, PROMISED, SECOND
from tests.engine.crowd import SHARDS, TABLE, completions, open_orders, releases, services_on
from tests.service.office import Watch

if TYPE_CHECKING:
    from localcloud.memory.expressions import Item

DUE_AT = PROMISED + 15 * DAY
DUE = 100
AN_INVOCATION_MS = 60_000
"""The shard function's timeout (``.chalice/config.json``)."""
A_CALL_MS = 25.0
"""The duration of a slow call of the table; a usual call takes a fifth of it."""


def test_a_sweep_costs_what_is_due_and_not_what_is_open() -> None:
    """100 due among 1,000 open and among 50,000 cost the same within a tenth; twice as many due cost about twice as much."""
    few, many, double = sweep_of(DUE, 1_000), sweep_of(DUE, 50_000), sweep_of(2 * DUE, 1_000)
    for title, spent in (("100 of 1,000", few), ("100 of 50,000", many), ("200 of 1,000", double)):
        print(f"\nsweep of {title}: {spent.calls} calls, {spent.read_units} RRU, {spent.write_units} WRU")  # noqa: T201
    assert pytest.approx(few.units, rel=0.1) == many.units
    assert pytest.approx(2 * few.units, rel=0.1) == double.units


def test_an_empty_sweep_costs_one_read_a_shard() -> None:
    """A sweep with nothing due asks each shard once, for half a unit, however many orders are open."""
    spent = sweep_of(0, 1_000)
    assert (SHARDS, SHARDS / 2, 0.0) == (spent.calls, spent.read_units, spent.write_units)


class Slow(MemoryTable):
    """A table on which every call takes some of the invocation's time."""

    left_ms = 0.0

    def get_remaining_time_in_millis(self) -> int:
        """Return the time that the invocation has left."""
        return int(self.left_ms)

    def query(self, **request: Any) -> Item:  # noqa: ANN401 - as many as DynamoDB's
        """Query as ``MemoryTable`` does, and let time pass."""
        self.left_ms -= A_CALL_MS
        return super().query(**request)

    def transact_write_items(self, *, TransactItems: list[Item]) -> Item:  # noqa: N803 - DynamoDB's spelling
        """Write as ``MemoryTable`` does, and let time pass."""
        self.left_ms -= A_CALL_MS
        return super().transact_write_items(TransactItems=TransactItems)


def test_ten_thousand_due_at_one_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every order is handled once; an invocation that runs out of time leaves the rest to the next, and none is cut off."""
    table = Slow(TABLE)
    ids = [f"order-{n:05d}" for n in range(10_000)]
    open_orders(table, ids, PROMISED)
    services = services_on(table, Watch(DUE_AT - SECOND))
    monkeypatch.setattr(bootstrap, "services", lambda: services)
    monkeypatch.setattr(bootstrap, "message_queue", lambda: MessageQueue(lambda: table, TABLE, SHARDS))
    monkeypatch.setattr(jobs, "_hand_over_webhooks", lambda *_: True)  # it has tests of its own
    before = len(table)
    waiting = [{"messageId": str(shard), "body": json.dumps({"shard": shard})} for shard in range(SHARDS)]
    assert [] == [message for message in waiting if jobs.sweep_messages([message], table)["batchItemFailures"]]
    assert before == len(table), "D9: none early"

    services = services_on(table, Watch(DUE_AT))
    taken: dict[str, float] = dict.fromkeys((it["messageId"] for it in waiting), 0.0)
    invocations, began = 0, time.monotonic()
    while waiting:
        message = waiting.pop(0)
        table.left_ms = AN_INVOCATION_MS
        if jobs.sweep_messages([message], table)["batchItemFailures"]:
            waiting.append(message)
        invocations += 1
        assert table.left_ms > 0, "it stopped before it was stopped"
        taken[message["messageId"]] += AN_INVOCATION_MS - table.left_ms
    print(  # noqa: T201
        f"\n10,000 due at one second: {invocations} invocations on {SHARDS} shards; the slowest shard takes "
        f"{max(taken.values()) / 1000:.0f} s of {A_CALL_MS:.0f} ms calls; {time.monotonic() - began:.1f} s here"
    )
    assert ids == completions(table) == releases(table)
    assert invocations <= 2 * SHARDS
