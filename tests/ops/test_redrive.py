"""The operator's redrive publishes again the records that the stream's function gave up on, and nothing twice (N4)."""

from __future__ import annotations

import json
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.notify.event_in_context import read_event
from chalicelib.notify.publish import publish_records
from chalicelib.service.execute import Request
from chalicelib.service.messages import write_message
from ops import redrive
from ops.cli import main
from ops.stack import Stack
from tests.reliability.acts import BUYER, SELLER
from tests.reliability.seam import Call, Carry, named, through
from tests.reliability.small_cloud import image_of
from tests.reliability.test_stream import _cloud, _expected, _order_of

if TYPE_CHECKING:
    import pytest

    from tests.reliability.small_cloud import Cloud

Record = dict[str, Any]
ARN = "arn:aws:dynamodb:eu-west-1:000000000000:table/table/stream/1"


class Trimmed(Exception):  # noqa: N818 - stands for the stream's own
    """The error of a stream that no longer has the records."""


class Stream:
    """A shard of the stream, as DynamoDB Streams serves it, two records a page."""

    exceptions = SimpleNamespace(TrimmedDataAccessException=Trimmed)

    def __init__(self, records: list[Record], *, trimmed: bool = False) -> None:
        """Hold ``records``; none of them can be read if the stream is ``trimmed``."""
        self.records, self.trimmed = records, trimmed

    def get_shard_iterator(self, *, SequenceNumber: str, **_: str) -> dict[str, str]:  # noqa: N803 - AWS's words
        """Return an iterator at a sequence number."""
        if self.trimmed:
            raise Trimmed
        numbers = [record["dynamodb"]["SequenceNumber"] for record in self.records]
        return {"ShardIterator": str(numbers.index(SequenceNumber))}

    def get_records(self, *, ShardIterator: str) -> dict[str, Any]:  # noqa: N803
        """Return a page, and the place where the next begins."""
        at = int(ShardIterator)
        return {"Records": self.records[at : at + 2], "NextShardIterator": str(at + 2)}


class Queue:
    """A dead-letter queue."""

    def __init__(self, *batches: Record) -> None:
        """Hold one message for each batch."""
        self.messages = {str(n): json.dumps({"DDBStreamBatchInfo": batch}) for n, batch in enumerate(batches)}
        self.in_flight: set[str] = set()

    def receive_message(self, **_: object) -> dict[str, Any]:
        """Return the visible messages, and make them invisible."""
        seen = [n for n in self.messages if n not in self.in_flight]
        self.in_flight |= set(seen)
        return {"Messages": [{"ReceiptHandle": n, "MessageId": n, "Body": self.messages[n]} for n in seen]} if seen else {}

    def delete_message(self, *, ReceiptHandle: str, **_: object) -> None:  # noqa: N803
        """Remove a message."""
        del self.messages[ReceiptHandle]


def at_work(monkeypatch: pytest.MonkeyPatch, cloud: Cloud, **clients: object) -> None:
    """Return the tool over a cloud in memory and these clients."""
    known = {"dynamodb": cloud.client("dynamodb"), **clients}
    urls = {"StreamFailuresUrl": "dead-letters", "UndeliveredUrl": "undelivered", "SweepFailuresUrl": "sweeps"}
    monkeypatch.setattr(redrive, "connect", lambda _: Stack("shop", urls, {}))
    monkeypatch.setattr(redrive, "client", known.__getitem__)
    monkeypatch.setattr(redrive, "settings", lambda: SimpleNamespace(table_name="table"))
    monkeypatch.setattr(redrive, "publishing", lambda: cloud.publishing)
    monkeypatch.setattr(redrive, "message_queue", lambda: cloud.message_queue)


def batch_of(records: list[Record]) -> Record:
    """Return the message that Lambda puts into the dead-letter queue for a batch it gave up on."""
    first, last = (record["dynamodb"]["SequenceNumber"] for record in (records[0], records[-1]))
    return {"streamArn": ARN, "shardId": "shard-1", "startSequenceNumber": first, "endSequenceNumber": last}


def test_a_dead_lettered_batch_is_published_and_leaves_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    """N4: after a redrive everybody has every message once, also those that had left before, and the queue is empty."""
    cloud, records = _cloud()
    publish_records(records[:7], cloud.publishing)
    publish_records(records[12:], cloud.publishing)
    queue = Queue(batch_of(records[5:12]))
    at_work(monkeypatch, cloud, sqs=queue, dynamodbstreams=Stream(records))

    assert 0 == main(["redrive", "--stack", "shop", "--stream"])
    assert {} == queue.messages
    assert _expected() == cloud.messages()


def test_what_the_stream_has_forgotten_stays_in_the_queue_and_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """N4: a batch that the stream has forgotten stays in the queue, and the tool names the way out."""
    cloud, records = _cloud()
    queue = Queue(batch_of(records[:3]))
    at_work(monkeypatch, cloud, sqs=queue, dynamodbstreams=Stream(records, trimmed=True))

    assert 1 == main(["redrive", "--stack", "shop", "--stream"])
    assert 1 == len(queue.messages)
    assert "--order" in capsys.readouterr().out


def test_a_message_of_another_form_stays_and_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """N4: what the tool does not understand is named and stays; the messages behind it are taken up."""
    cloud, records = _cloud()
    queue = Queue(batch_of(records[5:12]))
    queue.messages = {"odd": "{}", "none": "[", **queue.messages}
    at_work(monkeypatch, cloud, sqs=queue, dynamodbstreams=Stream(records))

    assert 1 == main(["redrive", "--stack", "shop", "--stream"])
    assert {"odd", "none"} == set(queue.messages)
    queue.in_flight.clear()
    assert 1 == main(["redrive", "--stack", "shop", "--undelivered"])
    assert {"odd", "none"} == set(queue.messages)
    assert 4 == capsys.readouterr().out.count("stays: message ")


def test_an_order_that_is_not_there_is_said_to_be(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A mistyped id is no success."""
    cloud, _ = _cloud()
    at_work(monkeypatch, cloud)

    assert 1 == main(["redrive", "--stack", "shop", "--order", "order-99"])
    assert "order-99: nothing is known of it" in capsys.readouterr().out


def test_an_order_is_published_again_from_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """N4, D11: events are kept for good, so no message depends on how long a stream remembers."""
    cloud, records = _cloud()
    orders = sorted({_order_of(record).removeprefix("ORDER#") for record in records})
    at_work(monkeypatch, cloud)

    assert 0 == main(["redrive", "--stack", "shop", *(part for order in orders for part in ("--order", order))])
    assert _expected() == cloud.messages()
    assert 0 == main(["redrive", "--stack", "shop", "--order", orders[0]])
    assert _expected() == cloud.messages()


def test_what_is_older_than_its_marks_is_not_told_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """N4: an old order's new events are published; events whose marks have expired are only counted."""
    cloud, records = _cloud()
    order = _order_of(records[0]).removeprefix("ORDER#")
    happened = [read_event(image_of(record)) for record in records if _order_of(record) == f"ORDER#{order}"]
    third = happened[2].event.at
    gone = {it.id for it in happened if it.event.at < third}
    at_work(monkeypatch, cloud)

    cloud.clock.at = third + timedelta(days=29)
    assert 0 == main(["redrive", "--stack", "shop", "--order", order])
    assert gone
    assert {it for it in _expected() if it[0].startswith(f"{order}#") and it[0] not in gone} == set(cloud.messages())
    assert f"{order}: published; {len(gone)} older than 29 days left out\n" == capsys.readouterr().out


def test_what_was_written_in_the_thread_is_published_again_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """N4, N5: a redrive of an order notifies once of each message in its thread, and never of an erased one."""
    cloud, _ = _cloud()
    services = cloud.services()
    for who in (BUYER, SELLER):
        write_message(services, "order-0", Request(who), "Hello")
    assert 1 == services.messages.erase_texts("order-0", SELLER)
    at_work(monkeypatch, cloud)

    for _ in range(2):
        assert 0 == main(["redrive", "--stack", "shop", "--order", "order-0"])
        told = {it[:2]: count for it, count in cloud.messages().items() if "#-1#" in it[0]}
        assert {("order-0#-1#1", f"seller:{SELLER.id}"): 1} == told


def test_an_undelivered_message_is_sent_after_a_redrive(monkeypatch: pytest.MonkeyPatch) -> None:
    """N4: a message that a provider refused for good is in the queue, and leaves once the cause is gone and it is put back."""
    cloud, records = _cloud()
    refused = next(it for it in _expected() if it[2] == "sms")

    def refusing(call: Call, carry: Carry) -> Any:  # noqa: ANN401 - an AWS reply
        if call.operation == "publish" and named(call.arguments) == refused:
            raise ClientError({"Error": {"Code": "AuthorizationError", "Message": "no"}}, "Publish")
        return carry(call)

    cloud.hook = refusing
    cloud.deliver(records)
    assert refused not in cloud.messages()
    queue = Queue()
    queue.messages = {str(n): body for n, body in enumerate(cloud.sqs.bodies)}
    cloud.hook = through
    at_work(monkeypatch, cloud, sqs=queue)
    assert 0 == main(["redrive", "--stack", "shop", "--undelivered"])
    assert ({}, "AuthorizationError") == (queue.messages, json.loads(cloud.sqs.bodies[0])["reason"])
    waiting = [item for item in cloud.table.snapshot() if item["sk"]["S"] == f"{refused[0]}#sms"]
    assert [f"OUT#{refused[1]}"] == [item["pk"]["S"] for item in waiting]


def test_shards_that_failed_are_taken_out_of_their_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    """D9: a later minute has swept them again, so the queue that keeps the alarm on is emptied, and no other."""
    cloud, _ = _cloud()
    purged: list[str] = []
    at_work(monkeypatch, cloud, sqs=SimpleNamespace(purge_queue=lambda *, QueueUrl: purged.append(QueueUrl)))  # noqa: N803

    assert 0 == main(["redrive", "--stack", "shop", "--sweeps"])
    assert ["sweeps"] == purged
    assert 2 == main(["redrive", "--stack", "shop"])
