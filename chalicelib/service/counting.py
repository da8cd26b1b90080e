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
    from collections.abc import Callable, Iterable, Mapping

    from chalicelib.store.cases import Cases
    from chalicelib.store.orders import Orders
    from chalicelib.store.statistics import Statistics

log = logging.getLogger(__name__)

ATTEMPTS = 8
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


def count_records(records: Iterable[Mapping[str, Any]], counting: Counting) -> list[str]:
    """Count the cases that a batch of stream records is about. Returns the sequence numbers of those to deliver again."""
    failed: list[str] = []
    done: dict[tuple[str, int], bool] = {}
    for record in records:
        image = record["dynamodb"].get("NewImage", {})
        if not _counts(image):
            continue
        case = text(image, "order_id"), int(image["stream"]["N"])
        if case not in done:
            done[case] = _counted(counting, *case)
        if not done[case]:
            failed.append(record["dynamodb"]["SequenceNumber"])
    return failed


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
