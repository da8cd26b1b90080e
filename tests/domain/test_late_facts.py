"""Late facts never take away a claim that the buyer had: late parcels, undone records, other parcels' records (O5-O8, C5)."""

from __future__ import annotations

from chalicelib.domain import coverage
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.claim import Covered, NotCovered
from chalicelib.domain.dispute import Stage
from chalicelib.domain.exclusions import Exclusion
from chalicelib.domain.guarantees import Basis, Reason
from chalicelib.domain.parcel import CarrierStatus
from tests.domain.worlds import DAY, PAID_AT, PROMISED, SECOND, World, claim_of, disputed, order_terms

NOT_RECEIVED = claim_of(Reason.NOT_RECEIVED)


def unpromised() -> World:
    """An order without a promised date, shipped on its first day with DHL: promised 23 days later (O5)."""
    world = World.of(order_terms(deliver_by=None))
    world.wait(DAY).ship(carrier=Carrier.DHL, number="3318810025")
    return world


def test_a_parcel_recorded_after_the_promise_passed_does_not_revive_it() -> None:
    """O5, O8: a promise is extended before it passes or not at all, also by shipping once more."""
    world = unpromised()
    promised = PAID_AT + 24 * DAY
    world.go(promised).ship(carrier=Carrier.DHL, number="3318810014")

    assert promised == world.case.order.promised_by("a", world.case.policy)
    assert isinstance(coverage.decide(world.case, NOT_RECEIVED, world.now), Covered)


def test_a_second_parcel_in_time_counts_from_its_own_shipment() -> None:
    """O5: an order in several parcels is promised by its last one, as long as the promise has not passed."""
    world = unpromised()
    world.go(PAID_AT + 5 * DAY).ship(carrier=Carrier.DHL, number="3318810014")

    assert PAID_AT + 28 * DAY == world.case.order.promised_by("a", world.case.policy)


def test_a_parcel_that_went_back_counts_until_another_is_sent_after_it() -> None:
    """O6: a second parcel that was under way already does not stand in for the one that went back."""
    world = World.of()
    world.wait(DAY).ship()
    world.wait(DAY).ship()
    world.wait(DAY).deliver(parcel=2)
    world.wait(DAY).report(CarrierStatus.RETURNED_TO_SENDER, parcel=1)
    before = world.case.order.delivered_at("a")
    world.wait(DAY).ship()
    world.wait(DAY).deliver(parcel=3)

    assert (None, world.now) == (before, world.case.order.delivered_at("a"))


def test_a_case_closed_by_a_delivery_record_can_be_opened_again_once_the_record_is_undone() -> None:
    """C5, O6: the carrier's later word that the parcel went back leaves the buyer as protected as if it had come first."""
    world = World.of()
    world.wait(DAY).ship()
    world.go(PROMISED).open(NOT_RECEIVED)
    world.wait(DAY).deliver(at=PROMISED - DAY)
    world.wait(3 * DAY).sweep()
    closed = coverage.decide(world.case, NOT_RECEIVED, world.now)
    world.wait(DAY).report(CarrierStatus.RETURNED_TO_SENDER, at=PROMISED - DAY / 2)

    assert Basis.CARRIER_SHOWS_DELIVERED is world.dispute().basis
    assert NotCovered(Exclusion.CARRIER_SHOWS_DELIVERED, "a") == closed
    assert 2 == world.open(NOT_RECEIVED)


def test_a_record_from_before_the_shipment_is_of_another_parcel() -> None:
    """O6, I14: what happened more than two days before a parcel was shipped is kept, and decides nothing."""
    world = World.of()
    world.wait(5 * DAY).ship()
    earliest = PAID_AT + 3 * DAY
    stray = world.report(CarrierStatus.DELIVERED, at=earliest - SECOND)
    before = world.case.order.delivered_at("a")
    world.report(CarrierStatus.DELIVERED, at=earliest)

    assert (True, None, earliest) == (stray, before, world.case.order.delivered_at("a"))
    assert [False, True] == [world.case.order.parcels[0].counts(it) for it in world.case.order.parcels[0].records]


def test_no_record_from_before_the_order_counts() -> None:
    """O6, I14: the tolerance never reaches back before the order was placed."""
    world = World.of()
    world.ship()
    world.deliver(at=PAID_AT - SECOND)

    assert world.case.order.delivered_at("a") is None


def test_a_record_of_another_destination_decides_nothing() -> None:
    """O6, I14: a parcel on its way to another country than the order's is another parcel; people can see its records."""
    world = World.of()
    world.wait(DAY).ship()
    world.wait(DAY).report(CarrierStatus.DELIVERED, to="FR")
    elsewhere = world.case.order.delivered_at("a")
    world.report(CarrierStatus.DELIVERED, to="ES")

    assert (None, world.now) == (elsewhere, world.case.order.delivered_at("a"))
    assert 2 == len(world.case.order.parcels[0].records)


def test_a_time_in_doubt_is_the_latest_it_can_be_but_not_later_than_when_it_was_known() -> None:
    """O6: doubt takes no right away: a record that gives a day alone counts as the end of that day, or as of now."""
    world = World.of()
    world.wait(DAY).ship()
    world.go(PROMISED).report(CarrierStatus.DELIVERED, PROMISED + DAY / 2, exact=False)

    assert PROMISED == world.case.order.delivered_at("a")


def test_a_payment_confirmed_late_does_not_hide_a_delivery() -> None:
    """O4, O6: a parcel may be shipped and delivered before the payment is confirmed, not before the order was placed."""
    world = World.of(order_terms(placed_at=PAID_AT - 3 * DAY))
    world.wait(DAY).ship(at=PAID_AT - 2 * DAY)
    world.deliver(at=PAID_AT - DAY)

    assert PAID_AT - DAY == world.case.order.delivered_at("a")


def test_a_record_from_before_a_return_was_named_is_not_of_it() -> None:
    """O6, I14: a return's records count from when the buyer named it, without any tolerance."""
    world = disputed(Stage.RETURN_IN_TRANSIT)
    named = world.now
    world.report_return(CarrierStatus.DELIVERED, at=named - SECOND)
    back = world.dispute().return_parcel
    assert back is not None
    assert (None, 1) == (back.delivered_at, len(back.records))


def test_a_parcel_keeps_a_hundred_records_of_progress_and_as_many_ends() -> None:
    """O6: the hundredth record of a kind is news and the next is not; a fill of progress shuts out no delivery."""
    world = World.of()
    world.wait(DAY).ship()
    world.wait(DAY)
    progress = [world.report(CarrierStatus.IN_TRANSIT, at=world.now - n * SECOND) for n in range(101)]
    ends = [world.report(CarrierStatus.DELIVERED, at=world.now - n * SECOND) for n in range(101)]

    assert ([True] * 100 + [False]) * 2 == progress + ends
