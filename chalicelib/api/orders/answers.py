"""The shapes of orders, of their money and of their protection as callers see them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from chalicelib.api.answers import AsOf, Count, Cursor, Given, Money, Time, TimelineEvent, Version, growing
from chalicelib.api.evidence.answers import EvidenceAsked
from chalicelib.api.models import Country, Currency
from chalicelib.api.orders.requests import OfferedGuarantee
from chalicelib.api.payments.answers import PaymentInstruction
from chalicelib.domain import refusals as r
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.dispute import Stage, Status
from chalicelib.domain.evidence import ContentType, EvidenceType
from chalicelib.domain.exclusions import Exclusion
from chalicelib.domain.guarantees import Guarantee, OfferType, Payer, Reason
from chalicelib.domain.ledger import Movement
from chalicelib.domain.order import ExternalStatus
from chalicelib.domain.parcel import CarrierStatus
from chalicelib.domain.people import Role
from chalicelib.domain.state_machine import Task
from chalicelib.service.errors import Busy

TrackingUrl = Annotated[str | None, Field(description="A page for people about the parcel; null for carrier other.")]


class CarrierRecordSeen(Given):
    """One record of a carrier: when it happened, and when it became known here (O6)."""

    occurred_at: Time
    status: CarrierStatus
    known_at: Time
    destination: Annotated[str, Field(description="The country that the record names; empty where it names none.")]
    description: Annotated[str, Field(description="The carrier's own words, of the order's first 20 records; else empty.")]
    place: Annotated[str, Field(description="Where it happened, in the carrier's own words; empty where it gave none.")]
    counts: Annotated[bool, Field(description="False for a record of another parcel with this number: it decides nothing.")]


class Parcel(Given):
    """A parcel and its carrier's records (O4, O6)."""

    number: Count
    carrier: Annotated[Carrier | Literal["other"], Field(description="other: a return's only; carrier_name says which.")]
    carrier_name: str
    tracking_number: str
    tracking_url: TrackingUrl
    shipped_at: Time
    line_ids: list[str]
    recorded_at: Time
    named_by: Role
    counts_from: Annotated[Time, Field(description="Older records are of another parcel that had this number.")]
    destination: Annotated[str, Field(description="Records that name another country decide nothing.")]
    records: list[CarrierRecordSeen]
    withdrawn_at: Annotated[Time | None, Field(description="When it was taken back.")]
    scanned_at: Annotated[Time | None, Field(description="When it became known here that the carrier has it.")]
    delivered_at: Time | None
    returned_at: Annotated[Time | None, Field(description="When it went back to its sender.")]
    replaces: Annotated[Count | None, Field(description="The number of the dispute whose replacement it carries (D2).")]


class LineInBrief(Given):
    """One line of an order in a list."""

    id: str
    title: str
    quantity: Count
    image_url: Annotated[str | None, Field(description="An https address of a picture.")]
    url: Annotated[str | None, Field(description="An https address of a page about it.")]


class OrderLine(LineInBrief):
    """One line of an order, when it is promised for, and what has been refunded of it."""

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


class Asked(Given):
    """Something that a dispute waits for: of whom, what, and by when (D6, N2)."""

    of: Role
    what: Annotated[str, *growing(Task, "decide is the mediator's. New ones may come.")]
    until: Time


class DisputeOfOrder(Given):
    """How a dispute stands, as its order names it."""

    id: str
    status: Status
    stage: Stage
    deadline: Annotated[Time | None, Field(description="The one that comes next, whoever's it is; null once resolved.")]
    asked: Annotated[list[Asked], Field(description="All that it waits for. A mediator's questions have their own time.")]


class ExtensionRequest(Given):
    """The seller's request for a later promise than the rules allow without the buyer's consent (O8)."""

    number: Count
    until: Time
    asked_at: Time
    accepted: Annotated[bool | None, Field(description="Null while unanswered: a no once the promise has passed.")]


class ExternalDispute(Given):
    """How a dispute of the payment stands at the buyer's bank or payment provider (M3)."""

    status: ExternalStatus
    amount: Money
    reported_at: Time


class ChargeMade(Given):
    """What a side was charged beyond what was held (M4)."""

    payer: Annotated[str, Field(description="buyer or seller.")]
    amount: Money


class ParcelInBrief(Given):
    """The parcel of which a carrier was last heard."""

    number: Count
    carrier: Annotated[Carrier | Literal["other"], Field(description="other: a return's only.")]
    tracking_url: TrackingUrl
    status: Annotated[CarrierStatus | None, Field(description="Its newest record; null while there is none.")]
    at: Annotated[Time, Field(description="When that record happened; when it was shipped while there is none.")]


class OrderInBrief(Given):
    """The terms of an order in brief, and its times."""

    id: str
    buyer_id: str
    seller_id: str
    seller_name: Annotated[str | None, Field(description="The shop's public name, if the marketplace gave one.")]
    placed_at: Time
    paid_at: Time
    price: Money
    titles: list[str]
    status: Literal["in_protection", "completed"]
    completed_at: Time | None
    deliver_by: Annotated[Time, Field(description="The last promise of its lines.")]
    delivered_at: Annotated[Time | None, Field(description="The arrival of its last line; null while one is missing.")]
    closes_at: Annotated[Time, Field(description="When protection ends, unless a dispute is open then (O7).")]
    version: Version


class OrderSummary(OrderInBrief):
    """An order in a list, with all that a screen shows of it."""

    lines: list[LineInBrief]
    parcel: ParcelInBrief | None
    open_disputes: Annotated[list[DisputeOfOrder], Field(description="In the order in which they were opened.")]
    refunded: Money
    unread: Annotated[Count | None, Field(description="Messages new to the caller; null to whom is not in the thread.")]


class Order(OrderInBrief):
    """An order in full: terms, parcels, deadlines, escrow, disputes (O1-O8)."""

    currency: Currency
    lines: list[OrderLine]
    shipping_fee: Money
    paid_on_platform: bool
    destination_country: Country
    guarantees: list[OfferedGuarantee]
    parcels: list[Parcel]
    extensions: list[ExtensionRequest]
    escrow: Escrow
    external_dispute: ExternalDispute | None
    charges: list[ChargeMade]
    disputes: list[DisputeOfOrder]
    policy_version: str
    as_of: AsOf


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
    debit: Literal["buyer", "escrow", "seller", "marketplace"]
    credit: Literal["buyer", "escrow", "seller", "marketplace"]


class Ledger(Given):
    """Every movement of an order's money, the balance they add up to, and what is to be paid out."""

    order_id: str
    balance: Escrow
    entries: list[LedgerEntry]
    payment_instructions: list[PaymentInstruction]


class OrderTimeline(Given):
    """Everything that happened to an order, in order."""

    order_id: str
    as_of: AsOf
    events: list[TimelineEvent]


class OrderPage(Given):
    """A page of orders, newest first."""

    items: list[OrderSummary]
    cursor: Cursor
    as_of: AsOf


class LineProtection(Given):
    """One guarantee for one line."""

    line_id: str
    applies: bool
    opens_at: Time | None
    exclusion: Exclusion | None
    units: Annotated[int, Field(ge=0, description="How many of the line can be claimed, now or later.")]


class GuaranteeNow(Given):
    """One guarantee: if it can be claimed now, its remedies, and otherwise its opening or the reason against it (O9)."""

    guarantee: Guarantee
    reason: Reason
    offered: bool
    applies: bool
    opens_at: Time | None
    closes_at: Time
    remedies: list[Remedy]
    lines: list[LineProtection]
    exclusion: Exclusion | None
    explanation: str
    evidence: EvidenceAsked


class Protection(Given):
    """The answer to "What guarantees can I get?" (O9)."""

    order_id: str
    as_of: AsOf
    closes_at: Time
    completed: bool
    policy_version: str
    guarantees: list[GuaranteeNow]


class FileTaken(Given):
    """A content that a file can have, and how large it can be (N6)."""

    content_type: ContentType
    bytes_at_most: Count


class EvidenceTaken(Given):
    """A type of evidence, and the contents that a file of it can have (N6)."""

    type: EvidenceType
    content_types: list[ContentType]


class PolicyLimits(Given):
    """The windows and limits of one version of the policy; a published version never changes (C6)."""

    version: str
    in_force_from: Time
    days: Annotated[dict[str, int], Field(description="Windows in days of 24 hours, by name; new ones may come.")]
    limits: Annotated[dict[str, int], Field(description="Numbers that are taken at most, by name; new ones may come.")]
    files: list[FileTaken]
    evidence_types: list[EvidenceTaken]
    carrier_days: Annotated[dict[str, int], Field(description="The promise where the seller made none, by carrier (O5).")]


class PolicyList(Given):
    """Every version of the policy, the first in force first."""

    items: list[PolicyLimits]


_FATES = ("recorded", "duplicate", "unknown_parcel", Busy.code, r.INVALID, r.INVALID_TRACKING_NUMBER)


class CarrierResult(BaseModel):
    """The result of one carrier record: a status, or the code of the problem that it had."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    status: Annotated[str, *growing(_FATES, "in_progress: send it again. The others are final; new ones may come.")]
    order_ids: list[str] = []
    detail: str = ""


class CarrierResults(Given):
    """The result of each record of a batch, in the batch's order (O6)."""

    results: list[CarrierResult]


_REASONS = ("other_event", "changes_nothing", "unknown_status", "no_status", "no_time")


class LeftOut(Given):
    """How many records of a webhook were left out for one reason."""

    reason: Annotated[str, *growing(_REASONS, "New ones may come.")]
    count: Count


class WebhookResults(Given):
    """The result of each record of a webhook, oldest first, and what was left out of it (O6)."""

    results: list[CarrierResult]
    dropped: list[LeftOut]
