"""How disputes come under review, and what the record says of each claimed line (D4, C5)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from chalicelib.domain.dispute import ReviewDefault, Stage

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.case import Case
    from chalicelib.domain.dispute import Dispute

DAY_S = 24 * 3600


class EnteredBy(StrEnum):
    """The way in which a dispute came under review."""

    PARTY = "party"
    """The buyer or the seller asked for a mediator."""
    TIME = "time"
    """The two did not agree in time."""
    DELIVERY_OBJECTION = "delivery_objection"
    """The buyer says that what a carrier shows as delivered is not there (C5)."""
    RETURN_PROBLEM = "return_problem"
    """The two do not agree on a return."""
    APPEAL = "appeal"
    """A decision, or a refund after which a delivery became known, is appealed against (D5)."""


def entered_by(dispute: Dispute) -> EnteredBy:
    """Return how a dispute came under review the last time."""
    match dispute.review_default:
        case ReviewDefault.DECISION_STANDS:
            return EnteredBy.APPEAL
        case ReviewDefault.RECORD_STANDS:
            return EnteredBy.DELIVERY_OBJECTION
        case ReviewDefault.AGAINST_BUYER:
            return EnteredBy.RETURN_PROBLEM
        case ReviewDefault.BY_ANSWERS:
            if dispute.grant:
                return EnteredBy.RETURN_PROBLEM
            ended = {left.stage for left in dispute.left_by_clock}
            return EnteredBy.TIME if Stage.NEGOTIATING in ended else EnteredBy.PARTY


class Arrival(StrEnum):
    """The arrival of a line, measured by its promise."""

    BEFORE = "before"
    ON_THE_DAY = "on_the_day"
    AFTER = "after"
    OVERDUE = "overdue"
    """It has not arrived, and its promise has passed."""
    AWAITED = "awaited"
    """It has not arrived, and its promise has not passed."""


@dataclass(frozen=True, slots=True)
class LineRecord:
    """The record of one claimed line: when it was promised, when it came, and the whole days between the two."""

    line_id: str
    promised_by: datetime
    delivered_at: datetime | None
    arrival: Arrival
    days: int
    claimed_after_days: int | None
    """Whole days from its arrival to the opening of the dispute; None if it had not arrived then."""


def line_records(case: Case, dispute: Dispute, now: datetime) -> tuple[LineRecord, ...]:
    """Return the record of each claimed line at ``now``, by the promise that counted when the dispute was opened (C5)."""
    promised = {it.line_id: it.promised_by for it in dispute.promises}
    return tuple(
        _record(case, dispute, line_id, promised.get(line_id) or case.order.promised_by(line_id, case.policy), now)
        for line_id in dispute.claim.line_ids
    )


def _record(case: Case, dispute: Dispute, line_id: str, promised: datetime, now: datetime) -> LineRecord:
    delivered = case.order.delivered_at(line_id)
    late = ((delivered or now) - promised).total_seconds()
    days = int(abs(late) // DAY_S)
    if delivered is None:
        arrival = Arrival.OVERDUE if late >= 0 else Arrival.AWAITED
    elif days == 0 and (late <= 0 or delivered.date() == promised.date()):
        arrival = Arrival.ON_THE_DAY
    else:
        arrival, days = (Arrival.BEFORE, days) if late < 0 else (Arrival.AFTER, max(1, round(late / DAY_S)))
    since = (dispute.opened_at - delivered).days if delivered and delivered <= dispute.opened_at else None
    return LineRecord(line_id, promised, delivered, arrival, days, since)
