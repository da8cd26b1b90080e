"""The shapes of answers that resources share, and of orders and their money.

Answers are JSON-ready before they get here, so no request pays for checking them: these models describe them
(``api.description.openapi``), and the tests hold every answer they see against them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

from chalicelib.api.models import Country, Currency, Money
from chalicelib.api.orders.requests import OfferedGuarantee
from chalicelib.domain import refusals as r
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.dispute import Stage, Status
from chalicelib.domain.events import PAYLOADS
from chalicelib.domain.guarantees import OfferType, Payer
from chalicelib.domain.ledger import InstructionStatus, Movement
from chalicelib.domain.parcel import CarrierStatus
from chalicelib.domain.people import Role
from chalicelib.service.errors import Busy
from chalicelib.store.codec import from_timestamp, timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic.fields import FieldInfo


class Given(BaseModel):
    """Base of all answers. Every member is always there, null where there is nothing to say; new ones may come."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def _as_written(at: str) -> str:
    if timestamp(from_timestamp(at)) != at:
        msg = "a time is written as in 2026-03-20T12:00:00Z"
        raise ValueError(msg)
    return at


Time = Annotated[
    str,
    AfterValidator(_as_written),
    WithJsonSchema({"type": "string", "format": "date-time", "description": "UTC, ending in Z."}),
]


def growing(words: Iterable[str], description: str) -> tuple[AfterValidator, FieldInfo]:
    """Annotations for one word of a list that may grow: described as a string, so that no client refuses a new one."""
    known = list(words)

    def check(word: str) -> str:
        if word not in known:
            msg = f"{word} is none of the words that the API's description lists"
            raise ValueError(msg)
        return word

    return AfterValidator(check), Field(json_schema_extra={"x-extensible-enum": [*known]}, description=description)


Count = Annotated[int, Field(ge=0)]
Version = Annotated[int, Field(ge=0, description="Counts the changes; If-Match takes it in quotes.")]
Cursor = Annotated[str | None, Field(description="Where the next page begins: send it as cursor. Null on the last page.")]


class CarrierRecordSeen(Given):
    """One record of a carrier, at the carrier's own time."""

    occurred_at: Time
    status: CarrierStatus


class Parcel(Given):
    """A parcel and what its carrier says of it (O4, O6)."""

    number: Count
    carrier: Carrier
    tracking_number: str
    shipped_at: Time
    line_ids: list[str]
    recorded_at: Time
    records: list[CarrierRecordSeen]
    delivered_at: Time | None


class OrderLine(Given):
    """One line of an order, when it is promised for, and what has been refunded of it."""

    id: str
    title: str
    quantity: Count
    unit_price: Money
    price: Money
    deliver_by: Time
    delivered_at: Time | None
    refunded: Money


class Escrow(Given):
    """The order's money: held + refunded + released = paid, always (O3)."""

    paid: Money
    held: Money
    refunded: Money
    released: Money


class DisputeOfOrder(Given):
    """A dispute as its order names it."""

    id: str
    status: Status
    stage: Stage


class OrderSummary(Given):
    """An order in a list."""

    id: str
    buyer_id: str
    seller_id: str
    paid_at: Time
    price: Money
    titles: list[str]
    status: Literal["in_protection", "completed"]
    completed_at: Time | None
    version: Version


class Order(OrderSummary):
    """An order in full: terms, parcels, deadlines, escrow, disputes (O1-O8)."""

    currency: Currency
    lines: list[OrderLine]
    shipping_fee: Money
    paid_on_platform: bool
    destination_country: Country
    deliver_by: Time
    guarantees: list[OfferedGuarantee]
    parcels: list[Parcel]
    closes_at: Annotated[Time, Field(description="When protection ends, unless a dispute is open then (O7).")]
    escrow: Escrow
    disputes: list[DisputeOfOrder]
    policy_version: str


class Remedy(Given):
    """Something to ask for, how much at most, and who pays to send the item back (C3)."""

    type: OfferType
    maximum: Money
    return_postage: Payer | None


class LedgerEntry(Given):
    """One movement of money and its cause; it never changes (O3)."""

    number: Count
    movement: Movement
    amount: Money
    cause: str
    at: Time
    debit: Literal["buyer", "escrow", "seller"]
    credit: Literal["buyer", "escrow", "seller"]


class PaymentInstruction(Given):
    """An order to pay, issued once under a stable id (M1, M2)."""

    id: str
    movement: Movement
    amount: Money
    payee: str
    entry: Count
    issued_at: Time
    status: InstructionStatus
    attempts: Count
    failed_at: Time | None
    failure: str | None
    reference: str | None


class Ledger(Given):
    """Every movement of an order's money, the balance they add up to, and what is to be paid out."""

    order_id: str
    balance: Escrow
    entries: list[LedgerEntry]
    payment_instructions: list[PaymentInstruction]


class Acting(Given):
    """Who acted, in which capacity. The clock acts when a deadline passes."""

    role: Role
    id: str


class TimelineEvent(Given):
    """One entry of a timeline; sequence numbers count from 1 without gaps (D11)."""

    seq: Count
    at: Time
    actor: Acting
    type: Annotated[str, *growing(sorted(PAYLOADS), "What happened. New types may come.")]
    data: Annotated[dict[str, Any], Field(description="The facts of this type of event.")]


class OrderTimeline(Given):
    """Everything that happened to an order, in order."""

    order_id: str
    events: list[TimelineEvent]


class OrderPage(Given):
    """A page of orders, newest first."""

    items: list[OrderSummary]
    cursor: Cursor


class PaymentInstructionPage(Given):
    """A page of payment instructions, newest first."""

    items: list[PaymentInstruction]
    cursor: Cursor


_FATES = ("recorded", "duplicate", "unknown_parcel", Busy.code, r.INVALID, r.INVALID_TRACKING_NUMBER)


class CarrierResult(BaseModel):
    """What became of one carrier record: a word of its own, or the code of a problem with it alone."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    status: Annotated[str, *growing(_FATES, "in_progress: send it again. The others are final; new ones may come.")]
    order_ids: list[str] = []
    detail: str = ""


class CarrierResults(Given):
    """What became of each record of a batch, in the batch's order (O6)."""

    results: list[CarrierResult]


class Health(Given):
    """The service is up."""

    status: Literal["ok"]


class ClockNow(Given):
    """A sandbox's time, and how far it is ahead of the real one."""

    now: Time
    offset_seconds: int


class Description(BaseModel):
    """An OpenAPI 3.1 document."""

    openapi: str
    info: dict[str, Any]
    paths: dict[str, Any]
    components: dict[str, Any]
