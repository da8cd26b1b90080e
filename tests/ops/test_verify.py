"""The check of the table: random histories have no fault, and each kind of fault that is planted is found by its code."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib import bootstrap, jobs
from chalicelib.domain.people import Role
from chalicelib.domain.policy import published
from chalicelib.domain.webhooks import Delivery, Health
from chalicelib.service import erasure
from chalicelib.service.verification.findings import Fault, Finding
from chalicelib.service.verification.run import Verification
from chalicelib.store.audit import AuditEntry, AuditLog
from chalicelib.store.message_queue import MessageQueue, QueuedMessage
from chalicelib.store.progress import ProgressKept
from chalicelib.store.scanning import Scanning
from chalicelib.store.webhooks import Webhooks
from ops.cli import main
from tests.domain.worlds import BUYER, DAY, MEDIATOR, PLATFORM
from tests.emf import listening
from tests.operations.ringing import measured_for, rings
from tests.ops.shop import Shop, played
from tests.service.office import NAME, ORDER, SHARDS
from tests.store.test_store_codec import histories

if TYPE_CHECKING:
    from localcloud.memory.table import MemoryTable

Item = dict[str, Any]
PK = f"ORDER#{ORDER}"


def of_table(table: MemoryTable, shards: int = SHARDS) -> Verification:
    """Return the check of a table in memory."""
    return Verification(Scanning(lambda: table, table.name), published(), shards)


def settled(shop: Shop) -> None:
    """Play the dispute to its end, so that something is refunded, and let one payment settle."""
    played(shop)
    shop.office.wait(40 * DAY)
    assert shop.office.services.cases.load(ORDER)
    jobs_sweep(shop)
    case = shop.office.services.cases.load(ORDER)
    assert case
    shop.office.pay(case.order.instructions[0].id)
    MessageQueue(lambda: shop.office.table, NAME, SHARDS).put(
        QueuedMessage(f"{ORDER}#0#1", "buyer:ana", "news", "t", f"{ORDER}#0#1", "email"), shop.office.watch.at
    )
    now = shop.office.watch.at
    webhooks = Webhooks(lambda: shop.office.table, NAME, SHARDS)
    webhooks.save_delivery(Delivery("d-1", "e-1", "dispute_opened", "{}", "{}", now, now), now)
    AuditLog(lambda: shop.office.table, NAME).add(
        AuditEntry("a-1", datetime(2026, 3, 1, tzinfo=UTC), MEDIATOR, "get_dispute", order_id=ORDER)
    )
    webhooks.save_health("e-1", Health(version=1))
    shop.office.bought(order_id="order-2", buyer_id="ben")
    erasure.ask(shop.office.services, Role.BUYER, BUYER.id, PLATFORM)


def jobs_sweep(shop: Shop) -> None:
    """Write down every deadline that has passed."""
    from chalicelib.service.sweep import sweep_shard  # noqa: PLC0415 - as the sweep's own function does

    for shard in range(SHARDS):
        sweep_shard(shop.office.services, shard)


@pytest.mark.parametrize("number", range(0, 121, 5))
def test_a_random_history_has_no_fault(number: int) -> None:
    """I1-I4, D9, O4: the check says nothing of what the product itself has written, whatever happened."""
    world = histories()[number]
    table: MemoryTable = world.cases._client()  # noqa: SLF001 - the table of the world
    run = of_table(table, world.cases.shards).run()
    assert ([], len(table), None) == (run.findings, run.items, run.after)


def test_a_whole_case_has_no_fault(shop: Shop) -> None:
    """The same with threads, notes, uploads, profiles, queues and locks, also after the buyer was forgotten (P2)."""
    settled(shop)
    table = shop.office.table
    assert [] == of_table(table).run().findings
    case = shop.office.services.cases.load(ORDER)
    assert case
    for it in case.order.instructions[1:]:
        shop.office.pay(it.id)
    erasure.go_on(shop.office.services, shop.office.storage)
    after = shop.office.services.cases.load(ORDER)
    assert after
    assert (Role.BUYER,) == after.order.erased
    assert [] == of_table(table).run().findings


Change = Callable[[Item], Item | None]


def text(name: str, old: str, new: str) -> Change:
    """Replace a part of one attribute's text."""

    def change(item: Item) -> Item:
        value = item[name]["S"]
        assert old in value, (old, value)
        return item | {name: {"S": value.replace(old, new, 1)}}

    return change


def data(change: Callable[[Any], object]) -> Change:
    """Change the JSON of an item."""

    def changed(item: Item) -> Item:
        value = json.loads(item["data"]["S"])
        change(value)
        return item | {"data": {"S": json.dumps(value)}}

    return changed


def without(name: str) -> Change:
    """Take an attribute away."""
    return lambda item: {known: value for known, value in item.items() if known != name}


def gone(_: Item) -> None:
    """Delete the item."""


@dataclass(frozen=True)
class Planted:
    """A fault: which item is changed and how, and the codes by which it is found."""

    key: tuple[str, str]
    change: Change
    codes: set[Fault]


F = Fault
PLANTED = {
    "a balance that is not what was paid": Planted(
        (PK, "#ORDER"), data(lambda it: it["escrow"]["refunded"].update(minor=1)), {F.ESCROW_EQUATION}
    ),
    "a balance of another amount": Planted(
        (PK, "#ORDER"),
        data(lambda it: [it["escrow"][name].update(minor=0) for name in ("paid", "held", "refunded", "released")]),
        {F.PRICE_NOT_PAID, F.BALANCE_DIFFERS, F.LOG_DIFFERS},
    ),
    "a ledger entry that is gone": Planted((PK, "LEDGER#000001"), gone, {F.LEDGER_GAP, F.LEDGER_DIFFERS, F.BALANCE_DIFFERS}),
    "a ledger entry of another amount": Planted(
        (PK, "LEDGER#000002"),
        data(lambda it: it["amount"].update(minor=it["amount"]["minor"] - 1)),
        {F.LEDGER_DIFFERS, F.BALANCE_DIFFERS, F.INSTRUCTION_WITHOUT_ENTRY},
    ),
    "an instruction that is gone": Planted(
        (PK, "#ORDER"),
        data(lambda it: it["instructions"].clear()),
        {F.INSTRUCTION_MISSING, F.LOG_DIFFERS, F.PAYMENT_DIFFERS},
    ),
    "an instruction that is there twice": Planted(
        (PK, "#ORDER"),
        data(lambda it: it["instructions"].append(it["instructions"][0])),
        {F.INSTRUCTION_TWICE, F.LOG_DIFFERS, F.PAYMENT_DIFFERS},
    ),
    "a payment that is listed in another state": Planted(
        (PK, "PAYMENT#0001"), data(lambda it: it.update(status="pending")), {F.PAYMENT_DIFFERS}
    ),
    "a payment in the wrong list": Planted((PK, "PAYMENT#0001"), text("work_pk", "settled", "failed"), {F.INDEX_DIFFERS}),
    "a payment that is not listed": Planted((PK, "PAYMENT#0001"), gone, {F.PAYMENT_DIFFERS}),
    "an event that is gone": Planted((PK, "EVENT#0001#000002"), gone, {F.EVENT_GAP}),
    "an event that says something else": Planted(
        (PK, "EVENT#0001#000002"), data(lambda it: it["evidence"].update(note="Another")), {F.LOG_DIFFERS}
    ),
    "an event before its time": Planted(
        (PK, "EVENT#0001#000009"), text("at", "2026", "2025"), {F.TIME_BACKWARDS, F.LOG_DIFFERS}
    ),
    "a state that no event has brought about": Planted(
        (PK, "CLOSED#0001"), data(lambda it: it.update(mediator="max")), {F.LOG_DIFFERS, F.INDEX_DIFFERS}
    ),
    "an outline that is not of its dispute": Planted(
        (PK, "#DISPUTE#0001"), data(lambda it: it.update(mediator="max")), {F.LOG_DIFFERS}
    ),
    "a closed dispute whose words are gone": Planted((PK, "CLOSED#0001"), gone, {F.LOG_DIFFERS}),
    "a lock that has lost count": Planted((PK, "#ORDER"), lambda it: it | {"v": {"N": "1"}}, {F.VERSION_DIFFERS}),
    "an order in another buyer's list": Planted((PK, "#ORDER"), text("buyer_pk", "ana", "ben"), {F.INDEX_DIFFERS}),
    "a dispute that its mediators do not see": Planted((PK, "#DISPUTE#0001"), without("work_pk"), {F.INDEX_DIFFERS}),
    "a deadline that no sweep finds": Planted(("ORDER#order-2", "#ORDER"), without("due_pk"), {F.DEADLINE_DIFFERS}),
    "a deadline at another time": Planted(("ORDER#order-2", "#ORDER"), text("due_sk", "2026", "2036"), {F.DEADLINE_DIFFERS}),
    "a message in a shard that is not its": Planted(
        ("OUT#buyer:ana", f"{ORDER}#0#1#email"), lambda it: it | {"due_pk": {"S": "SEND#99"}}, {F.DEADLINE_DIFFERS}
    ),
    "a webhook in a shard that is not its": Planted(
        ("WEBHOOK#e-1", "DELIVERY#d-1"), lambda it: it | {"due_pk": {"S": "WEBHOOK#99"}}, {F.DEADLINE_DIFFERS}
    ),
    "a webhook that is not listed": Planted(("WEBHOOK#e-1", "DELIVERY#d-1"), without("work_sk"), {F.INDEX_DIFFERS}),
    "a webhook that is kept for ever": Planted(("WEBHOOK#e-1", "DELIVERY#d-1"), without("expires_at"), {F.NEVER_EXPIRES}),
    "an entry of the audit that its order does not list": Planted(
        ("AUDIT#mediator", "2026-03-01T00:00:00Z#a-1"), without("case_sk"), {F.INDEX_DIFFERS}
    ),
    "a lock of a parcel that is gone": Planted(("TRACK#tnt#000000001", "LOCK"), gone, {F.LOCK_MISSING}),
    "a lock of a parcel for another order": Planted(
        ("TRACK#tnt#000000001", "LOCK"), text("data", ORDER, "order-9"), {F.LOCK_MISSING, F.LOCK_STALE}
    ),
    "an order that is gone": Planted((PK, "#ORDER"), gone, {F.NO_ORDER, F.LOCK_STALE}),
    "a message of the thread that is gone": Planted((PK, "MESSAGE#00000001"), gone, {F.THREAD_GAP}),
    "a note that is gone": Planted(
        (PK, "NOTE#0001#0001"),
        lambda it: it | {"data": {"S": it["data"]["S"].replace('"number":1', '"number":2')}},
        {F.THREAD_GAP},
    ),
    "an erasure that nobody goes on with": Planted(("BUYER#ana", "ERASURE"), without("work_sk"), {F.INDEX_DIFFERS}),
    "an item of a newer release": Planted(
        (PK, "LEDGER#000001"), lambda it: it | {"schema_version": {"N": "9"}}, {F.NEWER_SCHEMA}
    ),
    "a profile that is damaged": Planted(("SELLER#acme", "PROFILE"), lambda it: it | {"data": {"S": "{"}}, {F.UNREADABLE}),
    "an item that no release has written": Planted((PK, "#ORDER"), lambda it: it | {"pk": {"S": "ODD#1"}}, {F.UNKNOWN_ITEM}),
    "an answer that is kept for ever": Planted(("IDEMPOTENCY#", "ANSWER"), without("expires_at"), {F.NEVER_EXPIRES}),
}


def plant(table: MemoryTable, it: Planted) -> None:
    """Change the item, as neither the product nor any of its releases would."""
    stored = next(item for item in table.snapshot() if item["pk"]["S"].startswith(it.key[0]) and item["sk"]["S"] == it.key[1])
    changed = it.change(stored)
    if changed is None:
        table.delete_item(TableName=NAME, Key={name: stored[name] for name in ("pk", "sk")})
    else:
        table.put_item(TableName=NAME, Item=changed)


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found_by_its_code(shop: Shop, fault: str) -> None:
    """Each contradiction is found, named by its codes and no others, at a key of what is concerned."""
    settled(shop)
    it = PLANTED[fault]
    plant(shop.office.table, it)
    found = of_table(shop.office.table).run().findings
    assert it.codes == {finding.code for finding in found}
    assert all(finding.words for finding in found)


def test_every_code_has_a_fault_that_shows_it_and_a_line_in_the_docs() -> None:
    """No code is there that nothing can bring about, and the operations page explains each."""
    from localcloud.layout import ROOT  # noqa: PLC0415 - only here

    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8").partition("## Faults of the table")[2]
    assert set(Fault) == {code for it in PLANTED.values() for code in it.codes}
    assert [] == [code.value for code in Fault if f"`{code.value}`" not in page]


def test_words_of_people_are_in_no_finding(shop: Shop) -> None:
    """P1: a finding names fields, ids and numbers; what people wrote stays in the table, and so do tracking numbers in logs."""
    settled(shop)
    for name in ("an event that says something else", "a lock of a parcel for another order", "a payment in the wrong list"):
        plant(shop.office.table, PLANTED[name])
    found = of_table(shop.office.table).run().findings
    assert len(found) > 3
    assert [] == [it for it in found if "000000001" in it.words or "Another" in it.words]
    assert "TRACK" == Finding(Fault.LOCK_STALE, "TRACK#tnt#000000001 LOCK", "").loggable_key


def test_a_run_that_is_stopped_goes_on_where_it_was(shop: Shop) -> None:
    """However often it is stopped, every item is looked at, and each fault is found once."""
    settled(shop)
    table = shop.office.table
    table.page_bytes = 1500
    plant(table, PLANTED["a profile that is damaged"])
    plant(table, PLANTED["a lock that has lost count"])
    whole = of_table(table).run()
    runs, after = [], None
    while True:
        run = of_table(table).run(after, lambda: False)
        runs.append(run)
        if run.after is None:
            break
        assert after != run.after
        after = run.after
    assert len(runs) > 5
    assert len(table) == sum(run.items for run in runs) == whole.items
    assert sorted(whole.findings) == sorted(finding for run in runs for finding in run.findings)
    assert 2 == len(whole.findings)


def test_what_changes_while_it_is_looked_at_is_no_fault(shop: Shop) -> None:
    """A page of a scan is not a picture of one moment: what looks wrong is read again before it is said."""
    settled(shop)
    table, torn = shop.office.table, [True]
    scan = table.scan

    def tear(**asked: Any) -> Item:  # noqa: ANN401 - as DynamoDB's
        page = scan(**asked)
        page["Items"] = [it for it in page["Items"] if it["sk"]["S"] != "EVENT#0001#000002"] if torn else page["Items"]
        return page

    table.scan = tear  # type: ignore[method-assign]
    assert [] == of_table(table).run().findings


def test_an_order_that_never_holds_still_is_left_out(shop: Shop) -> None:
    """Of an order that is different at every read nothing is said but that it was left out."""
    settled(shop)
    table = shop.office.table
    plant(table, PLANTED["a lock that has lost count"])
    query, reads = table.query, [0]

    def moving(**asked: Any) -> Item:  # noqa: ANN401 - as DynamoDB's
        page = query(**asked)
        reads[0] += 1
        for it in page["Items"]:
            it["read"] = {"N": str(reads[0])}
        return page

    table.query = moving  # type: ignore[method-assign]
    run = of_table(table).run()
    assert (1, []) == (run.busy, run.findings)


def test_the_command_prints_each_fault(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """``ops verify`` exits with 0 for a clean table and with 1 for another, and prints code, key and words of each fault."""
    settled(shop)
    assert 0 == main(["verify", "--stack", "shop"])
    assert "" == capsys.readouterr().out
    plant(shop.office.table, PLANTED["a lock that has lost count"])
    assert 1 == main(["verify", "--stack", "shop"])
    assert capsys.readouterr().out.startswith(f"version_differs\t{PK} #ORDER\tthe lock counts 1 events")
    assert 1 == main(["verify", "--stack", "shop", "--json"])
    assert {"code": "version_differs", "key": f"{PK} #ORDER"}.items() <= json.loads(capsys.readouterr().out).items()


class Hurried:
    """A Lambda context that has time for one page of the table."""

    def get_remaining_time_in_millis(self) -> int:
        """None."""
        return 0


def test_the_function_checks_the_table_once_a_day(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs that are stopped go on by themselves; the metric's line comes once, at the end, and the day's other runs rest."""
    settled(shop)
    table = shop.office.table
    table.page_bytes = 1500
    plant(table, PLANTED["a lock that has lost count"])
    kept = ProgressKept(lambda: table, NAME)
    monkeypatch.setattr(bootstrap, "verification", lambda: of_table(table))
    monkeypatch.setattr(bootstrap, "progress", lambda: kept)
    told: list[dict[str, Any]] = []
    with listening() as heard:
        while not told or not told[-1]["done"]:
            assert [] == measured_for("LedgerFaultsAlarm", heard)
            told.append(jobs.verify_table(Hurried()))
        again = jobs.verify_table(Hurried())
    assert len(told) > 5
    assert told[-1] == again
    assert 1 == again["faults"]
    assert [1] == measured_for("LedgerFaultsAlarm", heard)
    assert rings("LedgerFaultsAlarm", [measured_for("LedgerFaultsAlarm", heard)])
    assert [("version_differs", f"{PK} #ORDER")] == [(it["fault"], it["key"]) for it in heard.lines() if "fault" in it]


def test_a_check_that_does_not_end_is_silent(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that stops half way measures nothing, so the alarm on its silence rings; one that found nothing measures zero."""
    played(shop)
    table = shop.office.table
    table.page_bytes = 1500
    kept = ProgressKept(lambda: table, NAME)
    monkeypatch.setattr(bootstrap, "verification", lambda: of_table(table))
    monkeypatch.setattr(bootstrap, "progress", lambda: kept)
    with listening() as heard:
        assert not jobs.verify_table(Hurried())["done"]
    assert rings("VerifySilentAlarm", [measured_for("VerifySilentAlarm", heard)] * 2)
    with listening() as heard:
        while not jobs.verify_table(Hurried())["done"]:
            pass
    assert not rings("VerifySilentAlarm", [[], measured_for("VerifySilentAlarm", heard)])
    assert not rings("LedgerFaultsAlarm", [measured_for("LedgerFaultsAlarm", heard)])


def test_the_next_day_begins_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that was done yesterday is done again today, from the beginning."""
    played(shop)
    table = shop.office.table
    kept = ProgressKept(lambda: table, NAME)
    monkeypatch.setattr(bootstrap, "verification", lambda: of_table(table))
    monkeypatch.setattr(bootstrap, "progress", lambda: kept)
    while not jobs.verify_table(Hurried())["done"]:
        pass
    known = kept.load()
    assert known
    kept.save(type(known)("2020-01-01", None, 7, 3, done=True))
    told = jobs.verify_table(Hurried())
    while not told["done"]:
        told = jobs.verify_table(Hurried())
    assert {"items": len(table), "faults": 0, "done": True} == told
