"""A delivery in time that becomes known while a claim of non-receipt is open: told, objected to, or left to stand (C5)."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain import coverage
from chalicelib.domain.claim import Covered, NotCovered
from chalicelib.domain.dispute import Outcome, Stage
from chalicelib.domain.events import ClaimNarrowed, DisputeResolved
from chalicelib.domain.evidence import EvidenceType
from chalicelib.domain.exclusions import Exclusion
from chalicelib.domain.guarantees import Basis, Finding, OfferType, Reason
from chalicelib.domain.parcel import CarrierStatus
from chalicelib.domain.people import CLOCK, Role
from chalicelib.domain.refusals import INVALID, TOO_LATE, WRONG_STATE
from chalicelib.domain.stages import deadline_of, own_due_at
from tests.domain.worlds import (
    ABROAD,
    AT_HOME,
    BUYER,
    DAY,
    HOUR,
    MEDIATOR,
    OTHER_MEDIATOR,
    PROMISED,
    SECOND,
    SELLER,
    World,
    claim_of,
    money,
    order_terms,
)

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.commands import DisputeCommand
    from chalicelib.domain.people import Actor

IN_TIME, AT_THE_PROMISE, LATE = PROMISED - SECOND, PROMISED, PROMISED + DAY
BOTH = claim_of(Reason.NOT_RECEIVED, ("a", 1), ("b", 2))
Step = tuple["Actor", "DisputeCommand"]

OFFER = c.Propose(OfferType.REFUND, money(700))
DECISION = c.Decide(OfferType.REFUND, money(1000), Finding.NOT_RECEIVED, "No proof of delivery.")
ON_THE_WAY: dict[Stage, tuple[Step, ...]] = {
    Stage.OPENED: (),
    Stage.NEGOTIATING: ((SELLER, OFFER),),
    Stage.UNDER_REVIEW: ((SELLER, OFFER), (BUYER, c.Escalate()), (MEDIATOR, c.Assign())),
    Stage.DECIDED: ((SELLER, OFFER), (BUYER, c.Escalate()), (MEDIATOR, c.Assign()), (MEDIATOR, DECISION)),
}


def two_lines(stage: Stage = Stage.OPENED, *, amount: int | None = None) -> World:
    """Two lines in a parcel each (6.00 + share 0.60; 2 x 2.00 + share 0.40), claimed as not received; 11.00 in all."""
    world = World.of(order_terms((1, 600), (2, 200), shipping=100), AT_HOME)
    world.wait(DAY).ship("a")
    world.ship("b")
    world.go(PROMISED + 2 * DAY).open(BOTH, None, money(amount) if amount else None)
    for actor, command in ON_THE_WAY[stage]:
        world.wait(HOUR).act(actor, command)
    assert world.dispute().stage is stage
    world.wait(HOUR)
    return world


def unopposed(world: World) -> None:
    """The buyer lets the three days pass."""
    world.wait(3 * DAY).sweep()


def last_end(world: World) -> DisputeResolved:
    """Return the event that ended the dispute."""
    return [event.payload for event in world.log if isinstance(event.payload, DisputeResolved)][-1]


@pytest.mark.parametrize("stage", ON_THE_WAY)
def test_everything_delivered_in_time_closes_the_case(stage: Stage) -> None:
    """C5: once all that is claimed is shown delivered in time and the buyer does not object, the case closes, unpaid."""
    world = two_lines(stage)
    world.deliver(IN_TIME, parcel=1)
    world.wait(HOUR).deliver(IN_TIME - DAY, parcel=2)
    world.wait(3 * DAY - SECOND).sweep()
    assert world.dispute().stage is stage
    world.wait(SECOND).sweep()
    dispute = world.dispute()
    assert (Outcome.RESOLVED_SELLER_FAVOUR, money(0)) == (dispute.outcome, dispute.refund)
    assert Basis.CARRIER_SHOWS_DELIVERED is last_end(world).basis
    assert world.case.order.escrow.refunded == money(0)
    again = coverage.decide(world.case, BOTH, world.now)
    assert NotCovered(Exclusion.CARRIER_SHOWS_DELIVERED, "a") == again


@pytest.mark.parametrize("at", [AT_THE_PROMISE, LATE])
@pytest.mark.parametrize("stage", ON_THE_WAY)
def test_a_late_delivery_stays_covered(stage: Stage, at: datetime) -> None:
    """C5: delivered at the promise or after it, the claim goes on as it was, for as much as it was."""
    world = two_lines(stage)
    before = world.dispute()
    world.deliver(at, parcel=1)
    world.deliver(at, parcel=2)
    assert before == world.dispute()
    assert world.wait(60 * DAY).as_of_now().dispute(1).outcome is Outcome.RESOLVED_BUYER_FAVOUR


@pytest.mark.parametrize("stage", ON_THE_WAY)
def test_a_line_delivered_in_time_leaves_the_claim(stage: Stage) -> None:
    """C5, D2: the claim goes on about the other line only, worth that line and its share of the shipping at most."""
    world = two_lines(stage)
    world.deliver(IN_TIME, parcel=1)
    unopposed(world)
    dispute = world.dispute()
    assert dispute.claim.line_ids == ("b",)
    assert money(440) == dispute.coverage.maximum
    assert (OfferType.REFUND, money(440), Role.BUYER) == (dispute.request.type, dispute.request.amount, dispute.request.by)
    assert [event.payload.delivered for event in world.log if isinstance(event.payload, ClaimNarrowed)] == [("a",)]
    world.wait(60 * DAY).sweep()
    ended = world.dispute()
    assert (Outcome.RESOLVED_BUYER_FAVOUR, money(440)) == (ended.outcome, ended.refund)
    states = {state.line_id: (state.refunded.minor, state.refunded_shipping.minor) for state in world.case.order.line_states}
    assert states == {"a": (0, 0), "b": (400, 40)}


def test_an_offer_above_what_is_left_leaves_the_table() -> None:
    """C5, D1, D2: the seller's 7.00 is more than the 4.40 left, so nobody can accept it any more."""
    world = two_lines(Stage.NEGOTIATING)
    assert world.dispute().on_table == "2"
    world.deliver(IN_TIME, parcel=1)
    unopposed(world)
    assert world.dispute().on_table is None
    assert world.refused_act(BUYER, c.Accept("2")).code == "stale_proposal"
    assert world.refused_act(BUYER, c.Propose(OfferType.REFUND, money(441))).code == INVALID
    world.act(BUYER, c.Propose(OfferType.REFUND, money(440)))
    world.act(SELLER, c.Accept("4"))
    assert money(440) == world.dispute().refund


@pytest.mark.parametrize("offered", [300, 660])
def test_an_offer_within_what_is_left_stays_on_the_table(offered: int) -> None:
    """C5, D1: an offer that still fits into what is left, to the last minor unit, stays and can be accepted."""
    world = two_lines()
    world.act(SELLER, c.Propose(OfferType.REFUND, money(offered)))
    world.deliver(IN_TIME, parcel=2)
    assert world.dispute().on_table == "2"
    world.act(BUYER, c.Accept("2"))
    assert money(offered) == world.dispute().refund


def test_the_buyers_own_request_is_cut_to_what_is_left() -> None:
    """C5, D1: what the buyer asks is replaced by a proposal of what can still be asked, and the old one is stale."""
    world = two_lines()
    world.deliver(IN_TIME, parcel=2)
    unopposed(world)
    assert ("2", money(660)) == (world.dispute().on_table, world.dispute().request.amount)
    assert world.refused_act(SELLER, c.Accept("1")).code == "stale_proposal"
    world.act(SELLER, c.Accept("2"))
    assert money(660) == world.dispute().refund


def test_a_modest_request_is_left_alone() -> None:
    """C5: a request within what is left stays the buyer's own, word for word."""
    world = two_lines(amount=300)
    asked = world.dispute().request
    world.deliver(IN_TIME, parcel=1)
    unopposed(world)
    assert asked == world.dispute().request
    assert world.dispute().on_table == "1"


def test_a_decision_is_carried_out_within_what_is_left() -> None:
    """C5, C3: a decision of 10.00 pays 4.40 when only that much of the claim is left."""
    world = two_lines(Stage.DECIDED)
    world.deliver(IN_TIME, parcel=1)
    unopposed(world)
    world.act(BUYER, c.AcceptDecision())
    world.act(SELLER, c.AcceptDecision())
    assert money(440) == world.dispute().refund


def test_receipt_confirmed_within_the_promise_of_record_closes_too() -> None:
    """C5, O6: when the buyer confirms receipt during the claim it is after the promise, so the claim stays covered."""
    world = two_lines()
    world.confirm("a")
    assert world.dispute().claim == BOTH
    assert world.dispute().stage is Stage.OPENED


def test_the_promise_that_counts_is_the_one_the_claim_was_opened_under() -> None:
    """C5, O8: extending the promise of a parcel sent later does not turn a late delivery into a timely one."""
    world = World.of(order_terms(deliver_by=None))
    world.wait(DAY).ship()
    promised = world.case.order.promised_by("a", world.case.policy)
    world.go(promised + DAY).open(claim_of(Reason.NOT_RECEIVED))
    world.ship()
    world.report(CarrierStatus.RETURNED_TO_SENDER, promised - DAY)
    world.wait(DAY).deliver(parcel=2)
    assert world.dispute().open
    assert Covered is type(world.dispute().coverage)


def test_a_delivery_leaves_other_claims_alone() -> None:
    """C5: a delivery in time ends claims of non-receipt only; what is not as described stays so."""
    world = World.of(order_terms((1, 600), (1, 400)), ABROAD)
    world.wait(DAY).ship("a")
    world.ship("b")
    world.go(PROMISED + DAY).deliver(LATE, parcel=1)
    world.open(claim_of(Reason.NOT_AS_DESCRIBED))
    world.open(claim_of(Reason.NOT_RECEIVED, ("b", 1)))
    world.wait(HOUR).deliver(IN_TIME, parcel=2)
    unopposed(world)
    assert tuple(dispute.open for dispute in world.case.disputes) == (True, False)


def test_the_timeline_says_who_reported_the_delivery_and_that_it_closed_the_case() -> None:
    """C5, D11: each notice is an event of the dispute, recorded with the report that caused it; the clock closes the case."""
    world = two_lines()
    world.deliver(IN_TIME, parcel=1)
    world.deliver(IN_TIME, parcel=2)
    unopposed(world)
    mine = [event for event in world.log if event.stream == 1]
    assert [event.payload.type for event in mine] == ["dispute_opened", "delivery_shown", "delivery_shown", "dispute_resolved"]
    assert [CLOCK] == [event.actor for event in mine if event.actor == CLOCK]
    assert world.case == world.refolded()


def test_the_two_lines_may_turn_up_in_either_order() -> None:
    """C5: two timely records, or one timely and one late, end the same whichever is reported first."""
    for at_a, at_b in ((IN_TIME, IN_TIME), (IN_TIME, LATE), (LATE, IN_TIME), (LATE, LATE)):
        ends = set()
        for reports in permutations(((1, at_a), (2, at_b))):
            world = two_lines()
            for parcel, at in reports:
                world.deliver(at, parcel=parcel)
            dispute = world.wait(60 * DAY).as_of_now().dispute(1)
            ends.add((dispute.outcome, dispute.refund))
        assert len(ends) == 1


def test_a_closed_case_is_not_opened_again_by_a_late_word() -> None:
    """C5, D10: once closed, the case stays closed; appeal and evidence are refused."""
    world = two_lines(Stage.DECIDED)
    world.deliver(IN_TIME, parcel=1)
    world.deliver(IN_TIME, parcel=2)
    unopposed(world)
    assert world.refused_act(BUYER, c.Appeal(EvidenceType.STATEMENT, "It was not me who signed.")).code == TOO_LATE
    assert world.refused_act(OTHER_MEDIATOR, c.Assign()).code == WRONG_STATE


# The buyer objects

NOT_HERE = c.ObjectToDelivery("It is not here; nobody in the house has it.")


def shown(stage: Stage = Stage.OPENED) -> World:
    """Both lines are shown as delivered in time, and the buyer may object."""
    world = two_lines(stage)
    world.report_all((1, CarrierStatus.DELIVERED, IN_TIME), (2, CarrierStatus.DELIVERED, IN_TIME))
    return world


@pytest.mark.parametrize("stage", ON_THE_WAY)
def test_an_objection_goes_to_a_mediator(stage: Stage) -> None:
    """C5: in any stage, the buyer's objection puts the case under review, for the whole time of a review, with a statement."""
    world = shown(stage)
    world.wait(3 * DAY - SECOND).act(BUYER, NOT_HERE)
    dispute = world.dispute()
    assert (Stage.UNDER_REVIEW, None) == (dispute.stage, dispute.delivery_notice)
    assert "It is not here; nobody in the house has it." == dispute.evidence[-1].note
    assert world.wait(14 * DAY - SECOND).as_of_now().dispute(1).open


def test_an_objection_that_nobody_judges_leaves_the_record_standing() -> None:
    """C5, I15: a buyer gains nothing by an objection that no mediator looks at; the case closes for the record."""
    world = shown()
    world.act(BUYER, NOT_HERE)
    dispute = world.wait(14 * DAY).as_of_now().dispute(1)
    assert (Outcome.RESOLVED_SELLER_FAVOUR, Basis.CARRIER_SHOWS_DELIVERED) == (dispute.outcome, dispute.basis)


def test_a_mediator_may_find_against_the_record() -> None:
    """C5: under review the record is evidence and no verdict."""
    world = shown()
    world.act(BUYER, NOT_HERE)
    world.act(MEDIATOR, c.Assign())
    world.act(MEDIATOR, DECISION)
    world.act(BUYER, c.AcceptDecision())
    world.act(SELLER, c.AcceptDecision())
    assert money(1000) == world.dispute().refund


def test_no_other_deadline_acts_while_the_buyer_may_object() -> None:
    """C5, I12: the seller's five days end within the notice; nothing is granted before the buyer has had the time."""
    world = two_lines()
    opened = world.dispute().opened_at
    world.go(opened + 4 * DAY).deliver(IN_TIME, parcel=1)
    world.go(opened + 7 * DAY - SECOND).sweep()
    assert Stage.OPENED is world.dispute().stage
    world.wait(SECOND).sweep()
    assert (Outcome.RESOLVED_BUYER_FAVOUR, money(440)) == (world.dispute().outcome, world.dispute().refund)


def test_cheat_06_all_records_of_a_call_are_taken_in_before_one_judgement() -> None:
    """O6, C5, I16: a wrong "delivered" and a later "returned to sender" in one call, in any order, change nothing."""
    told = [(1, CarrierStatus.DELIVERED, IN_TIME - DAY), (1, CarrierStatus.RETURNED_TO_SENDER, IN_TIME)]
    for reports in permutations(told):
        world = two_lines(Stage.UNDER_REVIEW)
        world.report_all(*reports)
        assert (Stage.UNDER_REVIEW, None) == (world.dispute().stage, world.dispute().delivery_notice)


def test_a_record_that_is_undone_ends_the_notice() -> None:
    """C5, O6: the parcel went back after all: the notice is over and the claim goes on, its deadlines acting from then on."""
    world = two_lines()
    opened = world.dispute().opened_at
    world.go(opened + 4 * DAY).deliver(IN_TIME, parcel=1)
    world.go(opened + 6 * DAY).report(CarrierStatus.RETURNED_TO_SENDER)
    assert (None, Outcome.RESOLVED_BUYER_FAVOUR) == (world.dispute().delivery_notice, world.dispute().outcome)
    resolved = world.log[-1].at
    assert opened + 6 * DAY == resolved


def test_there_is_nothing_to_object_to_without_a_record() -> None:
    """C5, D10: without a delivery in time on record there is nothing to object to, and only the buyer may."""
    world = two_lines()
    assert WRONG_STATE == world.refused_act(BUYER, NOT_HERE).code
    world = shown()
    assert "wrong_party" == world.refused_act(SELLER, NOT_HERE).code
    assert INVALID == world.refused_act(BUYER, c.ObjectToDelivery(" ")).code
    assert TOO_LATE == world.wait(3 * DAY).refused_act(BUYER, NOT_HERE).code


def test_after_an_objection_no_record_gives_notice_again() -> None:
    """C5: once a person judges, further records of the delivery are evidence; they neither close nor pause the case."""
    world = shown()
    world.act(BUYER, NOT_HERE)
    world.wait(HOUR).deliver(IN_TIME - HOUR, parcel=1)
    assert (Stage.UNDER_REVIEW, None) == (world.dispute().stage, world.dispute().delivery_notice)


def test_time_granted_is_not_lost_when_more_is_granted_during_the_objection() -> None:
    """I13, D6: a grant while the buyer may object adds to the time granted before; it takes none of it away."""
    world = two_lines()
    world.act(BUYER, c.GrantTime(deadline_of(world.dispute(), world.case.policy) + 10 * DAY))
    own = deadline_of(world.dispute(), world.case.policy)
    world.deliver(IN_TIME)
    refused = world.refused_act(BUYER, c.GrantTime(own - DAY))
    world.act(BUYER, c.GrantTime(own + DAY))

    assert (INVALID, own + DAY) == (refused.code, own_due_at(world.dispute(), world.case.policy))
