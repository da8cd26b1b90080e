"""List the dashboard's charts, in rows by what an operator asks: the API, the jobs, the money, the disputes, the messages."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from infra.cloudformation import ref, resource, sub
from infra.logs import LOG_GROUPS
from infra.queues import QUEUES
from infra.watched import INDEXES, OPERATIONS, SERVICE, THROTTLES

API = ("ApiName", "${AWS::StackName}", "Stage", "api")
MAXIMUM = {"stat": "Maximum"}
COLUMNS, HEIGHT, COLUMNS_OF_A_ROW = 24, 6, 3

Line = Sequence[object]


def ours(name: str, *more: object) -> Line:
    """Return a line with a metric of ours: over all of its dimensions, or over those that `more` names."""
    return ("${AWS::StackName}", name, *SERVICE, *more)


def by(name: str, *dimensions: str) -> Line:
    """Return a line for each value of a metric's dimensions."""
    schema = ",".join(('"${AWS::StackName}"', SERVICE[0], *dimensions))  # a stack's name may hold a hyphen
    return ({"expression": f"SEARCH('{{{schema}}} MetricName=\"{name}\"', 'Sum')", "id": name.lower()},)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart with its lines, each as CloudWatch writes a metric: namespace, name, dimensions, and how it differs."""

    title: str
    lines: tuple[Line, ...]
    reason: str
    seconds: int = 60


@dataclass(frozen=True, slots=True)
class Row:
    """The charts that stand side by side under one heading."""

    heading: str
    charts: tuple[Chart, ...]


AN_HOUR, A_DAY = 3600, 86_400
ROWS = (
    Row(
        "API",
        (
            Chart(
                title="Requests and errors",
                lines=tuple(("AWS/ApiGateway", name, *API) for name in ("Count", "4XXError", "5XXError")),
                reason="Shows the load, and whose fault the errors are.",
            ),
            Chart(
                title="Latency, ms",
                lines=tuple(("AWS/ApiGateway", "Latency", *API, {"stat": stat}) for stat in ("p50", "p95", "p99")),
                reason="Shows what most people wait and what the slowest do.",
            ),
            Chart(
                title="Refused calls by status; identity provider's keys unreachable",
                lines=(by("CallsRefused", "Status"), ours("KeysUnreachable")),
                reason="Shows a flood, or a login that broke for everybody.",
            ),
        ),
    ),
    Row(
        "Jobs",
        (
            Chart(
                title="Sweep: rounds a minute, age of the oldest message and of the oldest due case in s",
                lines=(
                    ours("SweepRounds"),
                    ("AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", "${SweepQueue.QueueName}", MAXIMUM),
                    ours("OldestDueSeconds", MAXIMUM),
                ),
                reason="Shows how late deadlines are enforced, and which step is behind.",
            ),
            Chart(
                title="Functions: errors",
                lines=tuple(("AWS/Lambda", "Errors", "FunctionName", f"${{{row.function}}}") for row in LOG_GROUPS),
                reason="Shows which function fails.",
            ),
            Chart(
                title="Functions: most at once, throttles",
                lines=(
                    *(
                        ("AWS/Lambda", "ConcurrentExecutions", "FunctionName", f"${{{row.function}}}", MAXIMUM)
                        for row in LOG_GROUPS
                    ),
                    *(("AWS/Lambda", "Throttles", "FunctionName", f"${{{row.function}}}") for row in LOG_GROUPS),
                ),
                reason="Shows how near the account's limit of concurrent functions is.",
            ),
            Chart(
                title="Publishing: lag of the stream in ms",
                lines=tuple(
                    ("AWS/Lambda", "IteratorAge", "FunctionName", function, MAXIMUM) for function in ("${Publish}", "${Chat}")
                ),
                reason="Shows how late people and systems are told.",
            ),
            Chart(
                title="Queues: messages that wait",
                lines=tuple(
                    ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", f"${{{row.name}.QueueName}}", MAXIMUM)
                    for row in QUEUES
                    if row.condition is None
                ),
                reason="Shows what is behind and what was given up on.",
            ),
            Chart(
                title="Table: throttles, conflicts, errors of DynamoDB, items that cannot be read, faults of the daily check",
                lines=(
                    *(("AWS/DynamoDB", name, "TableName", "${Table}") for name in (*THROTTLES, "TransactionConflict")),
                    *(
                        ("AWS/DynamoDB", "WriteThrottleEvents", "TableName", "${Table}", "GlobalSecondaryIndexName", index)
                        for index in INDEXES
                    ),
                    *(
                        ("AWS/DynamoDB", "SystemErrors", "TableName", "${Table}", "Operation", operation)
                        for operation in OPERATIONS
                    ),
                    ours("UnreadableItems"),
                    ours("LedgerFaults", MAXIMUM),
                ),
                reason="Shows a hot key or an account's limit, which clients see as slow answers.",
            ),
        ),
    ),
    Row(
        "Money",
        (
            Chart(
                title="Payments: instructions sent, failed, overdue, held; switches that cannot be read",
                lines=(
                    ("AWS/SNS", "NumberOfMessagesPublished", "TopicName", "${PaymentsTopic.TopicName}"),
                    ours("FailedPaymentInstructions"),
                    ours("OverduePaymentInstructions"),
                    ours("PayoutsHeld"),
                    ours("SwitchesUnread"),
                ),
                reason="Shows the share of payments that fail.",
                seconds=AN_HOUR,
            ),
            Chart(
                title="Oldest payment without a result, s",
                lines=(ours("OldestPendingPaymentSeconds", MAXIMUM),),
                reason="Shows whether the payment system works at all.",
            ),
            Chart(
                title="Refunds a day, and their amounts in minor units by currency",
                lines=(ours("Refunds"), by("RefundedMinor", "Currency")),
                reason="Shows what disputes cost, and a day that is not like the others.",
                seconds=A_DAY,
            ),
        ),
    ),
    Row(
        "Disputes",
        (
            Chart(
                title="Disputes a day: opened, escalated, resolved, silent sellers",
                lines=tuple(
                    ours(name) for name in ("DisputesOpened", "DisputesEscalated", "DisputesResolved", "SilentSellers")
                ),
                reason="Shows the load of the parties and of the mediators.",
                seconds=A_DAY,
            ),
            Chart(
                title="Resolved a day, by outcome and basis",
                lines=(by("DisputesResolved", "Outcome", "Basis"),),
                reason="Shows how disputes end, and what a new policy changes.",
                seconds=A_DAY,
            ),
            Chart(
                title="Time to the first answer, to the end, and in the mediators' queue, s",
                lines=(
                    ours("FirstAnswerSeconds", {"stat": "p50"}),
                    ours("DisputeSeconds", {"stat": "p50"}),
                    ours("OldestMediationSeconds", MAXIMUM),
                ),
                reason="Shows what people wait for.",
                seconds=A_DAY,
            ),
            Chart(
                title="Erasures: failed; longest wait, s",
                lines=(ours("FailedErasures"), ours("ErasureWaitingSeconds", MAXIMUM)),
                reason="Shows whether the law's month is kept.",
                seconds=A_DAY,
            ),
        ),
    ),
    Row(
        "Messages",
        (
            Chart(
                title="Undelivered, by channel",
                lines=(by("Undelivered", "Channel"),),
                reason="Shows which provider refuses messages.",
                seconds=AN_HOUR,
            ),
            Chart(
                title="Push messages to devices that are gone",
                lines=(ours("DevicesGone"),),
                reason="Shows whether devices that were given up are forgotten.",
                seconds=AN_HOUR,
            ),
            Chart(
                title="SMS: sent, held back, left out by the switch, spent this month in USD",
                lines=(
                    ours("SmsSent"),
                    ours("SmsCapped"),
                    ours("SmsLeftOut"),
                    ("AWS/SNS", "SMSMonthToDateSpentUSD", MAXIMUM),
                ),
                reason="SMS cost money one by one.",
                seconds=AN_HOUR,
            ),
            Chart(
                title="Shares: bounced mail, mail reported as spam, SMS that arrived",
                lines=(
                    ("AWS/SES", "Reputation.BounceRate", MAXIMUM),
                    ("AWS/SES", "Reputation.ComplaintRate", MAXIMUM),
                    ({"expression": "SEARCH('{AWS/SNS,Country,SMSType} SMSSuccessRate', 'Average')", "id": "sms"},),
                ),
                reason="Shows whether people get what providers took.",
                seconds=AN_HOUR,
            ),
            Chart(
                title="Records of tracking webhooks left out, by reason",
                lines=(by("WebhookRecordsDropped", "Reason"),),
                reason="Shows a carrier or a service that says something new.",
                seconds=AN_HOUR,
            ),
            Chart(
                title="Webhooks: attempts, endpoints switched off, age of the oldest message in s",
                lines=(
                    ("AWS/Lambda", "Invocations", "FunctionName", "${DeliverWebhook}"),
                    ours("WebhookEndpointsOff"),
                    ("AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", "${WebhookQueue.QueueName}", MAXIMUM),
                ),
                reason="Shows whether a slow endpoint holds up the others: each attempt takes up to ten seconds.",
                seconds=AN_HOUR,
            ),
        ),
    ),
)


def resources() -> dict[str, Any]:
    """Return the dashboard, by its name."""
    body = json.dumps({"widgets": _widgets()}, separators=(",", ":"))
    properties = {"DashboardName": ref("AWS::StackName"), "DashboardBody": sub(body)}
    return {"Dashboard": resource("AWS::CloudWatch::Dashboard", properties)}


def _widgets() -> list[dict[str, Any]]:
    """Return every heading with its charts below, three side by side."""
    widgets: list[dict[str, Any]] = []
    top, width = 0, COLUMNS // COLUMNS_OF_A_ROW
    for row in ROWS:
        place = {"x": 0, "y": top, "width": COLUMNS, "height": 1}
        widgets.append({"type": "text", **place, "properties": {"markdown": f"## {row.heading}"}})
        top += 1
        for number, chart in enumerate(row.charts):
            line, column = divmod(number, COLUMNS_OF_A_ROW)
            widgets.append(_widget(chart, x=column * width, y=top + line * HEIGHT, width=width))
        top += HEIGHT * -(-len(row.charts) // COLUMNS_OF_A_ROW)
    return widgets


def _widget(chart: Chart, *, x: int, y: int, width: int) -> dict[str, Any]:
    look = {"title": chart.title, "region": "${AWS::Region}", "view": "timeSeries", "period": chart.seconds, "stat": "Sum"}
    place = {"x": x, "y": y, "width": width, "height": HEIGHT}
    return {"type": "metric", **place, "properties": {**look, "metrics": chart.lines}}
