"""Find an order, dispute, payment, tracking number or person, and print where it is.

Take the id as it is: `order-1`, `order-1-d1` (dispute), `order-1-p1-1a2b3c4d` (payment), a tracking number as printed on
the label, or a person's id. Everything that it could be is looked up. The exit code is 1 if it is nothing.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from chalicelib.bootstrap import services
from chalicelib.domain.carriers import Carrier, parcel_key, tracking_number
from chalicelib.domain.dispute import order_of
from chalicelib.domain.ledger import order_of_payment
from chalicelib.domain.people import PARTIES
from chalicelib.domain.refusals import Refusal
from chalicelib.domain.stages import status_of
from chalicelib.store import keys, lists
from chalicelib.store.codec import timestamp
from ops.stack import connect

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from chalicelib.domain.people import Role
    from chalicelib.store.people import Erasure

AT_MOST = 20
"""The most orders and disputes of a person that are printed."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("what", metavar="ID", help="an id, or a tracking number")


def run(options: argparse.Namespace) -> int:
    """Print every place of what is looked for, and return 1 if there is none."""
    connect(options.stack)
    found = list(places(options.what))
    for line in found:
        sys.stdout.write(f"{line}\n")
    if not found:
        sys.stderr.write(f"nothing is known under {options.what}\n")
    return 0 if found else 1


def places(what: str) -> Iterator[str]:
    """Yield a line for each place of what an id could name."""
    yield from _order(what)
    yield from _dispute(what)
    yield from _payment(what)
    yield from _parcel(what)
    for role in PARTIES:
        yield from _person(role, what)


def _order(what: str) -> Iterator[str]:
    case = services().cases.load(what)
    if case:
        terms, order = case.order.terms, case.order
        status = f"completed {timestamp(order.completed_at)}" if order.completed_at else "in protection"
        people = f"buyer {terms.buyer_id}, seller {terms.seller_id}"
        yield f"order\t{keys.order_pk(what)} {keys.ORDER_SK}\t{status}, {people}, {len(case.disputes)} disputes"


def _dispute(what: str) -> Iterator[str]:
    place = order_of(what)
    case = services().cases.load(*place) if place else None
    if place and case and 1 <= place[1] <= len(case.disputes):
        it = case.dispute(place[1])
        said = f"{status_of(it).value}, stage {it.stage.value}, mediator {it.mediator or 'none'}"
        yield f"dispute\t{keys.order_pk(place[0])} {keys.dispute_sk(place[1])}\t{said}"


def _payment(what: str) -> Iterator[str]:
    order_id = order_of_payment(what)
    case = services().cases.load(order_id) if order_id else None
    for number, it in enumerate(case.order.instructions if case else (), 1):
        if it.id == what:
            said = f"{it.movement.value} of {it.amount.minor} {it.amount.currency} minor units to {it.payee}, {it.status.value}"
            yield f"payment\t{keys.order_pk(order_id)} {keys.payment_sk(number)}\t{said}, attempt {it.attempts}"


def _parcel(what: str) -> Iterator[str]:
    seen = set()
    for carrier in Carrier:
        try:
            key = parcel_key(carrier, tracking_number(carrier, what))
        except Refusal:
            continue  # not a number of that carrier
        if key in seen:
            continue
        seen.add(key)
        for order_id in services().cases.orders_of_parcel(*key):
            yield f"parcel\t{keys.track_pk(*key)} {keys.LOCK_SK}\tcarries order {order_id}"


def _person(role: Role, what: str) -> Iterator[str]:
    pk = keys.profile_pk(role.value, what)
    it = services()
    profile = it.people.profile(role.value, what)
    if profile.version:
        said = f"language {profile.language}, {len(profile.devices)} devices"
        yield f"{role.value}\t{pk} {keys.PROFILE_SK}\t{said}"
    erasure = it.people.erasure(role, what)
    if erasure:
        yield f"{role.value}\t{pk} {keys.ERASURE_SK}\terasure asked for {timestamp(erasure.asked_at)}, {_state(erasure)}"
    for kind, place in (("order", lists.orders_of(role.value, what)), ("dispute", lists.disputes_of(role.value, what))):
        page = it.lists.page(place, AT_MOST, None)
        for stored in page.found:
            yield f"{role.value}\t{stored['pk']['S']} {stored['sk']['S']}\t{kind} of this {role.value}"
        if page.cursor:
            yield f"{role.value}\t\tand more {kind}s"


def _state(erasure: Erasure) -> str:
    """Return in words how far a request for erasure has come."""
    if erasure.withdrawn_at:
        return f"taken back {timestamp(erasure.withdrawn_at)}"
    if erasure.done_at:
        return f"done {timestamp(erasure.done_at)}"
    return f"waits for {', '.join(erasure.waits_for) or 'its turn'}"
