"""Sends one message: once, not in quiet hours, within the limits, and never lost (N3, N4)."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib.domain.events import PaymentRepublished, PaymentRetried
from chalicelib.metrics import measured
from chalicelib.notify.audience import RINGING, Audience, Channel, Urgency
from chalicelib.notify.composing import Composer
from chalicelib.notify.limits import Limiter
from chalicelib.notify.quiet_hours import quiet_until
from chalicelib.notify.todos import stage_deadline
from chalicelib.switches import Switch

if TYPE_CHECKING:
    from chalicelib.notify.audience import Notice
    from chalicelib.notify.composed_message import ComposedMessage
    from chalicelib.notify.dependencies import Dependencies
    from chalicelib.notify.event_in_context import EventInContext
    from chalicelib.notify.recipients import AddressedMessage
    from chalicelib.store.message_queue import QueuedMessage
    from chalicelib.store.people import Device

log = logging.getLogger(__name__)

PERMANENT = frozenset(
    {
        # SNS. It answers so for a phone that has opted out; a phone that is switched off fails later, and is not answered here.
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
"""The codes by which a provider refuses a message for good, however often it is sent."""


def backoff(attempts: int) -> timedelta:
    """Return how long to wait after so many failed attempts."""
    return timedelta(minutes=2**attempts)


def is_permanent(error: Exception) -> bool:
    """Return whether a provider has refused for good."""
    return isinstance(error, ClientError) and error.response["Error"]["Code"] in PERMANENT


def _is_gone(error: Exception) -> bool:
    """Return whether SNS has no such device, or one that its platform has given up."""
    return isinstance(error, ClientError) and error.response["Error"]["Code"] in ("EndpointDisabled", "NotFound")


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """Sends the messages of one batch, as of one moment, ``now``."""

    deps: Dependencies
    now: datetime

    def to_topic(self, it: EventInContext, notice: Notice, topic: str) -> bool:
        """Tell a topic of no single person, once. Return whether it was told now. Raises what the provider raises."""
        audience, channel = notice.audience.value, Channel.TOPIC.value
        new = not self.deps.sent.has_left(it.id, audience, channel)
        if new:
            self.deps.sender.send(self.composed(it, notice, topic))
            # Marked only now: a crash in between sends it twice, rather than never.
            self.deps.sent.mark(it.id, audience, channel)
        return new

    def composed(self, it: EventInContext, notice: Notice, topic: str = "") -> ComposedMessage:
        """Return what a topic of no single person is told."""
        retried = notice.audience is Audience.PAYMENTS and isinstance(it.event.payload, PaymentRetried | PaymentRepublished)
        order = self.deps.orders.order(it.order_id) if retried else None
        due = stage_deadline(it, self.deps.policies) if notice.text else None
        return Composer(self.deps.link_base).to_topic(it, notice, topic, due=due, order=order)

    def send_or_queue(self, message: AddressedMessage) -> None:
        """Send a message, or queue it where it has to wait or fails for now. Raises only if it can be neither."""
        try:
            later = self.send(message)
        except Exception as error:
            if is_permanent(error):
                self.give_up(message.queued, error)
                return
            log.exception("a message was not sent; it is queued for another attempt", extra={"event": message.queued.name})
            later = self.now + backoff(0)
        if later:
            self.deps.queue.put(message.queued, later)

    def send(self, message: AddressedMessage) -> datetime | None:
        """Send a message that has not left yet. Returns the end of the quiet hours where it has to wait for them.

        A message that a limit or the operator's switch holds back counts as sent. Raises what the provider raises.
        """
        queued = message.queued
        if self.deps.sent.has_left(queued.name, queued.recipient, queued.channel):
            return None
        later = self._quiet_until(message)
        if later:
            return later
        limiter = Limiter(self.deps.limits, self.deps.tallies, self.deps.queue, self.now)
        if not self._switched_off(message) and not limiter.holds_back(message):
            composed = Composer(self.deps.link_base).to_person(message)
            if message.recipient.channel is Channel.PUSH:
                self._push(queued, composed, message.recipient.profile.reached_devices)
            else:
                self.deps.sender.send(composed)
            if message.recipient.channel is Channel.SMS:
                log.info("an SMS was sent", extra={"event": queued.name, **measured(SmsSent=1)})
        self.deps.sent.mark(queued.name, queued.recipient, queued.channel)
        return None

    def _push(self, queued: QueuedMessage, composed: ComposedMessage, devices: tuple[Device, ...]) -> None:
        """Send a push message to each device, once.

        One of several is marked by its own, so that a device that fails makes the others ring no second time. Raises the last
        error but of devices that their platform has given up: the person has just none there (N1).
        """
        failed: Exception | None = None
        for device in devices:
            if len(devices) > 1 and self.deps.sent.has_left(queued.name, queued.recipient, device.id):
                continue
            try:
                self.deps.sender.send(replace(composed, device=device.endpoint))
            except Exception as error:  # noqa: BLE001 - raised below, after the other devices
                if not _is_gone(error):
                    failed = error
                    continue
                told = {"event": queued.name, **measured(DevicesGone=1)}
                log.info("a device was not told: its platform has given it up", extra=told)
            if len(devices) > 1:
                self.deps.sent.mark(queued.name, queued.recipient, device.id)
        if failed:
            raise failed

    def _switched_off(self, message: AddressedMessage) -> bool:
        """Return whether the operator has switched this kind of message off. It is left out: told late it would mislead."""
        if message.recipient.channel is not Channel.SMS or not self.deps.switches.on(Switch.SMS_OFF):
            return False
        told = {"event": message.queued.name, **measured(SmsLeftOut=1)}
        log.warning("an SMS was not sent: SMS are switched off", extra=told)
        return True

    def _quiet_until(self, message: AddressedMessage) -> datetime | None:
        """Return the end of the recipient's quiet hours. None where the message may leave: what would be too late by then does
        not wait.
        """
        until = quiet_until(message.recipient.profile, self.now) if message.recipient.channel in RINGING else None
        if until is None or message.queued.urgency != Urgency.ACTION.value:
            return until
        return None if message.due and self.now < message.due <= until else until

    def give_up(self, queued: QueuedMessage, error: Exception) -> None:
        """Move a message to the undelivered ones, for an operator (N4)."""
        reason = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
        self.deps.undelivered.put(queued, reason)
        named = {"event": queued.name, "channel": queued.channel, "reason": reason}
        counted = measured({"Channel": queued.channel or "any"}, Undelivered=1)
        log.error("a message was not delivered: %s", reason, extra={**named, **counted})
