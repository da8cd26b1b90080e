"""The mediator's desk over HTTP (D4, D5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.api.call import Call
from chalicelib.api.disputes import requests as m
from chalicelib.api.disputes.action import action
from chalicelib.api.lazily import Lazily
from chalicelib.api.parameters import PAGE, one_of
from chalicelib.api.routing import Resource, route
from chalicelib.api.standing import REFUSED_TEXT, act
from chalicelib.domain import commands as c
from chalicelib.domain import refusals as r
from chalicelib.domain.people import Role
from chalicelib.service import disputes
from chalicelib.service.disputes import QueueSort
from chalicelib.service.views import Json
from chalicelib.store.idempotency import Answer

if TYPE_CHECKING:
    from chalicelib.api.disputes import answers
else:
    answers = Lazily("chalicelib.api.disputes.answers")

blueprint = Resource(__name__, "mediation")

MEDIATORS = (Role.MEDIATOR,)


@route(
    blueprint,
    "GET",
    "/mediation/queue",
    roles=MEDIATORS,
    answers=lambda: answers.MediationQueue,
    query=(one_of(QueueSort, "sort", "By age or by amount.", QueueSort.AGE), *PAGE),
)
def mediation_queue(call: Call) -> Json:
    """List the disputes that wait for a mediator, the longest waiting first or, with sort=amount, the largest."""
    return disputes.mediation_queue(call.services, call.query["sort"], call.limit, call.cursor)


@action(blueprint, "/disputes/{dispute_id}/assignment", roles=MEDIATORS)
def assign(call: Call, dispute_id: str) -> Answer:
    """Take the case."""
    return act(call, dispute_id, c.Assign())


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
    refuses=(*REFUSED_TEXT, r.INVALID, r.RETURN_ADDRESS_REQUIRED),
)
def decide(call: Call, dispute_id: str) -> Answer:
    """Decide the case."""
    return act(call, dispute_id, call.body.command())
