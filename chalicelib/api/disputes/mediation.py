"""The mediator's desk over HTTP (D4, D5)."""

from __future__ import annotations

from chalicelib.api.disputes import requests as m
from chalicelib.api.disputes.standing import act
from chalicelib.api.endpoint import Call, Resource, route
from chalicelib.domain import commands as c
from chalicelib.domain.people import Role
from chalicelib.service import disputes
from chalicelib.service.disputes import QueueSort
from chalicelib.service.views import Json
from chalicelib.store.idempotency import Answer

blueprint = Resource(__name__, "mediation")

MEDIATORS = (Role.MEDIATOR,)


@route(blueprint, "GET", "/mediation/queue", roles=MEDIATORS, query=("sort", "limit", "cursor"))
def mediation_queue(call: Call) -> Json:
    """List the disputes that wait for a mediator, the longest waiting first or, with sort=amount, the largest."""
    sort = call.choice("sort", QueueSort, QueueSort.AGE)
    return disputes.mediation_queue(call.services, sort, call.limit, call.query.get("cursor"))


@route(blueprint, "POST", "/disputes/{dispute_id}/assignment", roles=MEDIATORS, body=m.Nothing)
def assign(call: Call, dispute_id: str) -> Answer:
    """Take the case."""
    return act(call, dispute_id, c.Assign())


@route(blueprint, "POST", "/disputes/{dispute_id}/information-requests", roles=MEDIATORS, body=m.RequestInformation)
def request_information(call: Call, dispute_id: str) -> Answer:
    """Ask one party for information."""
    return act(call, dispute_id, call.body.command())


@route(blueprint, "POST", "/disputes/{dispute_id}/decision", roles=MEDIATORS, body=m.Decide)
def decide(call: Call, dispute_id: str) -> Answer:
    """Decide the case."""
    return act(call, dispute_id, call.body.command())
