"""Remember the messages that have left (N4)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from chalicelib.store import keys
from chalicelib.store.items import item
from chalicelib.store.schema import stamped

if TYPE_CHECKING:
    from collections.abc import Callable

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


def _key(event: str, recipient: str, channel: str) -> dict[str, Any]:
    return item(pk=keys.sent_pk(event), sk=keys.sent_sk(recipient, channel))
