"""Acting in a dispute: done, or refused with all that an app needs to go on (D10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.api.problems import problem_of
from chalicelib.domain.dispute import Status
from chalicelib.domain.refusals import LIMIT_REACHED, Refusal
from chalicelib.service import disputes
from chalicelib.service.errors import VersionMismatch
from chalicelib.service.execute import replayed
from chalicelib.store.errors import AlreadyAnswered
from chalicelib.store.lists import PAGE_AT_MOST

if TYPE_CHECKING:
    from chalicelib.api.endpoint import Call
    from chalicelib.domain.claim import Claim
    from chalicelib.domain.commands import DisputeCommand
    from chalicelib.domain.opening import Request
    from chalicelib.store.errors import Answer

OPEN_DISPUTES_AT_MOST = 50
"""Disputes that one buyer may have open at once, over all orders: far more than anybody needs, and a bound on abuse."""
_PAGES_COUNTED = 5


def act(call: Call, dispute_id: str, command: DisputeCommand) -> Answer:
    """Take one action in a dispute. Raises a ``Problem`` that says, beside why not, where the dispute stands now."""
    try:
        return disputes.act(call.services, dispute_id, call.request, command)
    except (Refusal, VersionMismatch) as refused:
        problem = problem_of(refused)
        seen = disputes.get_dispute(call.services, dispute_id, call.actor)
        stands = {name: seen[name] for name in ("stage", "turn", "deadline", "current_proposal", "allowed_actions")}
        stands |= {"dispute_id": dispute_id, "dispute_status": seen["status"], "current_version": seen["version"]}
        problem.members = stands | problem.members
        raise problem from refused


def open_dispute(call: Call, order_id: str, claim: Claim, asked: Request) -> Answer:
    """Open a dispute. Raises ``Refusal(limit_reached)`` for a buyer with too many open ones.

    They are counted from the buyer's list, which may lag: the limit holds back abuse, no rule depends on its being exact.
    """
    if _open_disputes(call) >= OPEN_DISPUTES_AT_MOST:
        try:  # the request that reached the limit, sent again, gets its first answer
            call.services.cases.check_new(call.expect_once(), int(call.services.epoch()))
        except AlreadyAnswered as first:
            return replayed(first, call.once)
        msg = f"You have {OPEN_DISPUTES_AT_MOST} disputes open. Another can be opened once one of them has ended."
        raise Refusal(LIMIT_REACHED, msg, limit=OPEN_DISPUTES_AT_MOST)
    return disputes.open_dispute(call.services, order_id, call.request, claim, asked)


def _open_disputes(call: Call) -> int:
    """How many of the buyer's disputes are open, as far as one request looks through them."""
    still_open, cursor = 0, None
    for _ in range(_PAGES_COUNTED):
        page = disputes.list_disputes(call.services, call.actor, None, PAGE_AT_MOST, cursor)
        still_open += sum(it["status"] != Status.RESOLVED for it in page["items"])
        cursor = page["cursor"]
        if cursor is None or still_open >= OPEN_DISPUTES_AT_MOST:
            break
    return still_open
