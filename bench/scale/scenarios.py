"""The four loads that a large marketplace brings, and what becomes of them in a design."""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from bench.scale import quotas as q
from bench.scale.designs import MB_OF_A_PROCESSOR
from bench.scale.simulation import Bucket, Lateness, Simulation, Station

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.scale.designs import Design

SEED = 1
OPEN_ORDERS, OPEN_DAYS, DISPUTED = 10_000_000, 45, 0.02
DUE = OPEN_ORDERS // OPEN_DAYS
EVENTS_OF_ORDER, EVENTS_OF_DISPUTE = 4, 7
EVENTS_OF_A_DAY = int(DUE * (EVENTS_OF_ORDER + DISPUTED * EVENTS_OF_DISPUTE))
COMMANDS_A_SECOND, SMS_A_SECOND, AN_HOUR = 1000, 100, 3600
PAGE, STREAM_BATCH = 50, 25
COUNTED_A_SECOND = 30
"""The SMS that one item counts in a second: two reads and a write, one after the other, and again after a conflict."""
TICK_S = 0.1
OPERATORS_MB = MB_OF_A_PROCESSOR
"""The operator's machine has a whole processor for a re-drive."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a load: the time until all was done, how late things were, and what it cost in dollars.

    ``throttled`` counts refused calls and writes; of SMS, those that were held back for more than a second.
    """

    drained_s: float
    worst_s: float
    mean_s: float
    throttled: int
    dollars: float
    done: int


class Table:
    """An on-demand table: what it takes a second doubles each half an hour in which it was not enough."""

    def __init__(self, simulation: Simulation, warm: int) -> None:
        """Begin with a throughput that it is warm for."""
        self._simulation, self._seen = simulation, 0
        self.bucket = Bucket(warm, warm)

    def grow_until(self, end: float) -> None:
        """Plan its growth until a moment."""
        moment = q.DOUBLES_IN_S.value
        while moment < end:
            self._simulation.at(moment, self._grow)
            moment += q.DOUBLES_IN_S.value

    def _grow(self) -> None:
        if self.bucket.refused > self._seen:
            self._seen = self.bucket.refused
            self.bucket.a_second = min(q.TABLE_WRITES.value, 2 * self.bucket.a_second)
            self.bucket.burst = self.bucket.a_second


def midnight(design: Design, due: int = DUE) -> Outcome:
    """Let so many orders become due at one moment. Their shard is drawn at random, as a hash spreads them."""
    simulation, draw = Simulation(), random.Random(SEED)  # noqa: S311 - it draws loads, no secrets
    table = Table(simulation, design.warm_writes)
    left = [0] * design.shards
    for _ in range(due):
        left[draw.randrange(design.shards)] += 1
    waiting = list(range(design.shards))
    done, refused = Lateness(), 0

    def work(shard: int) -> None:
        nonlocal refused
        page = min(PAGE, left[shard])
        if not page:
            if waiting:
                work(waiting.pop(0))
            return
        wanted, page = page, table.bucket.some(simulation.now, page, design.case_units)
        refused += page < wanted
        if page:
            left[shard] -= page
            done.add(0.0, simulation.now + page * design.case_s(), page)
        simulation.after(max(page * design.case_s(), TICK_S if page < wanted else 0.0), lambda: work(shard))

    for _ in range(min(design.shards_at_once, design.shards)):
        work(waiting.pop(0))
    table.grow_until(due * design.case_s())
    simulation.run()
    busy_s = due * design.case_s()
    cost = due * design.case_units * q.WRITE_PRICE.value + _function(busy_s, design.job_mb, due / PAGE)
    return Outcome(done.last_s, done.worst_s, done.mean_s, refused, cost, due)


def commands(design: Design, a_second: int = COMMANDS_A_SECOND, seconds: int = AN_HOUR) -> Outcome:
    """Let commands come for a while, and publish the event of each that was carried out."""
    simulation, draw = Simulation(), random.Random(SEED)  # noqa: S311 - it draws loads, no secrets
    stage, table = Bucket(design.calls_a_second, design.burst), Table(simulation, design.warm_writes)
    writes = max(design.warm_writes, min(a_second, design.calls_a_second) * design.command_writes)
    streams = ceil(writes / q.PARTITION_WRITES.value)
    publishing = Station(simulation, streams * design.batches_at_once, design.events_s, STREAM_BATCH)
    carried_out = refused = 0

    def come() -> None:
        nonlocal carried_out, refused
        mean = a_second * TICK_S
        asked = max(0, round(draw.gauss(mean, mean**0.5)))
        let_in = stage.some(simulation.now, asked)
        written = table.bucket.some(simulation.now, let_in, design.command_writes)
        carried_out += written
        refused += asked - written
        publishing.come(written)

    for tick in range(round(seconds / TICK_S)):
        simulation.at(tick * TICK_S, come)
    table.grow_until(seconds)
    simulation.run()
    units = carried_out * (design.command_writes * q.WRITE_PRICE.value + design.command_reads * q.READ_PRICE.value)
    api = _function(carried_out * design.command_s(), design.api_mb, carried_out) + carried_out * q.GATEWAY_PRICE.value
    told = _function(publishing.busy_s, design.job_mb, publishing.batches)
    late = publishing.late
    return Outcome(max(0.0, late.last_s - seconds), late.worst_s, late.mean_s, refused, units + api + told, carried_out)


def sms(design: Design, a_second: int = SMS_A_SECOND, seconds: int = AN_HOUR) -> Outcome:
    """Let SMS come for a while: each is counted among those of the day, and then taken by SNS."""
    simulation = Simulation()
    sent = Station(simulation, 1, lambda _: 1 / design.sms_a_second)
    counted = Station(simulation, design.counters, lambda _: 1 / COUNTED_A_SECOND, then=sent.come)
    for tick in range(round(seconds / TICK_S)):
        simulation.at(tick * TICK_S, lambda: counted.come(round(a_second * TICK_S)))
    simulation.run()
    late = sent.late
    # Each is counted by two strong reads and a transaction of two small items.
    cost = late.jobs * (4 * q.WRITE_PRICE.value + 2 * q.READ_PRICE.value)
    return Outcome(max(0.0, late.last_s - seconds), late.worst_s, late.mean_s, late.late, cost, late.jobs)


def redrive(design: Design, events: int = EVENTS_OF_A_DAY) -> Outcome:
    """Publish a day's events again from the queue of failures, batch after batch, in the operator's process."""
    simulation = Simulation()
    process = Station(simulation, 1, lambda jobs: design.events_s(jobs, OPERATORS_MB), STREAM_BATCH)
    process.come(events)
    simulation.run()
    calls = events * design.event_calls
    return Outcome(process.late.last_s, process.late.worst_s, process.late.mean_s, 0, calls * q.WRITE_PRICE.value, events)


def _function(busy_s: float, mb: int, invocations: float) -> float:
    return busy_s * mb / 1024 * q.GB_SECOND_PRICE.value + invocations * q.INVOCATION_PRICE.value


SCENARIOS: dict[str, Callable[[Design], Outcome]] = {
    f"{DUE:,} of {OPEN_ORDERS / 1e6:.0f}M open orders are due at one midnight": midnight,
    f"{COMMANDS_A_SECOND:,} commands/s for an hour": commands,
    f"{SMS_A_SECOND} SMS/s for an hour": sms,
    f"a day's {EVENTS_OF_A_DAY:,} events are published again": redrive,
}
