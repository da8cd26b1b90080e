"""Resolves whom a message reaches, once: profile, channel and address (N1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, assert_never

from chalicelib.domain.people import Actor, Role
from chalicelib.notify.audience import REACH, Audience, Channel, Urgency

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from chalicelib.notify.event_in_context import EventInContext
    from chalicelib.notify.ports import Profiles
    from chalicelib.store.message_queue import QueuedMessage
    from chalicelib.store.people import Profile


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person by one channel. The addresses are the profile's: ``topic`` is set only for mail that goes through it."""

    profile: Profile
    channel: Channel
    topic: str = ""


@dataclass(frozen=True, slots=True)
class AddressedMessage:
    """A queued message with everything that composing it takes.

    It tells of ``about``, an event. ``due`` is when it is too late for what the message asks. ``count`` is how many orders
    a digest is about.
    """

    queued: QueuedMessage
    recipient: Recipient
    about: EventInContext
    due: datetime | None
    count: int | None = None


def person(recipient: str) -> Actor:
    """Return the person that a queued message's ``recipient`` (``seller:acme``) names."""
    role, _, person_id = recipient.partition(":")
    return Actor(Role(role), person_id)


def name_of(role: Role, person_id: str) -> str:
    """Return a person's name in queued messages, tallies and markers: ``seller:acme``."""
    return f"{role.value}:{person_id}"


@dataclass(frozen=True, slots=True)
class Recipients:
    """Resolves the recipients of one batch. Each person's profile is read once."""

    profiles: Profiles
    mail_by_topic: bool
    _read: dict[Actor, Profile] = field(default_factory=dict)

    def address(
        self, queued: QueuedMessage, about: EventInContext, due: datetime | None, count: int | None = None
    ) -> AddressedMessage | None:
        """Address a message by its channel. None where the person has no address there, or has switched the channel off."""
        recipient = self._recipient(person(queued.recipient), Channel(queued.channel))
        return AddressedMessage(queued, recipient, about, due, count) if recipient else None

    def address_by_every_channel(
        self, queued: QueuedMessage, about: EventInContext, due: datetime | None
    ) -> Iterator[AddressedMessage]:
        """Address a message by each channel that its urgency goes out by and that reaches the person."""
        to = person(queued.recipient)
        for channel in REACH[Audience(to.role.value), Urgency(queued.urgency)]:
            recipient = self._recipient(to, channel)
            if recipient:
                yield AddressedMessage(queued.through(channel.value), recipient, about, due)

    def _recipient(self, to: Actor, channel: Channel) -> Recipient | None:
        profile = self._profile(to)
        if channel.value in profile.muted:
            return None
        topic = ""
        match channel:
            case Channel.EMAIL if self.mail_by_topic:
                topic = (profile.topic or "") if channel.value in profile.subscriptions else ""
                reached = bool(topic)
            case Channel.EMAIL:
                reached = bool(profile.email)
            case Channel.SMS:
                reached = bool(profile.texted_at)
            case Channel.PUSH:
                reached = bool(profile.reached_devices)
            case Channel.TOPIC:
                reached = False
            case _:
                assert_never(channel)
        return Recipient(profile, channel, topic) if reached else None

    def _profile(self, to: Actor) -> Profile:
        if to not in self._read:
            self._read[to] = self.profiles.profile(to.role.value, to.id)
        return self._read[to]
