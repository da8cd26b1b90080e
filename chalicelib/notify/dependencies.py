"""Everything that sending messages needs: the ports, and what a deployment configures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from chalicelib.notify.audience import Audience
from chalicelib.switches import NEVER

if TYPE_CHECKING:
    from chalicelib.domain.policy import PolicyBook
    from chalicelib.notify.ports import DeadLetters, Orders, Profiles, Queue, Sender, SentMarkers, Tallies, Threads
    from chalicelib.service.ports import Clock
    from chalicelib.service.webhooks import Desk
    from chalicelib.switches import Switches


@dataclass(frozen=True, slots=True)
class Topics:
    """The ARNs of the topics that belong to no single person. Nothing is published to an empty one."""

    events: str
    payments: str
    mediators: str

    def of(self, audience: Audience) -> str:
        """Return an audience's topic. It is empty for the parties: each of them has a topic of their own."""
        match audience:
            case Audience.MARKETPLACE:
                return self.events
            case Audience.PAYMENTS:
                return self.payments
            case Audience.MEDIATORS:
                return self.mediators
            case Audience.BUYER | Audience.SELLER:
                return ""
            case _:
                assert_never(audience)


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that is sent (N3)."""

    sms_per_recipient_a_day: int = 5
    sms_per_day: int = 1000
    news_per_recipient_an_hour: int = 5
    sms_per_number_a_day: int = 10


@dataclass(frozen=True, slots=True)
class Dependencies:
    """Everything that sending messages works with. The composition root makes one for each process."""

    sender: Sender
    sent: SentMarkers
    people: Profiles
    orders: Orders
    threads: Threads
    queue: Queue
    tallies: Tallies
    undelivered: DeadLetters
    policies: PolicyBook
    clock: Clock
    topics: Topics
    link_base: str
    limits: Limits = Limits()
    mail_by_topic: bool = True
    webhooks: Desk | None = None
    """None where nobody can register an endpoint."""
    switches: Switches = NEVER
    at_once: int = 1
    """The orders of a batch whose events are published at the same time."""
