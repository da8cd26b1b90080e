"""How disputes come under review, and what the record says of the claimed lines (D4, C5)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain.dispute import Stage
from chalicelib.domain.evidence import EvidenceType
from chalicelib.domain.guarantees import Reason
from chalicelib.domain.review import Arrival, EnteredBy, entered_by, line_records
from tests.domain.worlds import (
    BUYER,
    DAMAGED,
    DAY,
    DECIDED_FOR_BUYER,
    HOUR,
    MEDIATOR,
    PROMISED,
    SELLER,
    World,
    claim_of,
    disputed,
)


def test_a_party_or_the_time_brings_a_dispute_under_review() -> None:
    """D4: a dispute that a party escalates entered by a party, one without an agreement in time by time."""
    asked = disputed(Stage.NEGOTIATING)
    asked.act(BUYER, c.Escalate())
    assert EnteredBy.PARTY == entered_by(asked.dispute())
    left = disputed(Stage.NEGOTIATING)
    days = (left.wait(DAY).as_of_now().disputes[0] for _ in range(60))
    reviewed = next(it for it in days if it.stage is Stage.UNDER_REVIEW)
    assert EnteredBy.TIME == entered_by(reviewed)


def test_an_appeal_brings_a_dispute_under_review_again() -> None:
    """D5: a dispute whose decision is appealed against entered by the appeal."""
    world = disputed(Stage.NEGOTIATING)
    world.act(BUYER, c.Escalate())
    world.act(MEDIATOR, c.Assign())
    world.act(MEDIATOR, DECIDED_FOR_BUYER)
    world.wait(HOUR).act(SELLER, c.Appeal(EvidenceType.STATEMENT, "Look again."))
    assert EnteredBy.APPEAL == entered_by(world.dispute())
    assert (world.now - HOUR,) == world.dispute().decided_at


@pytest.mark.parametrize(
    ("after", "arrival", "days"),
    [
        (-3 * DAY, Arrival.BEFORE, 3),
        (-2 * HOUR, Arrival.ON_THE_DAY, 0),
        (2 * HOUR, Arrival.ON_THE_DAY, 0),
        (13 * HOUR, Arrival.AFTER, 1),
        (3 * DAY - 2 * HOUR, Arrival.AFTER, 3),
        (3 * DAY + 2 * HOUR, Arrival.AFTER, 3),
    ],
    ids=str,
)
def test_a_line_that_came_is_measured_by_its_promise(after: timedelta, arrival: Arrival, days: int) -> None:
    """C5: the record says by how many days a claimed line came before or after its promise, and when it was claimed."""
    world = World.of()
    world.wait(DAY).ship()
    world.go(PROMISED + after).deliver()
    world.wait(2 * DAY).open(DAMAGED)
    records = line_records(world.case, world.dispute(), world.now)
    assert [(arrival, days, 2)] == [(it.arrival, it.days, it.claimed_after_days) for it in records[:1]]


def test_a_line_that_has_not_come_is_overdue_by_whole_days() -> None:
    """C5: a claimed line that has not arrived is overdue since its promise, and nothing was claimed after its arrival."""
    world = World.of()
    world.wait(DAY).ship()
    world.go(PROMISED + 5 * DAY + HOUR).open(claim_of(Reason.NOT_RECEIVED))
    record = line_records(world.case, world.dispute(), world.now)[0]
    assert (Arrival.OVERDUE, 5, None) == (record.arrival, record.days, record.claimed_after_days)
