"""Open disputes, act in them, and answer questions about them (D1-D12)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chalicelib.domain import acting, opening
from chalicelib.domain.people import Actor
from chalicelib.domain.refusals import LIMIT_REACHED, Refusal
from chalicelib.service import views
from chalicelib.service.access import check_dispute, check_order, check_whole_dispute, place_of
from chalicelib.service.dispute_lists import as_listed
from chalicelib.service.execute import CaseCommand, Request, current, execute
from chalicelib.service.orders import timeline
from chalicelib.store import lists
from chalicelib.store.idempotency import Answer

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.case import Case
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.claim import Claim
    from chalicelib.domain.commands import AddEvidence, DisputeCommand
    from chalicelib.service.services import Services
    from chalicelib.service.views import Json

CREATED = 201
OK = 200


OPEN_DISPUTES_AT_MOST = 50
"""The most disputes that one buyer may have open at once, over all orders: more than people need, and a bound on abuse."""
_PAGES_COUNTED = 5


def open_dispute(
    services: Services,
    order_id: str,
    request: Request,
    claim: Claim,
    asked: opening.RequestedRemedy,
    shown: tuple[AddEvidence, ...] = (),
) -> Answer:
    """Open a dispute about an order, or about all of it where the claim names no items (C3). 201 with the dispute.

    It begins with the evidence in ``shown``.
    """
    return execute(services, order_id, request, OpenDispute(claim, asked, shown))


@dataclass(frozen=True, slots=True)
class OpenDispute(CaseCommand[int]):
    """A buyer opens a dispute; the result is its number."""

    claim: Claim
    asked: opening.RequestedRemedy
    shown: tuple[AddEvidence, ...] = ()

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
        return opening.open_dispute(changes, replace(self.claim, items=items), self.asked, self.shown)

    def answer(self, changes: Changes, number: int, viewer: Actor, now: datetime) -> tuple[int, Json]:
        """Return the new dispute."""
        return CREATED, views.dispute(changes, changes.dispute(number), viewer, now)


def _open_disputes(services: Services, buyer: Actor) -> list[str]:
    """Return the ids of the buyer's open disputes, newest first, as far as one request looks through them."""
    still_open: list[str] = []
    cursor, now = None, services.clock.now()
    for _ in range(_PAGES_COUNTED):
        place = lists.disputes_of(buyer.role.value, buyer.id, open_only=True)
        found, cursor = services.lists.read(place, lists.PAGE_AT_MOST, cursor, lambda it: as_listed(services, it, now))
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

    def answer(self, changes: Changes, _: None, viewer: Actor, now: datetime) -> tuple[int, Json]:
        """Return the dispute, with what the caller may do next."""
        return OK, views.dispute(changes, changes.dispute(self.number), viewer, now)


def get_dispute(services: Services, dispute_id: str, actor: Actor) -> Json:
    """Return one dispute, as this caller may see it. Raises ``NotFound``."""
    order_id, number = place_of(dispute_id)
    now = services.clock.now()
    changes = current(services, order_id, now, number)
    return views.dispute(changes, check_dispute(changes.case, number, actor), actor, now)


def get_timeline(services: Services, dispute_id: str, actor: Actor) -> Json:
    """Return everything that happened in a dispute, in order; expired deadlines are in it, swept or not (D9, D11)."""
    order_id, number = place_of(dispute_id)
    now = services.clock.now()
    changes = current(services, order_id, now, number)
    check_whole_dispute(changes.case, number, actor)
    return {"dispute_id": dispute_id, "as_of": views.time(now), "events": timeline(services, changes, number, actor)}
