"""Actions in a dispute. A refusal says all that an app needs to go on (D10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.api.problems import not_valid, problem_of
from chalicelib.domain import refusals as r
from chalicelib.domain.people import PARTIES, Actor, Role
from chalicelib.domain.refusals import Refusal
from chalicelib.service import disputes
from chalicelib.service.errors import VersionMismatch

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.api.call import Call
    from chalicelib.domain.commands import DisputeCommand
    from chalicelib.store.idempotency import Answer


REFUSED = (r.WRONG_STATE, r.WRONG_PARTY, r.TOO_LATE)
"""Why any action in a dispute can be refused."""
REFUSED_TEXT = (*REFUSED, r.LIMIT_REACHED)
"""Why an action that adds text or a file can be refused: a dispute holds only so many."""


def act(call: Call, dispute_id: str, command: DisputeCommand) -> Answer:
    """Take one action in a dispute. Raises a ``Problem`` with the reason and the state of the dispute now."""
    return with_standing(call, dispute_id, lambda: disputes.act(call.services, dispute_id, call.request, command))


def with_standing(call: Call, dispute_id: str, action: Callable[[], Answer]) -> Answer:
    """Carry out ``action`` in a dispute. Raises a ``Problem`` with the reason and the state of the dispute now."""
    try:
        return action()
    except (Refusal, VersionMismatch) as refused:
        problem = problem_of(refused)
        seen = disputes.get_dispute(call.services, dispute_id, call.actor)
        stands = {name: seen[name] for name in ("stage", "turn", "deadline", "current_proposal", "allowed_actions", "as_of")}
        stands |= {"dispute_id": dispute_id, "dispute_status": seen["status"], "current_version": seen["version"]}
        problem.members = stands | problem.members
        raise problem from refused


def named_party(call: Call) -> Actor | None:
    """The buyer or seller whose list the caller names, if any. Raises ``Problem`` for callers who may name nobody, or two."""
    named = [Actor(role, person_id) for role in PARTIES if (person_id := call.query[f"{role.value}_id"])]
    if len(named) > (1 if call.actor.role in (Role.PLATFORM, Role.OPERATOR) else 0):
        detail = "Only the platform and operators name whose list they want: buyer_id or seller_id."
        raise not_valid(detail, *(f"{it.role.value}_id" for it in named))
    return named[0] if named else None
