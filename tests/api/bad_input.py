"""Make bodies that are wrong in one way each, from a good body and its model."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

NO_JSON: dict[str, bytes] = {
    "half an object": b"{",
    "a word": b"nope",
    "two objects": b"{}{}",
    "a comma too many": b'{"note": "x",}',
    "a comment": b"{} // none",
    "single quotes": b"{'note': 'x'}",
    "another encoding": '{"note": "ñ"}'.encode("latin-1"),
    "sixteen bits a letter": "{}".encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "half a surrogate pair": b'{"note": "\\ud800"}',
    "half a surrogate pair as a name": b'{"\\udfff": 1}',
    "half a surrogate pair in bytes": b'{"note": "\xed\xa0\x80"}',
    "a line break in a word": b'{"note": "a\nb"}',
    "a zero byte": b"{}\x00",
    "blanks alone": b" \n ",
    "very deep lists": b'{"note": ' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    "very deep objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "half of very deep lists": b"[" * 60_000,
    "a form": b"note=x",
}
"""What no route takes for JSON."""

NO_OBJECT: dict[str, bytes] = {
    "null": b"null",
    "a list": b"[]",
    "a list of one": b"[{}]",
    "a word": b'"{}"',
    "a number": b"7",
    "truth": b"true",
    "no number": b"NaN",
    "an unknown field": b'{"unknown": 1}',
    "an empty field": b'{"": ""}',
    "a prototype": b'{"__proto__": {}, "constructor": {}}',
    "infinity": b'{"unknown": -Infinity}',
    "a number out of range": b'{"unknown": 1e999}',
    "a number of 4000 digits": b'{"unknown": ' + b"9" * 4000 + b"}",
    "a number of 40000 digits": b'{"unknown": ' + b"9" * 40_000 + b"}",
    "very many fields": json.dumps({f"field{n}": n for n in range(3000)}).encode(),
    "the same field twice": b'{"unknown": 1, "unknown": 1}',
}
"""JSON that no route takes."""

_WRONG_FOR: dict[type, list[Any]] = {
    str: [7, 1.5, True, [], ["x"], {}, 10**30],
    int: ["1", "", 1.5, 1e2, True, [], {}, -1, 10**25, 10**4200, float("nan"), float("inf")],
    bool: ["true", 0, 1, [], {}],
    list: ["x", 7, {}, True, "", {"0": "x"}],
    dict: ["x", 7, [], True, [{}]],
}
_WRONG_TIMES = [
    "",
    "yesterday",
    "2026-03-20",
    "12:00:00Z",
    "2026-03-20T12:00:00",
    "2026-02-30T12:00:00Z",
    "2026-03-20T25:00:00Z",
    "2026-03-20T12:00:00+99:00",
    "2026-03-20T12:00:00 Europe/Madrid",
    "0001-01-01T00:00:00+23:59",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-23:59",
    "9999-12-31T23:59:59Z",
    "+12026-03-20T12:00:00Z",
    "-0001-03-20T12:00:00Z",
    "2101-01-01T00:00:00Z",
    "1773835200",
    "1e400",
    "9" * 400,
    "\uff12\uff10\uff12\uff16-03-20T12:00:00Z",
    1773835200,
    1773835200.5,
    -1,
]

_TIMES_OF_CARRIERS = ("2026-03-20", "2026-03-20T12:00:00")
"""A carrier's record may have a day alone, or a time without a zone (O6)."""

Place = tuple[str | int, ...]


def _places(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:  # noqa: ANN401 - any JSON
    """Every value inside a body, with the way to it."""
    parts: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        parts = list(value.items())
    if isinstance(value, list):
        parts = list(enumerate(value))
    for name, part in parts:
        yield (*place, name), part
        yield from _places(part, (*place, name))


def _with(body: Any, place: Place, value: object) -> Any:  # noqa: ANN401 - any JSON
    changed = copy.deepcopy(body)
    inner = changed
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    return changed


def _without(body: Any, place: Place) -> Any:  # noqa: ANN401 - any JSON
    changed = copy.deepcopy(body)
    inner = changed
    for step in place[:-1]:
        inner = inner[step]
    del inner[place[-1]]
    return changed


def _nullable(model: type[BaseModel], place: Place) -> bool:
    """Return whether the model, or one inside it, takes null there."""
    whole = model.model_json_schema()
    at: dict[str, Any] = whole
    for step in place:
        known = next((it for it in at.get("anyOf", []) if it != {"type": "null"}), at)
        known = whole["$defs"][known["$ref"].rpartition("/")[2]] if "$ref" in known else known
        at = known.get("items", {}) if isinstance(step, int) else known.get("properties", {}).get(step, {})
    return {"type": "null"} in at.get("anyOf", [])


def _is_time(value: object) -> bool:
    return isinstance(value, str) and value[:1].isdigit() and value.endswith("Z") and "T" in value


def wrong_bodies(model: type[BaseModel], good: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Bodies of which one value has the wrong type, or is missing, or too much; each with what is wrong."""
    for name in model.model_json_schema().get("required", []):
        yield f"without {name}", _without(good, (name,))
    inside: list[tuple[Place, Any]] = [((), good), *_places(good)]
    for place, value in inside:
        where = ".".join(map(str, place)) or "the body"
        if isinstance(value, dict):
            yield f"{where} with an unknown field", _with(good, (*place, "unknown"), None)
        if not place:
            continue
        if not _nullable(model, place):
            yield f"{where} is null", _with(good, place, None)
        taken = _TIMES_OF_CARRIERS if place[-1] == "occurred_at" else ()
        wrong = [it for it in _WRONG_TIMES if it not in taken] if _is_time(value) else []
        for other in [*_WRONG_FOR.get(type(value), []), *wrong]:
            yield f"{where} is {str(other)[:40]!r}", _with(good, place, other)
        if isinstance(value, list):
            yield f"{where} has too many", _with(good, place, (value or ["x"]) * 101)
        if place[-1] in ("minor", "currency"):
            for other in (10**13 + 1, 10.0, 0.1, "10.00", "eur", "EU", "XXX", "\u0415UR", "EUR\n", "EURO"):
                yield f"{where} is {other!r}", _with(good, place, other)


def with_controls(good: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Bodies of which one word holds a control character that is neither a line break nor a tab.

    Tracking numbers are left out: what stands between their letters is dropped, or the one record says that it is none.
    """
    for place, value in _places(good):
        if isinstance(value, str) and place[-1] != "tracking_number":
            for bad in ("\0", "\x1b[31m", "\x0b", "\x7f", "\x85"):
                yield f"{'.'.join(map(str, place))} with {bad!r}", _with(good, place, f"{value[:1]}{bad}{value[1:]}")


def too_long(good: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Bodies of which one word is longer than any text may be."""
    for place, value in _places(good):
        if isinstance(value, str):
            yield f"{'.'.join(map(str, place))} is very long", _with(good, place, "x" * 2001)
