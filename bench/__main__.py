"""`python -m bench`: print the benchmarks, most of them as ratios."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bench.batches import batches
from bench.cold import cold_starts
from bench.commands import speed
from bench.messages import messages
from bench.peers.__main__ import peers
from bench.peers.prices import prices
from bench.scale.report import scale
from bench.sweeps import sweep_of
from bench.units import units

if TYPE_CHECKING:
    from collections.abc import Iterator

DUE = 100
OPEN = (1_000, 10_000, 50_000)


def report() -> Iterator[str]:
    """The figures, line by line."""
    rate, shares = speed()
    yield f"commands per second in this process, over a table in memory: {rate:,.0f}"
    rest = 1 - sum(shares.values())
    yield "of the time: " + ", ".join(f"{part} {share:.0%}" for part, share in (*shares.items(), ("the rest", rest)))
    yield f"domain to store: 1 to {shares['store'] / shares['domain']:.1f}"
    yield ""
    yield from units()
    yield ""
    yield from messages()
    yield ""
    yield from batches()
    yield ""
    yield from scale()
    yield ""
    yield from peers()
    yield ""
    yield from prices()
    yield ""
    yield from cold_starts()
    yield ""
    base = sweep_of(DUE, OPEN[0])
    for due, many in ((0, OPEN[0]), *((DUE, many) for many in OPEN), (2 * DUE, OPEN[0])):
        it = sweep_of(due, many)
        ratio = it.units / base.units
        yield f"a sweep of {due:>3} due among {many:>6,} open: {it.units:>7,.0f} units, {ratio:.2f} of {DUE} among {OPEN[0]:,}"


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    for line in report():
        print(line, flush=True)  # noqa: T201
