"""List the queues, their dead-letter queues and the topics."""

from dataclasses import dataclass
from typing import Any

from infra.cloudformation import NOTHING, attribute, given, ref, resource, sub

AN_HOUR, A_DAY, TWO_WEEKS = 3600, 86_400, 1_209_600  # seconds; SQS keeps a message for two weeks at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """One SQS queue, encrypted. Times are in seconds.

    `visibility` is how long a message stays hidden from other readers while one works on it. After `tries` failures it
    moves to the queue `dead_letters`. A queue that no function reads has neither, unless a system of the marketplace `reads`
    it. With a `condition` the queue is there only where the template's condition of that name holds.
    """

    name: str
    reason: str
    kept: int
    visibility: int | None = None
    dead_letters: str | None = None
    tries: int | None = None
    reads: str | None = None
    condition: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One SNS topic; `suffix` follows the stack's name in the topic's own."""

    name: str
    suffix: str
    reason: str


QUEUES = (
    Queue(
        name="SweepFailures",
        kept=TWO_WEEKS,
        reason="Holds the shards that failed, so that an operator can see which and why. Nothing reads it.",
    ),
    Queue(
        name="SweepQueue",
        kept=AN_HOUR,
        visibility=360,
        dead_letters="SweepFailures",
        tries=3,
        reason="One message a shard a minute. An hour is enough: a later message asks for the same. "
        "Hidden for six times the function's timeout, as AWS advises.",
    ),
    Queue(
        name="StreamFailures",
        kept=TWO_WEEKS,
        reason="Names the stream's records that could not be published; `ops redrive --stream` publishes them again.",
    ),
    Queue(
        name="UploadFailures",
        kept=TWO_WEEKS,
        reason="Names the files that could not be checked. Nothing reads it.",
    ),
    Queue(
        name="UploadQueue",
        kept=A_DAY,
        visibility=180,
        dead_letters="UploadFailures",
        tries=5,
        reason="One message a file stored. A day is enough: the bucket deletes a file that was not taken in by then. "
        "Hidden for six times the function's timeout, as AWS advises.",
    ),
    Queue(
        name="JobFailures",
        kept=TWO_WEEKS,
        reason="Holds the calls of `sweep` and `device_failed` that failed three times, with what they were called for.",
    ),
    Queue(
        name="WebhookFailures",
        kept=TWO_WEEKS,
        reason="Names the webhooks whose attempt this product could not make or record. Nothing reads it.",
    ),
    Queue(
        name="WebhookQueue",
        kept=AN_HOUR,
        visibility=180,
        dead_letters="WebhookFailures",
        tries=5,
        reason="One message an attempt. An hour is enough: the sweep sends those again that are still due. "
        "Hidden for six times the function's timeout, as AWS advises.",
    ),
    Queue(
        name="PaymentsFailures",
        kept=TWO_WEEKS,
        condition="HasPaymentsQueue",
        reason="Holds payment instructions that the payment system could not take in. Nothing reads it.",
    ),
    Queue(
        name="PaymentsQueue",
        kept=TWO_WEEKS,
        visibility=60,
        dead_letters="PaymentsFailures",
        tries=5,
        reads="the payment system",
        condition="HasPaymentsQueue",
        reason="Payment instructions for the payment system to read, so that none is lost while it is down.",
    ),
    Queue(
        name="Undelivered",
        kept=TWO_WEEKS,
        reason="Holds messages to people that no provider took; `ops redrive --undelivered` sends them again.",
    ),
)

TOPICS = (
    Topic(name="PaymentsTopic", suffix="payments", reason="Tells the payment system what to refund and to release."),
    Topic(name="EventsTopic", suffix="events", reason="Tells the marketplace's other systems what happened."),
    Topic(name="MediatorsTopic", suffix="mediators", reason="Tells the mediators together which cases wait for them."),
    Topic(name="OperatorsTopic", suffix="operators", reason="Every alarm goes here, and mails `AlarmEmail` if it is set."),
    Topic(
        name="DeviceFailuresTopic",
        suffix="device-failures",
        reason="SNS reports here that a device takes no more push messages, and the device is forgotten.",
    ),
)


def resources() -> dict[str, Any]:
    """Return the rows as resources, by name, and the topics' policy."""
    queues = {row.name: resource("AWS::SQS::Queue", _queue(row), data_goes=True, condition=row.condition) for row in QUEUES}
    topics = {row.name: resource("AWS::SNS::Topic", _topic(row)) for row in TOPICS}
    policies = {f"{row.name}Policy": resource("AWS::SNS::TopicPolicy", _policy(row)) for row in TOPICS}
    return topics | policies | queues


def _topic(row: Topic) -> dict[str, Any]:
    return {"TopicName": sub(f"${{AWS::StackName}}-{row.suffix}"), "KmsMasterKeyId": given("KmsKeyArn")}


def _policy(row: Topic) -> dict[str, Any]:
    """Return what SNS allows by default, which is the account itself, and refuse connections without TLS."""
    account = {
        "Sid": "TheAccountItself",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [f"sns:{it}" for it in ("GetTopicAttributes", "ListSubscriptionsByTopic", "Publish", "Subscribe")],
        "Resource": [ref(row.name)],
        "Condition": {"StringEquals": {"AWS:SourceOwner": ref("AWS::AccountId")}},
    }
    plain = {
        "Sid": "EncryptedConnectionsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["sns:Publish"],
        "Resource": [ref(row.name)],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {"Topics": [ref(row.name)], "PolicyDocument": {"Version": "2012-10-17", "Statement": [account, plain]}}


def _queue(row: Queue) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "SqsManagedSseEnabled": given("KmsKeyArn", NOTHING, otherwise=True),
        "KmsMasterKeyId": given("KmsKeyArn"),
    }
    if row.visibility is not None:
        properties["VisibilityTimeout"] = row.visibility
    properties["MessageRetentionPeriod"] = row.kept
    if row.dead_letters is not None:
        target = attribute(row.dead_letters, "Arn")
        properties["RedrivePolicy"] = {"deadLetterTargetArn": target, "maxReceiveCount": row.tries}
    return properties
