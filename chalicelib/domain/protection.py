"""The answer to "What guarantees can I get?": every guarantee of an order, and its worth now (O9)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from chalicelib.domain.claim import Claim, ClaimItem, Covered, NotCovered, NotYet, Verdict
from chalicelib.domain.coverage import decide
from chalicelib.domain.exclusions import EXPLANATIONS, Exclusion
from chalicelib.domain.guarantees import COVERED, OFFERED_BY_SELLERS, REASON_OF, Guarantee, Needs, Reason, Remedy

if TYPE_CHECKING:
    from chalicelib.domain.case import Case


class Standing(StrEnum):
    """The standing of a guarantee that no exclusion rules out."""

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
"""Each standing and each exclusion in words a buyer understands (O9)."""


@dataclass(frozen=True, slots=True)
class LineProtection:
    """One guarantee for one line. ``opens_at`` is None while delivery is what it waits for."""

    line_id: str
    applies: bool
    opens_at: datetime | None
    exclusion: Exclusion | None
    units: int
    """How many of the line can be claimed, now or later; other disputes may have taken some (C2)."""


@dataclass(frozen=True, slots=True)
class GuaranteeNow:
    """One guarantee: if it can be claimed now, in which window and for which remedies; else the reason why not.

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
        """The explanation of its standing, in English."""
        return EXPLAINED[self.explained_by]


def protection(case: Case, now: datetime) -> tuple[GuaranteeNow, ...]:
    """Return every guarantee as it stands at ``now`` (O9); ``case`` is already as of ``now``."""
    return tuple(_guarantee_now(case, guarantee, now) for guarantee in Guarantee)


def _guarantee_now(case: Case, guarantee: Guarantee, now: datetime) -> GuaranteeNow:
    terms = case.order.terms
    reason = REASON_OF[guarantee]
    if guarantee in OFFERED_BY_SELLERS and terms.offers(guarantee) is None:
        return _closed(case, guarantee, (), explained_by=Standing.NOT_OFFERED, offered=False)
    asked = [_claimable(case, reason, ClaimItem(line.id, line.quantity), now) for line in terms.lines]
    verdicts = {item.line_id: verdict for item, verdict in asked}
    lines = tuple(_line(case, reason, item, verdict) for item, verdict in asked)
    claimable = tuple(item for item, verdict in asked if isinstance(verdict, Covered))
    if claimable:
        coverage = _of_items(case, reason, claimable, now)
        opened = max(line.opens_at for line in lines if line.applies and line.opens_at)
        now_open = _closed(case, guarantee, lines, explained_by=Standing.OPEN_NOW)
        remedies = coverage.remedies if isinstance(coverage, Covered) else ()
        return replace(now_open, applies=True, opens_at=opened, remedies=remedies)
    waiting = [v for v in verdicts.values() if isinstance(v, NotYet)]
    if waiting:
        opens = min((v.opens_at for v in waiting if v.opens_at), default=None)
        standing = Standing.OPENS_LATER if opens else Standing.OPENS_ON_DELIVERY
        return replace(_closed(case, guarantee, lines, explained_by=standing), opens_at=opens)
    exclusion = next(v.exclusion for v in verdicts.values() if isinstance(v, NotCovered))
    return replace(_closed(case, guarantee, lines, explained_by=exclusion), exclusion=exclusion)


def _closed(
    case: Case,
    guarantee: Guarantee,
    lines: tuple[LineProtection, ...],
    *,
    explained_by: Standing | Exclusion,
    offered: bool = True,
) -> GuaranteeNow:
    """A guarantee that cannot be claimed now, before what the lines' verdicts add."""
    return GuaranteeNow(
        guarantee=guarantee,
        reason=REASON_OF[guarantee],
        offered=offered,
        applies=False,
        opens_at=None,
        closes_at=case.closes_at,
        remedies=(),
        lines=lines,
        exclusion=None,
        explained_by=explained_by,
    )


def _claimable(case: Case, reason: Reason, item: ClaimItem, now: datetime) -> tuple[ClaimItem, Verdict]:
    """As many units of a line as can be claimed, and the verdict on them; all of them where none can."""
    verdict = _of_items(case, reason, (item,), now)
    if isinstance(verdict, NotCovered) and verdict.units_left:
        fewer = replace(item, quantity=verdict.units_left)
        of_fewer = _of_items(case, reason, (fewer,), now)
        if not isinstance(of_fewer, NotCovered):
            return fewer, of_fewer
    return item, verdict


def _of_items(case: Case, reason: Reason, items: tuple[ClaimItem, ...], now: datetime) -> Verdict:
    return decide(case, Claim(reason, items), now)


def _line(case: Case, reason: Reason, item: ClaimItem, verdict: Verdict) -> LineProtection:
    line_id, units = item.line_id, item.quantity
    match verdict:
        case Covered():
            opens_at = _open_since(case, reason, line_id)
            return LineProtection(line_id, applies=True, opens_at=opens_at, exclusion=None, units=units)
        case NotYet(opens_at, _):
            return LineProtection(line_id, applies=False, opens_at=opens_at, exclusion=None, units=units)
        case NotCovered(exclusion):
            return LineProtection(line_id, applies=False, opens_at=None, exclusion=exclusion, units=0)
        case _:
            assert_never(verdict)


def _open_since(case: Case, reason: Reason, line_id: str) -> datetime | None:
    """The moment from which a line that can be claimed now could be."""
    match COVERED[reason].needs:
        case Needs.BROKEN_PROMISE:
            return case.order.promised_by(line_id, case.policy)
        case Needs.DELIVERY:
            return case.order.delivered_at(line_id)
        case needs:
            assert_never(needs)
