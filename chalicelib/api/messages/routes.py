"""The thread of an order over HTTP (N5)."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from chalicelib.api.call import Call
from chalicelib.api.endpoint import Audited
from chalicelib.api.lazily import Later, Lazily
from chalicelib.api.parameters import PAGE, PATH_IDS, named
from chalicelib.api.routing import Resource, route
from chalicelib.bootstrap import storage
from chalicelib.domain import refusals as r
from chalicelib.domain.evidence import File
from chalicelib.domain.people import Role
from chalicelib.service import attachments, messages, uploads
from chalicelib.service.views import Json
from chalicelib.store.idempotency import Answer

if TYPE_CHECKING:
    from chalicelib.api.evidence import answers as evidence_answers
    from chalicelib.api.evidence.requests import UploadedFile
    from chalicelib.api.messages import answers
    from chalicelib.api.messages.requests import MarkRead, WriteMessage
else:
    UploadedFile = Later("chalicelib.api.evidence.requests", "UploadedFile")
    MarkRead = Later("chalicelib.api.messages.requests", "MarkRead")
    WriteMessage = Later("chalicelib.api.messages.requests", "WriteMessage")
    answers = Lazily("chalicelib.api.messages.answers")
    evidence_answers = Lazily("chalicelib.api.evidence.answers")

blueprint = Resource(__name__, "messages")

READERS = (Role.BUYER, Role.SELLER, Role.MEDIATOR)
REFUSED_IN_THREAD = (r.TOO_LATE, r.WRONG_PARTY, r.LIMIT_REACHED, r.INVALID)
"""Why a thread can take no message or file."""


@route(
    blueprint,
    "GET",
    "/orders/{order_id}/messages",
    roles=READERS,
    audit=Audited.READ,
    answers=lambda: answers.MessagePage,
    query=(named("since", PATH_IDS["message_id"].pattern, "Only what came after this message."), *PAGE),
)
def list_messages(call: Call, order_id: str) -> Json:
    """Read an order's thread, newest first, with a link to each file and the caller's count of unread messages."""
    links = partial(uploads.links, storage(), order_id, call.actor.role)
    return messages.read_thread(call.services, order_id, call.actor, call.limit, call.cursor, links, call.query["since"])


@route(
    blueprint,
    "POST",
    "/orders/{order_id}/messages",
    roles=READERS,
    audit=Audited.COMMAND,
    body=WriteMessage,
    status=201,
    answers=lambda: answers.Message,
    refuses=(*REFUSED_IN_THREAD, r.TOO_MANY_MESSAGES, r.UPLOAD_PENDING),
    versioned=False,
)
def write_message(call: Call, order_id: str) -> Answer:
    """Write in an order's thread: to the other party and, while there is one, the mediator."""

    def files(now: datetime) -> tuple[File, ...]:
        return attachments.attached(storage(), order_id, call.actor, call.body.attachments, now)

    return messages.write_message(call.services, order_id, call.request, call.body.text, files)


@route(
    blueprint,
    "POST",
    "/orders/{order_id}/messages/uploads",
    roles=READERS,
    audit=Audited.COMMAND,
    body=UploadedFile,
    status=201,
    answers=lambda: evidence_answers.UploadForm,
    refuses=REFUSED_IN_THREAD,
    versioned=False,
)
def request_attachment(call: Call, order_id: str) -> Answer:
    """Ask for a form that uploads one file, to attach to a message once it has arrived and been looked at."""
    file = call.body.content_type, call.body.size
    return attachments.request_file(call.services, storage(), order_id, call.actor, call.expect_once(), *file)


@route(
    blueprint,
    "GET",
    "/orders/{order_id}/messages/{message_id}/attachments",
    roles=READERS,
    audit=Audited.READ,
    answers=lambda: answers.Attachments,
)
def list_attachments(call: Call, order_id: str, message_id: str) -> Json:
    """List the files of one message, with a short-lived link to each."""
    return attachments.list_files(call.services, storage(), order_id, message_id, call.actor)


@route(
    blueprint,
    "POST",
    "/orders/{order_id}/messages/read",
    roles=READERS,
    audit=Audited.COMMAND,
    body=MarkRead,
    answers=lambda: answers.ReadMark,
    refuses=(r.INVALID,),
    versioned=False,
)
def mark_read(call: Call, order_id: str) -> Answer:
    """Say up to which message the caller has read; the mark only moves forward."""
    return messages.mark_read(call.services, order_id, call.request, call.body.up_to)
