"""Unusual patterns in a person's disputes over HTTP: for mediators beside a case, for operators in a list."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from chalicelib.api.call import Call
from chalicelib.api.endpoint import Audited
from chalicelib.api.lazily import Lazily
from chalicelib.api.parameters import one_of
from chalicelib.api.routing import Resource, route
from chalicelib.domain.people import Role
from chalicelib.service import signals
from chalicelib.service.all_disputes import newest_parties
from chalicelib.service.views import Json

if TYPE_CHECKING:
    from chalicelib.api.signals import answers
else:
    answers = Lazily("chalicelib.api.signals.answers")

blueprint = Resource(__name__, "signals")
STAFF = (Role.MEDIATOR, Role.OPERATOR)


class Party(StrEnum):
    """The role of the people who are listed."""

    BUYER = "buyer"
    SELLER = "seller"


@route(
    blueprint,
    "GET",
    "/signals",
    roles=(Role.OPERATOR,),
    audit=Audited.READ,
    answers=lambda: answers.PeopleWithSignals,
    query=(one_of(Party, "role", "Whose.", Party.SELLER),),
)
def list_signals(call: Call) -> Json:
    """List the people with unusual patterns among the 300 newest disputes, up to twenty."""
    newest = newest_parties(call.services, signals.SEARCHED)
    return signals.list_people(call.services, call.actor, Role(call.query["role"].value), newest)


@route(
    blueprint,
    "GET",
    "/signals/buyer/{buyer_id}",
    roles=STAFF,
    audit=Audited.READ,
    answers=lambda: answers.PersonSignals,
)
def get_buyer_signals(call: Call, buyer_id: str) -> Json:
    """Unusual patterns in a buyer's disputes, for people to judge; a mediator asks about parties of escalated disputes."""
    return signals.of_person(call.services, call.actor, Role.BUYER, buyer_id)


@route(
    blueprint,
    "GET",
    "/signals/seller/{seller_id}",
    roles=STAFF,
    audit=Audited.READ,
    answers=lambda: answers.PersonSignals,
)
def get_seller_signals(call: Call, seller_id: str) -> Json:
    """Unusual patterns in a seller's disputes, for people to judge; a mediator asks about parties of escalated disputes."""
    return signals.of_person(call.services, call.actor, Role.SELLER, seller_id)
