"""The shapes of answers about people: contacts, devices and erasure."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from chalicelib.api.answers import AsOf, Count, Given, Time, Version
from chalicelib.api.models import Address
from chalicelib.api.people.requests import Channels, Platform, QuietHours
from chalicelib.domain.people import Role

EmailStatus = Annotated[
    Literal["none", "pending", "confirmed", "lapsed", "unverified", "unknown"],
    Field(
        description=(
            "none: there is no address. pending: its owner has yet to confirm it by the mail that was sent there, and gets "
            "no other. confirmed: mail reaches it. lapsed: it was not confirmed in time, or its owner has unsubscribed it; "
            "putting the contacts again asks again. unverified: this marketplace mails without confirmation. unknown: it "
            "could not be found out just now."
        )
    ),
]

PhoneStatus = Annotated[
    Literal["none", "pending", "confirmed", "unused"],
    Field(
        description=(
            "none: there is no phone. pending: its owner has yet to confirm it by the code that was sent there, and gets no "
            "other SMS. confirmed: SMS reach it. unused: a buyer's, to which nothing is sent."
        )
    ),
]


class DeviceKept(Given):
    """A device that push messages reach (N1). Its token is not told."""

    id: str
    platform: Platform


class BuyerContactsKept(Given):
    """A buyer's contacts, as registered (N1)."""

    id: str
    email: str | None
    email_status: EmailStatus
    phone: str | None
    phone_status: PhoneStatus
    language: str
    time_zone: str
    quiet_hours: QuietHours | None
    channels: Channels
    devices: list[DeviceKept]
    version: Version


class SellerContactsKept(BuyerContactsKept):
    """A seller's contacts and return addresses; returns go to the first by default (D3)."""

    return_addresses: list[Address]


class Counts(Given):
    """How much waits for somebody."""

    waiting: Annotated[Count, Field(description="Disputes that ask something of them, of their first 500 open ones.")]
    due_24h: Annotated[Count, Field(description="Those of them that are due within 24 hours.")]
    unread: Annotated[Count, Field(description="Messages of others; a mediator's in the cases that wait for them.")]


class Me(Given):
    """The caller as known here. What is null is not kept for people of this role."""

    id: str
    role: Role
    lead: Annotated[bool, Field(description="Whether the caller, a mediator, hands cases to others (D4).")]
    language: str | None
    time_zone: str | None
    has_contacts: Annotated[bool | None, Field(description="Whether an address, a phone or a device is registered (N1).")]
    has_return_address: Annotated[bool | None, Field(description="Whether a seller has one on file (D3).")]
    counts: Counts
    as_of: AsOf


class Erasure(Given):
    """A request to erase a person's data, and its progress (P2)."""

    id: str
    role: Literal["buyer", "seller"]
    status: Annotated[
        Literal["pending", "waiting", "done", "withdrawn"],
        Field(description="Pending until it has been gone through; waiting while orders go on; done; withdrawn in time."),
    ]
    asked_at: Time
    orders_erased: Annotated[Count, Field(description="Orders whose words are erased.")]
    orders_going_on: Annotated[Count, Field(description="Orders that have not ended: their words are still needed.")]
    waits_for: Annotated[list[str], Field(description="The first twenty of them.")]
    looks_again_at: Annotated[Time | None, Field(description="When it begins or goes on; null once it is done or withdrawn.")]
    done_at: Time | None
