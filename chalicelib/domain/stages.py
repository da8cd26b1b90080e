"""The deadline of each stage: every stage but the last has exactly one that comes next (section 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.dispute import Dispute, InformationRequest, Stage

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.people import Role
    from chalicelib.domain.policy import Policy

WINDOWS: dict[Stage, str] = {
    Stage.OPENED: "seller_answer",
    Stage.NEGOTIATING: "negotiation",
    Stage.UNDER_REVIEW: "review",
    Stage.AWAITING_RETURN: "return_shipping",
    Stage.RETURN_IN_TRANSIT: "return_lost",
    Stage.DECIDED: "appeal",
}
"""The policy's window that each stage runs under, from the moment it was entered."""


def due_at(dispute: Dispute, policy: Policy) -> datetime | None:
    """When the stage's own deadline passes: entry plus its window plus the time granted (D6); None once resolved.

    A return on its way is judged from the carrier's record of its delivery as soon as there is one.
    """
    window = WINDOWS.get(dispute.stage)
    if window is None:
        return None
    since = dispute.stage_since
    delivered = dispute.return_parcel.delivered_at if dispute.return_parcel else None
    if dispute.stage is Stage.RETURN_IN_TRANSIT and delivered is not None:
        since, window = delivered, "return_receipt"
    return since + policy.days(window) + dispute.granted


def next_request_due(dispute: Dispute) -> InformationRequest | None:
    """The pending information request that lapses first (D4); only a review waits for answers."""
    if dispute.stage is not Stage.UNDER_REVIEW:
        return None
    pending = (request for request in requests_of_review(dispute) if request.pending)
    return min(pending, key=lambda request: request.due_at, default=None)


def deadline_of(dispute: Dispute, policy: Policy) -> datetime:
    """The deadline of a dispute that is open. Raises ``ValueError`` for a resolved one."""
    deadline = due_at(dispute, policy)
    if deadline is None:
        msg = f"{dispute.id} is resolved and has no deadline"
        raise ValueError(msg)
    return deadline


def requests_of_review(dispute: Dispute) -> tuple[InformationRequest, ...]:
    """The information requests of the review that is going on; those of a review before an appeal are past."""
    return tuple(r for r in dispute.information_requests if r.asked_at >= dispute.stage_since)


def questions_to(dispute: Dispute, party: Role) -> tuple[InformationRequest, ...]:
    """The mediator's questions that wait for an answer of ``party``, the longest waiting first (D4)."""
    waiting = (r for r in requests_of_review(dispute) if r.pending and r.to is party)
    return tuple(sorted(waiting, key=lambda request: request.due_at))


def next_due_at(dispute: Dispute, policy: Policy) -> datetime | None:
    """The one deadline that comes next: an information request's, where it comes before the stage's."""
    deadline, request = due_at(dispute, policy), next_request_due(dispute)
    if deadline is None or request is None:
        return deadline
    return min(deadline, request.due_at)
