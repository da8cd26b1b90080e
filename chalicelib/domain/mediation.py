"""The mediator's actions, the appeal, and the policy's decision if no mediator decides in time (D4, D5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain import commands as c
from chalicelib.domain import events as e
from chalicelib.domain.dispute import Decision, Dispute, InformationRequest
from chalicelib.domain.guarantees import COVERED, FINDINGS_BY_DEFAULT, FINDINGS_ON_RETURNS, Basis, Finding
from chalicelib.domain.money import Money
from chalicelib.domain.moves import move
from chalicelib.domain.negotiation import check_amount, new_evidence, usable_address
from chalicelib.domain.people import PARTIES, Actor, Role
from chalicelib.domain.refusals import INVALID, Refusal
from chalicelib.domain.settlement import carry_out
from chalicelib.domain.state_machine import Action

if TYPE_CHECKING:
    from chalicelib.domain.changes import Changes


def findings(dispute: Dispute) -> tuple[Finding, ...]:
    """Return the findings that a mediator may give now: the reason's and, once the item was sent back, the return's (D5)."""
    return COVERED[dispute.claim.reason].findings + (FINDINGS_ON_RETURNS if dispute.return_parcel else ())


@move(Action.ASSIGN, c.Assign)
def assign(changes: Changes, number: int, _: c.Assign, actor: Actor) -> None:
    """Take the case as its mediator."""
    changes.record(number, e.MediatorAssigned(actor.id))


@move(Action.REQUEST_INFORMATION, c.RequestInformation)
def request_information(changes: Changes, number: int, command: c.RequestInformation, _: Actor) -> None:
    """Ask one party a question, with its own deadline (D4)."""
    if command.to not in PARTIES:
        raise Refusal(INVALID, "Information is asked of the buyer or of the seller.", field="to")
    asked = len(changes.dispute(number).information_requests)
    due = changes.now + changes.case.policy.days("information")
    request = InformationRequest(f"r{asked + 1}", command.to, command.question, changes.now, due)
    changes.record(number, e.InformationRequested(request))


@move(Action.DECIDE, c.Decide)
def decide(changes: Changes, number: int, command: c.Decide, actor: Actor) -> None:
    """Decide: nothing, part or all, with or without a return. After an appeal it is final and carried out at once (D5)."""
    dispute = changes.dispute(number)
    if command.finding in FINDINGS_BY_DEFAULT:
        raise Refusal(
            INVALID,
            f"{command.finding.value} is found when a deadline passes, not by a mediator.",
            field="finding",
        )
    if command.finding not in findings(dispute):
        allowed = [finding.value for finding in findings(dispute)]
        msg = f"A decision on a {dispute.claim.reason.value} claim can find here: {', '.join(allowed)}."
        raise Refusal(INVALID, msg, field="finding", findings=allowed)
    check_amount(dispute, command.type, command.amount, actor.role)
    address = None
    if command.type.needs_return and command.amount.minor and dispute.return_parcel is None:
        address = usable_address(changes, number, command.return_address)
    _record(
        changes,
        number,
        Decision(
            id=_next_decision_id(dispute),
            by=actor.id,
            type=command.type,
            amount=command.amount,
            finding=command.finding,
            rationale=command.rationale,
            final=dispute.appealed_by is not None,
            return_address=address,
        ),
    )


def decide_by_default(changes: Changes, number: int) -> None:
    """Decide as the policy does when no mediator did: against the one party that left a request unanswered, else for the
    buyer (D4, D12).
    """
    dispute = changes.dispute(number)
    silent = {r.to for r in dispute.requests_of_review if r.lapsed}
    if silent == {Role.BUYER}:
        finding, amount = Finding.NO_ANSWER_FROM_BUYER, Money(0, dispute.coverage.maximum.currency)
        rationale = "The buyer left the mediator's request for information unanswered."
    else:
        granted = dispute.grant.amount if dispute.grant else dispute.request.amount
        amount = min(granted, dispute.coverage.maximum, key=lambda money: money.minor)
        if silent == {Role.SELLER}:
            finding = Finding.NO_ANSWER_FROM_SELLER
            rationale = "The seller left the mediator's request for information unanswered."
        else:
            finding = Finding.NOT_DECIDED_IN_TIME
            rationale = "The time for a review has passed; the buyer's request is granted."
    _record(
        changes,
        number,
        Decision(
            id=_next_decision_id(dispute),
            by=None,
            type=dispute.request.type,
            amount=amount,
            finding=finding,
            rationale=rationale,
            final=dispute.appealed_by is not None,
        ),
    )


def _next_decision_id(dispute: Dispute) -> str:
    return f"decision-{len(dispute.decisions) + 1}"


def _record(changes: Changes, number: int, decision: Decision) -> None:
    changes.record(number, e.DecisionMade(decision))
    if decision.final:
        carry_out_decision(changes, number)


@move(Action.ACCEPT_DECISION, c.AcceptDecision)
def accept_decision(changes: Changes, number: int, _: c.AcceptDecision, __: Actor) -> None:
    """Accept the decision; when both parties have, it is carried out at once."""
    changes.record(number, e.DecisionAccepted(changes.dispute(number).decisions[-1].id))
    if set(PARTIES) <= set(changes.dispute(number).accepted_by):
        carry_out_decision(changes, number)


@move(Action.APPEAL, c.Appeal)
def appeal(changes: Changes, number: int, command: c.Appeal, actor: Actor) -> None:
    """Appeal the decision with new evidence: a different mediator reviews the case (D5)."""
    evidence = new_evidence(changes, number, command.type, command.note, actor.role)
    changes.record(number, e.Appealed(evidence))


def carry_out_decision(changes: Changes, number: int) -> None:
    """Carry out the newest decision, up to what the claim still allows."""
    dispute = changes.dispute(number)
    decision = dispute.decisions[-1]
    basis = Basis.DECISION if decision.by else Basis.DEFAULT_DECISION
    amount = min(decision.amount, dispute.coverage.maximum, key=lambda money: money.minor)
    carry_out(changes, number, decision.type, amount, basis, decision.return_address)
