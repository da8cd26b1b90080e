"""Who may see what: nobody reaches another's data, and a stranger learns nothing from the answer (I6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.dispute import order_of
from chalicelib.domain.people import Actor, Role
from chalicelib.domain.thread import mediators_of, sees_thread
from chalicelib.service.errors import NotFound

if TYPE_CHECKING:
    from chalicelib.domain.case import Case
    from chalicelib.domain.dispute import Dispute


def sees_order(case: Case, actor: Actor) -> bool:
    """Whether this is the actor's order: its buyer, its seller, or the marketplace itself."""
    terms = case.order.terms
    owner = {Role.BUYER: terms.buyer_id, Role.SELLER: terms.seller_id, Role.PLATFORM: actor.id}
    return owner.get(actor.role) == actor.id


def check_order(case: Case, actor: Actor) -> None:
    """Raise ``NotFound`` unless the actor may see the order."""
    if not sees_order(case, actor):
        raise NotFound


def sees_thread_of(case: Case, actor: Actor) -> bool:
    """Whether the order's thread is for the actor: its parties, and the mediators of its disputes."""
    terms = case.order.terms
    return sees_thread(actor, terms.buyer_id, terms.seller_id, mediators_of(case))


def check_thread(case: Case, actor: Actor) -> None:
    """Raise ``NotFound`` unless the actor may see the order's thread."""
    if not sees_thread_of(case, actor):
        raise NotFound


def sees_dispute(case: Case, dispute: Dispute, actor: Actor) -> bool:
    """Whether the actor is a party to the dispute, or a mediator and it has been escalated."""
    if actor.role is Role.MEDIATOR:
        return dispute.escalated_at is not None
    return actor.role in (Role.BUYER, Role.SELLER) and sees_order(case, actor)


def check_dispute(case: Case, number: int, actor: Actor) -> Dispute:
    """The dispute, if the actor may see it. Raises ``NotFound``."""
    try:
        dispute = case.dispute(number)
    except KeyError:
        raise NotFound from None
    if not sees_dispute(case, dispute, actor):
        raise NotFound
    return dispute


def place_of(dispute_id: str) -> tuple[str, int]:
    """The order and number a dispute id stands for. Raises ``NotFound`` for what is no dispute id."""
    place = order_of(dispute_id)
    if place is None:
        raise NotFound
    return place
