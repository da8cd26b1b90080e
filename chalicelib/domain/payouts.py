"""Money out of an order: refunds, releases and charges, each with its ledger entry and its payment instruction (M1-M4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.events import (
    ORDER,
    Charged,
    LineCredit,
    OrderCompleted,
    RefundCredited,
    RefundIssued,
    RefundPostponed,
    RefundShare,
)
from chalicelib.domain.ledger import BUYER, MARKETPLACE, SELLER, Charge, LedgerEntry, Movement, PaymentInstruction, payment_id
from chalicelib.domain.money import Money, least, split, total
from chalicelib.domain.order import NEVER_SHIPPED, RETURNED_TO_SENDER

if TYPE_CHECKING:
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.claim import LineCap
    from chalicelib.domain.order import Order


def refund_claim(changes: Changes, number: int, amount: Money) -> None:
    """Refund ``amount`` on what a dispute claims (C3, C4).

    While an external dispute is open, the refund waits. What the payer's bank took back on those lines since the dispute was
    opened counts as refunded: nobody is refunded twice (M3).
    """
    if changes.case.order.external_open:
        changes.record(ORDER, RefundPostponed(number, amount))
        return
    dispute, order = changes.dispute(number), changes.case.order
    owed = _shares_of(dispute.coverage.caps, amount)
    credited = tuple(
        LineCredit(it.line_id, least(it.items + it.shipping, order.line_state(it.line_id).external)) for it in owed
    )
    if any(credit.amount.minor for credit in credited):
        changes.record(ORDER, RefundCredited(dispute.id, credited))
    paid = tuple(_less(order, it, credit.amount) for it, credit in zip(owed, credited, strict=True))
    _refund(changes, dispute.id, dispute.id, paid)


def _shares_of(caps: tuple[LineCap, ...], amount: Money) -> tuple[RefundShare, ...]:
    """Spread a refund: on the claimed items first, on their shipping with what is more than their price (C3, C4)."""
    of_items = least(amount, total((cap.items for cap in caps), amount.currency))
    items = split(of_items, [cap.items.minor for cap in caps])
    shipping = split(amount - of_items, [cap.shipping.minor for cap in caps])
    return tuple(RefundShare(cap.line_id, i, s) for cap, i, s in zip(caps, items, shipping, strict=True))


def _credit(order: Order, owed: RefundShare) -> LineCredit:
    return LineCredit(owed.line_id, least(owed.items + owed.shipping, order.line_state(owed.line_id).external))


def _less(order: Order, owed: RefundShare, credit: Money) -> RefundShare:
    """What is left to pay of a share, on what is still held of its line."""
    if not credit.minor:
        return owed
    left = owed.items + owed.shipping - credit
    items = least(left, order.held_of(owed.line_id)[0])
    return RefundShare(owed.line_id, items, left - items)


def _sum(shares: tuple[RefundShare, ...], currency: str) -> Money:
    return total((part for share in shares for part in (share.items, share.shipping)), currency)


def _refund(changes: Changes, cause: str, dispute_id: str | None, shares: tuple[RefundShare, ...]) -> None:
    amount = _sum(shares, changes.case.order.terms.currency)
    if amount.minor:
        entry, instruction = _instruct(changes, Movement.REFUND, amount, cause)
        changes.record(ORDER, RefundIssued(dispute_id, entry, shares, instruction))


def complete(changes: Changes) -> None:
    """Complete the order: what is held goes line by line to the buyer or to the seller (O7).

    The buyer gets back what is held of lines that no carrier ever had or that went back to their sender; all else is
    released to the seller.
    """
    order = changes.case.order
    if changes.case.policy.refund_unscanned and order.escrow.held.minor:
        for cause in (NEVER_SHIPPED, RETURNED_TO_SENDER):
            back = (line.id for line in order.terms.lines if order.undelivered_cause(line.id) == cause)
            _refund(changes, cause, None, tuple(RefundShare(line_id, *order.held_of(line_id)) for line_id in back))
    held = changes.case.order.escrow.held
    released = _instruct(changes, Movement.RELEASE, held, "order_completed") if held.minor else (None, None)
    changes.record(ORDER, OrderCompleted(*released))


def charge(changes: Changes, number: int | None, charged: Charge, amount: Money, cause: str) -> Money:
    """Charge one side what it owes beyond what is held, never more than the policy's cap (M4). Returns what is charged."""
    order, percent = changes.case.order, changes.case.policy.charge_percent_at_most
    cap = Money(order.terms.price.minor * percent // 100 - order.charged(charged.payer).minor, amount.currency)
    owed = least(amount, cap)
    if owed.minor > 0:
        dispute_id = changes.dispute(number).id if number else None
        changes.record(ORDER, Charged(dispute_id, *_instruct(changes, Movement.CHARGE, owed, cause, charged)))
    return owed


def _instruct(
    changes: Changes, movement: Movement, amount: Money, cause: str, charged: Charge | None = None
) -> tuple[LedgerEntry, PaymentInstruction]:
    """The next ledger entry and its payment instruction, under ids that follow from the order's history (M2)."""
    order, terms = changes.case.order, changes.case.order.terms
    people = {BUYER: terms.buyer_id, SELLER: terms.seller_id, MARKETPLACE: MARKETPLACE}
    entry = LedgerEntry(order.entries + 1, movement, amount, cause, changes.now, charged)
    payee = people[entry.credit]
    instruction = PaymentInstruction(
        id=payment_id(terms.order_id, len(order.instructions) + 1, entry, payee),
        movement=movement,
        amount=amount,
        payee=payee,
        entry=entry.number,
        issued_at=changes.now,
        payer=people[charged.payer] if charged else None,
    )
    return entry, instruction
