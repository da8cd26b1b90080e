"""Brings one letter to one person through one channel: once, not at night, not too often, and never lost (N3, N4)."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib.notify.audience import DISTURBING, Channel, Urgency
from chalicelib.notify.composing import Office, Topics
from chalicelib.notify.quiet_hours import quiet_until
from chalicelib.store import keys
from chalicelib.store.codec import timestamp
from chalicelib.store.message_queue import Kind, QueuedMessage
from chalicelib.store.tallies import Counted

if TYPE_CHECKING:
    from chalicelib.domain.policy import PolicyBook
    from chalicelib.notify.audience import Notice
    from chalicelib.notify.event_in_context import EventInContext
    from chalicelib.notify.ports import Counts, DeadLetters, Orders, Profiles, Queue, Sender, SentMarkers, Threads
    from chalicelib.service.ports import Clock

log = logging.getLogger(__name__)

PERMANENT = frozenset(
    {
        # SNS, of a person's topic: a disabled device or a phone that opted out fails later, and is not answered here
        "AuthorizationError",
        "InvalidParameter",
        "NotFound",
        "ParameterValueInvalid",
        "ValidationException",
        # SES
        "BadRequestException",
        "MessageRejected",
    }
)
"""What a provider answers to a message that it will never take, however often it is sent."""

HOUR = timedelta(hours=1)
LATE = timedelta(minutes=1)
"""A digest leaves this long after its hour, when nobody can still be adding to it: longer than a function runs."""
GATHERED_AT_MOST = 1000
"""How many orders a digest counts; more are told as so many."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is sent at most (N3)."""

    sms_per_recipient_a_day: int = 5
    sms_per_day: int = 1000
    news_per_recipient_an_hour: int = 5


@dataclass(frozen=True, slots=True)
class Dependencies:
    """What publishing works with."""

    sender: Sender
    sent: SentMarkers
    people: Profiles
    orders: Orders
    threads: Threads
    queue: Queue
    tallies: Counts
    undelivered: DeadLetters
    policies: PolicyBook
    clock: Clock
    topics: Topics
    link_base: str
    limits: Limits = Limits()
    mail_by_topic: bool = True


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts."""
    return timedelta(minutes=2**attempts)


def is_permanent(error: Exception) -> bool:
    """Whether a provider has refused for good."""
    return isinstance(error, ClientError) and error.response["Error"]["Code"] in PERMANENT


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """Carries the letters of one batch, at one moment."""

    to: Dependencies
    office: Office
    now: datetime

    @classmethod
    def of(cls, to: Dependencies) -> Dispatcher:
        """A courier that starts now."""
        office = Office(to.topics, to.link_base, to.people, to.orders, to.policies, to.mail_by_topic)
        return cls(to, office, to.clock.now())

    def publish(self, it: EventInContext, notice: Notice, topic: str) -> None:
        """Tell a topic, once."""
        audience, channel = notice.audience.value, Channel.TOPIC.value
        if not self.to.sent.has_left(it.id, audience, channel):
            self.to.sender.send(self.office.publication(it, notice, topic))
            # Marked only now: a crash in between sends it again, rather than never.
            self.to.sent.mark(it.id, audience, channel)

    def hand_over(self, letter: QueuedMessage, it: EventInContext, due: datetime | None) -> None:
        """Carry a letter, or have it wait by itself until it can be carried. Raises only where it can neither go nor wait."""
        try:
            later = self.carry(letter, it, due)
        except Exception as error:
            if is_permanent(error):
                self.give_up(letter, error)
                return
            log.exception("a message waits to be sent again", extra={"event": letter.name})
            later = self.now + backoff(0)
        if later:
            self.to.queue.put(letter, later)

    def carry(
        self, letter: QueuedMessage, it: EventInContext, due: datetime | None, count: int | None = None
    ) -> datetime | None:
        """Send a letter that has not left, unless it is to wait: then the time until which. Raises what the provider raises.
        ``due`` is when it is too late for what the letter asks.

        Whoever is no longer reached is passed over; what goes beyond a limit ends in a digest, or in the count of SMS that
        were not sent. An email or a push message says the same to whom it reaches; a phone alone hears from a reminder.
        """
        channel = Channel(letter.channel)
        if self.to.sent.has_left(letter.name, letter.recipient, letter.channel):
            return None
        if not self.office.reaches(letter.recipient, channel):
            return None
        quiet = self._quiet(letter, due, channel)
        if quiet:
            return quiet
        if not self._gathered(letter, it) and self._within_limits(letter, channel):
            self.to.sender.send(self.office.message(letter, it, due, count))
            if channel is Channel.SMS:
                log.info("an SMS was sent", extra={"event": letter.name, "sms_sent": 1})
        self.to.sent.mark(letter.name, letter.recipient, letter.channel)
        return None

    def give_up(self, letter: QueuedMessage, error: Exception) -> None:
        """Put a letter aside where an operator sees it (N4)."""
        reason = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
        self.to.undelivered.put(letter, reason)
        log.error("a message was not delivered: %s", reason, extra={"event": letter.name, "undelivered": 1})

    def _quiet(self, letter: QueuedMessage, due: datetime | None, channel: Channel) -> datetime | None:
        """The end of the recipient's quiet hours, where the message waits for it: what is too late by then does not wait."""
        until = quiet_until(self.office.profile(letter.recipient), self.now) if channel in DISTURBING else None
        if until is None or letter.urgency != Urgency.ACTION.value:
            return until
        return None if due and self.now < due <= until else until

    def _gathered(self, letter: QueuedMessage, it: EventInContext) -> bool:
        """Whether a letter is one more than its recipient gets one by one in an hour: then the hour's digest counts it."""
        if not letter.gathered:
            return False
        hour = self.now.replace(minute=0, second=0)
        news, most = keys.news_tally_sk(hour, letter.channel), self.to.limits.news_per_recipient_an_hour
        if self.to.tallies.enter(news, letter.recipient, letter.name, most) is not Counted.FULL:
            return False
        role = letter.recipient.partition(":")[0]
        digest = QueuedMessage(
            name=digest_of(hour),
            recipient=letter.recipient,
            urgency=letter.urgency,
            text=f"digest.{role}",
            source=letter.source,
            channel=letter.channel,
            kind=Kind.DIGEST,
        )
        self.to.tallies.enter(gathered_in(digest), digest.recipient, it.order_id, GATHERED_AT_MOST)
        self.to.queue.put(digest, hour + HOUR + LATE)
        return True

    def _within_limits(self, letter: QueuedMessage, channel: Channel) -> bool:
        """Whether a message may cost what it costs. An SMS is counted before it is sent, once however often it is tried."""
        if channel is not Channel.SMS:
            return True
        day, limits = keys.sms_tally_sk(self.now), self.to.limits
        most, most_of_all = limits.sms_per_recipient_a_day, limits.sms_per_day
        counted = self.to.tallies.enter_within(day, letter.recipient, letter.name, most, most_of_all)
        if counted is Counted.FULL:
            log.warning("an SMS was not sent: the day's limit is reached", extra={"event": letter.name, "sms_capped": 1})
        return counted is not Counted.FULL


def digest_of(hour: datetime) -> str:
    """The name of the digests of an hour."""
    return f"digest@{timestamp(hour)}"


def gathered_in(digest: QueuedMessage) -> str:
    """The tally of what a digest is about."""
    return f"{digest.name}#{digest.channel}"
