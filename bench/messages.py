"""Measure how many events of a batch are published in a second, with 5 ms injected into each call of AWS."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from chalicelib.bootstrap import PUBLISHED_AT_ONCE
from chalicelib.notify.publish import publish_records
from chalicelib.service.counting import count_records
from chalicelib.service.orders import import_order
from tests.domain.worlds import PLATFORM, order_terms
from tests.reliability.small_cloud import Cloud

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.reliability.seam import Call, Carry

BATCH = 25
EACH_S = 0.005
GOAL = 10
CALLS = 3


@dataclass
class Slow:
    """A hook that makes each call take 5 ms, and counts them. The table in memory takes one call at a time."""

    calls: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, call: Call, carry: Carry) -> Any:  # noqa: ANN401 - an AWS reply
        """Wait, and carry the call out."""
        time.sleep(EACH_S)
        with self.lock:
            self.calls += 1
            return carry(call)


def batch(cloud: Cloud) -> list[Any]:
    """Return the records of so many orders' imports."""
    for n in range(BATCH):
        import_order(cloud.services(), PLATFORM, order_terms(order_id=f"order-{n}"))
    return [it for it in cloud.records if it["dynamodb"]["NewImage"]["seq"]["N"] == "1"]


def messages() -> Iterator[str]:
    """Yield the figures, line by line."""
    rates = {}
    for at_once in (1, PUBLISHED_AT_ONCE):
        cloud, slow = Cloud(), Slow()
        records = batch(cloud)
        cloud.hook = slow
        began = time.perf_counter()
        failed = publish_records(records, replace(cloud.publishing, at_once=at_once))
        rates[at_once] = len(records) / (time.perf_counter() - began)
        calls = slow.calls / len(records)
        told = f"{rates[at_once]:,.0f} events/s a shard, {calls:.1f} calls an event, {len(failed)} failed"
        yield f"published {at_once:>2} orders at once: {told}"
    cloud, slow = Cloud(), Slow()
    records = batch(cloud)
    cloud.hook = slow
    failed = count_records(records, cloud.counting)
    yield f"counted in the statistics: {slow.calls / len(records):.1f} calls an event, {len(failed)} failed"
    yield f"calls an event: the goal is {CALLS}"
    yield f"ratio {rates[PUBLISHED_AT_ONCE] / rates[1]:.1f}, goal {GOAL}"


if __name__ == "__main__":
    for line in messages():
        print(line)  # noqa: T201
