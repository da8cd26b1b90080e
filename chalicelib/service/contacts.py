"""How people are reached, and where a seller takes returns (N1, N3, D3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chalicelib.domain.people import ReturnAddress, Role
from chalicelib.service.errors import Busy
from chalicelib.service.room import recent
from chalicelib.store.codec import plain
from chalicelib.store.errors import Conflict

if TYPE_CHECKING:
    from chalicelib.service.context import Services
    from chalicelib.service.execute import Request
    from chalicelib.service.views import Json
    from chalicelib.store.people import Profile

CHANNELS = ("email", "sms")


@dataclass(frozen=True, slots=True)
class Contacts:
    """What a person registers: all of it at once, so what is absent is removed."""

    email: str | None
    phone: str | None
    language: str
    return_addresses: tuple[ReturnAddress, ...] = ()


def put_contacts(services: Services, role: Role, person_id: str, request: Request, contacts: Contacts) -> Json:
    """Replace a person's contacts. The SNS subscriptions follow: a changed or removed address leaves none behind (N1).

    Raises ``VersionMismatch`` for a request made for another version, ``Busy`` when somebody else changes them right now.
    """
    before = services.people.profile(role.value, person_id)
    request.check_version(before.version)
    _end(services, before.ending)  # again: whoever wrote it down may not have come to it
    after = replace(
        before,
        email=contacts.email,
        phone=contacts.phone,
        language=contacts.language,
        addresses=recent(before.addresses.replaced(contacts.return_addresses, services.clock.now())),
        version=before.version + 1,
    )
    after = _subscribed(services, before, after)
    after = replace(after, ending=_gone(before, after))
    try:
        services.people.save(after)
    except Conflict:
        _end(services, _gone(after, services.people.profile(role.value, person_id)))
        raise Busy from None
    _end(services, after.ending)
    return contacts_view(after)


def _subscribed(services: Services, before: Profile, after: Profile) -> Profile:
    topic, subscriptions = before.topic, dict(before.subscriptions)
    wanted = {"email": after.email, "sms": after.phone}
    had = {"email": before.email, "sms": before.phone}
    for channel in CHANNELS:
        address = wanted[channel]
        if address == had[channel] and (address is None or channel in subscriptions):
            continue
        subscriptions.pop(channel, None)
        if address:
            topic, subscriptions[channel] = services.subscriptions.subscribe(after.role, after.person_id, channel, address)
    return replace(after, topic=topic, subscriptions=subscriptions)


def _gone(before: Profile, after: Profile) -> tuple[str, ...]:
    """The subscriptions that ``before`` names and ``after`` does not."""
    return tuple(sorted(set(before.subscriptions.values()) - set(after.subscriptions.values())))


def _end(services: Services, subscriptions: tuple[str, ...]) -> None:
    """End subscriptions; those that have ended already are no error.

    It comes after the profile is kept: of two changes at one moment only the one that is kept ends what the other had.
    """
    for subscription in subscriptions:
        services.subscriptions.unsubscribe(subscription)


def contacts_view(profile: Profile) -> Json:
    """A person's contacts as that person sees them."""
    history = profile.addresses.history
    view: Json = {
        "id": profile.person_id,
        "email": profile.email,
        "phone": profile.phone,
        "language": profile.language,
        "version": profile.version,
    }
    if profile.role == Role.SELLER.value:
        view["return_addresses"] = plain(history[-1].addresses) if history else []
    return view
