"""Finds the end of a person's quiet hours, by their local time (N3)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from chalicelib.store.people import Profile

MINUTE = timedelta(minutes=1)


def quiet_until(profile: Profile, now: datetime) -> datetime | None:
    """Return the end, in UTC, of the quiet hours that ``now`` falls into; None outside them.

    Quiet hours begin and end by local time, over midnight too. If the clocks go forward over the end, the end of the gap
    counts. If they go back over it, the first occurrence that is still ahead counts.
    """
    if profile.quiet_hours is None:
        return None
    begins, ends = (time.fromisoformat(at) for at in profile.quiet_hours)
    zone = _zone(profile.time_zone)
    local = now.astimezone(zone)
    clock = local.time().replace(tzinfo=None, fold=0)
    over_midnight = ends < begins
    if not (begins <= clock or clock < ends if over_midnight else begins <= clock < ends):
        return None
    day = local.date() + timedelta(days=1 if over_midnight and begins <= clock else 0)
    end = datetime.combine(day, ends, tzinfo=zone)
    while _skipped(end):
        end += MINUTE
    twice = (end.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return next((at for at in twice if at > now), None)


def _skipped(wall: datetime) -> bool:
    """Return whether the change to summer time leaves that local time out."""
    shown = wall.astimezone(UTC).astimezone(wall.tzinfo)
    return shown.replace(tzinfo=None) != wall.replace(tzinfo=None)


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # no such zone; not a name; a folder of zones
        return UTC
