"""Keep the messages that leave later: reminders, digests, those held back by quiet hours, and those to be retried (N2-N4)."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from chalicelib.store import keys
from chalicelib.store.codec import dump
from chalicelib.store.idempotency import Conflict
from chalicelib.store.items import Item, item, place_of, text
from chalicelib.store.schema import stamped, stored_value
from chalicelib.store.transaction import NEW, put, write

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

log = logging.getLogger(__name__)


class Kind(StrEnum):
    """The occasion of a message: an event, a reminder, a digest of much news, or a payment instruction that is held."""

    EVENT = "event"
    REMINDER = "reminder"
    DIGEST = "digest"
    PAYOUT = "payout"


@dataclass(frozen=True, slots=True)
class QueuedMessage:
    """A message to one person, before it is worded: ids and names only, no text and nothing personal.

    ``name`` identifies it once it has left, ``source`` is the event that it tells of, and ``text`` is its name in the wording.
    Without a ``channel`` it goes out through every channel that the person then has for its urgency.
    """

    name: str
    recipient: str
    urgency: str
    text: str
    source: str
    channel: str = ""
    kind: Kind = Kind.EVENT
    at: datetime | None = None
    """The time that a reminder is for, or the beginning of the hour that a digest is about."""
    gathered: bool = False
    """True if a digest may count it instead of telling it, as its row of the audience table says."""

    def through(self, channel: str) -> QueuedMessage:
        """Return the same message for one channel."""
        return replace(self, channel=channel)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message in the queue: due at ``at``, tried ``attempts`` times."""

    message: QueuedMessage
    at: datetime
    attempts: int = 0


class MessageQueue:
    """The messages in the table, each under its own name, found by the time at which they are due.

    A process that takes a message first moves its time on, so that no other process takes it too.
    """

    def __init__(self, client: Callable[[], Any], table: str, shards: int) -> None:
        """Keep messages in ``table``, in so many ``shards`` of the deadline index."""
        self._client = client
        self.table = table
        self.shards = shards

    def put(self, message: QueuedMessage, at: datetime) -> None:
        """Let ``message`` leave at ``at``. One that is in the queue already stays as it is."""
        self._write(Waiting(message, at), "attribute_not_exists(pk)")

    def put_all(self, messages: Mapping[QueuedMessage, datetime]) -> None:
        """Let each message leave at its time, by one call unless some are in the queue already: those stay as they are."""
        waiting = {str(_key(message)): Waiting(message, at) for message, at in messages.items()}
        if len(waiting) > 1:
            try:
                write(self._client(), [put(self.table, self._stored(it), NEW) for it in waiting.values()], None)
            except Conflict:
                log.info("some messages are in the queue already; each is put by itself")
            else:
                return
        for it in waiting.values():
            self.put(it.message, it.at)

    def action(self, message: QueuedMessage, at: datetime) -> Item:
        """Return the write by which ``message`` leaves at ``at``, within a transaction."""
        return put(self.table, self._stored(Waiting(message, at)))

    def as_waiting(self, stored: Item) -> Waiting:
        """Return the message that a listed item keeps."""
        return _waiting(stored)

    def due(self, shard: int, now: datetime, limit: int) -> list[tuple[str, str]]:
        """Return the keys of the messages of one shard that are due at ``now``, the longest waiting first."""
        page = self._client().query(
            TableName=self.table,
            IndexName=keys.BY_DUE,
            KeyConditionExpression="due_pk = :pk AND due_sk <= :now",
            ExpressionAttributeValues={":pk": {"S": keys.send_pk(shard)}, ":now": {"S": keys.until(now)}},
            Limit=limit,
        )
        return [place_of(found) for found in page["Items"]]

    def take(self, key: tuple[str, str], now: datetime, until: Callable[[int], datetime]) -> Waiting | None:
        """Take a message that is due, so that no other sweep does; None when it is gone, not due, or taken by another.

        It comes again at ``until(attempts so far)`` unless it is dropped before.
        """
        found = self._client().get_item(TableName=self.table, Key=item(pk=key[0], sk=key[1]), ConsistentRead=True).get("Item")
        waiting = _waiting(found) if found else None
        if waiting is None or waiting.at > now:
            return None
        taken = Waiting(waiting.message, until(waiting.attempts), waiting.attempts + 1)
        return taken if self._write(taken, "due_sk = :seen", waiting) else None

    def postpone(self, waiting: Waiting, at: datetime) -> None:
        """Let a message that was taken leave at ``at`` instead, with all its attempts still to come."""
        self._write(replace(waiting, at=at, attempts=0), "due_sk = :seen", waiting)

    def drop(self, message: QueuedMessage) -> None:
        """Remove a message from the queue: it has left, or is no longer true."""
        self._client().delete_item(TableName=self.table, Key=_key(message))

    def _write(self, waiting: Waiting, condition: str, seen: Waiting | None = None) -> bool:
        """Write a message where ``condition`` holds, and return whether it did."""
        stored = self._stored(waiting)
        values = {"ExpressionAttributeValues": {":seen": {"S": _due_sk(seen)}}} if seen else {}
        try:
            self._client().put_item(TableName=self.table, Item=stamped(stored), ConditionExpression=condition, **values)
        except self._client().exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _stored(self, waiting: Waiting) -> Item:
        shard = keys.shard_of(waiting.message.recipient, self.shards)
        due = item(due_pk=keys.send_pk(shard), due_sk=_due_sk(waiting))
        kept = item(attempts=waiting.attempts, data=dump(waiting.message))
        return _key(waiting.message) | due | kept | lists_of(waiting.message, _due_sk(waiting))


def lists_of(message: QueuedMessage, due_sk: str) -> Item:
    """Return the place of a held payment instruction in the list of them; other messages are in none."""
    return item(work_pk=keys.HELD_PAYOUTS, work_sk=due_sk) if message.kind is Kind.PAYOUT else {}


def _key(message: QueuedMessage) -> Item:
    return item(pk=keys.out_pk(message.recipient), sk=keys.out_sk(message.name, message.channel))


def _due_sk(waiting: Waiting) -> str:
    return keys.send_sk(waiting.at, waiting.message.name, waiting.message.channel)


def _waiting(stored: Item) -> Waiting:
    at = keys.time_of(text(stored, "due_sk"))
    return Waiting(stored_value(stored, QueuedMessage), at, int(stored["attempts"]["N"]))
