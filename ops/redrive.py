"""Publish again what the stream's function gave up on, or send again what no provider took.

`--stream` takes the batches that the stream's dead-letter queue names. A batch leaves the queue once all of it is published.
The stream keeps records for 24 hours only; after that, `--order` publishes an order's events and its thread's messages from
the table. Messages that were sent before are marked and are not sent again. With `--order`, records older than 29 days are
left out and counted: their marks may be gone, so they would be sent twice.

`--undelivered` puts messages that no provider took back among those that are due; the next sweep sends them.
`--sweeps` empties the queue of shards that failed: a later minute has swept them again.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.aws import client
from chalicelib.bootstrap import message_queue, publishing
from chalicelib.notify.publish import publish_records
from chalicelib.settings import settings
from chalicelib.store.codec import from_timestamp, load
from chalicelib.store.items import text
from chalicelib.store.keys import EVENTS_PREFIX, MESSAGES_PREFIX, order_pk
from chalicelib.store.message_queue import QueuedMessage
from chalicelib.store.messages import message_of
from chalicelib.store.paging import every
from chalicelib.store.schema import UNREADABLE
from chalicelib.store.sent import KEPT_S
from ops.stack import connect

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from chalicelib.store.items import Item

Record = dict[str, Any]


class Trimmed(Exception):  # noqa: N818 - it says what happened
    """The stream no longer holds what a batch names."""


NOT_UNDERSTOOD = (*UNREADABLE, TypeError)
"""The errors that a message of another form raises."""
MARKED = timedelta(seconds=KEPT_S) - timedelta(days=1)
"""The age up to which the marks of sent messages are certainly there, with a day to spare."""


def told_of(order_id: str, since: datetime) -> tuple[list[Record], int]:
    """Return an order's events and messages from ``since`` on, as stream records, and how many are older."""
    found = [*_items(order_id, EVENTS_PREFIX), *_items(order_id, MESSAGES_PREFIX)]
    fresh = sorted((at, item["sk"]["S"], item) for item in found if (at := _at(item)) >= since)
    records = [
        {"eventID": f"redrive-{n}", "eventName": "INSERT", "dynamodb": {"NewImage": item, "SequenceNumber": str(n)}}
        for n, (_, _, item) in enumerate(fresh, 1)
    ]
    return records, len(found) - len(fresh)


def _at(item: Item) -> datetime:
    """Return the time at which an event happened or a message was sent."""
    return from_timestamp(text(item, "at")) if "at" in item else message_of(item).sent_at


def _items(order_id: str, prefix: str) -> list[Item]:
    found = every(
        client("dynamodb").query,
        TableName=settings().table_name,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
        ExpressionAttributeValues={":pk": {"S": order_pk(order_id)}, ":sk": {"S": prefix}},
        ConsistentRead=True,
    )
    return list(found)


def records_of(batch: dict[str, Any]) -> Iterator[Record]:
    """Yield the stream's records that a dead-lettered batch names. Raises ``Trimmed``."""
    streams = client("dynamodbstreams")
    start, end = int(batch["startSequenceNumber"]), int(batch["endSequenceNumber"])
    try:
        iterator = streams.get_shard_iterator(
            StreamArn=batch["streamArn"],
            ShardId=batch["shardId"],
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber=batch["startSequenceNumber"],
        )["ShardIterator"]
    except streams.exceptions.TrimmedDataAccessException as error:
        msg = f"the stream no longer holds {start} to {end}; name the orders with --order"
        raise Trimmed(msg) from error
    while iterator:
        page = streams.get_records(ShardIterator=iterator)
        for record in page["Records"]:
            number = int(record["dynamodb"]["SequenceNumber"])
            if number > end:
                return
            if number >= start:
                yield record
            if number == end:
                return
        iterator = page.get("NextShardIterator")


def redrive_queue(queue_url: str) -> int:
    """Publish every batch of the queue again. Returns how many stay, each with its reason printed."""
    staying = 0
    for message in _messages(queue_url):
        try:
            batch = json.loads(message["Body"])["DDBStreamBatchInfo"]
            named = f"{batch['shardId']} from {batch['startSequenceNumber']} to {batch['endSequenceNumber']}"
        except NOT_UNDERSTOOD:
            staying += 1
            sys.stdout.write(f"stays: message {message['MessageId']}: it is no batch of the stream\n")
            continue
        try:
            failed = publish_records(list(records_of(batch)), publishing())
        except Trimmed as reason:
            failed = [str(reason)]
        if failed:
            staying += 1
            sys.stdout.write(f"stays: {named}: {failed}\n")
        else:
            client("sqs").delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
            sys.stdout.write(f"published: {named}\n")
    return staying


def redrive_undelivered(queue_url: str) -> int:
    """Have every message of the queue sent again, as of now. Returns how many stay, each with its reason printed."""
    now, staying = datetime.now(UTC), 0
    for message in _messages(queue_url):
        try:
            dead = json.loads(message["Body"])
            letter, reason = load(json.dumps(dead["letter"]), QueuedMessage), dead["reason"]
        except NOT_UNDERSTOOD:
            staying += 1
            sys.stdout.write(f"stays: message {message['MessageId']}: it is no message to a person\n")
            continue
        message_queue().put(letter, now)
        client("sqs").delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        sys.stdout.write(f"to be sent: {letter.name} {letter.channel} (was: {reason})\n")
    return staying


def _messages(queue_url: str) -> Iterator[dict[str, Any]]:
    """Yield every message of a queue once, and say in the end how many there were."""
    sqs, count = client("sqs"), 0
    while messages := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, VisibilityTimeout=300).get("Messages"):
        count += len(messages)
        yield from messages
    sys.stdout.write(f"{queue_url.rpartition('/')[2]}: {count} messages\n")


def redrive_order(order_id: str) -> list[str]:
    """Publish what is known of an order and surely marked. Returns what could not be published."""
    to = publishing()
    records, older = told_of(order_id, to.clock.now() - MARKED)
    if not records and not older:
        sys.stdout.write(f"{order_id}: nothing is known of it\n")
        return [order_id]
    unpublished = publish_records(records, to)
    sys.stdout.write(f"{order_id}: {f'not published: {unpublished}' if unpublished else 'published'}")
    sys.stdout.write(f"; {older} older than {MARKED.days} days left out\n" if older else "\n")
    return unpublished


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("--stream", action="store_true", help="the batches in the queue StreamFailures")
    parser.add_argument("--undelivered", action="store_true", help="the messages in the queue Undelivered")
    parser.add_argument("--sweeps", action="store_true", help="empty the queue SweepFailures")
    parser.add_argument("--order", action="append", default=[], metavar="ORDER_ID", help="may be given several times")


def run(options: argparse.Namespace) -> int:
    """Redrive what is named, and return 1 when something could not be published."""
    if not (options.stream or options.undelivered or options.sweeps or options.order):
        sys.stderr.write("give --stream, --undelivered, --sweeps or --order\n")
        return 2
    stack = connect(options.stack)
    failed = redrive_undelivered(stack.output("UndeliveredUrl")) if options.undelivered else 0
    if options.sweeps:
        client("sqs").purge_queue(QueueUrl=stack.output("SweepFailuresUrl"))
        sys.stdout.write("emptied: SweepFailures\n")
    failed += redrive_queue(stack.output("StreamFailuresUrl")) if options.stream else 0
    failed += sum(bool(redrive_order(order_id)) for order_id in options.order)
    return 1 if failed else 0
