"""Orders over HTTP (O1-O9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.api.call import Call
from chalicelib.api.endpoint import Audited
from chalicelib.api.identity.scopes import Scope
from chalicelib.api.language import explanations_in
from chalicelib.api.lazily import Lazily, Models
from chalicelib.api.parameters import PAGE, person, words
from chalicelib.api.routing import Resource, route
from chalicelib.api.standing import named_party
from chalicelib.domain import refusals as r
from chalicelib.domain.people import Role
from chalicelib.service import orders, policies
from chalicelib.service.views import Json
from chalicelib.store.idempotency import Answer

if TYPE_CHECKING:
    from chalicelib.api.orders import answers
    from chalicelib.api.orders import requests as m
else:
    m = Models("chalicelib.api.orders.requests")
    answers = Lazily("chalicelib.api.orders.answers")

blueprint = Resource(__name__, "orders")

BUYER, SELLER, PLATFORM = Role.BUYER, Role.SELLER, Role.PLATFORM
OWNERS = (BUYER, SELLER, PLATFORM, Role.OPERATOR)
SEE = (*OWNERS, Role.MEDIATOR)
"""The owners, and the mediator who has a case of the order."""
ORDERS, MONEY = (Scope.ORDERS,), (Scope.ORDERS, Scope.PAYMENTS)


@route(
    blueprint,
    "PUT",
    "/orders/{order_id}",
    roles=(PLATFORM,),
    scopes=ORDERS,
    audit=Audited.COMMAND,
    body=m.ImportOrder,
    status=201,
    answers=lambda: answers.Order,
    refuses=(r.CONFLICT, r.INVALID),
    versioned=False,
    repeated="It was there already; nothing changed.",
)
def import_order(call: Call, order_id: str) -> Answer:
    """Import an order and hold its payment; the same body again changes nothing."""
    return orders.import_order(call.services, call.actor, call.body.terms(order_id), call.also)


@route(
    blueprint,
    "GET",
    "/orders",
    roles=OWNERS,
    scopes=ORDERS,
    audit=Audited.READ,
    answers=lambda: answers.OrderPage,
    query=(
        *PAGE,
        words("q", "Only those with this in their id, a title or a tracking number; a page may be short and have a cursor."),
        person("buyer_id", "Whose orders; for the platform and operators, this or seller_id."),
        person("seller_id", "Whose orders; for the platform and operators, this or buyer_id."),
    ),
)
def list_orders(call: Call) -> Json:
    """List the caller's orders, newest first; the platform or an operator names a buyer or a seller."""
    return orders.list_orders(call.services, call.actor, named_party(call), call.limit, call.cursor, call.query["q"])


@route(blueprint, "GET", "/orders/{order_id}", roles=SEE, scopes=ORDERS, audit=Audited.READ, answers=lambda: answers.Order)
def get_order(call: Call, order_id: str) -> Json:
    """Show an order: lines, parcels, deadlines, escrow, disputes."""
    return orders.get_order(call.services, order_id, call.actor)


@route(
    blueprint,
    "GET",
    "/orders/{order_id}/protection",
    roles=OWNERS,
    scopes=ORDERS,
    worded=True,
    audit=Audited.READ,
    answers=lambda: answers.Protection,
)
def get_protection(call: Call, order_id: str) -> Json:
    """Say what the buyer is covered for now: every guarantee, its window, its remedies, or why not."""
    return orders.get_protection(call.services, order_id, call.actor, explanations_in(call.language))


@route(
    blueprint,
    "GET",
    "/policies",
    roles=SEE,
    scopes=ORDERS,
    audit=Audited.READ,
    answers=lambda: answers.PolicyList,
)
def list_policies(call: Call) -> Json:
    """Show the windows and limits of every version of the policy; the policy_version of an order names its own."""
    return policies.list_policies(call.services)


@route(
    blueprint,
    "GET",
    "/orders/{order_id}/ledger",
    roles=OWNERS,
    scopes=MONEY,
    audit=Audited.READ,
    answers=lambda: answers.Ledger,
)
def get_ledger(call: Call, order_id: str) -> Json:
    """Show every movement of the order's money, and the balance."""
    return orders.get_ledger(call.services, order_id, call.actor)


@route(
    blueprint,
    "GET",
    "/orders/{order_id}/timeline",
    roles=SEE,
    scopes=ORDERS,
    audit=Audited.READ,
    answers=lambda: answers.OrderTimeline,
)
def get_order_timeline(call: Call, order_id: str) -> Json:
    """Show everything that happened to an order, in order."""
    return orders.get_timeline(call.services, order_id, call.actor)


@route(
    blueprint,
    "POST",
    "/orders/{order_id}/shipments",
    roles=(SELLER, PLATFORM),
    scopes=ORDERS,
    audit=Audited.COMMAND,
    body=m.AddShipment,
    status=201,
    answers=lambda: answers.Order,
    refuses=(r.INVALID_TRACKING_NUMBER, r.INVALID, r.CONFLICT, r.LIMIT_REACHED),
    versioned=True,
)
def add_shipment(call: Call, order_id: str) -> Answer:
    """Record a parcel with its carrier and tracking number."""
    return orders.add_shipment(call.services, order_id, call.request, call.body.shipment())


@route(
    blueprint,
    "DELETE",
    "/orders/{order_id}/shipments/{n}",
    roles=(SELLER, PLATFORM),
    scopes=ORDERS,
    audit=Audited.COMMAND,
    answers=lambda: answers.Order,
    refuses=(r.WRONG_PARTY, r.WRONG_STATE),
    versioned=True,
)
def take_back_shipment(call: Call, order_id: str, n: str) -> Answer:
    """Take back a parcel that no carrier has scanned, as when its number was mistyped."""
    return orders.take_back_parcel(call.services, order_id, call.request, int(n))


@route(
    blueprint,
    "POST",
    "/orders/{order_id}/receipt",
    roles=(BUYER,),
    body=m.ConfirmReceipt,
    answers=lambda: answers.Order,
    refuses=(r.INVALID,),
    versioned=True,
)
def confirm_receipt(call: Call, order_id: str) -> Answer:
    """Confirm that the order, or some lines of it, arrived."""
    return orders.confirm_receipt(call.services, order_id, call.request, call.body.line_ids)


@route(
    blueprint,
    "POST",
    "/orders/{order_id}/extensions",
    roles=(SELLER,),
    body=m.ExtendOrder,
    answers=lambda: answers.Order,
    refuses=(r.INVALID, r.TOO_LATE, r.LIMIT_REACHED),
    versioned=True,
)
def extend(call: Call, order_id: str) -> Answer:
    """Promise delivery later, or let protection end later."""
    return orders.extend(call.services, order_id, call.request, call.body.deliver_by, call.body.closes_at)


@route(
    blueprint,
    "POST",
    "/orders/{order_id}/extensions/{n}/consent",
    roles=(BUYER,),
    body=m.AnswerExtension,
    answers=lambda: answers.Order,
    refuses=(r.CONFLICT, r.TOO_LATE),
    versioned=True,
)
def answer_extension(call: Call, order_id: str, n: str) -> Answer:
    """Accept or refuse the seller's request for a later promise."""
    return orders.answer_extension(call.services, order_id, call.request, int(n), accepted=call.body.accept)


@route(
    blueprint,
    "PUT",
    "/orders/{order_id}/external-dispute",
    roles=(PLATFORM,),
    scopes=(Scope.PAYMENTS,),
    audit=Audited.COMMAND,
    body=m.PutExternalDispute,
    answers=lambda: answers.Order,
    refuses=(r.INVALID, r.CONFLICT),
    versioned=True,
)
def put_external_dispute(call: Call, order_id: str) -> Answer:
    """Say how a chargeback or another external dispute of the order's payment stands."""
    body: m.PutExternalDispute = call.body
    return orders.put_external_dispute(call.services, order_id, call.request, body.status, body.amount.domain())


@route(
    blueprint,
    "POST",
    "/carrier-events",
    roles=(PLATFORM,),
    scopes=(Scope.TRACKING,),
    audit=Audited.COMMAND,
    body=m.CarrierEvents,
    answers=lambda: answers.CarrierResults,
    versioned=False,
)
def record_carrier_events(call: Call) -> Answer:
    """Take in up to 100 carrier records, in any order, repeated or not."""
    events = tuple(it.event() for it in call.body.events)
    return orders.record_carrier_events(call.services, call.actor, call.expect_once(), events)
