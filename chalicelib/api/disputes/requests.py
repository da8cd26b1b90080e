"""The bodies of dispute and mediation requests."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from chalicelib.api.models import Address, Identifier, Model, Moment, Money, Note, Words
from chalicelib.api.orders.requests import TrackingNumber
from chalicelib.domain import claim as domain_claim
from chalicelib.domain import commands as c
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.claim import Issue
from chalicelib.domain.dispute import AcknowledgementType
from chalicelib.domain.evidence import EvidenceType
from chalicelib.domain.guarantees import Finding, OfferType, Reason
from chalicelib.domain.opening import RequestedRemedy
from chalicelib.domain.people import ReturnAddress, Role


class ClaimItem(Model):
    """How many of one line the claim is about."""

    line_id: Identifier
    quantity: Annotated[int, Field(ge=1)]


class OpenDispute(Model):
    """A claim and what the buyer asks for. No items means the whole order; no type or amount, all of the first remedy."""

    reason: Reason
    issue: Issue | None = None
    items: Annotated[tuple[ClaimItem, ...], Field(max_length=50)] = ()
    description: Note = ""
    attests_unused: bool = False
    request_type: OfferType | None = None
    request_amount: Money | None = None

    def claim(self) -> domain_claim.Claim:
        """As the rules have it."""
        items = tuple(domain_claim.ClaimItem(it.line_id, it.quantity) for it in self.items)
        return domain_claim.Claim(self.reason, items, self.issue, self.attests_unused, self.description)

    def request(self) -> RequestedRemedy:
        """What is asked, as the rules have it."""
        return RequestedRemedy(
            self.request_type, self.request_amount.domain() if self.request_amount else None, self.description
        )


class Propose(Model):
    """A proposal (D1). A seller's with a return needs a return address, here or in the profile (D3)."""

    type: OfferType
    amount: Money
    note: Note = ""
    return_address: Address | None = None

    def command(self) -> c.Propose:
        """As the rules have it."""
        return c.Propose(self.type, self.amount.domain(), self.note, _domain(self.return_address))


class Accept(Model):
    """Acceptance of the proposal named in the path; a seller's of a return may give the return address (D3)."""

    return_address: Address | None = None

    def command(self, proposal_id: str) -> c.Accept:
        """As the rules have it."""
        return c.Accept(proposal_id, _domain(self.return_address))


class Decline(Model):
    """Refusal of the proposal on the table; naming it makes sure it is the one that was seen (D1)."""

    proposal_id: Identifier | None = None
    note: Note = ""

    def command(self) -> c.Decline:
        """As the rules have it."""
        return c.Decline(self.proposal_id, self.note)


class Escalate(Model):
    """A call for a mediator."""

    note: Note = ""

    def command(self) -> c.Escalate:
        """As the rules have it."""
        return c.Escalate(self.note)


class Nothing(Model):
    """A request that says all by its address."""


class AddEvidence(Model):
    """A piece of evidence in words (N6, D4)."""

    type: EvidenceType = EvidenceType.STATEMENT
    note: Words

    def command(self) -> c.AddEvidence:
        """As the rules have it."""
        return c.AddEvidence(self.type, self.note)


class GrantTime(Model):
    """More time for the other side, until then (D6)."""

    until: Moment

    def command(self) -> c.GrantTime:
        """As the rules have it."""
        return c.GrantTime(self.until)


class Appeal(Model):
    """An appeal with new evidence (D5)."""

    type: EvidenceType = EvidenceType.STATEMENT
    note: Words

    def command(self) -> c.Appeal:
        """As the rules have it."""
        return c.Appeal(self.type, self.note)


class ShipReturn(Model):
    """The parcel a return travels in."""

    carrier: Carrier
    tracking_number: TrackingNumber

    def command(self) -> c.ShipReturn:
        """As the rules have it."""
        return c.ShipReturn(self.carrier, self.tracking_number)


class AcknowledgeReturn(Model):
    """What arrived. A problem needs evidence in words."""

    type: AcknowledgementType
    evidence: Note = ""

    def command(self) -> c.AcknowledgeReturn:
        """As the rules have it."""
        return c.AcknowledgeReturn(self.type, self.evidence)


class RequestInformation(Model):
    """A mediator's question to one party (D4)."""

    to: Literal["buyer", "seller"]
    question: Words

    def command(self) -> c.RequestInformation:
        """As the rules have it."""
        return c.RequestInformation(Role(self.to), self.question)


class Decide(Model):
    """A decision: type and amount, a finding, and a rationale both sides can read (D5)."""

    type: OfferType
    amount: Money
    finding: Finding
    rationale: Words
    return_address: Address | None = None

    def command(self) -> c.Decide:
        """As the rules have it."""
        return c.Decide(self.type, self.amount.domain(), self.finding, self.rationale, _domain(self.return_address))


def _domain(address: Address | None) -> ReturnAddress | None:
    return address.domain() if address else None
