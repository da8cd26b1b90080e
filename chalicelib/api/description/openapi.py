"""The API's description as OpenAPI 3.1: made from the routes, their models, what they promise, and the problem catalogue."""

from __future__ import annotations

import json
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from chalicelib.api.description import parts
from chalicelib.api.description.problem_codes import problem_codes
from chalicelib.api.disputes.answers import Problem
from chalicelib.api.endpoint import ENDPOINTS, Endpoint
from chalicelib.api.problems import CATALOGUE, CONTENT_TYPE, example

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core.core_schema import IntSchema

VERSION = "0.1.0"
JSON = "application/json"
_REF = "#/components/schemas/{model}"


def description() -> dict[str, Any]:
    """The whole description, JSON-ready and in a stable order. It is made once; who changes it works on a copy."""
    return _described(tuple(ENDPOINTS))


@lru_cache(maxsize=1)
def _described(endpoints: tuple[Endpoint, ...]) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for endpoint in sorted(endpoints, key=lambda e: (e.path, e.method)):
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    tags = {endpoint.tag for endpoint in endpoints}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Buyer protection", "version": VERSION, "description": parts.INTRODUCTION},
        "servers": parts.SERVERS,
        "tags": [{"name": name, "description": words} for name, words in parts.TAGS.items() if name in tags],
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "headers": parts.HEADERS,
            "examples": {
                code: {"summary": kind.meaning, "value": _examples()["problems"].get(code) or example(code)}
                for code, kind in CATALOGUE.items()
            },
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                **{
                    it.signature.signer.id: {"type": "apiKey", "in": "header", "name": it.signature.header}
                    for it in endpoints
                    if it.signature
                },
            },
        },
    }


class _Sized(GenerateJsonSchema):
    """Says of every integer how many bits hold it. Of one without a format generators make one of 32."""

    def int_schema(self, schema: IntSchema) -> JsonSchemaValue:
        """An integer, of 32 bits where its maximum says that they do."""
        return super().int_schema(schema) | {"format": "int32" if schema.get("le", 2**63) < 2**31 else "int64"}


def _schemas() -> dict[str, Any]:
    requests = {e.body for e in ENDPOINTS if e.body}
    answers = {e.answers() for e in ENDPOINTS if e.answers}
    models: list[type[BaseModel]] = sorted(requests | answers | {Problem}, key=lambda model: model.__name__)
    _, made = models_json_schema([(model, "validation") for model in models], ref_template=_REF, schema_generator=_Sized)
    schemas: dict[str, Any] = made["$defs"]
    asked = set(_reached(schemas, [model.__name__ for model in requests]))
    for name in schemas.keys() - asked:
        # Requests are strict; of an answer a client reads what it knows, so that a new member breaks nobody.
        schemas[name].pop("additionalProperties", None)
    return schemas


def _reached(schemas: dict[str, Any], names: list[str]) -> Iterator[str]:
    """The schemas that these ones are made of, themselves included."""
    known: set[str] = set()
    while names:
        name = names.pop()
        if name not in known:
            known.add(name)
            yield name
            written = json.dumps(schemas[name])
            names += [other for other in schemas if f'"{_REF.format(model=other)}"' in written]


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.operation,
        "tags": [endpoint.tag],
        "summary": endpoint.summary,
    }
    if endpoint.roles:
        operation["security"] = [{"bearer": []}]
        unversioned = "" if endpoint.method == "GET" or endpoint.versioned else " If-Match is not looked at."
        operation["description"] = f"For: {', '.join(role.value for role in endpoint.roles)}.{unversioned}"
    if endpoint.signature:
        operation["security"] = [{endpoint.signature.signer.id: []}]
        operation["description"] = f"For: {endpoint.signature.signer.id}, which signs the body in {endpoint.signature.header}."
    operation["parameters"] = parts.parameters(endpoint)
    if endpoint.body:
        content = {"schema": {"$ref": _REF.format(model=endpoint.body.__name__)}} | _example(endpoint, "request")
        needed = endpoint.replaces or any(field.is_required() for field in endpoint.body.model_fields.values())
        operation["requestBody"] = {"required": needed, "content": {JSON: content}}
    operation["responses"] = _responses(endpoint)
    return operation


@lru_cache(maxsize=1)
def _examples() -> dict[str, Any]:
    """Requests and answers of stories that the tests play, by operation, and problems by code."""
    examples: dict[str, Any] = json.loads(Path(__file__).with_name("examples.json").read_text(encoding="utf-8"))
    return examples


def _example(endpoint: Endpoint, which: str) -> dict[str, Any]:
    known = _examples()["routes"].get(endpoint.operation, {})
    return {"example": known[which]} if which in known else {}


def _responses(endpoint: Endpoint) -> dict[str, Any]:
    answer = endpoint.answers() if endpoint.answers else None
    schema = {"$ref": _REF.format(model=answer.__name__)} if answer else {"type": "string"}
    content = {JSON if answer else "text/html": {"schema": schema} | _example(endpoint, "answer")}
    headers = parts.answer_headers(endpoint)
    done: dict[str, Any] = {"description": "Done.", "headers": headers, "content": content}
    responses: dict[str, Any] = {str(endpoint.status): done}
    if endpoint.repeated:
        responses["200"] = {**done, "description": endpoint.repeated}
    if endpoint.method == "GET" and answer:
        responses["304"] = {"description": "Nothing has changed since If-None-Match was given.", "headers": headers}
    return dict(sorted(responses.items())) | dict(_problems(endpoint))


def _problems(endpoint: Endpoint) -> Iterator[tuple[str, Any]]:
    """One response for each status that a problem of this route can have, with its codes and an example of each."""
    possible = problem_codes(endpoint)
    by_status: dict[HTTPStatus, list[str]] = {}
    for code in (code for code in CATALOGUE if code in possible):
        by_status.setdefault(CATALOGUE[code].status, []).append(code)
    for status, of_status in sorted(by_status.items()):
        content = {
            "schema": {"$ref": _REF.format(model="Problem")},
            "examples": {code: {"$ref": f"#/components/examples/{code}"} for code in of_status},
        }
        yield (
            str(status.value),
            {
                "description": f"{status.phrase}: {', '.join(of_status)}.",
                "headers": parts.problem_headers(status),
                "content": {CONTENT_TYPE: content},
                "x-problem-codes": of_status,
            },
        )
