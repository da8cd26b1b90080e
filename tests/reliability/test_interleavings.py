"""Commands on one dispute at the same time, one AWS call at a time, in seeded orders: every history is linearizable."""

from __future__ import annotations

import os

import pytest
from histories import LOSSES, run
from races import RACES

from chalicelib.domain.events import DisputeOpened

SEEDS = int(os.environ.get("FUZZ_SEEDS", "1000"))


def test_every_interleaving_is_linearizable(capsys: pytest.CaptureFixture[str]) -> None:
    """I1-I5: whatever the order of calls, some order of the commands explains every answer and the state, money exact."""
    seen: set[tuple[str, ...]] = set()
    for seed in range(SEEDS):
        race = RACES[seed % len(RACES)]
        try:
            _, history = run(race, seed)
        except AssertionError as error:
            error.add_note(f"race {race.name!r}, seed {seed}")
            raise
        seen.add((race.name, *history.trace))
    with capsys.disabled():
        print(f"\ninterleavings: {SEEDS} seeds, {len(seen)} distinct traces, {len(RACES)} races, losers told {dict(LOSSES)}")  # noqa: T201
    assert len(seen) > SEEDS * 0.5, "the schedules reach new interleavings, not one again and again"


def test_the_same_seed_gives_the_same_trace() -> None:
    """A failing seed can be had again: the schedule depends on nothing else."""
    traces = [[run(race, 7)[1].trace for race in RACES] for _ in range(2)]
    assert traces[0] == traces[1]


@pytest.mark.parametrize("seed", range(20))
def test_identical_opens_make_one_dispute(seed: int) -> None:
    """I5: identical opens under one key have one effect and one answer, whatever runs beside them."""
    race = next(race for race in RACES if race.name == "identical opens, one key")
    cloud, history = run(race, seed)
    opened = [it for it in history.doings if it.act in race.always]
    assert len({str(it.outcome) for it in opened if it.outcome[0] == "answer"}) <= 1
    assert sum(image["dynamodb"]["NewImage"]["type"]["S"] == DisputeOpened.type for image in cloud.records) <= 1
