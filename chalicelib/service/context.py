"""What the services work with: stores, the clock, the policies. Put together once per process, replaced in tests."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.policy import PolicyBook
    from chalicelib.store.cases import Cases
    from chalicelib.store.connections import Connections
    from chalicelib.store.lists import Lists
    from chalicelib.store.messages import Messages
    from chalicelib.store.people import People, Profile


class Clock(Protocol):
    """Tells the time, in whole seconds UTC: deadlines are counted in them."""

    def now(self) -> datetime:
        """The time now."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The time now, in whole seconds UTC."""
        return datetime.now(UTC).replace(microsecond=0)


class Subscriptions(Protocol):
    """The person's SNS topic and what is subscribed to it."""

    def subscribe(self, role: str, person_id: str, channel: str, address: str) -> tuple[str, str]:
        """Subscribe an address; the topic and the subscription."""
        ...

    def unsubscribe(self, subscription: str) -> None:
        """End a subscription; one that is gone already is no error."""
        ...

    def forget(self, profile: Profile) -> None:
        """Delete all that is kept there of a person, the topic with every subscription; nothing left is no error."""
        ...


def _pause(attempt: int) -> None:
    time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311 - jitter, not a secret


@dataclass(frozen=True, slots=True)
class Services:
    """The composition root's result."""

    cases: Cases
    lists: Lists
    people: People
    subscriptions: Subscriptions
    clock: Clock
    policies: PolicyBook
    messages: Messages = field(kw_only=True)
    connections: Connections = field(kw_only=True)
    pause: Callable[[int], None] = field(default=_pause)
    """Waits before the nth new attempt at a conflicting write: a full-jitter backoff."""
    epoch: Callable[[], float] = field(default=time.time)
    """Real time, by which answers are kept; a sandbox's moved clock does not expire them."""
