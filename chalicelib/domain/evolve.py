"""Fold events into state: the log is the truth, and the state is what it adds up to (D11, I4)."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING

from chalicelib.domain import events as e
from chalicelib.domain.case import Case
from chalicelib.domain.dispute import Dispute, LeftByClock
from chalicelib.domain.events import BrokenLog
from chalicelib.domain.evolve_dispute import on_dispute, opened
from chalicelib.domain.evolve_order import imported, on_order
from chalicelib.domain.people import Role
from chalicelib.domain.stages import due_at

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.domain.events import Event
    from chalicelib.domain.policy import PolicyBook


_FOLDED = {e.OrderImported, e.DisputeOpened, *on_order.registry, *on_dispute.registry}
if not _FOLDED.issuperset(e.PAYLOADS.values()):
    msg = f"no fold takes in {set(e.PAYLOADS.values()) - _FOLDED}"
    raise LookupError(msg)


def fold(log: Iterable[Event], policies: PolicyBook) -> Case:
    """Replay a whole log, in the order in which it was written. Raises ``BrokenLog`` for a gap or an unknown stream."""
    case = reduce(lambda case, event: evolve(case, event, policies), log, None)
    if case is None:
        msg = "an empty log has no state"
        raise BrokenLog(msg)
    return case


def evolve(case: Case | None, event: Event, policies: PolicyBook) -> Case:
    """Return the case after one more event."""
    payload = event.payload
    if case is None:
        if not isinstance(payload, e.OrderImported) or (event.stream, event.seq) != (e.ORDER, 1):
            msg = f"a log begins with order_imported, not {payload.type}"
            raise BrokenLog(msg)
        return Case(imported(payload, event), (), policies.version(payload.policy_version))
    if event.stream == e.ORDER:
        _follows(event, case.order.version)
        changed = on_order(payload, case.order, event)
        return replace(case, order=replace(changed, version=event.seq, updated_at=event.at))
    if isinstance(payload, e.DisputeOpened):
        _follows(event, 0)
        if event.stream != len(case.disputes) + 1:
            msg = f"dispute {event.stream} follows {len(case.disputes)}"
            raise BrokenLog(msg)
        return replace(case, disputes=(*case.disputes, opened(payload, event, case.order.policy_version)))
    before = case.dispute(event.stream)
    _follows(event, before.version)
    after = _stamped(case, before, on_dispute(payload, before, event), event)
    disputes = tuple(after if d.number == after.number else d for d in case.disputes)
    return replace(case, disputes=disputes)


def _follows(event: Event, version: int) -> None:
    if event.seq != version + 1:
        msg = f"event {event.seq} of stream {event.stream} follows {version}"
        raise BrokenLog(msg)


def _stamped(case: Case, before: Dispute, after: Dispute, event: Event) -> Dispute:
    """Return ``after`` with the event's number and time and, if the stage changed, its beginning and the passed deadline."""
    after = replace(after, version=event.seq, updated_at=event.at)
    if after.turn is not before.turn:
        after = replace(after, turn_since=event.at)
    if event.actor.role is Role.MEDIATOR and event.actor.id == after.mediator:
        after = replace(after, mediator_active_at=event.at)
    if after.stage is before.stage and not isinstance(event.payload, e.Appealed | e.DeliveryObjected):
        return after
    left: tuple[LeftByClock, ...] = ()
    if event.actor.role is Role.CLOCK:
        deadline = due_at(before, case.policy)
        expired = deadline is not None and deadline <= event.at
        left = (*before.left_by_clock, LeftByClock(before.stage, deadline)) if deadline and expired else before.left_by_clock
    window_since = after.window_since if isinstance(event.payload, e.AppealWithdrawn) else None
    return replace(after, stage_since=event.at, window_since=window_since, granted_until=None, left_by_clock=left)
