"""Everything publishing works with, in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chalicelib.domain.policy import published
from chalicelib.notify.letters import Topics
from chalicelib.notify.publish import Publishing
from chalicelib.store.people import Profile

if TYPE_CHECKING:
    from chalicelib.domain.order import Order
    from chalicelib.notify.ports import Message
    from tests.domain.worlds import World

LINKS = "https://app.example.com"
TOPICS = Topics(events="events", payments="payments", mediators="mediators")


class Refused(Exception):  # noqa: N818 - it names what the provider did
    """The provider did not take a message."""


@dataclass
class FakeSender:
    """Keeps what was sent. Refuses messages whose ``event recipient channel`` is in ``refuses``."""

    sent: list[Message] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)

    def send(self, message: Message) -> None:
        """Keep the message, or refuse it."""
        if name(message) in self.refuses:
            raise Refused(name(message))
        self.sent.append(message)

    @property
    def names(self) -> list[str]:
        """What was sent, by name."""
        return [name(message) for message in self.sent]


def name(message: Message) -> str:
    """A message by the event it tells, whom it reaches and how."""
    return " ".join(message.attributes[part] for part in ("event", "recipient", "channel"))


@dataclass
class FakeMarkers:
    """Keeps markers. Crashes before it keeps the one called ``crashes_at``, once."""

    kept: set[str] = field(default_factory=set)
    crashes_at: str = ""

    def has_left(self, event: str, recipient: str, channel: str) -> bool:
        """Whether it is kept."""
        return f"{event} {recipient} {channel}" in self.kept

    def mark(self, event: str, recipient: str, channel: str) -> None:
        """Keep it, or crash."""
        marker = f"{event} {recipient} {channel}"
        if marker == self.crashes_at:
            self.crashes_at = ""
            raise KeyboardInterrupt
        self.kept.add(marker)


@dataclass
class FakePeople:
    """Profiles by ``role:id``. Without any, everybody has registered an email address and a phone."""

    known: dict[str, Profile] | None = None

    def profile(self, role: str, person_id: str) -> Profile:
        """The profile of one person."""
        if self.known is not None:
            return self.known.get(f"{role}:{person_id}", Profile(role, person_id))
        return registered(role, person_id, "email", "sms")


def registered(role: str, person_id: str, *channels: str, language: str = "en") -> Profile:
    """A person with a topic and subscriptions for some channels."""
    subscriptions = {channel: f"arn:{channel}" for channel in channels}
    return Profile(role, person_id, topic=f"topic-{role}-{person_id}", subscriptions=subscriptions, language=language)


@dataclass
class FakeOrders:
    """The orders of some worlds."""

    worlds: tuple[World, ...]

    def order(self, order_id: str) -> Order:
        """The order of that id. Raises ``LookupError`` where there is none."""
        orders = {world.case.order.terms.order_id: world.case.order for world in self.worlds}
        return orders[order_id]


@dataclass
class Desk:
    """What a test publishes through, and looks into afterwards."""

    worlds: tuple[World, ...]
    sender: FakeSender = field(default_factory=FakeSender)
    markers: FakeMarkers = field(default_factory=FakeMarkers)
    people: FakePeople = field(default_factory=FakePeople)
    link_base: str = LINKS

    @property
    def publishing(self) -> Publishing:
        """As publishing wants it."""
        orders = FakeOrders(self.worlds)
        return Publishing(self.sender, self.markers, self.people, orders, published(), TOPICS, self.link_base)
