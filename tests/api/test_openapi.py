"""The API's description: valid, complete, and the one that is published."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from openapi_spec_validator import validate

from chalicelib.api.openapi import description
from chalicelib.api.problems import CATALOGUE
from tests.api.edge import ANYONE
from tests.api.samples import EVERY, GUARDED

if TYPE_CHECKING:
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
    """What the app serves is what the description promises."""
    app = importlib.import_module("app").app
    served = {(path, method.lower()) for path, methods in app.routes.items() for method in methods}

    assert served == {(path, method) for path, operations in described["paths"].items() for method in operations}
    assert served == {(endpoint.path, endpoint.method.lower()) for endpoint in EVERY}


def test_it_names_every_problem(described: dict[str, Any]) -> None:
    """Every code of the catalogue is in the description, and no other."""
    assert list(CATALOGUE) == described["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]


def test_it_says_what_a_request_needs(described: dict[str, Any]) -> None:
    """Every guarded route wants a token, and every POST an Idempotency-Key."""
    for endpoint in GUARDED:
        operation = described["paths"][endpoint.path][endpoint.method.lower()]
        required = {it["name"] for it in operation.get("parameters", []) if it["required"]}
        assert [{"bearer": []}] == operation["security"]
        assert ("Idempotency-Key" in required) is (endpoint.method == "POST"), endpoint.operation
        assert str(endpoint.status) in operation["responses"]
        assert operation["summary"]


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
