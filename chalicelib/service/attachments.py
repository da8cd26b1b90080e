"""Request, attach and list the files in the thread of an order (N5, N6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.evidence import ContentType, File
from chalicelib.domain.files import check_size
from chalicelib.domain.refusals import INVALID, LIMIT_REACHED, Refusal
from chalicelib.domain.thread import check_may_write, number_of
from chalicelib.service import uploads
from chalicelib.service.access import check_thread
from chalicelib.service.errors import NotFound
from chalicelib.service.execute import current
from chalicelib.store.codec import plain, timestamp
from chalicelib.store.uploads import Purpose

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from chalicelib.domain.people import Actor
    from chalicelib.service.services import Services
    from chalicelib.service.uploads import Storage
    from chalicelib.service.views import Json
    from chalicelib.store.idempotency import Answer, Once

FILES_AT_MOST = 100
"""The most files that one person may upload to one thread: more than people need, and a bound on what a program stores."""


def request_file(
    services: Services, storage: Storage, order_id: str, actor: Actor, once: Once, content_type: ContentType, size: int
) -> Answer:
    """Give a form for one file to attach, to a person who may write in the thread now; 201. ``size`` is in bytes.

    Raises ``NotFound``, ``Refusal``, ``KeyReused``, ``Busy``.
    """

    def wanted(now: datetime) -> uploads.Wanted:
        case = current(services, order_id, now).case
        check_thread(case, actor)
        check_may_write(case, services.messages.thread(order_id), actor, now)
        check_size(case.policy, content_type, size)
        if uploads.held(storage, order_id, actor, Purpose.MESSAGE, now) >= FILES_AT_MOST:
            msg = f"A thread takes {FILES_AT_MOST} files of each person; yours are there or on their way."
            raise Refusal(LIMIT_REACHED, msg, limit=FILES_AT_MOST)
        return uploads.Wanted(order_id, Purpose.MESSAGE, content_type, size)

    return uploads.request_upload(services, storage, actor, once, wanted)


def attached(storage: Storage, order_id: str, actor: Actor, upload_ids: Sequence[str], now: datetime) -> tuple[File, ...]:
    """Return the files that ``actor`` attaches to a message. Raises ``Refusal`` for an unknown or unfinished upload."""
    if len(set(upload_ids)) < len(upload_ids):
        raise Refusal(INVALID, "A file is attached once: send each upload id a single time.", field="attachments")
    return tuple(uploads.confirmed(storage, order_id, it, actor, Purpose.MESSAGE, now) for it in upload_ids)


def list_files(services: Services, storage: Storage, order_id: str, message_id: str, actor: Actor) -> Json:
    """Return a message's files, with a short-lived link to each. Raises ``NotFound`` for a person outside the thread."""
    now = services.clock.now()
    check_thread(current(services, order_id, now).case, actor)
    number = number_of(message_id, order_id)
    found = [it for it in services.messages.before(order_id, number + 1, 1) if it.number == number]
    if not found:
        raise NotFound
    return {
        "message_id": message_id,
        "as_of": timestamp(now),
        "attachments": [plain(it) | uploads.links(storage, order_id, actor.role, it, now) for it in found[0].attachments],
    }
