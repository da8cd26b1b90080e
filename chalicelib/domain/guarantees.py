"""The guarantees: all that a reason means is one row here, for each reason a buyer can claim under (C1-C3).

Coverage, opening, negotiation, mediation, deadlines and notifications read these rows; no other module asks which reason
a claim has. A reason without a row stops the import, so a new reason is never covered by accident.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from chalicelib.domain.exclusions import Exclusion
from chalicelib.domain.exhaustive import table
from chalicelib.domain.money import Money

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Reason(StrEnum):
    """The reasons that a buyer can claim under (C1)."""

    NOT_RECEIVED = "not_received"
    NOT_AS_DESCRIBED = "not_as_described"
    COUNTERFEIT = "counterfeit"
    NO_LONGER_WANTED = "no_longer_wanted"
    UNAUTHORISED_CHARGE = "unauthorised_charge"


class Guarantee(StrEnum):
    """The guarantees: some come with every order, a seller may offer the others (O1, O9)."""

    ON_TIME_DELIVERY = "on_time_delivery"
    AS_DESCRIBED = "as_described"
    GUARANTEED_GENUINE = "guaranteed_genuine"
    DOMESTIC_RETURNS = "domestic_returns"
    EXTRA_RETURNS = "extra_returns"


class OfferType(StrEnum):
    """The type of a remedy, a proposal or a decision (D2). With a replacement, the amount is what is refunded besides."""

    REFUND = "refund"
    REFUND_WITH_RETURN = "refund_with_return"
    REPLACEMENT = "replacement"
    """Another one is sent, and the buyer keeps the first."""
    REPLACEMENT_WITH_RETURN = "replacement_with_return"
    """Another one is sent once the first has gone back."""

    @property
    def needs_return(self) -> bool:
        """True if the item goes back first."""
        match self:
            case OfferType.REFUND | OfferType.REPLACEMENT:
                return False
            case OfferType.REFUND_WITH_RETURN | OfferType.REPLACEMENT_WITH_RETURN:
                return True
            case _:
                assert_never(self)

    @property
    def replaces(self) -> bool:
        """True if the seller sends another one."""
        match self:
            case OfferType.REFUND | OfferType.REFUND_WITH_RETURN:
                return False
            case OfferType.REPLACEMENT | OfferType.REPLACEMENT_WITH_RETURN:
                return True
            case _:
                assert_never(self)

    def gives(self, amount: Money) -> bool:
        """Return whether the buyer gets anything: money, or another item."""
        return self.replaces or amount.minor > 0

    def asks_back(self, amount: Money) -> bool:
        """Return whether the item goes back. For nothing in exchange it does not."""
        return self.needs_return and self.gives(amount)


class Payer(StrEnum):
    """The side that pays the postage of a return (C3)."""

    BUYER = "buyer"
    SELLER = "seller"


class Basis(StrEnum):
    """The ground on which a remedy is carried out."""

    AGREEMENT = "agreement"
    SELLER_SILENT = "seller_silent"
    GUARANTEE = "guarantee"
    DECISION = "decision"
    DEFAULT_DECISION = "default_decision"
    CARRIER_SHOWS_DELIVERED = "carrier_shows_delivered"
    REPLACEMENT_FAILED = "replacement_failed"
    """A replacement was granted and did not come in time, so the money is refunded (D2)."""


class Finding(StrEnum):
    """The facts that a decision is based on (D5)."""

    NOT_RECEIVED = "not_received"
    DELIVERED_LATE = "delivered_late"
    CARRIER_SHOWS_DELIVERED = "carrier_shows_delivered"
    NOT_AS_DESCRIBED = "not_as_described"
    SELLER_PROVED_AS_DESCRIBED = "seller_proved_as_described"
    COUNTERFEIT = "counterfeit"
    GENUINE = "genuine"
    RETURN_RECEIVED = "return_received"
    RETURN_NOT_AS_SENT = "return_not_as_sent"
    RETURN_GUARANTEED = "return_guaranteed"
    RETURN_NOT_GUARANTEED = "return_not_guaranteed"
    NO_ANSWER_FROM_BUYER = "no_answer_from_buyer"
    NO_ANSWER_FROM_SELLER = "no_answer_from_seller"
    NOT_DECIDED_IN_TIME = "not_decided_in_time"


FINDINGS_BY_DEFAULT = (Finding.NO_ANSWER_FROM_BUYER, Finding.NO_ANSWER_FROM_SELLER, Finding.NOT_DECIDED_IN_TIME)
"""The findings of the policy's default decision, which no mediator may give."""

FINDINGS_ON_RETURNS = (Finding.RETURN_RECEIVED, Finding.RETURN_NOT_AS_SENT)
"""The findings that a mediator may give once the item was sent back, under every reason (D5)."""


class Needs(StrEnum):
    """The state of the delivery that a claim needs (C1)."""

    BROKEN_PROMISE = "broken_promise"
    """The promise has passed without a delivery. One in time rules the claim out, and narrows an open one (C2, C5)."""
    DELIVERY = "delivery"
    """The item has arrived."""


class Shipping(StrEnum):
    """The claims whose refund includes the lines' share of the shipping fee (C3)."""

    ALWAYS = "always"
    WITH_WHOLE_ORDER = "with_whole_order"
    NEVER = "never"

    def included(self, *, whole_order: bool) -> bool:
        """True if the shipping fee is refunded too, by whether every line is claimed in full."""
        match self:
            case Shipping.ALWAYS:
                return True
            case Shipping.WITH_WHOLE_ORDER:
                return whole_order
            case Shipping.NEVER:
                return False
            case _:
                assert_never(self)


class IssueIs(StrEnum):
    """The rule for a claim's ``issue``, the way in which the item is wrong."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class OfferedGuarantee:
    """A guarantee the seller offers with the order, and the payer of the return postage under it (C3)."""

    type: Guarantee
    return_postage: Payer = Payer.BUYER


@dataclass(frozen=True, slots=True)
class Remedy:
    """Something the buyer may ask for, how much at most, and the payer of the return postage (C3)."""

    type: OfferType
    maximum: Money
    return_postage: Payer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonRule:
    """All that one reason means, from the claim to the refund."""

    guarantees: tuple[Guarantee, ...]
    """The guarantees that cover it. Of several on one order, one whose postage the seller pays goes first, then the order
    here.
    """
    offered_by_seller: bool
    """False if the guarantees come with every order."""
    unless_offered: Reason | Exclusion | None = None
    """Without any of the guarantees: the reason it is judged under instead, or the exclusion."""
    needs: Needs
    remedies: Callable[[Money, Money, Payer], tuple[Remedy, ...]]
    """The remedies the buyer may ask for, the first by default, each with its maximum.

    The arguments are what is left to refund of the claimed items and of their shipping, and the payer of the postage.
    """
    shipping: Shipping
    return_postage: Payer | None = Payer.SELLER
    """The payer of a return's postage; None where the terms of the offered guarantee say it."""
    takes: tuple[OfferType, ...] = tuple(OfferType)
    """The types that proposals and decisions may have. The buyer's also have to be one of the remedies."""
    findings: tuple[Finding, ...]
    """The findings that a mediator may give (D5)."""
    issue: IssueIs = IssueIs.REFUSED
    attests_unused: bool = False
    """True if the buyer has to confirm that the items are unused and in their original packaging."""
    negotiated: bool = True
    """False if the seller can neither refuse nor make another offer: no questions asked."""
    straight_to_return: bool = False
    """True if the return begins when the dispute is opened, where the seller has a return address for it on file."""
    granted_as: Basis | None = None
    """The basis of every grant; None if the basis is what led to it: an agreement, or the seller's silence."""

    def basis(self, led_by: Basis) -> Basis:
        """Return the basis of a remedy that ``led_by`` brings about."""
        return self.granted_as or led_by


@dataclass(frozen=True, slots=True)
class NeverCovered:
    """A reason that buyers name but no guarantee covers: the claim is always excluded, and never opened (C2)."""

    exclusion: Exclusion
    issue: IssueIs = IssueIs.REFUSED


def _refund(items: Money, shipping: Money, _: Payer) -> tuple[Remedy, ...]:
    """Return the one remedy: the full refund, and nothing goes back."""
    return (Remedy(OfferType.REFUND, items + shipping),)


def _refund_or_replacement(items: Money, shipping: Money, postage: Payer) -> tuple[Remedy, ...]:
    """Return two remedies: the full refund, or another item."""
    return (*_refund(items, shipping, postage), Remedy(OfferType.REPLACEMENT, _part_of(items)))


def _part_of(items: Money) -> Money:
    """Return the most that a buyer may ask besides something else: a part of the price, never all of it."""
    return Money(max(0, items.minor - 1), items.currency)


def _return(items: Money, shipping: Money, postage: Payer) -> tuple[Remedy, ...]:
    """Return the one remedy: the full refund once the items have gone back."""
    return (Remedy(OfferType.REFUND_WITH_RETURN, items + shipping, postage),)


def _any_remedy(items: Money, shipping: Money, postage: Payer) -> tuple[Remedy, ...]:
    """Return every remedy: the full refund for the items or, keeping them, a part of their price; or another item.

    A price of 1 minor unit has no part.
    """
    part = _part_of(items)
    keep = (Remedy(OfferType.REFUND, part),) if part.minor else ()
    another = (Remedy(OfferType.REPLACEMENT, part), Remedy(OfferType.REPLACEMENT_WITH_RETURN, part, postage))
    return (*_return(items, shipping, postage), *keep, *another)


REASONS: dict[Reason, ReasonRule | NeverCovered] = table(
    Reason,
    {
        Reason.NOT_RECEIVED: ReasonRule(
            guarantees=(Guarantee.ON_TIME_DELIVERY,),
            offered_by_seller=False,
            needs=Needs.BROKEN_PROMISE,
            remedies=_refund_or_replacement,
            shipping=Shipping.ALWAYS,
            takes=(OfferType.REFUND, OfferType.REPLACEMENT),
            findings=(Finding.NOT_RECEIVED, Finding.DELIVERED_LATE, Finding.CARRIER_SHOWS_DELIVERED),
        ),
        Reason.NOT_AS_DESCRIBED: ReasonRule(
            guarantees=(Guarantee.AS_DESCRIBED,),
            offered_by_seller=False,
            needs=Needs.DELIVERY,
            remedies=_any_remedy,
            shipping=Shipping.WITH_WHOLE_ORDER,
            findings=(Finding.NOT_AS_DESCRIBED, Finding.SELLER_PROVED_AS_DESCRIBED),
            issue=IssueIs.REQUIRED,
        ),
        Reason.COUNTERFEIT: ReasonRule(
            guarantees=(Guarantee.GUARANTEED_GENUINE,),
            offered_by_seller=True,
            unless_offered=Reason.NOT_AS_DESCRIBED,
            needs=Needs.DELIVERY,
            remedies=_refund,
            shipping=Shipping.ALWAYS,
            takes=(OfferType.REFUND, OfferType.REFUND_WITH_RETURN),
            findings=(
                Finding.COUNTERFEIT,
                Finding.GENUINE,
                Finding.NOT_AS_DESCRIBED,
                Finding.SELLER_PROVED_AS_DESCRIBED,
            ),
            issue=IssueIs.OPTIONAL,
        ),
        Reason.NO_LONGER_WANTED: ReasonRule(
            guarantees=(Guarantee.DOMESTIC_RETURNS, Guarantee.EXTRA_RETURNS),
            offered_by_seller=True,
            unless_offered=Exclusion.CHANGED_MIND,
            needs=Needs.DELIVERY,
            remedies=_return,
            shipping=Shipping.NEVER,
            return_postage=None,
            takes=(OfferType.REFUND_WITH_RETURN,),
            findings=(Finding.RETURN_GUARANTEED, Finding.RETURN_NOT_GUARANTEED),
            attests_unused=True,
            negotiated=False,
            straight_to_return=True,
            granted_as=Basis.GUARANTEE,
        ),
        Reason.UNAUTHORISED_CHARGE: NeverCovered(Exclusion.UNAUTHORISED_CHARGE),
    },
)
"""The row of every reason."""

COVERED: dict[Reason, ReasonRule] = {reason: rule for reason, rule in REASONS.items() if isinstance(rule, ReasonRule)}
"""The rows of the reasons that a claim can be opened under."""

_CLAIMED = [(guarantee, reason) for reason, rule in COVERED.items() for guarantee in rule.guarantees]
REASON_OF: dict[Guarantee, Reason] = table(Guarantee, dict(_CLAIMED))
"""The reason under which each guarantee is claimed (C1)."""

OFFERED_BY_SELLERS = tuple(it for it in Guarantee if COVERED[REASON_OF[it]].offered_by_seller)
"""The guarantees that a seller may offer; the others come with every order."""


def check(rules: Iterable[ReasonRule]) -> None:
    """Raise ``ValueError`` for rows that contradict themselves or each other, or for a finding that nobody can give."""
    if len(_CLAIMED) != len(REASON_OF):
        msg = "a guarantee is claimed under one reason"
        raise ValueError(msg)
    found = {*FINDINGS_BY_DEFAULT, *FINDINGS_ON_RETURNS}
    for rule in rules:
        found.update(rule.findings)
        instead, names = rule.unless_offered, " or ".join(rule.guarantees)
        if rule.offered_by_seller != (instead is not None):
            msg = f"{names}: say what becomes of the claim unless a seller offers one, and only then"
            raise ValueError(msg)
        if isinstance(instead, Reason) and (instead not in COVERED or COVERED[instead].offered_by_seller):
            msg = f"{names}: {instead.value} stands in, so it has to be covered with every order"
            raise ValueError(msg)
        one = Money(100, "EUR")
        if not {remedy.type for remedy in rule.remedies(one, one, Payer.SELLER)} <= set(rule.takes):
            msg = f"{names}: a remedy is of a type that the claim does not take"
            raise ValueError(msg)
    if found != set(Finding):
        msg = f"nobody can find {sorted(set(Finding) - found)}"
        raise ValueError(msg)


check(COVERED.values())
