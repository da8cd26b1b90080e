"""The simulation of large marketplaces obeys what is known of queues, and says the same each time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.scale.designs import BEFORE, CALL_S, prepared
from bench.scale.quotas import PRICES, QUOTAS
from bench.scale.scenarios import COUNTED_A_SECOND, commands, midnight, redrive, sms
from bench.scale.simulation import Bucket, Simulation, Station

WIDE = replace(BEFORE, warm_writes=10**9)
"""A design whose table never throttles."""


def test_events_happen_in_order() -> None:
    """Events happen by time, those of one moment as they were planned, and none in the past."""
    simulation, seen = Simulation(), []
    for moment, name in ((2.0, "c"), (1.0, "a"), (2.0, "d"), (1.0, "b")):
        simulation.at(moment, lambda name=name: seen.append(name))  # type: ignore[misc]
    assert 2.0 == simulation.run()
    assert ["a", "b", "c", "d"] == seen
    with pytest.raises(ValueError, match="is before"):
        simulation.at(1.0, lambda: None)


@pytest.mark.parametrize(("jobs", "servers", "drained"), [(12, 1, 24.0), (12, 3, 8.0), (13, 3, 10.0), (2, 3, 2.0)])
def test_a_burst_drains_in_the_time_that_its_work_takes(jobs: int, servers: int, drained: float) -> None:
    """So many jobs of two seconds each, at one moment, take ceil(jobs / servers) rounds."""
    simulation = Simulation()
    station = Station(simulation, servers, lambda _: 2.0)
    station.come(jobs)
    assert drained == simulation.run() == station.late.worst_s
    assert jobs * 2.0 == station.busy_s


def test_a_batch_takes_jobs_together() -> None:
    """Ten jobs in batches of four are batches of 4, 4 and 2."""
    simulation = Simulation()
    station = Station(simulation, 1, float, batch=4)
    station.come(10)
    assert 10.0 == simulation.run()
    assert 3 == station.batches


def test_an_overloaded_queue_grows_with_the_time() -> None:
    """D/D/1: of two jobs a second, of which one is served, the last comes after 100 s and waits 100 s."""
    simulation = Simulation()
    station = Station(simulation, 1, lambda _: 1.0)
    for n in range(200):
        simulation.at(n / 2, lambda: station.come(1))
    assert 200.0 == simulation.run()
    assert 200.0 - 199 / 2 == station.late.worst_s


def test_a_queue_holds_what_little_s_law_says() -> None:
    """Little: jobs in the system, on average, are the rate at which they come times the time that each stays."""
    simulation, inside, held = Simulation(), 0, 0.0
    last = 0.0

    def changed(by: int) -> None:
        nonlocal inside, held, last
        held += inside * (simulation.now - last)
        last = simulation.now
        inside += by

    station = Station(simulation, 2, lambda _: 1.7, then=lambda jobs, _: changed(-jobs))

    def come() -> None:
        changed(1)
        station.come(1)

    for n in range(300):
        simulation.at(n * 0.9, come)
    end = simulation.run()
    rate = station.late.jobs / end
    assert held / end == pytest.approx(rate * station.late.mean_s)


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    """A bucket of 5 at once and 10 a second gives 5, then nothing, then 10 for a second's wait, but never more than 5."""
    bucket = Bucket(a_second=10, burst=5)
    assert [5, 0, 2, 5] == [bucket.some(at, 7) for at in (0.0, 0.0, 0.25, 9.0)]
    assert 4 * 7 - 12 == bucket.refused


def test_a_midnight_drains_as_computed_by_hand() -> None:
    """One shard with 1,000 due cases, and a table that keeps up: 1,000 times what a case takes."""
    one = replace(WIDE, shards=1, shards_at_once=1)
    assert midnight(one, 1000).drained_s == pytest.approx(1000 * one.case_s())
    assert midnight(replace(one, shards=4, shards_at_once=4), 1000).drained_s < midnight(one, 1000).drained_s / 3


def test_a_midnight_is_no_faster_than_its_table() -> None:
    """However many shards are swept, the writes take at least their units by what the table takes in a second."""
    design = replace(BEFORE, shards=64, shards_at_once=64)
    least = (20_000 * design.case_units - design.warm_writes) / design.warm_writes
    found = midnight(design, 20_000)
    assert least <= found.drained_s <= 1.2 * least + 10 * design.case_s() * 50
    assert found.throttled


def test_commands_beyond_the_stage_are_refused() -> None:
    """300 commands a second at a stage of 200 with a burst of 400 are refused for about a third, less the burst."""
    found = commands(replace(WIDE, published_at_once=25), a_second=300, seconds=60)
    assert found.throttled == pytest.approx(100 * 60 - 400, rel=0.1)
    assert found.worst_s < 1


def test_the_lag_of_a_slow_publisher_is_that_of_its_overload() -> None:
    """With one batch at once and one call after the other, events wait until all before them have been published."""
    slow = replace(WIDE, batches_at_once=1, calls_a_second=2000, burst=2000, command_writes=1, warm_writes=1000)
    capacity = 25 / slow.events_s(25)
    found = commands(slow, a_second=200, seconds=60)
    assert found.drained_s == pytest.approx(200 * 60 / capacity - 60, rel=0.1)


def test_sms_drain_at_the_slower_of_counter_and_quota() -> None:
    """60 s of 100 SMS/s leave at 20/s by SNS's quota, or at 30/s by one counter, whichever is slower."""
    assert sms(BEFORE, seconds=60).drained_s == pytest.approx(6000 / BEFORE.sms_a_second - 60, rel=0.01)
    raised = replace(BEFORE, sms_a_second=100)
    assert sms(raised, seconds=60).drained_s == pytest.approx(6000 / COUNTED_A_SECOND - 60, rel=0.01)
    assert sms(replace(raised, counters=8), seconds=60).drained_s < 1


def test_a_redrive_takes_its_batches_one_after_the_other() -> None:
    """100 events are four batches: each takes its calls, one after the other in the design of before, and its processor."""
    found = redrive(BEFORE, 100)
    assert found.drained_s == pytest.approx(100 * (7.8 * CALL_S + 0.002))
    assert redrive(replace(BEFORE, published_at_once=25), 100).drained_s < found.drained_s / 5


def test_the_same_load_has_the_same_outcome() -> None:
    """The draws are seeded: two runs are equal in every figure."""
    design = prepared(BEFORE)
    assert midnight(design, 5000) == midnight(design, 5000)
    assert commands(design, seconds=20) == commands(design, seconds=20)


def test_every_quota_and_price_names_its_page() -> None:
    """A number of AWS's stands beside the page of AWS that publishes it."""
    assert [] == [it for it in (*QUOTAS, *PRICES) if not it.source.startswith(("docs.aws.amazon.com/", "aws.amazon.com/"))]
