"""Orders from import to completion: terms, escrow, parcels, carriers' records in any order, receipt and extensions (O1-O8)."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.domain import coverage, orders
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.claim import Covered, NotCovered
from chalicelib.domain.events import OrderImported, PaymentHeld, ProtectionExtended
from chalicelib.domain.exclusions import Exclusion
from chalicelib.domain.guarantees import Guarantee, OfferedGuarantee, Reason
from chalicelib.domain.ledger import Escrow, LedgerEntry, Movement
from chalicelib.domain.orders import CarrierReport
from chalicelib.domain.parcel import CarrierStatus, Parcel
from chalicelib.domain.refusals import CONFLICT, INVALID, INVALID_TRACKING_NUMBER, LIMIT_REACHED, TOO_LATE, Refusal
from tests.domain.worlds import (
    BUYER,
    DAMAGED,
    DAY,
    HOUR,
    PAID_AT,
    PLATFORM,
    PROMISED,
    SECOND,
    SELLER,
    World,
    claim_of,
    delivered,
    lines,
    money,
    order_terms,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.domain.changes import Changes

NOT_RECEIVED = claim_of(Reason.NOT_RECEIVED)


def importing(terms: Any) -> Callable[[Changes], None]:  # noqa: ANN401
    """The command that imports an order."""
    return lambda changes: orders.import_order(changes, terms)


def test_an_order_is_held_whole_from_import() -> None:
    """O1, O3: importing records the terms as given and holds everything paid, shipping included."""
    terms = order_terms((2, 1500), (1, 999), shipping=301)
    world = World.of(terms)
    held = money(2 * 1500 + 999 + 301)
    assert [OrderImported, PaymentHeld] == [type(event.payload) for event in world.log]
    assert terms == world.case.order.terms
    assert Escrow(held, held, money(0), money(0)) == world.case.order.escrow


def test_an_order_paid_elsewhere_has_nothing_to_hold() -> None:
    """O1, O3: an order paid off the platform is known, but its escrow stays empty to the end."""
    world = World.of(order_terms(paid_on_platform=False))
    nothing = money(0)
    assert Escrow(nothing, nothing, nothing, nothing) == world.case.order.escrow
    case = world.wait(100 * DAY).as_of_now()
    assert case.order.completed_at == PROMISED + 15 * DAY
    assert case.order.instructions == ()


BAD_TERMS: dict[str, dict[str, Any]] = {
    "no lines": {"lines": ()},
    "one id twice": {"lines": lines((1, 5)) * 2},
    "another currency": {"shipping_fee": money(1, "EUR")},
    "a line in another currency": {"lines": lines((1, 5), currency="EUR")},
    "a negative price": {"lines": lines((1, -5), (1, 50))},
    "a negative fee": {"shipping_fee": money(-1)},
    "nothing to pay": {"lines": lines((1, 0)), "shipping_fee": money(0)},
    "two promises": {"deliver_within_days": 9},
    "promised before it was paid": {"deliver_by": PAID_AT},
    "promised too far ahead": {"deliver_by": PAID_AT + timedelta(days=365, seconds=1)},
    "within no days": {"deliver_by": None, "deliver_within_days": 0},
    "within too many days": {"deliver_by": None, "deliver_within_days": 366},
    "a guarantee twice": {"guarantees": (OfferedGuarantee(Guarantee.EXTRA_RETURNS),) * 2},
    "a guarantee every order has": {"guarantees": (OfferedGuarantee(Guarantee.AS_DESCRIBED),)},
    "paid in the future": {"paid_at": PAID_AT + timedelta(minutes=6)},
}


@pytest.mark.parametrize("changes", BAD_TERMS.values(), ids=BAD_TERMS)
def test_an_order_that_makes_no_sense_is_refused(changes: dict[str, Any]) -> None:
    """O1, O2: contradictory, unpriced or mixed-currency terms are refused, and the refusal names the field."""
    refused = World().refusal(PLATFORM, importing(order_terms(**changes)))
    assert refused.code == INVALID
    assert refused.details["field"]


@pytest.mark.parametrize(
    "changes",
    [
        {"deliver_by": PAID_AT + SECOND},
        {"deliver_by": PAID_AT + 365 * DAY},
        {"deliver_by": None},
        {"deliver_by": None, "deliver_within_days": 365},
        {"shipping_fee": money(0)},
        {"lines": lines((1, 0), (1, 1))},
        {"paid_at": PAID_AT + timedelta(minutes=5)},
    ],
    ids=str,
)
def test_an_order_at_the_edge_of_sense_is_taken(changes: dict[str, Any]) -> None:
    """O1: the first and last promise, free shipping, a gift and clocks a little apart are all fine."""
    world = World()
    world.run(PLATFORM, importing(order_terms(**changes)))
    assert world.case.order.escrow.held == world.case.order.terms.price


def test_escrow_cannot_be_out_of_balance_or_below_zero() -> None:
    """O3: held + refunded + released == paid and each is at least 0, or the escrow cannot exist."""
    some = money(10)
    with pytest.raises(ValueError, match="balance"):
        Escrow(some, some, some, money(0))
    with pytest.raises(ValueError, match="below zero"):
        Escrow(some, money(20), money(-10), money(0))
    with pytest.raises(ValueError, match="below zero"):
        Escrow(some, some, money(0), money(0)).after(LedgerEntry(2, Movement.REFUND, money(11), "", PAID_AT))


def test_every_movement_has_its_accounts_and_its_cause() -> None:
    """O3: a hold comes from the buyer, a refund goes back, a release goes to the seller; entries count up and say why."""
    world = delivered()
    world.wait(DAY).open(DAMAGED, None, money(4000))
    world.wait(40 * DAY).sweep()
    entries = [event.payload.entry for event in world.log if getattr(event.payload, "entry", None)]  # type: ignore[attr-defined]
    assert [entry.number for entry in entries] == [1, 2, 3]
    assert [(e.debit, e.credit) for e in entries] == [("buyer", "escrow"), ("escrow", "buyer"), ("escrow", "seller")]
    assert [entry.cause for entry in entries] == ["order_imported", "order-1-d1", "order_completed"]
    assert [entry.amount.minor for entry in entries] == [10_000, 4000, 6000]


# Parcels


def test_a_shipment_takes_the_whole_order_or_names_its_lines() -> None:
    """O4: by default a parcel carries every line; an order can travel in several, each naming its lines."""
    world = World.of(order_terms((1, 10), (1, 20), (1, 30)))
    world.wait(DAY).ship()
    world.ship("c", "a")
    assert [parcel.line_ids for parcel in world.case.order.parcels] == [("a", "b", "c"), ("c", "a")]
    assert [parcel.number for parcel in world.case.order.parcels] == [1, 2]


def test_a_shipment_that_makes_no_sense_is_refused() -> None:
    """O4: an unknown line, a line twice, a bad number, the same parcel twice, shipping before the order or in the future."""
    world = World.of()
    world.wait(DAY).ship(number="123456782")

    def refused(number: str = "123456791", at: datetime | None = None, *line_ids: str) -> str:
        command: Callable[[Changes], object] = lambda changes: orders.add_shipment(  # noqa: E731
            changes, Carrier.TNT, number, at, line_ids
        )
        return world.refusal(SELLER, command).code

    assert refused("123456791", None, "z") == INVALID
    assert refused("123456791", None, "a", "a") == INVALID
    assert refused("12345") == INVALID_TRACKING_NUMBER
    assert refused("12345 678-2") == CONFLICT
    assert refused(at=PAID_AT - SECOND) == INVALID
    assert refused(at=world.now + timedelta(minutes=5, seconds=1)) == INVALID


def test_an_order_travels_in_twenty_parcels_at_most() -> None:
    """O4: the twenty-first parcel is refused."""
    world = World.of()
    for _ in range(20):
        world.ship()
    command: Callable[[Changes], object] = lambda changes: orders.add_shipment(  # noqa: E731
        changes, Carrier.TNT, "999999999", None, ()
    )
    assert world.refusal(SELLER, command).code == LIMIT_REACHED


def test_the_last_parcel_of_a_line_delivers_it() -> None:
    """O6, O7: a line in several parcels is delivered with the last of them, and not before all have arrived."""
    world = World.of()
    world.wait(DAY).ship()
    world.ship()
    world.wait(DAY).deliver(parcel=2)
    assert world.case.order.delivered_at("a") is None
    world.wait(DAY).deliver(parcel=1)
    assert world.now == world.case.order.delivered_at("a")
    assert world.now + 15 * DAY == world.case.closes_at


def test_delivery_is_kept_per_line() -> None:
    """O6, O4: each line is delivered when its own parcel is, and protection waits for the last."""
    world = World.of(order_terms((1, 10), (1, 20)))
    world.wait(DAY).ship("a")
    world.wait(DAY).ship("b")
    world.wait(DAY).deliver(parcel=2)
    arrived = world.now
    assert (None, arrived) == tuple(world.case.order.delivered_at(line) for line in "ab")
    assert world.case.closes_at == PROMISED + 15 * DAY
    world.wait(DAY).deliver(parcel=1)
    assert (world.now, arrived) == tuple(world.case.order.delivered_at(line) for line in "ab")
    assert world.now + 15 * DAY == world.case.closes_at


def test_the_promise_of_a_line_counts_from_its_last_parcel() -> None:
    """O5, O4: with no date of the seller's, each line's promise counts from its own shipment, in the carrier's days."""
    world = World.of(order_terms((1, 10), (1, 20), deliver_by=None))
    world.wait(DAY).ship("a")
    world.wait(2 * DAY).ship("b", carrier=Carrier.EMS, number="EE473124829CN")
    order, policy = world.case.order, world.case.policy
    assert order.promised_by("a", policy) == PAID_AT + (1 + 23) * DAY
    assert order.promised_by("b", policy) == PAID_AT + (3 + 27) * DAY


def test_an_order_never_shipped_is_still_protected() -> None:
    """O5, O7, D12: with no date and no shipment there is still a promise, a window to claim in, and an end."""
    world = World.of(order_terms(deliver_by=None))
    promise = world.case.order.promised_by("a", world.case.policy)
    assert PAID_AT < promise < PAID_AT + 60 * DAY
    assert isinstance(coverage.decide(world.case, NOT_RECEIVED, promise), Covered)
    assert promise + 15 * DAY == world.go(promise + 15 * DAY).as_of_now().order.completed_at


def test_a_parcel_returned_to_its_sender_was_not_delivered() -> None:
    """O6: if the carrier's last word is that a parcel went back, it was not delivered, even if an earlier record says so."""
    world = World.of()
    world.wait(DAY).ship()
    world.wait(DAY).deliver()
    world.wait(DAY).report(CarrierStatus.RETURNED_TO_SENDER)
    assert world.case.order.delivered_at("a") is None
    assert world.case.closes_at == PROMISED + 15 * DAY
    assert isinstance(coverage.decide(world.case, NOT_RECEIVED, PROMISED), Covered)


def test_a_delivery_after_the_return_to_sender_is_the_senders() -> None:
    """O6: exception, returned to sender, delivered: the last one delivered it to its sender, and the line is not received."""
    world = World.of()
    world.wait(DAY).ship()
    world.go(PAID_AT + 8 * DAY).report(CarrierStatus.EXCEPTION)
    world.go(PAID_AT + 11 * DAY).report(CarrierStatus.RETURNED_TO_SENDER)
    world.go(PAID_AT + 12 * DAY).deliver()
    assert world.case.order.delivered_at("a") is None


def test_a_replacement_takes_the_place_of_the_parcel_that_went_back() -> None:
    """O6, O4: after a return to sender, the parcel sent instead decides when the line is delivered."""
    world = World.of()
    world.wait(DAY).ship()
    world.wait(9 * DAY).report(CarrierStatus.RETURNED_TO_SENDER)
    world.wait(DAY).ship()
    assert world.case.order.delivered_at("a") is None
    world.wait(5 * DAY).deliver(parcel=2)
    assert world.now == world.case.order.delivered_at("a")


def test_half_of_a_line_that_went_back_is_missing_until_it_is_sent_again() -> None:
    """O6, O7: of a line's two parcels one arrived and one went back; only what is sent instead completes the line."""
    world = World.of()
    world.wait(DAY).ship()
    world.ship()
    world.wait(2 * DAY).deliver(parcel=1)
    world.wait(DAY).report(CarrierStatus.RETURNED_TO_SENDER, parcel=2)
    assert world.case.order.delivered_at("a") is None
    world.wait(DAY).ship()
    assert world.case.order.delivered_at("a") is None
    world.wait(DAY).deliver(parcel=3)
    assert world.now == world.case.order.delivered_at("a")


# Records in any order

STORIES: dict[str, tuple[tuple[CarrierStatus, int], ...]] = {
    "delivered": ((CarrierStatus.IN_TRANSIT, 0), (CarrierStatus.OUT_FOR_DELIVERY, 30), (CarrierStatus.DELIVERED, 31)),
    "twice delivered": ((CarrierStatus.DELIVERED, 40), (CarrierStatus.DELIVERED, 31), (CarrierStatus.EXCEPTION, 35)),
    "went back": ((CarrierStatus.DELIVERED, 31), (CarrierStatus.RETURNED_TO_SENDER, 40), (CarrierStatus.IN_TRANSIT, 41)),
    "went back and came again": (
        (CarrierStatus.DELIVERED, 31),
        (CarrierStatus.RETURNED_TO_SENDER, 40),
        (CarrierStatus.DELIVERED, 50),
        (CarrierStatus.DELIVERED, 60),
    ),
    "contradicts itself": (
        (CarrierStatus.DELIVERED, 31),
        (CarrierStatus.RETURNED_TO_SENDER, 31),
        (CarrierStatus.EXCEPTION, 31),
    ),
}
DELIVERED_AFTER = {
    "delivered": 31,
    "twice delivered": 31,
    "went back": None,
    "went back and came again": None,
    "contradicts itself": None,
}
"""Hours after shipment at which each story's parcel was delivered, if it was."""


def facts(parcel: Parcel) -> frozenset[tuple[datetime, CarrierStatus]]:
    """The records of a parcel, whenever each became known."""
    return frozenset((record.occurred_at, record.status) for record in parcel.records)


@pytest.mark.parametrize("story", STORIES)
def test_records_give_the_same_state_in_any_order_and_number(story: str) -> None:
    """O6: every permutation of a parcel's records, with any of them repeated, gives the same delivery and the same end."""
    ends = set()
    for order_of_arrival in permutations(STORIES[story]):
        for repeated in order_of_arrival:
            world = World.of()
            world.wait(DAY).ship()
            shipped = world.now
            world.wait(5 * DAY)
            for status, hours in (*order_of_arrival, repeated):
                world.wait(SECOND).report(status, shipped + hours * HOUR)
            order = world.case.order
            ends.add((facts(order.parcels[0]), order.delivered_at("a"), order.parcels[0].returned_at))
            hours_after = DELIVERED_AFTER[story]
            expected = shipped + hours_after * HOUR if hours_after is not None else None
            assert expected == order.delivered_at("a")
    assert len(ends) == 1


def test_several_parcels_records_interleave_as_they_like() -> None:
    """O6: the records of three parcels, shuffled together and repeated at random, always add up to the same state."""
    random = Random("parcels")
    told = [(parcel, *record) for parcel, story in enumerate(STORIES.values(), start=1) for record in story]
    states = set()
    for _ in range(150):
        world = World.of(order_terms((1, 10), (1, 20), (1, 30), (1, 40), (1, 50)))
        for line in "abcde":
            world.ship(line)
        world.wait(5 * DAY)
        for parcel, status, hours in random.sample(told, len(told)) + random.choices(told, k=5):
            world.wait(SECOND).report(status, PAID_AT + hours * HOUR, parcel)
        order = world.case.order
        states.add((*(facts(parcel) for parcel in order.parcels), *(order.delivered_at(line) for line in "abcde")))
    assert len(states) == 1


def test_a_repeated_record_is_no_news() -> None:
    """O6: the same record a second time changes nothing, and is not on the timeline twice."""
    world = delivered()
    known = len(world.log)
    at = world.now
    assert not world.wait(HOUR).report(CarrierStatus.DELIVERED, at)
    assert known == len(world.log)


def test_a_carriers_words_make_no_other_fact() -> None:
    """O6: a record keeps the carrier's words and decides by none of them: the same fact in other words is no news."""
    world = World.of()
    world.ship()
    at = world.wait(HOUR).now
    told = [
        CarrierReport(Carrier.TNT, "000000001", at, CarrierStatus.IN_TRANSIT, "", True, (it, "Vigo")) for it in ("Seen", "Left")
    ]
    assert [False, True] == world.run(PLATFORM, lambda changes: orders.record_carrier_reports(changes, told))
    (record,) = world.case.order.parcels[0].records
    assert ("Left", "Vigo") == record.words


def test_a_record_of_an_unknown_parcel_is_no_news() -> None:
    """O6: a record that fits no parcel of the order changes nothing."""
    world = delivered()
    report = CarrierReport(Carrier.UPS, "000000001", world.now, CarrierStatus.DELIVERED)
    assert [False] == world.run(PLATFORM, lambda changes: orders.record_carrier_reports(changes, [report]))


def test_a_record_from_the_future_is_refused() -> None:
    """O6: a carrier's clock may run five minutes ahead of ours, and no more."""
    world = World.of()
    world.ship()
    report = CarrierReport(Carrier.TNT, "000000001", world.now + timedelta(minutes=5, seconds=1), CarrierStatus.DELIVERED)
    (refused,) = world.run(PLATFORM, lambda changes: orders.record_carrier_reports(changes, [report]))
    assert isinstance(refused, Refusal)
    assert refused.code == INVALID
    assert world.report(CarrierStatus.DELIVERED, world.now + timedelta(minutes=5))


def test_a_chatty_parcel_still_delivers() -> None:
    """O6: however many records of mere progress a parcel has, its delivery is still taken in."""
    world = World.of()
    world.ship()
    for minute in range(150):
        world.wait(timedelta(minutes=1)).report(CarrierStatus.IN_TRANSIT, PAID_AT + timedelta(minutes=minute))
    world.wait(DAY).deliver()
    assert world.now == world.case.order.delivered_at("a")
    assert len(world.case.order.parcels[0].records) <= 101


# Receipt


def test_the_buyers_word_counts_when_it_is_first() -> None:
    """O6, O7: delivery is the carrier's record or the buyer's confirmation, whichever is first, in any order of arrival."""
    early, late = PAID_AT + 5 * DAY, PAID_AT + 8 * DAY
    for confirmed, recorded in ((early, late), (late, early), (late, None), (early, early)):
        world = World.of()
        world.wait(DAY).ship()
        world.go(confirmed).confirm()
        if recorded:
            world.go(late).report(CarrierStatus.DELIVERED, recorded)
        assert min(confirmed, recorded or confirmed) == world.case.order.delivered_at("a")


def test_receipt_can_be_confirmed_line_by_line_and_once() -> None:
    """O6: a confirmation may name lines; the first word on a line stands, and a second changes nothing."""
    world = World.of(order_terms((1, 10), (1, 20)))
    world.wait(DAY).confirm("b")
    first = world.now
    assert (None, first) == tuple(world.case.order.delivered_at(line) for line in "ab")
    world.wait(DAY).confirm()
    assert (world.now, first) == tuple(world.case.order.delivered_at(line) for line in "ab")
    known = len(world.log)
    world.wait(DAY).confirm()
    assert known == len(world.log)
    assert world.refusal(BUYER, lambda changes: orders.confirm_receipt(changes, ("z",))).code == INVALID


def test_receipt_without_a_shipment_on_record_is_delivery() -> None:
    """O6: what the buyer has, the buyer has, even if no shipment was ever recorded."""
    world = World.of()
    world.wait(DAY).confirm()
    assert world.now + 15 * DAY == world.case.closes_at


# Extensions


def test_a_promise_is_extended_again_and_again_but_only_later() -> None:
    """O8: each extension has to be later than the last; the same time or an earlier one is refused and changes nothing."""
    world = World.of()
    until = PROMISED
    for more in (SECOND, HOUR, 10 * DAY, 3 * DAY):
        world.wait(HOUR)
        for not_later in (until, until - SECOND):
            refused = world.refusal(SELLER, lambda changes, to=not_later: orders.extend_promise(changes, to))  # type: ignore[misc]
            assert (INVALID, until) == (refused.code, refused.details["current"])
        until += more
        world.extend_promise(until)
        assert until == world.case.order.promised_by("a", world.case.policy)
        assert until + 15 * DAY == world.case.closes_at


def test_a_promise_that_has_been_kept_is_not_extended() -> None:
    """O8: once everything is delivered there is no promise left to extend."""
    world = delivered()
    assert world.refusal(SELLER, lambda changes: orders.extend_promise(changes, PROMISED + DAY)).code == TOO_LATE


def test_a_completed_order_has_nothing_left_to_extend() -> None:
    """O8, O7: a carrier's record after completion does not reopen the promise or protection."""
    world = delivered()
    world.wait(15 * DAY).sweep()
    world.report(CarrierStatus.RETURNED_TO_SENDER)
    assert world.case.order.delivered_at("a") is None
    for extend in (orders.extend_promise, orders.extend_protection):
        assert world.refusal(SELLER, lambda changes, extend=extend: extend(changes, PROMISED + 20 * DAY)).code == TOO_LATE  # type: ignore[misc]


def test_an_extension_reaches_the_lines_that_still_wait() -> None:
    """O8: only lines not yet delivered, and whose promise still runs, get the later promise."""
    world = World.of(order_terms((1, 10), (1, 20)))
    world.wait(DAY).ship("a")
    world.wait(DAY).deliver()
    world.extend_promise(PROMISED + DAY)
    order, policy = world.case.order, world.case.policy
    assert tuple(order.promised_by(line, policy) for line in "ab") == (PROMISED, PROMISED + DAY)


def test_an_extended_promise_puts_off_the_claim() -> None:
    """O8, C1: the claim of non-receipt opens with the extended promise, and delivery before it is in time."""
    world = World.of()
    world.wait(DAY).ship()
    world.extend_promise(PROMISED + 4 * DAY)
    world.go(PROMISED + 2 * DAY).deliver()
    assert NotCovered(Exclusion.CARRIER_SHOWS_DELIVERED, "a") == coverage.decide(world.case, NOT_RECEIVED, PROMISED + 5 * DAY)


def test_protection_is_extended_again_and_again_but_only_later() -> None:
    """O8, O7: protection moves later only, each time on the timeline, and delivery afterwards cannot bring it forward."""
    world = World.of()
    world.wait(DAY).ship()
    closes = world.case.closes_at
    for _ in range(4):
        closes += 3 * DAY
        world.wait(HOUR).extend_protection(closes)
        assert closes == world.case.closes_at
        refused = world.refusal(SELLER, lambda changes, to=closes: orders.extend_protection(changes, to))  # type: ignore[misc]
        assert (INVALID, "closes_at") == (refused.code, refused.details["field"])
    assert sum(isinstance(event.payload, ProtectionExtended) for event in world.log) == 4
    world.wait(DAY).deliver()
    assert closes == world.case.closes_at


def test_extended_protection_never_ends_before_its_own_time() -> None:
    """O7, O8: a delivery late in extended protection still gives 15 days; the later of the two ends it."""
    world = World.of()
    world.wait(DAY).ship()
    extended = PROMISED + 20 * DAY
    world.extend_protection(extended)
    world.go(extended - DAY).deliver()
    assert extended + 14 * DAY == world.case.closes_at


def test_extensions_reach_a_year_ahead_at_most() -> None:
    """O8, D12: nothing can be put off for ever: an extension names a time within the policy's longest promise."""
    world = World.of()
    far = world.now + 365 * DAY
    for extend in (orders.extend_promise, orders.extend_protection):
        assert world.refusal(SELLER, lambda changes, extend=extend: extend(changes, far + SECOND)).code == INVALID  # type: ignore[misc]
    world.extend_protection(far)
    assert far == world.case.closes_at


# Completion


def test_nothing_is_released_while_a_dispute_is_open() -> None:
    """O7: protection may end long before the dispute does; only when it ends is the rest released, at once."""
    world = delivered()
    world.go(PAID_AT + 25 * DAY - HOUR).open(DAMAGED)
    closes = world.case.closes_at
    world.go(closes + 4 * DAY).sweep()
    assert world.case.order.completed_at is None
    assert world.case.order.escrow.held == money(10_000)
    ended = closes - HOUR + 5 * DAY
    case = world.go(ended).as_of_now()
    assert ended == case.order.completed_at == case.order.updated_at
    assert case.order.escrow.held == money(0)


def test_completion_waits_for_the_last_of_several_disputes() -> None:
    """O7: with two disputes open past the close, the order completes with the second."""
    world = delivered(order_terms((1, 5000), (1, 4000)))
    world.go(PAID_AT + 25 * DAY - 2 * HOUR).open(DAMAGED)
    world.wait(HOUR).open(claim_of(Reason.NOT_AS_DESCRIBED, ("b", 1)))
    first, second = (dispute.opened_at + 5 * DAY for dispute in world.case.disputes)
    between = world.go(first).as_of_now()
    assert tuple(dispute.open for dispute in between.disputes) == (False, True)
    assert between.order.completed_at is None
    assert second == world.go(second).as_of_now().order.completed_at


def test_an_order_imported_after_its_time_still_leaves_the_whole_time() -> None:
    """O7, I12: an old order is protected for 15 days from when it became known here; nobody is paid before."""
    world = World(now=PAID_AT + 200 * DAY)
    world.run(PLATFORM, importing(order_terms()))
    assert world.now + 15 * DAY == world.case.closes_at
    assert money(10_000) == world.case.order.escrow.held


def test_a_delivery_reported_long_after_it_happened_leaves_the_whole_time() -> None:
    """O7, I12: protection ends 15 days after a delivery became known, however long ago it happened."""
    world = World.of()
    world.wait(DAY).ship()
    world.wait(25 * DAY).deliver(PAID_AT + 5 * DAY)
    assert world.now + 15 * DAY == world.case.closes_at
    assert world.refolded() == world.case


def test_orders_in_currencies_with_other_decimals_hold_and_release_alike() -> None:
    """O2, O3: an order in yen or in dinars moves its whole payment like any other."""
    for currency, unit in (("JPY", 1), ("TND", 1_234_567)):
        world = delivered(order_terms((3, unit), shipping=1, currency=currency))
        released = world.wait(100 * DAY).as_of_now().order.escrow.released
        assert money(3 * unit + 1, currency) == released


def test_the_state_is_what_the_log_adds_up_to() -> None:
    """O3, D11: an order's whole life, folded again from its events, gives the same order."""
    world = World.of(order_terms((2, 10), (1, 20)))
    world.wait(DAY).ship("a")
    world.wait(DAY).ship("b")
    world.extend_promise(PROMISED + DAY)
    world.wait(DAY).deliver()
    world.confirm("b")
    world.extend_protection(PROMISED + 30 * DAY)
    world.wait(90 * DAY).sweep()
    assert world.case == world.refolded()
    assert list(range(1, len(world.log) + 1)) == [event.seq for event in world.log]
