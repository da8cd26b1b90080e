"""Live connections: who may open one, and which threads it listens to (N5, I6). What is said goes over REST alone."""

from __future__ import annotations

import hashlib
import logging
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.domain.refusals import LIMIT_REACHED, Refusal
from chalicelib.service.access import check_thread
from chalicelib.service.errors import ServiceError
from chalicelib.service.execute import Request, current, retry
from chalicelib.store.codec import timestamp
from chalicelib.store.connections import Connection, Pass
from chalicelib.store.idempotency import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.service.services import Services
    from chalicelib.store.idempotency import Once

log = logging.getLogger(__name__)

TICKET_S = 60
"""How long a ticket can be used: long enough for a phone on a bad line, too short to be worth a look into a log."""
CONNECTION_S = 2 * 3600
"""The gateway ends a connection after two hours, whatever else lives longer."""
CONNECTIONS_AT_MOST = 10
THREADS_AT_MOST = 50
CREATED = 201


class NotConnected(ServiceError):  # noqa: N818 - it is what the client is told
    """This connection is not known, or its time has run out: open another one."""

    code = "unauthenticated"


def open_ticket(services: Services, request: Request, once: Once, token_until: int, url: str) -> Answer:
    """Give the caller a ticket for one connection, to be used within a minute, that lasts as long as the token."""
    now = int(services.epoch())
    ticket, expires_at = secrets.token_urlsafe(32), now + TICKET_S
    leave = Pass(request.actor, token_until)
    view = {"url": url, "ticket": ticket, "expires_at": timestamp(datetime.fromtimestamp(expires_at, UTC))}
    answer = Answer(CREATED, msgspec.json.encode(view).decode())

    def attempt() -> Answer:
        services.connections.issue(_digest(ticket), leave, expires_at, once, answer, now)
        return answer

    return retry(services, once, attempt)


def redeem(services: Services, ticket: str) -> Pass | None:
    """What a ticket gives leave to, once; None for one that is used, expired or none of ours."""
    return services.connections.redeem(_digest(ticket), int(services.epoch()))


def _digest(ticket: str) -> str:
    return hashlib.sha256(ticket.encode(errors="surrogatepass")).hexdigest()


def connect(services: Services, connection_id: str, leave: Pass, close: Callable[[str], None]) -> None:
    """Note a connection. Of a person's connections the newest stay: the oldest beyond ten are closed.

    A phone that lost its connection opens another one long before the gateway knows of the loss; refusing it would lock
    its owner out. An old one that cannot be closed is forgotten all the same: it hears nothing more until the gateway ends it.
    """
    now = int(services.epoch())
    known = services.connections.of_person(leave.actor)
    for old in known[: max(0, len(known) + 1 - CONNECTIONS_AT_MOST)]:
        try:
            close(old.id)
        except (ClientError, BotoCoreError):
            log.exception("an old connection was not closed", extra={"person": f"{old.actor.role.value}:{old.actor.id}"})
        services.connections.remove(old)
    services.connections.add(Connection(connection_id, leave.actor, now, min(leave.until, now + CONNECTION_S)))


def connected(services: Services, connection_id: str) -> Connection:
    """The connection of that id. Raises ``NotConnected`` for one that is not known, or whose time has run out."""
    connection = services.connections.find(connection_id)
    if connection is None or connection.until <= services.epoch():
        raise NotConnected
    return connection


def subscribe(services: Services, connection: Connection, order_id: str) -> None:
    """Let a connection listen to an order's thread. Raises ``NotFound``, ``Refusal(limit_reached)``."""
    check_thread(current(services, order_id, services.clock.now()).case, connection.actor)
    threads = services.connections.threads(connection.id)
    if order_id not in threads and len(threads) >= THREADS_AT_MOST:
        msg = f"This connection listens to {THREADS_AT_MOST} threads. Unsubscribe from one first."
        raise Refusal(LIMIT_REACHED, msg, limit=THREADS_AT_MOST)
    services.connections.listen(connection, order_id)


def unsubscribe(services: Services, connection: Connection, order_id: str) -> None:
    """Let a connection no longer listen to an order's thread."""
    services.connections.unlisten(connection.id, order_id)


def disconnect(services: Services, connection_id: str) -> None:
    """Forget a connection; one that is forgotten already is no error."""
    connection = services.connections.find(connection_id)
    if connection:
        services.connections.remove(connection)
