"""Import orders, record what happens to them, and answer questions about them (O1-O9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from chalicelib.domain import orders as rules
from chalicelib.domain.carriers import tracking_number
from chalicelib.domain.events import ORDER, ledger_entry
from chalicelib.domain.people import Actor, Role
from chalicelib.domain.protection import EXPLAINED, protection
from chalicelib.domain.refusals import CONFLICT, Refusal
from chalicelib.service import views
from chalicelib.service.access import check_order, check_parcel
from chalicelib.service.errors import Busy, Malformed
from chalicelib.service.execute import CaseCommand, Request, current, execute, keep_answer, kept_answer
from chalicelib.service.views import Json
from chalicelib.store import lists
from chalicelib.store.idempotency import Answer, Once

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from chalicelib.domain.carriers import Carrier
    from chalicelib.domain.case import Case
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.order import Order, OrderTerms
    from chalicelib.domain.parcel import CarrierRecord
    from chalicelib.service.services import Services
    from chalicelib.store.items import Item

CREATED = 201
OK = 200


def import_order(services: Services, actor: Actor, terms: OrderTerms) -> Answer:
    """Import an order: 201. The same order again changes nothing: 200.

    Other terms under a known id are refused as a conflict (O1).
    """
    return execute(services, terms.order_id, Request(actor), ImportOrder(terms), creates=True)


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
        if known != self.terms:
            raise Refusal(CONFLICT, "This order id was imported with other terms; they do not change afterwards.")
        return False

    def answer(self, case: Case, new: bool, *_: object) -> tuple[int, Json]:  # noqa: FBT001 - the command's result
        """Return the order."""
        return (CREATED if new else OK), views.order(case)


class OrderCommand(CaseCommand[None]):
    """A party or the marketplace changes an order that is theirs."""

    __slots__ = ()
    status = OK

    def check(self, case: Case, request: Request) -> None:
        """Raise ``NotFound`` for other people's orders, ``VersionMismatch`` for another version of the order."""
        check_order(case, request.actor)
        request.check_version(case.order.version)

    def answer(self, case: Case, *_: object) -> tuple[int, Json]:
        """Return the order."""
        return self.status, views.order(case)


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

    def decide(self, changes: Changes, services: Services, actor: Actor) -> None:
        """Record the parcel. Raises ``Refusal`` where it carries an order of other people."""
        parcel = rules.add_shipment(changes, self.carrier, self.tracking_number, self.shipped_at, self.line_ids)
        check_parcel(services, changes.case, parcel, actor)


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


@dataclass(frozen=True, slots=True)
class CarrierEvent:
    """One carrier's record about one tracking number (O6)."""

    carrier: Carrier
    tracking_number: str
    record: CarrierRecord


def record_carrier_events(services: Services, actor: Actor, once: Once, events: tuple[CarrierEvent, ...]) -> Answer:
    """Take in a batch of carrier events, each independently of the others (O6).

    The answer gives each event's result: ``recorded``, ``duplicate``, ``unknown_parcel``, ``in_progress`` or the code of its
    refusal. An answer with an ``in_progress`` is not kept, so that the same request, sent again, records the rest.
    """
    kept = kept_answer(services, once)
    if kept:
        return kept
    results: list[Json] = [{}] * len(events)
    for (carrier, number), places in _by_parcel(events).items():
        told = record_of_parcel(services, actor, carrier, number, [events[place].record for place in places])
        for place, result in zip(places, told, strict=True):
            results[place] = result
    answer = Answer(OK, msgspec.json.encode({"results": results}).decode())
    if any(result["status"] == Busy.code for result in results):
        return answer
    return keep_answer(services, once, answer)


def _by_parcel(events: tuple[CarrierEvent, ...]) -> dict[tuple[Carrier, str], list[int]]:
    places: dict[tuple[Carrier, str], list[int]] = {}
    for place, it in enumerate(events):
        places.setdefault((it.carrier, it.tracking_number), []).append(place)
    return places


RECORDS_AT_ONCE = 5
"""The most records of one parcel in one transaction, beside what has expired (``size_limits.steps_at_once``)."""


def record_of_parcel(
    services: Services, actor: Actor, carrier: Carrier, written: str, records: Sequence[CarrierRecord]
) -> list[Json]:
    """Take in a carrier's records of one parcel, and return the result of each (O6)."""
    try:
        number = tracking_number(carrier, written)
    except Refusal as refused:
        return [_refused(refused)] * len(records)
    orders = services.cases.orders_of_parcel(carrier.value, number)
    if not orders:
        told = {"status": "unknown_parcel", "detail": "No order has this tracking number yet; send it again once it has."}
        return [told] * len(records)
    results: list[Json] = []
    for first in range(0, len(records), RECORDS_AT_ONCE):
        results += _record(services, actor, orders, (carrier, number), records[first : first + RECORDS_AT_ONCE])
    return results


def _record(
    services: Services, actor: Actor, orders: list[str], parcel: tuple[Carrier, str], records: Sequence[CarrierRecord]
) -> list[Json]:
    """Take in records of a parcel on every order that it carries, and return the result of each."""
    command = RecordCarrierEvents(parcel, records)
    try:
        answers = [execute(services, order_id, Request(actor), command) for order_id in orders]
    except Refusal as refused:
        return [_refused(refused)] * len(records)
    except Busy as busy:
        return [{"status": busy.code, "detail": "The order is being changed by others; send this event again."}] * len(records)
    by_order: list[list[Json]] = [msgspec.json.decode(answer.body) for answer in answers]
    return [_in_all(orders, outcomes) for outcomes in zip(*by_order, strict=True)]


@dataclass(frozen=True, slots=True)
class RecordCarrierEvents(CaseCommand[list[Json]]):
    """A carrier reports on a parcel; the outcome is the result of each record on this order."""

    parcel: tuple[Carrier, str]
    records: Sequence[CarrierRecord]

    def decide(self, changes: Changes, *_: object) -> list[Json]:
        """Record what is new. A refused record does not affect the others."""
        return [_outcome(changes, self.parcel, record) for record in self.records]

    def answer(self, _: Case, outcomes: list[Json], *__: object) -> tuple[int, list[Json]]:
        """Return the result of each record."""
        return OK, outcomes


def _outcome(changes: Changes, parcel: tuple[Carrier, str], record: CarrierRecord) -> Json:
    """Take in one record on one order, and return its result."""
    try:
        news = rules.record_carrier_event(changes, *parcel, record)
    except Refusal as refused:
        return _refused(refused)
    return {"status": "recorded" if news else "duplicate"}


def _in_all(orders: list[str], outcomes: tuple[Json, ...]) -> Json:
    """Return the result of one record over all the orders that its parcel carries."""
    refused = next((it for it in outcomes if "detail" in it), None)
    if refused:
        return refused
    news = any(it["status"] == "recorded" for it in outcomes)
    return {"status": "recorded" if news else "duplicate", "order_ids": orders}


def _refused(refused: Refusal) -> Json:
    return {"status": refused.code, "detail": refused.message}


def get_order(services: Services, order_id: str, actor: Actor) -> Json:
    """Return one order. Raises ``NotFound``."""
    return views.order(_seen(services, order_id, actor, services.clock.now()).case)


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
    changes = _seen(services, order_id, actor, services.clock.now())
    return {"order_id": order_id, "events": timeline(services, changes, ORDER, actor)}


def timeline(services: Services, changes: Changes, stream: int, viewer: Actor) -> list[Json]:
    """Return one stream's events as ``viewer`` may see them: the stored ones, and what has expired since (D9, D11)."""
    log = services.cases.log(changes.case.order.terms.order_id, stream)
    expired = [event for event in changes.events if event.stream == stream and event.seq > len(log)]
    return [views.event(event, viewer) for event in (*log, *expired)]


def _seen(services: Services, order_id: str, actor: Actor, now: datetime) -> Changes:
    changes = current(services, order_id, now)
    check_order(changes.case, actor)
    return changes


def list_orders(services: Services, actor: Actor, owner: Actor | None, limit: int, cursor: str | None) -> Json:
    """Return the caller's orders, newest first. The platform names the ``owner`` whose orders it wants."""
    whose = owner if actor.role is Role.PLATFORM else actor
    if whose is None:
        raise Malformed("Name the buyer_id or the seller_id whose orders you want.", "buyer_id")
    page = services.lists.page(lists.orders_of(whose.role.value, whose.id), limit, cursor)
    now = services.clock.now()
    return {"items": [views.order_summary(_listed(services, found, now)) for found in page.found], "cursor": page.cursor}


def _listed(services: Services, found: Item, now: datetime) -> Order:
    """Return a listed order as it is at ``now``, swept or not (D9). Its case is read only where a deadline may have passed."""
    it = lists.as_order(found)
    if it.completed_at is not None or now < it.closes_at(services.policies.version(it.policy_version)):
        return it
    return current(services, it.terms.order_id, now).case.order
