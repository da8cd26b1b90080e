"""Register and forget the devices that a person takes push messages on (N1).

A device is saved before SNS is told of it. When it is removed, its endpoint and subscription are saved as ``ending`` before
they are deleted at SNS. So wherever a process dies, the profile names everything that exists at SNS, and the next change
finishes the work.
"""

from __future__ import annotations

import hashlib
import logging
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.service.errors import Busy, NotFound, PushNotConfigured, TokenRefused
from chalicelib.service.execute import keep_answer, kept_answer
from chalicelib.service.sns_errors import refused_as, registering
from chalicelib.store.idempotency import Answer, Conflict
from chalicelib.store.people import Device, Owner

if TYPE_CHECKING:
    from chalicelib.domain.people import Role
    from chalicelib.service.ports import Subscribed
    from chalicelib.service.services import Services
    from chalicelib.service.views import Json
    from chalicelib.store.idempotency import Once
    from chalicelib.store.people import Profile

log = logging.getLogger(__name__)

DEVICES_AT_MOST = 10
"""The most devices of one person; one more replaces the oldest."""
CREATED = 201
_ENDPOINT = re.compile(r"(?:[^:]*:){5}[^:]*/")
"""Matches the ARN of an endpoint and not of a subscription: a subscription names a topic, which has no slash."""


def device_id(platform: str, token: str) -> str:
    """Return a device's id. It is always the same for one token, and does not reveal the token."""
    return hashlib.sha256(f"{platform}:{token}".encode()).hexdigest()[:32]


@registering()
def register_device(services: Services, role: Role, person_id: str, once: Once, platform: str, token: str) -> Answer:
    """Register a push token: from now on this person's messages reach the device, and nobody else's do.

    An app sends its token at every start. The same token is the same device, and is enabled again if the platform had given it
    up. A device that somebody else registered before is no longer theirs. Raises ``PushNotConfigured``, ``TokenRefused``,
    ``Busy``, ``MessagingUnavailable``.
    """
    kept = kept_answer(services, once)
    if kept:
        return kept
    device = _registered(services, services.people.profile(role.value, person_id), platform, token)
    return keep_answer(services, once, Answer(CREATED, msgspec.json.encode(device_view(device)).decode()))


@registering()
def remove_device(services: Services, role: Role, person_id: str, wanted: str) -> Json:
    """Forget a device, as when its owner signs out. Raises ``NotFound``, ``Busy``, ``MessagingUnavailable``."""
    device = _dropped(services, role.value, person_id, wanted)
    if device is None:
        raise NotFound
    return device_view(device)


def forget_endpoint(services: Services, endpoint: str) -> bool:
    """Forget the device of an endpoint that its platform has given up, and return whether there was one. Raises ``Busy``."""
    wanted = services.endpoints.device_of(endpoint)
    owner = services.people.owner(wanted) if wanted else None
    if wanted is None or owner is None or services.endpoints.enabled(endpoint):
        return False
    return _dropped(services, owner.role, owner.person_id, wanted) is not None


def reached(services: Services, profile: Profile, found: list[Subscribed] | None = None) -> Profile:
    """Return ``profile`` with every device registered at SNS, or left out where SNS refuses it.

    A device is registered again if its registration died half way, or if it is missing from ``found``: that is what is at the
    person's topic, or None if nobody looked.
    """
    topic, devices = profile.topic, []
    there = {it.address for it in found or () if it.channel == "push"}
    for device in profile.devices:
        lost = services.topics_of_0_2 and found is not None and device.endpoint not in there
        if device.endpoint and not lost:
            # Only a change of contacts ends what is no longer needed: it names what ends (``put_contacts``).
            unneeded = found is not None and not services.topics_of_0_2
            devices.append(replace(device, subscription="") if unneeded else device)
            continue
        try:
            endpoint = services.endpoints.create(device.platform, device.token, device.id)
        except (PushNotConfigured, TokenRefused):
            continue
        subscription = ""
        if services.topics_of_0_2:
            try:
                with refused_as(TokenRefused()):
                    topic, subscription = services.subscriptions.subscribe(profile.role, profile.person_id, "push", endpoint)
            except TokenRefused:
                services.endpoints.delete(endpoint)
                continue
        devices.append(replace(device, endpoint=endpoint, subscription=subscription))
    return replace(profile, topic=topic, devices=tuple(devices))


def at_topic(services: Services, profile: Profile) -> list[Subscribed]:
    """Return what is at the person's topic. Looking makes the topic, so nobody looks where nothing is ever subscribed."""
    if not (services.mail_by_topic or services.topics_of_0_2 or profile.topic):
        return []
    return services.subscriptions.subscribed(profile.role, profile.person_id)


def end(services: Services, ending: tuple[str, ...]) -> None:
    """End subscriptions and delete endpoints; those that are gone already are no error.

    Call this after the profile is saved: of two changes at one moment only the saved one ends what the other had. An endpoint
    stays while the device is in somebody's profile, because a new owner of the token has the same endpoint.
    """
    for arn in ending:
        if not _ENDPOINT.match(arn):
            services.subscriptions.unsubscribe(arn)
        elif not _in_use(services, arn):
            services.endpoints.delete(arn)


def end_stray_mail(services: Services, profile: Profile) -> list[Subscribed] | None:
    """Unsubscribe mail addresses that are no longer the person's, and return what is at the topic; None if SNS does not answer.

    An address that was replaced before it was confirmed can be unsubscribed only after somebody has confirmed it. SNS may not
    answer because it limits how often a topic can be listed.

    A phone or device that is on no file may belong to a change that is still under way, so those are left to the next change of
    contacts.
    """
    wanted = profile.email if services.mail_by_topic else None
    try:
        found = services.subscriptions.subscribed(profile.role, profile.person_id)
        for it in found:
            if it.channel == "email" and it.subscription and it.address != wanted:
                services.subscriptions.unsubscribe(it.subscription)
    except (BotoCoreError, ClientError):
        log.warning(
            "stray mail subscriptions were not checked", extra={"person": f"{profile.role}:{profile.person_id}"}, exc_info=True
        )
        return None
    return found


def _in_use(services: Services, endpoint: str) -> bool:
    device = services.endpoints.device_of(endpoint)
    owner = services.people.owner(device) if device else None
    if device is None or owner is None:
        return False
    return find(services.people.profile(owner.role, owner.person_id), device) is not None


def abandon(services: Services, refused: Profile) -> None:
    """End what a change of devices created at SNS and could not save because another change was first."""
    current = services.people.profile(refused.role, refused.person_id)
    lost = (device for device in refused.devices if find(current, device.id) is None)
    end(services, _in_sns(*lost))


def forget_devices(services: Services, profile: Profile) -> None:
    """Delete the endpoint of every device (P2).

    If a registration died half way, its endpoint is unknown here. SNS returns it when it is created again.
    """
    for device in profile.devices:
        try:
            endpoint = device.endpoint or services.endpoints.create(device.platform, device.token, device.id)
        except (PushNotConfigured, TokenRefused):
            continue
        services.endpoints.delete(endpoint)


def find(profile: Profile, wanted: str) -> Device | None:
    """Return the person's device of that id."""
    return next((device for device in profile.devices if device.id == wanted), None)


def device_view(device: Device) -> Json:
    """Return a device as its owner sees it. The token stays between app and platform."""
    return {"id": device.id, "platform": device.platform}


def _registered(services: Services, profile: Profile, platform: str, token: str) -> Device:
    if not services.endpoints.takes(platform):
        raise PushNotConfigured
    new = Device(device_id(platform, token), platform, token)
    known = find(profile, new.id)
    if known and known.endpoint and services.endpoints.create(platform, token, new.id) == known.endpoint:
        return known
    end(services, profile.ending)
    if known is None:
        profile = _announced(services, reached(services, profile), new)
    elif known.endpoint:  # it was deleted at SNS, and SNS has just made another one
        end(services, (known.subscription,))
        profile = replace(profile, devices=tuple(new if it is known else it for it in profile.devices))
    after = reached(services, profile)
    _save(services, after)
    made = find(after, new.id)
    if made is None:
        raise TokenRefused
    return made


def _announced(services: Services, profile: Profile, new: Device) -> Profile:
    """Save the profile with a device that SNS does not know yet, and return it; a former owner loses the device."""
    alive = [device for device in profile.devices if services.endpoints.enabled(device.endpoint)]
    kept = alive[max(0, len(alive) + 1 - DEVICES_AT_MOST) :]
    gone = _in_sns(*(device for device in profile.devices if device not in kept))
    owner = services.people.owner(new.id)
    after = replace(profile, devices=(*kept, new), ending=gone, version=profile.version + 1)
    changed = [after]
    if owner and (owner.role, owner.person_id) != (profile.role, profile.person_id):
        former = reached(services, services.people.profile(owner.role, owner.person_id))
        theirs = find(former, new.id)
        if theirs:
            # At once: from here on the device must not show what is meant for its former owner.
            services.subscriptions.unsubscribe(theirs.subscription)
            changed.append(replace(_without(former, theirs), version=former.version + 1))
    try:
        mine = Owner(profile.role, profile.person_id, owner.version + 1 if owner else 1)
        services.people.hand_over(new.id, mine, *changed)
    except Conflict:
        raise Busy from None
    end(services, gone)
    return after


def _dropped(services: Services, role: str, person_id: str, wanted: str) -> Device | None:
    """Remove a device from a person's profile and return it; None if they did not have it."""
    before = services.people.profile(role, person_id)
    end(services, before.ending)
    before = reached(services, before)
    device = find(before, wanted)
    if device:
        _save(services, replace(_without(before, device), ending=_in_sns(device)))
    return device


def _save(services: Services, after: Profile) -> None:
    """Save a changed profile, and end what it names as ending."""
    try:
        services.people.save(replace(after, version=after.version + 1))
    except Conflict:
        abandon(services, after)
        raise Busy from None
    end(services, after.ending)
    if after.topic:
        end_stray_mail(services, after)


def _in_sns(*devices: Device) -> tuple[str, ...]:
    """Return what SNS has of devices, in the order in which it is ended."""
    return tuple(arn for device in devices for arn in (device.subscription, device.endpoint) if arn)


def _without(profile: Profile, device: Device) -> Profile:
    return replace(profile, devices=tuple(it for it in profile.devices if it.id != device.id))
