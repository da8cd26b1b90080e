"""Convert domain values to JSON and back.

The state of an item is one JSON string: compact, exact, and readable in the console.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from chalicelib.domain.events import PAYLOADS, Event
from chalicelib.domain.people import Actor, Role
from chalicelib.store.schema import NewerData
from chalicelib.store.unknown import UNKNOWN, carries, stored_json

T = TypeVar("T")

_TIME = "%Y-%m-%dT%H:%M:%SZ"


def dump(value: object) -> str:
    """Return ``value`` as JSON text, with the fields that a newer version had stored and this one does not know."""
    return stored_json(value)


def load(text: str, kind: type[T]) -> T:
    """Return the value of ``kind`` that ``text`` holds."""
    return msgspec.json.decode(text, type=kind)


def plain(value: object) -> Any:  # noqa: ANN401 - JSON-ready data of any shape
    """Return ``value`` as JSON-ready data: dicts, lists, strings, whole numbers."""
    builtins = msgspec.to_builtins(value)
    if carries(type(value)):
        builtins.pop(UNKNOWN, None)
    return builtins


def timestamp(at: datetime) -> str:
    """Return ``at`` in UTC with Z, to the second. Such texts sort as time does."""
    return at.astimezone(UTC).strftime(_TIME)


def from_timestamp(text: str) -> datetime:
    """Return the moment that ``timestamp`` wrote."""
    return datetime.strptime(text, _TIME).replace(tzinfo=UTC)


def event_from(stream: int, seq: int, at: str, actor: tuple[str, str], kind: str, data: str) -> Event:
    """Return an event, made from the attributes of its item. Raises ``NewerData`` for an unknown type."""
    if kind not in PAYLOADS:
        msg = f"an event of type {kind} is of a newer version"
        raise NewerData(msg)
    payload = load(data, PAYLOADS[kind])
    return Event(stream, seq, from_timestamp(at), Actor(Role(actor[0]), actor[1]), payload)
