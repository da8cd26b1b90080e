"""Decide whose orders and disputes a caller may see; a stranger learns nothing from the answer (I6).

Which roles may call a route at all is declared at the route.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from chalicelib.domain.dispute import order_of
from chalicelib.domain.people import STAFF, Actor, Role
from chalicelib.domain.thread import mediators_of, sees_thread
from chalicelib.service.errors import NotFound

if TYPE_CHECKING:
    from chalicelib.domain.case import Case
    from chalicelib.domain.dispute import Dispute


def sees_order(case: Case, actor: Actor) -> bool:
    """Return whether the actor may see the order: a party, the marketplace, an operator, or who may see all of a case of it."""
    match actor.role:
        case Role.BUYER:
            return case.order.terms.buyer_id == actor.id
        case Role.SELLER:
            return case.order.terms.seller_id == actor.id
        case Role.PLATFORM | Role.OPERATOR:
            return True
        case Role.MEDIATOR:
            return any(sees_all_of(case, dispute, actor) for dispute in case.disputes)
        case Role.CLOCK:
            return False
        case _:
            assert_never(actor.role)


def check_order(case: Case, actor: Actor) -> None:
    """Raise ``NotFound`` unless the actor may see the order."""
    if not sees_order(case, actor):
        raise NotFound


def sees_thread_of(case: Case, actor: Actor) -> bool:
    """Return whether the actor is in the order's thread: a party, or the mediator of one of its disputes."""
    terms = case.order.terms
    return sees_thread(actor, terms.buyer_id, terms.seller_id, mediators_of(case))


def check_thread(case: Case, actor: Actor) -> None:
    """Raise ``NotFound`` unless the actor may see the order's thread."""
    if not sees_thread_of(case, actor):
        raise NotFound


def sees_dispute(case: Case, dispute: Dispute, actor: Actor) -> bool:
    """Return whether the actor may see the dispute, or the queue's summary of it: any mediator, once it is escalated.

    Staff never see a case in which the same id is a party: nobody is on two sides (section 1).
    """
    if actor.role in STAFF and actor.id in (case.order.terms.buyer_id, case.order.terms.seller_id):
        return False
    if actor.role is Role.MEDIATOR:
        return dispute.escalated_at is not None
    return sees_order(case, actor)


def sees_all_of(case: Case, dispute: Dispute, actor: Actor) -> bool:
    """Return whether the actor sees all of the dispute: of mediators, those who have or had the case, and leads."""
    if not sees_dispute(case, dispute, actor):
        return False
    return actor.role is not Role.MEDIATOR or actor.lead or actor.id in dispute.handled_by


def check_dispute(case: Case, number: int, actor: Actor) -> Dispute:
    """Return the dispute, if the actor may see it or its summary. Raises ``NotFound``."""
    try:
        dispute = case.dispute(number)
    except KeyError:
        raise NotFound from None
    if not sees_dispute(case, dispute, actor):
        raise NotFound
    return dispute


def check_whole_dispute(case: Case, number: int, actor: Actor) -> Dispute:
    """Return the dispute, if the actor may see all of it. Raises ``NotFound``."""
    dispute = check_dispute(case, number, actor)
    if not sees_all_of(case, dispute, actor):
        raise NotFound
    return dispute


def place_of(dispute_id: str) -> tuple[str, int]:
    """Return the order and the number that a dispute id stands for. Raises ``NotFound`` for any other text."""
    place = order_of(dispute_id)
    if place is None:
        raise NotFound
    return place
