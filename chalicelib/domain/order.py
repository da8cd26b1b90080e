"""An order as the marketplace sold it, and the ends of its promise and its protection (O1, O4-O8)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.domain.guarantees import Guarantee, OfferedGuarantee
from chalicelib.domain.ledger import Escrow, PaymentInstruction
from chalicelib.domain.money import Money, split, total
from chalicelib.domain.parcel import Parcel
from chalicelib.domain.people import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chalicelib.domain.policy import Policy

ORDER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""The form of an order's id. The ids of its disputes, payments and messages are made from it."""


NEVER_SHIPPED, RETURNED_TO_SENDER = "never_shipped", "returned_to_sender"
"""The causes of a refund that the close of protection makes by itself (O7)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an order."""

    id: str
    title: str
    quantity: int
    unit_price: Money
    image_url: str = ""
    """An https address of a picture; empty without one."""
    url: str = ""
    """An https address of a page about what was sold; empty without one."""

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
    placed_at: datetime
    """When the buyer ordered. Payments are confirmed late, so sellers ship, and parcels arrive, before ``paid_at`` (O6)."""
    paid_at: datetime
    paid_on_platform: bool
    destination_country: str
    deliver_by: datetime | None = None
    deliver_within_days: int | None = None
    guarantees: tuple[OfferedGuarantee, ...] = ()
    seller_name: str = ""
    """The name of the shop, as buyers know it; empty without one."""

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
    external: Money
    """What the payer's bank took back, shipping included, and no refund has been reduced by yet (M3)."""
    extended_to: datetime | None = None
    confirmed_at: datetime | None = None
    replaced_at: datetime | None = None
    """When a replacement was last known to have arrived; protection counts from then (D2)."""


class ExternalStatus(StrEnum):
    """How a dispute of the payment stands at the buyer's bank or payment provider (M3)."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class ExternalDispute:
    """The external dispute of an order's payment, as it was last reported (M3)."""

    status: ExternalStatus
    amount: Money
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class PostponedRefund:
    """A refund that a dispute has ended with, and that waits for the end of the external dispute (M3)."""

    dispute: int
    amount: Money


@dataclass(frozen=True, slots=True)
class ExtensionRequest:
    """The seller's request for a later promise than the rules allow without the buyer's consent (O8)."""

    number: int
    until: datetime
    asked_at: datetime
    accepted: bool | None = None
    """The buyer's answer. None while there is none, which means no once the promise has passed."""


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


def all_arrived_at(sent: Sequence[Parcel]) -> datetime | None:
    """Return the arrival of the last of some parcels that replace something; None while one is missing, or where none is left.

    Those that went back to their sender are left out: others may have been sent in their place.
    """
    times = [parcel.delivered_at for parcel in sent if parcel.returned_at is None]
    arrived = [at for at in times if at is not None]
    return max(arrived, default=None) if len(arrived) == len(times) else None


@dataclass(frozen=True)  # without slots, to cache per-line lookups: an order of 50 lines took 68 s
class Order:
    """An order now: its terms, its parcels, its lines' histories and its escrow. ``version`` counts its events (I4)."""

    terms: OrderTerms
    policy_version: str
    imported_at: datetime
    """When the order became known here."""
    version: int
    updated_at: datetime
    line_states: tuple[LineState, ...]
    escrow: Escrow
    entries: int = 0
    parcels: tuple[Parcel, ...] = ()
    instructions: tuple[PaymentInstruction, ...] = ()
    extensions: tuple[ExtensionRequest, ...] = ()
    """The requests for a later promise that need the buyer's consent, in the order in which they were made (O8)."""
    protection_extended_to: datetime | None = None
    completed_at: datetime | None = None
    external: ExternalDispute | None = None
    postponed: tuple[PostponedRefund, ...] = ()
    charges: tuple[tuple[str, Money], ...] = ()
    """What each side was charged so far, by account (M4)."""
    erased: tuple[Role, ...] = ()
    """The parties whose words have been erased (P2)."""
    unknown: str = field(default="", compare=False)
    """JSON of what a newer version has stored and this one does not know, kept for the next write (I17)."""

    def line(self, line_id: str) -> Line:
        """The line called ``line_id``. Raises ``KeyError``."""
        return self._lines[line_id]

    def line_state(self, line_id: str) -> LineState:
        """The history of the line called ``line_id``. Raises ``KeyError``."""
        return self._states[line_id]

    def parcels_of(self, line_id: str) -> tuple[Parcel, ...]:
        """Return the parcels that count for a line, see ``counting``. Replacements are not among them."""
        return self._counting.get(line_id, ())

    @cached_property
    def _lines(self) -> dict[str, Line]:
        return {line.id: line for line in self.terms.lines}

    @cached_property
    def _states(self) -> dict[str, LineState]:
        return {state.line_id: state for state in self.line_states}

    @cached_property
    def _carrying(self) -> dict[str, list[Parcel]]:
        """The parcels on record that first carried each line: no replacements, and none that was taken back."""
        return self._by_line(parcel for parcel in self.parcels if parcel.replaces is None)

    @cached_property
    def _replacing(self) -> dict[str, list[Parcel]]:
        """The parcels on record that carry a replacement for each line."""
        return self._by_line(parcel for parcel in self.parcels if parcel.replaces is not None)

    @staticmethod
    def _by_line(parcels: Iterable[Parcel]) -> dict[str, list[Parcel]]:
        carrying: dict[str, list[Parcel]] = {}
        for parcel in parcels:
            if parcel.withdrawn_at is None:
                for line_id in parcel.line_ids:
                    carrying.setdefault(line_id, []).append(parcel)
        return carrying

    @cached_property
    def _counting(self) -> dict[str, tuple[Parcel, ...]]:
        together = {tuple(parcel.number for parcel in parcels): parcels for parcels in self._carrying.values()}
        found = {numbers: counting(parcels) for numbers, parcels in together.items()}
        return {line_id: found[tuple(parcel.number for parcel in parcels)] for line_id, parcels in self._carrying.items()}

    @cached_property
    def _arrived(self) -> dict[str, datetime | None]:
        """The arrival of the last of each line's parcels; None while one is missing and no replacement has come."""
        recorded = {parcel.number: parcel.delivered_at for parcel in self.parcels}
        arrived: dict[str, datetime | None] = {}
        for line_id, parcels in self._counting.items():
            times = [at for parcel in parcels if (at := recorded[parcel.number])]
            arrived[line_id] = max(times, default=None) if len(times) == len(parcels) else None
        for line_id, replacing in self._replacing.items():
            arrived[line_id] = arrived.get(line_id) or all_arrived_at(replacing)
        return arrived

    def promised_by(self, line_id: str, policy: Policy) -> datetime:
        """When the line was to arrive (O1, O5): its first promise, or what it was raised to since (O8)."""
        promise = self.first_promise(line_id, policy)
        latest = self.latest_promise(line_id, policy)
        if not self.terms.deliver_by:
            # Parcels taken back or replaced count as well: no promise, once raised, becomes an earlier one (I13).
            for parcel in self.parcels:
                if line_id in parcel.line_ids and parcel.recorded_at < promise:  # one that has passed is not revived
                    promise = max(promise, min(self._due(parcel, policy), latest))
        extended = self.line_state(line_id).extended_to
        return max(promise, extended) if extended else promise

    def first_promise(self, line_id: str, policy: Policy) -> datetime:
        """The promise that all later ones are measured by (O8): the seller's date, else days from the first shipment (O5).

        While nothing is shipped and no date was named, the policy's bound from payment stands in. A parcel that was taken
        back still counts here: naming another one in its place is no new promise.
        """
        if self.terms.deliver_by:
            return self.terms.deliver_by
        bound = self.terms.paid_at + policy.days("unshipped")
        first = next((parcel for parcel in self.parcels if line_id in parcel.line_ids), None)
        return self._due(first, policy) if first and first.recorded_at < bound else bound

    def replacements(self, dispute: int) -> tuple[Parcel, ...]:
        """Return the parcels on record that carry a dispute's replacement."""
        return tuple(it for it in self.parcels if it.replaces == dispute and it.withdrawn_at is None)

    def latest_promise(self, line_id: str, policy: Policy) -> datetime:
        """How far the seller may raise a line's promise without the buyer's consent (O8)."""
        return self.first_promise(line_id, policy) + policy.days("promise_extension_at_most")

    def _due(self, parcel: Parcel, policy: Policy) -> datetime:
        days = self.terms.deliver_within_days or policy.carrier_days.get(parcel.carrier or "", policy.unshipped_days)
        return parcel.shipped_at + timedelta(days=days)

    def delivered_at(self, line_id: str) -> datetime | None:
        """Return the line's arrival: its last parcel's by the carrier, or the buyer's confirmation if earlier (O6, O7)."""
        known = [at for at in (self._arrived.get(line_id), self.line_state(line_id).confirmed_at) if at]
        return min(known, default=None)

    @property
    def all_delivered_at(self) -> datetime | None:
        """The arrival of the last line; None while one is missing."""
        times = [self.delivered_at(line.id) for line in self.terms.lines]
        arrived = [at for at in times if at]
        return max(arrived) if len(arrived) == len(times) else None

    def last_promise(self, policy: Policy) -> datetime:
        """When the last line was to arrive."""
        return max(self.promised_by(line.id, policy) for line in self.terms.lines)

    @property
    def newest_parcel(self) -> Parcel | None:
        """The parcel of which a carrier was last heard, or which was shipped last; none that was taken back."""
        on_record = (parcel for parcel in self.parcels if parcel.withdrawn_at is None)
        return max(on_record, key=lambda parcel: (parcel.heard_of_at, parcel.number), default=None)

    def arrived_late(self, line_id: str, policy: Policy) -> bool:
        """Return True if a delivery is on record and not before the promise; the very instant is late (D9)."""
        delivered = self.delivered_at(line_id)
        return delivered is not None and delivered >= self.promised_by(line_id, policy)

    def closes_at(self, policy: Policy) -> datetime:
        """When protection ends (O7): the policy's days after the last line arrived or, for one that has not, was promised.

        It never ends earlier than those days after the order became known here, or what the records say of a delivery
        last changed here: whoever learns of it late has the whole time all the same (I12).
        """
        ended = [self.delivered_at(line.id) or self.promised_by(line.id, policy) for line in self.terms.lines]
        changes = (at for parcel in self.parcels for at in (parcel.changed_at, parcel.withdrawn_at))
        known = [self.imported_at, *(at for at in changes if at)]
        known += [state.replaced_at for state in self.line_states if state.replaced_at]
        closes = max(*ended, *known) + policy.days("protection")
        return max(closes, self.protection_extended_to) if self.protection_extended_to else closes

    def undelivered_cause(self, line_id: str) -> str | None:
        """Why what is held of a line goes back to the buyer when protection closes; None where the seller is paid (O7).

        The seller is paid for a line that arrived, or that a carrier took on its way and did not bring back.
        """
        if self.delivered_at(line_id) is not None:
            return None
        replacing = self._replacing.get(line_id, [])
        carrying = [*self._carrying.get(line_id, []), *replacing]
        counting_now = (*self.parcels_of(line_id), *replacing)
        if counting_now and counting_now[-1].returned_at:
            return RETURNED_TO_SENDER
        if any(parcel.scanned_at and not parcel.returned_at for parcel in carrying):
            return None
        return RETURNED_TO_SENDER if any(parcel.returned_at for parcel in carrying) else NEVER_SHIPPED

    @property
    def external_open(self) -> bool:
        """Whether an external dispute is open, so that nothing is refunded or released (M3)."""
        return self.external is not None and self.external.status is ExternalStatus.OPEN

    def charged(self, payer: str) -> Money:
        """What ``payer``, ``buyer`` or ``seller``, was charged so far (M4)."""
        return total((amount for account, amount in self.charges if account == payer), self.terms.currency)

    def held_of(self, line_id: str) -> tuple[Money, Money]:
        """What is still held of a line: of its price, and of its share of the shipping fee (C3, C4)."""
        state = self.line_state(line_id)
        return self.line(line_id).price - state.refunded, self.terms.shipping_shares()[line_id] - state.refunded_shipping
