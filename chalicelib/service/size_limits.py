"""Limit how much one dispute, one address book and one transaction hold.

An item of the table holds at most 400 KB. Nobody may fill a dispute up to that: if a mediator or the clock could record nothing
more, the dispute could not end (D12).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.people import PARTIES, AddressBook
from chalicelib.domain.refusals import LIMIT_REACHED, Refusal
from chalicelib.store.codec import dump

if TYPE_CHECKING:
    from chalicelib.domain.case import Case
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.people import Actor

PARTIES_FILL, MEDIATORS_FILL = 230_000, 310_000
"""The most bytes of a dispute's state after a party's command, and after a mediator's or a carrier's record.

An event item repeats the state, and adds the event. Commands that always fit may go beyond these limits.
"""
FEW = 1_000
"""Bytes that always fit: an acceptance, a withdrawal, an escalation. The rules limit their number."""
ADDRESSES_FILL = 250_000

STEPS_AT_ONCE = 40
"""The most expired steps in one transaction: it has 100 items, and a step makes at most two."""
STEPS_FILL = 1_200_000
"""The most bytes of their events: a transaction has 4 MB, and also holds the order, a dispute and new records."""


def check_dispute_size(before: Case | None, after: Case, actor: Actor) -> None:
    """Raise ``Refusal(limit_reached)`` when ``actor`` adds more text to a dispute than it can hold."""
    most = PARTIES_FILL if actor.role in PARTIES else MEDIATORS_FILL
    known = before.disputes if before else ()
    for dispute in after.disputes:
        if dispute in known:
            continue
        size = len(dump(dispute).encode())
        if size > most and size - sum(len(dump(old).encode()) for old in known if old.number == dispute.number) > FEW:
            raise Refusal(LIMIT_REACHED, "This dispute holds hardly more words. Say it shortly.", dispute_id=dispute.id)


def steps_at_once(changes: Changes) -> int:
    """Return how many expired steps one transaction takes. Each step writes its event with a copy of the dispute."""
    if not changes.steps:
        return STEPS_AT_ONCE
    largest = max((len(dump(dispute).encode()) for dispute in changes.case.disputes), default=0)
    return min(STEPS_AT_ONCE, max(1, STEPS_FILL // max(largest, 1)))


def recent(book: AddressBook) -> AddressBook:
    """Return the newest part of an address book that fits. The clock only asks for what was on file recently."""
    while len(book.history) > 1 and len(dump(book).encode()) > ADDRESSES_FILL:
        book = AddressBook(book.history[1:])
    return book
