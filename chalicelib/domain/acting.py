"""Run the state machine: list what an actor may do now, do it, and say why not (D10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.domain import delivery_notice, mediation, negotiation, replacement_shipping, returns
from chalicelib.domain.commands import DisputeCommand
from chalicelib.domain.exhaustive import table
from chalicelib.domain.guards import Circumstances, too_late
from chalicelib.domain.moves import Move
from chalicelib.domain.refusals import WRONG_PARTY, WRONG_STATE, Refusal
from chalicelib.domain.stages import due_at
from chalicelib.domain.state_machine import TABLE, Action, Rule

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.case import Case
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.dispute import Dispute
    from chalicelib.domain.guards import Guard
    from chalicelib.domain.people import Actor


_ROOMS = (negotiation, delivery_notice, mediation, returns, replacement_shipping)
_DECLARED = [it for room in _ROOMS for it in vars(room).values() if isinstance(it, Move)]
MOVES: dict[Action, Move[Any]] = table(Action, {it.action: it for it in _DECLARED})
"""The move of every action."""
ACTION_OF: dict[type[DisputeCommand], Action] = {it.command: it.action for it in _DECLARED}
"""The action that each command asks for."""
if not len(_DECLARED) == len(MOVES) == len(ACTION_OF):
    raise LookupError("an action or a command has two moves")


@dataclass(frozen=True, slots=True)
class AllowedAction:
    """Something the caller may do now, and the deadline for it (D10)."""

    action: Action
    until: datetime


def allowed_actions(case: Case, dispute: Dispute, actor: Actor, now: datetime) -> tuple[AllowedAction, ...]:
    """List everything ``actor`` may do in ``dispute`` at ``now``, with the deadline that ends the chance (D10)."""
    deadline = due_at(dispute, case.policy) or (dispute.late_delivery.until if dispute.late_delivery else None)
    if deadline is None:
        return ()
    at = _circumstances(case, dispute, actor, now)
    rules = (TABLE.get((dispute.stage, action, actor.role)) for action in Action)
    return tuple(AllowedAction(rule.action, deadline) for rule in rules if rule and _stopped(rule, at) is None)


@dataclass(frozen=True, slots=True)
class BlockedAction:
    """Something that the caller's role may do in this stage, but not now: the guard that stops it, and from when it does not.

    ``opens_at`` is None where no time is known.
    """

    action: Action
    reason: str
    opens_at: datetime | None


def blocked_actions(case: Case, dispute: Dispute, actor: Actor, now: datetime) -> tuple[BlockedAction, ...]:
    """List what the stage of an open dispute lets ``actor`` do once something else has happened, or some time has passed."""
    if not dispute.open:
        return ()
    at = _circumstances(case, dispute, actor, now)
    rules = (TABLE.get((dispute.stage, action, actor.role)) for action in Action)
    stopped = ((rule, *found) for rule in rules if rule and (found := _stops(rule, at)))
    return tuple(BlockedAction(rule.action, guard.name, why.details.get("opens_at")) for rule, guard, why in stopped)


def refusal(case: Case, dispute: Dispute, action: Action, actor: Actor, now: datetime) -> Refusal | None:
    """Return the reason why ``actor`` may not take ``action`` now, or None if the table allows it."""
    rule = TABLE.get((dispute.stage, action, actor.role))
    if rule is None:
        return _not_in_table(dispute, action, actor)
    return _stopped(rule, _circumstances(case, dispute, actor, now))


def _circumstances(case: Case, dispute: Dispute, actor: Actor, now: datetime) -> Circumstances:
    terms = case.order.terms
    return Circumstances(dispute, (terms.buyer_id, terms.seller_id), case.policy, actor, now)


def _stopped(rule: Rule, at: Circumstances) -> Refusal | None:
    found = _stops(rule, at)
    return found[1] if found else None


def _stops(rule: Rule, at: Circumstances) -> tuple[Guard, Refusal] | None:
    """Return the first guard that does not hold, and its refusal."""
    return next(((guard, found) for guard in rule.guards if (found := guard.refusal(at))), None)


def _not_in_table(dispute: Dispute, action: Action, actor: Actor) -> Refusal:
    missed = (left for left in reversed(dispute.left_by_clock) if (left.stage, action, actor.role) in TABLE)
    left = next(missed, None)
    if left:
        return too_late(dispute, left.due_at)
    others = sorted({role.value for stage, known, role in TABLE if (stage, known) == (dispute.stage, action)})
    if others:
        return Refusal(WRONG_PARTY, f"Only the {' or the '.join(others)} can do this now.", stage=dispute.stage)
    return Refusal(WRONG_STATE, f"This cannot be done while a dispute is {dispute.stage.value}.", stage=dispute.stage)


def perform(changes: Changes, number: int, command: DisputeCommand, actor: Actor) -> None:
    """Take one action in a dispute. Raises ``Refusal`` and records nothing if the table or the move refuses it."""
    action = ACTION_OF[type(command)]
    refused = refusal(changes.case, changes.dispute(number), action, actor, changes.now)
    if refused:
        raise refused
    MOVES[action].effect(changes, number, command, actor)
