"""The way to a live connection over HTTP (N5). What it speaks is in ``chat_socket``."""

from __future__ import annotations

from typing import Any

import jwt

from chalicelib.api.disputes.requests import Nothing
from chalicelib.api.endpoint import Call, Resource, route
from chalicelib.api.messages.routes import READERS
from chalicelib.service import chat
from chalicelib.settings import settings
from chalicelib.store.idempotency import Answer

blueprint = Resource(__name__, "chat")


@route(blueprint, "POST", "/chat/tickets", roles=READERS, body=Nothing, status=201)
def open_ticket(call: Call) -> Answer:
    """Get a ticket that opens one live connection within a minute."""
    until = token_expiry(blueprint.current_request.headers["authorization"])
    url = settings().chat_endpoint.replace("http", "ws", 1)
    return chat.open_ticket(call.services, call.request, call.expect_once(), until, url)


def token_expiry(header: str) -> int:
    """When the token of an Authorization header expires, in seconds since 1970. The header has been checked before."""
    claims: dict[str, Any] = jwt.decode(header.strip().partition(" ")[2].strip(), options={"verify_signature": False})
    return int(claims["exp"])
