"""Buyer and seller between themselves: proposals, limits, more time, and giving up (D1, D2, D6, D7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain import coverage, opening
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.claim import Claim, ClaimItem, Covered, NotCovered
from chalicelib.domain.dispute import Outcome, Stage, Status
from chalicelib.domain.events import TimeGranted
from chalicelib.domain.exclusions import Exclusion
from chalicelib.domain.guarantees import OfferType, Reason
from chalicelib.domain.people import Role
from chalicelib.domain.refusals import (
    INVALID,
    LIMIT_REACHED,
    NOT_COVERED,
    STALE_PROPOSAL,
    WRONG_PARTY,
    WRONG_STATE,
)
from chalicelib.domain.stages import status_of
from tests.domain.worlds import (
    ABROAD,
    AT_HOME,
    BUYER,
    DAMAGED,
    DAY,
    HOUR,
    ITEM_RECEIVED,
    MEDIATOR,
    PAID_AT,
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
    from chalicelib.domain.people import Actor

REFUND, WITH_RETURN = OfferType.REFUND, OfferType.REFUND_WITH_RETURN


def offer(minor: int, kind: OfferType = REFUND) -> c.Propose:
    """A proposal."""
    return c.Propose(kind, money(minor))


def non_receipt(amount: int | None = None) -> World:
    """A claim of non-receipt of a 90.00 item and 10.00 shipping, for all of it by default."""
    world = World.of()
    world.wait(DAY).ship()
    world.go(PROMISED + DAY).open(claim_of(Reason.NOT_RECEIVED), None, money(amount) if amount else None)
    return world


# What is on the table


def test_the_request_is_proposal_one() -> None:
    """D1: opening puts the buyer's request on the table as proposal 1; the seller's answer is due."""
    dispute = non_receipt().dispute()
    assert [("1", Role.BUYER, REFUND, money(10_000))] == [(p.id, p.by, p.type, p.amount) for p in dispute.proposals]
    assert (dispute.on_table, dispute.turn, status_of(dispute)) == ("1", Role.SELLER, Status.WAITING_FOR_SELLER_RESPONSE)


def test_every_proposal_stays_on_record() -> None:
    """D1: ids count up, each with its proposer, type, amount and time; nothing is lost when another replaces it."""
    world = non_receipt()
    made: list[tuple[Actor, int]] = [(SELLER, 1000), (BUYER, 9000), (SELLER, 2000), (BUYER, 8000), (SELLER, 3000)]
    for actor, minor in made:
        world.wait(HOUR).act(actor, offer(minor))
        assert world.dispute().turn is actor.role.other_party
    dispute = world.dispute()
    expected = [(str(n), actor.role, money(minor)) for n, (actor, minor) in enumerate([(BUYER, 10_000), *made], start=1)]
    assert expected == [(p.id, p.by, p.amount) for p in dispute.proposals]
    assert dispute.on_table == "6"
    assert sorted(p.at for p in dispute.proposals) == [p.at for p in dispute.proposals]


@pytest.mark.parametrize("named", ["2", "4", "", "x", "03"])
def test_nobody_accepts_what_they_did_not_see(named: str) -> None:
    """D1: accepting names the id: the one on the table or the buyer's request; any other is stale, and told the current one."""
    world = non_receipt()
    world.act(SELLER, offer(1000))
    world.act(BUYER, offer(9000))
    refused = world.refused_act(SELLER, c.Accept(named))
    assert refused.code == STALE_PROPOSAL
    assert world.dispute().proposal_on_table == refused.details["current_proposal"]
    assert world.dispute().open


def test_a_buyers_changed_request_makes_the_sellers_acceptance_stale() -> None:
    """D1: while the seller reads proposal 1 the buyer asks for something else; accepting 1 is refused, 2 is accepted."""
    world = non_receipt()
    world.act(BUYER, offer(6000))
    assert (world.dispute().stage, world.dispute().turn) == (Stage.OPENED, Role.SELLER)
    assert world.refused_act(SELLER, c.Accept("1")).details["current_proposal"].id == "2"
    world.act(SELLER, c.Accept("2"))
    assert (Outcome.RESOLVED_WITH_AGREEMENT, money(6000)) == (world.dispute().outcome, world.dispute().refund)


def test_an_improved_offer_makes_the_buyers_acceptance_stale() -> None:
    """D1: the seller improves the offer while the buyer decides; the buyer is shown the better one before accepting."""
    world = non_receipt()
    world.act(SELLER, offer(1000))
    world.act(SELLER, offer(2000))
    assert world.dispute().turn is Role.BUYER
    assert world.refused_act(BUYER, c.Accept("2")).code == STALE_PROPOSAL
    world.act(BUYER, c.Accept("3"))
    assert money(2000) == world.dispute().refund


@pytest.mark.parametrize("worse", [offer(1000), offer(999), offer(3000, WITH_RETURN)])
def test_out_of_turn_an_offer_only_gets_better(worse: c.Propose) -> None:
    """Section 4, D1: while the buyer considers a seller's offer it can be raised, and not lowered or tied to a return."""
    world = delivered(None, AT_HOME)
    world.wait(HOUR).open(DAMAGED, REFUND, money(5000))
    world.act(SELLER, offer(1000))
    assert world.refused_act(SELLER, worse).code == INVALID
    world.act(SELLER, offer(1001))
    assert world.dispute().on_table == "3"


def test_leaving_out_the_return_is_an_improvement() -> None:
    """Section 4, D1: the same money without having to send the item back is a better offer."""
    world = delivered(None, AT_HOME)
    world.wait(HOUR).open(DAMAGED, REFUND, money(5000))
    world.act(SELLER, offer(3000, WITH_RETURN))
    assert world.refused_act(SELLER, offer(2999)).code == INVALID
    world.act(SELLER, offer(3000))
    assert world.dispute().on_table == "3"


def test_a_decline_clears_the_table_and_passes_the_turn() -> None:
    """Section 4, D1: after a decline nothing can be accepted and the turn passes; the 7 days run from the first answer."""
    world = non_receipt()
    world.wait(HOUR).act(SELLER, c.Decline("1"))
    dispute = world.dispute()
    answered = world.now
    assert (dispute.stage, dispute.on_table, dispute.turn) == (Stage.NEGOTIATING, None, Role.BUYER)
    assert world.refused_act(BUYER, c.Accept("1")).code == STALE_PROPOSAL
    assert world.refused_act(SELLER, c.Decline()).code == WRONG_PARTY
    world.wait(2 * DAY).act(BUYER, offer(8000))
    world.wait(2 * DAY).act(SELLER, c.Decline("2"))
    assert world.dispute().stage_since == answered
    assert world.go(answered + 7 * DAY).as_of_now().dispute(1).stage is Stage.UNDER_REVIEW


def test_declining_names_what_was_seen_too() -> None:
    """D1: a decline that names a proposal no longer on the table is stale."""
    world = non_receipt()
    world.act(BUYER, offer(6000))
    assert world.refused_act(SELLER, c.Decline("1")).code == STALE_PROPOSAL


def test_only_the_side_whose_turn_it_is_answers() -> None:
    """D10: nobody accepts, declines or counters their own proposal."""
    world = non_receipt()
    world.act(SELLER, offer(1000))
    assert world.refused_act(SELLER, c.Accept("2")).code == WRONG_PARTY
    world.act(BUYER, offer(9000))
    for command in (c.Accept("3"), c.Decline("3"), offer(8000)):
        assert world.refused_act(BUYER, command).code == WRONG_PARTY


def test_proposals_come_to_an_end() -> None:
    """D1, C6: a dispute holds as many proposals of each side as the policy allows, and no more."""
    world = non_receipt()
    for n in range(1, 30):
        world.act(SELLER if n % 2 else BUYER, offer(1000 + n if n % 2 else 9000 - n))
    refused = world.refused_act(BUYER, offer(5000))
    assert (LIMIT_REACHED, 15) == (refused.code, refused.details["limit"])
    assert world.refused_act(SELLER, offer(5000)).code == LIMIT_REACHED
    world.act(BUYER, c.Accept("30"))


def test_one_side_alone_leaves_the_others_room_to_propose() -> None:
    """D1, C6: however much the buyer asks before the first answer, the seller and a mediator can still propose."""
    world = non_receipt()
    for n in range(14):
        world.act(BUYER, offer(9000 - n))
    assert world.refused_act(BUYER, offer(5000)).code == LIMIT_REACHED
    world.act(SELLER, offer(1000))
    world.act(SELLER, c.Escalate())
    world.act(MEDIATOR, c.Assign())
    world.act(MEDIATOR, offer(5000))
    assert [Role.BUYER] * 15 + [Role.SELLER, Role.MEDIATOR] == [proposal.by for proposal in world.dispute().proposals]


# How much it may be


@pytest.mark.parametrize(
    ("actor", "command", "allowed"),
    [
        (SELLER, offer(0), True),
        (SELLER, offer(-1), False),
        (SELLER, offer(10_001), False),
        (SELLER, offer(5000, WITH_RETURN), False),
        (SELLER, c.Propose(REFUND, money(1, "EUR")), False),
        (BUYER, offer(10_000), True),
        (BUYER, offer(1), True),
        (BUYER, offer(0), False),
        (BUYER, offer(10_001), False),
        (BUYER, offer(5000, WITH_RETURN), False),
    ],
)
def test_an_offer_stays_within_the_claim(actor: Actor, command: c.Propose, allowed: bool) -> None:  # noqa: FBT001
    """D2: no proposal is negative or above the claim's maximum, and a claim of non-receipt takes money only."""
    world = non_receipt()
    if allowed:
        world.act(actor, command)
        assert len(world.dispute().proposals) == 2
    else:
        assert world.refused_act(actor, command).code == INVALID


@pytest.mark.parametrize(
    ("amount", "settles"),
    [(6999, False), (7000, True), (7001, True), (10_000, True)],
)
def test_an_offer_of_what_is_asked_settles_at_once(amount: int, settles: bool) -> None:  # noqa: FBT001
    """D2: a seller who offers at least what the buyer asks, of the same type, has settled; a minor unit less, not."""
    for stage in (Stage.OPENED, Stage.NEGOTIATING):
        world = non_receipt(7000)
        if stage is Stage.NEGOTIATING:
            world.act(SELLER, offer(10))
        world.act(SELLER, offer(amount))
        dispute = world.dispute()
        expected = (Outcome.RESOLVED_WITH_AGREEMENT, money(amount)) if settles else (None, None)
        assert expected == (dispute.outcome, dispute.refund)


def test_an_offer_of_another_type_does_not_settle() -> None:
    """D2: more money, but of another type than asked, waits for the buyer's answer."""
    world = delivered(None, AT_HOME)
    world.wait(HOUR).open(DAMAGED, REFUND, money(5000))
    world.act(SELLER, offer(9000, WITH_RETURN))
    assert (world.dispute().stage, world.dispute().on_table) == (Stage.NEGOTIATING, "2")
    world.act(SELLER, offer(9000))
    assert (Outcome.RESOLVED_WITH_AGREEMENT, money(9000)) == (world.dispute().outcome, world.dispute().refund)


def test_a_settling_offer_with_return_starts_the_return() -> None:
    """D2, D3: the seller's offer of what was asked, for the item sent back, leads to the return."""
    world = delivered(None, AT_HOME)
    world.wait(HOUR).open(DAMAGED, WITH_RETURN, money(9500))
    world.act(SELLER, offer(9500, WITH_RETURN))
    assert (world.dispute().stage, status_of(world.dispute())) == (Stage.AWAITING_RETURN, Status.WAITING_FOR_BUYER_RESPONSE)


def test_the_buyers_counter_moves_what_settles() -> None:
    """D2: what the buyer asks is the buyer's newest proposal, not the first request."""
    world = non_receipt()
    world.act(SELLER, offer(1000))
    world.act(BUYER, offer(4000))
    world.act(SELLER, offer(4000))
    assert money(4000) == world.dispute().refund


def test_agreeing_on_nothing_is_an_agreement() -> None:
    """D2, D8: an offer of nothing that the buyer accepts ends the dispute by agreement, without a payment."""
    world = non_receipt()
    world.act(SELLER, offer(0))
    world.act(BUYER, c.Accept("2"))
    assert (Outcome.RESOLVED_WITH_AGREEMENT, money(0)) == (world.dispute().outcome, world.dispute().refund)
    assert world.case.order.instructions == ()


# More time

WAITING: tuple[tuple[Stage, Actor, Actor, int], ...] = (
    (Stage.OPENED, BUYER, SELLER, 5),
    (Stage.NEGOTIATING, SELLER, BUYER, 7),
    (Stage.AWAITING_RETURN, SELLER, BUYER, 10),
    (Stage.RETURN_IN_TRANSIT, BUYER, SELLER, 30),
)


@pytest.mark.parametrize(("stage", "waiting", "awaited", "window"), WAITING)
def test_the_side_that_waits_grants_the_other_more_time(stage: Stage, waiting: Actor, awaited: Actor, window: int) -> None:
    """D6: the one who waits may put off the other's deadline, on the timeline; the awaited one cannot do it."""
    world = disputed(stage)
    until = world.now + (window + 2) * DAY
    assert world.refused_act(awaited, c.GrantTime(until)).code == WRONG_PARTY
    assert world.refused_act(MEDIATOR, c.GrantTime(until)).code == WRONG_PARTY
    world.act(waiting, c.GrantTime(until))
    granted = [(event.actor, event.payload.until) for event in world.log if isinstance(event.payload, TimeGranted)]
    assert [(waiting, until)] == granted
    assert world.go(until - SECOND).as_of_now().dispute(1).stage is stage
    assert world.go(until).as_of_now().dispute(1).stage is not stage


@pytest.mark.parametrize("stage", [Stage.UNDER_REVIEW, Stage.DECIDED, Stage.RESOLVED])
def test_nobody_puts_off_a_mediator_or_an_appeal(stage: Stage) -> None:
    """D6: where no party is waited for, there is no time to grant."""
    for actor in (BUYER, SELLER):
        world = disputed(stage)
        assert world.refused_act(actor, c.GrantTime(world.now + 20 * DAY)).code == WRONG_STATE


def test_thirty_days_are_for_the_whole_dispute() -> None:
    """D6: time granted in one stage is gone in the next, from either side."""
    world = disputed()
    opened_at = world.now
    world.act(BUYER, c.GrantTime(opened_at + 25 * DAY))
    world.act(SELLER, c.Accept("1"))
    refused = world.refused_act(SELLER, c.GrantTime(world.now + 21 * DAY))
    assert (INVALID, world.now + 20 * DAY) == (refused.code, refused.details["latest"])
    world.act(SELLER, c.GrantTime(world.now + 20 * DAY))
    world.act(BUYER, c.ShipReturn(Carrier.TNT, "900000002"))
    assert world.refused_act(BUYER, c.GrantTime(world.now + 31 * DAY)).code == LIMIT_REACHED


# Giving the claim up


@pytest.mark.parametrize("stage", [Stage.OPENED, Stage.NEGOTIATING, Stage.UNDER_REVIEW, Stage.AWAITING_RETURN])
def test_withdrawn_while_protected_a_claim_can_be_made_again(stage: Stage) -> None:
    """D7: while protection is open a withdrawn claim may come back, for the same lines and the same reason."""
    world = disputed(stage)
    world.wait(HOUR).act(BUYER, c.Withdraw())
    assert (Outcome.WITHDRAWN, money(0)) == (world.dispute().outcome, world.dispute().refund)
    assert world.case.order.escrow.held == money(10_000)
    assert isinstance(coverage.decide(world.case, DAMAGED, world.now), Covered)
    assert world.open(DAMAGED) == 2


def test_withdrawn_after_protection_has_ended_it_is_final() -> None:
    """D7, O7: after the close a withdrawal completes the order at once, and nothing can be claimed again."""
    world = delivered()
    world.go(PAID_AT + 25 * DAY - HOUR).open(DAMAGED)
    world.wait(2 * HOUR).act(BUYER, c.Withdraw())
    assert world.now == world.case.order.completed_at
    assert money(10_000) == world.case.order.escrow.released
    assert NotCovered(Exclusion.DEADLINE_PASSED, "a") == coverage.decide(world.case, DAMAGED, world.now)
    refused = world.refusal(BUYER, lambda changes: opening.open_dispute(changes, DAMAGED, opening.RequestedRemedy()))
    assert refused.code == NOT_COVERED


@pytest.mark.parametrize("stage", [Stage.RETURN_IN_TRANSIT, Stage.DECIDED, Stage.RESOLVED])
def test_it_is_too_far_gone_to_withdraw(stage: Stage) -> None:
    """D7: with the return on its way, or decided, or ended, there is nothing left to withdraw."""
    assert disputed(stage).refused_act(BUYER, c.Withdraw()).code == WRONG_STATE


@pytest.mark.parametrize("stage", [Stage.OPENED, Stage.NEGOTIATING, Stage.UNDER_REVIEW, Stage.AWAITING_RETURN])
def test_only_the_buyer_withdraws(stage: Stage) -> None:
    """D7, D10: the claim is the buyer's to give up."""
    assert disputed(stage).refused_act(SELLER, c.Withdraw()).code == WRONG_PARTY


# How it ended


def test_each_ending_has_its_outcome_and_its_instruction() -> None:
    """D8, M1: agreement, the buyer's favour, the seller's, withdrawal and expiry, each with its refund and instruction."""
    agreed = non_receipt()
    agreed.act(SELLER, c.Accept("1"))
    silent = non_receipt()
    silent.wait(5 * DAY).sweep()
    withdrawn = non_receipt()
    withdrawn.act(BUYER, c.Withdraw())
    expired = disputed(Stage.AWAITING_RETURN)
    expired.wait(10 * DAY).sweep()
    found = non_receipt()
    found.deliver(PROMISED - DAY)
    found.wait(3 * DAY).sweep()
    ends = [(w.dispute().outcome, w.dispute().refund) for w in (agreed, silent, withdrawn, expired, found)]
    assert [
        (Outcome.RESOLVED_WITH_AGREEMENT, money(10_000)),
        (Outcome.RESOLVED_BUYER_FAVOUR, money(10_000)),
        (Outcome.WITHDRAWN, money(0)),
        (Outcome.EXPIRED, money(0)),
        (Outcome.RESOLVED_SELLER_FAVOUR, money(0)),
    ] == ends
    assert [len(w.case.order.instructions) for w in (agreed, silent, withdrawn)] == [1, 1, 0]
    assert set(Outcome) == {outcome for outcome, _ in ends}


def test_a_claim_says_in_which_way_it_is_not_as_described() -> None:
    """C1: not_as_described needs an issue, and only claims about the goods may have one."""
    world = delivered(order_terms(), ABROAD)
    bare = Claim(Reason.NOT_AS_DESCRIBED, (ClaimItem("a", 1),))
    refused = world.refusal(BUYER, lambda changes: opening.open_dispute(changes, bare, opening.RequestedRemedy()))
    assert (refused.code, refused.details["field"]) == (INVALID, "issue")
    odd = Claim(Reason.NOT_RECEIVED, (ClaimItem("a", 1),), issue=DAMAGED.issue)
    assert world.refusal(BUYER, lambda changes: opening.open_dispute(changes, odd, opening.RequestedRemedy())).code == INVALID


def test_a_claim_too_early_says_from_when() -> None:
    """C1: not yet covered, with the date from which it will be; before delivery, without one."""
    world = World.of()
    world.wait(DAY).ship()
    early = world.refusal(BUYER, lambda p: opening.open_dispute(p, claim_of(Reason.NOT_RECEIVED), opening.RequestedRemedy()))
    assert (early.code, early.details["opens_at"]) == ("not_yet_covered", PROMISED)
    undelivered = world.refusal(BUYER, lambda p: opening.open_dispute(p, DAMAGED, opening.RequestedRemedy()))
    assert (undelivered.code, undelivered.details["opens_at"]) == ("not_yet_covered", None)


def test_a_resolved_dispute_takes_no_more_moves() -> None:
    """D10: everything is over, for everybody."""
    world = disputed(Stage.RESOLVED)
    for actor in (BUYER, SELLER, MEDIATOR):
        for command in (c.Accept("1"), offer(1), c.Decline(), c.Escalate(), c.Withdraw(), ITEM_RECEIVED, c.Assign()):
            assert world.refused_act(actor, command).code == WRONG_STATE
