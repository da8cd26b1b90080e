"""Write and read the internal notes of a dispute, which staff alone see (D4)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from chalicelib.domain.refusals import LIMIT_REACHED, Refusal
from chalicelib.service.access import check_whole_dispute, place_of
from chalicelib.service.execute import Request, current, retry
from chalicelib.store import keys
from chalicelib.store.codec import timestamp
from chalicelib.store.idempotency import Answer
from chalicelib.store.lists import BadCursor
from chalicelib.store.notes import CaseNote

if TYPE_CHECKING:
    from chalicelib.domain.people import Actor
    from chalicelib.service.services import Services
    from chalicelib.service.views import Json
    from chalicelib.store.idempotency import Once

CREATED = 201
_CURSOR = re.compile("[1-9][0-9]{0,3}")


def list_notes(services: Services, dispute_id: str, actor: Actor, limit: int, cursor: str | None) -> Json:
    """Return a page of a dispute's notes, newest first. Raises ``NotFound`` unless the caller sees all of the case."""
    order_id, number = place_of(dispute_id)
    check_whole_dispute(current(services, order_id, services.clock.now(), number).case, number, actor)
    first = keys.NOTES_AT_MOST + 1 if cursor is None else _number(cursor)
    found = services.notes.before(order_id, number, first, limit)
    more = bool(found) and found[-1].number > 1
    return {"items": [_view(dispute_id, it) for it in found], "cursor": str(found[-1].number) if more else None}


def write_note(services: Services, dispute_id: str, request: Request, once: Once, text: str) -> Answer:
    """Add a note to a dispute; 201 with it. The case does not change. Raises ``NotFound``, ``Refusal(limit_reached)``."""
    order_id, number = place_of(dispute_id)

    def attempt() -> Answer:
        now = services.clock.now()
        check_whole_dispute(current(services, order_id, now, number).case, number, request.actor)
        written = services.notes.count(order_id, number)
        if written >= keys.NOTES_AT_MOST:
            msg = f"A dispute takes {keys.NOTES_AT_MOST} notes."
            raise Refusal(LIMIT_REACHED, msg, limit=keys.NOTES_AT_MOST)
        note = CaseNote(order_id, number, written + 1, request.actor, text, now)
        answer = Answer(CREATED, msgspec.json.encode(_view(dispute_id, note)).decode())
        services.notes.add(note, once, answer, int(services.epoch()))
        return answer

    return retry(services, once, attempt)


def _number(cursor: str) -> int:
    if not _CURSOR.fullmatch(cursor):
        raise BadCursor
    return int(cursor)


def _view(dispute_id: str, it: CaseNote) -> Json:
    return {
        "number": it.number,
        "dispute_id": dispute_id,
        "author": {"role": it.author.role.value, "id": it.author.id},
        "text": it.text,
        "at": timestamp(it.at),
    }
