"""List all disputes of the marketplace, by what the statistics counted of each. So the list behind a number is that number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from chalicelib.domain import statistics as st
from chalicelib.domain.money import Money
from chalicelib.service.dispute_lists import found_anywhere
from chalicelib.service.errors import Malformed
from chalicelib.service.statistics import DAYS_AT_MOST
from chalicelib.store import statistics
from chalicelib.store.codec import plain
from chalicelib.store.lists import PAGE_AT_MOST
from chalicelib.store.statistics import as_counted, counted_key

if TYPE_CHECKING:
    from chalicelib.domain.people import Actor
    from chalicelib.domain.statistics import Counted
    from chalicelib.service.services import Services
    from chalicelib.service.views import Json
    from chalicelib.store.items import Item

LONGEST = timedelta(days=400)
"""The time before a range in which disputes are looked for of which something happened in it; all have ended by then (D12)."""


class Span(StrEnum):
    """The day by which disputes are in a range."""

    OPENED = "opened"
    ENDED = "ended"


class State(StrEnum):
    """The state of a dispute: it goes on, or it has ended."""

    OPEN = "open"
    ENDED = "ended"


_COUNTS_IN = {Span.OPENED: st.OPENED, Span.ENDED: st.RESOLVED}


@dataclass(frozen=True, slots=True)
class Filter:
    """The disputes that were opened in a range of days, or that count in another metric within it, and what else is asked."""

    first: date
    last: date
    on: Span = Span.OPENED
    state: State | None = None
    reason: str | None = None
    outcome: str | None = None
    stage: str | None = None
    country: str | None = None
    currency: str | None = None
    seller: str | None = None
    buyer: str | None = None
    metric: str | None = None
    """A fact that they have in the range instead, such as ``missed:seller``, or ``missed`` for that of anybody."""
    q: str | None = None
    """The whole id of a dispute, an order or a person, or a tracking number: they are found whatever the range."""

    def fits(self, it: Counted) -> bool:
        """Return whether a dispute is asked for."""
        asked = self.metric or _COUNTS_IN[self.on]
        within = self.q is not None or any(self._has(day) and asked in (metric, _family(metric)) for day, metric, _ in it.facts)
        wanted = (
            (self.state, State.OPEN if it.stage else State.ENDED),
            (self.reason, it.reason),
            (self.outcome, it.outcome),
            (self.stage, it.stage),
            (self.country, it.country),
            (self.currency, it.currency),
            (self.seller, it.seller_id),
            (self.buyer, it.buyer_id),
        )
        return within and all(asked in (None, has) for asked, has in wanted)

    def _has(self, day: str) -> bool:
        return self.first.isoformat() <= day <= self.last.isoformat()

    def months(self) -> list[str]:
        """Return the months in which such disputes were opened."""
        asked = self.metric or _COUNTS_IN[self.on]
        # An order is paid before its dispute is opened; all else happens from the opening on.
        last = self.last + LONGEST if asked == st.DISPUTED else self.last
        month = (self.first if asked in (st.OPENED, st.DISPUTED) else self.first - LONGEST).replace(day=1)
        found = []
        while month <= last:
            found.append(month.isoformat()[:7])
            month = (month + timedelta(days=32)).replace(day=1)
        return found


def ended_on(it: Counted) -> str | None:
    """Return the day on which a dispute ended; None of one that is open."""
    return next((day for day, metric, _ in it.facts if metric == st.RESOLVED), None)


def _family(metric: str) -> str:
    """Return what a metric is one of: ``missed`` of ``missed:seller``."""
    return metric.partition(":")[0]


def list_all(services: Services, actor: Actor, asked: Filter, limit: int, cursor: str | None) -> Json:
    """Return a page of all disputes, the newest first, or of those that ``q`` names.

    Raises ``Malformed``, ``BadCursor``.
    """
    if asked.first > asked.last or (asked.last - asked.first).days >= DAYS_AT_MOST:
        raise Malformed(f"The range ends after it begins, and has at most {DAYS_AT_MOST} days.", "from")

    def show(found: Item) -> Json | None:
        it = as_counted(found)
        return _view(statistics.dispute_in(found), it) if asked.fits(it) else None

    if asked.q:
        return _page(services.lists.named(_named(services, actor, asked.q), show), limit, cursor)
    items, more = services.lists.read(statistics.opened_in(asked.months()), limit, cursor, show)
    return {"items": items, "cursor": more}


def _named(services: Services, actor: Actor, q: str) -> list[Item]:
    """Return the keys of what was counted of each dispute that ``q`` names."""
    found = found_anywhere(services, actor, q, services.clock.now())
    return [counted_key(it.order_id, it.number) for it in found]


def _page(found: list[Json], limit: int, cursor: str | None) -> Json:
    """Return a page of disputes that have all been read."""
    places = {f"{it['opened_on']}#{it['id']}": it for it in found}
    left = sorted((place for place in places if not cursor or place < cursor), reverse=True)
    return {"items": [places[it] for it in left[:limit]], "cursor": left[limit - 1] if len(left) > limit else None}


def newest_parties(services: Services, most: int) -> list[tuple[str, str]]:
    """Return the buyer and the seller of each of the newest disputes, of the last two months and at most so many."""
    today = services.clock.now().date()
    place = statistics.opened_in(Filter(today - timedelta(days=31), today).months())
    found: list[tuple[str, str]] = []
    cursor = None
    while len(found) < most:
        page, cursor = services.lists.read(place, PAGE_AT_MOST, cursor, as_counted)
        found += [(it.buyer_id, it.seller_id) for it in page]
        if cursor is None:
            break
    return found[:most]


def _view(dispute_id: str, it: Counted) -> Json:
    refund = sum(amount for _, metric, amount in it.facts if metric.startswith(st.REFUNDED))
    return {
        "id": dispute_id,
        "opened_on": it.opened_on,
        "ended_on": ended_on(it),
        "reason": it.reason,
        "stage": it.stage,
        "outcome": it.outcome,
        "buyer_id": it.buyer_id,
        "seller_id": it.seller_id,
        "country": it.country,
        "currency": it.currency,
        "refund": plain(Money(refund, it.currency)),
    }
