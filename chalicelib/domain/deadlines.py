"""Deadlines: carry out the effect of each one that has passed, at its due time and in order (D9, D12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain import events as e
from chalicelib.domain.delivery_notice import let_record_stand
from chalicelib.domain.dispute import Outcome, Stage
from chalicelib.domain.exhaustive import table
from chalicelib.domain.guarantees import Basis
from chalicelib.domain.mediation import carry_out_decision, decide_by_default, release_mediator
from chalicelib.domain.payouts import complete
from chalicelib.domain.people import CLOCK
from chalicelib.domain.replacement import refund_instead
from chalicelib.domain.returns import judge_return
from chalicelib.domain.settlement import carry_out, end
from chalicelib.domain.stages import due_at, next_due_at, next_request_due
from chalicelib.domain.state_machine import STAGES

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.domain.case import Case
    from chalicelib.domain.changes import Changes


def _grant_request(changes: Changes, number: int) -> None:
    dispute = changes.dispute(number)
    basis = dispute.coverage.rule.basis(Basis.SELLER_SILENT)
    carry_out(changes, number, dispute.request.type, dispute.request.amount, basis)


def _escalate(changes: Changes, number: int) -> None:
    changes.record(number, e.Escalated("No agreement within the time for negotiation."))


def _return_not_shipped(changes: Changes, number: int) -> None:
    end(changes, number, Outcome.EXPIRED)


EXPIRIES: dict[Stage, Callable[[Changes, int], None]] = table(
    [stage for stage, rule in STAGES.items() if rule.expiry],
    {
        Stage.OPENED: _grant_request,
        Stage.NEGOTIATING: _escalate,
        Stage.UNDER_REVIEW: decide_by_default,
        Stage.AWAITING_RETURN: _return_not_shipped,
        Stage.RETURN_IN_TRANSIT: judge_return,
        Stage.AWAITING_REPLACEMENT: refund_instead,
        Stage.DECIDED: carry_out_decision,
    },
)
"""The effect of every deadline; the state machine says it in words, and which stages it leads to."""


@dataclass(frozen=True, slots=True)
class Due:
    """The next deadline of a case, and its effect."""

    at: datetime
    apply: Callable[[Changes], None]


def next_due(case: Case) -> Due | None:
    """Return the earliest deadline of a case, or None when all has ended. On a tie a dispute's goes first."""
    dues = [*_dispute_dues(case), *_order_dues(case)]
    return min(dues, key=lambda due: due.at, default=None)


def _dispute_dues(case: Case) -> list[Due]:
    dues = []
    for dispute in case.open_disputes:
        at = next_due_at(dispute, case.policy)
        if at is not None:
            dues.append(Due(at, lambda changes, number=dispute.number: _expire(changes, number)))  # type: ignore[misc]
    return dues


def _order_dues(case: Case) -> list[Due]:
    """What the clock does to the order and to its payments; nothing while an external dispute is open (M3)."""
    if case.order.external_open:
        return []
    dues = []
    if case.order.completed_at is None and not case.open_disputes:
        dues.append(Due(case.closes_at, complete))
    for it in case.order.instructions:
        attempts: tuple[tuple[datetime | None, e.Payload], ...] = (
            (it.retry_at(case.policy), e.PaymentRetried(it.id, it.attempts + 1)),
            (it.republish_at(case.policy), e.PaymentRepublished(it.id, it.republished + 1)),
            (it.overdue_from(case.policy), e.PaymentOverdue(it.id)),
        )
        for at, payload in attempts:
            if at is not None:
                dues.append(Due(at, lambda changes, event=payload: changes.record(e.ORDER, event)))  # type: ignore[misc]
    return dues


def _expire(changes: Changes, number: int) -> None:
    dispute, policy = changes.dispute(number), changes.case.policy
    request, due = next_request_due(dispute), next_due_at(dispute, policy)
    if dispute.delivery_notice:
        let_record_stand(changes, number)
    elif request and request.due_at == due:
        changes.record(number, e.InformationRequestLapsed(request.id))
    elif due != due_at(dispute, policy):
        release_mediator(changes, number)
    else:
        EXPIRIES[dispute.stage](changes, number)


def advance(changes: Changes, now: datetime) -> None:
    """Apply every deadline that has passed at ``now``, each at its due time, in order (D9).

    A deadline has passed when ``now >= due``. If a later fact moves a deadline into the past, it takes effect when that
    fact became known. The result does not depend on when, or how often, this was called before.
    """
    while (due := next_due(changes.case)) and due.at <= now:
        changes.turn(CLOCK, due.at)
        due.apply(changes)
