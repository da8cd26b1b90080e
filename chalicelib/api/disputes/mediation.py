"""The mediator's desk over HTTP (D4, D5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.api.call import Call
from chalicelib.api.disputes.action import action
from chalicelib.api.endpoint import Audited
from chalicelib.api.lazily import Lazily, Models
from chalicelib.api.parameters import PAGE, one_of
from chalicelib.api.routing import Resource, route
from chalicelib.api.standing import REFUSED_TEXT, act
from chalicelib.domain import commands as c
from chalicelib.domain import refusals as r
from chalicelib.domain.people import Role
from chalicelib.service import dispute_lists, notes
from chalicelib.service.dispute_lists import QueueSort
from chalicelib.service.views import Json
from chalicelib.store.idempotency import Answer

if TYPE_CHECKING:
    from chalicelib.api.disputes import answers
    from chalicelib.api.disputes import requests as m
else:
    m = Models("chalicelib.api.disputes.requests")
    answers = Lazily("chalicelib.api.disputes.answers")

blueprint = Resource(__name__, "mediation")

MEDIATORS = (Role.MEDIATOR,)


@route(
    blueprint,
    "GET",
    "/mediation/queue",
    roles=(*MEDIATORS, Role.OPERATOR),
    audit=Audited.READ,
    answers=lambda: answers.MediationQueue,
    query=(one_of(QueueSort, "sort", "By age or by amount.", QueueSort.AGE), *PAGE),
)
def mediation_queue(call: Call) -> Json:
    """List the disputes that wait for a mediator, the longest waiting first or, with sort=amount, the largest."""
    return dispute_lists.mediation_queue(call.services, call.actor, call.query["sort"], call.limit, call.cursor)


@action(blueprint, "/disputes/{dispute_id}/assignment", roles=MEDIATORS)
def assign(call: Call, dispute_id: str) -> Answer:
    """Take the case."""
    return act(call, dispute_id, c.Assign())


@action(blueprint, "/disputes/{dispute_id}/assignment", method="PUT", roles=MEDIATORS, leads=True, body=m.HandOver)
def hand_over(call: Call, dispute_id: str) -> Answer:
    """Hand the case to a mediator, as their lead."""
    return act(call, dispute_id, call.body.command())


@action(blueprint, "/disputes/{dispute_id}/assignment", method="DELETE", roles=MEDIATORS, body=None)
def give_back(call: Call, dispute_id: str) -> Answer:
    """Put the case back into the queue: its mediator gives it back, or a lead takes it."""
    return act(call, dispute_id, c.GiveBack())


@route(
    blueprint,
    "GET",
    "/disputes/{dispute_id}/notes",
    roles=(*MEDIATORS, Role.OPERATOR),
    audit=Audited.READ,
    answers=lambda: answers.CaseNotes,
    query=PAGE,
)
def list_notes(call: Call, dispute_id: str) -> Json:
    """Read the internal notes of a case, newest first."""
    return notes.list_notes(call.services, dispute_id, call.actor, call.limit, call.cursor)


@route(
    blueprint,
    "POST",
    "/disputes/{dispute_id}/notes",
    roles=MEDIATORS,
    audit=Audited.COMMAND,
    body=m.WriteNote,
    status=201,
    answers=lambda: answers.CaseNote,
    refuses=(r.LIMIT_REACHED,),
    versioned=False,
)
def write_note(call: Call, dispute_id: str) -> Answer:
    """Write an internal note, which no party ever sees."""
    return notes.write_note(call.services, dispute_id, call.request, call.expect_once(), call.body.text)


@action(
    blueprint,
    "/disputes/{dispute_id}/information-requests",
    roles=MEDIATORS,
    body=m.RequestInformation,
    refuses=(*REFUSED_TEXT, r.INVALID),
)
def request_information(call: Call, dispute_id: str) -> Answer:
    """Ask one party for information."""
    return act(call, dispute_id, call.body.command())


@action(
    blueprint,
    "/disputes/{dispute_id}/decision",
    roles=MEDIATORS,
    body=m.Decide,
    refuses=(*REFUSED_TEXT, r.INVALID, r.RETURN_ADDRESS_REQUIRED, r.RETURN_LABEL_REQUIRED),
)
def decide(call: Call, dispute_id: str) -> Answer:
    """Decide the case."""
    return act(call, dispute_id, call.body.command())
