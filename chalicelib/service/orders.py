"""Import orders, record what happens to them, and answer questions about them (O1-O9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from chalicelib.domain import orders as rules
from chalicelib.domain.carriers import parcel_key, tracking_number
from chalicelib.domain.events import ORDER, ledger_entry
from chalicelib.domain.external_disputes import report_external_dispute
from chalicelib.domain.people import Actor, Role
from chalicelib.domain.personal_data import without_words
from chalicelib.domain.protection import EXPLAINED, protection
from chalicelib.domain.refusals import CONFLICT, Refusal
from chalicelib.service import views
from chalicelib.service.access import check_order
from chalicelib.service.errors import Busy, Malformed, NotFound
from chalicelib.service.execute import CaseCommand, Request, current, execute, keep_answer, kept_answer
from chalicelib.service.rows import order_rows
from chalicelib.service.search import order_has
from chalicelib.service.views import Json
from chalicelib.store import lists
from chalicelib.store.idempotency import Answer, Once

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from chalicelib.domain.carriers import Carrier
    from chalicelib.domain.case import Case
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.money import Money
    from chalicelib.domain.order import ExternalStatus, Order, OrderTerms
    from chalicelib.domain.parcel import CarrierStatus
    from chalicelib.service.services import Services
    from chalicelib.store.items import Item

CREATED = 201
OK = 200


def import_order(services: Services, actor: Actor, terms: OrderTerms, also: tuple[Item, ...] = ()) -> Answer:
    """Import an order: 201. The same order again changes nothing: 200. The transaction also writes the items in ``also``.

    Other terms under a known id are refused as a conflict (O1).
    """
    return execute(services, terms.order_id, Request(actor, also=also), ImportOrder(terms), creates=True)


@dataclass(frozen=True, slots=True)
class ImportOrder(CaseCommand[bool]):
    """The marketplace imports an order; the result says whether it is new."""

    terms: OrderTerms

    def decide(self, changes: Changes, *_: object) -> bool:
        """Record the order. Raises ``Refusal(conflict)`` where its id is known with other terms."""
        try:
            known = changes.case.order.terms
        except LookupError:
            rules.import_order(changes, self.terms)
            return True
        if known not in (self.terms, without_words(self.terms, Role.SELLER)):  # the shop's name may have been erased since
            raise Refusal(CONFLICT, "This order id was imported with other terms; they do not change afterwards.")
        return False

    def answer(self, changes: Changes, new: bool, _: Actor, now: datetime) -> tuple[int, Json]:  # noqa: FBT001 - the command's result
        """Return the order."""
        return (CREATED if new else OK), views.order(changes.case, now)


class OrderCommand(CaseCommand[None]):
    """A party or the marketplace changes an order that is theirs."""

    __slots__ = ()
    status = OK

    def check(self, case: Case, request: Request) -> None:
        """Raise ``NotFound`` for other people's orders, ``VersionMismatch`` for another version of the order."""
        check_order(case, request.actor)
        request.check_version(case.order.version)

    def answer(self, changes: Changes, _: None, __: Actor, now: datetime) -> tuple[int, Json]:
        """Return the order."""
        return self.status, views.order(changes.case, now)


def add_shipment(services: Services, order_id: str, request: Request, shipment: Shipment) -> Answer:
    """Record a shipment (O4)."""
    return execute(services, order_id, request, shipment)


@dataclass(frozen=True, slots=True)
class Shipment(OrderCommand):
    """The marketplace or the seller reports a parcel (O4)."""

    carrier: Carrier
    tracking_number: str
    shipped_at: datetime | None = None
    line_ids: tuple[str, ...] = ()
    status = CREATED

    def decide(self, changes: Changes, *_: object) -> None:
        """Record the parcel. Its number must carry no order of other people, which the transaction sees to."""
        rules.add_shipment(changes, self.carrier, self.tracking_number, self.shipped_at, self.line_ids)


def take_back_parcel(services: Services, order_id: str, request: Request, number: int) -> Answer:
    """Take a parcel off the record that no carrier has scanned (O4). Raises ``NotFound`` for a parcel that is not there."""
    return execute(services, order_id, request, TakeBackParcel(number))


@dataclass(frozen=True, slots=True)
class TakeBackParcel(OrderCommand):
    """Whoever put a parcel on record, or the marketplace, takes it back (O4)."""

    number: int

    def check(self, case: Case, request: Request) -> None:
        """Raise ``NotFound`` for other people's orders and for parcels that are not there."""
        super(TakeBackParcel, self).check(case, request)
        if self.number > len(case.order.parcels):
            raise NotFound

    def decide(self, changes: Changes, *_: object) -> None:
        """Take the parcel back; one that was taken back before stays so."""
        if changes.case.order.parcels[self.number - 1].withdrawn_at is None:
            rules.take_back_parcel(changes, self.number)


def confirm_receipt(services: Services, order_id: str, request: Request, line_ids: tuple[str, ...]) -> Answer:
    """Record that the buyer has received some lines, or all where none is named (O6)."""
    return execute(services, order_id, request, ConfirmReceipt(line_ids))


@dataclass(frozen=True, slots=True)
class ConfirmReceipt(OrderCommand):
    """The buyer confirms receipt of some lines, or of all where none is named (O6)."""

    line_ids: tuple[str, ...]

    def decide(self, changes: Changes, *_: object) -> None:
        """Record the receipt."""
        rules.confirm_receipt(changes, self.line_ids)


def extend(
    services: Services, order_id: str, request: Request, promise: datetime | None, protection_until: datetime | None
) -> Answer:
    """Extend the promise, or the protection, or both, as the seller asks (O8)."""
    if promise is None and protection_until is None:
        raise Malformed("Name a new deliver_by, a new closes_at, or both.", "deliver_by")
    return execute(services, order_id, request, Extend(promise, protection_until))


@dataclass(frozen=True, slots=True)
class Extend(OrderCommand):
    """The seller extends the promise, or the protection, or both (O8)."""

    promise: datetime | None
    protection_until: datetime | None

    def decide(self, changes: Changes, *_: object) -> None:
        """Record the extensions."""
        if self.promise:
            rules.extend_promise(changes, self.promise)
        if self.protection_until:
            rules.extend_protection(changes, self.protection_until)


def answer_extension(services: Services, order_id: str, request: Request, number: int, *, accepted: bool) -> Answer:
    """Record the buyer's answer to the nth request for a later promise (O8). Raises ``NotFound`` for no such request."""
    return execute(services, order_id, request, AnswerExtension(number, accepted))


@dataclass(frozen=True, slots=True)
class AnswerExtension(OrderCommand):
    """The buyer accepts or refuses a later promise than the rules allow without consent (O8)."""

    number: int
    accepted: bool

    def check(self, case: Case, request: Request) -> None:
        """Raise ``NotFound`` for other people's orders and for requests that are not there."""
        super(AnswerExtension, self).check(case, request)
        if self.number > len(case.order.extensions):
            raise NotFound

    def decide(self, changes: Changes, *_: object) -> None:
        """Record the answer."""
        rules.answer_extension(changes, self.number, accepted=self.accepted)


def put_external_dispute(services: Services, order_id: str, request: Request, status: ExternalStatus, amount: Money) -> Answer:
    """Record how the dispute of the payment stands at the buyer's bank or payment provider (M3)."""
    return execute(services, order_id, request, PutExternalDispute(status, amount))


@dataclass(frozen=True, slots=True)
class PutExternalDispute(OrderCommand):
    """The marketplace reports the external dispute of an order's payment; the same report again changes nothing (M3)."""

    external: ExternalStatus
    amount: Money

    def decide(self, changes: Changes, *_: object) -> None:
        """Record the report, and what it moves."""
        report_external_dispute(changes, self.external, self.amount)


@dataclass(frozen=True, slots=True)
class CarrierEvent:
    """One record of a carrier about a tracking number, as it is reported (O6).

    ``exact`` is False where ``occurred_at`` is the latest time that the record can mean.
    """

    carrier: Carrier
    tracking_number: str
    occurred_at: datetime
    status: CarrierStatus
    destination: str = ""
    exact: bool = True
    words: tuple[str, ...] = ()

    def report(self) -> rules.CarrierReport:
        """Return the report with the canonical number. Raises ``Refusal(invalid_tracking_number)``."""
        number = tracking_number(self.carrier, self.tracking_number)
        return rules.CarrierReport(
            self.carrier, number, self.occurred_at, self.status, self.destination, self.exact, self.words
        )


def record_carrier_events(services: Services, actor: Actor, once: Once, events: tuple[CarrierEvent, ...]) -> Answer:
    """Take in a batch of carrier events, each independently of the others (O6).

    The answer gives each event's result: ``recorded``, ``duplicate``, ``unknown_parcel``, ``in_progress`` or the code of its
    refusal. An answer with an ``in_progress`` is not kept, so that the same request, sent again, records the rest.
    """
    kept = kept_answer(services, once)
    if kept:
        return kept
    results = record_events(services, actor, events)
    answer = Answer(OK, msgspec.json.encode({"results": results}).decode())
    if any(result["status"] == Busy.code for result in results):
        return answer
    return keep_answer(services, once, answer)


def record_events(services: Services, actor: Actor, events: Sequence[CarrierEvent]) -> list[Json]:
    """Take in carrier events, and say of each what became of it.

    All events of one order are taken in together and judged once, so that their order changes nothing (O6, I16).
    """
    outcomes: list[list[Json]] = [[] for _ in events]
    of_order: dict[str, list[tuple[int, rules.CarrierReport]]] = {}
    for place, event in enumerate(events):
        try:
            report = event.report()
        except Refusal as refused:
            outcomes[place].append(_refused(refused))
            continue
        for order_id in services.cases.orders_of_parcel(*parcel_key(report.carrier, report.tracking_number)):
            of_order.setdefault(order_id, []).append((place, report))
    for order_id, reports in of_order.items():
        told = _record_on(services, actor, order_id, tuple(report for _, report in reports))
        for (place, _), outcome in zip(reports, told, strict=True):
            outcomes[place].append(outcome)
    return [_in_all(told) for told in outcomes]


def _record_on(services: Services, actor: Actor, order_id: str, reports: tuple[rules.CarrierReport, ...]) -> list[Json]:
    """Take in what carriers report of one order, and say of each report what became of it there."""
    try:
        answer = execute(services, order_id, Request(actor), RecordCarrierReports(reports))
    except Refusal as refused:
        return [_refused(refused)] * len(reports)
    except Busy as busy:
        return [{"status": busy.code, "detail": "The order is being changed by others; send this event again."}] * len(reports)
    told: list[Json] = msgspec.json.decode(answer.body)
    return [it if "detail" in it else it | {"order_ids": [order_id]} for it in told]


@dataclass(frozen=True, slots=True)
class RecordCarrierReports(CaseCommand[list[bool | Refusal]]):
    """Carriers report on the parcels of an order; the result says of each report what became of it."""

    reports: tuple[rules.CarrierReport, ...]

    def decide(self, changes: Changes, *_: object) -> list[bool | Refusal]:
        """Record what is new; a report that is refused spoils no other."""
        return rules.record_carrier_reports(changes, self.reports)

    def answer(self, _: Changes, results: list[bool | Refusal], *__: object) -> tuple[int, list[Json]]:
        """Return what became of each report."""
        return OK, [_outcome(result) for result in results]


def _outcome(result: bool | Refusal) -> Json:  # noqa: FBT001 - what the rules return
    if isinstance(result, Refusal):
        return _refused(result)
    return {"status": "recorded" if result else "duplicate"}


def _in_all(told: list[Json]) -> Json:
    """Sum up what became of one event on all the orders that its parcel carries."""
    if not told:
        return {"status": "unknown_parcel", "detail": "No order has this tracking number yet; send it again once it has."}
    refused = next((it for it in told if "detail" in it), None)
    if refused:
        return refused
    news = any(it["status"] == "recorded" for it in told)
    return {"status": "recorded" if news else "duplicate", "order_ids": [order for it in told for order in it["order_ids"]]}


def _refused(refused: Refusal) -> Json:
    return {"status": refused.code, "detail": refused.message}


def get_order(services: Services, order_id: str, actor: Actor) -> Json:
    """Return one order. Raises ``NotFound``."""
    now = services.clock.now()
    return views.order(_seen(services, order_id, actor, now).case, now)


def get_protection(services: Services, order_id: str, actor: Actor, words: Mapping[str, str] = EXPLAINED) -> Json:
    """Return the guarantees the buyer has on this order now, explained in ``words`` (O9). Raises ``NotFound``."""
    now = services.clock.now()
    case = _seen(services, order_id, actor, now).case
    return views.guarantees(case, protection(case, now), now, words)


def get_ledger(services: Services, order_id: str, actor: Actor) -> Json:
    """Return the order's ledger, with what a passed deadline books at its due time (O3, D9). Raises ``NotFound``."""
    changes = _seen(services, order_id, actor, services.clock.now())
    entries = services.cases.ledger(order_id)
    expired = (ledger_entry(event.payload) for event in changes.events)
    entries += [entry for entry in expired if entry and entry.number > len(entries)]
    # Entries booked since the case was read are left out, so that entries and balance agree.
    return views.ledger(changes.case, entries[: changes.case.order.entries], actor)


def get_timeline(services: Services, order_id: str, actor: Actor) -> Json:
    """Return everything that happened to the order itself, in order (D11). Raises ``NotFound``."""
    now = services.clock.now()
    changes = _seen(services, order_id, actor, now)
    return {"order_id": order_id, "as_of": views.time(now), "events": timeline(services, changes, ORDER, actor)}


def timeline(services: Services, changes: Changes, stream: int, viewer: Actor) -> list[Json]:
    """Return one stream's events as ``viewer`` may see them: the stored ones, and what has expired since (D9, D11)."""
    log = services.cases.log(changes.case.order.terms.order_id, stream)
    expired = [event for event in changes.events if event.stream == stream and event.seq > len(log)]
    return [views.event(event, viewer) for event in (*log, *expired)]


def _seen(services: Services, order_id: str, actor: Actor, now: datetime) -> Changes:
    changes = current(services, order_id, now)
    check_order(changes.case, actor)
    return changes


def list_orders(
    services: Services, actor: Actor, owner: Actor | None, limit: int, cursor: str | None, q: str | None = None
) -> Json:
    """Return the caller's orders, newest first. The platform and operators name the ``owner`` whose orders they want.

    With ``q``, they are those that have it in their id, a title or a tracking number; a page may be short and have a cursor.
    """
    whose = owner if actor.role in (Role.PLATFORM, Role.OPERATOR) else actor
    if whose is None:
        raise Malformed("Name the buyer_id or the seller_id whose orders you want.", "buyer_id")
    now = services.clock.now()

    def show(stored: Item) -> tuple[Order, bool] | None:
        order = lists.as_order(stored)
        return (order, lists.ever_disputed(stored, order)) if not q or order_has(order, q) else None

    found, more = services.lists.read(lists.orders_of(whose.role.value, whose.id), limit, cursor, show)
    return views.page(order_rows(services, actor, whose, found, now), more, now)
