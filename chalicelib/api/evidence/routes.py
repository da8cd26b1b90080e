"""Files as evidence over HTTP: ask for a form, upload straight to storage, read by short-lived links (N6, D4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.api.call import Call
from chalicelib.api.endpoint import Audited
from chalicelib.api.lazily import Later, Lazily
from chalicelib.api.routing import Resource, route
from chalicelib.api.standing import REFUSED_TEXT, with_standing
from chalicelib.bootstrap import storage
from chalicelib.domain import refusals as r
from chalicelib.domain.people import PARTIES, Role
from chalicelib.service import drafts, evidence
from chalicelib.service.views import Json
from chalicelib.store.idempotency import Answer

if TYPE_CHECKING:
    from chalicelib.api.evidence import answers
    from chalicelib.api.evidence.requests import RequestUpload
else:
    RequestUpload = Later("chalicelib.api.evidence.requests", "RequestUpload")
    answers = Lazily("chalicelib.api.evidence.answers")

blueprint = Resource(__name__, "evidence")


@route(
    blueprint,
    "POST",
    "/disputes/{dispute_id}/evidence/uploads",
    roles=PARTIES,
    body=RequestUpload,
    status=201,
    answers=lambda: answers.UploadForm,
    refuses=(*REFUSED_TEXT, r.INVALID),
    versioned=False,
)
def request_upload(call: Call, dispute_id: str) -> Answer:
    """Ask for a form that uploads one file as evidence; it counts once the file has arrived and been looked at."""

    def ask() -> Answer:
        return evidence.request_file(call.services, storage(), dispute_id, call.actor, call.expect_once(), call.body.offer())

    return with_standing(call, dispute_id, ask)


@route(
    blueprint,
    "POST",
    "/orders/{order_id}/evidence/uploads",
    roles=(Role.BUYER,),
    body=RequestUpload,
    status=201,
    answers=lambda: answers.UploadForm,
    refuses=(r.INVALID, r.LIMIT_REACHED, r.WRONG_STATE),
    versioned=False,
)
def request_draft(call: Call, order_id: str) -> Answer:
    """Ask for a form that uploads one file before a dispute is opened; the opening names it as evidence within a day."""
    return drafts.request_draft(call.services, storage(), order_id, call.actor, call.expect_once(), call.body.offer())


@route(blueprint, "GET", "/orders/{order_id}/evidence/uploads", roles=(Role.BUYER,), answers=lambda: answers.DraftList)
def list_drafts(call: Call, order_id: str) -> Json:
    """List the caller's uploads that no dispute has claimed yet, and what became of each."""
    return drafts.list_drafts(call.services, storage(), order_id, call.actor)


@route(
    blueprint,
    "GET",
    "/disputes/{dispute_id}/evidence",
    roles=(*PARTIES, Role.MEDIATOR, Role.OPERATOR),
    audit=Audited.READ,
    answers=lambda: answers.EvidenceList,
)
def list_evidence(call: Call, dispute_id: str) -> Json:
    """List a dispute's evidence with a link to each file, what is missing, and what became of the caller's uploads."""
    return evidence.list_evidence(call.services, storage(), dispute_id, call.actor)
