"""What publishing needs of the outside, and the SNS side of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from chalicelib.store.codec import dump

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.domain.order import Order
    from chalicelib.domain.thread import Thread
    from chalicelib.store.items import Item
    from chalicelib.store.message_queue import QueuedMessage, Waiting
    from chalicelib.store.people import Profile
    from chalicelib.store.tallies import Counted


@dataclass(frozen=True, slots=True)
class Push:
    """What a device shows: a title over the message's text, and what it opens when it is tapped."""

    title: str
    link: str


@dataclass(frozen=True, slots=True)
class Message:
    """One publication: to a topic, with attributes by which subscriptions choose. A subject is for email alone.

    With ``push`` it is for devices. With ``mail_to`` it is a mail to that address and goes to no topic.
    """

    topic: str
    text: str
    subject: str | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    push: Push | None = None
    mail_to: str = ""


class Sender(Protocol):
    """Sends messages."""

    def send(self, message: Message) -> None:
        """Send it, or raise; when this returns, the message is safe with whoever delivers it."""
        ...


class Profiles(Protocol):
    """Knows how people are reached."""

    def profile(self, role: str, person_id: str) -> Profile:
        """A person's profile; an empty one for somebody who registered nothing."""
        ...


class Orders(Protocol):
    """Knows orders."""

    def order(self, order_id: str) -> Order:
        """The order now. Raises ``LookupError`` where there is none."""
        ...

    def event(self, order_id: str, stream: int, seq: int) -> Item:
        """The item of one event, or of a message (``keys.THREAD``). Raises ``LookupError`` where there is none."""
        ...


class Threads(Protocol):
    """Knows what people write to each other, and how far they have read."""

    def thread(self, order_id: str) -> Thread:
        """An order's thread."""
        ...


class Queue(Protocol):
    """Keeps letters that leave later. See ``store.message_queue``."""

    def put(self, letter: QueuedMessage, at: datetime) -> None:
        """Have a letter leave at ``at``; one that waits already stays as it is."""
        ...

    def due(self, shard: int, now: datetime, limit: int) -> list[tuple[str, str]]:
        """The keys of letters that are due."""
        ...

    def take(self, key: tuple[str, str], now: datetime, until: Callable[[int], datetime]) -> Waiting | None:
        """Take one that is due; it comes again at ``until(attempts so far)`` unless it is dropped."""
        ...

    def postpone(self, waiting: Waiting, at: datetime) -> None:
        """Have a letter that was taken leave at ``at``."""
        ...

    def drop(self, letter: QueuedMessage) -> None:
        """Forget a letter."""
        ...


class Counts(Protocol):
    """Counts up to a limit. See ``store.tallies``."""

    def enter(self, what: str, of: str, name: str, most: int) -> Counted:
        """Count a name once, where there is room."""
        ...

    def enter_within(self, what: str, of: str, name: str, most: int, most_of_all: int) -> Counted:
        """Count a name once, and one more for everybody together, where there is room for both."""
        ...

    def names(self, what: str, of: str) -> list[str]:
        """The names counted."""
        ...


class DeadLetters(Protocol):
    """Takes what cannot be delivered, for an operator to look at (N4)."""

    def put(self, letter: QueuedMessage, reason: str) -> None:
        """Keep a letter and the provider's reason, or raise."""
        ...


class SentMarkers(Protocol):
    """Remembers which messages have left."""

    def has_left(self, event: str, recipient: str, channel: str) -> bool:
        """Whether that message is marked as sent."""
        ...

    def mark(self, event: str, recipient: str, channel: str) -> None:
        """Remember that that message has left."""
        ...


class SnsSender:
    """Publishes through SNS. ``client`` gives a low-level SNS client on first use."""

    def __init__(self, client: Callable[[], Any]) -> None:
        """Publish with that client."""
        self._client = client

    def send(self, message: Message) -> None:
        """Publish ``message``. Raises botocore's ``ClientError`` when SNS does not take it."""
        arguments: dict[str, Any] = {"Message": message.text}
        attributes = message.attributes
        if message.subject:
            arguments["Subject"] = message.subject
        if message.push:
            arguments |= {"Message": push_payload(message.text, message.push), "MessageStructure": "json"}
            # Whoever reads along by http or a queue gets the text alone: the rest is told beside it.
            attributes = attributes | _APNS | {"title": message.push.title, "link": message.push.link}
        self._client().publish(
            TopicArn=message.topic,
            MessageAttributes={k: {"DataType": "String", "StringValue": v} for k, v in attributes.items()},
            **arguments,
        )


_APNS = {"AWS.SNS.MOBILE.APNS.PUSH_TYPE": "alert"}
"""Apple wants to be told that the message is one to be shown."""


def push_payload(text: str, push: Push) -> str:
    """A message as each platform takes it, for SNS's ``MessageStructure=json``: Firebase's HTTP v1 form, and Apple's."""
    shown = {"title": push.title, "body": text}
    fcm = {"fcmV1Message": {"message": {"notification": shown, "data": {"link": push.link}}}}
    apns = _compact({"aps": {"alert": shown, "sound": "default"}, "link": push.link})
    return _compact({"default": text, "GCM": _compact(fcm), "APNS": apns, "APNS_SANDBOX": apns})


def _compact(value: dict[str, Any]) -> str:
    """As few bytes as it takes: a platform has room for 4 KB."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class SqsDeadLetters:
    """A queue of what could not be delivered. ``client`` gives a low-level SQS client on first use."""

    def __init__(self, client: Callable[[], Any], queue_url: str) -> None:
        """Keep it in the queue at ``queue_url``."""
        self._client = client
        self.queue_url = queue_url

    def put(self, letter: QueuedMessage, reason: str) -> None:
        """Keep a letter and the provider's reason. Raises botocore's errors when the queue does not take it."""
        self._client().send_message(QueueUrl=self.queue_url, MessageBody=dump({"letter": letter, "reason": reason}))
