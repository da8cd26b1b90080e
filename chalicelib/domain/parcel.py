"""A parcel, and what the carrier's records say of it (O4, O6)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from chalicelib.domain.carriers import CARRIERS, Carrier, parcel_key
from chalicelib.domain.people import Role

if TYPE_CHECKING:
    from collections.abc import Iterable


class CarrierStatus(StrEnum):
    """The status of a parcel, as a carrier reports it."""

    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERY_ATTEMPTED = "delivery_attempted"
    EXCEPTION = "exception"
    DELIVERED = "delivered"
    RETURNED_TO_SENDER = "returned_to_sender"


_FINAL = (CarrierStatus.DELIVERED, CarrierStatus.RETURNED_TO_SENDER)
_SCANS = frozenset(CarrierStatus) - {CarrierStatus.EXCEPTION}
"""The statuses that show the parcel in the carrier's hands. An exception alone does not: the parcel may never have come."""


OTHER: Final = "other"
"""The carrier of a return that goes by none of the eight, as the API writes it (O4)."""


DESCRIPTION_AT_MOST: Final = 100
PLACE_AT_MOST: Final = 60
"""How many characters of a carrier's own words a record keeps."""


@dataclass(frozen=True, slots=True, order=True)
class CarrierRecord:
    """One record of a carrier. It happened at ``occurred_at`` and became known here at ``known_at`` (O6).

    ``destination`` is the country to which the record says the parcel goes; empty where it names none. ``words`` are the
    carrier's own: what happened and where, each possibly empty, or nothing. People read them, and no rule asks for them. Two
    records that differ only in these and in ``known_at`` are the same fact.
    """

    occurred_at: datetime
    status: CarrierStatus
    known_at: datetime
    destination: str = ""
    words: tuple[str, ...] = ()

    def same_fact(self, other: CarrierRecord) -> bool:
        """Return whether both records tell of the same fact, whenever each became known."""
        mine = (self.occurred_at, self.status, self.destination)
        return mine == (other.occurred_at, other.status, other.destination)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A shipment of some lines. Its records are a set kept sorted, so order and repetition of arrival cannot matter (O6).

    ``counts_from`` and ``destination`` say which records are of this parcel: what happened earlier, or on the way to another
    country, is of another parcel that had the same number (I14). Such records are kept for people to see and decide nothing.
    """

    number: int
    carrier: Carrier | None
    """None for a carrier that is not of the eight: no service reports such a parcel. ``carrier_name`` says which (O4)."""
    tracking_number: str
    shipped_at: datetime
    line_ids: tuple[str, ...]
    recorded_at: datetime
    named_by: Role
    counts_from: datetime
    destination: str = ""
    records: tuple[CarrierRecord, ...] = ()
    withdrawn_at: datetime | None = None
    """When it was taken back by whoever had put it on record (O4)."""
    replaces: int | None = None
    """The dispute that it was sent for, if it carries a replacement (D2)."""
    carrier_name: str = ""

    def is_called(self, carrier: Carrier, tracking_number: str) -> bool:
        """Return whether the carrier knows this parcel by that canonical number. A parcel taken back is known by none.

        A number of the posts is one parcel whichever of them reports it (O4).
        """
        return self.withdrawn_at is None and self.key == parcel_key(carrier, tracking_number)

    @property
    def key(self) -> tuple[str, str] | None:
        """What identifies the parcel: the network in which its number is unique, and the number (O4).

        None for a carrier that is not of the eight: no service reports by its number.
        """
        return parcel_key(self.carrier, self.tracking_number) if self.carrier else None

    @property
    def tracking_url(self) -> str | None:
        """The address of a page for people about the parcel; None for a carrier that is not of the eight."""
        return f"{CARRIERS[self.carrier].tracking_page}{quote(self.tracking_number)}" if self.carrier else None

    def counts(self, record: CarrierRecord) -> bool:
        """Return whether ``record`` is of this parcel: it happened late enough, on the way to the right country (O6, I14)."""
        elsewhere = record.destination and self.destination and record.destination != self.destination
        return record.occurred_at >= self.counts_from and not elsewhere

    def takes(self, record: CarrierRecord, at_most: int) -> bool:
        """Return whether ``record`` is news. Repeated records are not, nor any beyond ``at_most`` of its kind.

        The kinds are progress and ends, each of records that count and of records that do not.
        """
        kind = self._kind(record)
        alike = sum(self._kind(kept) == kind for kept in self.records)
        return alike < at_most and not any(kept.same_fact(record) for kept in self.records)

    def _kind(self, record: CarrierRecord) -> tuple[bool, bool]:
        return record.status in _FINAL, self.counts(record)

    def with_records(self, records: Iterable[CarrierRecord]) -> Parcel:
        """The parcel knowing ``records`` as well."""
        return replace(self, records=tuple(sorted((*self.records, *records))))

    @property
    def last_record(self) -> CarrierRecord | None:
        """The newest record that counts."""
        return next((record for record in reversed(self.records) if self.counts(record)), None)

    @property
    def heard_of_at(self) -> datetime:
        """When the newest record that counts happened, or when the parcel was shipped."""
        return self.last_record.occurred_at if self.last_record else self.shipped_at

    @property
    def scanned_at(self) -> datetime | None:
        """When it became known here that the carrier has the parcel, or had it; None while no record that counts shows it."""
        scans = (record.known_at for record in self.records if record.status in _SCANS and self.counts(record))
        return min(scans, default=None)

    @property
    def returned_at(self) -> datetime | None:
        """When the carrier recorded that the parcel went back to its sender, if it did."""
        return self._ends_among(self.records)[1]

    @property
    def delivered_at(self) -> datetime | None:
        """When the carrier first recorded delivery, unless a record says that the parcel went back to its sender.

        A delivery after that is the sender's (O6).
        """
        return self._ends_among(self.records)[0]

    @property
    def delivery_known_at(self) -> datetime | None:
        """When the delivery became known here as it is now; None while there is none (O6)."""
        return self.changed_at if self.delivered_at else None

    @property
    def changed_at(self) -> datetime | None:
        """When what the records say of the delivery last changed here; None while they say nothing of it (O7)."""
        changed: datetime | None = None
        says: tuple[datetime | None, datetime | None] = (None, None)
        for known_at in sorted({record.known_at for record in self.records}):
            now_says = self._ends_among([record for record in self.records if record.known_at <= known_at])
            if now_says != says:
                changed, says = known_at, now_says
        return changed

    def _ends_among(self, records: Iterable[CarrierRecord]) -> tuple[datetime | None, datetime | None]:
        """When the parcel was delivered, and when it went back, by those of ``records`` that count: one of them at most."""
        ends = [record for record in records if record.status in _FINAL and self.counts(record)]
        back = next((end.occurred_at for end in ends if end.status is CarrierStatus.RETURNED_TO_SENDER), None)
        if back is not None:
            return None, back
        return next((end.occurred_at for end in ends), None), None
