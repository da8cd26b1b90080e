"""Show unusual patterns in a person's disputes, for people to judge. Nothing is kept for it: they are found when asked for."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.domain.intervals import SMALL, interval_ppm
from chalicelib.domain.people import Actor, Role
from chalicelib.domain.signals import LOOKED_BACK, Known, numbers_of, signals
from chalicelib.service import views
from chalicelib.service.errors import NotFound
from chalicelib.store import lists
from chalicelib.store.codec import day_start
from chalicelib.store.lists import PAGE_AT_MOST, as_dispute, as_order

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.signals import Signal
    from chalicelib.service.services import Services
    from chalicelib.service.views import Json

PEOPLE_AT_MOST = 20
"""The people of whom a list shows the patterns: each costs some reads."""
SEARCHED = 300
"""The newest disputes in which people are looked for."""
CASES_SHOWN = 20


def of_person(services: Services, actor: Actor, role: Role, person_id: str) -> Json:
    """Return the patterns in a person's disputes of the last year, of the 100 newest.

    Raises ``NotFound`` for somebody without orders or disputes in it, for a mediator, unless a dispute of that person has
    come to the mediators, and for staff who are that person.
    """
    now = services.clock.now()
    known = _known(services, role, person_id, now)
    escalated = any(it.escalated_at for it in known.disputes)
    nothing = not known.disputes and not known.orders
    if nothing or actor.id == person_id or (actor.role is Role.MEDIATOR and not escalated):
        raise NotFound
    return _view(known, role, person_id, now)


def list_people(services: Services, actor: Actor, role: Role, newest: list[tuple[str, str]]) -> Json:
    """Return the people of one role with patterns, among those of the ``newest`` disputes, who have the most of these."""
    now = services.clock.now()
    counts = Counter(buyer_id if role is Role.BUYER else seller_id for buyer_id, seller_id in newest)
    people = sorted(
        (who for who, count in counts.items() if count > 1 and who != actor.id), key=lambda who: (-counts[who], who)
    )
    found = [_view(_known(services, role, who, now), role, who, now) for who in people[:PEOPLE_AT_MOST]]
    return {"items": [it for it in found if it["signals"]], "as_of": views.time(now)}


def _known(services: Services, role: Role, person_id: str, now: datetime) -> Known:
    since = _since(now)
    place = lists.disputes_of(role.value, person_id, since=since)
    outlined, _ = services.lists.read(place, PAGE_AT_MOST, None, as_dispute)
    orders, _ = services.lists.read(lists.orders_of(role.value, person_id), PAGE_AT_MOST, None, as_order)
    recent = {it.terms.order_id: it for it in orders if it.terms.paid_at >= since}
    disputes = services.cases.whole(outlined)
    known = Known(role, tuple(disputes), recent)
    return replace(known, others=services.cases.shared_numbers(numbers_of(known)))


def _since(now: datetime) -> datetime:
    """Return the beginning of the first day (UTC) that is looked at, so that an answer stays the same through a day."""
    return day_start(now - LOOKED_BACK)


def _view(known: Known, role: Role, person_id: str, now: datetime) -> Json:
    return {
        "role": role.value,
        "id": person_id,
        "since": views.time(_since(now)),
        "as_of": views.time(now),
        "orders": len(known.orders),
        "disputes": len(known.disputes),
        "more": len(known.disputes) == PAGE_AT_MOST or len(known.orders) == PAGE_AT_MOST,
        "signals": [_signal(it) for it in signals(known, now)],
    }


def _signal(it: Signal) -> Json:
    whole = max(it.of, it.count)
    low, high = interval_ppm(it.count, whole)
    return {
        "kind": it.kind.value,
        "about": it.about,
        "count": it.count,
        "of": whole,
        "lower_ppm": low,
        "upper_ppm": high,
        "small": whole < SMALL,
        "cases": list(it.cases[:CASES_SHOWN]),
    }
