"""After the number of shards is raised on a live table, old rows are swept like new ones (ADR 2)."""

from __future__ import annotations

from chalicelib.service import orders
from chalicelib.service.execute import Request
from chalicelib.service.sweep import sweep_shard
from chalicelib.store.keys import shard_of
from localcloud.memory.table import MemoryTable
from tests.domain.worlds import DAY, PROMISED, SELLER
from tests.engine.crowd import TABLE, completions, open_orders, services_on
from tests.service.office import Watch

BEFORE, AFTER = 8, 16
OLD, NEW = [f"old-{n:03d}" for n in range(200)], [f"new-{n:03d}" for n in range(200)]


def test_rows_of_both_counts_are_swept() -> None:
    """D12: with rows written under 8 shards and under 16, a sweep of 16 shards handles each of them once."""
    table = MemoryTable(TABLE)
    open_orders(table, OLD, PROMISED, BEFORE)
    open_orders(table, NEW, PROMISED, AFTER)
    moved = [it for it in OLD if shard_of(it, BEFORE) != shard_of(it, AFTER)]
    assert moved, "some rows lie in another shard than they would now"
    services = services_on(table, Watch(PROMISED + 15 * DAY), AFTER)
    swept = [sweep_shard(services, shard) for shard in range(AFTER)]
    assert sorted(OLD + NEW) == completions(table)
    assert (len(OLD + NEW), 0) == (sum(it.orders for it in swept), sum(it.failed for it in swept))


def test_while_it_is_raised_sweepers_of_both_counts_run() -> None:
    """D12: nothing is lost in the minute in which some processes write to 8 shards and others to 16."""
    table = MemoryTable(TABLE)
    open_orders(table, OLD, PROMISED, BEFORE)
    open_orders(table, NEW, PROMISED, AFTER)
    for shards in (BEFORE, AFTER):
        services = services_on(table, Watch(PROMISED + 15 * DAY), shards)
        for shard in range(shards):
            assert sweep_shard(services, shard).failed == 0
    assert sorted(OLD + NEW) == completions(table)


def test_a_change_moves_a_row_to_its_new_shard() -> None:
    """A row is in one shard at a time: the first change under the new count takes it out of the old one."""
    table = MemoryTable(TABLE)
    open_orders(table, OLD, PROMISED, BEFORE)
    services = services_on(table, Watch(PROMISED), AFTER)
    moved = next(it for it in OLD if shard_of(it, BEFORE) != shard_of(it, AFTER))
    orders.extend(services, moved, Request(SELLER), None, PROMISED + 30 * DAY)
    later = PROMISED + 400 * DAY
    due = {shard: {it.order_id for it in services.lists.due(shard, later, 200)[0]} for shard in range(AFTER)}
    assert [shard_of(moved, AFTER)] == [shard for shard, ids in due.items() if moved in ids]
