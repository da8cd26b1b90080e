"""I10, D12: the limits hold, and the longest texts leave space for the steps that end a dispute."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Never

import pytest
from botocore.exceptions import ClientError

from chalicelib import aws
from chalicelib.api import call as serving
from chalicelib.api.description.parts import INTRODUCTION
from chalicelib.api.identity import jwks, rates
from chalicelib.api.identity.rates import Rates
from chalicelib.api.people import requests
from chalicelib.api.problems import CATALOGUE
from chalicelib.domain.people import Role
from chalicelib.service import disputes, size_limits
from chalicelib.settings import settings_from
from infra.build import template
from tests.api.edge import DAY, HOUR, Reply, Texts, at
from tests.api.samples import ACME, ANA, BEN, CLAIM, DECISION, GUARDED, MARKET, MIA, Stop, bring, euros, path_of, sample_of
from tests.reliability.wire import in_a_function

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.api.endpoint import Endpoint
    from localcloud.memory.table import MemoryTable
    from tests.api.edge import Api

LONGEST = "\U0001f600" * 2000
"""Written as four bytes each: no character that is taken needs more."""


def _say(api: Api, who: str, method: str, path: str, body: Any) -> Reply:  # noqa: ANN401 - any JSON
    return api.send(method, path, api.headers(who), json.dumps(body, ensure_ascii=False).encode())


def _until_refused(api: Api, who: str, path: str, bodies: list[dict[str, Any]]) -> list[int]:
    statuses = []
    for body in bodies:
        reply = _say(api, who, "POST", f"/disputes/o-1-d1{path}", body)
        statuses.append(reply.status)
        if reply.status != 200:
            assert (409, "limit_reached") == reply.refused
            break
    return statuses


def test_a_dispute_full_of_words_can_still_be_decided(api: Api) -> None:
    """I10, D12: when both sides and the mediator have said all they can, a decision and an appeal still find room."""
    bring(api, Stop.NEGOTIATING)
    for who in (ANA, ACME):
        _until_refused(api, who, "/evidence", [{"note": LONGEST}] * 21)
    _until_refused(api, ACME, "/proposals", [OFFERED | {"amount": euros(1001 + n)} for n in range(41)])
    short = [{"type": "refund", "amount": euros(2000 + n)} for n in range(41)]
    assert 409 == _until_refused(api, ACME, "/proposals", short)[-1]
    api.done(ANA, "POST", "/disputes/o-1-d1/escalate", {})
    api.done(MIA, "POST", "/disputes/o-1-d1/assignment", {})
    _until_refused(api, MIA, "/information-requests", [{"to": "seller", "question": LONGEST}] * 11)
    _until_refused(api, MIA, "/information-requests", [{"to": "seller", "question": "Why?"}] * 11)

    long_winded = _say(api, MIA, "POST", "/disputes/o-1-d1/decision", DECISION | {"rationale": LONGEST})
    decided = api.done(MIA, "POST", "/disputes/o-1-d1/decision", DECISION) if long_winded.status != 200 else long_winded.json
    assert "decided" == decided["stage"]
    api.done(ACME, "POST", "/disputes/o-1-d1/decision/accept", {})
    api.clock.wait(30 * DAY)

    assert "resolved" == api.done(ANA, "GET", "/disputes/o-1-d1")["stage"]
    assert 200 == api.call(ANA, "GET", "/disputes/o-1-d1/timeline").status
    largest = max(len(json.dumps(item, ensure_ascii=False).encode()) for item in api.table.snapshot())
    assert largest > size_limits.PARTIES_FILL


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """A low limit of open disputes."""
    monkeypatch.setattr(disputes, "OPEN_DISPUTES_AT_MOST", 2)
    return 2


def test_a_buyer_has_only_so_many_disputes_open(api: Api, few: int) -> None:
    """Section 7: over all orders; what was opened is answered again, and one that ends makes room."""
    for n in range(few):
        bring(api, Stop.DELIVERED, f"o-{n}", parcel=n + 1)
        api.clock.wait(-9 * DAY - HOUR)
    bring(api, Stop.DELIVERED, "o-9", parcel=9)
    opened = [api.call(ANA, "POST", f"/orders/o-{n}/disputes", CLAIM, idempotency_key=f"open-{n}") for n in range(few)]
    stored = api.stored

    refused = api.call(ANA, "POST", "/orders/o-9/disputes", CLAIM)
    assert ((409, "limit_reached"), few) == (refused.refused, refused.json["limit"])
    assert [f"o-{n}-d1" for n in reversed(range(few))] == refused.json["open_disputes"]
    in_spanish = api.call(ANA, "POST", "/orders/o-9/disputes", CLAIM, accept_language="es").json
    assert f"límite de {few}." in in_spanish["detail"]
    assert refused.json["open_disputes"] == in_spanish["open_disputes"]
    assert opened[-1] == api.call(ANA, "POST", f"/orders/o-{few - 1}/disputes", CLAIM, idempotency_key=f"open-{few - 1}")
    again = api.call(ANA, "POST", "/orders/o-1/disputes", CLAIM | {"description": "?"}, idempotency_key=f"open-{few - 1}")
    assert (422, "idempotency_key_reused") == again.refused
    assert stored == api.stored
    for who, order in ((ANA, "o-7"), (BEN, "o-9")):
        assert (404, "not_found") == api.call(who, "POST", f"/orders/{order}/disputes", CLAIM).refused

    api.done(ANA, "POST", "/disputes/o-0-d1/withdraw", {})
    assert 201 == api.call(ANA, "POST", "/orders/o-9/disputes", CLAIM).status


class Unasked:
    """An AWS client, and a counter of calls, that nobody may ask anything."""

    def __getattr__(self, name: str) -> Never:
        """Whatever it is."""
        pytest.fail(f"a request that is not well formed has reached AWS: {name}")


@pytest.fixture
def unasked(new_api: Callable[[MemoryTable], Api], monkeypatch: pytest.MonkeyPatch) -> Api:
    """The API where any AWS call is a failure, and the first call to be counted in the table would be one."""
    nobody: Any = Unasked()
    served = new_api(nobody)
    counted = Rates(nobody, person=10**9, platform=10**9)
    monkeypatch.setattr(serving, "rates", lambda: counted)
    return served


@pytest.mark.parametrize("endpoint", GUARDED, ids=lambda e: e.operation)
def test_what_is_not_well_formed_reaches_no_aws(unasked: Api, endpoint: Endpoint) -> None:
    """Section 7: token, role, ids, size, shape, key and version are looked at before anything is asked of AWS."""
    sample, path = sample_of(endpoint), path_of(endpoint)
    good = json.dumps(sample.body).encode() if endpoint.body else b""
    headers = unasked.headers(sample.who)

    def refused(raw: bytes = good, address: str = path, ids: dict[str, str] | None = None, **changed: str) -> int:
        more = {name.replace("_", "-"): value for name, value in changed.items()}
        return unasked.send(endpoint.method, address, headers | more, raw, ids).refused[0]

    for _ in range(rates.COUNTED_TOGETHER):  # as often as makes a write, if it did
        assert 401 == refused(authorization="Bearer nonsense")
        assert 401 == refused(authorization="")
        assert 413 == refused(b" " * (endpoint.body_at_most + 1))
        assert 422 == refused(address=f"{path}?unknown=1")
        if endpoint.versioned:
            assert 400 == refused(if_match="x")
        for who in {ANA, ACME, MIA, MARKET} - {sample.who}:
            if Role(who.partition(":")[0]) not in endpoint.roles:
                assert 403 == refused(authorization=f"Bearer {unasked.issuer.token(who)}")
        if "{" in endpoint.path:
            assert 404 == refused(ids=dict.fromkeys(re.findall(r"{(\w+)}", endpoint.path), "no id"))
        if endpoint.paged:
            assert 400 == refused(address=f"{path}?cursor=x")
        if endpoint.body:
            assert 400 == refused(b"{")
            assert 422 == refused(b'{"unknown": 1}')
            assert 415 == refused(content_type="text/plain")
        if endpoint.method == "POST":
            assert 400 == refused(idempotency_key="")


CHOICES = [(e, name) for e in GUARDED for name in ("limit", "status", "sort", "awaiting") if name in e.query_names]


@pytest.mark.parametrize(("endpoint", "name"), CHOICES, ids=lambda it: getattr(it, "operation", it))
def test_a_bad_choice_reaches_no_aws(unasked: Api, endpoint: Endpoint, name: str) -> None:
    """Section 7: a parameter out of its range is refused before anything is asked of AWS."""
    assert len(CHOICES) > 5
    for bad in ("0", "101", "-1", "x", ""):
        reply = unasked.call(sample_of(endpoint).who, endpoint.method, f"{path_of(endpoint)}?{name}={bad}")
        assert (422, "validation_failed") == reply.refused, bad


def test_an_answer_comes_before_the_gateway_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Section 7: the longest call of AWS ends before the function that makes it. Where the gateway waits for the function, over
    HTTP or a live connection, there is time before it for the longest wait for an issuer's keys, and the function ends before
    the gateway's 29 seconds. The numbers are those that clients really get.
    """
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    aws.client.cache_clear()
    aws._session.cache_clear()  # noqa: SLF001 - it was made for another region
    config = aws.client("sns").meta.config
    in_a_function(monkeypatch)
    aws.client.cache_clear()
    wire = aws.client("dynamodb")
    aws.client.cache_clear()
    aws._session.cache_clear()  # noqa: SLF001
    attempts = config.retries["total_max_attempts"]
    pauses = sum(2**n for n in range(attempts - 1))  # standard mode waits at most so many seconds before each new attempt
    longest = attempts * (config.connect_timeout + config.read_timeout) + pauses
    settings = json.loads((Path(__file__).parents[2] / ".chalice" / "config.json").read_text())
    timeouts = {name: it["lambda_timeout"] for name, it in settings["lambda_functions"].items()}
    awaited = {name for name in timeouts if name == "api_handler" or name.startswith("websocket_")}

    assert "standard" == config.retries["mode"]
    assert (attempts, config.connect_timeout, config.read_timeout) == (wire.attempts, wire.connect_timeout, wire.read_timeout)
    assert 4 == len(awaited)
    for name in awaited:
        assert longest + 2 * jwks.TIMEOUT_S < timeouts[name] < 29, name  # where the keys' address has to be discovered first
    assert [] == [name for name, timeout in timeouts.items() if timeout <= longest]


def test_the_gateway_holds_back_a_flood() -> None:
    """Section 7: the stage is throttled, its refusal is a problem of the catalogue, and its timeout is not waited for."""
    root = Path(__file__).parents[2]
    gateway = template()["Resources"]["RestAPI"]["Properties"]
    settings = json.loads((root / ".chalice" / "config.json").read_text())
    answers = gateway["DefinitionBody"]["x-amazon-apigateway-gateway-responses"]

    limits = {it["ResourcePath"]: (it["ThrottlingRateLimit"], it["ThrottlingBurstLimit"]) for it in gateway["MethodSettings"]}
    built = template()["Parameters"]
    of_all = tuple(built[it["Ref"]]["Default"] for it in limits.pop("/*"))
    assert (200, 400) == of_all
    assert {"/~1openapi.json": (2, 5), "/~1docs": (2, 5)} == limits, "long answers to anyone have a throttle of their own"
    assert "200 requests a second" in INTRODUCTION
    assert f"answers of {settings['minimum_compression_size']:,} bytes" in INTRODUCTION
    assert settings["lambda_functions"]["api_handler"]["lambda_timeout"] < 29
    assert GATEWAY_ANSWERS | {"DEFAULT_4XX", "DEFAULT_5XX"} == answers.keys()
    for kind, answer in answers.items():
        told = json.loads(re.sub(r"\$context\.error\.messageString", '""', *answer["responseTemplates"].values()))
        # The two for kinds that AWS may add cannot say a status: to give them one would change that of all others.
        assert answer.get("statusCode") == (str(told["status"]) if "status" in told else None)
        assert ("status" in told) is (kind in GATEWAY_ANSWERS)
        assert f"urn:buyer-protection:problem:{told['code']}" == told["type"]
        assert told.get("status") in {CATALOGUE[told["code"]].status, None}
        headers = {name.removeprefix("gatewayresponse.header."): it for name, it in answer["responseParameters"].items()}
        assert IN_EVERY_ANSWER | ({"Retry-After": "'1'"} if kind == "THROTTLED" else {}) == headers


IN_EVERY_ANSWER = {
    "Content-Type": "'application/problem+json'",
    "Content-Language": "'en'",
    "Vary": "'Accept-Language'",
    "Cache-Control": "'no-store'",
    "X-Request-Id": "context.requestId",
    "X-Content-Type-Options": "'nosniff'",
    "Strict-Transport-Security": "'max-age=31536000'",
}
"""The headers of each answer that API Gateway gives by itself: those that the description names for problems."""
GATEWAY_ANSWERS = {
    *("ACCESS_DENIED", "API_CONFIGURATION_ERROR", "AUTHORIZER_CONFIGURATION_ERROR", "AUTHORIZER_FAILURE", "BAD_REQUEST_BODY"),
    *("BAD_REQUEST_PARAMETERS", "EXPIRED_TOKEN", "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT", "INVALID_API_KEY"),
    *("INVALID_SIGNATURE", "MISSING_AUTHENTICATION_TOKEN", "QUOTA_EXCEEDED", "REQUEST_TOO_LARGE", "RESOURCE_NOT_FOUND"),
    *("THROTTLED", "UNAUTHORIZED", "UNSUPPORTED_MEDIA_TYPE", "WAF_FILTERED"),
}
"""Every kind of answer that API Gateway gives by itself, as its documentation lists them."""


OFFERED = {"type": "refund", "note": LONGEST}


def test_a_seller_may_move_house_for_ever(api: Api) -> None:
    """D3, I10: however often and at whatever length return addresses change, the newest are on file."""
    for n in range(12):
        address = {"name": LONGEST[:200], "lines": [LONGEST[:200]] * 4, "city": f"City {n}", "country": "ES"}
        contacts = {"return_addresses": [address] * 6}
        reply = _say(api, ACME, "PUT", "/sellers/acme/contacts", contacts)
        assert 200 == reply.status
        assert f"City {n}" == reply.json["return_addresses"][0]["city"]
        api.clock.wait(DAY)


@pytest.mark.parametrize("size", [30, 60])
def test_the_longest_texts_come_back_as_they_went(api: Api, size: int) -> None:
    """Texts are kept to the letter, whatever the letters."""
    bring(api, Stop.DISPUTED)
    letters = (chr(n) for n in range(0x21, 0x300) if not 0x7F <= n < 0xA0 and not chr(n).isspace())
    note = "".join(letters)[:size] + "日本😀\u200d"

    answer = api.done(ANA, "POST", "/disputes/o-1-d1/evidence", {"note": note})

    assert note == answer["evidence"][0]["note"]
    assert at(api.clock.at) == answer["evidence"][0]["at"]


def test_numbers_of_other_countries_are_refused(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """N1: where the deployment names countries, a seller's phone is of one of them; a buyer's may be of any."""
    bring(api, Stop.NOWHERE)
    monkeypatch.setattr(requests, "settings", lambda: settings_from({"SMS_COUNTRIES": "ES,PT"}))
    for phone, status in (("+34600000001", 200), ("+351912345678", 200), ("+37120000000", 422), ("+14155552671", 422)):
        reply = api.call(MARKET, "PUT", "/sellers/acme/contacts", {"phone": phone, "phone_verified": True})
        assert status == reply.status, phone
        if status == 422:
            assert ["phone"] == [it["field"] for it in reply.json["errors"]]
            assert "ES, PT" in reply.json["errors"][0]["message"]
    assert 200 == api.call(ANA, "PUT", "/buyers/ana/contacts", {"phone": "+37120000000"}).status


@pytest.mark.parametrize("written", ["es", "ES;PT", "ESP", "ES,,P"])
def test_countries_that_cannot_be_meant_stop_the_start(written: str) -> None:
    """N1: a list of countries that nobody can mean is noticed before anything is sent."""
    with pytest.raises(ValueError, match="SMS_COUNTRIES"):
        settings_from({"SMS_COUNTRIES": written})
    assert frozenset({"ES", "PT"}) == settings_from({"SMS_COUNTRIES": "ES,PT"}).sms_countries


def test_only_the_platform_says_that_a_phone_is_verified(api: Api) -> None:
    """N1: a seller who says so of their own phone is refused, and nothing is stored."""
    reply = api.call(ACME, "PUT", "/sellers/acme/contacts", {"phone": "+34600000001", "phone_verified": True})
    assert (422, "validation_failed") == reply.refused
    assert ["phone_verified"] == [it["field"] for it in reply.json["errors"]]
    assert [] == api.stored


def test_a_phone_is_confirmed_over_the_api(api: Api) -> None:
    """N1: a seller puts a phone, sends back the code, and sees it confirmed; the wrong code is a 422 with the tries left."""
    put = api.done(ACME, "PUT", "/sellers/acme/contacts", {"phone": "+34600000001"})
    code = api.texts.codes["+34600000001"]
    path = "/sellers/acme/contacts/phone/confirmation"
    wrong = api.call(ACME, "POST", path, {"code": f"{(int(code) + 1) % 10**6:06d}"})
    assert ((422, "invalid"), "code") == (wrong.refused, wrong.json["field"])
    assert "4 tries" in wrong.json["detail"]
    told = api.done(ACME, "POST", path, {"code": code})
    assert ("pending", "confirmed") == (put["phone_status"], told["phone_status"])
    assert 404 == api.call("seller:zeta", "POST", path, {"code": code}).status


def test_a_number_that_takes_no_sms_is_named(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """N1, I10: a phone that has opted out of SMS is a 422 on its field; it stays on file, unconfirmed."""

    def opted_out(*_: object) -> None:
        raise ClientError({"Error": {"Code": "InvalidParameter", "Message": "opted out"}}, "Publish")

    monkeypatch.setattr(Texts, "send_code", opted_out)
    reply = api.call(ACME, "PUT", "/sellers/acme/contacts", {"phone": "+34600000001"})
    assert ((422, "validation_failed"), "phone") == (reply.refused, reply.json["errors"][0]["field"])
    assert "pending" == api.done(ACME, "GET", "/sellers/acme/contacts")["phone_status"]
