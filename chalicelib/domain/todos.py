"""What the parties have to do, and by when: the deadlines that are somebody's own (N2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain.dispute import Stage
from chalicelib.domain.people import PARTIES, Role
from chalicelib.domain.stages import due_at, requests_of_review

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.dispute import Dispute
    from chalicelib.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class Todo:
    """Something one party has to do: asked at ``since``, too late from ``due`` on."""

    role: Role
    since: datetime
    due: datetime


def todos(dispute: Dispute, policy: Policy) -> tuple[Todo, ...]:
    """What each party has to do in a dispute as it stands (N2).

    The awaited party's move, the answer to each pending information request (D4), and in the appeal window the word of
    those who have not accepted (D5). Nobody's inaction decides before the earlier of a request's time and the review's.
    """
    deadline = due_at(dispute, policy)
    if deadline is None:
        return ()
    match dispute.stage:
        case Stage.UNDER_REVIEW:
            pending = (request for request in requests_of_review(dispute) if request.pending)
            return tuple(Todo(request.to, request.asked_at, min(request.due_at, deadline)) for request in pending)
        case Stage.DECIDED:
            open_to = (party for party in PARTIES if party not in dispute.accepted_by)
            return tuple(Todo(party, dispute.stage_since, deadline) for party in open_to)
        case _ if dispute.awaited:
            return (Todo(dispute.awaited, _asked_at(dispute), deadline),)
        case _:
            return ()


def _asked_at(dispute: Dispute) -> datetime:
    """When the awaited party's move began: with the return's arrival, with the turn, or with the stage."""
    delivered = dispute.return_parcel.delivered_at if dispute.return_parcel else None
    if dispute.stage is Stage.RETURN_IN_TRANSIT and delivered is not None:
        return delivered
    if dispute.stage is Stage.NEGOTIATING and dispute.turn_since is not None:
        return dispute.turn_since
    return dispute.stage_since
