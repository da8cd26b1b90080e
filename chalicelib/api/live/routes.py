"""Tickets for live connections (N5). Their frames are in ``chat_socket``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jwt

from chalicelib.api.call import Call
from chalicelib.api.endpoint import Audited
from chalicelib.api.lazily import Later, Lazily
from chalicelib.api.messages.routes import READERS
from chalicelib.api.routing import Resource, route
from chalicelib.service import chat
from chalicelib.settings import settings
from chalicelib.store.idempotency import Answer

if TYPE_CHECKING:
    from chalicelib.api.live import answers
    from chalicelib.api.models import Nothing
else:
    Nothing = Later("chalicelib.api.models", "Nothing")
    answers = Lazily("chalicelib.api.live.answers")

blueprint = Resource(__name__, "chat")


@route(
    blueprint,
    "POST",
    "/chat/tickets",
    roles=READERS,
    body=Nothing,
    status=201,
    audit=Audited.COMMAND,
    answers=lambda: answers.Ticket,
    versioned=False,
)
def open_ticket(call: Call) -> Answer:
    """Get a ticket that opens one live connection within a minute."""
    until = token_expiry(blueprint.current_request.headers["authorization"])
    url = settings().chat_endpoint.replace("http", "ws", 1)
    return chat.open_ticket(call.services, call.request, call.expect_once(), until, url)


def token_expiry(header: str) -> int:
    """The expiry of an Authorization header's token, in seconds since 1970. The header has been checked before."""
    claims: dict[str, Any] = jwt.decode(header.strip().partition(" ")[2].strip(), options={"verify_signature": False})
    return int(claims["exp"])
