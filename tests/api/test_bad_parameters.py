"""I10: a bad key, parameter, cursor, version or method is answered with a problem that says so, and nothing is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.api.edge import ANYONE
from tests.api.samples import (
    ACME,
    ANA,
    EVERY,
    GUARDED,
    LISTS,
    MARKET,
    MIA,
    POSTS,
    TOLD,
    bring,
    path_of,
    sample_of,
)
from tests.api.untouched import Untouched

if TYPE_CHECKING:
    from chalicelib.api.endpoint import Endpoint
    from tests.api.edge import Api


each_route = pytest.mark.parametrize("endpoint", EVERY, ids=lambda e: e.operation)
each_guarded_route = pytest.mark.parametrize("endpoint", GUARDED, ids=lambda e: e.operation)
each_post = pytest.mark.parametrize("endpoint", POSTS, ids=lambda e: e.operation)
each_told_list = pytest.mark.parametrize("endpoint", TOLD, ids=lambda e: e.operation)
each_list = pytest.mark.parametrize("endpoint", LISTS, ids=lambda e: e.operation)


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


@each_guarded_route
def test_an_unknown_parameter_is_refused(api: Api, endpoint: Endpoint) -> None:
    """Section 7: a parameter that the route does not have is named, and nothing is done."""
    route = Untouched(api, endpoint)
    for query in ("unknown=1", "LIMIT=1", "limit[]=1", "%00=1", "=1", "%ff=%ff", f"{'x' * 5000}=1", "a=1&b=2"):
        reply = route.send(query, path=f"{route.path}?{query}")
        assert (422, "validation_failed") == reply.refused, query
        assert all(error["message"].startswith("Not known.") for error in reply.json["errors"])
        assert reply.json["errors"]
    route.end()


@each_list
def test_a_limit_is_a_number_to_a_hundred(api: Api, endpoint: Endpoint) -> None:
    """Section 7: limit is from 1 to 100, in digits."""
    route = Untouched(api, endpoint)
    for bad in ("0", "101", "-1", "1e2", "", "+5", "5.0", "0x5", "\uff15", "1_0", " 5", "9" * 5000, "NaN", "None", "%00"):
        reply = route.send(bad, path=f"{route.path}?limit={quote(bad, safe='%')}")
        assert (422, "validation_failed") == reply.refused, bad
        assert {"field": "limit", "message": "limit is a number from 1 to 100."} == reply.json["errors"][0]
    for good in ("1", "100"):
        assert 200 == route.send(good, path=f"{route.path}?limit={good}").status
    route.end()


@each_told_list
def test_a_cursor_comes_from_the_list(api: Api, endpoint: Endpoint) -> None:
    """Section 7: a cursor that this list has not given out is refused: broken, cut short, changed, or another list's."""
    route = Untouched(api, endpoint)
    bring(api, route.sample.stop, "o-3", parcel=3)
    route.written.clear()
    mark, one = "&", "?limit=1"  # whatever status they have come to by now
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


@each_told_list
def test_a_cursor_is_its_callers_own(api: Api, endpoint: Endpoint) -> None:
    """Section 7: handed on to another person of the same role it is refused, though that person may ask for a list as well."""
    bring(api, sample_of(endpoint).stop)
    bring(api, sample_of(endpoint).stop, "o-3", parcel=3)
    path, who = path_of(endpoint) + "?limit=1", sample_of(endpoint).who
    cursor = api.done(who, "GET", path)["cursor"]
    another = f"{who.partition(':')[0]}:another"

    assert (400, "malformed_request") == api.call(another, "GET", f"{path}&cursor={cursor}").refused
    assert api.call(another, "GET", path).status in (200, 404)
    assert 200 == api.call(who, "GET", f"{path}&cursor={cursor}").status


FILTERED = [
    (ANA, "/disputes", "", "status=waiting_for_seller_response"),
    (ANA, "/disputes", "status=waiting_for_seller_response", "status=under_review"),
    (MARKET, "/payment-instructions", "status=pending", "status=failed"),
    (MARKET, "/payment-instructions", "sort=oldest", "sort=newest"),
    (MARKET, "/orders", "buyer_id=ana", "seller_id=acme"),
    (MIA, "/mediation/queue", "sort=age", "sort=amount"),
]


@pytest.mark.parametrize(("who", "path", "asked", "other"), FILTERED)
def test_a_cursor_goes_with_its_parameters(api: Api, who: str, path: str, asked: str, other: str) -> None:
    """Section 7: other parameters make another list, whose pages begin elsewhere; only the limit may change."""
    stop = next(it.stop for e, it in ((e, sample_of(e)) for e in LISTS) if e.path == path)
    bring(api, stop)
    bring(api, stop, "o-3", parcel=3)
    cursor = api.done(who, "GET", f"{path}?{asked}&limit=1".replace("?&", "?"))["cursor"]

    for kept, answer in ((asked, 200), (other, 400)):
        reply = api.call(who, "GET", f"{path}?{kept}&limit=2&cursor={cursor}".replace("?&", "?"))
        assert answer == reply.status, kept
    assert "malformed_request" == reply.problem


@pytest.mark.parametrize(
    ("who", "path", "name"),
    [
        *((ANA, "/disputes", name) for name in ("status", "awaiting", "reason", "sort")),
        (MARKET, "/payment-instructions", "status"),
        (MARKET, "/payment-instructions", "sort"),
        (MIA, "/mediation/queue", "sort"),
    ],
)
def test_a_choice_is_one_of_those(api: Api, who: str, path: str, name: str) -> None:
    """Section 7: an unknown choice is refused, and the field is named."""
    for bad in ("", "open", "RESOLVED", "resolved ", "AGE", "%00", "%ED%A0%80", "x" * 5000):
        reply = api.call(who, "GET", f"{path}?{name}={quote(bad, safe='%')}")
        assert (422, "validation_failed") == reply.refused, bad
        assert [name] == [error["field"] for error in reply.json["errors"]]
        assert reply.json["errors"][0]["message"].startswith(f"{name} is one of ")


def test_what_a_list_of_disputes_is_narrowed_to_is_held_to_its_form(api: Api) -> None:
    """Section 7: an id, a time or words that cannot be any are refused, and the field is named."""
    times = ("", "now", "5", "2026-03-20", "2026-03-20T12:00:00", "1200-01-01T00:00:00Z", "2026-13-20T12:00:00Z", "%00")
    bad = {
        "order_id": ("", "a b", "%00", "ñ", "x" * 65, "-x"),
        "opened_from": times,
        "opened_to": times,
        "q": ("", "x" * 129),
    }
    for name, values in bad.items():
        for value in values:
            reply = api.call(ANA, "GET", f"/disputes?{name}={quote(value, safe='%')}")
            assert (422, "validation_failed") == reply.refused, (name, value)
            assert [name] == [error["field"] for error in reply.json["errors"]]
    backwards = "opened_from=2026-03-20T12:00:00Z&opened_to=2026-03-20T11:59:59Z"
    assert (422, "validation_failed") == api.call(ANA, "GET", f"/disputes?{backwards}").refused
    assert (422, "validation_failed") == api.call(MARKET, "GET", "/disputes?awaiting=me&buyer_id=ana").refused


def test_the_platform_names_whose_orders_it_wants(api: Api) -> None:
    """Section 7: nobody, or what cannot be anybody, is refused."""
    assert (422, "validation_failed") == api.call(MARKET, "GET", "/orders").refused
    for bad in ("", "%00", "a%20b", "ñ", "%ED%A0%80", "x" * 3000, "ana%23"):
        for name in ("buyer_id", "seller_id"):
            assert (422, "validation_failed") == api.call(MARKET, "GET", f"/orders?{name}={bad}").refused, bad


@pytest.mark.parametrize("endpoint", [e for e in GUARDED if e.versioned], ids=lambda e: e.operation)
def test_a_bad_version_is_refused(api: Api, endpoint: Endpoint) -> None:
    """Section 7: If-Match, where it is looked at, is a version as ETag gave it."""
    route = Untouched(api, endpoint)
    for bad in ("3", "", '"', '""', '"x"', '"-1"', '"1', "'1'", '"\uff11"', '"1", "2"', f'"{"9" * 5000}"', "ñ"):
        assert (400, "malformed_request") == route.send(bad, if_match=bad).refused, bad
    route.end()


VERSIONED = [e for e in EVERY if e.method != "GET" and "version" in sample_of(e).keys + ("version",) * ("dispute" in e.path)]
UNMINDED = (
    *("import_order", "request_upload", "write_note", "register_endpoint", "delete_endpoint"),
    *("confirm_phone", "send_phone_code"),
)


@pytest.mark.parametrize("endpoint", [e for e in VERSIONED if e.operation not in UNMINDED], ids=lambda e: e.operation)
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
    """Section 7: a method that an address does not take is not found there, as the gateway says."""
    taken = {e.method for e in EVERY if e.path == endpoint.path}
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - taken:
        reply = api.call(sample_of(endpoint).who or ANYONE, method, path_of(endpoint), {})
        assert (404, "not_found") == reply.refused
    assert 0 == len(api.table)
