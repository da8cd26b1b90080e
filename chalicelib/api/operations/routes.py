"""The operations of the deployment over HTTP, for operators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.api.call import Call
from chalicelib.api.endpoint import Audited
from chalicelib.api.lazily import Lazily
from chalicelib.api.operations.requests import SendAgain
from chalicelib.api.parameters import LIMIT, PAGE, matching
from chalicelib.api.routing import Resource, route
from chalicelib.bootstrap import operating
from chalicelib.domain.people import Role
from chalicelib.service import operations
from chalicelib.service.views import Json
from chalicelib.store.idempotency import Answer

if TYPE_CHECKING:
    from chalicelib.api.operations import answers
else:
    answers = Lazily("chalicelib.api.operations.answers")

blueprint = Resource(__name__, "operations")
OPERATORS = (Role.OPERATOR,)


@route(blueprint, "GET", "/operations", roles=OPERATORS, audit=Audited.READ, answers=lambda: answers.Operations)
def get_operations(call: Call) -> Json:
    """Say how the deployment does: what is due, what waits, what failed, and whether the money adds up."""
    return operations.overview(operating(call.services))


@route(
    blueprint,
    "GET",
    "/operations/due",
    roles=OPERATORS,
    audit=Audited.READ,
    answers=lambda: answers.DueOrders,
    query=(LIMIT,),
)
def list_due(call: Call) -> Json:
    """List the orders whose deadline has passed and is not recorded yet, those that are due longest."""
    return operations.due_orders(operating(call.services), call.limit)


@route(
    blueprint,
    "GET",
    "/operations/held-payments",
    roles=OPERATORS,
    audit=Audited.READ,
    answers=lambda: answers.HeldPayoutPage,
    query=PAGE,
)
def list_held(call: Call) -> Json:
    """List the payment instructions that wait for the operator's switch."""
    return operations.held_payouts(operating(call.services), call.limit, call.cursor)


@route(
    blueprint,
    "GET",
    "/operations/erasures",
    roles=OPERATORS,
    audit=Audited.READ,
    answers=lambda: answers.OpenErasurePage,
    query=PAGE,
)
def list_erasures(call: Call) -> Json:
    """List the requests to be forgotten that are not done."""
    return operations.open_erasures(operating(call.services), call.limit, call.cursor)


@route(
    blueprint,
    "GET",
    "/operations/undelivered",
    roles=OPERATORS,
    audit=Audited.READ,
    answers=lambda: answers.UndeliveredPage,
    query=(
        matching("reason", "[A-Za-z0-9_.]{1,100}", "Only those with this reason of a provider."),
        matching("channel", "[a-z]{1,20}", "Only those through this channel."),
        *PAGE,
    ),
)
def list_undelivered(call: Call) -> Json:
    """List the messages to people that no provider took, newest first."""
    query = call.query
    return operations.list_undelivered(operating(call.services), query["reason"], query["channel"], call.limit, call.cursor)


@route(
    blueprint,
    "POST",
    "/operations/undelivered/sent-again",
    roles=OPERATORS,
    audit=Audited.COMMAND,
    body=SendAgain,
    answers=lambda: answers.SentAgain,
    versioned=False,
)
def send_again(call: Call) -> Answer:
    """Send undelivered messages again, and say how many; the audit keeps which, who asked, and why."""
    body: SendAgain = call.body
    return operations.send_again(operating(call.services), call.actor, call.expect_once(), body.ids, body.reason)
