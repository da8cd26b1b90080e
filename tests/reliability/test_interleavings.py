"""Commands on one dispute at the same time, one AWS call at a time, in seeded orders: every history is linearizable."""

from __future__ import annotations

import os
from collections import Counter
from random import Random

import pytest
from books import audit
from linear import explained
from races import RACES, Race
from scheduler import Doing, History, interleave
from seam import Hook, through
from small_cloud import Cloud

from chalicelib.domain.events import DisputeOpened
from chalicelib.service.errors import KeyReused

SEEDS = int(os.environ.get("FUZZ_SEEDS", "1000"))
LOSSES: Counter[str] = Counter()


def run(race: Race, seed: int, around: Hook = through) -> tuple[Cloud, History]:
    """One race under one seed, checked."""
    random = Random(seed)
    cloud = race.beginning.cloud()
    history = interleave(cloud, race.drawn(random), random, around)
    check(race, cloud, history)
    return cloud, history


def check(race: Race, cloud: Cloud, history: History) -> None:
    """What holds of every history."""
    case = audit(cloud)
    model = explained(history, race.beginning.model, case)
    assert model is not None, "no order of the acts explains their answers and the end"
    log = [event for stream in range(len(model.case.disputes) + 1 if model.case else 0) for event in model.log("order-1", stream)]
    assert sorted(log, key=lambda it: (it.stream, it.seq)) == sorted(model.events, key=lambda it: (it.stream, it.seq))
    for doing in history.doings:
        _check_told(doing)
    cloud.drain()
    assert model.case is None or audit(cloud) is not None
    assert cloud.messages() == Counter(set(cloud.sns.names)), "N4: one message per event, recipient and channel"


def _check_told(doing: Doing) -> None:
    kind, said = doing.outcome
    assert kind in ("answer", "refused"), f"I10: {doing.act.name} ended in {doing.outcome}"
    if kind == "refused":
        LOSSES[said[0]] += 1
        assert said[0] != "in_progress", "so few rivals starve nobody"
        assert said[0] == KeyReused.code or said[1], "D10: a refused action says why"


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
