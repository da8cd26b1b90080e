"""Disputes that cheats won under the first version, and their kin (D1-D7, C2, C3, I12, I13, I15)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from chalicelib.domain import acting, coverage, opening
from chalicelib.domain import commands as c
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.claim import Covered, NotCovered
from chalicelib.domain.dispute import AcknowledgementType, Outcome, Stage
from chalicelib.domain.engine import as_of
from chalicelib.domain.evidence import EvidenceType
from chalicelib.domain.exclusions import Exclusion
from chalicelib.domain.guarantees import Finding, Guarantee, OfferedGuarantee, OfferType, Reason
from chalicelib.domain.ledger import Movement
from chalicelib.domain.parcel import CarrierStatus
from chalicelib.domain.people import Actor, Role
from chalicelib.domain.refusals import INVALID, STALE_PROPOSAL, TOO_EARLY, WRONG_PARTY, WRONG_STATE
from chalicelib.domain.stages import deadline_of, next_due_at
from tests.domain.worlds import (
    AT_HOME,
    BUYER,
    DAMAGED,
    DAY,
    HOUR,
    MEDIATOR,
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

    from chalicelib.domain.dispute import Dispute

REFUND, WITH_RETURN = OfferType.REFUND, OfferType.REFUND_WITH_RETURN
NO = c.Appeal(EvidenceType.STATEMENT, "No.")
THIRD_MEDIATOR = Actor(Role.MEDIATOR, "timo")
LEAD = Actor(Role.MEDIATOR, "lea", lead=True)
AS_DESCRIBED = c.Decide(REFUND, money(0), Finding.SELLER_PROVED_AS_DESCRIBED, "As in the listing.")
HALF = c.Decide(REFUND, money(5000), Finding.NOT_AS_DESCRIBED, "The photos show it.")


def offer(minor: int, kind: OfferType = REFUND) -> c.Propose:
    """A proposal."""
    return c.Propose(kind, money(minor))


def decided(decision: c.Decide = HALF) -> World:
    """A decision of the mediator, an hour after the review began."""
    world = disputed(Stage.UNDER_REVIEW)
    world.wait(HOUR).act(MEDIATOR, decision)
    return world


def ended(world: World) -> Dispute:
    """The dispute as it is by now."""
    return world.as_of_now().dispute(1)


def finding_of(dispute: Dispute) -> Finding | None:
    """What the newest decision found."""
    return dispute.decision.finding if dispute.decision else None


# Appeals


@pytest.mark.parametrize("by", [BUYER, SELLER], ids=lambda it: it.role.value)
@pytest.mark.parametrize(("decision", "refund"), [(AS_DESCRIBED, 0), (HALF, 5000)], ids=["nothing", "half"])
def test_cheat_17_an_appeal_that_nobody_reads_wins_nothing(by: Actor, decision: c.Decide, refund: int) -> None:
    """I15, D5: whoever appeals, and whatever was decided, an appeal that nobody decides leaves the decision standing."""
    world = decided(decision)
    world.wait(DAY).act(by, NO)
    found = ended(world.wait(14 * DAY))
    assert (Stage.RESOLVED, money(refund), decision.finding) == (found.stage, found.refund, finding_of(found))


def test_cheat_17_a_return_that_was_decided_stands_as_well() -> None:
    """I15, D5: a decision for a return that is appealed and not judged again leads to that return, to its address."""
    world = decided(c.Decide(WITH_RETURN, money(9000), Finding.NOT_AS_DESCRIBED, "The photos show it."))
    world.act(BUYER, NO)
    found = ended(world.wait(14 * DAY))
    assert found.grant is not None
    assert (Stage.AWAITING_RETURN, money(9000), AT_HOME) == (found.stage, found.grant.amount, found.grant.return_address)


def test_cheat_18_a_finding_cannot_be_washed_off() -> None:
    """D7, D5: once decided there is no withdrawing of the dispute; the appeal goes to somebody new; the finding stays."""
    world = decided(AS_DESCRIBED)
    world.act(BUYER, NO)
    assert WRONG_STATE == world.refused_act(BUYER, c.Withdraw()).code
    assert WRONG_PARTY == world.refused_act(MEDIATOR, c.Assign()).code
    world.act(BUYER, c.WithdrawAppeal())
    assert (Stage.RESOLVED, money(0)) == (world.dispute().stage, world.dispute().refund)
    again = coverage.decide(world.case, DAMAGED, world.now)
    assert NotCovered(Exclusion.SELLER_PROVED_AS_DESCRIBED, "a", 0) == again


def test_cheat_18_who_judged_and_what_was_left_unanswered_carry_over() -> None:
    """D5, D7, I15: a withdrawn question comes back with the next dispute about the line, and a judge does not."""
    world = delivered(order_terms((2, 1000)), AT_HOME)
    world.open(claim_of(Reason.NOT_AS_DESCRIBED, ("a", 1)))
    for step in ((SELLER, c.Decline()), (BUYER, c.Escalate()), (MEDIATOR, c.Assign()), (MEDIATOR, AS_DESCRIBED)):
        world.act(*step)
    world.open(claim_of(Reason.NOT_AS_DESCRIBED, ("a", 1)))
    for actor, command in ((SELLER, c.Decline()), (BUYER, c.Escalate())):
        world.act(actor, command, 2)
    assert WRONG_PARTY == world.refused_act(MEDIATOR, c.Assign(), 2).code
    world.act(OTHER_MEDIATOR, c.Assign(), 2)
    world.act(OTHER_MEDIATOR, c.RequestInformation(Role.BUYER, "Where is the crack?"), 2)
    world.act(BUYER, c.Withdraw(), 2)
    world.open(claim_of(Reason.NOT_AS_DESCRIBED, ("a", 1)))
    carried = world.dispute(3).information_requests
    assert [("r1", "Where is the crack?", "order-1-d2", True)] == [
        (r.id, r.question, r.carried_from, r.lapsed) for r in carried
    ]
    world.act(BUYER, replace(PHOTO, answers=()), 3)
    world.act(SELLER, c.Decline(), 3)
    world.act(BUYER, c.Escalate(), 3)
    unanswered = world.wait(14 * DAY).as_of_now().dispute(3).decision
    assert unanswered is not None
    assert Finding.NO_ANSWER_FROM_BUYER is unanswered.finding


def test_a_withdrawn_appeal_leaves_the_other_side_its_own() -> None:
    """I13, D7: a seller who appeals and withdraws takes nothing from the buyer's time to appeal, and cannot appeal again."""
    world = decided(HALF)
    world.wait(2 * DAY).act(SELLER, NO)
    assert WRONG_PARTY == world.refused_act(BUYER, c.WithdrawAppeal()).code
    world.wait(9 * DAY).act(SELLER, c.WithdrawAppeal())
    dispute = world.dispute()
    assert (Stage.DECIDED, world.now + 5 * DAY) == (dispute.stage, deadline_of(dispute, world.case.policy))
    assert WRONG_STATE == world.refused_act(SELLER, NO).code
    assert money(5000) == as_of(world.case, world.policies, world.addresses, world.now + 5 * DAY).case.dispute(1).refund
    world.wait(5 * DAY - SECOND).act(BUYER, NO)
    assert (Stage.UNDER_REVIEW, Role.BUYER) == (world.dispute().stage, world.dispute().appealed_by)


def test_a_withdrawn_appeal_is_carried_out_where_nobody_waits() -> None:
    """D7: where the other side has accepted, what was decided is carried out at once."""
    world = decided(HALF)
    world.act(BUYER, c.AcceptDecision())
    world.act(SELLER, NO)
    world.act(SELLER, c.WithdrawAppeal())
    assert (Stage.RESOLVED, money(5000)) == (world.dispute().stage, world.dispute().refund)


def judged_again() -> World:
    """Return the case after the second decision, which is for a return."""
    world = decided(c.Decide(WITH_RETURN, money(9000), Finding.NOT_AS_DESCRIBED, "The photos show it."))
    world.act(BUYER, NO)
    world.act(OTHER_MEDIATOR, c.Assign())
    world.act(OTHER_MEDIATOR, c.Decide(WITH_RETURN, money(9000), Finding.NOT_AS_DESCRIBED, "They do."))
    return world


def agreed_meanwhile() -> World:
    """Return the case after both have agreed on a return while an appeal was under review."""
    world = decided(AS_DESCRIBED)
    world.act(BUYER, NO)
    world.act(SELLER, offer(9000, WITH_RETURN))
    world.act(BUYER, c.Accept(world.dispute().on_table or ""))
    return world


@pytest.mark.parametrize("over", [judged_again, agreed_meanwhile])
def test_an_appeal_that_is_over_cannot_be_withdrawn(over: Callable[[], World]) -> None:
    """D5, D7: once an appeal is decided or settled it is no more: a buyer who sent nothing back does not undo the return."""
    world = over()
    world.wait(DAY).act(BUYER, c.ShipReturn(Carrier.TNT, "900000002"))
    world.wait(30 * DAY - SECOND).act(SELLER, c.AcknowledgeReturn(AcknowledgementType.ITEM_NOT_RECEIVED, "It has not come."))
    assert Stage.UNDER_REVIEW is world.dispute().stage
    for party in (BUYER, SELLER):
        assert WRONG_STATE == world.refused_act(party, c.WithdrawAppeal()).code
    found = ended(world.wait(14 * DAY))
    assert (Stage.RESOLVED, money(0)) == (found.stage, found.refund)


# Questions and evidence


def test_cheat_19_an_answer_a_second_late_counts() -> None:
    """D4: the question's time has passed, the decision's has not: the answer counts, and the default is for the buyer."""
    world = disputed(Stage.UNDER_REVIEW)
    world.act(BUYER, PHOTO)
    world.act(MEDIATOR, c.RequestInformation(Role.BUYER, "Where is the crack?"))
    world.wait(3 * DAY + SECOND).act(BUYER, c.AddEvidence(EvidenceType.STATEMENT, "On the left."))
    decision = ended(world.wait(14 * DAY)).decision
    assert decision is not None
    assert (Finding.NOT_DECIDED_IN_TIME, money(10_000)) == (decision.finding, decision.amount)


@pytest.mark.parametrize("shown", [False, True])
def test_cheat_26_what_the_policy_requires_is_a_question_too(*, shown: bool) -> None:
    """Section 4, N6: a default goes against the buyer who showed no photo although the policy requires one."""
    world = disputed(Stage.UNDER_REVIEW)
    if shown:
        world.act(BUYER, PHOTO)
    decision = ended(world.wait(14 * DAY)).decision
    assert decision is not None
    expected = (Finding.NOT_DECIDED_IN_TIME, 10_000) if shown else (Finding.NO_ANSWER_FROM_BUYER, 0)
    assert expected == (decision.finding, decision.amount.minor)


def test_cheat_26_where_both_owe_something_it_is_for_the_buyer() -> None:
    """Section 4: a counterfeit asks a photo of the buyer and a document of the seller; with neither, the request is granted."""
    world = delivered(order_terms(guarantees=(OfferedGuarantee(Guarantee.GUARANTEED_GENUINE),)))
    world.open(claim_of(Reason.COUNTERFEIT))
    world.act(SELLER, c.Decline())
    world.act(BUYER, c.Escalate())
    decision = ended(world.wait(14 * DAY)).decision
    assert decision is not None
    assert (Finding.NOT_DECIDED_IN_TIME, money(10_000)) == (decision.finding, decision.amount)


# Units


def test_cheat_20_what_was_settled_for_one_unit_leaves_the_others() -> None:
    """C2, C3: of a line of 3, one settled leaves two, one of them in dispute leaves one; a refusal says how many."""
    world = delivered(order_terms((3, 1000), shipping=0), AT_HOME)

    def verdict(units: int) -> Covered | NotCovered | object:
        return coverage.decide(world.case, claim_of(Reason.NOT_AS_DESCRIBED, ("a", units)), world.now)

    world.open(claim_of(Reason.NOT_AS_DESCRIBED, ("a", 1)), REFUND, money(999))
    world.act(SELLER, c.Accept("1"))
    assert NotCovered(Exclusion.ALREADY_SETTLED, "a", 2) == verdict(3)
    assert isinstance(verdict(2), Covered)
    world.open(claim_of(Reason.NOT_AS_DESCRIBED, ("a", 1)), REFUND, money(999))
    assert NotCovered(Exclusion.DISPUTE_ALREADY_OPEN, "a", 1) == verdict(2)
    assert isinstance(verdict(1), Covered)
    refused = world.refusal(
        BUYER,
        lambda changes: opening.open_dispute(changes, claim_of(Reason.NOT_AS_DESCRIBED, ("a", 3)), opening.RequestedRemedy()),
    )
    assert 1 == refused.details["units_left"]


def test_cheat_20_a_line_is_refunded_once_over_all_its_disputes() -> None:
    """C3, I7: disputes open side by side about one line can never take more than was paid for it."""
    world = World.of(order_terms((10, 1000), shipping=0), AT_HOME)
    world.wait(DAY).ship()
    world.go(PROMISED + DAY).deliver()
    world.open(claim_of(Reason.NOT_RECEIVED, ("a", 10)), REFUND, money(5000))
    world.act(SELLER, c.Accept("1"))
    for number, units in ((2, 4), (3, 6)):
        world.open(claim_of(Reason.NOT_AS_DESCRIBED, ("a", units)))
        assert [4000, 1000][number - 2] == world.dispute(number).coverage.maximum.minor
        world.act(SELLER, c.Accept("1"), number)
    for number in (2, 3):
        world.act(BUYER, c.ShipReturn(world.case.order.parcels[0].carrier, f"90000000{number}"), number)
        world.act(SELLER, c.AcknowledgeReturn(AcknowledgementType.ITEM_RECEIVED), number)
    assert (10_000, 0) == (world.case.order.escrow.refunded.minor, world.case.order.escrow.held.minor)


# Requests and settling


def test_cheat_21_an_offer_is_no_request() -> None:
    """D1: who asked 100.00 and then offers 5.00 while negotiating still asks 100.00 when nobody answers."""
    world = disputed(Stage.NEGOTIATING)
    world.act(BUYER, PHOTO)
    world.act(BUYER, offer(500))
    decision = ended(world.wait(21 * DAY)).decision
    assert decision is not None
    assert (WITH_RETURN, money(10_000)) == (decision.type, decision.amount)


def test_a_raised_request_gives_the_seller_the_whole_time_again() -> None:
    """I12, I13, D1: asking more, or something else, in ``opened`` restarts the five days; asking less does not."""
    world = disputed(Stage.OPENED)
    policy = world.case.policy
    world.wait(4 * DAY).act(BUYER, offer(8000))
    raised = world.now
    assert raised + 5 * DAY == next_due_at(world.dispute(), policy)
    assert TOO_EARLY == world.refused_act(BUYER, c.Escalate()).code
    world.wait(DAY).act(BUYER, offer(7000))
    assert raised + 5 * DAY == next_due_at(world.dispute(), policy)
    found = ended(world.go(raised + 5 * DAY))
    assert money(7000) == found.refund


@pytest.mark.parametrize("stage", ["negotiating", "seller's turn", "under_review", "mediated", "appealed"])
def test_cheat_22_the_seller_may_always_accept_the_request(stage: str) -> None:
    """D1, section 4: whoever's turn it is and whatever is on the table, the seller may grant what the buyer asked."""
    world = disputed(Stage.NEGOTIATING if stage in ("negotiating", "seller's turn") else Stage.UNDER_REVIEW)
    if stage == "seller's turn":
        world.act(BUYER, offer(8000))
    if stage in ("mediated", "appealed"):
        world.act(MEDIATOR, offer(3000))
        world.act(SELLER, c.Accept("3"))
    if stage == "appealed":
        world.act(MEDIATOR, AS_DESCRIBED)
        world.act(BUYER, NO)
    world.act(SELLER, c.Accept("1"))
    grant = world.dispute().grant
    assert grant is not None
    assert (Stage.AWAITING_RETURN, money(10_000)) == (world.dispute().stage, grant.amount)


def test_cheat_22_a_seller_who_declined_and_escalated_may_still_concede() -> None:
    """D1, D2: accepting the request, proposing it, or meeting the buyer's offer ends the case."""
    for concession, refund in ((c.Accept("1"), None), (offer(10_000, WITH_RETURN), None), (offer(7000), 7000)):
        world = disputed(Stage.OPENED)
        world.act(SELLER, c.Decline())
        world.act(BUYER, offer(7000))
        world.act(SELLER, c.Escalate())
        world.act(SELLER, concession)
        assert (Stage.RESOLVED if refund else Stage.AWAITING_RETURN) is world.dispute().stage


def test_cheat_23_the_parties_settle_while_a_mediator_looks() -> None:
    """Section 4, D1: in a review both propose, decline and accept; the mediator's clock goes on."""
    world = disputed(Stage.UNDER_REVIEW)
    due = deadline_of(world.dispute(), world.case.policy)
    world.act(SELLER, offer(2500))
    refused = world.refused_act(BUYER, c.Accept("2"))
    assert (STALE_PROPOSAL, world.dispute().proposal_on_table) == (refused.code, refused.details["current_proposal"])
    world.act(BUYER, c.Decline("3"))
    assert STALE_PROPOSAL == world.refused_act(BUYER, c.Accept("3")).code
    world.act(BUYER, offer(6000))
    assert STALE_PROPOSAL == world.refused_act(SELLER, c.Decline("3")).code
    assert due == deadline_of(world.dispute(), world.case.policy)
    world.act(SELLER, c.Accept("4"))
    assert (Outcome.RESOLVED_WITH_AGREEMENT, money(6000)) == (world.dispute().outcome, world.dispute().refund)


# Mediators


@pytest.mark.parametrize("party", [BUYER, SELLER], ids=lambda it: it.role.value)
def test_cheat_25_nobody_decides_their_own_case(party: Actor) -> None:
    """Section 1: a mediator whose id is a party's is refused, taking the case or being handed it."""
    world = disputed(Stage.NEGOTIATING)
    world.act(BUYER, c.Escalate())
    assert WRONG_PARTY == world.refused_act(Actor(Role.MEDIATOR, party.id), c.Assign()).code
    assert WRONG_PARTY == world.refused_act(LEAD, c.HandOver(party.id)).code
    assert world.dispute().mediator is None


def test_a_case_is_given_back_and_handed_over() -> None:
    """D4: its mediator gives a case back, a lead takes it or hands it on; each of them had to do with it ever after."""
    world = disputed(Stage.UNDER_REVIEW)
    world.act(MEDIATOR, c.GiveBack())
    assert world.dispute().mediator is None
    world.act(LEAD, c.HandOver(OTHER_MEDIATOR.id))
    assert WRONG_STATE == world.refused_act(LEAD, c.HandOver(OTHER_MEDIATOR.id)).code
    world.act(LEAD, c.GiveBack())
    world.act(MEDIATOR, c.Assign())
    world.act(MEDIATOR, HALF)
    world.act(SELLER, NO)
    for former in (MEDIATOR, OTHER_MEDIATOR):
        assert WRONG_PARTY == world.refused_act(former, c.Assign()).code
        assert WRONG_PARTY == world.refused_act(LEAD, c.HandOver(former.id)).code
    world.act(THIRD_MEDIATOR, c.Assign())
    world.act(THIRD_MEDIATOR, c.GiveBack())
    world.act(THIRD_MEDIATOR, c.Assign())
    assert THIRD_MEDIATOR.id == world.dispute().mediator


def test_an_untouched_case_goes_back_to_the_queue() -> None:
    """D4: three days without a move of its mediator; a question that waits for its answer is no idleness."""
    world = disputed(Stage.UNDER_REVIEW)
    assert MEDIATOR.id == ended(world.wait(3 * DAY - SECOND)).mediator
    world.act(MEDIATOR, c.RequestInformation(Role.SELLER, "Which batch?"))
    assert MEDIATOR.id == ended(world.wait(6 * DAY - SECOND)).mediator
    assert ended(world.wait(SECOND)).mediator is None


# Time


def test_time_granted_stands_whatever_becomes_known() -> None:
    """D6: a return's delivery that becomes known sets ten days; time that the buyer granted beyond them stays granted."""
    world = disputed(Stage.RETURN_IN_TRANSIT)
    until = deadline_of(world.dispute(), world.case.policy) + 10 * DAY
    world.act(BUYER, c.GrantTime(until))
    world.wait(DAY).report_return(CarrierStatus.DELIVERED)
    assert until == deadline_of(world.dispute(), world.case.policy)


def test_who_granted_time_cannot_escalate_within_it() -> None:
    """D6, I13: no act of the side that granted time shortens it."""
    world = disputed(Stage.OPENED)
    until = deadline_of(world.dispute(), world.case.policy) + 5 * DAY
    world.act(BUYER, c.GrantTime(until))
    refused = world.go(until - SECOND).refused_act(BUYER, c.Escalate())
    assert (TOO_EARLY, until) == (refused.code, refused.details["opens_at"])


# A delivery after the refund


def refunded_then_delivered(days: int = 1) -> World:
    """A refund of 100.00 for something not received; some days later the record of a delivery in time becomes known."""
    world = World.of()
    world.wait(DAY).ship()
    world.go(PROMISED).open(claim_of(Reason.NOT_RECEIVED))
    world.wait(5 * DAY).sweep()
    assert money(10_000) == world.dispute().refund
    world.wait(days * DAY).deliver(PROMISED - DAY)
    return world


def test_a_parcel_that_turns_up_gives_the_seller_one_appeal() -> None:
    """D5, C5, M4: a mediator who had nothing to do with it decides what the buyer keeps; the rest is a charge."""
    world = refunded_then_delivered(30)
    assert world.case.order.completed_at is not None
    world.wait(7 * DAY - SECOND).act(SELLER, c.Appeal(EvidenceType.PROOF_OF_DELIVERY, "Signed for."))
    assert Stage.UNDER_REVIEW is world.dispute().stage
    world.act(MEDIATOR, c.Assign())
    too_much = c.Decide(REFUND, money(10_001), Finding.CARRIER_SHOWS_DELIVERED, "More.")
    assert INVALID == world.refused_act(MEDIATOR, too_much).code
    world.act(MEDIATOR, c.Decide(REFUND, money(2000), Finding.CARRIER_SHOWS_DELIVERED, "Signed by a neighbour."))
    dispute, order = world.dispute(), world.case.order
    assert (Stage.RESOLVED, money(2000)) == (dispute.stage, dispute.refund)
    charged = [(i.amount.minor, i.payer, i.payee) for i in order.instructions if i.movement is Movement.CHARGE]
    assert [(8000, BUYER.id, SELLER.id)] == charged
    assert WRONG_STATE == world.refused_act(SELLER, NO).code


@pytest.mark.parametrize("way", ["nobody", "withdrawn", "conceded"])
def test_an_appeal_against_a_refund_that_comes_to_nothing_changes_nothing(way: str) -> None:
    """I15, D5: undecided, withdrawn or conceded, the refund stands as it was, and nobody is charged or paid again."""
    world = refunded_then_delivered()
    before = world.dispute()
    world.act(SELLER, NO)
    for command in (c.Withdraw(), c.WithdrawAppeal()):
        assert world.refused_act(BUYER, command).code in (WRONG_STATE, WRONG_PARTY)
    if way == "withdrawn":
        world.act(SELLER, c.WithdrawAppeal())
    elif way == "conceded":
        world.act(SELLER, c.Accept("1"))
    else:
        world.wait(14 * DAY).sweep()
    found = world.dispute()
    assert (Stage.RESOLVED, before.refund) == (found.stage, found.refund)
    assert [Movement.REFUND] == [i.movement for i in world.case.order.instructions if i.movement is not Movement.RELEASE]


def test_the_parties_may_settle_what_the_buyer_keeps() -> None:
    """D5, D1: in that review, too, they may agree; the difference to the refund is charged."""
    world = refunded_then_delivered()
    world.act(SELLER, NO)
    world.act(SELLER, offer(1000))
    world.act(BUYER, c.Accept("2"))
    assert [9000] == [i.amount.minor for i in world.case.order.instructions if i.movement is Movement.CHARGE]


def test_no_appeal_where_the_record_is_late_old_or_of_a_late_delivery() -> None:
    """D5: a delivery after the promise, or one that becomes known 30 days and more after the refund, opens no appeal."""
    assert refunded_then_delivered(30).dispute().late_delivery is not None
    assert refunded_then_delivered(31).dispute().late_delivery is None
    late = World.of()
    late.wait(DAY).ship()
    late.go(PROMISED).open(claim_of(Reason.NOT_RECEIVED))
    late.wait(5 * DAY).sweep()
    late.deliver(PROMISED)
    assert late.dispute().late_delivery is None
    assert acting.allowed_actions(late.case, late.dispute(), SELLER, late.now) == ()


def test_an_appeal_against_a_refund_keeps_the_buyer_from_no_claim_for_another_reason() -> None:
    """I13: while a refund of 30.00 is under appeal, the buyer may say that what came is damaged; not again that it did not."""
    world = World.of()
    world.wait(DAY).ship()
    world.go(PROMISED).open(claim_of(Reason.NOT_RECEIVED), REFUND, money(3000))
    world.wait(HOUR).act(SELLER, c.Accept("1"))
    world.wait(DAY).deliver(PROMISED - DAY)
    world.wait(HOUR).act(SELLER, NO)
    world.open(claim_of(Reason.NOT_AS_DESCRIBED))

    assert [True, True] == [it.open for it in world.case.disputes]
    assert money(7000) == world.dispute(2).coverage.maximum
