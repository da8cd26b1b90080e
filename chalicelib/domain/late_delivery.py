"""A delivery in time that becomes known after a refund for not received: the seller may appeal against the refund (D5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.delivery_notice import delivered_in_time
from chalicelib.domain.events import DeliveredAfterRefund
from chalicelib.domain.guarantees import Needs

if TYPE_CHECKING:
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.dispute import Dispute


def delivery_after_refund_became_known(changes: Changes) -> None:
    """Open the seller's one appeal in every dispute whose refund the records now speak against.

    A refund is old enough to stand once the policy's days have passed. Where more lines become known as delivered before the
    seller has appealed, the time to appeal begins again. Whether the order is completed makes no difference.
    """
    policy = changes.case.policy
    for dispute in changes.case.disputes:
        if not _refunded(dispute) or changes.now > dispute.stage_since + policy.days("late_delivery"):
            continue
        shown, known = delivered_in_time(changes, dispute), dispute.late_delivery
        if known is None or (not known.appealed and not set(shown) <= set(known.line_ids)):
            until = changes.now + policy.days("late_delivery_appeal")
            if shown:
                changes.record(dispute.number, DeliveredAfterRefund(shown, until))


def _refunded(dispute: Dispute) -> bool:
    """Return whether it ended with a refund because something had not arrived, and no other came in its place."""
    broken_promise = dispute.coverage.rule.needs is Needs.BROKEN_PROMISE
    refunded = not dispute.open and not dispute.replaced and dispute.refund is not None and dispute.refund.minor > 0
    return broken_promise and refunded
