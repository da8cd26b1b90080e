"""The shape of a sandbox's time."""

from __future__ import annotations

from chalicelib.api.answers import Given, Time


class ClockNow(Given):
    """A sandbox's time, and how far it is ahead of the real one."""

    now: Time
    offset_seconds: int
