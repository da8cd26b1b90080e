"""Run real orders through the product's own services, with the data's clock, and check the outcome against the data."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from chalicelib.service.services import Services
from localcloud.replay.audit import Books, audit
from localcloud.replay.driver import LONGEST_TAIL, Driver, Seen
from localcloud.replay.engine import DataClock, running
from localcloud.replay.feed import FeedOrder, Skipped, read
from localcloud.replay.progress import Progress
from localcloud.replay.statistics import Stream, differences
from localcloud.replay.timeline import COVERED, Step, steps_of, sweeps, timeline
from localcloud.tracking_numbers import TrackingNumbers

SEED = 20
"""The seed by which the stream is delivered out of order."""


@dataclass(frozen=True, slots=True)
class Options:
    """The settings of a replay.

    `twice` sends every command two times; `sweep_seed` sweeps at random times, not daily. Without `claims` nobody claims
    anything, and the close of protection decides everything (O7).
    """

    engine: str = "memory"
    limit: int | None = None
    twice: bool = False
    sweep_seed: int | None = None
    claims: bool = True
    statistics: bool = False
    """True to count the table's stream, and to compare the counters with the cases; in memory only."""


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a replay: the orders read, the services' answers, and the books at the end."""

    orders: tuple[FeedOrder, ...]
    skipped: tuple[Skipped, ...]
    seen: Seen
    books: Books
    steps: int
    seconds: float
    counted: int = 0
    """The stream's records that were counted, those that came again included."""
    miscounted: tuple[str, ...] = ()

    @property
    def wrong(self) -> list[str]:
        """A sentence for everything that differs from the data; empty for a good replay."""
        empty = [] if self.seen.imported else ["no order was imported: there was nothing to check"]
        return [*empty, *self.seen.wrong, *self.books.wrong, *self.miscounted]


def replay(lines: Iterable[str], options: Options | None = None) -> Result:
    """Replay a feed, check it against its own data, and return the result. Nothing else of it remains."""
    options = options or Options()
    began = time.monotonic()
    entries = list(islice(read(lines), options.limit or None))
    orders = tuple(entry for entry in entries if isinstance(entry, FeedOrder))
    skipped = tuple(entry for entry in entries if isinstance(entry, Skipped))
    numbers = TrackingNumbers()
    stories = [steps_of(order, numbers, claims=options.claims) for order in orders]
    steps = sum(len(steps) for steps in stories)
    clock = DataClock()
    stream = Stream(SEED) if options.statistics else None
    with running(options.engine, clock, stream) as services:
        driver = Driver(services, clock, twice=options.twice)
        if stories:
            _perform(driver, stories, options.sweep_seed, Progress(steps, "replaying"))
        refunded = {order_id: came_to == COVERED for order_id, came_to in driver.seen.claims.items()}
        if not options.claims:
            unsent = {it.terms.order_id for it in orders if it.unsent_at_close}
            refunded = {order_id: order_id in unsent for order_id in driver.seen.imported}
        books = audit(services, refunded)
        miscounted = tuple(_miscounted(services, stream, driver.seen.imported)) if stream else ()
    counted = stream.delivered if stream else 0
    return Result(orders, skipped, driver.seen, books, steps, time.monotonic() - began, counted, miscounted)


def _miscounted(services: Services, stream: Stream, order_ids: list[str]) -> Iterator[str]:
    """Yield what the statistics have counted wrongly."""
    counters = stream.end()
    if stream.failed:
        yield f"{stream.failed} records could not be counted"
    cases = []
    for order_id in order_ids:
        case = services.cases.load(order_id)
        if case:
            whole = services.cases.load(order_id, *case.abridged) or case
            streams = range(1 + len(case.disputes))
            cases.append((whole, [event for n in streams for event in services.cases.log(order_id, n)]))
    if counters:
        yield from differences(counters, cases)


def _perform(driver: Driver, stories: list[list[Step]], seed: int | None, progress: Progress) -> None:
    """Take every step, then sweep on until no deadline is left."""
    first, last = min(steps[0].at for steps in stories), max(steps[-1].at for steps in stories)
    swept = sweeps(first, seed)
    for step in timeline(stories, swept):
        driver.take(step)
        if step.command:
            progress.step(f"{step.at:%Y-%m-%d}")
    while driver.anything_due():
        step = next(swept)
        if step.at > last + LONGEST_TAIL:
            driver.seen.wrong.append(f"the clock has not ended everything {LONGEST_TAIL.days} days after the last command")
            break
        driver.take(step)
    progress.close()
