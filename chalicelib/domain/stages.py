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


def window_since(dispute: Dispute) -> datetime:
    """The time from which the stage's window counts: when the stage began, or when the request was last raised (I12)."""
    return dispute.window_since or dispute.stage_since


def return_known_at(dispute: Dispute) -> datetime | None:
    """When the return's delivery became known, in a stage whose deadline counts from it; None in others, and before."""
    if STAGES[dispute.stage].window_once_delivered is None or dispute.return_parcel is None:
        return None
    return dispute.return_parcel.delivery_known_at


def _window(dispute: Dispute) -> tuple[str | None, datetime]:
    """The window that the stage runs under now, and when it began: a return or a replacement that moves on begins another."""
    rule, since = STAGES[dispute.stage], window_since(dispute)
    delivered, scanned = return_known_at(dispute), dispute.replacement_scanned_at
    if delivered is not None:
        return rule.window_once_delivered, delivered
    if rule.window_once_scanned and scanned is not None:
        return rule.window_once_scanned, max(since, scanned)
    return rule.window, since


def due_at(dispute: Dispute, policy: Policy) -> datetime | None:
    """Return the deadline: the stage's window from its beginning, or the time granted if later (D6); None once resolved.

    A return on its way is judged from when its delivery became known, a replacement from when it became known that a carrier
    has it. While the buyer may object to a delivery, only that time runs; what passed meanwhile acts when it is over (C5).
    """
    if dispute.delivery_notice:
        return dispute.delivery_notice.due_at
    return own_due_at(dispute, policy)


def own_due_at(dispute: Dispute, policy: Policy) -> datetime | None:
    """Return the stage's own deadline, which a delivery notice puts off and never shortens; None once resolved."""
    window, since = _window(dispute)
    if window is None:
        return None
    bounds = (since + policy.days(window), dispute.granted_until, dispute.held_until)
    return max(at for at in bounds if at)


def deadline_of(dispute: Dispute, policy: Policy) -> datetime:
    """Return the deadline of a dispute that is open. Raises ``ValueError`` for a resolved one."""
    deadline = due_at(dispute, policy)
    if deadline is None:
        msg = f"{dispute.id} is resolved and has no deadline"
        raise ValueError(msg)
    return deadline


def next_request_due(dispute: Dispute) -> InformationRequest | None:
    """The pending information request that lapses first (D4); only a review waits for answers."""
    if STAGES[dispute.stage].awaited is not Awaited.MEDIATOR or dispute.delivery_notice:
        return None
    pending = (request for request in dispute.requests_of_review if request.pending)
    return min(pending, key=lambda request: request.due_at, default=None)


def idle_due_at(dispute: Dispute, policy: Policy) -> datetime | None:
    """The time at which a case goes back to the queue because its mediator did nothing in it (D4); None without one.

    While the mediator waits for the answer to a question, the time does not run.
    """
    if dispute.mediator is None or STAGES[dispute.stage].awaited is not Awaited.MEDIATOR or dispute.delivery_notice:
        return None
    waited = (request.answered_at or request.due_at for request in dispute.requests_of_review if not request.carried_from)
    return max(dispute.mediator_active_at or dispute.stage_since, dispute.stage_since, *waited) + policy.days("mediator_idle")


def next_due_at(dispute: Dispute, policy: Policy) -> datetime | None:
    """Return the deadline that comes next: a question's or an idle mediator's, where it comes before the stage's."""
    deadline, request = due_at(dispute, policy), next_request_due(dispute)
    if deadline is None:
        return None
    dues = (deadline, request.due_at if request else None, idle_due_at(dispute, policy))
    return min(at for at in dues if at)
