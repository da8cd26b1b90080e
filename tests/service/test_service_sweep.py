"""The sweep: every shard, nothing early, nothing held up (D9, D12)."""

from __future__ import annotations

import logging

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain.guarantees import OfferType, Reason
from chalicelib.domain.people import Role
from chalicelib.service import disputes, orders
from chalicelib.service import sweep as module
from chalicelib.service.sweep import Swept, sweep_shard
from chalicelib.store.keys import shard_of
from chalicelib.store.lists import Due
from tests.domain.worlds import BUYER, DAY, MEDIATOR, PLATFORM, SECOND, SELLER, claim_of, money, order_terms
from tests.service.office import DISPUTE, ORDER, SHARDS, Office, cancelled

ORDERS = 30
AT_THE_CLOSE = 2
"""The events of an order that nobody shipped, at its close: refunded, completed (O7)."""
SILENT = 3
"""The events of a payment of which nothing is heard: published again after 24 and 48 hours, overdue after 72 (M2)."""


def many(office: Office, shard: int = 0) -> list[str]:
    """Import orders of one shard, each due a second after the one before."""
    ids = [order_id for n in range(ORDERS * SHARDS * 2) if shard_of(order_id := f"order-{n}", SHARDS) == shard][:ORDERS]
    for n, order_id in enumerate(ids):
        terms = order_terms(order_id=order_id, deliver_by=office.watch.at + 30 * DAY + n * SECOND)
        orders.import_order(office.services, PLATFORM, terms)
    return ids


def completed(office: Office, ids: list[str]) -> list[str]:
    """Return the orders that are completed in the table."""
    cases = {order_id: office.services.cases.load(order_id) for order_id in ids}
    return [order_id for order_id, case in cases.items() if case and case.order.completed_at]


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make pages hold seven orders, so that thirty take several."""
    monkeypatch.setattr(module, "PAGE", 7)


def test_a_sweep_does_all_that_is_due_and_nothing_else() -> None:
    """D9: of thirty orders the ten that are due are completed, at their due times."""
    office = Office()
    ids = many(office)
    office.wait(45 * DAY + 9 * SECOND)
    assert Swept(10, 10 * AT_THE_CLOSE, 0, unfinished=False) == sweep_shard(office.services, 0)
    assert ids[:10] == completed(office, ids)


def test_nothing_is_swept_early() -> None:
    """D9: a second before the first deadline a sweep finds nothing; at the deadline it finds one order."""
    office = Office()
    ids = many(office)
    office.wait(45 * DAY - SECOND)
    assert Swept(0, 0, 0, unfinished=False) == sweep_shard(office.services, 0)
    office.wait(SECOND)
    assert Swept(1, AT_THE_CLOSE, 0, unfinished=False) == sweep_shard(office.services, 0)
    assert ids[:1] == completed(office, ids)


def test_a_second_sweep_finds_nothing() -> None:
    """I3: sweeping again changes nothing."""
    office = Office()
    many(office)
    sweep_shard(office.wait(60 * DAY).services, 0)
    before = office.table.snapshot()
    assert Swept(0, 0, 0, unfinished=False) == sweep_shard(office.services, 0)
    assert before == office.table.snapshot()


def test_each_shard_is_its_own() -> None:
    """A sweep of one shard leaves the others alone; together the sweeps do everything."""
    office = Office()
    ids = {shard: many(office, shard) for shard in range(SHARDS)}
    office.wait(60 * DAY)
    for shard in range(SHARDS):
        assert completed(office, ids[shard]) == []
        assert sweep_shard(office.services, shard).orders == ORDERS
        assert ids[shard] == completed(office, ids[shard])


def test_a_poison_order_holds_up_no_other(caplog: pytest.LogCaptureFixture) -> None:
    """D12: an order that fails is logged by its id and skipped; it stays due, and the next sweep tries it again."""
    office = Office()
    ids = many(office)
    office.wait(60 * DAY)
    good = office.services.cases.load

    def load(order_id: str, *_: int) -> object:
        if order_id == ids[3]:
            raise ValueError(order_id)
        return good(order_id)

    office.services.cases.load = load  # type: ignore[method-assign, assignment]
    with caplog.at_level(logging.ERROR):
        swept = sweep_shard(office.services, 0)
    each = AT_THE_CLOSE + SILENT
    assert Swept(ORDERS - 1, (ORDERS - 1) * each, 1, unfinished=False) == swept
    assert [ids[3]] == [getattr(record, "order_id", None) for record in caplog.records]
    office.services.cases.load = good  # type: ignore[method-assign]
    assert Swept(1, each, 0, unfinished=False) == sweep_shard(office.services, 0)


def test_time_running_out_is_told() -> None:
    """A sweep that must stop says that orders are left, and the next one continues there."""
    office = Office()
    ids = many(office)
    office.wait(60 * DAY)
    left = iter([True] * 12)
    swept = sweep_shard(office.services, 0, lambda: next(left, False))
    each = AT_THE_CLOSE + SILENT
    assert Swept(12, 12 * each, 0, unfinished=True) == swept
    assert ids[:12] == completed(office, ids)
    assert Swept(18, 18 * each, 0, unfinished=False) == sweep_shard(office.services, 0)


def test_a_sweep_that_loses_a_race_does_no_harm() -> None:
    """D9: a command on the case has applied what had expired, so the sweep changes nothing."""
    office = Office().delivered().wait(60 * DAY)
    office.table.fail(cancelled("ConditionalCheckFailed"))
    shard = shard_of(ORDER, SHARDS)
    assert Swept(1, 0, 0, unfinished=False) == sweep_shard(office.services, shard)
    completed_and_silent = 1 + SILENT
    assert Swept(1, completed_and_silent, 0, unfinished=False) == sweep_shard(office.services, shard)


def test_a_stale_index_entry_does_no_harm() -> None:
    """Indexes lag: an order named as due that is not, or is not there, is read and not changed."""
    office = Office().delivered()
    before = office.table.snapshot()
    stale = [Due(ORDER, office.watch.at), Due("order-9", office.watch.at)]
    office.services.lists.due = lambda *_: (stale, None)  # type: ignore[method-assign]
    assert Swept(2, 0, 0, unfinished=False) == sweep_shard(office.services, 0)
    assert before == office.table.snapshot()


def test_many_deadlines_of_one_case_are_one_transaction() -> None:
    """I11, D9: deadlines that expired one after the other are applied in order and written at once."""
    office = Office().disputed().wait(400 * DAY)
    before = office.table.transactions
    swept = sweep_shard(office.services, shard_of(ORDER, SHARDS))
    assert (1, 1) == (swept.orders, office.table.transactions - before)
    assert disputes.get_dispute(office.services, DISPUTE, BUYER)["status"] == "resolved"
    assert swept.events > 1


def long_silent() -> Office:
    """Return an order about which more has expired than one transaction holds.

    It has five reviews with ten unanswered questions each, and twenty failed payments.
    """
    lines = order_terms(*[(1, 9000)] * 25).lines
    office = Office().delivered(lines=lines)
    for number, line in enumerate(lines, 1):
        dispute_id = f"{ORDER}-d{number}"
        office.open(claim_of(Reason.NOT_AS_DESCRIBED, (line.id, 1)))
        if number <= 20:
            office.act(BUYER, c.Propose(OfferType.REFUND, money(100)), dispute_id=dispute_id)
            office.act(SELLER, c.Accept("2"), dispute_id=dispute_id)
            office.pay(f"{ORDER}-p{number}", failure="closed")
            continue
        office.act(SELLER, c.Decline(), dispute_id=dispute_id)
        office.act(BUYER, c.Escalate(), dispute_id=dispute_id)
        office.act(MEDIATOR, c.Assign(), dispute_id=dispute_id)
        for _ in range(10):
            office.act(MEDIATOR, c.RequestInformation(Role.SELLER, "How so?"), dispute_id=dispute_id)
    return office.wait(400 * DAY)


def test_the_longest_silence_is_swept_in_parts() -> None:
    """D12, I8: however much has expired in one case, sweeps bring it to the end that readers saw before."""
    office = long_silent()
    shown = orders.get_order(office.services, ORDER, BUYER)
    swept = [sweep_shard(office.services, shard_of(ORDER, SHARDS)) for _ in range(5)]
    assert [0] * 5 == [it.failed for it in swept]
    assert swept[-1].orders == 0
    assert shown == orders.get_order(office.services, ORDER, BUYER)
    assert completed(office, [ORDER]) == [ORDER]


def test_a_command_after_the_longest_silence_is_answered() -> None:
    """I10, D9: a command on such a case first writes what has expired, in as many transactions as it takes."""
    office = long_silent()
    answer = office.pay(f"{ORDER}-p1")
    assert answer.status == 200
    assert office.services.cases.log(ORDER, 0)[-1].payload.type == "payment_settled"
