"""Decide whose orders and disputes a caller may see; a stranger learns nothing from the answer (I6).

Which roles may call a route at all is declared at the route.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.dispute import order_of
from chalicelib.domain.people import Actor, Role
from chalicelib.domain.refusals import CONFLICT, Refusal
from chalicelib.domain.thread import mediators_of, sees_thread
from chalicelib.service.errors import NotFound

if TYPE_CHECKING:
    from chalicelib.domain.case import Case
    from chalicelib.domain.dispute import Dispute
    from chalicelib.domain.parcel import Parcel
    from chalicelib.service.services import Services


def sees_order(case: Case, actor: Actor) -> bool:
    """Return whether the order is the actor's: as its buyer, as its seller, or as the marketplace."""
    terms = case.order.terms
    owner = {Role.BUYER: terms.buyer_id, Role.SELLER: terms.seller_id, Role.PLATFORM: actor.id}
    return owner.get(actor.role) == actor.id


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
    """Return whether the actor is a party to the dispute, or a mediator of one that has been escalated."""
    if actor.role is Role.MEDIATOR:
        return dispute.escalated_at is not None
    return actor.role in (Role.BUYER, Role.SELLER) and sees_order(case, actor)


def check_dispute(case: Case, number: int, actor: Actor) -> Dispute:
    """Return the dispute, if the actor may see it. Raises ``NotFound``."""
    try:
        dispute = case.dispute(number)
    except KeyError:
        raise NotFound from None
    if not sees_dispute(case, dispute, actor):
        raise NotFound
    return dispute


def place_of(dispute_id: str) -> tuple[str, int]:
    """Return the order and the number that a dispute id stands for. Raises ``NotFound`` for any other text."""
    place = order_of(dispute_id)
    if place is None:
        raise NotFound
    return place


def check_parcel(services: Services, case: Case, parcel: Parcel, actor: Actor) -> None:
    """Raise ``Refusal`` where a party names a parcel that carries an unfinished order of other people (O6).

    A carrier's record of a parcel moves money. A delivery to somebody else must not end a claim (C5), nor prove a return. The
    marketplace may record such a parcel, because it knows what it sent together.
    """
    if actor.role is Role.PLATFORM:
        return
    ours = case.order.terms
    for order_id in services.cases.orders_of_parcel(parcel.carrier.value, parcel.tracking_number):
        other = None if order_id == ours.order_id else services.cases.load(order_id)
        if other is None or other.order.completed_at is not None:
            continue
        theirs = other.order.terms
        if (theirs.buyer_id, theirs.seller_id) != (ours.buyer_id, ours.seller_id):
            msg = "This parcel carries an order of other people. If it is this order's as well, the marketplace can record it."
            raise Refusal(CONFLICT, msg, tracking_number=parcel.tracking_number)
