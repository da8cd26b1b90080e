"""Threads and connections in the table, on both engines (N5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chalicelib.domain.personal_data import ERASED
from chalicelib.domain.thread import Message, Thread
from chalicelib.store.connections import Connection, Connections, Pass
from chalicelib.store.idempotency import AlreadyAnswered, Answer, Conflict, Once
from chalicelib.store.messages import Messages, message_item
from tests.domain.worlds import BUYER, PAID_AT, SELLER, World, order_terms
from tests.store.tables import ENGINES, NAME, Client, engine, everything

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = 1_800_000_000
ANSWER = Answer(201, "{}")
TERMS = order_terms()


@pytest.fixture(params=ENGINES)
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    """An empty table."""
    with engine(request.param) as made:
        yield made


def say(messages: Messages, thread: Thread, key: str) -> Thread:
    """Write one more message of the buyer."""
    case = World.of().case
    after = thread.with_message(BUYER, PAID_AT, (SELLER.role,))
    message = Message("order-1", after.count, BUYER, f"Text {after.count}", PAID_AT)
    messages.save(thread.version, after, TERMS, message_item(message, case, (SELLER.role,)), Once(key, "body"), ANSWER, NOW)
    return after


def test_a_thread_is_kept_as_it_was(client: Client) -> None:
    """N5: thread and messages come back as they were written, page by page, the newest first."""
    messages = Messages(lambda: client, NAME)
    thread = messages.thread("order-1")
    assert Thread("order-1") == thread
    for number in range(1, 6):
        thread = say(messages, thread, f"key-{number}")
    read = thread.read_by(SELLER, 3)
    messages.save(thread.version, read, TERMS, None, None, ANSWER, NOW)

    assert read == messages.thread("order-1")
    assert [5, 4] == [it.number for it in messages.before("order-1", 6, 2)]
    assert [3, 2, 1] == [it.number for it in messages.before("order-1", 4, 100)]
    assert [] == messages.before("order-1", 1, 100)
    assert [] == messages.before("order-2", 100, 100)


def test_of_two_writers_one_is_second(client: Client) -> None:
    """N5, I5: a message written over an old version of the thread is refused, and a repeated request is recognised."""
    messages = Messages(lambda: client, NAME)
    empty = Thread("order-1")
    say(messages, empty, "one")
    stored = everything(client)

    with pytest.raises(Conflict):
        say(messages, empty, "two")
    with pytest.raises(AlreadyAnswered):
        say(messages, empty, "one")
    messages.save(1, messages.thread("order-1"), TERMS, None, None, ANSWER, NOW)
    assert stored == everything(client)


def test_an_authors_texts_can_be_erased(client: Client) -> None:
    """P2: only one author's texts are overwritten; repeated, it changes nothing; the stream publishes none of it."""
    messages = Messages(lambda: client, NAME)
    thread = Thread("order-1")
    for number in range(1, 6):
        thread = say(messages, thread, f"key-{number}")

    assert 0 == messages.erase_texts("order-1", SELLER)
    assert 5 == messages.erase_texts("order-1", BUYER)
    erased = everything(client)
    assert 0 == messages.erase_texts("order-1", BUYER)
    assert erased == everything(client)
    assert {ERASED} == {it.text for it in messages.before("order-1", 6, 100)}
    assert [] == [it for it in erased if "publish" in it]


def test_a_thread_is_no_part_of_its_case(client: Client) -> None:
    """N5: the query that reads a case finds nothing of the thread."""
    messages = Messages(lambda: client, NAME)
    say(messages, Thread("order-1"), "one")

    found = client.query(
        TableName=NAME,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
        ExpressionAttributeValues={":pk": {"S": "ORDER#order-1"}, ":sk": {"S": "#"}},
    )
    assert [] == found["Items"]


def test_a_ticket_is_used_up(client: Client) -> None:
    """N5: a ticket can be redeemed once, before it expires; after either it is gone."""
    connections = Connections(lambda: client, NAME)
    for digest in ("one", "late"):
        connections.issue(digest, Pass(BUYER, NOW + 60), NOW + 60, Once(digest, "body"), ANSWER, NOW)

    assert Pass(BUYER, NOW + 60) == connections.redeem("one", NOW + 59)
    assert [None, None] == [connections.redeem("one", NOW), connections.redeem("late", NOW + 60)]
    assert not [it for it in everything(client) if it["pk"]["S"].startswith("TICKET")]


def test_a_connection_comes_and_goes(client: Client) -> None:
    """N5: a connection is found by id, person and thread; once removed, nothing of it is left."""
    connections = Connections(lambda: client, NAME)
    one, two = Connection("c-1", BUYER, NOW, NOW + 60), Connection("c-2", BUYER, NOW - 1, NOW + 60)
    for it in (one, two):
        connections.add(it)
        connections.listen(it, "order-1")
    connections.listen(one, "order-2")
    connections.unlisten("c-2", "order-1")

    assert (one, None) == (connections.find("c-1"), connections.find("c-9"))
    assert ([two, one], []) == (connections.of_person(BUYER), connections.of_person(SELLER))
    assert ([one], ["order-1", "order-2"]) == (connections.listeners("order-1"), sorted(connections.threads("c-1")))
    for it in (one, two, one):
        connections.remove(it)
    assert [] == everything(client)
