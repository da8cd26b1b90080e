"""Poison in the deployed queues: a message that no delivery can handle ends where an alarm counts it (docs/alarm-drills.md)."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from localcloud.cloud import LocalCloud
from tests.operations.ringing import rings
from tests.waiting import awaited

POISON = "no message of ours"


@contextmanager
def quickly_again(cloud: LocalCloud, queue: str) -> Iterator[None]:
    """Deliver a failed message again after a second, while this lasts, and not after minutes."""
    sqs, name = cloud.aws("sqs"), "VisibilityTimeout"
    before = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=[name])["Attributes"][name]
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={name: "1"})
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={name: before})


@pytest.mark.parametrize(
    ("queue", "dead_letters", "alarm"),
    [
        ("sweep_queue", "sweep_failures", "SweepFailuresAlarm"),
        ("upload_queue", "upload_failures", "UploadFailuresAlarm"),
    ],
)
def test_a_poison_message_ends_in_the_dead_letters(cloud: LocalCloud, queue: str, dead_letters: str, alarm: str) -> None:
    """D12, N6: the function fails or hands it back each time, and then the queue sets it aside; one such message rings."""
    sqs, aside = cloud.aws("sqs"), cloud.endpoints[dead_letters]
    with quickly_again(cloud, cloud.endpoints[queue]):
        sqs.send_message(QueueUrl=cloud.endpoints[queue], MessageBody=POISON)
        (found,) = awaited(lambda: sqs.receive_message(QueueUrl=aside, VisibilityTimeout=0).get("Messages"))
    waiting = "ApproximateNumberOfMessages"
    count = int(sqs.get_queue_attributes(QueueUrl=aside, AttributeNames=[waiting])["Attributes"][waiting])
    sqs.delete_message(QueueUrl=aside, ReceiptHandle=found["ReceiptHandle"])

    assert POISON == found["Body"]
    assert rings(alarm, [[count]])
