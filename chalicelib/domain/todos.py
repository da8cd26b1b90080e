"""The to-dos of each party, and of the mediator, with their deadlines, and the evidence that is missing (N2, N6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from chalicelib.domain.evidence import FILES_OF, EvidenceType
from chalicelib.domain.people import PARTIES, Role
from chalicelib.domain.stages import awaited, due_at, return_known_at, window_since
from chalicelib.domain.state_machine import STAGES, Awaited, Task

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.dispute import Dispute
    from chalicelib.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class Todo:
    """Something one side has to do: asked at ``since``, too late from ``due`` on."""

    role: Role
    task: Task
    since: datetime
    due: datetime


def todos(dispute: Dispute, policy: Policy) -> tuple[Todo, ...]:
    """Return the to-dos of each party in a dispute (N2).

    The awaited party's move, the answer to each pending information request (D4), and in the appeal window the word of
    those who have not accepted (D5). Nobody's inaction decides before the earlier of a request's time and the review's.
    While the buyer may object to a delivery, nothing else is to be done (C5).
    """
    deadline, stage = due_at(dispute, policy), STAGES[dispute.stage]
    on_its_way = stage.window_once_scanned and dispute.replacement_scanned_at
    if deadline is None or stage.task is None or on_its_way:  # a replacement that is on its way asks nothing of anybody
        return ()
    if dispute.delivery_notice:
        notice = dispute.delivery_notice
        return (Todo(Role.BUYER, Task.OBJECT_TO_DELIVERY, notice.since, notice.due_at),)
    match stage.awaited:
        case Awaited.SELLER | Awaited.BUYER | Awaited.WHOSE_TURN:
            party = awaited(dispute)
            return (Todo(party, stage.task, _asked_at(dispute), deadline),) if party else ()
        case Awaited.MEDIATOR:
            pending = (request for request in dispute.requests_of_review if request.pending)
            return tuple(Todo(it.to, Task.ANSWER_QUESTION, it.asked_at, min(it.due_at, deadline)) for it in pending)
        case Awaited.EITHER_PARTY:
            open_to = (party for party in PARTIES if party not in dispute.accepted_by)
            return tuple(Todo(party, stage.task, dispute.stage_since, deadline) for party in open_to)
        case Awaited.NOBODY:
            return ()
        case other:
            assert_never(other)


def asked(dispute: Dispute, policy: Policy) -> tuple[Todo, ...]:
    """Return everything that is asked of anybody in a dispute: the to-dos of the parties, and a review's decision (D6, N2)."""
    stage, deadline = STAGES[dispute.stage], due_at(dispute, policy)
    if stage.awaited is not Awaited.MEDIATOR or stage.task is None or deadline is None or dispute.delivery_notice:
        return todos(dispute, policy)
    return (*todos(dispute, policy), Todo(Role.MEDIATOR, stage.task, dispute.stage_since, deadline))


def _asked_at(dispute: Dispute) -> datetime:
    """The time when the awaited party's move began: with the return's arrival, with the turn, or with the stage."""
    delivered = return_known_at(dispute)
    if delivered is not None:
        return delivered
    if STAGES[dispute.stage].awaited is Awaited.WHOSE_TURN and dispute.turn_since is not None:
        return dispute.turn_since
    return window_since(dispute)


def missing_evidence(dispute: Dispute, policy: Policy) -> dict[Role, tuple[EvidenceType, ...]]:
    """Return the required evidence that each party has not given yet; nothing once the dispute is resolved (N6).

    Photos, videos and documents count only as files.
    """
    wanted = policy.evidence_for(dispute.coverage.reason)
    if not dispute.open:
        return dict.fromkeys(PARTIES, ())
    shown = {(piece.by, piece.type) for piece in dispute.evidence if piece.file or piece.type not in FILES_OF}
    return {party: tuple(it for it in wanted[party].required if (party, it) not in shown) for party in PARTIES}
