"""The deployed artefact over HTTP: a claim the seller never answers, from the order to the refund and every message between."""

import json
import urllib.request
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from localcloud.clock import read
from localcloud.cloud import LocalCloud
from tests.waiting import PATIENCE, awaited

A_DAY = 86_400
ADDRESSES = [("email", "shop@example.com"), ("push", "seller:sys-shop"), ("sms", "+4520123456")]


def call(cloud: LocalCloud, who: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401
    """Call the API as `role:id` and return the answer's JSON; urllib's HTTPError when it refuses."""
    role, _, subject = who.partition(":")
    headers = {
        "authorization": f"Bearer {cloud.token(role, subject)}",
        "content-type": "application/json",
        "idempotency-key": str(uuid.uuid4()),
    }
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{cloud.api}{path}", data=data, method=method, headers=headers)
    with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
        return json.load(reply)


def shown(cloud: LocalCloud, page: str) -> list[dict[str, Any]]:
    """Return the content of a page of the outbox (`messages` or `systems`) now."""
    with urllib.request.urlopen(f"{cloud.outbox}/{page}.json", timeout=PATIENCE) as reply:
        entries: list[dict[str, Any]] = json.load(reply)
    return entries


def told(cloud: LocalCloud, kind: str) -> list[dict[str, Any]]:
    """Return the seller's messages of one kind once every channel has brought it, and nothing before."""
    mine = [e for e in shown(cloud, "messages") if e["person"] == "seller:sys-shop"]
    found = [e for e in mine if e["attributes"]["event_type"] == kind]
    return found if len(found) >= len(ADDRESSES) else []


@pytest.fixture(scope="module")
def dispute_id(cloud: LocalCloud) -> str:
    """A claim of non-receipt against a seller with e-mail, phone and app; its order's promise is long broken."""
    contacts = {"email": "shop@example.com", "phone": "+4520123456", "phone_verified": True, "language": "ru"}
    call(cloud, "platform:market", "PUT", "/sellers/sys-shop/contacts", contacts)
    call(cloud, "seller:sys-shop", "POST", "/sellers/sys-shop/devices", {"platform": "fcm", "token": "token-of-the-app"})
    now = datetime.fromisoformat(read(cloud.endpoints)["now"])
    order = {
        "buyer_id": "sys-buyer",
        "seller_id": "sys-shop",
        "currency": "EUR",
        "lines": [{"id": "1", "title": "A lamp", "quantity": 1, "unit_price": {"minor": 4000, "currency": "EUR"}}],
        "shipping_fee": {"minor": 500, "currency": "EUR"},
        "paid_at": (now - timedelta(days=12)).isoformat(),
        "destination_country": "DE",
        "deliver_by": (now - timedelta(days=5)).isoformat(),
    }
    call(cloud, "platform:sys", "PUT", "/orders/sys-order", order)
    opened = call(cloud, "buyer:sys-buyer", "POST", "/orders/sys-order/disputes", {"reason": "not_received"})
    return str(opened["id"])


def test_the_seller_is_told_by_every_channel(cloud: LocalCloud, dispute_id: str) -> None:
    """The table's stream reaches SNS, and the outbox shows one of each at the seller's own addresses."""
    found = awaited(lambda: told(cloud, "dispute_opened"))

    assert ADDRESSES == sorted((e["channel"], e["to"]) for e in found)
    assert all(dispute_id in e["body"] for e in found if e["channel"] == "email")


def test_the_seller_is_told_in_the_language_chosen(cloud: LocalCloud, dispute_id: str) -> None:
    """The deployed package has what it needs to write in another script, and SNS takes it as a subject too (N3)."""
    found = awaited(
        lambda: [e for e in shown(cloud, "messages") if e["person"] == "seller:sys-shop" and e["channel"] == "email"]
    )

    assert {"Ответьте до"} == {e["subject"][:11] for e in found if f"открыт спор {dispute_id}" in e["subject"]}
    assert all("возврат 45,00\u00a0EUR" in e["body"] for e in found if "открыт спор" in e["subject"])


def test_the_seller_is_reminded_and_silence_is_ended_by_the_sweep(cloud: LocalCloud, dispute_id: str) -> None:
    """N2: at half of the five days the seller is reminded by every channel. Once they are up, one sweep decides, and the
    payment service is told to refund what the buyer paid.
    """
    cloud.advance_clock(A_DAY * 5 // 2)
    cloud.sweep_now()
    reminders = awaited(lambda: told(cloud, "reminder"))
    assert ADDRESSES == sorted((e["channel"], e["to"]) for e in reminders)
    assert all("Напоминание" in e["subject"] + e["body"] for e in reminders)

    cloud.advance_clock(4 * A_DAY)
    cloud.sweep_now()

    after = call(cloud, "buyer:sys-buyer", "GET", f"/disputes/{dispute_id}")
    instructions = awaited(lambda: [e for e in shown(cloud, "systems") if e["topic"].endswith("-payments")])

    assert (after["stage"], after["outcome"]) == ("resolved", "resolved_buyer_favour")
    assert any("4500" in e["body"] for e in instructions)


def test_the_schedule_ticks_by_itself(cloud: LocalCloud) -> None:
    """Nobody has to sweep: the rule runs the function each minute."""
    group = f"/buyer-protection/{cloud.endpoints['stack']}/Sweep"
    logs = cloud.aws("logs")
    began = int(datetime.now(UTC).timestamp() * 1000)

    def ticks() -> list[Any]:
        found: list[Any] = logs.filter_log_events(logGroupName=group, startTime=began, filterPattern="START")["events"]
        return found

    assert awaited(ticks)
