"""Count what happens in disputes and with money, from the events that are published."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from chalicelib.domain import events as e
from chalicelib.domain.dispute import Stage
from chalicelib.domain.guarantees import Basis
from chalicelib.domain.people import Role
from chalicelib.metrics import measured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.metrics import Measured
    from chalicelib.notify.event_in_context import EventInContext

log = logging.getLogger(__name__)


def report_trouble(it: EventInContext) -> None:
    """Log a payment that failed or is overdue (M2), each time its event is delivered: an alarm may ring twice, not never."""
    match it.event.payload:
        case e.PaymentFailed(instruction_id=of):
            log.error("payment_instruction_failed", extra=_named(it, of) | measured(FailedPaymentInstructions=1))
        case e.PaymentOverdue(instruction_id=of):
            log.error("payment_instruction_overdue", extra=_named(it, of) | measured(OverduePaymentInstructions=1))


def _named(it: EventInContext, instruction_id: str) -> dict[str, object]:
    return {"event": it.id, "order_id": it.order_id, "instruction_id": instruction_id}


def report(it: EventInContext) -> None:
    """Log what an event counts as. Its caller does so once for each event."""
    for counted in _measures(it):
        log.info("an event was counted", extra={"event": it.id, **counted})


def _measures(it: EventInContext) -> Iterator[dict[str, Measured]]:
    match it.event.payload:
        case e.DisputeOpened(claim=claim):
            yield measured({"Reason": claim.reason.value}, DisputesOpened=1)
        case e.Escalated() | e.DeliveryObjected():
            yield measured(DisputesEscalated=1)
        case e.DisputeResolved(outcome=outcome, basis=basis):
            ended = {"Outcome": outcome.value, "Basis": basis.value if basis else "none"}
            yield measured(ended, DisputesResolved=1, DisputeSeconds=_since_opening_s(it))
            if basis is Basis.SELLER_SILENT:
                yield measured(SilentSellers=1)
        case e.RefundIssued(entry=entry):
            yield measured({"Currency": entry.amount.currency}, Refunds=1, RefundedMinor=entry.amount.minor)
    if _is_the_first_answer(it):
        yield measured(FirstAnswerSeconds=_since_opening_s(it))


def _since_opening_s(it: EventInContext) -> int:
    return int((it.event.at - it.the_dispute.opened_at).total_seconds())


def _is_the_first_answer(it: EventInContext) -> bool:
    """Return whether the seller answers for the first time: it begins the negotiation, or concedes before there is one."""
    if it.event.actor.role is not Role.SELLER:
        return False
    match it.event.payload:
        case e.ProposalMade() | e.ProposalDeclined():
            return it.the_dispute.stage is Stage.NEGOTIATING and it.the_dispute.stage_since == it.event.at
        case e.ProposalAccepted():
            return it.the_dispute.stage is Stage.OPENED
    return False
