"""Find orders and disputes by what people have at hand: an id, a title, a tracking number."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from chalicelib.domain.carriers import Carrier, parcel_key, tracking_number
from chalicelib.domain.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.domain.dispute import Dispute
    from chalicelib.domain.order import Order

_BETWEEN_DIGITS = re.compile(r"[\s-]")


def order_has(order: Order, q: str) -> bool:
    """Return whether an order's id, a title or a tracking number has ``q`` in it, in any case and spelling of the number."""
    terms = order.terms
    names = (terms.order_id, *(line.title for line in terms.lines))
    return _in(names, q) or _number_in((it.tracking_number for it in order.parcels), q)


def return_has(dispute: Dispute, q: str) -> bool:
    """Return whether the number under which a dispute's items went back has ``q`` in it."""
    back = dispute.return_parcel
    return _number_in((back.tracking_number,) if back else (), q)


def parcels_named(q: str) -> set[tuple[str, str]]:
    """Return the network and number of each parcel that ``q`` can be the number of: one number may be of several carriers."""
    found = set()
    for carrier in Carrier:
        try:
            found.add(parcel_key(carrier, tracking_number(carrier, q)))
        except Refusal:
            continue
    return found


def _in(texts: Iterable[str], q: str) -> bool:
    return any(q.casefold() in it.casefold() for it in texts)


def _number_in(numbers: Iterable[str], q: str) -> bool:
    written = _BETWEEN_DIGITS.sub("", q).casefold()
    return bool(written) and any(written in it.casefold() for it in numbers)
