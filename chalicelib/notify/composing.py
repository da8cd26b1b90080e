"""From what happened to the messages that go out: whom each row of the audience table reaches, and the words for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chalicelib.domain.events import PaymentRetried
from chalicelib.domain.stages import due_at
from chalicelib.notify.audience import REACH, Audience, Channel, Notice, Urgency, notices
from chalicelib.notify.feeds import event_json, payment_json
from chalicelib.notify.ports import Message, Push
from chalicelib.notify.todos import ask_of
from chalicelib.notify.wording import worded
from chalicelib.store.message_queue import Kind, QueuedMessage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from chalicelib.domain.policy import PolicyBook
    from chalicelib.notify.event_in_context import EventInContext
    from chalicelib.notify.ports import Orders, Profiles
    from chalicelib.store.people import Profile

PEOPLE = (Audience.BUYER, Audience.SELLER)


@dataclass(frozen=True, slots=True)
class Topics:
    """The ARNs of the topics that are nobody's own. One that is empty is not published to."""

    events: str
    payments: str
    mediators: str


@dataclass(frozen=True, slots=True)
class Office:
    """Addresses and writes the messages of one batch. What it reads of people it reads once."""

    topics: Topics
    link_base: str
    people: Profiles
    orders: Orders
    policies: PolicyBook
    mail_by_topic: bool = True
    _profiles: dict[str, Profile] = field(default_factory=dict)

    def to_topics(self, it: EventInContext) -> Iterator[tuple[Notice, str]]:
        """Which rows go to a topic that is nobody's own, and its ARN."""
        topics = {
            Audience.MEDIATORS: self.topics.mediators,
            Audience.MARKETPLACE: self.topics.events,
            Audience.PAYMENTS: self.topics.payments,
        }
        for notice in notices(it):
            if topics.get(notice.audience):
                yield notice, topics[notice.audience]

    def publication(self, it: EventInContext, notice: Notice, topic: str) -> Message:
        """What a topic is told."""
        attributes = _attributes(it, it.id, notice.audience.value, Channel.TOPIC, it.kind)
        if notice.audience is Audience.MARKETPLACE:
            return Message(topic, event_json(it), attributes=attributes)
        if notice.audience is Audience.PAYMENTS:
            retried = isinstance(it.event.payload, PaymentRetried)
            order = self.orders.order(it.order_id) if retried else None
            return Message(topic, payment_json(it, order), attributes=attributes)
        said = worded(notice.text, it, due=self.due(it), link_base=self.link_base)
        return Message(topic, said.body, said.subject, attributes)

    def to_people(self, it: EventInContext) -> Iterator[QueuedMessage]:
        """The letters to the parties, one for each channel that reaches the person (N1)."""
        for notice in notices(it):
            if notice.audience in PEOPLE:
                person = it.buyer_id if notice.audience is Audience.BUYER else it.seller_id
                recipient = f"{notice.audience.value}:{person}"
                letter = QueuedMessage(it.id, recipient, notice.urgency.value, notice.text, it.id, gathered=notice.gathered)
                yield from self.by_channel(letter)

    def by_channel(self, letter: QueuedMessage) -> Iterator[QueuedMessage]:
        """A letter through each channel that is for it and reaches the person."""
        audience, urgency = Audience(letter.recipient.partition(":")[0]), Urgency(letter.urgency)
        for channel in REACH[audience, urgency]:
            if self.reaches(letter.recipient, channel):
                yield letter.through(channel.value)

    def reaches(self, recipient: str, channel: Channel) -> bool:
        """Whether the person registered for a channel and has not switched it off."""
        profile = self.profile(recipient)
        return channel.value not in profile.muted and self._registered(profile, channel)

    def _registered(self, profile: Profile, channel: Channel) -> bool:
        if channel is Channel.EMAIL and not self.mail_by_topic:
            return bool(profile.email)
        if channel is Channel.PUSH:
            return any(device.endpoint for device in profile.devices)
        return channel.value in profile.subscriptions

    def message(self, letter: QueuedMessage, it: EventInContext, due: datetime | None, count: int | None = None) -> Message:
        """A letter, in the words of its channel and the recipient's language."""
        profile, channel = self.profile(letter.recipient), Channel(letter.channel)
        said = worded(
            letter.text,
            it,
            due=due,
            link_base=self.link_base,
            language=profile.language,
            zone=profile.time_zone,
            count=count,
        )
        kind = it.kind if letter.kind is Kind.EVENT else letter.kind.value
        attributes = _attributes(it, letter.name, letter.recipient, channel, kind)
        topic = profile.topic or ""
        if channel is Channel.SMS:
            # Transactional: what needs action is delivered with priority, and is no advertisement.
            return Message(topic, said.short, attributes=attributes | {"AWS.SNS.SMS.SMSType": "Transactional"})
        if channel is Channel.PUSH:
            return Message(topic, said.push, attributes=attributes, push=Push(said.subject, said.link))
        if self.mail_by_topic:
            return Message(topic, said.body, said.subject, attributes)
        return Message("", said.body, said.subject, attributes, mail_to=profile.email or "")

    def profile(self, recipient: str) -> Profile:
        """The person that ``recipient`` (``seller:acme``) names."""
        if recipient not in self._profiles:
            role, _, person = recipient.partition(":")
            self._profiles[recipient] = self.people.profile(role, person)
        return self._profiles[recipient]

    def due(self, it: EventInContext) -> datetime | None:
        """The deadline of the stage that the event left the dispute in, by the policy the dispute is judged by (C6)."""
        return due_at(it.dispute, self.policies.version(it.dispute.policy_version)) if it.dispute else None

    def due_to(self, recipient: str, it: EventInContext) -> datetime | None:
        """By when ``recipient`` is to do what the event asked: its own time, where it set one, or else the stage's."""
        ask = ask_of(it, recipient, self.policies.version(it.dispute.policy_version)) if it.dispute else None
        return ask.due if ask else self.due(it)


def _attributes(it: EventInContext, name: str, recipient: str, channel: Channel, kind: str) -> dict[str, str]:
    named = {"channel": channel.value, "recipient": recipient, "event": name}
    return named | {"event_type": kind, "order_id": it.order_id}
