"""Read a thread, write a message in it, and move a reader's mark (N5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from chalicelib.domain.people import PARTIES, Role
from chalicelib.domain.thread import Message, Thread, check_may_write, closes_at, may_write, number_of, open_dispute_of
from chalicelib.service.access import check_thread
from chalicelib.service.errors import Malformed
from chalicelib.service.execute import Request, current, retried
from chalicelib.service.views import time
from chalicelib.store import keys, lists
from chalicelib.store.codec import plain, timestamp
from chalicelib.store.idempotency import Answer
from chalicelib.store.lists import BadCursor
from chalicelib.store.messages import as_thread, message_item

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from chalicelib.domain.evidence import File
    from chalicelib.domain.people import Actor
    from chalicelib.service.services import Services
    from chalicelib.service.views import Json

CREATED = 201
OK = 200


def read_thread(
    services: Services,
    order_id: str,
    actor: Actor,
    limit: int,
    cursor: str | None,
    links: Callable[[File, datetime], Json],
    since: str | None = None,
) -> Json:
    """Return a page of an order's thread, newest first, with the caller's mark; of what came after ``since``, if it is given.

    ``links`` makes the short-lived links to a file. Raises ``NotFound``, ``BadCursor``, and ``Malformed`` for a ``since`` that
    can be no message of the thread.
    """
    now = services.clock.now()
    case = current(services, order_id, now).case
    check_thread(case, actor)
    thread = services.messages.thread(order_id)
    first = thread.count + 1 if cursor is None else _number(cursor)
    seen = number_of(since, order_id) if since else 0
    if since and not seen:
        raise Malformed("since names no message of this thread.", "since")
    found = [it for it in services.messages.before(order_id, first, limit) if it.number > seen]
    more = bool(found) and found[-1].number > seen + 1
    return {
        "items": [message_view(it, lambda file: plain(file) | links(file, now)) for it in found],
        "cursor": str(found[-1].number) if more else None,
        **_marks(thread, actor),
        "closes_at": time(closes_at(case)),
        "may_write": may_write(case, thread, actor, now),
        "as_of": timestamp(now),
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
    services.messages.save(before.version, after, case.order.terms, stored, request.once, answer, int(services.epoch()))
    return answer


_THREADS_AT_MOST = 5
"""Pages of threads in which somebody's unread messages are counted."""


def unread_by_order(services: Services, actor: Actor, order_ids: Collection[str] | None = None) -> dict[str, int]:
    """Return how many messages are new to ``actor``, by order, where there are any.

    A party's threads with something new are in a list, of which the first 500 are looked at. Of a mediator's the caller names
    the orders; nothing is new to anybody else.
    """
    if actor.role in PARTIES:
        place, cursor = lists.unread_by(actor.role.value, actor.id), None
        threads: list[Thread] = []
        for _ in range(_THREADS_AT_MOST):
            found, cursor = services.lists.read(place, lists.PAGE_AT_MOST, cursor, as_thread)
            threads += found
            if cursor is None:
                break
    elif actor.role is Role.MEDIATOR and order_ids:
        threads = list(services.lists.of_orders(order_ids, keys.THREAD_SK, as_thread).values())
    else:
        threads = []
    return {it.order_id: count for it in threads if (count := it.unread(actor))}


@retried
def mark_read(services: Services, order_id: str, request: Request, up_to: str) -> Answer:
    """Record that the caller has read up to a message; a mark only moves forward. Raises ``NotFound``, ``Refusal``."""
    case = current(services, order_id, services.clock.now()).case
    check_thread(case, request.actor)
    before = services.messages.thread(order_id)
    after = before.read_by(request.actor, number_of(up_to, order_id))
    answer = _answer(OK, _marks(after, request.actor))
    services.messages.save(before.version, after, case.order.terms, None, request.once, answer, int(services.epoch()))
    return answer


def _answer(status: int, view: Json) -> Answer:
    return Answer(status, msgspec.json.encode(view).decode())


def _marks(thread: Thread, actor: Actor) -> Json:
    """Return how many messages are new to the caller, and the last one that is read."""
    number = thread.read_up_to(actor)
    return {"unread": thread.unread(actor), "read_up_to": f"{thread.order_id}-m{number}" if number else None}


def message_view(it: Message, file: Callable[[File], Json] = plain) -> Json:
    """Return a message as everybody in the thread sees it, each attachment as ``file`` shows it."""
    return {
        "id": it.id,
        "order_id": it.order_id,
        "author": {"role": it.author.role.value, "id": it.author.id},
        "text": it.text,
        "sent_at": timestamp(it.sent_at),
        "dispute_id": it.dispute_id,
        "attachments": [file(attached) for attached in it.attachments],
    }
