"""Recount counts what no stream has brought, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib import bootstrap
from ops.cli import main
from tests.ops.shop import STACK, played

if TYPE_CHECKING:
    import pytest

    from tests.ops.shop import Shop


def test_it_counts_what_was_there_before_once(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """An order and its dispute that no stream has brought are counted, and counting again adds nothing."""
    played(shop)
    for _ in range(2):
        assert 0 == main(["recount", "--stack", STACK])
        assert "2 orders and disputes counted, 0 left\n" == capsys.readouterr().err
        (row, *_) = [it for it in bootstrap.statistics().days("day", "2000-01-01", "2099-12-31") if "opened" in it.counts]
        assert 1 == row.counts["opened"]
