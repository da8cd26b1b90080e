"""A whole replay of a small feed: its findings are right, do not depend on how it is driven, and name every error."""

import io
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from localcloud.layout import LocalCloudError
from localcloud.memory.table import MemoryTable
from localcloud.replay import engine, report, run
from localcloud.replay.audit import ACCOUNTS
from localcloud.replay.progress import Progress
from localcloud.replay.run import Options
from localcloud.replay.timeline import Claim
from tests.replay.feeds import COVERED, EVERY_KIND, REFUSED, late, lines, lost, row

FEED = lines(*EVERY_KIND)


def test_every_kind_of_order_comes_out_as_the_data_says() -> None:
    """Covered where the promise was broken, refused where it was kept, refunded in full or released in full."""
    result = run.replay(FEED)

    assert [] == result.wrong
    assert dict.fromkeys(COVERED, "covered") | dict.fromkeys(REFUSED, "carrier_shows_delivered") == result.seen.claims
    assert {"resolved_buyer_favour": len(COVERED)} == result.books.outcomes
    assert COVERED | REFUSED == set(result.seen.imported)
    assert (6572 * 11, 0, 6572 * 6, 6572 * 5) == tuple(result.books.totals["BRL", it] for it in ACCOUNTS)
    assert (3200, 0, 3200, 0) == tuple(result.books.totals["JPY", account] for account in ACCOUNTS)


def test_nothing_of_the_feed_is_unaccounted_for() -> None:
    """Every line is imported, or skipped with a reason, or refused at import with the field that is to blame."""
    result = run.replay(FEED)
    skipped = Counter(entry.reason for entry in result.skipped)

    assert {"never paid (canceled)": 1, "no promised date": 1, "order id seen before": 1} == skipped
    assert {"deliver_by": 1, "lines": 1} == result.seen.not_imported
    assert len(FEED) == len(result.seen.imported) + skipped.total() + result.seen.not_imported.total()


@pytest.mark.parametrize("options", [Options(twice=True), *(Options(sweep_seed=seed, twice=seed > 3) for seed in range(1, 6))])
def test_the_ledger_is_the_same_byte_for_byte_however_it_is_driven(options: Options) -> None:
    """I3, I5, D9: everything sent twice and sweeps at any times end in the very same ledger."""
    expected = run.replay(FEED)
    result = run.replay(FEED, options)

    assert [] == result.wrong
    assert (expected.books.digest, expected.books.entries) == (result.books.digest, result.books.entries)


def test_a_limit_takes_the_first_lines() -> None:
    """A short replay is the beginning of the long one."""
    assert ["in-time", "late"] == [order.terms.order_id for order in run.replay(FEED, Options(limit=2)).orders]


def test_a_claim_that_comes_out_otherwise_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The services' answers are compared with the data."""
    monkeypatch.setattr(run, "steps_of", _expecting_the_contrary)
    result = run.replay(lines(lost("a")))

    assert result.wrong == ["a: claim came to covered; by the data it is carrier_shows_delivered"]


def _expecting_the_contrary(*of: Any, **how: Any) -> list[Any]:  # noqa: ANN401 - as the original takes them
    from localcloud.replay.timeline import Step, steps_of  # noqa: PLC0415 - the one that is replaced

    steps = steps_of(*of, **how)
    return [
        Step(step.at, Claim(step.command.order_id, step.command.buyer_id, "carrier_shows_delivered"))
        if isinstance(step.command, Claim)
        else step
        for step in steps
    ]


def test_a_ledger_that_does_not_add_up_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """O3: the balance is added up again from the entries in the table, so an entry that is not as booked shows."""
    monkeypatch.setattr(engine, "MemoryTable", _LosesACent)
    result = run.replay(lines(row("a"), late("b")))

    assert {
        ("a", "balance_differs"),
        ("a", "instruction_without_entry"),
        ("b", "balance_differs"),
        ("b", "instruction_without_entry"),
    } == {tuple(complaint.split(": ")[:2]) for complaint in result.wrong}


class _LosesACent(MemoryTable):
    """A table that writes every release and refund of the ledger a cent short."""

    def transact_write_items(self, *, TransactItems: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        for action in TransactItems:
            item = action["Put"]["Item"]
            if item["sk"]["S"].startswith("LEDGER#") and '"hold"' not in item["data"]["S"]:
                item["data"]["S"] = item["data"]["S"].replace('"minor":6572', '"minor":6571')
        return super().transact_write_items(TransactItems=TransactItems)


def test_the_report_says_it_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The report names the reasons, the totals and the verdict, and a good replay exits with 0."""
    feed = tmp_path / "feed.jsonl"
    feed.write_text("".join(FEED), encoding="utf-8")

    assert 0 == report.main(feed, Options())
    printed = capsys.readouterr().out
    for words in ("never paid (canceled)", "carrier_shows_delivered", "resolved_buyer_favour", "722.92 BRL", "394.32 BRL",
                  "328.60 BRL", "3200 JPY", "handed over before it was paid", "adds up with nothing held"):  # fmt: skip
        assert words in printed


def test_a_feed_with_nothing_in_it_is_no_success(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong path in a script must not look like a replay that went well."""
    feed = tmp_path / "feed.jsonl"
    feed.write_text("", encoding="utf-8")

    assert 1 == report.main(feed, Options())
    assert "no order was imported" in capsys.readouterr().out
    with pytest.raises(LocalCloudError, match="cannot be read"):
        report.main(tmp_path / "missing.jsonl", Options())


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_one_line_on_a_terminal_and_ten_elsewhere() -> None:
    """A terminal is redrawn; a log is not flooded."""
    plain, terminal = io.StringIO(), _Terminal()
    for out in (plain, terminal):
        progress = Progress(1000, "replaying", out)
        for _ in range(1000):
            progress.step("2024-03-01")
        progress.close()

    assert 10 == plain.getvalue().count("\n")
    assert plain.getvalue().endswith("replaying 100 %  1000 of 1000  2024-03-01\n")
    assert 0 == terminal.getvalue().count("\n")
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_without_claims_the_close_pays_what_the_data_says() -> None:
    """O7: nobody claims; what no carrier had when protection closed is refunded, all else released, and it adds up."""
    options = Options(claims=False)
    never, late_sent = row("never", handed_to_carrier_at=None, delivered_at=None), row("sent-late", **SENT_TOO_LATE)
    feed = lines(row("in-time"), never, lost("lost"), late_sent)
    result = run.replay(feed, options)
    printed = "\n".join(report.report(result, options))

    assert [] == result.wrong
    assert {} == result.seen.claims
    assert {"never_shipped": 2} == result.books.orders_at_close
    assert {("BRL", "never_shipped"): 2 * 6572} == result.books.at_close
    assert (4 * 6572, 0, 2 * 6572, 2 * 6572) == tuple(result.books.totals["BRL", account] for account in ACCOUNTS)
    assert "131.44 BRL" in printed
    assert "Without a claim, every close of protection paid as the data says" in printed


SENT_TOO_LATE = {"handed_to_carrier_at": "2024-05-20T09:00:00-03:00", "delivered_at": "2024-05-25T09:00:00-03:00"}
"""Handed over more than 15 days after the promise."""
