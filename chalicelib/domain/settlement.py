"""Carry out what was agreed, granted or decided: a return first, or the end of the dispute and the refund (D3, D8, M1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.dispute import Grant, Outcome
from chalicelib.domain.events import DisputeResolved, ReturnGranted
from chalicelib.domain.guarantees import Basis, Guarantee, OfferType
from chalicelib.domain.ledger import BUYER, SELLER, Charge
from chalicelib.domain.money import Money, least
from chalicelib.domain.payouts import charge, refund_claim

if TYPE_CHECKING:
    from chalicelib.domain.case import Case
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.dispute import Dispute
    from chalicelib.domain.people import ReturnAddress


def return_country(case: Case, dispute: Dispute) -> str | None:
    """Return the country a return address must be in: the buyer's under Domestic Returns without Extra Returns (D3)."""
    terms = case.order.terms
    domestic = dispute.coverage.guarantee is Guarantee.DOMESTIC_RETURNS and not terms.offers(Guarantee.EXTRA_RETURNS)
    return terms.destination_country if domestic else None


def carry_out(
    changes: Changes,
    number: int,
    offer: OfferType,
    amount: Money,
    basis: Basis,
    address: ReturnAddress | None = None,
) -> None:
    """Refund ``amount`` on that basis, after a return if ``offer`` needs one.

    The return goes to ``address``, else to the address on file now. With none, the seller forgoes the return (D3). An item
    that is already on its way back is not asked for again.
    """
    dispute = changes.dispute(number)
    if not offer.needs_return or not amount.minor or dispute.return_parcel is not None:
        resolve(changes, number, amount, basis)
        return
    address = address or changes.address_on_file(return_country(changes.case, dispute))
    if address is None:
        resolve(changes, number, amount, basis, return_forgone=True)
        return
    changes.record(number, ReturnGranted(Grant(amount, basis, address, dispute.coverage.return_postage)))


def resolve(changes: Changes, number: int, amount: Money, basis: Basis, *, return_forgone: bool = False) -> None:
    """End a dispute with a refund of ``amount``, which may be nothing, and pay it at once (D8, M1)."""
    if basis is Basis.AGREEMENT:
        outcome = Outcome.RESOLVED_WITH_AGREEMENT
    else:
        outcome = Outcome.RESOLVED_BUYER_FAVOUR if amount.minor else Outcome.RESOLVED_SELLER_FAVOUR
    end(changes, number, outcome, amount, basis, return_forgone=return_forgone)


def end(
    changes: Changes,
    number: int,
    outcome: Outcome,
    amount: Money | None = None,
    basis: Basis | None = None,
    *,
    return_forgone: bool = False,
) -> None:
    """Close a dispute with ``outcome`` and, where ``amount`` is more than nothing, refund it.

    In one that was refunded before, ``amount`` is what the buyer keeps; the buyer is charged the rest (D5, M4).
    """
    refund = amount or Money(0, changes.case.order.terms.currency)
    paid = changes.dispute(number).refund
    if paid is not None:
        kept = least(refund, paid)
        changes.record(number, DisputeResolved(outcome, kept, basis))
        charge(changes, number, Charge(BUYER, SELLER), paid - kept, "delivered_after_refund")
        return
    changes.record(number, DisputeResolved(outcome, refund, basis, return_forgone))
    if refund.minor:
        refund_claim(changes, number, refund)
