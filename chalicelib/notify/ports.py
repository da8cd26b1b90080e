"""The protocols that sending messages depends on: stores, providers and queues."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from chalicelib.domain.order import Order
    from chalicelib.domain.thread import Thread
    from chalicelib.notify.composed_message import ComposedMessage
    from chalicelib.store.items import Item
    from chalicelib.store.message_queue import QueuedMessage, Waiting
    from chalicelib.store.people import Profile
    from chalicelib.store.tallies import Counted


class Sender(Protocol):
    """Sends messages."""

    def send(self, message: ComposedMessage) -> None:
        """Send it, or raise. When this returns, the provider has the message."""
        ...


class Profiles(Protocol):
    """Reads how people are reached."""

    def profile(self, role: str, person_id: str) -> Profile:
        """Return a person's profile; an empty one for somebody who registered nothing."""
        ...


class Orders(Protocol):
    """Reads orders and their events."""

    def order(self, order_id: str) -> Order:
        """Return the order as it is now. Raises ``LookupError`` where there is none."""
        ...

    def event(self, order_id: str, stream: int, seq: int) -> Item:
        """Return the item of one event, or of a message (``keys.THREAD``). Raises ``LookupError`` where there is none."""
        ...


class Threads(Protocol):
    """Reads what people write to each other, and how far they have read."""

    def thread(self, order_id: str) -> Thread:
        """Return an order's thread."""
        ...


class Queue(Protocol):
    """Keeps messages that leave later. See ``store.message_queue``."""

    def put(self, message: QueuedMessage, at: datetime) -> None:
        """Queue a message for ``at``. One that is queued already stays as it is."""
        ...

    def put_all(self, messages: Mapping[QueuedMessage, datetime]) -> None:
        """Queue messages, each for its time. Those that are queued already stay as they are."""
        ...

    def due(self, shard: int, now: datetime, limit: int) -> list[tuple[str, str]]:
        """Return the keys of messages that are due."""
        ...

    def take(self, key: tuple[str, str], now: datetime, until: Callable[[int], datetime]) -> Waiting | None:
        """Take one that is due. It comes again at ``until(attempts so far)`` unless it is dropped."""
        ...

    def postpone(self, waiting: Waiting, at: datetime) -> None:
        """Put a message that was taken back, for ``at``."""
        ...

    def drop(self, message: QueuedMessage) -> None:
        """Delete a message."""
        ...


class Tallies(Protocol):
    """Counts up to a limit. See ``store.tallies``."""

    def enter(self, what: str, of: str, name: str, most: int) -> Counted:
        """Count a name once, if the limit allows."""
        ...

    def enter_within(self, what: str, of: str, name: str, most: int, most_of_all: int) -> Counted:
        """Count a name once for one person and once for everybody, if both limits allow."""
        ...

    def names(self, what: str, of: str) -> list[str]:
        """Return the names counted."""
        ...


class DeadLetters(Protocol):
    """Takes messages that cannot be delivered, for an operator to look at (N4)."""

    def put(self, message: QueuedMessage, reason: str) -> None:
        """Keep a message and the provider's reason, or raise."""
        ...


class SentMarkers(Protocol):
    """Remembers which messages have left."""

    def has_left(self, event: str, recipient: str, channel: str) -> bool:
        """Return whether that message is marked as sent."""
        ...

    def mark(self, event: str, recipient: str, channel: str) -> None:
        """Mark that message as sent."""
        ...

    def ahead(self, markers: Iterable[tuple[str, str, str]]) -> SentMarkers:
        """Read so many markers together, and return what knows them."""
        ...
