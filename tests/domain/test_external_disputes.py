"""A dispute at the bank: while it is open nothing leaves, and nobody is refunded twice (M3, M4)."""

from __future__ import annotations

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain.external_disputes import report_external_dispute
from chalicelib.domain.guarantees import OfferType, Reason
from chalicelib.domain.ledger import Movement
from chalicelib.domain.order import ExternalStatus
from chalicelib.domain.refusals import CONFLICT, INVALID
from tests.domain.worlds import (
    AT_HOME,
    DAMAGED,
    DAY,
    PAID_AT,
    PLATFORM,
    PROMISED,
    SELLER,
    World,
    claim_of,
    delivered,
    money,
    order_terms,
)

OPEN, WON, LOST = ExternalStatus.OPEN, ExternalStatus.WON, ExternalStatus.LOST
KEEP = OfferType.REFUND


def report(world: World, status: ExternalStatus, minor: int = 10_000) -> None:
    """The marketplace reports how the external dispute stands."""
    world.run(PLATFORM, lambda changes: report_external_dispute(changes, status, money(minor)))


def books(world: World) -> tuple[int, int, int]:
    """What is held, refunded and released."""
    escrow = world.case.order.escrow
    return escrow.held.minor, escrow.refunded.minor, escrow.released.minor


def paid_out(world: World) -> list[tuple[str, str, int]]:
    """Every payment instruction: its movement, its payee, and how much."""
    return [(it.movement.value, it.payee, it.amount.minor) for it in world.case.order.instructions]


def settled(world: World, minor: int = 4000) -> World:
    """The buyer and the seller agree on a refund, now."""
    number = world.open(DAMAGED, KEEP, money(minor))
    world.act(SELLER, c.Accept("1"), number)
    return world


def test_nothing_leaves_while_the_bank_decides() -> None:
    """M3: the dispute ends as agreed and protection closes, but the refund and the release wait."""
    world = delivered()
    report(world, OPEN)
    settled(world.wait(DAY))
    world.go(PAID_AT + 60 * DAY).sweep()
    assert not world.dispute().open
    assert (10_000, 0, 0) == books(world)
    assert (None, []) == (world.case.order.completed_at, paid_out(world))


def test_a_won_one_lets_everything_go_on() -> None:
    """M3: once it is won, what waited is paid at once: the refund to the buyer, the rest to the seller."""
    world = delivered()
    report(world, OPEN)
    settled(world.wait(DAY))
    world.go(PAID_AT + 60 * DAY)
    report(world, WON)
    assert (0, 4000, 6000) == books(world)
    assert [("refund", "ana", 4000), ("release", "acme", 6000)] == paid_out(world)


def test_a_lost_one_counts_as_refunded() -> None:
    """M3: the bank took all of it back; the buyer gets nothing more from us, and the seller nothing."""
    world = delivered()
    report(world, OPEN)
    settled(world.wait(DAY))
    report(world, LOST)
    assert (0, 10_000, 0) == books(world)
    assert [] == paid_out(world)
    entries = [event.payload.entry for event in world.log if getattr(event.payload, "entry", None)]  # type: ignore[attr-defined]
    assert [("external", Movement.REFUND)] == [(it.cause, it.movement) for it in entries[1:]]


@pytest.mark.parametrize(("lost", "refunded"), [(1000, 3000), (4000, 0), (5000, 0)])
def test_a_partly_lost_one_leaves_what_is_still_owed(lost: int, refunded: int) -> None:
    """M3: of the 40.00 agreed, the buyer gets from us what the bank did not give."""
    world = delivered()
    report(world, OPEN, lost)
    settled(world.wait(DAY))
    report(world, LOST, lost)
    world.go(PAID_AT + 60 * DAY).sweep()
    assert (0, lost + refunded, 10_000 - lost - refunded) == books(world)


def test_a_dispute_that_goes_on_is_worth_less_by_what_the_bank_took() -> None:
    """M3: lost while our dispute is open, it lowers what the end of that dispute pays."""
    world = delivered()
    number = world.open(DAMAGED, KEEP, money(4000))
    report(world, LOST, 1500)
    world.act(SELLER, c.Accept("1"), number)
    assert (10_000 - 4000, 4000, 0) == books(world)
    assert [("refund", "ana", 2500)] == paid_out(world)


def test_what_was_refunded_before_is_charged_to_the_buyer() -> None:
    """M3, M4: we had refunded all of it when the bank took it back as well: the buyer was refunded twice, and owes it."""
    world = World.of(None, AT_HOME)
    world.go(PROMISED).open(claim_of(Reason.NOT_RECEIVED))
    world.act(SELLER, c.Accept("1"))
    report(world, LOST)
    assert (0, 10_000, 0) == books(world)
    assert [("refund", "ana", 10_000), ("charge", "marketplace", 10_000)] == paid_out(world)
    assert "ana" == world.case.order.instructions[1].payer


def test_what_was_released_before_is_charged_to_the_seller() -> None:
    """M3, M4: the seller had been paid when the bank took the money back, and owes it."""
    world = delivered()
    world.go(PAID_AT + 30 * DAY).sweep()
    report(world, LOST)
    assert (0, 0, 10_000) == books(world)
    assert [("release", "acme", 10_000), ("charge", "marketplace", 10_000)] == paid_out(world)
    assert "acme" == world.case.order.instructions[1].payer


def test_both_owe_what_each_had() -> None:
    """M3, M4: 40.00 refunded and 60.00 released before the bank takes 100.00: each is charged what each had."""
    world = settled(delivered().wait(DAY))
    world.go(PAID_AT + 40 * DAY).sweep()
    report(world, LOST)
    charges = [(it.payer, it.amount.minor) for it in world.case.order.instructions if it.movement is Movement.CHARGE]
    assert [("ana", 4000), ("acme", 6000)] == charges
    assert world.case == world.refolded()


def test_a_report_again_changes_nothing_and_a_loss_is_final() -> None:
    """M3, M2: the same report twice is one; after a loss no other comes, and an amount that was not paid is refused."""
    world = delivered()
    report(world, LOST, 500)
    known = len(world.log)
    report(world, LOST, 500)
    assert known == len(world.log)
    for status in (OPEN, WON):
        refused = world.refusal(PLATFORM, lambda changes, to=status: report_external_dispute(changes, to, money(500)))  # type: ignore[misc]
        assert CONFLICT == refused.code
    for minor in (0, 10_001):
        refused = world.refusal(PLATFORM, lambda changes, of=minor: report_external_dispute(changes, OPEN, money(of)))  # type: ignore[misc]
        assert INVALID == refused.code


def test_failed_payments_wait_as_well() -> None:
    """M3, M2: no attempt at a payment of the order is made while the external dispute is open."""
    world = settled(delivered().wait(DAY))
    world.pay(1, failure="x")
    report(world, OPEN)
    world.wait(10 * DAY).sweep()
    assert 1 == world.case.order.instructions[0].attempts
    report(world, WON)
    assert 2 == world.case.order.instructions[0].attempts


def test_lines_that_nobody_disputes_bear_the_loss_last() -> None:
    """M3, C4: what the bank took is first of the lines in dispute, so that the claim on them is worth less."""
    world = delivered(order_terms((1, 3000), (1, 7000), shipping=0))
    world.open(claim_of(Reason.NOT_AS_DESCRIBED, ("a", 1)), KEEP, money(2000))
    report(world, LOST, 3500)
    taken = {state.line_id: state.refunded.minor for state in world.case.order.line_states}
    assert {"a": 3000, "b": 500} == taken
    world.act(SELLER, c.Accept("1"))
    assert [] == paid_out(world)
