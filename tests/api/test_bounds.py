"""I10: what openapi.json states as a bound, the service holds, and looks at before any precondition."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from tests.api.edge import SIGNED
from tests.api.outside import Outside, found, inside_pattern, put
from tests.api.samples import ANA, EVERY, WITH_IDS, Stop, bring, path_of, sample_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.api.endpoint import Endpoint
    from tests.api.edge import Api
    from tests.api.outside import Place, Schema

DESCRIBED: dict[str, Any] = json.loads((Path(__file__).parents[2] / "openapi.json").read_text(encoding="utf-8"))
OUTSIDE = Outside(DESCRIBED)
STALE = '"999"'
"""A version that nothing has come to: what is well formed is answered 412 where versions are looked at."""
each_body = pytest.mark.parametrize("endpoint", [e for e in EVERY if e.body], ids=lambda e: e.operation)


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = DESCRIBED["paths"][endpoint.path][endpoint.method.lower()]
    return operation


def _body(endpoint: Endpoint) -> Iterator[tuple[Place, Schema]]:
    """Every place in the body of a request, with its schema."""
    yield from OUTSIDE.places(_operation(endpoint)["requestBody"]["content"]["application/json"]["schema"])


def _outside(schema: Schema, known: object = None) -> Iterator[Any]:
    yield from (value for value in OUTSIDE.values(schema, known) if not inside_pattern(OUTSIDE.resolved(schema), value))


@each_body
def test_a_body_is_held_to_every_bound(api: Api, endpoint: Endpoint) -> None:
    """A number, text or list just outside its bounds is a 422 that names it, for whatever version it is sent."""
    sample = sample_of(endpoint)
    bring(api, sample.stop)
    for place, schema in _body(endpoint):
        for value in _outside(schema, found(sample.body, place)):
            body = put(sample.body, place, value)
            headers = {} if sample.who.startswith(SIGNED) else {"if_match": STALE}

            reply = api.call(sample.who, endpoint.method, path_of(endpoint), body, **headers)

            assert (422, "validation_failed") == reply.refused, (place, str(value)[:80])
            named = {error["field"] for error in reply.json["errors"]}
            assert ".".join(map(str, place)) in named, (place, str(value)[:80], named)


@each_body
def test_every_number_of_a_body_has_two_bounds(endpoint: Endpoint) -> None:
    """O2: a number without a bound is one that digits are lost of on its way, or that no table takes."""
    for place, schema in _body(endpoint):
        if schema.get("type") == "integer":
            assert {"minimum", "maximum"} <= schema.keys(), place


PARAMETERS = [
    pytest.param(endpoint, parameter, id=f"{endpoint.operation}-{parameter['name']}")
    for endpoint in EVERY
    for parameter in _operation(endpoint)["parameters"]
    if parameter["in"] == "query"
]


@pytest.mark.parametrize(("endpoint", "parameter"), PARAMETERS)
def test_a_query_is_held_to_every_bound(api: Api, endpoint: Endpoint, parameter: dict[str, Any]) -> None:
    """A parameter outside its bounds is a 422 that names it."""
    sample, name = sample_of(endpoint), parameter["name"]
    bring(api, sample.stop)
    for value in _outside(parameter["schema"]):
        reply = api.call(sample.who, endpoint.method, f"{path_of(endpoint)}?{name}={quote(str(value))}")

        assert (422, "validation_failed") == reply.refused, value
        assert [name] == [error["field"] for error in reply.json["errors"]], value


@pytest.mark.parametrize("endpoint", WITH_IDS, ids=lambda e: e.operation)
def test_a_path_is_held_to_its_patterns(api: Api, endpoint: Endpoint) -> None:
    """A text that is no id of its kind names nothing, whatever version is asked for; a PUT could create none of that name."""
    sample = sample_of(endpoint)
    bring(api, sample.stop)
    good = b"" if sample.body is None else json.dumps(sample.body).encode()
    for parameter in _operation(endpoint)["parameters"]:
        if parameter["in"] != "path":
            continue
        for value in _outside(parameter["schema"]):
            headers = api.headers(sample.who, if_match=STALE)
            reply = api.send(endpoint.method, path_of(endpoint), headers, good, {parameter["name"]: value})

            answers = {(404, "not_found")} | ({(422, "validation_failed")} if endpoint.method == "PUT" else set())
            assert reply.refused in answers, value


BATCH = "record_carrier_events"
"""The operation that refuses each of its records on its own."""
HARMFUL = {
    "turned": "a\u202eb",
    "isolated": "a\u2066b\u2069",
    "tagged": "a\U000e0041b",
    "towers of marks": "a" + "\u0301" * 9,
    "unseen but marks": "\u200b" + "\u0489" * 9,
}
"""Text that shows as something else than it is, or over what stands around it."""


@each_body
def test_no_text_of_a_body_turns_hides_or_towers(api: Api, endpoint: Endpoint) -> None:
    """Section 7, S5: every text of every body refuses characters that turn it, tags that nobody sees, and towers of marks."""
    if endpoint.signature:
        return  # what a carrier writes is not kept
    sample = sample_of(endpoint)
    bring(api, sample.stop)
    for place, schema in _body(endpoint):
        it = OUTSIDE.resolved(schema)
        kinds = [it, *(OUTSIDE.resolved(one) for one in it.get("anyOf", ()))]
        if not any(one.get("type") == "string" and "enum" not in one for one in kinds):
            continue
        for name, text in HARMFUL.items():
            reply = api.call(sample.who, endpoint.method, path_of(endpoint), put(sample.body, place, text))
            assert 422 == reply.status or BATCH == endpoint.operation, (place, name)
            assert text not in json.dumps(api.table.snapshot(), ensure_ascii=False), (place, name)


def test_letters_with_as_many_marks_as_languages_have_are_taken(api: Api) -> None:
    """S5: accents that are written apart, emoji of several parts, and right-to-left letters are text like any other."""
    bring(api, Stop.SOLD)
    for text in (
        "e\u0301",
        "a" + "\u0301" * 8,
        "\u05e9\u05c1\u05c2\u05d1",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\u0e01\u0e49\u0e33",
    ):
        api.done(ANA, "POST", "/orders/o-1/messages", {"text": text})


@pytest.mark.parametrize("raw", [b'{"text": "\xff"}', b'{"text": "a\xc3"}', '{"text": "a\ufffdb"}', b"\xfe\xff\x00{"])
def test_a_body_that_is_not_utf_8_is_malformed(api: Api, raw: bytes | str) -> None:
    """I10: bytes that are no text are a 400, also where the gateway has put U+FFFD in their place; nothing is stored."""
    bring(api, Stop.SOLD)
    stored = api.stored
    reply = api.send("POST", "/orders/o-1/messages", api.headers(ANA), raw, {"order_id": "o-1"})
    assert (400, "malformed_request") == reply.refused
    assert stored == api.stored
