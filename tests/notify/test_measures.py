"""The metrics of disputes and money are counted from events, once each, with dimensions that hold no id."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain.dispute import Stage
from chalicelib.domain.guarantees import OfferType
from tests.domain.worlds import BUYER, HOUR, SELLER, disputed, money
from tests.emf import points, totals, values, written
from tests.notify.fakes import Desk
from tests.notify.stories import STORIES, never_arrived

if TYPE_CHECKING:
    from tests.domain.worlds import World

ONCE = ("DisputesOpened", "DisputesEscalated", "DisputesResolved", "DisputeSeconds", "SilentSellers", "Refunds")


def published(caplog: pytest.LogCaptureFixture, world: World, times: int = 1) -> Desk:
    """Deliver a world's events so many times."""
    desk = Desk((world,))
    desk.clock.at = world.now
    with caplog.at_level(logging.INFO):
        for _ in range(times):
            desk.publish()
    return desk


@pytest.mark.parametrize("times", [1, 3])
def test_an_event_is_counted_once_however_often_it_is_delivered(caplog: pytest.LogCaptureFixture, times: int) -> None:
    """N4: a silent seller's dispute is one of each, and its refund is told by currency, also when all is delivered again."""
    world = never_arrived()
    published(caplog, world, times)
    refund = sum(it.amount.minor for it in world.case.order.instructions if it.movement == "refund")

    five_days = 5 * 24 * 3600
    assert dict(zip(ONCE, (1, 0, 1, five_days, 1, 1), strict=True)) == totals(caplog, *ONCE)
    assert {"RefundedMinor": refund} == totals(caplog, "RefundedMinor")
    by = {it.name: it.dimensions for it in points(written(caplog)) if len(it.dimensions) > 1}
    ended = by["DisputesResolved"]
    assert ("resolved_buyer_favour", "seller_silent") == (ended["Outcome"], ended["Basis"])
    assert "USD" == by["Refunds"]["Currency"] == by["RefundedMinor"]["Currency"]


def test_a_crash_before_the_event_is_marked_counts_it_later(caplog: pytest.LogCaptureFixture) -> None:
    """N4: an event whose marker was not written has not been counted, and the next delivery counts it."""
    world = disputed(Stage.OPENED)
    desk = Desk((world,))
    desk.clock.at, desk.markers.crashes_at = world.now, "order-1#1#1 marketplace topic"
    with caplog.at_level(logging.INFO):
        with pytest.raises(KeyboardInterrupt):
            desk.publish()
        assert {"DisputesOpened": 0} == totals(caplog, "DisputesOpened")
        desk.publish()

    assert {"DisputesOpened": 1} == totals(caplog, "DisputesOpened")


ANSWERS = (c.Decline(), c.Propose(OfferType.REFUND, money(1000)), c.Accept("1"))


@pytest.mark.parametrize("first", ANSWERS, ids=lambda it: type(it).__name__)
def test_only_the_sellers_first_answer_is_timed(caplog: pytest.LogCaptureFixture, first: c.DisputeCommand) -> None:
    """D1: the time runs from the opening to the seller's first answer of any kind; what follows is not timed."""
    world = disputed(Stage.OPENED)
    opened = world.case.disputes[0].opened_at
    world.wait(3 * HOUR)
    world.act(SELLER, first)
    answered = world.now
    if not isinstance(first, c.Accept):
        world.wait(HOUR)
        world.act(BUYER, c.Propose(OfferType.REFUND, money(3000)))
        world.wait(HOUR)
        world.act(SELLER, c.Decline())
    published(caplog, world)

    assert [(answered - opened).total_seconds()] == values(caplog, "FirstAnswerSeconds")


def test_no_dimension_holds_an_id(caplog: pytest.LogCaptureFixture) -> None:
    """P1: in every story the values of dimensions are codes of the rules or currencies, so their number is bounded."""
    for story in STORIES.values():
        published(caplog, story())
    seen = {value for it in points(written(caplog)) for value in it.dimensions.values()}

    assert len(seen) > 10
    assert [] == [value for value in seen if not re.fullmatch(r"[a-z_]+|[A-Z]{3}|buyer-protection", value)]
