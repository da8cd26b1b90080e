"""Fakes in memory for every dependency of publishing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zlib import crc32

from botocore.exceptions import ClientError

from chalicelib.domain.engine import as_of
from chalicelib.domain.people import AddressBook
from chalicelib.domain.policy import published
from chalicelib.notify.dependencies import Dependencies, Limits, Topics
from chalicelib.notify.due import send_due
from chalicelib.notify.order_reminders import OrderReminder
from chalicelib.notify.publish import publish_records
from chalicelib.store.message_queue import MessageQueue
from chalicelib.store.messages import Messages
from chalicelib.store.people import Profile
from chalicelib.store.tallies import Tallies
from localcloud.memory.table import MemoryTable
from tests.domain.worlds import PAID_AT
from tests.notify.stories import records_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from chalicelib.domain.case import Case
    from chalicelib.domain.order import Order
    from chalicelib.notify.composed_message import ComposedMessage
    from chalicelib.notify.ports import Orders
    from chalicelib.store.message_queue import QueuedMessage
    from tests.domain.worlds import World

LINKS = "https://app.example.com"
WITHOUT_LIMIT = Limits(10**6, 10**6, 10**6, 10**6)
SHARDS = 2
TOPICS = Topics(events="events", payments="payments", mediators="mediators")


class Refused(Exception):  # noqa: N818 - it names what the provider did
    """The provider did not take a message."""


@dataclass
class FakeSender:
    """Keeps the messages that were sent, and refuses some: those whose name is in ``refuses``, and those in ``codes``, with
    that code of the provider's. A name is ``event recipient channel``. A device in ``fails`` is not reached now, and one in
    ``gone`` never, with that code.
    """

    sent: list[ComposedMessage] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    codes: dict[str, str] = field(default_factory=dict)
    fails: set[str] = field(default_factory=set)
    gone: dict[str, str] = field(default_factory=dict)

    def send(self, message: ComposedMessage) -> None:
        """Keep the message, or refuse it."""
        if message.device in self.gone:
            raise ClientError({"Error": {"Code": self.gone[message.device], "Message": "no"}}, "Publish")
        if name(message) in self.refuses or message.device in self.fails:
            raise Refused(name(message))
        if name(message) in self.codes:
            raise ClientError({"Error": {"Code": self.codes[name(message)], "Message": "no"}}, "Publish")
        self.sent.append(message)

    @property
    def names(self) -> list[str]:
        """The names of the messages that were sent."""
        return [name(message) for message in self.sent]


def name(message: ComposedMessage) -> str:
    """Name a message by its event, recipient and channel."""
    return " ".join(message.attributes[part] for part in ("event", "recipient", "channel"))


@dataclass
class FakeMarkers:
    """Keeps markers. Crashes before it keeps the one called ``crashes_at``, once."""

    kept: set[str] = field(default_factory=set)
    crashes_at: str = ""

    def has_left(self, event: str, recipient: str, channel: str) -> bool:
        """Return whether it is kept."""
        return f"{event} {recipient} {channel}" in self.kept

    def mark(self, event: str, recipient: str, channel: str) -> None:
        """Keep it, or crash."""
        marker = f"{event} {recipient} {channel}"
        if marker == self.crashes_at:
            self.crashes_at = ""
            raise KeyboardInterrupt
        self.kept.add(marker)

    def ahead(self, markers: Iterable[tuple[str, str, str]]) -> FakeMarkers:
        """Nothing is read together: each is looked up when it is needed."""
        del markers
        return self


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
    """A person with a topic and a subscription for email, and a phone of their own for SMS."""
    subscriptions = {channel: f"arn:{channel}" for channel in channels if channel == "email"}
    phone = f"+34{crc32(f'{role}:{person_id}'.encode()):010}" if "sms" in channels else None
    topic = f"topic-{role}-{person_id}"
    return Profile(role, person_id, phone=phone, topic=topic, subscriptions=subscriptions, language=language)


@dataclass
class FakeOrders:
    """The orders of some worlds."""

    worlds: tuple[World, ...]

    def order(self, order_id: str) -> Order:
        """The order of that id. Raises ``LookupError`` where there is none."""
        orders = {world.case.order.terms.order_id: world.case.order for world in self.worlds}
        return orders[order_id]

    def event(self, order_id: str, stream: int, seq: int) -> dict[str, Any]:
        """One event's item. Raises ``LookupError`` where there is none."""
        images: Iterator[dict[str, Any]] = (
            record["dynamodb"]["NewImage"] for world in self.worlds for record in records_of(world)
        )
        wanted = {"order_id": {"S": order_id}, "stream": {"N": str(stream)}, "seq": {"N": str(seq)}}
        found = [image for image in images if wanted.items() <= image.items()]
        if not found:
            raise LookupError(f"{order_id}#{stream}#{seq}")
        return found[0]


@dataclass
class FakeClock:
    """Shows the time that a test has set."""

    at: datetime = PAID_AT

    def now(self) -> datetime:
        """The time of the test."""
        return self.at


@dataclass
class FakeDeadLetters:
    """Keeps the messages that were given up."""

    kept: list[tuple[str, str]] = field(default_factory=list)

    def put(self, message: QueuedMessage, reason: str) -> None:
        """Keep it by name."""
        self.kept.append((f"{message.name} {message.recipient} {message.channel}", reason))


@dataclass
class Desk:
    """Publishes in a test, and shows what was sent. Nothing is limited unless a test says so."""

    worlds: tuple[World, ...]
    sender: FakeSender = field(default_factory=FakeSender)
    markers: FakeMarkers = field(default_factory=FakeMarkers)
    people: FakePeople = field(default_factory=FakePeople)
    link_base: str = LINKS
    limits: Limits = WITHOUT_LIMIT
    clock: FakeClock = field(default_factory=FakeClock)
    table: MemoryTable = field(default_factory=MemoryTable)
    undelivered: FakeDeadLetters = field(default_factory=FakeDeadLetters)
    mail_by_topic: bool = True
    orders: Orders | None = None

    @property
    def publishing(self) -> Dependencies:
        """The dependencies of publishing."""
        return Dependencies(
            sender=self.sender,
            sent=self.markers,
            people=self.people,
            orders=self.orders or FakeOrders(self.worlds),
            threads=Messages(lambda: self.table, "table"),
            queue=MessageQueue(lambda: self.table, "table", SHARDS),
            tallies=Tallies(lambda: self.table, "table", lambda: 0.0),
            undelivered=self.undelivered,
            policies=published(),
            clock=self.clock,
            topics=TOPICS,
            link_base=self.link_base,
            limits=self.limits,
            mail_by_topic=self.mail_by_topic,
        )

    @property
    def waiting(self) -> list[str]:
        """The names of the queued messages but the reminders of orders, the next one first."""
        return [name for name in self._queued if not self._is_of_an_order(name)]

    @property
    def reminders_of_orders(self) -> list[str]:
        """The names of the queued reminders of orders, the next one first."""
        return [name for name in self._queued if self._is_of_an_order(name)]

    @staticmethod
    def _is_of_an_order(name: str) -> bool:
        return any(f"#0#{reminder.value}." in name for reminder in OrderReminder)

    @property
    def _queued(self) -> list[str]:
        found = [item for item in self.table.snapshot() if item["pk"]["S"].startswith("OUT#")]
        found.sort(key=lambda item: str(item["due_sk"]["S"]))
        return [f"{item['pk']['S'].removeprefix('OUT#')} {item['sk']['S']}" for item in found]

    def publish(self, *worlds: World) -> list[str]:
        """Deliver the records of all events so far. Returns those that failed."""
        return [it for world in worlds or self.worlds for it in publish_records(records_of(world), self.publishing)]

    def send_due(self, at: datetime) -> list[str]:
        """Send the messages that are due at a moment. Returns the names of those that have left."""
        self.clock.at = at
        before = len(self.sender.sent)
        for shard in range(SHARDS):
            send_due(self.publishing, self.case_at, shard)
        return self.sender.names[before:]

    def case_at(self, order_id: str, now: datetime, _: int) -> Case:
        """An order's case as it is at a moment, swept or not."""
        world = next(world for world in self.worlds if world.case.order.terms.order_id == order_id)
        return as_of(world.case, published(), AddressBook(), now).case
