"""AWS's published quotas and prices, each with the page that states it. Prices are those of us-east-1, in US dollars."""

from __future__ import annotations

from dataclasses import dataclass

READ_ON = "November 2026"
"""When the numbers were looked up, in copies of these pages and in pages that repeat them."""
_DYNAMODB = "docs.aws.amazon.com/amazondynamodb/latest/developerguide"


@dataclass(frozen=True, slots=True)
class Published:
    """A number that AWS publishes, what it is, and where."""

    value: float
    what: str
    source: str
    seen: bool = True
    """False for a number that no page was found to repeat when it was looked up: check it before you rely on it."""

    def __str__(self) -> str:
        """Return it as a line of a report."""
        return f"{self.value:g} {self.what} ({self.source}{'' if self.seen else '; not found when looked up'})"


NEW_TABLE_WRITES = Published(
    4000, "write units/s of a new on-demand table", f"{_DYNAMODB}/on-demand-capacity-mode.html", seen=False
)
DOUBLES_IN_S = Published(1800, "s in which an on-demand table takes twice its peak before", NEW_TABLE_WRITES.source, seen=False)
TABLE_WRITES = Published(40_000, "write units/s of a table, by default", f"{_DYNAMODB}/ServiceQuotas.html", seen=False)
PARTITION_WRITES = Published(1000, "write units/s of a partition, and of a key", f"{_DYNAMODB}/warm-throughput-scenarios.html")
GATEWAY_CALLS = Published(
    10_000,
    "calls/s of API Gateway in an account",
    "docs.aws.amazon.com/apigateway/latest/developerguide/limits.html",
    seen=False,
)
STREAM_BATCHES = Published(
    10,
    "batches of a stream's shard at once at most",
    "docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html",
    seen=False,
)
CONCURRENCY = Published(
    1000, "functions at once in an account, by default", "docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html"
)
SMS_A_SECOND = Published(20, "SMS/s of an account, by default", "docs.aws.amazon.com/general/latest/gr/sns.html", seen=False)

WRITE_PRICE = Published(0.625e-6, "a write unit", "aws.amazon.com/dynamodb/pricing/on-demand")
READ_PRICE = Published(0.125e-6, "a read unit", WRITE_PRICE.source)
STORED_PRICE = Published(0.25, "a GB and month in DynamoDB", WRITE_PRICE.source)
GB_SECOND_PRICE = Published(16.6667e-6, "a GB-second of Lambda", "aws.amazon.com/lambda/pricing")
INVOCATION_PRICE = Published(0.20e-6, "an invocation of Lambda", GB_SECOND_PRICE.source)
GATEWAY_PRICE = Published(3.50e-6, "a call of a REST API", "aws.amazon.com/api-gateway/pricing")
SNS_PRICE = Published(0.50e-6, "a message to an SNS topic", "aws.amazon.com/sns/pricing", seen=False)
TRANSITION_PRICE = Published(0.025e-3, "a state transition of a Standard workflow", "aws.amazon.com/step-functions/pricing")
SERVER_PRICE = Published(0.0168, "an hour of a t4g.small", "aws.amazon.com/ec2/pricing/on-demand", seen=False)
DATABASE_PRICE = Published(0.032, "an hour of RDS for PostgreSQL, db.t4g.small", "aws.amazon.com/rds/postgresql/pricing")
DISK_PRICE = Published(0.115, "a GB and month of RDS's gp3", DATABASE_PRICE.source)
QUOTAS = (
    *(NEW_TABLE_WRITES, DOUBLES_IN_S, TABLE_WRITES, PARTITION_WRITES, GATEWAY_CALLS, STREAM_BATCHES, CONCURRENCY, SMS_A_SECOND),
)
PRICES = (
    *(WRITE_PRICE, READ_PRICE, STORED_PRICE, GB_SECOND_PRICE, INVOCATION_PRICE, GATEWAY_PRICE, SNS_PRICE),
    *(TRANSITION_PRICE, SERVER_PRICE, DATABASE_PRICE, DISK_PRICE),
)
