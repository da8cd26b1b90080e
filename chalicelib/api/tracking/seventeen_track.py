"""17TRACK's push notification (API version 2 and later): its signature, its shape, and its names for carriers and statuses.

From its documentation: the header ``sign`` is the SHA-256, in hex, of the body as it came, a slash, and the account's
key. A push repeats every event that is known. ``latest_sync_time`` is when 17TRACK last heard from the carrier; if it is
missing, a push is as old as the newest event in it.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from chalicelib.api.tracking.tracking_update import ServiceModel, ToldRecord, TrackingUpdate, moment
from chalicelib.domain.carriers import CARRIERS
from chalicelib.domain.parcel import CarrierStatus

if TYPE_CHECKING:
    from datetime import datetime

HEADER = "sign"
CODES = {code: carrier for carrier, row in CARRIERS.items() for code in row.seventeen_track}
"""17TRACK's numbers for the carriers."""
STATUSES = {
    "InTransit": CarrierStatus.IN_TRANSIT,
    "OutForDelivery": CarrierStatus.OUT_FOR_DELIVERY,
    "DeliveryFailure": CarrierStatus.DELIVERY_ATTEMPTED,
    "Exception": CarrierStatus.EXCEPTION,
    "Delivered": CarrierStatus.DELIVERED,
}
"""Statuses by the first part of a sub-status.

The others (NotFound, InfoReceived, AvailableForPickup, Expired) change nothing here.
"""
RETURNED = "Exception_Returned"


def sign(body: bytes, key: bytes) -> str:
    """Return the signature of a body."""
    return hashlib.sha256(body + b"/" + key).hexdigest()


class Event(ServiceModel):
    """One record of a carrier. Without ``time_utc``, as when 17TRACK knew no zone, it is left out."""

    time_utc: str | None = None
    time_iso: str | None = None
    sub_status: str | None = None

    @property
    def at(self) -> datetime | None:
        """The moment at which it happened."""
        return moment(self.time_utc) or moment(self.time_iso)

    def record(self) -> ToldRecord | None:
        """As the rules have it; None where it is of no use to them."""
        said = self.sub_status or ""
        status = CarrierStatus.RETURNED_TO_SENDER if said == RETURNED else STATUSES.get(said.partition("_")[0])
        at = self.at
        return ToldRecord(at, status) if at and status else None


class Provider(ServiceModel):
    """The records of one of the carriers that move a parcel."""

    latest_sync_time: str | None = None
    events: tuple[Event, ...] = ()


class Tracked(ServiceModel):
    """The records of all of them."""

    providers: tuple[Provider, ...] = ()


class TrackInfo(ServiceModel):
    """All that 17TRACK knows of a parcel."""

    tracking: Tracked = Tracked()


class Pushed(ServiceModel):
    """A parcel: its number, and the code of the carrier it was given to."""

    number: Annotated[str, Field(max_length=100)]
    carrier: Annotated[int, Field(ge=0, le=10**9)]
    track_info: TrackInfo | None = None


class SeventeenTrackWebhook(ServiceModel):
    """What 17TRACK posts when a parcel's tracking changes."""

    event: str
    data: Pushed

    def update(self) -> TrackingUpdate | None:
        """Return the update that it reports, or None for an event that is not a carrier's (tracking has stopped)."""
        if self.event != "TRACKING_UPDATED" or self.data.track_info is None:
            return None
        providers = self.data.track_info.tracking.providers
        events = [event for provider in providers for event in provider.events]
        known = tuple(sorted({record for record in (event.record() for event in events) if record}))
        synced = [at for at in (moment(it.latest_sync_time) for it in providers) if at]
        sent_at = max(synced or [event.at for event in events if event.at], default=None)
        carrier = CODES.get(self.data.carrier)
        return TrackingUpdate(carrier, str(self.data.carrier), self.data.number, known, sent_at)
