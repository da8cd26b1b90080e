"""Run acts at the same time, one AWS call at a time. A seed draws the next one, so every run can be repeated."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock, Thread, get_ident
from typing import TYPE_CHECKING, Any

from tests.reliability.acts import ORDER_ID, Act, Outcome
from tests.reliability.seam import Call, Carry, through
from tests.reliability.small_cloud import Cloud, MovedClock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from random import Random


@dataclass
class OwnClock(MovedClock):
    """The cloud's clock as one process reads it. It remembers the time that it last showed."""

    cloud: Cloud | None = None

    def now(self) -> datetime:
        """Return the cloud's time."""
        if self.cloud:
            self.at = self.cloud.clock.at
        return self.at


@dataclass
class Doing:
    """An act under way: the step at which it began, the step at which it ended, and the calls in between."""

    act: Act
    clock: OwnClock
    outcome: Outcome = ("", None)
    began: int = -1
    ended: int = -1
    calls: list[tuple[int, Call]] = field(default_factory=list)
    _go: Lock = field(default_factory=Lock)
    _parked: Lock = field(default_factory=Lock)

    def start(self, cloud: Cloud, hooks: dict[int, Doing]) -> None:
        """Make its thread, which waits to be resumed."""
        self._go.acquire()
        self._parked.acquire()

        def work() -> None:
            hooks[get_ident()] = self
            self._go.acquire()
            try:
                self.outcome = self.act.outcome(cloud.services(self.clock))
            except BaseException as error:  # noqa: BLE001 - a thread has nobody to raise to; the history is checked
                self.outcome = "crashed", repr(error)
            self.ended = 0
            self._parked.release()

        Thread(target=work, daemon=True).start()

    def park(self) -> None:
        """Wait to be resumed. The act's own thread calls this before each AWS call."""
        self._parked.release()
        self._go.acquire()

    def resume(self) -> None:
        """Let the act go on until its next call, or its end. The scheduler calls this."""
        self._go.release()
        self._parked.acquire()

    @property
    def decided_at(self) -> int:
        """Return the step at which it took effect: the last one at which it read or wrote the case."""
        return max((step for step, call in self.calls if _touches_case(call)), default=self.began)


def _touches_case(call: Call) -> bool:
    if call.operation == "transact_write_items":
        first: str = call.arguments["TransactItems"][0]["Put"]["Item"]["pk"]["S"]
        return first == f"ORDER#{ORDER_ID}"
    values = call.arguments.get("ExpressionAttributeValues", {})
    return call.operation == "query" and values.get(":pk", {}).get("S") == f"ORDER#{ORDER_ID}"


@dataclass(frozen=True, slots=True)
class History:
    """The history of a run: each act with its outcome, and the trace of calls."""

    doings: tuple[Doing, ...]
    trace: tuple[str, ...]


def interleave(cloud: Cloud, acts: Sequence[Act], random: Random) -> History:
    """Do ``acts`` at the same time in an order drawn from ``random``."""
    mine: dict[int, Doing] = {}
    doings = tuple(Doing(act, OwnClock(cloud.clock.at, cloud)) for act in acts)
    trace: list[str] = []

    def scheduled(call: Call, carry: Carry) -> Any:  # noqa: ANN401 - an AWS reply
        doing = mine[get_ident()]
        doing.park()
        doing.calls.append((len(trace), call))
        trace.append(f"{doing.act.name}: {call.name}")
        return carry(call)

    cloud.hook = scheduled
    for doing in doings:
        doing.start(cloud, mine)
    waiting = list(doings)
    while waiting:
        doing = random.choice(waiting)
        if doing.began < 0:
            doing.began = len(trace)
            trace.append(f"{doing.act.name} begins")
            if doing.act.moves_clock_to:
                cloud.clock.at = max(cloud.clock.at, doing.act.moves_clock_to)
        doing.resume()
        if doing.ended >= 0:
            doing.ended = len(trace)
            trace.append(f"{doing.act.name} ends")
            waiting.remove(doing)
    cloud.hook = through
    return History(doings, tuple(trace))
