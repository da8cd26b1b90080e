"""The thread of an order over HTTP (N5)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from chalicelib.api.endpoint import Call, Resource, route
from chalicelib.api.evidence.requests import UploadedFile
from chalicelib.api.models import Identifier, Model, Note
from chalicelib.bootstrap import storage
from chalicelib.domain.evidence import File
from chalicelib.domain.people import Role
from chalicelib.domain.thread import ATTACHMENTS_AT_MOST
from chalicelib.service import attachments, messages
from chalicelib.service.views import Json
from chalicelib.store.idempotency import Answer

blueprint = Resource(__name__, "messages")

READERS = (Role.BUYER, Role.SELLER, Role.MEDIATOR)
MessageId = Annotated[str, StringConstraints(min_length=1, max_length=80)]


class WriteMessage(Model):
    """Something to say, or to show, to all who are in the thread."""

    text: Note = ""
    attachments: Annotated[
        list[Identifier],
        Field(default_factory=list, max_length=ATTACHMENTS_AT_MOST, description="Upload ids of files that have arrived."),
    ]

    @model_validator(mode="after")
    def _says_something(self) -> WriteMessage:
        if not self.text and not self.attachments:
            msg = "text is required where nothing is attached"
            raise ValueError(msg)
        return self


class MarkRead(Model):
    """The newest message that the caller has seen."""

    up_to: MessageId


@route(blueprint, "GET", "/orders/{order_id}/messages", roles=READERS, query=("limit", "cursor"))
def list_messages(call: Call, order_id: str) -> Json:
    """Read an order's thread, newest first, with the caller's count of unread messages."""
    return messages.read_thread(call.services, order_id, call.actor, call.limit, call.query.get("cursor") or None)


@route(blueprint, "POST", "/orders/{order_id}/messages", roles=READERS, body=WriteMessage, status=201)
def write_message(call: Call, order_id: str) -> Answer:
    """Write in an order's thread: to the other party and, while there is one, the mediator."""

    def files(now: datetime) -> tuple[File, ...]:
        return attachments.attached(storage(), order_id, call.actor, call.body.attachments, now)

    return messages.write_message(call.services, order_id, call.request, call.body.text, files)


@route(blueprint, "POST", "/orders/{order_id}/messages/uploads", roles=READERS, body=UploadedFile, status=201)
def request_attachment(call: Call, order_id: str) -> Answer:
    """Ask for a form that uploads one file, to attach to a message once it has arrived and been looked at."""
    file = call.body.content_type, call.body.size
    return attachments.request_file(call.services, storage(), order_id, call.actor, call.expect_once(), *file)


@route(blueprint, "GET", "/orders/{order_id}/messages/{message_id}/attachments", roles=READERS)
def list_attachments(call: Call, order_id: str, message_id: str) -> Json:
    """List the files of one message, with a short-lived link to each."""
    return attachments.list_files(call.services, storage(), order_id, message_id, call.actor)


@route(blueprint, "POST", "/orders/{order_id}/messages/read", roles=READERS, body=MarkRead)
def mark_read(call: Call, order_id: str) -> Answer:
    """Say up to which message the caller has read; the mark only moves forward."""
    return messages.mark_read(call.services, order_id, call.request, call.body.up_to)
