"""The stores, ports and policies that every service function works with, put together once in a process."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from chalicelib.service.errors import PushNotConfigured

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.policy import PolicyBook
    from chalicelib.service.ports import Clock, Endpoints, Subscriptions
    from chalicelib.store.cases import Cases
    from chalicelib.store.connections import Connections
    from chalicelib.store.lists import Lists
    from chalicelib.store.messages import Messages
    from chalicelib.store.people import People


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The time now, in whole seconds UTC."""
        return datetime.now(UTC).replace(microsecond=0)


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
