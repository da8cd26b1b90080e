"""I10: a bad body to any route is answered with a problem that says what is wrong, and nothing is stored."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.api.bad_input import NO_JSON, NO_OBJECT, too_long, with_controls, wrong_bodies
from tests.api.samples import (
    ACME,
    AT_HOME,
    EVERY,
    GUARDED,
    MARKET,
    OFFER,
    ORDER,
    WITH_BODY,
    Stop,
    bring,
    euros,
    path_of,
    sample_of,
)
from tests.api.untouched import Untouched

if TYPE_CHECKING:
    from chalicelib.api.endpoint import Endpoint
    from tests.api.edge import Api


each_guarded_route = pytest.mark.parametrize("endpoint", GUARDED, ids=lambda e: e.operation)
each_body = pytest.mark.parametrize("endpoint", WITH_BODY, ids=lambda e: e.operation)


@each_body
def test_a_body_that_is_no_json_is_refused(api: Api, endpoint: Endpoint) -> None:
    """I10: what is no JSON is a 400, what is no object of the right fields a 422, and both say so."""
    route = Untouched(api, endpoint)
    for what, raw in NO_JSON.items():
        assert (400, "malformed_request") == route.send(what, raw=raw).refused, what
    for what, raw in NO_OBJECT.items():
        assert route.send(what, raw=raw).refused in ((422, "validation_failed"), (400, "malformed_request")), what
    route.end()


@pytest.mark.parametrize("endpoint", [e for e in WITH_BODY if e.method == "PUT"], ids=lambda e: e.operation)
def test_to_replace_a_thing_takes_a_body(api: Api, endpoint: Endpoint) -> None:
    """Section 7: a body that was lost on its way wipes nothing; where nothing is required, an empty object still does."""
    route = Untouched(api, endpoint)
    reply = route.send(raw=b"")
    assert (400, "malformed_request") == reply.refused
    assert "A PUT needs a body" in reply.json["detail"]
    route.end()

    assert endpoint.body
    expected = 422 if any(field.is_required() for field in endpoint.body.model_fields.values()) else endpoint.status
    assert expected == api.call(route.sample.who, "PUT", route.path, {}).status


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
def test_control_characters_are_refused(api: Api, endpoint: Endpoint) -> None:
    """I10: what people write is shown elsewhere as it came, so that nothing in it may steer where it is shown."""
    route = Untouched(api, endpoint)
    for what, body in with_controls(route.sample.body):
        assert 422 == route.send(what, raw=json.dumps(body).encode()).refused[0], what
    route.end()


@pytest.mark.parametrize("unseen", ["\u200b", "\ufeff", " \u2060\t\u00ad ", "\u3164"])
def test_a_text_that_nobody_can_see_is_empty(api: Api, unseen: str) -> None:
    """I10: a text of only zero-width characters is no title, city or note; beside other characters they stay."""
    (line,) = ORDER["lines"]
    untitled = ORDER | {"lines": [line | {"title": unseen}]}
    nowhere = OFFER | {"return_address": AT_HOME | {"city": unseen}}

    assert (422, "validation_failed") == api.call(MARKET, "PUT", "/orders/o-1", untitled).refused
    bring(api, Stop.DISPUTED)
    assert (422, "validation_failed") == api.call(ACME, "POST", "/disputes/o-1-d1/proposals", nowhere).refused
    for cents, note, kept in ((1000, unseen, ""), (2000, f"a{unseen}b", f"a{unseen}b")):
        offer = OFFER | {"amount": euros(cents), "note": note}
        offered = api.done(ACME, "POST", "/disputes/o-1-d1/proposals", offer)
        assert kept == offered["current_proposal"]["note"]


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
    most = endpoint.body_at_most
    for raw in (b"x" * (most + 1), (route.good or b"{}") + b" " * most, ("é" * most).encode()):
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


WITHOUT_BODY = [endpoint for endpoint in EVERY if not endpoint.body]


@pytest.mark.parametrize("endpoint", WITHOUT_BODY, ids=lambda e: e.operation)
@pytest.mark.parametrize("kind", ["text/plain", "application/octet-stream", "image/png", "x", ""])
def test_where_no_body_is_taken_its_type_is_not_looked_at(api: Api, endpoint: Endpoint, kind: str) -> None:
    """Section 7: clients that name a type with every request read and delete as well as others."""
    sample = sample_of(endpoint)
    bring(api, sample.stop)

    reply = api.call(sample.who, endpoint.method, path_of(endpoint) + sample.query, content_type=kind)

    assert (endpoint.status, sample.kind) == (reply.status, reply.headers["content-type"]), reply.body


@each_body
def test_a_body_that_is_no_text_is_refused(api: Api, endpoint: Endpoint) -> None:
    """I10: a gateway hands bodies over as text; one that stands for no bytes is a 400 like any other that is no JSON."""
    route = Untouched(api, endpoint)
    assert (400, "malformed_request") == route.send(raw='{"note": "\ud800"}').refused
    sent = api.headers(route.sample.who)
    assert endpoint.status == api.send(endpoint.method, route.path, sent, route.good.decode()).status
