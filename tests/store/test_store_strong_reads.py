"""Every read of the table sees the last write, in a table whose other reads see it as it was before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain.evidence import ContentType
from chalicelib.domain.people import Role
from chalicelib.domain.thread import Message, Thread
from chalicelib.service.sandbox import SandboxClock
from chalicelib.store import keys, lists
from chalicelib.store.connections import Connection, Connections
from chalicelib.store.idempotency import AlreadyAnswered, Answer, Once
from chalicelib.store.lists import Lists
from chalicelib.store.message_queue import MessageQueue, QueuedMessage
from chalicelib.store.messages import Messages, message_item
from chalicelib.store.notes import CaseNote, Notes
from chalicelib.store.orders import Orders
from chalicelib.store.people import Erasure, Owner, People, Profile
from chalicelib.store.sent import Sent
from chalicelib.store.tallies import Tallies
from chalicelib.store.uploads import Purpose, Upload, Uploads
from localcloud.memory.table import MemoryTable
from tests.domain.worlds import BUYER, DAMAGED, DAY, HOUR, MEDIATOR, PAID_AT, World
from tests.store.tables import NAME, KeptWorld, cases_in, whole_case

T = TypeVar("T")

NOW = 1_800_000_000
ONCE, ANSWER = Once("digest", "body"), Answer(201, "{}")
LETTER = QueuedMessage("order-1#1#1", "buyer:ana", "action", "opened.seller", "order-1#1#1", "sms")
OPEN = Connection("c-1", BUYER, NOW, NOW + 60)
UPLOAD = Upload("u-1", "order-1", Purpose.MESSAGE, BUYER, ContentType.JPEG, 4, PAID_AT, PAID_AT + DAY)
PLACE = lists.orders_of("buyer", BUYER.id)

Table = MemoryTable
Step = Callable[[Table], object]


order = KeptWorld.in_table


def withdrawn(table: Table) -> KeptWorld:
    """Close a dispute about an order."""
    world = KeptWorld.in_table(table)
    world.wait(DAY).ship()
    world.wait(DAY).deliver()
    world.wait(HOUR).open(replace(DAMAGED, description="It is cracked."))
    world.wait(HOUR).act(BUYER, c.Withdraw())
    return world


def write(table: Table) -> Thread:
    """Write the first message of a thread."""
    thread = Thread("order-1").with_message(BUYER, PAID_AT)
    message = message_item(Message("order-1", 1, BUYER, "Hello?", PAID_AT), World.of().case, ())
    Messages(lambda: table, NAME).save(0, thread, World.of().case.order.terms, message, None, ANSWER, NOW)
    return thread


def answered(table: Table) -> Answer | None:
    """Return the answer that is kept, if one is."""
    try:
        cases_in(table).check_new(ONCE, NOW)
    except AlreadyAnswered as first:
        return first.answer
    return None


def found(read: Callable[[], T]) -> T | None:
    """Return what is read; None where there is nothing to read."""
    try:
        return read()
    except LookupError:
        return None


def taken(table: Table) -> bool:
    """Return whether the letter was still there to be taken."""
    pile = MessageQueue(lambda: table, NAME, 1)
    key = keys.out_pk(LETTER.recipient), keys.out_sk(LETTER.name, LETTER.channel)
    return pile.take(key, PAID_AT, lambda _: PAID_AT + HOUR) is not None


READS: dict[str, tuple[Step, Step]] = {
    "a case": (order, lambda it: cases_in(it).load("order-1")),
    "a closed dispute": (withdrawn, lambda it: whole_case(cases_in(it), "order-1")),
    "an answer": (lambda it: cases_in(it).keep_answer(ONCE, ANSWER, NOW), answered),
    "a log": (order, lambda it: cases_in(it).log("order-1", 0)),
    "a ledger": (order, lambda it: cases_in(it).ledger("order-1")),
    "an order": (order, lambda it: found(lambda: Orders(lambda: it, NAME).order("order-1"))),
    "an event": (order, lambda it: found(lambda: Orders(lambda: it, NAME).event("order-1", 0, 1))),
    "a listed order": (order, lambda it: Lists(lambda: it, NAME).page(PLACE, 1, None).found),
    "a tracking number": (
        lambda it: order(it).wait(DAY).ship(),
        lambda it: cases_in(it).orders_of_parcel("tnt", "000000001"),
    ),
    "a profile": (
        lambda it: People(lambda: it, NAME).save(Profile("buyer", "ana", version=1)),
        lambda it: People(lambda: it, NAME).profile("buyer", "ana"),
    ),
    "an erasure": (
        lambda it: People(lambda: it, NAME).save_erasure(Erasure(Role.BUYER, "ana", BUYER, PAID_AT, PAID_AT)),
        lambda it: People(lambda: it, NAME).erasure(Role.BUYER, "ana"),
    ),
    "a device's owner": (
        lambda it: People(lambda: it, NAME).hand_over("d-1", Owner("buyer", "ana")),
        lambda it: People(lambda: it, NAME).owner("d-1"),
    ),
    "a connection": (
        lambda it: Connections(lambda: it, NAME).add(OPEN),
        lambda it: Connections(lambda: it, NAME).find("c-1"),
    ),
    "a person's connections": (
        lambda it: Connections(lambda: it, NAME).add(OPEN),
        lambda it: Connections(lambda: it, NAME).of_person(BUYER),
    ),
    "a thread": (write, lambda it: Messages(lambda: it, NAME).thread("order-1")),
    "the messages": (write, lambda it: Messages(lambda: it, NAME).before("order-1", 2, 10)),
    "the notes": (
        lambda it: Notes(lambda: it, NAME).add(CaseNote("order-1", 1, 1, MEDIATOR, "Old.", PAID_AT), ONCE, ANSWER, NOW),
        lambda it: Notes(lambda: it, NAME).count("order-1", 1),
    ),
    "an upload": (
        lambda it: Uploads(lambda: it, NAME).add(UPLOAD, ONCE, ANSWER, NOW),
        lambda it: Uploads(lambda: it, NAME).find("order-1", "buyer", "u-1"),
    ),
    "the uploads": (
        lambda it: Uploads(lambda: it, NAME).add(UPLOAD, ONCE, ANSWER, NOW),
        lambda it: list(Uploads(lambda: it, NAME).of_owner("order-1", "buyer")),
    ),
    "a letter": (lambda it: MessageQueue(lambda: it, NAME, 1).put(LETTER, PAID_AT), taken),
    "a marker": (
        lambda it: Sent(lambda: it, NAME).mark("event", "buyer:ana", "sms"),
        lambda it: Sent(lambda: it, NAME).has_left("event", "buyer:ana", "sms"),
    ),
    "a tally": (
        lambda it: Tallies(lambda: it, NAME).enter("what", "buyer:ana", "name", 3),
        lambda it: Tallies(lambda: it, NAME).names("what", "buyer:ana"),
    ),
    "a sandbox's clock": (
        lambda it: SandboxClock(lambda: it, NAME).advance(60, "request"),
        lambda it: SandboxClock(lambda: it, NAME).offset(),
    ),
}
"""For each read, what writes the thing that it reads, and the read itself."""


@pytest.mark.parametrize("name", READS)
def test_a_read_sees_the_last_write(name: str) -> None:
    """I5, I11: a read right after a write returns what a read of a table that never lags returns, and not what was before."""
    write_it, read = READS[name]
    seen = []
    for lags in (True, False):
        table = Table(NAME)
        table.lags = lags
        before = read(table)
        write_it(table)
        seen.append(read(table))
        assert before != seen[-1]
    assert seen[1] == seen[0]


def lagging() -> MemoryTable:
    """Return an empty table that lags."""
    table = Table(NAME)
    table.lags = True
    return table


def test_words_just_written_are_erased() -> None:
    """P2: erasing a person's words finds the event that was written last."""
    table = lagging()
    world = KeptWorld.in_table(table)
    world.wait(DAY).ship()
    world.wait(DAY).deliver()
    world.open(replace(DAMAGED, description="It is cracked."))
    assert 1 == world.cases.erase_words("order-1", Role.BUYER)


def test_a_message_just_queued_is_forgotten() -> None:
    """P2: forgetting a person deletes the message that was queued for them last."""
    table = lagging()
    MessageQueue(lambda: table, NAME, 1).put(LETTER, PAID_AT)
    People(lambda: table, NAME).forget_queued_messages("buyer", "ana")
    assert 0 == len(table)


def test_a_message_just_written_is_overwritten() -> None:
    """P2: forgetting a person overwrites the message that they wrote last."""
    table = lagging()
    write(table)
    assert 1 == Messages(lambda: table, NAME).erase_texts("order-1", BUYER)
