"""What guarantees can I get? Every guarantee of an order, and what it is worth now (O9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from chalicelib.domain.claim import (
    EXPLANATIONS,
    Claim,
    ClaimItem,
    Covered,
    Exclusion,
    NotCovered,
    NotYet,
    Reason,
    Remedy,
    Verdict,
)
from chalicelib.domain.coverage import decide
from chalicelib.domain.order import Guarantee

if TYPE_CHECKING:
    from chalicelib.domain.case import Case

REASONS: dict[Guarantee, Reason] = {
    Guarantee.ON_TIME_DELIVERY: Reason.NOT_RECEIVED,
    Guarantee.AS_DESCRIBED: Reason.NOT_AS_DESCRIBED,
    Guarantee.GUARANTEED_GENUINE: Reason.COUNTERFEIT,
    Guarantee.DOMESTIC_RETURNS: Reason.NO_LONGER_WANTED,
    Guarantee.EXTRA_RETURNS: Reason.NO_LONGER_WANTED,
}
"""The reason under which each guarantee is claimed (section 3)."""


class Standing(StrEnum):
    """How a guarantee stands that no exclusion rules out."""

    NOT_OFFERED = "not_offered"
    OPEN_NOW = "open_now"
    OPENS_LATER = "opens_later"
    OPENS_ON_DELIVERY = "opens_on_delivery"


EXPLAINED: dict[str, str] = {
    Standing.NOT_OFFERED: "The seller does not offer this guarantee with this order.",
    Standing.OPEN_NOW: "You can open a dispute under this guarantee now.",
    Standing.OPENS_LATER: "You can open a dispute from the date shown.",
    Standing.OPENS_ON_DELIVERY: "It applies from delivery; confirm receipt if you have it.",
    **{exclusion.value: words for exclusion, words in EXPLANATIONS.items()},
}
"""How a guarantee stands, in words a buyer understands (O9)."""


@dataclass(frozen=True, slots=True)
class LineProtection:
    """One guarantee for one line. ``opens_at`` is None while delivery is what it waits for."""

    line_id: str
    applies: bool
    opens_at: datetime | None
    exclusion: Exclusion | None


@dataclass(frozen=True, slots=True)
class GuaranteeNow:
    """One guarantee: whether it can be claimed now, in which window, for which remedies, or why not.

    ``explained_by`` says which words explain it, here or in another language.
    """

    guarantee: Guarantee
    reason: Reason
    offered: bool
    applies: bool
    opens_at: datetime | None
    closes_at: datetime
    remedies: tuple[Remedy, ...]
    lines: tuple[LineProtection, ...]
    exclusion: Exclusion | None
    explained_by: Standing | Exclusion

    @property
    def explanation(self) -> str:
        """How it stands, in English."""
        return EXPLAINED[self.explained_by]


def protection(case: Case, now: datetime) -> tuple[GuaranteeNow, ...]:
    """The answer to "What guarantees can I get?" at ``now`` (O9); ``case`` is already as of ``now``."""
    return tuple(_guarantee_now(case, guarantee, now) for guarantee in Guarantee)


def _guarantee_now(case: Case, guarantee: Guarantee, now: datetime) -> GuaranteeNow:
    terms = case.order.terms
    reason = REASONS[guarantee]
    offered = guarantee in (Guarantee.ON_TIME_DELIVERY, Guarantee.AS_DESCRIBED) or terms.offers(guarantee) is not None
    if not offered:
        return GuaranteeNow(guarantee, reason, False, False, None, case.closes_at, (), (), None, Standing.NOT_OFFERED)
    verdicts = {line.id: _of_items(case, reason, (ClaimItem(line.id, line.quantity),), now) for line in terms.lines}
    lines = tuple(_line(case, reason, line_id, verdict) for line_id, verdict in verdicts.items())
    claimable = tuple(ClaimItem(line.id, line.quantity) for line in terms.lines if isinstance(verdicts[line.id], Covered))
    if claimable:
        covered = _of_items(case, reason, claimable, now)
        remedies = covered.remedies if isinstance(covered, Covered) else ()
        opened = max(line.opens_at for line in lines if line.applies and line.opens_at)
        return GuaranteeNow(guarantee, reason, True, True, opened, case.closes_at, remedies, lines, None, Standing.OPEN_NOW)
    waiting = [v for v in verdicts.values() if isinstance(v, NotYet)]
    if waiting:
        opens = min((v.opens_at for v in waiting if v.opens_at), default=None)
        standing = Standing.OPENS_LATER if opens else Standing.OPENS_ON_DELIVERY
        return GuaranteeNow(guarantee, reason, True, False, opens, case.closes_at, (), lines, None, standing)
    exclusion = next(v.exclusion for v in verdicts.values() if isinstance(v, NotCovered))
    return GuaranteeNow(guarantee, reason, True, False, None, case.closes_at, (), lines, exclusion, exclusion)


def _of_items(case: Case, reason: Reason, items: tuple[ClaimItem, ...], now: datetime) -> Verdict:
    return decide(case, Claim(reason, items), now)


def _line(case: Case, reason: Reason, line_id: str, verdict: Verdict) -> LineProtection:
    match verdict:
        case Covered():
            promised, delivered = case.order.promised_by(line_id, case.policy), case.order.delivered_at(line_id)
            since = promised if reason is Reason.NOT_RECEIVED else delivered
            return LineProtection(line_id, True, since, None)
        case NotYet(opens_at, _):
            return LineProtection(line_id, False, opens_at, None)
        case NotCovered(exclusion, _):
            return LineProtection(line_id, False, None, exclusion)
