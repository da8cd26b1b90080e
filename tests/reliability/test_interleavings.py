"""Commands on one dispute at the same time, one AWS call at a time, in seeded orders: every history is linearizable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain.events import DisputeOpened
from chalicelib.domain.refusals import CONFLICT
from tests.randomness import seeds
from tests.reliability.acts import SELLER, act
from tests.reliability.beginnings import begun, pays
from tests.reliability.histories import LOSSES, run
from tests.reliability.races import RACES
from tests.reliability.small_cloud import DAY

if TYPE_CHECKING:
    from tests.reliability.seam import Call, Carry

SEEDS = seeds(1000)


def test_every_interleaving_is_linearizable(capsys: pytest.CaptureFixture[str]) -> None:
    """I1-I5: whatever the order of calls, some order of the commands explains every answer, the state and the money."""
    seen: set[tuple[str, ...]] = set()
    for seed in SEEDS:
        race = RACES[seed % len(RACES)]
        try:
            _, history = run(race, seed)
        except AssertionError as error:
            error.add_note(f"race {race.name!r}, seed {seed}")
            raise
        seen.add((race.name, *history.trace))
    with capsys.disabled():
        print(  # noqa: T201
            f"\ninterleavings: {len(SEEDS)} seeds from {SEEDS.start} on, {len(seen)} distinct traces, "
            f"{len(RACES)} races, losers told {dict(LOSSES)}"
        )
    assert len(seen) > len(SEEDS) * 0.5, "the schedules reach new interleavings, not one again and again"


def test_the_same_seed_gives_the_same_trace() -> None:
    """A failing seed can be repeated, because the schedule depends on nothing else."""
    traces = [[run(race, 7)[1].trace for race in RACES] for _ in range(2)]
    assert traces[0] == traces[1]


@pytest.mark.parametrize("seed", seeds(20))
def test_identical_opens_make_one_dispute(seed: int) -> None:
    """I5: identical opens under one key have one effect and one answer, whatever runs beside them."""
    race = next(race for race in RACES if race.name == "identical opens, one key")
    cloud, history = run(race, seed)
    opened = [it for it in history.doings if it.act in race.always]
    assert len({str(it.outcome) for it in opened if it.outcome[0] == "answer"}) <= 1
    assert sum(image["dynamodb"]["NewImage"]["type"]["S"] == DisputeOpened.type for image in cloud.records) <= 1


def test_an_answer_is_of_one_moment() -> None:
    """D9, D10: the allowed actions in an answer are those at the moment of the decision, however late the answer comes."""
    beginning = begun("opened")
    accepts = act(SELLER, c.Accept("1"))
    cloud = beginning.cloud()

    def late(call: Call, carry: Carry) -> Any:  # noqa: ANN401 - an AWS reply
        if call.operation == "get_item":  # of the return address, after the case was read
            cloud.clock.at += 30 * DAY
        return carry(call)

    cloud.hook = late
    assert beginning.model.fork().does(accepts, beginning.at) == accepts.outcome(cloud.services())


def test_an_answer_that_changes_nothing_is_not_of_an_older_state() -> None:
    """I5: a failed payment reported again changes nothing; if it is settled meanwhile, the refusal says so."""
    cloud = begun("resolved").cloud()
    assert "answer" == pays("failed", "card closed").outcome(cloud.services())[0]
    meanwhile = [pays("paid")]

    def settled(call: Call, carry: Carry) -> Any:  # noqa: ANN401 - an AWS reply
        if call.operation == "transact_write_items" and meanwhile:
            meanwhile.pop().outcome(cloud.services())
        return carry(call)

    cloud.hook = settled
    kind, (code, _, details) = pays("failed again", "card closed").outcome(cloud.services())
    assert ("refused", CONFLICT, "settled") == (kind, code, details["status"])
