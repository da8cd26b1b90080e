"""The API's description as OpenAPI 3.1, made from the declared routes, their models and the problem catalogue."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pydantic.json_schema import models_json_schema

from chalicelib.api.endpoint import ENDPOINTS, Endpoint
from chalicelib.api.problems import CATALOGUE, CONTENT_TYPE

if TYPE_CHECKING:
    from pydantic import BaseModel

VERSION = "0.1.0"
_REF = "#/components/schemas/{model}"

_HEADERS: dict[str, Any] = {
    "Idempotency-Key": {
        "required": True,
        "description": "Makes the request happen once: the same key and body get the first answer again, for 7 days.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    },
    "If-Match": {
        "required": False,
        "description": "The version this request is made for, as ETag gave it. Another current version is a 412.",
        "schema": {"type": "string", "examples": ['"3"']},
    },
}
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "What went wrong (RFC 9457). code is stable; further members depend on it.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "enum": list(CATALOGUE)},
        "detail": {"type": "string"},
    },
}


def description() -> dict[str, Any]:
    """The whole description, JSON-ready and in a stable order."""
    models: list[type[BaseModel]] = sorted({e.body for e in ENDPOINTS if e.body}, key=lambda model: model.__name__)
    _, schemas = models_json_schema([(model, "validation") for model in models], ref_template=_REF)
    paths: dict[str, Any] = {}
    for endpoint in sorted(ENDPOINTS, key=lambda e: (e.path, e.method)):
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Buyer protection",
            "version": VERSION,
            "description": "Orders in escrow, disputes with a mediator and a clock. Amounts in minor units, times in UTC.",
        },
        "paths": paths,
        "components": {
            "schemas": {**schemas.get("$defs", {}), "Problem": _PROBLEM},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.operation,
        "summary": endpoint.summary,
        "responses": _responses(endpoint),
    }
    parameters = [*_path_parameters(endpoint), *_query_parameters(endpoint), *_header_parameters(endpoint)]
    if parameters:
        operation["parameters"] = parameters
    if endpoint.roles:
        operation["security"] = [{"bearer": []}]
        operation["description"] = f"For: {', '.join(role.value for role in endpoint.roles)}."
    if endpoint.body:
        schema = {"$ref": _REF.format(model=endpoint.body.__name__)}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation


def _path_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    names = re.findall(r"{(\w+)}", endpoint.path)
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def _query_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    limit = {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}
    return [
        {"name": name, "in": "query", "required": False, "schema": limit if name == "limit" else {"type": "string"}}
        for name in endpoint.query
    ]


def _header_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    if endpoint.method != "POST":
        return []
    return [{"name": name, "in": "header", **parts} for name, parts in _HEADERS.items()]


def _responses(endpoint: Endpoint) -> dict[str, Any]:
    done = {"description": "Done.", "content": {"application/json": {"schema": {"type": "object"}}}}
    responses: dict[str, Any] = {str(endpoint.status): done}
    if endpoint.method == "PUT" and endpoint.status != 200:  # noqa: PLR2004
        responses["200"] = {**done, "description": "It was there already; nothing changed."}
    if endpoint.roles:
        problem = {"$ref": _REF.format(model="Problem")}
        responses["default"] = {"description": "A problem.", "content": {CONTENT_TYPE: {"schema": problem}}}
    return responses
