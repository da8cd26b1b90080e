"""The thread and live connections at the edge: texts, cursors, frames, and who is let in (N5, I6, I10)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.api import call
from chalicelib.api.identity.rates import COUNTED_TOGETHER, Rates
from chalicelib.api.live import chat_socket
from chalicelib.service.chat import THREADS_AT_MOST
from chalicelib.service.errors import Forbidden
from chalicelib.store.connections import Connections
from chalicelib.store.idempotency import Conflict
from tests.api.edge import DAY, Uncounted, no_rates
from tests.api.samples import ACME, ANA, BEN, MARKET, MIA, ORDER, PICTURE, Stop, bring
from tests.api.test_rates import LIMIT, Shared
from tests.service.bucket import JPEG

if TYPE_CHECKING:
    from tests.api.edge import Api

THREAD = "/orders/o-1/messages"


@pytest.mark.parametrize("text", ["Hi", " Two\n\n\tlines \r\n", "x" * 2000, "Привет 你好 👋🏽 \u200fabc", "<b>'\"&\\"])
def test_a_text_is_kept_as_it_was_written(api: Api, text: str) -> None:
    """N5: any language, line breaks, markup as plain text; only the blanks around it go."""
    bring(api, Stop.SOLD)
    said = api.done(ANA, "POST", THREAD, {"text": text})

    assert text.strip() == said["text"]
    assert said == api.done(ACME, "GET", THREAD)["items"][0]


NO_TEXT = ["", " \n ", "x" * 2001, "a\x00b", "\x1b[31mred", "a\x7f", "a\x85b", "\x0b", "\u200b", None, ["x"]]


@pytest.mark.parametrize("text", NO_TEXT)
def test_what_is_no_text_is_refused(api: Api, text: object) -> None:
    """I10: nothing, nothing that can be seen, too much, and control characters."""
    bring(api, Stop.SOLD)

    assert (422, "validation_failed") == api.call(ANA, "POST", THREAD, {"text": text}).refused


def test_a_message_may_be_a_file_alone(api: Api) -> None:
    """N5: nothing to say beside it; until it has arrived the answer says to come again."""
    bring(api, Stop.SOLD)
    form = api.done(ANA, "POST", f"{THREAD}/uploads", PICTURE)
    said = {"attachments": [form["upload_id"]]}
    waiting = api.call(ANA, "POST", THREAD, said)
    api.upload(form, JPEG)

    assert (409, "upload_pending") == waiting.refused
    written = api.done(ANA, "POST", THREAD, said)
    assert ("", [form["upload_id"]]) == (written["text"], [it["upload_id"] for it in written["attachments"]])
    assert (422, "invalid") == api.call(ACME, "POST", THREAD, said).refused


@pytest.mark.parametrize("attachments", [[f"u{n}" for n in range(6)], ["a b"], [""], [None], "u1", {"id": "u1"}, None])
def test_what_is_no_list_of_a_few_ids_is_refused(api: Api, attachments: object) -> None:
    """I10, N5: a message takes five files at most, each by the id of its upload."""
    bring(api, Stop.SOLD)

    assert (422, "validation_failed") == api.call(ANA, "POST", THREAD, {"text": "Hi", "attachments": attachments}).refused


def test_a_cursor_belongs_to_its_thread(api: Api) -> None:
    """Section 7: the same caller cannot carry it to another order's thread."""
    for order_id in ("o-1", "o-2"):
        api.done(MARKET, "PUT", f"/orders/{order_id}", ORDER)
        for _ in range(3):
            api.done(ANA, "POST", f"/orders/{order_id}/messages", {"text": "Hi"})
    cursor = api.done(ANA, "GET", f"{THREAD}?limit=1")["cursor"]

    assert ["o-1-m2"] == [it["id"] for it in api.done(ANA, "GET", f"{THREAD}?limit=1&cursor={cursor}")["items"]]
    for who, path in ((ANA, "/orders/o-2/messages"), (ACME, THREAD)):
        assert (400, "malformed_request") == api.call(who, "GET", f"{path}?cursor={cursor}").refused


def test_a_flood_is_dammed(api: Api) -> None:
    """N5: the twenty-first message within a minute is a 429 that says when to go on."""
    bring(api, Stop.SOLD)
    for _ in range(20):
        api.done(ANA, "POST", THREAD, {"text": "!"})
    refused = api.call(ANA, "POST", THREAD, {"text": "!"})

    assert (429, "too_many_messages") == refused.refused
    assert "2026-03-02T12:01:00Z" == refused.json["opens_at"]


def test_the_platform_has_no_part_in_it(api: Api) -> None:
    """N5: buyer, seller and mediators write to each other; the marketplace's machine neither reads nor writes."""
    bring(api, Stop.SOLD)
    for method, path, body in (("GET", THREAD, None), ("POST", THREAD, {"text": "Hi"}), ("POST", "/chat/tickets", {})):
        assert (403, "forbidden") == api.call(MARKET, method, path, body).refused


class Gateway:
    """Closes nothing, and remembers it."""

    def __init__(self) -> None:
        """Nothing is closed yet."""
        self.closed: list[str] = []

    def close(self, connection_id: str) -> None:
        """Close a connection."""
        self.closed.append(connection_id)


class Socket:
    """A client's side of a live connection: API Gateway's events, and what the functions answer."""

    def __init__(self, api: Api, connection_id: str = "c-1") -> None:
        """Not connected yet."""
        self.api = api
        self.context = {"requestContext": {"connectionId": connection_id}}

    def connect(self, query: dict[str, str] | None = None, **headers: str) -> int:
        """The status of the handshake."""
        event = self.context | {"headers": headers, "queryStringParameters": query}
        return int(chat_socket.connect(event)["statusCode"])

    def open(self, who: str) -> None:
        """Connect as ``role:id``, with a ticket."""
        ticket = self.api.done(who, "POST", "/chat/tickets", {})["ticket"]
        assert 200 == self.connect({"ticket": ticket})

    def ask(self, frame: object) -> dict[str, Any]:
        """The answer to a frame: text as it is, anything else as JSON."""
        body = frame if isinstance(frame, str) else json.dumps(frame)
        answer = chat_socket.message(self.context | {"body": body})
        assert 200 == answer["statusCode"]
        told: dict[str, Any] = json.loads(answer["body"])
        return told


@pytest.fixture
def socket(api: Api, monkeypatch: pytest.MonkeyPatch) -> Socket:
    """A client that is not connected, of an order that was sold."""
    bring(api, Stop.SOLD)
    monkeypatch.setattr(chat_socket, "services", vars(call)["services"])
    monkeypatch.setattr(chat_socket, "gateway", Gateway)
    monkeypatch.setattr(chat_socket, "rates", no_rates)
    return Socket(api)


def test_a_bearer_token_opens_a_connection_as_well(socket: Socket) -> None:
    """N5: who can set headers needs no ticket."""
    assert 200 == socket.connect(Authorization=f"Bearer {socket.api.issuer.token(ACME)}")
    assert {"type": "subscribed", "order_id": "o-1"} == socket.ask({"action": "subscribe", "order_id": "o-1"})


@pytest.mark.parametrize(
    ("query", "header"),
    [
        (None, None),
        ({}, None),
        ({"ticket": ""}, None),
        ({"ticket": "x" * 5000}, None),
        ({"token": "x"}, None),
        (None, ""),
        (None, "Bearer nonsense"),
        (None, "Basic YTpi"),
        (None, "platform"),
        (None, "expired"),
    ],
)
def test_nobody_else_is_let_in(socket: Socket, query: dict[str, str] | None, header: str | None) -> None:
    """I6, I10: no ticket, a wrong one, a token that is none, has expired, or is of a role that has no threads."""
    issuer = socket.api.issuer
    tokens = {
        "platform": f"Bearer {issuer.token(MARKET)}",
        "expired": f"Bearer {issuer.sign(issuer.claims(ANA) | {'exp': 1})}",
    }
    headers = {} if header is None else {"authorization": tokens.get(header, header)}

    assert 401 == socket.connect(query, **headers)
    assert "unauthenticated" == socket.ask({"action": "ping"})["code"]


def test_a_connection_is_spoken_to_in_frames(socket: Socket) -> None:
    """N5: each frame has one answer."""
    socket.open(ACME)

    assert {"type": "pong"} == socket.ask({"action": "ping"})
    assert {"type": "subscribed", "order_id": "o-1"} == socket.ask({"action": "subscribe", "order_id": "o-1"})
    assert {"type": "unsubscribed", "order_id": "o-1"} == socket.ask({"action": "unsubscribe", "order_id": "o-1"})
    assert {"statusCode": 200} == chat_socket.disconnect(socket.context)
    assert "unauthenticated" == socket.ask({"action": "ping"})["code"]


NO_ID = ["", "o-1\n", "#ORDER", "x" * 65, "ñ", "\x00", "\ud800"]
"""What cannot be an order's id."""


@pytest.mark.parametrize("order_id", ["o-2", "o-1-d1", *NO_ID])
def test_a_thread_that_is_not_ones_own_is_missing(socket: Socket, order_id: str) -> None:
    """I6, I10: a stranger's subscription to a thread, and anybody's to what cannot be one, find nothing."""
    socket.open(BEN)
    theirs = socket.ask({"action": "subscribe", "order_id": "o-1"})

    assert ("error", "not_found") == (theirs["type"], theirs["code"])
    assert theirs["detail"]
    assert theirs == socket.ask({"action": "subscribe", "order_id": order_id})


@pytest.mark.parametrize("order_id", NO_ID)
def test_what_is_no_id_reaches_no_table(socket: Socket, order_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """I10: no key is made of it, neither to listen nor to stop."""
    socket.open(ACME)
    monkeypatch.setattr(chat_socket, "chat", None)

    for action in ("subscribe", "unsubscribe"):
        assert "not_found" == socket.ask({"action": action, "order_id": order_id})["code"]


@pytest.mark.parametrize("action", ["subscribe", "unsubscribe"])
def test_who_comes_at_the_same_time_is_told_to_try_again(socket: Socket, action: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """I9: a write that another one crossed is answered as busy, and the connection stays."""
    socket.open(ACME)

    def crossed(*_: object) -> None:
        raise Conflict

    with monkeypatch.context() as patch:
        patch.setattr(Connections, "listen", crossed)
        patch.setattr(Connections, "unlisten", crossed)
        told = socket.ask({"action": action, "order_id": "o-1"})
    assert ("error", "in_progress") == (told["type"], told["code"])
    assert "again" in told["detail"]
    assert f"{action}d" == socket.ask({"action": action, "order_id": "o-1"})["type"]


def test_a_refusal_without_words_gets_some(socket: Socket, monkeypatch: pytest.MonkeyPatch) -> None:
    """I10: whatever a service refuses, the frame says so."""
    socket.open(ACME)

    def refused(*_: object) -> None:
        raise Forbidden

    monkeypatch.setattr("chalicelib.service.chat.check_thread", refused)
    told = socket.ask({"action": "subscribe", "order_id": "o-1"})

    assert ("error", "forbidden") == (told["type"], told["code"])
    assert told["detail"]


def test_a_mediator_listens_once_assigned(socket: Socket) -> None:
    """N5, I6: as REST, so the live connection."""
    api = socket.api
    bring(api, Stop.ESCALATED, "o-7", parcel=7)
    socket.open(MIA)
    before = socket.ask({"action": "subscribe", "order_id": "o-7"})
    api.done(MIA, "POST", "/disputes/o-7-d1/assignment", {})

    assert "not_found" == before["code"]
    assert "subscribed" == socket.ask({"action": "subscribe", "order_id": "o-7"})["type"]


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "{",
        "null",
        "[]",
        '"ping"',
        "7",
        {},
        {"action": None},
        {"action": "ping", "order_id": "o-1"},
        *(
            {"action": action} | rest
            for action in ("subscribe", "unsubscribe")
            for rest in (
                {},
                {"mine": False},
                {"mine": 1},
                {"mine": True, "order_id": "o-1"},
                {"order_id": 1},
                {"order_id": None},
                {"order_id": ["o-1"]},
                {"order_id": "o-1", "x": 1},
            )
        ),
        *(f'{{"action": "{action}", "order_id": "{"你" * 400}"}}' for action in ("subscribe", "unsubscribe")),
        {"action": "say", "text": "Hi"},
        "[" * 900,
        {"action": "ping" + "x" * 2000},
    ],
)
def test_an_odd_frame_is_told_what_is_taken(socket: Socket, frame: object) -> None:
    """I10: whatever is sent, the answer says what would do, and the connection stays."""
    socket.open(ACME)
    told = socket.ask(frame)

    assert ("error", "malformed_request") == (told["type"], told["code"])
    assert "subscribe" in told["detail"]
    assert {"type": "pong"} == socket.ask({"action": "ping"})


def test_a_frame_too_long_is_told_how_long_one_may_be(socket: Socket) -> None:
    """I10, N5: a frame of 1,000 bytes is read, and one byte more is refused with that limit."""
    socket.open(ACME)
    ping = '{"action": "ping"}'

    assert {"type": "pong"} == socket.ask(ping.ljust(1000))
    assert "of up to 1,000 bytes." in socket.ask(ping.ljust(1001))["detail"]


def test_there_is_a_limit_to_listening(socket: Socket, monkeypatch: pytest.MonkeyPatch) -> None:
    """N5: who reaches it is told so in the same frames."""
    monkeypatch.setattr("chalicelib.service.chat.THREADS_AT_MOST", 1)
    socket.api.done(MARKET, "PUT", "/orders/o-2", ORDER)
    socket.open(ACME)
    socket.ask({"action": "subscribe", "order_id": "o-1"})

    assert "limit_reached" == socket.ask({"action": "subscribe", "order_id": "o-2"})["code"]
    assert THREADS_AT_MOST > 1


def test_a_flood_of_frames_is_held_back(socket: Socket, monkeypatch: pytest.MonkeyPatch) -> None:
    """I10: frames count among a person's calls, over all connections; another person is served."""
    held = Rates(Uncounted(), person=3, platform=3, epoch=lambda: 60_030.0)
    socket.open(ACME)
    other = Socket(socket.api, "c-2")
    other.open(ANA)
    monkeypatch.setattr(chat_socket, "rates", lambda: held)
    for frame in ({"action": "ping"}, {"action": "subscribe", "order_id": "o-2"}, {"action": "ping"}):
        assert "too_many_requests" != socket.ask(frame).get("code")

    refused = socket.ask({"action": "subscribe", "order_id": "o-1"})

    assert ("error", "too_many_requests") == (refused["type"], refused["code"])
    assert "Wait 30 seconds" in refused["detail"]
    assert {"type": "pong"} == other.ask({"action": "ping"})


def test_frames_count_over_all_processes(socket: Socket, monkeypatch: pytest.MonkeyPatch) -> None:
    """I10: connections that different processes serve share one person's limit, give or take the ten that go untold."""
    shared = Shared()
    processes = [shared.process(), shared.process()]
    sockets = [socket, Socket(socket.api, "c-2")]
    for it in sockets:
        it.open(ACME)
    answered = 0
    for n in range(4 * LIMIT):
        monkeypatch.setattr(chat_socket, "rates", lambda n=n: processes[n % 2])
        answered += sockets[n % 2].ask({"action": "ping"}) == {"type": "pong"}

    assert LIMIT <= answered <= LIMIT + COUNTED_TOGETHER
    assert {("seller", "acme", int(shared.now // 60))} == shared.calls.keys()


def test_a_connection_knows_the_time_in_the_thread(socket: Socket) -> None:
    """N5: listening stays possible when the thread has closed; writing is what stops."""
    socket.api.clock.wait(200 * DAY)
    socket.open(ACME)

    assert "subscribed" == socket.ask({"action": "subscribe", "order_id": "o-1"})["type"]


def test_a_client_listens_to_all_that_is_its_own(socket: Socket) -> None:
    """N5: both frames are answered in kind, for every role that a connection can have."""
    for who in (ANA, ACME, MIA):
        socket.open(who)
        for action in ("subscribe", "subscribe", "unsubscribe", "unsubscribe"):
            assert {"type": f"{action}d", "mine": True} == socket.ask({"action": action, "mine": True})


def test_a_mediator_listens_to_the_queue_and_nobody_else_does(socket: Socket) -> None:
    """N5: mediators subscribe to all that waits for them; to a party there is no queue."""
    socket.open(MIA)
    for action in ("subscribe", "subscribe", "unsubscribe", "unsubscribe"):
        assert {"type": f"{action}d", "queue": True} == socket.ask({"action": action, "queue": True})
    for who in (ANA, ACME):
        socket.open(who)
        assert "not_found" == socket.ask({"action": "subscribe", "queue": True})["code"]
