"""Measure the cost of one sweep, by how many orders are open and how many of them are due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.meter import Meter
from chalicelib.service.sweep import sweep_shard
from tests.domain.worlds import DAY, PROMISED
from tests.engine.crowd import SHARDS, TABLE, open_orders, services_on
from tests.service.office import Watch

if TYPE_CHECKING:
    from bench.meter import Spent


def sweep_of(due: int, open_in_all: int) -> Spent:
    """Return what one sweep of all shards spends, with so many orders open and so many of them due."""
    table = Meter(TABLE)
    open_orders(table, (f"due-{n:05d}" for n in range(due)), PROMISED)
    open_orders(table, (f"not-{n:05d}" for n in range(open_in_all - due)), PROMISED + DAY, whole=False)
    services = services_on(table, Watch(PROMISED + 15 * DAY))
    before = table.bill()
    done = sum(sweep_shard(services, shard).orders for shard in range(SHARDS))
    if done != due:
        msg = f"{done} of {due} were swept"
        raise RuntimeError(msg)
    return table.bill().since(before)
