"""N7: the deployed artefact posts events to an endpoint on this machine, signed, and again after a failure."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from localcloud.clock import read
from localcloud.cloud import LocalCloud
from tests.notify.receiver import Receiver
from tests.notify.test_asyncapi import wrong_with
from tests.system.test_deployed import call
from tests.waiting import awaited

TYPES = ["order_imported", "payment_held"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """An endpoint that fails until a test says otherwise."""
    with Receiver(500) as running:
        yield running


def imported(cloud: LocalCloud, order_id: str) -> None:
    """Import an order that is paid now."""
    now = datetime.fromisoformat(read(cloud.endpoints)["now"])
    order = {
        "buyer_id": "posted-buyer",
        "seller_id": "posted-shop",
        "currency": "EUR",
        "lines": [{"id": "1", "title": "A lamp", "quantity": 1, "unit_price": {"minor": 4000, "currency": "EUR"}}],
        "shipping_fee": {"minor": 500, "currency": "EUR"},
        "paid_at": now.isoformat(),
        "destination_country": "DE",
    }
    call(cloud, "platform:sys", "PUT", f"/orders/{order_id}", order)


def test_events_are_posted_signed_and_again_after_a_failure(cloud: LocalCloud, receiver: Receiver) -> None:
    """N7: stream, queue, function and table together; the second attempt has the same id, and what it brings verifies."""
    url = f"http://127.0.0.1:{receiver.port}/in"
    made = call(cloud, "platform:sys", "POST", "/webhook-endpoints", {"url": url, "types": TYPES})
    path = f"/webhook-endpoints/{made['id']}"

    def all_of(status: str) -> list[Any]:
        found = call(cloud, "platform:sys", "GET", f"{path}/deliveries")["items"]
        mine = [it for it in found if it["status"] == status and it["last_status"]]
        return mine if len(mine) == len(TYPES) else []

    try:
        imported(cloud, "posted-order")
        failed = awaited(lambda: all_of("pending"))
        assert [500, 500] == [it["last_status"] for it in failed]
        receiver.status = 204
        done = awaited(lambda: all_of("delivered"))
    finally:
        call(cloud, "platform:sys", "DELETE", path)

    assert sorted(TYPES) == sorted(it["type"] for it in done)
    assert all(it["attempts"] > 1 for it in done)
    assert {it["id"] for it in done} == {it.headers["webhook-id"] for it in receiver.received}
    for got in receiver.received:
        at = datetime.fromtimestamp(int(got.headers["webhook-timestamp"]), UTC)
        assert Webhook(made["secret"]).sign(got.headers["webhook-id"], at, got.body) == got.headers["webhook-signature"]
        assert [] == wrong_with("event_webhook", "payload", json.loads(got.body))
        names = ("webhook-id", "webhook-timestamp", "webhook-signature")
        assert [] == wrong_with("event_webhook", "headers", {name: got.headers[name] for name in names})
