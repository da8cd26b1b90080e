"""Keep the messages to people that no provider took, so that operators can list them and have them sent again (N4).

The queue of the same messages sets off the alarm; this list is what the console shows. Both hold ids and names only.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from chalicelib.domain.people import Actor
from chalicelib.store import keys
from chalicelib.store.codec import dump
from chalicelib.store.items import Item, item, place_of
from chalicelib.store.lists import Place, items_of
from chalicelib.store.message_queue import QueuedMessage
from chalicelib.store.schema import stamped, stored_value
from chalicelib.store.transaction import answer_put, put, write

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chalicelib.store.idempotency import Answer, Once

KEPT_S = 14 * 24 * 3600
"""Seconds for which a message is kept; the queue keeps it as long."""


@dataclass(frozen=True, slots=True)
class PutBack:
    """The request to send a message again: by whom, when, and why."""

    by: Actor
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class UndeliveredMessage:
    """A message that no provider took, and the provider's reason."""

    message: QueuedMessage
    reason: str
    at: datetime
    version: int = 1
    put_back: PutBack | None = None

    @property
    def id(self) -> str:
        """The id under which it is listed; it says nothing of the person."""
        named = f"{self.message.recipient}\n{self.message.name}\n{self.message.channel}"
        return hashlib.sha256(named.encode()).hexdigest()[:32]


def listed() -> Place:
    """Return the list of the messages that are to be looked at, the newest first."""
    return Place(keys.BY_WORK, "work_pk", (keys.UNDELIVERED,), "work_sk")


class UndeliveredMessages:
    """The undelivered messages in the table."""

    def __init__(self, client: Callable[[], Any], table: str, epoch: Callable[[], float] = time.time) -> None:
        """Keep them in ``table``, for a time that ``epoch`` measures."""
        self._client = client
        self.table = table
        self._epoch = epoch

    def keep(self, it: UndeliveredMessage) -> None:
        """Keep a message, also one that was sent again and failed again."""
        self._client().put_item(TableName=self.table, Item=stamped(self._stored(it)))

    def known(self, ids: Sequence[str]) -> list[UndeliveredMessage]:
        """Return the messages with these ids that are still to be looked at, read strongly."""
        wanted = [_key(it) for it in ids]
        found = items_of(self._client(), self.table, wanted)
        in_order = (found[key] for it in wanted if (key := place_of(it)) in found)
        return [it for stored in in_order if (it := as_undelivered(stored)).put_back is None]

    def put_back(
        self, messages: Sequence[UndeliveredMessage], why: PutBack, queued: Sequence[Item], once: Once, answer: Answer
    ) -> None:
        """Mark messages as sent again and write them to the queue, with the answer, in one transaction.

        Raises ``Conflict`` when one of them has changed, and ``AlreadyAnswered``.
        """
        marked = (replace(it, put_back=why, version=it.version + 1) for it in messages)
        puts = [put(self.table, self._stored(it), "v = :seen", seen=it.version - 1) for it in marked]
        write(self._client(), [*puts, *queued, answer_put(self.table, once, answer, int(self._epoch()))], once)

    def _stored(self, it: UndeliveredMessage) -> Item:
        stored = _key(it.id) | item(v=it.version, data=dump(it), expires_at=int(self._epoch()) + KEPT_S)
        return stored | lists_of(it)


def lists_of(it: UndeliveredMessage) -> Item:
    """Return the place of a message in the list; none of one that was sent again."""
    return {} if it.put_back else item(work_pk=keys.UNDELIVERED, work_sk=keys.newest_first(it.at, it.id))


def as_undelivered(stored: Item) -> UndeliveredMessage:
    """Return the message that a listed item keeps."""
    return stored_value(stored, UndeliveredMessage)


def _key(message_id: str) -> Item:
    return item(pk=keys.undelivered_pk(message_id), sk=keys.MESSAGE_SK)
