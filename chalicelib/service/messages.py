"""Read a thread, write a message in it, and move a reader's mark (N5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from chalicelib.domain.thread import Message, Thread, check_may_write, closes_at, may_write, number_of, open_dispute_of
from chalicelib.service.access import check_thread
from chalicelib.service.execute import Request, current, retried
from chalicelib.service.views import time
from chalicelib.store.codec import plain, timestamp
from chalicelib.store.idempotency import Answer
from chalicelib.store.lists import BadCursor
from chalicelib.store.messages import message_item

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.domain.evidence import File
    from chalicelib.domain.people import Actor
    from chalicelib.service.services import Services
    from chalicelib.service.views import Json

CREATED = 201
OK = 200


def read_thread(services: Services, order_id: str, actor: Actor, limit: int, cursor: str | None) -> Json:
    """Return a page of an order's thread, newest first, with the caller's mark. Raises ``NotFound``, ``BadCursor``."""
    now = services.clock.now()
    case = current(services, order_id, now).case
    check_thread(case, actor)
    thread = services.messages.thread(order_id)
    first = thread.count + 1 if cursor is None else _number(cursor)
    found = services.messages.before(order_id, first, limit)
    more = bool(found) and found[-1].number > 1
    return {
        "items": [message_view(it) for it in found],
        "cursor": str(found[-1].number) if more else None,
        **_marks(thread, actor),
        "closes_at": time(closes_at(case)),
        "may_write": may_write(case, thread, actor, now),
    }


def _number(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 8):  # noqa: PLR2004 - what a key has room for
        raise BadCursor
    return int(cursor)


@retried
def write_message(
    services: Services,
    order_id: str,
    request: Request,
    text: str,
    files: Callable[[datetime], tuple[File, ...]] = lambda _: (),
) -> Answer:
    """Add a message to an order's thread; 201 with it. The case does not change. Raises ``NotFound``, ``Refusal``.

    ``files`` is called once writing is allowed. It returns the attachments as of the given moment, or refuses.
    """
    now = services.clock.now()
    case = current(services, order_id, now).case
    check_thread(case, request.actor)
    before = services.messages.thread(order_id)
    check_may_write(case, before, request.actor, now)
    news_to = before.news_to(case, request.actor, now)
    after = before.with_message(request.actor, now, news_to)
    dispute = open_dispute_of(case)
    dispute_id = dispute.id if dispute else None
    message = Message(order_id, after.count, request.actor, text, now, dispute_id, files(now))
    answer = _answer(CREATED, message_view(message))
    stored = message_item(message, case, news_to)
    services.messages.save(before.version, after, stored, request.once, answer, int(services.epoch()))
    return answer


@retried
def mark_read(services: Services, order_id: str, request: Request, up_to: str) -> Answer:
    """Record that the caller has read up to a message; a mark only moves forward. Raises ``NotFound``, ``Refusal``."""
    check_thread(current(services, order_id, services.clock.now()).case, request.actor)
    before = services.messages.thread(order_id)
    after = before.read_by(request.actor, number_of(up_to, order_id))
    answer = _answer(OK, _marks(after, request.actor))
    services.messages.save(before.version, after, None, request.once, answer, int(services.epoch()))
    return answer


def _answer(status: int, view: Json) -> Answer:
    return Answer(status, msgspec.json.encode(view).decode())


def _marks(thread: Thread, actor: Actor) -> Json:
    """Return how many messages are new to the caller, and the last one that is read."""
    number = thread.read_up_to(actor)
    return {"unread": thread.unread(actor), "read_up_to": f"{thread.order_id}-m{number}" if number else None}


def message_view(it: Message) -> Json:
    """Return a message as everybody in the thread sees it."""
    return {
        "id": it.id,
        "order_id": it.order_id,
        "author": {"role": it.author.role.value, "id": it.author.id},
        "text": it.text,
        "sent_at": timestamp(it.sent_at),
        "dispute_id": it.dispute_id,
        "attachments": [plain(file) for file in it.attachments],
    }
