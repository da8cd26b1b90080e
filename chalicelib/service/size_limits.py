"""How much one dispute, or one address book, may hold.

An item of the table has a bound (400 KB). Nobody may fill a dispute up to it: what a mediator or the clock still has to
record must find room, or the dispute could not end (D12).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.people import AddressBook, Role
from chalicelib.domain.refusals import LIMIT_REACHED, Refusal
from chalicelib.store.codec import dump

if TYPE_CHECKING:
    from chalicelib.domain.case import Case
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.people import Actor

PARTIES_FILL, MEDIATORS_FILL = 230_000, 310_000
"""Bytes of a dispute's state. Its event items repeat it, beside what happened; all that always fits goes on top of that."""
FEW = 1_000
"""Bytes that always fit: an acceptance, a withdrawal, an escalation. Their number is limited by the rules."""
ADDRESSES_FILL = 250_000

STEPS_AT_ONCE = 40
"""How many expired steps one transaction takes on at most: it has 100 items, and a step makes two at most."""
STEPS_FILL = 1_200_000
"""How many bytes of events they may make: a transaction has 4 MB, for the order, a dispute and ``RECORDS_AT_ONCE`` as well."""


def check_dispute_size(before: Case | None, after: Case, actor: Actor) -> None:
    """Raise ``Refusal(limit_reached)`` when ``actor`` adds more words to a dispute than it can hold."""
    most = MEDIATORS_FILL if actor.role is Role.MEDIATOR else PARTIES_FILL
    known = before.disputes if before else ()
    for dispute in after.disputes:
        if dispute in known:
            continue
        size = len(dump(dispute).encode())
        if size > most and size - sum(len(dump(old).encode()) for old in known if old.number == dispute.number) > FEW:
            raise Refusal(LIMIT_REACHED, "This dispute holds hardly more words. Say it shortly.", dispute_id=dispute.id)


def steps_at_once(changes: Changes) -> int:
    """How many expired steps one transaction takes on: each writes its event with a copy of the dispute."""
    if not changes.steps:
        return STEPS_AT_ONCE
    largest = max((len(dump(dispute).encode()) for dispute in changes.case.disputes), default=0)
    return min(STEPS_AT_ONCE, max(1, STEPS_FILL // max(largest, 1)))


def recent(book: AddressBook) -> AddressBook:
    """As much of an address book as can be kept, the newest of it: the clock asks for what was on file lately."""
    while len(book.history) > 1 and len(dump(book).encode()) > ADDRESSES_FILL:
        book = AddressBook(book.history[1:])
    return book
