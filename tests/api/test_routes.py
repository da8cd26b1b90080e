"""Every route is called once with a good request, and the central story is played over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.api.edge import ANYONE, DAY, HOUR, Quiet, at
from tests.api.samples import (
    ACME,
    ANA,
    AT_HOME,
    CLAIM,
    DEVICE,
    EVERY,
    MARKET,
    MIA,
    OFFER,
    ORDER,
    SAMPLES,
    SELLER_CONTACTS,
    SHOP_DEVICE,
    VERIFIED_CONTACTS,
    WITH_BODY,
    ZETA,
    Stop,
    bring,
    euros,
    euros_told,
    path_of,
    sample_of,
    shipped_with,
)

if TYPE_CHECKING:
    from chalicelib.api.endpoint import Endpoint
    from tests.api.edge import Api


def test_every_route_has_a_sample() -> None:
    """A new route needs a good sample request, and then has the tests of bad input."""
    assert sorted(SAMPLES) == sorted(endpoint.operation for endpoint in EVERY)


@pytest.mark.parametrize("endpoint", EVERY, ids=lambda e: e.operation)
def test_a_good_request_is_answered(api: Api, endpoint: Endpoint) -> None:
    """A good request gets the route's status, JSON with what it promises, and the version as ETag where there is one."""
    sample = sample_of(endpoint)
    bring(api, sample.stop)

    reply = api.call(sample.who, endpoint.method, path_of(endpoint) + sample.query, sample.body)

    assert (endpoint.status, sample.kind) == (reply.status, reply.headers["content-type"]), reply.body
    if sample.kind != "application/json":
        return
    assert set(sample.keys) <= reply.json.keys()
    version = reply.json.get("version")
    assert (version is not None or endpoint.method == "GET") is ("etag" in reply.headers)
    assert version is None or reply.headers["etag"].startswith(f'W/"{version}-')


@pytest.mark.parametrize("endpoint", [e for e in WITH_BODY if sample_of(e).other is not None], ids=lambda e: e.operation)
def test_the_other_good_body_does_as_well(api: Api, endpoint: Endpoint) -> None:
    """Optional members may be left out."""
    sample = sample_of(endpoint)
    bring(api, sample.stop)

    assert endpoint.status == api.call(sample.who, endpoint.method, path_of(endpoint), sample.other).status


def test_anyone_may_ask_with_any_header(api: Api) -> None:
    """Health and description need no token, and mind none."""
    assert {"status": "ok", "release": "development"} == api.done(ANYONE, "GET", "/health", authorization="Bearer nonsense")


def test_an_order_adds_up_to_an_amount(api: Api) -> None:
    """O2: the lines' prices may be as large as an amount can be, and so may their sum with shipping, but no larger."""
    line = {"id": "a", "title": "Ship", "quantity": 1, "unit_price": euros(10**13)}
    free = ORDER | {"shipping_fee": euros(0)}

    assert (422, "validation_failed") == api.call(MARKET, "PUT", "/orders/o-1", ORDER | {"lines": [line]}).refused
    two = free | {"lines": [line | {"quantity": 2}]}
    assert (422, "validation_failed") == api.call(MARKET, "PUT", "/orders/o-1", two).refused
    assert 201 == api.call(MARKET, "PUT", "/orders/o-1", free | {"lines": [line]}).status


def test_importing_again_is_no_news(api: Api) -> None:
    """O1: the same order again is a 200 that changes nothing; another body for its id is a conflict."""
    first = api.call(MARKET, "PUT", "/orders/o-1", ORDER)
    stored = api.stored

    again = api.call(MARKET, "PUT", "/orders/o-1", ORDER)
    other = api.call(MARKET, "PUT", "/orders/o-1", ORDER | {"shipping_fee": euros(1)})

    assert (201, 200) == (first.status, again.status)
    assert first.json == again.json
    assert (409, "conflict") == other.refused
    assert stored == api.stored


def test_an_order_that_never_arrived(api: Api) -> None:
    """D9, M1: the seller is silent for five days, and any reader sees the refund, swept or not."""
    api.done(MARKET, "PUT", "/orders/o-1", ORDER)
    early = api.call(ANA, "POST", "/orders/o-1/disputes", {"reason": "not_received"})
    api.clock.wait(30 * DAY)
    opened = api.done(ANA, "POST", "/orders/o-1/disputes", {"reason": "not_received"})
    api.clock.wait(5 * DAY)

    assert (409, "not_yet_covered") == early.refused
    assert "waiting_for_seller_response" == opened["status"]
    seen = api.done(ANA, "GET", "/disputes/o-1-d1")
    assert ("resolved", "resolved_buyer_favour", euros_told(10000)) == (seen["status"], seen["outcome"], seen["refund"])
    ledger = api.done(ACME, "GET", "/orders/o-1/ledger")
    assert {
        "held": euros_told(0),
        "refunded": euros_told(10000),
        "released": euros_told(0),
        "paid": euros_told(10000),
    } == ledger["balance"]
    assert ["refund"] == [it["movement"] for it in ledger["payment_instructions"]]


def test_a_dispute_from_claim_to_return(api: Api) -> None:
    """Section 4: offer, counter-offer, agreement, parcel back, refund, and the marketplace pays it out."""
    bring(api, Stop.DISPUTED)
    path = "/disputes/o-1-d1"
    offered = api.done(ACME, "POST", f"{path}/proposals", OFFER)
    api.clock.wait(HOUR)
    back = {"type": "refund_with_return", "amount": euros(9000)}
    countered = api.done(ANA, "POST", f"{path}/proposals", back)
    stale = api.call(ACME, "POST", f"{path}/proposals/{offered['current_proposal']['id']}/accept", {})
    agreed = api.done(ACME, "POST", f"{path}/proposals/{countered['current_proposal']['id']}/accept", {})
    api.clock.wait(DAY)
    sent = api.done(ANA, "POST", f"{path}/return/shipment", shipped_with(900000001))
    api.clock.wait(DAY)
    ended = api.done(ACME, "POST", f"{path}/return/acknowledgement", {"type": "item_received"})

    assert (409, "stale_proposal") == stale.refused
    assert countered["current_proposal"] == stale.json["current_proposal"]
    assert ["awaiting_return", "return_in_transit", "resolved"] == [agreed["stage"], sent["stage"], ended["stage"]]
    assert ("resolved_with_agreement", euros_told(9000)) == (ended["outcome"], ended["refund"])
    timeline = api.done(ANA, "GET", f"{path}/timeline")["events"]
    assert list(range(1, len(timeline) + 1)) == [event["seq"] for event in timeline]
    pending = api.done(MARKET, "GET", "/payment-instructions")["items"]
    assert [("o-1-p1", euros_told(9000))] == [(it["id"].rpartition("-")[0], it["amount"]) for it in pending]
    api.done(MARKET, "POST", f"/payment-instructions/{pending[0]['id']}/result", {"status": "settled", "reference": "r"})
    assert [] == api.done(MARKET, "GET", "/payment-instructions")["items"]


def test_payment_instructions_are_listed_from_either_end(api: Api) -> None:
    """M2: the newest come first or, with sort=oldest, those that have waited longest, page after page."""
    for number, order_id in enumerate(("o-1", "o-2", "o-3"), 1):
        bring(api, Stop.PAYING, order_id, parcel=number)
        api.clock.wait(HOUR)

    def ids(sort: str) -> list[str]:
        found, cursor = list[str](), ""
        while True:
            page = api.done(MARKET, "GET", f"/payment-instructions?limit=2{sort}{cursor}")
            found += [it["id"] for it in page["items"]]
            if page["cursor"] is None:
                return found
            cursor = f"&cursor={page['cursor']}"

    newest, oldest = ids("&sort=newest"), ids("&sort=oldest")
    issued = [it["issued_at"] for it in api.done(MARKET, "GET", "/payment-instructions?sort=oldest")["items"]]
    assert (newest, newest[::-1]) == (ids(""), oldest)
    assert sorted(issued) == issued
    assert {"o-1", "o-2", "o-3"} == {it.rpartition("-p")[0] for it in oldest}


def test_a_dispute_that_a_mediator_decides(api: Api) -> None:
    """D5, D10: the queue shows the case, the decision both accept is carried out at once, and nothing is left to do."""
    bring(api, Stop.ESCALATED)
    queue = api.done(MIA, "GET", "/mediation/queue")
    assert ["o-1-d1"] == [it["id"] for it in queue["items"]]
    bring_on = [
        (MIA, "/assignment", {}),
        (MIA, "/information-requests", {"to": "seller", "question": "Which box?"}),
        (ACME, "/evidence", {"note": "The small one."}),
        (MIA, "/decision", {"type": "refund", "amount": euros(4000), "finding": "not_as_described", "rationale": "Cracked."}),
        (ACME, "/decision/accept", {}),
        (ANA, "/decision/accept", {}),
    ]
    for who, path, body in bring_on:
        api.clock.wait(HOUR)
        api.done(who, "POST", f"/disputes/o-1-d1{path}", body)

    seen = api.done(MIA, "GET", "/disputes/o-1-d1")
    assert ("resolved", euros_told(4000), []) == (seen["stage"], seen["refund"], seen["allowed_actions"])
    assert [] == api.done(MIA, "GET", "/mediation/queue")["items"]
    assert ["o-1-d1"] == [it["id"] for it in api.done(MIA, "GET", "/disputes?status=resolved")["items"]]


def test_lists_go_on_where_they_stopped(api: Api) -> None:
    """Section 7: newest first, page by page, each item once, only for its owners."""
    for n in range(5):
        paid = {"paid_at": at(api.clock.at), "deliver_by": at(api.clock.at + DAY)}
        api.done(MARKET, "PUT", f"/orders/o-{n}", ORDER | paid)
        api.clock.wait(HOUR)
    seen, query = [], "?limit=2"
    while query:
        page = api.done(ANA, "GET", f"/orders{query}")
        seen += [it["id"] for it in page["items"]]
        query = f"?limit=2&cursor={page['cursor']}" if page["cursor"] else ""

    assert ["o-4", "o-3", "o-2", "o-1", "o-0"] == seen
    assert seen == [it["id"] for it in api.done(MARKET, "GET", "/orders?seller_id=acme")["items"]]
    assert {"items": [], "cursor": None, "as_of": at(api.clock.at)} == api.done("buyer:acme", "GET", "/orders")


def test_a_cursor_survives_what_is_new(api: Api) -> None:
    """Section 7: what comes in between two pages neither repeats nor hides anything of the second."""
    for n in range(4):
        paid = {"paid_at": at(api.clock.at), "deliver_by": at(api.clock.at + DAY)}
        api.done(MARKET, "PUT", f"/orders/o-{n}", ORDER | paid)
        api.clock.wait(HOUR)
    first = api.done(ANA, "GET", "/orders?limit=2")
    late = {"paid_at": at(api.clock.at), "deliver_by": at(api.clock.at + DAY)}
    api.done(MARKET, "PUT", "/orders/o-9", ORDER | late)

    second = api.done(ANA, "GET", f"/orders?limit=2&cursor={first['cursor']}")

    assert ["o-3", "o-2", "o-1", "o-0"] == [it["id"] for it in first["items"] + second["items"]]


def test_contacts_are_replaced_whole(api: Api) -> None:
    """N1: what is absent is removed, and the versions count up."""
    first = api.done(ACME, "PUT", "/sellers/acme/contacts", SELLER_CONTACTS)
    then = api.done(MARKET, "PUT", "/sellers/acme/contacts", {"email": "new@acme.example"})

    assert (1, SELLER_CONTACTS["phone"]) == (first["version"], first["phone"])
    assert (2, "new@acme.example", None, []) == (then["version"], then["email"], then["phone"], then["return_addresses"])


def test_carrier_events_fail_one_by_one(api: Api) -> None:
    """O6: of a batch, each record is answered for itself, and one that fails spoils no other."""
    bring(api, Stop.DELIVERED)
    known = shipped_with(1) | {"status": "out_for_delivery", "occurred_at": at(api.clock.at - DAY)}
    records = [
        known,
        known,
        shipped_with(77) | {"status": "delivered", "occurred_at": at(api.clock.at)},
        {"carrier": "ups", "tracking_number": "1Z5R89390357567128", "status": "delivered", "occurred_at": at(api.clock.at)},
        known | {"occurred_at": at(api.clock.at + DAY)},
    ]

    results = api.done(MARKET, "POST", "/carrier-events", {"events": records})["results"]

    expected = ["recorded", "duplicate", "unknown_parcel", "invalid_tracking_number", "invalid"]
    assert expected == [result["status"] for result in results]


def test_a_claim_says_why_it_is_refused(api: Api) -> None:
    """C2: an excluded claim names its exclusion and explains it."""
    bring(api, Stop.DELIVERED)

    refused = api.call(ANA, "POST", "/orders/o-1/disputes", {"reason": "not_received"})
    again = api.call(ANA, "POST", "/orders/o-1/disputes", CLAIM | {"items": [{"line_id": "z", "quantity": 1}]})

    assert (409, "not_covered") == refused.refused
    assert "carrier_shows_delivered" == refused.json["exclusion"]
    assert (422, "invalid") == again.refused


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("phone", "+34 999", "no phone number of country code +34 looks like this; check its digits"),
        ("phone", "+999 600 000 000", "give the number with + and its country's code, as in +34 600 000 000"),
        ("phone", "+1 123 456 7890", "no phone number of country code +1 looks like this; check its digits"),
        ("phone", "+34 810 123 456", "give the number of a mobile phone"),
        ("phone", "+34 803 123 456", "give the number of a mobile phone"),
        ("phone", "+49 30 123456", "give the number of a mobile phone"),
        ("time_zone", "Mars/Olympus", "give the IANA name of a time zone, as in Europe/Madrid"),
        ("time_zone", "../../etc/passwd", "give the IANA name of a time zone, as in Europe/Madrid"),
        ("time_zone", "localtime", "give the IANA name of a time zone, as in Europe/Madrid"),
        ("time_zone", "Factory", "give the IANA name of a time zone, as in Europe/Madrid"),
        ("time_zone", "posixrules", "give the IANA name of a time zone, as in Europe/Madrid"),
        ("quiet_hours", {"from": "22:00", "to": "22:00"}, "from and to differ; to be told nothing at all, switch channels off"),
        ("quiet_hours", {"from": "24:00", "to": "08:00"}, "Should be a time of day from 00:00 to 23:59"),
        ("channels", {"fax": True}, "Extra inputs are not permitted"),
    ],
)
def test_contacts_that_cannot_be_are_refused_with_what_to_do(api: Api, field: str, value: object, says: str) -> None:
    """N1, N3: a number nobody can have, a zone that is none and hours that say nothing are named, and what is taken is said."""
    reply = api.call(ACME, "PUT", "/sellers/acme/contacts", {field: value})
    assert (422, "validation_failed") == reply.refused
    (error,) = reply.json["errors"]
    assert error["field"].startswith(field)
    assert error["message"].startswith(says)


@pytest.mark.parametrize(
    "email",
    [
        "a\x00b@x.yz",
        "ana@-.-",
        "ana@-x.yz",
        "ana@x-.yz",
        "ana@x.1",
        "ana@x..yz",
        "ana@localhost",
        "a@x.y;b",
        "a,b@x.yz",
        '"<script>"@x.yz',
        ".ana@x.yz",
        "ana.@x.yz",
        "ana@x\n.yz",
        "añá@x.yz",
        "a" * 65 + "@x.yz",
        "ana@" + "x" * 64 + ".yz",
    ],
)
def test_an_address_that_no_mail_can_reach_is_refused(api: Api, email: str) -> None:
    """N1: what is subscribed is one mailbox at one domain, in the characters that these have."""
    reply = api.call(ACME, "PUT", "/sellers/acme/contacts", {"email": email})
    assert (422, "validation_failed") == reply.refused
    assert ["email"] == [error["field"] for error in reply.json["errors"]]


@pytest.mark.parametrize(
    "email",
    ["a@x.yz", "ana.b+c_d'e@mail.x-y.co.uk", "1@2.xn--p1ai", "a" * 64 + "@x.yz", "a." * 31 + "a@x.yz", "A@" + "x" * 63 + ".YZ"],
)
def test_usual_addresses_are_taken(api: Api, email: str) -> None:
    """N1: dots, tags and apostrophes before the @, and domains of any depth, are kept as they were written."""
    assert email == api.done(ACME, "PUT", "/sellers/acme/contacts", {"email": email})["email"]


@pytest.mark.parametrize(
    ("code", "wait"), [("Throttling", "5"), ("ThrottledException", "5"), ("FilterPolicyLimitExceeded", "3600")]
)
def test_while_sns_takes_no_more_callers_are_told_when_to_come_back(
    api: Api, monkeypatch: pytest.MonkeyPatch, code: str, wait: str
) -> None:
    """N1, I10: throttling and a full quota are a 503 with the seconds to wait; the same request is taken afterwards."""

    def refused(*_: object) -> None:
        raise ClientError({"Error": {"Code": code, "Message": "no more"}}, "Subscribe")

    requests = [("PUT", "/sellers/acme/contacts", SELLER_CONTACTS), ("POST", "/sellers/acme/devices", SHOP_DEVICE)]
    with monkeypatch.context() as patch:
        patch.setattr(Quiet, "subscribe", refused)
        for request in requests:
            reply = api.call(ACME, *request, key="k-1")
            assert (503, "messaging_unavailable") == (reply.status, reply.problem)
            assert wait == reply.headers["retry-after"]
    for request in requests:
        api.done(ACME, *request, key="k-1")


@pytest.mark.parametrize(("channel", "field"), [("email", "email"), ("sms", "phone")])
def test_an_address_that_sns_refuses_is_named(api: Api, monkeypatch: pytest.MonkeyPatch, channel: str, field: str) -> None:
    """N1, I10: an address that looks right and that SNS does not take is a 422 on its field, and nothing is kept."""

    def refused(_: object, role: str, person: str, wanted: str, address: str) -> tuple[str, str]:
        if wanted == channel:
            raise ClientError({"Error": {"Code": "InvalidParameter", "Message": "Endpoint"}}, "Subscribe")
        return f"topic:{role}-{person}", address

    monkeypatch.setattr(Quiet, "subscribe", refused)
    reply = api.call(MARKET, "PUT", "/sellers/acme/contacts", VERIFIED_CONTACTS)
    assert (422, "validation_failed") == reply.refused
    assert [field] == [error["field"] for error in reply.json["errors"]]
    assert (None, None) == tuple(api.done(ACME, "GET", "/sellers/acme/contacts")[name] for name in ("email", "phone"))


def test_a_device_that_sns_refuses_to_subscribe_is_refused(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """N1, I10: the app is told to get another token, and the device is on nobody's list."""

    def refused(*_: object) -> None:
        raise ClientError({"Error": {"Code": "InvalidParameter", "Message": "Endpoint"}}, "Subscribe")

    monkeypatch.setattr(Quiet, "subscribe", refused)
    reply = api.call(ACME, "POST", "/sellers/acme/devices", SHOP_DEVICE)
    assert (422, "device_token_refused") == reply.refused
    assert [] == api.done(ACME, "GET", "/sellers/acme/contacts")["devices"]


@pytest.mark.parametrize("written", ["+34 600 00 00 00", "+34-600-000-000", "+34 (600) 000.000", "+34600000000"])
def test_a_phone_is_kept_as_e164(api: Api, written: str) -> None:
    """N1: however a number is spelled, what is kept, shown and subscribed is E.164."""
    assert "+34600000000" == api.done(ACME, "PUT", "/sellers/acme/contacts", {"phone": written})["phone"]
    assert "+34600000000" == api.done(ACME, "GET", "/sellers/acme/contacts")["phone"]


def test_contacts_are_read_as_they_were_put(api: Api) -> None:
    """N1, N3: a read says what the write said, with an ETag that the next write may name; strangers find nothing."""
    put = api.done(ACME, "PUT", "/sellers/acme/contacts", SELLER_CONTACTS)
    read = api.call(ACME, "GET", "/sellers/acme/contacts")
    assert put == read.json
    assert 304 == api.call(ACME, "GET", "/sellers/acme/contacts", if_none_match=read.headers["etag"]).status
    assert 200 == api.call(ACME, "PUT", "/sellers/acme/contacts", {}, if_match=read.headers["etag"]).status
    stale = api.call(ACME, "PUT", "/sellers/acme/contacts", {}, if_match=read.headers["etag"])
    assert (412, "version_mismatch") == stale.refused
    assert (404, "not_found") == api.call(ZETA, "GET", "/sellers/acme/contacts").refused


def test_a_platform_that_is_not_pushed_to_is_told_so(api: Api) -> None:
    """N1: a deployment without an application of the platform says so, and what else there is."""
    reply = api.call(ANA, "POST", "/buyers/ana/devices", DEVICE | {"platform": "apns"})
    assert (409, "push_not_configured") == reply.refused
    assert (404, "not_found") == api.call(ANA, "DELETE", "/buyers/ana/devices/none").refused


@pytest.mark.parametrize(
    ("contacts", "message"),
    [
        ({"email": "ana"}, "Should be an email address such as ana@example.com"),
        ({"phone": "600 000 000"}, "Should be a phone number with its country, such as +34600000000"),
        ({"return_addresses": [AT_HOME | {"country": "es"}]}, "Should be an ISO 3166-1 country such as ES"),
    ],
    ids=["email", "phone", "country"],
)
def test_who_writes_it_otherwise_is_told_how(api: Api, contacts: dict[str, object], message: str) -> None:
    """I10: what a field wants is said in words, not as a pattern."""
    reply = api.call(ACME, "PUT", "/sellers/acme/contacts", contacts)

    assert (422, "validation_failed") == reply.refused
    assert [message] == [error["message"] for error in reply.json["errors"]]


def test_a_promise_that_passed_is_named(api: Api) -> None:
    """O8, D10: who extends too late is told since when; a promise that was kept has no deadline that passed."""
    later = {"deliver_by": at(api.clock.at + 60 * DAY)}
    bring(api, Stop.SOLD)
    due = at(api.clock.at + 30 * DAY)
    api.clock.wait(30 * DAY)
    late = api.call(ACME, "POST", "/orders/o-1/extensions", later)
    bring(api, Stop.DELIVERED, "o-2", parcel=2)
    kept = api.call(ACME, "POST", "/orders/o-2/extensions", {"deliver_by": at(api.clock.at + 60 * DAY)})

    assert (409, "too_late") == late.refused == kept.refused
    assert (due, None) == (late.json["deadline"], kept.json["deadline"])


def test_the_marketplaces_names_and_pictures_are_shown(api: Api) -> None:
    """O1: the shop's name and a line's links come back in the order, in its row and in its dispute; what has none has null."""
    bring(api, Stop.DISPUTED)
    plain = {name: value for name, value in ORDER.items() if name != "seller_name"}
    plain["lines"] = [{"id": "a", "title": "Lamp", "quantity": 1, "unit_price": euros(9000)}]
    api.done(MARKET, "PUT", "/orders/o-2", plain)
    links = {name: ORDER["lines"][0][name] for name in ("image_url", "url")}
    rows = {it["id"]: it for it in api.done(ANA, "GET", "/orders")["items"]}

    for shown in (api.done(ANA, "GET", "/orders/o-1"), rows["o-1"]):
        assert ("Acme Lamps", links) == (shown["seller_name"], {name: shown["lines"][0][name] for name in links})
    for shown in (api.done(ANA, "GET", "/orders/o-2"), rows["o-2"]):
        assert (None, {None}) == (shown["seller_name"], {shown["lines"][0][name] for name in links})
    for shown in (api.done(ANA, "GET", "/disputes/o-1-d1"), api.done(ANA, "GET", "/disputes")["items"][0]):
        assert "Acme Lamps" == shown["seller_name"]


@pytest.mark.parametrize(
    "link",
    [
        "http://cdn.market.example/a.jpg",
        "https://user@market.example/a.jpg",
        "https://market.example/a b.jpg",
        'https://market.example/a".jpg',
        "https://market.example/<svg>",
        "https://",
        "//market.example/a.jpg",
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "https://market.example/" + "a" * 500,
        "",
    ],
)
def test_a_link_is_https_and_harmless(api: Api, link: str) -> None:
    """O1: anything else than a plain https address is refused, for a page shows it as it came."""
    for name in ("image_url", "url"):
        line = ORDER["lines"][0] | {name: link}
        assert (422, "validation_failed") == api.call(MARKET, "PUT", "/orders/o-1", ORDER | {"lines": [line]}).refused
