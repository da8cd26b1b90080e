"""Erase a person's words from a case that has ended (P2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.events import ORDER, WordsErased
from chalicelib.domain.ledger import InstructionStatus
from chalicelib.domain.refusals import WRONG_STATE, Refusal

if TYPE_CHECKING:
    from chalicelib.domain.case import Case
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.people import Role


def has_ended(case: Case) -> bool:
    """Return True if the order is completed, no dispute is open, and no payment is under way or to be retried."""
    awaited = (i.status is InstructionStatus.PENDING or i.retry_at(case.policy) for i in case.order.instructions)
    return case.order.completed_at is not None and not case.open_disputes and not any(awaited)


def streams_to_erase(case: Case, person: Role) -> list[int]:
    """List the streams of a case that may still hold the words of ``person``: its disputes, then the order itself."""
    disputes = [dispute.number for dispute in case.disputes if person not in dispute.erased]
    return disputes if person in case.order.erased else [*disputes, ORDER]


def erase_words(changes: Changes, stream: int, person: Role) -> None:
    """Erase the words of ``person`` from the state of one stream, once. Raises ``Refusal`` while the case goes on."""
    if not has_ended(changes.case):
        raise Refusal(
            WRONG_STATE, "Words are kept until the order is completed, its disputes are closed and its payments made."
        )
    if stream in streams_to_erase(changes.case, person):
        changes.record(stream, WordsErased(person))
