"""The bodies of dispute and mediation requests."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from inspect import Parameter, signature
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, cast

from pydantic import Field

from chalicelib.api.models import Address, Identifier, Model, Moment, MoneyIn, Note, Text, in_domain, text
from chalicelib.api.orders.requests import Quantity, TrackingNumber
from chalicelib.api.people.requests import Language
from chalicelib.domain import claim as domain_claim
from chalicelib.domain import commands as c
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.claim import Issue
from chalicelib.domain.dispute import AcknowledgementType
from chalicelib.domain.evidence import EvidenceType
from chalicelib.domain.guarantees import Finding, OfferType, Reason
from chalicelib.domain.opening import RequestedRemedy
from chalicelib.domain.parcel import OTHER
from chalicelib.domain.people import Role
from chalicelib.store.replies import SavedText


class ClaimItem(Model):
    """A line of the order, and how many of its units the claim is about."""

    line_id: Identifier
    quantity: Quantity


class OpenDispute(Model):
    """A claim and what the buyer asks for. No items means the whole order; no type or amount, all of the first remedy."""

    reason: Reason
    issue: Issue | None = None
    items: Annotated[tuple[ClaimItem, ...], Field(max_length=50)] = ()
    description: Note = ""
    attests_unused: bool = False
    request_type: OfferType | None = None
    request_amount: MoneyIn | None = None
    evidence: Annotated[
        tuple[Identifier, ...],
        Field(max_length=10, description="Uploads of the order's that are ready: the dispute begins with them as evidence."),
    ] = ()

    def claim(self) -> domain_claim.Claim:
        """The claim, for the domain."""
        items = tuple(domain_claim.ClaimItem(it.line_id, it.quantity) for it in self.items)
        return domain_claim.Claim(self.reason, items, self.issue, self.attests_unused, self.description)

    def request(self) -> RequestedRemedy:
        """The requested remedy, for the domain."""
        return RequestedRemedy(
            self.request_type, self.request_amount.domain() if self.request_amount else None, self.description
        )


class CommandBody(Model):
    """The body of an action in a dispute. Its fields are those of the command that it makes, under the same names."""

    makes: ClassVar[type[c.DisputeCommand]]
    from_path: ClassVar[tuple[str, ...]] = ()
    """The command's fields that come from the path instead."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:  # noqa: ANN401 - pydantic's own arguments
        """Check that the body and the path give the command all that it needs, and nothing that it does not take."""
        taken = signature(cls.makes).parameters
        needed = {name for name, parameter in taken.items() if parameter.default is Parameter.empty}
        if not needed <= {*cls.model_fields, *cls.from_path} <= taken.keys():
            raise TypeError(f"{cls.__name__} does not have the fields of {cls.makes}")

    def command(self, **from_path: str) -> c.DisputeCommand:
        """The command, with the ids of the path that it takes."""
        given = {name: in_domain(getattr(self, name)) for name in type(self).model_fields}
        return self.makes(**given, **from_path)


Label = Annotated[
    Identifier | None,
    Field(description="The id of the seller's evidence of type return_label, a file: needed for an address abroad (C3)."),
]


class Propose(CommandBody):
    """A proposal (D1). A seller's with a return needs a return address, here or in the profile (D3)."""

    makes: ClassVar = c.Propose

    type: OfferType
    amount: MoneyIn
    note: Note = ""
    return_address: Address | None = None
    return_label: Label = None


class Accept(CommandBody):
    """Acceptance of the proposal named in the path; a seller's of a return may give the return address (D3)."""

    makes: ClassVar = c.Accept
    from_path: ClassVar = ("proposal_id",)

    return_address: Address | None = None
    return_label: Label = None


class Decline(CommandBody):
    """Refusal of the proposal on the table; naming it makes sure it is the one that was seen (D1)."""

    makes: ClassVar = c.Decline

    proposal_id: Identifier | None = None
    note: Note = ""


class Escalate(CommandBody):
    """A call for a mediator."""

    makes: ClassVar = c.Escalate

    note: Note = ""


class AddEvidence(CommandBody):
    """A piece of evidence in words (N6, D4)."""

    makes: ClassVar = c.AddEvidence

    type: EvidenceType = EvidenceType.STATEMENT
    note: Text
    answers: Annotated[
        tuple[Identifier, ...] | None,
        Field(max_length=50, description="The mediator's questions that it answers; null for all that wait for the caller."),
    ] = None


class ObjectToDelivery(CommandBody):
    """The buyer's word that what a carrier shows as delivered is not there (C5)."""

    makes: ClassVar = c.ObjectToDelivery

    statement: Text


class GrantTime(CommandBody):
    """More time for the other side, until then (D6)."""

    makes: ClassVar = c.GrantTime

    until: Moment


class Appeal(CommandBody):
    """An appeal with new evidence (D5)."""

    makes: ClassVar = c.Appeal

    type: EvidenceType = EvidenceType.STATEMENT
    note: Text


if TYPE_CHECKING:
    ReturnCarrier = Carrier | Literal["other"]
else:
    # one enum, not a union: an error in a union is named after its branch, not after the field
    ReturnCarrier = StrEnum("ReturnCarrier", {**{it.name: it.value for it in Carrier}, "OTHER": OTHER})


class ShipReturn(CommandBody):
    """The parcel a return travels in. One by ``other`` needs the carrier's name and its receipt (O4)."""

    makes: ClassVar = c.ShipReturn

    carrier: ReturnCarrier
    tracking_number: TrackingNumber
    carrier_name: Annotated[str, Field(max_length=60, description="Only with carrier other: its name.")] = ""
    receipt: Annotated[
        Identifier | None, Field(description="The id of the buyer's evidence of type proof_of_return, a file: the receipt.")
    ] = None
    postage: Annotated[
        MoneyIn | None, Field(description="What the receipt says was paid, where the seller is to repay it (C3).")
    ] = None

    def command(self, **from_path: str) -> c.DisputeCommand:
        """The command, in which a carrier that is none of the eight is None."""
        made = cast("c.ShipReturn", super().command(**from_path))
        return replace(made, carrier=None if self.carrier == OTHER else Carrier(self.carrier))


class ShipReplacement(CommandBody):
    """The parcel a replacement travels in (D2)."""

    makes: ClassVar = c.ShipReplacement

    carrier: Carrier
    tracking_number: TrackingNumber


class AcknowledgeReturn(CommandBody):
    """The seller's statement of what arrived. A problem needs evidence in words."""

    makes: ClassVar = c.AcknowledgeReturn

    type: AcknowledgementType
    evidence: Note = ""
    came: Annotated[
        bool,
        Field(description="The parcel has come although no carrier shows it; a problem with what is in it needs that."),
    ] = False
    postage_objection: Annotated[
        Note, Field(description="Why the postage that the buyer stated is not the seller's to pay; a mediator will look at it.")
    ] = ""


class WriteNote(Model):
    """An internal note on a case (D4)."""

    text: Text


class SavedReply(Model):
    """A text that mediators write again and again (D4). Names in braces, such as {order}, stand for facts of the case."""

    name: Annotated[str, *text(1, 80)]
    texts: Annotated[dict[Language, Text], Field(min_length=1, description="By language.")]


class PutReplies(Model):
    """All the saved replies of a set, in their order."""

    items: Annotated[tuple[SavedReply, ...], Field(max_length=50)]

    def replies(self) -> tuple[SavedText, ...]:
        """The replies, for the store."""
        return tuple(SavedText(it.name, dict(it.texts)) for it in self.items)


class HandOver(CommandBody):
    """The mediator who gets the case (D4)."""

    makes: ClassVar = c.HandOver

    mediator_id: Identifier


class RequestInformation(CommandBody):
    """A mediator's question to one party (D4)."""

    makes: ClassVar = c.RequestInformation

    to: Literal[Role.BUYER, Role.SELLER]
    question: Text


class Decide(CommandBody):
    """A decision: type and amount, a finding, and a rationale both sides can read (D5)."""

    makes: ClassVar = c.Decide

    type: OfferType
    amount: MoneyIn
    finding: Finding
    rationale: Text
    return_address: Address | None = None
    return_label: Label = None
    repays_postage: Annotated[
        bool, Field(description="False where the buyer's postage of the return is not the seller's to pay (C3).")
    ] = True
