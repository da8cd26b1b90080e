"""Open disputes, act in them, and answer questions about them (D1-D12)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from chalicelib.domain import acting, opening
from chalicelib.domain.dispute import Stage, Status
from chalicelib.domain.people import PARTIES, STAFF, Actor
from chalicelib.domain.refusals import LIMIT_REACHED, Refusal
from chalicelib.domain.stages import next_due_at, status_of
from chalicelib.service import views
from chalicelib.service.access import check_dispute, check_order, check_whole_dispute, place_of
from chalicelib.service.errors import Malformed
from chalicelib.service.execute import CaseCommand, Request, current, execute
from chalicelib.service.orders import timeline
from chalicelib.store import lists
from chalicelib.store.idempotency import Answer

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.case import Case
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.claim import Claim
    from chalicelib.domain.commands import DisputeCommand
    from chalicelib.domain.dispute import Dispute
    from chalicelib.service.services import Services
    from chalicelib.service.views import Json
    from chalicelib.store.items import Item

CREATED = 201
OK = 200


class QueueSort(StrEnum):
    """The order of the mediation queue."""

    AGE = "age"
    AMOUNT = "amount"


OPEN_DISPUTES_AT_MOST = 50
"""The most disputes that one buyer may have open at once, over all orders: more than people need, and a bound on abuse."""
_PAGES_COUNTED = 5


def open_dispute(services: Services, order_id: str, request: Request, claim: Claim, asked: opening.RequestedRemedy) -> Answer:
    """Open a dispute about an order, or about all of it where the claim names no items (C3). 201 with the dispute."""
    return execute(services, order_id, request, OpenDispute(claim, asked))


@dataclass(frozen=True, slots=True)
class OpenDispute(CaseCommand[int]):
    """A buyer opens a dispute; the result is its number."""

    claim: Claim
    asked: opening.RequestedRemedy

    def check(self, case: Case, request: Request) -> None:
        """Raise ``NotFound`` for other people's orders, ``VersionMismatch`` for another version of the order."""
        check_order(case, request.actor)
        request.check_version(case.order.version)

    def decide(self, changes: Changes, services: Services, actor: Actor) -> int:
        """Open the dispute. Raises ``Refusal(limit_reached)`` for a buyer with too many open ones.

        They are counted from the buyer's list, which may lag. The limit holds back abuse; no rule depends on its being exact.
        """
        open_ones = _open_disputes(services, actor)
        if len(open_ones) >= OPEN_DISPUTES_AT_MOST:
            msg = f"You have {OPEN_DISPUTES_AT_MOST} disputes open. Another can be opened once one of them has ended."
            raise Refusal(LIMIT_REACHED, msg, limit=OPEN_DISPUTES_AT_MOST, open_disputes=open_ones)
        items = self.claim.items or opening.whole_order(changes.case)
        return opening.open_dispute(changes, replace(self.claim, items=items), self.asked)

    def answer(self, case: Case, number: int, viewer: Actor, now: datetime) -> tuple[int, Json]:
        """Return the new dispute."""
        return CREATED, views.dispute(case, case.dispute(number), viewer, now)


def _open_disputes(services: Services, buyer: Actor) -> list[str]:
    """Return the ids of the buyer's open disputes, newest first, as far as one request looks through them."""
    still_open: list[str] = []
    cursor, now = None, services.clock.now()
    for _ in range(_PAGES_COUNTED):
        place = lists.disputes_of(buyer.role.value, buyer.id)
        found, cursor = services.lists.read(place, lists.PAGE_AT_MOST, cursor, lambda it: _listed(services, it, now))
        still_open += [it.id for it in found if it.open]
        if cursor is None or len(still_open) >= OPEN_DISPUTES_AT_MOST:
            break
    return still_open


def act(services: Services, dispute_id: str, request: Request, command: DisputeCommand) -> Answer:
    """Take one action in a dispute; 200 with the dispute afterwards, and what the caller may do next (D10)."""
    order_id, number = place_of(dispute_id)
    return execute(services, order_id, request, Act(number, command))


@dataclass(frozen=True, slots=True)
class Act(CaseCommand[None]):
    """A person takes one action in the order's nth dispute."""

    number: int
    action: DisputeCommand

    def check(self, case: Case, request: Request) -> None:
        """Raise ``NotFound`` for other people's disputes, ``VersionMismatch`` for another version of the dispute."""
        request.check_version(check_dispute(case, self.number, request.actor).version)

    def decide(self, changes: Changes, _: Services, actor: Actor) -> None:
        """Take the action, as the state machine allows it."""
        acting.perform(changes, self.number, self.action, actor)

    def answer(self, case: Case, _: None, viewer: Actor, now: datetime) -> tuple[int, Json]:
        """Return the dispute, with what the caller may do next."""
        return OK, views.dispute(case, case.dispute(self.number), viewer, now)


def get_dispute(services: Services, dispute_id: str, actor: Actor) -> Json:
    """Return one dispute, as this caller may see it. Raises ``NotFound``."""
    order_id, number = place_of(dispute_id)
    now = services.clock.now()
    case = current(services, order_id, now, number).case
    return views.dispute(case, check_dispute(case, number, actor), actor, now)


def get_timeline(services: Services, dispute_id: str, actor: Actor) -> Json:
    """Return everything that happened in a dispute, in order; expired deadlines are in it, swept or not (D9, D11)."""
    order_id, number = place_of(dispute_id)
    changes = current(services, order_id, services.clock.now(), number)
    check_whole_dispute(changes.case, number, actor)
    return {"dispute_id": dispute_id, "events": timeline(services, changes, number, actor)}


def list_disputes(
    services: Services, actor: Actor, status: Status | None, limit: int, cursor: str | None, owner: Actor | None = None
) -> Json:
    """Return the caller's disputes, or those of the ``owner`` whom the platform or an operator names, newest first.

    Mediators and operators who name nobody get the escalated ones: those that are under review, or those that were.
    """
    now = services.clock.now()

    def show(found: Item) -> Json | None:
        if _on_two_sides(found, actor):
            return None
        it = _listed(services, found, now)
        return _summary(services, it) if status in (None, status_of(it)) else None

    whose = actor if actor.role in PARTIES else owner
    if whose:
        place = lists.disputes_of(whose.role.value, whose.id)
    elif actor.role in STAFF:
        place = replace(lists.mediation(waiting=status in (None, Status.UNDER_REVIEW)), newest_first=True)
    else:
        raise Malformed("Name the buyer_id or the seller_id whose disputes you want.", "buyer_id")
    items, more = services.lists.read(place, limit, cursor, show)
    return {"items": items, "cursor": more}


def _on_two_sides(found: Item, actor: Actor) -> bool:
    """Return whether the listed dispute is one that staff never see, because the same id is a party (section 1)."""
    return actor.role in STAFF and actor.id in lists.parties_of_dispute(found)


def _summary(services: Services, it: Dispute) -> Json:
    return views.dispute_summary(it, services.policies.version(it.policy_version))


def _listed(services: Services, found: Item, now: datetime) -> Dispute:
    """Return a listed dispute as it is at ``now``, swept or not (D9). Its case is read only where its deadline has passed."""
    it = lists.as_dispute(found)
    due = next_due_at(it, services.policies.version(it.policy_version))
    if due is None or due > now:
        return it
    order_id, number = place_of(it.id)
    return current(services, order_id, now).case.disputes[number - 1]


QUEUE_SORTED_AT_MOST = 500
"""The number of longest waiting disputes among which the largest are found."""


def mediation_queue(services: Services, actor: Actor, sort: QueueSort, limit: int, cursor: str | None) -> Json:
    """Return the disputes that wait for a mediator, the longest waiting or the largest first.

    Sorted by amount, the result is one page without a cursor, of the 500 longest waiting disputes. Amounts are compared in
    whole units of each order's own currency.
    """
    place, now = lists.mediation(waiting=True), services.clock.now()

    def undecided(found: Item) -> Dispute | None:
        if _on_two_sides(found, actor):
            return None
        it = _listed(services, found, now)
        return it if it.stage is Stage.UNDER_REVIEW else None

    if sort is QueueSort.AGE:
        longest, more = services.lists.read(place, limit, cursor, undecided)
        return {"items": [_waiting(services, it) for it in longest], "cursor": more}
    waiting: list[Dispute] = []
    while len(waiting) < QUEUE_SORTED_AT_MOST:
        found, cursor = services.lists.read(place, lists.PAGE_AT_MOST, cursor, undecided)
        waiting += found
        if cursor is None:
            break
    largest = sorted(waiting, key=lambda it: it.request.amount.units, reverse=True)
    return {"items": [_waiting(services, it) for it in largest[:limit]], "cursor": None}


def _waiting(services: Services, it: Dispute) -> Json:
    return _summary(services, it) | {"escalated_at": views.time(it.escalated_at), "mediator_id": it.mediator}
