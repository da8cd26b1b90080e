"""Collect the stores, ports and policies that every service function works with."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from chalicelib.service.errors import MessagingUnavailable, PushNotConfigured

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.policy import PolicyBook
    from chalicelib.service.ports import Clock, Endpoints, Subscriptions, Texts
    from chalicelib.store.audit import AuditLog
    from chalicelib.store.cases import Cases
    from chalicelib.store.connections import Connections
    from chalicelib.store.lists import Lists
    from chalicelib.store.messages import Messages
    from chalicelib.store.notes import Notes
    from chalicelib.store.people import People
    from chalicelib.store.replies import SavedReplies
    from chalicelib.store.tallies import Tallies


_SOON_S = 5


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the time now, in whole seconds UTC."""
        return datetime.now(UTC).replace(microsecond=0)


class NoPush:
    """The endpoints of a deployment that sends no push messages."""

    def takes(self, platform: str) -> bool:
        """Return False: this deployment sends to no platform."""
        del platform
        return False

    def create(self, platform: str, token: str, device_id: str) -> str:
        """Raise ``PushNotConfigured``."""
        del platform, token, device_id
        raise PushNotConfigured

    def device_of(self, endpoint: str) -> str | None:
        """Return None: no endpoint is known."""
        del endpoint
        return None

    def enabled(self, endpoint: str) -> bool:
        """Return False: there is no endpoint."""
        del endpoint
        return False

    def delete(self, endpoint: str) -> None:
        """Do nothing: there is no endpoint to delete."""


class NoTexts:
    """The SMS of a process that sends none."""

    def send_code(self, phone: str, language: str, code: str) -> None:
        """Raise ``MessagingUnavailable``."""
        del phone, language, code
        raise MessagingUnavailable(_SOON_S)


@dataclass(frozen=True, slots=True)
class ContactLimits:
    """The most changes of a person's addresses in a day, and the most SMS to one number and to everybody in a day."""

    contact_changes_a_day: int = 5
    sms_per_number_a_day: int = 10
    sms_per_day: int = 1000


def _pause(attempt: int) -> None:
    time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311 - jitter, not a secret


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that a service function needs beside its arguments; ``bootstrap`` makes one for each process."""

    cases: Cases
    lists: Lists
    people: People
    subscriptions: Subscriptions
    clock: Clock
    policies: PolicyBook
    messages: Messages = field(kw_only=True)
    notes: Notes = field(kw_only=True)
    replies: SavedReplies = field(kw_only=True)
    connections: Connections = field(kw_only=True)
    audit: AuditLog = field(kw_only=True)
    tallies: Tallies = field(kw_only=True)
    pause: Callable[[int], None] = field(default=_pause)
    """Waits before the nth retry of a conflicting write, with full jitter."""
    epoch: Callable[[], float] = field(default=time.time)
    """Returns the real time, by which kept answers expire. Moving a sandbox's clock does not expire them."""
    endpoints: Endpoints = field(default_factory=NoPush)
    texts: Texts = field(default_factory=NoTexts)
    limits: ContactLimits = field(default_factory=ContactLimits)
    mail_by_topic: bool = True
    """True if mail goes through people's topics, which reach an address only after its owner has confirmed it; False for SES.
    """
    topics_of_0_2: bool = False
    """True while release 0.2.0 may run again: it reaches phones and devices only through people's topics."""
