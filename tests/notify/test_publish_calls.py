"""Publishing makes few calls: each is a wait of some milliseconds, of which a batch's shard has no more than one at a time."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from bench.messages import BATCH, batch
from chalicelib.notify.publish import publish_records
from chalicelib.service.counting import count_records
from tests.reliability.small_cloud import Cloud

if TYPE_CHECKING:
    from tests.reliability.seam import Call, Carry


class Counting:
    """A hook that counts each call by its operation."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.calls: Counter[str] = Counter()

    def __call__(self, call: Call, carry: Carry) -> Any:  # noqa: ANN401 - an AWS reply
        """Count the call, and carry it out."""
        self.calls[call.operation] += 1
        return carry(call)


def test_an_import_is_published_by_three_calls() -> None:
    """N4: each event takes its publication, its marker and its reminders; the markers of before are read once a batch."""
    cloud, counting = Cloud(), Counting()
    records = batch(cloud)
    cloud.hook = counting
    assert [] == publish_records(records, cloud.publishing)
    assert {"publish": BATCH, "put_item": BATCH, "transact_write_items": BATCH, "batch_get_item": 1} == counting.calls


def test_a_batch_of_imports_is_counted_by_three_calls() -> None:
    """The orders, what was counted of them, and one transaction: not three calls for each order."""
    cloud, counting = Cloud(), Counting()
    records = batch(cloud)
    cloud.hook = counting
    assert [] == count_records(records, cloud.counting)
    assert {"batch_get_item": 2, "transact_write_items": 1} == counting.calls


def test_a_batch_that_is_delivered_again_sends_nothing_and_keeps_its_reminders() -> None:
    """N4: the markers that are read together hold back what has left; reminders that are queued already stay as they are."""
    cloud = Cloud()
    records = batch(cloud)
    assert [] == publish_records(records, cloud.publishing)
    told, kept = cloud.messages(), cloud.table.snapshot()
    for part in (records, records[5:], records[:1]):
        assert [] == publish_records(part, cloud.publishing)
    assert (told, kept) == (cloud.messages(), cloud.table.snapshot())


def test_markers_that_cannot_be_read_together_are_read_one_by_one() -> None:
    """N4: a batch is published although the read ahead fails, and nothing leaves twice."""
    cloud = Cloud()
    records = batch(cloud)
    assert [] == publish_records(records[:10], cloud.publishing)

    def hook(call: Call, carry: Carry) -> Any:  # noqa: ANN401 - an AWS reply
        if call.operation == "batch_get_item":
            raise ConnectionError
        return carry(call)

    cloud.hook = hook
    assert [] == publish_records(records, cloud.publishing)
    assert {1} == set(cloud.messages().values())
    assert BATCH == len(cloud.messages())
