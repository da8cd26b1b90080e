"""Report what becomes of each load in each design, and all that was assumed."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from bench.scale.designs import ASSUMED, BEFORE, Design, now, prepared
from bench.scale.quotas import PRICES, QUOTAS, READ_ON
from bench.scale.scenarios import SCENARIOS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.scale.scenarios import Outcome


def outcomes() -> dict[str, list[tuple[Design, Outcome]]]:
    """Simulate every load in every design."""
    today = now()
    return {load: [(it, simulate(it)) for it in (BEFORE, today, prepared(today))] for load, simulate in SCENARIOS.items()}


def span(seconds: float) -> str:
    """Return a duration as people say it."""
    for size, unit in ((86_400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:,.1f} {unit}"
    return f"{seconds:.1f} s"


def scale() -> Iterator[str]:
    """Yield the tables, line by line, and what was assumed."""
    found = outcomes()
    for load, rows in found.items():
        yield f"{load:<64}{'drained in':>12}{'latest':>12}{'mean':>12}{'throttled':>12}{'$ per 1,000':>13}"
        for design, it in rows:
            times = "".join(f"{span(seconds):>12}" for seconds in (it.drained_s, it.worst_s, it.mean_s))
            yield f"    {design.name:<60}{times}{it.throttled:>12,}{1000 * it.dollars / it.done:>13.4f}"
    yield ""
    designs = [it for it, _ in next(iter(found.values()))]
    yield f"{'the designs':<24}" + "".join(f"{it.name:>18}" for it in designs)
    for one in fields(Design)[1:]:
        yield f"    {one.name:<20}" + "".join(f"{getattr(it, one.name):>18,.5g}" for it in designs)
    yield "assumed:"
    yield from (f"    {it}" for it in ASSUMED)
    yield f"published by AWS, read in {READ_ON}:"
    yield from (f"    {it}" for it in (*QUOTAS, *PRICES))
