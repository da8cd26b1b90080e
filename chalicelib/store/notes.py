"""Keep the internal notes of a dispute: items of their own beside it, which no party's view or stream ever reads (D4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from chalicelib.domain.people import Actor
from chalicelib.store import keys
from chalicelib.store.codec import dump
from chalicelib.store.items import Item, item
from chalicelib.store.schema import stored_value
from chalicelib.store.transaction import NEW, answer_put, put, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.store.idempotency import Answer, Once


@dataclass(frozen=True, slots=True)
class CaseNote:
    """One note on a dispute, for staff alone. It never changes. ``number`` counts from 1 within the dispute."""

    order_id: str
    dispute: int
    number: int
    author: Actor
    text: str
    at: datetime


class Notes:
    """The notes in the table."""

    def __init__(self, client: Callable[[], Any], table: str) -> None:
        """Keep notes in ``table``."""
        self._client = client
        self.table = table

    def before(self, order_id: str, dispute: int, number: int, limit: int) -> list[CaseNote]:
        """Return up to ``limit`` notes that came before note ``number``, the newest first, read strongly."""
        page = self._client().query(
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues=item(**{":pk": keys.order_pk(order_id), ":sk": keys.notes_prefix(dispute)}),
            ExclusiveStartKey=item(pk=keys.order_pk(order_id), sk=keys.note_sk(dispute, number)),
            ScanIndexForward=False,
            ConsistentRead=True,
            Limit=limit,
        )
        return [_note(found) for found in page["Items"]]

    def count(self, order_id: str, dispute: int) -> int:
        """Return the number of a dispute's notes, read strongly."""
        newest = self.before(order_id, dispute, keys.NOTES_AT_MOST + 1, 1)
        return newest[0].number if newest else 0

    def add(self, note: CaseNote, once: Once, answer: Answer, now_s: int) -> None:
        """Write a new note and the answer to the request for it.

        Raises ``Conflict`` when somebody else wrote the note of that number first, ``AlreadyAnswered``.
        """
        place = item(pk=keys.order_pk(note.order_id), sk=keys.note_sk(note.dispute, note.number))
        puts = [put(self.table, place | item(data=dump(note)), NEW), answer_put(self.table, once, answer, now_s)]
        write(self._client(), puts, once)


def _note(stored: Item) -> CaseNote:
    return stored_value(stored, CaseNote)
