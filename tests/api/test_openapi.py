"""The API's description: valid, complete, and the one that is published."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from openapi_spec_validator import validate

from chalicelib.api.description.openapi import description
from chalicelib.api.problems import CATALOGUE
from tests.api.edge import ANYONE, HOOK
from tests.api.promised import responses_of
from tests.api.samples import ANA, DEVICE, EVERY, GUARDED, MARKET, ORDER, Stop, bring, path_of, sample_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.api.endpoint import Endpoint
    from tests.api.edge import Api

COMMITTED = Path(__file__).parents[2] / "openapi.json"


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    """The description, as it reads once written down."""
    written: dict[str, Any] = json.loads(json.dumps(description()))
    return written


def test_it_is_openapi(described: dict[str, Any]) -> None:
    """The description follows the OpenAPI 3.1 schema."""
    validate(described)


@pytest.mark.usefixtures("app")
def test_it_describes_every_route_and_no_other(described: dict[str, Any]) -> None:
    """The app serves exactly the routes of the description."""
    app = importlib.import_module("app").app
    served = {(path, method.lower()) for path, methods in app.routes.items() for method in methods}

    assert served == {(path, method) for path, operations in described["paths"].items() for method in operations}
    assert served == {(endpoint.path, endpoint.method.lower()) for endpoint in EVERY}


def test_it_names_every_problem(described: dict[str, Any]) -> None:
    """Every code of the catalogue is in the description, and no other."""
    assert list(CATALOGUE) == described["components"]["schemas"]["Problem"]["properties"]["code"]["x-extensible-enum"]


def test_it_says_what_a_request_needs(described: dict[str, Any]) -> None:
    """Every guarded route wants a token, and every POST an Idempotency-Key."""
    for endpoint in GUARDED:
        operation = described["paths"][endpoint.path][endpoint.method.lower()]
        required = {it["name"] for it in operation.get("parameters", []) if it["required"]}
        assert [{"bearer": []}] == operation["security"]
        assert ("Idempotency-Key" in required) is (endpoint.method == "POST"), endpoint.operation
        assert str(endpoint.status) in operation["responses"]
        assert operation["summary"]


def test_it_says_where_a_body_has_to_come(described: dict[str, Any]) -> None:
    """A PUT needs a body, as does what has required members; of all else, no body is one without members."""
    schemas = described["components"]["schemas"]
    for endpoint in EVERY:
        operation = described["paths"][endpoint.path][endpoint.method.lower()]
        if "requestBody" not in operation:
            continue
        schema = schemas[operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]]
        needed = endpoint.method == "PUT" or bool(schema.get("required"))
        assert operation["requestBody"]["required"] is needed, endpoint.operation


def test_it_says_what_every_answer_is(described: dict[str, Any]) -> None:
    """Every good answer has a shape of its own, and none is just any object; every read but the page can be a 304."""
    for endpoint in EVERY:
        responses = described["paths"][endpoint.path][endpoint.method.lower()]["responses"]
        content = responses[str(endpoint.status)]["content"]
        if endpoint.operation == "docs":
            assert ["text/html"] == list(content)
            continue
        assert content["application/json"]["schema"]["$ref"].startswith("#/components/schemas/")
        assert (endpoint.method == "GET") is ("304" in responses)


def test_it_says_which_problems_there_are(described: dict[str, Any]) -> None:
    """Every status lists its codes, each with that status in the catalogue, and every code comes up somewhere."""
    told: set[str] = set()
    for operations in described["paths"].values():
        for operation in operations.values():
            for status, response in responses_of(described, operation).items():
                assert (int(status) >= 400) is ("x-problem-codes" in response)
                codes = response.get("x-problem-codes", [])
                assert {int(status)} >= {CATALOGUE[code].status for code in codes}
                told.update(codes)
    assert CATALOGUE.keys() == told


def test_it_says_which_headers_are_looked_at(described: dict[str, Any]) -> None:
    """If-Match is declared where a write has a version, If-None-Match on reads, and the ETag where there is one."""
    for endpoint in EVERY:
        operation = described["paths"][endpoint.path][endpoint.method.lower()]
        headers = {it["name"] for it in operation.get("parameters", []) if it["in"] == "header"}
        assert endpoint.versioned is ("If-Match" in headers)
        assert (endpoint.method == "GET" and endpoint.operation != "docs") is ("If-None-Match" in headers)
        assert ("412" in operation["responses"]) is ("If-Match" in headers)
        if headers & {"If-Match", "If-None-Match"}:
            assert "ETag" in operation["responses"][str(endpoint.status)]["headers"]


def test_it_says_which_headers_come_back(described: dict[str, Any]) -> None:
    """Every answer can be asked about, refusals speak the caller's language, and who is put off is told how long to wait.

    Each answer that a test gets is held against what is described for it (``promised.check``).
    """
    for endpoint in EVERY:
        operation = described["paths"][endpoint.path][endpoint.method.lower()]
        assert "Accept-Language" in {it["name"] for it in operation["parameters"] if it["in"] == "header"}
        for status, response in responses_of(described, operation).items():
            assert response["headers"].keys() <= described["components"]["headers"].keys()
            assert "X-Request-Id" in response["headers"]
            assert ("Retry-After" in response["headers"]) is (status in ("429", "503"))
            if "x-problem-codes" in response:
                assert {"Content-Language", "Vary", "Cache-Control"} <= response["headers"].keys()


UNVERSIONED = [e for e in GUARDED if not e.versioned]


@pytest.mark.parametrize("endpoint", UNVERSIONED, ids=lambda e: e.operation)
@pytest.mark.parametrize("any_version", ['"999"', "x"])
def test_who_looks_at_no_version_minds_none(api: Api, endpoint: Endpoint, any_version: str) -> None:
    """A route that does not declare If-Match ignores it."""
    sample = sample_of(endpoint)
    bring(api, sample.stop)
    reply = api.call(sample.who, endpoint.method, path_of(endpoint), sample.body, if_match=any_version)
    assert endpoint.status == reply.status


def _schemas(part: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - any JSON
    """Every schema of a type in that part of the description."""
    if isinstance(part, dict):
        if isinstance(part.get("type"), str):
            yield part
        part = list(part.values())
    for inner in part if isinstance(part, list) else ():
        yield from _schemas(inner)


def test_it_says_how_large_a_number_can_be(described: dict[str, Any]) -> None:
    """O2: a client keeps 25 million rupiah in a number that holds it: 64 bits, unless a maximum says that 32 do."""
    parts = [described["paths"], described["components"]["schemas"]]
    integers = [schema for schema in _schemas(parts) if schema["type"] == "integer"]

    assert len(integers) > 30
    for schema in integers:
        assert ("int32" if schema.get("maximum", 2**63) < 2**31 else "int64") == schema["format"], schema


def test_it_says_what_ids_look_like(api: Api, described: dict[str, Any]) -> None:
    """O1: the pattern of an order's id takes what the API takes; those of the others take what the API has made of it."""
    longest = "Z" * 64
    bring(api, Stop.PAYING, longest)
    dispute = api.done(ANA, "GET", f"/orders/{longest}")["disputes"][0]["id"]
    made = {
        "order_id": longest,
        "dispute_id": dispute,
        "n": str(api.done(ANA, "GET", f"/orders/{longest}")["parcels"][0]["number"]),
        "proposal_id": api.done(ANA, "GET", f"/disputes/{dispute}")["proposals"][0]["id"],
        "instruction_id": api.done(ANA, "GET", f"/orders/{longest}/ledger")["payment_instructions"][0]["id"],
        "message_id": api.done(ANA, "POST", f"/orders/{longest}/messages", {"text": "Thank you."})["id"],
        "device_id": api.done(ANA, "POST", "/buyers/ana/devices", DEVICE)["id"],
        "endpoint_id": (endpoint := api.done(MARKET, "POST", "/webhook-endpoints", HOOK)["id"]),
        "delivery_id": api.done(MARKET, "POST", f"/webhook-endpoints/{endpoint}/test", {})["id"],
        "buyer_id": f"a{'@' * 127}",
        "whose": "shared",
        "seller_id": f"a{':' * 127}",
    }
    patterns = {
        it["name"]: it["schema"]["pattern"]
        for methods in described["paths"].values()
        for operation in methods.values()
        for it in operation["parameters"]
        if it["in"] == "path"
    }

    assert patterns.keys() == made.keys()
    assert {} == {name: one for name, one in made.items() if not re.fullmatch(patterns[name], one)}
    for unlike in (f"{longest}Z", "a:b", "a@b"):
        assert (422, "validation_failed") == api.call(MARKET, "PUT", f"/orders/{unlike}", ORDER).refused
        assert not re.fullmatch(patterns["order_id"], unlike)
    for person in ("buyer_id", "seller_id"):
        assert (422, "validation_failed") == api.call(MARKET, "GET", f"/orders?{person}={made[person]}x").refused
        assert not re.fullmatch(patterns[person], f"{made[person]}x")


def test_lists_that_grow_are_open(described: dict[str, Any]) -> None:
    """Types of events, codes of problems and results of records may grow: clients take any string."""
    schemas = described["components"]["schemas"]
    for name, field in (("TimelineEvent", "type"), ("Problem", "code"), ("CarrierResult", "status")):
        schema = schemas[name]["properties"][field]
        assert ("string", False) == (schema["type"], "enum" in schema)
        assert len(schema["x-extensible-enum"]) > 5


def test_every_operation_has_its_own_name(described: dict[str, Any]) -> None:
    """A generated client finds each operation by its name."""
    names = [operation["operationId"] for operations in described["paths"].values() for operation in operations.values()]
    assert sorted(set(names)) == sorted(names)


def test_it_is_served(api: Api, described: dict[str, Any]) -> None:
    """Anyone may read it from the service itself."""
    assert described == api.done(ANYONE, "GET", "/openapi.json")


def test_it_is_the_one_that_is_published(described: dict[str, Any]) -> None:
    """The file at the root of the project is up to date."""
    assert described == json.loads(COMMITTED.read_text(encoding="utf-8"))
