"""O4-O6: webhooks of tracking services become carrier records, once, and only if the service signed them."""

from __future__ import annotations

import copy
import hashlib
import hmac
import json
from base64 import b64encode
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.api import call
from chalicelib.api.carrier_time import carrier_time
from chalicelib.api.endpoint import BODY_AT_MOST
from chalicelib.api.tracking import aftership, seventeen_track, signatures
from chalicelib.api.tracking.tracking_update import ToldRecord
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.parcel import CarrierStatus
from chalicelib.service.errors import Busy
from tests.api.edge import ANYONE, DAY, HOUR, NOON, SIGN, SIGNED, Vault, at
from tests.api.samples import ANA, BY_SIGNATURE, MARKET, SAMPLES, Stop, bring, sample_of
from tests.randomness import tries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.api.endpoint import Endpoint
    from tests.api.edge import Api, Reply

each_service = pytest.mark.parametrize("route", BY_SIGNATURE, ids=lambda e: e.operation)
AFTERSHIP, SEVENTEEN_TRACK = f"{SIGNED}aftership", f"{SIGNED}17track"


def _post(api: Api, route: Endpoint, body: object = None) -> Reply:
    sample = sample_of(route)
    return api.call(sample.who, "POST", route.path, sample.body if body is None else body)


def _aftership(*checkpoints: dict[str, Any], **changed: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    body: dict[str, Any] = copy.deepcopy(SAMPLES["aftership_webhook"].body)
    body["msg"] |= {"checkpoints": list(checkpoints)} | changed
    return body


def _records(api: Api) -> list[tuple[str, str]]:
    parcels = api.done(ANA, "GET", "/orders/o-1")["parcels"]
    return [(it["occurred_at"], it["status"]) for it in parcels[0]["records"]]


def test_a_signature_is_made_as_the_services_say() -> None:
    """AfterShip: base64 of HMAC-SHA256 of the body. 17TRACK: hex SHA-256 of body, slash, key. Known answers by other means."""
    body, secret = b'{"event":"x"}', b"key"

    inner = hashlib.sha256(bytes(k ^ 0x36 for k in secret.ljust(64, b"\0")) + body).digest()
    outer = hashlib.sha256(bytes(k ^ 0x5C for k in secret.ljust(64, b"\0")) + inner).digest()
    assert b64encode(outer).decode() == aftership.sign(body, secret)
    assert hashlib.sha256(b'{"event":"x"}/key').hexdigest() == seventeen_track.sign(body, secret)


@each_service
def test_a_signed_webhook_is_recorded_once(api: Api, route: Endpoint) -> None:
    """O6: its records are taken in; the very same delivery again is a 200 that records nothing and tells nobody."""
    bring(api, Stop.DELIVERED)
    first = _post(api, route)
    stored = api.stored

    again = _post(api, route)

    assert [{"status": "recorded", "order_ids": ["o-1"]}] == first.json["results"]
    assert (200, [{"status": "duplicate", "order_ids": ["o-1"]}]) == (again.status, again.json["results"])
    assert stored == api.stored
    assert ("2026-03-03T07:00:00Z", "in_transit") in _records(api)
    acted = api.done(ANA, "GET", "/orders/o-1/timeline")["events"][-1]["actor"]
    assert {"role": "platform", "id": sample_of(route).who.removeprefix(SIGNED)} == acted


@each_service
def test_the_carriers_words_are_kept_for_people(api: Api, route: Endpoint) -> None:
    """O6: both services say what happened and where; the parties read it with the record."""
    bring(api, Stop.DELIVERED)
    _post(api, route)
    records = api.done(ANA, "GET", "/orders/o-1")["parcels"][0]["records"]
    assert ("Departed", "Madrid, ESP") in [(it["description"], it["place"]) for it in records]


def test_a_carriers_words_are_one_line_of_bounded_length(api: Api) -> None:
    """O6: a carrier's words are cut with an ellipsis, and lose control characters and line breaks."""
    _shipped(api)
    words = {"message": "At\nthe \u202edepot " + "a" * 200, "location": "b" * 61}
    told = _aftership({"checkpoint_time": at(NOON + 8 * DAY), "tag": "InTransit"} | words)
    api.done(AFTERSHIP, "POST", "/webhooks/aftership", told)
    (record,) = api.done(ANA, "GET", "/orders/o-1")["parcels"][0]["records"]
    assert ("At the depot " + "a" * 86 + "…", "b" * 59 + "…") == (record["description"], record["place"])


@each_service
def test_a_bad_signature_is_refused(api: Api, route: Endpoint) -> None:
    """A body that was changed, another's secret, the other service's signature, none: 401, and nothing is recorded."""
    bring(api, Stop.DELIVERED)
    stored, sample = api.stored, sample_of(route)
    raw = json.dumps(sample.body).encode()
    good = api.signed(sample.who, raw)
    (header, value), name = *good.items(), sample.who.removeprefix(SIGNED)
    wrong = [
        {},
        {header: ""},
        {header: value[:-1]},
        {header: value.swapcase()},
        {header: f"sha256={value}"},
        {header: "ñ\ud800日本"},
        {header: SIGN[name].sign(raw, b"guess")},
        {header: SIGN[name].sign(raw, b"")},
        {header: SIGN[name].sign(raw + b" ", f"{name}'s secret".encode())},
        {"authorization": f"Bearer {api.issuer.token(MARKET)}"},
    ]
    for headers in wrong:
        reply = api.send("POST", route.path, api.headers(ANYONE) | headers, raw)
        assert (401, "invalid_signature") == reply.refused, headers
        assert header in reply.headers["www-authenticate"]
    assert (401, "invalid_signature") == api.send("POST", route.path, api.headers(ANYONE) | good, raw + b" ").refused
    assert stored == api.stored
    assert 200 == api.send("POST", route.path, api.headers(ANYONE) | good, raw).status


@each_service
def test_an_old_signature_is_refused(api: Api, route: Endpoint) -> None:
    """Replay: four days after the service learned of it, longer than it goes on trying, the same bytes are a 401."""
    bring(api, Stop.DELIVERED)
    api.clock.at = NOON + 9 * DAY + 4 * DAY
    assert 200 == _post(api, route).status
    stored = api.stored

    api.clock.at += HOUR
    assert (401, "signature_expired") == _post(api, route).refused
    assert stored == api.stored


def _seventeen_track(**changed: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A push that does not say when 17TRACK last heard from the carrier."""
    body: dict[str, Any] = copy.deepcopy(SAMPLES["seventeen_track_webhook"].body)
    (provider,) = body["data"]["track_info"]["tracking"]["providers"]
    del provider["latest_sync_time"]
    provider |= changed
    return body


@pytest.mark.parametrize("synced", [{}, {"latest_sync_time": None}, {"latest_sync_time": "lately"}])
def test_a_push_without_a_sync_time_is_as_old_as_its_newest_event(api: Api, synced: dict[str, Any]) -> None:
    """Replay: leaving out when the carrier was last heard of makes nothing younger."""
    bring(api, Stop.DELIVERED)
    events = [{"time_utc": at(NOON + days * DAY), "sub_status": said} for days, said in ((8, "NotFound"), (2, "InTransit"))]
    body = _seventeen_track(events=events, **synced)
    api.clock.at = NOON + 12 * DAY
    assert ["recorded"] == [it["status"] for it in api.done(SEVENTEEN_TRACK, "POST", "/webhooks/17track", body)["results"]]
    stored = api.stored

    api.clock.at += HOUR
    assert (401, "signature_expired") == api.call(SEVENTEEN_TRACK, "POST", "/webhooks/17track", body).refused
    assert stored == api.stored


def test_a_push_without_any_time_changes_nothing(api: Api) -> None:
    """Replay: an event whose time nobody can tell is no record, so that there is nothing to repeat."""
    bring(api, Stop.DELIVERED)
    stored = api.stored
    body = _seventeen_track(events=[{"sub_status": "Delivered_Other"}, {"time_utc": "today", "sub_status": "Exception_Lost"}])

    assert [] == api.done(SEVENTEEN_TRACK, "POST", "/webhooks/17track", body)["results"]
    assert stored == api.stored


@each_service
def test_an_unknown_carrier_is_refused(api: Api, route: Endpoint) -> None:
    """O4: a carrier that is none of the eight is a 422 that names it."""
    bring(api, Stop.DELIVERED)
    body = copy.deepcopy(sample_of(route).body)
    body.get("msg", {})["slug"] = "usps"
    body.get("data", {})["carrier"] = 21051

    refused = _post(api, route, body)

    assert (422, "unknown_carrier") == refused.refused
    assert refused.json["carrier"] in ("usps", "21051")


@each_service
def test_a_parcel_that_nobody_sent_is_answered_as_ever(api: Api, route: Endpoint) -> None:
    """O6: a number that no order has, or that is no such number, is answered as POST /carrier-events answers it."""
    unknown = _post(api, route)
    body = json.loads(json.dumps(sample_of(route).body).replace("000000001", "nonsense"))
    malformed = _post(api, route, body)

    assert (200, ["unknown_parcel"]) == (unknown.status, [it["status"] for it in unknown.json["results"]])
    assert (200, ["invalid_tracking_number"]) == (malformed.status, [it["status"] for it in malformed.json["results"]])


@each_service
def test_what_has_no_use_is_taken_and_left(api: Api, route: Endpoint) -> None:
    """Other events of the service, and statuses that change nothing, are a 200 with no results, whatever the carrier."""
    body = copy.deepcopy(sample_of(route).body)
    other = body | {"event": "TRACKING_STOPPED"}
    early = json.loads(json.dumps(body).replace("InTransit", "InfoReceived"))

    assert [] == _post(api, route, other).json["results"]
    assert [] == _post(api, route, early).json["results"]


def test_a_delivery_is_known_at_the_carriers_time(api: Api) -> None:
    """O6: delivered-at is what the records say, in whatever order a webhook lists them; one from the future spoils none."""
    bring(api, Stop.SOLD)
    api.done(MARKET, "POST", "/orders/o-1/shipments", {"carrier": "tnt", "tracking_number": "000000001"})
    api.clock.wait(9 * DAY)
    body = _aftership(
        {"checkpoint_time": at(NOON + 8 * DAY), "tag": "Delivered", "subtag": "Delivered_001"},
        {"checkpoint_time": at(NOON + 2 * DAY), "tag": "Exception", "subtag": "Exception_004"},
        {"checkpoint_time": at(NOON + 20 * DAY), "tag": "InTransit"},
        {"checkpoint_time": "yesterday", "tag": "Delivered"},
        {"checkpoint_time": at(NOON + DAY), "tag": "SomethingNew"},
        {},
    )

    results = api.done(AFTERSHIP, "POST", "/webhooks/aftership", body)["results"]

    assert ["recorded", "recorded", "invalid"] == [it["status"] for it in results]
    assert at(NOON + 8 * DAY) == api.done(ANA, "GET", "/orders/o-1")["parcels"][0]["delivered_at"]


def test_as_many_records_as_a_body_holds_are_taken_in(api: Api) -> None:
    """O6: a long journey is recorded whole, though one transaction takes on only some of it."""
    bring(api, Stop.SOLD)
    api.done(MARKET, "POST", "/orders/o-1/shipments", {"carrier": "tnt", "tracking_number": "000000001"})
    api.clock.wait(9 * DAY)
    checkpoints = [{"checkpoint_time": at(NOON + n * HOUR), "tag": "InTransit"} for n in range(1, 61)]

    results = api.done(AFTERSHIP, "POST", "/webhooks/aftership", _aftership(*checkpoints))["results"]

    assert ["recorded"] * 60 == [it["status"] for it in results]
    assert 60 == len(_records(api))


def test_a_time_in_doubt_is_the_latest_that_it_can_mean() -> None:
    """O6: a day alone ends in UTC-12, a time without a zone is there too; neither is later than the service knew of it."""
    told = {"tag": "Delivered", "created_at": at(NOON + 2 * DAY)}
    record = aftership.Checkpoint.model_validate

    for written, expected, exact in (
        ("2026-03-02T20:00:00", NOON + 20 * HOUR, False),
        ("2026-03-02 04:00:00", NOON + 4 * HOUR, False),
        ("2026-03-02", NOON + 24 * HOUR - timedelta(seconds=1), False),
        ("2026-03-04T20:00:00", NOON + 2 * DAY, False),
        ("2026-03-02T20:00:00+08:00", NOON, True),
    ):
        found = record(told | {"checkpoint_time": written}).record(NOON + 9 * DAY)
        assert ToldRecord(expected, CarrierStatus.DELIVERED, exact) == found, written
    alone = record({"tag": "Delivered", "checkpoint_time": "2026-03-02T20:00:00"}).record(NOON)
    assert ToldRecord(NOON, CarrierStatus.DELIVERED, exact=False) == alone


@pytest.mark.parametrize(
    "odd", [None, "", "yesterday", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31", "x" * 9999]
)
def test_what_names_no_moment_is_none(odd: str | None) -> None:
    """I10: an odd time is left out rather than guessed."""
    assert None is carrier_time(odd)


def test_every_carrier_and_status_has_a_name_at_both() -> None:
    """O4: each of the eight carriers can be told by either service, and each status but one by either."""
    assert set(Carrier) == set(aftership.SLUGS.values()) == set(seventeen_track.CODES.values())
    by_tag = set(aftership.TAGS.values())
    assert by_tag == set(seventeen_track.STATUSES.values()) == set(CarrierStatus) - {CarrierStatus.RETURNED_TO_SENDER}
    assert set(CarrierStatus) - {CarrierStatus.DELIVERY_ATTEMPTED} == set(seventeen_track.STAGES.values())
    back = aftership.Checkpoint(checkpoint_time=at(NOON), tag="Exception", subtag="Exception_011").record(NOON)
    also = seventeen_track.Event(time_utc=at(NOON), sub_status="Exception_Returned").record()
    assert ToldRecord(NOON, CarrierStatus.RETURNED_TO_SENDER) == back == also


@each_service
def test_without_a_secret_there_is_no_webhook(api: Api, route: Endpoint) -> None:
    """A webhook without a secret is a 404, like a missing route. A new secret takes minutes to be known."""
    signed, name = sample_of(route).who, sample_of(route).who.removeprefix(SIGNED)
    known = api.vault.secrets.pop((name, "AWSCURRENT"))
    raw = json.dumps(sample_of(route).body).encode()
    headers = api.headers(signed) | {SIGN[name].HEADER: SIGN[name].sign(raw, known.encode())}

    assert (404, "not_found") == api.send("POST", route.path, headers, raw).refused
    api.vault.secrets[name, "AWSCURRENT"] = known
    assert (404, "not_found") == api.send("POST", route.path, headers, raw).refused
    api.clock.wait(DAY)
    assert 404 != api.send("POST", route.path, headers, raw).status


def _sealed(of: signatures.Secrets) -> tuple[bytes, ...]:
    return of.of("17track")


def test_a_secret_is_read_now_and_then() -> None:
    """Secrets are read once in five minutes; after a rotation the one before is good as well; unread ones stay as known."""
    vault, now = Vault(), [0.0]
    secrets = signatures.Secrets(lambda: vault, "test/", lambda: now[0])
    assert (b"17track's secret",) == _sealed(secrets)
    vault.secrets |= {("17track", "AWSCURRENT"): "new\n", ("17track", "AWSPREVIOUS"): "17track's secret"}
    now[0] = 299.0
    assert (b"17track's secret",) == _sealed(secrets)
    now[0] = 300.0
    assert (b"new", b"17track's secret") == _sealed(secrets)
    assert 4 == vault.reads
    vault.fault = ConnectTimeoutError(endpoint_url="there")
    now[0] = 900.0
    assert (b"new", b"17track's secret") == _sealed(secrets)
    assert (5, (b"new", b"17track's secret")) == (vault.reads, _sealed(secrets))
    assert () == signatures.Secrets(lambda: vault, "").of("17track")


@each_service
def test_secrets_that_cannot_be_read_are_our_fault(api: Api, route: Endpoint) -> None:
    """A 503 that says to send it again: nothing is taken in unchecked."""
    api.vault.fault = ClientError({"Error": {"Code": "InternalServiceError", "Message": ""}}, "GetSecretValue")
    reply = _post(api, route)
    assert (503, "secrets_unavailable", "10") == (reply.status, reply.problem, reply.headers["retry-after"])


@each_service
def test_a_busy_order_is_told_again(api: Api, route: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """I9: what could not be taken in now is a 409, so that the service sends it again."""
    bring(api, Stop.DELIVERED)

    def busy(*_: object, **__: object) -> None:
        raise Busy

    with monkeypatch.context() as patch:
        patch.setattr("chalicelib.service.orders.execute", busy)
        assert (409, "in_progress") == _post(api, route).refused
    assert ["recorded"] == [it["status"] for it in _post(api, route).json["results"]]


@each_service
def test_what_is_not_signed_well_reaches_no_table(api: Api, route: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """Section 7: size, parameters, type, signature and shape are looked at before anything is asked of the table."""
    monkeypatch.setattr(call, "services", lambda: pytest.fail("the services were reached"))
    who = sample_of(route).who
    raw = json.dumps(sample_of(route).body).encode()

    def sent(body: bytes, path: str = route.path, **headers: str) -> tuple[int, str]:
        return api.send("POST", path, api.headers(who, **headers) | api.signed(who, body), body).refused

    assert (413, "body_too_large") == sent(b" " * (BODY_AT_MOST + 1))
    assert (422, "validation_failed") == sent(raw, f"{route.path}?x=1")
    assert (415, "unsupported_media_type") == sent(raw, content_type="text/plain")
    assert (400, "malformed_request") == sent(b"{")
    assert (400, "malformed_request") == sent(b"")
    assert (422, "validation_failed") == sent(b"{}")
    assert (422, "validation_failed") == sent(b"[]")


def _inside(value: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 - any JSON
    """Every container in a body, with each of its keys."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield value, key
        yield from _inside(part)


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30)
    | st.sampled_from(["InTransit", "Delivered", "Exception_Returned", "2026-03-03T07:00:00", "tnt", "000000001"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@each_service
@settings(max_examples=tries(60))
@given(data=st.data())
def test_whatever_a_service_signs_is_answered(api: Api, route: Endpoint, data: st.DataObject) -> None:
    """I10: a good webhook with anything in place of parts of it gets a promised answer, and never a 5xx."""
    if not len(api.table):
        bring(api, Stop.DELIVERED)
    body = copy.deepcopy(sample_of(route).body)
    for _ in range(data.draw(st.integers(1, 3))):
        places = list(_inside(body))
        container, key = places[data.draw(st.integers(0, len(places) - 1))] if places else (None, None)
        if container is not None:
            container[key] = data.draw(_json)

    reply = _post(api, route, body)

    assert reply.status < 500, reply.body
    assert reply.status in (200, 401, 422), reply.body


@given(raw=st.binary(max_size=200), key=st.binary(max_size=100))
def test_two_keys_never_sign_alike(raw: bytes, key: bytes) -> None:
    """A signature holds only for its own key and body."""
    for service in SIGN.values():
        signed = service.sign(raw, key)
        assert signed != service.sign(raw + b"x", key)
        assert signed != service.sign(raw, key + b"x")
        assert signed.isascii()
    assert hmac.compare_digest(aftership.sign(raw, key), aftership.sign(raw, key))


SAMPLE_V2 = {"time_iso": "2026-03-05T10:00:00+01:00", "time_utc": "2026-03-05T09:00:00Z", "stage": "Delivered"}
RAW = {"date": "2026-03-05", "time": "10:00:00", "timezone": "+01:00"}


def _shipped(api: Api) -> None:
    bring(api, Stop.SOLD)
    api.done(MARKET, "POST", "/orders/o-1/shipments", {"carrier": "tnt", "tracking_number": "000000001"})
    api.clock.wait(9 * DAY)


def _pushed(api: Api, *events: dict[str, Any], **info: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    body = _seventeen_track(events=list(events), latest_sync_time=at(NOON + 9 * DAY))
    body["data"]["track_info"] |= info
    answer: dict[str, Any] = api.done(SEVENTEEN_TRACK, "POST", "/webhooks/17track", body)
    return answer


@pytest.mark.parametrize("said", [SAMPLE_V2 | {"sub_status": None}, SAMPLE_V2, SAMPLE_V2 | {"sub_status": ""}], ids=ascii)
def test_cheat_27_a_stage_is_a_status_where_there_is_no_other(api: Api, said: dict[str, Any]) -> None:
    """O6: 17TRACK's own samples of v2 and v2.4 say Delivered in the stage, with sub_status null or absent: recorded."""
    _shipped(api)
    answer = _pushed(api, said)
    assert (["recorded"], []) == ([it["status"] for it in answer["results"]], answer["dropped"])
    assert "2026-03-05T09:00:00Z" == api.done(ANA, "GET", "/orders/o-1")["parcels"][0]["delivered_at"]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (RAW, "2026-03-05T09:00:00Z"),
        (RAW | {"timezone": None}, "2026-03-05T22:00:00Z"),
        (RAW | {"timezone": "Europe/Madrid"}, "2026-03-05T22:00:00Z"),
        ({"date": "2026-03-05", "time": None, "timezone": None}, "2026-03-06T11:59:59Z"),
        ("2026-03-05T10:00:00+01:00", "2026-03-05T09:00:00Z"),
        ("2026-03-05", "2026-03-06T11:59:59Z"),
    ],
    ids=ascii,
)
def test_cheat_28_a_time_may_be_only_in_time_raw(api: Api, raw: object, expected: str) -> None:
    """O6: an event whose time is only in time_raw is recorded, at the latest that it can mean."""
    _shipped(api)
    answer = _pushed(api, {"time_iso": None, "time_utc": None, "time_raw": raw, "stage": "Delivered", "sub_status": None})
    assert ["recorded"] == [it["status"] for it in answer["results"]]
    assert expected == api.done(ANA, "GET", "/orders/o-1")["parcels"][0]["delivered_at"]


def test_cheat_27_what_is_left_out_is_counted_and_logged(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    """O6: the answer and the log say how many records were left out, and why."""
    _shipped(api)
    when = {"time_utc": at(NOON + DAY)}
    with caplog.at_level("WARNING"):
        answer = _pushed(
            api,
            when | {"sub_status": "Dancing_Other"},
            when,
            {"stage": "Delivered"},
            when | {"stage": "InfoReceived"},
            when | {"sub_status": "AvailableForPickup_Other"},
            when | {"sub_status": "InTransit_Other"},
        )
        other = api.done(AFTERSHIP, "POST", "/webhooks/aftership", _aftership() | {"event": "edd_revise"})

    told = {it["reason"]: it["count"] for it in answer["dropped"]}
    assert {"unknown_status": 1, "no_status": 1, "no_time": 1, "changes_nothing": 2} == told
    assert ["recorded"] == [it["status"] for it in answer["results"]]
    assert [{"reason": "other_event", "count": 1}] == other["dropped"]
    logged = [record.getMessage() for record in caplog.records if "left out" in record.getMessage()]
    assert ["changes_nothing 2", "unknown_status 1", "no_status 1", "no_time 1", "other_event 1"] == [
        line.partition(": ")[2] for line in logged
    ]


SLUGS = {
    Carrier.DHL: ("dhl", "dhl-pieceid", "dhl-hk", "dhl-active-tracing", "dhl-germany", "dhl-global-mail", "dhlparcel-nl"),
    Carrier.SF_EXPRESS: ("sf-express", "sf-express-webhook", "sfb2c"),
    Carrier.TNT: ("tnt", "tnt-uk", "tnt-it", "tnt-fr", "tnt-au"),
    Carrier.FEDEX: ("fedex", "fedex-uk", "fedex-fims"),
    Carrier.UPS: ("ups", "ups-mi"),
    Carrier.EMS: ("ems", "china-ems"),
}


@pytest.mark.parametrize(("carrier", "slug"), [(carrier, slug) for carrier, slugs in SLUGS.items() for slug in slugs])
def test_cheat_29_a_carrier_has_a_slug_for_each_country_and_service(api: Api, carrier: Carrier, slug: str) -> None:
    """O4: every slug that AfterShip has for one of the eight is that carrier, and none is a 422."""
    assert carrier is aftership.SLUGS[slug]
    bring(api, Stop.SOLD)
    reply = api.call(AFTERSHIP, "POST", "/webhooks/aftership", _aftership(slug=slug))
    assert 200 == reply.status


@pytest.mark.parametrize("slug", ["china-ems", "ems", "china-post", "hong-kong-post"])
@pytest.mark.parametrize("named", ["china_post", "ems"])
def test_cheat_30_whichever_post_reports_it_is_one_parcel(api: Api, slug: str, named: str) -> None:
    """O4: a number that is on record with one post and reported by another is delivered."""
    bring(api, Stop.SOLD)
    api.done(MARKET, "POST", "/orders/o-1/shipments", {"carrier": named, "tracking_number": "RR473124829CN"})
    api.clock.wait(9 * DAY)
    told = {"checkpoint_time": at(NOON + 8 * DAY), "tag": "Delivered"}
    body = _aftership(told, slug=slug, tracking_number="rr 473 124 829 cn")
    assert ["recorded"] == [it["status"] for it in api.done(AFTERSHIP, "POST", "/webhooks/aftership", body)["results"]]
    assert at(NOON + 8 * DAY) == api.done(ANA, "GET", "/orders/o-1")["parcels"][0]["delivered_at"]


def test_a_record_of_another_country_is_kept_and_delivers_nothing(api: Api) -> None:
    """O6, I14: both services say where the parcel goes; the order goes to Spain, so one to France is another parcel."""
    _shipped(api)
    told = {"checkpoint_time": at(NOON + 8 * DAY), "tag": "Delivered"}
    api.done(AFTERSHIP, "POST", "/webhooks/aftership", _aftership(told, destination_country_iso3="FRA"))
    _pushed(api, SAMPLE_V2, shipping_info={"recipient_address": {"country": "FR"}})
    assert None is api.done(ANA, "GET", "/orders/o-1")["parcels"][0]["delivered_at"]
    _pushed(api, SAMPLE_V2, shipping_info={"recipient_address": {"country": "ES"}})
    assert "2026-03-05T09:00:00Z" == api.done(ANA, "GET", "/orders/o-1")["parcels"][0]["delivered_at"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("2026-03-05", "2026-03-06T11:59:59Z"),
        ("2026-03-05T10:00:00", "2026-03-05T22:00:00Z"),
        ("2026-03-11", at(NOON + 9 * DAY)),
    ],
)
def test_the_marketplace_may_know_a_day_alone(api: Api, said: str, expected: str) -> None:
    """O6: POST /carrier-events takes a day, or a time without a zone, as the latest it can be and not later than now."""
    _shipped(api)
    event = {"carrier": "tnt", "tracking_number": "000000001", "status": "delivered", "occurred_at": said}
    results = api.done(MARKET, "POST", "/carrier-events", {"events": [event | {"destination_country": "ES"}]})["results"]
    assert ["recorded"] == [it["status"] for it in results]
    assert expected == api.done(ANA, "GET", "/orders/o-1")["parcels"][0]["delivered_at"]


def test_a_day_that_has_not_begun_anywhere_is_refused(api: Api) -> None:
    """O6: a day alone that lies ahead is a record from the future, like any other."""
    _shipped(api)
    event = {"carrier": "tnt", "tracking_number": "000000001", "status": "delivered", "occurred_at": "2026-03-14"}
    assert ["invalid"] == [it["status"] for it in api.done(MARKET, "POST", "/carrier-events", {"events": [event]})["results"]]
    assert (422, "validation_failed") == api.call(
        MARKET, "POST", "/carrier-events", {"events": [event | {"occurred_at": "2026-02-30"}]}
    ).refused
