"""Open live connections, and let each listen to the threads that its owner may read (N5, I6).

Nothing is written through a live connection: messages are sent through the REST API only.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.domain.people import STAFF, Role
from chalicelib.domain.refusals import LIMIT_REACHED, Refusal
from chalicelib.service.access import check_thread
from chalicelib.service.errors import NotFound, ServiceError
from chalicelib.service.execute import Request, current, retry
from chalicelib.store.audit import AuditEntry
from chalicelib.store.codec import timestamp
from chalicelib.store.connections import Connection, Pass
from chalicelib.store.idempotency import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.service.services import Services
    from chalicelib.store.idempotency import Once

log = logging.getLogger(__name__)

TICKET_S = 60
"""Seconds for which a ticket works: enough for a phone on a bad line, too few to be worth stealing from a log."""
CONNECTION_S = 2 * 3600
"""The gateway ends every connection after two hours."""
CONNECTIONS_AT_MOST = 10
THREADS_AT_MOST = 50
CREATED = 201


class NotConnected(ServiceError):  # noqa: N818 - it is what the client is told
    """This connection is unknown, or its time has run out: open another one."""

    code = "unauthenticated"


def open_ticket(services: Services, request: Request, once: Once, token_until: int, url: str) -> Answer:
    """Give the caller a ticket that opens one connection within a minute. The connection lasts as long as the token."""
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
    """Return what a ticket permits, and use it up; None for one that is used, expired or unknown."""
    return services.connections.redeem(_digest(ticket), int(services.epoch()))


def _digest(ticket: str) -> str:
    return hashlib.sha256(ticket.encode(errors="surrogatepass")).hexdigest()


def connect(services: Services, connection_id: str, leave: Pass, close: Callable[[str], None]) -> None:
    """Record a connection, and close the person's oldest ones beyond ten.

    A phone that lost its connection opens another one long before the gateway knows of the loss. Refusing it would lock its
    owner out. An old connection that cannot be closed is forgotten nevertheless, and receives nothing more.
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
    """Return the connection of that id. Raises ``NotConnected`` for one that is unknown or expired."""
    connection = services.connections.find(connection_id)
    if connection is None or connection.until <= services.epoch():
        raise NotConnected
    return connection


def subscribe(services: Services, connection: Connection, order_id: str) -> None:
    """Let a connection listen to an order's thread. Raises ``NotFound``, ``Refusal(limit_reached)``.

    A mediator who listens is in the audit (P5).
    """
    now = services.clock.now()
    check_thread(current(services, order_id, now).case, connection.actor)
    threads = services.connections.threads(connection.id)
    if order_id not in threads:
        _check_room(threads)
    if connection.actor.role in STAFF:
        services.audit.add(AuditEntry(services.audit.new_id(), now, connection.actor, "subscribe", order_id=order_id))
    services.connections.listen(connection, order_id)


def _check_room(threads: list[str]) -> None:
    if len(threads) >= THREADS_AT_MOST:
        msg = f"This connection listens to {THREADS_AT_MOST} threads. Unsubscribe from one first."
        raise Refusal(LIMIT_REACHED, msg, limit=THREADS_AT_MOST)


def subscribe_to_own(services: Services, connection: Connection) -> None:
    """Let a connection listen to all orders and cases that are its person's. Raises ``Refusal(limit_reached)``.

    A mediator who listens is in the audit (P5).
    """
    _listen_to_all(services, connection, services.connections.listen_to_own)


def subscribe_to_queue(services: Services, connection: Connection) -> None:
    """Let a mediator's connection listen to all escalated disputes. It brings hints only, and is in the audit (P5).

    Raises ``NotFound`` for others than mediators, ``Refusal(limit_reached)``.
    """
    if connection.actor.role is not Role.MEDIATOR:
        raise NotFound
    _listen_to_all(services, connection, services.connections.listen_to_queue)


def _listen_to_all(services: Services, connection: Connection, listen: Callable[[Connection], None]) -> None:
    _check_room(services.connections.threads(connection.id))
    if connection.actor.role in STAFF:
        services.audit.add(AuditEntry(services.audit.new_id(), services.clock.now(), connection.actor, "subscribe"))
    listen(connection)


def unsubscribe_from_queue(services: Services, connection: Connection) -> None:
    """Stop a connection from listening to all escalated disputes."""
    services.connections.unlisten_to_queue(connection)


def unsubscribe_from_own(services: Services, connection: Connection) -> None:
    """Stop a connection from listening to all that is its person's."""
    services.connections.unlisten_to_own(connection)


def unsubscribe(services: Services, connection: Connection, order_id: str) -> None:
    """Stop a connection from listening to an order's thread."""
    services.connections.unlisten(connection.id, order_id)


def disconnect(services: Services, connection_id: str) -> None:
    """Forget a connection; one that is forgotten already is no error."""
    connection = services.connections.find(connection_id)
    if connection:
        services.connections.remove(connection)
