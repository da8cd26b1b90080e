"""Limits the calls that a caller can make in a minute, in a way that few calls cost a write.

Each process counts its callers' calls in memory. It adds them to the table ten at a time, and so learns what the other
processes have counted. A caller of up to nine calls a minute in a process costs nothing; a flood, once refused, costs
nothing until the minute ends. The price is accuracy: with several processes, up to ten calls each may come through beyond
the limit, never fewer than the limit in one process.

Every call with a good token or signature counts, whatever becomes of it, and one beyond what is known so far is refused at
once. Only a well-formed call makes the write, for those before it as well: what is refused reaches no AWS.
"""

from __future__ import annotations

import logging
import math
import time
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.bootstrap import call_counts
from chalicelib.domain.people import Actor, Role
from chalicelib.service.errors import TooManyCalls
from chalicelib.settings import settings
from chalicelib.store.call_counts import MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

COUNTED_TOGETHER = 10
"""Calls of one caller in one process that make one write."""
CALLERS_KNOWN = 4096
"""Callers that a process remembers, the latest ones: less than a megabyte."""


class Counts(Protocol):
    """Counts calls over all processes."""

    def add(self, role: str, person_id: str, minute: int, calls: int) -> int:
        """Count ``calls`` more, and return how many there are now."""
        ...


@dataclass(slots=True)
class _Counted:
    """One caller's calls in one minute: here, of those how many the table knows, elsewhere when last heard, and at how many
    here the table is told next.
    """

    minute: int
    here: int = 0
    reported: int = 0
    elsewhere: int = 0
    report_at: int = COUNTED_TOGETHER


class Rates:
    """Holds every caller to a limit of calls a minute."""

    def __init__(self, counts: Counts, person: int, platform: int, epoch: Callable[[], float] = time.time) -> None:
        """Let a person make ``person`` calls a minute, and a system of the marketplace's ``platform``."""
        self._counts, self._person, self._platform, self._epoch = counts, person, platform, epoch
        self._known: OrderedDict[Actor, _Counted] = OrderedDict()

    def count(self, caller: Actor) -> None:
        """Count one call, in memory. Raises ``TooManyCalls`` beyond the limit."""
        now = self._epoch()
        counted = self._counted(caller, int(now // MINUTE_S))
        if counted.here + counted.elsewhere >= self._limit(caller):
            raise self._too_many(caller, now)
        counted.here += 1

    def report(self, caller: Actor) -> None:
        """Tell the table of the calls counted, if it is time to. Raises as ``count`` does where it knows of too many."""
        now = self._epoch()
        counted = self._counted(caller, int(now // MINUTE_S))
        if counted.here < counted.report_at:
            return
        counted.report_at = counted.here + COUNTED_TOGETHER
        self._tell(caller, counted)
        if counted.here + counted.elsewhere > self._limit(caller):
            raise self._too_many(caller, now)

    def _limit(self, caller: Actor) -> int:
        return self._platform if caller.role is Role.PLATFORM else self._person

    def _too_many(self, caller: Actor, now: float) -> TooManyCalls:
        return TooManyCalls(self._limit(caller), math.ceil(MINUTE_S - now % MINUTE_S))

    def _counted(self, caller: Actor, minute: int) -> _Counted:
        counted = self._known.pop(caller, None)
        if counted is None or counted.minute != minute:
            counted = _Counted(minute)
        self._known[caller] = counted
        if len(self._known) > CALLERS_KNOWN:
            self._known.popitem(last=False)
        return counted

    def _tell(self, caller: Actor, counted: _Counted) -> None:
        try:
            total = self._counts.add(caller.role.value, caller.id, counted.minute, counted.here - counted.reported)
        except (ClientError, BotoCoreError):
            # If the table cannot be read, no caller is held back: this process goes by its own count.
            log.warning("calls of %s %s could not be counted", caller.role.value, caller.id, exc_info=True)
            return
        counted.reported = counted.here
        counted.elsewhere = max(0, total - counted.here)


@lru_cache(maxsize=1)
def rates() -> Rates:
    """This process's rates."""
    return Rates(call_counts(), settings().calls_a_minute, settings().platform_calls_a_minute)
