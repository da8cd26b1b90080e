"""Relates events to what a party has to do: which event asked for it, whether it is still open, when to remind (N2, N3).

``domain.todos`` lists what there is to do in a dispute as it stands.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from chalicelib.domain import events as e
from chalicelib.domain.dispute import Stage
from chalicelib.domain.stages import due_at
from chalicelib.domain.todos import todos

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.dispute import Dispute
    from chalicelib.domain.people import Role
    from chalicelib.domain.policy import Policy, PolicyBook
    from chalicelib.domain.todos import Todo
    from chalicelib.notify.event_in_context import EventInContext

BEFORE_THE_END = timedelta(hours=24)
APART = timedelta(hours=1)
"""A reminder that comes this soon after another message about the same todo is left out."""


class Reminder(StrEnum):
    """The two reminders of a todo; each value is the name of a text."""

    HALF = "reminder_half"
    LAST = "reminder_last"


def reminder_times(todo: Todo) -> dict[datetime, Reminder]:
    """Return when to remind of ``todo``: at half time and 24 hours before the deadline, in whole seconds (N2).

    Where half time comes less than an hour before the last reminder, or after it, only the last one stays.
    """
    half = todo.since + timedelta(seconds=int((todo.due - todo.since).total_seconds()) // 2)
    last = todo.due - BEFORE_THE_END
    times = {}
    if last - todo.since >= APART:
        times[last] = Reminder.LAST
    if half - todo.since >= APART and all(at - half >= APART for at in times):
        times[half] = Reminder.HALF
    return times


def is_reminder_to_send(todo: Todo, at: datetime, now: datetime) -> bool:
    """Return whether the reminder of ``at`` is the one to send ``now``: the last whose time has come, before the deadline."""
    passed = [time for time in reminder_times(todo) if time <= now]
    return now < todo.due and bool(passed) and at == max(passed)


def todos_of(role: Role, dispute: Dispute, policy: Policy) -> list[Todo]:
    """Return all that a party has to do in a dispute as it stands."""
    return [todo for todo in todos(dispute, policy) if todo.role is role]


def todo_begun_by(it: EventInContext, role: Role, policy: Policy) -> Todo | None:
    """Return the todo that began with an event. None where it began nothing for that party, or where that is done."""
    if it.dispute is None:
        return None
    if it.dispute.stage is Stage.UNDER_REVIEW and not isinstance(it.event.payload, e.InformationRequested):
        return None  # a question asked in the same second is a different matter
    return next((todo for todo in todos_of(role, it.dispute, policy) if todo.since == it.event.at), None)


def still_to_do(it: EventInContext, role: Role, now: Dispute, policy: Policy) -> bool:
    """Return whether a party still has to do what an event asked, in the dispute as it is ``now``.

    A proposal asks as long as it is on the table and the party has not accepted it. What gives nobody a deadline of their
    own, such as a mediator's proposal, asks as long as the stage lasts.
    """
    proposal = _proposal_of(it)
    if proposal and (now.on_table != proposal or role in now.accepted_by):
        return False
    begun = todo_begun_by(it, role, policy)
    if begun is None:
        return now.stage_since == it.the_dispute.stage_since
    return any(todo.since == begun.since for todo in todos_of(role, now, policy))


def stage_deadline(it: EventInContext, policies: PolicyBook) -> datetime | None:
    """Return the deadline of the stage that an event left its dispute in, by the policy the dispute is judged by (C6)."""
    return due_at(it.dispute, policies.version(it.dispute.policy_version)) if it.dispute else None


def due_for(role: Role, it: EventInContext, policies: PolicyBook) -> datetime | None:
    """Return by when a party has to do what an event asked: the todo's own deadline, else the stage's."""
    begun = todo_begun_by(it, role, policies.version(it.dispute.policy_version)) if it.dispute else None
    return begun.due if begun else stage_deadline(it, policies)


def _proposal_of(it: EventInContext) -> str | None:
    """Return the id of the proposal that an event asks to answer."""
    match it.event.payload:
        case e.ProposalMade(proposal=proposal):
            return proposal.id
        case e.ProposalAccepted(proposal_id=accepted):
            return accepted
        case _:
            return None
