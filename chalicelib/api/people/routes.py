"""Contacts and devices over HTTP (N1-N3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.api.call import Call
from chalicelib.api.endpoint import Audited
from chalicelib.api.identity.scopes import Scope
from chalicelib.api.lazily import Later, Lazily
from chalicelib.api.routing import Resource, route
from chalicelib.domain import refusals as r
from chalicelib.domain.people import Role
from chalicelib.service import contacts, me
from chalicelib.service.devices import register_device, remove_device
from chalicelib.service.errors import (
    ContactsElsewhere,
    Malformed,
    MessagingUnavailable,
    NotFound,
    PushNotConfigured,
    TokenRefused,
)
from chalicelib.service.views import Json
from chalicelib.settings import settings
from chalicelib.store.idempotency import Answer

if TYPE_CHECKING:
    from chalicelib.api.models import Nothing
    from chalicelib.api.people import answers
    from chalicelib.api.people.requests import BuyerContacts, NewDevice, PhoneConfirmation, SellerContacts
else:
    Nothing = Later("chalicelib.api.models", "Nothing")
    BuyerContacts = Later("chalicelib.api.people.requests", "BuyerContacts")
    NewDevice = Later("chalicelib.api.people.requests", "NewDevice")
    PhoneConfirmation = Later("chalicelib.api.people.requests", "PhoneConfirmation")
    SellerContacts = Later("chalicelib.api.people.requests", "SellerContacts")
    answers = Lazily("chalicelib.api.people.answers")

blueprint = Resource(__name__, "people")

PEOPLE = (Scope.PEOPLE,)
REFUSED_DEVICE = (PushNotConfigured.code, TokenRefused.code, MessagingUnavailable.code)
"""Why a device is not registered."""


def own(call: Call, person_id: str) -> None:
    """Raise ``NotFound`` unless the caller is that person or the platform."""
    if call.actor.role is not Role.PLATFORM and call.actor.id != person_id:
        raise NotFound


def own_to_change(call: Call, person_id: str) -> None:
    """Check ``own``, and raise ``ContactsElsewhere`` for a person where only the platform changes contacts."""
    own(call, person_id)
    if call.actor.role is not Role.PLATFORM and settings().contacts_by == "platform":
        raise ContactsElsewhere


@route(
    blueprint,
    "GET",
    "/me",
    roles=(Role.BUYER, Role.SELLER, Role.MEDIATOR, Role.OPERATOR),
    audit=Audited.READ,
    answers=lambda: answers.Me,
)
def get_me(call: Call) -> Json:
    """Say who the caller is here, in which language and time zone, and how much waits for them."""
    return me.get_me(call.services, call.actor)


@route(
    blueprint,
    "GET",
    "/sellers/{seller_id}/contacts",
    roles=(Role.SELLER, Role.PLATFORM),
    scopes=PEOPLE,
    audit=Audited.READ,
    answers=lambda: answers.SellerContactsKept,
)
def get_seller_contacts(call: Call, seller_id: str) -> Json:
    """A seller's contacts, and whether the email address is confirmed."""
    own(call, seller_id)
    return contacts.get_contacts(call.services, Role.SELLER, seller_id)


@route(
    blueprint,
    "PUT",
    "/sellers/{seller_id}/contacts",
    roles=(Role.SELLER, Role.PLATFORM),
    scopes=PEOPLE,
    audit=Audited.BEFORE,
    body=SellerContacts,
    answers=lambda: answers.SellerContactsKept,
    refuses=(r.LIMIT_REACHED, ContactsElsewhere.code, MessagingUnavailable.code),
    versioned=True,
)
def put_seller_contacts(call: Call, seller_id: str) -> Json:
    """Replace a seller's contacts and return addresses."""
    own_to_change(call, seller_id)
    body: SellerContacts = call.body
    if body.phone_verified and call.actor.role is not Role.PLATFORM:
        raise Malformed("Only the platform says that a phone is verified; leave phone_verified out.", "phone_verified")
    given = body.contacts(body.return_addresses, phone_verified=body.phone_verified)
    return contacts.put_contacts(call.services, Role.SELLER, seller_id, call.request, given)


@route(
    blueprint,
    "POST",
    "/sellers/{seller_id}/contacts/phone/confirmation",
    roles=(Role.SELLER,),
    body=PhoneConfirmation,
    answers=lambda: answers.SellerContactsKept,
    refuses=(r.CONFLICT, r.INVALID, r.LIMIT_REACHED, r.TOO_LATE, MessagingUnavailable.code),
    versioned=False,
)
def confirm_phone(call: Call, seller_id: str) -> Answer:
    """Confirm a seller's phone by the code that was sent there; from then on it takes SMS."""
    own(call, seller_id)
    return contacts.confirm_phone(call.services, seller_id, call.expect_once(), call.body.code)


@route(
    blueprint,
    "POST",
    "/sellers/{seller_id}/contacts/phone/code",
    roles=(Role.SELLER,),
    body=Nothing,
    answers=lambda: answers.SellerContactsKept,
    refuses=(r.CONFLICT, r.LIMIT_REACHED, r.TOO_EARLY, MessagingUnavailable.code),
    versioned=False,
)
def send_phone_code(call: Call, seller_id: str) -> Answer:
    """Send another code to a seller's unconfirmed phone; the one before works no more."""
    own(call, seller_id)
    return contacts.resend_code(call.services, seller_id, call.expect_once())


@route(
    blueprint,
    "POST",
    "/sellers/{seller_id}/devices",
    roles=(Role.SELLER, Role.PLATFORM),
    scopes=PEOPLE,
    audit=Audited.COMMAND,
    body=NewDevice,
    status=201,
    answers=lambda: answers.DeviceKept,
    refuses=REFUSED_DEVICE,
    versioned=False,
)
def register_seller_device(call: Call, seller_id: str) -> Answer:
    """Register a seller's device for push messages."""
    own(call, seller_id)
    once, device = call.expect_once(), call.body
    return register_device(call.services, Role.SELLER, seller_id, once, device.platform, device.token)


@route(
    blueprint,
    "DELETE",
    "/sellers/{seller_id}/devices/{device_id}",
    roles=(Role.SELLER, Role.PLATFORM),
    scopes=PEOPLE,
    audit=Audited.BEFORE,
    answers=lambda: answers.DeviceKept,
    refuses=(MessagingUnavailable.code,),
    versioned=False,
)
def remove_seller_device(call: Call, seller_id: str, device_id: str) -> Json:
    """Forget a seller's device, as when its owner signs out."""
    own(call, seller_id)
    return remove_device(call.services, Role.SELLER, seller_id, device_id)


@route(
    blueprint,
    "GET",
    "/buyers/{buyer_id}/contacts",
    roles=(Role.BUYER, Role.PLATFORM),
    scopes=PEOPLE,
    audit=Audited.READ,
    answers=lambda: answers.BuyerContactsKept,
)
def get_buyer_contacts(call: Call, buyer_id: str) -> Json:
    """A buyer's contacts, and whether the email address is confirmed."""
    own(call, buyer_id)
    return contacts.get_contacts(call.services, Role.BUYER, buyer_id)


@route(
    blueprint,
    "PUT",
    "/buyers/{buyer_id}/contacts",
    roles=(Role.BUYER, Role.PLATFORM),
    scopes=PEOPLE,
    audit=Audited.BEFORE,
    body=BuyerContacts,
    answers=lambda: answers.BuyerContactsKept,
    refuses=(r.LIMIT_REACHED, ContactsElsewhere.code, MessagingUnavailable.code),
    versioned=True,
)
def put_buyer_contacts(call: Call, buyer_id: str) -> Json:
    """Replace a buyer's contacts."""
    own_to_change(call, buyer_id)
    return contacts.put_contacts(call.services, Role.BUYER, buyer_id, call.request, call.body.contacts())


@route(
    blueprint,
    "POST",
    "/buyers/{buyer_id}/devices",
    roles=(Role.BUYER, Role.PLATFORM),
    scopes=PEOPLE,
    audit=Audited.COMMAND,
    body=NewDevice,
    status=201,
    answers=lambda: answers.DeviceKept,
    refuses=REFUSED_DEVICE,
    versioned=False,
)
def register_buyer_device(call: Call, buyer_id: str) -> Answer:
    """Register a buyer's device for push messages."""
    own(call, buyer_id)
    once, device = call.expect_once(), call.body
    return register_device(call.services, Role.BUYER, buyer_id, once, device.platform, device.token)


@route(
    blueprint,
    "DELETE",
    "/buyers/{buyer_id}/devices/{device_id}",
    roles=(Role.BUYER, Role.PLATFORM),
    scopes=PEOPLE,
    audit=Audited.BEFORE,
    answers=lambda: answers.DeviceKept,
    refuses=(MessagingUnavailable.code,),
    versioned=False,
)
def remove_buyer_device(call: Call, buyer_id: str, device_id: str) -> Json:
    """Forget a buyer's device, as when its owner signs out."""
    own(call, buyer_id)
    return remove_device(call.services, Role.BUYER, buyer_id, device_id)
