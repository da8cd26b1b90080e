"""Commands on an order: import, shipments, carrier records, receipt, extensions, payment results (O1-O8, M2)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.domain import events as e
from chalicelib.domain.carriers import Carrier, tracking_number
from chalicelib.domain.claim_narrowing import delivery_became_known
from chalicelib.domain.guarantees import OFFERED_BY_SELLERS
from chalicelib.domain.ledger import InstructionStatus, LedgerEntry, Movement
from chalicelib.domain.order import OrderTerms
from chalicelib.domain.parcel import CarrierRecord, Parcel
from chalicelib.domain.refusals import CONFLICT, INVALID, LIMIT_REACHED, TOO_LATE, Refusal, in_words

if TYPE_CHECKING:
    from chalicelib.domain.case import Case
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.ledger import PaymentInstruction

CLOCKS_DIFFER_BY = timedelta(minutes=5)
"""The lead that another system's clock may have over ours."""


def check_not_future(at: datetime, now: datetime, field: str) -> None:
    """Raise ``Refusal(invalid)`` for a fact from the future."""
    if at > now + CLOCKS_DIFFER_BY:
        raise Refusal(INVALID, f"{field} lies in the future; report what has happened.", field=field, now=now)


def import_order(changes: Changes, terms: OrderTerms) -> None:
    """Import an order and hold its whole payment (O1, O3). Nothing is held for an order paid elsewhere."""
    check_not_future(terms.paid_at, changes.now, "paid_at")
    policy = changes.policies.in_force(terms.paid_at)
    _check_terms(terms, policy.days("longest_promise"))
    changes.record(e.ORDER, e.OrderImported(terms, policy.version))
    if terms.paid_on_platform:
        entry = LedgerEntry(1, Movement.HOLD, terms.price, "order_imported", changes.now)
        changes.record(e.ORDER, e.PaymentHeld(entry))


def _check_terms(terms: OrderTerms, longest: timedelta) -> None:
    line_ids = [line.id for line in terms.lines]
    if not line_ids or len(set(line_ids)) != len(line_ids):
        raise Refusal(INVALID, "An order has at least one line, and each line its own id.", field="lines")
    amounts = [terms.shipping_fee, *(line.unit_price for line in terms.lines)]
    if any(amount.currency != terms.currency or amount.minor < 0 for amount in amounts):
        raise Refusal(INVALID, f"Every amount is in {terms.currency}, and none below zero.", field="currency")
    if terms.price.minor < 1:
        raise Refusal(INVALID, "An order that costs nothing has nothing to protect.", field="lines")
    if terms.deliver_by is not None and terms.deliver_within_days is not None:
        raise Refusal(INVALID, "Give deliver_by or deliver_within_days, not both.", field="deliver_by")
    if terms.deliver_by is not None and not terms.paid_at < terms.deliver_by <= terms.paid_at + longest:
        raise Refusal(INVALID, f"deliver_by lies after paid_at, by {longest.days} days at most.", field="deliver_by")
    if terms.deliver_within_days is not None and not 1 <= terms.deliver_within_days <= longest.days:
        raise Refusal(INVALID, f"deliver_within_days is from 1 to {longest.days}.", field="deliver_within_days")
    offered = [guarantee.type for guarantee in terms.guarantees]
    if len(set(offered)) != len(offered) or not set(offered) <= set(OFFERED_BY_SELLERS):
        names = ", ".join(guarantee.value for guarantee in OFFERED_BY_SELLERS)
        raise Refusal(INVALID, f"A seller offers each of {names} once; the others come with every order.", field="guarantees")


def add_shipment(
    changes: Changes, carrier: Carrier, written: str, shipped_at: datetime | None, line_ids: tuple[str, ...]
) -> Parcel:
    """Record a parcel of some lines, of all of them by default (O4). Returns it."""
    order = changes.case.order
    number = tracking_number(carrier, written)
    shipped = shipped_at or changes.now
    check_not_future(shipped, changes.now, "shipped_at")
    policy = changes.case.policy
    if shipped < order.terms.paid_at - policy.days("confirmed_late"):
        msg = f"shipped_at lies more than {policy.confirmed_late_days} days before the order was paid."
        raise Refusal(INVALID, msg, field="shipped_at")
    lines = line_ids or tuple(line.id for line in order.terms.lines)
    _check_lines(changes.case, lines)
    if any(parcel.is_called(carrier, number) for parcel in order.parcels):
        raise Refusal(CONFLICT, "This parcel is on record already.", tracking_number=number)
    if len(order.parcels) >= policy.parcels_at_most:
        msg = f"An order travels in at most {policy.parcels_at_most} parcels."
        raise Refusal(LIMIT_REACHED, msg, limit=policy.parcels_at_most)
    parcel = Parcel(len(order.parcels) + 1, carrier, number, shipped, lines, changes.now)
    changes.record(e.ORDER, e.ParcelShipped(parcel))
    return parcel


def _check_lines(case: Case, line_ids: tuple[str, ...]) -> None:
    known = [line.id for line in case.order.terms.lines]
    if len(set(line_ids)) != len(line_ids) or not set(line_ids) <= set(known):
        raise Refusal(INVALID, "Name lines of this order, each once.", field="line_ids", lines=known)


def record_carrier_event(changes: Changes, carrier: Carrier, tracking: str, record: CarrierRecord) -> bool:
    """Take in one carrier record, of a parcel or of a return on its way (O6). Returns whether it was news.

    A record from long before the payment, or from before the dispute whose return it would be of, is of another parcel
    that had the same number once; it is no news.
    """
    check_not_future(record.occurred_at, changes.now, "occurred_at")
    policy, news = changes.case.policy, False
    earliest = changes.case.order.terms.paid_at - policy.days("confirmed_late")
    room = policy.carrier_records_at_most
    for parcel in changes.case.order.parcels:
        if parcel.is_called(carrier, tracking) and record.occurred_at >= earliest and parcel.takes(record, room):
            changes.record(e.ORDER, e.CarrierReported(parcel.number, record))
            delivery_became_known(changes)
            news = True
    for dispute in changes.case.open_disputes:
        back = dispute.return_parcel
        if back and back.is_called(carrier, tracking) and record.occurred_at >= dispute.opened_at and back.takes(record, room):
            changes.record(dispute.number, e.ReturnCarrierReported(record))
            news = True
    return news


def confirm_receipt(changes: Changes, line_ids: tuple[str, ...]) -> None:
    """Record that lines have arrived, by the buyer's word; all lines by default (O6). Confirming twice changes nothing."""
    lines = line_ids or tuple(line.id for line in changes.case.order.terms.lines)
    _check_lines(changes.case, lines)
    unconfirmed = tuple(line for line in lines if changes.case.order.line_state(line).confirmed_at is None)
    if unconfirmed:
        changes.record(e.ORDER, e.ReceiptConfirmed(unconfirmed))
        delivery_became_known(changes)


def extend_promise(changes: Changes, until: datetime) -> None:
    """Extend the promise of the lines whose promise has not passed (O8)."""
    order, policy = changes.case.order, changes.case.policy
    undelivered = [line.id for line in order.terms.lines if order.delivered_at(line.id) is None]
    running = [line for line in undelivered if changes.now < order.promised_by(line, policy)]
    if not running or order.completed_at is not None:
        passed = [at for line in undelivered if (at := order.promised_by(line, policy)) <= changes.now]
        msg = "The promise has passed or been kept; it can only be extended before."
        raise Refusal(TOO_LATE, msg, deadline=max(passed, default=None))
    _check_later(changes, until, max(order.promised_by(line, policy) for line in running), "deliver_by")
    changes.record(e.ORDER, e.PromiseExtended(tuple(running), until))


def extend_protection(changes: Changes, until: datetime) -> None:
    """Let protection end later than before (O8)."""
    case = changes.case
    if case.order.completed_at is not None or changes.now >= case.closes_at:
        raise Refusal(TOO_LATE, "Protection has ended; it can only be extended before.", deadline=case.closes_at)
    _check_later(changes, until, case.closes_at, "closes_at")
    changes.record(e.ORDER, e.ProtectionExtended(until))


def _check_later(changes: Changes, until: datetime, current: datetime, field: str) -> None:
    latest = changes.now + changes.case.policy.days("longest_promise")
    if not current < until <= latest:
        msg = f"Name a time after {in_words(current)}, never an earlier one, and not after {in_words(latest)}."
        raise Refusal(INVALID, msg, field=field, current=current, latest=latest)


def instruction_of(case: Case, instruction_id: str) -> PaymentInstruction | None:
    """Return the payment instruction with that id, or None."""
    return next((i for i in case.order.instructions if i.id == instruction_id), None)


def report_payment(
    changes: Changes, instruction: PaymentInstruction, *, reference: str | None, failure: str | None, attempt: int | None
) -> None:
    """Take in what the payment system says of an instruction: settled with a reference, or failed with a reason (M1, M2)."""
    instruction.check_open(attempt)
    if failure is None:
        changes.record(e.ORDER, e.PaymentSettled(instruction.id, reference or ""))
        return
    if instruction.status is InstructionStatus.FAILED:
        return  # the same failure, reported again
    left = max(0, len(changes.case.policy.payment_retry_hours) + 1 - instruction.attempts)
    changes.record(e.ORDER, e.PaymentFailed(instruction.id, failure, left))
