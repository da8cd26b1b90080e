"""Whether a claim is covered: one pure function of the order, the claim and the time (C1-C3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.claim import (
    Claim,
    Covered,
    Exclusion,
    LineCap,
    NotCovered,
    NotYet,
    OfferType,
    Reason,
    Remedy,
    Verdict,
)
from chalicelib.domain.dispute import Basis, Finding
from chalicelib.domain.money import Money, split, total
from chalicelib.domain.order import Guarantee, OfferedGuarantee, Payer
from chalicelib.domain.refusals import INVALID, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.domain.case import Case


def decide(case: Case, claim: Claim, now: datetime) -> Verdict:
    """Whether ``claim`` is covered at ``now`` (C1).

    Exclusions are looked for in the order C2 lists them, then what is still to come. Raises ``Refusal(invalid)`` for a
    claim that names no line, an unknown one, one twice, or more of it than was bought.
    """
    check_items(case, claim)
    reason = judged_as(case, claim.reason)
    if reason is Reason.UNAUTHORISED_CHARGE:
        return NotCovered(Exclusion.UNAUTHORISED_CHARGE)
    if not case.order.terms.paid_on_platform:
        return NotCovered(Exclusion.PAID_OUTSIDE_PLATFORM)
    for exclusion, applies in _EXCLUSIONS:
        for line_id in claim.line_ids:
            if applies(case, reason, line_id, now):
                return NotCovered(exclusion, line_id)
    covered = _cover(case, claim, reason)
    if not covered.maximum.minor:
        return NotCovered(Exclusion.ALREADY_REFUNDED, claim.line_ids[0])
    return _still_to_come(case, claim, reason, now) or covered


def check_items(case: Case, claim: Claim) -> None:
    """Raise ``Refusal(invalid)`` unless the claim names lines of the order, each once, in quantities that were bought (C3)."""
    bought = {line.id: line.quantity for line in case.order.terms.lines}
    if not claim.items or len(set(claim.line_ids)) != len(claim.items):
        raise Refusal(INVALID, "A claim names at least one line, and each line once.", field="items")
    for item in claim.items:
        if item.line_id not in bought:
            raise Refusal(INVALID, f"The order has no line {item.line_id!r}.", field="items", lines=sorted(bought))
        if not 1 <= item.quantity <= bought[item.line_id]:
            raise Refusal(
                INVALID, f"Line {item.line_id!r} holds {bought[item.line_id]}; claim 1 or more of them.", field="items"
            )


def judged_as(case: Case, reason: Reason) -> Reason:
    """The reason a claim is judged under: without Guaranteed Genuine a counterfeit is not as described (section 3)."""
    if reason is Reason.COUNTERFEIT and not case.order.terms.offers(Guarantee.GUARANTEED_GENUINE):
        return Reason.NOT_AS_DESCRIBED
    return reason


def returns_offered(case: Case) -> OfferedGuarantee | None:
    """The guarantee under which an item that is no longer wanted may go back: the one whose postage the seller pays, else
    Domestic Returns before Extra Returns.
    """
    offers = case.order.terms.offers
    offered = [it for it in (offers(Guarantee.DOMESTIC_RETURNS), offers(Guarantee.EXTRA_RETURNS)) if it]
    return min(offered, key=lambda it: it.return_postage is Payer.BUYER, default=None)


def _delivered_in_time(case: Case, reason: Reason, line_id: str, _: datetime) -> bool:
    delivered = case.order.delivered_at(line_id)
    return reason is Reason.NOT_RECEIVED and delivered is not None and not case.order.arrived_late(line_id, case.policy)


def _proved_as_described(case: Case, reason: Reason, line_id: str, _: datetime) -> bool:
    return reason in (Reason.NOT_AS_DESCRIBED, Reason.COUNTERFEIT) and any(
        line_id in dispute.claim.line_ids
        and dispute.decision is not None
        and dispute.decision.finding is Finding.SELLER_PROVED_AS_DESCRIBED
        and dispute.concluded
        for dispute in case.disputes
    )


def _no_returns_offered(case: Case, reason: Reason, _: str, __: datetime) -> bool:
    return reason is Reason.NO_LONGER_WANTED and returns_offered(case) is None


def _protection_ended(case: Case, _: Reason, __: str, now: datetime) -> bool:
    return case.order.completed_at is not None or now >= case.closes_at


def _nothing_left(case: Case, _: Reason, line_id: str, __: datetime) -> bool:
    """Whether all that was paid for a line went back. A gift stands in no claim's way until its shipping has been refunded."""
    price, state = case.order.line(line_id).price, case.order.line_state(line_id)
    if price.minor:
        return state.refunded >= price
    share = case.order.terms.shipping_shares()[line_id]
    return 0 < share.minor <= state.refunded_shipping.minor


def _settled_before(case: Case, reason: Reason, line_id: str, _: datetime) -> bool:
    return any(
        dispute.concluded
        and dispute.basis is not Basis.CARRIER_SHOWS_DELIVERED
        and dispute.coverage.reason is reason
        and line_id in dispute.claim.line_ids
        for dispute in case.disputes
    )


def _in_dispute(case: Case, _: Reason, line_id: str, __: datetime) -> bool:
    return any(line_id in dispute.claim.line_ids for dispute in case.open_disputes)


_EXCLUSIONS: tuple[tuple[Exclusion, Callable[[Case, Reason, str, datetime], bool]], ...] = (
    (Exclusion.CARRIER_SHOWS_DELIVERED, _delivered_in_time),
    (Exclusion.SELLER_PROVED_AS_DESCRIBED, _proved_as_described),
    (Exclusion.CHANGED_MIND, _no_returns_offered),
    (Exclusion.DEADLINE_PASSED, _protection_ended),
    (Exclusion.ALREADY_REFUNDED, _nothing_left),
    (Exclusion.ALREADY_SETTLED, _settled_before),
    (Exclusion.DISPUTE_ALREADY_OPEN, _in_dispute),
)


def _still_to_come(case: Case, claim: Claim, reason: Reason, now: datetime) -> NotYet | None:
    """What the claim waits for: the promise to pass, or delivery (section 3, column "needs")."""
    for line_id in claim.line_ids:
        delivered = case.order.delivered_at(line_id)
        if reason is not Reason.NOT_RECEIVED and delivered is None:
            return NotYet(None, line_id)
        promised = case.order.promised_by(line_id, case.policy)
        if reason is Reason.NOT_RECEIVED and now < promised:
            return NotYet(promised, line_id)
    return None


def _cover(case: Case, claim: Claim, reason: Reason) -> Covered:
    """The remedies and how much at most (C3)."""
    everything = claims_whole_order(case, claim)
    currency = case.order.terms.currency
    nothing = Money(0, currency)
    full = tuple(_line_cap(case, item.line_id, item.quantity) for item in claim.items)
    of_items = total((cap.items for cap in full), currency)
    with_shipping = of_items + total((cap.shipping for cap in full), currency)
    bare = tuple(LineCap(cap.line_id, cap.items, nothing) for cap in full)
    if reason is Reason.NOT_RECEIVED:
        return Covered(Guarantee.ON_TIME_DELIVERY, reason, (Remedy(OfferType.REFUND, with_shipping),), full)
    if reason is Reason.COUNTERFEIT:
        return Covered(Guarantee.GUARANTEED_GENUINE, reason, (Remedy(OfferType.REFUND, with_shipping),), full)
    if reason is Reason.NO_LONGER_WANTED and (offered := returns_offered(case)):
        return Covered(offered.type, reason, (Remedy(OfferType.REFUND_WITH_RETURN, of_items, offered.return_postage),), bare)
    returned = with_shipping if everything else of_items
    remedies = [Remedy(OfferType.REFUND_WITH_RETURN, returned, Payer.SELLER)]
    if of_items.minor > 1:  # keeping the item goes with a part of the price, so there has to be a part
        remedies.append(Remedy(OfferType.REFUND, Money(of_items.minor - 1, currency)))
    return Covered(Guarantee.AS_DESCRIBED, reason, tuple(remedies), full if everything else bare)


def claims_whole_order(case: Case, claim: Claim) -> bool:
    """Whether the claim is about every line in full."""
    return {(i.line_id, i.quantity) for i in claim.items} == {(line.id, line.quantity) for line in case.order.terms.lines}


def _line_cap(case: Case, line_id: str, quantity: int) -> LineCap:
    """What is left to refund on so many of a line, and of their share of the shipping fee (C3, C4)."""
    line, state = case.order.line(line_id), case.order.line_state(line_id)
    items = min(line.unit_price * quantity, line.price - state.refunded, key=lambda money: money.minor)
    share = case.order.terms.shipping_shares()[line_id]
    of_units = split(share, (quantity, line.quantity - quantity))[0]
    shipping = min(of_units, share - state.refunded_shipping, key=lambda money: money.minor)
    return LineCap(line_id, items, shipping)
