"""Messages that leave later: reminders, what quiet hours held back, digests, and what is to be tried again (N2-N4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from chalicelib.store import keys
from chalicelib.store.codec import dump, load
from chalicelib.store.items import Item, item, text

if TYPE_CHECKING:
    from collections.abc import Callable


class Kind(StrEnum):
    """What a message is about: something that happened, something still to be done, or much news at once."""

    EVENT = "event"
    REMINDER = "reminder"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class QueuedMessage:
    """A message to one person, by what it is made from: ids and names, no words and nothing personal.

    ``name`` is what it is remembered by once it has left, ``source`` the event that it tells, ``text`` its name in the
    wording. One without a channel goes out by every channel the person then has for its urgency.
    """

    name: str
    recipient: str
    urgency: str
    text: str
    source: str
    channel: str = ""
    kind: Kind = Kind.EVENT
    at: datetime | None = None
    """The time that a reminder is for, and the beginning of the hour that a digest is about."""
    gathered: bool = False
    """Whether it may be counted in a digest instead of being told, as its row of the audience table says."""

    def through(self, channel: str) -> QueuedMessage:
        """The same message, by one channel."""
        return replace(self, channel=channel)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message in the table: due at ``at``, tried ``attempts`` times."""

    message: QueuedMessage
    at: datetime
    attempts: int = 0


class MessageQueue:
    """The table as a pile of messages, each under its own name, found by time. Whoever takes one moves its time on first."""

    def __init__(self, client: Callable[[], Any], table: str, shards: int) -> None:
        """Keep messages in ``table``, in so many ``shards`` of the deadline index."""
        self._client = client
        self.table = table
        self.shards = shards

    def put(self, message: QueuedMessage, at: datetime) -> None:
        """Have ``message`` leave at ``at``. One that is there already stays as it is."""
        self._write(Waiting(message, at), "attribute_not_exists(pk)")

    def due(self, shard: int, now: datetime, limit: int) -> list[tuple[str, str]]:
        """The keys of the messages of one shard that are due at ``now``, the longest waiting first."""
        page = self._client().query(
            TableName=self.table,
            IndexName=keys.BY_DUE,
            KeyConditionExpression="due_pk = :pk AND due_sk <= :now",
            ExpressionAttributeValues={":pk": {"S": keys.send_pk(shard)}, ":now": {"S": keys.until(now)}},
            Limit=limit,
        )
        return [(text(found, "pk"), text(found, "sk")) for found in page["Items"]]

    def take(self, key: tuple[str, str], now: datetime, until: Callable[[int], datetime]) -> Waiting | None:
        """Take a message that is due, so that no other sweep does: it comes again at ``until(attempts so far)`` unless it is
        dropped before. None when it is gone, not due, or taken by another.
        """
        found = self._client().get_item(TableName=self.table, Key=item(pk=key[0], sk=key[1]), ConsistentRead=True).get("Item")
        waiting = _waiting(found) if found else None
        if waiting is None or waiting.at > now:
            return None
        taken = Waiting(waiting.message, until(waiting.attempts), waiting.attempts + 1)
        return taken if self._write(taken, "due_sk = :seen", waiting) else None

    def postpone(self, waiting: Waiting, at: datetime) -> None:
        """Have a message that was taken leave at ``at`` instead, with all its attempts before it."""
        self._write(replace(waiting, at=at, attempts=0), "due_sk = :seen", waiting)

    def drop(self, message: QueuedMessage) -> None:
        """Forget a message: it has left, or has nothing to say any more."""
        self._client().delete_item(TableName=self.table, Key=_key(message))

    def _write(self, waiting: Waiting, condition: str, seen: Waiting | None = None) -> bool:
        """Whether the condition held, and it was written."""
        shard = keys.shard_of(waiting.message.recipient, self.shards)
        stored = _key(waiting.message) | item(
            due_pk=keys.send_pk(shard), due_sk=_due_sk(waiting), attempts=waiting.attempts, data=dump(waiting.message)
        )
        values = {"ExpressionAttributeValues": {":seen": {"S": _due_sk(seen)}}} if seen else {}
        try:
            self._client().put_item(TableName=self.table, Item=stored, ConditionExpression=condition, **values)
        except self._client().exceptions.ConditionalCheckFailedException:
            return False
        return True


def _key(message: QueuedMessage) -> Item:
    return item(pk=keys.out_pk(message.recipient), sk=keys.out_sk(message.name, message.channel))


def _due_sk(waiting: Waiting) -> str:
    return keys.send_sk(waiting.at, waiting.message.name, waiting.message.channel)


def _waiting(stored: Item) -> Waiting:
    at = keys.time_of(text(stored, "due_sk"))
    return Waiting(load(text(stored, "data"), QueuedMessage), at, int(stored["attempts"]["N"]))
