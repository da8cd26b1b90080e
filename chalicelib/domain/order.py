"""An order as the marketplace sold it, and the ends of its promise and its protection (O1, O4-O8)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.domain.guarantees import Guarantee, OfferedGuarantee
from chalicelib.domain.ledger import Escrow, PaymentInstruction
from chalicelib.domain.money import Money, split, total
from chalicelib.domain.parcel import Parcel
from chalicelib.domain.people import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.domain.policy import Policy

ORDER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""The form of an order's id. The ids of its disputes, payments and messages are made from it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an order."""

    id: str
    title: str
    quantity: int
    unit_price: Money

    @property
    def price(self) -> Money:
        """The price of the whole line."""
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class OrderTerms:
    """The terms of a sale as imported: lines, prices, promise and guarantees. They never change (O1)."""

    order_id: str
    buyer_id: str
    seller_id: str
    currency: str
    lines: tuple[Line, ...]
    shipping_fee: Money
    paid_at: datetime
    paid_on_platform: bool
    destination_country: str
    deliver_by: datetime | None = None
    deliver_within_days: int | None = None
    guarantees: tuple[OfferedGuarantee, ...] = ()

    @property
    def price(self) -> Money:
        """Everything the buyer paid, shipping included."""
        return total((line.price for line in self.lines), self.currency) + self.shipping_fee

    def shipping_shares(self) -> dict[str, Money]:
        """Each line's share of the shipping fee, in proportion to its price (C3, C4)."""
        shares = split(self.shipping_fee, [line.price.minor for line in self.lines])
        return {line.id: share for line, share in zip(self.lines, shares, strict=True)}

    def offers(self, guarantee: Guarantee) -> OfferedGuarantee | None:
        """The seller's terms of ``guarantee``, or None where it is not offered."""
        return next((offered for offered in self.guarantees if offered.type is guarantee), None)


@dataclass(frozen=True, slots=True)
class LineState:
    """The history of one line."""

    line_id: str
    refunded: Money
    refunded_shipping: Money
    extended_to: datetime | None = None
    confirmed_at: datetime | None = None


def counting(carrying: Sequence[Parcel]) -> tuple[Parcel, ...]:
    """Return the parcels that count for a line, of those that carry it.

    A parcel that went back to its sender does not count once another was sent after it. A parcel added after the line was
    delivered does not count either, unless it replaces one that went back: it does not make the line undelivered.
    """
    delivered = {parcel.number: parcel.delivered_at for parcel in carrying}
    went_back = {parcel.number: at for parcel in carrying if (at := parcel.returned_at)}

    def replaces(parcel: Parcel, other: int) -> bool:
        return other != parcel.number and parcel.shipped_at >= went_back[other]

    count: list[Parcel] = []
    for parcel in carrying:
        arrived = [delivered[known.number] for known in count]
        complete = bool(arrived) and all(at is not None and at <= parcel.recorded_at for at in arrived)
        superfluous = complete and not any(replaces(parcel, other) for other in went_back)
        replaced = parcel.number in went_back and any(replaces(other, parcel.number) for other in carrying)
        if not superfluous and not replaced:
            count.append(parcel)
    return tuple(count)


@dataclass(frozen=True)  # without slots, to cache per-line lookups: an order of 50 lines took 68 s
class Order:
    """An order now: its terms, its parcels, its lines' histories and its escrow. ``version`` counts its events (I4)."""

    terms: OrderTerms
    policy_version: str
    version: int
    updated_at: datetime
    line_states: tuple[LineState, ...]
    escrow: Escrow
    entries: int = 0
    parcels: tuple[Parcel, ...] = ()
    instructions: tuple[PaymentInstruction, ...] = ()
    protection_extended_to: datetime | None = None
    completed_at: datetime | None = None
    erased: tuple[Role, ...] = ()
    """The parties whose words have been erased (P2)."""

    def line(self, line_id: str) -> Line:
        """The line called ``line_id``. Raises ``KeyError``."""
        return self._lines[line_id]

    def line_state(self, line_id: str) -> LineState:
        """The history of the line called ``line_id``. Raises ``KeyError``."""
        return self._states[line_id]

    def parcels_of(self, line_id: str) -> tuple[Parcel, ...]:
        """Return the parcels that count for a line, see ``counting``."""
        return self._counting.get(line_id, ())

    @cached_property
    def _lines(self) -> dict[str, Line]:
        return {line.id: line for line in self.terms.lines}

    @cached_property
    def _states(self) -> dict[str, LineState]:
        return {state.line_id: state for state in self.line_states}

    @cached_property
    def _counting(self) -> dict[str, tuple[Parcel, ...]]:
        carrying: dict[str, list[Parcel]] = {}
        for parcel in self.parcels:
            for line_id in parcel.line_ids:
                carrying.setdefault(line_id, []).append(parcel)
        together = {tuple(parcel.number for parcel in parcels): parcels for parcels in carrying.values()}
        found = {numbers: counting(parcels) for numbers, parcels in together.items()}
        return {line_id: found[tuple(parcel.number for parcel in parcels)] for line_id, parcels in carrying.items()}

    @cached_property
    def _arrived(self) -> dict[str, datetime | None]:
        """The arrival of the last of each line's parcels; None while one is missing."""
        recorded = {parcel.number: parcel.delivered_at for parcel in self.parcels}
        arrived: dict[str, datetime | None] = {}
        for line_id, parcels in self._counting.items():
            times = [at for parcel in parcels if (at := recorded[parcel.number])]
            arrived[line_id] = max(times, default=None) if len(times) == len(parcels) else None
        return arrived

    def promised_by(self, line_id: str, policy: Policy) -> datetime:
        """Return the line's promise (O1, O5): the seller's date, else days from shipment, at its latest extension (O8).

        While nothing is shipped and no date was named, it is the policy's bound, counted from payment.
        """
        extended = self.line_state(line_id).extended_to
        promise = self.terms.deliver_by or self._promised_from_shipment(line_id, policy)
        return max(promise, extended) if extended else promise

    def _promised_from_shipment(self, line_id: str, policy: Policy) -> datetime:
        """Count the promise from the last parcel put on record before it passed; later parcels do not extend it (O8)."""
        promise: datetime | None = None
        for parcel in self.parcels_of(line_id):
            days = self.terms.deliver_within_days or policy.carrier_days[parcel.carrier.value]
            due = parcel.shipped_at + timedelta(days=days)
            if promise is None or parcel.recorded_at < promise < due:
                promise = due
        return promise or self.terms.paid_at + policy.days("unshipped")

    def delivered_at(self, line_id: str) -> datetime | None:
        """Return the line's arrival: its last parcel's by the carrier, or the buyer's confirmation if earlier (O6, O7)."""
        known = [at for at in (self._arrived.get(line_id), self.line_state(line_id).confirmed_at) if at]
        return min(known, default=None)

    def arrived_late(self, line_id: str, policy: Policy) -> bool:
        """Return True if a delivery is on record and not before the promise; the very instant is late (D9)."""
        delivered = self.delivered_at(line_id)
        return delivered is not None and delivered >= self.promised_by(line_id, policy)

    def closes_at(self, policy: Policy) -> datetime:
        """Return the end of protection (O7): days after the last line arrived or, for one that has not, was promised."""
        last = max(self.delivered_at(line.id) or self.promised_by(line.id, policy) for line in self.terms.lines)
        closes = last + policy.days("protection")
        return max(closes, self.protection_extended_to) if self.protection_extended_to else closes
