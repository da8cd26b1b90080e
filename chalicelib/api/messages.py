"""The thread of an order over HTTP (N5)."""

from __future__ import annotations

from typing import Annotated

from chalice.app import Blueprint
from pydantic import Field, StringConstraints

from chalicelib.api.endpoint import Call, route
from chalicelib.api.models import Model
from chalicelib.domain.people import Role
from chalicelib.service import messages
from chalicelib.service.views import Json
from chalicelib.store.errors import Answer

blueprint = Blueprint(__name__)

READERS = (Role.BUYER, Role.SELLER, Role.MEDIATOR)
_NO_CONTROLS = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=_NO_CONTROLS),
    Field(description="Plain text; of control characters only line breaks and tabs."),
]
MessageId = Annotated[str, StringConstraints(min_length=1, max_length=80)]


class WriteMessage(Model):
    """Something to say to all who are in the thread."""

    text: Text


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
    return messages.write_message(call.services, order_id, call.request, call.body.text)


@route(blueprint, "POST", "/orders/{order_id}/messages/read", roles=READERS, body=MarkRead)
def mark_read(call: Call, order_id: str) -> Answer:
    """Say up to which message the caller has read; the mark only moves forward."""
    return messages.mark_read(call.services, order_id, call.request, call.body.up_to)
