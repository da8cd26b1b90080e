"""The parties' actions: the effect of each command, once the state machine has allowed it (D1, D2, D6, D7)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.domain import commands as c
from chalicelib.domain import events as e
from chalicelib.domain.dispute import Dispute, Outcome, Proposal, Stage
from chalicelib.domain.evidence import Evidence, EvidenceType
from chalicelib.domain.guarantees import Basis, OfferType
from chalicelib.domain.guards import stale
from chalicelib.domain.moves import move
from chalicelib.domain.people import PARTIES, Role
from chalicelib.domain.refusals import INVALID, RETURN_ADDRESS_REQUIRED, Refusal, in_words
from chalicelib.domain.settlement import carry_out, end, return_country
from chalicelib.domain.stages import deadline_of
from chalicelib.domain.state_machine import Action

if TYPE_CHECKING:
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.claim import Covered
    from chalicelib.domain.guarantees import Remedy
    from chalicelib.domain.money import Money
    from chalicelib.domain.people import Actor, ReturnAddress


def next_proposal_id(dispute: Dispute) -> str:
    """Return the id of the next proposal: they count up from 1 (D1)."""
    return str(len(dispute.proposals) + 1)


def remedy_asked(coverage: Covered, offer: OfferType, field: str) -> Remedy:
    """Return the remedy of that type. Raises ``Refusal(invalid)`` if the buyer cannot ask for one (C3, D2)."""
    remedy = coverage.remedy(offer)
    if remedy is None:
        remedies = [known.type.value for known in coverage.remedies]
        raise Refusal(INVALID, f"This claim can ask for: {', '.join(remedies)}.", field=field, remedies=remedies)
    return remedy


def check_amount(dispute: Dispute, offer: OfferType, amount: Money, by: Role, fields: str = "") -> None:
    """Raise ``Refusal(invalid)`` for an offer the claim cannot take (D2); ``fields`` is what the request's fields begin with.

    The buyer stays within the remedies of the claim; nobody goes above the claim's maximum or below zero.
    """
    reason, maximum = dispute.coverage.reason, dispute.coverage.maximum
    takes = dispute.coverage.rule.takes
    if offer not in takes:
        raise Refusal(INVALID, f"A {reason.value} claim only takes {' or '.join(takes)}.", field=f"{fields}type")
    if amount.currency != maximum.currency:
        raise Refusal(INVALID, f"This order is in {maximum.currency}.", field=f"{fields}amount")
    if by is Role.BUYER:
        maximum = remedy_asked(dispute.coverage, offer, f"{fields}type").maximum
    least = 1 if by is Role.BUYER else 0
    if not least <= amount.minor <= maximum.minor:
        msg = f"The amount must be from {least} to {maximum.minor} minor units of {maximum.currency} ({offer.value})."
        raise Refusal(INVALID, msg, field=f"{fields}amount", maximum=maximum)


def usable_address(changes: Changes, number: int, given: ReturnAddress | None) -> ReturnAddress:
    """Return the address a return goes to: the given one, else the one on file (D3). Raises ``Refusal`` without either."""
    country = return_country(changes.case, changes.dispute(number))
    address = given or changes.address_on_file(country)
    if address is None or (country and address.country != country):
        where = f" in {country}" if country else ""
        msg = f"A return needs a return address{where}: give one here, or put one in the seller's profile."
        raise Refusal(RETURN_ADDRESS_REQUIRED, msg, country=country)
    return address


@move(Action.ACCEPT, c.Accept)
def accept(changes: Changes, number: int, command: c.Accept, actor: Actor) -> None:
    """Accept the proposal on the table, if it is the one that the actor saw (D1). A mediator's needs both parties."""
    dispute = changes.dispute(number)
    proposal = dispute.proposal_on_table
    if proposal is None or proposal.id != command.proposal_id:
        raise stale(dispute)
    address = proposal.return_address
    returns = proposal.type.needs_return and proposal.amount.minor and dispute.return_parcel is None
    if returns and actor.role is Role.SELLER:
        address = usable_address(changes, number, command.return_address)
    changes.record(number, e.ProposalAccepted(proposal.id, address))
    if proposal.by in PARTIES or set(PARTIES) <= set(changes.dispute(number).accepted_by):
        basis = dispute.coverage.rule.basis(Basis.AGREEMENT)
        carry_out(changes, number, proposal.type, proposal.amount, basis, address)


@move(Action.PROPOSE, c.Propose)
def propose(changes: Changes, number: int, command: c.Propose, actor: Actor) -> None:
    """Put a proposal on the table. A seller's of at least what the buyer asks, of the same type, settles at once (D2)."""
    dispute = changes.dispute(number)
    check_amount(dispute, command.type, command.amount, actor.role)
    if dispute.stage is Stage.NEGOTIATING and dispute.turn is not actor.role:
        _check_improves(dispute, command)
    address = None
    if actor.role is Role.SELLER and command.type.needs_return and command.amount.minor:
        address = usable_address(changes, number, command.return_address)
    made = Proposal(next_proposal_id(dispute), actor.role, command.type, command.amount, changes.now, command.note, address)
    changes.record(number, e.ProposalMade(made))
    asked = dispute.request
    if actor.role is Role.SELLER and made.type is asked.type and made.amount >= asked.amount:
        carry_out(changes, number, made.type, made.amount, Basis.AGREEMENT, address)


def _check_improves(dispute: Dispute, command: c.Propose) -> None:
    """Refuse a seller's proposal out of turn that does not improve the seller's own on the table (D2)."""
    own = dispute.proposal_on_table
    if own is None:
        return
    higher = command.type is own.type and command.amount > own.amount
    spares_return = own.type.needs_return and not command.type.needs_return and command.amount >= own.amount
    if not (higher or spares_return):
        msg = "While the buyer considers your proposal you can only improve it: a higher amount, or no return."
        raise Refusal(INVALID, msg, field="amount", current_proposal=own)


@move(Action.DECLINE, c.Decline)
def decline(changes: Changes, number: int, command: c.Decline, _: Actor) -> None:
    """Decline the proposal on the table; the turn goes to the other side."""
    dispute = changes.dispute(number)
    if dispute.on_table is None or command.proposal_id not in (None, dispute.on_table):
        raise stale(dispute)
    changes.record(number, e.ProposalDeclined(dispute.on_table, command.note))


@move(Action.ESCALATE, c.Escalate)
def escalate(changes: Changes, number: int, command: c.Escalate, _: Actor) -> None:
    """Ask for a mediator."""
    changes.record(number, e.Escalated(command.note))


@move(Action.WITHDRAW, c.Withdraw)
def withdraw(changes: Changes, number: int, _: c.Withdraw, __: Actor) -> None:
    """End the dispute without an outcome; it may be opened again while protection lasts (D7)."""
    end(changes, number, Outcome.WITHDRAWN)


def new_evidence(changes: Changes, number: int, kind: EvidenceType, note: str, by: Role) -> Evidence:
    """Return the next piece of evidence of a dispute."""
    kept = len(changes.dispute(number).evidence)
    return Evidence(f"e{kept + 1}", by, kind, note, changes.now)


@move(Action.ADD_EVIDENCE, c.AddEvidence)
def add_evidence(changes: Changes, number: int, command: c.AddEvidence, actor: Actor) -> None:
    """Add a piece of evidence. It answers this party's pending information request that has waited longest, if any (D4)."""
    waiting = changes.dispute(number).questions_to(actor.role)
    answers = waiting[0].id if waiting else None
    piece = new_evidence(changes, number, command.type, command.note, actor.role)
    changes.record(number, e.EvidenceAdded(replace(piece, answers=answers, file=command.file)))


@move(Action.GRANT_TIME, c.GrantTime)
def grant_time(changes: Changes, number: int, command: c.GrantTime, _: Actor) -> None:
    """Give the awaited party more time: only later, and within the policy's total (D6)."""
    dispute, policy = changes.dispute(number), changes.case.policy
    deadline = deadline_of(dispute, policy)
    left = policy.days("granted_at_most") - dispute.granted_in_all
    more = command.until - deadline
    if more.total_seconds() < 1 or more > left:
        latest = deadline + left
        msg = f"Name a time after {in_words(deadline)} and not after {in_words(latest)}."
        raise Refusal(INVALID, msg, field="until", deadline=deadline, latest=latest)
    changes.record(number, e.TimeGranted(command.until, int(more.total_seconds())))
