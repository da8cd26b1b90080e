"""The state of a dispute: its stage, its proposals, evidence and decisions, and its outcome (docs/state-machine.md)."""

from __future__ import annotations

import re
from dataclasses import dataclass
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

    @property
    def pending(self) -> bool:
        """True while an answer is waited for."""
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


@dataclass(frozen=True, slots=True)
class Grant:
    """A remedy that is being carried out through a return."""

    amount: Money
    basis: Basis
    return_address: ReturnAddress
    return_postage: Payer


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
    turn: Role | None = None
    turn_since: datetime | None = None
    """The time when the turn last changed sides; None before the first change."""
    proposals: tuple[Proposal, ...] = ()
    on_table: str | None = None
    accepted_by: tuple[Role, ...] = ()
    granted: timedelta = timedelta(0)
    granted_in_all: timedelta = timedelta(0)
    evidence: tuple[Evidence, ...] = ()
    information_requests: tuple[InformationRequest, ...] = ()
    mediator: str | None = None
    former_mediators: tuple[str, ...] = ()
    escalated_at: datetime | None = None
    decisions: tuple[Decision, ...] = ()
    appealed_by: Role | None = None
    grant: Grant | None = None
    return_parcel: Parcel | None = None
    left_by_clock: tuple[LeftByClock, ...] = ()
    """The stages that deadlines have ended since a person last changed the stage."""
    outcome: Outcome | None = None
    refund: Money | None = None
    basis: Basis | None = None
    """The ground on which it was resolved; None for a withdrawal or an expiry."""
    erased: tuple[Role, ...] = ()
    """The parties whose words have been erased (P2)."""

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

    def last_proposal(self, by: Role) -> Proposal | None:
        """The newest proposal of one side."""
        return next((p for p in reversed(self.proposals) if p.by is by), None)

    @property
    def request(self) -> Proposal:
        """The buyer's newest proposal: the remedy that silence or a default grants."""
        asked = self.last_proposal(Role.BUYER)
        if asked is None:
            msg = f"{self.id} was opened without a request"
            raise ValueError(msg)
        return asked

    @property
    def decision(self) -> Decision | None:
        """The newest decision."""
        return self.decisions[-1] if self.decisions else None

    @property
    def requests_of_review(self) -> tuple[InformationRequest, ...]:
        """The information requests of the review that is going on; those of a review before an appeal are past."""
        return tuple(r for r in self.information_requests if r.asked_at >= self.stage_since)

    def questions_to(self, party: Role) -> tuple[InformationRequest, ...]:
        """The mediator's questions that wait for an answer of ``party``, the longest waiting first (D4)."""
        waiting = (r for r in self.requests_of_review if r.pending and r.to is party)
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
