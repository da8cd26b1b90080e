"""The bodies of order, shipment and carrier requests."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from chalicelib.api.carrier_time import WrittenTime, carrier_time
from chalicelib.api.models import (
    AMOUNT_AT_MOST,
    Country,
    CurrencyInUse,
    Identifier,
    Model,
    Moment,
    MoneyIn,
    ShortText,
    text,
    written_as,
)
from chalicelib.domain import guarantees as offers
from chalicelib.domain import order as domain
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.guarantees import OFFERED_BY_SELLERS, Guarantee, Payer
from chalicelib.domain.order import ExternalStatus
from chalicelib.domain.parcel import DESCRIPTION_AT_MOST, PLACE_AT_MOST, CarrierStatus
from chalicelib.service.orders import CarrierEvent, Shipment

LINE_UNITS_AT_MOST, DAYS_AT_MOST = 10_000, 3_650
Quantity = Annotated[int, Field(ge=1, le=LINE_UNITS_AT_MOST)]
"""A number of units of one line."""
TrackingNumber = Annotated[str, StringConstraints(min_length=5, max_length=50)]


Link = Annotated[
    str,
    StringConstraints(max_length=500),
    *written_as(
        r"^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?([/?#][A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*)?$",
        "an https address such as https://shop.example/vase.jpg",
    ),
]


class Line(Model):
    """One line of an order."""

    id: Identifier
    title: ShortText
    quantity: Quantity
    unit_price: MoneyIn
    image_url: Annotated[Link | None, Field(description="A picture of what was sold, for lists.")] = None
    url: Annotated[Link | None, Field(description="A page about what was sold.")] = None

    def domain(self) -> domain.Line:
        """The line, for the domain."""
        links = self.image_url or "", self.url or ""
        return domain.Line(self.id, self.title, self.quantity, self.unit_price.domain(), *links)


class OfferedGuarantee(Model):
    """A guarantee the seller offers with the order: guaranteed_genuine, domestic_returns or extra_returns."""

    type: Guarantee
    return_postage: Payer = Payer.BUYER


class ImportOrder(Model):
    """An order as the marketplace sold it (O1). Give deliver_by or deliver_within_days, or neither (O5)."""

    buyer_id: Identifier
    seller_id: Identifier
    currency: CurrencyInUse
    lines: Annotated[tuple[Line, ...], Field(min_length=1, max_length=50)]
    shipping_fee: MoneyIn
    placed_at: Annotated[Moment | None, Field(description="When the buyer ordered; paid_at by default.")] = None
    paid_at: Moment
    paid_on_platform: bool = True
    destination_country: Country
    deliver_by: Moment | None = None
    deliver_within_days: Annotated[int, Field(ge=1, le=DAYS_AT_MOST)] | None = None
    guarantees: Annotated[tuple[OfferedGuarantee, ...], Field(max_length=len(OFFERED_BY_SELLERS))] = ()
    seller_name: Annotated[str, *text(0, 200), Field(description="The shop's public name; it shows instead of the id.")] = ""

    @model_validator(mode="after")
    def _adds_up(self) -> ImportOrder:
        if self.shipping_fee.minor + sum(it.unit_price.minor * it.quantity for it in self.lines) > AMOUNT_AT_MOST:
            msg = f"all lines and the shipping fee together are at most {AMOUNT_AT_MOST} minor units"
            raise ValueError(msg)
        return self

    def terms(self, order_id: str) -> domain.OrderTerms:
        """The terms, for the domain."""
        return domain.OrderTerms(
            order_id=order_id,
            buyer_id=self.buyer_id,
            seller_id=self.seller_id,
            currency=self.currency,
            lines=tuple(it.domain() for it in self.lines),
            shipping_fee=self.shipping_fee.domain(),
            placed_at=self.placed_at or self.paid_at,
            paid_at=self.paid_at,
            paid_on_platform=self.paid_on_platform,
            destination_country=self.destination_country,
            deliver_by=self.deliver_by,
            deliver_within_days=self.deliver_within_days,
            guarantees=tuple(offers.OfferedGuarantee(it.type, it.return_postage) for it in self.guarantees),
            seller_name=self.seller_name,
        )


class AddShipment(Model):
    """A parcel (O4). shipped_at is now by default; line_ids names the lines it carries, all by default."""

    carrier: Carrier
    tracking_number: TrackingNumber
    shipped_at: Moment | None = None
    line_ids: Annotated[tuple[Identifier, ...], Field(max_length=50)] = ()

    def shipment(self) -> Shipment:
        """The same, for the service."""
        return Shipment(self.carrier, self.tracking_number, self.shipped_at, self.line_ids)


class CarrierEventIn(Model):
    """One record of a carrier (O6)."""

    carrier: Carrier
    tracking_number: TrackingNumber
    status: CarrierStatus
    occurred_at: WrittenTime
    destination_country: Annotated[
        Country | None, Field(description="To which country the record says the parcel goes, if it does.")
    ] = None
    description: Annotated[str, *text(0, DESCRIPTION_AT_MOST), Field(description="The carrier's own words, for people.")] = ""
    place: Annotated[str, *text(0, PLACE_AT_MOST), Field(description="Where it happened, in the carrier's own words.")] = ""

    def event(self) -> CarrierEvent:
        """As the service takes it."""
        told = carrier_time(self.occurred_at)
        if told is None:
            raise AssertionError(self.occurred_at)  # the model has checked it
        return CarrierEvent(
            self.carrier,
            self.tracking_number,
            told.at,
            self.status,
            self.destination_country or "",
            told.exact,
            (self.description, self.place) if self.description or self.place else (),
        )


class CarrierEvents(Model):
    """A batch of carrier records, in any order, repeated or not (O6)."""

    events: Annotated[tuple[CarrierEventIn, ...], Field(min_length=1, max_length=100)]


class ConfirmReceipt(Model):
    """The lines that have arrived; all by default (O6)."""

    line_ids: Annotated[tuple[Identifier, ...], Field(max_length=50)] = ()


class ExtendOrder(Model):
    """A later promise, a later end of protection, or both (O8)."""

    deliver_by: Moment | None = None
    closes_at: Moment | None = None


class AnswerExtension(Model):
    """The buyer's answer to a request for a later promise (O8)."""

    accept: bool


class PutExternalDispute(Model):
    """How a chargeback or another dispute of the payment stands, and how much it is about (M3)."""

    status: ExternalStatus
    amount: MoneyIn
