"""Keep the live connections: the person each belongs to, and the threads it listens to (N5).

Every item here expires with the token that opened the connection. A crash leaves nothing behind for longer than that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.domain.people import Actor, Role
from chalicelib.store import keys
from chalicelib.store.codec import dump
from chalicelib.store.items import Item, item, text
from chalicelib.store.schema import stored_value
from chalicelib.store.transaction import answer_put, put, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from chalicelib.store.idempotency import Answer, Once


@dataclass(frozen=True, slots=True)
class Pass:
    """Permission to be connected as ``actor`` until the token expires. ``until`` is in seconds since 1970."""

    actor: Actor
    until: int


@dataclass(frozen=True, slots=True)
class Connection:
    """An open connection, by the gateway's id. ``opened_at`` and ``until`` are seconds since 1970."""

    id: str
    actor: Actor
    opened_at: int
    until: int


QUEUE = Actor(Role.MEDIATOR, "")
"""Stands for all mediators at once, as whose all escalated disputes are. No person has an empty id."""


class Connections:
    """The connections in the table, and the tickets that open them."""

    def __init__(self, client: Callable[[], Any], table: str) -> None:
        """Keep connections in ``table``."""
        self._client = client
        self.table = table

    def issue(self, digest: str, leave: Pass, expires_at: int, once: Once, answer: Answer, now_s: int) -> None:
        """Keep a ticket, by its digest, with the answer that gives it out. Raises ``AlreadyAnswered``, ``Conflict``."""
        ticket = item(pk=keys.ticket_pk(digest), sk=keys.TICKET_SK, data=dump(leave), expires_at=expires_at)
        write(self._client(), [put(self.table, ticket), answer_put(self.table, once, answer, now_s)], once)

    def redeem(self, digest: str, now_s: int) -> Pass | None:
        """Return what a ticket permits, and use it up; None for one that is used, expired or unknown."""
        key = item(pk=keys.ticket_pk(digest), sk=keys.TICKET_SK)
        found = self._client().delete_item(TableName=self.table, Key=key, ReturnValues="ALL_OLD").get("Attributes")
        return stored_value(found, Pass) if found and int(found["expires_at"]["N"]) > now_s else None

    def add(self, connection: Connection) -> None:
        """Record a connection that opens."""
        known = item(data=dump(connection), expires_at=connection.until)
        own = item(pk=keys.connection_pk(connection.id), sk=keys.CONNECTION_SK) | known
        listed = item(pk=_person(connection.actor), sk=keys.connection_pk(connection.id)) | known
        write(self._client(), [put(self.table, own), put(self.table, listed)], None)

    def find(self, connection_id: str) -> Connection | None:
        """Return a connection by its id, read strongly; None where it is unknown or forgotten."""
        key = item(pk=keys.connection_pk(connection_id), sk=keys.CONNECTION_SK)
        found = self._client().get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        return _connection(found) if found else None

    def of_person(self, actor: Actor) -> list[Connection]:
        """Return a person's connections, the oldest first."""
        return sorted((_connection(it) for it in self._query(_person(actor))), key=lambda it: (it.opened_at, it.id))

    def threads(self, connection_id: str) -> list[str]:
        """Return the orders whose threads a connection listens to."""
        return [
            keys.order_id_of(sk)
            for it in self._query(keys.connection_pk(connection_id))
            if (sk := text(it, "sk")) != keys.CONNECTION_SK
        ]

    def listen(self, connection: Connection, order_id: str) -> None:
        """Let a connection listen to an order's thread. Repeating it is harmless."""
        known = item(data=dump(connection), expires_at=connection.until)
        own = item(pk=keys.connection_pk(connection.id), sk=keys.order_pk(order_id), expires_at=connection.until)
        listed = item(pk=keys.listeners_pk(order_id), sk=keys.connection_pk(connection.id)) | known
        write(self._client(), [put(self.table, own), put(self.table, listed)], None)

    def listen_to_own(self, connection: Connection) -> None:
        """Let a connection listen to all that is its person's. It counts as one thread. Repeating it is harmless."""
        self.listen(connection, _all_of(connection.actor))

    def unlisten_to_own(self, connection: Connection) -> None:
        """Stop a connection from listening to all that is its person's."""
        self.unlisten(connection.id, _all_of(connection.actor))

    def listen_to_queue(self, connection: Connection) -> None:
        """Let a connection listen to all that waits for mediators. It counts as one thread. Repeating it is harmless."""
        self.listen(connection, _all_of(QUEUE))

    def unlisten_to_queue(self, connection: Connection) -> None:
        """Stop a connection from listening to all that waits for mediators."""
        self.unlisten(connection.id, _all_of(QUEUE))

    def listeners_of(self, order_id: str, people: Iterable[Actor]) -> list[Connection]:
        """Return the connections that listen to an order's thread, or to all that is one of these people's; each once."""
        of = (order_id, *map(_all_of, people))
        return list({it.id: it for name in of for it in self.listeners(name)}.values())

    def unlisten(self, connection_id: str, order_id: str) -> None:
        """Stop a connection from listening to an order's thread; one that does not listen is no error."""
        self._delete(keys.listeners_pk(order_id), keys.connection_pk(connection_id))
        self._delete(keys.connection_pk(connection_id), keys.order_pk(order_id))

    def listeners(self, order_id: str) -> list[Connection]:
        """Return the connections that listen to an order's thread."""
        return [_connection(found) for found in self._query(keys.listeners_pk(order_id))]

    def remove(self, connection: Connection) -> None:
        """Forget a connection and all that it listens to; one that is forgotten already is no error."""
        for order_id in self.threads(connection.id):
            self.unlisten(connection.id, order_id)
        self._delete(_person(connection.actor), keys.connection_pk(connection.id))
        self._delete(keys.connection_pk(connection.id), keys.CONNECTION_SK)

    def _delete(self, pk: str, sk: str) -> None:
        self._client().delete_item(TableName=self.table, Key=item(pk=pk, sk=sk))

    def _query(self, pk: str) -> list[Item]:
        """Return every item of a partition, read strongly. Their number is limited, so they fit into one page."""
        page = self._client().query(
            TableName=self.table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": pk}},
            ConsistentRead=True,
        )
        found: list[Item] = page["Items"]
        return found


def _connection(stored: Item) -> Connection:
    return stored_value(stored, Connection)


def _all_of(actor: Actor) -> str:
    """Return what stands for all that is a person's, where the id of an order would stand. No order's id has a colon."""
    return f"{actor.role.value}:{actor.id}"


def _person(actor: Actor) -> str:
    return keys.connections_pk(actor.role.value, actor.id)
