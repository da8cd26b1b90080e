"""The mediator's desk over HTTP (D4, D5)."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from chalicelib.api.call import Call
from chalicelib.api.disputes.action import action
from chalicelib.api.endpoint import Audited
from chalicelib.api.lazily import Lazily, Models
from chalicelib.api.parameters import PAGE, matching, moment, one_of, person, words
from chalicelib.api.routing import Resource, route
from chalicelib.api.standing import REFUSED_TEXT, act
from chalicelib.bootstrap import storage
from chalicelib.domain import commands as c
from chalicelib.domain import refusals as r
from chalicelib.domain.guarantees import Reason
from chalicelib.domain.people import Role
from chalicelib.domain.review import EnteredBy
from chalicelib.service import case_file, desk, notes, replies
from chalicelib.service.desk import QueueSort, QueueState, Tab, Wanted
from chalicelib.service.replies import Whose
from chalicelib.service.views import Json
from chalicelib.store.idempotency import Answer

if TYPE_CHECKING:
    from chalicelib.api.disputes import answers, desk_answers
    from chalicelib.api.disputes import requests as m
else:
    m = Models("chalicelib.api.disputes.requests")
    answers = Lazily("chalicelib.api.disputes.answers")
    desk_answers = Lazily("chalicelib.api.disputes.desk_answers")

blueprint = Resource(__name__, "mediation")

MEDIATORS = (Role.MEDIATOR,)


@route(
    blueprint,
    "GET",
    "/mediation/queue",
    roles=(*MEDIATORS, Role.OPERATOR),
    audit=Audited.READ,
    answers=lambda: desk_answers.MediationQueue,
    query=(
        one_of(Tab, "tab", "The caller's, those that nobody has, those that others have, or appeals.", Tab.ALL),
        one_of(QueueState, "state", "Those that wait for a decision, or that had one.", QueueState.WAITING),
        person("mediator_id", "Only those that this mediator has or, of decided ones, decided."),
        one_of(Reason, "reason", "Only those about this."),
        matching("currency", "[A-Z]{3}", "Only those of orders in this currency."),
        one_of(EnteredBy, "entered_by", "Only those that came under review like this."),
        moment("due_before", "Only those that are due before then."),
        moment("idle_since", "Only those in which their mediator has done nothing since then."),
        words("q", "Only those whose id, or whose buyer's or seller's id, has this in it."),
        one_of(QueueSort, "sort", "amount: by currency, and within one the largest first.", QueueSort.AGE),
        *PAGE,
    ),
)
def mediation_queue(call: Call) -> Json:
    """List the disputes that wait for a mediator, the longest waiting first, and count those of each tab.

    The filters hold for the counts too. The decided ones are those that were escalated within 90 days, newest first.
    """
    wanted = Wanted(**{field.name: call.query[field.name] for field in fields(Wanted)})
    return desk.mediation_queue(call.services, call.actor, wanted, call.query["sort"], call.limit, call.cursor)


@route(
    blueprint,
    "GET",
    "/mediation/workload",
    roles=(*MEDIATORS, Role.OPERATOR),
    audit=Audited.READ,
    answers=lambda: desk_answers.Workload,
)
def get_workload(call: Call) -> Json:
    """Say how many cases each mediator has, how many are due or untouched, and what was decided within a week."""
    return desk.workload(call.services, call.actor)


@route(
    blueprint,
    "GET",
    "/mediation/cases/{dispute_id}",
    roles=(*MEDIATORS, Role.OPERATOR),
    audit=Audited.READ,
    answers=lambda: desk_answers.CaseFile,
)
def get_case(call: Call, dispute_id: str) -> Json:
    """Show a whole case: the dispute, its order, the evidence with links, both timelines, the parties, and the notes."""
    return case_file.get_case(call.services, storage(), dispute_id, call.actor)


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


@route(
    blueprint,
    "GET",
    "/mediation/replies",
    roles=MEDIATORS,
    audit=Audited.READ,
    answers=lambda: desk_answers.AllReplies,
)
def get_replies(call: Call) -> Json:
    """Read the saved replies that all mediators share, and the caller's own."""
    return replies.get_replies(call.services, call.actor)


@route(
    blueprint,
    "PUT",
    "/mediation/replies/{whose}",
    roles=MEDIATORS,
    audit=Audited.BEFORE,
    body=m.PutReplies,
    answers=lambda: desk_answers.SavedReplies,
    versioned=True,
)
def put_replies(call: Call, whose: str) -> Json:
    """Replace the caller's own saved replies or, as a lead, those that all share."""
    return replies.put_replies(call.services, Whose(whose), call.request, call.body.replies())


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
