"""Publishes again what the stream's function gave up on.

Reads the batches that the stream's dead-letter queue names from the stream, or with ``--order`` an order's events from the
table, and publishes them as the function would: what was sent before is marked and is not sent again. A batch leaves the
queue once all of it is published. The stream keeps records for 24 hours; after that, name the orders. Messages to people
that no provider took, in the queue of their own, are put back among those that are due, and the next sweep sends them.

Set TABLE_NAME, PAYMENTS_TOPIC_ARN, EVENTS_TOPIC_ARN, MEDIATORS_TOPIC_ARN, PERSON_TOPIC_PREFIX, APP_LINK_BASE, DEADLINE_SHARDS
and UNDELIVERED_QUEUE_URL as the function ``publish`` has them, and AWS credentials and region as for any AWS tool.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from chalicelib.aws import client
from chalicelib.bootstrap import outgoing, publishing
from chalicelib.notify.publish import publish_records
from chalicelib.settings import settings
from chalicelib.store.codec import load
from chalicelib.store.keys import order_pk
from chalicelib.store.outgoing import Letter

if TYPE_CHECKING:
    from collections.abc import Iterator

Record = dict[str, Any]


def events_of(order_id: str) -> list[Record]:
    """All events of an order, as the stream would have them."""
    values = {":pk": {"S": order_pk(order_id)}, ":sk": {"S": "EVENT#"}}
    arguments: dict[str, Any] = {"ConsistentRead": True}
    found: list[Record] = []
    while True:
        page = client("dynamodb").query(
            TableName=settings().table_name,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues=values,
            **arguments,
        )
        found += page["Items"]
        if "LastEvaluatedKey" not in page:
            break
        arguments["ExclusiveStartKey"] = page["LastEvaluatedKey"]
    found.sort(key=lambda item: (item["at"]["S"], item["sk"]["S"]))
    return [
        {"eventID": f"redrive-{n}", "eventName": "INSERT", "dynamodb": {"NewImage": item, "SequenceNumber": str(n)}}
        for n, item in enumerate(found, 1)
    ]


def records_of(batch: dict[str, Any]) -> Iterator[Record]:
    """The stream's records that a dead-lettered batch names. Raises ``LookupError`` when the stream has trimmed them."""
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
        raise LookupError(msg) from error
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
    sqs, staying = client("sqs"), 0
    while messages := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, VisibilityTimeout=300).get("Messages"):
        for message in messages:
            batch = json.loads(message["Body"])["DDBStreamBatchInfo"]
            try:
                failed = publish_records(list(records_of(batch)), publishing())
            except LookupError as reason:
                failed = [str(reason)]
            if failed:
                staying += 1
                sys.stdout.write(f"stays: {batch['shardId']} from {batch['startSequenceNumber']}: {failed}\n")
            else:
                sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
                sys.stdout.write(f"published: {batch['shardId']} from {batch['startSequenceNumber']}\n")
    return staying


def redrive_undelivered(queue_url: str) -> None:
    """Have every message of the queue sent again, as of now."""
    sqs, now = client("sqs"), datetime.now(UTC)
    while messages := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, VisibilityTimeout=300).get("Messages"):
        for message in messages:
            dead = json.loads(message["Body"])
            letter = load(json.dumps(dead["letter"]), Letter)
            outgoing().put(letter, now)
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
            sys.stdout.write(f"to be sent: {letter.name} {letter.channel} (was: {dead['reason']})\n")


def main(arguments: list[str]) -> int:
    """Redrive the queue, or the orders named; 1 when something could not be published."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queue-url", help="the stream's dead-letter queue")
    parser.add_argument("--undelivered-url", help="the queue of messages to people that no provider took")
    parser.add_argument("--order", action="append", default=[], metavar="ORDER_ID", help="may be given several times")
    options = parser.parse_args(arguments)
    if not options.queue_url and not options.undelivered_url and not options.order:
        parser.error("give --queue-url, --undelivered-url or --order")
    if options.undelivered_url:
        redrive_undelivered(options.undelivered_url)
    failed = redrive_queue(options.queue_url) if options.queue_url else 0
    for order_id in options.order:
        unpublished = publish_records(events_of(order_id), publishing())
        sys.stdout.write(f"{order_id}: {'published' if not unpublished else f'not published: {unpublished}'}\n")
        failed += bool(unpublished)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
