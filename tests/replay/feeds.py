"""A small feed of made-up orders, in the form of the real one."""

import json
from typing import Any

PURCHASED = "2024-02-27T08:00:00-03:00"
PAID = "2024-03-01T09:00:00-03:00"
HANDED = "2024-03-02T09:00:00-03:00"
DELIVERED = "2024-03-08T18:30:00-03:00"
PROMISED = "2024-03-15T00:00:00-03:00"


def row(order_id: str = "o1", **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON of any shape
    """One order of the feed, delivered in time unless `changes` say otherwise."""
    order = {
        "order_id": order_id,
        "customer_id": f"buyer-of-{order_id}",
        "seller_id": "shop",
        "status": "delivered",
        "purchased_at": PURCHASED,
        "paid_at": PAID,
        "handed_to_carrier_at": HANDED,
        "delivered_at": DELIVERED,
        "promised_delivery": PROMISED,
        "currency": "BRL",
        "lines": [
            {"line": 1, "product_id": "p1", "price": "56.99", "freight": "8.72"},
            {"line": 2, "product_id": "p2", "price": "0.01", "freight": "0.00"},
        ],
        "review_score": 5,
    }
    return order | changes


def late(order_id: str) -> dict[str, Any]:
    """An order delivered three weeks after the promise, when its protection has ended."""
    return row(order_id, delivered_at="2024-04-05T10:00:00-03:00")


def lost(order_id: str) -> dict[str, Any]:
    """An order that was handed over and never delivered."""
    return row(order_id, status="shipped", delivered_at=None)


def lines(*rows: dict[str, Any]) -> list[str]:
    """The rows as the lines of a feed."""
    return [json.dumps(it) + "\n" for it in rows]


EVERY_KIND = (
    row("in-time"),
    late("late"),
    lost("lost"),
    row("at-the-promise", delivered_at=PROMISED),
    row("just-in-time", delivered_at="2024-03-14T23:59:59-03:00"),
    row("handed-early", handed_to_carrier_at="2024-02-28T09:00:00-03:00"),
    row("delivered-early", delivered_at="2024-02-29T09:00:00-03:00", handed_to_carrier_at="2024-02-28T09:00:00-03:00"),
    row("never-handed", status="processing", handed_to_carrier_at=None, delivered_at=None),
    row("handed-late", handed_to_carrier_at="2024-03-20T09:00:00-03:00", delivered_at="2024-03-22T09:00:00-03:00"),
    row("no-hand-over", handed_to_carrier_at=None),
    row("cancelled", status="canceled", handed_to_carrier_at=None, delivered_at=None),
    row("unpaid", status="canceled", paid_at=None, handed_to_carrier_at=None, delivered_at=None),
    row("no-promise", promised_delivery=None),
    row("promised-before-paid", promised_delivery="2024-02-01T00:00:00-03:00"),
    row("free", lines=[{"line": 1, "product_id": "p1", "price": "0.00", "freight": "0.00"}]),
    row("in-time"),
    row("yen", currency="JPY", lines=[{"line": 1, "product_id": "p1", "price": "3200", "freight": "0"}], delivered_at=None),
)
"""One order of every kind that the feed can hold."""
COVERED = {"late", "lost", "at-the-promise", "never-handed", "handed-late", "cancelled", "yen"}
REFUSED = {"in-time", "just-in-time", "handed-early", "delivered-early", "no-hand-over"}
