"""The effect of each kind of event on an order."""

from __future__ import annotations

from dataclasses import replace
from functools import singledispatch

from chalicelib.domain import events as e
from chalicelib.domain.events import BrokenLog, Event
from chalicelib.domain.ledger import InstructionStatus, LedgerEntry, PaymentInstruction, empty_escrow
from chalicelib.domain.money import Money
from chalicelib.domain.order import ExtensionRequest, ExternalStatus, LineState, Order, PostponedRefund
from chalicelib.domain.personal_data import without_words


def imported(payload: e.OrderImported, event: Event) -> Order:
    """Return the order as it begins, before its payment is held."""
    nothing = Money(0, payload.terms.currency)
    return Order(
        terms=payload.terms,
        policy_version=payload.policy_version,
        imported_at=event.at,
        version=event.seq,
        updated_at=event.at,
        line_states=tuple(LineState(line.id, nothing, nothing, nothing) for line in payload.terms.lines),
        escrow=empty_escrow(payload.terms.currency),
    )


def _posted(order: Order, entry: LedgerEntry, instruction: PaymentInstruction | None = None) -> Order:
    instructions = (*order.instructions, instruction) if instruction else order.instructions
    return replace(order, escrow=order.escrow.after(entry), entries=entry.number, instructions=instructions)


@singledispatch
def on_order(payload: e.Payload, order: Order, event: Event) -> Order:  # noqa: ARG001 - the signature of all of them
    """Return the order after one more event, before its version is counted up."""
    msg = f"{payload.type} does not happen to an order"
    raise BrokenLog(msg)


@on_order.register
def _(payload: e.PaymentHeld, order: Order, _: Event) -> Order:
    return _posted(order, payload.entry)


@on_order.register
def _(payload: e.ParcelShipped, order: Order, _: Event) -> Order:
    return replace(order, parcels=(*order.parcels, payload.parcel))


@on_order.register
def _(payload: e.CarrierReported, order: Order, _: Event) -> Order:
    parcels = tuple(p.with_records(payload.records) if p.number == payload.parcel else p for p in order.parcels)
    return replace(order, parcels=parcels)


@on_order.register
def _(payload: e.ParcelTakenBack, order: Order, event: Event) -> Order:
    parcels = (replace(p, withdrawn_at=event.at) if p.number == payload.parcel else p for p in order.parcels)
    return replace(order, parcels=tuple(parcels))


@on_order.register
def _(payload: e.ReceiptConfirmed, order: Order, event: Event) -> Order:
    states = (replace(s, confirmed_at=event.at) if s.line_id in payload.line_ids else s for s in order.line_states)
    return replace(order, line_states=tuple(states))


@on_order.register
def _(payload: e.ReplacementArrived, order: Order, event: Event) -> Order:
    states = (replace(s, replaced_at=event.at) if s.line_id in payload.line_ids else s for s in order.line_states)
    return replace(order, line_states=tuple(states))


@on_order.register
def _(payload: e.PromiseExtended, order: Order, _: Event) -> Order:
    states = (replace(s, extended_to=payload.until) if s.line_id in payload.line_ids else s for s in order.line_states)
    return replace(order, line_states=tuple(states))


@on_order.register
def _(payload: e.ExtensionAsked, order: Order, event: Event) -> Order:
    return replace(order, extensions=(*order.extensions, ExtensionRequest(payload.number, payload.until, event.at)))


@on_order.register
def _(payload: e.ExtensionAnswered, order: Order, _: Event) -> Order:
    answered = (replace(it, accepted=payload.accepted) if it.number == payload.number else it for it in order.extensions)
    return replace(order, extensions=tuple(answered))


@on_order.register
def _(payload: e.ProtectionExtended, order: Order, _: Event) -> Order:
    return replace(order, protection_extended_to=payload.until)


@on_order.register
def _(payload: e.RefundIssued, order: Order, _: Event) -> Order:
    shares = {share.line_id: share for share in payload.shares}
    states = tuple(
        replace(s, refunded=s.refunded + share.items, refunded_shipping=s.refunded_shipping + share.shipping)
        if (share := shares.get(s.line_id))
        else s
        for s in order.line_states
    )
    return _posted(replace(order, line_states=states), payload.entry, payload.instruction)


@on_order.register
def _(payload: e.RefundPostponed, order: Order, _: Event) -> Order:
    return replace(order, postponed=(*order.postponed, PostponedRefund(payload.dispute, payload.amount)))


@on_order.register
def _(payload: e.RefundCredited, order: Order, _: Event) -> Order:
    credited = {credit.line_id: credit.amount for credit in payload.credits}
    states = (replace(s, external=s.external - credited[s.line_id]) if s.line_id in credited else s for s in order.line_states)
    return replace(order, line_states=tuple(states))


@on_order.register
def _(payload: e.Charged, order: Order, _: Event) -> Order:
    charged = replace(order, charges=(*order.charges, (payload.entry.debit, payload.entry.amount)))
    return _posted(charged, payload.entry, payload.instruction)


@on_order.register
def _(payload: e.ExternalDisputeReported, order: Order, _: Event) -> Order:
    over = payload.external.status is not ExternalStatus.OPEN
    reported = replace(order, external=payload.external, postponed=() if over else order.postponed)
    shares = {share.line_id: share for share in payload.shares}
    states = tuple(
        replace(
            s,
            refunded=s.refunded + share.items,
            refunded_shipping=s.refunded_shipping + share.shipping,
            external=s.external + share.items + share.shipping,
        )
        if (share := shares.get(s.line_id))
        else s
        for s in order.line_states
    )
    return _posted(replace(reported, line_states=states), payload.entry) if payload.entry else reported


@on_order.register
def _(payload: e.OrderCompleted, order: Order, event: Event) -> Order:
    completed = replace(order, completed_at=event.at)
    return _posted(completed, payload.entry, payload.instruction) if payload.entry else completed


def _instructed(order: Order, instruction_id: str, **changes: object) -> Order:
    instructions = (replace(i, **changes) if i.id == instruction_id else i for i in order.instructions)  # type: ignore[arg-type]
    return replace(order, instructions=tuple(instructions))


@on_order.register
def _(payload: e.PaymentSettled, order: Order, _: Event) -> Order:
    status = InstructionStatus.SETTLED
    return _instructed(order, payload.instruction_id, status=status, reference=payload.reference, failed_at=None)


@on_order.register
def _(payload: e.PaymentFailed, order: Order, event: Event) -> Order:
    status = InstructionStatus.FAILED
    return _instructed(order, payload.instruction_id, status=status, failure=payload.failure, failed_at=event.at)


@on_order.register
def _(payload: e.PaymentRetried, order: Order, event: Event) -> Order:
    status = InstructionStatus.PENDING
    anew = {"attempted_at": event.at, "republished": 0, "overdue_at": None}
    return _instructed(order, payload.instruction_id, status=status, attempts=payload.attempt, failed_at=None, **anew)


@on_order.register
def _(payload: e.PaymentRepublished, order: Order, _: Event) -> Order:
    return _instructed(order, payload.instruction_id, republished=payload.times)


@on_order.register
def _(payload: e.PaymentOverdue, order: Order, event: Event) -> Order:
    return _instructed(order, payload.instruction_id, overdue_at=event.at)


@on_order.register
def _(payload: e.WordsErased, order: Order, _: Event) -> Order:
    return replace(without_words(order, payload.person), erased=(*order.erased, payload.person))
