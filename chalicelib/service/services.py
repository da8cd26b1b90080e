"""What the services work with: stores, the clock, the policies. Put together once per process, replaced in tests."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from chalicelib.service.errors import PushNotConfigured

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


@dataclass(frozen=True, slots=True)
class Subscribed:
    """An address that a person's topic reaches. It has no ``subscription`` until its owner has confirmed it."""

    channel: str
    address: str
    subscription: str | None


class Subscriptions(Protocol):
    """The person's SNS topic and what is subscribed to it."""

    def subscribe(self, role: str, person_id: str, channel: str, address: str) -> tuple[str, str]:
        """Subscribe an address; the topic and the subscription."""
        ...

    def subscribed(self, role: str, person_id: str) -> list[Subscribed]:
        """Everything that is subscribed to the person's topic now."""
        ...

    def unsubscribe(self, subscription: str) -> None:
        """End a subscription; one that is gone already is no error."""
        ...

    def forget(self, profile: Profile) -> None:
        """Delete all that is kept there of a person, the topic with every subscription; nothing left is no error."""
        ...


class Endpoints(Protocol):
    """Devices as the platforms' push services know them."""

    def takes(self, platform: str) -> bool:
        """Whether this deployment sends push messages to that platform."""
        ...

    def create(self, platform: str, token: str, device_id: str) -> str:
        """The enabled endpoint of a token, made if there is none. Raises ``PushNotConfigured``, ``TokenRefused``."""
        ...

    def device_of(self, endpoint: str) -> str | None:
        """The id of the device that it was made for."""
        ...

    def enabled(self, endpoint: str) -> bool:
        """Whether the platform still takes messages for it."""
        ...

    def delete(self, endpoint: str) -> None:
        """Delete it; one that is gone already is no error."""
        ...


class NoPush:
    """A deployment that sends no push messages."""

    def takes(self, platform: str) -> bool:
        """No platform is one of this deployment's."""
        del platform
        return False

    def create(self, platform: str, token: str, device_id: str) -> str:
        """Raise ``PushNotConfigured``."""
        del platform, token, device_id
        raise PushNotConfigured

    def device_of(self, endpoint: str) -> str | None:
        """None is known."""
        del endpoint
        return None

    def enabled(self, endpoint: str) -> bool:
        """No endpoint is one of this deployment's."""
        del endpoint
        return False

    def delete(self, endpoint: str) -> None:
        """There is none to delete."""


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
    endpoints: Endpoints = field(default_factory=NoPush)
    mail_by_topic: bool = True
    """Whether mail goes through people's topics, which reach an address once its owner has confirmed it; else through SES."""
