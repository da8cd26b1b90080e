"""Composes messages: what happened and the recipient's profile in, text out. Nothing is read or sent here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from chalicelib.notify.audience import Audience, Channel
from chalicelib.notify.composed_message import ComposedMessage, Push
from chalicelib.notify.feeds import event_json, payment_json
from chalicelib.notify.wording import worded
from chalicelib.store.message_queue import Kind

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.order import Order
    from chalicelib.notify.audience import Notice
    from chalicelib.notify.event_in_context import EventInContext
    from chalicelib.notify.recipients import AddressedMessage

_TRANSACTIONAL = {"AWS.SNS.SMS.SMSType": "Transactional"}
"""An SMS asks for something: it is delivered with priority, and is no advertisement."""


@dataclass(frozen=True, slots=True)
class Composer:
    """Composes messages whose links begin with ``link_base``."""

    link_base: str

    def to_topic(
        self, it: EventInContext, notice: Notice, topic: str, *, due: datetime | None, order: Order | None
    ) -> ComposedMessage:
        """Compose what a topic of no single person is told: JSON for machines, words for mediators.

        A new attempt at a payment needs its ``order``; words need the stage's deadline, ``due``.
        """
        attributes = _attributes(it, it.id, notice.audience.value, Channel.TOPIC, it.kind)
        match notice.audience:
            case Audience.MARKETPLACE:
                return ComposedMessage(topic, event_json(it), attributes=attributes)
            case Audience.PAYMENTS:
                return ComposedMessage(topic, payment_json(it, order), attributes=attributes)
            case Audience.MEDIATORS | Audience.BUYER | Audience.SELLER:
                wording = worded(notice.text, it, due=due, link_base=self.link_base)
                return ComposedMessage(topic, wording.body, wording.subject, attributes)
            case _:
                assert_never(notice.audience)

    def to_person(self, message: AddressedMessage) -> ComposedMessage:
        """Compose a message in the recipient's language and time zone, in the form of its channel.

        A push message has yet to be addressed to each of the person's devices.
        """
        queued, it, recipient = message.queued, message.about, message.recipient
        wording = worded(
            queued.text,
            it,
            due=message.due,
            link_base=self.link_base,
            language=recipient.profile.language,
            zone=recipient.profile.time_zone,
            count=message.count,
        )
        kind = it.kind if queued.kind is Kind.EVENT else queued.kind.value
        attributes = _attributes(it, queued.name, queued.recipient, recipient.channel, kind)
        match recipient.channel:
            case Channel.SMS:
                told = attributes | _TRANSACTIONAL
                return ComposedMessage("", wording.short, attributes=told, phone=recipient.profile.texted_at)
            case Channel.PUSH:
                push = Push(wording.subject, wording.link)
                return ComposedMessage("", wording.push, attributes=attributes, push=push)
            case Channel.EMAIL | Channel.TOPIC:
                mail_to = "" if recipient.topic else recipient.profile.email or ""
                return ComposedMessage(recipient.topic, wording.body, wording.subject, attributes, mail_to=mail_to)
            case _:
                assert_never(recipient.channel)


def _attributes(it: EventInContext, name: str, recipient: str, channel: Channel, kind: str) -> dict[str, str]:
    named = {"channel": channel.value, "recipient": recipient, "event": name}
    return named | {"event_type": kind, "order_id": it.order_id}
