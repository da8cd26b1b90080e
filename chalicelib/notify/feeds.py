"""Writes what machines are told as JSON: the typed event, and the payment instruction (N1, M1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain import events as e
from chalicelib.domain.dispute import Status
from chalicelib.domain.stages import status_of
from chalicelib.notify.feed_messages import Amount, EventMessage, PaymentMessage
from chalicelib.store.codec import dump, timestamp

if TYPE_CHECKING:
    from chalicelib.domain.ledger import PaymentInstruction
    from chalicelib.domain.money import Money
    from chalicelib.domain.order import Order
    from chalicelib.notify.event_in_context import EventInContext


def event_json(it: EventInContext) -> str:
    """Return the event for the marketplace's systems: ids, old and new state, amounts in minor units; nobody's own words."""
    event, dispute = it.event, it.dispute
    return dump(
        EventMessage(
            id=it.id,
            type=it.kind,
            at=timestamp(event.at),
            seq=event.seq,
            actor_role=event.actor.role,
            order_id=it.order_id,
            buyer_id=it.buyer_id,
            seller_id=it.seller_id,
            dispute_id=dispute.id if dispute else getattr(event.payload, "dispute_id", None),
            status_before=Status(it.status_before) if it.status_before else None,
            status=status_of(dispute) if dispute else None,
            stage=dispute.stage if dispute else None,
            outcome=dispute.outcome if dispute else None,
            instruction_id=instruction_id(event.payload),
            amounts=amounts(event.payload),
        )
    )


def amounts(payload: e.Payload) -> dict[str, Amount]:  # noqa: C901, PLR0912 - one case per kind of event, as a table
    """Return every amount that an event is about, by name."""
    found: dict[str, Money] = {}
    match payload:
        case e.OrderImported(terms=terms):
            found = {"price": terms.price}
        case e.PaymentHeld(entry=entry):
            found = {"held": entry.amount}
        case e.RefundIssued(entry=entry):
            found = {"refunded": entry.amount}
        case e.Charged(entry=entry):
            found = {"charged": entry.amount}
        case e.RefundPostponed(amount=amount):
            found = {"postponed": amount}
        case e.ExternalDisputeReported(external=external, entry=taken):
            found = {"disputed": external.amount} | ({"refunded": taken.amount} if taken else {})
        case e.OrderCompleted(entry=entry) if entry:
            found = {"released": entry.amount}
        case e.DisputeOpened(request=request, coverage=coverage):
            found = {"requested": request.amount, "maximum": coverage.maximum}
        case e.ClaimNarrowed(request=request, coverage=coverage):
            found = {"requested": request.amount} if request else {}
            found |= {"maximum": coverage.maximum}
        case e.ProposalMade(proposal=proposal):
            found = {"proposed": proposal.amount}
        case e.DecisionMade(decision=decision):
            found = {"decided": decision.amount}
        case e.ReturnGranted(grant=grant):
            found = {"granted": grant.amount}
        case e.DisputeResolved(refund=refund):
            found = {"refund": refund}
        case _:
            pass
    return {name: _amount(money) for name, money in found.items()}


def _amount(money: Money) -> Amount:
    return Amount(money.minor, money.currency)


def instruction_id(payload: e.Payload) -> str | None:
    """Return the id of the payment instruction that an event issues or is about; None where there is none."""
    match payload:
        case e.RefundIssued(instruction=instruction) | e.OrderCompleted(instruction=instruction):
            return instruction.id if instruction else None
        case e.PaymentSettled(instruction_id=found) | e.PaymentFailed(instruction_id=found):
            return found
        case e.PaymentRetried(instruction_id=found) | e.PaymentRepublished(instruction_id=found):
            return found
        case e.PaymentOverdue(instruction_id=found):
            return found
        case e.Charged(instruction=instruction):
            return instruction.id
        case _:
            return None


def payment_json(it: EventInContext, order: Order | None = None) -> str:
    """Return the payment instruction that an event issues, under its stable id (M1, M2).

    An event of a new attempt holds only the instruction's id: the rest is taken from ``order``. Raises ``LookupError`` where
    the order does not have it.
    """
    match it.event.payload:
        case e.RefundIssued(instruction=instruction) | e.OrderCompleted(instruction=instruction) if instruction:
            return _payment(it.order_id, instruction, instruction.attempts)
        case e.Charged(instruction=instruction):
            return _payment(it.order_id, instruction, instruction.attempts)
        case e.PaymentRetried(instruction_id=wanted, attempt=attempt):
            return _payment(it.order_id, _known(it, order, wanted), attempt)
        case e.PaymentRepublished(instruction_id=wanted):
            known = _known(it, order, wanted)
            return _payment(it.order_id, known, known.attempts)
        case _:
            msg = f"{it.id} ({it.kind}) issues no payment"
            raise LookupError(msg)


def _known(it: EventInContext, order: Order | None, wanted: str) -> PaymentInstruction:
    known = order.instructions if order else ()
    found = next((instruction for instruction in known if instruction.id == wanted), None)
    if found is None:
        msg = f"{it.order_id} has no payment instruction {wanted}"
        raise LookupError(msg)
    return found


def _payment(order_id: str, instruction: PaymentInstruction, attempt: int) -> str:
    return dump(
        PaymentMessage(
            id=instruction.id,
            movement=instruction.movement,
            amount=_amount(instruction.amount),
            payee=instruction.payee,
            payer=instruction.payer,
            order_id=order_id,
            attempt=attempt,
            issued_at=timestamp(instruction.issued_at),
        )
    )
