"""List disputes: a person's own, and those that wait for them (D6, I6). The mediators' queue is in ``desk``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from chalicelib.domain.case import Case
from chalicelib.domain.dispute import Status, order_of
from chalicelib.domain.people import PARTIES, STAFF, Role
from chalicelib.domain.stages import next_due_at, status_of
from chalicelib.domain.todos import asked
from chalicelib.service import views
from chalicelib.service.access import place_of, sees_all_of, sees_dispute
from chalicelib.service.errors import Malformed, NotFound
from chalicelib.service.execute import current
from chalicelib.service.rows import dispute_rows
from chalicelib.service.search import order_has, parcels_named, return_has
from chalicelib.store import keys, lists

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.dispute import Dispute
    from chalicelib.domain.guarantees import Reason
    from chalicelib.domain.people import Actor
    from chalicelib.service.services import Services
    from chalicelib.service.views import Json
    from chalicelib.store.items import Item
    from chalicelib.store.lists import Place

T = TypeVar("T")

SORTED_AT_MOST = 500
"""The number of disputes that are read to sort them by another order than that of their list."""


class DisputeSort(StrEnum):
    """The order of a list of disputes."""

    NEWEST = "newest"
    DEADLINE = "deadline"


class Awaiting(StrEnum):
    """Those for whom a listed dispute waits."""

    ME = "me"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The disputes that a caller wants to see, and in which order."""

    status: Status | None = None
    awaiting: Awaiting | None = None
    reason: Reason | None = None
    order_id: str | None = None
    opened_from: datetime | None = None
    opened_to: datetime | None = None
    q: str | None = None
    """A part of an id, a title or a tracking number, in any case."""
    sort: DisputeSort = DisputeSort.NEWEST

    def fits(self, it: Dispute) -> bool:
        """Return whether a dispute is wanted, apart from whom it waits for and what ``q`` looks for."""
        opened = (self.opened_from is None or self.opened_from <= it.opened_at) and (
            self.opened_to is None or it.opened_at <= self.opened_to
        )
        known = self.status in (None, status_of(it)) and self.reason in (None, it.claim.reason)
        return opened and known and self.order_id in (None, it.order_id)

    @property
    def open_only(self) -> bool:
        """True if no resolved dispute can be among those that are wanted."""
        return bool(self.awaiting) or self.sort is DisputeSort.DEADLINE or self.status not in (None, Status.RESOLVED)


def list_disputes(
    services: Services, actor: Actor, wanted: Wanted, limit: int, cursor: str | None, owner: Actor | None = None
) -> Json:
    """Return the caller's disputes, or those of the ``owner`` whom the platform or an operator names.

    Mediators and operators who name nobody get the escalated ones: those that are under review, or those that were.
    To the platform and operators who name nobody, ``q`` is the whole id of a dispute, of an order or of a person, or a tracking
    number, and finds all disputes that have it, escalated or not.
    Sorted by deadline, they are the first 500 open ones of the list. Those that ``q`` looks for are among the first 500 that
    fit otherwise, or those of the order that it names. Raises ``Malformed``, ``BadCursor``.
    """
    now = services.clock.now()
    if wanted.awaiting and actor.role not in (*PARTIES, Role.MEDIATOR):
        raise Malformed("Only of buyers, sellers and mediators is anything asked.", "awaiting")
    if wanted.opened_from and wanted.opened_to and wanted.opened_to < wanted.opened_from:
        raise Malformed("opened_to is not before opened_from.", "opened_to")

    def kept(it: Dispute) -> Dispute | None:
        fits = wanted.fits(it) and (it.open or not wanted.open_only)
        return it if fits and (not wanted.awaiting or _deadline_of(services, it, actor)) else None

    def keep(found: Item) -> Dispute | None:
        return None if _on_two_sides(found, actor) else kept(as_listed(services, found, now))

    if wanted.q and owner is None and actor.role in (Role.OPERATOR, Role.PLATFORM):
        found = [it for it in found_anywhere(services, actor, wanted.q, now) if kept(it)]
        return _sorted_page(services, found, actor, wanted.sort, limit, cursor, now)
    if wanted.order_id:
        found = [it for it in _of_order(services, actor, owner, wanted.order_id, now) if kept(it)]
    elif wanted.sort is DisputeSort.DEADLINE or wanted.q:
        found = _first(services, _place(actor, owner, wanted), keep)
    else:
        found, more = services.lists.read(_place(actor, owner, wanted), limit, cursor, keep)
        return views.page(dispute_rows(services, actor, found), more, now)
    if wanted.q:
        named = [it for it in _of_order(services, actor, owner, (order_of(wanted.q) or (wanted.q,))[0], now) if kept(it)]
        found = list({it.id: it for it in (*_having(services, actor, found, wanted.q), *named)}.values())
    return _sorted_page(services, found, actor, wanted.sort, limit, cursor, now)


def found_anywhere(services: Services, actor: Actor, q: str, now: datetime) -> list[Dispute]:
    """Return the disputes of the order, the tracking number or the person that ``q`` names, at most 500 of a person."""
    orders = {(order_of(q) or (q,))[0]: None}
    orders |= dict.fromkeys(it for key in sorted(parcels_named(q)) for it in services.cases.orders_of_parcel(*key))
    found = [it for order_id in orders for it in _of_order(services, actor, None, order_id, now)]
    if order_of(q):
        found = [it for it in found if q in (it.id, it.order_id)]
    for role in PARTIES:
        place = lists.disputes_of(role.value, q)
        found += _first(services, place, lambda it: None if _on_two_sides(it, actor) else as_listed(services, it, now))
    return list({it.id: it for it in found}.values())


def _having(services: Services, actor: Actor, found: list[Dispute], q: str) -> list[Dispute]:
    """Return those that ``q`` finds: by their own id or return, and by their order where the caller sees all of the dispute."""
    orders = services.lists.of_orders((it.order_id for it in found), keys.ORDER_SK, lists.as_order)

    def by_order(it: Dispute) -> bool:
        order = orders.get(it.order_id)
        case = Case(order, (it,), services.policies.version(it.policy_version)) if order else None
        return case is not None and sees_all_of(case, it, actor) and (order_has(case.order, q) or return_has(it, q))

    return [it for it in found if q.casefold() in it.id.casefold() or by_order(it)]


def _sorted_page(
    services: Services, found: list[Dispute], actor: Actor, sort: DisputeSort, limit: int, cursor: str | None, now: datetime
) -> Json:
    """Return a page of disputes that have all been read: by what is due of the caller, else of anybody, or the newest first."""
    by_deadline = sort is DisputeSort.DEADLINE

    def place_of_it(it: Dispute) -> str:
        due = _deadline_of(services, it, actor) or next_due_at(it, services.policies.version(it.policy_version))
        return keys.newest_first(due if by_deadline and due else it.opened_at, it.id)

    places = {place_of_it(it): it for it in found}
    in_order = sorted(places, reverse=not by_deadline)
    left = [place for place in in_order if not cursor or (place > cursor if by_deadline else place < cursor)]
    more = left[limit - 1] if len(left) > limit else None
    return views.page(dispute_rows(services, actor, [places[place] for place in left[:limit]]), more, now)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A dispute that waits for somebody, and by when it has to be acted on."""

    order_id: str
    due: datetime


def what_awaits(services: Services, actor: Actor, now: datetime) -> list[Waiting]:
    """Return the disputes that ask something of the caller, of the first 500 open ones; none for the marketplace."""
    if actor.role not in (*PARTIES, Role.MEDIATOR):
        return []

    def awaiting(found: Item) -> Waiting | None:
        it = as_listed(services, found, now)
        due = None if _on_two_sides(found, actor) else _deadline_of(services, it, actor)
        return Waiting(it.order_id, due) if due else None

    return _first(services, _place(actor, None, Wanted(awaiting=Awaiting.ME)), awaiting)


def _place(actor: Actor, owner: Actor | None, wanted: Wanted) -> Place:
    """Return the list in which the wanted disputes are looked for. Raises ``Malformed`` where a person has to be named."""
    whose = actor if actor.role in PARTIES else owner
    if whose:
        opened = {"since": wanted.opened_from, "until": wanted.opened_to}
        return lists.disputes_of(whose.role.value, whose.id, open_only=wanted.open_only, **opened)
    if actor.role not in STAFF:
        raise Malformed("Name the buyer_id or the seller_id whose disputes you want.", "buyer_id")
    waiting = wanted.open_only or wanted.status in (None, Status.UNDER_REVIEW)
    return replace(lists.mediation(waiting=waiting), newest_first=True)


def _of_order(services: Services, actor: Actor, owner: Actor | None, order_id: str, now: datetime) -> list[Dispute]:
    """Return the disputes of an order that the caller may list; none of an order that is unknown, or not the ``owner``'s."""
    try:
        case = current(services, order_id, now).case
    except NotFound:
        return []
    terms = case.order.terms
    theirs = owner is None or owner.id == (terms.buyer_id if owner.role is Role.BUYER else terms.seller_id)
    return [it for it in case.disputes if theirs and sees_dispute(case, it, actor)]


def _first(services: Services, place: Place, keep: Callable[[Item], T | None]) -> list[T]:
    """Return the first items of a list that ``keep`` keeps, as many as are sorted."""
    found: list[T] = []
    cursor = None
    while len(found) < SORTED_AT_MOST:
        more, cursor = services.lists.read(place, lists.PAGE_AT_MOST, cursor, keep)
        found += more
        if cursor is None:
            break
    return found


def _deadline_of(services: Services, it: Dispute, actor: Actor) -> datetime | None:
    """Return by when the first thing has to be done that a dispute asks of the actor; None where it asks nothing."""
    if actor.role is Role.MEDIATOR and it.mediator != actor.id:
        return None
    policy = services.policies.version(it.policy_version)
    return min((todo.due for todo in asked(it, policy) if todo.role is actor.role), default=None)


def _on_two_sides(found: Item, actor: Actor) -> bool:
    """Return whether the listed dispute is one that staff never see, because the same id is a party (section 1)."""
    return actor.role in STAFF and actor.id in lists.parties_of_dispute(found)


def as_listed(services: Services, found: Item, now: datetime) -> Dispute:
    """Return a listed dispute as it is at ``now``, swept or not (D9). Its case is read only where its deadline has passed."""
    it = lists.as_dispute(found)
    due = next_due_at(it, services.policies.version(it.policy_version))
    if due is None or due > now:
        return it
    order_id, number = place_of(it.id)
    return current(services, order_id, now).case.disputes[number - 1]
