"""Pushing from the stream to live connections: to whom, what, and which connections are forgotten (N5, I6)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from chalicelib.domain import commands as c
from chalicelib.domain.guarantees import Reason
from chalicelib.domain.parcel import CarrierStatus
from chalicelib.domain.people import Actor, Role
from chalicelib.notify.live.gateway import ApiGateway, Gone
from chalicelib.notify.live.push import Pushing, push_records
from chalicelib.service import messages
from chalicelib.store.connections import Connection
from tests.domain.worlds import BUYER, DAY, MEDIATOR, NEWS, OTHER_MEDIATOR, SELLER, claim_of, lines
from tests.service.office import EPOCH, ORDER, Office, event
from tests.waiting import PATIENCE

LATER = EPOCH + 3600


@dataclass
class Lines:
    """Connections that remember what they were sent; some are broken."""

    sent: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    slow: dict[str, Event] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)

    def send(self, connection_id: str, frame: bytes) -> None:
        """Send a frame, or fail as planned."""
        if connection_id in self.gone:
            raise Gone
        if connection_id in self.broken:
            raise EndpointConnectionError(endpoint_url="https://chat.example.com")
        if connection_id in self.slow:
            assert self.slow[connection_id].wait(PATIENCE)
        self.sent.setdefault(connection_id, []).append(json.loads(frame))
        for waiting in self.slow.values():
            waiting.set()

    def close(self, connection_id: str) -> None:
        """Close a connection."""
        self.closed.append(connection_id)


@dataclass
class Room:
    """An order under review, whose changes from now on are the stream, and people who listen to it."""

    office: Office = field(default_factory=Office)
    lines: Lines = field(default_factory=Lines)
    stream: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Bring the order there."""
        self.office.delivered(lines=lines((1, 9000), (1, 5000))).wait(DAY).open()
        self.office.wait(4 * DAY).act(BUYER, c.Escalate())
        self.office.act(MEDIATOR, c.Assign())
        self.office.table.on_write = self._record

    def _record(self, images: list[dict[str, Any]]) -> None:
        self.stream += [{"eventName": "INSERT", "dynamodb": {"NewImage": image}} for image in images]

    def listen(self, *listeners: Actor, until: int = LATER) -> None:
        """Let people listen, each over a connection of their name."""
        for actor in listeners:
            connection = Connection(actor.id, actor, EPOCH, until)
            self.office.services.connections.add(connection)
            self.office.services.connections.listen(connection, ORDER)

    def say(self, actor: Actor, text: str = "Hello") -> None:
        """Write a message."""
        messages.write_message(self.office.services, ORDER, self.office.request(actor), text)

    def push(self) -> dict[str, list[dict[str, Any]]]:
        """Push what the stream has brought. Returns everything that was sent."""
        services = self.office.services
        push_records(self.stream, Pushing(services.connections, self.lines, services.cases.load, EPOCH))
        self.stream.clear()
        return self.lines.sent

    def listening(self) -> set[str]:
        """The connections that listen."""
        return {it.id for it in self.office.services.connections.listeners(ORDER)}


@pytest.fixture
def room() -> Room:
    """A dispute under review."""
    return Room()


def test_everybody_in_the_thread_gets_a_message_whole(room: Room) -> None:
    """N5: a message is pushed as REST shows it, to its author's other devices as well, in order."""
    room.listen(BUYER, SELLER, MEDIATOR)
    room.say(BUYER, "One")
    room.say(SELLER, "Two")
    sent = room.push()

    shown = room.office.thread(BUYER)["items"][::-1]
    expected = [{"type": "message", "message": it} for it in shown]
    assert dict.fromkeys((BUYER.id, SELLER.id, MEDIATOR.id), expected) == sent


def test_a_change_of_the_dispute_is_a_hint(room: Room) -> None:
    """N5: a hint says which dispute is at which version, and nothing of what happened."""
    room.listen(BUYER, MEDIATOR)
    room.office.act(SELLER, NEWS)
    version = room.office.services.cases.load(ORDER).dispute(1).version  # type: ignore[union-attr]

    hint = {"type": "dispute", "order_id": ORDER, "dispute_id": f"{ORDER}-d1", "version": version}
    assert {BUYER.id: [hint], MEDIATOR.id: [hint]} == room.push()


def test_a_dispute_that_was_not_escalated_is_no_news_to_a_mediator(room: Room) -> None:
    """I6: the mediator of one dispute of an order gets no hint of another that the parties still settle themselves."""
    room.office.open(claim_of(Reason.NOT_AS_DESCRIBED, ("b", 1)))
    room.push()
    room.listen(BUYER, MEDIATOR)
    room.lines.sent.clear()
    room.office.act(SELLER, c.Decline(), dispute_id=f"{ORDER}-d2")

    assert {BUYER.id: [f"{ORDER}-d2"]} == {who: [it["dispute_id"] for it in told] for who, told in room.push().items()}


def test_what_no_client_waits_for_is_not_pushed(room: Room) -> None:
    """N5: marks and tickets reach nobody."""
    room.say(BUYER)
    room.push()
    room.listen(SELLER)
    messages.mark_read(room.office.services, ORDER, room.office.request(SELLER), f"{ORDER}-m1")
    room.stream.append({"eventName": "REMOVE", "dynamodb": {}})

    assert {} == room.push()


def test_a_change_of_the_order_is_a_hint_to_its_parties(room: Room) -> None:
    """N5, O6: a parcel, a record and a payment say which order is at which version, and nothing of what happened."""
    room.listen(BUYER, SELLER, MEDIATOR)
    room.office.ship(number="000000077")
    room.office.report(event(room.office.watch.at, "000000077", CarrierStatus.IN_TRANSIT))
    version = room.office.services.cases.load(ORDER).order.version  # type: ignore[union-attr]

    hints = [{"type": "order", "order_id": ORDER, "version": it} for it in (version - 1, version)]
    assert {BUYER.id: hints, SELLER.id: hints} == room.push()


def test_a_person_can_listen_to_all_that_is_theirs(room: Room) -> None:
    """N5, I6: one subscription brings messages and hints of every order of one's own, each once, and of nobody else's."""
    for actor in (BUYER, SELLER, MEDIATOR, OTHER_MEDIATOR, Actor(Role.SELLER, BUYER.id), Actor(Role.BUYER, "eve")):
        connection = Connection(f"{actor.role}-{actor.id}", actor, EPOCH, LATER)
        room.office.services.connections.add(connection)
        room.office.services.connections.listen_to_own(connection)
    both = room.office.services.connections.find(f"buyer-{BUYER.id}")
    assert both is not None
    room.office.services.connections.listen(both, ORDER)

    room.say(BUYER)
    room.office.act(SELLER, NEWS)
    room.office.bought(order_id="order-2")

    kinds = {who: [it["type"] for it in told] for who, told in room.push().items()}
    assert {
        f"buyer-{BUYER.id}": ["message", "dispute", "order", "order"],
        f"seller-{SELLER.id}": ["message", "dispute", "order", "order"],
        f"mediator-{MEDIATOR.id}": ["message", "dispute"],
    } == kinds
    room.office.services.connections.unlisten_to_own(both)
    room.office.services.connections.unlisten(both.id, ORDER)
    room.lines.sent.clear()
    room.say(SELLER)
    assert f"buyer-{BUYER.id}" not in room.push()


def test_mediators_hear_of_every_escalated_dispute_and_of_no_other(room: Room) -> None:
    """N5, I6: one subscription brings hints of all that waits for mediators, without words, and of no case of their own."""
    for actor in (MEDIATOR, OTHER_MEDIATOR, Actor(Role.MEDIATOR, BUYER.id)):
        connection = Connection(actor.id, actor, EPOCH, LATER)
        room.office.services.connections.add(connection)
        room.office.services.connections.listen_to_queue(connection)
    left = Connection("left", OTHER_MEDIATOR, EPOCH, LATER)
    room.office.services.connections.listen_to_queue(left)
    room.office.services.connections.unlisten_to_queue(left)

    room.say(BUYER)
    room.office.act(SELLER, NEWS)
    room.office.bought(order_id="order-2").ship("order-2", "000000088")
    room.office.report(event(room.office.watch.at, "000000088"))
    room.office.wait(DAY).open(order_id="order-2")

    told = {who: [(it["type"], it["dispute_id"]) for it in frames] for who, frames in room.push().items()}
    assert {who.id: [("dispute", f"{ORDER}-d1")] for who in (MEDIATOR, OTHER_MEDIATOR)} == told


def test_who_may_no_longer_see_the_thread_is_told_and_left_out(room: Room) -> None:
    """I6: each message is checked against who is in the thread when it is written, not when they subscribed."""
    room.listen(OTHER_MEDIATOR, SELLER)
    room.say(BUYER)

    sent = room.push()

    assert [{"type": "unsubscribed", "order_id": ORDER}] == sent[OTHER_MEDIATOR.id]
    assert ["message"] == [it["type"] for it in sent[SELLER.id]]
    assert {SELLER.id} == room.listening()


def test_a_late_message_throws_nobody_out_who_has_come_since(room: Room) -> None:
    """N5, I6: a mediator who joined the thread after a message was written is not sent it, and goes on listening."""
    room.say(BUYER, "Before")
    room.listen(MEDIATOR)
    (message,) = [
        it["dynamodb"]["NewImage"] for it in room.stream if it["dynamodb"]["NewImage"]["sk"]["S"].startswith("MESSAGE#")
    ]
    message["mediators"] = {"S": "[]"}

    assert {} == room.push()
    assert {MEDIATOR.id} == room.listening()

    room.say(BUYER, "After")
    assert ["After"] == [it["message"]["text"] for it in room.push()[MEDIATOR.id]]


def test_a_dead_connection_is_forgotten(room: Room) -> None:
    """N5: a connection that the gateway reports as gone is forgotten, and the others are told."""
    room.listen(BUYER, SELLER)
    room.lines.gone = {SELLER.id}
    room.say(BUYER)

    assert {BUYER.id} == room.push().keys()
    assert {BUYER.id} == room.listening()
    assert room.office.services.connections.find(SELLER.id) is None


def test_a_half_forgotten_connection_is_forgotten(room: Room) -> None:
    """N5: a subscription made during the disconnection left a listener without a connection: the next message removes it."""
    room.listen(SELLER)
    (listener,) = room.office.services.connections.listeners(ORDER)
    room.office.services.connections.remove(listener)
    room.office.services.connections.listen(listener, ORDER)
    room.office.table.delete_item(
        TableName="table", Key={"pk": {"S": f"CONNECTION#{SELLER.id}"}, "sk": {"S": f"ORDER#{ORDER}"}}
    )
    room.lines.gone = {SELLER.id}
    room.say(BUYER)
    room.push()

    assert set() == room.listening()


def test_an_expired_connection_is_closed(room: Room) -> None:
    """N5: a connection whose token has run out gets nothing more, and is closed."""
    room.listen(BUYER)
    room.listen(SELLER, until=EPOCH)
    room.say(BUYER)

    assert {BUYER.id} == room.push().keys()
    assert ([SELLER.id], {BUYER.id}) == (room.lines.closed, room.listening())


def test_a_broken_connection_spoils_no_other(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    """N5: a push that fails is logged, and neither raised nor forgotten: the thread has the message."""
    room.listen(BUYER, SELLER)
    room.lines.broken = {BUYER.id}
    room.say(BUYER, "Secret")

    assert {SELLER.id} == room.push().keys()
    assert {BUYER.id, SELLER.id} == room.listening()
    assert ["a listener was not told"] == [it.getMessage() for it in caplog.records]
    assert "Secret" not in caplog.text


def test_a_slow_connection_holds_up_no_other(room: Room) -> None:
    """N5: the slow one here waits until another has been told."""
    room.listen(BUYER, SELLER)
    room.lines.slow = {BUYER.id: Event()}
    room.say(MEDIATOR)

    assert {BUYER.id, SELLER.id} == room.push().keys()


class Refusing:
    """The management API's client, which answers with an error."""

    def __init__(self, code: str) -> None:
        """Answer with that code."""
        self.error = ClientError({"Error": {"Code": code, "Message": ""}}, "PostToConnection")

    def post_to_connection(self, **_: object) -> None:
        """Fail."""
        raise self.error

    def delete_connection(self, **_: object) -> None:
        """Fail."""
        raise self.error


def test_gone_is_told_from_other_errors() -> None:
    """N5: a connection that is gone is closed already; any other error is one."""
    gone, forbidden = ApiGateway(lambda: Refusing("GoneException")), ApiGateway(lambda: Refusing("ForbiddenException"))

    with pytest.raises(Gone):
        gone.send("c-1", b"{}")
    gone.close("c-1")
    with pytest.raises(ClientError):
        forbidden.send("c-1", b"{}")
    with pytest.raises(ClientError):
        forbidden.close("c-1")
