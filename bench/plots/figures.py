"""Measure what the pictures show, and keep it in one file."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from statistics import median_low as median
from typing import TYPE_CHECKING, Any

from bench.cold import cold_starts
from bench.commands import costs
from bench.messages import messages
from bench.peers.__main__ import compared
from bench.peers.prices import A_MONTH, life, ours, server_a_month, workflow
from bench.scale.designs import now
from bench.scale.report import outcomes
from localcloud.layout import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = ROOT / "docs" / "performance"
FILE = FOLDER / "figures.json"
RUNS = 3
_START = re.compile(r"([\d,]+) \+ ([\d,]+) = ([\d,]+) \((\d+)\)")
_PUBLISHED = re.compile(r"published +(\d+) .*: ([\d,]+) events/s a shard, ([\d.]+) calls")


def cold() -> dict[str, list[int]]:
    """Return each function's cold start in ms: deployed, plain, and before where the function was there."""
    found: dict[str, list[int]] = {}
    for line in cold_starts():
        told = [int(it[2].replace(",", "")) for it in _START.findall(line)]
        if told:
            found[line.split()[0]] = told
    return found


def units() -> dict[str, list[float]]:
    """Return the write units of each command, plain and packed."""
    return {
        name: [plain.write_units, it.write_units] for (name, it), (_, plain) in zip(costs(), costs(compact=False), strict=True)
    }


def published() -> list[dict[str, float]]:
    """Return how many events a second a shard publishes, and with how many calls an event, by how many orders at once.

    It is the median of three runs, because other programs of the machine take their share of each.
    """
    told = [it for _ in range(RUNS) for line in messages() if (it := _PUBLISHED.search(line))]
    found: dict[int, list[tuple[float, float]]] = {}
    for it in told:
        found.setdefault(int(it[1]), []).append((float(it[2].replace(",", "")), float(it[3])))
    medians = {at_once: median(runs) for at_once, runs in found.items()}
    return [{"at_once": at_once, "events_a_second": rate, "calls": calls} for at_once, (rate, calls) in medians.items()]


def scale() -> dict[str, dict[str, Any]]:
    """Return what becomes of each load in each design."""
    return {load: {design.name: asdict(it) for design, it in rows} for load, rows in outcomes().items()}


def prices() -> dict[str, Any]:
    """Return what a thousand disputes cost, by stack."""
    it = life()
    months = {str(many): 1000 * server_a_month() / many for many in A_MONTH}
    return {"ours": ours(it, now()), "workflow": workflow(it), "server": months}


PARTS: dict[str, Callable[[], Any]] = {
    "units": units,
    "messages": published,
    "scale": scale,
    "prices": prices,
    "peers": compared,
    "cold": cold,
}


def measure(*parts: str) -> dict[str, Any]:
    """Measure these parts again, or all, and keep them."""
    kept = read() if FILE.is_file() else {}
    for name in parts or PARTS:
        kept[name] = PARTS[name]()
        FOLDER.mkdir(exist_ok=True)
        FILE.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return kept


def read() -> dict[str, Any]:
    """Return the figures that are kept."""
    kept: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return kept
