"""The audit over HTTP, for operators (P5)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from chalicelib.api.call import Call
from chalicelib.api.endpoint import AUDITED_ROLES, ENDPOINTS, Audited
from chalicelib.api.identity.auth import PERSON_ID
from chalicelib.api.lazily import Lazily
from chalicelib.api.parameters import PAGE, matching, moment, one_of
from chalicelib.api.routing import Resource, route
from chalicelib.domain.order import ORDER_ID
from chalicelib.domain.people import Role
from chalicelib.service import audit
from chalicelib.service.views import Json

if TYPE_CHECKING:
    from chalicelib.api.audit import answers
else:
    answers = Lazily("chalicelib.api.audit.answers")

blueprint = Resource(__name__, "audit")

SUBSCRIBE = "subscribe"
"""The one operation of live connections that is recorded."""


class Kind(StrEnum):
    """The kind of requests that are asked for."""

    ALL = "all"
    ACTS = "acts"


_ROLES = "|".join(role.value for role in AUDITED_ROLES)


@route(
    blueprint,
    "GET",
    "/audit",
    roles=(Role.OPERATOR,),
    audit=Audited.READ,
    answers=lambda: answers.AuditPage,
    query=(
        matching("actor", f"(?:{_ROLES}):{PERSON_ID.pattern}", "Only one caller's, as role:id."),
        matching("case", f"{ORDER_ID.pattern}(?:-d[1-9][0-9]*)?", "Only those about an order and its disputes, or a dispute."),
        moment("from", "Only those at this moment or later."),
        moment("to", "Only those before this moment."),
        one_of(Kind, "kind", "All of them, or only acts: those that may have changed something.", Kind.ALL),
        *PAGE,
    ),
)
def list_audit(call: Call) -> Json:
    """List what staff and the marketplace's systems asked for, newest first; this request is recorded too."""
    query = call.query
    wanted = audit.Wanted(
        query["actor"], query["case"], query["from"], query["to"], _reads() if query["kind"] is Kind.ACTS else ()
    )
    return audit.list_entries(call.services, wanted, call.limit, call.cursor)


def _reads() -> set[str]:
    """Return the operations that change nothing."""
    return {it.operation for it in ENDPOINTS if it.method == "GET"} | {SUBSCRIBE}
