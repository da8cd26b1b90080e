"""A tracking service's webhook in the domain's terms: the parcel, and its carrier's records (O6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from chalicelib.api.models import FIRST_YEAR, LAST_YEAR

if TYPE_CHECKING:
    from chalicelib.domain.carriers import Carrier
    from chalicelib.domain.parcel import CarrierStatus


class ServiceModel(BaseModel):
    """Base of the models of what a tracking service sends. Members that are not read here are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)


@dataclass(frozen=True, slots=True, order=True)
class ToldRecord:
    """One record of a carrier as a tracking service tells it."""

    occurred_at: datetime
    status: CarrierStatus


@dataclass(frozen=True, slots=True)
class TrackingUpdate:
    """One webhook. ``carrier`` is None for a carrier that has no row; ``named`` is the service's name for it."""

    carrier: Carrier | None
    named: str
    tracking_number: str
    records: tuple[ToldRecord, ...]
    sent_at: datetime | None
    """The moment when the service learned of the newest of it. None if no record has a time; then ``records`` is empty."""


def moment(written: str | None, *, known_at: datetime | None = None) -> datetime | None:
    """Return the moment that ``written`` names in ISO 8601, to the second, or None if it names none.

    A time without a zone is read as UTC. It was the carrier's local time, which may run ahead of UTC.
    So it is cut to ``known_at``, the moment when the service knew of it.
    """
    try:
        at = datetime.fromisoformat(written or "")
    except ValueError:
        return None
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
        at = min(at, known_at) if known_at else at
    return at.astimezone(UTC).replace(microsecond=0)
