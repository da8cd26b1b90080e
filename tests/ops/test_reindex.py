"""Reindex repairs lists, deadlines and locks from the items, only when told to, and never against somebody's write."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.service.verification.findings import Fault
from ops.cli import main
from tests.ops.test_verify import PLANTED, of_table, plant, settled
from tests.service.office import NAME

if TYPE_CHECKING:
    from tests.ops.shop import Shop

REPAIRED = {Fault.INDEX_DIFFERS, Fault.DEADLINE_DIFFERS, Fault.LOCK_MISSING, Fault.LOCK_STALE, Fault.PAYMENT_DIFFERS}
NAMES = [name for name, it in PLANTED.items() if it.codes <= REPAIRED]


def contents(shop: Shop) -> dict[tuple[str, str], Any]:
    """Return what every item of an order says, by its key, without where it stands."""
    items = shop.office.table.snapshot()
    return {(it["pk"]["S"], it["sk"]["S"]): it["data"] for it in items if "data" in it and it["pk"]["S"].startswith("ORDER#")}


@pytest.mark.parametrize("fault", NAMES)
def test_it_repairs_what_it_can(shop: Shop, fault: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A dry run writes nothing and exits with 1; --apply makes the table good again, and changes no content."""
    settled(shop)
    table = shop.office.table
    before, said = table.snapshot(), contents(shop)
    plant(table, PLANTED[fault])
    planted = table.snapshot()

    assert 1 == main(["reindex", "--stack", "shop"])
    assert planted == table.snapshot()
    assert "would repair" in capsys.readouterr().out

    assert 0 == main(["reindex", "--stack", "shop", "--apply"])
    assert "repaired" in capsys.readouterr().out
    assert [] == of_table(table).run().findings
    assert said == contents(shop)
    if "lock of a parcel" not in fault:  # a lock's version counts on
        assert before == table.snapshot()
    assert 0 == main(["reindex", "--stack", "shop", "--apply"])
    assert "" == capsys.readouterr().out


def test_all_of_them_at_once(shop: Shop) -> None:
    """Several faults of one order are one transaction, and none hides another."""
    settled(shop)
    table = shop.office.table
    for name in ("a payment in the wrong list", "an order in another buyer's list", "a dispute that its mediators do not see"):
        plant(table, PLANTED[name])
    assert 3 == len(of_table(table).run().findings)
    assert 0 == main(["reindex", "--stack", "shop", "--apply"])
    assert [] == of_table(table).run().findings


def test_a_clean_table_is_left_alone(shop: Shop) -> None:
    """Where nothing is wrong nothing is written."""
    settled(shop)
    before = shop.office.table.snapshot()
    assert 0 == main(["reindex", "--stack", "shop", "--apply"])
    assert before == shop.office.table.snapshot()


def test_what_it_cannot_judge_stays(shop: Shop) -> None:
    """An order that cannot be read keeps its lock, and a damaged item its attributes."""
    settled(shop)
    table = shop.office.table
    plant(table, PLANTED["a balance that is not what was paid"])
    plant(table, PLANTED["a profile that is damaged"])
    before = table.snapshot()
    assert 0 == main(["reindex", "--stack", "shop", "--apply"])
    assert before == table.snapshot()


def test_somebody_elses_write_wins(shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the order changes between reading and writing nothing is written, and the next run repairs it."""
    settled(shop)
    table = shop.office.table
    plant(table, PLANTED["a dispute that its mediators do not see"])
    write = table.transact_write_items

    def overtaken(**asked: Any) -> dict[str, Any]:  # noqa: ANN401 - as DynamoDB's
        stored = next(it for it in table.snapshot() if it["pk"]["S"] == "ORDER#order-1" and it["sk"]["S"] == "#ORDER")
        other = deepcopy(stored) | {"v": {"N": str(int(stored["v"]["N"]) + 1)}}
        table.put_item(TableName=NAME, Item=other)
        return write(**asked)

    with monkeypatch.context() as patch:
        patch.setattr(table, "transact_write_items", overtaken)
        assert 1 == main(["reindex", "--stack", "shop", "--apply"])
    assert "changed meanwhile" in capsys.readouterr().out
    assert {Fault.INDEX_DIFFERS, Fault.VERSION_DIFFERS} == {it.code for it in of_table(table).run().findings}
