"""Read the audit: who of the staff and the marketplace's systems asked what of which case, and when (P5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from chalicelib.domain.dispute import order_of
from chalicelib.service.views import Json
from chalicelib.store import audit
from chalicelib.store.codec import timestamp
from chalicelib.store.lists import BadCursor

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from chalicelib.service.services import Services
    from chalicelib.store.audit import AuditEntry, View

_PLACE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z(_[0-9a-f]{24})?")
SEARCHED = 40
"""Queries that one request makes at most. A page that was cut short so has a cursor nevertheless."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The entries that are asked for: an actor's as ``role:id``, a case's by the id of its order or dispute, both, or all.

    ``since`` is the first moment and ``until`` the first that is too late. ``without`` are operations that are left out.
    """

    actor: str | None = None
    case: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    without: Collection[str] = ()

    @property
    def order_id(self) -> str | None:
        """The order of the case that is asked for."""
        place = order_of(self.case) if self.case else None
        return place[0] if place else self.case

    def matches(self, entry: AuditEntry) -> bool:
        """Return whether an entry of the view is asked for. An order's entries are also those of its disputes."""
        by_actor = self.actor in (None, f"{entry.actor.role.value}:{entry.actor.id}")
        return by_actor and entry.operation not in self.without and self.case in (None, entry.order_id, entry.dispute_id)

    def view(self, month: str) -> View:
        """Return the part of the audit that holds these entries of one month; a case's months are together."""
        if self.order_id:
            return audit.by_order(self.order_id)
        return audit.by_actor(self.actor, month) if self.actor else audit.by_time(month)


def list_entries(services: Services, wanted: Wanted, limit: int, cursor: str | None) -> Json:
    """Return a page of the audit, newest first. Raises ``BadCursor``."""
    now = services.clock.now()
    oldest = now - timedelta(days=services.audit.kept_days + 1)
    first = timestamp(max(wanted.since, oldest) if wanted.since else oldest)
    last = min(wanted.until, now + timedelta(seconds=1)) if wanted.until else now + timedelta(seconds=1)
    place = _opened(cursor) if cursor else timestamp(last)
    found: list[AuditEntry] = []
    month = audit.month_of(place)
    for _ in range(SEARCHED):
        entries = services.audit.before(wanted.view(month), place, limit + 1)
        found += [it for it in entries if it.place >= first and wanted.matches(it)]
        if len(found) > limit:
            return _page(found[:limit], found[limit - 1].place)
        over = bool(entries) and entries[-1].place < first
        if len(entries) > limit:
            place = entries[-1].place
        elif wanted.order_id or audit.start_of(month) <= first:
            over = True
        else:
            place, month = audit.start_of(month), audit.month_before(month)
        if over:
            return _page(found, None)
    return _page(found, place)


def _opened(cursor: str) -> str:
    if not _PLACE.fullmatch(cursor):
        raise BadCursor
    return cursor.replace("_", "#")


def _page(found: list[AuditEntry], place: str | None) -> Json:
    return {"items": [_view(it) for it in found], "cursor": place.replace("#", "_") if place else None}


def _view(it: AuditEntry) -> Json:
    return {
        "id": it.id,
        "at": timestamp(it.at),
        "actor": {"role": it.actor.role.value, "id": it.actor.id},
        "operation": it.operation,
        "outcome": it.outcome,
        "order_id": it.order_id,
        "dispute_id": it.dispute_id,
        "person": it.person,
        "listed": list(it.listed),
        "reason": it.reason,
    }
