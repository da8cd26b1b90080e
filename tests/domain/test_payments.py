"""Money out: each movement is instructed once, reported back, tried again and, in the end, left to people (M1, M2)."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain import orders
from chalicelib.domain.events import DisputeResolved, OrderCompleted, PaymentFailed, PaymentRetried, RefundIssued
from chalicelib.domain.guarantees import OfferType, Reason
from chalicelib.domain.ledger import InstructionStatus, Movement
from chalicelib.domain.refusals import CONFLICT
from tests.domain.worlds import (
    AT_HOME,
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
    money,
    order_terms,
)
from tests.randomness import seeds

RETRIES = [timedelta(hours=hours) for hours in (1, 4, 24, 72)]
PENDING, SETTLED, FAILED = InstructionStatus.PENDING, InstructionStatus.SETTLED, InstructionStatus.FAILED


def refunded() -> World:
    """An order with a refund of 40.00 instructed and 60.00 still held."""
    world = delivered()
    world.wait(DAY).open(DAMAGED, OfferType.REFUND, money(4000))
    world.act(SELLER, c.Accept("1"))
    return world


def refused_result(world: World, *, failure: str | None = None, attempt: int | None = None) -> str:
    """The code with which a result of the first instruction is refused."""
    told = world.case.order.instructions[0]
    refused = world.refusal(
        PLATFORM,
        lambda changes: orders.report_payment(changes, told, reference="r", failure=failure, attempt=attempt),
    )
    return refused.code


def test_resolution_and_refund_are_recorded_together() -> None:
    """M1, D8: the command that resolves a dispute also records its ledger entry and its instruction, at the same time."""
    world = refunded()
    ended = [event for event in world.log if isinstance(event.payload, DisputeResolved | RefundIssued)]
    assert [DisputeResolved, RefundIssued] == [type(event.payload) for event in ended]
    assert {world.now} == {event.at for event in ended}
    instruction = world.case.order.instructions[0]
    assert ("order-1-p1", Movement.REFUND, money(4000), BUYER.id, 2, PENDING, 1) == (
        instruction.id.rpartition("-")[0],
        instruction.movement,
        instruction.amount,
        instruction.payee,
        instruction.entry,
        instruction.status,
        instruction.attempts,
    )


def test_completion_releases_what_is_left_to_the_seller() -> None:
    """M1, O7: when the order completes, the rest is instructed to the seller under an id of its own."""
    world = refunded()
    world.go(PAID_AT + 25 * DAY).sweep()
    _, release = world.case.order.instructions
    assert ("order-1-p2", Movement.RELEASE, money(6000), SELLER.id, 3) == (
        release.id.rpartition("-")[0],
        release.movement,
        release.amount,
        release.payee,
        release.entry,
    )


def test_nothing_left_means_nothing_to_release() -> None:
    """M1, O7: an order refunded whole completes without an instruction of nothing."""
    world = World.of(None, AT_HOME)
    world.wait(DAY).ship()
    world.go(PROMISED + DAY).open(claim_of(Reason.NOT_RECEIVED))
    world.act(SELLER, c.Accept("1"))
    world.wait(60 * DAY).sweep()
    completed = [event.payload for event in world.log if isinstance(event.payload, OrderCompleted)]
    assert [OrderCompleted(None, None)] == completed
    assert [instruction.movement for instruction in world.case.order.instructions] == [Movement.REFUND]


def test_settled_is_final() -> None:
    """M2: a settled instruction keeps its reference and takes no other result, the same or another."""
    world = refunded()
    world.wait(HOUR).pay(1)
    instruction = world.case.order.instructions[0]
    assert (instruction.status, instruction.reference) == (SETTLED, f"ref-{instruction.id}")
    for failure in (None, "too late"):
        assert refused_result(world, failure=failure) == CONFLICT
    world.wait(30 * DAY).sweep()
    assert world.case.order.instructions[0] == instruction


def test_a_failure_is_visible_and_tried_again_under_the_same_id() -> None:
    """M2: failed with its reason, then pending again as the next attempt of the same instruction; nothing new is issued."""
    world = refunded()
    world.pay(1, failure="account closed")
    failed = world.case.order.instructions[0]
    assert (FAILED, "account closed", world.now, 1) == (failed.status, failed.failure, failed.failed_at, failed.attempts)
    world.wait(HOUR).sweep()
    again = world.case.order.instructions[0]
    assert (failed.id, failed.amount, PENDING, 2) == (again.id, again.amount, again.status, again.attempts)
    assert len(world.case.order.instructions) == 1
    world.pay(1)
    assert world.case.order.instructions[0].status is SETTLED


def test_the_same_failure_reported_twice_counts_once() -> None:
    """M2: a repeated report of a failure is no new failure, and does not put off the next attempt."""
    world = refunded()
    world.pay(1, failure="account closed")
    known = len(world.log)
    world.wait(HOUR - SECOND).pay(1, failure="account closed")
    assert known == len(world.log)
    assert world.wait(SECOND).as_of_now().order.instructions[0].status is PENDING


def test_attempts_come_to_an_end_and_people_take_over() -> None:
    """M2, C6: after the last attempt of the schedule it stays failed, says that none is left, and nothing tries it again."""
    world = refunded()
    for wait in (*RETRIES, None):
        world.pay(1, failure="account closed")
        if wait:
            world.wait(wait).sweep()
    left = [event.payload.attempts_left for event in world.log if isinstance(event.payload, PaymentFailed)]
    assert left == [4, 3, 2, 1, 0]
    instruction = world.wait(400 * DAY).as_of_now().order.instructions[0]
    assert (instruction.status, instruction.attempts) == (FAILED, 5)
    assert sum(isinstance(event.payload, PaymentRetried) for event in world.log) == 4


def test_people_can_still_report_it_settled() -> None:
    """M2: an instruction out of attempts, or between two, that was paid by hand is reported settled and is done."""
    between = refunded()
    between.pay(1, failure="account closed")
    exhausted = refunded()
    for wait in (*RETRIES, timedelta(0)):
        exhausted.pay(1, failure="account closed")
        exhausted.wait(wait).sweep()
    for world in (between, exhausted):
        world.wait(SECOND).pay(1)
        settled = world.wait(90 * DAY).as_of_now().order.instructions[0]
        assert (settled.status, settled.failed_at) == (SETTLED, None)


def test_a_late_word_about_an_earlier_attempt_is_refused() -> None:
    """M2: a failure of attempt 1 that arrives when attempt 2 is out is refused, and attempt 2 stays pending."""
    world = refunded()
    world.pay(1, failure="account closed")
    world.wait(HOUR).sweep()
    assert refused_result(world, failure="account closed", attempt=1) == CONFLICT
    assert world.case.order.instructions[0].status is PENDING


def test_each_instruction_has_its_own_clock() -> None:
    """M2: a refund and a release that fail at different times are tried again each on its own schedule."""
    world = refunded()
    world.go(PAID_AT + 25 * DAY).sweep()
    world.pay(1, failure="x")
    world.wait(timedelta(minutes=30)).pay(2, failure="y")
    statuses = [
        [i.status for i in world.wait(timedelta(minutes=30)).as_of_now().order.instructions],
        [i.status for i in world.wait(timedelta(minutes=30)).as_of_now().order.instructions],
    ]
    assert statuses == [[PENDING, FAILED], [PENDING, PENDING]]


def test_a_retry_does_not_disturb_disputes_or_completion() -> None:
    """M2, O7: attempts, deadlines and completion interleave in the order of their times and the log stays whole."""
    world = delivered(order_terms((1, 5000), (1, 4000)), AT_HOME)
    world.wait(DAY).open(DAMAGED, OfferType.REFUND, money(100))
    world.act(SELLER, c.Accept("1"))
    world.open(claim_of(Reason.NOT_AS_DESCRIBED, ("b", 1)), OfferType.REFUND, money(200))
    world.pay(1, failure="x")
    world.wait(60 * DAY).sweep()
    times = [event.at for event in world.log]
    assert sorted(times) == times
    assert world.case == world.refolded()
    assert [i.amount.minor for i in world.case.order.instructions] == [100, 200, 9700]


@pytest.mark.parametrize("seed", seeds(20))
def test_no_instruction_is_ever_issued_twice(seed: int) -> None:
    """M2, O3: over random results, repeats and waits, ids and entries stay unique and their sum is what left escrow."""
    random = Random(seed)
    world = delivered(order_terms((1, 5000), (1, 4000), (1, 3000)), AT_HOME)
    for line in "abc":
        world.open(claim_of(Reason.NOT_AS_DESCRIBED, (line, 1)), OfferType.REFUND, money(random.randint(1, 2999)))
    for _ in range(60):
        world.wait(timedelta(hours=random.randint(0, 20)))
        world.sweep()
        open_ones = [n for n, i in enumerate(world.case.order.instructions, start=1) if i.status is not SETTLED]
        if open_ones:
            world.pay(random.choice(open_ones), failure=random.choice(["x", None, "y"]))
        still = [dispute.number for dispute in world.case.open_disputes]
        if still and random.random() < 0.2:
            number = random.choice(still)
            world.act(SELLER, c.Accept(world.dispute(number).on_table or ""), number)
        escrow, issued = world.case.order.escrow, world.case.order.instructions
        assert len({i.id for i in issued}) == len({i.entry for i in issued}) == len(issued)
        assert escrow.refunded + escrow.released == money(sum(i.amount.minor for i in issued))


# Silence


def test_silence_is_published_again_and_alarms_in_the_end() -> None:
    """M2: a payment of which nothing is heard is published again each day under the same id, and alarms after 72 hours."""
    world = refunded()
    issued, told = world.now, world.case.order.instructions[0].id
    told_of = ("payment_republished", "payment_overdue")
    world.go(issued + 30 * DAY).sweep()
    silent = [(event.at - issued, event.payload.type) for event in world.log if event.payload.type in told_of]
    assert [
        (24 * HOUR, "payment_republished"),
        (48 * HOUR, "payment_republished"),
        (72 * HOUR, "payment_overdue"),
    ] == silent[:3]
    again = world.case.order.instructions[0]
    assert (told, PENDING, 1, 2) == (again.id, again.status, again.attempts, again.republished)


def test_a_result_ends_the_silence() -> None:
    """M2: what is settled or failed is neither published again nor overdue; a new attempt has its own day."""
    world = refunded()
    world.wait(23 * HOUR).pay(1, failure="x")
    world.wait(HOUR).sweep()
    retried = world.now
    assert world.go(retried + 24 * HOUR - SECOND).as_of_now().order.instructions[0].republished == 0
    assert world.go(retried + 24 * HOUR).as_of_now().order.instructions[0].republished == 1
    world.pay(1)
    settled = world.go(retried + 90 * DAY).as_of_now().order.instructions[0]
    assert (SETTLED, None) == (settled.status, settled.overdue_at)


def test_another_payment_never_takes_an_id_that_was_used() -> None:
    """M1, M2: after a restore the order may pay something else as its nth payment; it has another id, the same one its own."""
    agreed = refunded()
    other = delivered()
    other.wait(DAY).open(DAMAGED, OfferType.REFUND, money(4100))
    other.act(SELLER, c.Accept("1"))
    ids = [world.case.order.instructions[0].id for world in (agreed, refunded(), other)]
    assert ids[0] == ids[1] != ids[2]
