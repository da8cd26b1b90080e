"""The claim of a buyer, and the verdicts it can get (C1, C2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.exclusions import Exclusion
from chalicelib.domain.guarantees import COVERED, Guarantee, OfferType, Payer, Reason, ReasonRule, Remedy
from chalicelib.domain.money import Money, total


class Issue(StrEnum):
    """The way in which an item is not as described."""

    DAMAGED = "damaged"
    DEFECTIVE = "defective"
    WRONG_ITEM = "wrong_item"
    MISSING_PARTS = "missing_parts"
    WRONG_QUANTITY = "wrong_quantity"
    QUALITY = "quality"
    WRONG_SIZE_OR_COLOUR = "wrong_size_or_colour"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ClaimItem:
    """The quantity of one line that a claim is about."""

    line_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Claim:
    """The buyer's complaint: the reason, and the lines and quantities it is about (C3)."""

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

    @property
    def rule(self) -> ReasonRule:
        """All that the reason means."""
        return COVERED[self.reason]

    @property
    def return_postage(self) -> Payer:
        """The payer of the postage, should the items go back (C3)."""
        return next((remedy.return_postage for remedy in self.remedies if remedy.return_postage), Payer.SELLER)

    def remedy(self, offer: OfferType) -> Remedy | None:
        """The remedy of that type, or None where the claim has no such remedy."""
        return next((remedy for remedy in self.remedies if remedy.type is offer), None)

    def without(self, line_ids: tuple[str, ...]) -> Covered:
        """The coverage that is left when these lines leave the claim, which is then not about the whole order."""
        kept = tuple(cap for cap in self.caps if cap.line_id not in line_ids)
        return covered(self.guarantee, self.reason, kept, self.return_postage, whole_order=False)


@dataclass(frozen=True, slots=True)
class NotCovered:
    """The claim is excluded, for one reason, on the line named (C2)."""

    exclusion: Exclusion
    line_id: str | None = None
    units_left: int | None = None
    """How many units of the line can be claimed, where other disputes about it stand in the way."""


@dataclass(frozen=True, slots=True)
class NotYet:
    """The claim will be covered: from ``opens_at`` or, where that is None, once delivery is on record (C1)."""

    opens_at: datetime | None
    line_id: str


Verdict = Covered | NotCovered | NotYet


def covered(guarantee: Guarantee, reason: Reason, caps: tuple[LineCap, ...], postage: Payer, *, whole_order: bool) -> Covered:
    """The coverage of lines of which ``caps`` is left to refund: the shipping counts only where the reason includes it."""
    rule, currency = COVERED[reason], caps[0].items.currency
    nothing = Money(0, currency)
    if not rule.shipping.included(whole_order=whole_order):
        caps = tuple(LineCap(cap.line_id, cap.items, nothing) for cap in caps)
    items, shipping = total((cap.items for cap in caps), currency), total((cap.shipping for cap in caps), currency)
    return Covered(guarantee, reason, rule.remedies(items, shipping, postage), caps)
