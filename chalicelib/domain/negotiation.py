"""The parties' actions: the effect of each command, once the state machine has allowed it (D1, D2, D6, D7)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.domain import commands as c
from chalicelib.domain import events as e
from chalicelib.domain.dispute import Dispute, Outcome, Proposal, Stage
from chalicelib.domain.evidence import Evidence, EvidenceType
from chalicelib.domain.guarantees import Basis, OfferType
from chalicelib.domain.guards import evidence_room, stale, too_much_evidence
from chalicelib.domain.moves import move
from chalicelib.domain.people import PARTIES, Role
from chalicelib.domain.refusals import (
    INVALID,
    RETURN_ADDRESS_REQUIRED,
    RETURN_LABEL_REQUIRED,
    WRONG_PARTY,
    WRONG_STATE,
    Refusal,
    in_words,
)
from chalicelib.domain.settlement import carry_out, end, return_country
from chalicelib.domain.stages import deadline_of, own_due_at
from chalicelib.domain.state_machine import Action

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.changes import Changes
    from chalicelib.domain.claim import Covered
    from chalicelib.domain.guarantees import Remedy
    from chalicelib.domain.money import Money
    from chalicelib.domain.people import Actor, ReturnAddress
    from chalicelib.domain.policy import Policy


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
    reason, currency, takes = dispute.coverage.reason, dispute.coverage.maximum.currency, types_taken(dispute)
    if offer not in takes:
        raise Refusal(INVALID, f"A {reason.value} claim only takes {' or '.join(takes)}.", field=f"{fields}type")
    if amount.currency != currency:
        raise Refusal(INVALID, f"This order is in {currency}.", field=f"{fields}amount")
    least, maximum = amounts_taken(dispute, offer, by, fields)
    if not least <= amount.minor <= maximum.minor:
        msg = f"The amount must be from {least} to {maximum.minor} minor units of {maximum.currency} ({offer.value})."
        raise Refusal(INVALID, msg, field=f"{fields}amount", maximum=maximum)


def types_taken(dispute: Dispute) -> tuple[OfferType, ...]:
    """Return the types that an offer or a decision can have; the buyer's also have to be one of the remedies (D2)."""
    return (OfferType.REFUND,) if dispute.refund_appealed else dispute.coverage.rule.takes


def amounts_taken(dispute: Dispute, offer: OfferType, by: Role, fields: str = "") -> tuple[int, Money]:
    """Return the least that an offer of that type can be, in minor units, and the most (D2).

    Raises ``Refusal(invalid)`` for a type that the buyer cannot ask for.
    """
    maximum = dispute.coverage.maximum
    if by is Role.BUYER:
        maximum = remedy_asked(dispute.coverage, offer, f"{fields}type").maximum
    if dispute.refund_appealed and dispute.refund:  # what is left to decide is how much of the refund the buyer keeps
        maximum = dispute.refund
    return (1 if by is Role.BUYER and not offer.replaces else 0), maximum


def usable_address(changes: Changes, number: int, given: ReturnAddress | None, label: str | None) -> ReturnAddress:
    """Return the address a return goes to: the given one, else the one on file (D3).

    An address outside the country to which the order went needs ``label``, the seller's prepaid one (C3). Raises ``Refusal``:
    ``return_address_required`` without an address, ``return_label_required`` without the label, ``invalid`` for a label that is
    no file of the seller.
    """
    dispute, destination = changes.dispute(number), changes.case.order.terms.destination_country
    country = return_country(changes.case, dispute)
    if label is not None:
        file_of(dispute, label, EvidenceType.RETURN_LABEL, Role.SELLER, "return_label")
    address = given or changes.address_on_file(destination)
    if address is None and country is None and (abroad := changes.address_on_file(None)):
        address = abroad
    if address is None or (country and address.country != country):
        where = f" in {country}" if country else ""
        msg = f"A return needs a return address{where}: give one here, or put one in the seller's profile."
        raise Refusal(RETURN_ADDRESS_REQUIRED, msg, country=country)
    if address.country != destination and label is None:
        msg = f"A return address outside {destination} needs a prepaid label: add it as evidence, and name it in return_label."
        raise Refusal(RETURN_LABEL_REQUIRED, msg, field="return_label", country=destination)
    return address


def file_of(dispute: Dispute, evidence_id: str, kind: EvidenceType, by: Role, field: str) -> Evidence:
    """Return a piece of evidence that holds a file. Raises ``Refusal(invalid)`` unless it is ``by``'s, and of that type."""
    piece = next((it for it in dispute.evidence if it.id == evidence_id), None)
    if piece is None or not piece.file or (piece.type, piece.by) != (kind, by):
        msg = f"Name evidence of the {by.value} in this dispute, of type {kind.value}, with a file."
        raise Refusal(INVALID, msg, field=field)
    return piece


@move(Action.ACCEPT, c.Accept)
def accept(changes: Changes, number: int, command: c.Accept, actor: Actor) -> None:
    """Accept the proposal on the table, and only the one that was seen (D1). A mediator's takes both parties.

    The seller may accept the buyer's request as well, whatever else is on the table and whoever's turn it is.
    """
    dispute = changes.dispute(number)
    proposal = _acceptable(dispute, command.proposal_id, actor.role)
    address, label = proposal.return_address, proposal.return_label
    returns = proposal.type.asks_back(proposal.amount) and dispute.return_parcel is None
    if returns and actor.role is Role.SELLER:
        label = command.return_label
        address = usable_address(changes, number, command.return_address, label)
    changes.record(number, e.ProposalAccepted(proposal.id, address, label))
    if proposal.by in PARTIES or set(PARTIES) <= set(changes.dispute(number).accepted_by):
        basis = dispute.coverage.rule.basis(Basis.AGREEMENT)
        carry_out(changes, number, proposal.type, proposal.amount, basis, address, label)


def _acceptable(dispute: Dispute, proposal_id: str, by: Role) -> Proposal:
    """The proposal called so, if ``by`` may accept it now. Raises ``Refusal`` otherwise."""
    if by is Role.SELLER and proposal_id == dispute.request_id:
        return dispute.request
    proposal = dispute.proposal_on_table
    if proposal is None or proposal.id != proposal_id:
        raise stale(dispute)
    if proposal.by is by:
        raise Refusal(WRONG_PARTY, "This is your own proposal; the other side may accept it.", current_proposal=proposal)
    if by in dispute.accepted_by:
        raise Refusal(WRONG_STATE, "You have accepted it; that stands.")
    return proposal


@move(Action.PROPOSE, c.Propose)
def propose(changes: Changes, number: int, command: c.Propose, actor: Actor) -> None:
    """Put a proposal on the table. A seller's that gives the buyer all that is asked settles at once (D2)."""
    dispute = changes.dispute(number)
    check_amount(dispute, command.type, command.amount, actor.role)
    settles = actor.role is Role.SELLER and gives_all(dispute, command.type, command.amount)
    if not improves(dispute, command.type, command.amount, actor.role):
        msg = "While the buyer considers your proposal you can only improve it: a higher amount, or no return."
        raise Refusal(INVALID, msg, field="amount", current_proposal=dispute.proposal_on_table)
    address = label = None
    if actor.role is Role.SELLER and command.type.asks_back(command.amount) and dispute.return_parcel is None:
        label = command.return_label
        address = usable_address(changes, number, command.return_address, label)
    made = Proposal(
        next_proposal_id(dispute), actor.role, command.type, command.amount, changes.now, command.note, address, label
    )
    changes.record(number, e.ProposalMade(made))
    if settles:
        carry_out(changes, number, made.type, made.amount, dispute.coverage.rule.basis(Basis.AGREEMENT), address, label)


def gives_all(dispute: Dispute, offer: OfferType, amount: Money) -> bool:
    """Return whether a seller's proposal leaves the buyer nothing to ask (D2).

    It is of the type of the buyer's request, or of the buyer's proposal on the table, and of at least its amount. Once the
    item goes back, it is at least what was granted for the return; after a refund, all of the refund. Money is never as much as
    another item.
    """
    on_table = dispute.proposal_on_table
    wanted = [dispute.request, *([on_table] if on_table and on_table.by is Role.BUYER else [])]
    asked = any(offer is it.type and amount >= it.amount for it in wanted)
    if dispute.refund_appealed and dispute.refund:
        return asked or amount >= dispute.refund
    granted = dispute.grant
    return asked or (granted is not None and amount >= granted.amount and (offer.replaces or not granted.type.replaces))


def improves(dispute: Dispute, offer: OfferType, amount: Money, by: Role) -> bool:
    """Return whether a proposal may be made as it is the turn: a seller's out of turn improves the own one on the table (D2).

    Of one type it is so from some amount on.
    """
    own = dispute.proposal_on_table
    if dispute.stage is not Stage.NEGOTIATING or dispute.turn is by or own is None:
        return True
    higher = offer is own.type and amount > own.amount
    spares_return = own.type.needs_return and not offer.needs_return and amount >= own.amount
    spares_return = spares_return and (offer.replaces or not own.type.replaces)
    return higher or spares_return or gives_all(dispute, offer, amount)


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
    """Add a piece of evidence. It answers the mediator's questions that it names, by default all that wait for one (D4).

    An answer counts however late it is, as long as nothing has been decided.
    """
    dispute, policy = changes.dispute(number), changes.case.policy
    waiting = tuple(question.id for question in dispute.questions_to(actor.role))
    answers = waiting if command.answers is None else command.answers
    if not set(answers) <= set(waiting) or len(set(answers)) != len(answers):
        msg = "Name questions of the mediator to you that wait for an answer, each once."
        raise Refusal(INVALID, msg, field="answers", questions=list(waiting))
    if not answers and evidence_room(dispute, policy, actor.role) <= len(waiting):
        raise too_much_evidence(policy)
    piece = new_evidence(changes, number, command.type, command.note, actor.role)
    changes.record(number, e.EvidenceAdded(replace(piece, answers=answers, file=command.file)))


def grantable(dispute: Dispute, policy: Policy) -> tuple[datetime, datetime]:
    """Return the deadline after which, and the time until which, more time can be granted (D6)."""
    deadline = max(at for at in (deadline_of(dispute, policy), own_due_at(dispute, policy)) if at)
    return deadline, deadline + policy.days("granted_at_most") - dispute.granted_in_all


@move(Action.GRANT_TIME, c.GrantTime)
def grant_time(changes: Changes, number: int, command: c.GrantTime, _: Actor) -> None:
    """Give the awaited party more time: only later, and within the policy's total (D6).

    While the buyer may object to a delivery, the time is added to whichever ends later, so that no earlier grant is lost.
    """
    deadline, latest = grantable(changes.dispute(number), changes.case.policy)
    more = command.until - deadline
    if more.total_seconds() < 1 or command.until > latest:
        msg = f"Name a time after {in_words(deadline)} and not after {in_words(latest)}."
        raise Refusal(INVALID, msg, field="until", deadline=deadline, latest=latest)
    changes.record(number, e.TimeGranted(command.until, int(more.total_seconds())))
