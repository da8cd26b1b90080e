"""Count the cases of the table's stream in the statistics, each as often as it changes and never twice."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.domain import events as e
from chalicelib.domain.events import ORDER
from chalicelib.domain.statistics import count_dispute, count_order
from chalicelib.store.idempotency import Conflict
from chalicelib.store.items import text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from chalicelib.store.cases import Cases
    from chalicelib.store.orders import Orders
    from chalicelib.store.statistics import Statistics

log = logging.getLogger(__name__)

ATTEMPTS = 8
TOGETHER_AT_LEAST = 2
"""The orders from which on they are counted by one transaction."""
_COUNTS_AS_NOTHING = {kind.type for kind in (e.WordsErased, e.MediatorAssigned, e.MediatorReleased, e.TimeGranted)}
"""Events of a dispute after which it counts as before."""


@dataclass(frozen=True, slots=True)
class Counting:
    """The counters, and the cases that they are made from. ``pause`` waits before the nth retry of a write."""

    statistics: Statistics
    cases: Cases
    orders: Orders
    pause: Callable[[int], None]

    def count(self, order_id: str, stream: int) -> None:
        """Count an order, stream 0, or its nth dispute as it is now. Raises ``Conflict`` when others always came first."""
        for attempt in range(1, ATTEMPTS + 1):
            known = self.statistics.counted(order_id, stream)
            order = self.orders.order(order_id)
            now = count_order(order) if stream == ORDER else count_dispute(order, self.cases.log(order_id, stream))
            try:
                self.statistics.add(order_id, stream, known, now)
            except Conflict:
                self.pause(attempt)
            else:
                return
        raise Conflict

    def count_orders(self, order_ids: Sequence[str]) -> list[str]:
        """Count many orders together, and return those counted: all of them, or none if others count one at this moment.

        Each marker's condition is in the transaction that adds to the counters. So what is left to ``count``, or is delivered
        again, adds nothing twice.
        """
        known, orders = self.statistics.counted_orders(order_ids), self.orders.orders(order_ids)
        now = {order_id: count_order(order) for order_id, order in orders.items()}
        changed = {order_id: (known[order_id], it) for order_id, it in now.items() if it != known[order_id][0]}
        try:
            if changed:
                self.statistics.add_orders(changed)
        except Conflict:
            return []
        return list(orders)


def count_records(records: Iterable[Mapping[str, Any]], counting: Counting) -> list[str]:
    """Count the cases that a batch of stream records is about. Returns the sequence numbers of those to deliver again."""
    failed: list[str] = []
    told = [it for it in records if _counts(it["dynamodb"].get("NewImage", {}))]
    done = _together(counting, told)
    for record in told:
        case = _case_of(record)
        if case not in done:
            done[case] = _counted(counting, *case)
        if not done[case]:
            failed.append(record["dynamodb"]["SequenceNumber"])
    return failed


def _case_of(record: Mapping[str, Any]) -> tuple[str, int]:
    image = record["dynamodb"]["NewImage"]
    return text(image, "order_id"), int(image["stream"]["N"])


def _together(counting: Counting, told: list[Mapping[str, Any]]) -> dict[tuple[str, int], bool]:
    """Count the orders of a batch by one transaction; return those counted. After any failure each is counted by itself."""
    orders = [order_id for order_id, stream in dict.fromkeys(map(_case_of, told)) if stream == ORDER]
    if len(orders) < TOGETHER_AT_LEAST:
        return {}
    try:
        return {(order_id, ORDER): True for order_id in counting.count_orders(orders)}
    except Exception:
        log.exception("the orders of a batch were not counted together; each is counted by itself")
        return {}


def _counts(image: Mapping[str, Any]) -> bool:
    kind = text(image, "type")
    if not kind or "stream" not in image or "publish" not in image:
        return False
    if int(image["stream"]["N"]) == ORDER:
        return kind == e.OrderImported.type
    return kind not in _COUNTS_AS_NOTHING


def _counted(counting: Counting, order_id: str, stream: int) -> bool:
    try:
        counting.count(order_id, stream)
    except Exception:
        log.exception("a case was not counted", extra={"order_id": order_id})
        return False
    return True
