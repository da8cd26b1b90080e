"""The shapes of disputes as callers see them, and of problems. As in ``api.answers``, no request pays for them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from chalicelib.api.answers import Acting, AsOf, Count, Cursor, Given, Money, Time, TimelineEvent, Version, growing
from chalicelib.api.disputes.requests import ClaimItem
from chalicelib.api.evidence.answers import EvidenceGiven, EvidencePerParty
from chalicelib.api.models import Address
from chalicelib.api.orders.answers import DisputeOfOrder, Parcel, Remedy
from chalicelib.api.problems import CATALOGUE
from chalicelib.domain.claim import Issue
from chalicelib.domain.dispute import Outcome, ReviewDefault, Stage, Status
from chalicelib.domain.evidence import EvidenceType
from chalicelib.domain.exclusions import Exclusion
from chalicelib.domain.guarantees import Basis, Finding, Guarantee, OfferType, Payer, Reason
from chalicelib.domain.people import Role
from chalicelib.domain.state_machine import GUARDS, Action, Lapse


class Claim(Given):
    """The buyer's claim: the reason, and the items it is about (C3)."""

    reason: Reason
    items: list[ClaimItem]
    issue: Issue | None
    attests_unused: bool
    description: str


class ProposalInBrief(Given):
    """A proposal of one side (D1). Ids count up from 1, the buyer's request."""

    id: str
    by: Role
    type: OfferType
    amount: Money


class Proposal(ProposalInBrief):
    """A proposal of one side with its words and what goes with a return (D1, D3)."""

    at: Time
    note: str
    return_address: Address | None
    return_label: Annotated[str | None, Field(description="The evidence that holds a prepaid label for the return.")]


class InformationRequest(Given):
    """A mediator's question to one party (D4)."""

    id: str
    to: Role
    question: str
    asked_at: Time
    due_at: Time
    answered_at: Time | None
    lapsed: Annotated[bool, Field(description="Whether its time has passed. A late answer still counts until the decision.")]
    carried_from: Annotated[str | None, Field(description="The withdrawn dispute that left it unanswered.")]


class Decision(Given):
    """A decision: the remedy, the finding and the rationale (D5)."""

    id: str
    by: Annotated[str | None, Field(description="The mediator; null where the policy's default decided.")]
    type: OfferType
    amount: Money
    finding: Finding
    rationale: str
    final: Annotated[bool, Field(description="Whether it can no longer be appealed.")]
    return_address: Address | None
    return_label: Annotated[str | None, Field(description="The evidence that holds a prepaid label for the return.")]
    repays_postage: Annotated[bool, Field(description="Whether the seller repays the postage that the buyer stated (C3).")]


class Return(Given):
    """A return that was agreed or decided: for what, where to, at whose cost, and its parcel."""

    type: OfferType
    amount: Money
    basis: Basis
    return_address: Address
    return_postage: Payer
    return_label: Annotated[str | None, Field(description="The evidence that holds a prepaid label for the return.")]
    parcel: Parcel | None
    receipt: Annotated[str | None, Field(description="The buyer's evidence that holds the carrier's receipt.")]
    postage: Annotated[Money | None, Field(description="What the buyer says it cost; the seller repays it with the refund.")]
    postage_objection: Annotated[str | None, Field(description="Why the seller would not pay that postage.")]


class Replacement(Given):
    """A replacement that was agreed or decided: what is refunded besides, and the parcels sent for it (D2)."""

    amount: Money
    basis: Basis
    parcels: list[Parcel]
    scanned_at: Annotated[Time | None, Field(description="When it became known that a carrier has it.")]
    arrived: bool


class DeliveryNotice(Given):
    """Claimed lines that a carrier shows as delivered in time; the buyer may object until ``due_at`` (C5)."""

    line_ids: list[str]
    since: Time
    due_at: Time


class Foreseen(Given):
    """The stage that a dispute comes to, and what the buyer gets then or at the end."""

    to: Stage
    refund: Annotated[Money | None, Field(description="Null while that is open.")]


class AcceptableProposal(Foreseen):
    """A proposal that can be accepted, what that leads to, and what has to be named with it (D1, D3)."""

    proposal_id: str
    needs_return_address: Annotated[bool, Field(description="The seller has none on file for this return.")]
    needs_return_label: Annotated[bool, Field(description="The address on file is abroad: a prepaid label is needed (C3).")]


class OfferTaken(Given):
    """A type that an offer or a decision can have, from how much to how much (D2)."""

    type: OfferType
    minimum: Money
    maximum: Money
    needs_return_address: Annotated[bool, Field(description="The seller has none on file for this return.")]
    needs_return_label: Annotated[bool, Field(description="The address on file is abroad: a prepaid label is needed (C3).")]


class ActionOptions(Given):
    """What an action can be done with. What is null is not for this action."""

    proposals: Annotated[list[AcceptableProposal] | None, Field(description="accept: what can be accepted.")]
    offers: Annotated[list[OfferTaken] | None, Field(description="propose, decide: types and amounts.")]
    findings: Annotated[list[Finding] | None, Field(description="decide: what can be found.")]
    latest: Annotated[Time | None, Field(description="grant_time: until when, at most.")]
    left: Annotated[Count | None, Field(description="add_evidence: how many pieces more.")]
    types: Annotated[list[EvidenceType] | None, Field(description="add_evidence: of which types.")]


class AllowedAction(Given):
    """Something this caller may do now, by when, and with what (D10)."""

    action: Action
    until: Time
    options: ActionOptions | None


class BlockedAction(Given):
    """Something this caller may do once something else has happened, or some time has passed (D10)."""

    action: Action
    reason: Annotated[str, *growing(GUARDS, "The guard that stops it; docs/state-machine.md says each in words.")]
    opens_at: Annotated[Time | None, Field(description="From when it is possible; null where no time is known.")]


class OnDeadline(Foreseen):
    """What becomes of the dispute if nobody acts until its deadline (D9)."""

    at: Time
    what: Annotated[str, *growing(Lapse, "New ones may come.")]


class LateDelivery(Given):
    """A delivery in time that became known after the refund, and until when the seller may appeal against the refund (D5)."""

    line_ids: list[str]
    until: Time
    appealed: bool


class DisputeInBrief(DisputeOfOrder):
    """A dispute in brief."""

    order_id: str
    buyer_id: str
    seller_id: str
    seller_name: Annotated[str | None, Field(description="The shop's public name, if the marketplace gave one.")]
    reason: Reason
    requested: Money
    opened_at: Time
    updated_at: Time
    turn: Annotated[Role | None, Field(description="Whose turn it is, while the two negotiate.")]
    mediator_id: str | None
    appealed_by: Role | None
    outcome: Outcome | None
    basis: Annotated[Basis | None, Field(description="On what ground it was resolved.")]
    refund: Money | None
    version: Version


class DisputeSummary(DisputeInBrief):
    """A dispute in a list, with all that a screen shows of it."""

    titles: Annotated[list[str], Field(description="Of the claimed lines; none to a mediator who has not had the case.")]
    current_proposal: Annotated[ProposalInBrief | None, Field(description="What can be accepted; null once resolved.")]
    unread: Annotated[Count | None, Field(description="Messages new to the caller; null to whom is not in the thread.")]
    missing_evidence_mine: Annotated[
        list[EvidenceType], Field(description="What the caller is required to show, and has not shown yet (N6).")
    ]


class Dispute(DisputeInBrief):
    """A dispute in full, as this caller may see it, with what the caller may do now and by when (D10)."""

    claim: Claim
    guarantee: Guarantee
    remedies: list[Remedy]
    maximum: Annotated[Money, Field(description="Nothing above it can be asked, offered or decided (D2).")]
    proposals: list[Proposal]
    request_id: Annotated[str, Field(description="The buyer's request, which the seller may accept whatever is on the table.")]
    current_proposal: Proposal | None
    accepted_by: list[Role]
    evidence: list[EvidenceGiven]
    missing_evidence: Annotated[
        EvidencePerParty, Field(description="What each party is required to show, and has not shown yet (N6).")
    ]
    information_requests: list[InformationRequest]
    delivery_notice: DeliveryNotice | None
    escalated_at: Time | None
    decision: Decision | None
    review_default: Annotated[ReviewDefault, Field(description="What becomes of a review that nobody decides in time.")]
    late_delivery: LateDelivery | None
    granted_until: Annotated[Time | None, Field(description="The end of the time granted in this stage (D6).")]
    return_: Annotated[Return | None, Field(alias="return")]
    replacement: Replacement | None
    policy_version: str
    shown: Annotated[
        Literal["whole", "summary"],
        Field(description="summary: to a mediator who has not had the case. Words, evidence and addresses are left out."),
    ]
    allowed_actions: list[AllowedAction]
    blocked_actions: Annotated[list[BlockedAction], Field(description="Of the same caller; none once it is resolved.")]
    on_deadline: Annotated[OnDeadline | None, Field(description="If nobody acts; null once it is resolved.")]
    as_of: AsOf


class DisputePage(Given):
    """A page of disputes, newest first."""

    items: list[DisputeSummary]
    cursor: Cursor
    as_of: AsOf


class CaseNote(Given):
    """An internal note on a dispute, for staff alone; it never changes (D4)."""

    number: Count
    dispute_id: str
    author: Acting
    text: str
    at: Time


class CaseNotes(Given):
    """A page of a dispute's internal notes, newest first."""

    items: list[CaseNote]
    cursor: Cursor


class DisputeTimeline(Given):
    """Everything that happened in a dispute, in order."""

    dispute_id: str
    as_of: AsOf
    events: list[TimelineEvent]


class FieldError(BaseModel):
    """An error in one field of the body, or in one parameter."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    field: str
    message: str


class Problem(BaseModel):
    """A problem (RFC 9457). ``code`` is stable. Members that are not required come with some codes only."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    type: str
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    code: Annotated[str, *growing(CATALOGUE, "Stable. New ones may come: go by the status then.")]
    detail: Annotated[str, Field(description="What is wrong and what to do, for people to read.")]
    request_id: Annotated[str, Field(description="Where the gateway itself answers.")] = ""
    errors: Annotated[list[FieldError], Field(description="validation_failed: every field at fault.")] = []
    field: Annotated[str | None, Field(description="invalid: the field whose value the rules do not take.")] = None
    # The state of the dispute now, for this caller: with every refusal of an action in it.
    dispute_id: str | None = None
    dispute_status: Status | None = None
    stage: Stage | None = None
    turn: Role | None = None
    deadline: Annotated[Time | None, Field(description="The one that passed (too_late), else the one that comes next.")] = None
    opens_at: Annotated[Time | None, Field(description="From when it is possible; null where delivery decides.")] = None
    current_proposal: Proposal | None = None
    allowed_actions: Annotated[list[AllowedAction], Field(description="What this caller can do instead, now.")] = []
    as_of: Annotated[Time | None, Field(description="The time here when this was answered, for those deadlines.")] = None
    current_version: Annotated[int | None, Field(description="version_mismatch: the one to read and try again with.")] = None
    # Facts of single codes.
    exclusion: Annotated[Exclusion | None, Field(description="not_covered: why.")] = None
    line_id: str | None = None
    units_left: Annotated[int | None, Field(description="not_covered: how many of that line can be claimed.")] = None
    questions: Annotated[list[str], Field(description="invalid: the questions that wait for the caller's answer.")] = []
    mediator: str | None = None
    maximum: Money | None = None
    latest: Time | None = None
    current: Time | None = None
    current_extension: Annotated[Count | None, Field(description="conflict: the request for a later promise that counts.")] = (
        None
    )
    now: Time | None = None
    country: str | None = None
    carrier: str | None = None
    tracking_number: str | None = None
    remedies: list[OfferType] = []
    findings: Annotated[list[Finding], Field(description="invalid: what a decision on this claim can find.")] = []
    lines: list[str] = []
    attempts: Count | None = None
    limit: Count | None = None
    open_disputes: Annotated[list[str], Field(description="limit_reached: the disputes of which one has to end first.")] = []
