"""Name what alarms watch: metrics of AWS's and of ours, and formulas over them."""

from dataclasses import dataclass

from infra.cloudformation import Value, attribute, ref

OPERATIONS = (
    "GetItem",
    "BatchGetItem",
    "Query",
    "Scan",
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "TransactWriteItems",
)
"""The calls of DynamoDB that the functions make. DynamoDB counts its own errors by call."""
INDEXES = ("by_buyer", "by_seller", "by_due", "by_work", "by_case")


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: its namespace, its name and its dimensions."""

    namespace: Value
    name: str
    dimensions: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression of CloudWatch's metric math over `metrics`, which it calls `m1`, `m2` and so on."""

    expression: str
    metrics: tuple[Metric, ...] = ()


SERVICE = ("service", "buyer-protection")
"""The dimension that every metric of ours has (`chalicelib/metrics.py`)."""


def of_ours(name: str, *dimensions: tuple[str, str]) -> Metric:
    """Return a metric that log lines carry."""
    return Metric(ref("AWS::StackName"), name, (SERVICE, *dimensions))


def of_function(function: str, name: str) -> Metric:
    """Return a metric that Lambda keeps of a function."""
    return Metric("AWS/Lambda", name, (("FunctionName", ref(function)),))


def of_queue(queue: str, name: str) -> Metric:
    """Return a metric that SQS keeps of a queue."""
    return Metric("AWS/SQS", name, (("QueueName", attribute(queue, "QueueName")),))


def waiting_in(queue: str) -> Metric:
    """Return the number of messages that wait in a queue."""
    return of_queue(queue, "ApproximateNumberOfMessagesVisible")


def age_in(queue: str) -> Metric:
    """Return the age of the oldest message in a queue, in seconds."""
    return of_queue(queue, "ApproximateAgeOfOldestMessage")


def of_api(name: str) -> Metric:
    """Return a metric that the gateway keeps of the API."""
    return Metric("AWS/ApiGateway", name, (("ApiName", ref("AWS::StackName")), ("Stage", "api")))


def undelivered_by(topic: str) -> Metric:
    """Return the number of messages of a topic that SNS could not deliver."""
    return Metric("AWS/SNS", "NumberOfNotificationsFailed", (("TopicName", attribute(topic, "TopicName")),))


def of_table(name: str, *dimensions: tuple[str, str]) -> Metric:
    """Return a metric that DynamoDB keeps of the table."""
    return Metric("AWS/DynamoDB", name, (("TableName", ref("Table")), *dimensions))


def summed(*metrics: Metric) -> Formula:
    """Return the sum of metrics."""
    return Formula("SUM(METRICS())", metrics)


THROTTLES = ("ReadThrottleEvents", "WriteThrottleEvents")
TABLE_THROTTLES = summed(*(of_table(name) for name in THROTTLES))
INDEX_THROTTLES = summed(*(of_table(name, ("GlobalSecondaryIndexName", index)) for index in INDEXES for name in THROTTLES))
TABLE_ERRORS = summed(*(of_table("SystemErrors", ("Operation", operation)) for operation in OPERATIONS))
SMS_SUCCESS = Formula('SELECT AVG("SMSSuccessRate") FROM "AWS/SNS"')
"""The share of SMS that arrived. SNS keeps it by country, so only a query sees the whole."""
