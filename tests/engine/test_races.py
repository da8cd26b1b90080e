"""If two people act on one dispute at one moment, one wins and the other is told why (I1, I2, I4, D1, D9)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain.dispute import Stage
from chalicelib.domain.evidence import EvidenceType
from chalicelib.domain.guarantees import OfferType, Reason
from chalicelib.service import disputes, orders
from chalicelib.service.sweep import sweep_shard
from chalicelib.store.keys import shard_of
from tests.domain.worlds import (
    BUYER,
    DAY,
    DECIDED_FOR_BUYER,
    HOUR,
    MEDIATOR,
    OTHER_MEDIATOR,
    PLATFORM,
    PROMISED,
    SECOND,
    SELLER,
    claim_of,
    money,
    order_terms,
)
from tests.engine.floor import SHARDS, Floor, request, show
from tests.randomness import tries
from tests.service.office import Office, event, once

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.domain.case import Case
    from chalicelib.domain.people import Actor
    from chalicelib.service.services import Services

ROUNDS = tries(10)
A_SMALL_REFUND = c.Propose(OfferType.REFUND, money(1000))


def act(actor: Actor, command: c.DisputeCommand, number: int = 1) -> Callable[[Services, str], Any]:
    """Return the act of an action in the order's nth dispute."""

    def take(services: Services, order_id: str) -> str:
        key = f"{order_id}/{actor.id}/{type(command).__name__}/{number}"
        disputes.act(services, f"{order_id}-d{number}", request(actor, key), command)
        return "done"

    return take


def sweep(services: Services, order_id: str) -> str:
    """Sweep the order's shard, and return the number of events that it wrote."""
    swept = sweep_shard(services, shard_of(order_id, SHARDS))
    assert swept.failed == 0
    return f"swept {swept.events}" if swept.events else "nothing to sweep"


def delivered(services: Services, order_id: str) -> str:
    """Report as the platform that the parcel came three weeks ago."""
    number = f"{int(order_id.removeprefix('race-')):09d}"
    told = event(PROMISED - 9 * DAY, number)
    answer = orders.record_carrier_events(services, PLATFORM, once(PLATFORM, order_id), (told,))
    return "recorded" if '"recorded"' in answer.body else answer.body


def negotiating() -> Office:
    """Return a dispute in which the buyer is to answer the seller's proposal 2 of 10.00."""
    office = Office().disputed().wait(HOUR)
    office.act(SELLER, A_SMALL_REFUND)
    return office.wait(HOUR)


def under_review(*, taken: bool = True) -> Office:
    """Return a dispute under review, taken by a mediator or not."""
    office = negotiating()
    office.act(BUYER, c.Escalate())
    if taken:
        office.act(MEDIATOR, c.Assign())
    return office.wait(HOUR)


def two_disputes() -> Office:
    """Return an order of two items, each with a dispute of its own."""
    office = Office().delivered(lines=order_terms((1, 9000), (1, 5000)).lines).wait(DAY)
    for line_id in ("a", "b"):
        office.open(claim_of(Reason.NOT_AS_DESCRIBED, (line_id, 1)))
    return office.wait(HOUR)


def not_received() -> Office:
    """Return a dispute about a parcel that did not come in time, which the seller has declined."""
    office = Office().bought().wait(DAY)
    office.ship()
    office.wait(30 * DAY).open(claim_of(Reason.NOT_RECEIVED))
    office.wait(HOUR).act(SELLER, c.Decline())
    return office.wait(HOUR)


@dataclass(frozen=True)
class Race:
    """Two acts on a case, each at a time counted from the case's, with their allowed outcomes and final states."""

    prepare: Callable[[], Office]
    one: Callable[[Services, str], Any]
    other: Callable[[Services, str], Any]
    outcomes: frozenset[tuple[str, str]]
    ends: Callable[[tuple[str, str], Case], bool]
    clocks: tuple[Callable[[datetime], datetime], Callable[[datetime], datetime]] = (lambda at: at, lambda at: at)


def _on(order_id: str, it: Callable[[Services, str], Any]) -> Callable[[Services], Any]:
    return lambda services: it(services, order_id)


def _stage(case: Case) -> Stage:
    return case.dispute(1).stage


def _refunded(case: Case) -> int:
    return case.order.escrow.refunded.minor


RACES = {
    "accept_and_counter_propose": Race(
        negotiating,
        act(BUYER, c.Accept("2")),
        act(SELLER, c.Propose(OfferType.REFUND, money(2000))),
        frozenset({("done", "wrong_state"), ("stale_proposal", "done")}),
        lambda told, case: (
            (_stage(case), _refunded(case)) == ((Stage.RESOLVED, 1000) if told[0] == "done" else (Stage.NEGOTIATING, 0))
        ),
    ),
    "accept_and_withdraw": Race(
        negotiating,
        act(BUYER, c.Accept("2")),
        act(BUYER, c.Withdraw()),
        frozenset({("done", "wrong_state"), ("wrong_state", "done")}),
        lambda told, case: _refunded(case) == (1000 if told[0] == "done" else 0),
    ),
    "withdraw_and_decide": Race(
        under_review,
        act(BUYER, c.Withdraw()),
        act(MEDIATOR, DECIDED_FOR_BUYER),
        frozenset({("done", "wrong_state"), ("wrong_state", "done")}),
        lambda told, case: _stage(case) is (Stage.RESOLVED if told[0] == "done" else Stage.DECIDED),
    ),
    "two_mediators": Race(
        partial(under_review, taken=False),
        act(MEDIATOR, c.Assign()),
        act(OTHER_MEDIATOR, c.Assign()),
        frozenset({("done", "wrong_state"), ("wrong_state", "done")}),
        lambda told, case: case.dispute(1).mediator == (MEDIATOR if told[0] == "done" else OTHER_MEDIATOR).id,
    ),
    "answer_and_expiry": Race(
        lambda: Office().disputed(),
        act(SELLER, A_SMALL_REFUND),
        sweep,
        frozenset({("done", "nothing to sweep"), ("too_late", "swept 1")}),
        lambda told, case: _stage(case) is (Stage.NEGOTIATING if told[0] == "done" else Stage.AWAITING_RETURN),
        (lambda at: at + 5 * DAY - SECOND, lambda at: at + 5 * DAY),
    ),
    "two_sweeps": Race(
        lambda: Office().disputed().wait(400 * DAY),
        sweep,
        sweep,
        # a payment of which nothing is heard is published again as well (M2)
        frozenset({("nothing to sweep", "swept 6"), ("swept 6", "nothing to sweep")}),
        lambda _, case: case.order.completed_at is not None and case.order.escrow.held.minor == 0,
    ),
    "two_disputes_of_one_order": Race(
        two_disputes,
        act(SELLER, A_SMALL_REFUND, 1),
        act(BUYER, c.AddEvidence(EvidenceType.PHOTO, "The crack."), 2),
        frozenset({("done", "done")}),
        lambda _, case: (len(case.dispute(1).proposals), len(case.dispute(2).evidence)) == (2, 1),
    ),
    "two_ends_in_one_order": Race(
        two_disputes,
        act(BUYER, c.Withdraw(), 1),
        act(SELLER, c.Accept("1"), 2),
        frozenset({("done", "done")}),
        lambda _, case: (_stage(case), case.dispute(2).stage) == (Stage.RESOLVED, Stage.AWAITING_RETURN),
    ),
    "delivery_and_escalation": Race(
        not_received,
        delivered,
        act(BUYER, c.Escalate()),
        frozenset({("recorded", "done"), ("recorded", "wrong_state")}),
        lambda told, case: (
            (case.dispute(1).escalated_at is not None) == (told[1] == "done") and case.dispute(1).delivery_notice is not None
        ),
    ),
}


@pytest.mark.parametrize("name", RACES)
def test_one_of_two_wins(floor: Floor, name: str) -> None:
    """One of the two acts is carried out, the other is told why not or was in time as well, and the ledger adds up."""
    race = RACES[name]
    office = race.prepare()
    seen: Counter[str] = Counter()
    for n in range(ROUNDS):
        order_id = floor.lay(office)
        ats = [clock(office.watch.at) for clock in race.clocks]
        acts = [(at, _on(order_id, it)) for at, it in zip(ats, (race.one, race.other), strict=True)]
        told = floor.race(acts if n % 4 < 2 else acts[::-1], meet=n % 2 == 0)
        one, other = told if n % 4 < 2 else told[::-1]
        case = floor.audit(order_id)
        assert (one, other) in race.outcomes
        assert race.ends((one, other), case), (one, other, case)
        seen[f"({one}, {other})"] += 1
        floor.clear(order_id)
    show(name, ROUNDS, seen)
