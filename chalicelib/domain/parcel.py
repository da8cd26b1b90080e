"""A parcel and the carrier's records of it (O4, O6)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.carriers import Carrier


class CarrierStatus(StrEnum):
    """The states of a parcel that a carrier reports."""

    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERY_ATTEMPTED = "delivery_attempted"
    EXCEPTION = "exception"
    DELIVERED = "delivered"
    RETURNED_TO_SENDER = "returned_to_sender"


_FINAL = (CarrierStatus.DELIVERED, CarrierStatus.RETURNED_TO_SENDER)


@dataclass(frozen=True, slots=True, order=True)
class CarrierRecord:
    """One record of a carrier, at the carrier's own time."""

    occurred_at: datetime
    status: CarrierStatus


@dataclass(frozen=True, slots=True)
class Parcel:
    """A shipment of some lines. Its records are a set kept sorted, so order and repetition of arrival cannot matter (O6)."""

    number: int
    carrier: Carrier
    tracking_number: str
    shipped_at: datetime
    line_ids: tuple[str, ...]
    recorded_at: datetime
    records: tuple[CarrierRecord, ...] = ()

    def is_called(self, carrier: Carrier, tracking_number: str) -> bool:
        """Return True if the carrier knows this parcel by that number."""
        return (self.carrier, self.tracking_number) == (carrier, tracking_number)

    def takes(self, record: CarrierRecord, at_most: int) -> bool:
        """Return True if ``record`` is new, and fewer than ``at_most`` of its kind (progress, or an end) are kept."""
        alike = sum((kept.status in _FINAL) == (record.status in _FINAL) for kept in self.records)
        return record not in self.records and alike < at_most

    def with_record(self, record: CarrierRecord) -> Parcel:
        """Return the parcel with one more record."""
        return replace(self, records=tuple(sorted((*self.records, record))))

    @property
    def returned_at(self) -> datetime | None:
        """The time when the parcel went back to its sender, if that is the carrier's last word; else None."""
        finals = [record for record in self.records if record.status in _FINAL]
        went_back = bool(finals) and finals[-1].status is CarrierStatus.RETURNED_TO_SENDER
        return finals[-1].occurred_at if went_back else None

    @property
    def delivered_at(self) -> datetime | None:
        """The first recorded delivery; None without one, or if a later record says that the parcel went back."""
        delivered: datetime | None = None
        for record in self.records:
            if record.status is CarrierStatus.RETURNED_TO_SENDER:
                delivered = None
            elif record.status is CarrierStatus.DELIVERED and delivered is None:
                delivered = record.occurred_at
        return delivered
