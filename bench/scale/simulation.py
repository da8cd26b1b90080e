"""A small discrete-event simulation: a queue of events by time, stations that serve jobs, and buckets that throttle.

Time is in seconds from the beginning. Events at the same moment happen in the order in which they were planned, so that a
run depends on its input only.
"""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Simulation:
    """The clock and the events to come."""

    def __init__(self) -> None:
        """Begin at 0 with nothing planned."""
        self.now = 0.0
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._planned = 0

    def at(self, moment: float, happen: Callable[[], None]) -> None:
        """Plan an event. Raises ``ValueError`` for a moment that is over."""
        if moment < self.now:
            msg = f"{moment} is before {self.now}"
            raise ValueError(msg)
        heapq.heappush(self._events, (moment, self._planned, happen))
        self._planned += 1

    def after(self, delay: float, happen: Callable[[], None]) -> None:
        """Plan an event so many seconds from now."""
        self.at(self.now + delay, happen)

    def run(self) -> float:
        """Let everything happen, and return when the last event did."""
        while self._events:
            self.now, _, happen = heapq.heappop(self._events)
            happen()
        return self.now


@dataclass
class Lateness:
    """How long jobs took from their coming to their end, and when the last one ended."""

    jobs: int = 0
    late: int = 0
    """Those that took more than a second."""
    total_s: float = 0.0
    worst_s: float = 0.0
    last_s: float = 0.0

    def add(self, came: float, done: float, jobs: int = 1) -> None:
        """Count jobs that came at one moment and were done at another."""
        self.jobs += jobs
        self.late += jobs * (done - came > 1)
        self.total_s += jobs * (done - came)
        self.worst_s = max(self.worst_s, done - came)
        self.last_s = max(self.last_s, done)

    @property
    def mean_s(self) -> float:
        """The mean of all jobs."""
        return self.total_s / self.jobs if self.jobs else 0.0


@dataclass
class Bucket:
    """A token bucket: so many tokens a second, and so many at one moment. It begins full."""

    a_second: float
    burst: float
    refused: int = 0
    """Those for whom there were no tokens."""
    _tokens: float = field(init=False)
    _at: float = 0.0

    def __post_init__(self) -> None:
        """Fill it."""
        self._tokens = self.burst

    def some(self, now: float, wanted: int, each: float = 1) -> int:
        """Return for how many of the ``wanted`` there are ``each`` tokens, and take those."""
        self._tokens = min(self.burst, self._tokens + (now - self._at) * self.a_second)
        self._at = now
        given = min(wanted, int(self._tokens / each))
        self._tokens -= given * each
        self.refused += wanted - given
        return given


class Station:
    """Servers that take jobs in the order in which they came, up to ``batch`` of them together."""

    def __init__(
        self,
        simulation: Simulation,
        servers: int,
        seconds: Callable[[int], float],
        batch: int = 1,
        then: Callable[[int, float], None] = lambda *_: None,
    ) -> None:
        """Begin with all servers idle.

        ``seconds`` says how long so many jobs take together. ``then`` is called with jobs that are done, and when they came.
        """
        self._simulation, self._idle, self._seconds, self._batch, self._then = simulation, servers, seconds, batch, then
        self._waiting: deque[tuple[float, int]] = deque()
        self.late = Lateness()
        self.busy_s = 0.0
        self.batches = 0

    def come(self, jobs: int, came: float | None = None) -> None:
        """Let jobs come: now, or from another station with the moment at which they came there."""
        if jobs:
            self._waiting.append((self._simulation.now if came is None else came, jobs))
        self._go_on()

    def _go_on(self) -> None:
        while self._idle and self._waiting:
            self._begin(self._taken())

    def _taken(self) -> list[tuple[float, int]]:
        taken, room = [], self._batch
        while room and self._waiting:
            came, jobs = self._waiting.popleft()
            if jobs > room:
                self._waiting.appendleft((came, jobs - room))
            taken.append((came, min(jobs, room)))
            room -= min(jobs, room)
        return taken

    def _begin(self, taken: list[tuple[float, int]]) -> None:
        jobs = sum(it for _, it in taken)
        takes_s = self._seconds(jobs)
        self._idle -= 1
        self.busy_s += takes_s
        self.batches += 1

        def done() -> None:
            self._idle += 1
            for came, of_them in taken:
                self.late.add(came, self._simulation.now, of_them)
                self._then(of_them, came)
            self._go_on()

        self._simulation.after(takes_s, done)
