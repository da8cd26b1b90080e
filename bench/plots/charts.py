"""Make a chart of each part of the figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.cold import BEFORE, GOAL
from bench.messages import GOAL as TIMES_AS_MANY
from bench.peers.__main__ import total
from bench.plots.svg import Bar, Chart, Group
from bench.scale.report import span
from bench.units import GOALS

if TYPE_CHECKING:
    from collections.abc import Mapping

UNITS_BEFORE = {
    "import an order, with the seller's contacts": 14,
    "ship": 12,
    "deliver": 10,
    "open a dispute": 26,
    "propose": 26,
    "escalate": 29,
    "take the case": 28,
}
"""Write units at ``f7a609d``, by the same meter."""


PUBLISHED_BEFORE = 30
"""Events a second a shard, one order after the other with five calls an event: 24 to 37 in several runs."""


def charts(figures: Mapping[str, Any]) -> dict[str, Chart]:
    """Return every chart by the name of its file."""
    return {
        "cold-start": cold_start(figures["cold"]),
        "units": units(figures["units"]),
        "messages": messages(figures["messages"]),
        "scale": scale(figures["scale"]),
        "peers": peers(figures["peers"]),
        "prices": prices(figures["prices"]),
    }


def cold_start(found: Mapping[str, list[int]]) -> Chart:
    """Cold starts by function; the goal is a share of what the earlier code took, or else of the plain package."""
    order = (2, 1, 0)  # before, plain, deployed
    groups = tuple(
        Group(
            name,
            tuple(Bar(series, times[n], f"{times[n]:,} ms") for series, n in enumerate(order) if n < len(times)),
            GOAL * times[-1],
        )
        for name, times in found.items()
    )
    about = "Processor time of import and first event, each in a fresh process, median of 5. The goal is 0.30 of the first bar."
    return Chart("Cold starts", about, (f"before ({BEFORE}), plain", "now, plain", "now, as deployed"), groups)


def units(found: Mapping[str, list[float]]) -> Chart:
    """Write units by command."""
    groups = tuple(
        Group(
            name.split(",", maxsplit=1)[0],
            tuple(Bar(n, value, f"{value:.0f}") for n, value in enumerate((UNITS_BEFORE[name], *found[name]))),
            GOALS.get(name),
        )
        for name in UNITS_BEFORE
    )
    about = "By DynamoDB's published rules: a unit for each KB begun, twice that in a transaction, one for each index entry."
    return Chart("Write units a command", about, ("before", "now, plain", "now, packed"), groups)


def messages(found: list[dict[str, float]]) -> Chart:
    """Events published a second; the goal is so many times those of before."""
    names = ("one order after the other", f"{found[-1]['at_once']:.0f} orders at once")
    groups = (
        Group(names[0], (Bar(0, PUBLISHED_BEFORE, f"{PUBLISHED_BEFORE}/s"),)),
        *(
            Group(name, (Bar(1, it["events_a_second"], f"{it['events_a_second']:,.0f}/s"),))
            for name, it in zip(names, found, strict=True)
        ),
    )
    aimed = (*groups[:2], Group(names[1], groups[2].bars, TIMES_AS_MANY * PUBLISHED_BEFORE))
    about = f"With 5 ms injected into each call of AWS; an event takes {found[-1]['calls']:g} calls now."
    return Chart("Events published by a shard of the stream", about, ("before", "now"), aimed)


def scale(found: Mapping[str, dict[str, Any]]) -> Chart:
    """Time to drain by load and design, on a logarithmic scale."""
    groups = tuple(
        Group(
            load.replace(" of 10M open orders are due at one midnight", " due at a midnight").replace("a day's ", ""),
            tuple(Bar(n, max(it["drained_s"], 0.1), _drained(it)) for n, it in enumerate(rows.values())),
        )
        for load, rows in found.items()
    )
    names = tuple(next(iter(found.values())))
    about = "Simulated from measured units and AWS's quotas. Logarithmic, from 0.1 s. What was refused is written beside it."
    return Chart("Time until all is done, after a load has come", about, names, groups, least=0.05)


def _drained(it: Mapping[str, Any]) -> str:
    refused = it["throttled"] if it["done"] < it["throttled"] else 0
    return span(it["drained_s"]) + (f" ({refused / 1e6:.1f}M refused)" if refused else "")


def peers(found: Mapping[str, Any]) -> Chart:
    """Processor time of a command by stack: the application's, and the database server's where it is the operator's."""
    ran = {name: it for name, it in found.items() if not isinstance(it, str)}
    groups = tuple(
        Group(name, (Bar(1 if n == 0 else 0, total(it), f"{total(it):.1f} ms, {it['stored_bytes']:,.0f} bytes"),))
        for n, (name, it) in enumerate(ran.items())
    )
    about = "Mean of open, offer, counter-offer and accept. Ours also checks token, limits, rules and money; peers do not."
    return Chart("Processor time a command", about, ("peers", "this product"), groups)


def prices(found: Mapping[str, Any]) -> Chart:
    """Dollars for a thousand disputes by stack."""
    whole = sum(found["ours"].values())
    rows = [("Lambda + DynamoDB (ours)", 1, whole), ("Step Functions, with the same", 0, found["workflow"] + whole)]
    rows += [(f"a small server, {int(many):,} a month", 0, dollars) for many, dollars in found["server"].items()]
    groups = tuple(Group(name, (Bar(series, dollars, f"${dollars:,.2f}"),)) for name, series, dollars in rows)
    about = "By published prices of us-east-1. Logarithmic, from one cent. A server costs the same however few disputes it has."
    return Chart("Dollars for 1,000 disputes", about, ("others", "this product"), groups, least=0.01)
