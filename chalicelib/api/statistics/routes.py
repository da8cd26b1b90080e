"""The statistics over HTTP: for operators by everything they are counted by, for a seller their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.api.call import Call
from chalicelib.api.endpoint import Audited
from chalicelib.api.identity.auth import PERSON_ID
from chalicelib.api.lazily import Lazily
from chalicelib.api.parameters import PAGE, day, matching, named, one_of
from chalicelib.api.routing import Resource, route
from chalicelib.bootstrap import statistics
from chalicelib.domain.guarantees import Reason
from chalicelib.domain.people import Role
from chalicelib.service.errors import NotFound
from chalicelib.service.statistics import By, Reports, disputes_by, seller_report, wanted
from chalicelib.service.views import Json

if TYPE_CHECKING:
    from chalicelib.api.statistics import answers
else:
    answers = Lazily("chalicelib.api.statistics.answers")

blueprint = Resource(__name__, "statistics")

DAYS = (
    day("from", "The first day, in UTC; 28 days until to by default."),
    day("to", "The last day, in UTC; today by default."),
)


@route(
    blueprint,
    "GET",
    "/stats/disputes",
    roles=(Role.OPERATOR,),
    audit=Audited.READ,
    answers=lambda: answers.DisputeStatistics,
    query=(
        *DAYS,
        one_of(By, "by", "What to count by; by seller it is the month of to, in pages.", By.DAY),
        one_of(Reason, "reason", "By day: only disputes for this reason."),
        matching("country", "[A-Z]{2}", "By day: only disputes about orders sent to this country."),
        named("seller", PERSON_ID, "By day: only disputes of this seller."),
        *PAGE,
    ),
)
def dispute_statistics(call: Call) -> Json:
    """Count disputes by day, reason, outcome, seller, currency or country, from counters that are kept as things happen."""
    query = call.query
    filters = query["reason"], query["country"], query["seller"]
    asked = wanted(call.services.clock, query["by"], query["from"], query["to"], *filters)
    return disputes_by(Reports(statistics(), call.services.clock), asked, call.limit, call.cursor)


@route(
    blueprint,
    "GET",
    "/sellers/{seller_id}/report",
    roles=(Role.SELLER, Role.OPERATOR),
    audit=Audited.READ,
    answers=lambda: answers.SellerReport,
    query=DAYS,
)
def get_seller_report(call: Call, seller_id: str) -> Json:
    """A seller's own statistics: day by day, and month by month the share of orders that were disputed."""
    if call.actor.role is Role.SELLER and call.actor.id != seller_id:
        raise NotFound
    asked = wanted(call.services.clock, By.DAY, call.query["from"], call.query["to"], None, None, None)
    return seller_report(Reports(statistics(), call.services.clock), seller_id, asked.first, asked.last)
