"""The time of a carrier's record as it is written: exact, or in doubt and then the latest that it can mean (O6).

Carriers write the local time of a place that they do not name. A day that is said without a time ends last in the zone
UTC-12. Doubt never takes a right away, so the latest time counts, and not later than when the record was known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Annotated

from pydantic import AfterValidator, Field

from chalicelib.api.models import written_as
from chalicelib.api.years import FIRST_YEAR, LAST_YEAR

LAST_ZONE = timezone(timedelta(hours=-12))
"""The zone in which every day ends last."""
_DAY = re.compile(r"\d{4}-?\d{2}-?\d{2}", re.ASCII)
_LAST_SECOND = time(23, 59, 59)


@dataclass(frozen=True, slots=True, order=True)
class CarrierTime:
    """When something happened, in UTC and to the second. ``exact`` is False where ``at`` is the latest it can be."""

    at: datetime
    exact: bool = True


def carrier_time(written: str | None, *, utc: bool = False, known_at: datetime | None = None) -> CarrierTime | None:
    """Return the time that ``written`` says in ISO 8601, or None if it says none.

    ``utc`` is the zone where none is written; otherwise that is in doubt. A time in doubt is not later than ``known_at``.
    """
    try:
        day = date.fromisoformat(written) if written and _DAY.fullmatch(written) else None
        at = datetime.combine(day, _LAST_SECOND) if day else datetime.fromisoformat(written or "")
        exact = at.tzinfo is not None or (utc and day is None)
        if at.tzinfo is None:
            at = at.replace(tzinfo=UTC if exact else LAST_ZONE)
        in_utc = at.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        return None
    if not FIRST_YEAR <= in_utc.year <= LAST_YEAR:
        return None
    if not exact and known_at:
        in_utc = min(in_utc, known_at)
    return CarrierTime(in_utc, exact)


def _says_a_time(written: str) -> str:
    if carrier_time(written) is None:
        msg = f"no such day or time between the years {FIRST_YEAR} and {LAST_YEAR}"
        raise ValueError(msg)
    return written


WrittenTime = Annotated[
    str,
    *written_as(
        r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?$",
        "a time as in 2026-03-20T12:00:00Z, or without its zone, or a day as in 2026-03-20",
    ),
    AfterValidator(_says_a_time),
    Field(
        description="ISO 8601, as exactly as the carrier says it. Without a zone, or as a day alone, it is taken as the latest "
        "that it can mean and not later than now.",
        examples=["2026-03-20T12:00:00Z", "2026-03-20"],
    ),
]
