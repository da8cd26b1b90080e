"""The kinds of events: every change is one event on the timeline of an order or of a dispute (D11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from chalicelib.domain.claim import Claim, Covered
from chalicelib.domain.dispute import AcknowledgementType, Decision, Grant, InformationRequest, LinePromise, Outcome, Proposal
from chalicelib.domain.evidence import Evidence
from chalicelib.domain.guarantees import Basis
from chalicelib.domain.ledger import LedgerEntry, PaymentInstruction
from chalicelib.domain.money import Money
from chalicelib.domain.order import ExternalDispute, OrderTerms
from chalicelib.domain.parcel import CarrierRecord, Parcel
from chalicelib.domain.people import Actor, ReturnAddress, Role

ORDER = 0
"""The stream of the order itself; stream n > 0 is its nth dispute's."""


class BrokenLog(Exception):  # noqa: N818 - it names what is wrong with the log
    """An event does not follow from the ones before it."""


class Payload:
    """The content of an event, without its time and actor. ``type`` is its name on the wire."""

    __slots__ = ()
    type: ClassVar[str]


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a timeline. ``seq`` counts from 1 without gaps in its stream (I4)."""

    stream: int
    seq: int
    at: datetime
    actor: Actor
    payload: Payload


@dataclass(frozen=True, slots=True)
class OrderImported(Payload):
    type = "order_imported"
    terms: OrderTerms
    policy_version: str


@dataclass(frozen=True, slots=True)
class PaymentHeld(Payload):
    type = "payment_held"
    entry: LedgerEntry


@dataclass(frozen=True, slots=True)
class ParcelShipped(Payload):
    type = "parcel_shipped"
    parcel: Parcel


@dataclass(frozen=True, slots=True)
class CarrierReported(Payload):
    type = "carrier_reported"
    parcel: int
    records: tuple[CarrierRecord, ...]


@dataclass(frozen=True, slots=True)
class ParcelTakenBack(Payload):
    type = "parcel_taken_back"
    parcel: int


@dataclass(frozen=True, slots=True)
class ReceiptConfirmed(Payload):
    type = "receipt_confirmed"
    line_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReplacementArrived(Payload):
    type = "replacement_arrived"
    dispute: int
    line_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PromiseExtended(Payload):
    type = "promise_extended"
    line_ids: tuple[str, ...]
    until: datetime


@dataclass(frozen=True, slots=True)
class ExtensionAsked(Payload):
    type = "extension_asked"
    number: int
    until: datetime


@dataclass(frozen=True, slots=True)
class ExtensionAnswered(Payload):
    type = "extension_answered"
    number: int
    accepted: bool


@dataclass(frozen=True, slots=True)
class ProtectionExtended(Payload):
    type = "protection_extended"
    until: datetime


@dataclass(frozen=True, slots=True)
class RefundShare:
    """The part of a refund that falls on one line, and on its share of the shipping fee (C4)."""

    line_id: str
    items: Money
    shipping: Money


@dataclass(frozen=True, slots=True)
class RefundIssued(Payload):
    type = "refund_issued"
    dispute_id: str | None
    entry: LedgerEntry
    shares: tuple[RefundShare, ...]
    instruction: PaymentInstruction


@dataclass(frozen=True, slots=True)
class LineCredit:
    """How much of a refund the payer's bank has paid already, on one line (M3)."""

    line_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class RefundPostponed(Payload):
    type = "refund_postponed"
    dispute: int
    amount: Money


@dataclass(frozen=True, slots=True)
class RefundCredited(Payload):
    type = "refund_credited"
    dispute_id: str
    credits: tuple[LineCredit, ...]


@dataclass(frozen=True, slots=True)
class Charged(Payload):
    type = "charged"
    dispute_id: str | None
    entry: LedgerEntry
    instruction: PaymentInstruction


@dataclass(frozen=True, slots=True)
class ExternalDisputeReported(Payload):
    type = "external_dispute_reported"
    external: ExternalDispute
    entry: LedgerEntry | None
    shares: tuple[RefundShare, ...]


@dataclass(frozen=True, slots=True)
class OrderCompleted(Payload):
    type = "order_completed"
    entry: LedgerEntry | None
    instruction: PaymentInstruction | None


@dataclass(frozen=True, slots=True)
class PaymentSettled(Payload):
    type = "payment_settled"
    instruction_id: str
    reference: str


@dataclass(frozen=True, slots=True)
class PaymentFailed(Payload):
    type = "payment_failed"
    instruction_id: str
    failure: str
    attempts_left: int


@dataclass(frozen=True, slots=True)
class PaymentRetried(Payload):
    type = "payment_retried"
    instruction_id: str
    attempt: int


@dataclass(frozen=True, slots=True)
class PaymentRepublished(Payload):
    type = "payment_republished"
    instruction_id: str
    times: int


@dataclass(frozen=True, slots=True)
class PaymentOverdue(Payload):
    type = "payment_overdue"
    instruction_id: str


@dataclass(frozen=True, slots=True)
class DisputeOpened(Payload):
    type = "dispute_opened"
    dispute_id: str
    claim: Claim
    coverage: Covered
    promises: tuple[LinePromise, ...]
    request: Proposal
    questions: tuple[InformationRequest, ...] = ()
    """What was asked and left unanswered in withdrawn disputes about the same lines (D5)."""
    judged_by: tuple[str, ...] = ()
    """The mediators who decided earlier disputes about the same lines; they do not take this one (D5)."""
    evidence: tuple[Evidence, ...] = ()
    """The files that the buyer had sent before, and shows with the claim (N6)."""


@dataclass(frozen=True, slots=True)
class ClaimNarrowed(Payload):
    type = "claim_narrowed"
    claim: Claim
    coverage: Covered
    delivered: tuple[str, ...]
    request: Proposal | None


@dataclass(frozen=True, slots=True)
class DeliveryShown(Payload):
    type = "delivery_shown"
    line_ids: tuple[str, ...]
    objections_until: datetime


@dataclass(frozen=True, slots=True)
class DeliveryUndone(Payload):
    type = "delivery_undone"


@dataclass(frozen=True, slots=True)
class DeliveryObjected(Payload):
    type = "delivery_objected"
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class ProposalMade(Payload):
    type = "proposal_made"
    proposal: Proposal


@dataclass(frozen=True, slots=True)
class ProposalDeclined(Payload):
    type = "proposal_declined"
    proposal_id: str
    note: str


@dataclass(frozen=True, slots=True)
class ProposalAccepted(Payload):
    type = "proposal_accepted"
    proposal_id: str
    return_address: ReturnAddress | None
    return_label: str | None = None


@dataclass(frozen=True, slots=True)
class Escalated(Payload):
    type = "escalated"
    note: str


@dataclass(frozen=True, slots=True)
class TimeGranted(Payload):
    type = "time_granted"
    until: datetime
    seconds: int


@dataclass(frozen=True, slots=True)
class EvidenceAdded(Payload):
    type = "evidence_added"
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class MediatorAssigned(Payload):
    type = "mediator_assigned"
    mediator: str


@dataclass(frozen=True, slots=True)
class MediatorReleased(Payload):
    type = "mediator_released"
    mediator: str


@dataclass(frozen=True, slots=True)
class InformationRequested(Payload):
    type = "information_requested"
    request: InformationRequest


@dataclass(frozen=True, slots=True)
class InformationRequestLapsed(Payload):
    type = "information_request_lapsed"
    request_id: str


@dataclass(frozen=True, slots=True)
class DecisionMade(Payload):
    type = "decision_made"
    decision: Decision


@dataclass(frozen=True, slots=True)
class DecisionAccepted(Payload):
    type = "decision_accepted"
    decision_id: str


@dataclass(frozen=True, slots=True)
class Appealed(Payload):
    type = "appealed"
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class AppealWithdrawn(Payload):
    type = "appeal_withdrawn"


@dataclass(frozen=True, slots=True)
class AppealLapsed(Payload):
    type = "appeal_lapsed"


@dataclass(frozen=True, slots=True)
class DeliveredAfterRefund(Payload):
    type = "delivered_after_refund"
    line_ids: tuple[str, ...]
    appeal_until: datetime


@dataclass(frozen=True, slots=True)
class ReturnGranted(Payload):
    type = "return_granted"
    grant: Grant


@dataclass(frozen=True, slots=True)
class ReturnShipped(Payload):
    type = "return_shipped"
    parcel: Parcel
    receipt: str | None = None
    postage: Money | None = None


@dataclass(frozen=True, slots=True)
class ReturnDoubted(Payload):
    type = "return_doubted"


@dataclass(frozen=True, slots=True)
class ReturnCarrierReported(Payload):
    type = "return_carrier_reported"
    records: tuple[CarrierRecord, ...]


@dataclass(frozen=True, slots=True)
class ReturnAcknowledged(Payload):
    type = "return_acknowledged"
    acknowledgement: AcknowledgementType
    evidence: Evidence | None
    came: bool = True
    postage_objection: str | None = None


@dataclass(frozen=True, slots=True)
class ReplacementGranted(Payload):
    type = "replacement_granted"
    grant: Grant


@dataclass(frozen=True, slots=True)
class ReplacementShipped(Payload):
    type = "replacement_shipped"
    parcel: int


@dataclass(frozen=True, slots=True)
class ReplacementScanned(Payload):
    type = "replacement_scanned"
    parcel: int


@dataclass(frozen=True, slots=True)
class DisputeResolved(Payload):
    type = "dispute_resolved"
    outcome: Outcome
    refund: Money
    basis: Basis | None
    return_forgone: bool = False
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class WordsErased(Payload):
    type = "words_erased"
    person: Role


PAYLOADS: dict[str, type[Payload]] = {
    kind.type: kind
    for kind in tuple(vars().values())
    if isinstance(kind, type) and issubclass(kind, Payload) and kind is not Payload
}
"""Every kind of event by its name on the wire."""


def ledger_entry(payload: Payload) -> LedgerEntry | None:
    """Return the ledger entry that an event posts, or None. Every kind of event with an ``entry`` moves money (O3)."""
    entry = getattr(payload, "entry", None)
    return entry if isinstance(entry, LedgerEntry) else None
