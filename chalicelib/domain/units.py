"""Count which units of a line a claim can still be about: units are alike, and each is settled once for a reason (C2, C3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.guarantees import COVERED, Basis, Finding, Needs, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.domain.case import Case
    from chalicelib.domain.dispute import Dispute


def units_left(case: Case, reason: Reason, line_id: str) -> int:
    """Return how many units of a line can be claimed for ``reason``, as far as other disputes go.

    The units of disputes for the same reason are different ones, and so are those of all open disputes. A unit that was
    settled for one reason may be in dispute for another. A seller's appeal against a refund is about that refund alone: its
    units may be claimed for another reason meanwhile, so that the appeal takes no time from the buyer (I13).
    """
    same = [it for it in case.disputes if settles(it, reason) or (it.open and it.coverage.reason is reason)]
    running = [it for it in case.open_disputes if not it.refund_appealed]
    return max(0, min(_left(case, line_id, same), _left(case, line_id, running)))


def units_not_settled(case: Case, reason: Reason, line_id: str) -> int:
    """Return how many units of a line no dispute has settled for ``reason`` (C2, ``already_settled``)."""
    return _left(case, line_id, (it for it in case.disputes if settles(it, reason)))


def units_not_proved(case: Case, reason: Reason, line_id: str) -> int:
    """Return how many units of a line no mediator has found to be as described (C2, ``seller_proved_as_described``)."""
    return _left(case, line_id, (it for it in case.disputes if _proves(it, reason)))


def units_not_replaced(case: Case, line_id: str) -> int:
    """Return how many units of a line no replacement has arrived for after the first had not come (D2)."""
    missed = (it for it in case.disputes if it.replaced and it.coverage.rule.needs is Needs.BROKEN_PROMISE)
    return _left(case, line_id, missed)


def settles(dispute: Dispute, reason: Reason) -> bool:
    """Return whether the end of a dispute settles its units for ``reason``: whatever ended it, but a withdrawal.

    One that closed because the carrier showed a delivery settles nothing: coverage looks at the record itself. One whose
    replacement has arrived settles nothing either: its units are covered as before (D2).
    """
    ended = dispute.concluded and not dispute.replaced and dispute.basis is not Basis.CARRIER_SHOWS_DELIVERED
    return (ended and dispute.coverage.reason is reason) or _proves(dispute, reason)


def _proves(dispute: Dispute, reason: Reason) -> bool:
    """Return whether a mediator found in it that the units are as described, where that excludes claims for ``reason``."""
    proved = Finding.SELLER_PROVED_AS_DESCRIBED
    found = dispute.decision is not None and dispute.decision.finding is proved
    return found and dispute.concluded and proved in COVERED[reason].findings


def _left(case: Case, line_id: str, disputes: Iterable[Dispute]) -> int:
    taken = sum(item.quantity for dispute in disputes for item in dispute.claim.items if item.line_id == line_id)
    return case.order.line(line_id).quantity - taken
