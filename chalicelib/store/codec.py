"""Convert domain values to JSON and back.

The state of an item is one JSON string: compact, exact, and readable in the console.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from chalicelib.domain.events import PAYLOADS, Event
from chalicelib.domain.money import Money
from chalicelib.domain.people import Actor, Role
from chalicelib.store.schema import NewerData
from chalicelib.store.unknown import UNKNOWN, carries, stored_json

T = TypeVar("T")

_MONEY = {field.name for field in fields(Money)}
_TIME = "%Y-%m-%dT%H:%M:%SZ"


def dump(value: object) -> str:
    """Return ``value`` as JSON text, with the fields that a newer version had stored and this one does not know."""
    return stored_json(value)


def load(text: str, kind: type[T]) -> T:
    """Return the value of ``kind`` that ``text`` holds."""
    return msgspec.json.decode(text, type=kind)


def plain(value: object) -> Any:  # noqa: ANN401 - JSON-ready data of any shape
    """Return ``value`` as JSON-ready data for people: dicts, lists, strings, whole numbers.

    Amounts have the exponent of their currency beside them, which no app should take from elsewhere (O2).
    """
    builtins = msgspec.to_builtins(value)
    if carries(type(value)):
        builtins.pop(UNKNOWN, None)
    _add_exponents(builtins)
    return builtins


def _add_exponents(value: object) -> None:
    if isinstance(value, list | tuple):
        for it in value:
            _add_exponents(it)
    elif isinstance(value, dict):
        if value.keys() == _MONEY:
            value["exponent"] = Money(**value).exponent
        else:
            for it in value.values():
                _add_exponents(it)


def timestamp(at: datetime) -> str:
    """Return ``at`` in UTC with Z, to the second. Such texts sort as time does."""
    return at.astimezone(UTC).strftime(_TIME)


def from_timestamp(text: str) -> datetime:
    """Return the moment that ``timestamp`` wrote. Raises ``ValueError`` for any other text."""
    # ISO 8601 has more forms than the one that we write. All that stands between the digits is every third character.
    if len(text) != len("2026-11-27T10:00:00Z") or text[4::3] != "--T::Z":
        msg = f"{text!r} is not written as in 2026-11-27T10:00:00Z"
        raise ValueError(msg)
    return datetime.fromisoformat(text)


def day_start(at: datetime) -> datetime:
    """Return the beginning of the day (UTC) that a moment in UTC is in."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def event_from(stream: int, seq: int, at: str, actor: tuple[str, str], kind: str, data: str) -> Event:
    """Return an event, made from the attributes of its item. Raises ``NewerData`` for an unknown type."""
    if kind not in PAYLOADS:
        msg = f"an event of type {kind} is of a newer version"
        raise NewerData(msg)
    payload = load(data, PAYLOADS[kind])
    return Event(stream, seq, from_timestamp(at), Actor(Role(actor[0]), actor[1]), payload)
