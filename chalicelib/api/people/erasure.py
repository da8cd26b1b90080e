"""Being forgotten, over HTTP (P2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.api.call import Call
from chalicelib.api.endpoint import Audited
from chalicelib.api.lazily import Lazily
from chalicelib.api.people.routes import PEOPLE, own
from chalicelib.api.routing import Resource, route
from chalicelib.domain.people import Role
from chalicelib.domain.refusals import TOO_LATE
from chalicelib.service import erasure
from chalicelib.service.views import Json

if TYPE_CHECKING:
    from chalicelib.api.people import answers
else:
    answers = Lazily("chalicelib.api.people.answers")

blueprint = Resource(__name__, "privacy")

BUYERS, SELLERS = (Role.BUYER, Role.PLATFORM), (Role.SELLER, Role.PLATFORM)
ACCEPTED = 202


@route(
    blueprint,
    "DELETE",
    "/buyers/{buyer_id}",
    roles=BUYERS,
    scopes=PEOPLE,
    status=ACCEPTED,
    audit=Audited.BEFORE,
    answers=lambda: answers.Erasure,
    versioned=False,
)
def erase_buyer(call: Call, buyer_id: str) -> Json:
    """Erase a buyer's personal data, a day after the buyer's own request; the ledger and the decisions stay."""
    own(call, buyer_id)
    return erasure.ask(call.services, Role.BUYER, buyer_id, call.actor)


@route(
    blueprint,
    "DELETE",
    "/sellers/{seller_id}",
    roles=SELLERS,
    scopes=PEOPLE,
    status=ACCEPTED,
    audit=Audited.BEFORE,
    answers=lambda: answers.Erasure,
    versioned=False,
)
def erase_seller(call: Call, seller_id: str) -> Json:
    """Erase a seller's personal data, a day after the seller's own request; the ledger and the decisions stay."""
    own(call, seller_id)
    return erasure.ask(call.services, Role.SELLER, seller_id, call.actor)


@route(
    blueprint,
    "GET",
    "/buyers/{buyer_id}/erasure",
    roles=BUYERS,
    scopes=PEOPLE,
    audit=Audited.READ,
    answers=lambda: answers.Erasure,
)
def get_buyer_erasure(call: Call, buyer_id: str) -> Json:
    """Show how far a buyer's erasure is, and which orders it waits for."""
    own(call, buyer_id)
    return erasure.status(call.services, Role.BUYER, buyer_id)


@route(
    blueprint,
    "GET",
    "/sellers/{seller_id}/erasure",
    roles=SELLERS,
    scopes=PEOPLE,
    audit=Audited.READ,
    answers=lambda: answers.Erasure,
)
def get_seller_erasure(call: Call, seller_id: str) -> Json:
    """Show how far a seller's erasure is, and which orders it waits for."""
    own(call, seller_id)
    return erasure.status(call.services, Role.SELLER, seller_id)


@route(
    blueprint,
    "DELETE",
    "/buyers/{buyer_id}/erasure",
    roles=BUYERS,
    scopes=PEOPLE,
    audit=Audited.BEFORE,
    answers=lambda: answers.Erasure,
    refuses=(TOO_LATE,),
    versioned=False,
)
def withdraw_buyer_erasure(call: Call, buyer_id: str) -> Json:
    """Take back a buyer's request to be forgotten, within the day before it begins."""
    own(call, buyer_id)
    return erasure.withdraw(call.services, Role.BUYER, buyer_id)


@route(
    blueprint,
    "DELETE",
    "/sellers/{seller_id}/erasure",
    roles=SELLERS,
    scopes=PEOPLE,
    audit=Audited.BEFORE,
    answers=lambda: answers.Erasure,
    refuses=(TOO_LATE,),
    versioned=False,
)
def withdraw_seller_erasure(call: Call, seller_id: str) -> Json:
    """Take back a seller's request to be forgotten, within the day before it begins."""
    own(call, seller_id)
    return erasure.withdraw(call.services, Role.SELLER, seller_id)
