"""By published prices: a thousand disputes on Lambda and DynamoDB, on Step Functions, and on a small server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.commands import metered, story
from bench.meter import size_of
from bench.scale import quotas as q
from bench.scale.designs import COMMAND_CPU_S, now
from bench.scale.scenarios import EVENTS_OF_DISPUTE, EVENTS_OF_ORDER
from chalicelib.service import disputes
from tests.domain.worlds import BUYER
from tests.service.office import DISPUTE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.meter import Spent
    from bench.scale.designs import Design

VIEWS = 12
TOPICS = 2
"""The topics that take each event: the marketplace's systems, and those whom it concerns."""
HOURS, DISK_GB, MONTHS_STORED = 730, 20, 12
STEPS_A_COMMAND, STEPS_AROUND = 3, 2
"""Transitions of a Standard workflow: to wait for a command, to choose, to write it; and to start and to end."""
A_MONTH = (1_000, 10_000, 100_000, 1_000_000)
ASSUMED = (
    f"a dispute goes up to a mediator's decision: {EVENTS_OF_ORDER + EVENTS_OF_DISPUTE} events with those of its order",
    f"it is looked at {VIEWS} times, and kept for {MONTHS_STORED} months",
    f"a workflow waits for each command, chooses, and writes: {STEPS_A_COMMAND} transitions, and {STEPS_AROUND} around them",
    "each call of AWS that publishing makes costs as much as a write unit",
    "what a workflow needs beside it (gateway, functions, a table to read from) is taken to cost what ours costs",
    f"the server is a t4g.small and a db.t4g.small with {DISK_GB} GB, each once: no second zone, backup or operator's time",
    "mail, SMS, logs and traffic cost the same in all",
)


@dataclass(frozen=True, slots=True)
class Life:
    """A dispute from the import of its order to its end, as measured: commands sent, units, and bytes that stay."""

    commands: int
    writes: float
    reads: float
    stored: int
    view: Spent


def life() -> Life:
    """Play a dispute and look at it once."""
    office, table = metered()
    commands = [(name, command, command()) for name, command in story(office)]
    spent, stored = table.bill(), sum(map(size_of, table.snapshot()))
    disputes.get_dispute(office.services, DISPUTE, BUYER)
    return Life(len(commands) - 1, spent.write_units, spent.read_units, stored, table.bill().since(spent))


def ours(it: Life, design: Design) -> dict[str, float]:
    """Return what a thousand disputes cost on Lambda and DynamoDB, by part."""
    events = EVENTS_OF_ORDER + EVENTS_OF_DISPUTE
    view_s = it.view.calls * 0.005 + COMMAND_CPU_S
    gb_s = (it.commands * design.command_s() + VIEWS * view_s) * design.api_mb / 1024
    gb_s += events * design.events_s(1) * design.job_mb / 1024
    requests = it.commands + VIEWS
    parts = {
        "writes": it.writes * q.WRITE_PRICE.value,
        "reads": (it.reads + VIEWS * it.view.read_units) * q.READ_PRICE.value,
        "publishing": events * (design.event_calls * q.WRITE_PRICE.value + TOPICS * q.SNS_PRICE.value),
        "gateway": requests * q.GATEWAY_PRICE.value,
        "functions": gb_s * q.GB_SECOND_PRICE.value + (requests + events) * q.INVOCATION_PRICE.value,
        "storage": it.stored / 2**30 * q.STORED_PRICE.value * MONTHS_STORED,
    }
    return {name: 1000 * dollars for name, dollars in parts.items()}


def workflow(it: Life) -> float:
    """Return what the transitions of a thousand disputes cost as Standard workflows."""
    return 1000 * (it.commands * STEPS_A_COMMAND + STEPS_AROUND) * q.TRANSITION_PRICE.value


def server_a_month() -> float:
    """Return what a small server and its database cost in a month."""
    return HOURS * (q.SERVER_PRICE.value + q.DATABASE_PRICE.value) + DISK_GB * q.DISK_PRICE.value


def prices() -> Iterator[str]:
    """Yield the tables, line by line."""
    it = life()
    parts = ours(it, now())
    whole = sum(parts.values())
    yield "dollars for 1,000 disputes" + "".join(f"{name:>12}" for name in (*parts, "together"))
    yield f"{'Lambda and DynamoDB':<26}" + "".join(f"{dollars:>12.4f}" for dollars in (*parts.values(), whole))
    yield f"{'Step Functions':<26}transitions {workflow(it):.4f}, together with the rest {workflow(it) + whole:.4f}"
    shares = ", ".join(f"{1000 * server_a_month() / many:.4f} at {many:,}" for many in A_MONTH)
    yield f"{'a small server':<26}{server_a_month():.2f} a month: {shares} disputes a month"
    yield f"a server is cheaper from {1000 * server_a_month() / whole:,.0f} disputes a month on"
    yield from (f"    assumed: {one}" for one in ASSUMED)
    yield from (f"    {one}, {q.READ_ON}" for one in q.PRICES)
