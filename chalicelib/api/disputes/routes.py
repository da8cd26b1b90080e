"""Disputes over HTTP, for reading and for the parties (D1-D12). The mediators' own routes are in ``mediation``."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from chalicelib.api.call import Call
from chalicelib.api.disputes.action import action
from chalicelib.api.endpoint import Audited
from chalicelib.api.identity.scopes import Scope
from chalicelib.api.lazily import Lazily, Models
from chalicelib.api.parameters import PAGE, moment, named, one_of, person, words
from chalicelib.api.routing import Resource, route
from chalicelib.api.standing import REFUSED, REFUSED_TEXT, act, named_party
from chalicelib.bootstrap import storage
from chalicelib.domain import commands as c
from chalicelib.domain import refusals as r
from chalicelib.domain.dispute import Status
from chalicelib.domain.guarantees import Reason
from chalicelib.domain.order import ORDER_ID
from chalicelib.domain.people import PARTIES, Role
from chalicelib.service import dispute_lists, disputes, drafts
from chalicelib.service.dispute_lists import Awaiting, DisputeSort, Wanted
from chalicelib.service.views import Json
from chalicelib.store.idempotency import Answer

if TYPE_CHECKING:
    from chalicelib.api.disputes import answers
    from chalicelib.api.disputes import requests as m
else:
    m = Models("chalicelib.api.disputes.requests")
    answers = Lazily("chalicelib.api.disputes.answers")

blueprint = Resource(__name__, "disputes")

BUYER, SELLER, MEDIATOR = Role.BUYER, Role.SELLER, Role.MEDIATOR
SEE = (*PARTIES, MEDIATOR, Role.OPERATOR, Role.PLATFORM)
ORDERS = (Scope.ORDERS,)


@route(
    blueprint,
    "POST",
    "/orders/{order_id}/disputes",
    roles=(BUYER,),
    body=m.OpenDispute,
    status=201,
    answers=lambda: answers.Dispute,
    refuses=(r.NOT_COVERED, r.NOT_YET_COVERED, r.ATTESTATION_REQUIRED, r.INVALID, r.LIMIT_REACHED, r.UPLOAD_PENDING),
    versioned=True,
)
def open_dispute(call: Call, order_id: str) -> Answer:
    """Open a dispute; the request becomes proposal 1, and files sent before become evidence."""
    body: m.OpenDispute = call.body
    if body.evidence:
        opened = body.claim(), body.request(), body.evidence
        return drafts.open_with_drafts(call.services, order_id, call.request, storage(), *opened)
    return disputes.open_dispute(call.services, order_id, call.request, body.claim(), body.request())


@route(
    blueprint,
    "GET",
    "/disputes",
    roles=SEE,
    scopes=ORDERS,
    audit=Audited.READ,
    answers=lambda: answers.DisputePage,
    query=(
        one_of(Status, "status", "Only those in this status."),
        one_of(Awaiting, "awaiting", "Only those that ask something of the caller."),
        one_of(Reason, "reason", "Only those about this."),
        named("order_id", ORDER_ID, "Only those of this order."),
        moment("opened_from", "Only those that were opened then or later."),
        moment("opened_to", "Only those that were opened then or before."),
        words(
            "q",
            "Only those with this in an id, a title or a tracking number; of the 500 newest, or of the order that it names. "
            "The platform and operators who name nobody find those of any whole id, tracking number or person.",
        ),
        one_of(
            DisputeSort,
            "sort",
            "deadline: the open ones, by what is due of the caller or else next; of the 500 newest.",
            DisputeSort.NEWEST,
        ),
        *PAGE,
        person("buyer_id", "Whose disputes; for the platform and operators."),
        person("seller_id", "Whose disputes; for the platform and operators."),
    ),
)
def list_disputes(call: Call) -> Json:
    """List the caller's disputes, newest first; a mediator's are the escalated ones.

    The platform names a buyer or a seller. An operator may, and sees the escalated ones otherwise.
    """
    wanted = Wanted(**{field.name: call.query[field.name] for field in fields(Wanted)})
    return dispute_lists.list_disputes(call.services, call.actor, wanted, call.limit, call.cursor, named_party(call))


@route(
    blueprint, "GET", "/disputes/{dispute_id}", roles=SEE, scopes=ORDERS, audit=Audited.READ, answers=lambda: answers.Dispute
)
def get_dispute(call: Call, dispute_id: str) -> Json:
    """Show a dispute, with what the caller may do now and by when."""
    return disputes.get_dispute(call.services, dispute_id, call.actor)


@route(
    blueprint,
    "GET",
    "/disputes/{dispute_id}/timeline",
    roles=SEE,
    scopes=ORDERS,
    audit=Audited.READ,
    answers=lambda: answers.DisputeTimeline,
)
def get_timeline(call: Call, dispute_id: str) -> Json:
    """Show everything that happened in a dispute, in order."""
    return disputes.get_timeline(call.services, dispute_id, call.actor)


@action(
    blueprint,
    "/disputes/{dispute_id}/proposals",
    roles=(*PARTIES, MEDIATOR),
    body=m.Propose,
    refuses=(*REFUSED_TEXT, r.INVALID, r.RETURN_ADDRESS_REQUIRED, r.RETURN_LABEL_REQUIRED),
)
def propose(call: Call, dispute_id: str) -> Answer:
    """Put a proposal on the table."""
    return act(call, dispute_id, call.body.command())


@action(
    blueprint,
    "/disputes/{dispute_id}/proposals/{proposal_id}/accept",
    roles=PARTIES,
    body=m.Accept,
    refuses=(*REFUSED_TEXT, r.INVALID, r.STALE_PROPOSAL, r.RETURN_ADDRESS_REQUIRED, r.RETURN_LABEL_REQUIRED),
)
def accept(call: Call, dispute_id: str, proposal_id: str) -> Answer:
    """Accept the proposal that was seen, or as seller the buyer's request; another one on the table is a conflict."""
    return act(call, dispute_id, call.body.command(proposal_id=proposal_id))


@action(blueprint, "/disputes/{dispute_id}/decline", roles=PARTIES, body=m.Decline, refuses=(*REFUSED_TEXT, r.STALE_PROPOSAL))
def decline(call: Call, dispute_id: str) -> Answer:
    """Decline the proposal on the table."""
    return act(call, dispute_id, call.body.command())


@action(blueprint, "/disputes/{dispute_id}/escalate", roles=PARTIES, body=m.Escalate, refuses=(*REFUSED_TEXT, r.TOO_EARLY))
def escalate(call: Call, dispute_id: str) -> Answer:
    """Ask for a mediator."""
    return act(call, dispute_id, call.body.command())


@action(blueprint, "/disputes/{dispute_id}/withdraw", roles=(BUYER,))
def withdraw(call: Call, dispute_id: str) -> Answer:
    """Withdraw the dispute."""
    return act(call, dispute_id, c.Withdraw())


@action(blueprint, "/disputes/{dispute_id}/evidence", roles=PARTIES, body=m.AddEvidence, refuses=(*REFUSED_TEXT, r.INVALID))
def add_evidence(call: Call, dispute_id: str) -> Answer:
    """Add evidence; it answers the mediator's questions that it names, by default all that wait for the caller."""
    return act(call, dispute_id, call.body.command())


@action(blueprint, "/disputes/{dispute_id}/delivery-objection", roles=(BUYER,), body=m.ObjectToDelivery, refuses=REFUSED_TEXT)
def object_to_delivery(call: Call, dispute_id: str) -> Answer:
    """Say that what a carrier shows as delivered in time is not there; the case goes under review."""
    return act(call, dispute_id, call.body.command())


@action(blueprint, "/disputes/{dispute_id}/extensions", roles=PARTIES, body=m.GrantTime, refuses=(*REFUSED_TEXT, r.INVALID))
def grant_time(call: Call, dispute_id: str) -> Answer:
    """Grant the other side more time."""
    return act(call, dispute_id, call.body.command())


@action(blueprint, "/disputes/{dispute_id}/appeal", roles=PARTIES, body=m.Appeal, refuses=REFUSED_TEXT)
def appeal(call: Call, dispute_id: str) -> Answer:
    """Appeal the decision, or a refund after which a delivery became known, with new evidence."""
    return act(call, dispute_id, call.body.command())


@action(blueprint, "/disputes/{dispute_id}/appeal/withdraw", roles=PARTIES)
def withdraw_appeal(call: Call, dispute_id: str) -> Answer:
    """Withdraw the caller's own appeal; what it was against stands."""
    return act(call, dispute_id, c.WithdrawAppeal())


@action(blueprint, "/disputes/{dispute_id}/decision/accept", roles=PARTIES)
def accept_decision(call: Call, dispute_id: str) -> Answer:
    """Accept the decision; when both sides have, it is carried out at once."""
    return act(call, dispute_id, c.AcceptDecision())


@action(
    blueprint,
    "/disputes/{dispute_id}/return/shipment",
    roles=(BUYER,),
    body=m.ShipReturn,
    refuses=(*REFUSED_TEXT, r.INVALID_TRACKING_NUMBER, r.INVALID),
)
def ship_return(call: Call, dispute_id: str) -> Answer:
    """Say how the item is sent back, or correct the number while no carrier has scanned it."""
    return act(call, dispute_id, call.body.command())


@action(
    blueprint,
    "/disputes/{dispute_id}/replacement/shipment",
    roles=(SELLER,),
    body=m.ShipReplacement,
    refuses=(*REFUSED, r.INVALID_TRACKING_NUMBER, r.LIMIT_REACHED),
)
def ship_replacement(call: Call, dispute_id: str) -> Answer:
    """Say how the replacement is sent; it is a parcel of the order from then on."""
    return act(call, dispute_id, call.body.command())


@action(
    blueprint,
    "/disputes/{dispute_id}/return/acknowledgement",
    roles=(SELLER,),
    body=m.AcknowledgeReturn,
    refuses=(*REFUSED_TEXT, r.INVALID),
)
def acknowledge_return(call: Call, dispute_id: str) -> Answer:
    """Say what arrived of the return."""
    return act(call, dispute_id, call.body.command())
