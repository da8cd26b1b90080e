"""Every read shows the case as it is now, swept or not, and writes nothing (D9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.dispute import Status
from chalicelib.service import disputes, orders
from chalicelib.service.dispute_lists import Wanted, list_disputes
from chalicelib.service.sweep import sweep_shard
from tests.domain.worlds import BUYER, DAY, HOUR, ITEM_RECEIVED, MEDIATOR, SELLER
from tests.service.office import DISPUTE, ORDER, SHARDS, Office, read

if TYPE_CHECKING:
    from collections.abc import Callable

READS: dict[str, Callable[[Office], Any]] = {
    "order": lambda office: orders.get_order(office.services, ORDER, BUYER),
    "protection": lambda office: orders.get_protection(office.services, ORDER, BUYER),
    "ledger": lambda office: orders.get_ledger(office.services, ORDER, BUYER),
    "order timeline": lambda office: orders.get_timeline(office.services, ORDER, BUYER),
    "dispute": lambda office: disputes.get_dispute(office.services, DISPUTE, SELLER),
    "timeline": lambda office: disputes.get_timeline(office.services, DISPUTE, SELLER),
    "orders": lambda office: orders.list_orders(office.services, BUYER, None, 10, None),
    "disputes": lambda office: list_disputes(office.services, BUYER, Wanted(), 10, None),
    "disputes by status": lambda office: [
        list_disputes(office.services, SELLER, Wanted(status=status), 10, None)["items"] for status in Status
    ],
}


def silent() -> Office:
    """Return a dispute that nobody has answered."""
    return Office().disputed()


def declined() -> Office:
    """Return a dispute in negotiation."""
    office = Office().disputed()
    office.act(SELLER, c.Decline())
    return office


def reviewed() -> Office:
    """Return a dispute whose mediator has asked both sides."""
    office = declined()
    office.act(BUYER, c.Escalate())
    office.act(MEDIATOR, c.Assign())
    return office


def returning() -> Office:
    """Return a dispute whose return is on its way."""
    office = Office().disputed()
    office.act(SELLER, c.Accept("1"))
    office.act(BUYER, c.ShipReturn(Carrier.TNT, "900000001"))
    return office


HISTORIES = {"silent": silent, "declined": declined, "reviewed": reviewed, "returning": returning}


def swept(office: Office) -> Office:
    """Sweep every shard, and return the office."""
    for shard in range(SHARDS):
        sweep_shard(office.services, shard)
    return office


@pytest.mark.parametrize("days", [2, 5, 7, 14, 28, 40, 200])
@pytest.mark.parametrize("history", HISTORIES)
@pytest.mark.parametrize("name", READS)
def test_a_read_is_the_same_before_and_after_the_sweep(name: str, history: str, days: int) -> None:
    """D9: state, ledger and timelines read the same before and after a sweep, at any time."""
    office = HISTORIES[history]().wait(days * DAY)
    before = READS[name](office)
    assert before == READS[name](swept(office))


@pytest.mark.parametrize("name", READS)
def test_a_read_writes_nothing(name: str) -> None:
    """D9: reads apply what has expired, and do not change the table."""
    office = silent().wait(200 * DAY)
    before = office.table.snapshot()
    READS[name](office)
    assert before == office.table.snapshot()


@pytest.mark.parametrize("history", HISTORIES)
def test_the_outcome_does_not_depend_on_when_sweeps_run(history: str) -> None:
    """I3: daily sweeps and a single sweep at the end give the same state, timelines and money."""
    daily, late = HISTORIES[history](), HISTORIES[history]()
    for _ in range(100):
        swept(daily.wait(DAY))
    swept(late.wait(100 * DAY))
    assert daily.table.snapshot() == late.table.snapshot()


def test_a_ledger_adds_up_with_what_has_expired() -> None:
    """O3: the entries in an answer add up to the balance in it."""
    office = silent()
    office.act(SELLER, c.Accept("1"))
    office.wait(200 * DAY)
    ledger = READS["ledger"](office)
    moved = {entry["movement"]: entry["amount"]["minor"] for entry in ledger["entries"]}
    balance = {name: amount["minor"] for name, amount in ledger["balance"].items()}
    assert balance == {"paid": moved["hold"], "held": 0, "refunded": moved.get("refund", 0), "released": moved["release"]}
    assert [it["entry"] for it in ledger["payment_instructions"]] == [2]


def test_a_ledger_read_while_money_moves_still_adds_up() -> None:
    """O3: entries booked between the two reads of one request are left for the next request."""
    office = returning()
    cases = office.services.cases
    plain = cases.ledger

    def meanwhile(order_id: str) -> Any:  # noqa: ANN401 - as the method it stands for
        cases.ledger = plain  # type: ignore[method-assign]
        office.act(SELLER, ITEM_RECEIVED)
        return plain(order_id)

    cases.ledger = meanwhile  # type: ignore[method-assign]
    ledger = READS["ledger"](office)
    entries = {entry["movement"]: entry["amount"]["minor"] for entry in ledger["entries"]}
    assert ledger["balance"]["held"]["minor"] == entries["hold"] - entries.get("refund", 0)


def test_a_timeline_counts_without_gaps() -> None:
    """D11, I4: stored or just expired, the events of a timeline are numbered from 1 on."""
    office = silent().wait(200 * DAY)
    for name in ("timeline", "order timeline"):
        events = READS[name](office)["events"]
        assert list(range(1, len(events) + 1)) == [event["seq"] for event in events]


def test_a_command_first_applies_what_has_expired() -> None:
    """D9: after 5 silent days the return is granted; the buyer can ship though no sweep has run, and both are kept."""
    office = silent().wait(5 * DAY + HOUR)
    answer = office.act(BUYER, c.ShipReturn(Carrier.TNT, "900000001"))
    assert read(answer)["stage"] == "return_in_transit"
    kinds = [event["type"] for event in disputes.get_timeline(office.services, DISPUTE, BUYER)["events"]]
    assert kinds == ["dispute_opened", "return_granted", "return_shipped"]


def test_what_expired_is_dated_when_it_was_due() -> None:
    """D9: a deadline's effect bears its due time, not the time of the read."""
    office = silent()
    due = disputes.get_dispute(office.services, DISPUTE, BUYER)["deadline"]
    office.wait(9 * DAY)
    assert disputes.get_timeline(office.services, DISPUTE, BUYER)["events"][-1]["at"] == due
