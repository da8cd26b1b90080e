"""A tracking service's webhook in the domain's terms: the parcel, its carrier's records, and what was left out (O6)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from chalicelib.domain.parcel import DESCRIPTION_AT_MOST, PLACE_AT_MOST

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from chalicelib.domain.carriers import Carrier
    from chalicelib.domain.parcel import CarrierStatus


class Dropped(StrEnum):
    """Why a webhook, or a record in it, is left out."""

    OTHER_EVENT = "other_event"
    """The webhook tells of something else than a carrier's records."""
    CHANGES_NOTHING = "changes_nothing"
    """A status that no rule asks for: announced, waiting to be picked up, expired."""
    UNKNOWN_STATUS = "unknown_status"
    NO_STATUS = "no_status"
    NO_TIME = "no_time"


@dataclass(frozen=True, slots=True, order=True)
class ToldRecord:
    """One record of a carrier as a tracking service tells it. ``exact`` is False where the time is the latest it can be."""

    occurred_at: datetime
    status: CarrierStatus
    exact: bool = True
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TrackingUpdate:
    """One webhook. ``carrier`` is None for a carrier that has no row; ``named`` is the service's name for it."""

    carrier: Carrier | None
    named: str
    tracking_number: str
    records: tuple[ToldRecord, ...]
    sent_at: datetime | None
    """The moment when the service learned of the newest of it. None if no record has a time; then ``records`` is empty."""
    destination: str = ""
    """The country to which the service says the parcel goes; empty where it names none."""
    dropped: Counter[Dropped] = field(default_factory=Counter)
    """How many records are left out, by reason."""


def in_words(description: str | None, place: str | None) -> tuple[str, ...]:
    """Return what happened and where in a carrier's own words, as a record keeps them; nothing if it used none."""
    words = _shortened(description, DESCRIPTION_AT_MOST), _shortened(place, PLACE_AT_MOST)
    return words if any(words) else ()


def _shortened(words: str | None, at_most: int) -> str:
    """Return the words on one line, with an ellipsis in place of what is beyond ``at_most`` characters."""
    line = " ".join("".join(it if it.isprintable() else " " for it in words or "").split())
    return line if len(line) <= at_most else line[: at_most - 1] + "…"


def sorted_out(told: Iterable[ToldRecord | Dropped]) -> tuple[tuple[ToldRecord, ...], Counter[Dropped]]:
    """Return the records, oldest first and each once, and the count of what is left out, by reason."""
    read = list(told)
    records = {it for it in read if isinstance(it, ToldRecord)}
    return tuple(sorted(records)), Counter(it for it in read if isinstance(it, Dropped))
