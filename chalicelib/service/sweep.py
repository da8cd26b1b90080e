"""Write down what has expired, shard by shard. No outcome depends on when it runs (D9)."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.metrics import measured
from chalicelib.service.execute import sweep_order

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.service.services import Services

log = logging.getLogger(__name__)

PAGE = 50


@dataclass(frozen=True, slots=True)
class Swept:
    """The result of one sweep of one shard. ``unfinished`` is true if time ran out with orders left."""

    orders: int
    events: int
    failed: int
    unfinished: bool


def sweep_shard(services: Services, shard: int, may_go_on: Callable[[], bool] = lambda: True) -> Swept:
    """Sweep one shard of the deadline index until nothing is due or ``may_go_on`` says no.

    An order that fails is logged and skipped, so that it holds up no other; it stays due for the next sweep. Each sweep logs
    how long the oldest order has been due, for the alarm that watches the backlog.
    """
    now = services.clock.now()
    due, after = services.lists.due(shard, now, PAGE)
    oldest_due_s = int((now - due[0].at).total_seconds()) if due else 0
    log.info("backlog of a shard", extra={"shard": shard, **measured(OldestDueSeconds=oldest_due_s)})
    orders = events = failed = 0
    while True:
        for it in due:
            if not may_go_on():
                return Swept(orders, events, failed, unfinished=True)
            try:
                events += sweep_order(services, it.order_id)
                orders += 1
            except Exception:
                failed += 1
                log.exception("sweep failed", extra={"order_id": it.order_id})
        if after is None:
            return Swept(orders, events, failed, unfinished=False)
        due, after = services.lists.due(shard, now, PAGE, after)
