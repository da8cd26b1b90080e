"""Keep the fields of stored JSON that this version does not know, so that they survive a write (I17)."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

UNKNOWN = "unknown"
"""The field of a domain value that carries what this version does not know. It is never stored under that name."""
_NOTHING = b',"unknown":""}'
"""The end of the JSON of a value that carries nothing, where the field is the last one."""
_IDENTITIES = ("id", "number", "line_id", "seq")


def with_unknown(text: str, kind: type[T]) -> T:
    """Return the value of ``kind`` that ``text`` holds, with what it does not know in its field ``unknown``, if it has one."""
    value = msgspec.json.decode(text, type=kind)
    if not carries(kind):
        return value
    stored = text.encode()
    # msgspec sets no default in a class with a dictionary, and writes none then.
    if msgspec.json.encode(value) in (stored, stored[:-1] + _NOTHING):
        return value  # written as this version would write it
    left = beyond(msgspec.json.decode(text), known_json(value))
    return replace(value, **{UNKNOWN: msgspec.json.encode(left).decode()}) if left else value  # type: ignore[type-var]


def stored_json(value: object) -> str:
    """Return the JSON of ``value`` as it is stored, with what it carries and does not know in its place."""
    written = msgspec.json.encode(value)
    if carries(type(value)):
        written = written[: -len(_NOTHING)] + b"}" if written.endswith(_NOTHING) else msgspec.json.encode(whole_json(value))
    return written.decode()


def carries(kind: type) -> bool:
    """Return whether values of ``kind`` carry what this version does not know."""
    return is_dataclass(kind) and any(field.name == UNKNOWN for field in fields(kind))


def known_json(value: object) -> Any:  # noqa: ANN401 - JSON
    """Return ``value`` as JSON-ready data without what it does not know."""
    plain = msgspec.json.decode(msgspec.json.encode(value))
    if carries(type(value)):
        plain.pop(UNKNOWN, None)
    return plain


def whole_json(value: object) -> Any:  # noqa: ANN401 - JSON
    """Return ``value`` as JSON-ready data, with what it carries and does not know in its place."""
    plain = known_json(value)
    left = getattr(value, UNKNOWN, "") if carries(type(value)) else ""
    return merged(plain, msgspec.json.decode(left)) if left else plain


def rewritten(text: str, old: object, new: object) -> str:
    """Return the JSON of ``new``, which takes the place of ``old``, with what ``text`` had stored beside ``old``."""
    left = beyond(msgspec.json.decode(text), known_json(old))
    return msgspec.json.encode(merged(whole_json(new), left)).decode()


def beyond(raw: Any, known: Any) -> Any:  # noqa: ANN401 - JSON
    """Return what ``raw`` has and ``known`` has not: objects by key, and lists by the identity of their elements."""
    if isinstance(raw, dict) and isinstance(known, dict):
        inner = {name: left for name in raw.keys() & known.keys() if (left := beyond(raw[name], known[name]))}
        return {name: raw[name] for name in raw if name not in known} | inner
    if isinstance(raw, list) and isinstance(known, list) and len(raw) == len(known):
        return [[_identity(it), left] for was, it in zip(raw, known, strict=True) if (left := beyond(was, it))]
    return None


def merged(plain: Any, left: Any) -> Any:  # noqa: ANN401 - JSON
    """Return ``plain`` with what ``beyond`` had found; what belongs to an element that is gone goes with it."""
    if isinstance(plain, dict) and isinstance(left, dict):
        kept = {name: merged(value, left[name]) if name in left else value for name, value in plain.items()}
        return kept | {name: value for name, value in left.items() if name not in plain}
    if isinstance(plain, list) and isinstance(left, list):
        lefts = [(identity, more) for identity, more in left]
        return [next((merged(it, more) for identity, more in lefts if identity == _identity(it)), it) for it in plain]
    return plain


def _identity(element: Any) -> Any:  # noqa: ANN401 - JSON
    """Return that by which an element of a list is known again after a change: its id or number, else all that it is."""
    if isinstance(element, dict):
        return next(([name, element[name]] for name in _IDENTITIES if name in element), element)
    return element
