"""Reminders of what a person has to do: at half time and 24 hours before the deadline (N2)."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.todos import Todo

BEFORE_THE_END = timedelta(hours=24)
APART = timedelta(hours=1)
"""A reminder this soon after another message about the same thing says nothing new."""


class Reminder(StrEnum):
    """Which of the two it is; the name of its text."""

    HALF = "reminder_half"
    LAST = "reminder_last"


def reminders(ask: Todo) -> dict[datetime, Reminder]:
    """When to remind of ``ask``, in whole seconds. Where half time comes with the last one or after it, the last one stays."""
    half = ask.since + timedelta(seconds=int((ask.due - ask.since).total_seconds()) // 2)
    last = ask.due - BEFORE_THE_END
    times = {}
    if last - ask.since >= APART:
        times[last] = Reminder.LAST
    if half - ask.since >= APART and all(at - half >= APART for at in times):
        times[half] = Reminder.HALF
    return times


def holds(ask: Todo, at: datetime, now: datetime) -> bool:
    """Whether the reminder of ``at`` is the one to send ``now``: the newest whose time has come, before it is too late."""
    passed = [time for time in reminders(ask) if time <= now]
    return now < ask.due and bool(passed) and at == max(passed)
