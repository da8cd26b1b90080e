"""Feed the table's stream to the counters of the statistics, badly, and compare them with a count of the cases one by one."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING, Any

from chalicelib.domain.histogram import ERROR_PERCENT, percentile
from chalicelib.service.counting import Counting, count_records
from chalicelib.store import statistics as stored
from chalicelib.store.orders import Orders
from chalicelib.store.statistics import Statistics
from localcloud.replay import one_by_one

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from chalicelib.domain.case import Case
    from chalicelib.domain.events import Event
    from chalicelib.service.services import Services
    from chalicelib.store.items import Item
    from localcloud import aws
    from localcloud.replay.one_by_one import Books

EVER = ("0000-01-01", "9999-12-31")
BATCH, UNDER_WAY = 25, 500
NO_LONGER_THAN_S = 30
"""The steps of the histogram are a minute long at first, so a percentile may differ by half a minute."""


class Stream:
    """The table's stream, whose records arrive in any order, some of them twice or three times."""

    def __init__(self, seed: int) -> None:
        """Shuffle by ``seed``."""
        self._random = random.Random(seed)  # noqa: S311 - an order of delivery, not a secret
        self._under_way: list[dict[str, Any]] = []
        self._counting: Counting | None = None
        self.delivered = 0
        self.failed = 0

    def begin(self, client: aws.Client, services: Services) -> None:
        """Count into the table that the services work on."""
        table = services.cases.table
        counters = Statistics(lambda: client, table, services.epoch)
        self._counting = Counting(counters, services.cases, Orders(lambda: client, table), lambda _: None)

    def take(self, images: list[Item]) -> None:
        """Take what was written. Some of it is delivered now, out of order."""
        events = (
            {"NewImage": it, "SequenceNumber": str(self.delivered)} for it in images if "publish" in it and "stream" in it
        )
        for event in events:
            self._under_way += [{"dynamodb": event}] * self._random.choice((1, 1, 2, 3))
        while len(self._under_way) > UNDER_WAY:
            self._deliver()

    def end(self) -> Statistics | None:
        """Deliver all that is left, and return the counters."""
        while self._under_way:
            self._deliver()
        return self._counting.statistics if self._counting else None

    def _deliver(self) -> None:
        if self._counting is None:
            return
        self._random.shuffle(self._under_way)
        batch, self._under_way = self._under_way[:BATCH], self._under_way[BATCH:]
        self.delivered += len(batch)
        self.failed += len(count_records(batch, self._counting))


def books_of(statistics: Statistics, sellers: Iterable[str]) -> Books:
    """Return what the counters say over all days, by everything they count by."""
    books: Books = Counter()
    for by in (stored.DAY, stored.REASON, stored.OUTCOME, stored.CURRENCY, stored.COUNTRY):
        for row in statistics.days(by, *EVER):
            books.update({(by, row.value, metric): n for metric, n in row.counts.items()})
    for seller in sellers:
        for row in statistics.seller_days(seller, *EVER):
            books.update({("seller", seller, metric): n for metric, n in row.counts.items()})
    return books


def differences(statistics: Statistics, cases: list[tuple[Case, list[Event]]]) -> Iterator[str]:
    """Yield a sentence for each counter that is not what the cases come to, and for each percentile beyond its stated error."""
    expected, took = one_by_one.count(cases)
    found = books_of(statistics, sorted({case.order.terms.seller_id for case, _ in cases}))
    exact: Books = Counter({key: n for key, n in found.items() if "~" not in key[2]})
    for key in sorted(expected.keys() | exact.keys()):
        if expected[key] != exact[key]:
            yield f"statistics by {' '.join(key)}: counted {exact[key]}, and the cases come to {expected[key]}"
    for name, seconds in took.items():
        yield from _apart(name, sorted(seconds), found)
    yield from _backlog(statistics, cases)


def _apart(name: str, seconds: list[int], found: Books) -> Iterator[str]:
    steps = {
        int(metric.partition("~")[2]): n
        for (by, _, metric), n in found.items()
        if by == "day" and metric.startswith(f"{name}~")
    }
    if sum(steps.values()) != len(seconds):
        yield f"{name}: {sum(steps.values())} durations were counted, and there are {len(seconds)}"
        return
    for percent in (50, 90) if seconds else ():
        true, near = seconds[-(-len(seconds) * percent // 100) - 1], percentile(steps, percent)
        if near is None or abs(near - true) > max(true * ERROR_PERCENT // 100, NO_LONGER_THAN_S):
            yield f"{name}: {percent} % take up to {true} s, and the statistics say {near} s"


def _backlog(statistics: Statistics, cases: list[tuple[Case, list[Event]]]) -> Iterator[str]:
    expected = Counter(it.stage.value for case, _ in cases for it in case.open_disputes)
    found: Counter[str] = Counter()
    for row in statistics.days(stored.OPEN, *EVER):
        found.update(row.counts)
    if expected != found:
        yield f"open disputes: counted {dict(found)}, and there are {dict(expected)}"
