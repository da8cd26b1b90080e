"""List the alarms: the metric, the value at which it goes off, and why that is worth waking somebody for.

A new alarm is one row of `ALARMS`. One on a log line also needs the filter that counts the line (`logs.FILTERS`).
"""

from dataclasses import dataclass
from typing import Any, Literal

from infra.cloudformation import Value, attribute, ref, resource

FIVE_MINUTES, A_DAY = 300, 86_400


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric that is watched: AWS's own of a resource, or one of ours, which has no dimensions."""

    namespace: Value
    name: str
    dimensions: tuple[tuple[str, Value], ...] = ()


def of_ours(name: str) -> Metric:
    """Return a metric that a filter of `logs` makes."""
    return Metric(ref("AWS::StackName"), name)


def of_function(function: str, name: str) -> Metric:
    """Return a metric that Lambda keeps of a function."""
    return Metric("AWS/Lambda", name, (("FunctionName", ref(function)),))


def of_queue(queue: str, name: str) -> Metric:
    """Return a metric that SQS keeps of a queue."""
    return Metric("AWS/SQS", name, (("QueueName", attribute(queue, "QueueName")),))


def waiting_in(queue: str) -> Metric:
    """Return the number of messages that wait in a queue."""
    return of_queue(queue, "ApproximateNumberOfMessagesVisible")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One alarm. It goes off when the metric is past `threshold` in each of `periods` periods of `seconds`.

    `description` is what the operators are mailed, so it says what happened; `reason` says why it is watched like this.
    `missing` says how AWS treats a period without data.
    """

    name: str
    description: str
    metric: Metric
    statistic: Literal["Sum", "Maximum"]
    reason: str
    threshold: Value = 0
    comparison: Literal["GreaterThanThreshold", "LessThanThreshold"] = "GreaterThanThreshold"
    seconds: int = 60
    periods: int = 1
    missing: Literal["notBreaching", "breaching", "ignore"] = "notBreaching"


ALARMS = (
    Alarm(
        name="ApiErrorsAlarm",
        description="The API answered 5xx: a request was not served.",
        metric=Metric("AWS/ApiGateway", "5XXError", (("ApiName", ref("AWS::StackName")), ("Stage", "api"))),
        statistic="Sum",
        periods=2,
        reason="Two minutes in a row: clients send a request again after a single 5xx, and that is no incident.",
    ),
    Alarm(
        name="StreamFailuresAlarm",
        description="A notification or a payment instruction could not be published "
        "and waits in the stream's dead-letter queue.",
        metric=waiting_in("StreamFailures"),
        statistic="Maximum",
        reason="Nothing reads this queue, and the stream forgets the records after 24 hours: an operator has a day.",
    ),
    Alarm(
        name="SweepFailuresAlarm",
        description="A shard of deadlines failed three times and waits in the sweep's dead-letter queue.",
        metric=waiting_in("SweepFailures"),
        statistic="Maximum",
        reason="Nothing reads this queue. A shard that fails each time enforces none of its deadlines.",
    ),
    Alarm(
        name="UploadFailuresAlarm",
        description="An uploaded file could not be looked at five times and waits in the uploads' dead-letter queue.",
        metric=waiting_in("UploadFailures"),
        statistic="Maximum",
        reason="Nothing reads this queue, and the bucket deletes the file after a day: evidence would be lost.",
    ),
    Alarm(
        name="FailedPaymentsAlarm",
        description="The payment service reported that a refund or a release failed: money is not where the ledger says.",
        metric=of_ours("FailedPaymentInstructions"),
        statistic="Sum",
        reason="Each one counts. The payment is issued again an hour later, but a wrong account stays wrong (M2).",
    ),
    Alarm(
        name="OverduePaymentsAlarm",
        description="Nothing was heard of a payment for 72 hours, though it was published again: nobody may have paid it.",
        metric=of_ours("OverduePaymentInstructions"),
        statistic="Sum",
        reason="Each one counts. A payment that never fails and never settles shows nowhere else (M2).",
    ),
    Alarm(
        name="PaymentsDeliveryAlarm",
        description="A payment instruction did not reach a subscriber of its topic.",
        metric=Metric("AWS/SNS", "NumberOfNotificationsFailed", (("TopicName", attribute("PaymentsTopic", "TopicName")),)),
        statistic="Sum",
        reason="SNS has given up by then: nobody pays, and the ledger waits for a result that does not come.",
    ),
    Alarm(
        name="SweepBacklogAlarm",
        description="Shards wait more than five minutes to be swept: deadlines may be enforced that late.",
        metric=of_queue("SweepQueue", "ApproximateAgeOfOldestMessage"),
        statistic="Maximum",
        threshold=FIVE_MINUTES,
        periods=2,
        reason="Every read applies the deadlines itself, but messages and payouts wait for the sweep (ADR 2).",
    ),
    Alarm(
        name="DeadlineBacklogAlarm",
        description="A sweep found a case that has been due for more than five minutes: its log line names the shard.",
        metric=of_ours("OldestDueSeconds"),
        statistic="Maximum",
        threshold=FIVE_MINUTES,
        periods=2,
        reason="The queue can be empty while one case fails in every sweep. Only the age of the case shows that.",
    ),
    Alarm(
        name="FailedErasuresAlarm",
        description="A person could not be forgotten: the log of sweep_shard says who and why. It is tried again each hour.",
        metric=of_ours("FailedErasures"),
        statistic="Sum",
        seconds=FIVE_MINUTES,
        reason="The law gives a time limit for an erasure, and nothing else shows that one fails.",
    ),
    Alarm(
        name="SweepSilentAlarm",
        description="The sweep did not run for five minutes: nothing enforces deadlines.",
        metric=of_function("Sweep", "Invocations"),
        statistic="Sum",
        threshold=1,
        comparison="LessThanThreshold",
        seconds=FIVE_MINUTES,
        missing="breaching",
        reason="A schedule that is switched off sends no data at all, so missing data counts as an alarm.",
    ),
    Alarm(
        name="StreamLagAlarm",
        description="Messages are sent more than five minutes after what they tell.",
        metric=of_function("Publish", "IteratorAge"),
        statistic="Maximum",
        threshold=FIVE_MINUTES * 1000,
        periods=2,
        reason="A record that fails holds up every message behind it. The metric is in milliseconds.",
    ),
    Alarm(
        name="ChatAlarm",
        description="New messages are not pushed to live connections; apps show them when they next read the thread.",
        metric=of_function("Chat", "Errors"),
        statistic="Sum",
        periods=2,
        reason="Live chat gives up after a minute and keeps no dead letters, so only its errors show that it fails.",
    ),
    Alarm(
        name="ConnectionsAlarm",
        description="Live connections cannot be opened or used; apps read the threads instead.",
        metric=Metric("AWS/ApiGateway", "IntegrationError", (("ApiId", ref("WebsocketAPI")), ("Stage", "api"))),
        statistic="Sum",
        periods=2,
        reason="The gateway fails before a function logs anything. Two minutes in a row: apps connect again.",
    ),
    Alarm(
        name="UndeliveredAlarm",
        description="A message to a person was refused for good or failed ten times, "
        "and waits in the queue of what is undelivered.",
        metric=waiting_in("Undelivered"),
        statistic="Maximum",
        reason="Nothing reads this queue: somebody is not told of a deadline until an operator sends it again.",
    ),
    Alarm(
        name="SwitchesUnreadAlarm",
        description="Publishing cannot read the kill switches: new processes hold every payment until they can.",
        metric=of_ours("SwitchesUnread"),
        statistic="Sum",
        seconds=FIVE_MINUTES,
        periods=3,
        reason="A single failure passes by itself and changes nothing. Fifteen minutes are a missing right, or an outage.",
    ),
    Alarm(
        name="LedgerFaultsAlarm",
        description="The daily check found items of the table that contradict each other: the log of verify names them.",
        metric=of_ours("LedgerFaults"),
        statistic="Maximum",
        seconds=FIVE_MINUTES,
        reason="Money, deadlines or lists are not what the events say, and nothing else would show it.",
    ),
    Alarm(
        name="VerifySilentAlarm",
        description="For two days no check of the whole table was finished.",
        metric=of_ours("LedgerFaults"),
        statistic="Maximum",
        threshold=0,
        comparison="LessThanThreshold",
        seconds=A_DAY,
        periods=2,
        missing="breaching",
        reason="The number is never below zero, so only missing data, a check that did not end, sets it off.",
    ),
    Alarm(
        name="SmsSpendAlarm",
        description="The account has spent more on SMS this month than SmsSpendAlarmUsd. "
        "At its spend limit SNS stops sending them.",
        metric=Metric("AWS/SNS", "SMSMonthToDateSpentUSD"),
        statistic="Maximum",
        threshold=ref("SmsSpendAlarmUsd"),
        seconds=FIVE_MINUTES,
        missing="ignore",
        reason="SNS reports what was spent only when it sends an SMS; `ignore` keeps the state in between.",
    ),
    Alarm(
        name="SmsCappedAlarm",
        description="An SMS was not sent because a recipient's or the deployment's limit for the day is reached.",
        metric=of_ours("SmsCapped"),
        statistic="Sum",
        seconds=FIVE_MINUTES,
        reason="It is a flood, or a limit that is too low. A person who has only a phone is told nothing meanwhile.",
    ),
)


def resources() -> dict[str, Any]:
    """Return the rows as resources, by name."""
    return {row.name: resource("AWS::CloudWatch::Alarm", _alarm(row)) for row in ALARMS}


def _alarm(row: Alarm) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "AlarmDescription": row.description,
        "Namespace": row.metric.namespace,
        "MetricName": row.metric.name,
        "Statistic": row.statistic,
        "Period": row.seconds,
        "EvaluationPeriods": row.periods,
        "Threshold": row.threshold,
        "ComparisonOperator": row.comparison,
        "TreatMissingData": row.missing,
        "AlarmActions": [ref("OperatorsTopic")],
        "OKActions": [ref("OperatorsTopic")],
    }
    if row.metric.dimensions:
        properties["Dimensions"] = [{"Name": name, "Value": value} for name, value in row.metric.dimensions]
    return properties
