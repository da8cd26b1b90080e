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

from chalicelib.api.tracking.tracking_update import ServiceModel, ToldRecord, TrackingUpdate, moment
from chalicelib.domain.carriers import CARRIERS
from chalicelib.domain.parcel import CarrierStatus

HEADER = "aftership-hmac-sha256"
SLUGS = {slug: carrier for carrier, row in CARRIERS.items() for slug in row.aftership}
"""AfterShip's names for the carriers."""
TAGS = {
    "InTransit": CarrierStatus.IN_TRANSIT,
    "OutForDelivery": CarrierStatus.OUT_FOR_DELIVERY,
    "AttemptFail": CarrierStatus.DELIVERY_ATTEMPTED,
    "Exception": CarrierStatus.EXCEPTION,
    "Delivered": CarrierStatus.DELIVERED,
}
"""Tags that report an act of a carrier. The others (Pending, InfoReceived, AvailableForPickup, Expired) change nothing here."""
RETURNED = "Exception_011"
"""The subtag of a parcel that is back with its sender."""


def sign(body: bytes, secret: bytes) -> str:
    """Return the signature of a body."""
    return base64.b64encode(hmac.digest(secret, body, hashlib.sha256)).decode()


class Checkpoint(ServiceModel):
    """One record of a carrier. Its time has a zone only if the carrier gave one; ``created_at`` always has one."""

    checkpoint_time: str | None = None
    created_at: str | None = None
    tag: str | None = None
    subtag: str | None = None

    def record(self, told_at: datetime) -> ToldRecord | None:
        """As the rules have it; None where it is of no use to them."""
        status = CarrierStatus.RETURNED_TO_SENDER if self.subtag == RETURNED else TAGS.get(self.tag or "")
        at = moment(self.checkpoint_time, known_at=moment(self.created_at) or told_at)
        return ToldRecord(at, status) if at and status else None


class Tracking(ServiceModel):
    """A parcel and what is known of it."""

    slug: Annotated[str, Field(max_length=100)]
    tracking_number: Annotated[str, Field(max_length=100)]
    checkpoints: tuple[Checkpoint, ...] = ()


class AfterShipWebhook(ServiceModel):
    """What AfterShip posts when a parcel's tracking changes."""

    event: str
    msg: Tracking
    ts: Annotated[int, Field(ge=0, le=2**32, description="When it occurred, in seconds since 1970.")]

    def update(self) -> TrackingUpdate | None:
        """Return the update that it reports, or None for an event that is not a carrier's (a revised estimate, a reminder)."""
        if self.event != "tracking_update":
            return None
        sent_at = datetime.fromtimestamp(self.ts, UTC)
        records = (it.record(sent_at) for it in self.msg.checkpoints)
        known = tuple(sorted({record for record in records if record}))
        return TrackingUpdate(SLUGS.get(self.msg.slug), self.msg.slug, self.msg.tracking_number, known, sent_at)
