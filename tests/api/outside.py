"""Values just outside the bounds that a JSON schema states, each with its place in the whole."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Schema = dict[str, Any]
Place = tuple[str | int, ...]
LONGEST = 1200
"""Characters: more than any pattern takes."""
SIZES = {"int32": 2**31, "int64": 2**63}


class Outside:
    """Walks the schemas of one description."""

    def __init__(self, description: dict[str, Any]) -> None:
        """Find what schemas refer to in that description."""
        self._schemas: dict[str, Schema] = description["components"]["schemas"]

    def resolved(self, schema: Schema) -> Schema:
        """The schema itself: what it refers to, and the one that is not null of two; words of several are one list."""
        if "$ref" in schema:
            return self.resolved(self._schemas[schema["$ref"].rpartition("/")[2]])
        if "anyOf" in schema:
            first, *others = (self.resolved(it) for it in schema["anyOf"] if it.get("type") != "null")
            return {"type": "string", "enum": [word for it in (first, *others) for word in _words(it)]} if others else first
        return schema

    def places(self, schema: Schema, place: Place = ()) -> Iterator[tuple[Place, Schema]]:
        """Every schema inside this one, itself included, with its place."""
        schema = self.resolved(schema)
        yield place, schema
        for name, inner in schema.get("properties", {}).items():
            yield from self.places(inner, (*place, name))
        if "items" in schema:
            yield from self.places(schema["items"], (*place, 0))

    def values(self, schema: Schema, known: object = None) -> Iterator[Any]:
        """Values just outside every bound of this schema, near the known good one if there is one."""
        schema = self.resolved(schema)
        words = schema.get("enum", [schema["const"]] if "const" in schema else None)
        match schema.get("type"):
            case _ if words is not None:
                yield from (f"{words[0]}x", "", words[0].swapcase(), f" {words[0]}")
            case "integer":
                yield schema.get("maximum", SIZES[schema["format"]] - 1) + 1
                yield schema.get("minimum", -SIZES[schema["format"]]) - 1
            case "string":
                yield from _texts(schema)
            case "array":
                first = known[0] if isinstance(known, list) and known else self._good(schema["items"])
                yield from _lists(schema, first)

    def _good(self, schema: Schema) -> Any:  # noqa: ANN401 - any JSON
        """A value inside every bound of this schema."""
        schema = self.resolved(schema)
        words: list[Any] = schema.get("enum", [schema["const"]] if "const" in schema else [])
        match schema["type"]:
            case _ if words:
                return words[0]
            case "object":
                return {name: self._good(schema["properties"][name]) for name in schema.get("required", [])}
            case "integer":
                return schema["minimum"]
            case "string" if "date-time" == schema.get("format"):
                return "2026-03-20T12:00:00Z"
        tried = (letter * n for n in range(1, LONGEST) for letter in "aA1")
        return next(it for it in tried if _matches(schema, it))


def _words(schema: Schema) -> list[Any]:
    """Return the only values that a schema takes: it has to list them."""
    return schema["enum"] if "enum" in schema else [schema["const"]]


def _matches(schema: Schema, text: str) -> bool:
    """Return whether a text has the length and the pattern that its schema states. ``$`` is the end, as in ECMA 262."""
    inside = schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", LONGEST * 10)
    return inside and re.search(re.sub(r"\$$", r"\\Z", schema.get("pattern", "")), text, re.ASCII) is not None


def _texts(schema: Schema) -> Iterator[str]:
    if schema.get("format") == "date-time":
        yield from ("yesterday", "2026-03-20", "2026-13-20T12:00:00Z")
    if "maxLength" in schema:
        yield from ("x" * (schema["maxLength"] + 1), "x" * schema["maxLength"] + " ", "x" * schema["maxLength"] + "\n")
    if schema.get("minLength"):
        yield "x" * (schema["minLength"] - 1)
    if "pattern" not in schema:
        return
    for letter in "aA1":
        taken = [n for n in range(LONGEST) if _matches(schema, letter * n)]
        if taken:
            yield letter * (taken[-1] + 1)
            yield letter * (taken[0] - 1)
            yield letter * taken[0] + "\n"
    yield from ("", "\0", "é", "\u0661")


def _lists(schema: Schema, good: object) -> Iterator[list[Any]]:
    if "maxItems" in schema:
        yield [good] * (schema["maxItems"] + 1)
    if schema.get("minItems"):
        yield [good] * (schema["minItems"] - 1)


def inside_pattern(schema: Schema, value: object) -> bool:
    """Return whether a value that was made to lie outside is a text that the schema takes all the same."""
    outside_size = not isinstance(value, str) or "enum" in schema or "const" in schema or schema.get("format") == "date-time"
    return not outside_size and _matches(schema, str(value))


def put(body: Any, place: Place, value: object) -> Any:  # noqa: ANN401 - any JSON
    """A copy of the body with that value there, and with what has to be around it."""
    if not place:
        return value
    step, rest = place[0], place[1:]
    if isinstance(step, int):
        known = list(body) if isinstance(body, list) else []
        return [put(known[0] if known else None, rest, value), *known[1:]]
    known_fields = copy.deepcopy(body) if isinstance(body, dict) else {}
    return known_fields | {step: put(known_fields.get(step), rest, value)}


def found(body: Any, place: Place) -> object:  # noqa: ANN401 - any JSON
    """The value at that place of a body; None where it has none."""
    for step in place:
        try:
            body = body[step]
        except (KeyError, IndexError, TypeError):
            return None
    return body
