"""The shapes of the mediators' desk: the queue, a whole case, and the work of each. As in ``api.answers``, no request pays."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.api.answers import AsOf, Count, Cursor, Given, Money, Time, TimelineEvent, Version
from chalicelib.api.disputes.answers import CaseNote, Dispute, DisputeSummary
from chalicelib.api.evidence.answers import EvidenceWithLink
from chalicelib.api.orders.answers import Order
from chalicelib.domain.dispute import Outcome, Stage
from chalicelib.domain.guarantees import Finding, Reason
from chalicelib.domain.people import Role
from chalicelib.domain.review import Arrival, EnteredBy

Days = Annotated[int, Field(ge=0)]


class Languages(Given):
    """The languages of the two parties, as they are told of things; null for a party who registered nothing."""

    buyer: str | None
    seller: str | None


class WaitingDispute(DisputeSummary):
    """A dispute in the mediation queue, or one that was decided."""

    escalated_at: Time | None
    entered_by: Annotated[EnteredBy, Field(description="How it came under review the last time.")]
    maximum: Annotated[Money, Field(description="Nothing above it can be decided (D2).")]
    order_price: Money
    mediator_active_at: Annotated[Time | None, Field(description="When its mediator last did something in it, or took it.")]
    languages: Languages
    can_assign: Annotated[bool, Field(description="Whether the caller can take it: nobody has it, and nothing bars them (D5).")]


class QueueTotals(Given):
    """How many cases each tab has with the filters of the request. An appeal is in a tab by its mediator as well."""

    mine: Count
    unassigned: Count
    others: Count
    appeals: Count
    all: Count


class MediationQueue(Given):
    """A page of the disputes that wait for a mediator, or that were decided."""

    items: list[WaitingDispute]
    totals: QueueTotals
    cursor: Cursor
    as_of: AsOf


class LineRecord(Given):
    """The record of one claimed line: its promise, its arrival, and the whole days between the two (C5)."""

    line_id: str
    promised_by: Annotated[Time, Field(description="The promise that counted when the dispute was opened.")]
    delivered_at: Time | None
    arrival: Arrival
    days: Days
    claimed_after_days: Annotated[
        Days | None, Field(description="Days from its arrival to the dispute; null if it came later.")
    ]


class LineCap(Given):
    """The most that can be refunded on one claimed line: of its price, and of its share of the shipping fee (C3)."""

    line_id: str
    items: Money
    shipping: Money


class Present(Given):
    """Another one of the staff who has read the case within the last 90 seconds."""

    role: Role
    id: str
    at: Time


class OutcomeCount(Given):
    """How many of a party's disputes ended so."""

    outcome: Outcome
    count: Count


class ReasonCount(Given):
    """How many of a party's disputes were about that."""

    reason: Reason
    count: Count


class FindingCount(Given):
    """How many of a party's disputes a decision found that in."""

    finding: Finding
    count: Count


class EarlierDispute(Given):
    """Another dispute of a party, in brief."""

    id: str
    reason: Reason
    stage: Stage
    opened_at: Time
    requested: Money
    outcome: Outcome | None
    refund: Money | None
    finding: Finding | None


class PartyHistory(Given):
    """A party of the case, and the party's other disputes since ``since``, a hundred at most."""

    role: Role
    id: str
    name: Annotated[str | None, Field(description="The shop's public name, if the marketplace gave one.")]
    language: str | None
    since: Time
    open: Count
    closed: Count
    complete: Annotated[bool, Field(description="False if there are more than were counted.")]
    outcomes: list[OutcomeCount]
    reasons: list[ReasonCount]
    findings: list[FindingCount]
    recent: Annotated[list[EarlierDispute], Field(description="The ten newest.")]


class CaseFile(Given):
    """A whole case. To a mediator who has not had it, what is not in the dispute's summary is null."""

    dispute: Dispute
    entered_by: Annotated[EnteredBy | None, Field(description="How it came under review the last time; null if it never did.")]
    present: Annotated[list[Present], Field(description="Who else has it open.")]
    order: Order | None
    records: list[LineRecord] | None
    caps: list[LineCap] | None
    evidence: list[EvidenceWithLink] | None
    timeline: list[TimelineEvent] | None
    order_timeline: list[TimelineEvent] | None
    notes: Annotated[list[CaseNote] | None, Field(description="The 50 newest internal notes, newest first.")]
    parties: Annotated[list[PartyHistory] | None, Field(description="The buyer and the seller.")]
    barred: Annotated[list[str] | None, Field(description="The mediators who may not take it (D5).")]
    as_of: AsOf


class SavedReplyKept(Given):
    """A text that mediators write again and again, by the languages it is in."""

    name: str
    texts: dict[str, str]


class SavedReplies(Given):
    """A set of saved replies."""

    items: list[SavedReplyKept]
    version: Version


class AllReplies(Given):
    """The saved replies that all mediators share, and the caller's own."""

    shared: SavedReplies
    own: SavedReplies
    variables: Annotated[list[str], Field(description="The names in braces that an app replaces by the facts of the case.")]


class Load(Given):
    """The work of one mediator. What was decided is of the last seven days."""

    mediator_id: str
    open: Count
    due_48h: Count
    untouched: Annotated[Count, Field(description="In which they have done nothing for 24 hours.")]
    next_due: Time | None
    decided: Count
    hours_to_decision: Annotated[Count | None, Field(description="From the escalation; the median.")]
    appealed: Annotated[Count, Field(description="Decisions that another one followed, after an appeal.")]
    changed: Annotated[Count, Field(description="Those that the other one changed.")]


class DecidedOnDay(Given):
    """How many decisions mediators made on one day (UTC)."""

    day: str
    decided: Count


class Workload(Given):
    """The work of all mediators."""

    people: list[Load]
    unassigned: Count
    oldest_unassigned: Annotated[Time | None, Field(description="Since when the longest waiting of them is under review.")]
    due_48h: Count
    untouched: Count
    decided_by_day: Annotated[list[DecidedOnDay], Field(description="The last seven days.")]
    as_of: AsOf
