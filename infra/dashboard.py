"""List the dashboard's charts, two side by side."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from infra.cloudformation import ref, resource, sub

API = ("ApiName", "${AWS::StackName}", "Stage", "api")
MAXIMUM = {"stat": "Maximum"}
WIDTH, HEIGHT, COLUMNS = 12, 6, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart with its lines, each as CloudWatch writes a metric: namespace, name, dimensions, and how it differs."""

    title: str
    lines: tuple[Sequence[object], ...]
    reason: str


CHARTS = (
    Chart(
        title="API: requests and errors",
        lines=tuple(("AWS/ApiGateway", name, *API) for name in ("Count", "4XXError", "5XXError")),
        reason="Shows the load, and whose fault the errors are.",
    ),
    Chart(
        title="API: latency, ms",
        lines=tuple(("AWS/ApiGateway", "Latency", *API, {"stat": stat}) for stat in ("p50", "p95", "p99")),
        reason="Shows what most people wait and what the slowest do.",
    ),
    Chart(
        title="Sweep: runs, shard errors, age of the oldest message and of the oldest due case in s",
        lines=(
            ("AWS/Lambda", "Invocations", "FunctionName", "${Sweep}"),
            ("AWS/Lambda", "Errors", "FunctionName", "${SweepShard}"),
            ("AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", "${SweepQueue.QueueName}", MAXIMUM),
            ("${AWS::StackName}", "OldestDueSeconds", MAXIMUM),
        ),
        reason="Shows how late deadlines are enforced, and which step is behind.",
    ),
    Chart(
        title="Publishing: lag in ms, errors, set aside",
        lines=(
            ("AWS/Lambda", "IteratorAge", "FunctionName", "${Publish}", MAXIMUM),
            ("AWS/Lambda", "Errors", "FunctionName", "${Publish}"),
            ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", "${StreamFailures.QueueName}", MAXIMUM),
        ),
        reason="Shows how late people are told, and what was given up on.",
    ),
    Chart(
        title="Payments: instructions sent, failed",
        lines=(
            ("AWS/SNS", "NumberOfMessagesPublished", "TopicName", "${PaymentsTopic.TopicName}"),
            ("${AWS::StackName}", "FailedPaymentInstructions"),
        ),
        reason="Shows the share of payments that fail.",
    ),
    Chart(
        title="Webhooks: attempts, errors of ours, age of the oldest message in s",
        lines=(
            ("AWS/Lambda", "Invocations", "FunctionName", "${DeliverWebhook}"),
            ("AWS/Lambda", "Errors", "FunctionName", "${DeliverWebhook}"),
            ("AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", "${WebhookQueue.QueueName}", MAXIMUM),
        ),
        reason="Shows whether a slow endpoint holds up the others: each attempt takes up to ten seconds.",
    ),
    Chart(
        title="Table: throttles and conflicts",
        lines=tuple(
            ("AWS/DynamoDB", name, "TableName", "${Table}")
            for name in ("ReadThrottleEvents", "WriteThrottleEvents", "TransactionConflict")
        ),
        reason="Shows a hot key or an account's limit, which clients see as slow answers.",
    ),
)


def resources() -> dict[str, Any]:
    """Return the dashboard, by its name."""
    widgets = [_widget(number, row) for number, row in enumerate(CHARTS)]
    body = json.dumps({"widgets": widgets}, separators=(",", ":"))
    properties = {"DashboardName": ref("AWS::StackName"), "DashboardBody": sub(body)}
    return {"Dashboard": resource("AWS::CloudWatch::Dashboard", properties)}


def _widget(number: int, row: Chart) -> dict[str, Any]:
    line, column = divmod(number, COLUMNS)
    place = {"x": column * WIDTH, "y": line * HEIGHT, "width": WIDTH, "height": HEIGHT}
    look = {"title": row.title, "region": "${AWS::Region}", "view": "timeSeries", "period": 60, "stat": "Sum"}
    return {"type": "metric", **place, "properties": {**look, "metrics": row.lines}}
