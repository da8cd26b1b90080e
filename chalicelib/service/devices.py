"""The devices that a person takes push messages on (N1).

A device is written down before SNS is told of it, and SNS has forgotten it before it is crossed out. So whatever dies in
between, the profile names every endpoint and subscription there is, and whoever changes the profile next finishes.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from chalicelib.service.errors import Busy, NotFound, PushNotConfigured, TokenRefused
from chalicelib.service.execute import keep_answer, replayed
from chalicelib.store.errors import AlreadyAnswered, Answer, Conflict
from chalicelib.store.people import Device, Owner

if TYPE_CHECKING:
    from chalicelib.domain.people import Role
    from chalicelib.service.context import Services
    from chalicelib.service.views import Json
    from chalicelib.store.errors import Once
    from chalicelib.store.people import Profile

DEVICES_AT_MOST = 10
"""Devices of one person; a further one takes the place of the oldest."""
CREATED = 201


def device_id(platform: str, token: str) -> str:
    """A device's id: always the same for a token, which it does not tell."""
    return hashlib.sha256(f"{platform}:{token}".encode()).hexdigest()[:32]


def register_device(services: Services, role: Role, person_id: str, once: Once, platform: str, token: str) -> Answer:
    """Register the token that an app got of its platform: from then on this person's messages reach it, and nobody else's.

    An app sends its token at every start. The same one again is the same device, enabled again if the platform had given
    it up. One that somebody else registered before is theirs no longer. Raises ``PushNotConfigured``, ``TokenRefused``,
    ``Busy``.
    """
    try:
        services.cases.check_new(once, int(services.epoch()))
        device = _registered(services, services.people.profile(role.value, person_id), platform, token)
        answer = Answer(CREATED, msgspec.json.encode(device_view(device)).decode())
        keep_answer(services, once, answer)
    except AlreadyAnswered as first:
        return replayed(first, once)
    return answer


def remove_device(services: Services, role: Role, person_id: str, wanted: str) -> Json:
    """Forget a device, as when its owner signs out. Raises ``NotFound``, ``Busy``."""
    profile = settled(services, services.people.profile(role.value, person_id))
    device = find(profile, wanted)
    if device is None:
        raise NotFound
    _drop(services, profile, device)
    return device_view(device)


def forget_endpoint(services: Services, endpoint: str) -> bool:
    """Forget the device of an endpoint that its platform has given up; whether there was one. Raises ``Busy``."""
    known = services.endpoints.device_of(endpoint)
    owner = services.people.owner(known) if known else None
    if owner is None or services.endpoints.enabled(endpoint):
        return False
    profile = services.people.profile(owner.role, owner.person_id)
    device = find(profile, known or "")
    if device is None:
        return False
    _drop(services, profile, device)
    return True


def settled(services: Services, profile: Profile) -> Profile:
    """``profile`` with every device reached: one whose registration died half way is registered, or left out if it cannot."""
    topic, devices = profile.topic, []
    for device in profile.devices:
        reached = device
        if not device.endpoint:
            try:
                endpoint = services.endpoints.create(device.platform, device.token, device.id)
            except (PushNotConfigured, TokenRefused):
                continue
            topic, subscription = services.subscriptions.subscribe(profile.role, profile.person_id, "push", endpoint)
            reached = replace(device, endpoint=endpoint, subscription=subscription)
        devices.append(reached)
    return replace(profile, topic=topic, devices=tuple(devices))


def abandon(services: Services, refused: Profile) -> None:
    """End what a change of devices made in SNS that was not kept, because another change was first."""
    current = services.people.profile(refused.role, refused.person_id)
    for device in refused.devices:
        if device.endpoint and find(current, device.id) is None:
            services.subscriptions.unsubscribe(device.subscription)
            owner = services.people.owner(device.id)
            if owner is None or _is(owner, refused):  # one that went to somebody else has the same endpoint
                services.endpoints.delete(device.endpoint)


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
    if known is None:
        profile = _announced(services, settled(services, profile), new)
    elif known.endpoint:
        if services.endpoints.create(platform, token, new.id) == known.endpoint:
            return known
        services.subscriptions.unsubscribe(known.subscription)  # SNS has another endpoint for it by now
        profile = replace(profile, devices=tuple(new if it is known else it for it in profile.devices))
    after = settled(services, profile)
    _save(services, profile, after)
    made = find(after, new.id)
    if made is None:
        raise TokenRefused
    return made


def _announced(services: Services, profile: Profile, new: Device) -> Profile:
    """The profile as it was saved with a device that SNS is still to be told of, and which nobody else has any more."""
    alive = [device for device in profile.devices if services.endpoints.enabled(device.endpoint)]
    kept = alive[max(0, len(alive) + 1 - DEVICES_AT_MOST) :]
    for device in profile.devices:
        if device not in kept:
            _silence(services, device)
    owner = services.people.owner(new.id)
    after = replace(profile, devices=(*kept, new), version=profile.version + 1)
    changed = [after]
    if owner and not _is(owner, profile):
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
    return after


def _drop(services: Services, profile: Profile, device: Device) -> None:
    _silence(services, device)
    _save(services, profile, _without(profile, device))


def _silence(services: Services, device: Device) -> None:
    """Have SNS forget a device."""
    services.subscriptions.unsubscribe(device.subscription)
    services.endpoints.delete(device.endpoint)


def _save(services: Services, before: Profile, after: Profile) -> None:
    try:
        services.people.save(replace(after, version=before.version + 1))
    except Conflict:
        abandon(services, after)
        raise Busy from None


def _without(profile: Profile, device: Device) -> Profile:
    return replace(profile, devices=tuple(it for it in profile.devices if it.id != device.id))


def _is(owner: Owner, profile: Profile) -> bool:
    return (owner.role, owner.person_id) == (profile.role, profile.person_id)
