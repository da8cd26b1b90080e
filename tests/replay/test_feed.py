"""Reading the feed: exact amounts, exact times, and a reason for everything that is not replayed."""

from datetime import UTC, datetime
from typing import Any

import pytest

from localcloud.replay.feed import FeedOrder, Skipped, minor_units, read
from tests.replay.feeds import lines, row


def one(**changes: Any) -> FeedOrder | Skipped:  # noqa: ANN401 - JSON of any shape
    """Read a feed of one order."""
    (entry,) = read(lines(row(**changes)))
    return entry


@pytest.mark.parametrize(
    ("text", "currency", "expected"),
    [("56.99", "BRL", 5699), ("0.10", "BRL", 10), ("7", "BRL", 700), ("24.890", "BRL", 2489), ("3200", "JPY", 3200),
     ("1.234", "TND", 1234), ("90071992547409.93", "BRL", 9007199254740993)],
)  # fmt: skip
def test_an_amount_is_exact(text: str, currency: str, expected: int) -> None:
    """O2: a decimal string becomes minor units without passing through a float."""
    assert expected == minor_units(text, currency).minor


@pytest.mark.parametrize("text", ["0.001", "NaN", "Infinity", "1,50", "", 1.5, None])
def test_what_is_no_exact_amount_is_refused(text: object) -> None:
    """O2: nothing is rounded, and a float is no amount."""
    with pytest.raises((ValueError, ArithmeticError)):
        minor_units(text, "BRL")


def test_an_order_is_read_whole() -> None:
    """Lines, freight and times become the order's, the times in UTC."""
    entry = one()

    assert isinstance(entry, FeedOrder)
    assert [("1", 5699), ("2", 1)] == [(line.id, line.unit_price.minor) for line in entry.terms.lines]
    assert (872, 6572) == (entry.terms.shipping_fee.minor, entry.terms.price.minor)
    assert datetime(2024, 3, 1, 12, tzinfo=UTC) == entry.terms.paid_at
    assert (datetime(2024, 3, 15, 3, tzinfo=UTC), False, ()) == (entry.promise, entry.promise_broken, entry.oddities)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"paid_at": None, "status": "canceled"}, "never paid (canceled)"),
        ({"promised_delivery": None}, "no promised date"),
        ({"paid_at": "2024-03-01T09:00:00"}, "not readable"),
        ({"paid_at": "yesterday"}, "not readable"),
        ({"currency": "XXX"}, "not readable"),
        ({"lines": [{"line": 1, "product_id": "p", "price": "1.001", "freight": "0"}]}, "not readable"),
        ({"lines": [{"line": 1, "product_id": "p"}]}, "not readable"),
        ({"lines": None}, "not readable"),
    ],
)
def test_what_is_not_replayed_has_a_reason(changes: dict[str, Any], expected: str) -> None:
    """Nothing is dropped in silence: each line that cannot be used says why."""
    entry = one(**changes)

    assert isinstance(entry, Skipped)
    assert expected == entry.reason


def test_a_line_that_is_no_json_and_an_order_seen_before_are_named() -> None:
    """A broken line stops no other, and an order counts once; line numbers are the file's."""
    entries = list(read(["{oops\n", "\n", *lines(row("a"), row("a")), "[]\n"]))

    assert [(1, "not readable"), (4, "order id seen before"), (5, "not readable")] == [
        (entry.line, entry.reason) for entry in entries if isinstance(entry, Skipped)
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"status": "canceled"}, "cancelled after payment"),
        ({"delivered_at": None}, "called delivered, no delivery on record"),
        ({"delivered_at": None}, "handed over, never delivered"),
        ({"handed_to_carrier_at": None, "delivered_at": None}, "never handed over"),
        ({"handed_to_carrier_at": None}, "delivered, no hand-over on record"),
        ({"handed_to_carrier_at": "2024-02-01T00:00:00Z"}, "handed over before it was paid"),
        ({"handed_to_carrier_at": "2024-04-01T00:00:00Z"}, "handed over after the promise"),
        ({"handed_to_carrier_at": "2024-04-01T00:00:00Z"}, "delivered before it was handed over"),
        ({"delivered_at": "2024-02-01T00:00:00Z"}, "delivered before it was paid"),
    ],
)
def test_what_is_out_of_the_ordinary_is_counted_by_kind(changes: dict[str, Any], expected: str) -> None:
    """Unusual data is replayed, and said."""
    entry = one(**changes)

    assert isinstance(entry, FeedOrder)
    assert expected in entry.oddities
