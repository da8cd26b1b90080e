"""Orders in batches over HTTP (O1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.api.call import Call
from chalicelib.api.endpoint import Audited
from chalicelib.api.identity.scopes import Scope
from chalicelib.api.lazily import Lazily, Models
from chalicelib.api.routing import Resource, route
from chalicelib.domain.people import Role
from chalicelib.service.views import Json

if TYPE_CHECKING:
    from chalicelib.api.batches import answers, importing
    from chalicelib.api.batches import requests as m
else:
    m = Models("chalicelib.api.batches.requests")
    answers = Lazily("chalicelib.api.batches.answers")
    importing = Lazily("chalicelib.api.batches.importing")

blueprint = Resource(__name__, "orders")

BATCH_BYTES = 2**20
"""The most bytes of a batch: 100 orders of ten lines each."""


@route(
    blueprint,
    "POST",
    "/orders/batch",
    roles=(Role.PLATFORM,),
    scopes=(Scope.ORDERS,),
    audit=Audited.COMMAND,
    body=m.ImportOrders,
    body_at_most=BATCH_BYTES,
    answers=lambda: answers.ImportResults,
    worded=True,
    versioned=False,
)
def import_orders(call: Call) -> Json:
    """Import up to 100 orders, each with a result of its own; the same request again carries out what is not done yet."""
    return importing.import_orders(call)
