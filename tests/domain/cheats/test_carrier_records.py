"""Cheats with carrier records and clocks: each case as a cheat would play it, and what has to come of it (O4-O8, I12-I14)."""

from __future__ import annotations

from chalicelib.domain import coverage, orders
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.claim import Covered
from chalicelib.domain.guarantees import Reason
from chalicelib.domain.parcel import CarrierStatus
from chalicelib.domain.refusals import TOO_LATE
from tests.domain.worlds import BUYER, DAY, HOUR, PAID_AT, PROMISED, SECOND, SELLER, World, claim_of, order_terms

NOT_RECEIVED = claim_of(Reason.NOT_RECEIVED)
DAMAGED = claim_of(Reason.NOT_AS_DESCRIBED)
DELIVERED, RETURNED = CarrierStatus.DELIVERED, CarrierStatus.RETURNED_TO_SENDER


def test_cheat_01_an_old_tracking_number_delivers_nothing() -> None:
    """O6, I14: a delivery 16 days before the payment is another parcel's: nothing is released, and the claim opens."""
    world = World.of()
    world.ship(number="123456782")
    world.report(DELIVERED, at=PAID_AT - 16 * DAY)
    world.wait(HOUR).sweep()
    assert (None, 10_000) == (world.case.order.completed_at, world.case.order.escrow.held.minor)
    assert isinstance(coverage.decide(world.case, NOT_RECEIVED, PROMISED), Covered)
    world.go(PROMISED + 15 * DAY).sweep()
    assert (10_000, 0) == (world.case.order.escrow.refunded.minor, world.case.order.escrow.released.minor)


def test_cheat_03_a_delivery_that_becomes_known_late_leaves_the_whole_time() -> None:
    """O7, I12: delivered on day 5, known on day 25: the buyer can claim an empty box until day 40."""
    world = World.of()
    world.wait(DAY).ship()
    world.go(PAID_AT + 25 * DAY).report(DELIVERED, at=PAID_AT + 5 * DAY)
    assert PAID_AT + 40 * DAY == world.case.closes_at
    assert isinstance(coverage.decide(world.case, DAMAGED, PAID_AT + 40 * DAY - SECOND), Covered)


def test_cheat_04_what_went_back_to_the_seller_is_not_paid_to_the_seller() -> None:
    """O7: delivered late on day 40, back with its sender on day 50: protected until day 65, then refunded."""
    world = World.of()
    world.wait(DAY).ship()
    world.go(PAID_AT + 40 * DAY).report(DELIVERED)
    world.go(PAID_AT + 50 * DAY).report(RETURNED)
    assert PAID_AT + 65 * DAY == world.case.closes_at
    assert isinstance(coverage.decide(world.case, NOT_RECEIVED, world.now), Covered)
    world.go(PAID_AT + 65 * DAY).sweep()
    assert (10_000, 0) == (world.case.order.escrow.refunded.minor, world.case.order.escrow.released.minor)


def test_cheat_05_what_is_delivered_after_going_back_is_the_senders() -> None:
    """O6: an exception on day 8, back on day 11, "delivered" on day 12: the buyer has not received it."""
    world = World.of()
    world.wait(DAY).ship()
    for day, status in ((8, CarrierStatus.EXCEPTION), (11, RETURNED), (12, DELIVERED)):
        world.go(PAID_AT + day * DAY).report(status)
    assert world.case.order.delivered_at("a") is None
    assert isinstance(coverage.decide(world.case, NOT_RECEIVED, PROMISED), Covered)


def test_cheat_10_the_promise_is_not_put_off_for_ever() -> None:
    """O8: extensions reach 30 days in all; then the buyer has to agree, silence is no, and never scanned is refunded."""
    world = World.of(order_terms())
    for _ in range(10):
        running = world.case.order.promised_by("a", world.case.policy)
        if running > PROMISED + 29 * DAY:
            break
        world.go(running - SECOND).extend_promise(min(running + 20 * DAY, PROMISED + 30 * DAY))
    assert PROMISED + 30 * DAY == world.case.order.promised_by("a", world.case.policy)
    world.go(PROMISED + 30 * DAY - SECOND).extend_promise(PROMISED + 60 * DAY)
    assert PROMISED + 30 * DAY == world.case.order.promised_by("a", world.case.policy)
    assert isinstance(coverage.decide(world.case, NOT_RECEIVED, PROMISED + 30 * DAY), Covered)
    world.go(PROMISED + 45 * DAY).sweep()
    assert (10_000, 0) == (world.case.order.escrow.refunded.minor, world.case.order.escrow.released.minor)


def test_the_buyer_may_agree_to_a_later_delivery() -> None:
    """O8: with the buyer's yes the promise moves beyond the 30 days; with a no it stands."""
    for accepted, promised in ((True, PROMISED + 60 * DAY), (False, PROMISED)):
        world = World.of()
        world.wait(DAY).extend_promise(PROMISED + 60 * DAY)
        world.run(BUYER, lambda changes, yes=accepted: orders.answer_extension(changes, 1, accepted=yes))  # type: ignore[misc]
        assert promised == world.case.order.promised_by("a", world.case.policy)


def test_an_answer_to_a_later_delivery_comes_before_the_promise_passes() -> None:
    """O8, I15: silence is no; once the promise has passed the buyer can claim, and the request is over."""
    world = World.of()
    world.wait(DAY).extend_promise(PROMISED + 60 * DAY)
    world.go(PROMISED)
    refused = world.refusal(BUYER, lambda changes: orders.answer_extension(changes, 1, accepted=True))
    assert TOO_LATE == refused.code


def test_a_parcel_taken_back_and_named_anew_is_no_new_promise() -> None:
    """O8, O4: the first promise stays the first, however often the seller takes a parcel back and names another."""
    world = World.of(order_terms(deliver_by=None))
    world.wait(DAY).ship(carrier=Carrier.CHINA_POST, number="RR473124829CN")
    first = world.case.order.first_promise("a", world.case.policy)
    for n in (1, 2, 3):
        world.wait(30 * DAY if n == 1 else HOUR)
        world.run(SELLER, lambda changes, number=n: orders.take_back_parcel(changes, number))  # type: ignore[misc]
        world.ship(number=f"{n:09d}")
    assert first == world.case.order.first_promise("a", world.case.policy)
    assert first + 30 * DAY >= world.case.order.promised_by("a", world.case.policy)


def test_cheat_12_a_mistyped_number_is_taken_back_while_unscanned() -> None:
    """O4: the honest seller corrects a mistyped number; the real parcel's delivery then counts."""
    world = World.of()
    world.wait(DAY).ship(number="000000009")
    world.run(SELLER, lambda changes: orders.take_back_parcel(changes, 1))
    world.ship(number="000000008", at=PAID_AT + HOUR)
    world.go(PAID_AT + 10 * DAY).report(DELIVERED, parcel=2)
    assert world.now == world.case.order.delivered_at("a")


def test_a_scanned_parcel_is_not_taken_back() -> None:
    """O4: once the carrier has it, its records are facts that nobody removes; nor does the other side take it back."""
    world = World.of()
    world.wait(DAY).ship()
    refused = world.refusal(BUYER, lambda changes: orders.take_back_parcel(changes, 1))
    assert "wrong_party" == refused.code
    world.report(CarrierStatus.IN_TRANSIT)
    refused = world.refusal(SELLER, lambda changes: orders.take_back_parcel(changes, 1))
    assert "wrong_state" == refused.code


def test_cheat_11_a_day_alone_is_the_end_of_that_day() -> None:
    """O6: a delivery told with a date alone, on the day of the promise, is late: doubt takes no right away."""
    world = World.of()
    world.wait(DAY).ship()
    end_of_day = PROMISED.replace(hour=0) + DAY + 12 * HOUR - SECOND
    world.go(PROMISED + 2 * DAY).report(DELIVERED, at=end_of_day, exact=False)
    assert isinstance(coverage.decide(world.case, NOT_RECEIVED, world.now), Covered)
