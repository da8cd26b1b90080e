"""Turn the data of each order into commands, and merge those of all orders in the order of time."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge

from chalicelib.domain.carriers import Carrier
from chalicelib.domain.exclusions import Exclusion
from chalicelib.domain.order import OrderTerms
from localcloud.replay.feed import FeedOrder
from localcloud.tracking_numbers import TrackingNumbers

COVERED = "covered"
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Import:
    """The platform imports the order as it is paid."""

    terms: OrderTerms

    @property
    def order_id(self) -> str:
        """The order that the command is about."""
        return self.terms.order_id


@dataclass(frozen=True, slots=True)
class Ship:
    """The platform reports the parcel."""

    order_id: str
    carrier: Carrier
    tracking_number: str
    shipped_at: datetime


@dataclass(frozen=True, slots=True)
class Scan:
    """The carrier's record that it has the parcel comes in."""

    order_id: str
    carrier: Carrier
    tracking_number: str
    scanned_at: datetime


@dataclass(frozen=True, slots=True)
class Deliver:
    """The carrier's record of delivery comes in, with the carrier's own time."""

    order_id: str
    carrier: Carrier
    tracking_number: str
    delivered_at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """The buyer claims that nothing came. `expected` is the outcome by the data: `covered`, or an exclusion."""

    order_id: str
    buyer_id: str
    expected: str


Command = Import | Ship | Scan | Deliver | Claim


@dataclass(frozen=True, slots=True)
class Step:
    """A command, or None for a sweep, and its time."""

    at: datetime
    command: Command | None


def steps_of(order: FeedOrder, numbers: TrackingNumbers, *, claims: bool = True) -> list[Step]:
    """Return the commands of one order in the order of time, without the claim unless there are to be ``claims``.

    A buyer whose promise was broken claims at the promised instant, the first that is possible. Any other buyer claims as
    soon as delivery is on record. What the data dates before the payment is reported after the import, with its own time.
    A delivery dated before its parcel is reported with the parcel, with the carrier's own time. The parcel then counts as
    shipped by that time, and no parcel as shipped before its order was placed. Where the data has a hand-over, the carrier
    reports it as a scan.
    """
    terms = order.terms
    steps = [Step(terms.paid_at, Import(terms))]
    handed = order.handed_at or order.delivered_at
    known = None
    if handed:
        reported = max(handed, terms.paid_at)
        shipped = max(min(handed, order.delivered_at or handed), terms.placed_at)
        carrier, number = numbers.of(terms.order_id)
        steps.append(Step(reported, Ship(terms.order_id, carrier, number, shipped)))
        if order.handed_at:
            steps.append(Step(reported, Scan(terms.order_id, carrier, number, max(handed, shipped))))
        if order.delivered_at:
            known = max(order.delivered_at, reported)
            steps.append(Step(known, Deliver(terms.order_id, carrier, number, order.delivered_at)))
    if not claims:
        return sorted(steps, key=_when)
    if known is None or order.promise_broken:
        opens = max(order.promise, terms.paid_at)
        steps.append(Step(opens, Claim(terms.order_id, terms.buyer_id, COVERED)))
    else:
        refused = Exclusion.CARRIER_SHOWS_DELIVERED.value
        steps.append(Step(known, Claim(terms.order_id, terms.buyer_id, refused)))
    return sorted(steps, key=_when)


def _when(step: Step) -> datetime:
    return step.at


def sweeps(start: datetime, seed: int | None = None) -> Iterator[Step]:
    """Yield sweeps without end from `start` on: once a day or, with a seed, at random times."""
    dice = random.Random(seed)  # noqa: S311 - a test's dice, not a secret
    at = start
    while True:
        at += A_DAY if seed is None else timedelta(seconds=dice.randint(1, 6 * 86_400))
        yield Step(at, None)


def timeline(stories: Iterable[list[Step]], swept: Iterator[Step]) -> Iterator[Step]:
    """Yield all orders' commands with the sweeps between them, up to the last command. A sweep goes first at an instant."""
    sweep = next(swept)
    for step in merge(*stories, key=_when):
        while sweep.at <= step.at:
            yield sweep
            sweep = next(swept)
        yield step
    yield sweep
