"""What each route promises: the shape of its answer, and every problem code it can give.

The API description is made from this table, and the tests hold every answer they see against it. No request loads it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.api import answers as a
from chalicelib.api.disputes import answers as d
from chalicelib.api.evidence import answers as ev
from chalicelib.api.messages import answers as m
from chalicelib.api.orders import protection_answers as pr
from chalicelib.api.people import answers as p
from chalicelib.api.people import erasure_answers as f
from chalicelib.api.versions import honours_if_match
from chalicelib.domain import refusals as r
from chalicelib.service import errors as s

if TYPE_CHECKING:
    from pydantic import BaseModel

    from chalicelib.api.endpoint import Endpoint


@dataclass(frozen=True, slots=True)
class Promise:
    """The shape of a route's answer (None for a page of HTML), and its codes beyond those that all routes of its kind give."""

    answer: type[BaseModel] | None
    refusals: tuple[str, ...] = ()


_IN_DISPUTE = (r.WRONG_STATE, r.WRONG_PARTY, r.TOO_LATE)
_WORDS = (*_IN_DISPUTE, r.LIMIT_REACHED)
"""An action with words in it: a dispute holds only so many."""

_IN_THREAD = (r.TOO_LATE, r.WRONG_PARTY, r.LIMIT_REACHED, r.INVALID)

_IN_SNS = (s.MessagingUnavailable.code,)
_PUSH = (s.PushNotConfigured.code, s.TokenRefused.code, *_IN_SNS)

PROMISES: dict[str, Promise] = {
    "import_order": Promise(a.Order, (r.CONFLICT, r.INVALID)),
    "list_orders": Promise(a.OrderPage),
    "get_order": Promise(a.Order),
    "get_protection": Promise(pr.Protection),
    "get_ledger": Promise(a.Ledger),
    "get_order_timeline": Promise(a.OrderTimeline),
    "add_shipment": Promise(a.Order, (r.INVALID_TRACKING_NUMBER, r.INVALID, r.CONFLICT, r.LIMIT_REACHED)),
    "confirm_receipt": Promise(a.Order, (r.INVALID,)),
    "extend": Promise(a.Order, (r.INVALID, r.TOO_LATE)),
    "record_carrier_events": Promise(a.CarrierResults),
    "aftership_webhook": Promise(a.CarrierResults, ("unknown_carrier",)),
    "seventeen_track_webhook": Promise(a.CarrierResults, ("unknown_carrier",)),
    "open_dispute": Promise(d.Dispute, (r.NOT_COVERED, r.NOT_YET_COVERED, r.ATTESTATION_REQUIRED, r.INVALID, r.LIMIT_REACHED)),
    "list_disputes": Promise(d.DisputePage),
    "get_dispute": Promise(d.Dispute),
    "get_timeline": Promise(d.DisputeTimeline),
    "propose": Promise(d.Dispute, (*_WORDS, r.INVALID, r.RETURN_ADDRESS_REQUIRED)),
    "accept": Promise(d.Dispute, (*_WORDS, r.STALE_PROPOSAL, r.RETURN_ADDRESS_REQUIRED)),
    "decline": Promise(d.Dispute, (*_WORDS, r.STALE_PROPOSAL)),
    "escalate": Promise(d.Dispute, (*_WORDS, r.TOO_EARLY)),
    "withdraw": Promise(d.Dispute, _IN_DISPUTE),
    "add_evidence": Promise(d.Dispute, _WORDS),
    "request_upload": Promise(ev.UploadForm, (*_WORDS, r.INVALID)),
    "list_evidence": Promise(ev.EvidenceList),
    "grant_time": Promise(d.Dispute, (*_WORDS, r.INVALID)),
    "appeal": Promise(d.Dispute, _WORDS),
    "accept_decision": Promise(d.Dispute, _IN_DISPUTE),
    "ship_return": Promise(d.Dispute, (*_IN_DISPUTE, r.INVALID_TRACKING_NUMBER)),
    "acknowledge_return": Promise(d.Dispute, (*_WORDS, r.INVALID)),
    "list_messages": Promise(m.MessagePage),
    "write_message": Promise(m.Message, (*_IN_THREAD, r.TOO_MANY_MESSAGES, r.UPLOAD_PENDING)),
    "request_attachment": Promise(ev.UploadForm, _IN_THREAD),
    "list_attachments": Promise(m.Attachments),
    "mark_read": Promise(m.ReadMark, (r.INVALID,)),
    "open_ticket": Promise(m.Ticket),
    "mediation_queue": Promise(d.MediationQueue),
    "assign": Promise(d.Dispute, _IN_DISPUTE),
    "request_information": Promise(d.Dispute, (*_WORDS, r.INVALID)),
    "decide": Promise(d.Dispute, (*_WORDS, r.INVALID, r.RETURN_ADDRESS_REQUIRED)),
    "get_seller_contacts": Promise(p.SellerContactsKept),
    "put_seller_contacts": Promise(p.SellerContactsKept, _IN_SNS),
    "get_buyer_contacts": Promise(p.BuyerContactsKept),
    "put_buyer_contacts": Promise(p.BuyerContactsKept, _IN_SNS),
    "register_seller_device": Promise(p.DeviceKept, _PUSH),
    "register_buyer_device": Promise(p.DeviceKept, _PUSH),
    "remove_seller_device": Promise(p.DeviceKept, _IN_SNS),
    "remove_buyer_device": Promise(p.DeviceKept, _IN_SNS),
    "erase_buyer": Promise(f.Erasure),
    "erase_seller": Promise(f.Erasure),
    "get_buyer_erasure": Promise(f.Erasure),
    "get_seller_erasure": Promise(f.Erasure),
    "list_payment_instructions": Promise(a.PaymentInstructionPage),
    "report_result": Promise(a.PaymentInstruction, (r.CONFLICT,)),
    "health": Promise(a.Health),
    "openapi": Promise(a.Description),
    "docs": Promise(None),
    "get_clock": Promise(a.ClockNow),
    "advance_clock": Promise(a.ClockNow),
}
"""Every route by its operation's name."""

_GUARDED = (
    "temporarily_unavailable",
    "malformed_request",
    "unauthenticated",
    s.Forbidden.code,
    s.Malformed.code,
    "body_too_large",
    "identity_provider_unavailable",
)
_SIGNED = (
    "temporarily_unavailable",
    "malformed_request",
    "invalid_signature",
    "signature_expired",
    s.NotFound.code,
    s.Malformed.code,
    "body_too_large",
    "secrets_unavailable",
)


def codes(endpoint: Endpoint) -> list[str]:
    """Every problem code that the route can give, those that come before the route is reached included."""
    known = [s.TooManyCalls.code, "internal_error", "bad_gateway", "gateway_timeout"]
    if endpoint.roles:
        known += _GUARDED
    if endpoint.signature:
        known += _SIGNED
    if endpoint.roles and re.search("{.*}", endpoint.path):
        known.append(s.NotFound.code)
    if endpoint.body:
        known.append("unsupported_media_type")
    if endpoint.method != "GET":
        known.append(s.Busy.code)
    if endpoint.keyed:
        known += ["idempotency_key_required", s.KeyReused.code]
    if honours_if_match(endpoint):
        known.append(s.VersionMismatch.code)
    return [*known, *PROMISES[endpoint.operation].refusals]
