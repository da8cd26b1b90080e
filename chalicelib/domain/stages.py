"""A dispute in its stage: its status, the party it waits for, and the deadline that comes next (docs/state-machine.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from chalicelib.domain.dispute import Dispute, InformationRequest, Status
from chalicelib.domain.people import Role
from chalicelib.domain.state_machine import STAGES, Awaited

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.policy import Policy


def status_of(dispute: Dispute) -> Status:
    """Return the standard status, which tells clients who is waited for (docs/state-machine.md)."""
    by_turn = Status.WAITING_FOR_SELLER_RESPONSE if dispute.turn is Role.SELLER else Status.WAITING_FOR_BUYER_RESPONSE
    return STAGES[dispute.stage].status or by_turn


def awaited(dispute: Dispute) -> Role | None:
    """Return the party that has to act, or None if the stage does not wait for one party (D6)."""
    match STAGES[dispute.stage].awaited:
        case Awaited.SELLER:
            return Role.SELLER
        case Awaited.BUYER:
            return Role.BUYER
        case Awaited.WHOSE_TURN:
            return dispute.turn
        case Awaited.MEDIATOR | Awaited.EITHER_PARTY | Awaited.NOBODY:
            return None
        case other:
            assert_never(other)


def return_delivered_at(dispute: Dispute) -> datetime | None:
    """Return the return's delivery, in a stage whose deadline counts from it; None in other stages and before there is one."""
    if STAGES[dispute.stage].window_once_delivered is None or dispute.return_parcel is None:
        return None
    return dispute.return_parcel.delivered_at


def due_at(dispute: Dispute, policy: Policy) -> datetime | None:
    """Return the stage's own deadline: its beginning plus its window plus the time granted (D6); None once resolved.

    A return on its way is judged from the carrier's record of its delivery as soon as there is one.
    """
    rule, since = STAGES[dispute.stage], dispute.stage_since
    window, delivered = rule.window, return_delivered_at(dispute)
    if delivered is not None:
        window, since = rule.window_once_delivered, delivered
    return None if window is None else since + policy.days(window) + dispute.granted


def deadline_of(dispute: Dispute, policy: Policy) -> datetime:
    """Return the deadline of a dispute that is open. Raises ``ValueError`` for a resolved one."""
    deadline = due_at(dispute, policy)
    if deadline is None:
        msg = f"{dispute.id} is resolved and has no deadline"
        raise ValueError(msg)
    return deadline


def next_request_due(dispute: Dispute) -> InformationRequest | None:
    """Return the pending information request that lapses first (D4); only a review waits for answers."""
    if STAGES[dispute.stage].awaited is not Awaited.MEDIATOR:
        return None
    pending = (request for request in dispute.requests_of_review if request.pending)
    return min(pending, key=lambda request: request.due_at, default=None)


def next_due_at(dispute: Dispute, policy: Policy) -> datetime | None:
    """Return the deadline that comes next: the stage's, or an information request's if that is earlier."""
    deadline, request = due_at(dispute, policy), next_request_due(dispute)
    if deadline is None or request is None:
        return deadline
    return min(deadline, request.due_at)
