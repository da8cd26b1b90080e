"""Every deadline and window, one second before, at, and one second after. The numbers are the specification's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain import coverage, opening, orders
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.claim import Covered, NotYet
from chalicelib.domain.dispute import AcknowledgementType, Outcome, Stage
from chalicelib.domain.engine import as_of
from chalicelib.domain.events import DisputeResolved
from chalicelib.domain.guarantees import Finding, Guarantee, OfferedGuarantee, OfferType, Reason
from chalicelib.domain.ledger import InstructionStatus
from chalicelib.domain.parcel import CarrierStatus
from chalicelib.domain.people import Role
from chalicelib.domain.refusals import INVALID, LIMIT_REACHED, TOO_EARLY, TOO_LATE
from tests.domain.worlds import (
    ABROAD,
    AT_HOME,
    BUYER,
    DAMAGED,
    DAY,
    HOUR,
    MEDIATOR,
    NEWS,
    PAID_AT,
    PHOTO,
    PROMISED,
    SECOND,
    SELLER,
    World,
    claim_of,
    delivered,
    disputed,
    money,
    order_terms,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.case import Case
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.people import Actor

NUMBERS = {
    Carrier.DHL: "3318810025",
    Carrier.UPS: "1Z5R89390357567127",
    Carrier.TNT: "123456782",
    Carrier.FEDEX: "986578788855",
    Carrier.EMS: "EE473124829CN",
    Carrier.SF_EXPRESS: "SF1234567890123",
    Carrier.CHINA_POST: "RR473124829CN",
    Carrier.HONGKONG_POST: "RB473124829HK",
}
CARRIER_DAYS = {
    Carrier.DHL: 23,
    Carrier.UPS: 23,
    Carrier.TNT: 23,
    Carrier.FEDEX: 23,
    Carrier.EMS: 27,
    Carrier.SF_EXPRESS: 27,
    Carrier.CHINA_POST: 39,
    Carrier.HONGKONG_POST: 39,
}
"""The promise that applies when the seller made none (O5)."""

NOT_RECEIVED = claim_of(Reason.NOT_RECEIVED)


def days(number: int) -> timedelta:
    """So many days."""
    return timedelta(days=number)


@dataclass(frozen=True)
class Deadline:
    """A world, the moment something becomes so in it, and what can be seen of it before and from then on."""

    rule: str
    name: str
    build: Callable[[], tuple[World, datetime]]
    seen: Callable[[Case], object]
    before: object
    after: object


def _stage(case: Case) -> object:
    return case.dispute(1).stage


def _ended(case: Case) -> object:
    dispute = case.dispute(1)
    return dispute.outcome, dispute.refund.minor if dispute.refund else None


def _completed(case: Case) -> object:
    return case.order.completed_at is not None, case.order.escrow.released.minor


OPEN = (None, None)
NOT_COMPLETED, COMPLETED = (False, 0), (True, 10_000)


def _delivered_late() -> tuple[World, datetime]:
    world = World.of()
    world.wait(DAY).ship()
    world.go(PROMISED + days(14)).deliver()
    return world, PROMISED + days(14 + 15)


def _two_parcels() -> tuple[World, datetime]:
    world = World.of(order_terms((1, 4000), (1, 5000)))
    world.wait(DAY).ship("a")
    world.ship("b")
    world.wait(days(4)).deliver(parcel=1)
    world.wait(days(6)).deliver(parcel=2)
    return world, PAID_AT + days(11 + 15)


def _confirmed_before_the_carrier() -> tuple[World, datetime]:
    world = World.of()
    world.wait(DAY).ship()
    world.wait(days(4)).confirm()
    world.wait(days(2)).deliver()
    return world, PAID_AT + days(7 + 15)


def _recorded_before_confirmed() -> tuple[World, datetime]:
    world = delivered()
    world.wait(days(3)).confirm()
    return world, PAID_AT + days(10 + 15)


def _never_delivered() -> tuple[World, datetime]:
    world = World.of()
    world.wait(DAY).ship()
    world.report(CarrierStatus.IN_TRANSIT)
    return world, PROMISED + days(15)


def _never_scanned() -> tuple[World, datetime]:
    world = World.of()
    world.wait(DAY).ship()
    return world, PROMISED + days(15)


def _went_back() -> tuple[World, datetime]:
    world = delivered()
    world.go(PAID_AT + days(20)).report(CarrierStatus.RETURNED_TO_SENDER)
    return world, PROMISED + days(15)


def _went_back_late() -> tuple[World, datetime]:
    world, _ = _delivered_late()
    world.go(PROMISED + days(20)).report(CarrierStatus.RETURNED_TO_SENDER)
    return world, PROMISED + days(20 + 15)


def _delivery_known_late() -> tuple[World, datetime]:
    world = World.of()
    world.wait(DAY).ship()
    world.go(PAID_AT + days(25)).deliver(PAID_AT + days(5))
    return world, PAID_AT + days(25 + 15)


def _one_parcel_missing() -> tuple[World, datetime]:
    world = World.of(order_terms((1, 4000), (1, 5000)))
    world.wait(DAY).ship("a")
    world.ship("b")
    world.report(CarrierStatus.IN_TRANSIT, parcel=2)
    world.wait(days(4)).deliver(parcel=1)
    return world, PROMISED + days(15)


def _protection_extended() -> tuple[World, datetime]:
    world = delivered()
    world.extend_protection(PAID_AT + days(60))
    return world, PAID_AT + days(60)


def _promise_extended() -> tuple[World, datetime]:
    world, _ = _never_delivered()
    world.extend_promise(PROMISED + days(9))
    return world, PROMISED + days(9 + 15)


def _within_days_of_shipment() -> tuple[World, datetime]:
    world = World.of(order_terms(deliver_by=None, deliver_within_days=12))
    world.wait(days(2)).ship()
    world.report(CarrierStatus.IN_TRANSIT)
    return world, PAID_AT + days(2 + 12 + 15)


def _ended_after_protection() -> tuple[World, datetime]:
    world = delivered()
    world.go(PAID_AT + days(25) - SECOND).open(DAMAGED)
    return world, world.now + days(5)


def _silent_seller(claim_kind: OfferType | None = None, amount: int = 0) -> tuple[World, datetime]:
    world = delivered(None, AT_HOME)
    world.wait(HOUR).open(DAMAGED, claim_kind, money(amount) if amount else None)
    return world, world.now + days(5)


def _silent_seller_keeps_it() -> tuple[World, datetime]:
    return _silent_seller(OfferType.REFUND, 3000)


def _buyer_changes_the_request() -> tuple[World, datetime]:
    world, _ = _silent_seller()
    world.wait(days(4)).act(BUYER, c.Propose(OfferType.REFUND, money(2500)))
    world.wait(days(1)).act(BUYER, c.Propose(OfferType.REFUND, money(2600)))
    due = world.now + days(5)
    world.wait(days(1)).act(BUYER, c.Propose(OfferType.REFUND, money(2500)))
    return world, due


def _guaranteed_return_without_address() -> tuple[World, datetime]:
    world = delivered(order_terms(guarantees=(OfferedGuarantee(Guarantee.DOMESTIC_RETURNS),)), ABROAD)
    world.wait(HOUR).open(claim_of(Reason.NO_LONGER_WANTED))
    return world, world.now + days(5)


def _negotiating() -> tuple[World, datetime]:
    world = disputed(Stage.NEGOTIATING)
    first_answer = world.now
    for offer in range(10, 16):
        world.wait(days(1)).act(BUYER, c.Propose(OfferType.REFUND, money(8000 - offer)))
        world.act(SELLER, c.Propose(OfferType.REFUND, money(1000 + offer)))
    return world, first_answer + days(7)


def _declined() -> tuple[World, datetime]:
    world = disputed()
    world.wait(days(2)).act(SELLER, c.Decline())
    return world, world.now + days(7)


def _under_review() -> tuple[World, datetime]:
    world = disputed(Stage.UNDER_REVIEW)
    escalated_at = world.dispute().escalated_at
    assert escalated_at is not None
    world.wait(days(1)).act(BUYER, PHOTO)
    return world, escalated_at + days(14)


def _asked(whom: Role) -> tuple[World, datetime]:
    world = disputed(Stage.UNDER_REVIEW)
    world.wait(days(2)).act(MEDIATOR, c.RequestInformation(whom, "When did it break?"))
    return world, world.now + days(3)


def _silent_in_review(whom: Role) -> tuple[World, datetime]:
    world, _ = _asked(whom)
    if whom is Role.SELLER:
        world.act(BUYER, PHOTO)
    escalated_at = world.dispute().escalated_at
    assert escalated_at is not None
    return world, escalated_at + days(14)


def _awaiting_return() -> tuple[World, datetime]:
    world = disputed(Stage.AWAITING_RETURN)
    return world, world.now + days(10)


def _return_lost() -> tuple[World, datetime]:
    world = disputed(Stage.RETURN_IN_TRANSIT)
    return world, world.now + days(30)


def _return_scanned() -> tuple[World, datetime]:
    world = disputed(Stage.RETURN_IN_TRANSIT)
    shipped = world.now
    world.wait(days(6)).report_return(CarrierStatus.IN_TRANSIT)
    return world, shipped + days(30)


def _replacement_awaited() -> tuple[World, datetime]:
    world = disputed(Stage.AWAITING_REPLACEMENT)
    return world, world.now + days(10)


def _replacement_scanned() -> tuple[World, datetime]:
    world = disputed(Stage.AWAITING_REPLACEMENT)
    world.act(SELLER, c.ShipReplacement(Carrier.TNT, "900000003"))
    world.wait(days(6)).report(CarrierStatus.IN_TRANSIT, world.now - days(2), parcel=2)
    return world, world.now + days(30)


def _return_delivered() -> tuple[World, datetime]:
    world = disputed(Stage.RETURN_IN_TRANSIT)
    world.wait(days(6)).report_return(CarrierStatus.DELIVERED)
    return world, world.now + days(10)


def _return_delivered_on_the_last_day() -> tuple[World, datetime]:
    world = disputed(Stage.RETURN_IN_TRANSIT)
    world.wait(days(30) - SECOND).report_return(CarrierStatus.DELIVERED)
    return world, world.now + days(10)


def _decided() -> tuple[World, datetime]:
    world = disputed(Stage.DECIDED)
    return world, world.now + days(7)


def _more_time_granted() -> tuple[World, datetime]:
    world = disputed()
    due = world.now + days(5 + 11)
    world.wait(DAY).act(BUYER, c.GrantTime(due))
    return world, due


SILENT_SELLER = (Outcome.RESOLVED_BUYER_FAVOUR, 3000)
GRANTED = (Outcome.RESOLVED_BUYER_FAVOUR, 10_000)
AGREED = (Outcome.RESOLVED_WITH_AGREEMENT, 10_000)
FAILED = (Outcome.RESOLVED_BUYER_FAVOUR, 10_000)


def _lapsed(case: Case) -> object:
    return [request.lapsed for request in case.dispute(1).information_requests]


def _finding(case: Case) -> object:
    decision = case.dispute(1).decision
    return (decision.finding, decision.amount.minor, decision.type) if decision else None


RETURN_ALL = (10_000, OfferType.REFUND_WITH_RETURN)
"""What the buyer of ``disputed`` asks for: everything, for the item sent back."""

DEADLINES = (
    Deadline("O7", "15 days after delivery", lambda: (delivered(), PAID_AT + days(25)), _completed, NOT_COMPLETED, COMPLETED),
    Deadline("O7", "15 days after a late delivery", _delivered_late, _completed, NOT_COMPLETED, COMPLETED),
    Deadline("O7", "15 days after the last parcel", _two_parcels, _completed, NOT_COMPLETED, COMPLETED),
    Deadline(
        "O7",
        "15 days after a record that follows",
        _confirmed_before_the_carrier,
        _completed,
        NOT_COMPLETED,
        COMPLETED,
    ),
    Deadline("O7", "15 days after an earlier record", _recorded_before_confirmed, _completed, NOT_COMPLETED, COMPLETED),
    Deadline("O7", "15 days after deliver_by", _never_delivered, _completed, NOT_COMPLETED, COMPLETED),
    Deadline("O7", "15 days after deliver_by of one parcel", _one_parcel_missing, _completed, NOT_COMPLETED, COMPLETED),
    Deadline("O7", "15 days after days from shipment", _within_days_of_shipment, _completed, NOT_COMPLETED, COMPLETED),
    Deadline("O7", "never scanned: refunded", _never_scanned, _completed, NOT_COMPLETED, (True, 0)),
    Deadline("O7", "went back: refunded", _went_back, _completed, NOT_COMPLETED, (True, 0)),
    Deadline("O7", "15 days after it is known to have gone back", _went_back_late, _completed, NOT_COMPLETED, (True, 0)),
    Deadline("O7", "15 days after a delivery is known", _delivery_known_late, _completed, NOT_COMPLETED, COMPLETED),
    Deadline("O8", "protection extended", _protection_extended, _completed, NOT_COMPLETED, COMPLETED),
    Deadline("O8", "promise extended", _promise_extended, _completed, NOT_COMPLETED, COMPLETED),
    Deadline("O7", "at once when a dispute ends later", _ended_after_protection, _completed, NOT_COMPLETED, (True, 0)),
    Deadline("D3", "5 days: return granted", _silent_seller, _stage, Stage.OPENED, Stage.AWAITING_RETURN),
    Deadline("D8", "5 days: refund granted as asked", _silent_seller_keeps_it, _ended, OPEN, SILENT_SELLER),
    Deadline("D8", "5 days again: as last asked", _buyer_changes_the_request, _ended, OPEN, (SILENT_SELLER[0], 2500)),
    Deadline("D3", "5 days: no address, return forgone", _guaranteed_return_without_address, _ended, OPEN, (GRANTED[0], 9000)),
    Deadline("D12", "7 days from the first answer", _negotiating, _stage, Stage.NEGOTIATING, Stage.UNDER_REVIEW),
    Deadline("D12", "7 days from a decline", _declined, _stage, Stage.NEGOTIATING, Stage.UNDER_REVIEW),
    Deadline("D5", "14 days of review", _under_review, _finding, None, (Finding.NOT_DECIDED_IN_TIME, *RETURN_ALL)),
    Deadline("D4", "3 days to answer, buyer", lambda: _asked(Role.BUYER), _lapsed, [False], [True]),
    Deadline("D4", "3 days to answer, seller", lambda: _asked(Role.SELLER), _lapsed, [False], [True]),
    Deadline(
        "D4",
        "14 days, buyer silent",
        lambda: _silent_in_review(Role.BUYER),
        _finding,
        None,
        (Finding.NO_ANSWER_FROM_BUYER, 0, OfferType.REFUND_WITH_RETURN),
    ),
    Deadline(
        "D4",
        "14 days, seller silent",
        lambda: _silent_in_review(Role.SELLER),
        _finding,
        None,
        (Finding.NO_ANSWER_FROM_SELLER, *RETURN_ALL),
    ),
    Deadline("D12", "10 days to ship the return", _awaiting_return, _ended, OPEN, (Outcome.EXPIRED, 0)),
    Deadline("D12", "30 days, return not seen", _return_lost, _stage, Stage.RETURN_IN_TRANSIT, Stage.UNDER_REVIEW),
    Deadline("D12", "30 days, return not delivered", _return_scanned, _ended, OPEN, AGREED),
    Deadline("D12", "10 days to a replacement's scan", _replacement_awaited, _ended, OPEN, FAILED),
    Deadline("D12", "30 days from a replacement's scan", _replacement_scanned, _ended, OPEN, FAILED),
    Deadline("D12", "10 days after the return arrives", _return_delivered, _ended, OPEN, AGREED),
    Deadline("D12", "10 days after a late arrival", _return_delivered_on_the_last_day, _ended, OPEN, AGREED),
    Deadline("D5", "7 days to appeal", _decided, _ended, OPEN, (Outcome.RESOLVED_BUYER_FAVOUR, 5000)),
    Deadline("D6", "5 days and 11 more", _more_time_granted, _stage, Stage.OPENED, Stage.AWAITING_RETURN),
)
AROUND = [-SECOND, timedelta(0), SECOND]
AROUND_IDS = ["a second before", "at it", "a second after"]


@pytest.mark.parametrize("off", AROUND, ids=AROUND_IDS)
@pytest.mark.parametrize("deadline", DEADLINES, ids=lambda deadline: f"{deadline.rule} {deadline.name}")
def test_a_deadline_passes_at_its_second(deadline: Deadline, off: timedelta) -> None:
    """D9, D12, O7, O8, D3-D6, D8: nothing a second before the deadline, and all of it at the deadline and from then on."""
    world, due = deadline.build()
    expected = deadline.before if off < timedelta(0) else deadline.after
    assert expected == deadline.seen(world.go(due + off).as_of_now())


@pytest.mark.parametrize("deadline", DEADLINES, ids=lambda deadline: f"{deadline.rule} {deadline.name}")
def test_a_deadline_takes_effect_at_its_own_time_however_late_it_is_seen(deadline: Deadline) -> None:
    """D9: what a deadline did is recorded at the deadline, to the second, also when the sweep comes minutes later."""
    world, due = deadline.build()
    world.go(due - SECOND).sweep()
    known = len(world.log)
    world.go(due + timedelta(minutes=7)).sweep()
    swept = world.log[known:]
    assert swept
    assert {due} == {event.at for event in swept}
    assert {Role.CLOCK} == {event.actor.role for event in swept}


@pytest.mark.parametrize("off", AROUND, ids=AROUND_IDS)
@pytest.mark.parametrize("carrier", list(Carrier))
def test_the_carriers_promise_counts_from_shipment(carrier: Carrier, off: timedelta) -> None:
    """O5: with no date of the seller's, non-receipt can be claimed 23, 27 or 39 days after shipment, by carrier."""
    world = World.of(order_terms(deliver_by=None))
    world.wait(2 * DAY).ship(carrier=carrier, number=NUMBERS[carrier])
    due = world.now + days(CARRIER_DAYS[carrier])
    verdict = coverage.decide(world.case, NOT_RECEIVED, due + off)
    if off < timedelta(0):
        assert NotYet(due, "a") == verdict
    else:
        assert isinstance(verdict, Covered)


@pytest.mark.parametrize("off", AROUND, ids=AROUND_IDS)
def test_the_sellers_own_date_comes_before_the_carriers(off: timedelta) -> None:
    """O5, O1: where the seller promised a date, or days from shipment, the carrier's default has no say."""
    by_date = World.of()
    by_days = World.of(order_terms(deliver_by=None, deliver_within_days=29))
    for world in (by_date, by_days):
        world.wait(DAY).ship(carrier=Carrier.CHINA_POST, number=NUMBERS[Carrier.CHINA_POST])
        verdict = coverage.decide(world.case, NOT_RECEIVED, PROMISED + off)
        assert (off >= timedelta(0)) == isinstance(verdict, Covered)


@pytest.mark.parametrize("off", AROUND, ids=AROUND_IDS)
def test_a_delivery_at_the_promised_second_is_late(off: timedelta) -> None:
    """C1, D9: delivered a second before the promise is in time; at it or after it the buyer is covered."""
    world = World.of()
    world.wait(DAY).ship()
    world.go(PROMISED + off).deliver()
    verdict = coverage.decide(world.case, NOT_RECEIVED, PROMISED + DAY)
    assert (off >= timedelta(0)) == isinstance(verdict, Covered)


@pytest.mark.parametrize("off", AROUND, ids=AROUND_IDS)
def test_the_buyer_may_escalate_early_after_three_days(off: timedelta) -> None:
    """D10: before the seller has had 3 days, escalating is too early and says from when; then it is possible."""
    world = disputed()
    opens = world.now + days(3)
    world.go(opens + off)
    if off < timedelta(0):
        refused = world.refused_act(BUYER, c.Escalate())
        assert (TOO_EARLY, opens) == (refused.code, refused.details["opens_at"])
    else:
        world.act(BUYER, c.Escalate())
        assert world.dispute().stage is Stage.UNDER_REVIEW


LAST_WORDS: tuple[tuple[Stage, Actor, c.DisputeCommand, int], ...] = (
    (Stage.OPENED, SELLER, c.Decline(), 5),
    (Stage.NEGOTIATING, BUYER, c.Escalate(), 7),
    (Stage.UNDER_REVIEW, MEDIATOR, c.Decide(OfferType.REFUND, money(1), Finding.SELLER_PROVED_AS_DESCRIBED, "As sold."), 14),
    (Stage.AWAITING_RETURN, BUYER, c.ShipReturn(Carrier.TNT, "900000009"), 10),
    (
        Stage.RETURN_IN_TRANSIT,
        SELLER,
        c.AcknowledgeReturn(AcknowledgementType.DAMAGED, "It is cracked.", came=True),
        30,
    ),
    (Stage.DECIDED, SELLER, c.Appeal(NEWS.type, "The invoice."), 7),
)


@pytest.mark.parametrize("off", AROUND, ids=AROUND_IDS)
@pytest.mark.parametrize(("stage", "actor", "command", "window"), LAST_WORDS, ids=lambda value: str(value).split("(")[0])
def test_the_last_second_is_in_time_and_the_deadline_itself_too_late(
    stage: Stage, actor: Actor, command: c.DisputeCommand, window: int, off: timedelta
) -> None:
    """D9, D10: an action counts until a second before its deadline; from then on it is too late, and told which deadline."""
    world = disputed(stage)
    due = world.dispute().stage_since + days(window)
    world.go(due + off)
    if off < timedelta(0):
        if stage is Stage.UNDER_REVIEW:
            world.act(actor, c.Assign())  # the mediator had left it untouched too long (D4)
        world.act(actor, command)
        assert world.dispute().updated_at == world.now
    else:
        refused = world.refused_act(actor, command)
        assert (TOO_LATE, due) == (refused.code, refused.details["deadline"])


@pytest.mark.parametrize("off", AROUND, ids=AROUND_IDS)
def test_a_dispute_can_be_opened_until_the_second_protection_ends(off: timedelta) -> None:
    """O7, C2: a dispute opened a second before the close stays; at the close the deadline has passed."""
    world = delivered()
    world.go(PAID_AT + days(25) + off)
    if off < timedelta(0):
        assert world.open(DAMAGED) == 1
        assert world.case.order.completed_at is None
    else:
        refused = world.refusal(BUYER, _open)
        assert refused.details["exclusion"] == "deadline_passed"


def _open(changes: Changes) -> None:
    opening.open_dispute(changes, DAMAGED, opening.RequestedRemedy())


@pytest.mark.parametrize("off", AROUND, ids=AROUND_IDS)
def test_a_promise_can_be_extended_only_before_it_passes(off: timedelta) -> None:
    """O8: the seller may extend the promise until a second before it passes, and not at it."""
    world = World.of()
    world.wait(DAY).ship()
    world.go(PROMISED + off)
    later = PROMISED + days(5)
    if off < timedelta(0):
        world.extend_promise(later)
        assert later == world.case.order.promised_by("a", world.case.policy)
    else:
        assert world.refusal(SELLER, lambda changes: orders.extend_promise(changes, later)).code == TOO_LATE


@pytest.mark.parametrize("off", AROUND, ids=AROUND_IDS)
def test_protection_can_be_extended_only_before_it_ends(off: timedelta) -> None:
    """O8: the seller may extend protection until a second before it ends, and not at it."""
    world = delivered()
    closes = PAID_AT + days(25)
    world.go(closes + off)
    later = closes + days(5)
    if off < timedelta(0):
        world.extend_protection(later)
        assert later == world.case.closes_at
    else:
        assert world.refusal(SELLER, lambda changes: orders.extend_protection(changes, later)).code == TOO_LATE


@pytest.mark.parametrize("off", AROUND, ids=AROUND_IDS)
def test_thirty_days_may_be_granted_in_all_and_not_a_second_more(off: timedelta) -> None:
    """D6: over the stages together, 30 days of more time and no second beyond; then the limit is reached."""
    world = disputed()
    first = world.now + days(5 + 12)
    world.act(BUYER, c.GrantTime(first))
    world.act(SELLER, c.Accept("1"))
    last = c.GrantTime(world.now + days(10 + 18) + off)
    if off <= timedelta(0):
        world.act(SELLER, last)
        left = -off
        assert days(30) - left == world.dispute().granted_in_all
    else:
        assert world.refused_act(SELLER, last).code == INVALID
    if not off:
        more = c.GrantTime(world.now + days(10 + 19))
        assert world.refused_act(SELLER, more).code == LIMIT_REACHED


@pytest.mark.parametrize("off", AROUND, ids=AROUND_IDS)
def test_time_is_granted_only_later(off: timedelta) -> None:
    """D6: a second after the present deadline is more time; the deadline itself, or earlier, is refused."""
    world = disputed()
    until = c.GrantTime(world.now + days(5) + off)
    if off > timedelta(0):
        world.act(BUYER, until)
        assert (until.until, SECOND) == (world.dispute().granted_until, world.dispute().granted_in_all)
    else:
        assert world.refused_act(BUYER, until).code == INVALID


@pytest.mark.parametrize("off", AROUND, ids=AROUND_IDS)
@pytest.mark.parametrize("failures", [1, 2, 3, 4])
def test_a_failed_payment_is_tried_again_on_schedule(failures: int, off: timedelta) -> None:
    """M2: a failed instruction is tried again 1, 4, 24 and 72 hours after each failure, under the same id."""
    world = delivered()
    world.go(PAID_AT + days(25)).sweep()
    first = world.case.order.instructions[0].id
    waits = [timedelta(hours=hours) for hours in (1, 4, 24, 72)]
    for wait in waits[: failures - 1]:
        world.pay(1, failure="bank closed")
        world.wait(wait).sweep()
    world.pay(1, failure="bank closed")
    world.wait(waits[failures - 1] + off)
    instruction = world.as_of_now().order.instructions[0]
    again = off >= timedelta(0)
    expected = (InstructionStatus.PENDING, failures + 1) if again else (InstructionStatus.FAILED, failures)
    assert expected == (instruction.status, instruction.attempts)
    assert first == instruction.id


def test_deadlines_are_durations_whatever_the_calendar_does() -> None:
    """D9: a day is 24 hours; no deadline moves for a change to summer time or a leap year."""
    paid = datetime(2028, 2, 20, 23, 30, tzinfo=UTC)
    world = World.of(order_terms(paid_at=paid, deliver_by=paid + days(30)))
    world.wait(DAY).ship()
    world.wait(days(7)).deliver()
    assert paid + timedelta(hours=24 * 23) == world.case.closes_at


def test_deadlines_that_meet_are_kept_in_order() -> None:
    """D9, D4: a request that lapses at the very second the review ends has lapsed when the policy decides."""
    world = disputed(Stage.UNDER_REVIEW)
    escalated_at = world.dispute().escalated_at
    assert escalated_at is not None
    world.act(BUYER, PHOTO)
    world.go(escalated_at + days(11)).act(MEDIATOR, c.Assign())
    world.act(MEDIATOR, c.RequestInformation(Role.BUYER, "Which size?"))
    case = as_of(world.case, world.policies, world.addresses, escalated_at + days(14)).case
    assert _finding(case) == (Finding.NO_ANSWER_FROM_BUYER, 0, OfferType.REFUND_WITH_RETURN)


def test_long_silence_runs_through_every_deadline_in_one_go() -> None:
    """D12, D9: after years with nobody acting, one look finds dispute and order ended, each at its own time."""
    world = disputed()
    opened_at = world.now
    world.wait(days(2000)).sweep()
    ends = [event for event in world.log if isinstance(event.payload, DisputeResolved)]
    assert [opened_at + days(5 + 10)] == [event.at for event in ends]
    assert [event.payload.basis for event in ends if isinstance(event.payload, DisputeResolved)] == [None]
    assert world.case.order.completed_at == PAID_AT + days(26)
    assert not world.case.open_disputes
