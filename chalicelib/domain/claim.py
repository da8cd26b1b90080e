"""What a buyer claims, and the verdicts a claim can get (C1, C2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.money import Money
from chalicelib.domain.order import Guarantee, Payer


class Reason(StrEnum):
    """Why the buyer claims."""

    NOT_RECEIVED = "not_received"
    NOT_AS_DESCRIBED = "not_as_described"
    COUNTERFEIT = "counterfeit"
    NO_LONGER_WANTED = "no_longer_wanted"
    UNAUTHORISED_CHARGE = "unauthorised_charge"


class Issue(StrEnum):
    """In which way an item is not as described."""

    DAMAGED = "damaged"
    DEFECTIVE = "defective"
    WRONG_ITEM = "wrong_item"
    MISSING_PARTS = "missing_parts"
    WRONG_QUANTITY = "wrong_quantity"
    QUALITY = "quality"
    WRONG_SIZE_OR_COLOUR = "wrong_size_or_colour"
    OTHER = "other"


class OfferType(StrEnum):
    """What a remedy, a proposal or a decision gives: money alone, or money for the item sent back."""

    REFUND = "refund"
    REFUND_WITH_RETURN = "refund_with_return"


class Exclusion(StrEnum):
    """Why a claim is not covered (C2), in the order in which they are looked for."""

    UNAUTHORISED_CHARGE = "unauthorised_charge"
    PAID_OUTSIDE_PLATFORM = "paid_outside_platform"
    CARRIER_SHOWS_DELIVERED = "carrier_shows_delivered"
    SELLER_PROVED_AS_DESCRIBED = "seller_proved_as_described"
    CHANGED_MIND = "changed_mind"
    DEADLINE_PASSED = "deadline_passed"
    ALREADY_REFUNDED = "already_refunded"
    ALREADY_SETTLED = "already_settled"
    DISPUTE_ALREADY_OPEN = "dispute_already_open"


EXPLANATIONS: dict[Exclusion, str] = {
    Exclusion.UNAUTHORISED_CHARGE: "A charge you did not authorise is a matter for the issuer of your card."
    " Report it to your card company now; they can stop the card and return the money.",
    Exclusion.PAID_OUTSIDE_PLATFORM: "Only orders paid through this marketplace are protected; this one was paid elsewhere."
    " Ask the seller, or whoever took the payment.",
    Exclusion.CARRIER_SHOWS_DELIVERED: "The shipping company's records, or your own confirmation of receipt, show that this was"
    " delivered within the promised time."
    " Look where parcels are left at your address, and ask the shipping company for proof of delivery.",
    Exclusion.SELLER_PROVED_AS_DESCRIBED: "A mediator has found that the item is as the seller described it.",
    Exclusion.CHANGED_MIND: "The seller offers neither Domestic Returns nor Extra Returns with this order, so a change of"
    " mind is not covered. You can still ask the seller.",
    Exclusion.DEADLINE_PASSED: "Protection for this order has ended. A dispute has to be opened before that.",
    Exclusion.ALREADY_REFUNDED: "Everything paid for this has been refunded.",
    Exclusion.ALREADY_SETTLED: "A dispute about this, for the same reason, has ended. Its outcome stands.",
    Exclusion.DISPUTE_ALREADY_OPEN: "A dispute about this is open. Go on with that one.",
}
"""Each exclusion in words a buyer understands (O9)."""


@dataclass(frozen=True, slots=True)
class ClaimItem:
    """How many of one line a claim is about."""

    line_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Claim:
    """What the buyer says is wrong, and with what (C3)."""

    reason: Reason
    items: tuple[ClaimItem, ...]
    issue: Issue | None = None
    attests_unused: bool = False
    description: str = ""

    @property
    def line_ids(self) -> tuple[str, ...]:
        """The lines the claim names."""
        return tuple(item.line_id for item in self.items)


@dataclass(frozen=True, slots=True)
class Remedy:
    """Something the buyer may ask for, how much at most, and who pays to send the item back (C3)."""

    type: OfferType
    maximum: Money
    return_postage: Payer | None = None


@dataclass(frozen=True, slots=True)
class LineCap:
    """The most that can be refunded on one claimed line: of its price, and of its share of the shipping fee (C3)."""

    line_id: str
    items: Money
    shipping: Money


@dataclass(frozen=True, slots=True)
class Covered:
    """The claim may be opened now. ``reason`` is the one it is judged under: a counterfeit without its guarantee is
    ``not_as_described``.
    """

    guarantee: Guarantee
    reason: Reason
    remedies: tuple[Remedy, ...]
    caps: tuple[LineCap, ...]

    @property
    def maximum(self) -> Money:
        """The claim's maximum: nothing above it can be asked, offered or decided (D2)."""
        return max((remedy.maximum for remedy in self.remedies), key=lambda money: money.minor)

    def remedy(self, offer: OfferType) -> Remedy | None:
        """The remedy of that type, or None where the claim has no such remedy."""
        return next((remedy for remedy in self.remedies if remedy.type is offer), None)


@dataclass(frozen=True, slots=True)
class NotCovered:
    """The claim is excluded, for one reason, on the line named (C2)."""

    exclusion: Exclusion
    line_id: str | None = None


@dataclass(frozen=True, slots=True)
class NotYet:
    """The claim will be covered: from ``opens_at`` or, where that is None, once delivery is on record (C1)."""

    opens_at: datetime | None
    line_id: str


Verdict = Covered | NotCovered | NotYet
