"""A mediator between the two: questions, evidence, decisions, appeals, and the decision nobody made (D4, D5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain.acting import allowed_actions
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.dispute import AcknowledgementType, Outcome, Stage, Status
from chalicelib.domain.events import DecisionMade
from chalicelib.domain.evidence import EvidenceType
from chalicelib.domain.guarantees import FINDINGS_BY_DEFAULT, Basis, Finding, Guarantee, OfferedGuarantee, OfferType, Reason
from chalicelib.domain.people import Role
from chalicelib.domain.refusals import INVALID, LIMIT_REACHED, STALE_PROPOSAL, TOO_LATE, WRONG_PARTY, WRONG_STATE
from chalicelib.domain.stages import status_of
from chalicelib.domain.state_machine import Action
from tests.domain.worlds import (
    AT_HOME,
    BUYER,
    DAY,
    DECIDED_FOR_BUYER,
    HOUR,
    MEDIATOR,
    NEWS,
    OTHER_MEDIATOR,
    PHOTO,
    PROMISED,
    SECOND,
    SELLER,
    World,
    claim_of,
    delivered,
    disputed,
    money,
    order_terms,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.people import Actor

REFUND, WITH_RETURN = OfferType.REFUND, OfferType.REFUND_WITH_RETURN
TAKEN_BACK = c.Appeal(EvidenceType.DOCUMENT, "The expert's report.")


def asks(whom: Role) -> c.RequestInformation:
    """A question to one party."""
    return c.RequestInformation(whom, "What happened?")


def decides(
    minor: int, kind: OfferType = REFUND, finding: Finding = Finding.NOT_AS_DESCRIBED, rationale: str = "As the photos show."
) -> c.Decide:
    """A decision."""
    return c.Decide(kind, money(minor), finding, rationale)


def answer(by: Actor) -> tuple[Actor, c.AddEvidence]:
    """Some evidence of a party's."""
    return by, c.AddEvidence(EvidenceType.STATEMENT, f"It was like this, says {by.id}.")


# Taking a case


def test_one_mediator_takes_the_case() -> None:
    """Section 4, D10: a case under review is taken once, and only its mediator acts in it."""
    world = disputed(Stage.NEGOTIATING)
    world.act(BUYER, c.Escalate("No use."))
    for command in (asks(Role.BUYER), c.Propose(REFUND, money(1)), decides(1)):
        assert world.refused_act(MEDIATOR, command).code == WRONG_PARTY
    world.act(MEDIATOR, c.Assign())
    for mediator, told in ((OTHER_MEDIATOR, "A mediator has taken this case already."), (MEDIATOR, "It is yours already.")):
        refused = world.refused_act(mediator, c.Assign())
        assert (WRONG_STATE, told) == (refused.code, refused.message)
    for command in (asks(Role.BUYER), c.Propose(REFUND, money(1)), decides(1)):
        assert world.refused_act(OTHER_MEDIATOR, command).code == WRONG_PARTY
    assert (Status.UNDER_REVIEW, MEDIATOR.id) == (status_of(world.dispute()), world.dispute().mediator)


# Questions and answers


@pytest.mark.parametrize("whom", [BUYER, SELLER])
def test_a_request_goes_to_one_party_who_answers_with_evidence(whom: Actor) -> None:
    """D4: a request has one addressee and its own due date; the addressee's next evidence answers it, the other's does not."""
    world = disputed(Stage.UNDER_REVIEW)
    world.act(MEDIATOR, asks(whom.role))
    asked_at = world.now
    other = SELLER if whom is BUYER else BUYER
    world.wait(HOUR).act(*answer(other))
    assert world.dispute().information_requests[0].pending
    world.wait(HOUR).act(*answer(whom))
    request = world.dispute().information_requests[0]
    assert (whom.role, asked_at + 3 * DAY, world.now, False) == (
        request.to,
        request.due_at,
        request.answered_at,
        request.lapsed,
    )
    assert [piece.answers for piece in world.dispute().evidence] == [(), ("r1",)]
    assert not world.wait(10 * DAY).as_of_now().dispute(1).information_requests[0].lapsed


@pytest.mark.parametrize("to", [Role.MEDIATOR, Role.PLATFORM, Role.CLOCK])
def test_only_the_parties_are_asked(to: Role) -> None:
    """D4: information is asked of the buyer or of the seller."""
    assert disputed(Stage.UNDER_REVIEW).refused_act(MEDIATOR, asks(to)).code == INVALID


def test_an_answer_names_the_questions_it_answers() -> None:
    """D4: an answer answers the questions that it names, by default all that wait; and none but its party's own."""
    world = disputed(Stage.UNDER_REVIEW)
    for whom in (Role.SELLER, Role.SELLER, Role.SELLER, Role.BUYER):
        world.wait(HOUR).act(MEDIATOR, asks(whom))
    world.wait(HOUR).act(SELLER, c.AddEvidence(EvidenceType.STATEMENT, "Besides.", answers=()))
    assert [request.pending for request in world.dispute().information_requests] == [True, True, True, True]
    world.wait(HOUR).act(SELLER, c.AddEvidence(EvidenceType.STATEMENT, "Only this.", answers=("r2",)))
    assert [request.pending for request in world.dispute().information_requests] == [True, False, True, True]
    for answers in (("r2",), ("r4",), ("r9",), ("r1", "r1")):
        refused = world.refused_act(SELLER, c.AddEvidence(EvidenceType.STATEMENT, "That.", answers=answers))
        assert (INVALID, "answers", ["r1", "r3"]) == (refused.code, refused.details["field"], refused.details["questions"])
    world.wait(HOUR).act(*answer(SELLER))
    assert [request.pending for request in world.dispute().information_requests] == [False, False, False, True]


def test_an_answer_after_the_due_date_still_counts() -> None:
    """D4, D9: the three days passed, which stays on record; an answer before the decision counts all the same."""
    world = disputed(Stage.UNDER_REVIEW)
    world.act(MEDIATOR, asks(Role.BUYER))
    world.wait(3 * DAY).act(*answer(BUYER))
    request = world.dispute().information_requests[0]
    assert (request.lapsed, request.answered_at) == (True, world.now)
    assert [piece.answers for piece in world.dispute().evidence] == [("r1",)]


def test_questions_and_evidence_are_bounded() -> None:
    """D4, N6, C6: ten questions in a dispute, and twenty pieces of evidence from each side beside what answers them."""
    world = disputed(Stage.UNDER_REVIEW)
    for _ in range(10):
        world.act(MEDIATOR, asks(Role.BUYER))
    assert world.refused_act(MEDIATOR, asks(Role.SELLER)).code == LIMIT_REACHED
    for n in range(1, 11):
        world.act(BUYER, c.AddEvidence(EvidenceType.STATEMENT, "One by one.", answers=(f"r{n}",)))
    for _ in range(20):
        world.act(*answer(BUYER))
    refused = world.refused_act(*answer(BUYER))
    assert (LIMIT_REACHED, 20) == (refused.code, refused.details["limit"])
    world.act(*answer(SELLER))
    assert len(world.dispute().evidence) == 31


def full_of_evidence() -> World:
    """A review in which both sides have added all the evidence that a dispute takes."""
    world = disputed(Stage.UNDER_REVIEW)
    for party in (BUYER, SELLER):
        for _ in range(20):
            world.act(*answer(party))
        assert world.refused_act(*answer(party)).code == LIMIT_REACHED
    return world


@pytest.mark.parametrize("party", [BUYER, SELLER], ids=lambda it: it.role.value)
def test_a_question_is_answered_however_much_there_is(party: Actor) -> None:
    """D4, D5, N6: each question makes room for its answer, also the next one's, so nobody loses for want of room."""
    world = full_of_evidence()
    since = world.dispute().stage_since
    for asked in range(1, 4):
        world.wait(HOUR).act(MEDIATOR, asks(party.role))
        assert Action.ADD_EVIDENCE not in offered(world, OTHER_PARTY[party])
        assert Action.ADD_EVIDENCE in offered(world, party)
        world.wait(HOUR).act(*answer(party))
        assert (f"r{asked}",) == world.dispute().evidence[-1].answers
        assert world.refused_act(*answer(party)).code == LIMIT_REACHED
    dispute = world.go(since + 14 * DAY - SECOND).as_of_now().dispute(1)
    assert () == dispute.questions_to(party.role)


def test_a_question_that_has_lapsed_has_room_for_its_answer() -> None:
    """D4, N6: a late answer counts, so there is room for it; and for nothing that answers no question."""
    world = full_of_evidence()
    world.act(MEDIATOR, asks(Role.BUYER))
    world.wait(3 * DAY).sweep()
    beside = c.AddEvidence(EvidenceType.STATEMENT, "Beside the question.", answers=())
    assert Action.ADD_EVIDENCE in offered(world, BUYER)
    assert world.refused_act(BUYER, beside).code == LIMIT_REACHED
    world.act(*answer(BUYER))
    assert world.refused_act(*answer(BUYER)).code == LIMIT_REACHED


@pytest.mark.parametrize("party", [BUYER, SELLER], ids=lambda it: it.role.value)
def test_a_decision_is_appealed_however_much_evidence_there_is(party: Actor) -> None:
    """D5, N6: the appeal brings its own piece, which no limit refuses."""
    world = full_of_evidence()
    world.act(MEDIATOR, DECIDED_FOR_BUYER)
    world.act(party, c.Appeal(NEWS.type, "One more."))
    assert (Stage.UNDER_REVIEW, "One more.") == (world.dispute().stage, world.dispute().evidence[-1].note)
    assert world.refused_act(*answer(party)).code == LIMIT_REACHED
    world.act(OTHER_MEDIATOR, c.Assign())
    world.act(OTHER_MEDIATOR, asks(party.role))
    world.act(*answer(party))
    assert len(world.dispute().evidence) == 42


OTHER_PARTY = {BUYER: SELLER, SELLER: BUYER}


def offered(world: World, actor: Actor) -> set[Action]:
    """Return the actions that ``actor`` may take in the dispute now."""
    return {allowed.action for allowed in allowed_actions(world.case, world.dispute(), actor, world.now)}


# The decision nobody made (D4, D5, D12)


@pytest.mark.parametrize(
    ("silent", "finding", "refund"),
    [
        ((), Finding.NOT_DECIDED_IN_TIME, 4000),
        ((Role.BUYER,), Finding.NO_ANSWER_FROM_BUYER, 0),
        ((Role.SELLER,), Finding.NO_ANSWER_FROM_SELLER, 4000),
        ((Role.BUYER, Role.SELLER), Finding.NOT_DECIDED_IN_TIME, 4000),
    ],
)
def test_without_a_decision_the_policy_decides(silent: tuple[Role, ...], finding: Finding, refund: int) -> None:
    """D5, D12, D1: against the one party that left a request unanswered, else for the buyer, as the buyer's request says.

    What the buyer offers while negotiating is no request.
    """
    world = disputed(Stage.OPENED)
    world.act(BUYER, c.Propose(REFUND, money(4000)))
    world.act(BUYER, PHOTO)
    world.act(SELLER, c.Decline())
    world.act(BUYER, c.Propose(REFUND, money(500)))
    world.act(SELLER, c.Escalate())
    world.act(MEDIATOR, c.Assign())
    escalated_at = world.now
    for whom in (BUYER, SELLER):
        world.wait(HOUR).act(MEDIATOR, asks(whom.role))
        if whom.role not in silent:
            world.wait(HOUR).act(*answer(whom))
    decision = world.go(escalated_at + 14 * DAY).as_of_now().dispute(1).decision
    assert decision is not None
    assert (None, finding, money(refund), REFUND, False) == (
        decision.by,
        decision.finding,
        decision.amount,
        decision.type,
        decision.final,
    )
    assert decision.rationale
    ended = world.go(escalated_at + 21 * DAY).as_of_now().dispute(1)
    favour = Outcome.RESOLVED_BUYER_FAVOUR if refund else Outcome.RESOLVED_SELLER_FAVOUR
    assert (favour, money(refund)) == (ended.outcome, ended.refund)


def test_one_answer_of_two_is_still_silence() -> None:
    """Section 4, D4: a party that answered one request and left another unanswered has left one unanswered."""
    world = disputed(Stage.UNDER_REVIEW)
    since = world.dispute().stage_since
    world.act(MEDIATOR, asks(Role.BUYER))
    world.act(*answer(BUYER))
    world.act(MEDIATOR, asks(Role.BUYER))
    decision = world.go(since + 14 * DAY).as_of_now().dispute(1).decision
    assert decision is not None
    assert decision.finding is Finding.NO_ANSWER_FROM_BUYER


def test_a_request_still_running_at_the_end_is_not_silence() -> None:
    """D4: only a request whose three days have passed counts against anyone."""
    world = disputed(Stage.UNDER_REVIEW)
    since = world.dispute().stage_since
    world.act(BUYER, PHOTO)
    world.go(since + 11 * DAY + SECOND).act(MEDIATOR, c.Assign())
    world.act(MEDIATOR, asks(Role.BUYER))
    decision = world.go(since + 14 * DAY).as_of_now().dispute(1).decision
    assert decision is not None
    assert decision.finding is Finding.NOT_DECIDED_IN_TIME


def test_silence_in_an_appeals_review_changes_no_decision() -> None:
    """D4, D5, I15: whoever leaves what question unanswered, an appeal that nobody decides leaves the decision standing."""
    for silent in (Role.BUYER, Role.SELLER):
        world = appealed()
        world.act(OTHER_MEDIATOR, c.Assign())
        world.act(OTHER_MEDIATOR, asks(silent))
        ended = world.wait(14 * DAY).as_of_now().dispute(1)
        assert (Stage.RESOLVED, money(5000), Basis.DECISION) == (ended.stage, ended.refund, ended.basis)


def test_an_answer_goes_to_the_review_that_is_going_on() -> None:
    """D4, D5: after an appeal, evidence answers the new mediator's question, not one left over from the first review."""
    world = disputed(Stage.UNDER_REVIEW)
    world.act(MEDIATOR, asks(Role.BUYER))
    world.wait(HOUR).act(MEDIATOR, decides(5000))
    world.wait(HOUR).act(SELLER, TAKEN_BACK)
    world.wait(HOUR).act(OTHER_MEDIATOR, c.Assign())
    world.act(OTHER_MEDIATOR, asks(Role.BUYER))
    world.wait(HOUR).act(*answer(BUYER))
    assert world.dispute().evidence[-1].answers == ("r2",)


# What a mediator decides


@pytest.mark.parametrize("minor", [0, 1, 5000, 10_000])
@pytest.mark.parametrize("kind", list(OfferType))
def test_a_decision_gives_nothing_part_or_all_with_or_without_return(minor: int, kind: OfferType) -> None:
    """D5: a decision of any type and amount within the claim is carried out as decided when the appeal window has passed."""
    world = disputed(Stage.UNDER_REVIEW)
    world.act(MEDIATOR, decides(minor, kind))
    dispute = world.dispute()
    assert (dispute.stage, status_of(dispute)) == (Stage.DECIDED, Status.UNDER_REVIEW)
    made = dispute.decision
    assert made is not None
    assert (MEDIATOR.id, kind, money(minor), "As the photos show.") == (made.by, made.type, made.amount, made.rationale)
    after = world.wait(7 * DAY).as_of_now().dispute(1)
    if kind is OfferType.REPLACEMENT:
        assert (Stage.AWAITING_REPLACEMENT, money(minor)) == (after.stage, after.grant and after.grant.amount)
    elif kind is OfferType.REPLACEMENT_WITH_RETURN or (kind is WITH_RETURN and minor):
        assert (Stage.AWAITING_RETURN, money(minor)) == (after.stage, after.grant and after.grant.amount)
    else:
        favour = Outcome.RESOLVED_BUYER_FAVOUR if minor else Outcome.RESOLVED_SELLER_FAVOUR
        assert (favour, money(minor)) == (after.outcome, after.refund)


@pytest.mark.parametrize(
    "command",
    [
        decides(-1),
        decides(10_001),
        c.Decide(REFUND, money(1, "EUR"), Finding.NOT_AS_DESCRIBED, "No."),
        decides(1, finding=Finding.NO_ANSWER_FROM_BUYER),
        decides(1, finding=Finding.NO_ANSWER_FROM_SELLER),
        decides(1, finding=Finding.NOT_DECIDED_IN_TIME),
    ],
)
def test_a_decision_stays_within_the_claim_and_its_own_findings(command: c.Decide) -> None:
    """D5, D2: below nothing, above the maximum, another currency, or a finding that only the clock makes, is refused."""
    assert disputed(Stage.UNDER_REVIEW).refused_act(MEDIATOR, command).code == INVALID


# What a mediator may find of each claim, the item still with the buyer; and, of every claim, once it was sent back.
MAY_FIND = {
    Reason.NOT_RECEIVED: "not_received delivered_late carrier_shows_delivered",
    Reason.NOT_AS_DESCRIBED: "not_as_described seller_proved_as_described",
    Reason.COUNTERFEIT: "counterfeit genuine not_as_described seller_proved_as_described",
    Reason.NO_LONGER_WANTED: "return_guaranteed return_not_guaranteed",
}
ALSO_OF_A_RETURN = " return_received return_not_as_sent"
GUARANTEES = tuple(OfferedGuarantee(kind) for kind in (Guarantee.EXTRA_RETURNS, Guarantee.GUARANTEED_GENUINE))


def claimed_under_review(reason: Reason) -> World:
    """A claim for that reason, escalated to a mediator before anything was agreed."""
    terms = order_terms(guarantees=GUARANTEES)
    world = World.of(terms).go(PROMISED) if reason is Reason.NOT_RECEIVED else delivered(terms)
    world.wait(DAY).open(claim_of(reason))
    world.wait(4 * DAY).act(BUYER, c.Escalate())
    world.act(MEDIATOR, c.Assign())
    return world


def returned_under_review(reason: Reason) -> World:
    """A claim for that reason, granted with a return in which the seller has found a problem."""
    world = delivered(order_terms(guarantees=GUARANTEES), AT_HOME)
    world.wait(DAY).open(claim_of(reason))
    if world.dispute().stage is Stage.OPENED:
        world.act(SELLER, c.Propose(WITH_RETURN, money(5000)))
        world.act(BUYER, c.Accept("2"))
    world.act(BUYER, c.ShipReturn(Carrier.TNT, "900000001"))
    world.wait(DAY).act(SELLER, c.AcknowledgeReturn(AcknowledgementType.DAMAGED, "Scratched.", came=True))
    world.act(MEDIATOR, c.Assign())
    return world


@pytest.mark.parametrize("finding", list(Finding))
@pytest.mark.parametrize(
    ("reason", "build"),
    [
        *((reason, claimed_under_review) for reason in MAY_FIND),
        *((reason, returned_under_review) for reason in MAY_FIND if reason is not Reason.NOT_RECEIVED),
    ],
)
def test_a_finding_fits_the_claim(reason: Reason, build: Callable[[Reason], World], finding: Finding) -> None:
    """D5: a mediator finds what the claim's reason asks, or how a return came back; a refusal names what can be found."""
    world = build(reason)
    allowed = (MAY_FIND[reason] + (ALSO_OF_A_RETURN if build is returned_under_review else "")).split()
    command = decides(0, world.dispute().request.type, finding)
    if finding.value in allowed:
        world.act(MEDIATOR, command)

        decision = world.dispute().decision
        assert decision is not None
        assert finding is decision.finding
    else:
        refused = world.refused_act(MEDIATOR, command)

        assert (INVALID, "finding") == (refused.code, refused.details["field"])
        assert finding in FINDINGS_BY_DEFAULT or allowed == refused.details["findings"]


def test_every_claim_that_can_be_opened_has_its_findings() -> None:
    """D5, C2: the rows above miss no reason but the one that is never a dispute, and no finding that a mediator may give."""
    found = set((" ".join(MAY_FIND.values()) + ALSO_OF_A_RETURN).split())

    assert set(Reason) - {Reason.UNAUTHORISED_CHARGE} == set(MAY_FIND)
    assert set(Finding) - set(FINDINGS_BY_DEFAULT) == found


def test_when_both_accept_the_decision_it_is_carried_out_at_once() -> None:
    """D5: one acceptance waits for the other; with both there is nothing left to wait for."""
    for first, second in ((BUYER, SELLER), (SELLER, BUYER)):
        world = disputed(Stage.DECIDED)
        world.wait(HOUR).act(first, c.AcceptDecision())
        assert world.dispute().stage is Stage.DECIDED
        assert world.refused_act(first, c.AcceptDecision()).code == WRONG_STATE
        assert world.refused_act(first, TAKEN_BACK).code == WRONG_STATE
        world.wait(HOUR).act(second, c.AcceptDecision())
        assert (Outcome.RESOLVED_BUYER_FAVOUR, money(5000)) == (world.dispute().outcome, world.dispute().refund)


def test_one_who_accepted_does_not_stop_the_others_appeal() -> None:
    """D5: the buyer's acceptance binds the buyer; the seller may still appeal."""
    world = disputed(Stage.DECIDED)
    world.act(BUYER, c.AcceptDecision())
    world.act(SELLER, TAKEN_BACK)
    assert (world.dispute().stage, world.dispute().accepted_by) == (Stage.UNDER_REVIEW, ())


# Going to another mediator


def appealed(by: Actor = SELLER) -> World:
    """A decision for the buyer, appealed."""
    world = disputed(Stage.DECIDED)
    world.wait(DAY).act(by, TAKEN_BACK)
    return world


@pytest.mark.parametrize("by", [BUYER, SELLER])
def test_an_appeal_brings_new_evidence_to_a_different_mediator(by: Actor) -> None:
    """D5: the appeal's evidence is on record, the mediator who decided cannot take the case again, another can."""
    world = appealed(by)
    dispute = world.dispute()
    assert (Stage.UNDER_REVIEW, None, by.role, world.now) == (
        dispute.stage,
        dispute.mediator,
        dispute.appealed_by,
        dispute.stage_since,
    )
    assert [(by.role, "The expert's report.")] == [(piece.by, piece.note) for piece in dispute.evidence]
    assert world.refused_act(MEDIATOR, c.Assign()).code == WRONG_PARTY
    world.act(OTHER_MEDIATOR, c.Assign())
    assert world.dispute().mediator == OTHER_MEDIATOR.id


def test_the_decision_on_appeal_is_final() -> None:
    """D5: it is carried out at once; there is no second appeal window. Both decisions stay on record."""
    world = appealed()
    world.act(OTHER_MEDIATOR, c.Assign())
    world.act(OTHER_MEDIATOR, decides(0, finding=Finding.SELLER_PROVED_AS_DESCRIBED, rationale="The report settles it."))
    dispute = world.dispute()
    assert (Stage.RESOLVED, Outcome.RESOLVED_SELLER_FAVOUR, money(0)) == (dispute.stage, dispute.outcome, dispute.refund)
    assert [(False, MEDIATOR.id), (True, OTHER_MEDIATOR.id)] == [(d.final, d.by) for d in dispute.decisions]
    assert sum(isinstance(event.payload, DecisionMade) for event in world.log) == 2
    for actor, code in ((BUYER, WRONG_PARTY), (SELLER, WRONG_STATE)):
        assert world.refused_act(actor, TAKEN_BACK).code == code


@pytest.mark.parametrize("by", [BUYER, SELLER])
def test_an_appeal_nobody_decides_leaves_the_decision_standing(by: Actor) -> None:
    """D12, D5, I15: 14 days after the appeal, the decision appealed against is carried out, and that is final."""
    world = appealed(by)
    ended = world.wait(14 * DAY).as_of_now().dispute(1)
    assert (Stage.RESOLVED, money(5000), Basis.DECISION) == (ended.stage, ended.refund, ended.basis)
    assert [MEDIATOR.id] == [decision.by for decision in ended.decisions]


def test_the_policys_own_decision_can_be_appealed() -> None:
    """D5: what the policy decided for want of a mediator may go to one on appeal."""
    world = disputed(Stage.UNDER_REVIEW)
    world.wait(14 * DAY).act(SELLER, TAKEN_BACK)
    assert world.dispute().stage is Stage.UNDER_REVIEW
    world.act(OTHER_MEDIATOR, c.Assign())
    world.act(OTHER_MEDIATOR, decides(100))
    assert (Outcome.RESOLVED_BUYER_FAVOUR, money(100)) == (world.dispute().outcome, world.dispute().refund)


def test_an_appeal_after_its_window_is_too_late() -> None:
    """D5, D10: seven days after the decision it has been carried out, and the appellant is told so."""
    world = disputed(Stage.DECIDED)
    due = world.now + 7 * DAY
    refused = world.go(due).refused_act(SELLER, TAKEN_BACK)
    assert (TOO_LATE, due) == (refused.code, refused.details["deadline"])


def test_only_evidence_with_an_appeal_counts_once_decided() -> None:
    """D5: after the decision, evidence comes with an appeal or not at all."""
    assert disputed(Stage.DECIDED).refused_act(BUYER, NEWS).code == WRONG_STATE


# Agreeing under review


def test_a_mediators_proposal_takes_both_parties() -> None:
    """Section 4, D1: the proposal of a mediator is agreed when both have accepted it, each once."""
    for first, second in ((BUYER, SELLER), (SELLER, BUYER)):
        world = disputed(Stage.UNDER_REVIEW)
        world.act(MEDIATOR, c.Propose(REFUND, money(6000)))
        on_table = world.dispute().on_table
        assert on_table == "3"
        world.act(first, c.Accept("3"))
        assert (Stage.UNDER_REVIEW, (first.role,)) == (world.dispute().stage, world.dispute().accepted_by)
        assert world.refused_act(first, c.Accept("3")).code == WRONG_STATE
        world.act(second, c.Accept("3"))
        assert (Outcome.RESOLVED_WITH_AGREEMENT, money(6000)) == (world.dispute().outcome, world.dispute().refund)


def test_a_new_proposal_of_the_mediator_starts_the_count_again() -> None:
    """D1: what one party accepted was the old proposal; the new one needs both again."""
    world = disputed(Stage.UNDER_REVIEW)
    world.act(MEDIATOR, c.Propose(REFUND, money(6000)))
    world.act(BUYER, c.Accept("3"))
    world.act(MEDIATOR, c.Propose(REFUND, money(3000)))
    assert world.refused_act(SELLER, c.Accept("3")).code == STALE_PROPOSAL
    world.act(SELLER, c.Accept("4"))
    assert world.dispute().stage is Stage.UNDER_REVIEW
    world.act(BUYER, c.Accept("4"))
    assert money(3000) == world.dispute().refund


def test_an_offer_left_on_the_table_can_still_be_accepted_under_review() -> None:
    """Section 4, D1: the other side may accept what was on the table when the case was escalated; its author may not."""
    world = disputed(Stage.UNDER_REVIEW)
    assert world.refused_act(SELLER, c.Accept("2")).code == WRONG_PARTY
    world.act(BUYER, c.Accept("2"))
    assert (Outcome.RESOLVED_WITH_AGREEMENT, money(1000)) == (world.dispute().outcome, world.dispute().refund)


def test_a_mediators_return_uses_the_sellers_address_whoever_accepts_first() -> None:
    """D3, D1: the address the seller gives when accepting is where the return goes, first or second."""
    for first, second in ((BUYER, SELLER), (SELLER, BUYER)):
        world = disputed(Stage.UNDER_REVIEW)
        world.put_on_file()
        world.act(MEDIATOR, c.Propose(WITH_RETURN, money(9000)))
        for party in (first, second):
            world.act(party, c.Accept("3", AT_HOME if party is SELLER else None))
        grant = world.dispute().grant
        assert grant is not None
        assert (world.dispute().stage, grant.return_address) == (Stage.AWAITING_RETURN, AT_HOME)


def test_the_decision_of_the_world_is_what_it_says() -> None:
    """D5: the decision used throughout these tests has its type, amount, finding and rationale on the timeline."""
    world = disputed(Stage.DECIDED)
    made = [event.payload.decision for event in world.log if isinstance(event.payload, DecisionMade)]
    expected = (DECIDED_FOR_BUYER.type, DECIDED_FOR_BUYER.amount, DECIDED_FOR_BUYER.finding, DECIDED_FOR_BUYER.rationale)
    assert [expected] == [(d.type, d.amount, d.finding, d.rationale) for d in made]
