"""A delivery in time that becomes known after a refund for not received: the seller's one appeal (D5, C5, M4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain.claim import Claim, ClaimItem, Issue
from chalicelib.domain.dispute import Stage
from chalicelib.domain.evidence import EvidenceType
from chalicelib.domain.guarantees import Finding, OfferType, Reason
from chalicelib.domain.ledger import Movement
from chalicelib.domain.refusals import TOO_LATE, WRONG_STATE
from tests.domain.worlds import BUYER, DAY, HOUR, MEDIATOR, PROMISED, SECOND, SELLER, World, claim_of, money

if TYPE_CHECKING:
    from datetime import timedelta

    from chalicelib.domain.ledger import PaymentInstruction

APPEAL = c.Appeal(EvidenceType.DOCUMENT, "The carrier's record.")


def refunded(amount: int = 10000) -> World:
    """One item of 90.00 and its shipping of 10.00, shipped and claimed as not received; the seller refunded ``amount``."""
    world = World.of()
    world.wait(DAY).ship()
    world.go(PROMISED).open(claim_of(Reason.NOT_RECEIVED), OfferType.REFUND, money(amount))
    world.wait(HOUR).act(SELLER, c.Accept("1"))
    return world


def appealed(amount: int = 10000) -> World:
    """The same, delivered in time by a record that came a day after the refund, and appealed against."""
    world = refunded(amount)
    world.wait(DAY).deliver(PROMISED - DAY)
    world.wait(HOUR).act(SELLER, APPEAL)
    return world


def charges(world: World) -> list[PaymentInstruction]:
    """Return what a side was told to pay beyond the escrow."""
    return [it for it in world.case.order.instructions if it.movement is Movement.CHARGE]


@pytest.mark.parametrize(("later", "possible"), [(30 * DAY, True), (30 * DAY + SECOND, False)])
def test_a_delivery_gives_the_appeal_only_within_thirty_days_of_the_refund(later: timedelta, *, possible: bool) -> None:
    """D5: a delivery in time that becomes known within 30 days of the refund gives the appeal, and a second later none."""
    world = refunded()
    world.wait(later).deliver(PROMISED - DAY)

    assert possible == (world.dispute().late_delivery is not None)


def test_the_appeal_has_seven_days_and_there_is_one() -> None:
    """D5: the seller may appeal until 7 days after the delivery became known, and only once."""
    world = refunded()
    world.wait(DAY).deliver(PROMISED - DAY)
    late = world.wait(7 * DAY).refused_act(SELLER, APPEAL)

    again = appealed()
    again.wait(HOUR).act(SELLER, c.WithdrawAppeal())

    assert (TOO_LATE, WRONG_STATE) == (late.code, again.refused_act(SELLER, APPEAL).code)


def test_what_the_mediator_takes_back_is_a_charge_to_the_buyer() -> None:
    """M4: the refund has been paid; what the buyer is not to keep of it is charged, outside the escrow's sum."""
    world = appealed()
    world.wait(HOUR).act(MEDIATOR, c.Assign())
    world.act(MEDIATOR, c.Decide(OfferType.REFUND, money(2000), Finding.CARRIER_SHOWS_DELIVERED, "It was handed over."))

    assert [(money(8000), BUYER.id, SELLER.id)] == [(it.amount, it.payer, it.payee) for it in charges(world)]
    assert world.case.order.escrow.refunded == money(10000)


def test_an_appeal_that_nobody_decides_leaves_the_refund() -> None:
    """I15: fourteen days of review without a decision, and the refund stands; nothing is charged."""
    world = appealed()
    world.wait(14 * DAY).sweep()

    assert (world.dispute().stage, world.dispute().refund) == (Stage.RESOLVED, money(10000))
    assert charges(world) == []


def test_the_appeal_keeps_the_buyer_from_no_claim_for_another_reason() -> None:
    """I13: while a refund of 30.00 is under appeal the buyer may say that what came is damaged; same reason, same units, no."""
    world = appealed(3000)
    world.open(Claim(Reason.NOT_AS_DESCRIBED, (ClaimItem("a", 1),), issue=Issue.DAMAGED))

    assert [True, True] == [it.open for it in world.case.disputes]
    assert money(7000) == world.dispute(2).coverage.maximum
