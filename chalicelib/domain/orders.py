"""Commands on an order: import, shipments, carrier records, receipt, extensions, payment results (O1-O8, M2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.domain import events as e
from chalicelib.domain.carriers import Carrier, tracking_number
from chalicelib.domain.delivery_notice import delivery_became_known
from chalicelib.domain.guarantees import OFFERED_BY_SELLERS
from chalicelib.domain.late_delivery import delivery_after_refund_became_known
from chalicelib.domain.ledger import InstructionStatus, LedgerEntry, Movement
from chalicelib.domain.order import OrderTerms
from chalicelib.domain.parcel import CarrierRecord, CarrierStatus, Parcel
from chalicelib.domain.people import Role
from chalicelib.domain.refusals import CONFLICT, INVALID, LIMIT_REACHED, TOO_LATE, WRONG_PARTY, WRONG_STATE, Refusal, in_words
from chalicelib.domain.replacement import replacement_became_known

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from chalicelib.domain.case import Case
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.ledger import PaymentInstruction

CLOCKS_DIFFER_BY = timedelta(minutes=5)
"""The lead that another system's clock may have over ours."""

WORDED_AT_MOST = 20
"""How many records of an order keep the carrier's words: its 600 records are in one item of the table."""
DOUBT = timedelta(hours=50)
"""From the first instant of a day somewhere on Earth (UTC+14) to its last one elsewhere (UTC-12): what a day alone may mean."""


def check_not_future(at: datetime, now: datetime, field: str) -> None:
    """Raise ``Refusal(invalid)`` for a fact from the future."""
    if at > now + CLOCKS_DIFFER_BY:
        raise Refusal(INVALID, f"{field} lies in the future; report what has happened.", field=field, now=now)


@dataclass(frozen=True, slots=True)
class CarrierReport:
    """One record as it is reported: of which parcel, what happened, and when.

    ``exact`` is False where the carrier gave a day alone, or a time without a zone: then ``occurred_at`` is the latest time
    that it can mean. Doubt never takes a right away (O6).
    """

    carrier: Carrier
    tracking_number: str
    occurred_at: datetime
    status: CarrierStatus
    destination: str = ""
    exact: bool = True
    words: tuple[str, ...] = ()

    def record(self, now: datetime) -> CarrierRecord:
        """The record as it is kept, known from ``now`` on. Raises ``Refusal(invalid)`` for one from the future."""
        check_not_future(self.occurred_at - (timedelta() if self.exact else DOUBT), now, "occurred_at")
        happened = self.occurred_at if self.exact else min(self.occurred_at, now)
        return CarrierRecord(happened, self.status, now, self.destination, self.words)


def import_order(changes: Changes, terms: OrderTerms) -> None:
    """Import an order and hold its whole payment (O1, O3). Nothing is held for an order paid elsewhere."""
    check_not_future(terms.paid_at, changes.now, "paid_at")
    if terms.placed_at > terms.paid_at:
        raise Refusal(INVALID, "placed_at lies after paid_at; an order is placed before it is paid.", field="placed_at")
    if terms.buyer_id == terms.seller_id:
        raise Refusal(INVALID, "The buyer and the seller of an order are two people.", field="seller_id")
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
    if terms.deliver_by is not None and not terms.placed_at < terms.deliver_by <= terms.paid_at + longest:
        raise Refusal(INVALID, f"deliver_by lies after placed_at, by {longest.days} days at most.", field="deliver_by")
    if terms.deliver_within_days is not None and not 1 <= terms.deliver_within_days <= longest.days:
        raise Refusal(INVALID, f"deliver_within_days is from 1 to {longest.days}.", field="deliver_within_days")
    offered = [guarantee.type for guarantee in terms.guarantees]
    if len(set(offered)) != len(offered) or not set(offered) <= set(OFFERED_BY_SELLERS):
        names = ", ".join(guarantee.value for guarantee in OFFERED_BY_SELLERS)
        raise Refusal(INVALID, f"A seller offers each of {names} once; the others come with every order.", field="guarantees")


def add_shipment(
    changes: Changes,
    carrier: Carrier,
    written: str,
    shipped_at: datetime | None,
    line_ids: tuple[str, ...],
    *,
    replaces: int | None = None,
) -> Parcel:
    """Record a parcel of some lines, of all of them by default (O4). Returns it.

    The carrier's records count from ``shipped_at`` on, less the policy's tolerance, and never from before the order was
    placed: whatever is older happened to another parcel of that number (O6, I14). Those of the parcel that ``replaces`` what a
    dispute is about count from when that was granted.
    """
    order, policy = changes.case.order, changes.case.policy
    number = tracking_number(carrier, written)
    shipped = shipped_at or changes.now
    check_not_future(shipped, changes.now, "shipped_at")
    placed = order.terms.placed_at
    if shipped < placed:
        msg = f"shipped_at lies before the order was placed ({in_words(placed)})."
        raise Refusal(INVALID, msg, field="shipped_at")
    earliest = placed if replaces is None else changes.dispute(replaces).stage_since
    lines = line_ids or tuple(line.id for line in order.terms.lines)
    _check_lines(changes.case, lines)
    if any(parcel.is_called(carrier, number) for parcel in order.parcels):
        raise Refusal(CONFLICT, "This parcel is on record already.", tracking_number=number)
    if len(order.parcels) >= policy.parcels_at_most:
        msg = f"An order travels in at most {policy.parcels_at_most} parcels."
        raise Refusal(LIMIT_REACHED, msg, limit=policy.parcels_at_most)
    parcel = Parcel(
        number=len(order.parcels) + 1,
        carrier=carrier,
        tracking_number=number,
        shipped_at=shipped,
        line_ids=lines,
        recorded_at=changes.now,
        named_by=changes.actor.role,
        counts_from=max(earliest, shipped - policy.days("record_tolerance")),
        destination=order.terms.destination_country,
        replaces=replaces,
    )
    changes.record(e.ORDER, e.ParcelShipped(parcel))
    return parcel


def take_back_parcel(changes: Changes, number: int) -> Parcel:
    """Take a parcel off the record that no carrier has scanned yet: its number was mistyped (O4). Returns it.

    Raises ``Refusal``: ``invalid`` for no such parcel, ``wrong_party`` unless whoever acts put it on record or is the
    marketplace, ``wrong_state`` once a carrier has scanned it.
    """
    parcels = changes.case.order.parcels
    parcel = parcels[number - 1] if 1 <= number <= len(parcels) else None
    if parcel is None or parcel.withdrawn_at is not None:
        raise Refusal(INVALID, "The order has no such parcel on record.", field="n")
    if changes.actor.role not in (parcel.named_by, Role.PLATFORM):
        raise Refusal(WRONG_PARTY, f"Only the {parcel.named_by.value} who put this parcel on record can take it back.")
    if parcel.scanned_at is not None:
        raise Refusal(WRONG_STATE, "The carrier has scanned this parcel; it stays on record.", scanned_at=parcel.scanned_at)
    if changes.case.order.completed_at is not None:
        raise Refusal(WRONG_STATE, "The order is completed; its parcels stay on record.")
    changes.record(e.ORDER, e.ParcelTakenBack(number))
    return parcel


def _check_lines(case: Case, line_ids: tuple[str, ...]) -> None:
    known = [line.id for line in case.order.terms.lines]
    if len(set(line_ids)) != len(line_ids) or not set(line_ids) <= set(known):
        raise Refusal(INVALID, "Name lines of this order, each once.", field="line_ids", lines=known)


def record_carrier_reports(changes: Changes, reports: Sequence[CarrierReport]) -> list[bool | Refusal]:
    """Take in everything that one call reports, then judge it once (O6, I16). Returns for each report whether it was news.

    A report from the future is answered with its refusal, and spoils no other. Reports of one parcel are one event.
    """
    results: list[bool | Refusal] = [False] * len(reports)
    worded = sum(bool(record.words) for parcel in _parcels(changes.case) for record in parcel.records)
    news: dict[tuple[int, int], list[CarrierRecord]] = {}
    for n, report in sorted(enumerate(reports), key=lambda it: _in_order(it[1])):
        try:
            record = report.record(changes.now)
        except Refusal as refused:
            results[n] = refused
            continue
        for place, parcel in _parcels_called(changes.case, report):
            kept = news.get(place, [])
            if parcel.with_records(kept).takes(record, _room(changes.case, news)):
                news[place] = [*kept, record if worded < WORDED_AT_MOST else replace(record, words=())]
                worded += bool(record.words)
                results[n] = True
    for (stream, number), records in sorted(news.items()):
        sorted_records = tuple(sorted(records))
        if stream == e.ORDER:
            changes.record(e.ORDER, e.CarrierReported(number, sorted_records))
        else:
            changes.record(stream, e.ReturnCarrierReported(sorted_records))
    if news:
        delivery_became_known(changes)
        delivery_after_refund_became_known(changes)
        replacement_became_known(changes)
    return results


def _in_order(report: CarrierReport) -> tuple[datetime, str, str, tuple[str, ...]]:
    return report.occurred_at, report.status, report.destination, report.words


def _parcels(case: Case) -> Iterator[Parcel]:
    yield from case.order.parcels
    yield from (dispute.return_parcel for dispute in case.disputes if dispute.return_parcel)


def _room(case: Case, news: Mapping[tuple[int, int], Sequence[CarrierRecord]]) -> int:
    """How many records of a kind a parcel may have. An order is one item of the table and must stay small enough for it.

    Every parcel has room for its first records, so that no delivery and no scan is lost.
    """
    known = sum(len(parcel.records) for parcel in case.order.parcels) + sum(len(records) for records in news.values())
    full = known >= case.policy.order_records_at_most
    return case.policy.parcel_records_at_least if full else case.policy.carrier_records_at_most


def _parcels_called(case: Case, report: CarrierReport) -> Iterator[tuple[tuple[int, int], Parcel]]:
    """The parcels of a case that a report is about: each with its stream and its number there."""
    for parcel in case.order.parcels:
        if parcel.is_called(report.carrier, report.tracking_number):
            yield (e.ORDER, parcel.number), parcel
    for dispute in case.open_disputes:
        back = dispute.return_parcel
        if back and back.is_called(report.carrier, report.tracking_number):
            yield (dispute.number, back.number), back


def confirm_receipt(changes: Changes, line_ids: tuple[str, ...]) -> None:
    """Record that lines have arrived, by the buyer's word; all lines by default (O6). Confirming twice changes nothing."""
    lines = line_ids or tuple(line.id for line in changes.case.order.terms.lines)
    _check_lines(changes.case, lines)
    unconfirmed = tuple(line for line in lines if changes.case.order.line_state(line).confirmed_at is None)
    if unconfirmed:
        changes.record(e.ORDER, e.ReceiptConfirmed(unconfirmed))
        delivery_became_known(changes)
        delivery_after_refund_became_known(changes)
    replacement_became_known(changes, lines)


def extend_promise(changes: Changes, until: datetime) -> None:
    """Promise delivery later than before, for the lines whose promise has not passed (O8).

    All extensions together reach the policy's days beyond the first promise. For more, the buyer is asked; without a yes
    before the promise passes, it stands as it is.
    """
    order, policy = changes.case.order, changes.case.policy
    running = _running(changes)
    if not running or order.completed_at is not None:
        undelivered = [line.id for line in order.terms.lines if order.delivered_at(line.id) is None]
        passed = [at for line in undelivered if (at := order.promised_by(line, policy)) <= changes.now]
        msg = "The promise has passed or been kept; it can only be extended before."
        raise Refusal(TOO_LATE, msg, deadline=max(passed, default=None))
    _check_later(changes, until, max(order.promised_by(line, policy) for line in running), "deliver_by")
    if until <= min(order.latest_promise(line, policy) for line in running):
        changes.record(e.ORDER, e.PromiseExtended(running, until))
        return
    if len(order.extensions) >= policy.extension_requests_at_most:
        msg = f"The buyer is asked for a later delivery at most {policy.extension_requests_at_most} times."
        raise Refusal(LIMIT_REACHED, msg, limit=policy.extension_requests_at_most)
    changes.record(e.ORDER, e.ExtensionAsked(len(order.extensions) + 1, until))


def answer_extension(changes: Changes, number: int, *, accepted: bool) -> None:
    """Answer the seller's request for a later promise, as the buyer (O8).

    Raises ``Refusal``: ``invalid`` for no such request, ``conflict`` where it is answered or a newer one has replaced it,
    ``too_late`` once the promise has passed.
    """
    order = changes.case.order
    asked = order.extensions[number - 1] if 1 <= number <= len(order.extensions) else None
    if asked is None:
        raise Refusal(INVALID, "There is no such request for a later delivery.", field="n")
    if asked.accepted is not None or number != len(order.extensions):
        msg = "This request is answered, or a newer one has replaced it."
        raise Refusal(CONFLICT, msg, current_extension=len(order.extensions))
    running = _running(changes)
    if not running or order.completed_at is not None:
        raise Refusal(TOO_LATE, "The promise has passed or been kept; there is nothing left to extend.")
    changes.record(e.ORDER, e.ExtensionAnswered(number, accepted))
    later = tuple(line for line in running if order.promised_by(line, changes.case.policy) < asked.until)
    if accepted and later:
        changes.record(e.ORDER, e.PromiseExtended(later, asked.until))


def _running(changes: Changes) -> tuple[str, ...]:
    """The lines that have not arrived and whose promise has not passed."""
    order, policy = changes.case.order, changes.case.policy
    undelivered = (line.id for line in order.terms.lines if order.delivered_at(line.id) is None)
    return tuple(line for line in undelivered if changes.now < order.promised_by(line, policy))


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
