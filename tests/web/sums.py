"""The money of an order as its pages show it, beside the API's."""

import re
from typing import Any

from playwright.sync_api import Locator

from chalicelib.domain.money import Money
from chalicelib.notify import formats
from tests.web.party import Party

# Digits with their separators; spaces between groups are of several kinds.
NUMBER = re.compile(r"[\d][\d.,\s\u00a0\u202f]*\d|\d")
Line = tuple[str, str]


def digits(text: str) -> str:
    """Return the number in a text, with plain spaces between its groups."""
    return re.sub(r"\s", " ", max(NUMBER.findall(text), key=len))


def written(amount: dict[str, Any], language: str) -> str:
    """Return an amount's digits as the server writes them in messages."""
    return digits(formats.money(Money(amount["minor"], amount["currency"]), language))


def shown(by: Party, order: str, expected: list[Line]) -> list[Line]:
    """Return each line of money on the order's page, what it is and how much, once it is as expected or 10 s have passed.

    A page shows what it showed last until the answer is there.
    """
    by.go(f"orders/{order}")
    rows = by.page.locator("main .card .row", has=by.page.locator(".money"))
    for _ in range(50):
        found = [_line(row) for row in rows.all()]
        if found == expected:
            break
        by.page.wait_for_timeout(200)
    return found


def _line(row: Locator) -> Line:
    return row.locator(".grow").inner_text().partition("\n")[0], digits(row.locator(".money").inner_text())


def of_api(by: Party, order: dict[str, Any]) -> list[Line]:
    """Return the lines that the page is to show of this order: what was bought, then where the money is."""
    said = [(it["title"], it["price"]) for it in order["lines"]]
    said += [(by.words.plain("order.shipping"), order["shipping_fee"]), (by.words.plain("order.total"), order["price"])]
    escrow = order["escrow"]
    moved = [name for name in ("held", "refunded", "released") if escrow[name]["minor"]]
    said += [(by.words.plain(f"escrow.{name}"), escrow[name]) for name in (*moved, "paid")]
    return [(what, written(amount, by.language)) for what, amount in said]
