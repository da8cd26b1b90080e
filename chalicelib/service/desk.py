"""The mediators' queue, and how the work is spread among them (D4, D6).

Filters, totals and orders come from the index alone; only the cases of a page are read, strongly. A case that has just been
taken or decided may so be counted as before for a moment, but it is not shown as what it no longer is.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median
from typing import TYPE_CHECKING

from chalicelib.domain.acting import allowed_actions
from chalicelib.domain.dispute import Stage
from chalicelib.domain.people import PARTIES, STAFF, Role
from chalicelib.domain.review import EnteredBy, entered_by
from chalicelib.domain.state_machine import Action
from chalicelib.service import views
from chalicelib.service.dispute_lists import as_listed
from chalicelib.service.rows import cases_of, party_of, rows_of
from chalicelib.store import desk, lists
from chalicelib.store.codec import plain, timestamp
from chalicelib.store.facts import Facts, facts_of
from chalicelib.store.lists import BadCursor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.domain.dispute import Dispute
    from chalicelib.domain.guarantees import Reason
    from chalicelib.domain.people import Actor
    from chalicelib.service.services import Services
    from chalicelib.service.views import Json
    from chalicelib.store.desk import Entry
    from chalicelib.store.items import Item
    from chalicelib.store.lists import Place

DECIDED_FOR = timedelta(days=90)
"""For how long after its escalation a case is in the list of those that were decided."""
SOON = timedelta(hours=48)
UNTOUCHED = timedelta(hours=24)
"""After that time a case in which its mediator has done nothing counts as untouched."""
WEEK = timedelta(days=7)
_LARGEST = 10**16


class QueueSort(StrEnum):
    """The order of the mediation queue."""

    AGE = "age"
    DEADLINE = "deadline"
    AMOUNT = "amount"


class Tab(StrEnum):
    """A part of the queue, as the caller sees it."""

    MINE = "mine"
    UNASSIGNED = "unassigned"
    OTHERS = "others"
    APPEALS = "appeals"
    ALL = "all"


class QueueState(StrEnum):
    """The list of those that wait for a decision, or of those that had one."""

    WAITING = "waiting"
    DECIDED = "decided"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The cases that are asked for."""

    tab: Tab = Tab.ALL
    state: QueueState = QueueState.WAITING
    mediator_id: str | None = None
    reason: Reason | None = None
    currency: str | None = None
    entered_by: EnteredBy | None = None
    due_before: datetime | None = None
    idle_since: datetime | None = None
    q: str | None = None

    def fits(self, it: _Known) -> bool:
        """Return whether a case is wanted, whatever its tab."""
        facts = it.facts
        named = self.mediator_id in (None, *(who for who in facts_people(facts, self.state) if who))
        kind = self.reason in (None, facts.reason) and self.currency in (None, facts.currency)
        due = self.due_before is None or (facts.due is not None and facts.due < self.due_before)
        idle = self.idle_since is None or (facts.active_at is not None and facts.active_at < self.idle_since)
        sought = (self.q or "").casefold()
        found = any(sought in text.casefold() for text in (it.id, facts.buyer_id, facts.seller_id))
        return named and kind and due and idle and found and self.entered_by in (None, facts.entered_by)


@dataclass(frozen=True, slots=True)
class _Known:
    """A case of which the facts are known."""

    entry: Entry
    facts: Facts

    @property
    def id(self) -> str:
        return self.entry.id


def facts_people(facts: Facts, state: QueueState) -> tuple[str | None, ...]:
    """Return who has the case or, of the decided ones, who decided it."""
    return (facts.mediator,) if state is QueueState.WAITING else tuple(it.by for it in facts.decided)


def mediation_queue(services: Services, actor: Actor, wanted: Wanted, sort: QueueSort, limit: int, cursor: str | None) -> Json:
    """Return a page of the cases that wait for a mediator, or that had a decision, and how many each tab has.

    By amount, the cases of one currency stand together, the largest first: units of different currencies are not compared.
    The decided ones are those that were escalated within 90 days; sorted by age, the newest come first. Raises ``BadCursor``.
    """
    now = services.clock.now()
    waiting = wanted.state is QueueState.WAITING
    found = _waiting(services, actor) if waiting else _decided(services, actor, now - DECIDED_FOR)
    fitting = [it for it in found if wanted.fits(it)]
    totals = Counter(tab for it in fitting for tab in _tabs(it, actor, wanted.state))
    places = {_place(it, sort, newest_first=not waiting): it for it in fitting if wanted.tab in _tabs(it, actor, wanted.state)}
    in_order = sorted(places)
    if cursor is not None and not cursor.isprintable():
        raise BadCursor
    left = [place for place in in_order if not cursor or place > cursor]
    page = [places[place].entry for place in left[:limit]]
    rows = _rows(services, actor, page, wanted, now)
    more = left[limit - 1] if len(left) > limit else None
    return views.page(rows, more, now) | {"totals": {tab.value: totals[tab] for tab in Tab}}


def _waiting(services: Services, actor: Actor) -> list[_Known]:
    """Return the cases that wait for a decision."""
    return [it for it in _known(services, actor, lists.mediation(waiting=True), None) if it.facts.waits]


def _decided(services: Services, actor: Actor, since: datetime) -> list[_Known]:
    """Return the cases escalated last at ``since`` or later that a mediator decided: those that can be appealed, and others."""
    places = (lists.mediation(waiting=waiting) for waiting in (True, False))
    found = (it for place in places for it in _known(services, actor, place, since))
    return [it for it in found if it.facts.decided and not it.facts.waits]


def _known(services: Services, actor: Actor, place: Place, since: datetime | None) -> list[_Known]:
    """Return all cases of a list that the actor may see at all. Those that an older release listed are read."""
    entries = desk.entries(services.lists, place, since)
    bare = _read(services, [it for it in entries if it.facts is None])
    facts = {name: facts_of(case, it) for name, (it, case) in cases_of(services, bare).items()} if bare else {}
    known = (_Known(it, found) for it in entries if (found := it.facts or facts.get(it.id)))
    on_two_sides = actor.id if actor.role in STAFF else None
    return [it for it in known if on_two_sides not in (it.facts.buyer_id, it.facts.seller_id)]


def _tabs(it: _Known, actor: Actor, state: QueueState) -> set[Tab]:
    people = facts_people(it.facts, state)
    appeal = {Tab.APPEALS} if it.facts.entered_by == EnteredBy.APPEAL else set()
    whose = Tab.MINE if actor.id in people else Tab.OTHERS if any(people) else Tab.UNASSIGNED
    return {Tab.ALL, whose, *appeal}


def _place(it: _Known, sort: QueueSort, *, newest_first: bool) -> str:
    """Return a text by which cases sort; it is also the cursor."""
    match sort:
        case QueueSort.AGE:
            at = int(it.entry.escalated_at.timestamp())
            return f"{_LARGEST - at if newest_first else at:017d} {it.id}"
        case QueueSort.DEADLINE:
            return f"{int(it.facts.due.timestamp()) if it.facts.due else _LARGEST:017d} {it.id}"
        case QueueSort.AMOUNT:
            return f"{it.facts.currency} {_LARGEST - it.facts.minor:017d} {it.id}"


def _read(services: Services, entries: Iterable[Entry]) -> list[Dispute]:
    return services.lists.named([it.key for it in entries], lists.as_dispute)


def _rows(services: Services, actor: Actor, page: list[Entry], wanted: Wanted, now: datetime) -> list[Json]:
    def still(stored: Item) -> Dispute | None:
        it = as_listed(services, stored, now)
        return it if (it.stage is Stage.UNDER_REVIEW) is (wanted.state is QueueState.WAITING) else None

    found = services.lists.named([it.key for it in page], still)
    cases = cases_of(services, found)
    spoken = services.people.languages(
        (role.value, party_of(case.order.terms, role)) for _, case in cases.values() for role in PARTIES
    )
    rows = []
    for row in rows_of(services, actor, cases.values()):
        it, case = cases[row["id"]]
        terms = case.order.terms
        takes = any(allowed.action is Action.ASSIGN for allowed in allowed_actions(case, it, actor, now))
        rows.append(
            row
            | {
                "escalated_at": views.time(it.escalated_at),
                "entered_by": entered_by(it).value,
                "maximum": plain(it.coverage.maximum),
                "order_price": plain(terms.price),
                "mediator_active_at": views.time(it.mediator_active_at),
                "languages": {role.value: spoken.get((role.value, party_of(terms, role))) for role in PARTIES},
                "can_assign": actor.role is Role.MEDIATOR and takes,
            }
        )
    return rows


def workload(services: Services, actor: Actor) -> Json:
    """Return how much each mediator has, how much is due soon or untouched, and what was decided within a week."""
    now = services.clock.now()
    waiting, ended = _waiting(services, actor), _decided(services, actor, now - DECIDED_FOR)
    decisions = [
        (made.by, made.at, made.changed, it) for it in (*waiting, *ended) for made in it.facts.decided if made.at >= now - WEEK
    ]
    people = {it.facts.mediator for it in waiting if it.facts.mediator} | {by for by, *_ in decisions}
    if actor.role is Role.MEDIATOR:
        people.add(actor.id)
    unassigned = [it for it in waiting if it.facts.mediator is None]
    days = Counter(at.date().isoformat() for _, at, _, _ in decisions)
    return {
        "people": [_load(who, waiting, decisions, now) for who in sorted(people)],
        "unassigned": len(unassigned),
        "oldest_unassigned": views.time(min((it.entry.escalated_at for it in unassigned), default=None)),
        "due_48h": sum(_soon(it, now) for it in waiting),
        "untouched": sum(_untouched(it, now) for it in waiting),
        "decided_by_day": [
            {"day": day, "decided": days[day]}
            for day in ((now - timedelta(days=back)).date().isoformat() for back in range(6, -1, -1))
        ],
        "as_of": timestamp(now),
    }


Made = tuple[str, datetime, bool | None, _Known]


def _load(who: str, waiting: list[_Known], decisions: list[Made], now: datetime) -> Json:
    own = [it for it in waiting if it.facts.mediator == who]
    made = [(at, changed, it) for by, at, changed, it in decisions if by == who]
    hours = [(at - it.entry.escalated_at).total_seconds() / 3600 for at, _, it in made if at >= it.entry.escalated_at]
    return {
        "mediator_id": who,
        "open": len(own),
        "due_48h": sum(_soon(it, now) for it in own),
        "untouched": sum(_untouched(it, now) for it in own),
        "next_due": views.time(min((it.facts.due for it in own if it.facts.due), default=None)),
        "decided": len(made),
        "hours_to_decision": round(median(hours)) if hours else None,
        "appealed": sum(changed is not None for _, changed, _ in made),
        "changed": sum(changed is True for _, changed, _ in made),
    }


def _soon(it: _Known, now: datetime) -> bool:
    return it.facts.due is not None and it.facts.due < now + SOON


def _untouched(it: _Known, now: datetime) -> bool:
    return it.facts.active_at is not None and it.facts.active_at < now - UNTOUCHED
