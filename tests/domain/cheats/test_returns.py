"""Cheats with returns: old parcels, the order's own number, late records, receipts and postage (C3, D3, O4, O6, I12-I15)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.dispute import AcknowledgementType as Said
from chalicelib.domain.dispute import Outcome, ReviewDefault, Stage
from chalicelib.domain.evidence import EvidenceType
from chalicelib.domain.guarantees import Finding, Guarantee, OfferedGuarantee, OfferType, Payer, Reason
from chalicelib.domain.parcel import CarrierStatus
from chalicelib.domain.refusals import INVALID, RETURN_LABEL_REQUIRED, WRONG_PARTY, WRONG_STATE
from tests.domain.worlds import (
    ABROAD,
    AT_HOME,
    BUYER,
    DAMAGED,
    DAY,
    HOUR,
    ITEM_RECEIVED,
    MEDIATOR,
    SECOND,
    SELLER,
    World,
    delivered,
    disputed,
    lines,
    money,
    order_terms,
    shown,
)

OTHER = c.ShipReturn(None, "RR123 456", "Correos", "e1")


def with_evidence(kind: EvidenceType, by: object = BUYER, stage: Stage = Stage.AWAITING_RETURN) -> World:
    """A dispute with one file of evidence, ``e1``."""
    world = disputed(stage)
    world.act(by, shown(kind))  # type: ignore[arg-type]
    return world


def charged(world: World) -> list[tuple[str, str, int]]:
    """The charges of the order: who paid whom, and how much."""
    entries = [step.payload.entry for step in world.log if step.payload.type == "charged"]  # type: ignore[attr-defined]
    return [(it.debit, it.credit, it.amount.minor) for it in entries]


def test_cheat_07_a_parcel_delivered_before_it_was_named_is_no_return() -> None:
    """O6, I14: what a carrier tells from before the return was named is of another parcel, and refunds nothing."""
    world = disputed(Stage.RETURN_IN_TRANSIT)
    world.wait(DAY)
    world.report_return(CarrierStatus.DELIVERED, world.dispute().stage_since - SECOND)
    world.wait(10 * DAY).sweep()
    assert world.dispute().stage is Stage.RETURN_IN_TRANSIT
    assert world.case.order.escrow.refunded.minor == 0
    world.act(SELLER, c.AcknowledgeReturn(Said.ITEM_NOT_RECEIVED, "Nothing came."))
    assert world.dispute().stage is Stage.UNDER_REVIEW


@pytest.mark.parametrize("carrier", [Carrier.TNT, None])
def test_cheat_08_the_orders_own_number_is_no_return(carrier: Carrier | None) -> None:
    """O4: the number of a parcel that came to the buyer is refused as a return's, whatever carrier is named."""
    world = with_evidence(EvidenceType.PROOF_OF_RETURN)
    own = world.case.order.parcels[0].tracking_number
    command = c.ShipReturn(carrier, own, "" if carrier else "Correos", "e1")
    refused = world.refused_act(BUYER, command)
    assert (refused.code, refused.details["field"]) == (INVALID, "tracking_number")


def test_cheat_09_the_seller_has_ten_days_from_when_the_returns_delivery_became_known() -> None:
    """Section 4, I12: a delivery that becomes known 11 days late leaves the seller the whole time."""
    world = disputed(Stage.RETURN_IN_TRANSIT)
    came = world.now + DAY
    world.wait(12 * DAY)
    world.report_return(CarrierStatus.DELIVERED, came)
    known = world.now
    world.go(known + 10 * DAY - SECOND).sweep()
    assert world.dispute().stage is Stage.RETURN_IN_TRANSIT
    world.act(SELLER, c.AcknowledgeReturn(Said.EMPTY_PACKAGE_OR_DIFFERENT, "A brick."))
    assert world.dispute().stage is Stage.UNDER_REVIEW


def test_a_return_is_done_ten_days_after_its_delivery_became_known() -> None:
    """Section 4: a seller who does not object in that time is charged with the refund."""
    world = disputed(Stage.RETURN_IN_TRANSIT)
    world.wait(12 * DAY).report_return(CarrierStatus.DELIVERED, world.now - DAY)
    world.wait(10 * DAY).sweep()
    assert world.dispute().outcome is Outcome.RESOLVED_WITH_AGREEMENT
    assert world.case.order.escrow.refunded == money(10000)


@pytest.mark.parametrize(
    ("status", "stage"),
    [
        (CarrierStatus.IN_TRANSIT, Stage.RESOLVED),
        (CarrierStatus.EXCEPTION, Stage.UNDER_REVIEW),
        (CarrierStatus.RETURNED_TO_SENDER, Stage.UNDER_REVIEW),
        (None, Stage.UNDER_REVIEW),
    ],
)
def test_a_return_with_no_delivery_is_judged_by_what_is_known_of_it(status: CarrierStatus | None, stage: Stage) -> None:
    """Section 4: after 30 days it is refunded if a carrier has it; one that nobody saw or that went back is judged."""
    world = disputed(Stage.RETURN_IN_TRANSIT)
    shipped = world.now
    world.wait(HOUR)
    if status:
        world.report_return(status)
    world.go(shipped + 30 * DAY - SECOND).sweep()
    assert world.dispute().stage is Stage.RETURN_IN_TRANSIT
    world.go(shipped + 30 * DAY).sweep()
    assert world.dispute().stage is stage


def test_a_review_of_a_return_that_nobody_saw_is_against_the_buyer_by_default() -> None:
    """Section 4: where nobody decides, nothing is refunded for a parcel that no carrier ever had."""
    world = disputed(Stage.RETURN_IN_TRANSIT)
    world.wait(30 * DAY).sweep()
    assert world.dispute().review_default is ReviewDefault.AGAINST_BUYER
    world.wait(14 * DAY).wait(7 * DAY).sweep()
    assert world.dispute().outcome is Outcome.RESOLVED_SELLER_FAVOUR
    assert world.case.order.escrow.refunded.minor == 0


def test_an_objection_to_a_parcel_that_nobody_saw_has_the_same_default() -> None:
    """I15: a seller who says that nothing came is no worse off than one who waits."""
    world = disputed(Stage.RETURN_IN_TRANSIT)
    world.act(SELLER, c.AcknowledgeReturn(Said.ITEM_NOT_RECEIVED, "Nothing came."))
    assert world.dispute().review_default is ReviewDefault.AGAINST_BUYER


def test_a_doubted_return_that_is_seen_after_all_is_judged_as_any_other() -> None:
    """I12: a late scan takes the default away, and leaves both sides the whole time of a review."""
    world = disputed(Stage.RETURN_IN_TRANSIT)
    world.wait(30 * DAY).sweep()
    world.wait(10 * DAY).report_return(CarrierStatus.DELIVERED, world.now - 20 * DAY)
    assert world.dispute().review_default is ReviewDefault.BY_ANSWERS
    world.wait(14 * DAY - SECOND).sweep()
    assert world.dispute().stage is Stage.UNDER_REVIEW
    world.wait(SECOND).wait(7 * DAY).sweep()
    assert world.case.order.escrow.refunded == money(10000)


def test_cheat_24_a_return_goes_by_any_carrier_with_its_receipt() -> None:
    """O4: a carrier that is none of the eight has no records; with its receipt the return is refunded after 30 days."""
    world = with_evidence(EvidenceType.PROOF_OF_RETURN)
    world.act(BUYER, OTHER)
    back = world.dispute().return_parcel
    assert back is not None
    assert (back.carrier, back.carrier_name, back.tracking_number) == (None, "Correos", "RR123456")
    world.wait(30 * DAY).sweep()
    assert world.case.order.escrow.refunded == money(10000)


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (replace(OTHER, receipt=None), "receipt"),
        (replace(OTHER, receipt="e9"), "receipt"),
        (replace(OTHER, carrier_name=" "), "carrier_name"),
        (replace(OTHER, tracking_number=" - "), "tracking_number"),
        (replace(OTHER, tracking_number="see www.example.com"), "tracking_number"),
        (replace(OTHER, carrier=Carrier.TNT, tracking_number="900000001"), "carrier_name"),
        (replace(OTHER, postage=money(500, "EUR")), "postage"),
        (replace(OTHER, postage=money(0)), "postage"),
        (c.ShipReturn(Carrier.TNT, "900000001", postage=money(500)), "receipt"),
    ],
)
def test_what_a_return_by_any_carrier_needs(command: c.ShipReturn, field: str) -> None:
    """O4, C3: the carrier's name and number and a receipt, which is a file of the buyer; postage in the order's currency."""
    refused = with_evidence(EvidenceType.PROOF_OF_RETURN).refused_act(BUYER, command)
    assert (refused.code, refused.details["field"]) == (INVALID, field)


def test_a_receipt_is_a_file_of_the_buyer() -> None:
    """O4: neither the seller's evidence, nor words, nor evidence of another type is a receipt."""
    for by, command in (
        (SELLER, shown(EvidenceType.PROOF_OF_RETURN)),
        (BUYER, c.AddEvidence(EvidenceType.PROOF_OF_RETURN, "I have it.")),
        (BUYER, shown(EvidenceType.PHOTO)),
    ):
        world = disputed(Stage.AWAITING_RETURN)
        world.act(by, command)
        assert world.refused_act(BUYER, OTHER).details["field"] == "receipt"


def test_the_tracking_number_is_corrected_while_no_carrier_has_the_return() -> None:
    """Section 4, I13: correcting it moves no deadline, and records count from then on."""
    world = disputed(Stage.RETURN_IN_TRANSIT)
    shipped = world.now
    world.wait(DAY).act(BUYER, c.ShipReturn(Carrier.TNT, "900000002"))
    back = world.dispute().return_parcel
    assert back is not None
    assert (back.tracking_number, back.counts_from, back.shipped_at) == ("900000002", world.now, shipped)
    world.report_return(CarrierStatus.DELIVERED, world.now - HOUR)
    world.go(shipped + 30 * DAY).sweep()
    assert world.dispute().stage is Stage.UNDER_REVIEW


def test_a_scanned_return_keeps_its_number() -> None:
    """Section 4: once a carrier has scanned the parcel, its number stands."""
    world = disputed(Stage.RETURN_IN_TRANSIT)
    world.wait(HOUR).report_return(CarrierStatus.IN_TRANSIT)
    assert world.refused_act(BUYER, c.ShipReturn(Carrier.TNT, "900000002")).code == WRONG_STATE
    assert world.refused_act(SELLER, c.ShipReturn(Carrier.TNT, "900000002")).code == WRONG_PARTY


@pytest.mark.parametrize("problem", [Said.DAMAGED, Said.EMPTY_PACKAGE_OR_DIFFERENT, Said.MISSING_ITEMS])
def test_what_is_in_a_parcel_is_objected_to_once_it_has_come(problem: Said) -> None:
    """Section 4: a problem with the content needs a delivery, by the carrier's record or by the seller's own word."""
    world = disputed(Stage.RETURN_IN_TRANSIT)
    refused = world.refused_act(SELLER, c.AcknowledgeReturn(problem, "See the photo."))
    assert (refused.code, refused.details["field"]) == (WRONG_STATE, "came")
    world.act(SELLER, c.AcknowledgeReturn(problem, "See the photo.", came=True))
    assert world.dispute().review_default is ReviewDefault.BY_ANSWERS
    world = disputed(Stage.RETURN_IN_TRANSIT)
    world.wait(HOUR).report_return(CarrierStatus.DELIVERED)
    world.act(SELLER, c.AcknowledgeReturn(problem, "See the photo."))
    assert world.dispute().stage is Stage.UNDER_REVIEW


def test_nothing_came_and_it_came_contradict_each_other() -> None:
    """Section 4: the seller says one of the two."""
    world = disputed(Stage.RETURN_IN_TRANSIT)
    refused = world.refused_act(SELLER, c.AcknowledgeReturn(Said.ITEM_NOT_RECEIVED, "Hm.", came=True))
    assert (refused.code, refused.details["field"]) == (INVALID, "came")


def test_an_address_abroad_needs_a_prepaid_label() -> None:
    """C3, D3: an address outside the country to which the order went is refused without a label, and taken with one."""
    world = delivered(None)
    world.wait(DAY).open(DAMAGED)
    assert world.refused_act(SELLER, c.Accept("1", ABROAD)).code == RETURN_LABEL_REQUIRED
    assert world.refused_act(SELLER, c.Accept("1", ABROAD, "e1")).details["field"] == "return_label"
    world.act(SELLER, shown(EvidenceType.RETURN_LABEL))
    world.act(SELLER, c.Accept("1", ABROAD, "e1"))
    grant = world.dispute().grant
    assert grant is not None
    assert (grant.return_address, grant.return_label) == (ABROAD, "e1")


@pytest.mark.parametrize(
    ("on_file", "forgone"), [((AT_HOME,), False), ((ABROAD,), True), ((ABROAD, AT_HOME), False), ((), True)]
)
def test_the_clock_uses_an_address_in_the_orders_country_alone(on_file: tuple[object, ...], forgone: bool) -> None:  # noqa: FBT001 - a case of the table
    """D3: it has no label to give; without a usable address the seller forgoes the return."""
    world = delivered(None, *on_file)  # type: ignore[arg-type]
    world.wait(DAY).open(DAMAGED)
    world.wait(5 * DAY).sweep()
    assert world.dispute().stage is (Stage.RESOLVED if forgone else Stage.AWAITING_RETURN)
    if not forgone:
        assert world.dispute().grant is not None
        assert world.dispute().grant.return_address == AT_HOME  # type: ignore[union-attr]


@pytest.mark.parametrize(("stated", "repaid"), [(500, 500), (4500, 4500), (4501, 4500), (20000, 4500)])
def test_the_seller_repays_the_postage_that_a_receipt_shows(stated: int, repaid: int) -> None:
    """C3, M4: with the refund, on top of the claim's maximum, at most half of the returned lines' price."""
    world = with_evidence(EvidenceType.PROOF_OF_RETURN)
    world.act(BUYER, c.ShipReturn(Carrier.TNT, "900000001", receipt="e1", postage=money(stated)))
    assert charged(world) == []
    world.act(SELLER, ITEM_RECEIVED)
    assert charged(world) == [("seller", "buyer", repaid)]
    assert world.case.order.escrow.refunded == money(10000)


def test_postage_of_part_of_a_line_is_measured_by_what_goes_back() -> None:
    """C3: the half is of the price of the units that go back."""
    world = delivered(order_terms(lines=lines((10, 1000))), AT_HOME)
    world.wait(DAY).open(DAMAGED)
    world.act(SELLER, c.Accept("1"))
    world.act(BUYER, shown(EvidenceType.PROOF_OF_RETURN))
    world.act(BUYER, c.ShipReturn(Carrier.TNT, "900000001", receipt="e1", postage=money(3000)))
    world.act(SELLER, ITEM_RECEIVED)
    assert charged(world) == [("seller", "buyer", 500)]


def test_postage_is_repaid_by_the_clock_as_well() -> None:
    """C3: a seller who lets the time pass owes it all the same."""
    world = with_evidence(EvidenceType.PROOF_OF_RETURN)
    world.act(BUYER, replace(OTHER, postage=money(700)))
    world.wait(30 * DAY).sweep()
    assert charged(world) == [("seller", "buyer", 700)]


def test_with_a_label_there_is_no_postage_to_repay() -> None:
    """C3: the label is the seller's postage."""
    world = delivered(None)
    world.wait(DAY).open(DAMAGED)
    world.act(SELLER, shown(EvidenceType.RETURN_LABEL))
    world.act(SELLER, c.Accept("1", ABROAD, "e1"))
    world.act(BUYER, shown(EvidenceType.PROOF_OF_RETURN))
    refused = world.refused_act(BUYER, c.ShipReturn(Carrier.TNT, "900000001", receipt="e2", postage=money(500)))
    assert (refused.code, refused.details["field"]) == (INVALID, "postage")


def test_postage_that_the_terms_leave_to_the_buyer_is_not_repaid() -> None:
    """C3: for a change of mind the guarantee's terms say whose it is; by default the buyer's."""
    terms = order_terms(guarantees=(OfferedGuarantee(Guarantee.EXTRA_RETURNS, Payer.BUYER),))
    world = delivered(terms, AT_HOME)
    world.wait(DAY).open(claim := replace(DAMAGED, reason=Reason.NO_LONGER_WANTED, issue=None, attests_unused=True))
    assert world.dispute().claim == claim
    world.act(BUYER, shown(EvidenceType.PROOF_OF_RETURN))
    refused = world.refused_act(BUYER, c.ShipReturn(Carrier.TNT, "900000001", receipt="e1", postage=money(500)))
    assert (refused.code, refused.details["field"]) == (INVALID, "postage")


def test_an_objection_to_the_postage_is_judged_by_a_person_and_by_silence_for_the_receipt() -> None:
    """C3, I15: objecting alone saves the seller nothing; it is on the timeline, and a mediator may find that it is right."""
    world = with_evidence(EvidenceType.PROOF_OF_RETURN)
    world.act(BUYER, replace(OTHER, postage=money(4000)))
    assert world.refused_act(SELLER, replace(ITEM_RECEIVED, type=Said.ITEM_NOT_RECEIVED)).details["field"] == "evidence"
    objected = replace(ITEM_RECEIVED, postage_objection="The receipt says 4.00.")
    world.act(SELLER, objected)
    assert world.dispute().postage_objection == "The receipt says 4.00."
    assert world.dispute().stage is Stage.UNDER_REVIEW
    world.wait(14 * DAY).wait(7 * DAY).sweep()
    assert charged(world) == [("seller", "buyer", 4000)]
    world = with_evidence(EvidenceType.PROOF_OF_RETURN)
    world.act(BUYER, replace(OTHER, postage=money(4000)))
    world.act(SELLER, objected)
    world.act(MEDIATOR, c.Assign())
    found = c.Decide(
        OfferType.REFUND, money(10000), Finding.RETURN_RECEIVED, "The receipt is another parcel's.", repays_postage=False
    )
    world.act(MEDIATOR, found)
    world.wait(7 * DAY).sweep()
    assert (charged(world), world.case.order.escrow.refunded) == ([], money(10000))


def test_there_is_no_objection_without_postage() -> None:
    """C3: where the buyer stated none, the seller has nothing to object to."""
    world = disputed(Stage.RETURN_IN_TRANSIT)
    refused = world.refused_act(SELLER, replace(ITEM_RECEIVED, postage_objection="Too much."))
    assert (refused.code, refused.details["field"]) == (INVALID, "postage_objection")


def test_cheat_16_an_address_on_file_counts_for_the_clock_from_when_it_takes_effect() -> None:
    """D3, D9: an address put on file at the very deadline is too late for the clock, whenever the sweep runs."""
    for after in (0, 1, 60):
        world = delivered(None)
        world.wait(DAY).open(DAMAGED)
        world.wait(5 * DAY).put_on_file(AT_HOME)
        world.wait(after * SECOND).sweep()
        assert world.dispute().stage is Stage.RESOLVED
