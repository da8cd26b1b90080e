"""Keep a person's contacts, preferences and return addresses (N1, N3, D3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from chalicelib.domain.people import ReturnAddress, Role
from chalicelib.service import phone
from chalicelib.service.devices import abandon, at_topic, device_view, end, end_stray_mail, reached
from chalicelib.service.errors import Busy, Malformed
from chalicelib.service.execute import ATTEMPTS
from chalicelib.service.phone import check_changes, new_code
from chalicelib.service.size_limits import recent
from chalicelib.service.sns_errors import refused_as, registering
from chalicelib.store.codec import plain
from chalicelib.store.idempotency import Conflict

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.service.execute import Request
    from chalicelib.service.ports import Subscribed
    from chalicelib.service.services import Services
    from chalicelib.service.views import Json
    from chalicelib.store.idempotency import Answer, Once
    from chalicelib.store.people import Profile

WRITTEN_WITHIN = timedelta(minutes=1)
"""The time that writing contacts may take. For the clock, return addresses count from its end on.

A sweep that runs between the time stamp and the write does not find them; one that runs later must not either (D3, D9).
"""
CHANNELS = ("email", "sms", "push")
_FIELDS = {"email": "email", "sms": "phone"}
"""The field of the contacts that holds the address of a channel."""
_NOT_TAKEN = "messages cannot be sent to this address; check it, or give another"


@dataclass(frozen=True, slots=True)
class Contacts:
    """The contacts that a person registers. They replace all earlier ones: what is absent is removed."""

    email: str | None
    phone: str | None
    language: str
    return_addresses: tuple[ReturnAddress, ...] = ()
    time_zone: str = "UTC"
    quiet_hours: tuple[str, str] | None = None
    muted: tuple[str, ...] = ()
    phone_verified: bool = False
    """True if the marketplace has confirmed the phone itself, so that no code is sent."""


@registering()
def put_contacts(services: Services, role: Role, person_id: str, request: Request, contacts: Contacts) -> Json:
    """Replace a person's contacts and their SNS subscriptions, so that no replaced or removed address stays subscribed (N1).

    If the process dies half way, the next change finds at the topic what this one subscribed, and ends it. Raises
    ``Refusal(limit_reached)`` for a person who has changed addresses too often today,
    ``VersionMismatch`` for a request made for another version, ``Busy`` when somebody else changes the contacts at this moment,
    ``Malformed`` for an address that SNS does not take, and ``MessagingUnavailable``.
    """
    before = services.people.profile(role.value, person_id)
    request.check_version(before.version)
    counts_from = services.clock.now() + WRITTEN_WITHIN
    end(services, before.ending)  # again: the process that saved it may have died before it did so
    found = at_topic(services, before)
    if request.actor.role is not Role.PLATFORM:
        check_changes(services, before, _new_addresses(services, before, contacts, found))
    after = replace(
        before,
        email=contacts.email,
        phone=contacts.phone,
        language=contacts.language,
        addresses=recent(before.addresses.replaced(contacts.return_addresses, counts_from)),
        version=before.version + 1,
        time_zone=contacts.time_zone,
        quiet_hours=contacts.quiet_hours,
        muted=contacts.muted,
        phone_code=before.phone_code if contacts.phone == before.phone and not contacts.phone_verified else None,
    )
    code = ""
    if role is Role.SELLER and contacts.phone not in (None, before.phone) and not contacts.phone_verified:
        code, after = new_code(services, after)
    after = reached(services, _subscribed(services, before, after, found), found)
    # What is at the topic and not in the profile was subscribed by a change that was never saved.
    pushed = {("push", device.endpoint) for device in after.devices if device.subscription}
    asked = {*_by_topic(services, after).items(), *pushed}
    strays = {it.subscription for it in found if it.subscription and (it.channel, it.address) not in asked}
    after = replace(after, ending=tuple(sorted((_held(before) | strays) - _held(after))))
    try:
        services.people.save(after)
    except Conflict:
        end(services, tuple(sorted(_held(after) - _held(services.people.profile(role.value, person_id)))))
        abandon(services, after)
        raise Busy from None
    _count_from_when_written(services, role, person_id, counts_from)
    end(services, after.ending)
    if code:
        phone.send(services, after, code)
    return _view(after, _email_status(services, after, found) or "pending")


def _count_from_when_written(services: Services, role: Role, person_id: str, counts_from: datetime) -> None:
    """Let return addresses that were written too late count later: a sweep may have missed them at ``counts_from`` (D3, D9).

    Raises ``Busy`` when others keep changing the contacts.
    """
    for attempt in range(ATTEMPTS):
        now = services.clock.now()
        if now < counts_from:
            return
        profile = services.people.profile(role.value, person_id)
        later = profile.addresses.counting_later(counts_from, now + WRITTEN_WITHIN)
        if later == profile.addresses:
            return
        try:
            services.people.save(replace(profile, addresses=later, version=profile.version + 1))
        except Conflict:
            services.pause(attempt)
        else:
            counts_from = now + WRITTEN_WITHIN
    raise Busy


def get_contacts(services: Services, role: Role, person_id: str) -> Json:
    """Return a person's contacts, and whether the email address is confirmed now (N1).

    An address that was confirmed only after it had been replaced is unsubscribed here.
    """
    profile = services.people.profile(role.value, person_id)
    found: list[Subscribed] | None = []
    if profile.topic:
        found = end_stray_mail(services, profile)
    if found is None and "email" in _by_topic(services, profile):
        return _view(profile, "unknown")
    return _view(profile, _email_status(services, profile, found or []) or "lapsed")


def confirm_phone(services: Services, seller_id: str, once: Once, code: str) -> Answer:
    """Confirm a seller's phone by the code that was sent there: from now on it takes SMS. See ``phone.confirm``."""

    def reach(profile: Profile) -> Profile:
        return _subscribed(services, profile, profile, at_topic(services, profile))

    with registering():
        return phone.confirm(services, seller_id, once, code, reach, _viewed(services))


def resend_code(services: Services, seller_id: str, once: Once) -> Answer:
    """Send another code to a seller's unconfirmed phone. See ``phone.resend_code``."""
    return phone.resend_code(services, seller_id, once, _viewed(services))


def _viewed(services: Services) -> Callable[[Profile], Json]:
    """Return a function that shows a profile as its owner sees it."""

    def view(profile: Profile) -> Json:
        found = at_topic(services, profile) if services.mail_by_topic else []
        return _view(profile, _email_status(services, profile, found) or "lapsed")

    return view


def _new_addresses(services: Services, before: Profile, contacts: Contacts, found: list[Subscribed]) -> list[str]:
    """Return the channels whose address is new, or is asked again to confirm."""
    there = {(it.channel, it.address) for it in found}
    asked_again = services.mail_by_topic and ("email", contacts.email) not in there
    new_mail = contacts.email and (contacts.email != before.email or asked_again)
    return [*(["email"] if new_mail else []), *(["sms"] if contacts.phone not in (None, before.phone) else [])]


def _by_topic(services: Services, profile: Profile) -> dict[str, str]:
    """Return the addresses that are subscribed at the person's topic, by channel."""
    addresses = {
        "email": profile.email if services.mail_by_topic else None,
        "sms": profile.texted_at if services.topics_of_0_2 else None,
    }
    return {channel: address for channel, address in addresses.items() if address}


def _subscribed(services: Services, before: Profile, after: Profile, found: list[Subscribed]) -> Profile:
    """Return ``after`` with its addresses subscribed. An unchanged one that SNS still has keeps its subscription."""
    topic, subscriptions = before.topic, {}
    there = {(it.channel, it.address) for it in found}
    had = _by_topic(services, before)
    for channel, address in _by_topic(services, after).items():
        if address == had.get(channel) and channel in before.subscriptions and (channel, address) in there:
            subscriptions[channel] = before.subscriptions[channel]
        else:
            with refused_as(Malformed(_NOT_TAKEN, _FIELDS[channel])):
                topic, subscriptions[channel] = services.subscriptions.subscribe(after.role, after.person_id, channel, address)
    if not (services.mail_by_topic or services.topics_of_0_2):
        topic = None  # nothing is published there any more: what it has is ended, and nobody looks again
    return replace(after, topic=topic, subscriptions=subscriptions)


def _held(profile: Profile) -> set[str]:
    """Return the subscriptions that a profile names."""
    return {*profile.subscriptions.values(), *(it.subscription for it in profile.devices if it.subscription)}


def _view(profile: Profile, email_status: str) -> Json:
    """Return a person's contacts as that person sees them."""
    history = profile.addresses.history
    quiet = profile.quiet_hours
    view: Json = {
        "id": profile.person_id,
        "email": profile.email,
        "email_status": email_status,
        "phone": profile.phone,
        "phone_status": _phone_status(profile),
        "language": profile.language,
        "time_zone": profile.time_zone,
        "quiet_hours": {"from": quiet[0], "to": quiet[1]} if quiet else None,
        "channels": {channel: channel not in profile.muted for channel in CHANNELS},
        "devices": [device_view(device) for device in profile.reached_devices],
        "version": profile.version,
    }
    if profile.role == Role.SELLER.value:
        view["return_addresses"] = plain(history[-1].addresses) if history else []
    return view


def _phone_status(profile: Profile) -> str:
    if profile.phone is None:
        return "none"
    if profile.role != Role.SELLER.value:
        return "unused"
    return "pending" if profile.phone_code else "confirmed"


def _email_status(services: Services, profile: Profile, found: list[Subscribed]) -> str | None:
    """Return the state of the email address at SNS; None where SNS does not know the address."""
    if profile.email is None:
        return "none"
    if not services.mail_by_topic:
        return "unverified"
    mine = next((it for it in found if (it.channel, it.address) == ("email", profile.email)), None)
    if mine is None:
        return None
    return "confirmed" if mine.subscription else "pending"
