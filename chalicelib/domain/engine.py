"""One command on one case: what has expired first, then the command, then what it made expire (D9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from chalicelib.domain.clock import advance
from chalicelib.domain.progress import Progress

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
    command: Callable[[Progress], T],
) -> tuple[T, Progress]:
    """Carry out ``command`` as ``actor`` at ``now``; the progress holds the new case and its events, the clock's among them.

    Raises ``Refusal`` where the rules do not allow it; nothing is to be kept of the progress then.
    """
    progress = Progress(case, policies, addresses)
    if case is not None:
        advance(progress, now)
    progress.turn(actor, now)
    result = command(progress)
    advance(progress, now)
    return result, progress


def as_of(case: Case, policies: PolicyBook, addresses: AddressBook, now: datetime) -> Progress:
    """The case as it is at ``now``, whether or not any sweep has run (D9)."""
    progress = Progress(case, policies, addresses)
    advance(progress, now)
    return progress
