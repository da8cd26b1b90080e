"""N6 as deployed: storage holds uploads to their forms, and a function checks each one that its queue reports."""

import base64
import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from chalicelib.service.uploads import NO_LINKS
from chalicelib.store.files import Files
from chalicelib.store.pictures import copies_of
from localcloud.clock import read
from localcloud.cloud import LocalCloud
from localcloud.forms import send
from tests.service.bucket import JPEG, MP4, PNG
from tests.system.test_deployed import A_DAY, call
from tests.waiting import PATIENCE, awaited

NUMBERS = count(1)
PHOTO = {"type": "photo", "content_type": "image/jpeg", "size": len(JPEG), "note": "The crack."}


@dataclass
class Case:
    """A dispute in the local cloud, and who is in it."""

    cloud: LocalCloud
    id: str
    buyer: str
    seller: str

    def ask(self, who: str = "", **changed: object) -> dict[str, Any]:
        """Ask for a form, as the buyer by default."""
        form: dict[str, Any] = call(self.cloud, who or self.buyer, "POST", f"{self.path}/uploads", PHOTO | changed)
        return form

    @property
    def path(self) -> str:
        """Return the path of its evidence."""
        return f"/disputes/{self.id}/evidence"

    def shown(self, who: str = "") -> dict[str, Any]:
        """The list of evidence, as the buyer sees it by default."""
        seen: dict[str, Any] = call(self.cloud, who or self.buyer, "GET", self.path)
        return seen

    def settled(self, form: dict[str, Any], who: str = "") -> dict[str, Any]:
        """Return the end of an upload once it has one: a piece of evidence, or an upload that was turned away."""

        def became() -> list[dict[str, Any]]:
            seen = self.shown(who)
            found = [it for it in seen["evidence"] if (it["file"] or {}).get("upload_id") == form["upload_id"]]
            return found + [it for it in seen["uploads"] if it["upload_id"] == form["upload_id"] and it["status"] == "rejected"]

        return awaited(became)[0]

    def objects(self) -> list[str]:
        """The keys that lie in the bucket for its order."""
        bucket, order = self.cloud.endpoints["files_bucket"], self.id.removesuffix("-d1")
        listed = self.cloud.aws("s3").list_objects_v2(Bucket=bucket).get("Contents", [])
        return [it["Key"] for it in listed if f"/{order}/" in it["Key"]]


@pytest.fixture
def case(cloud: LocalCloud) -> Case:
    """A dispute of its own for each test, just opened."""
    n = next(NUMBERS)
    now = datetime.fromisoformat(read(cloud.endpoints)["now"])
    order = {
        "buyer_id": f"up-buyer-{n}",
        "seller_id": f"up-shop-{n}",
        "currency": "EUR",
        "lines": [{"id": "1", "title": "A lamp", "quantity": 1, "unit_price": {"minor": 4000, "currency": "EUR"}}],
        "shipping_fee": {"minor": 500, "currency": "EUR"},
        "paid_at": (now - timedelta(days=12)).isoformat(),
        "destination_country": "DE",
        "deliver_by": (now + timedelta(days=5)).isoformat(),
    }
    buyer = f"buyer:up-buyer-{n}"
    call(cloud, "platform:sys", "PUT", f"/orders/up-{n}", order)
    call(cloud, buyer, "POST", f"/orders/up-{n}/receipt", {})
    opened = call(cloud, buyer, "POST", f"/orders/up-{n}/disputes", {"reason": "not_as_described", "issue": "damaged"})
    return Case(cloud, opened["id"], buyer, f"seller:up-shop-{n}")


def downloaded(link: dict[str, str]) -> tuple[bytes, str]:
    """The content and its type that a link gives, as a file to save."""
    with urllib.request.urlopen(link["url"], timeout=PATIENCE) as reply:
        assert reply.headers["content-disposition"].startswith("attachment; filename=")
        return reply.read(), reply.headers["content-type"]


def test_both_parties_and_the_mediator_read_each_others_files(case: Case) -> None:
    """N6, D4: two files go up, are looked at, and come back by links: a film byte for byte, a photo as a copy."""
    before = call(case.cloud, case.seller, "GET", f"/disputes/{case.id}")["missing_evidence"]
    sent = {case.buyer: (case.ask(), JPEG)}
    wanted = {"type": "video", "content_type": "video/mp4", "size": len(MP4), "note": ""}
    sent[case.seller] = case.ask(case.seller, **wanted), MP4
    for who, (form, content) in sent.items():
        assert (204, "") == send(form, content)
        case.settled(form, who)
    call(case.cloud, case.seller, "POST", f"/disputes/{case.id}/decline", {})
    call(case.cloud, case.buyer, "POST", f"/disputes/{case.id}/escalate", {})
    call(case.cloud, "mediator:up-mia", "POST", f"/disputes/{case.id}/assignment", {})

    assert {"buyer": ["photo"], "seller": []} == before
    for who in (case.buyer, case.seller, "mediator:up-mia"):
        seen = case.shown(who)
        assert {"buyer": [], "seller": []} == seen["missing_evidence"]
        photo, film = seen["evidence"]
        display, thumbnail = copies_of(JPEG)
        read_by = {"link": display, "thumbnail": thumbnail} | ({"original": JPEG} if who.startswith("mediator:") else {})
        assert read_by.keys() == {name for name in ("link", "thumbnail", "original") if photo[name]}
        for name, content in read_by.items():
            assert (content, "image/jpeg") == downloaded(photo[name])
        assert (MP4, "video/mp4", None, None) == (*downloaded(film["link"]), film["thumbnail"], film["original"])
    assert {"kept", "shown"} == {key.split("/", 1)[0] for key in case.objects()}
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(film["link"]["url"].partition("?")[0], timeout=PATIENCE)


def test_storage_holds_an_upload_to_its_form(case: Case) -> None:
    """N6: a byte more or less, another type, another key, a field more, another signature: refused, and nothing is stored."""
    form, other = case.ask(), case.ask()
    refused = [
        send(form, JPEG + b"!"),
        send(form, JPEG[:-1]),
        send(form, JPEG, **{"Content-Type": "image/png"}),
        send(form, JPEG, key=other["fields"]["key"]),
        send(form, JPEG, key=form["fields"]["key"].replace("incoming", "kept")),
        send(form, JPEG, acl="public-read"),
        send(form, JPEG, **{"x-amz-signature": other["fields"]["x-amz-signature"].replace("0", "1")}),
    ]

    denied = (403, "AccessDenied")
    large, small = (400, "EntityTooLarge"), (400, "EntityTooSmall")
    assert [large, small, denied, denied, denied, denied, (403, "SignatureDoesNotMatch")] == refused
    assert [] == case.objects()
    assert ["pending", "pending"] == [it["status"] for it in case.shown()["uploads"]]


def test_a_form_works_for_ten_minutes(case: Case) -> None:
    """N6: the form's own policy ends then, and storage takes nothing by one that has expired."""
    before = datetime.now(UTC).replace(microsecond=0)
    policy = json.loads(base64.b64decode(case.ask()["fields"]["policy"]))
    after = datetime.now(UTC)
    ends = datetime.fromisoformat(policy["expiration"])
    files = Files(lambda: case.cloud.aws("s3"), case.cloud.endpoints["files_bucket"])
    short = files.form("incoming/x/buyer/y", "image/jpeg", len(JPEG), 1)
    time.sleep(1.1)

    assert before <= ends - timedelta(minutes=10) <= after
    assert (403, "AccessDenied") == send({"url": short.url, "fields": short.fields}, JPEG)


def test_a_file_that_is_something_else_is_removed(case: Case) -> None:
    """N6: a drawing that says it is a photo passes storage, but not the check of its first bytes; only its uploader is told."""
    form = case.ask()
    assert (204, "") == send(form, PNG.ljust(len(JPEG)))

    told = case.settled(form)
    assert ("rejected", "wrong_content") == (told["status"], told["reason"])
    assert ([], [], []) == (case.objects(), case.shown()["evidence"], case.shown(case.seller)["uploads"])


def test_nobody_else_asks_or_sees(case: Case) -> None:
    """I6: to strangers, and to mediators before it is escalated, there is no such dispute."""
    for who in ("buyer:up-eve", "seller:up-zeta"):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            case.ask(who)
    for who in ("buyer:up-eve", "seller:up-zeta", "mediator:up-mia"):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            case.shown(who)


def test_a_twenty_first_file_is_not_taken(case: Case) -> None:
    """N6: no form for it, and a form given out before does not help."""
    late = case.ask()
    for n in range(20):
        call(case.cloud, case.buyer, "POST", case.path, {"note": f"Word {n}."})
    with pytest.raises(urllib.error.HTTPError, match="409"):
        case.ask()
    assert (204, "") == send(late, JPEG)

    assert ("rejected", "limit_reached") == (case.settled(late)["status"], case.settled(late)["reason"])
    assert (20, []) == (len(case.shown()["evidence"]), case.objects())


def test_storage_tells_again_and_nothing_happens(case: Case) -> None:
    """N6: a redelivered event, one about an object that is gone, a test of the connection: all are fine and change nothing."""
    form = case.ask()
    send(form, JPEG)
    case.settled(form)
    before = case.shown()["evidence"][0] | NO_LINKS, case.objects()
    told = {"s3": {"bucket": {"name": case.cloud.endpoints["files_bucket"]}, "object": {"key": form["fields"]["key"]}}}
    bodies = [{"Records": [told]}, {"Records": [told, told]}, {"Service": "Amazon S3", "Event": "s3:TestEvent"}]
    records = [{"messageId": str(n), "body": json.dumps(body)} for n, body in enumerate(bodies)]
    reply = case.cloud.aws("lambda").invoke(
        FunctionName=case.cloud.endpoints["upload_stored_function"], Payload=json.dumps({"Records": records})
    )

    assert {"batchItemFailures": []} == json.load(reply["Payload"])
    assert before == (case.shown()["evidence"][0] | NO_LINKS, case.objects())


def test_what_nobody_asked_for_is_removed(case: Case) -> None:
    """N6: an object under a foreign key goes as soon as storage tells of it."""
    bucket, key = case.cloud.endpoints["files_bucket"], f"incoming/{case.id.removesuffix('-d1')}/buyer/foreign key+é"
    case.cloud.aws("s3").put_object(Bucket=bucket, Key=key, Body=JPEG, ContentType="image/jpeg")
    assert awaited(lambda: not case.objects())


def test_a_file_goes_with_a_message(case: Case) -> None:
    """N5, N6: what the buyer sends is refused until it has been looked at, then attached, and the seller reads it by a link."""
    thread = f"/orders/{case.id.removesuffix('-d1')}/messages"
    form = call(case.cloud, case.buyer, "POST", f"{thread}/uploads", {"content_type": "image/jpeg", "size": len(JPEG)})
    said = {"text": "Look.", "attachments": [form["upload_id"]]}
    with pytest.raises(urllib.error.HTTPError, match="409"):
        call(case.cloud, case.buyer, "POST", thread, said)
    assert (204, "") == send(form, JPEG)
    awaited(lambda: ["kept", "shown", "shown"] == [key.partition("/")[0] for key in case.objects()])
    message = call(case.cloud, case.buyer, "POST", thread, said)
    (file,) = call(case.cloud, case.seller, "GET", f"{thread}/{message['id']}/attachments")["attachments"]

    assert message["attachments"] == [{name: it for name, it in file.items() if name not in NO_LINKS}]
    assert (copies_of(JPEG)[0], "image/jpeg") == downloaded(file["link"])


def test_a_file_that_comes_after_the_deadline_is_removed(case: Case) -> None:
    """N6: asked for in time and sent too late: the dispute has ended, swept or not."""
    form = case.ask()
    case.cloud.advance_clock(6 * A_DAY)
    assert (204, "") == send(form, JPEG)

    assert ("rejected", "too_late") == (case.settled(form)["status"], case.settled(form)["reason"])
    assert [] == case.objects()
    with pytest.raises(urllib.error.HTTPError, match="409"):
        case.ask()
