"""From what happened to the messages that go out: each row of the audience table for each of its channels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chalicelib.domain.events import PaymentRetried
from chalicelib.domain.stages import due_at
from chalicelib.notify.audience import Audience, Channel, Notice, notices
from chalicelib.notify.feeds import event_json, payment_json
from chalicelib.notify.ports import Message
from chalicelib.notify.wording import words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from chalicelib.domain.policy import Policy, PolicyBook
    from chalicelib.notify.happening import Happening
    from chalicelib.notify.ports import Orders, Profiles
    from chalicelib.store.people import Profile


@dataclass(frozen=True, slots=True)
class Topics:
    """The ARNs of the topics that are nobody's own. One that is empty is not published to."""

    events: str
    payments: str
    mediators: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to one recipient (``seller:acme``, ``mediators``) through one channel about one event."""

    event: str
    recipient: str
    channel: Channel
    message: Message


@dataclass(frozen=True, slots=True)
class Office:
    """Writes the letters of one batch of events. What it reads of people and policies it reads once."""

    topics: Topics
    link_base: str
    people: Profiles
    orders: Orders
    policies: PolicyBook
    _profiles: dict[tuple[str, str], Profile] = field(default_factory=dict)
    _policies_of: dict[str, Policy] = field(default_factory=dict)

    def addressed(self, it: Happening) -> Iterator[tuple[Notice, Channel, str]]:
        """Who is told, through which channel and topic. Whoever registered nothing for a channel is passed over (N1)."""
        topics = {
            Audience.MEDIATORS: self.topics.mediators,
            Audience.MARKETPLACE: self.topics.events,
            Audience.PAYMENTS: self.topics.payments,
        }
        for notice in notices(it):
            for channel in notice.channels:
                if channel is Channel.TOPIC:
                    topic = topics[notice.audience]
                else:
                    profile = self._profile(it, notice.audience)
                    topic = (profile.topic or "") if channel.value in profile.subscriptions else ""
                if topic:
                    yield notice, channel, topic

    def recipient(self, it: Happening, audience: Audience) -> str:
        """The name under which a message to that audience is remembered."""
        person = {Audience.BUYER: it.buyer_id, Audience.SELLER: it.seller_id}.get(audience)
        return f"{audience.value}:{person}" if person else audience.value

    def letter(self, it: Happening, notice: Notice, channel: Channel, topic: str) -> Letter:
        """One message, written."""
        recipient = self.recipient(it, notice.audience)
        attributes = {"channel": channel.value, "recipient": recipient, "event": it.id}
        attributes |= {"event_type": it.kind, "order_id": it.order_id}
        if notice.audience is Audience.MARKETPLACE:
            message = Message(topic, event_json(it), attributes=attributes)
        elif notice.audience is Audience.PAYMENTS:
            retried = isinstance(it.event.payload, PaymentRetried)
            order = self.orders.order(it.order_id) if retried else None
            message = Message(topic, payment_json(it, order), attributes=attributes)
        else:
            message = self._worded(it, notice, channel, topic, attributes)
        return Letter(it.id, recipient, channel, message)

    def _worded(self, it: Happening, notice: Notice, channel: Channel, topic: str, attributes: dict[str, str]) -> Message:
        told = notice.audience in (Audience.BUYER, Audience.SELLER)
        language = self._profile(it, notice.audience).language if told else "en"
        said = words(notice.text, it, due=self._due(it), link_base=self.link_base, language=language)
        if channel is Channel.SMS:
            # Transactional: what needs action is delivered with priority, and is no advertisement.
            attributes = attributes | {"AWS.SNS.SMS.SMSType": "Transactional"}
            return Message(topic, said.short, attributes=attributes)
        return Message(topic, said.body, said.subject, attributes)

    def _profile(self, it: Happening, audience: Audience) -> Profile:
        role, person = audience.value, it.buyer_id if audience is Audience.BUYER else it.seller_id
        if (role, person) not in self._profiles:
            self._profiles[role, person] = self.people.profile(role, person)
        return self._profiles[role, person]

    def _due(self, it: Happening) -> datetime | None:
        """The deadline of the stage that the event left the dispute in, by the policy the order is judged by (C6)."""
        if it.dispute is None or not it.dispute.open:
            return None
        if it.order_id not in self._policies_of:
            version = self.orders.order(it.order_id).policy_version
            self._policies_of[it.order_id] = self.policies.version(version)
        return due_at(it.dispute, self._policies_of[it.order_id])
