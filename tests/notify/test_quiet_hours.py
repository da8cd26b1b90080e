"""Quiet hours, by the recipient's local time (N3)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chalicelib.notify.quiet_hours import quiet_until
from chalicelib.store.people import Profile


def until(zone: str, hours: tuple[str, str] | None, now: str) -> str | None:
    """Return the end of the quiet hours that a moment falls into, both in UTC."""
    profile = Profile("seller", "acme", time_zone=zone, quiet_hours=hours)
    end = quiet_until(profile, datetime.fromisoformat(now).replace(tzinfo=UTC))
    return end.strftime("%Y-%m-%dT%H:%M:%S") if end else None


NIGHT = ("22:00", "08:00")
CASES = {
    "before they begin": ("UTC", NIGHT, "2026-03-02T21:59:59", None),
    "as they begin": ("UTC", NIGHT, "2026-03-02T22:00:00", "2026-03-03T08:00:00"),
    "after midnight": ("UTC", NIGHT, "2026-03-03T00:30:00", "2026-03-03T08:00:00"),
    "a second before the end": ("UTC", NIGHT, "2026-03-03T07:59:59", "2026-03-03T08:00:00"),
    "at the end": ("UTC", NIGHT, "2026-03-03T08:00:00", None),
    "within a day": ("UTC", ("13:00", "15:00"), "2026-03-03T14:00:00", "2026-03-03T15:00:00"),
    "not within a day": ("UTC", ("13:00", "15:00"), "2026-03-03T16:00:00", None),
    "none": ("UTC", None, "2026-03-03T02:00:00", None),
    "hours that begin as they end": ("UTC", ("08:00", "08:00"), "2026-03-03T08:00:00", None),
    "in Shanghai": ("Asia/Shanghai", NIGHT, "2026-03-02T14:00:00", "2026-03-03T00:00:00"),
    "in New York": ("America/New_York", NIGHT, "2026-01-15T12:30:00", "2026-01-15T13:00:00"),
    "over the change to summer time": ("Europe/Madrid", NIGHT, "2026-03-28T23:00:00", "2026-03-29T06:00:00"),
    "over the change back": ("Europe/Madrid", NIGHT, "2026-10-24T22:00:00", "2026-10-25T07:00:00"),
    "an end that is skipped": ("Europe/Madrid", ("22:00", "02:30"), "2026-03-28T23:00:00", "2026-03-29T01:00:00"),
    "an end as the gap begins": ("Europe/Madrid", ("22:00", "02:00"), "2026-03-29T00:59:59", "2026-03-29T01:00:00"),
    "an end as the gap ends": ("Europe/Madrid", ("22:00", "03:00"), "2026-03-29T00:59:59", "2026-03-29T01:00:00"),
    "a day after the gap": ("Europe/Madrid", ("22:00", "02:30"), "2026-03-29T23:00:00", "2026-03-30T00:30:00"),
    "an end skipped at midnight": ("Africa/Cairo", ("22:00", "00:30"), "2026-04-23T20:30:00", "2026-04-23T22:00:00"),
    "a midnight that is skipped": ("Africa/Cairo", ("22:00", "00:00"), "2026-04-23T20:30:00", "2026-04-23T22:00:00"),
    "after a skipped midnight": ("Africa/Cairo", ("22:00", "07:00"), "2026-04-23T22:00:00", "2026-04-24T04:00:00"),
    "an end that comes twice, before the first": (
        "Europe/Madrid",
        ("22:00", "02:30"),
        "2026-10-25T00:00:00",
        "2026-10-25T00:30:00",
    ),
    "an end that comes twice, before the second": (
        "Europe/Madrid",
        ("22:00", "02:30"),
        "2026-10-25T01:10:00",
        "2026-10-25T01:30:00",
    ),
    "nowhere": ("Nowhere/Land", NIGHT, "2026-03-02T23:00:00", "2026-03-03T08:00:00"),
}


@pytest.mark.parametrize("case", CASES)
def test_quiet_hours_end_when_the_wall_says_so(case: str) -> None:
    """N3: within quiet hours there is an end, in UTC and later than now; outside there is none."""
    zone, hours, now, expected = CASES[case]
    assert expected == until(zone, hours, now)
