"""One command on one case: what has expired first, then the command, then what it made expire (D9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from chalicelib.domain.changes import Changes
from chalicelib.domain.deadlines import advance

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.domain.case import Case
    from chalicelib.domain.people import Actor, AddressBook
    from chalicelib.domain.policy import PolicyBook

T = TypeVar("T")


def run(
    case: Case | None,
    policies: PolicyBook,
    addresses: AddressBook,
    actor: Actor,
    now: datetime,
    command: Callable[[Changes], T],
) -> tuple[T, Changes]:
    """Carry out ``command`` as ``actor`` at ``now``; the changes hold the new case and its events, the clock's among them.

    Raises ``Refusal`` where the rules do not allow it; nothing is to be kept of the changes then.
    """
    changes = Changes(case, policies, addresses)
    if case is not None:
        advance(changes, now)
    changes.turn(actor, now)
    result = command(changes)
    advance(changes, now)
    return result, changes


def as_of(case: Case, policies: PolicyBook, addresses: AddressBook, now: datetime) -> Changes:
    """The case as it is at ``now``, whether or not any sweep has run (D9)."""
    changes = Changes(case, policies, addresses)
    advance(changes, now)
    return changes
