"""The coverage of a claim: one pure function of the order, the claim and the time (C1-C3)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, assert_never

from chalicelib.domain.claim import Claim, ClaimItem, Covered, LineCap, NotCovered, NotYet, Verdict, covered
from chalicelib.domain.exclusions import Exclusion
from chalicelib.domain.exhaustive import table
from chalicelib.domain.guarantees import (
    COVERED,
    REASONS,
    Needs,
    NeverCovered,
    OfferedGuarantee,
    Payer,
    Reason,
    ReasonRule,
)
from chalicelib.domain.money import least, split, total
from chalicelib.domain.refusals import INVALID, Refusal
from chalicelib.domain.units import units_left, units_not_proved, units_not_replaced, units_not_settled

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.domain.case import Case


def decide(case: Case, claim: Claim, now: datetime) -> Verdict:
    """Return the verdict on ``claim`` at ``now`` (C1).

    Exclusions go first, in the order of C2; then a claim can still be too early. Raises ``Refusal(invalid)`` for a
    claim that names no line, an unknown one, one twice, or more of it than was bought.
    """
    check_items(case, claim)
    match REASONS[claim.reason]:
        case NeverCovered(exclusion):
            return NotCovered(exclusion)
        case ReasonRule():
            return _judge(case, claim, judged_as(case, claim.reason), now)
        case rule:
            assert_never(rule)


def _judge(case: Case, claim: Claim, reason: Reason, now: datetime) -> Verdict:
    if not case.order.terms.paid_on_platform:
        return NotCovered(Exclusion.PAID_OUTSIDE_PLATFORM)
    for exclusion, applies in _EXCLUSIONS:
        for item in claim.items:
            if applies(case, reason, item, now):
                left = units_left(case, reason, item.line_id) if exclusion in _BY_UNITS else None
                return NotCovered(exclusion, item.line_id, left)
    coverage = _cover(case, claim, reason)
    if not coverage.maximum.minor:
        return NotCovered(Exclusion.ALREADY_REFUNDED, claim.line_ids[0])
    return _still_to_come(case, claim, reason, now) or coverage


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
    """Return the reason that the claim is judged under: without Guaranteed Genuine a counterfeit is not as described."""
    instead = COVERED[reason].unless_offered
    return instead if isinstance(instead, Reason) and not covered_by(case, reason) else reason


def covered_by(case: Case, reason: Reason) -> OfferedGuarantee | None:
    """Return the guarantee of this order that covers the reason, or None if the seller offers none that does.

    Of several, one whose postage the seller pays goes first.
    """
    rule = COVERED[reason]
    if not rule.offered_by_seller:
        return OfferedGuarantee(rule.guarantees[0], Payer.SELLER)
    offered = [it for guarantee in rule.guarantees if (it := case.order.terms.offers(guarantee))]
    return min(offered, key=lambda it: it.return_postage is Payer.BUYER, default=None)


def _delivered_in_time(case: Case, reason: Reason, item: ClaimItem, _: datetime) -> bool:
    """Return whether the item came in time, or another one came in its place later, as was agreed or decided (D2)."""
    if COVERED[reason].needs is not Needs.BROKEN_PROMISE or case.order.delivered_at(item.line_id) is None:
        return False
    in_time = not case.order.arrived_late(item.line_id, case.policy)
    return in_time or item.quantity > units_not_replaced(case, item.line_id)


def _proved_as_described(case: Case, reason: Reason, item: ClaimItem, _: datetime) -> bool:
    return item.quantity > units_not_proved(case, reason, item.line_id)


def _not_offered(exclusion: Exclusion, case: Case, reason: Reason, _: ClaimItem, __: datetime) -> bool:
    return COVERED[reason].unless_offered is exclusion and covered_by(case, reason) is None


def _protection_ended(case: Case, _: Reason, __: ClaimItem, now: datetime) -> bool:
    return case.order.completed_at is not None or now >= case.closes_at


def _nothing_left(case: Case, _: Reason, item: ClaimItem, __: datetime) -> bool:
    """Return whether all that was paid for a line went back. A free line counts once its shipping has been refunded."""
    price, state = case.order.line(item.line_id).price, case.order.line_state(item.line_id)
    if price.minor:
        return state.refunded >= price
    share = case.order.terms.shipping_shares()[item.line_id]
    return 0 < share.minor <= state.refunded_shipping.minor


def _settled_before(case: Case, reason: Reason, item: ClaimItem, _: datetime) -> bool:
    return item.quantity > units_not_settled(case, reason, item.line_id)


def _in_dispute(case: Case, reason: Reason, item: ClaimItem, _: datetime) -> bool:
    return item.quantity > units_left(case, reason, item.line_id)


_EXCLUSIONS: tuple[tuple[Exclusion, Callable[[Case, Reason, ClaimItem, datetime], bool]], ...] = (
    (Exclusion.CARRIER_SHOWS_DELIVERED, _delivered_in_time),
    (Exclusion.SELLER_PROVED_AS_DESCRIBED, _proved_as_described),
    (Exclusion.CHANGED_MIND, partial(_not_offered, Exclusion.CHANGED_MIND)),
    (Exclusion.DEADLINE_PASSED, _protection_ended),
    (Exclusion.ALREADY_REFUNDED, _nothing_left),
    (Exclusion.ALREADY_SETTLED, _settled_before),
    (Exclusion.DISPUTE_ALREADY_OPEN, _in_dispute),
)

_BY_UNITS = (Exclusion.SELLER_PROVED_AS_DESCRIBED, Exclusion.ALREADY_SETTLED, Exclusion.DISPUTE_ALREADY_OPEN)
"""The exclusions that other disputes cause, for as many units as they are about (C2)."""


def _check_exclusions() -> None:
    """Raise ``LookupError`` for an exclusion that nothing looks for, or that is looked for twice."""
    found = [Exclusion.PAID_OUTSIDE_PLATFORM, *(exclusion for exclusion, _ in _EXCLUSIONS)]
    found += [rule.exclusion for rule in REASONS.values() if isinstance(rule, NeverCovered)]
    table(Exclusion, {exclusion: found.count(exclusion) for exclusion in found})


_check_exclusions()


def _still_to_come(case: Case, claim: Claim, reason: Reason, now: datetime) -> NotYet | None:
    """Return the verdict on a claim that comes before a promise has passed or before delivery; None for any other (C1).

    A claim is covered once every line of it is, so the last of several promises is its date.
    """
    match COVERED[reason].needs:
        case Needs.DELIVERY:
            awaited = next((line_id for line_id in claim.line_ids if case.order.delivered_at(line_id) is None), None)
            return NotYet(None, awaited) if awaited is not None else None
        case Needs.BROKEN_PROMISE:
            promises = {line_id: case.order.promised_by(line_id, case.policy) for line_id in claim.line_ids}
            last = max(promises, key=promises.__getitem__)
            return NotYet(promises[last], last) if now < promises[last] else None
        case needs:
            assert_never(needs)


def _cover(case: Case, claim: Claim, reason: Reason) -> Covered:
    """Return the remedies and their maximum (C3). Raises ``LookupError`` if no guarantee covers the reason."""
    offered = covered_by(case, reason)
    if offered is None:
        msg = f"no guarantee of this order covers {reason.value}, and no exclusion says so"
        raise LookupError(msg)
    caps = tuple(_line_cap(case, item.line_id, item.quantity) for item in claim.items)
    postage = COVERED[reason].return_postage or offered.return_postage
    return covered(offered.type, reason, caps, postage, whole_order=claims_whole_order(case, claim))


def claims_whole_order(case: Case, claim: Claim) -> bool:
    """Return True if the claim is about every line in full."""
    return {(i.line_id, i.quantity) for i in claim.items} == {(line.id, line.quantity) for line in case.order.terms.lines}


def _line_cap(case: Case, line_id: str, quantity: int) -> LineCap:
    """Return what is left to refund on that quantity of a line, and on its share of the shipping fee (C3, C4)."""
    line, state = case.order.line(line_id), case.order.line_state(line_id)
    claimed = _claimed_elsewhere(case, line_id)
    items = least(line.unit_price * quantity, line.price - state.refunded - claimed.items)
    share = case.order.terms.shipping_shares()[line_id]
    of_units = split(share, (quantity, line.quantity - quantity))[0]
    shipping = least(of_units, share - state.refunded_shipping - claimed.shipping)
    return LineCap(line_id, items, shipping)


def _claimed_elsewhere(case: Case, line_id: str) -> LineCap:
    """Return the most that disputes which are not paid out yet may still take of a line (C3)."""
    waiting = {it.dispute for it in case.order.postponed}
    unpaid = (it for it in case.disputes if it.number in waiting or (it.open and not it.refund_appealed))
    caps = [cap for dispute in unpaid for cap in dispute.coverage.caps if cap.line_id == line_id]
    currency = case.order.terms.currency
    return LineCap(line_id, total((cap.items for cap in caps), currency), total((cap.shipping for cap in caps), currency))
