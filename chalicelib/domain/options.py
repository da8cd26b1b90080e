"""Proposals, amounts, findings and times that an allowed action can have, by the rules that will judge it (D10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain.evidence import EvidenceType
from chalicelib.domain.foresight import acceptance
from chalicelib.domain.guards import evidence_room
from chalicelib.domain.mediation import findings
from chalicelib.domain.money import Money
from chalicelib.domain.negotiation import amounts_taken, grantable, improves, types_taken, usable_address
from chalicelib.domain.people import Role
from chalicelib.domain.refusals import RETURN_ADDRESS_REQUIRED, RETURN_LABEL_REQUIRED, Refusal
from chalicelib.domain.state_machine import Action

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.changes import Changes
    from chalicelib.domain.dispute import Dispute
    from chalicelib.domain.foresight import Acceptance
    from chalicelib.domain.guarantees import Finding, OfferType
    from chalicelib.domain.people import Actor


@dataclass(frozen=True, slots=True)
class OfferTaken:
    """A type that an offer or a decision can have, from how much to how much, and what has to be named with it (C3, D2, D3)."""

    type: OfferType
    minimum: Money
    maximum: Money
    needs_return_address: bool
    needs_return_label: bool


@dataclass(frozen=True, slots=True)
class Options:
    """The values that one action can have; None for those that are not for it."""

    proposals: tuple[Acceptance, ...] | None = None
    """The proposals that can be accepted."""
    offers: tuple[OfferTaken, ...] | None = None
    """The types and amounts that can be proposed or decided."""
    findings: tuple[Finding, ...] | None = None
    """The findings that a decision can have."""
    latest: datetime | None = None
    """The time until which more time can be granted."""
    left: int | None = None
    """The pieces of evidence that can still be added."""
    types: tuple[EvidenceType, ...] | None = None
    """The types of evidence that can be added."""


def options(changes: Changes, number: int, action: Action, actor: Actor, now: datetime) -> Options | None:
    """Return what ``actor`` can do an allowed action with at ``now``; None for an action that takes nothing of that kind."""
    changes = changes.trial(actor, now)
    dispute, policy = changes.dispute(number), changes.case.policy
    match action:
        case Action.ACCEPT:
            known = dict.fromkeys((dispute.on_table, dispute.request_id))
            found = (acceptance(changes, number, it, actor, now) for it in known if it)
            return Options(proposals=tuple(it for it in found if it))
        case Action.PROPOSE:
            return Options(offers=_offers(changes, number, actor))
        case Action.DECIDE:
            return Options(offers=_offers(changes, number, actor), findings=findings(dispute))
        case Action.GRANT_TIME:
            return Options(latest=grantable(dispute, policy)[1])
        case Action.ADD_EVIDENCE:
            return Options(left=evidence_room(dispute, policy, actor.role), types=tuple(EvidenceType))
        case _:
            return None


def _offers(changes: Changes, number: int, actor: Actor) -> tuple[OfferTaken, ...]:
    dispute, asked = changes.dispute(number), changes.dispute(number).coverage.remedy
    types = (it for it in types_taken(dispute) if actor.role is not Role.BUYER or asked(it))
    found = (_offer(changes, number, it, actor) for it in types)
    return tuple(it for it in found if it)


def _offer(changes: Changes, number: int, offer: OfferType, actor: Actor) -> OfferTaken | None:
    dispute = changes.dispute(number)
    least, maximum = amounts_taken(dispute, offer, actor.role)
    minimum = _least(dispute, offer, Money(least, maximum.currency), maximum, actor.role)
    if minimum is None:
        return None
    names_address = actor.role is not Role.BUYER and offer.needs_return and dispute.return_parcel is None
    needs = _missing(changes, number) if names_address else ""
    return OfferTaken(offer, minimum, maximum, needs == RETURN_ADDRESS_REQUIRED, needs == RETURN_LABEL_REQUIRED)


def _least(dispute: Dispute, offer: OfferType, least: Money, maximum: Money, by: Role) -> Money | None:
    """Return the least amount from which an offer can be made as it is the turn; None where none can (D2)."""
    steps = {least, *(known.amount + Money(more, least.currency) for known in dispute.proposals for more in (0, 1))}
    within = sorted(it for it in steps if least <= it <= maximum)
    return next((it for it in within if improves(dispute, offer, it, by)), None)


def _missing(changes: Changes, number: int) -> str:
    """Return the code of what is missing to a return unless it is named with the offer."""
    try:
        usable_address(changes, number, None, None)
    except Refusal as refused:
        return refused.code
    return ""
