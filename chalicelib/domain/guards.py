"""The guards of the state machine. Each says its condition in words, and why it refuses (D10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain.dispute import Dispute, ReviewDefault, Stage
from chalicelib.domain.refusals import (
    LIMIT_REACHED,
    STALE_PROPOSAL,
    TOO_EARLY,
    TOO_LATE,
    WRONG_PARTY,
    WRONG_STATE,
    Refusal,
    in_words,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.domain.people import Actor, Role
    from chalicelib.domain.policy import Policy

    Check = Callable[["Circumstances"], Refusal | None]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """The facts that a guard judges."""

    dispute: Dispute
    parties: tuple[str, str]
    """The ids of the buyer and of the seller."""
    policy: Policy
    actor: Actor
    now: datetime


@dataclass(frozen=True, slots=True)
class Guard:
    """A named condition; ``refusal`` returns None where it holds."""

    name: str
    says: str
    refusal: Check


def stale(dispute: Dispute) -> Refusal:
    """Return the refusal of an answer to a proposal that is not on the table; it names the one that is (D1)."""
    current = dispute.proposal_on_table
    if current is None:
        return Refusal(STALE_PROPOSAL, "There is no proposal on the table to answer; make one.", current_proposal=None)
    return Refusal(
        STALE_PROPOSAL, f"Proposal {current.id} is the one on the table; look at it first.", current_proposal=current
    )


def evidence_room(dispute: Dispute, policy: Policy, party: Role) -> int:
    """Return the number of pieces that ``party`` may still add. An answer to a mediator's question always fits (N6, D4)."""
    given = sum(piece.by is party for piece in dispute.evidence)
    asked = sum(question.to is party for question in dispute.information_requests)
    return max(policy.evidence_at_most + asked - given, len(dispute.questions_to(party)))


def too_much_evidence(policy: Policy, note: str = "") -> Refusal:
    """Return the refusal of one piece of evidence too many; ``note`` goes on with the sentence."""
    most = policy.evidence_at_most
    msg = f"This dispute holds no more than {most} pieces of evidence from each side, beside answers to a mediator{note}."
    return Refusal(LIMIT_REACHED, msg, limit=most)


def _own_turn(at: Circumstances) -> Refusal | None:
    if at.dispute.turn is at.actor.role:
        return None
    return Refusal(WRONG_PARTY, "It is the other side's turn to answer.", turn=at.dispute.turn)


def _proposal_on_table(at: Circumstances) -> Refusal | None:
    return None if at.dispute.on_table else stale(at.dispute)


def _others_proposal(at: Circumstances) -> Refusal | None:
    proposal = at.dispute.proposal_on_table
    if proposal and proposal.by is at.actor.role:
        msg = "Your own proposal is on the table; the other side may accept it."
        return Refusal(WRONG_PARTY, msg, current_proposal=proposal)
    return None


def _not_accepted_yet(at: Circumstances) -> Refusal | None:
    if at.actor.role in at.dispute.accepted_by:
        return Refusal(WRONG_STATE, "You have accepted it; that stands.")
    return None


def _delivery_shown(at: Circumstances) -> Refusal | None:
    if at.dispute.delivery_notice:
        return None
    return Refusal(WRONG_STATE, "No carrier shows this as delivered in time, so there is nothing to object to.")


def _return_unseen(at: Circumstances) -> Refusal | None:
    if at.dispute.return_parcel and at.dispute.return_parcel.scanned_at is None:
        return None
    return Refusal(WRONG_STATE, "A carrier has scanned this parcel; it stays on record.")


def _seller_had_time(at: Circumstances) -> Refusal | None:
    opens = (at.dispute.window_since or at.dispute.opened_at) + at.policy.days("early_escalation")
    if at.now >= opens:
        return None
    return Refusal(TOO_EARLY, f"The seller has until {in_words(opens)} before you can escalate.", opens_at=opens)


def _granted_time_is_over(at: Circumstances) -> Refusal | None:
    until = at.dispute.granted_until
    if until is None or at.now >= until or at.dispute.turn is at.actor.role:
        return None
    return Refusal(TOO_EARLY, f"You granted the other side time until {in_words(until)}; that stands.", opens_at=until)


def _no_decision_made(at: Circumstances) -> Refusal | None:
    if not at.dispute.decisions and at.dispute.review_default is not ReviewDefault.DECISION_STANDS:
        return None
    return Refusal(WRONG_STATE, "A decision has been made: the dispute cannot be withdrawn, only an appeal by who appealed.")


def _own_appeal(at: Circumstances) -> Refusal | None:
    appeal = at.dispute.appeal
    if appeal is None:
        return Refusal(WRONG_STATE, "No appeal is under review.")
    return None if appeal.by is at.actor.role else Refusal(WRONG_PARTY, "Only who appealed can withdraw the appeal.")


def _refund_appealable(at: Circumstances) -> Refusal | None:
    found = at.dispute.late_delivery
    if found and not found.appealed:
        return None if at.now < found.until else too_late(at.dispute, found.until)
    missed = next((left.due_at for left in reversed(at.dispute.left_by_clock) if left.stage is Stage.DECIDED), None)
    return too_late(at.dispute, missed) if missed else Refusal(WRONG_STATE, "This dispute is resolved, and that is final.")


def too_late(dispute: Dispute, deadline: datetime) -> Refusal:
    """The refusal of what a deadline that has passed allowed until then (D10)."""
    msg = f"Too late: the time for this ran out at {in_words(deadline)}."
    return Refusal(TOO_LATE, msg, deadline=deadline, stage=dispute.stage)


def _not_a_party(at: Circumstances) -> Refusal | None:
    return no_party(at.actor.id, at.parties)


def no_party(mediator: str, parties: tuple[str, str]) -> Refusal | None:
    """The refusal of a mediator who is the buyer or the seller of the order: nobody is on two sides."""
    if mediator not in parties:
        return None
    return Refusal(WRONG_PARTY, "Nobody is on two sides: a party of the order cannot be its mediator.")


def barred(mediator: str, dispute: Dispute) -> Refusal | None:
    """The refusal of a mediator who had to do with the case before (D5)."""
    if mediator not in dispute.former_mediators:
        return None
    return Refusal(WRONG_PARTY, "This mediator had to do with the case before; it goes to a different one.", mediator=mediator)


def _assigned(at: Circumstances) -> Refusal | None:
    return None if at.dispute.mediator else Refusal(WRONG_STATE, "Nobody has taken this case.")


def _own_case_or_lead(at: Circumstances) -> Refusal | None:
    return None if at.actor.lead else _own_case(at)


def _leads(at: Circumstances) -> Refusal | None:
    return None if at.actor.lead else Refusal(WRONG_PARTY, "Only a lead hands a case to another mediator.")


def _negotiable(at: Circumstances) -> Refusal | None:
    if at.dispute.coverage.rule.negotiated:
        return None
    return Refusal(WRONG_STATE, "This return is guaranteed, no questions asked: it cannot be refused or bargained over.")


def _unassigned(at: Circumstances) -> Refusal | None:
    if at.dispute.mediator is None:
        return None
    whose = "It is yours already" if at.dispute.mediator == at.actor.id else "A mediator has taken this case already"
    return Refusal(WRONG_STATE, f"{whose}.", mediator=at.dispute.mediator)


def _new_to_the_case(at: Circumstances) -> Refusal | None:
    return barred(at.actor.id, at.dispute)


def _own_case(at: Circumstances) -> Refusal | None:
    if at.dispute.mediator == at.actor.id:
        return None
    return Refusal(WRONG_PARTY, "Take the case first; only its mediator acts in it.", mediator=at.dispute.mediator)


def _waits_for_the_other(at: Circumstances) -> Refusal | None:
    if at.dispute.turn is not at.actor.role:
        return None
    return Refusal(WRONG_PARTY, "It is your turn; only the side that waits can grant more time.")


def _time_left_to_grant(at: Circumstances) -> Refusal | None:
    most = at.policy.days("granted_at_most")
    if at.dispute.granted_in_all < most:
        return None
    return Refusal(LIMIT_REACHED, f"All {most.days} days of extra time in this dispute have been granted.")


def _room_for_evidence(at: Circumstances) -> Refusal | None:
    return None if evidence_room(at.dispute, at.policy, at.actor.role) else too_much_evidence(at.policy)


def _room(limit: str, what: str, count: Callable[[Circumstances], int]) -> Check:
    def refusal(at: Circumstances) -> Refusal | None:
        most = getattr(at.policy, limit)
        if count(at) < most:
            return None
        return Refusal(LIMIT_REACHED, f"This dispute holds no more than {most} {what}.", limit=most)

    return refusal


OWN_TURN = Guard("own_turn", "it is their turn", _own_turn)
PROPOSAL_ON_TABLE = Guard("proposal_on_table", "a proposal is on the table", _proposal_on_table)
OTHERS_PROPOSAL = Guard("others_proposal", "the proposal is not their own", _others_proposal)
NOT_ACCEPTED_YET = Guard("not_accepted_yet", "they have not accepted already", _not_accepted_yet)
RETURN_UNSEEN = Guard("return_unseen", "no carrier has scanned the return", _return_unseen)
DELIVERY_SHOWN = Guard("delivery_shown", "a carrier shows a claimed line as delivered in time", _delivery_shown)
SELLER_HAD_TIME = Guard("seller_had_time", "the seller has had the time before early escalation", _seller_had_time)
NEGOTIABLE = Guard("negotiable", "the claim is not a no-questions-asked return", _negotiable)
UNASSIGNED = Guard("unassigned", "nobody has taken the case", _unassigned)
NOT_A_PARTY = Guard("not_a_party", "they are neither its buyer nor its seller", _not_a_party)
NEW_TO_THE_CASE = Guard(
    "new_to_the_case", "they judged no earlier dispute about it, nor had it before an appeal", _new_to_the_case
)
ASSIGNED = Guard("assigned", "a mediator has the case", _assigned)
OWN_CASE_OR_LEAD = Guard("own_case_or_lead", "they have taken the case, or are a lead", _own_case_or_lead)
LEADS = Guard("leads", "they are a lead", _leads)
GRANTED_TIME_IS_OVER = Guard(
    "granted_time_is_over", "the time that they granted the other side has passed", _granted_time_is_over
)
NO_DECISION_MADE = Guard("no_decision_made", "no decision has been made, and no refund appealed", _no_decision_made)
OWN_APPEAL = Guard("own_appeal", "their own appeal is under review", _own_appeal)
REFUND_APPEALABLE = Guard(
    "refund_appealable", "a delivery in time became known after the refund, and the time to appeal runs", _refund_appealable
)
OWN_CASE = Guard("own_case", "they have taken the case", _own_case)
WAITS_FOR_THE_OTHER = Guard("waits_for_the_other", "the other side is awaited", _waits_for_the_other)
TIME_LEFT_TO_GRANT = Guard("time_left_to_grant", "not all the extra time has been granted", _time_left_to_grant)
ROOM_FOR_PROPOSALS = Guard(
    "room_for_proposals",
    "fewer proposals of their side than the limit",
    _room(
        "proposals_at_most",
        "proposals from each side",
        lambda at: sum(proposal.by is at.actor.role for proposal in at.dispute.proposals),
    ),
)
ROOM_FOR_EVIDENCE = Guard(
    "room_for_evidence",
    "fewer pieces of evidence of theirs than the limit, or a mediator's question waits for them",
    _room_for_evidence,
)
ROOM_FOR_QUESTIONS = Guard(
    "room_for_questions",
    "fewer information requests than the limit",
    _room(
        "information_requests_at_most",
        "information requests",
        lambda at: sum(not request.carried_from for request in at.dispute.information_requests),
    ),
)
