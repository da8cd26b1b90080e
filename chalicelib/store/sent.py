"""Remember the messages that have left (N4)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from chalicelib.store import keys
from chalicelib.store.items import item, place_of
from chalicelib.store.lists import items_of
from chalicelib.store.schema import stamped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Marker = tuple[str, str, str]
"""A message by its event, recipient and channel."""
KEPT_S = 30 * 24 * 3600
"""Seconds for which a marker is kept: far longer than a stream redelivers (a day) or a dead-letter queue keeps (two weeks)."""


class Sent:
    """The markers of sent messages in the table, by event, recipient and channel."""

    def __init__(self, client: Callable[[], Any], table: str, epoch: Callable[[], float] = time.time) -> None:
        """Keep the markers in ``table``. ``epoch`` is real time, by which the table expires them."""
        self._client = client
        self.table = table
        self._epoch = epoch

    def has_left(self, event: str, recipient: str, channel: str) -> bool:
        """Return whether that message is marked as sent, read strongly."""
        found = self._client().get_item(TableName=self.table, Key=_key(event, recipient, channel), ConsistentRead=True)
        return "Item" in found

    def mark(self, event: str, recipient: str, channel: str) -> None:
        """Mark that message as sent. Marking twice is harmless."""
        marker = _key(event, recipient, channel) | item(expires_at=int(self._epoch()) + KEPT_S)
        self._client().put_item(TableName=self.table, Item=stamped(marker))

    def ahead(self, markers: Iterable[Marker]) -> ReadAhead:
        """Read so many markers together, strongly, and return what knows them."""
        keyed = {marker: _key(*marker) for marker in markers}
        found = items_of(self._client(), self.table, list(keyed.values()))
        return ReadAhead(self, frozenset(keyed), {marker for marker, key in keyed.items() if place_of(key) in found})


class ReadAhead:
    """The markers of a batch, of which some were read together. What this process marks it knows as well."""

    def __init__(self, sent: Sent, asked: frozenset[Marker], left: set[Marker]) -> None:
        """Know that of ``asked`` only ``left`` have left; ask ``sent`` for the others."""
        self._sent = sent
        self._asked = asked
        self._left = left

    def has_left(self, event: str, recipient: str, channel: str) -> bool:
        """Return whether that message is marked as sent."""
        marker = event, recipient, channel
        return marker in self._left if marker in self._asked else self._sent.has_left(*marker)

    def mark(self, event: str, recipient: str, channel: str) -> None:
        """Mark that message as sent."""
        self._sent.mark(event, recipient, channel)
        self._left.add((event, recipient, channel))

    def ahead(self, markers: Iterable[Marker]) -> ReadAhead:
        """Read more of them together."""
        return self._sent.ahead(markers)


def _key(event: str, recipient: str, channel: str) -> dict[str, Any]:
    return item(pk=keys.sent_pk(event), sk=keys.sent_sk(recipient, channel))
