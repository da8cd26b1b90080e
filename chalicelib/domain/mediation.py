"""The mediator's actions, the appeal, and the policy's decision if no mediator decides in time (D4, D5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain import commands as c
from chalicelib.domain import events as e
from chalicelib.domain.delivery_notice import let_record_stand
from chalicelib.domain.dispute import Decision, Dispute, InformationRequest, ReviewDefault
from chalicelib.domain.exhaustive import table
from chalicelib.domain.guarantees import COVERED, FINDINGS_BY_DEFAULT, FINDINGS_ON_RETURNS, Basis, Finding, OfferType
from chalicelib.domain.guards import barred, no_party
from chalicelib.domain.money import Money, least
from chalicelib.domain.moves import move
from chalicelib.domain.negotiation import check_amount, new_evidence, usable_address
from chalicelib.domain.people import PARTIES, Actor, Role
from chalicelib.domain.refusals import INVALID, WRONG_STATE, Refusal
from chalicelib.domain.settlement import carry_out, end
from chalicelib.domain.state_machine import Action
from chalicelib.domain.todos import missing_evidence

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.changes import Changes


def findings(dispute: Dispute) -> tuple[Finding, ...]:
    """Return the findings that a mediator may give now: the reason's and, once the item was sent back, the return's (D5)."""
    return COVERED[dispute.claim.reason].findings + (FINDINGS_ON_RETURNS if dispute.return_parcel else ())


@move(Action.ASSIGN, c.Assign)
def assign(changes: Changes, number: int, _: c.Assign, actor: Actor) -> None:
    """Take the case as its mediator."""
    changes.record(number, e.MediatorAssigned(actor.id))


@move(Action.GIVE_BACK, c.GiveBack)
def give_back(changes: Changes, number: int, _: c.GiveBack, __: Actor) -> None:
    """Put the case back into the queue. Its mediator does so, or a lead takes it from its mediator (D4)."""
    release_mediator(changes, number)


@move(Action.HAND_OVER, c.HandOver)
def hand_over(changes: Changes, number: int, command: c.HandOver, _: Actor) -> None:
    """Hand the case to a mediator who may judge it; a lead does so (D4)."""
    dispute, terms = changes.dispute(number), changes.case.order.terms
    if command.mediator_id == dispute.mediator:
        raise Refusal(WRONG_STATE, "This mediator has the case already.", mediator=dispute.mediator)
    refused = no_party(command.mediator_id, (terms.buyer_id, terms.seller_id)) or barred(command.mediator_id, dispute)
    if refused:
        raise refused
    changes.record(number, e.MediatorAssigned(command.mediator_id))


def release_mediator(changes: Changes, number: int) -> None:
    """Put the case back into the queue."""
    mediator = changes.dispute(number).mediator
    if mediator:
        changes.record(number, e.MediatorReleased(mediator))


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
    address = label = None
    if command.type.asks_back(command.amount) and dispute.return_parcel is None:
        label = command.return_label
        address = usable_address(changes, number, command.return_address, label)
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
            return_label=label,
            repays_postage=command.repays_postage,
        ),
    )


def decide_by_default(changes: Changes, number: int) -> None:
    """End a review that no mediator has decided in time, as its default says (section 4, under_review)."""
    _DEFAULTS[changes.dispute(number).review_default](changes, number)


def _by_answers(changes: Changes, number: int) -> None:
    """Decide against the one party that left something unanswered; for the buyer where neither or both did."""
    dispute = changes.dispute(number)
    silent = {party for party in PARTIES if _unanswered(changes, dispute, party)}
    if silent == {Role.BUYER}:
        nothing = Money(0, dispute.coverage.maximum.currency)
        words = "The buyer left a question of the mediator, or what the policy requires as evidence, unanswered."
        _record_default(changes, number, _of_nothing(dispute), nothing, Finding.NO_ANSWER_FROM_BUYER, words)
        return
    asked = dispute.grant or dispute.request
    amount = least(asked.amount, dispute.coverage.maximum)
    if silent == {Role.SELLER}:
        words = "The seller left a question of the mediator, or what the policy requires as evidence, unanswered."
        _record_default(changes, number, asked.type, amount, Finding.NO_ANSWER_FROM_SELLER, words)
    else:
        words = "The time for a review has passed; the buyer's request is granted."
        _record_default(changes, number, asked.type, amount, Finding.NOT_DECIDED_IN_TIME, words)


def _unanswered(changes: Changes, dispute: Dispute, party: Role) -> bool:
    """Return whether, now that the time is up, a party owes an answer, or evidence that the policy requires (N6).

    A question whose own time still runs is not owed yet. What the policy requires is about the claim: once a return was
    granted, the claim is no longer in doubt.
    """
    owed = any(question.lapsed for question in dispute.questions_to(party))
    return owed or (dispute.grant is None and bool(missing_evidence(dispute, changes.case.policy)[party]))


def _against_buyer(changes: Changes, number: int) -> None:
    """Refund nothing: no carrier has ever had the return, and nobody has judged it."""
    dispute = changes.dispute(number)
    nothing = Money(0, dispute.coverage.maximum.currency)
    words = "No carrier shows the return on its way to the seller, and the time for a review has passed."
    _record_default(changes, number, _of_nothing(dispute), nothing, Finding.NOT_DECIDED_IN_TIME, words)


def _of_nothing(dispute: Dispute) -> OfferType:
    """Return the type of a decision that gives the buyer nothing: that of the request, unless it would give another item."""
    return OfferType.REFUND if dispute.request.type.replaces else dispute.request.type


def _decision_stands(changes: Changes, number: int) -> None:
    """Carry out the decision appealed against, as nobody decided the appeal: appealing alone wins nothing (I15)."""
    changes.record(number, e.AppealLapsed())
    _let_stand(changes, number)


def _let_stand(changes: Changes, number: int) -> None:
    """Carry out the decision that was appealed against, or leave the refund that was as it is."""
    dispute = changes.dispute(number)
    if dispute.refund_appealed and dispute.outcome:
        end(changes, number, dispute.outcome, dispute.refund, dispute.basis)
    else:
        carry_out_decision(changes, number)


def _record_stands(changes: Changes, number: int) -> None:
    """Let the carrier's record stand to which the buyer objected (C5); for lines that it does not show, decide as usual."""
    let_record_stand(changes, number)
    dispute = changes.dispute(number)
    if dispute.open and dispute.decisions:
        carry_out_decision(changes, number)
    elif dispute.open:
        _by_answers(changes, number)


_DEFAULTS: dict[ReviewDefault, Callable[[Changes, int], None]] = table(
    ReviewDefault,
    {
        ReviewDefault.BY_ANSWERS: _by_answers,
        ReviewDefault.DECISION_STANDS: _decision_stands,
        ReviewDefault.RECORD_STANDS: _record_stands,
        ReviewDefault.AGAINST_BUYER: _against_buyer,
    },
)
"""The effect of each default of a review."""


def _record_default(changes: Changes, number: int, offer: OfferType, amount: Money, finding: Finding, rationale: str) -> None:
    dispute = changes.dispute(number)
    _record(
        changes,
        number,
        Decision(
            id=_next_decision_id(dispute),
            by=None,
            type=offer,
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


@move(Action.WITHDRAW_APPEAL, c.WithdrawAppeal)
def withdraw_appeal(changes: Changes, number: int, _: c.WithdrawAppeal, actor: Actor) -> None:
    """Give the appeal up: what was appealed against stands (D7).

    It is carried out at once where the other side has nothing to appeal against, or has accepted. Else the other side still
    has the time to appeal that it had left when this appeal began: nobody appeals to take that away (I13).
    """
    changes.record(number, e.AppealWithdrawn())
    dispute = changes.dispute(number)
    if dispute.refund_appealed or set(PARTIES) <= set(dispute.accepted_by) or _got_all(dispute, actor.role.other_party):
        _let_stand(changes, number)


def _got_all(dispute: Dispute, party: Role) -> bool:
    """Return whether the decision gives a party all that it can get: the seller pays nothing, the buyer gets the request."""
    decision, asked = dispute.decisions[-1], dispute.request
    if party is Role.SELLER:
        return not decision.type.gives(decision.amount)
    spares_return = decision.type is OfferType.REFUND and not asked.type.replaces
    return (decision.type is asked.type or spares_return) and decision.amount >= asked.amount


def carry_out_decision(changes: Changes, number: int) -> None:
    """Carry out the newest decision, up to what the claim still allows."""
    dispute = changes.dispute(number)
    decision = dispute.decisions[-1]
    basis = Basis.DECISION if decision.by else Basis.DEFAULT_DECISION
    amount = min(decision.amount, dispute.coverage.maximum, key=lambda money: money.minor)
    to = decision.return_address, decision.return_label
    carry_out(changes, number, decision.type, amount, basis, *to, repays_postage=decision.repays_postage)
