"""17TRACK's push notification (API version 2 and later): its signature, its shape, and its names for carriers and statuses.

From its documentation: the header ``sign`` is the SHA-256, in hex, of the body as it came, a slash, and the account's
key. A push repeats every event that is known. ``latest_sync_time`` is when 17TRACK last heard from the carrier; if it is
missing, a push is as old as the newest event in it.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator, Field

from chalicelib.api.carrier_time import CarrierTime, carrier_time
from chalicelib.api.tracking import headers
from chalicelib.api.tracking.service_model import ServiceModel
from chalicelib.api.tracking.tracking_update import Dropped, ToldRecord, TrackingUpdate, in_words, sorted_out
from chalicelib.domain.carriers import CARRIERS
from chalicelib.domain.codes import country_of
from chalicelib.domain.parcel import CarrierStatus

if TYPE_CHECKING:
    from datetime import datetime

HEADER = headers.SEVENTEEN_TRACK
CODES = {code: carrier for carrier, row in CARRIERS.items() for code in row.seventeen_track}
"""17TRACK's numbers for the carriers."""
STATUSES = {
    "InTransit": CarrierStatus.IN_TRANSIT,
    "OutForDelivery": CarrierStatus.OUT_FOR_DELIVERY,
    "DeliveryFailure": CarrierStatus.DELIVERY_ATTEMPTED,
    "Exception": CarrierStatus.EXCEPTION,
    "Delivered": CarrierStatus.DELIVERED,
}
"""Statuses by the first part of a sub-status."""
STAGES = {
    "PickedUp": CarrierStatus.IN_TRANSIT,
    "Departure": CarrierStatus.IN_TRANSIT,
    "Arrival": CarrierStatus.IN_TRANSIT,
    "OutForDelivery": CarrierStatus.OUT_FOR_DELIVERY,
    "Delivered": CarrierStatus.DELIVERED,
    "Returning": CarrierStatus.EXCEPTION,
    "Returned": CarrierStatus.RETURNED_TO_SENDER,
}
"""Statuses by the stage of an event, which counts where it has no sub-status, as in samples of versions 2 and 2.4."""
NOTHING_NEW = frozenset({"NotFound", "InfoReceived", "AvailableForPickup", "Expired"})
"""First parts of a sub-status, and stages, that change nothing here."""
RETURNED = "Exception_Returned"


def sign(body: bytes, key: bytes) -> str:
    """Return the signature of a body."""
    return hashlib.sha256(body + b"/" + key).hexdigest()


class RawTime(ServiceModel):
    """A time as the carrier wrote it. It may have no time of the day, and no zone."""

    date: str | None = None
    time: str | None = None
    timezone: str | None = None

    @property
    def spellings(self) -> tuple[str, ...]:
        """What it says in ISO 8601, the most exact first."""
        day, at, zone = self.date or "", self.time or "", self.timezone or ""
        return (f"{day}T{at}{zone}", f"{day}T{at}", day) if at else (day,)


def _in_parts(written: object) -> object:
    """The time as an object, where it is one text."""
    return {"date": written} if isinstance(written, str) else written


class Event(ServiceModel):
    """One record of a carrier. ``time_utc`` is missing where 17TRACK knew no zone."""

    time_utc: str | None = None
    time_iso: str | None = None
    time_raw: Annotated[RawTime | None, BeforeValidator(_in_parts)] = None
    stage: str | None = None
    sub_status: str | None = None
    description: str | None = None
    location: str | None = None

    def at(self, known_at: datetime | None = None) -> CarrierTime | None:
        """When it happened: by the first of its times that says so."""
        raw = self.time_raw.spellings if self.time_raw else ()
        told = (carrier_time(it, known_at=known_at) for it in (self.time_iso, *raw))
        return carrier_time(self.time_utc, utc=True) or next((it for it in told if it), None)

    @property
    def status(self) -> CarrierStatus | Dropped:
        """What happened: by its sub-status, or else by its stage."""
        said, stage = self.sub_status or "", self.stage or ""
        if said == RETURNED:
            return CarrierStatus.RETURNED_TO_SENDER
        main = said.partition("_")[0]
        status = STATUSES.get(main) or (None if main in NOTHING_NEW else STAGES.get(stage))
        if status:
            return status
        if not said and not stage:
            return Dropped.NO_STATUS
        return Dropped.CHANGES_NOTHING if {main, stage} & NOTHING_NEW else Dropped.UNKNOWN_STATUS

    def record(self, known_at: datetime | None = None) -> ToldRecord | Dropped:
        """As the rules have it, or why it is of no use to them."""
        status, at = self.status, self.at(known_at)
        if isinstance(status, Dropped):
            return status
        return ToldRecord(at.at, status, at.exact, in_words(self.description, self.location)) if at else Dropped.NO_TIME


class Provider(ServiceModel):
    """The records of one of the carriers that move a parcel."""

    latest_sync_time: str | None = None
    events: tuple[Event, ...] = ()

    @property
    def synced_at(self) -> datetime | None:
        """When 17TRACK last heard from the carrier."""
        synced = carrier_time(self.latest_sync_time, utc=True)
        return synced.at if synced else None


class Tracked(ServiceModel):
    """The records of all of them."""

    providers: tuple[Provider, ...] = ()


class Recipient(ServiceModel):
    """The place to which a parcel goes."""

    country: str | None = None


class ShippingInfo(ServiceModel):
    """Where a parcel comes from and goes to."""

    recipient_address: Recipient | None = None


class TrackInfo(ServiceModel):
    """All that 17TRACK knows of a parcel."""

    tracking: Tracked = Tracked()
    shipping_info: ShippingInfo | None = None

    @property
    def destination(self) -> str:
        """The country of the recipient; empty where it is not told."""
        to = self.shipping_info.recipient_address if self.shipping_info else None
        return country_of((to.country if to else "") or "")


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
        info = self.data.track_info
        events = [(event, provider.synced_at) for provider in info.tracking.providers for event in provider.events]
        records, dropped = sorted_out(event.record(synced_at) for event, synced_at in events)
        synced = [at for provider in info.tracking.providers if (at := provider.synced_at)]
        sent_at = max(synced or [told.at for event, _ in events if (told := event.at())], default=None)
        carrier = CODES.get(self.data.carrier)
        return TrackingUpdate(carrier, str(self.data.carrier), self.data.number, records, sent_at, info.destination, dropped)
