"""The state of a dispute: its stage, its proposals, evidence and decisions, and its outcome (docs/state-machine.md)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.claim import Claim, Covered
from chalicelib.domain.evidence import Evidence
from chalicelib.domain.guarantees import Basis, Finding, OfferType, Payer
from chalicelib.domain.money import Money
from chalicelib.domain.parcel import Parcel
from chalicelib.domain.people import ReturnAddress, Role


class Stage(StrEnum):
    """The stage of a dispute (docs/state-machine.md)."""

    OPENED = "opened"
    NEGOTIATING = "negotiating"
    UNDER_REVIEW = "under_review"
    AWAITING_RETURN = "awaiting_return"
    RETURN_IN_TRANSIT = "return_in_transit"
    AWAITING_REPLACEMENT = "awaiting_replacement"
    DECIDED = "decided"
    RESOLVED = "resolved"


class Status(StrEnum):
    """The standard status that clients see, computed from stage and turn (docs/state-machine.md)."""

    WAITING_FOR_SELLER_RESPONSE = "waiting_for_seller_response"
    WAITING_FOR_BUYER_RESPONSE = "waiting_for_buyer_response"
    UNDER_REVIEW = "under_review"
    RESOLVED = "resolved"


class Outcome(StrEnum):
    """The way in which a dispute ended (D8)."""

    RESOLVED_BUYER_FAVOUR = "resolved_buyer_favour"
    RESOLVED_SELLER_FAVOUR = "resolved_seller_favour"
    RESOLVED_WITH_AGREEMENT = "resolved_with_agreement"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class AcknowledgementType(StrEnum):
    """The seller's word on a returned parcel."""

    ITEM_RECEIVED = "item_received"
    ITEM_NOT_RECEIVED = "item_not_received"
    DAMAGED = "damaged"
    EMPTY_PACKAGE_OR_DIFFERENT = "empty_package_or_different"
    MISSING_ITEMS = "missing_items"


class ReviewDefault(StrEnum):
    """The result of a review that nobody decides in time (section 4, under_review)."""

    BY_ANSWERS = "by_answers"
    """Against the party that left a question, or what the policy requires as evidence, unanswered; else for the buyer."""
    DECISION_STANDS = "decision_stands"
    """The decision or the refund that was appealed against stands (I15)."""
    RECORD_STANDS = "record_stands"
    """The carrier's record stands to which the buyer objected (C5)."""
    AGAINST_BUYER = "against_buyer"
    """Nothing is refunded: no carrier has ever had the return."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """An offer that one side, or the mediator, puts on the table (D1). Ids count up from 1, the buyer's request."""

    id: str
    by: Role
    type: OfferType
    amount: Money
    at: datetime
    note: str = ""
    return_address: ReturnAddress | None = None
    return_label: str | None = None
    """The evidence that holds a prepaid label for the return (C3)."""


@dataclass(frozen=True, slots=True)
class InformationRequest:
    """A mediator's question to one party, with its own deadline (D4)."""

    id: str
    to: Role
    question: str
    asked_at: datetime
    due_at: datetime
    answered_at: datetime | None = None
    lapsed: bool = False
    """True once the time for the answer has passed. It is only a mark: an answer before the decision still counts."""
    carried_from: str | None = None
    """The withdrawn dispute about the same line in which it was asked and left unanswered (D5)."""

    @property
    def pending(self) -> bool:
        """Return whether the time for the answer still runs."""
        return self.answered_at is None and not self.lapsed


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision with its finding and rationale (D5). ``by`` is the mediator's id, or None for the policy's default."""

    id: str
    by: str | None
    type: OfferType
    amount: Money
    finding: Finding
    rationale: str
    final: bool
    return_address: ReturnAddress | None = None
    return_label: str | None = None
    """The evidence that holds a prepaid label for the return (C3)."""
    repays_postage: bool = True
    """False if the mediator found that the buyer's postage of the return is not the seller's to pay (C3)."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A remedy that is being carried out through a return, a replacement or both.

    ``return_address`` is where the item goes back to; None where it does not. ``return_label`` is the evidence that holds the
    seller's prepaid label for it (C3).
    """

    type: OfferType
    amount: Money
    basis: Basis
    return_address: ReturnAddress | None
    return_postage: Payer
    return_label: str | None = None


@dataclass(frozen=True, slots=True)
class LinePromise:
    """A claimed line's promise when the dispute was opened; the seller cannot move it afterwards (C5)."""

    line_id: str
    promised_by: datetime


@dataclass(frozen=True, slots=True)
class LeftByClock:
    """A stage that a deadline ended, kept to tell a late actor which deadline passed (D10)."""

    stage: Stage
    due_at: datetime


@dataclass(frozen=True, slots=True)
class DeliveryNotice:
    """The carrier's records show claimed lines as delivered in time, and the buyer may object until ``due_at`` (C5)."""

    line_ids: tuple[str, ...]
    since: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class RunningAppeal:
    """An appeal while it is reviewed, with what it interrupted: the appeal window of the other side (I13)."""

    by: Role
    accepted_by: tuple[Role, ...]
    """The parties that had accepted the decision before."""
    elapsed: timedelta
    """How much of the appeal window had passed."""


@dataclass(frozen=True, slots=True)
class LateDelivery:
    """A delivery in time that became known after the refund: the seller may appeal against the refund until ``until`` (D5)."""

    line_ids: tuple[str, ...]
    until: datetime
    appealed: bool = False


@dataclass(frozen=True, slots=True)
class Dispute:
    """A dispute now. ``version`` is the sequence number of its last event (I4)."""

    id: str
    number: int
    version: int
    claim: Claim
    coverage: Covered
    promises: tuple[LinePromise, ...]
    policy_version: str
    """The policy that judges it: the one in force when the order was paid (C6)."""
    opened_at: datetime
    stage: Stage
    stage_since: datetime
    updated_at: datetime
    window_since: datetime | None = None
    """The time from which the stage's window counts, where it began again after the stage did (I12)."""
    turn: Role | None = None
    turn_since: datetime | None = None
    """The time when the turn last changed sides; None before the first change."""
    proposals: tuple[Proposal, ...] = ()
    request_id: str = "1"
    """The proposal that is the buyer's request: what silence, a default or a conceding seller grants (D1)."""
    on_table: str | None = None
    accepted_by: tuple[Role, ...] = ()
    granted_until: datetime | None = None
    """The end of the time granted in this stage. No later fact takes it away (D6)."""
    granted_in_all: timedelta = timedelta(0)
    evidence: tuple[Evidence, ...] = ()
    information_requests: tuple[InformationRequest, ...] = ()
    mediator: str | None = None
    mediator_active_at: datetime | None = None
    """When its mediator last acted in it, or took it (D4)."""
    handled_by: tuple[str, ...] = ()
    """Every mediator who ever had the case."""
    former_mediators: tuple[str, ...] = ()
    """Those who may not take it: they judged an earlier dispute about its lines, or had it before it was appealed (D5)."""
    escalated_at: datetime | None = None
    review_default: ReviewDefault = ReviewDefault.BY_ANSWERS
    decisions: tuple[Decision, ...] = ()
    decided_at: tuple[datetime, ...] = ()
    """When each decision was made. Those of releases before 0.3.0 are not known."""
    appealed_by: Role | None = None
    appeal: RunningAppeal | None = None
    late_delivery: LateDelivery | None = None
    grant: Grant | None = None
    return_parcel: Parcel | None = None
    return_receipt: str | None = None
    """The buyer's evidence that holds the carrier's receipt for the return."""
    postage: Money | None = None
    """What the buyer says the return's postage was, which the seller repays with the refund (C3)."""
    postage_objection: str | None = None
    """Why the seller would not pay that postage."""
    replacement_scanned_at: datetime | None = None
    """When it became known here that a carrier has the replacement."""
    replaced: bool = False
    """True once a replacement has arrived. Such a dispute settles nothing: its units are covered as before (D2)."""
    delivery_notice: DeliveryNotice | None = None
    held_until: datetime | None = None
    """The end of the last delivery notice. No other deadline acts before it (C5)."""
    delivery_objected: bool = False
    """True once the buyer has said that a parcel that the records show as delivered is not here (C5)."""
    left_by_clock: tuple[LeftByClock, ...] = ()
    """The stages that deadlines have ended since a person last changed the stage."""
    outcome: Outcome | None = None
    refund: Money | None = None
    basis: Basis | None = None
    """The ground on which it was resolved; None for a withdrawal or an expiry."""
    erased: tuple[Role, ...] = ()
    """The parties whose words have been erased (P2)."""
    unknown: str = field(default="", compare=False)
    """JSON of what a newer version has stored and this one does not know, kept for the next write (I17)."""

    @property
    def order_id(self) -> str:
        """The id of its order, which its own id names."""
        return self.id.rpartition("-d")[0]

    @property
    def open(self) -> bool:
        """True until the dispute is resolved."""
        return self.stage is not Stage.RESOLVED

    @property
    def concluded(self) -> bool:
        """True if it has ended other than by withdrawal, so that its outcome stands."""
        return not self.open and self.outcome is not Outcome.WITHDRAWN

    @property
    def proposal_on_table(self) -> Proposal | None:
        """The proposal that can be accepted now, if there is one (D1)."""
        return next((p for p in self.proposals if p.id == self.on_table), None)

    @property
    def request(self) -> Proposal:
        """The buyer's request: what was asked at opening, or by changing it before the seller answered (D1)."""
        return next(p for p in self.proposals if p.id == self.request_id)

    @property
    def refund_appealed(self) -> bool:
        """Return whether the refund itself is under review, since a delivery in time became known after it (D5)."""
        return self.open and self.refund is not None

    @property
    def return_seen(self) -> bool:
        """Return whether a carrier has the return, or a receipt shows that one has; False once it went back to the buyer."""
        back = self.return_parcel
        if back is None or back.returned_at:
            return False
        return back.carrier is None or back.scanned_at is not None

    @property
    def decision(self) -> Decision | None:
        """The newest decision."""
        return self.decisions[-1] if self.decisions else None

    @property
    def requests_of_review(self) -> tuple[InformationRequest, ...]:
        """The information requests of the review that is going on; those of a review before an appeal are past."""
        carried = self.grant is None and not self.decisions
        return tuple(r for r in self.information_requests if r.asked_at >= self.stage_since or (r.carried_from and carried))

    def questions_to(self, party: Role) -> tuple[InformationRequest, ...]:
        """The mediator's questions that ``party`` has not answered, late or not, the longest waiting first (D4)."""
        waiting = (r for r in self.requests_of_review if r.answered_at is None and r.to is party)
        return tuple(sorted(waiting, key=lambda request: request.due_at))


def dispute_id(order_id: str, number: int) -> str:
    """Return the id of an order's nth dispute. It names the order, so one read finds both."""
    return f"{order_id}-d{number}"


def order_of(dispute: str) -> tuple[str, int] | None:
    """Return the order id and the number within a dispute id, or None if it is not one."""
    order_id, _, number = dispute.rpartition("-d")
    if not order_id or not re.fullmatch("[1-9][0-9]{0,3}", number):
        return None
    return order_id, int(number)
