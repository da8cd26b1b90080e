"""Keeps to the limits: so many SMS a day, so much news an hour; a digest counts the news beyond (N3)."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.metrics import measured
from chalicelib.notify.audience import Channel
from chalicelib.store import keys
from chalicelib.store.codec import timestamp
from chalicelib.store.message_queue import Kind, QueuedMessage
from chalicelib.store.tallies import Counted

if TYPE_CHECKING:
    from chalicelib.notify.dependencies import Limits
    from chalicelib.notify.ports import Queue, Tallies
    from chalicelib.notify.recipients import AddressedMessage

log = logging.getLogger(__name__)

HOUR = timedelta(hours=1)
LATE = timedelta(minutes=1)
"""A digest leaves this long after its hour ends. No function runs that long, so nothing is still being added to it."""
GATHERED_AT_MOST = 1000
"""The most orders that a digest counts."""


@dataclass(frozen=True, slots=True)
class Limiter:
    """Counts what is sent at one moment, ``now``, and holds back what goes beyond the limits."""

    limits: Limits
    tallies: Tallies
    queue: Queue
    now: datetime

    def holds_back(self, message: AddressedMessage) -> bool:
        """Return whether a message must not be sent. News then counts in the hour's digest; an SMS is left out.

        Both are counted before they are sent, once however often they are tried: what cannot be counted is not sent.
        """
        if message.queued.gathered and self._news_is_full(message.queued):
            self._add_to_digest(message)
            return True
        return message.recipient.channel is Channel.SMS and self._sms_are_full(message)

    def _news_is_full(self, queued: QueuedMessage) -> bool:
        tally, most = keys.news_tally_sk(self._hour, queued.channel), self.limits.news_per_recipient_an_hour
        return self.tallies.enter(tally, queued.recipient, queued.name, most) is Counted.FULL

    def _add_to_digest(self, message: AddressedMessage) -> None:
        queued = message.queued
        role = queued.recipient.partition(":")[0]
        digest = QueuedMessage(
            name=f"digest@{timestamp(self._hour)}",
            recipient=queued.recipient,
            urgency=queued.urgency,
            text=f"digest.{role}",
            source=queued.source,
            channel=queued.channel,
            kind=Kind.DIGEST,
        )
        self.tallies.enter(tally_of(digest), digest.recipient, message.about.order_id, GATHERED_AT_MOST)
        self.queue.put(digest, self._hour + HOUR + LATE)

    @property
    def _hour(self) -> datetime:
        return self.now.replace(minute=0, second=0)

    def _sms_are_full(self, message: AddressedMessage) -> bool:
        queued = message.queued
        number = keys.number_recipient(message.recipient.profile.phone or "")
        tally, per_number = keys.sms_tally_sk(self.now), self.limits.sms_per_number_a_day
        if self.tallies.enter(tally, number, queued.name, per_number) is Counted.FULL:
            return self._capped(queued)
        most, most_of_all = self.limits.sms_per_recipient_a_day, self.limits.sms_per_day
        counted = self.tallies.enter_within(tally, queued.recipient, queued.name, most, most_of_all)
        return self._capped(queued) if counted is Counted.FULL else False

    def _capped(self, queued: QueuedMessage) -> bool:
        log.warning("an SMS was not sent: the day's limit is reached", extra={"event": queued.name, **measured(SmsCapped=1)})
        return True


def tally_of(digest: QueuedMessage) -> str:
    """Return the tally of the orders that a digest is about."""
    return f"{digest.name}#{digest.channel}"
