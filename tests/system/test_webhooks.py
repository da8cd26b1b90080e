"""O4-O6: the deployed artefact takes in webhooks signed with a secret of Secrets Manager, and counts its callers."""

import json
import urllib.error
from datetime import UTC, datetime, timedelta

import pytest

from localcloud.clock import read
from localcloud.cloud import LocalCloud
from localcloud.webhook import SERVICES, post
from tests.system.test_deployed import call

PARCEL = {"carrier": "ups", "tracking_number": "1Z5R89390357567127"}


@pytest.fixture(scope="module")
def shipped_at(cloud: LocalCloud) -> str:
    """Return when the order of these tests was shipped: a day ago."""
    now = datetime.fromisoformat(read(cloud.endpoints)["now"]).astimezone(UTC)
    order = {
        "buyer_id": "hook-buyer",
        "seller_id": "hook-shop",
        "currency": "EUR",
        "lines": [{"id": "1", "title": "A lamp", "quantity": 1, "unit_price": {"minor": 4000, "currency": "EUR"}}],
        "shipping_fee": {"minor": 500, "currency": "EUR"},
        "paid_at": (now - timedelta(days=3)).isoformat(),
        "destination_country": "DE",
    }
    call(cloud, "platform:sys", "PUT", "/orders/hook-order", order)
    call(cloud, "platform:sys", "POST", "/orders/hook-order/shipments", PARCEL)
    return (now - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_what_a_service_signs_is_on_the_order(cloud: LocalCloud, shipped_at: str) -> None:
    """The function reads the secrets it may read; of each service a delivery is recorded, and again is a duplicate."""
    said = {
        "aftership": {
            "event": "tracking_update",
            "ts": int(datetime.now(UTC).timestamp()),
            "msg": PARCEL | {"slug": "ups", "checkpoints": [{"checkpoint_time": shipped_at, "tag": "Delivered"}]},
        },
        "17track": {
            "event": "TRACKING_UPDATED",
            "data": {
                "number": PARCEL["tracking_number"],
                "carrier": 100002,
                "track_info": {
                    "tracking": {"providers": [{"events": [{"time_utc": shipped_at, "sub_status": "Delivered_Other"}]}]}
                },
            },
        },
    }
    statuses = []
    for service in SERVICES:
        status, answer = post(cloud.endpoints, service, json.dumps(said[service]).encode())
        statuses.append((status, [it["status"] for it in json.loads(answer)["results"]]))

    assert [(200, ["recorded"]), (200, ["duplicate"])] == statuses
    assert shipped_at == call(cloud, "buyer:hook-buyer", "GET", "/orders/hook-order")["parcels"][0]["delivered_at"]


def test_another_secret_is_no_signature(cloud: LocalCloud) -> None:
    """A caller without the secret is refused."""
    endpoints = cloud.endpoints | {"webhook_secrets": dict.fromkeys(SERVICES, "guessed")}
    assert [401, 401] == [post(endpoints, service, b"{}")[0] for service in SERVICES]


def test_a_caller_is_held_to_the_limit_that_is_deployed(cloud: LocalCloud) -> None:
    """The function may count calls in the table, and refuses with a time to come back."""
    counts = cloud.aws("dynamodb")
    minute = int(datetime.now(UTC).timestamp()) // 60
    for n in range(10):  # this minute and those that the test may run into
        key = {"pk": {"S": f"RATE#buyer#flood#{minute + n}"}, "sk": {"S": "CALLS"}}
        counts.put_item(TableName=cloud.endpoints["table"], Item=key | {"calls": {"N": "10000"}})

    with pytest.raises(urllib.error.HTTPError) as refused:
        _flood(cloud)

    with refused.value as answer:
        assert (429, "too_many_requests") == (answer.code, json.load(answer)["code"])
        assert 1 <= int(answer.headers["Retry-After"]) <= 60


def _flood(cloud: LocalCloud) -> None:
    for _ in range(100):
        call(cloud, "buyer:flood", "GET", "/orders")
