"""Live chat as deployed: a message written over HTTP reaches everybody who listens, and nobody else (N5)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from socket import SHUT_RDWR
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from localcloud.clock import read
from localcloud.cloud import LocalCloud
from tests.system.test_deployed import call
from tests.waiting import PATIENCE, awaited

ORDER = "chat-order"
THREAD = f"/orders/{ORDER}/messages"


@contextmanager
def connected(cloud: LocalCloud, who: str) -> Iterator[ClientConnection]:
    """A live connection of ``role:id``, opened by a ticket. A deployment's first one waits for functions to start."""
    ticket = call(cloud, who, "POST", "/chat/tickets", {})
    with connect(f"{ticket['url']}?ticket={ticket['ticket']}", open_timeout=PATIENCE) as socket:
        yield socket


def answer(socket: ClientConnection, frame: dict[str, str] | None = None) -> dict[str, Any]:
    """Send a frame if there is one, and return the next one received."""
    if frame:
        socket.send(json.dumps(frame))
    told: dict[str, Any] = json.loads(socket.recv(timeout=PATIENCE))
    return told


def told_of(socket: ClientConnection, frame: dict[str, str] | None = None) -> dict[str, Any]:
    """Return what comes next, after sending a frame if there is one, but for hints of what happened in the dispute before."""
    told = answer(socket, frame)
    while told["type"] == "dispute":
        told = answer(socket)
    return told


@pytest.fixture(scope="module", autouse=True)
def order(cloud: LocalCloud) -> str:
    """An order that should have come days ago."""
    now = datetime.fromisoformat(read(cloud.endpoints)["now"])
    sold = {
        "buyer_id": "chat-buyer",
        "seller_id": "chat-shop",
        "currency": "EUR",
        "lines": [{"id": "1", "title": "A lamp", "quantity": 1, "unit_price": {"minor": 4000, "currency": "EUR"}}],
        "shipping_fee": {"minor": 500, "currency": "EUR"},
        "paid_at": (now - timedelta(days=12)).isoformat(),
        "destination_country": "DE",
        "deliver_by": (now - timedelta(days=5)).isoformat(),
    }
    call(cloud, "platform:sys", "PUT", f"/orders/{ORDER}", sold)
    return ORDER


def test_a_message_arrives_as_it_is_written(cloud: LocalCloud) -> None:
    """N5: the seller, listening, sees what the buyer writes, as REST shows it, and hears of the dispute that follows."""
    with connected(cloud, "seller:chat-shop") as socket:
        assert {"type": "subscribed", "order_id": ORDER} == answer(socket, {"action": "subscribe", "order_id": ORDER})
        for text in ("Hello?", "Where is it?", "Anybody?"):
            said = call(cloud, "buyer:chat-buyer", "POST", THREAD, {"text": text})
            assert {"type": "message", "message": said} == answer(socket)
        opened = call(cloud, "buyer:chat-buyer", "POST", f"/orders/{ORDER}/disputes", {"reason": "not_received"})

        hint = {"type": "dispute", "order_id": ORDER, "dispute_id": opened["id"], "version": opened["version"]}
        assert hint == answer(socket)


def test_a_stranger_cannot_listen(cloud: LocalCloud) -> None:
    """I6: another seller's subscription finds nothing, and what is written does not come: not while the seller hears it."""
    with connected(cloud, "seller:chat-eve") as eve, connected(cloud, "seller:chat-shop") as shop:
        refused = answer(eve, {"action": "subscribe", "order_id": ORDER})
        answer(shop, {"action": "subscribe", "order_id": ORDER})
        for text in ("Not for Eve", "Nor is this"):
            said = call(cloud, "buyer:chat-buyer", "POST", THREAD, {"text": text})
            assert {"type": "message", "message": said} == told_of(shop)

        assert ("error", "not_found") == (refused["type"], refused["code"])
        assert {"type": "pong"} == answer(eve, {"action": "ping"})


def test_a_bad_token_and_a_used_ticket_are_refused(cloud: LocalCloud) -> None:
    """N5, I6: the handshake fails; a good token in the header is as good as a ticket."""
    ticket = call(cloud, "seller:chat-shop", "POST", "/chat/tickets", {})
    url = f"{ticket['url']}?ticket={ticket['ticket']}"
    with connect(url, open_timeout=PATIENCE):
        pass

    for bad, headers in ((url, {}), (ticket["url"], {"Authorization": "Bearer nonsense"}), (ticket["url"], {})):
        with pytest.raises(InvalidStatus), connect(bad, additional_headers=headers, open_timeout=PATIENCE):
            pass
    good = {"Authorization": f"Bearer {cloud.token('buyer', 'chat-buyer')}"}
    with connect(ticket["url"], additional_headers=good, open_timeout=PATIENCE) as socket:
        assert {"type": "pong"} == answer(socket, {"action": "ping"})


def test_a_connection_that_broke_leaves_nothing_behind(cloud: LocalCloud) -> None:
    """N5: cut off without a word, with the gateway's own word of it lost too, it is cleared away by the next message."""
    table, name = cloud.aws("dynamodb"), cloud.endpoints["table"]

    def listeners() -> list[dict[str, Any]]:
        query = {":pk": {"S": f"LISTENERS#{ORDER}"}}
        found: list[dict[str, Any]] = table.query(
            TableName=name, KeyConditionExpression="pk = :pk", ExpressionAttributeValues=query
        )["Items"]
        return found

    def nobody_listens() -> bool:
        return not listeners()

    awaited(nobody_listens)
    with connected(cloud, "seller:chat-shop") as socket:
        answer(socket, {"action": "subscribe", "order_id": ORDER})
        (kept,) = listeners()
        socket.socket.shutdown(SHUT_RDWR)
    awaited(nobody_listens)
    table.put_item(TableName=name, Item=kept)  # as if $disconnect, which is told at best once, had not come

    call(cloud, "buyer:chat-buyer", "POST", THREAD, {"text": "Anybody there?"})

    assert awaited(nobody_listens)
