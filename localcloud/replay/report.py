"""Replay a feed and print the report, for `python -m localcloud replay`."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from chalicelib.domain.money import Money
from localcloud.layout import LocalCloudError
from localcloud.replay.audit import ACCOUNTS
from localcloud.replay.run import Options, Result, replay
from localcloud.replay.timeline import COVERED

SHOWN_AT_MOST = 20


def main(feed: Path, how: Options) -> int:
    """Replay the file and print the report. Return 1 if anything differs from the data; LocalCloudError for no such file."""
    try:
        with feed.open(encoding="utf-8") as lines:
            result = replay(lines, how)
    except OSError as error:
        message = f"the feed cannot be read: {error}"
        raise LocalCloudError(message) from error
    print("\n".join(report(result, how)))
    return 1 if result.wrong else 0


def report(result: Result, how: Options) -> Iterator[str]:
    """Yield the result as lines for people."""
    seen, books = result.seen, result.books
    yield f"Replay of {len(result.orders) + len(result.skipped)} orders in {result.seconds:.1f} s ({how.engine})"
    yield ""
    yield from _counts("skipped, by reason", (skipped.reason for skipped in result.skipped))
    yield from _counts("refused at import, by field", seen.not_imported.elements())
    yield _row("imported", len(seen.imported))
    yield _row("parcels shipped", seen.shipped)
    yield _row("parcels scanned", seen.scanned)
    yield _row("deliveries recorded", seen.delivered)
    yield from _counts("of these out of the ordinary, and replayed", (odd for order in result.orders for odd in order.oddities))
    yield ""
    broken = [order for order in result.orders if order.promise_broken]
    yield _row("promises broken, by the data", len(broken))
    yield _row("  delivered late", sum(order.delivered_at is not None for order in broken))
    yield _row("  never delivered", sum(order.delivered_at is None for order in broken))
    yield _row("claims of non-receipt", len(seen.claims))
    yield _row("  covered", sum(came_to == COVERED for came_to in seen.claims.values()))
    yield from _counts("  refused", (came_to for came_to in seen.claims.values() if came_to != COVERED))
    yield from _counts("disputes, by outcome", books.outcomes.elements())
    yield _row("sweeps", seen.sweeps)
    yield _row("  events they made visible", seen.swept_events)
    yield _row("payment instructions settled", seen.settled)
    yield ""
    yield from _counts("orders refunded at the close, by cause", books.orders_at_close.elements())
    for (currency, cause), minor in sorted(books.at_close.items()):
        yield f"{f'refunded at the close: {cause}':<44}{Money(minor, currency)!s:>20}"
    for currency in books.currencies:
        for account in ACCOUNTS:
            yield f"{account:<44}{Money(books.totals[currency, account], currency)!s:>20}"
    yield f"ledger of {books.orders} orders, {books.entries} entries, sha256 {books.digest}"
    if how.statistics:
        yield _row("records counted, out of order and some again", result.counted)
        yield _row("  counters that differ from the cases", len(result.miscounted))
    yield from _verdict(result.wrong, how)


def _verdict(wrong: list[str], how: Options) -> Iterator[str]:
    if not wrong:
        decided = "Every claim came out" if how.claims else "Without a claim, every close of protection paid"
        yield f"{decided} as the data says, and every order's ledger adds up with nothing held."
        return
    yield f"{len(wrong)} things are wrong:"
    yield from (f"  {what}" for what in wrong[:SHOWN_AT_MOST])
    if len(wrong) > SHOWN_AT_MOST:
        yield f"  and {len(wrong) - SHOWN_AT_MOST} more"


def _counts(title: str, found: Iterable[str]) -> Iterator[str]:
    counted = Counter(found)
    yield _row(title, counted.total())
    indent = " " * (len(title) - len(title.lstrip()) + 2)
    for what, count in sorted(counted.items()):
        yield _row(f"{indent}{what}", count)


def _row(what: str, count: int) -> str:
    return f"{what:<44}{count:>12,}"
