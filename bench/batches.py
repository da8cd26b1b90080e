"""Measure how long a batch of 100 orders takes, with 5 ms injected into each call of AWS."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from unittest.mock import patch

from bench.messages import EACH_S, Slow
from chalicelib.api.batches.importing import BEGUN_WITHIN_S
from chalicelib.api.batches.requests import ORDERS_AT_MOST
from chalicelib.service import order_batches
from chalicelib.store.idempotency import Answer, Once
from tests.domain.worlds import PLATFORM, order_terms
from tests.reliability.small_cloud import Cloud

if TYPE_CHECKING:
    from collections.abc import Iterator


def batch_of(orders: int, at_once: int) -> tuple[float, float]:
    """Import so many orders in one batch. Return the seconds that it took, and the calls of AWS an order."""
    cloud, slow = Cloud(), Slow()
    cloud.hook = slow
    terms = [order_terms(order_id=f"order-{n}") for n in range(orders)]
    began = time.perf_counter()
    with patch.object(order_batches, "AT_ONCE", at_once):
        outcomes = order_batches.import_orders(cloud.services(), PLATFORM, Once("digest", "body"), terms, lambda: True)
    took = time.perf_counter() - began
    if not all(isinstance(it, Answer) for it in outcomes):
        raise RuntimeError(str(outcomes))
    return took, slow.calls / orders


def batches() -> Iterator[str]:
    """Yield the figures, line by line."""
    taken = {}
    for at_once in (1, order_batches.AT_ONCE):
        taken[at_once], calls = batch_of(ORDERS_AT_MOST, at_once)
        told = f"{taken[at_once]:.2f} s, {calls:.2f} calls of {EACH_S * 1000:.0f} ms an order"
        yield f"a batch of {ORDERS_AT_MOST} orders, {at_once:>2} at once: {told}, goal {BEGUN_WITHIN_S} s"
    yield f"ratio {taken[1] / taken[order_batches.AT_ONCE]:.1f}"


if __name__ == "__main__":
    for line in batches():
        print(line)  # noqa: T201
