"""Read a feed of real orders, one JSON object a line. A line that cannot be used is returned with the reason.

A line has these fields; a time is ISO 8601 with its zone, or null:

- ``order_id``, ``customer_id``, ``seller_id``: text
- ``status``: text; ``canceled`` and ``delivered`` mean what they say
- ``currency``: its ISO 4217 code
- ``paid_at``, ``promised_delivery``, ``handed_to_carrier_at``, ``delivered_at``: times
- ``lines``: objects with ``line``, ``product_id``, ``price`` and ``freight``; the last two are decimal amounts as text
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from chalicelib.domain.codes import EXPONENTS
from chalicelib.domain.money import Money, total
from chalicelib.domain.order import Line, OrderTerms

# The feed names no country; its marketplace sells within one.
COUNTRY = "BR"
PROTECTED = timedelta(days=15)
"""How long protection goes on after the promise, with no delivery on record (O7)."""


@dataclass(frozen=True, slots=True)
class FeedOrder:
    """A paid order, the times of its parcel in the data, and everything unusual about it."""

    terms: OrderTerms
    promise: datetime
    handed_at: datetime | None
    delivered_at: datetime | None
    oddities: tuple[str, ...]

    @property
    def promise_broken(self) -> bool:
        """True if it came at or after the promised instant, or never."""
        return self.delivered_at is None or self.delivered_at >= self.promise

    @property
    def unsent_at_close(self) -> bool:
        """True if no carrier had it by the end of protection, if nobody claims anything (O7)."""
        sent = self.handed_at or self.delivered_at
        return sent is None or sent >= max(self.promise, self.terms.paid_at) + PROTECTED


@dataclass(frozen=True, slots=True)
class Skipped:
    """A line of the feed that is not replayed: `reason` is a kind that can be counted, `detail` what was found."""

    line: int
    reason: str
    detail: str


def read(lines: Iterable[str]) -> Iterator[FeedOrder | Skipped]:
    """Yield an order for every line, or the reason why it is none; skip blank lines."""
    seen: set[str] = set()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            order_id = str(row["order_id"])
            if order_id in seen:
                yield Skipped(number, "order id seen before", order_id)
                continue
            seen.add(order_id)
            yield _order(number, row)
        except (ValueError, KeyError, TypeError, InvalidOperation) as error:
            yield Skipped(number, "not readable", f"{type(error).__name__}: {error}")


def minor_units(text: object, currency: str) -> Money:
    """Return an amount from a decimal string, exactly; ValueError for a float, or for more decimals than the currency has."""
    amount = Decimal(text) if isinstance(text, str) else None
    scaled = amount.scaleb(EXPONENTS[currency]) if amount is not None and amount.is_finite() else None
    if scaled is None or scaled != scaled.to_integral_value():
        message = f"{text!r} is no exact amount of {currency}"
        raise ValueError(message)
    return Money(int(scaled), currency)


def _order(number: int, row: dict[str, Any]) -> FeedOrder | Skipped:
    paid, promise = _moment(row["paid_at"]), _moment(row["promised_delivery"])
    if paid is None:
        return Skipped(number, f"never paid ({row['status']})", row["order_id"])
    if promise is None:
        return Skipped(number, "no promised date", row["order_id"])
    placed = min(paid, _moment(row["purchased_at"]) or paid)
    handed, delivered = _moment(row["handed_to_carrier_at"]), _moment(row["delivered_at"])
    currency = row["currency"]
    terms = OrderTerms(
        order_id=row["order_id"],
        buyer_id=row["customer_id"],
        seller_id=row["seller_id"],
        currency=currency,
        lines=tuple(_line(line, currency) for line in row["lines"]),
        # The data has the freight line by line; an order has one fee.
        shipping_fee=total((minor_units(line["freight"], currency) for line in row["lines"]), currency),
        placed_at=placed,
        paid_at=paid,
        paid_on_platform=True,
        destination_country=COUNTRY,
        deliver_by=promise,
    )
    return FeedOrder(terms, promise, handed, delivered, tuple(_oddities(row["status"], terms, handed, delivered)))


def _line(line: dict[str, Any], currency: str) -> Line:
    return Line(str(line["line"]), f"product {line['product_id']}", 1, minor_units(line["price"], currency))


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        message = f"{text!r} has no time zone"
        raise ValueError(message)
    return at.astimezone(UTC).replace(microsecond=0)


def _oddities(status: str, terms: OrderTerms, handed: datetime | None, delivered: datetime | None) -> Iterator[str]:
    if status == "canceled":
        yield "cancelled after payment"
    if status == "delivered" and delivered is None:
        yield "called delivered, no delivery on record"
    if handed and handed < terms.paid_at:
        yield "handed over before it was paid"
    if delivered and delivered < terms.paid_at:
        yield "delivered before it was paid"
    if handed and delivered and delivered < handed:
        yield "delivered before it was handed over"
    if delivered and not handed:
        yield "delivered, no hand-over on record"
    if not delivered and not handed:
        yield "never handed over"
    if not delivered and handed:
        yield "handed over, never delivered"
    if handed and terms.deliver_by and handed >= terms.deliver_by:
        yield "handed over after the promise"
