"""The stream over the real adapters: duplicates, reordering across orders, failures, and a record that always fails (N4)."""

from __future__ import annotations

import copy
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib import bootstrap
from chalicelib.jobs import publish_stream
from chalicelib.notify.publish import publish_records
from tests.randomness import seeds
from tests.reliability.beginnings import begun
from tests.reliability.faults import Fault, Kind
from tests.reliability.seam import Call, Carry, Message, named
from tests.reliability.small_cloud import ATTEMPTS, BATCH, Cloud, image_of

if TYPE_CHECKING:
    from collections import Counter

Record = dict[str, Any]

STORIES = ("resolved", "decided", "proposed in review", "not received")
"""The stories, each of which becomes an order of its own."""


def _renamed(value: Any, order_id: str) -> Any:  # noqa: ANN401 - JSON-like data
    if isinstance(value, str):
        return value.replace("order-1", order_id)
    if isinstance(value, dict):
        return {name: _renamed(it, order_id) for name, it in value.items()}
    return [_renamed(it, order_id) for it in value] if isinstance(value, list) else value


@lru_cache(maxsize=1)
def _told() -> tuple[tuple[Record, ...], tuple[Record, ...]]:
    """Return the items and the stream of a table in which four stories were played, one order after the other."""
    items: dict[tuple[str, str], Record] = {}
    records: list[Record] = []
    for n, story in enumerate(STORIES):
        beginning = begun(story)
        items |= {(it["pk"]["S"], it["sk"]["S"]): it for it in _renamed(beginning.table.snapshot(), f"order-{n}") if _kept(it)}
        records += _renamed([copy.deepcopy(record) for record in beginning.records], f"order-{n}")
    return tuple(items.values()), tuple(_numbered(records))


def _kept(item: Record) -> bool:
    return not item["pk"]["S"].startswith(("SENT#", "IDEMPOTENCY#"))


def _numbered(records: list[Record]) -> list[Record]:
    return [r | {"dynamodb": r["dynamodb"] | {"SequenceNumber": f"{n:021d}"}} for n, r in enumerate(records, 1)]


def _cloud() -> tuple[Cloud, list[Record]]:
    items, records = _told()
    cloud = Cloud()
    for item in items:
        cloud.table.put_item(TableName="table", Item=item)
    cloud.records.clear()
    return cloud, list(records)


@lru_cache(maxsize=1)
def _expected() -> Counter[Message]:
    """Return the messages that are sent when nothing goes wrong, each once."""
    cloud, records = _cloud()
    cloud.deliver(records)
    assert set(cloud.messages().values()) == {1}
    return cloud.messages()


def _order_of(record: Record) -> str:
    return str(image_of(record)["pk"]["S"])


def _in_order(cloud: Cloud) -> bool:
    """Return whether each order's events reached each recipient in the log's order, by each channel."""
    seen: dict[tuple[str, str, str], list[str]] = {}
    wanted = [f"{image_of(r)['order_id']['S']}#{image_of(r)['stream']['N']}#{image_of(r)['seq']['N']}" for r in _told()[1]]
    for event, recipient, channel in cloud.sns.names:
        seen.setdefault((event.split("#")[0], recipient, channel), []).append(event)
    return all(events == sorted(events, key=wanted.index) for events in seen.values())


def _shuffled(records: list[Record], random: Random) -> list[Record]:
    """Return the records in another order, in which each order's records keep theirs."""
    queues = {order: [it for it in records if _order_of(it) == order] for order in sorted({_order_of(it) for it in records})}
    mixed: list[Record] = []
    while queues:
        order = random.choice(list(queues))
        mixed.append(queues[order].pop(0))
        if not queues[order]:
            del queues[order]
    return _numbered(mixed)


@pytest.mark.parametrize("seed", seeds(20))
def test_duplicates_and_reordering_tell_everything_once(seed: int) -> None:
    """I9, N4: with orders mixed and deliveries repeated at random, each message is sent once, each order's in order."""
    random = Random(seed)
    cloud, records = _cloud()
    mixed, start = _shuffled(records, random), 0
    while start < len(mixed):
        end = min(len(mixed), start + random.randint(1, BATCH))
        for _ in range(random.randint(1, 3)):
            cloud.deliver(mixed[start:end])
        start = max(start + 1, end - random.randint(0, 3))
    assert _expected() == cloud.messages()
    assert _in_order(cloud)


@pytest.mark.parametrize("size", [1, 2, 7, BATCH])
def test_a_failure_at_each_record_loses_and_doubles_nothing(size: int) -> None:
    """I9, N4: whichever record of a batch fails at first, for whichever recipient, each message leaves once in the end."""
    for position in range(size):
        cloud, records = _cloud()
        batch = records[:size]
        event = image_of(batch[position])
        failing = f"{event['order_id']['S']}#{event['stream']['N']}#{event['seq']['N']}"
        refused: list[Message] = []

        def refusing(call: Call, carry: Carry, failing: str = failing, refused: list[Message] = refused) -> Any:  # noqa: ANN401
            if call.operation == "publish" and named(call.arguments)[0] == failing and named(call.arguments) not in refused:
                refused.append(named(call.arguments))
                raise ConnectionError(failing)
            return carry(call)

        cloud.hook = refusing
        cloud.deliver(records, size)
        assert refused, "every event tells the marketplace at least"
        assert _expected() == cloud.messages()
        assert _in_order(cloud)


@pytest.mark.parametrize("position", range(0, 90, 7))
def test_a_poison_record_ends_in_the_dead_letter_queue(position: int) -> None:
    """N4: a record that can never be read holds up its own order only, and lands in the dead letters with the records after it;
    repaired and delivered again, the rest is published, once.
    """
    cloud, records = _cloud()
    good = records[position % len(records)]
    spoilt = copy.deepcopy(good)
    image_of(spoilt)["data"] = {"S": '{"no": "event"'}
    cloud.deliver([spoilt if it is good else it for it in records])
    assert spoilt in cloud.dead_letters
    held = {it for it in _expected() if not cloud.messages()[it]}
    # What stands in the same batch behind it is retried as long; later batches are Lambda's to bring when this one is given up.
    assert {f"ORDER#{event.split('#')[0]}" for event, _, _ in held} <= {_order_of(good)}
    cloud.deliver([good if it is spoilt else it for it in cloud.dead_letters])
    assert _expected() == cloud.messages()


def test_a_batch_reports_what_has_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """N4: the function reports to Lambda the sequence numbers of what failed, and of its order's later events."""
    cloud, records = _cloud()
    cloud.hook = Fault(1, Kind.REQUEST_LOST)  # the first call reads markers ahead, and may fail
    monkeypatch.setattr(bootstrap, "publishing", lambda: cloud.publishing)
    monkeypatch.setattr(bootstrap, "counting", lambda: cloud.counting)
    first = [it for it in records if _order_of(it) == _order_of(records[0])]
    expected = [{"itemIdentifier": it["dynamodb"]["SequenceNumber"]} for it in first]
    assert {"batchItemFailures": expected} == publish_stream(records)
    assert not [event for event, _, _ in cloud.sns.names if event.startswith("order-0")]


def test_a_batch_is_counted_also_where_it_cannot_be_published(monkeypatch: pytest.MonkeyPatch) -> None:
    """A record that fails at a topic is counted in the statistics, once, however often it comes again."""
    cloud, records = _cloud()
    monkeypatch.setattr(bootstrap, "publishing", lambda: cloud.publishing)
    monkeypatch.setattr(bootstrap, "counting", lambda: cloud.counting)
    for hook in (Fault(1, Kind.REQUEST_LOST), cloud.hook):
        cloud.hook = hook
        publish_stream(records)
    rows = cloud.counting.statistics.days("day", "2000-01-01", "2099-12-31")
    assert len(STORIES) == sum(row.counts.get("orders", 0) for row in rows)
    assert len(STORIES) == sum(row.counts.get("opened", 0) for row in rows)


def test_sns_that_is_down_gives_up_nothing_early() -> None:
    """N4: while SNS fails, everything is reported as failed at every delivery, and nothing is marked as sent."""
    cloud, records = _cloud()

    def down(call: Call, carry: Carry) -> Any:  # noqa: ANN401 - an AWS reply
        if call.operation == "publish":
            raise ConnectionError
        return carry(call)

    cloud.hook = down
    for _ in range(ATTEMPTS - 1):
        assert len(records[:BATCH]) == len(publish_records(records[:BATCH], cloud.publishing))
    assert (
        cloud.table.query(
            TableName="table", KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": "SENT#order-0#0#1"}}
        )["Items"]
        == []
    )
