"""The commands of people in a dispute: one class each, well formed but not judged yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.carriers import Carrier
from chalicelib.domain.dispute import AcknowledgementType
from chalicelib.domain.evidence import EvidenceType, File
from chalicelib.domain.guarantees import Finding, OfferType
from chalicelib.domain.money import Money
from chalicelib.domain.people import ReturnAddress, Role


class DisputeCommand:
    """A request to act in one dispute."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Accept(DisputeCommand):
    proposal_id: str
    return_address: ReturnAddress | None = None
    return_label: str | None = None
    """The seller's evidence that holds a prepaid label for the return (C3)."""


@dataclass(frozen=True, slots=True)
class Propose(DisputeCommand):
    type: OfferType
    amount: Money
    note: str = ""
    return_address: ReturnAddress | None = None
    return_label: str | None = None


@dataclass(frozen=True, slots=True)
class Decline(DisputeCommand):
    proposal_id: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Escalate(DisputeCommand):
    note: str = ""


@dataclass(frozen=True, slots=True)
class Withdraw(DisputeCommand):
    pass


@dataclass(frozen=True, slots=True)
class AddEvidence(DisputeCommand):
    type: EvidenceType
    note: str
    file: File | None = None
    answers: tuple[str, ...] | None = None
    """The mediator's questions that it answers; None for all that wait (D4)."""


@dataclass(frozen=True, slots=True)
class ObjectToDelivery(DisputeCommand):
    statement: str


@dataclass(frozen=True, slots=True)
class GrantTime(DisputeCommand):
    until: datetime


@dataclass(frozen=True, slots=True)
class Assign(DisputeCommand):
    pass


@dataclass(frozen=True, slots=True)
class GiveBack(DisputeCommand):
    pass


@dataclass(frozen=True, slots=True)
class HandOver(DisputeCommand):
    mediator_id: str


@dataclass(frozen=True, slots=True)
class RequestInformation(DisputeCommand):
    to: Role
    question: str


@dataclass(frozen=True, slots=True)
class Decide(DisputeCommand):
    type: OfferType
    amount: Money
    finding: Finding
    rationale: str
    return_address: ReturnAddress | None = None
    return_label: str | None = None
    repays_postage: bool = True
    """False if the buyer's postage of the return is not the seller's to pay (C3)."""


@dataclass(frozen=True, slots=True)
class Appeal(DisputeCommand):
    type: EvidenceType
    note: str


@dataclass(frozen=True, slots=True)
class WithdrawAppeal(DisputeCommand):
    pass


@dataclass(frozen=True, slots=True)
class AcceptDecision(DisputeCommand):
    pass


@dataclass(frozen=True, slots=True)
class ShipReturn(DisputeCommand):
    """``carrier`` is None for one that is not of the eight; then ``carrier_name`` says which, and ``receipt`` proves it (O4).

    ``receipt`` is the buyer's evidence that holds the carrier's receipt. ``postage`` is what it says was paid (C3).
    """

    carrier: Carrier | None
    tracking_number: str
    carrier_name: str = ""
    receipt: str | None = None
    postage: Money | None = None


@dataclass(frozen=True, slots=True)
class AcknowledgeReturn(DisputeCommand):
    """``came`` is the seller's word that the parcel has come, where no carrier shows it as delivered."""

    type: AcknowledgementType
    evidence: str = ""
    came: bool = False
    postage_objection: str = ""


@dataclass(frozen=True, slots=True)
class ShipReplacement(DisputeCommand):
    carrier: Carrier
    tracking_number: str
