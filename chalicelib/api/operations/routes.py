"""The operations of the deployment over HTTP, for operators."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from chalicelib.api.call import Call
from chalicelib.api.endpoint import Audited
from chalicelib.api.lazily import Later, Lazily
from chalicelib.api.parameters import LIMIT, PAGE, day, matching, one_of, person, words
from chalicelib.api.routing import Resource, route
from chalicelib.bootstrap import operating
from chalicelib.domain.dispute import Outcome, Stage
from chalicelib.domain.guarantees import Reason
from chalicelib.domain.people import Role
from chalicelib.service import all_disputes, operations
from chalicelib.service.all_disputes import Span, State
from chalicelib.service.statistics import USUAL_DAYS
from chalicelib.service.views import Json
from chalicelib.store.idempotency import Answer

if TYPE_CHECKING:
    from chalicelib.api.operations import answers
    from chalicelib.api.operations.requests import SendAgain
else:
    SendAgain = Later("chalicelib.api.operations.requests", "SendAgain")
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
    "/operations/disputes",
    roles=OPERATORS,
    audit=Audited.READ,
    answers=lambda: answers.CountedDisputePage,
    query=(
        day("from", "The first day, in UTC; 28 days until to by default."),
        day("to", "The last day, in UTC; today by default."),
        one_of(Span, "on", "The range is of the opening or of the end.", Span.OPENED),
        one_of(State, "state", "Only those that are open, or that have ended."),
        one_of(Reason, "reason", "Only those for this reason."),
        one_of(Outcome, "outcome", "Only those that ended so."),
        one_of(Stage, "stage", "Only those that are in this stage."),
        matching("country", "[A-Z]{2}", "Only those about orders sent to this country."),
        matching("currency", "[A-Z]{3}", "Only those about orders paid in this currency."),
        person("seller_id", "Only those of this seller."),
        person("buyer_id", "Only those of this buyer."),
        matching(
            "metric",
            "[a-z_]{1,30}(:[A-Za-z_]{1,30})?",
            "Those that count in this within the range, such as missed:seller, or missed for anybody's; on says nothing then.",
        ),
        words("q", "Only those with this id, of this order, of this person or with this tracking number, whatever the range."),
        *PAGE,
    ),
)
def list_all_disputes(call: Call) -> Json:
    """List all disputes, newest first, by what the statistics counted of each: the list behind a number of theirs."""
    query = call.query
    last = query["to"] or call.services.clock.now().date()
    asked = all_disputes.Filter(
        first=query["from"] or last - timedelta(days=USUAL_DAYS - 1),
        last=last,
        on=query["on"],
        state=query["state"],
        reason=query["reason"],
        outcome=query["outcome"],
        stage=query["stage"],
        country=query["country"],
        currency=query["currency"],
        seller=query["seller_id"],
        buyer=query["buyer_id"],
        metric=query["metric"],
        q=query["q"],
    )
    return all_disputes.list_all(call.services, call.actor, asked, call.limit, call.cursor)


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
