"""A dispute of the same payment at the buyer's bank or payment provider, as the marketplace reports it (M3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.events import ORDER, ExternalDisputeReported, RefundShare
from chalicelib.domain.ledger import BUYER, EXTERNAL, MARKETPLACE, SELLER, Charge, LedgerEntry, Movement
from chalicelib.domain.money import Money, least, split, total
from chalicelib.domain.order import ExternalDispute, ExternalStatus
from chalicelib.domain.payouts import charge, refund_claim
from chalicelib.domain.refusals import CONFLICT, INVALID, Refusal

if TYPE_CHECKING:
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.order import Order


def report_external_dispute(changes: Changes, status: ExternalStatus, amount: Money) -> None:
    """Take in how the external dispute stands. While it is open, nothing of the order is refunded or released (M3).

    A lost one takes from the escrow what the bank took back. What is no longer held is charged: to the buyer as far as we
    had refunded it before, to the seller as far as it was released. Raises ``Refusal``: ``invalid`` for an amount that was
    not paid, ``conflict`` once it is lost, which is final.
    """
    order = changes.case.order
    known = order.external
    if amount.currency != order.terms.currency or not 0 < amount.minor <= order.escrow.paid.minor:
        msg = f"The amount is from 1 to {order.escrow.paid.minor} minor units of {order.terms.currency}, which were paid."
        raise Refusal(INVALID, msg, field="amount", maximum=order.escrow.paid)
    if known and (known.status, known.amount) == (status, amount):
        return  # the same report again
    if known and known.status is ExternalStatus.LOST:
        raise Refusal(CONFLICT, "The external dispute is lost, and that is final.", status=known.status.value)
    taken = least(amount, order.escrow.held) if status is ExternalStatus.LOST else Money(0, amount.currency)
    shares = _shares_of(changes, taken) if taken.minor else ()
    entry = LedgerEntry(order.entries + 1, Movement.REFUND, taken, EXTERNAL, changes.now) if taken.minor else None
    changes.record(ORDER, ExternalDisputeReported(ExternalDispute(status, amount, changes.now), entry, shares))
    if status is ExternalStatus.OPEN:
        return
    for waiting in order.postponed:
        refund_claim(changes, waiting.dispute, waiting.amount)
    if status is ExternalStatus.LOST and taken < amount:
        _charge_for(changes, order, amount - taken)


def _charge_for(changes: Changes, before: Order, amount: Money) -> None:
    """Charge what the bank took back beyond what was held ``before`` (M4)."""
    refunded = least(amount, before.escrow.refunded)
    charge(changes, None, Charge(BUYER, MARKETPLACE), refunded, EXTERNAL)
    charge(changes, None, Charge(SELLER, MARKETPLACE), amount - refunded, EXTERNAL)


def _shares_of(changes: Changes, taken: Money) -> tuple[RefundShare, ...]:
    """Spread what the bank took: over the lines of disputes that are open or wait for their refund, then over the rest."""
    case = changes.case
    waiting = {it.dispute for it in case.order.postponed}
    claimed = {
        line_id for dispute in case.disputes if dispute.open or dispute.number in waiting for line_id in dispute.claim.line_ids
    }
    lines = [line.id for line in case.order.terms.lines]
    first = [line_id for line_id in lines if line_id in claimed]
    rest = [line_id for line_id in lines if line_id not in claimed]
    held = {line_id: case.order.held_of(line_id) for line_id in lines}
    of_first = least(taken, total((part for line_id in first for part in held[line_id]), taken.currency))
    return (*_over(of_first, first, held), *_over(taken - of_first, rest, held))


def _over(amount: Money, line_ids: list[str], held: dict[str, tuple[Money, Money]]) -> tuple[RefundShare, ...]:
    if not amount.minor:
        return ()
    parts = split(amount, [part.minor for line_id in line_ids for part in held[line_id]])
    return tuple(RefundShare(line_id, parts[2 * n], parts[2 * n + 1]) for n, line_id in enumerate(line_ids))
