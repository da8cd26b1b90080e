"""Reminders of orders: the promise has passed, or protection is about to close (O7, O8)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.domain.guarantees import Reason
from chalicelib.domain.parcel import CarrierStatus
from tests.domain.worlds import DAY, PAID_AT, PROMISED, SECOND, World, claim_of, order_terms
from tests.notify.fakes import Desk

CLOSES = PROMISED + 15 * DAY
"""The end of protection of an order of which nothing is heard."""


def published(world: World) -> Desk:
    """Publish all events of a world at its own time."""
    desk = Desk((world,))
    desk.clock.at = world.now
    assert [] == desk.publish()
    desk.sender.sent.clear()
    return desk


def reminded(desk: Desk, until: timedelta, *, step: timedelta = DAY / 2) -> list[tuple[str, str, timedelta]]:
    """Return the reminders of orders that leave by email until so long after payment: text, person, and when."""
    told: list[tuple[str, str, timedelta]] = []
    at = desk.clock.at
    while at <= PAID_AT + until:
        for name, who, channel in (it.split() for it in desk.send_due(at)):
            if channel == "email" and ("closing." in name or "promise_passed." in name):
                told.append((name.split("#")[-1].split(".")[0], who.partition(":")[0], at - PAID_AT))
        at += step
    return told


def test_both_are_reminded_of_an_order_that_nobody_ships() -> None:
    """O7, O8: the seller when the promise passes and 3 days before the close, the buyer 3 days and 1 day before it."""
    told = reminded(published(World.of()), 60 * DAY)

    assert [
        ("promise_passed", "seller", 30 * DAY),
        ("closing", "buyer", 42 * DAY),
        ("closing", "seller", 42 * DAY),
        ("closing", "buyer", 44 * DAY),
    ] == [it for it in told if it[2] != 42 * DAY][:1] + sorted(it for it in told if it[2] == 42 * DAY) + told[-1:]


def test_a_reminder_comes_at_its_second() -> None:
    """O7: not a second before the promise passes, and once however often the sweep runs."""
    desk = published(World.of())

    assert [] == desk.send_due(PROMISED - SECOND)
    assert ["order-1#0#promise_passed.seller@2026-04-01T12:00:00Z seller:acme email"] == desk.send_due(PROMISED)[:1]
    assert [] == desk.send_due(PROMISED + SECOND)


def test_what_arrived_and_is_confirmed_needs_no_reminder() -> None:
    """O8: nobody is reminded once the buyer has confirmed receipt, though reminders are queued."""
    world = World.of()
    world.wait(DAY).ship()
    desk = published(world)
    world.wait(9 * DAY).confirm()
    desk.publish()

    assert [] == reminded(desk, 60 * DAY)
    assert [] == desk.reminders_of_orders


def test_what_arrived_is_the_buyers_to_confirm() -> None:
    """O8: a delivery on record brings the close forward; the buyer is reminded of it in time, the seller is not."""
    world = World.of()
    world.wait(DAY).ship()
    desk = published(world)
    world.wait(9 * DAY).deliver()
    desk.publish()

    assert [("closing", "buyer", 22 * DAY), ("closing", "buyer", 24 * DAY)] == reminded(desk, 60 * DAY)


def test_a_later_promise_is_reminded_of_later() -> None:
    """O8: the reminder of the old promise is looked at again when it is due, and does not leave."""
    world = World.of()
    desk = published(world)
    world.wait(DAY).extend_promise(PROMISED + 10 * DAY)
    desk.publish()

    told = reminded(desk, 60 * DAY)
    assert [("promise_passed", "seller", 40 * DAY)] == [it for it in told if it[0] == "promise_passed"]
    assert {52 * DAY, 54 * DAY} == {at for what, _, at in told if what == "closing"}


def test_what_is_in_dispute_has_the_disputes_reminders() -> None:
    """O8: a line in an open dispute is not reminded of as an order's."""
    world = World.of()
    desk = published(world)
    world.go(PROMISED + SECOND).open(claim_of(Reason.NOT_RECEIVED))
    desk.publish()

    assert [] == [it for it in reminded(desk, 34 * DAY) if it[0] == "closing"]


@pytest.mark.parametrize("terms", [order_terms(paid_on_platform=False)], ids=["paid elsewhere"])
def test_an_order_without_protection_has_no_reminders(terms: object) -> None:
    """O7: nothing is held of an order that was paid elsewhere."""
    world = World.of(terms)  # type: ignore[arg-type]

    assert [] == published(world).reminders_of_orders


def test_redelivery_queues_no_second_reminder() -> None:
    """N4: the stream may bring everything again, also after more has happened."""
    world = World.of()
    desk = published(world)
    queued = desk.reminders_of_orders
    world.wait(DAY).ship()
    world.report(CarrierStatus.IN_TRANSIT)
    desk.publish()
    desk.publish()

    assert queued == desk.reminders_of_orders
    assert 2 == len(queued)
