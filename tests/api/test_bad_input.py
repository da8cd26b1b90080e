"""I10: whatever is sent to whichever route, the answer is a problem that says what is wrong, and nothing is stored."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from bad_input import NO_JSON, NO_OBJECT, too_long, wrong_bodies
from edge import ANYONE
from samples import (
    ACME,
    ANA,
    BEN,
    EVERY,
    GUARDED,
    LISTS,
    MARKET,
    MIA,
    POSTS,
    WITH_BODY,
    WITH_IDS,
    ZETA,
    Stop,
    bring,
    path_of,
    sample_of,
)

from chalicelib.api.endpoint import BODY_AT_MOST
from chalicelib.domain.people import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edge import Api, Reply

    from chalicelib.api.endpoint import Endpoint

OF_ROLE = {Role.BUYER: ANA, Role.SELLER: ACME, Role.MEDIATOR: MIA, Role.PLATFORM: MARKET}
STRANGERS = {Role.BUYER: (BEN, "buyer:acme"), Role.SELLER: (ZETA, "seller:ana")}

each_route = pytest.mark.parametrize("endpoint", EVERY, ids=lambda e: e.operation)
each_guarded_route = pytest.mark.parametrize("endpoint", GUARDED, ids=lambda e: e.operation)
each_post = pytest.mark.parametrize("endpoint", POSTS, ids=lambda e: e.operation)
each_body = pytest.mark.parametrize("endpoint", WITH_BODY, ids=lambda e: e.operation)
each_id = pytest.mark.parametrize("endpoint", WITH_IDS, ids=lambda e: e.operation)
each_list = pytest.mark.parametrize("endpoint", LISTS, ids=lambda e: e.operation)


class Untouched:
    """The story of a route's sample, told; then everything sent has to leave the table as it was."""

    def __init__(self, api: Api, endpoint: Endpoint) -> None:
        """Tell the story."""
        self.api, self.endpoint, self.sample = api, endpoint, sample_of(endpoint)
        bring(api, self.sample.stop)
        self.stored = api.table.snapshot()
        self.written: list[object] = []
        api.table.on_write = self.written.append
        self.path = path_of(endpoint)
        self.good = b"" if self.sample.body is None else json.dumps(self.sample.body).encode()

    def send(
        self,
        what: object = "",
        *,
        path: str = "",
        raw: bytes | str | None = None,
        who: str = "",
        ids: dict[str, str] | None = None,
        **headers: str,
    ) -> Reply:
        """The good request with something wrong about it. Nothing may be stored."""
        sent = self.api.headers(who or self.sample.who, **headers)
        reply = self.api.send(self.endpoint.method, path or self.path, sent, self.good if raw is None else raw, ids)
        assert [] == self.written, what
        return reply

    def end(self) -> None:
        """Nothing was stored; and all but what was wrong was right: the good request succeeds."""
        assert self.stored == self.api.table.snapshot()
        reply = self.api.call(self.sample.who, self.endpoint.method, self.path + self.sample.query, self.sample.body)
        assert self.endpoint.status == reply.status, reply.body


@each_guarded_route
def test_a_wrong_role_is_forbidden(api: Api, endpoint: Endpoint) -> None:
    """Section 7: a role that never does this is told so, whatever it sends."""
    route = Untouched(api, endpoint)
    for role in OF_ROLE.keys() - set(endpoint.roles):
        for raw in (route.good, b"{", b"x" * BODY_AT_MOST):
            assert (403, "forbidden") == route.send(who=OF_ROLE[role], raw=raw).refused
    route.end()


@each_id
def test_a_stranger_is_told_what_nobody_is_told(api: Api, endpoint: Endpoint) -> None:
    """I6: somebody else's thing is as missing as a missing one, byte for byte, even at the right or the wrong version."""
    route = Untouched(api, endpoint)
    missing = path_of(endpoint, order_id="o-2", dispute_id="o-2-d1", instruction_id="o-2-p1", seller_id="s-2", buyer_id="b-2")
    for stranger in (one for role in endpoint.roles for one in STRANGERS.get(role, ())):
        for headers in ({}, {"if_match": '"1"'}, {"if_match": '"999"'}):
            theirs = route.send(stranger, who=stranger, **headers)
            nobodys = route.send(stranger, path=missing, who=stranger, **headers)
            assert (404, "not_found") == theirs.refused
            assert nobodys == theirs
    route.end()


def test_a_mediator_does_not_see_what_was_not_escalated(api: Api) -> None:
    """I6: a dispute that nobody brought before a mediator is as missing as a missing one to every mediator's route."""
    bring(api, Stop.NEGOTIATING)
    routes = [endpoint for endpoint in WITH_IDS if Role.MEDIATOR in endpoint.roles]
    assert len(routes) > 4
    for endpoint in routes:
        body = sample_of(endpoint).body
        theirs = api.call(MIA, endpoint.method, path_of(endpoint), body)
        assert (404, "not_found") == theirs.refused
        assert api.call(MIA, endpoint.method, path_of(endpoint, dispute_id="o-9-d1"), body) == theirs


def _odd_ids(existing: str) -> Iterator[str]:
    """Ids as a gateway may hand them over, decoded or not."""
    yield from (
        "..",
        ".",
        "%2e%2e",
        "%00",
        f"{existing}%00",
        "%2F",
        "%",
        "%zz",
        "a%0Ab",
        "a b",
        "#",
        "a#b",
        "#ORDER",
        "a/b",
        "*",
        "-d1",
        f"{existing}\n",
    )
    yield from (
        "ñ",
        quote("ñ"),
        "\u202e",
        "\x00",
        "\ud800",
        "日本",
        "%ff%fe",
        "😀",
        "'",
        '"',
        ";drop",
        "{order_id}",
        "$ne",
        "x" * 10_000,
    )
    yield from ("", "o-1-d0", "o-1-d01", "o-1-d-1", "o-1-d" + "9" * 100, "o-1-d１", "o-1-d", "-", "o-1-p0", "o-1-p", "O-1")


@each_id
def test_odd_ids_are_missing_things(api: Api, endpoint: Endpoint) -> None:
    """I10: an id that cannot be one names nothing: 404, or 422 where it would have been taken as new."""
    route = Untouched(api, endpoint)
    for name in [part[1:-1] for part in endpoint.path.split("/") if part.startswith("{")]:
        if name == "proposal_id" or endpoint.method == "PUT":
            continue
        for odd in _odd_ids("o-1"):
            assert (404, "not_found") == route.send(odd, ids={name: odd}).refused, odd
    route.end()


@pytest.mark.parametrize("endpoint", [e for e in WITH_IDS if e.method == "PUT"], ids=lambda e: e.operation)
def test_odd_ids_make_nothing(api: Api, endpoint: Endpoint) -> None:
    """I10: nothing is created under an id that cannot be one."""
    route = Untouched(api, endpoint)
    for who in dict.fromkeys((route.sample.who, MARKET)):
        for odd in _odd_ids("acme"):
            if odd.replace("-", "").isalnum() and odd.isascii() and len(odd) < 200 and odd[0] != "-":
                continue
            ids = dict.fromkeys(("order_id", "seller_id", "buyer_id"), odd)
            assert route.send(odd, ids=ids, who=who).refused[0] in (404, 422), odd
    route.end()


def test_an_odd_proposal_is_a_stale_one(api: Api) -> None:
    """D1: accepting what was never proposed shows the proposal that is on the table, or finds nothing by such a name."""
    bring(api, Stop.DISPUTED)
    for odd in _odd_ids("1"):
        path = "/disputes/o-1-d1/proposals/1/accept"
        reply = api.send("POST", path, api.headers(ACME), b"{}", {"proposal_id": odd})
        assert reply.refused in ((404, "not_found"), (409, "stale_proposal")), odd


@each_post
def test_a_key_is_required(api: Api, endpoint: Endpoint) -> None:
    """I5: without an Idempotency-Key, or with one that cannot be one, nothing happens."""
    route = Untouched(api, endpoint)
    headers = route.api.headers(route.sample.who)
    del headers["idempotency-key"]
    assert (400, "idempotency_key_required") == api.send("POST", route.path, headers, route.good).refused
    for bad in ("", " ", "x" * 256, "x" * 10_000, "a b", "a\tb", "a\x00b", "a\x7f", "ключ", "\ud800", "é"):
        sent = headers | {"idempotency-key": bad}
        assert (400, "idempotency_key_required") == api.send("POST", route.path, sent, route.good).refused, repr(bad)
    assert [] == route.written
    route.end()


@each_body
def test_a_body_that_is_no_json_is_refused(api: Api, endpoint: Endpoint) -> None:
    """I10: what is no JSON is a 400, what is no object of the right fields a 422, and both say so."""
    route = Untouched(api, endpoint)
    for what, raw in NO_JSON.items():
        assert (400, "malformed_request") == route.send(what, raw=raw).refused, what
    for what, raw in NO_OBJECT.items():
        assert route.send(what, raw=raw).refused in ((422, "validation_failed"), (400, "malformed_request")), what
    route.end()


@each_body
def test_a_value_of_the_wrong_type_is_refused(api: Api, endpoint: Endpoint) -> None:
    """Section 7, O2: every value of the body is checked, nothing is coerced, and no field is let in unknown."""
    route = Untouched(api, endpoint)
    assert endpoint.body
    for what, body in wrong_bodies(endpoint.body, route.sample.body):
        reply = route.send(what, raw=json.dumps(body).encode())
        expected = {(422, "validation_failed"), (422, "invalid"), (422, "invalid_tracking_number"), (400, "malformed_request")}
        expected |= {(409, "conflict")} if what.startswith("attempt is '10") else set()
        assert reply.refused in expected, what
        if reply.json["code"] == "validation_failed":
            assert reply.json["errors"], what
    for what, body in too_long(route.sample.body):
        assert 422 == route.send(what, raw=json.dumps(body).encode()).refused[0], what
    route.end()


@each_body
def test_a_field_given_twice_is_refused(api: Api, endpoint: Endpoint) -> None:
    """Section 7: of two values of one field, none is the one that was meant."""
    route = Untouched(api, endpoint)
    for name, value in route.sample.body.items():
        twice = route.good[:-1] + f", {json.dumps(name)}: {json.dumps(value)}".encode() + b"}"
        assert (400, "malformed_request") == route.send(name, raw=twice).refused
    route.end()


@each_guarded_route
def test_a_body_that_is_too_large_is_refused(api: Api, endpoint: Endpoint) -> None:
    """Section 7: a byte more than allowed is too much, of whatever."""
    route = Untouched(api, endpoint)
    for raw in (b"x" * (BODY_AT_MOST + 1), (route.good or b"{}") + b" " * BODY_AT_MOST, ("é" * BODY_AT_MOST).encode()):
        assert (413, "body_too_large") == route.send(raw=raw).refused
    route.end()


@each_body
def test_another_content_type_is_refused(api: Api, endpoint: Endpoint) -> None:
    """Section 7: bodies are application/json, with or without a charset."""
    route = Untouched(api, endpoint)
    for kind in (
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "x",
        "",
    ):
        assert (415, "unsupported_media_type") == route.send(kind, content_type=kind).refused
    assert (415, "unsupported_media_type") == route.send(content_type="application/octet-stream").refused
    with_charset = api.headers(route.sample.who, content_type="application/json; charset=utf-8")
    assert endpoint.status == api.send(endpoint.method, route.path, with_charset, route.good).status


@each_guarded_route
def test_an_unknown_parameter_is_refused(api: Api, endpoint: Endpoint) -> None:
    """Section 7: a parameter that the route does not have is named, and nothing is done."""
    route = Untouched(api, endpoint)
    for query in ("unknown=1", "LIMIT=1", "limit[]=1", "%00=1", "=1", "%ff=%ff", f"{'x' * 5000}=1", "a=1&b=2"):
        reply = route.send(query, path=f"{route.path}?{query}")
        assert (422, "validation_failed") == reply.refused, query
        assert reply.json["errors"]
    route.end()


@each_list
def test_a_limit_is_a_number_to_a_hundred(api: Api, endpoint: Endpoint) -> None:
    """Section 7: limit is from 1 to 100, in digits."""
    route = Untouched(api, endpoint)
    for bad in ("0", "101", "-1", "1e2", "", "+5", "5.0", "0x5", "５", "1_0", " 5", "9" * 5000, "NaN", "None", "%00"):
        reply = route.send(bad, path=f"{route.path}?limit={quote(bad, safe='%')}")
        assert (422, "validation_failed") == reply.refused, bad
        assert "limit" == reply.json["errors"][0]["field"]
    for good in ("1", "100"):
        assert 200 == route.send(good, path=f"{route.path}?limit={good}").status
    route.end()


@each_list
def test_a_cursor_comes_from_the_list(api: Api, endpoint: Endpoint) -> None:
    """Section 7: a cursor that this list has not given out is refused: broken, cut short, changed, or another list's."""
    route = Untouched(api, endpoint)
    bring(api, route.sample.stop, "o-3", parcel=3)
    route.written.clear()
    mark = "&" if route.sample.query else "?"
    one = route.sample.query.replace("limit=5", "limit=1")
    cursor = str(api.done(route.sample.who, "GET", route.path + one)["cursor"])
    bring_others = {"list_orders": "/orders", "list_disputes": "/disputes"}
    foreign = [str(api.done(ACME, "GET", f"{path}?limit=1")["cursor"]) for path in bring_others.values()]
    cut = [cursor[:length] for length in range(1, len(cursor))]
    changed = [cursor[:n] + ("A" if cursor[n] != "A" else "B") + cursor[n + 1 :] for n in range(len(cursor))]
    odd = [
        "x",
        "%",
        "====",
        "AAAA",
        "%00",
        "ñ",
        "日本",
        "\ud800",
        "null",
        "0",
        cursor + "A",
        cursor + "=",
        f"{cursor}\n",
        "A" * 9000,
    ]
    for bad in [*cut, *changed, *odd, *(other for other in foreign if other not in ("None", cursor))]:
        written = quote(bad, safe="%", errors="surrogatepass")
        reply = route.send(bad, path=f"{route.path}{one}{mark}cursor={written}")
        assert (400, "malformed_request") == reply.refused, bad
    assert 1 == len(api.done(route.sample.who, "GET", f"{route.path}{one}{mark}cursor={cursor}")["items"])


@pytest.mark.parametrize("path", ["/disputes", "/payment-instructions"])
def test_a_status_is_one_of_those(api: Api, path: str) -> None:
    """Section 7: an unknown status is refused, and the known ones are named."""
    for bad in ("", "open", "RESOLVED", "resolved ", "%00", "x" * 5000):
        reply = api.call(MARKET if path == "/payment-instructions" else ANA, "GET", f"{path}?status={quote(bad, safe='%')}")
        assert (422, "validation_failed") == reply.refused, bad


def test_the_platform_names_whose_orders_it_wants(api: Api) -> None:
    """Section 7: nobody, or what cannot be anybody, is refused."""
    assert (422, "validation_failed") == api.call(MARKET, "GET", "/orders").refused
    for bad in ("", "%00", "a%20b", "ñ", "%ED%A0%80", "x" * 3000, "ana%23"):
        for name in ("buyer_id", "seller_id"):
            assert (422, "validation_failed") == api.call(MARKET, "GET", f"/orders?{name}={bad}").refused, bad


@each_guarded_route
def test_a_bad_version_is_refused(api: Api, endpoint: Endpoint) -> None:
    """Section 7: If-Match is a version as ETag gave it."""
    route = Untouched(api, endpoint)
    for bad in ("3", "", '"', '""', '"x"', '"-1"', '"1', "'1'", '"１"', '"1", "2"', f'"{"9" * 5000}"', "ñ"):
        assert (400, "malformed_request") == route.send(bad, if_match=bad).refused, bad
    route.end()


VERSIONED = [e for e in EVERY if e.method != "GET" and "version" in sample_of(e).keys + ("version",) * ("dispute" in e.path)]


@pytest.mark.parametrize("endpoint", [e for e in VERSIONED if e.operation != "import_order"], ids=lambda e: e.operation)
def test_a_stale_version_is_refused(api: Api, endpoint: Endpoint) -> None:
    """Section 7: a change made for another version than the current one is a 412 that tells the current one."""
    route = Untouched(api, endpoint)
    stale = route.send(if_match='"999"')
    assert (412, "version_mismatch") == stale.refused
    current = stale.json["current_version"]

    sent = api.headers(route.sample.who, if_match=f'W/"{current}"')
    reply = api.send(endpoint.method, route.path, sent, route.good)

    assert endpoint.status == reply.status
    again = api.headers(route.sample.who, if_match=f'"{current}"')
    if endpoint.operation != "open_dispute":
        assert (412, "version_mismatch") == api.send(endpoint.method, route.path, again, route.good).refused


@each_route
def test_another_method_is_refused(api: Api, endpoint: Endpoint) -> None:
    """Section 7: a method that an address does not take is a 405 that names those it does."""
    taken = {e.method for e in EVERY if e.path == endpoint.path}
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - taken:
        reply = api.call(sample_of(endpoint).who or ANYONE, method, path_of(endpoint), {})
        assert (405, "method_not_allowed") == reply.refused
        assert taken == set(reply.headers["allow"].split(", "))
    assert 0 == len(api.table)
