"""Tell callers who they are here, and what waits for them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from chalicelib.domain.people import PARTIES, Role
from chalicelib.service.dispute_lists import what_awaits
from chalicelib.service.messages import unread_by_order
from chalicelib.store.codec import timestamp

if TYPE_CHECKING:
    from chalicelib.domain.people import Actor
    from chalicelib.service.services import Services
    from chalicelib.service.views import Json

SOON = timedelta(hours=24)


def get_me(services: Services, actor: Actor) -> Json:
    """Return the caller's id and role, how the person is reached, and how much waits for the caller (D6, N2).

    What waits is counted among the first 500 open disputes of the caller.
    """
    now = services.clock.now()
    awaits = what_awaits(services, actor, now)
    unread = unread_by_order(services, actor, {it.order_id for it in awaits})
    profile = services.people.profile(actor.role.value, actor.id) if actor.role in PARTIES else None
    return {
        "id": actor.id,
        "role": actor.role.value,
        "lead": actor.lead,
        "language": profile.language if profile else None,
        "time_zone": profile.time_zone if profile else None,
        "has_contacts": bool(profile.email or profile.phone or profile.devices) if profile else None,
        "has_return_address": profile.addresses.on_file(now) is not None if profile and actor.role is Role.SELLER else None,
        "counts": {
            "waiting": len(awaits),
            "due_24h": sum(it.due <= now + SOON for it in awaits),
            "unread": sum(unread.values()),
        },
        "as_of": timestamp(now),
    }
