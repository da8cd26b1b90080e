"""A feed's data becomes commands in the order of time."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from localcloud.replay.feed import FeedOrder, read
from localcloud.replay.timeline import COVERED, Claim, Deliver, Import, Ship, Step, steps_of, sweeps, timeline
from localcloud.tracking_numbers import TrackingNumbers
from tests.replay.feeds import DELIVERED, EVERY_KIND, HANDED, PAID, PROMISED, PURCHASED, lines, row

REFUSED = "carrier_shows_delivered"


def story_of(**changes: Any) -> list[Step]:  # noqa: ANN401 - JSON of any shape
    """The story of one order of the feed."""
    (order,) = read(lines(row(**changes)))
    assert isinstance(order, FeedOrder)
    return steps_of(order, TrackingNumbers())


def at(text: str) -> datetime:
    """A time of the feed in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def outline(steps: list[Step]) -> list[tuple[str, datetime]]:
    """Return the commands with their times."""
    return [(type(step.command).__name__, step.at) for step in steps]


def claim_of(steps: list[Step]) -> tuple[str, datetime]:
    """Return the expected verdict of the claim, and its time."""
    ((command, when),) = [(step.command, step.at) for step in steps if isinstance(step.command, Claim)]
    return command.expected, when


def test_an_order_lives_as_the_data_says() -> None:
    """Paid, handed over and scanned, delivered, and then the claim that has no ground."""
    known = [("Import", at(PAID)), ("Ship", at(HANDED)), ("Scan", at(HANDED)), ("Deliver", at(DELIVERED))]

    assert [*known, ("Claim", at(DELIVERED))] == outline(story_of())


def test_without_claims_nobody_claims() -> None:
    """O7: the close of protection decides everything."""
    (order,) = read(lines(row()))
    assert isinstance(order, FeedOrder)

    assert ["Import", "Ship", "Scan", "Deliver"] == [
        name for name, _ in outline(steps_of(order, TrackingNumbers(), claims=False))
    ]


def test_an_order_is_placed_when_it_was_purchased() -> None:
    """O1, O6: payments are confirmed late, so parcels may move, and arrive, before the payment."""
    (order,) = read(lines(row()))
    assert isinstance(order, FeedOrder)

    assert (at(PURCHASED), at(PAID)) == (order.terms.placed_at, order.terms.paid_at)


@pytest.mark.parametrize(
    ("delivered", "expected"),
    [
        (None, (COVERED, at(PROMISED))),
        ("2024-04-05T10:00:00-03:00", (COVERED, at(PROMISED))),
        (PROMISED, (COVERED, at(PROMISED))),
        ("2024-03-14T23:59:59-03:00", (REFUSED, at("2024-03-14T23:59:59-03:00"))),
    ],
)
def test_a_broken_promise_is_claimed_at_the_promised_instant(delivered: str | None, expected: tuple[str, datetime]) -> None:
    """D9: delivery at the very instant of the promise is late; a second before it is in time."""
    assert expected == claim_of(story_of(delivered_at=delivered))


def test_a_parcel_handed_over_before_the_payment_is_reported_with_it() -> None:
    """O4: the order is known from its payment on; the shipment keeps its own time."""
    steps = story_of(handed_to_carrier_at="2024-02-28T09:00:00-03:00")

    assert ("Ship", at(PAID)) == outline(steps)[1]
    assert [at("2024-02-28T09:00:00-03:00")] == [step.command.shipped_at for step in steps if isinstance(step.command, Ship)]


@pytest.mark.parametrize(
    ("handed", "delivered", "expected"),
    [
        ("2024-03-09T09:00:00-03:00", DELIVERED, ("2024-03-09T09:00:00-03:00", DELIVERED)),
        (HANDED, "2024-02-29T09:00:00-03:00", (HANDED, "2024-02-29T09:00:00-03:00")),
        ("2024-02-28T09:00:00-03:00", "2024-02-29T09:00:00-03:00", (PAID, "2024-02-29T09:00:00-03:00")),
    ],
)
def test_an_early_delivery_comes_with_its_parcel(handed: str, delivered: str, expected: tuple[str, str]) -> None:
    """O6: it keeps the carrier's own time."""
    steps = story_of(handed_to_carrier_at=handed, delivered_at=delivered)

    assert [tuple(map(at, expected))] == [
        (step.at, step.command.delivered_at) for step in steps if isinstance(step.command, Deliver)
    ]


def test_all_orders_are_merged_in_the_order_of_time_with_sweeps_between() -> None:
    """One clock for all: no step is before the one that precedes it, and no two sweeps are more than a day apart."""
    orders = [entry for entry in read(lines(*EVERY_KIND)) if isinstance(entry, FeedOrder)]
    numbers = TrackingNumbers()
    stories = [steps_of(order, numbers) for order in orders]
    steps = list(timeline(stories, sweeps(at(PAID))))
    times = [step.at for step in steps]
    swept = [step.at for step in steps if step.command is None]

    assert sorted(times) == times
    assert sum(map(len, stories)) == sum(step.command is not None for step in steps)
    assert {timedelta(days=1)} == {later - earlier for earlier, later in pairwise(swept)}
    assert len(orders) == sum(isinstance(step.command, Import) for step in steps)


def test_random_sweeps_are_the_same_for_the_same_seed() -> None:
    """A seed repeats its run."""

    def first(seed: int) -> list[datetime]:
        swept = sweeps(at(PAID), seed)
        return [next(swept).at for _ in range(20)]

    assert first(1) == first(1)
    assert first(1) != first(2)
