"""Every write that depends on what was read is refused where somebody else has written meanwhile, and changes nothing then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain.evidence import ContentType
from chalicelib.domain.guarantees import OfferType
from chalicelib.domain.people import Role
from chalicelib.domain.thread import Message, Thread
from chalicelib.service.errors import Busy
from chalicelib.service.sandbox import SandboxClock
from chalicelib.store import keys
from chalicelib.store.idempotency import Answer, Conflict, Once
from chalicelib.store.items import item
from chalicelib.store.message_queue import MessageQueue, QueuedMessage
from chalicelib.store.messages import Messages, message_item
from chalicelib.store.notes import CaseNote, Notes
from chalicelib.store.people import Erasure, Owner, People
from chalicelib.store.tallies import Counted, Tallies
from chalicelib.store.uploads import Purpose, Upload, Uploads
from localcloud.memory.table import MemoryTable
from tests.domain.worlds import BUYER, DAMAGED, DAY, HOUR, MEDIATOR, PAID_AT, SELLER, World, money, order_terms
from tests.store.tables import NAME, KeptWorld, as_kept_before

if TYPE_CHECKING:
    from localcloud.memory.expressions import Item

NOW = 1_800_000_000
ANSWER = Answer(201, "{}")
LETTER = QueuedMessage("order-1#1#1", "buyer:ana", "action", "opened.seller", "order-1#1#1", "sms")
UPLOAD = Upload("u-1", "order-1", Purpose.MESSAGE, BUYER, ContentType.JPEG, 4, PAID_AT, PAID_AT + DAY)
ERASURE = Erasure(Role.BUYER, "ana", BUYER, PAID_AT, PAID_AT)

Step = Callable[[MemoryTable], object]


class Meanwhile(MemoryTable):
    """A table in which somebody else acts once, right after the next read."""

    def __init__(self) -> None:
        """Let nobody act yet."""
        super().__init__(NAME)
        self.others: list[Callable[[], object]] = []

    def get_item(self, **request: Any) -> Item:  # noqa: ANN401 - as DynamoDB takes them
        """Act as ``MemoryTable``; then let the others act."""
        return self._then(super().get_item(**request))

    def query(self, **request: Any) -> Item:  # noqa: ANN401 - as DynamoDB takes them
        """Act as ``MemoryTable``; then let the others act."""
        return self._then(super().query(**request))

    def _then(self, found: Item) -> Item:
        if self.others:
            self.others.pop()()
        return found


def note(text: str) -> Step:
    """Write the first note on a dispute."""
    written = CaseNote("order-1", 1, 1, MEDIATOR, text, PAID_AT)
    return lambda it: Notes(lambda: it, NAME).add(written, Once(text, "body"), ANSWER, NOW)


def message(text: str, seen: int, thread: Thread) -> Step:
    """Write a message of an order's thread, whose version ``seen`` was read."""
    written = message_item(Message("order-1", 1, BUYER, text, PAID_AT), World.of().case, ())
    return lambda it: Messages(lambda: it, NAME).save(seen, thread, order_terms(), written, None, ANSWER, NOW)


def read_up_to(number: int, seen: int = 1) -> Step:
    """Mark that a thread, whose version ``seen`` was read, is read up to a message."""
    thread = Thread("order-1", version=seen + 1, read={"seller:acme": number})
    return lambda it: Messages(lambda: it, NAME).save(seen, thread, order_terms(), None, None, ANSWER, NOW)


def import_order(it: MemoryTable, **changes: str) -> KeptWorld:
    """Import an order."""
    return KeptWorld.in_table(it, replace(order_terms(), **changes))  # type: ignore[arg-type] # texts of the terms


def ship_over(sk: str) -> Step:
    """Ship an order in whose partition the item of that sort key is there already."""

    def step(it: MemoryTable) -> None:
        world = import_order(it)
        it.put_item(TableName=NAME, Item=item(pk=keys.order_pk("order-1"), sk=sk))
        world.wait(DAY).ship()

    return step


def complete_over(sk: str) -> Step:
    """Complete an order in whose partition the item of that sort key is there already."""

    def step(it: MemoryTable) -> None:
        world = import_order(it)
        it.put_item(TableName=NAME, Item=item(pk=keys.order_pk("order-1"), sk=sk))
        world.wait(60 * DAY).sweep()

    return step


def owned_twice(it: MemoryTable) -> None:
    """Register a device twice."""
    for version in (1, 2):
        People(lambda: it, NAME).hand_over("d-1", Owner("buyer", "ana", version))


def erased_twice(it: MemoryTable) -> None:
    """Go on with an erasure once."""
    for version in (1, 2):
        People(lambda: it, NAME).save_erasure(replace(ERASURE, version=version))


FIRST = Thread("order-1").with_message(BUYER, PAID_AT)
WRITES: dict[str, tuple[Step, Step]] = {
    "an import": (import_order, lambda it: import_order(it, buyer_id="other")),
    "an order": (
        lambda it: it.put_item(TableName=NAME, Item=item(pk=keys.order_pk("order-1"), sk=keys.ORDER_SK)),
        import_order,
    ),
    "an event": (lambda _: None, ship_over(keys.event_sk(0, 3))),
    "a ledger entry": (lambda _: None, complete_over(keys.ledger_sk(2))),
    "a note": (note("Old."), note("New.")),
    "a first message": (message("Hello?", 0, FIRST), message("Hallo?", 0, FIRST)),
    "a message": (message("Hello?", 0, FIRST), message("Hallo?", 1, FIRST)),
    "a new thread": (message("Hello?", 0, FIRST), read_up_to(1, seen=0)),
    "a thread": (lambda it: (message("Hello?", 0, FIRST)(it), read_up_to(1)(it)), read_up_to(0)),
    "a form": (
        lambda it: Uploads(lambda: it, NAME).add(UPLOAD, Once("1", "body"), ANSWER, NOW),
        lambda it: Uploads(lambda: it, NAME).add(UPLOAD, Once("2", "body"), ANSWER, NOW),
    ),
    "a new device": (
        lambda it: People(lambda: it, NAME).hand_over("d-1", Owner("buyer", "ana")),
        lambda it: People(lambda: it, NAME).hand_over("d-1", Owner("buyer", "bob")),
    ),
    "a device": (
        owned_twice,
        lambda it: People(lambda: it, NAME).hand_over("d-1", Owner("buyer", "bob", 2)),
    ),
    "an erasure": (
        erased_twice,
        lambda it: People(lambda: it, NAME).save_erasure(replace(ERASURE, version=2, erased=7)),
    ),
}
"""For each kind of write, what is there, and a write by somebody who has not seen it."""


@pytest.mark.parametrize("name", WRITES)
def test_a_write_over_something_unseen_is_refused(name: str) -> None:
    """I11, N5, P2: a write that was made from an older state raises ``Conflict`` and leaves everything as it was."""
    before, late = WRITES[name]
    table = MemoryTable(NAME)
    before(table)
    stored = table.snapshot()
    with pytest.raises(Conflict):
        late(table)
    assert [it for it in stored if it not in table.snapshot()] == []


def both_count(enter: Callable[[Tallies, str], Counted]) -> tuple[Counted, list[str]]:
    """Let two processes enter a name at the same moment; return the second answer, and the names that were counted."""
    table = Meanwhile()
    tallies = Tallies(lambda: table, NAME)
    table.others = [lambda: enter(tallies, "theirs")]
    return enter(tallies, "ours"), tallies.names("what", "buyer:ana")


def test_of_two_names_entered_at_one_moment_both_are_counted() -> None:
    """N3: a tally that changes between its read and its write is read again."""
    told = both_count(lambda tallies, name: tallies.enter("what", "buyer:ana", name, 3))
    assert (Counted.NEW, ["theirs", "ours"]) == told


def test_of_two_names_entered_within_a_limit_of_all_both_are_counted() -> None:
    """N3: so is a tally with a limit for everybody together, whose last place is given once."""
    told = both_count(lambda tallies, name: tallies.enter_within("what", "buyer:ana", name, 3, 3))
    assert (Counted.NEW, ["theirs", "ours"]) == told
    told = both_count(lambda tallies, name: tallies.enter_within("what", "buyer:ana", name, 3, 1))
    assert (Counted.FULL, ["theirs"]) == told


def test_a_letter_is_taken_by_one_of_two_at_one_moment() -> None:
    """N4: a message that another process takes between read and write is not taken again."""
    table = Meanwhile()
    pile = MessageQueue(lambda: table, NAME, 1)
    pile.put(LETTER, PAID_AT)
    (key,) = pile.due(0, PAID_AT, 10)
    table.others = [lambda: pile.take(key, PAID_AT, lambda _: PAID_AT + DAY)]
    assert pile.take(key, PAID_AT, lambda _: PAID_AT + HOUR) is None
    assert [] == pile.due(0, PAID_AT + HOUR, 10)


@pytest.mark.parametrize("known", [False, True])
def test_of_two_who_name_one_number_at_one_moment_one_wins(known: bool) -> None:  # noqa: FBT001 - a parameter
    """O4: a tracking number that somebody else names between the read and the write of its lock is refused."""
    table = Meanwhile()
    first, mine, theirs = (import_order(table, order_id=f"order-{n}") for n in range(3))
    for world in (first, mine, theirs):
        world.wait(DAY)
    if known:
        first.ship(number="000000009")
    table.others = [lambda: theirs.ship(number="000000009")]
    with pytest.raises(Conflict):
        mine.ship(number="000000009")
    assert sorted(({"order-0"} if known else set()) | {"order-2"}) == mine.cases.orders_of_parcel("tnt", "000000009")


def test_words_erased_by_two_at_one_moment_stay_erased() -> None:
    """P2: an event that is overwritten for the buyer, then for the seller, is overwritten by one process at a time."""
    table = Meanwhile()
    world = import_order(table)
    world.wait(DAY).ship()
    world.wait(DAY).deliver()
    world.wait(HOUR).open(replace(DAMAGED, description="It is cracked."))
    world.act(SELLER, c.Propose(OfferType.REFUND, money(100), "Sorry."))
    world.act(BUYER, c.Propose(OfferType.REFUND, money(900), "No."))
    as_kept_before(table, world.case)
    assert 3 == world.cases.erase_words("order-1", Role.BUYER)
    table.others = [lambda: world.cases.erase_words("order-1", Role.SELLER)]
    with pytest.raises(Conflict):
        world.cases.erase_words("order-1", Role.SELLER)


def test_a_sandbox_clock_is_moved_by_one_of_two_at_one_moment() -> None:
    """A clock that somebody else moves between read and write is not moved back."""
    table = Meanwhile()
    clock = SandboxClock(lambda: table, NAME)
    clock.advance(1, "first")
    table.others = [lambda: clock.advance(60, "theirs")]
    with pytest.raises(Busy):
        clock.advance(30, "ours")
    assert 61 == clock.offset()
