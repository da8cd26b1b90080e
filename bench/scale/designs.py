"""The designs that are compared: as it was at ``f7a609d``, as it is deployed now, and now with its parameters set for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import mean
from typing import TYPE_CHECKING, Any

from bench.commands import costs
from bench.messages import batch
from bench.scale.quotas import NEW_TABLE_WRITES, SMS_A_SECOND, TABLE_WRITES
from bench.sweeps import sweep_of
from bench.units import GOALS
from chalicelib.bootstrap import PUBLISHED_AT_ONCE
from chalicelib.notify.publish import publish_records
from chalicelib.store.tallies import SHARDS as COUNTERS
from infra.build import template
from infra.parameters.limits import PARAMETERS
from tests.reliability.small_cloud import Cloud

if TYPE_CHECKING:
    from tests.reliability.seam import Call, Carry

CALL_S = 0.005
COMMAND_CPU_S, EVENT_CPU_S, CASE_CPU_S = 0.005, 0.002, 0.003
MB_OF_A_PROCESSOR = 1769
ASSUMED = (
    f"a call of AWS takes {CALL_S * 1000:.0f} ms",
    f"a command takes {COMMAND_CPU_S * 1000:.0f} ms of a processor",
    f"publishing an event takes {EVENT_CPU_S * 1000:.0f} ms of one, and a due case {CASE_CPU_S * 1000:.0f} ms",
    f"a function has a processor for {MB_OF_A_PROCESSOR} MB (docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html)",
    "a stream has a shard for each 1,000 write units/s of its table; the table is new and has no peak behind it",
    "calls and writes that are refused are not sent again by clients; the sweep tries its writes again after 100 ms",
    "orders are open for 45 days and end at a midnight: 1 of 45 is due at each; 2 of 100 have a dispute",
)


@dataclass(frozen=True, slots=True)
class Design:
    """Everything of a design that the simulation reads."""

    name: str
    calls_a_second: int
    burst: int
    command_writes: float
    command_reads: float
    command_calls: float
    case_units: float
    case_calls: float
    shards: int
    shards_at_once: int
    event_calls: float
    published_at_once: int
    batches_at_once: int
    counters: int
    """The items among which the SMS of a day are counted; one counts 30 a second."""
    sms_a_second: int
    warm_writes: int
    api_mb: int
    job_mb: int

    def command_s(self) -> float:
        """Return how long a command takes."""
        return self.command_calls * CALL_S + COMMAND_CPU_S * MB_OF_A_PROCESSOR / self.api_mb

    def case_s(self) -> float:
        """Return how long a due case takes."""
        return self.case_calls * CALL_S + CASE_CPU_S * MB_OF_A_PROCESSOR / self.job_mb

    def events_s(self, events: int, mb: int = 0) -> float:
        """Return how long a batch of events takes to be published by a function, or by a process with that many MB."""
        rounds = -(-events // self.published_at_once)
        return rounds * self.event_calls * CALL_S + events * EVENT_CPU_S * MB_OF_A_PROCESSOR / (mb or self.job_mb)


BEFORE = Design(
    name="before",
    calls_a_second=200,
    burst=400,
    command_writes=mean((22, 18, 19, 16, 12, 10)),
    command_reads=2.5,
    command_calls=4,
    case_units=13.04,
    case_calls=3,
    shards=8,
    shards_at_once=8,
    event_calls=7.8,
    published_at_once=1,
    batches_at_once=2,
    counters=1,
    sms_a_second=int(SMS_A_SECOND.value),
    warm_writes=int(NEW_TABLE_WRITES.value),
    api_mb=1024,
    job_mb=512,
)
"""As measured at ``f7a609d``: units, calls and concurrency. A command's reads and calls were counted for some only."""


def now() -> Design:
    """Return the design of this tree with the parameters' defaults. Units and calls are measured, the rest is read."""
    spent = [it for name, it in costs() if name in GOALS]
    due = 100
    swept = sweep_of(due, 10 * due)
    of = {row.name: int(row.default or 0) for row in PARAMETERS}
    return replace(
        BEFORE,
        name="now",
        calls_a_second=of["ApiCallsASecond"],
        burst=of["ApiBurst"],
        command_writes=mean(it.write_units for it in spent),
        command_reads=mean(it.read_units for it in spent),
        command_calls=mean(it.calls for it in spent),
        case_units=swept.units / due,
        case_calls=swept.calls / due,
        shards=of["DeadlineShards"],
        shards_at_once=of["DeadlineShards"],
        event_calls=calls_an_event(),
        published_at_once=PUBLISHED_AT_ONCE,
        batches_at_once=_parallelization(),
        counters=COUNTERS,
        api_mb=of["ApiMemoryMb"],
        job_mb=of["JobMemoryMb"],
    )


def prepared(it: Design) -> Design:
    """Return a design with what its operator can set for a large marketplace, and the quotas that AWS raises when asked."""
    return replace(
        it,
        name="now, set for it",
        calls_a_second=2000,
        burst=2000,
        shards=128,
        shards_at_once=128,
        sms_a_second=100,
        warm_writes=int(TABLE_WRITES.value),
    )


def calls_an_event() -> float:
    """Count the calls of AWS that publishing the import of an order takes."""
    cloud, made = Cloud(), 0

    def counting(call: Call, carry: Carry) -> Any:  # noqa: ANN401 - an AWS reply
        nonlocal made
        made += 1
        return carry(call)

    records = batch(cloud)
    cloud.hook = counting
    failed = publish_records(records, cloud.publishing)
    if failed:
        raise RuntimeError(str(failed))
    return made / len(records)


def _parallelization() -> int:
    sources: Any = template()["Resources"]["Publish"]["Properties"]["Events"]
    factor: int = sources["PublishDynamodbEventSource"]["Properties"]["ParallelizationFactor"]
    return factor
