"""Replacements: asked, offered, decided, shipped, arrived, failed, and defective again (D2, awaiting_replacement)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain import orders
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.dispute import AcknowledgementType, Outcome, Stage
from chalicelib.domain.guarantees import COVERED, Basis, Finding, OfferType, Reason
from chalicelib.domain.opening import RequestedRemedy, open_dispute
from chalicelib.domain.parcel import CarrierStatus
from chalicelib.domain.refusals import INVALID, NOT_COVERED, WRONG_PARTY, WRONG_STATE
from chalicelib.domain.stages import due_at
from tests.domain.worlds import (
    AT_HOME,
    BUYER,
    DAMAGED,
    DAY,
    HOUR,
    ITEM_RECEIVED,
    MEDIATOR,
    PLATFORM,
    PROMISED,
    SECOND,
    SELLER,
    World,
    claim_of,
    delivered,
    disputed,
    lines,
    money,
    order_terms,
)

if TYPE_CHECKING:
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.money import Money

NOT_RECEIVED = claim_of(Reason.NOT_RECEIVED)
NUMBER = "900000007"
SHIP = c.ShipReplacement(Carrier.TNT, NUMBER)
ANOTHER = c.Propose(OfferType.REPLACEMENT, money(0))


def missed() -> World:
    """An order that did not come in its promised time, the seller having agreed to send another one."""
    world = World.of(None, AT_HOME)
    world.wait(DAY).ship()
    world.go(PROMISED).open(NOT_RECEIVED, OfferType.REPLACEMENT)
    world.act(SELLER, c.Accept("1"))
    return world


def sent(world: World) -> World:
    """The replacement is on record."""
    world.wait(DAY).act(SELLER, SHIP)
    return world


def held(world: World) -> int:
    """What is still held, in minor units."""
    return world.case.order.escrow.held.minor


def test_the_seller_offers_another_one_and_the_buyer_accepts() -> None:
    """D2: with a replacement the amount is what is refunded besides, usually 0; the dispute then awaits it."""
    world = disputed(Stage.AWAITING_REPLACEMENT)
    grant = world.dispute().grant
    assert grant is not None
    assert (grant.type, grant.amount, grant.return_address) == (OfferType.REPLACEMENT, money(0), None)
    assert due_at(world.dispute(), world.case.policy) == world.now + 10 * DAY


def test_a_buyer_asks_for_another_one_and_nothing_besides_by_default() -> None:
    """D2: naming no amount asks for no money."""
    world = delivered(None, AT_HOME)
    world.wait(DAY).open(DAMAGED, OfferType.REPLACEMENT_WITH_RETURN)
    assert world.dispute().request.amount == money(0)


@pytest.mark.parametrize(
    ("reason", "takes"),
    [
        (Reason.NOT_RECEIVED, {OfferType.REFUND, OfferType.REPLACEMENT}),
        (Reason.NOT_AS_DESCRIBED, set(OfferType)),
        (Reason.COUNTERFEIT, {OfferType.REFUND, OfferType.REFUND_WITH_RETURN}),
        (Reason.NO_LONGER_WANTED, {OfferType.REFUND_WITH_RETURN}),
    ],
)
def test_which_claims_take_a_replacement(reason: Reason, takes: set[OfferType]) -> None:
    """D2, section 3: a claim of non-receipt takes refund and replacement, one of the description all, the others none."""
    assert set(COVERED[reason].takes) == takes


def test_a_buyer_cannot_ask_for_another_one_and_all_of_the_money() -> None:
    """D2: the money besides is a part of the price."""
    world = delivered(None, AT_HOME).wait(DAY)
    refused = world.refusal(BUYER, lambda changes: _open(changes, money(9000)))
    assert (refused.code, refused.details["maximum"]) == (INVALID, money(8999))


def _open(changes: Changes, amount: Money) -> int:
    return open_dispute(changes, DAMAGED, RequestedRemedy(OfferType.REPLACEMENT, amount))


def test_silence_grants_the_replacement_and_then_the_money() -> None:
    """Section 4, D2: nothing was asked but another item, so the claim's maximum is refunded when none comes."""
    world = delivered(None, AT_HOME)
    world.wait(DAY).open(DAMAGED, OfferType.REPLACEMENT)
    world.wait(5 * DAY).sweep()
    assert world.dispute().stage is Stage.AWAITING_REPLACEMENT
    world.wait(10 * DAY).sweep()
    ended = world.dispute()
    assert (ended.outcome, ended.basis) == (Outcome.RESOLVED_BUYER_FAVOUR, Basis.REPLACEMENT_FAILED)
    assert ended.refund == money(10000)


@pytest.mark.parametrize(("asked", "amount"), [(OfferType.REFUND, 3000), (OfferType.REFUND_WITH_RETURN, 6000)])
def test_a_replacement_that_fails_gives_the_money_that_was_asked_for(asked: OfferType, amount: int) -> None:
    """D2: where the buyer had asked for money before another item was agreed, it is that money."""
    world = delivered(None, AT_HOME)
    world.wait(DAY).open(DAMAGED, asked, money(amount))
    world.act(SELLER, ANOTHER)
    world.act(BUYER, c.Accept("2"))
    world.wait(10 * DAY).sweep()
    assert world.dispute().refund == money(amount)


def test_a_first_item_that_has_gone_back_is_refunded_whole_where_no_other_comes() -> None:
    """D2, I18: a buyer who had asked to keep it for a part of its price, and sent it back, has nothing then."""
    world = delivered(None, AT_HOME)
    world.wait(DAY).open(DAMAGED, OfferType.REFUND, money(2000))
    world.act(SELLER, c.Propose(OfferType.REPLACEMENT_WITH_RETURN, money(0)))
    world.act(BUYER, c.Accept("2"))
    world.act(BUYER, c.ShipReturn(Carrier.TNT, "900000001"))
    world.act(SELLER, ITEM_RECEIVED)
    assert world.dispute().stage is Stage.AWAITING_REPLACEMENT
    world.wait(10 * DAY).sweep()
    assert world.dispute().refund == money(10000)


def test_the_return_comes_first_and_the_replacement_after_it() -> None:
    """D2: with replacement_with_return the item goes back before another one is sent."""
    world = delivered(None, AT_HOME)
    world.wait(DAY).open(DAMAGED, OfferType.REPLACEMENT_WITH_RETURN, money(500))
    world.act(SELLER, c.Accept("1"))
    assert world.dispute().stage is Stage.AWAITING_RETURN
    assert world.refused_act(SELLER, SHIP).code == WRONG_STATE
    world.act(BUYER, c.ShipReturn(Carrier.TNT, "900000001"))
    world.wait(DAY).report_return(CarrierStatus.DELIVERED)
    world.wait(10 * DAY).sweep()
    assert world.dispute().stage is Stage.AWAITING_REPLACEMENT
    sent(world).wait(DAY).deliver(parcel=2)
    assert (world.dispute().replaced, world.dispute().refund) == (True, money(500))
    assert world.case.order.escrow.refunded == money(500)


def test_without_a_usable_address_the_return_is_forgone_and_the_replacement_is_not() -> None:
    """D3: the clock finds no address on file, so the buyer keeps the first item."""
    world = delivered(None)
    world.wait(DAY).open(DAMAGED, OfferType.REPLACEMENT_WITH_RETURN)
    world.wait(5 * DAY).sweep()
    assert world.dispute().stage is Stage.AWAITING_REPLACEMENT


def test_a_replacement_has_ten_days_to_a_scan_and_thirty_from_when_it_became_known() -> None:
    """Section 4: naming a number is no scan; the second window begins when the scan became known."""
    world = missed()
    agreed = world.now
    sent(world)
    assert due_at(world.dispute(), world.case.policy) == agreed + 10 * DAY
    world.wait(3 * DAY).report(CarrierStatus.IN_TRANSIT, world.now - 2 * DAY, parcel=2)
    assert due_at(world.dispute(), world.case.policy) == world.now + 30 * DAY
    scanned = world.now
    world.go(scanned + 30 * DAY - SECOND).sweep()
    assert world.dispute().stage is Stage.AWAITING_REPLACEMENT
    world.go(scanned + 30 * DAY).sweep()
    assert world.dispute().refund == money(10000)


def test_a_number_that_no_carrier_ever_scans_is_no_replacement() -> None:
    """Section 4, I18: a seller who names a number and sends nothing pays after ten days."""
    world = sent(missed())
    world.wait(9 * DAY).sweep()
    assert world.dispute().basis is Basis.REPLACEMENT_FAILED


def test_an_old_delivery_is_no_replacement() -> None:
    """O6, I14: what a carrier tells from before the replacement was granted is of another parcel."""
    world = missed()
    granted = world.now
    world.wait(HOUR).act(SELLER, SHIP)
    world.wait(HOUR).report(CarrierStatus.DELIVERED, granted - SECOND, parcel=2)
    assert world.dispute().stage is Stage.AWAITING_REPLACEMENT
    assert world.dispute().replacement_scanned_at is None


@pytest.mark.parametrize("confirmed", [False, True])
def test_a_replacement_that_arrives_ends_the_dispute_and_covers_the_units_anew(confirmed: bool) -> None:  # noqa: FBT001 - a case of the table
    """Section 4, C2, O7: the dispute settles nothing; protection goes on for 15 days; defective again can be claimed."""
    world = sent(missed())
    world.wait(DAY)
    if confirmed:
        world.confirm()
    else:
        world.report(CarrierStatus.DELIVERED, world.now - HOUR, parcel=2)
    ended = world.dispute()
    assert (ended.replaced, ended.outcome, ended.refund) == (True, Outcome.RESOLVED_WITH_AGREEMENT, money(0))
    assert (world.case.closes_at, held(world)) == (world.now + 15 * DAY, 10000)
    world.wait(14 * DAY)
    assert world.open(DAMAGED) == 2
    world.act(SELLER, ANOTHER, 2)
    world.act(BUYER, c.Accept("2"), 2)
    assert world.dispute(2).stage is Stage.AWAITING_REPLACEMENT


def test_one_that_is_defective_again_is_claimed_for_the_same_reason() -> None:
    """C2: a dispute whose replacement arrived settles no units."""
    world = sent(disputed(Stage.AWAITING_REPLACEMENT))
    world.wait(DAY).deliver(parcel=2)
    assert world.dispute().replaced
    world.wait(10 * DAY)
    assert world.open(DAMAGED) == 2


def test_what_was_replaced_late_is_not_late_again() -> None:
    """C2: another item came as was agreed, so the broken promise of the first is no claim any more."""
    world = sent(missed())
    world.wait(DAY).deliver(parcel=2)
    refused = world.refusal(BUYER, _again)
    assert (refused.code, refused.details["exclusion"]) == (NOT_COVERED, "carrier_shows_delivered")


def _again(changes: Changes) -> int:
    return open_dispute(changes, NOT_RECEIVED, RequestedRemedy())


def test_a_replacement_that_goes_back_to_its_sender_is_refunded_in_the_end() -> None:
    """D2: it does not arrive; another one may still be sent in the same time."""
    world = sent(missed())
    world.wait(DAY).report(CarrierStatus.IN_TRANSIT, parcel=2)
    scanned = world.now
    world.wait(5 * DAY).report(CarrierStatus.RETURNED_TO_SENDER, parcel=2)
    assert world.dispute().stage is Stage.AWAITING_REPLACEMENT
    world.go(scanned + 30 * DAY).sweep()
    assert world.dispute().refund == money(10000)
    world = sent(missed())
    world.wait(DAY).report(CarrierStatus.RETURNED_TO_SENDER, parcel=2)
    world.wait(DAY).act(SELLER, replace(SHIP, tracking_number="900000008"))
    world.wait(DAY).deliver(parcel=3)
    assert world.dispute().replaced


def test_a_replacement_that_went_back_after_all_is_refunded_when_protection_closes() -> None:
    """O7: what is held goes to the buyer where the last parcel went back to its sender."""
    world = sent(missed())
    world.wait(DAY).deliver(parcel=2)
    world.wait(DAY).report(CarrierStatus.RETURNED_TO_SENDER, parcel=2)
    world.wait(15 * DAY).sweep()
    assert world.case.order.escrow.refunded == money(10000)


def test_confirming_before_anything_was_sent_is_about_the_first_item() -> None:
    """Section 4: until the replacement is on record, the buyer's receipt does not end the dispute."""
    world = disputed(Stage.AWAITING_REPLACEMENT)
    world.confirm()
    assert world.dispute().stage is Stage.AWAITING_REPLACEMENT
    sent(world).wait(DAY).confirm("a")
    assert world.dispute().replaced


def test_a_mistyped_number_of_a_replacement_is_taken_back() -> None:
    """O4: it is a parcel of the order, so whoever named it may take it back while no carrier has scanned it."""
    world = sent(missed())
    world.run(SELLER, lambda changes: orders.take_back_parcel(changes, 2))
    world.act(SELLER, replace(SHIP, tracking_number="900000008"))
    world.wait(DAY).deliver(parcel=3)
    assert world.dispute().replaced


def test_a_replacement_for_one_unit_leaves_the_others_as_they_are() -> None:
    """C2, C3: of three missing, one is replaced; the two others can be claimed."""
    world = World.of(order_terms(lines=lines((3, 1000))), AT_HOME)
    world.wait(DAY).ship()
    world.go(PROMISED).open(NOT_RECEIVED, OfferType.REPLACEMENT)
    world.act(SELLER, c.Accept("1"))
    sent(world).wait(DAY).deliver(parcel=2)
    assert world.dispute().replaced
    assert world.refusal(BUYER, lambda changes: _units(changes, 3)).code == NOT_COVERED
    assert world.run(BUYER, lambda changes: _units(changes, 2)) == 2


def _units(changes: Changes, count: int) -> int:
    return open_dispute(changes, claim_of(Reason.NOT_RECEIVED, ("a", count)), RequestedRemedy())


def test_a_mediator_decides_for_a_replacement() -> None:
    """D5: a decision may be for another item; it is carried out when the appeal window has passed."""
    world = disputed(Stage.UNDER_REVIEW)
    world.act(MEDIATOR, c.Decide(OfferType.REPLACEMENT, money(0), Finding.NOT_AS_DESCRIBED, "Send another one."))
    world.wait(7 * DAY).sweep()
    assert world.dispute().stage is Stage.AWAITING_REPLACEMENT
    sent(world).wait(DAY).deliver(parcel=2)
    assert (world.dispute().outcome, world.dispute().basis) == (Outcome.RESOLVED_BUYER_FAVOUR, Basis.DECISION)


def test_a_mediator_proposes_a_replacement_and_both_accept() -> None:
    """D1, D2: as with money, it takes both parties."""
    world = disputed(Stage.UNDER_REVIEW)
    world.act(MEDIATOR, ANOTHER)
    proposed = world.dispute().on_table
    assert proposed is not None
    world.act(BUYER, c.Accept(proposed))
    world.act(SELLER, c.Accept(proposed))
    assert world.dispute().stage is Stage.AWAITING_REPLACEMENT


def test_nothing_against_the_buyer_is_no_replacement() -> None:
    """Section 4, I15: a default against a buyer who asked for another item gives neither item nor money."""
    world = delivered(None, AT_HOME)
    world.wait(DAY).open(DAMAGED, OfferType.REPLACEMENT)
    world.act(SELLER, c.Decline())
    world.act(SELLER, c.Escalate())
    world.wait(14 * DAY).wait(7 * DAY).sweep()
    assert world.dispute().outcome is Outcome.RESOLVED_SELLER_FAVOUR
    assert world.case.order.escrow.refunded.minor == 0


def test_money_is_never_all_that_a_buyer_who_waits_for_another_item_asks() -> None:
    """D2: a seller's offer of nothing does not settle a case in which a replacement was granted."""
    world = delivered(None, AT_HOME)
    world.wait(DAY).open(DAMAGED, OfferType.REPLACEMENT_WITH_RETURN)
    world.act(SELLER, c.Accept("1"))
    world.act(BUYER, c.ShipReturn(Carrier.TNT, "900000001"))
    world.act(SELLER, c.AcknowledgeReturn(AcknowledgementType.DAMAGED, "Broken.", came=True))
    world.act(SELLER, c.Propose(OfferType.REFUND, money(0)))
    assert world.dispute().stage is Stage.UNDER_REVIEW
    world.wait(14 * DAY).wait(7 * DAY).sweep()
    assert world.dispute().stage is Stage.AWAITING_REPLACEMENT


def test_the_first_parcel_turns_up_in_time_while_another_is_awaited() -> None:
    """C5: a delivery in time that becomes known gives the buyer three days to object, then closes the case."""
    world = missed()
    world.wait(DAY).deliver(PROMISED - DAY)
    assert world.dispute().delivery_notice is not None
    world.wait(3 * DAY).sweep()
    assert world.dispute().basis is Basis.CARRIER_SHOWS_DELIVERED


def test_only_the_seller_ships_and_the_buyer_may_give_more_time() -> None:
    """Section 4, D6: the buyer waits for it, and may grant more time."""
    world = disputed(Stage.AWAITING_REPLACEMENT)
    assert world.refused_act(BUYER, SHIP).code == WRONG_PARTY
    due = due_at(world.dispute(), world.case.policy)
    assert due is not None
    world.act(BUYER, c.GrantTime(due + 5 * DAY))
    assert due_at(world.dispute(), world.case.policy) == due + 5 * DAY
    world.wait(5 * DAY)
    assert world.run(PLATFORM, lambda changes: changes.case).disputes[0].stage is Stage.AWAITING_REPLACEMENT
