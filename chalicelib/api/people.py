"""Contacts over HTTP (N1-N3)."""

from __future__ import annotations

from typing import Annotated, Literal

from chalice.app import Blueprint
from pydantic import Field, StringConstraints

from chalicelib.api.endpoint import Call, route
from chalicelib.api.models import Address, Model, written_as
from chalicelib.domain.people import Role
from chalicelib.service.contacts import Contacts, put_contacts
from chalicelib.service.errors import NotFound
from chalicelib.service.views import Json

blueprint = Blueprint(__name__)

Email = Annotated[
    str,
    StringConstraints(max_length=254),
    *written_as(r"^[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+$", "an email address such as ana@example.com"),
]
Phone = Annotated[
    str,
    *written_as(r"^\+[1-9][0-9]{6,14}$", "a phone number with its country, such as +34600000000"),
    Field(description="E.164"),
]
Language = Literal["en", "es", "pt", "ru", "zh"]


class BuyerContacts(Model):
    """How a buyer is reached. What is absent is removed."""

    email: Email | None = None
    phone: Phone | None = None
    language: Language = "en"


class SellerContacts(BuyerContacts):
    """How a seller is reached, and where returns go, the first address by default (D3)."""

    return_addresses: Annotated[tuple[Address, ...], Field(max_length=20)] = ()


def own(call: Call, person_id: str) -> None:
    """Raise ``NotFound`` unless it is the person, or the platform, that calls."""
    if call.actor.role is not Role.PLATFORM and call.actor.id != person_id:
        raise NotFound


@route(blueprint, "PUT", "/sellers/{seller_id}/contacts", roles=(Role.SELLER, Role.PLATFORM), body=SellerContacts)
def put_seller_contacts(call: Call, seller_id: str) -> Json:
    """Replace a seller's contacts and return addresses."""
    own(call, seller_id)
    addresses = tuple(it.domain() for it in call.body.return_addresses)
    contacts = Contacts(call.body.email, call.body.phone, call.body.language, addresses)
    return put_contacts(call.services, Role.SELLER, seller_id, call.request, contacts)


@route(blueprint, "PUT", "/buyers/{buyer_id}/contacts", roles=(Role.BUYER, Role.PLATFORM), body=BuyerContacts)
def put_buyer_contacts(call: Call, buyer_id: str) -> Json:
    """Replace a buyer's contacts."""
    own(call, buyer_id)
    contacts = Contacts(call.body.email, call.body.phone, call.body.language)
    return put_contacts(call.services, Role.BUYER, buyer_id, call.request, contacts)
