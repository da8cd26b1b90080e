"""What publishing needs of the outside, and the SNS side of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.order import Order
    from chalicelib.store.people import Profile


@dataclass(frozen=True, slots=True)
class Message:
    """One publication: to a topic, with attributes by which subscriptions choose. A subject is for email alone."""

    topic: str
    text: str
    subject: str | None = None
    attributes: dict[str, str] = field(default_factory=dict)


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
        arguments: dict[str, Any] = {"Subject": message.subject} if message.subject else {}
        self._client().publish(
            TopicArn=message.topic,
            Message=message.text,
            MessageAttributes={k: {"DataType": "String", "StringValue": v} for k, v in message.attributes.items()},
            **arguments,
        )
