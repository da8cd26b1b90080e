"""Answers the JSON frames of live connections, one answer to each (N5). ``docs/chat.md`` describes them for clients.

It runs in functions of its own, which load no models.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from chalicelib.api.identity.rates import rates
from chalicelib.bootstrap import services
from chalicelib.domain.order import ORDER_ID
from chalicelib.domain.refusals import Refusal
from chalicelib.notify.live.gateway import gateway
from chalicelib.service import chat
from chalicelib.service.errors import Busy, NotFound, ServiceError
from chalicelib.store.connections import Pass
from chalicelib.store.idempotency import Conflict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.service.services import Services
    from chalicelib.store.connections import Connection

Frame = dict[str, Any]
_BYTES_AT_MOST = 1_000
_REFUSED = {"statusCode": 401}
_WORDS = {
    NotFound.code: "There is no such thread, or none that you may see.",
    chat.NotConnected.code: "The time of this connection has run out. Open another one.",
    Busy.code: "Somebody else is changing this right now. Send the same frame again.",
}
_GENERAL_WORD = "This cannot be done; the code says why."


def connect(event: Mapping[str, Any]) -> Frame:
    """Accept a client with a bearer token in the Authorization header or a ticket in the query; answer 401 to others."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    ticket = (event.get("queryStringParameters") or {}).get("ticket", "")
    leave = _bearer(headers["authorization"]) if "authorization" in headers else chat.redeem(services(), ticket)
    if leave is None:
        return _REFUSED
    chat.connect(services(), _connection(event), leave, gateway().close)
    return {"statusCode": 200}


def _bearer(header: str) -> Pass | None:
    from chalicelib.api.identity.auth import authenticate  # noqa: PLC0415 - most come with a ticket, which needs no keys
    from chalicelib.api.live.routes import token_expiry  # noqa: PLC0415
    from chalicelib.api.messages.routes import READERS  # noqa: PLC0415
    from chalicelib.api.problems import Problem  # noqa: PLC0415

    try:
        actor = authenticate(header).actor
    except Problem:
        return None
    return Pass(actor, token_expiry(header)) if actor.role in READERS else None


def message(event: Mapping[str, Any]) -> Frame:
    """Answer one frame."""
    try:
        answer = _answer(services(), _connection(event), _frame(event.get("body")))
    except Conflict:
        answer = _error(Busy())
    except (Refusal, ServiceError) as refused:
        answer = _error(refused)
    return {"statusCode": 200, "body": json.dumps(answer)}


def _error(refused: Refusal | ServiceError) -> Frame:
    return {"type": "error", "code": refused.code, "detail": str(refused) or _WORDS.get(refused.code, _GENERAL_WORD)}


class _Malformed(ServiceError):  # noqa: N818 - as its neighbours of the service
    code = "malformed_request"


def _frame(body: object) -> Frame:
    try:
        frame = json.loads(body) if isinstance(body, str) and _bytes(body) <= _BYTES_AT_MOST else None
    except (ValueError, RecursionError):
        frame = None
    if not isinstance(frame, dict):
        such_as = '{"action": "subscribe", "order_id": "o-1"}'
        raise _Malformed(f"A frame is a JSON object such as {such_as}, of up to {_BYTES_AT_MOST:,} bytes.")
    return frame


def _bytes(body: str) -> int:
    return len(body.encode(errors="surrogatepass"))


def _answer(it: Services, connection_id: str, frame: Frame) -> Frame:
    match frame:
        case {"action": "ping", **nothing_else} if not nothing_else:
            _counted(it, connection_id)
            return {"type": "pong"}
        case {"action": "subscribe" | "unsubscribe" as action, "mine": True, **nothing_else} if not nothing_else:
            of_own = chat.subscribe_to_own if action == "subscribe" else chat.unsubscribe_from_own
            of_own(it, _counted(it, connection_id))
            return {"type": f"{action}d", "mine": True}
        case {"action": "subscribe" | "unsubscribe" as action, "queue": True, **nothing_else} if not nothing_else:
            of_queue = chat.subscribe_to_queue if action == "subscribe" else chat.unsubscribe_from_queue
            of_queue(it, _counted(it, connection_id))
            return {"type": f"{action}d", "queue": True}
        case {"action": "subscribe" | "unsubscribe" as action, "order_id": str(order_id), **nothing_else} if not nothing_else:
            if not ORDER_ID.fullmatch(order_id):
                raise NotFound
            done = chat.subscribe if action == "subscribe" else chat.unsubscribe
            done(it, _counted(it, connection_id), order_id)
            return {"type": f"{action}d", "order_id": order_id}
    raise _Malformed("The action is subscribe or unsubscribe, with an order_id, mine or queue, or ping; nothing else is taken.")


def _counted(it: Services, connection_id: str) -> Connection:
    """The connection that a frame came by, once the frame is counted among its person's calls."""
    connection = chat.connected(it, connection_id)
    rates().count(connection.actor)
    rates().report(connection.actor)
    return connection


def disconnect(event: Mapping[str, Any]) -> Frame:
    """Forget a connection that is gone."""
    chat.disconnect(services(), _connection(event))
    return {"statusCode": 200}


def _connection(event: Mapping[str, Any]) -> str:
    return str(event["requestContext"]["connectionId"])
