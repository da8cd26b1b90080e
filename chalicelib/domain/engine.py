"""The steps around one command: apply what has expired before it, and what the command itself made expire (D9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.changes import Changes
from chalicelib.domain.deadlines import advance

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.case import Case
    from chalicelib.domain.people import Actor, AddressBook
    from chalicelib.domain.policy import PolicyBook


def begin(case: Case | None, policies: PolicyBook, addresses: AddressBook, actor: Actor, now: datetime) -> Changes:
    """Return the case as it is at ``now``, what has expired applied, ready for ``actor`` to act; None begins an import."""
    changes = as_of(case, policies, addresses, now) if case else Changes(None, policies, addresses)
    changes.turn(actor, now)
    return changes


def settle(changes: Changes, now: datetime) -> None:
    """Apply every deadline that the command itself moved into the past; a delivery that became known late does so."""
    advance(changes, now)


def as_of(case: Case, policies: PolicyBook, addresses: AddressBook, now: datetime) -> Changes:
    """Return the case as it is at ``now``, whether or not any sweep has run (D9)."""
    changes = Changes(case, policies, addresses)
    advance(changes, now)
    return changes
