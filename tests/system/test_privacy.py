"""A whole story with canary words on the deployed product: no log holds one, and none outlives an erasure (P1, P2)."""

import json
import urllib.error
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from localcloud import logs
from localcloud.clock import read
from localcloud.cloud import LocalCloud
from localcloud.forms import send
from localcloud.webhook import post
from tests.service.bucket import JPEG
from tests.system.test_deployed import A_DAY, call
from tests.system.test_live_chat import connected, told_of
from tests.waiting import awaited

CANARY = "canary"
PHONE, TRACKING, RETURN = "+34611918273", "918273645", "564738291"
SECRETS = (CANARY, PHONE, TRACKING, RETURN)
BUYER, SELLER, MARKET = "buyer:priv-ana", "seller:priv-acme", "platform:priv"
MIA, MAX = "mediator:priv-mia", "mediator:priv-max"
ORDER, DISPUTE = "priv-order", "priv-order-d1"
ADDRESS = {"name": f"{CANARY} name", "lines": [f"{CANARY} street"], "city": f"{CANARY} city", "country": "DE"}

ENGINES_SMS = "[sns] SNS SMS to "
"""The engine's own line on an SMS that it pretends to send, with number and text. SNS writes none unless it is told to."""


def euros(minor: int) -> dict[str, Any]:
    """So many cents."""
    return {"minor": minor, "currency": "EUR"}


def steps(now: datetime) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Everything that people can write into a dispute: who, method, path, body."""
    dispute, offer = f"/disputes/{DISPUTE}", {"type": "refund", "amount": euros(1000), "note": f"{CANARY} offer"}
    contacts = {"email": f"{CANARY}@example.com", "phone": PHONE}
    line = {"id": "1", "title": f"{CANARY} lamp", "quantity": 1, "unit_price": euros(4000)}
    yield BUYER, "PUT", "/buyers/priv-ana/contacts", contacts | {"language": "es"}
    yield SELLER, "PUT", "/sellers/priv-acme/contacts", contacts | {"return_addresses": [ADDRESS]}
    order = {"buyer_id": "priv-ana", "seller_id": "priv-acme", "currency": "EUR", "lines": [line]}
    sold = {"shipping_fee": euros(500), "destination_country": "DE", "paid_at": (now - timedelta(days=12)).isoformat()}
    yield MARKET, "PUT", f"/orders/{ORDER}", order | sold | {"deliver_by": (now + timedelta(days=5)).isoformat()}
    yield SELLER, "POST", f"/orders/{ORDER}/shipments", {"carrier": "tnt", "tracking_number": TRACKING}
    record = {"carrier": "tnt", "tracking_number": TRACKING, "status": "delivered", "occurred_at": now.isoformat()}
    yield MARKET, "POST", "/carrier-events", {"events": [record]}
    yield BUYER, "POST", "/buyers/priv-ana/devices", {"platform": "fcm", "token": f"{CANARY}-token-of-a-phone"}
    yield BUYER, "POST", f"/orders/{ORDER}/messages", {"text": f"{CANARY} message"}
    claim = {"reason": "not_as_described", "issue": "damaged", "description": f"{CANARY} description"}
    yield BUYER, "POST", f"/orders/{ORDER}/disputes", claim
    yield SELLER, "POST", f"{dispute}/proposals", offer | {"type": "refund_with_return", "return_address": ADDRESS}
    yield BUYER, "POST", f"{dispute}/decline", {"note": f"{CANARY} decline"}
    yield SELLER, "POST", f"{dispute}/escalate", {"note": f"{CANARY} escalation"}
    yield MIA, "POST", f"{dispute}/assignment", {}
    yield MIA, "POST", f"{dispute}/information-requests", {"to": "buyer", "question": "Which box?"}
    yield BUYER, "POST", f"{dispute}/evidence", {"note": f"{CANARY} evidence"}
    photo = {"type": "photo", "content_type": "image/jpeg", "size": len(JPEG), "note": f"{CANARY} photo"}
    yield BUYER, "POST", f"{dispute}/evidence/uploads", photo
    decision = offer | {"finding": "not_as_described", "rationale": "The photos show it."}
    yield MIA, "POST", f"{dispute}/decision", {name: decision[name] for name in decision if name != "note"}
    yield BUYER, "POST", f"{dispute}/appeal", {"note": f"{CANARY} appeal"}
    yield MAX, "POST", f"{dispute}/assignment", {}
    returned = {"type": "refund_with_return", "return_address": ADDRESS, "rationale": "It is to go back."}
    yield MAX, "POST", f"{dispute}/decision", {name: decision[name] for name in ("amount", "finding")} | returned
    yield BUYER, "POST", f"{dispute}/return/shipment", {"carrier": "tnt", "tracking_number": RETURN}
    yield SELLER, "POST", f"{dispute}/return/acknowledgement", {"type": "damaged", "evidence": f"{CANARY} broken", "came": True}


def chat(cloud: LocalCloud) -> None:
    """Listen live to what the other party writes, and send frames that are wrong, with canaries in them."""
    with connected(cloud, SELLER) as socket:
        assert "subscribed" == told_of(socket, {"action": "subscribe", "order_id": ORDER})["type"]
        said = call(cloud, BUYER, "POST", f"/orders/{ORDER}/messages", {"text": f"{CANARY} live message"})
        assert {"type": "message", "message": said} == told_of(socket)
        assert "malformed_request" == told_of(socket, {"action": CANARY})["code"]
        assert "not_found" == told_of(socket, {"action": "subscribe", "order_id": CANARY})["code"]


def tracked(cloud: LocalCloud, now: datetime) -> Iterator[int]:
    """Post webhooks of tracking services with canaries beside their records, and return the statuses."""
    at = (now - timedelta(days=1)).isoformat()
    event = {"time_utc": at, "sub_status": "InTransit_Other", "description": f"{CANARY} in hall", "location": f"{CANARY} city"}
    parcel = {"number": TRACKING, "carrier": 100004, "track_info": {"tracking": {"providers": [{"events": [event]}]}}}
    point = {"checkpoint_time": at, "tag": "InTransit", "message": f"{CANARY} signed", "city": f"{CANARY} city"}
    msg = {"slug": CANARY, "tracking_number": TRACKING, "title": f"{CANARY} title", "checkpoints": [point]}
    ts = int(datetime.now(UTC).timestamp())
    yield post(cloud.endpoints, "17track", json.dumps({"event": "TRACKING_UPDATED", "data": parcel}).encode())[0]
    yield post(cloud.endpoints, "aftership", json.dumps({"event": "tracking_update", "ts": ts, "msg": msg}).encode())[0]
    yield post(cloud.endpoints, "aftership", json.dumps({"event": CANARY, "ts": CANARY, "msg": msg}).encode())[0]


def mistakes(cloud: LocalCloud) -> Iterator[int]:
    """Requests that are refused, each with canaries where it is wrong; their statuses."""
    bad: list[tuple[str, str, str, Any]] = [
        (SELLER, "PUT", "/sellers/priv-acme/contacts", {"email": f"{CANARY} no address", "phone": f"{CANARY}"}),
        (BUYER, "GET", f"/orders/{CANARY}@example.com", None),
        (BUYER, "GET", f"/orders?cursor={CANARY}", None),
        (BUYER, "POST", f"/disputes/{DISPUTE}/withdraw", {CANARY: CANARY}),
        (BUYER, "POST", f"/disputes/{DISPUTE}/proposals/{CANARY}/accept", {}),
        ("buyer:priv-stranger", "GET", f"/disputes/{DISPUTE}", None),
        (MARKET, "PUT", f"/orders/{CANARY}@example.com", {"lines": CANARY}),
    ]
    for who, method, path, body in bad:
        with pytest.raises(urllib.error.HTTPError) as refused:
            call(cloud, who, method, path, body)
        yield refused.value.code
        refused.value.close()


def poison(cloud: LocalCloud) -> dict[str, Any]:
    """Hand the publishing function an event that it cannot read; what it answers."""
    image = {"pk": {"S": "ORDER#priv-poison"}, "sk": {"S": "EVENT#0000#000001"}, "publish": {"S": "event"}}
    image |= {"data": {"S": f'{{"{CANARY}": '}, "at": {"S": f"{CANARY}"}, "stream": {"N": "0"}, "seq": {"N": "1"}}
    image |= {"type": {"S": "escalated"}, "actor_role": {"S": "buyer"}, "actor_id": {"S": CANARY}}
    record = {
        "eventID": "1",
        "eventName": "INSERT",
        "dynamodb": {"NewImage": image, "Keys": {}, "SequenceNumber": "1"},
        "awsRegion": "eu-west-1",
        "eventSourceARN": "arn:aws:dynamodb:eu-west-1:000000000000:table/t/stream/0",
    }
    payload = json.dumps({"Records": [record]}).encode()
    answer = cloud.aws("lambda").invoke(FunctionName=cloud.endpoints["publish_function"], Payload=payload)
    told: dict[str, Any] = json.load(answer["Payload"])
    return told


def change_something(cloud: LocalCloud, who: str, path: str) -> None:
    """Take another address, and sign out on one of two devices: all of it has to end in SNS."""
    call(cloud, who, "PUT", f"{path}/contacts", {"email": f"another-{CANARY}@example.com", "phone": PHONE})
    devices = [{"platform": "fcm", "token": f"{CANARY}-{n}-of-{who}"} for n in range(2)]
    (gone, _) = [call(cloud, who, "POST", f"{path}/devices", device) for device in devices]
    call(cloud, who, "DELETE", f"{path}/devices/{gone['id']}")


def endpoints(cloud: LocalCloud, pk: str) -> list[str]:
    """Every endpoint in SNS that a profile names, one that has ended among them."""
    key = {"pk": {"S": pk}, "sk": {"S": "PROFILE"}}
    stored = cloud.aws("dynamodb").get_item(TableName=cloud.endpoints["table"], Key=key)["Item"]
    profile = json.loads(stored["data"]["S"])
    named = [*(device["endpoint"] for device in profile["devices"]), *profile["ending"]]
    return [arn for arn in named if "/" in arn]


def is_there(cloud: LocalCloud, endpoint: str) -> bool:
    """Return whether SNS has it."""
    sns = cloud.aws("sns")
    try:
        sns.get_endpoint_attributes(EndpointArn=endpoint)
    except sns.exceptions.NotFoundException:
        return False
    return True


def kept(cloud: LocalCloud) -> str:
    """Return the table's items except answers to requests, which expire by themselves."""
    pages = cloud.aws("dynamodb").get_paginator("scan").paginate(TableName=cloud.endpoints["table"])
    items = [item for page in pages for item in page["Items"] if not item["pk"]["S"].startswith("IDEMPOTENCY#")]
    return json.dumps([item for item in items if "priv-" in json.dumps(item)])


def files(cloud: LocalCloud) -> list[str]:
    """The keys of what lies in the bucket for the order."""
    listed = cloud.aws("s3").list_objects_v2(Bucket=cloud.endpoints["files_bucket"]).get("Contents", [])
    return [it["Key"] for it in listed if f"/{ORDER}/" in it["Key"]]


def wait_for_a_file(cloud: LocalCloud) -> None:
    """Wait until a file has been taken in."""
    awaited(lambda: [key for key in files(cloud) if key.startswith("kept/")])


@pytest.fixture(scope="module")
def told(cloud: LocalCloud) -> LocalCloud:
    """The cloud once the story has been told in full, and everything that can go wrong has."""
    now = datetime.fromisoformat(read(cloud.endpoints)["now"])
    for who, method, path, body in steps(now):
        answer = call(cloud, who, method, path, body)
        if path.endswith("/uploads"):
            assert (204, "") == send(answer, JPEG)
            wait_for_a_file(cloud)
    chat(cloud)
    assert [200, 422, 422] == list(tracked(cloud, now))
    assert [422, 404, 400, 422, 404, 404, 422] == list(mistakes(cloud))
    assert {"batchItemFailures": [{"itemIdentifier": "1"}]} == poison(cloud)
    assert all(secret in kept(cloud) for secret in SECRETS)
    assert ["kept", "shown", "shown"] == [key.partition("/")[0] for key in files(cloud)]
    cloud.advance_clock(120 * A_DAY)
    cloud.sweep_now()
    return cloud


def test_no_log_holds_a_word_of_anybody_s(told: LocalCloud) -> None:
    """P1: of a story full of names, addresses, numbers and words, with every kind of error, the logs hold only ids."""

    def whole() -> str:
        lines = "\n".join(logs.lines(told))
        return lines if "was not fully published" in lines else ""

    written = awaited(whole)

    ours = [line for line in written.splitlines() if ENGINES_SMS not in line]
    assert [line[:300] for line in ours if any(secret in line for secret in SECRETS)] == []
    for known in (ORDER, DISPUTE, "ORDER#priv-poison", '"route": "/disputes/{dispute_id}/evidence"', '"status": 422'):
        assert known in written


def test_a_person_who_is_forgotten_is_gone_from_the_deployment(told: LocalCloud) -> None:
    """P2: the deployed jobs, with the rights they have, erase both parties; the story, its money and its decision stay."""
    ledger = call(told, MARKET, "GET", f"/orders/{ORDER}/ledger")
    for instruction in ledger["payment_instructions"]:
        call(told, MARKET, "POST", f"/payment-instructions/{instruction['id']}/result", {"status": "settled", "reference": "r"})
    before = call(told, BUYER, "GET", f"/disputes/{DISPUTE}/timeline")["events"]
    for person, path in ((BUYER, "/buyers/priv-ana"), (SELLER, "/sellers/priv-acme")):
        change_something(told, person, path)
    devices = [*endpoints(told, "BUYER#priv-ana"), *endpoints(told, "SELLER#priv-acme")]
    assert [True, True, False, True, False] == [is_there(told, it) for it in devices]
    for path in ("/buyers/priv-ana", "/sellers/priv-acme"):
        assert "pending" == call(told, MARKET, "DELETE", path)["status"]
    told.sweep_now()

    for person, path in ((BUYER, "/buyers/priv-ana"), (SELLER, "/sellers/priv-acme")):
        assert "done" == call(told, person, "GET", f"{path}/erasure")["status"]
    stored = kept(told).replace(f"{CANARY} lamp", "")  # what was sold stays: it is what the money was paid for
    assert (False, False, True) == (CANARY in stored, PHONE in stored, "[erased]" in stored)
    after = call(told, BUYER, "GET", f"/disputes/{DISPUTE}/timeline")["events"]
    assert [(e["seq"], e["at"], e["type"]) for e in before] == [(e["seq"], e["at"], e["type"]) for e in after[: len(before)]]
    assert ["words_erased"] * 2 == [e["type"] for e in after[len(before) :]]
    assert ledger["entries"] == call(told, MARKET, "GET", f"/orders/{ORDER}/ledger")["entries"]
    people = (
        f"{told.endpoints['person_topic_prefix']}buyer-priv-ana",
        f"{told.endpoints['person_topic_prefix']}seller-priv-acme",
    )
    topics = [topic["TopicArn"].rpartition(":")[2] for topic in told.aws("sns").list_topics()["Topics"]]
    assert [topic for topic in topics if topic in people] == []
    assert [it for it in devices if is_there(told, it)] == []
    assert [] == files(told)
