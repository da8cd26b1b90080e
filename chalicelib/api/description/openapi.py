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

VERSION = "0.3.0"
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
            "responses": {name: made for it in endpoints for name, made in sorted(_problems(it).values())},
            "examples": _shared_examples(endpoints),
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
    """Gives every integer a format of 32 or 64 bits. Generators take one without a format for 32 bits."""

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
        # Requests are strict. Clients ignore unknown members of an answer, so that a new one breaks no client.
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
        content: dict[str, Any] = {"schema": _referred("schemas", endpoint.body.__name__)}
        if endpoint.operation in _examples()["requests"]:
            content["example"] = _examples()["requests"][endpoint.operation]
        needed = endpoint.replaces or any(field.is_required() for field in endpoint.body.model_fields.values())
        operation["requestBody"] = {"required": needed, "content": {JSON: content}}
    operation["responses"] = _responses(endpoint)
    return operation


@lru_cache(maxsize=1)
def _examples() -> dict[str, Any]:
    """Requests by operation, answers by the name of their model, problems by code: all from stories that the tests play."""
    examples: dict[str, Any] = json.loads(Path(__file__).with_name("examples.json").read_text(encoding="utf-8"))
    return examples


def _shared_examples(endpoints: tuple[Endpoint, ...]) -> dict[str, Any]:
    """One example of each problem and of each answer. Responses refer to them: written out in each they were half the file."""
    problems, answers = _examples()["problems"], _examples()["answers"]
    shown = {code: {"summary": kind.meaning, "value": problems.get(code) or example(code)} for code, kind in CATALOGUE.items()}
    names = {answer_name(endpoint) for endpoint in endpoints} & answers.keys()
    return shown | {name: {"value": answers[name]} for name in sorted(names)}


def _referred(kind: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{kind}/{name}"}


def answer_name(endpoint: Endpoint) -> str:
    """The name of the model of a good answer, by which its example is known; HTML for the page."""
    return endpoint.answers().__name__ if endpoint.answers else "HTML"


def _responses(endpoint: Endpoint) -> dict[str, Any]:
    name = answer_name(endpoint)
    schema = _referred("schemas", name) if endpoint.answers else {"type": "string"}
    content: dict[str, Any] = {"schema": schema}
    if name in _examples()["answers"]:
        content["examples"] = {name: _referred("examples", name)}
    headers = parts.answer_headers(endpoint)
    media_type = JSON if endpoint.answers else "text/html"
    done: dict[str, Any] = {"description": "Done.", "headers": headers, "content": {media_type: content}}
    responses: dict[str, Any] = {str(endpoint.status): done}
    if endpoint.repeated:
        responses["200"] = {**done, "description": endpoint.repeated}
    if endpoint.method == "GET" and endpoint.answers:
        responses["304"] = {"description": "Nothing has changed since If-None-Match was given.", "headers": headers}
    problems = {status: _referred("responses", name) for status, (name, _) in _problems(endpoint).items()}
    return dict(sorted(responses.items())) | problems


def _problems(endpoint: Endpoint) -> dict[str, tuple[str, Any]]:
    """The response for each status that a problem of this route can have, with its codes and an example of each.

    Routes with the same codes share it under the name that these codes make.
    """
    possible = problem_codes(endpoint)
    by_status: dict[HTTPStatus, list[str]] = {}
    for code in (code for code in CATALOGUE if code in possible):
        by_status.setdefault(CATALOGUE[code].status, []).append(code)
    return {str(status.value): (".".join(codes), _problem(status, codes)) for status, codes in sorted(by_status.items())}


def _problem(status: HTTPStatus, codes: list[str]) -> dict[str, Any]:
    content = {
        "schema": _referred("schemas", "Problem"),
        "examples": {code: _referred("examples", code) for code in codes},
    }
    return {
        "description": f"{status.phrase}: {', '.join(codes)}.",
        "headers": parts.problem_headers(status),
        "content": {CONTENT_TYPE: content},
        "x-problem-codes": codes,
    }
