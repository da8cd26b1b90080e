"""One good request for every route, and the stories that lead up to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, auto
from typing import TYPE_CHECKING, Any, Protocol

from chalicelib.api import register  # noqa: F401 - it declares the routes
from chalicelib.api.endpoint import ENDPOINTS, Endpoint
from chalicelib.domain.ledger import LedgerEntry, Movement, payment_id
from chalicelib.domain.money import Money
from chalicelib.domain.webhooks import delivery_id, endpoint_id
from chalicelib.service.devices import device_id
from tests.api.edge import ANYONE, DAY, HOOK, HOUR, NOON, SIGNED, at
from tests.service.bucket import JPEG

if TYPE_CHECKING:
    from tests.api.edge import Clock

ANA, BEN = "buyer:ana", "buyer:ben"
ACME, ZETA = "seller:acme", "seller:zeta"
MIA = "mediator:mia"
LEA = "lead:lea"
OLA = "operator:ola"
MARKET = "platform:market"

AT_HOME = {"name": "Acme returns", "lines": ["Calle Mayor 1"], "city": "Madrid", "postal_code": "28013", "country": "ES"}
SELLER_CONTACTS = {
    "email": "returns@acme.example",
    "phone": "+34600000000",
    "language": "es",
    "time_zone": "Europe/Madrid",
    "quiet_hours": {"from": "22:00", "to": "08:00"},
    "channels": {"email": True, "sms": True, "push": False},
    "return_addresses": [AT_HOME],
}
VERIFIED_CONTACTS = SELLER_CONTACTS | {"phone_verified": True}
"""The same, by the platform, which has confirmed the phone itself."""
BUYER_CONTACTS = {"email": "ana@ana.example", "phone": None, "language": "ru"}
DEVICE = {"platform": "fcm", "token": "cXk3-ana-of-firebase"}
SHOP_DEVICE = {"platform": "fcm", "token": "cXk3-acme-of-firebase"}


def euros(minor: int) -> dict[str, Any]:
    """So many cents."""
    return {"minor": minor, "currency": "EUR"}


def euros_told(minor: int) -> dict[str, Any]:
    """So many cents, as answers tell them."""
    return euros(minor) | {"exponent": 2}


ORDER: dict[str, Any] = {
    "buyer_id": "ana",
    "seller_id": "acme",
    "currency": "EUR",
    "lines": [
        {
            "id": "a",
            "title": "Lamp",
            "quantity": 1,
            "unit_price": euros(9000),
            "image_url": "https://cdn.market.example/lamp.jpg?w=320",
            "url": "https://market.example/lamps/7",
        }
    ],
    "shipping_fee": euros(1000),
    "seller_name": "Acme Lamps",
    "paid_at": at(NOON),
    "paid_on_platform": True,
    "destination_country": "ES",
    "deliver_by": at(NOON + 30 * DAY),
    "guarantees": [{"type": "guaranteed_genuine", "return_postage": "seller"}],
}
CLAIM = {
    "reason": "not_as_described",
    "issue": "damaged",
    "items": [{"line_id": "a", "quantity": 1}],
    "description": "Cracked.",
}
OFFER = {"type": "refund", "amount": euros(1000), "note": "Keep it."}
NOTE = {"text": "The two photos show different lamps."}
DECISION = {
    "type": "refund",
    "amount": euros(5000),
    "finding": "not_as_described",
    "rationale": "The photos show it.",
    "return_address": AT_HOME,
}


SEEN = {"description": "Departed", "place": "Madrid, ESP"}


def shipped_with(number: int) -> dict[str, Any]:
    """A parcel."""
    return {"carrier": "tnt", "tracking_number": f"{number:09d}"}


class Stop(IntEnum):
    """The point at which the story of an order stops."""

    NOWHERE = auto()
    REACHED = auto()
    HOOKED = auto()
    UNCONFIRMED = auto()
    FORGETTING = auto()
    NOT_HERE = auto()
    SOLD = auto()
    ASKED = auto()
    TALKED = auto()
    ATTACHED = auto()
    SHIPPED = auto()
    DELIVERED = auto()
    DRAFTED = auto()
    DISPUTED = auto()
    SHOWN = auto()
    REPLACING = auto()
    NEGOTIATING = auto()
    ESCALATED = auto()
    ASSIGNED = auto()
    NOTED = auto()
    DECIDED = auto()
    APPEALED = auto()
    AWAITING_RETURN = auto()
    RETURN_IN_TRANSIT = auto()
    PAYING = auto()


class Stage(Protocol):
    """The API that stories are played against, and its clock."""

    @property
    def clock(self) -> Clock:
        """Return the clock of the stage."""
        ...

    @property
    def hook(self) -> dict[str, Any]:
        """Return the webhook endpoint that the stories register."""
        ...

    def done(self, who: str, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        """Send a request that has to succeed, and return its body."""
        ...

    def upload(self, form: dict[str, Any], content: bytes) -> None:
        """Send a file by a form that was given out."""
        ...


def bring(api: Stage, stop: Stop, order_id: str = "o-1", parcel: int = 1) -> None:
    """Play an order's story up to ``stop``: sold now, delivered after nine days, damaged."""
    dispute, delivered = f"/disputes/{order_id}-d1", at(api.clock.at + 9 * DAY)
    dispute_steps: list[tuple[Stop, str, str, Any]] = [
        (Stop.NEGOTIATING, ACME, "/proposals", OFFER),
        (Stop.ESCALATED, ANA, "/escalate", {}),
        (Stop.ASSIGNED, MIA, "/assignment", {}),
        (Stop.NOTED, MIA, "/notes", NOTE),
        (Stop.NOTED, MIA, "/notes", NOTE),
        (Stop.DECIDED, MIA, "/decision", DECISION),
        (Stop.APPEALED, ANA, "/appeal", {"note": "Look again."}),
    ]
    return_steps: list[tuple[Stop, str, str, Any]] = [
        (Stop.AWAITING_RETURN, ACME, "/proposals/1/accept", {}),
        (Stop.RETURN_IN_TRANSIT, ANA, "/return/shipment", shipped_with(900000000 + parcel)),
        (Stop.PAYING, ACME, "/return/acknowledgement", {"type": "item_received"}),
    ]
    before_a_sale(api, stop)
    if stop is Stop.NOT_HERE:
        not_here(api, order_id, parcel)
    if stop >= Stop.SOLD:
        sell(api, stop, order_id)
    if stop >= Stop.SHIPPED:
        api.done(ACME, "POST", f"/orders/{order_id}/shipments", shipped_with(parcel))
    if stop >= Stop.DELIVERED:
        api.clock.wait(9 * DAY)
        record = shipped_with(parcel) | {"status": "delivered", "occurred_at": delivered}
        api.done(MARKET, "POST", "/carrier-events", {"events": [record]})
        api.clock.wait(HOUR)
    if stop >= Stop.DISPUTED:
        api.done(ANA, "POST", f"/orders/{order_id}/disputes", CLAIM)
    if stop in (Stop.DRAFTED, Stop.SHOWN):
        show(api, dispute if stop is Stop.SHOWN else f"/orders/{order_id}")
    if stop is Stop.REPLACING:
        api.done(ACME, "POST", f"{dispute}/proposals", {"type": "replacement", "amount": euros(0)})
        api.done(ANA, "POST", f"{dispute}/proposals/2/accept", {})
    for reached, who, path, body in return_steps if stop >= Stop.AWAITING_RETURN else dispute_steps:
        if stop >= reached:
            api.clock.wait(HOUR)
            api.done(who, "POST", dispute + path, body)


def before_a_sale(api: Stage, stop: Stop) -> None:
    """People say how they are reached, or ask to be forgotten."""
    if stop is Stop.UNCONFIRMED:
        api.done(ACME, "PUT", "/sellers/acme/contacts", SELLER_CONTACTS)
        api.clock.wait(HOUR)
    if stop is Stop.REACHED:
        api.done(MARKET, "PUT", "/sellers/acme/contacts", VERIFIED_CONTACTS)
        api.done(ACME, "POST", "/sellers/acme/devices", SHOP_DEVICE)
        api.done(ANA, "PUT", "/buyers/ana/contacts", BUYER_CONTACTS)
        api.done(ANA, "POST", "/buyers/ana/devices", DEVICE)
    if stop is Stop.HOOKED:
        hook(api)
    if stop is Stop.FORGETTING:
        api.done(ANA, "DELETE", "/buyers/ana")
        api.done(ACME, "DELETE", "/sellers/acme")


def hook(api: Stage) -> None:
    """The marketplace registers a webhook endpoint, unless it has, and tests it."""
    known = api.done(MARKET, "GET", "/webhook-endpoints")["items"]
    if api.hook["url"] not in [it["url"] for it in known]:
        api.done(MARKET, "POST", "/webhook-endpoints", api.hook)
    api.done(MARKET, "POST", f"/webhook-endpoints/{endpoint_id(api.hook['url'])}/test", {})
    api.clock.wait(HOUR)


def sell(api: Stage, stop: Stop, order_id: str) -> None:
    """An order is sold now; the seller asks for a later promise, or the two talk about it."""
    api.done(MARKET, "PUT", "/sellers/acme/contacts", VERIFIED_CONTACTS)
    sold = {"paid_at": at(api.clock.at), "deliver_by": at(api.clock.at + 30 * DAY)}
    api.done(MARKET, "PUT", f"/orders/{order_id}", ORDER | sold)
    if stop is Stop.ASKED:
        api.done(ACME, "POST", f"/orders/{order_id}/extensions", {"deliver_by": at(api.clock.at + 70 * DAY)})
    if stop >= Stop.TALKED:
        talk(api, stop, f"/orders/{order_id}/messages")


def not_here(api: Stage, order_id: str, parcel: int) -> None:
    """The promise passes and the buyer claims that nothing came; then the carrier shows a delivery in time."""
    began = api.clock.at
    sold = {"paid_at": at(began), "deliver_by": at(began + 5 * DAY)}
    api.done(MARKET, "PUT", f"/orders/{order_id}", ORDER | sold)
    api.done(ACME, "POST", f"/orders/{order_id}/shipments", shipped_with(parcel) | {"shipped_at": at(began)})
    api.clock.wait(5 * DAY + HOUR)
    api.done(ANA, "POST", f"/orders/{order_id}/disputes", {"reason": "not_received"})
    record = shipped_with(parcel) | {"status": "delivered", "occurred_at": at(began + 4 * DAY)}
    api.done(MARKET, "POST", "/carrier-events", {"events": [record]})


def talk(api: Stage, stop: Stop, thread: str) -> None:
    """Both write in the thread; where files go as well, the buyer shows a picture."""
    api.done(ANA, "POST", thread, {"text": "When will you send it?"})
    api.done(ACME, "POST", thread, {"text": "Today."})
    if stop is Stop.ATTACHED:
        form = api.done(ANA, "POST", f"{thread}/uploads", PICTURE)
        api.upload(form, JPEG)
        api.done(ANA, "POST", thread, {"attachments": [form["upload_id"]]})


PICTURE = {"content_type": "image/jpeg", "size": len(JPEG)}
FILE = {"type": "photo", "content_type": "image/jpeg", "size": len(JPEG), "note": "The crack."}


def show(api: Stage, of: str) -> None:
    """The buyer uploads a photo, which storage tells of; a film is on its way."""
    form = api.done(ANA, "POST", f"{of}/evidence/uploads", FILE)
    api.upload(form, JPEG)
    api.clock.wait(HOUR)
    api.done(ANA, "POST", f"{of}/evidence/uploads", {"type": "video", "content_type": "video/mp4", "size": 40_000_000})


@dataclass(frozen=True)
class Sample:
    """A request that succeeds once the story has come to ``stop``, and keys of its answer.

    ``other`` is a body that would do as well.
    """

    stop: Stop
    who: str
    body: Any = None
    keys: tuple[str, ...] = ()
    other: Any = None
    ids: dict[str, str] = field(default_factory=dict)
    query: str = ""
    kind: str = "application/json"


_ORDER_KEYS = ("id", "status", "lines", "escrow", "closes_at", "parcels", "version")
_DISPUTE_KEYS = ("id", "status", "stage", "deadline", "proposals", "allowed_actions", "version")
_LIST_KEYS = ("items", "cursor")
_ERASURE_KEYS = ("id", "role", "status", "asked_at", "orders_erased", "orders_going_on", "looks_again_at", "done_at")
_ENDPOINT_KEYS = ("id", "url", "types", "enabled", "failing_since", "version")
_DELIVERY_KEYS = ("id", "type", "status", "attempts", "last_status")
_LATER = {"deliver_by": at(NOON + 40 * DAY), "closes_at": at(NOON + 90 * DAY)}
_GRANTED = NOON + 9 * DAY + HOUR + 7 * DAY

SAMPLES: dict[str, Sample] = {
    "import_order": Sample(Stop.NOWHERE, MARKET, ORDER, _ORDER_KEYS),
    "import_orders": Sample(
        Stop.NOWHERE,
        MARKET,
        {"orders": [ORDER | {"id": "o-1"}]},
        ("results",),
        other={"orders": [ORDER | {"id": "o-1", "shipping_fee": euros(500)}]},
    ),
    "list_orders": Sample(Stop.SOLD, ANA, keys=_LIST_KEYS, query="?limit=5"),
    "get_order": Sample(Stop.DELIVERED, ANA, keys=_ORDER_KEYS),
    "get_protection": Sample(Stop.DELIVERED, ANA, keys=("guarantees", "closes_at", "as_of")),
    "list_policies": Sample(Stop.NOWHERE, ANA, keys=("items",)),
    "get_ledger": Sample(Stop.PAYING, ACME, keys=("balance", "entries", "payment_instructions")),
    "get_order_timeline": Sample(Stop.DELIVERED, ANA, keys=("order_id", "events")),
    "add_shipment": Sample(
        Stop.SOLD,
        ACME,
        shipped_with(1) | {"shipped_at": at(NOON), "line_ids": ["a"]},
        _ORDER_KEYS,
        other=shipped_with(2),
    ),
    "take_back_shipment": Sample(Stop.SHIPPED, ACME, keys=_ORDER_KEYS),
    "answer_extension": Sample(Stop.ASKED, ANA, {"accept": True}, _ORDER_KEYS, other={"accept": False}),
    "put_external_dispute": Sample(
        Stop.SOLD,
        MARKET,
        {"status": "open", "amount": euros(10000)},
        _ORDER_KEYS,
        other={"status": "open", "amount": euros(9000)},
    ),
    "confirm_receipt": Sample(Stop.SOLD, ANA, {"line_ids": ["a"]}, _ORDER_KEYS, other={}),
    "extend": Sample(Stop.SOLD, ACME, _LATER, _ORDER_KEYS, other={"deliver_by": at(NOON + 50 * DAY)}),
    "record_carrier_events": Sample(
        Stop.DELIVERED,
        MARKET,
        {"events": [shipped_with(1) | {"status": "in_transit", "occurred_at": at(NOON)} | SEEN]},
        ("results",),
        other={"events": [shipped_with(1) | {"status": "exception", "occurred_at": at(NOON)}]},
    ),
    "open_dispute": Sample(
        Stop.DELIVERED,
        ANA,
        CLAIM | {"request_type": "refund_with_return", "request_amount": euros(10000), "attests_unused": False},
        _DISPUTE_KEYS,
        other=CLAIM,
    ),
    "list_disputes": Sample(Stop.DISPUTED, ACME, keys=_LIST_KEYS, query="?awaiting=me&sort=deadline&q=o-1&limit=5"),
    "get_dispute": Sample(Stop.DISPUTED, ACME, keys=_DISPUTE_KEYS),
    "get_timeline": Sample(Stop.DISPUTED, ANA, keys=("dispute_id", "events")),
    "propose": Sample(Stop.DISPUTED, ACME, OFFER | {"return_address": AT_HOME}, _DISPUTE_KEYS, other=OFFER | {"note": "!"}),
    "accept": Sample(Stop.DISPUTED, ACME, {"return_address": AT_HOME}, _DISPUTE_KEYS, other={}, ids={"proposal_id": "1"}),
    "decline": Sample(Stop.DISPUTED, ACME, {"proposal_id": "1", "note": "No."}, _DISPUTE_KEYS, other={}),
    "escalate": Sample(Stop.NEGOTIATING, ANA, {"note": "Please look."}, _DISPUTE_KEYS, other={}),
    "withdraw": Sample(Stop.DISPUTED, ANA, {}, _DISPUTE_KEYS),
    "add_evidence": Sample(
        Stop.DISPUTED,
        ANA,
        {"type": "photo", "note": "The crack.", "answers": None},
        _DISPUTE_KEYS,
        other={"note": "It is cracked.", "answers": []},
    ),
    "request_upload": Sample(
        Stop.DISPUTED,
        ANA,
        FILE,
        ("upload_id", "url", "fields", "expires_at"),
        other={"type": "document", "content_type": "application/pdf", "size": 1},
    ),
    "request_draft": Sample(
        Stop.DELIVERED,
        ANA,
        FILE,
        ("upload_id", "url", "fields", "expires_at"),
        other={"type": "document", "content_type": "application/pdf", "size": 1},
    ),
    "list_drafts": Sample(Stop.DRAFTED, ANA, keys=("order_id", "uploads", "as_of")),
    "list_evidence": Sample(Stop.SHOWN, ANA, keys=("evidence", "missing_evidence", "uploads")),
    "object_to_delivery": Sample(
        Stop.NOT_HERE,
        ANA,
        {"statement": "It is not here, nor with the neighbours."},
        _DISPUTE_KEYS,
        other={"statement": "No parcel came."},
    ),
    "grant_time": Sample(Stop.DISPUTED, ANA, {"until": at(_GRANTED)}, _DISPUTE_KEYS, other={"until": at(_GRANTED + DAY)}),
    "appeal": Sample(Stop.DECIDED, ANA, {"type": "photo", "note": "New."}, _DISPUTE_KEYS, other={"note": "Newer."}),
    "withdraw_appeal": Sample(Stop.APPEALED, ANA, {}, _DISPUTE_KEYS),
    "accept_decision": Sample(Stop.DECIDED, ACME, {}, _DISPUTE_KEYS),
    "ship_return": Sample(Stop.AWAITING_RETURN, ANA, shipped_with(900000001), _DISPUTE_KEYS, other=shipped_with(900000002)),
    "acknowledge_return": Sample(
        Stop.RETURN_IN_TRANSIT,
        ACME,
        {"type": "damaged", "evidence": "Broken glass.", "came": True},
        _DISPUTE_KEYS,
        other={"type": "item_received"},
    ),
    "ship_replacement": Sample(Stop.REPLACING, ACME, shipped_with(900000001), _DISPUTE_KEYS, other=shipped_with(900000002)),
    "list_messages": Sample(
        Stop.TALKED, ANA, keys=("items", "cursor", "unread", "read_up_to", "closes_at", "may_write"), query="?limit=1"
    ),
    "write_message": Sample(
        Stop.DISPUTED,
        ACME,
        {"text": "Sorry!\nIs the shade whole?"},
        ("id", "author", "text", "dispute_id"),
        other={"text": "!"},
    ),
    "request_attachment": Sample(
        Stop.SOLD,
        ACME,
        PICTURE,
        ("upload_id", "url", "fields", "expires_at"),
        other={"content_type": "application/pdf", "size": 1},
    ),
    "list_attachments": Sample(Stop.ATTACHED, ACME, keys=("message_id", "attachments"), ids={"message_id": "o-1-m3"}),
    "mark_read": Sample(Stop.TALKED, ACME, {"up_to": "o-1-m1"}, ("unread", "read_up_to"), other={"up_to": "o-1-m2"}),
    "open_ticket": Sample(Stop.NOWHERE, ACME, {}, ("url", "ticket", "expires_at")),
    "mediation_queue": Sample(Stop.ESCALATED, MIA, keys=_LIST_KEYS, query="?limit=5"),
    "get_workload": Sample(Stop.ESCALATED, MIA, keys=("people", "unassigned", "decided_by_day")),
    "get_case": Sample(Stop.NOTED, MIA, keys=("dispute", "order", "records", "evidence", "parties", "notes")),
    "get_replies": Sample(Stop.NOWHERE, MIA, keys=("shared", "own", "variables")),
    "put_replies": Sample(
        Stop.NOWHERE,
        MIA,
        {"items": [{"name": "Ask for the box", "texts": {"en": "Please show the box of {item}."}}]},
        ("items", "version"),
        other={"items": []},
    ),
    "assign": Sample(Stop.ESCALATED, MIA, {}, _DISPUTE_KEYS),
    "hand_over": Sample(Stop.ESCALATED, LEA, {"mediator_id": "mia"}, _DISPUTE_KEYS, other={"mediator_id": "noor"}),
    "give_back": Sample(Stop.ASSIGNED, MIA, keys=_DISPUTE_KEYS),
    "list_notes": Sample(Stop.NOTED, MIA, keys=_LIST_KEYS, query="?limit=5"),
    "write_note": Sample(Stop.ASSIGNED, MIA, NOTE, ("number", "author", "text"), other={"text": "Ask for the box."}),
    "request_information": Sample(
        Stop.ASSIGNED,
        MIA,
        {"to": "seller", "question": "Which box?"},
        _DISPUTE_KEYS,
        other={"to": "buyer", "question": "Which box?"},
    ),
    "decide": Sample(Stop.ASSIGNED, MIA, DECISION, _DISPUTE_KEYS, other=DECISION | {"rationale": "It is so."}),
    "put_seller_contacts": Sample(Stop.NOWHERE, ACME, SELLER_CONTACTS, ("id", "email", "return_addresses", "version")),
    "put_buyer_contacts": Sample(Stop.NOWHERE, ANA, BUYER_CONTACTS, ("id", "email", "version")),
    "confirm_phone": Sample(
        Stop.REACHED, ACME, {"code": "000000"}, ("id", "phone_status", "version"), other={"code": "000001"}
    ),
    "send_phone_code": Sample(Stop.UNCONFIRMED, ACME, {}, ("id", "phone_status", "version")),
    "get_seller_contacts": Sample(Stop.REACHED, ACME, keys=("id", "email_status", "return_addresses", "version")),
    "get_me": Sample(Stop.DISPUTED, ACME, keys=("id", "role", "language", "time_zone", "counts", "as_of")),
    "get_buyer_contacts": Sample(Stop.REACHED, ANA, keys=("id", "email_status", "devices", "version")),
    "register_seller_device": Sample(Stop.NOWHERE, ACME, SHOP_DEVICE, ("id", "platform"), other=DEVICE),
    "register_buyer_device": Sample(Stop.NOWHERE, ANA, DEVICE, ("id", "platform"), other=SHOP_DEVICE),
    "remove_seller_device": Sample(
        Stop.REACHED, ACME, keys=("id", "platform"), ids={"device_id": device_id("fcm", SHOP_DEVICE["token"])}
    ),
    "remove_buyer_device": Sample(Stop.REACHED, ANA, keys=("id", "platform")),
    "erase_buyer": Sample(Stop.NOWHERE, ANA, keys=_ERASURE_KEYS),
    "erase_seller": Sample(Stop.NOWHERE, ACME, keys=_ERASURE_KEYS),
    "withdraw_buyer_erasure": Sample(Stop.FORGETTING, ANA, keys=_ERASURE_KEYS),
    "withdraw_seller_erasure": Sample(Stop.FORGETTING, ACME, keys=_ERASURE_KEYS),
    "get_buyer_erasure": Sample(Stop.FORGETTING, ANA, keys=_ERASURE_KEYS),
    "get_seller_erasure": Sample(Stop.FORGETTING, ACME, keys=_ERASURE_KEYS),
    "list_payment_instructions": Sample(Stop.PAYING, MARKET, keys=_LIST_KEYS, query="?status=pending&limit=5"),
    "report_result": Sample(
        Stop.PAYING,
        MARKET,
        {"status": "settled", "reference": "ref-1", "failure": None, "attempt": 1},
        ("id", "status"),
        other={"status": "failed", "failure": "closed account"},
    ),
    "list_endpoints": Sample(Stop.HOOKED, MARKET, keys=("items",)),
    "register_endpoint": Sample(
        Stop.NOWHERE, MARKET, HOOK, (*_ENDPOINT_KEYS, "secret"), other={"url": "https://hooks.market.example:8443/all?of=it"}
    ),
    "get_endpoint": Sample(Stop.HOOKED, MARKET, keys=_ENDPOINT_KEYS),
    "put_endpoint": Sample(
        Stop.HOOKED,
        MARKET,
        {"types": ["payment_instruction"], "description": "Payments.", "enabled": False},
        _ENDPOINT_KEYS,
        other={},
    ),
    "delete_endpoint": Sample(Stop.HOOKED, MARKET, keys=_ENDPOINT_KEYS),
    "rotate_endpoint_secret": Sample(Stop.HOOKED, MARKET, {}, (*_ENDPOINT_KEYS, "secret")),
    "list_deliveries": Sample(Stop.HOOKED, MARKET, keys=_LIST_KEYS, query="?limit=5"),
    "redeliver": Sample(Stop.HOOKED, MARKET, {}, _DELIVERY_KEYS),
    "post_test": Sample(Stop.HOOKED, MARKET, {}, _DELIVERY_KEYS),
    "list_audit": Sample(Stop.SOLD, OLA, keys=_LIST_KEYS, query="?limit=5&actor=platform:market"),
    "get_operations": Sample(
        Stop.PAYING,
        OLA,
        keys=("sweep", "streams", "queues", "payments", "erasures", "sms", "undelivered", "ledger", "unavailable", "as_of"),
    ),
    "list_signals": Sample(Stop.DISPUTED, OLA, keys=("items", "as_of"), query="?role=buyer"),
    "get_buyer_signals": Sample(Stop.ASSIGNED, MIA, keys=("role", "id", "orders", "disputes", "signals", "as_of")),
    "get_seller_signals": Sample(Stop.DISPUTED, OLA, keys=("role", "id", "orders", "disputes", "signals", "as_of")),
    "list_all_disputes": Sample(Stop.DISPUTED, OLA, keys=_LIST_KEYS, query="?on=opened&reason=not_as_described&limit=5"),
    "list_due": Sample(Stop.SOLD, OLA, keys=("items",)),
    "list_held": Sample(Stop.SOLD, OLA, keys=_LIST_KEYS),
    "list_erasures": Sample(Stop.FORGETTING, OLA, keys=_LIST_KEYS),
    "list_undelivered": Sample(Stop.SOLD, OLA, keys=_LIST_KEYS, query="?reason=OptedOut&channel=sms&limit=5"),
    "send_again": Sample(
        Stop.NOWHERE,
        OLA,
        {"ids": ["5c9a1d0e6b7f4a2891c3d4e5f6a7b8c9"], "reason": "provider_works_again"},
        ("sent_again", "ids", "gone"),
        other={"ids": ["5c9a1d0e6b7f4a2891c3d4e5f6a7b8c9"], "reason": "person_asked"},
    ),
    "dispute_statistics": Sample(
        Stop.DISPUTED,
        OLA,
        keys=("from", "to", "by", "items", "total", "before", "open", "sellers", "as_of"),
        query="?by=day&reason=not_as_described",
    ),
    "get_seller_report": Sample(Stop.DISPUTED, ACME, keys=("seller_id", "items", "total", "months", "disputed")),
    "aftership_webhook": Sample(
        Stop.DELIVERED,
        f"{SIGNED}aftership",
        {
            "event": "tracking_update",
            "event_id": "6f9d0a52-1a4f-4f0e-9a39-5e8b7c1d2e3f",
            "is_tracking_first_tag": True,
            "msg": {
                "slug": "tnt",
                "tracking_number": "000000001",
                "tag": "InTransit",
                "subtag": "InTransit_001",
                "checkpoints": [
                    {
                        "slug": "tnt",
                        "tag": "InTransit",
                        "subtag": "InTransit_001",
                        "message": "Departed",
                        "location": "Madrid, ESP",
                        "checkpoint_time": "2026-03-03T08:00:00+01:00",
                        "created_at": "2026-03-03T07:10:00+00:00",
                    }
                ],
            },
            "ts": int((NOON + 9 * DAY).timestamp()),
        },
        ("results",),
    ),
    "seventeen_track_webhook": Sample(
        Stop.DELIVERED,
        f"{SIGNED}17track",
        {
            "event": "TRACKING_UPDATED",
            "data": {
                "number": "000000001",
                "carrier": 100004,
                "param": None,
                "tag": "",
                "track_info": {
                    "latest_status": {"status": "InTransit", "sub_status": "InTransit_Departure"},
                    "tracking": {
                        "providers": [
                            {
                                "provider": {"key": 100004, "name": "TNT"},
                                "latest_sync_time": at(NOON + 9 * DAY),
                                "events": [
                                    {
                                        "time_iso": "2026-03-03T08:00:00+01:00",
                                        "time_utc": "2026-03-03T07:00:00Z",
                                        "description": "Departed",
                                        "location": "Madrid, ESP",
                                        "stage": "Departure",
                                        "sub_status": "InTransit_Departure",
                                    }
                                ],
                            }
                        ]
                    },
                },
            },
        },
        ("results",),
    ),
    "health": Sample(Stop.NOWHERE, ANYONE, keys=("status", "release")),
    "openapi": Sample(Stop.NOWHERE, ANYONE, keys=("openapi", "paths")),
    "docs": Sample(Stop.NOWHERE, ANYONE, kind="text/html; charset=utf-8"),
}


def payment_of(order_id: str, payee: str = "ana") -> str:
    """The id of the refund that ends the story of an order which began at noon."""
    entry = LedgerEntry(2, Movement.REFUND, Money(10000, "EUR"), f"{order_id}-d1", NOON + 9 * DAY + 4 * HOUR)
    return payment_id(order_id, 1, entry, payee)


IDS = {
    "order_id": "o-1",
    "dispute_id": "o-1-d1",
    "n": "1",
    "instruction_id": payment_of("o-1"),
    "seller_id": "acme",
    "buyer_id": "ana",
    "device_id": device_id("fcm", DEVICE["token"]),
    "message_id": "o-1-m1",
    "endpoint_id": endpoint_id(HOOK["url"]),
    "whose": "own",
    "delivery_id": delivery_id(endpoint_id(HOOK["url"]), f"test {at(NOON)} test"),
}
"""What the stories call things."""

EVERY = [endpoint for endpoint in ENDPOINTS if not endpoint.path.startswith("/sandbox/")]
GUARDED = [endpoint for endpoint in EVERY if endpoint.roles]
POSTS = [endpoint for endpoint in EVERY if endpoint.keyed]
WITH_BODY = [endpoint for endpoint in GUARDED if endpoint.body]
BY_SIGNATURE = [endpoint for endpoint in EVERY if endpoint.signature]
WITH_IDS = [endpoint for endpoint in GUARDED if "{" in endpoint.path]
LISTS = [endpoint for endpoint in EVERY if endpoint.paged]
TOLD = [it for it in LISTS if it.operation not in ("dispute_statistics", "list_all_disputes", "list_held", "list_undelivered")]
"""The lists that the stories fill. The others hold what the stream counted, or what failed."""


def sample_of(endpoint: Endpoint) -> Sample:
    """The good request for a route."""
    return SAMPLES[endpoint.operation]


def path_of(endpoint: Endpoint, **ids: str) -> str:
    """The route's address in the stories, with other ids where they are given."""
    return endpoint.path.format(**{**IDS, **sample_of(endpoint).ids, **ids})
