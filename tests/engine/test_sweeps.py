"""Sweeps under faults: no deadline early, each once, all within two periods, and always the same ledger (D9, D12, I3)."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import cache

import pytest

from tests.engine.night import ORDERS, PERIOD, POISON, Night
from tests.randomness import seeds

FIVE_MINUTES = 300
CLOCKS = {
    "right": (0,),
    "behind": (-FIVE_MINUTES,),
    "ahead": (FIVE_MINUTES,),
    "apart": (-FIVE_MINUTES, 0, FIVE_MINUTES),
}
SEEDS = seeds(2)


@cache
def after(clocks: str, seed: int) -> Night:
    """Play a night to its end."""
    night = Night(CLOCKS[clocks], seed)
    night.run()
    return night


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Silence the log, to which the unreadable order is written a thousand times."""
    caplog.set_level(logging.CRITICAL)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("clocks", CLOCKS)
def test_a_bad_night(clocks: str, seed: int) -> None:
    """Each order is swept once, not before its time by the sweeper's clock, and within two periods by the slowest clock."""
    night, skews = after(clocks, seed), CLOCKS[clocks]
    done = [it.order_id for it in night.written]
    assert (ORDERS - 1, ORDERS - 1) == (len(done), len(set(done))), "each once"
    assert POISON not in done
    assert min(night.failures, night.nested, night.broken_off) > 0, "it was a bad night"
    assert all(it.due <= it.clock for it in night.written), "D9: none early"
    early = max(it.due - it.at for it in night.written)
    assert early <= timedelta(seconds=max(0, *skews, 0)), "nor earlier than a clock is ahead"
    late = max(it.at - it.due for it in night.written)
    assert late <= 2 * PERIOD + timedelta(seconds=max(0, -min(skews))), "within two periods"
    print(  # noqa: T201
        f"\nclocks {clocks}, seed {seed}: {len(done)} done in {night.sweeps} sweeps, {night.nested} overlapping, "
        f"{night.broken_off} out of time, {night.failures} failures of the one poisoned order; "
        f"the latest {late.total_seconds():.0f} s after it was due"
    )


def test_every_night_ends_in_the_same_books() -> None:
    """I3, D9: whatever lags, overlaps or runs by another clock, the stored result is the same, byte for byte."""
    books = [after(clocks, seed).books() for clocks in CLOCKS for seed in SEEDS]
    assert all(it == books[0] for it in books[1:])
