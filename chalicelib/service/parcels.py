"""Whose parcel a tracking number is of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.people import Role
from chalicelib.domain.refusals import CONFLICT, Refusal

if TYPE_CHECKING:
    from chalicelib.domain.case import Case
    from chalicelib.domain.parcel import Parcel
    from chalicelib.domain.people import Actor
    from chalicelib.service.services import Services


def check_not_of_others(services: Services, case: Case, parcel: Parcel, actor: Actor) -> None:
    """Raise ``Refusal`` where a party names a parcel that carries an order of other people which goes on (O6).

    What the carrier says of a parcel moves money: a delivery to somebody else is not to end a claim (C5), nor to prove a
    return. The marketplace may record such a parcel: it knows what it sent together.
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
