"""The same dispute on this product: the deployed handler with its token, limits, rules, money and languages.

It runs in its own process as the peers do. The orders are imported, shipped and delivered before anything is measured.
"""

from __future__ import annotations

import importlib
import os
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3

from bench.meter import size_of
from bench.peers.story import WARM, Answer, Step, measured, told
from tests.api.issuer import AUDIENCE, Issuer
from tests.api.samples import ORDER
from tests.store.tables import NAME, definition

if TYPE_CHECKING:
    from collections.abc import Callable

PLATFORM, SELLER = "platform:market", "seller:acme"


def _at(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Ours:
    """The handler, and what it takes to call it."""

    def __init__(self, issuer: Issuer) -> None:
        """Configure this process as a function of a new stack, and import the app."""
        os.environ |= {
            "SERVES": "http",
            "TABLE_NAME": NAME,
            "STORED_FORM": "packed",
            "OIDC_ISSUER": issuer.name,
            "OIDC_AUDIENCE": AUDIENCE,
            "OIDC_JWKS_URL": issuer.jwks_url,
            "CALLS_A_MINUTE": "1000000",
            "PLATFORM_CALLS_A_MINUTE": "1000000",
            "LOG_LEVEL": "ERROR",
        }
        self.issuer = issuer
        self.table = boto3.client("dynamodb")
        self.table.create_table(TableName=NAME, **definition())
        self.app = importlib.import_module("app").app

    def prepared(self, step: Step, key: str) -> Callable[[], Answer]:
        """Return a call of the handler."""
        event = step.event(key, Authorization=f"Bearer {self.issuer.token(step.who)}")

        def call() -> Answer:
            answer = self.app(event, None)
            return answer["statusCode"], answer["body"]

        return call

    def sell(self, order_id: str, number: int) -> None:
        """Import, ship and deliver an order. Raises ``RuntimeError`` where that is refused."""
        now = datetime.now(UTC)
        parcel = {"carrier": "tnt", "tracking_number": f"{number:09d}"}
        sold = ORDER | {"paid_at": _at(now - timedelta(days=5)), "deliver_by": _at(now + timedelta(days=25))}
        delivered = parcel | {"status": "delivered", "occurred_at": _at(now - timedelta(days=1))}
        shipped = parcel | {"shipped_at": _at(now - timedelta(days=2))}
        self._done(Step("import", PLATFORM, "/orders/batch", {}, {"orders": [sold | {"id": order_id}]}), order_id)
        self._done(Step("ship", SELLER, "/orders/{order_id}/shipments", {"order_id": order_id}, shipped), order_id)
        self._done(Step("deliver", PLATFORM, "/carrier-events", {}, {"events": [delivered]}), order_id)

    def _done(self, step: Step, order_id: str) -> None:
        status, body = self.prepared(step, f"{step.name}-{order_id}")()
        if status not in (200, 201):
            raise RuntimeError(f"{step.name}: {status} {body}")

    def stored(self) -> int:
        """Return the bytes of all items: names and values."""
        pages = self.table.get_paginator("scan").paginate(TableName=NAME, ConsistentRead=True)
        items: list[Any] = [it for page in pages for it in page["Items"]]
        return sum(map(size_of, items))


def main(stories: int) -> None:
    """Measure so many stories."""
    with Issuer() as issuer:
        ours = Ours(issuer)
        for n in range(stories + WARM):
            ours.sell(f"o{n}", n)
        told(measured(ours.prepared, ours.stored, stories))


if __name__ == "__main__":
    main(int(sys.argv[1]))
