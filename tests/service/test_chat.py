"""Live connections: their tickets, their people, the threads they listen to, and their end (N5, I6)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib.domain.people import Actor, Role
from chalicelib.domain.refusals import Refusal
from chalicelib.service import chat
from chalicelib.service.errors import NotFound
from chalicelib.store.connections import Pass
from tests.domain.worlds import BUYER, SELLER
from tests.service.office import EPOCH, ORDER, Office, cancelled, read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.store.connections import Connection

HOUR_S = 3600
URL = "wss://chat.example.com/api"


@dataclass
class Desk:
    """An order and the connections of its people."""

    office: Office = field(default_factory=lambda: Office().bought())
    closed: list[str] = field(default_factory=list)

    def ticket(self, actor: Actor, token_until: int = EPOCH + HOUR_S, key: str = "") -> str:
        """Return a new ticket."""
        request = self.office.request(actor, key)
        assert request.once is not None
        told = read(chat.open_ticket(self.office.services, request, request.once, token_until, URL))
        assert URL == told["url"]
        return str(told["ticket"])

    def connect(self, actor: Actor, connection_id: str = "c-1", until: int = EPOCH + HOUR_S) -> None:
        """Open a connection."""
        chat.connect(self.office.services, connection_id, Pass(actor, until), self.closed.append)

    def listen(self, connection_id: str = "c-1", order_id: str = ORDER) -> None:
        """Subscribe to a thread."""
        chat.subscribe(self.office.services, self.connected(connection_id), order_id)

    def connected(self, connection_id: str = "c-1") -> Connection:
        """Return the connection of that id."""
        return chat.connected(self.office.services, connection_id)

    def listening(self, order_id: str = ORDER) -> list[Connection]:
        """Return the connections that listen to a thread."""
        return self.office.services.connections.listeners(order_id)

    def traces(self) -> Iterator[str]:
        """Return the items that connections have left."""
        for item in self.office.table.snapshot():
            pk = item["pk"]["S"]
            if pk.startswith(("CONNECTION", "LISTENERS", "TICKET")):
                yield pk


@pytest.fixture
def desk() -> Desk:
    """Return an order to which nobody is connected."""
    return Desk()


def test_a_ticket_opens_one_connection(desk: Desk) -> None:
    """N5: a ticket permits one connection as its owner, until the token expires."""
    ticket = desk.ticket(SELLER)

    assert Pass(SELLER, EPOCH + HOUR_S) == chat.redeem(desk.office.services, ticket)
    assert chat.redeem(desk.office.services, ticket) is None
    assert chat.redeem(desk.office.services, "") is None


def test_a_ticket_is_for_now(desk: Desk) -> None:
    """N5: a ticket older than a minute opens nothing."""
    last, late = desk.ticket(SELLER), desk.ticket(SELLER)
    desk.office.epoch += chat.TICKET_S - 1
    assert chat.redeem(desk.office.services, last)
    desk.office.epoch += 1

    assert chat.redeem(desk.office.services, late) is None


def test_the_same_request_gets_the_same_ticket(desk: Desk) -> None:
    """I5: a repeated request gets the first ticket again, which still opens one connection only."""
    assert (ticket := desk.ticket(SELLER, key="once")) == desk.ticket(SELLER, key="once")
    assert ticket != desk.ticket(BUYER, key="once")
    assert chat.redeem(desk.office.services, ticket)
    assert chat.redeem(desk.office.services, desk.ticket(SELLER, key="once")) is None


def test_the_table_keeps_a_tickets_digest_as_its_key(desk: Desk) -> None:
    """N5: a person who reads the table's keys in a log or a metric learns no ticket."""
    ticket = desk.ticket(SELLER)

    assert [f"TICKET#{hashlib.sha256(ticket.encode()).hexdigest()}"] == list(desk.traces())


def test_parties_listen_to_their_thread_and_nobody_else_does(desk: Desk) -> None:
    """I6: a stranger's subscription finds nothing, as for an order that does not exist."""
    desk.connect(SELLER)
    desk.listen()
    desk.connect(Actor(Role.SELLER, "eve"), "c-2")

    for order_id in (ORDER, "order-9"):
        with pytest.raises(NotFound):
            desk.listen("c-2", order_id)
    assert [("c-1", SELLER)] == [(it.id, it.actor) for it in desk.listening()]


@pytest.mark.parametrize("until", [EPOCH, EPOCH - 1])
def test_an_expired_connection_does_nothing(desk: Desk, until: int) -> None:
    """N5: a connection ends with its token, and an unknown connection is refused."""
    desk.connect(SELLER, until=until)
    for connection_id in ("c-1", "c-9"):
        with pytest.raises(chat.NotConnected):
            desk.connected(connection_id)


def test_a_connection_lasts_no_longer_than_the_gateway_lets_it(desk: Desk) -> None:
    """N5: a connection's items expire after two hours, however long the token lives."""
    desk.connect(SELLER, until=EPOCH + 100 * HOUR_S)
    desk.listen()

    assert [EPOCH + 2 * HOUR_S] == [it.until for it in desk.listening()]
    times = {item["expires_at"]["N"] for item in desk.office.table.snapshot() if "CONNECTION" in item["pk"]["S"]}
    assert {str(EPOCH + 2 * HOUR_S)} == times


def test_who_leaves_leaves_nothing_behind(desk: Desk) -> None:
    """N5: a disconnection removes every trace; a second one, or one of a stranger, is no error."""
    desk.connect(SELLER)
    desk.listen()
    desk.listen()
    assert 1 == len(desk.listening())
    for connection_id in ("c-1", "c-1", "c-9"):
        chat.disconnect(desk.office.services, connection_id)

    assert [] == list(desk.traces())


def test_who_unsubscribes_is_still_connected(desk: Desk) -> None:
    """N5: unsubscribing leaves the thread and keeps the connection; without a subscription it is no error."""
    desk.connect(SELLER)
    desk.listen()
    for _ in range(2):
        chat.unsubscribe(desk.office.services, desk.connected(), ORDER)

    assert [] == desk.listening()
    assert SELLER == desk.connected().actor


def test_the_newest_ten_connections_stay(desk: Desk) -> None:
    """N5: a person's oldest connection beyond ten is closed and forgotten; other people's stay."""
    desk.connect(BUYER, "b-1")
    for number in range(1, 13):
        desk.office.epoch += 1
        desk.connect(SELLER, f"c-{number}")
        if number == 1:
            desk.listen()

    assert ["c-1", "c-2"] == desk.closed
    assert [] == desk.listening()
    assert [f"c-{n}" for n in range(3, 13)] == [it.id for it in desk.office.services.connections.of_person(SELLER)]
    assert BUYER == desk.connected("b-1").actor


@pytest.mark.parametrize("error", [cancelled("Throttled"), EndpointConnectionError(endpoint_url="https://gateway.example")])
def test_a_connection_that_cannot_be_closed_shuts_nobody_out(
    desk: Desk, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """N5: if the gateway cannot close the oldest connection, it is logged and forgotten, and the new one is let in."""
    for number in range(1, 11):
        desk.office.epoch += 1
        desk.connect(SELLER, f"c-{number}")
    desk.listen()

    def fail(_: str) -> None:
        raise error

    chat.connect(desk.office.services, "c-11", Pass(SELLER, EPOCH + HOUR_S), fail)

    assert [f"c-{n}" for n in range(2, 12)] == [it.id for it in desk.office.services.connections.of_person(SELLER)]
    assert [] == desk.listening()
    assert ["an old connection was not closed"] == [it.getMessage() for it in caplog.records]


def test_a_connection_listens_to_fifty_threads(desk: Desk) -> None:
    """N5: the fifty-first thread is refused; a thread that is subscribed to already is not counted again."""
    desk.connect(SELLER)
    for number in range(chat.THREADS_AT_MOST + 1):
        desk.office.bought(order_id=f"o-{number}")
    for number in range(chat.THREADS_AT_MOST):
        desk.listen(order_id=f"o-{number}")
    desk.listen(order_id="o-0")

    with pytest.raises(Refusal) as refused:
        desk.listen(order_id="o-50")

    assert ("limit_reached", 50) == (refused.value.code, refused.value.details["limit"])


def test_all_that_is_ones_own_counts_as_one_thread(desk: Desk) -> None:
    """N5: a connection listens to all of its person's with one subscription, which takes a place among the fifty."""
    desk.connect(SELLER)
    services = desk.office.services
    chat.subscribe_to_own(services, desk.connected())
    assert ["c-1"] == [it.id for it in services.connections.listeners_of("order-9", [SELLER])]
    assert [] == services.connections.listeners_of("order-9", [BUYER, Actor(Role.BUYER, SELLER.id)])
    for number in range(chat.THREADS_AT_MOST - 1):
        services.connections.listen(desk.connected(), f"other-{number}")
    with pytest.raises(Refusal):
        desk.listen()
    chat.unsubscribe_from_own(services, desk.connected())
    desk.listen()
    with pytest.raises(Refusal):
        chat.subscribe_to_own(services, desk.connected())
    chat.disconnect(services, "c-1")
    assert [] == list(desk.traces())
