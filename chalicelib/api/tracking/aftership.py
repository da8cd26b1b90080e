"""AfterShip's tracking webhook: its signature, its shape, and its names for carriers and statuses.

From its webhook specification: ``aftership-hmac-sha256`` is the base64 of the HMAC-SHA256 of the body under the
account's webhook secret; ``ts`` is when the event occurred, in seconds; a failed delivery is sent up to 14 times, over 68
hours; ``msg.tag`` follows from the checkpoints, which every webhook repeats.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field

from chalicelib.api.carrier_time import carrier_time
from chalicelib.api.tracking import headers
from chalicelib.api.tracking.service_model import ServiceModel
from chalicelib.api.tracking.tracking_update import Dropped, ToldRecord, TrackingUpdate, in_words, sorted_out
from chalicelib.domain.carriers import CARRIERS
from chalicelib.domain.codes import country_of
from chalicelib.domain.parcel import CarrierStatus

HEADER = headers.AFTERSHIP
SLUGS = {slug: carrier for carrier, row in CARRIERS.items() for slug in row.aftership}
"""AfterShip's names for the carriers."""
TAGS = {
    "InTransit": CarrierStatus.IN_TRANSIT,
    "OutForDelivery": CarrierStatus.OUT_FOR_DELIVERY,
    "AttemptFail": CarrierStatus.DELIVERY_ATTEMPTED,
    "Exception": CarrierStatus.EXCEPTION,
    "Delivered": CarrierStatus.DELIVERED,
}
"""Tags that report an act of a carrier."""
NOTHING_NEW = frozenset({"Pending", "InfoReceived", "AvailableForPickup", "Expired"})
"""Tags that change nothing here."""
RETURNED = "Exception_011"
"""The subtag of a parcel that is back with its sender."""


def sign(body: bytes, secret: bytes) -> str:
    """Return the signature of a body."""
    return base64.b64encode(hmac.digest(secret, body, hashlib.sha256)).decode()


class Checkpoint(ServiceModel):
    """One record of a carrier. Its time has a zone only if the carrier gave one; ``created_at`` always has one.

    A carrier may give a day alone.
    """

    checkpoint_time: str | None = None
    created_at: str | None = None
    tag: str | None = None
    subtag: str | None = None
    message: str | None = None
    location: str | None = None

    def record(self, told_at: datetime) -> ToldRecord | Dropped:
        """As the rules have it, or why it is of no use to them."""
        status = CarrierStatus.RETURNED_TO_SENDER if self.subtag == RETURNED else TAGS.get(self.tag or "")
        if status is None:
            if not self.tag:
                return Dropped.NO_STATUS
            return Dropped.CHANGES_NOTHING if self.tag in NOTHING_NEW else Dropped.UNKNOWN_STATUS
        created = carrier_time(self.created_at, utc=True)
        at = carrier_time(self.checkpoint_time, known_at=created.at if created else told_at)
        return ToldRecord(at.at, status, at.exact, in_words(self.message, self.location)) if at else Dropped.NO_TIME


class Tracking(ServiceModel):
    """A parcel and what is known of it."""

    slug: Annotated[str, Field(max_length=100)]
    tracking_number: Annotated[str, Field(max_length=100)]
    checkpoints: tuple[Checkpoint, ...] = ()
    courier_destination_country_region: str | None = None
    courier_destination_country_iso3: str | None = None
    destination_country_region: str | None = None
    destination_country_iso3: str | None = None

    @property
    def destination(self) -> str:
        """The country to which it goes, by the carrier or else by who registered it; empty where neither says."""
        told = (
            self.courier_destination_country_region,
            self.courier_destination_country_iso3,
            self.destination_country_region,
            self.destination_country_iso3,
        )
        return next((country for it in told if it and (country := country_of(it))), "")


class AfterShipWebhook(ServiceModel):
    """What AfterShip posts when a parcel's tracking changes."""

    event: str
    msg: Tracking
    ts: Annotated[int, Field(ge=0, le=2**32, description="When it occurred, in seconds since 1970.")]

    def update(self) -> TrackingUpdate | None:
        """Return the update that it reports, or None for an event that is not a carrier's (a revised estimate, a reminder)."""
        if self.event != "tracking_update":
            return None
        msg, sent_at = self.msg, datetime.fromtimestamp(self.ts, UTC)
        records, dropped = sorted_out(it.record(sent_at) for it in msg.checkpoints)
        carrier = SLUGS.get(msg.slug)
        return TrackingUpdate(carrier, msg.slug, msg.tracking_number, records, sent_at, msg.destination, dropped)
