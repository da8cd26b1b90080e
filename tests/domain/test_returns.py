"""Returns: the address, the postage, the seller's acknowledgement, and the seller's silence (D3, C3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain import opening
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.claim import Claim, ClaimItem
from chalicelib.domain.dispute import AcknowledgementType, Outcome, Stage
from chalicelib.domain.events import DisputeResolved, ReturnAcknowledged
from chalicelib.domain.guarantees import Basis, Finding, Guarantee, OfferedGuarantee, OfferType, Payer, Reason
from chalicelib.domain.parcel import CarrierStatus
from chalicelib.domain.people import ReturnAddress, Role
from chalicelib.domain.refusals import (
    ATTESTATION_REQUIRED,
    INVALID,
    INVALID_TRACKING_NUMBER,
    RETURN_ADDRESS_REQUIRED,
    WRONG_PARTY,
    WRONG_STATE,
)
from tests.domain.worlds import (
    ABROAD,
    AT_HOME,
    BUYER,
    DAMAGED,
    DAY,
    HOUR,
    ITEM_RECEIVED,
    MEDIATOR,
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

WAREHOUSE = ReturnAddress("Acme warehouse", ("Dock 4",), "Sevilla", "41001", "ES")
WITH_RETURN = OfferType.REFUND_WITH_RETURN
UNWANTED = claim_of(Reason.NO_LONGER_WANTED)
BACK = c.ShipReturn(Carrier.TNT, "900000001")
PROBLEMS = [kind for kind in AcknowledgementType if kind is not AcknowledgementType.ITEM_RECEIVED]


def offering(*types: Guarantee, postage: Payer = Payer.BUYER) -> World:
    """An order delivered under these guarantees; nothing on file yet."""
    return delivered(order_terms(guarantees=tuple(OfferedGuarantee(kind, postage) for kind in types)))


def no_address() -> World:
    """A claim for return and refund against a seller without any return address."""
    world = delivered()
    world.wait(DAY).open(DAMAGED)
    return world


# Where it goes


def test_the_address_in_the_acceptance_comes_first() -> None:
    """D3: the return goes to the address given with the acceptance, even if the profile has another."""
    world = disputed(Stage.OPENED, AT_HOME)
    world.act(SELLER, c.Accept("1", WAREHOUSE))
    grant = world.dispute().grant
    assert grant is not None
    assert (WAREHOUSE, money(10_000), Basis.AGREEMENT) == (grant.return_address, grant.amount, grant.basis)


def test_the_profiles_address_comes_next() -> None:
    """D3: without one in the acceptance, the first address on file at that time is used."""
    world = disputed(Stage.OPENED, ABROAD)
    world.put_on_file(WAREHOUSE, AT_HOME)
    world.wait(HOUR).act(SELLER, c.Accept("1"))
    grant = world.dispute().grant
    assert grant is not None
    assert grant.return_address == WAREHOUSE


def test_without_any_address_the_seller_is_told_what_is_missing() -> None:
    """D3: accepting or proposing a return without any address is refused with a code of its own; a plain refund is not."""
    world = no_address()
    assert world.refused_act(SELLER, c.Accept("1")).code == RETURN_ADDRESS_REQUIRED
    assert world.refused_act(SELLER, c.Propose(WITH_RETURN, money(5000))).code == RETURN_ADDRESS_REQUIRED
    assert world.dispute().stage is Stage.OPENED
    world.act(SELLER, c.Propose(OfferType.REFUND, money(5000)))


def test_a_proposal_keeps_the_address_it_was_made_with() -> None:
    """D3, D1: the address in the seller's proposal is the one the buyer accepts, even if the profile changes meanwhile."""
    world = no_address()
    world.act(SELLER, c.Propose(WITH_RETURN, money(9500), return_address=WAREHOUSE))
    world.put_on_file(ABROAD)
    world.wait(HOUR).act(BUYER, c.Accept("2"))
    grant = world.dispute().grant
    assert grant is not None
    assert (WAREHOUSE, money(9500)) == (grant.return_address, grant.amount)


def test_a_mediators_decision_needs_an_address_too() -> None:
    """D3, D5: a decision with return uses the address given or on file, and is refused without one."""
    world = no_address()
    decision = c.Decide(WITH_RETURN, money(10_000), Finding.NOT_AS_DESCRIBED, "It is broken.")
    for actor, command in ((SELLER, c.Decline()), (BUYER, c.Escalate()), (MEDIATOR, c.Assign())):
        world.act(actor, command)
    assert world.refused_act(MEDIATOR, decision).code == RETURN_ADDRESS_REQUIRED
    world.put_on_file(WAREHOUSE)
    world.act(MEDIATOR, decision)
    world.put_on_file(ABROAD)
    grant = world.wait(7 * DAY).as_of_now().dispute(1).grant
    assert grant is not None
    assert (grant.return_address, grant.basis) == (WAREHOUSE, Basis.DECISION)


def test_the_clock_uses_the_address_on_file_at_the_deadline() -> None:
    """D3, D9: an address put on file after the deadline comes too late, however late the sweep runs."""
    late, early = no_address(), no_address()
    due = late.now + 5 * DAY
    early.go(due - HOUR).put_on_file(WAREHOUSE)
    late.go(due + HOUR).put_on_file(WAREHOUSE)
    for world in (early, late):
        world.go(due + DAY).sweep()
    grant = early.dispute().grant
    assert grant is not None
    assert grant.return_address == WAREHOUSE
    ended = [event.payload for event in late.log if isinstance(event.payload, DisputeResolved)]
    assert [(Outcome.RESOLVED_BUYER_FAVOUR, money(10_000), True)] == [(e.outcome, e.refund, e.return_forgone) for e in ended]


@pytest.mark.parametrize(
    ("offered", "on_file", "goes_to"),
    [
        ((Guarantee.DOMESTIC_RETURNS,), (AT_HOME,), AT_HOME),
        ((Guarantee.DOMESTIC_RETURNS,), (ABROAD, AT_HOME, WAREHOUSE), AT_HOME),
        ((Guarantee.DOMESTIC_RETURNS,), (ABROAD,), None),
        ((Guarantee.DOMESTIC_RETURNS,), (), None),
        ((Guarantee.EXTRA_RETURNS,), (ABROAD, AT_HOME), AT_HOME),
        ((Guarantee.EXTRA_RETURNS,), (ABROAD,), None),
        ((Guarantee.DOMESTIC_RETURNS, Guarantee.EXTRA_RETURNS), (ABROAD,), None),
    ],
)
def test_a_guaranteed_return_goes_straight_to_its_stage(
    offered: tuple[Guarantee, ...], on_file: tuple[ReturnAddress, ...], goes_to: ReturnAddress | None
) -> None:
    """D3, C3: without a label the address is in the buyer's country; with none on file there, the seller is asked."""
    world = offering(*offered)
    world.put_on_file(*on_file)
    world.wait(DAY).open(UNWANTED)
    dispute = world.dispute()
    if goes_to:
        assert dispute.grant is not None
        assert (Stage.AWAITING_RETURN, goes_to, Basis.GUARANTEE) == (
            dispute.stage,
            dispute.grant.return_address,
            dispute.grant.basis,
        )
    else:
        assert (dispute.stage, dispute.grant) == (Stage.OPENED, None)


def test_a_domestic_return_takes_no_address_abroad() -> None:
    """D3: an address abroad in the seller's answer is refused, naming the country; one at home is taken."""
    world = offering(Guarantee.DOMESTIC_RETURNS)
    world.wait(DAY).open(UNWANTED)
    refused = world.refused_act(SELLER, c.Accept("1", ABROAD))
    assert (refused.code, refused.details["country"]) == (RETURN_ADDRESS_REQUIRED, "ES")
    world.act(SELLER, c.Accept("1", AT_HOME))
    assert world.dispute().stage is Stage.AWAITING_RETURN


def test_no_questions_asked_means_none_can_be_asked() -> None:
    """Section 3, D10: nobody can bargain over a guaranteed return, and the seller cannot decline it."""
    world = offering(Guarantee.EXTRA_RETURNS)
    world.wait(DAY).open(UNWANTED)
    offer = c.Propose(WITH_RETURN, money(8999), return_address=AT_HOME)
    for actor, command in ((SELLER, c.Decline()), (SELLER, offer), (BUYER, offer)):
        assert world.refused_act(actor, command).code == WRONG_STATE


def test_unwanted_goods_go_back_unused() -> None:
    """Section 3: the buyer attests that they are unused and in their packaging, or the claim is not taken."""
    world = offering(Guarantee.EXTRA_RETURNS)
    bare = Claim(Reason.NO_LONGER_WANTED, (ClaimItem("a", 1),))
    refused = world.refusal(BUYER, lambda changes: opening.open_dispute(changes, bare, opening.RequestedRemedy()))
    assert refused.code == ATTESTATION_REQUIRED


# Who pays for it


@pytest.mark.parametrize("postage", list(Payer))
def test_an_unwanted_items_postage_is_as_the_guarantee_says(postage: Payer) -> None:
    """C3: for no_longer_wanted the guarantee's terms say who pays the return; without a word it is the buyer."""
    world = offering(Guarantee.EXTRA_RETURNS, postage=postage)
    world.put_on_file(AT_HOME)
    world.wait(DAY).open(UNWANTED)
    grant = world.dispute().grant
    assert grant is not None
    assert postage is grant.return_postage
    assert OfferedGuarantee(Guarantee.EXTRA_RETURNS).return_postage is Payer.BUYER


def test_a_faulty_items_postage_is_the_sellers() -> None:
    """C3: the seller pays the return's postage, except for a change of mind where the guarantee says otherwise."""
    world = offering(Guarantee.EXTRA_RETURNS, Guarantee.DOMESTIC_RETURNS)
    world.put_on_file(AT_HOME)
    world.wait(DAY).open(DAMAGED)
    world.act(SELLER, c.Accept("1"))
    grant = world.dispute().grant
    assert grant is not None
    assert grant.return_postage is Payer.SELLER


# The way back


def test_the_buyer_ships_with_a_number_that_can_be_one() -> None:
    """O4: the return's tracking number is checked like any other; only the buyer ships."""
    world = disputed(Stage.AWAITING_RETURN)
    assert world.refused_act(BUYER, c.ShipReturn(Carrier.UPS, "1Z5R89390357567128")).code == INVALID_TRACKING_NUMBER
    assert world.refused_act(SELLER, BACK).code == WRONG_PARTY
    world.act(BUYER, c.ShipReturn(Carrier.UPS, "1z 5r89 3903 5756 7127"))
    shipped = world.now
    parcel = world.dispute().return_parcel
    assert parcel is not None
    assert ("1Z5R89390357567127", shipped) == (parcel.tracking_number, parcel.shipped_at)
    world.wait(HOUR).report_return(CarrierStatus.IN_TRANSIT)
    assert world.refused_act(BUYER, BACK).code == WRONG_STATE


def test_the_buyer_may_still_withdraw_before_shipping_and_not_after() -> None:
    """D7, D10: withdrawing is possible while the item is with the buyer."""
    world = disputed(Stage.AWAITING_RETURN)
    world.act(BUYER, c.Withdraw())
    assert (Outcome.WITHDRAWN, money(0)) == (world.dispute().outcome, world.dispute().refund)
    assert disputed(Stage.RETURN_IN_TRANSIT).refused_act(BUYER, c.Withdraw()).code == WRONG_STATE


def test_the_item_received_is_refunded_at_once() -> None:
    """Section 4, D8, M1: item_received ends the dispute with the refund it was granted for, and its instruction."""
    world = disputed(Stage.RETURN_IN_TRANSIT)
    world.wait(DAY).act(SELLER, ITEM_RECEIVED)
    dispute = world.dispute()
    assert (Outcome.RESOLVED_WITH_AGREEMENT, money(10_000)) == (dispute.outcome, dispute.refund)
    assert [(money(10_000), BUYER.id)] == [(i.amount, i.payee) for i in world.case.order.instructions]


@pytest.mark.parametrize("problem", PROBLEMS)
def test_a_problem_with_the_return_goes_to_a_mediator_with_evidence(problem: AcknowledgementType) -> None:
    """Section 4: each problem needs evidence, without which it is refused, and brings the case under review."""
    world = disputed(Stage.RETURN_IN_TRANSIT)
    came = problem is not AcknowledgementType.ITEM_NOT_RECEIVED
    for nothing in ("", "  \n"):
        assert world.refused_act(SELLER, c.AcknowledgeReturn(problem, nothing, came)).code == INVALID
    world.wait(DAY).act(SELLER, c.AcknowledgeReturn(problem, "The box was full of sand.", came))
    dispute = world.dispute()
    assert (Stage.UNDER_REVIEW, world.now, None) == (dispute.stage, dispute.stage_since, dispute.mediator)
    assert [(piece.by, piece.note) for piece in dispute.evidence] == [(Role.SELLER, "The box was full of sand.")]
    assert [problem] == [e.payload.acknowledgement for e in world.log if isinstance(e.payload, ReturnAcknowledged)]


def test_there_are_five_things_a_seller_can_say() -> None:
    """Section 4: received, not received, damaged, empty or different, items missing."""
    names = {"item_received", "item_not_received", "damaged", "empty_package_or_different", "missing_items"}
    assert names == {kind.value for kind in AcknowledgementType}


@pytest.mark.parametrize("actor", [BUYER, MEDIATOR])
def test_only_the_seller_acknowledges(actor: Actor) -> None:
    """D10: what arrived is the seller's to say."""
    assert disputed(Stage.RETURN_IN_TRANSIT).refused_act(actor, ITEM_RECEIVED).code == WRONG_PARTY


def problem_under_review(*, on_file: bool = True) -> World:
    """The seller says that the returned item is damaged, and a mediator has the case."""
    world = disputed(Stage.RETURN_IN_TRANSIT)
    if not on_file:
        world.put_on_file()
    world.wait(DAY).act(SELLER, c.AcknowledgeReturn(AcknowledgementType.DAMAGED, "Scratched.", came=True))
    world.act(MEDIATOR, c.Assign())
    return world


def test_a_problem_with_a_return_goes_back_to_the_mediator_who_decided() -> None:
    """Section 4: the mediator whose decision granted the return still has the case, and decides what became of it."""
    world = disputed(Stage.UNDER_REVIEW)
    world.act(MEDIATOR, c.Decide(WITH_RETURN, money(10_000), Finding.NOT_AS_DESCRIBED, "It is broken."))
    for party in (BUYER, SELLER):
        world.act(party, c.AcceptDecision())
    world.act(BUYER, BACK)
    world.act(SELLER, c.AcknowledgeReturn(AcknowledgementType.DAMAGED, "Scratched.", came=True))

    assert world.refused_act(MEDIATOR, c.Assign()).message == "It is yours already."
    world.act(MEDIATOR, c.Decide(OfferType.REFUND, money(0), Finding.RETURN_NOT_AS_SENT, "The scratches are new."))
    assert [MEDIATOR.id, MEDIATOR.id] == [decision.by for decision in world.dispute().decisions]


def test_what_is_back_already_is_not_sent_back_again() -> None:
    """D3, D5: after the return, a decision or an agreement with return pays at once and needs no address."""
    decided = problem_under_review(on_file=False)
    decided.act(MEDIATOR, c.Decide(WITH_RETURN, money(8000), Finding.RETURN_RECEIVED, "Scratches are old."))
    for party in (BUYER, SELLER):
        decided.act(party, c.AcceptDecision())
    agreed = problem_under_review(on_file=False)
    agreed.act(MEDIATOR, c.Propose(WITH_RETURN, money(8000)))
    for party in (SELLER, BUYER):
        agreed.act(party, c.Accept(agreed.dispute().on_table or ""))
    for world in (decided, agreed):
        assert (Stage.RESOLVED, money(8000)) == (world.dispute().stage, world.dispute().refund)


def test_an_undecided_problem_is_decided_for_the_buyer() -> None:
    """Section 4, D12: with no decision in 14 days, the refund the return was granted for is paid after the appeal window."""
    world = problem_under_review()
    dispute = world.wait(21 * DAY).as_of_now().dispute(1)
    assert (Outcome.RESOLVED_BUYER_FAVOUR, money(10_000)) == (dispute.outcome, dispute.refund)


def test_the_returns_carrier_records_may_come_in_any_order() -> None:
    """O6, I12: the 10 days count from when what the records say of the delivery last changed; a repeated one is no news."""
    world = disputed(Stage.RETURN_IN_TRANSIT)
    shipped = world.now
    world.wait(6 * DAY).report_return(CarrierStatus.DELIVERED, shipped + 5 * DAY)
    assert not world.report_return(CarrierStatus.DELIVERED, shipped + 5 * DAY)
    assert world.report_return(CarrierStatus.DELIVERED, shipped + 4 * DAY)
    assert world.report_return(CarrierStatus.IN_TRANSIT, shipped + DAY)
    assert world.go(shipped + 16 * DAY - HOUR).as_of_now().dispute(1).open
    assert not world.go(shipped + 16 * DAY).as_of_now().dispute(1).open


def test_a_delivery_reported_late_leaves_the_seller_the_whole_time() -> None:
    """I12: the 10 days count from when the delivery became known, even beyond the 30 days from shipping."""
    world = disputed(Stage.RETURN_IN_TRANSIT)
    shipped = world.now
    world.go(shipped + 25 * DAY).report_return(CarrierStatus.DELIVERED, shipped + 3 * DAY)
    world.go(shipped + 35 * DAY - HOUR).sweep()
    assert world.dispute().stage is Stage.RETURN_IN_TRANSIT
    world.go(shipped + 35 * DAY).sweep()
    assert world.dispute().stage is Stage.RESOLVED
    assert world.case == world.refolded()


def test_a_return_that_comes_back_to_the_buyer_counts_as_not_delivered() -> None:
    """O6, section 4: returned to sender after all, it has 30 days from shipping again, and then a person judges."""
    world = disputed(Stage.RETURN_IN_TRANSIT)
    shipped = world.now
    world.wait(5 * DAY).report_return(CarrierStatus.DELIVERED)
    world.wait(DAY).report_return(CarrierStatus.RETURNED_TO_SENDER)
    assert world.go(shipped + 20 * DAY).as_of_now().dispute(1).open
    assert world.go(shipped + 30 * DAY).as_of_now().dispute(1).stage is Stage.UNDER_REVIEW


def test_the_returns_parcel_is_no_parcel_of_the_order() -> None:
    """O6, O7: a record of the return changes nothing of the order's own delivery."""
    world = disputed(Stage.RETURN_IN_TRANSIT)
    before = world.case.order
    world.report_return(CarrierStatus.DELIVERED)
    assert before == world.case.order
