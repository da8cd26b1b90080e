"""The devices that a person takes push messages on (N1).

A device is written down before SNS is told of it, and what it had in SNS stays on the list of what is ending when it is
crossed out. So wherever a change dies, the profile names every endpoint and subscription there is, and the next finishes.
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
"""Devices of one person; a further one takes the place of the oldest."""
CREATED = 201
_ENDPOINT = re.compile(r"(?:[^:]*:){5}[^:]*/")
"""The ARN of an endpoint, among those of subscriptions: these name a topic, which has no slash."""


def device_id(platform: str, token: str) -> str:
    """A device's id: always the same for a token, which it does not tell."""
    return hashlib.sha256(f"{platform}:{token}".encode()).hexdigest()[:32]


@registering()
def register_device(services: Services, role: Role, person_id: str, once: Once, platform: str, token: str) -> Answer:
    """Register the token that an app got of its platform: from then on this person's messages reach it, and nobody else's.

    An app sends its token at every start. The same one again is the same device, enabled again if the platform had given
    it up. One that somebody else registered before is theirs no longer. Raises ``PushNotConfigured``, ``TokenRefused``,
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
    """Forget the device of an endpoint that its platform has given up; whether there was one. Raises ``Busy``."""
    wanted = services.endpoints.device_of(endpoint)
    owner = services.people.owner(wanted) if wanted else None
    if wanted is None or owner is None or services.endpoints.enabled(endpoint):
        return False
    return _dropped(services, owner.role, owner.person_id, wanted) is not None


def settled(services: Services, profile: Profile, found: list[Subscribed] | None = None) -> Profile:
    """``profile`` with every device reached: one whose registration died half way is registered, or left out if it cannot
    be. So is one that is not among what was ``found`` at the person's topic, where somebody looked.
    """
    topic, devices = profile.topic, []
    there = {it.address for it in found or () if it.channel == "push"}
    for device in profile.devices:
        reached = device
        if not device.endpoint or (found is not None and device.endpoint not in there):
            try:
                endpoint = services.endpoints.create(device.platform, device.token, device.id)
            except (PushNotConfigured, TokenRefused):
                continue
            try:
                with refused_as(TokenRefused()):
                    topic, subscription = services.subscriptions.subscribe(profile.role, profile.person_id, "push", endpoint)
            except TokenRefused:
                services.endpoints.delete(endpoint)
                continue
            reached = replace(device, endpoint=endpoint, subscription=subscription)
        devices.append(reached)
    return replace(profile, topic=topic, devices=tuple(devices))


def end(services: Services, ending: tuple[str, ...]) -> None:
    """End subscriptions and delete endpoints; those that are gone already are no error.

    It comes after the profile is kept: of two changes at one moment only the one that is kept ends what the other had.
    An endpoint stays while the device is somebody's: whoever registered its token since has the same one.
    """
    for arn in ending:
        if not _ENDPOINT.match(arn):
            services.subscriptions.unsubscribe(arn)
        elif not _in_use(services, arn):
            services.endpoints.delete(arn)


def end_stray_mail(services: Services, profile: Profile) -> list[Subscribed] | None:
    """End mail to an address that is the person's no longer: one that was replaced while it was unconfirmed can only be ended
    once somebody has confirmed it. What is at the topic; None where SNS does not say, for it lists for few at a time.

    A phone or device that nobody has on file may be a change under way, so those are left to the next change of contacts.
    """
    wanted = profile.email if services.mail_by_topic else None
    try:
        found = services.subscriptions.subscribed(profile.role, profile.person_id)
        for it in found:
            if it.channel == "email" and it.subscription and it.address != wanted:
                services.subscriptions.unsubscribe(it.subscription)
    except (BotoCoreError, ClientError):
        log.warning("stray mail was not looked for", extra={"person": f"{profile.role}:{profile.person_id}"}, exc_info=True)
        return None
    return found


def _in_use(services: Services, endpoint: str) -> bool:
    device = services.endpoints.device_of(endpoint)
    owner = services.people.owner(device) if device else None
    if device is None or owner is None:
        return False
    return find(services.people.profile(owner.role, owner.person_id), device) is not None


def abandon(services: Services, refused: Profile) -> None:
    """End what a change of devices made in SNS that was not kept, because another change was first."""
    current = services.people.profile(refused.role, refused.person_id)
    lost = (device for device in refused.devices if find(current, device.id) is None)
    end(services, _in_sns(*lost))


def forget_devices(services: Services, profile: Profile) -> None:
    """Delete the endpoint of every device (P2). SNS tells the one of a registration that died half way by making it again."""
    for device in profile.devices:
        try:
            endpoint = device.endpoint or services.endpoints.create(device.platform, device.token, device.id)
        except (PushNotConfigured, TokenRefused):
            continue
        services.endpoints.delete(endpoint)


def find(profile: Profile, wanted: str) -> Device | None:
    """The person's device of that id."""
    return next((device for device in profile.devices if device.id == wanted), None)


def device_view(device: Device) -> Json:
    """A device as its owner sees it: the token stays between app and platform."""
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
        profile = _announced(services, settled(services, profile), new)
    elif known.endpoint:  # it was deleted in SNS, and there is another one by now
        end(services, (known.subscription,))
        profile = replace(profile, devices=tuple(new if it is known else it for it in profile.devices))
    after = settled(services, profile)
    _save(services, after)
    made = find(after, new.id)
    if made is None:
        raise TokenRefused
    return made


def _announced(services: Services, profile: Profile, new: Device) -> Profile:
    """The profile as it was saved with a device that SNS is still to be told of, and which nobody else has any more."""
    alive = [device for device in profile.devices if services.endpoints.enabled(device.endpoint)]
    kept = alive[max(0, len(alive) + 1 - DEVICES_AT_MOST) :]
    gone = _in_sns(*(device for device in profile.devices if device not in kept))
    owner = services.people.owner(new.id)
    after = replace(profile, devices=(*kept, new), ending=gone, version=profile.version + 1)
    changed = [after]
    if owner and (owner.role, owner.person_id) != (profile.role, profile.person_id):
        former = settled(services, services.people.profile(owner.role, owner.person_id))
        theirs = find(former, new.id)
        if theirs:
            # At once: from here on the device must not show what is meant for whoever had it before.
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
    """The device, which the person has no longer; None if they did not have it."""
    before = services.people.profile(role, person_id)
    end(services, before.ending)
    before = settled(services, before)
    device = find(before, wanted)
    if device:
        _save(services, replace(_without(before, device), ending=_in_sns(device)))
    return device


def _save(services: Services, after: Profile) -> None:
    """Keep a profile that was changed, and end what it says is ending."""
    try:
        services.people.save(replace(after, version=after.version + 1))
    except Conflict:
        abandon(services, after)
        raise Busy from None
    end(services, after.ending)
    if after.topic:
        end_stray_mail(services, after)


def _in_sns(*devices: Device) -> tuple[str, ...]:
    """What SNS has of devices, in the order in which it ends."""
    return tuple(arn for device in devices for arn in (device.subscription, device.endpoint) if arn)


def _without(profile: Profile, device: Device) -> Profile:
    return replace(profile, devices=tuple(it for it in profile.devices if it.id != device.id))
