"""Carry out what was agreed, granted or decided: a return, a replacement, or the end of the dispute (D2, D3, D8, M1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.dispute import Grant, Outcome
from chalicelib.domain.events import DisputeResolved, ReplacementGranted, ReturnGranted
from chalicelib.domain.guarantees import Basis, Guarantee, OfferType
from chalicelib.domain.ledger import BUYER, RETURN_POSTAGE, SELLER, Charge
from chalicelib.domain.money import Money, least, total
from chalicelib.domain.payouts import charge, refund_claim

if TYPE_CHECKING:
    from chalicelib.domain.case import Case
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.dispute import Dispute
    from chalicelib.domain.people import ReturnAddress


def return_country(case: Case, dispute: Dispute) -> str | None:
    """Return the country a return address must be in: the buyer's under Domestic Returns without Extra Returns (D3).

    None means any country, for an address that comes with a prepaid label (C3).
    """
    terms = case.order.terms
    domestic = dispute.coverage.guarantee is Guarantee.DOMESTIC_RETURNS and not terms.offers(Guarantee.EXTRA_RETURNS)
    return terms.destination_country if domestic else None


def carry_out(  # noqa: PLR0913 - what was granted, and how it is carried out
    changes: Changes,
    number: int,
    offer: OfferType,
    amount: Money,
    basis: Basis,
    address: ReturnAddress | None = None,
    label: str | None = None,
    *,
    repays_postage: bool = True,
) -> None:
    """Give the buyer what ``offer`` and ``amount`` say, on that basis: after a return if one is needed.

    The return goes to ``address``, else to the address on file now in the country to which the order went. With none, the
    seller forgoes the return (D3). An item that is already on its way back is not asked for again; then the seller repays its
    postage as well.
    """
    dispute = changes.dispute(number)
    postage = dispute.coverage.return_postage
    forgone = False
    if offer.asks_back(amount) and dispute.return_parcel is None:
        address = address or changes.address_on_file(changes.case.order.terms.destination_country)
        if address is not None:
            changes.record(number, ReturnGranted(Grant(offer, amount, basis, address, postage, label)))
            return
        forgone = True
    if offer.replaces:
        changes.record(number, ReplacementGranted(Grant(offer, amount, basis, None, postage)))
    else:
        resolve(changes, number, amount, basis, return_forgone=forgone)
    if repays_postage and offer.gives(amount) and not (basis is Basis.AGREEMENT and dispute.postage_objection):
        repay_postage(changes, number)


def repay_postage(changes: Changes, number: int) -> None:
    """Charge the seller what the buyer paid to send the items back, up to the policy's share of their price (C3, M4)."""
    dispute, case = changes.dispute(number), changes.case
    if dispute.postage is None:
        return
    prices = (case.order.line(it.line_id).unit_price * it.quantity for it in dispute.claim.items)
    price = total(prices, dispute.postage.currency)
    most = Money(price.minor * case.policy.postage_percent_at_most // 100, price.currency)
    charge(changes, number, Charge(SELLER, BUYER), least(dispute.postage, most), RETURN_POSTAGE)


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
    replaced: bool = False,
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
    changes.record(number, DisputeResolved(outcome, refund, basis, return_forgone, replaced))
    if refund.minor:
        refund_claim(changes, number, refund)
