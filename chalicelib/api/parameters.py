"""The ids in a path and the parameters of a query.

The API's description states their bounds, and every call is checked against them before its handler runs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from chalicelib.api.identity.auth import PERSON_ID
from chalicelib.api.problems import not_valid
from chalicelib.api.years import FIRST_YEAR, LAST_YEAR
from chalicelib.domain.order import ORDER_ID
from chalicelib.store.codec import from_timestamp, timestamp

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from enum import StrEnum

_NUMBER = "[1-9][0-9]*"
_MOMENT = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"


@dataclass(frozen=True, slots=True)
class PathId:
    """An id in a path. A text that does not match ``pattern`` names nothing."""

    pattern: re.Pattern[str]
    example: str


PATH_IDS = {
    name: PathId(re.compile(pattern), example)
    for name, pattern, example in (
        ("order_id", ORDER_ID.pattern, "o-1"),
        ("dispute_id", f"{ORDER_ID.pattern}-d{_NUMBER}", "o-1-d1"),
        ("proposal_id", _NUMBER, "1"),
        ("n", "[1-9][0-9]{0,5}", "1"),
        ("message_id", f"{ORDER_ID.pattern}-m{_NUMBER}", "o-1-m1"),
        ("instruction_id", f"{ORDER_ID.pattern}-p{_NUMBER}-[0-9a-f]{{8}}", "o-1-p1-5c9a1d0e"),
        ("seller_id", PERSON_ID.pattern, "acme"),
        ("buyer_id", PERSON_ID.pattern, "ana"),
        ("whose", "own|shared", "own"),
        ("device_id", "[0-9a-f]{32}", "5c9a1d0e6b7f4a2891c3d4e5f6a7b8c9"),
        ("endpoint_id", "we_[0-9a-f]{24}", "we_5c9a1d0e6b7f4a2891c3d4e5"),
        ("delivery_id", "msg_[0-9a-f]{32}", "msg_5c9a1d0e6b7f4a2891c3d4e5f6a7b8c9"),
    )
}
"""Every id that a path can hold, by the name it has there."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a query. ``read`` gives its value, or raises ``Problem`` for a text that the route does not take."""

    name: str
    description: str
    schema: Callable[[], dict[str, Any]]
    """Makes the JSON schema of the value; only the API's description needs it."""
    read: Callable[[str], Any]
    default: Any = None
    """The value of a parameter that is not given."""


def one_of(kinds: type[StrEnum], name: str, description: str, default: StrEnum | None = None) -> Parameter:
    """A parameter whose value is one of an enum's."""

    def read(written: str) -> StrEnum:
        if written not in {kind.value for kind in kinds}:
            raise not_valid(f"{name} is one of {', '.join(kind.value for kind in kinds)}.", name)
        return kinds(written)

    def schema() -> dict[str, Any]:
        return {"type": "string", "enum": list(kinds)} | ({"default": default.value} if default else {})

    return Parameter(name, description, schema, read, default)


def named(name: str, pattern: re.Pattern[str], description: str) -> Parameter:
    """A parameter whose value is an id."""

    def read(written: str) -> str:
        if not pattern.fullmatch(written):
            raise not_valid(f"{name} is not an id this API uses.", name)
        return written

    return Parameter(name, description, lambda: {"type": "string", "pattern": f"^{pattern.pattern}$"}, read)


def person(name: str, description: str) -> Parameter:
    """A parameter whose value is the id of a person."""
    return named(name, PERSON_ID, description)


WORDS_AT_MOST = 128
"""Characters of a text to look for: more than any id has."""


def words(name: str, description: str) -> Parameter:
    """A parameter whose value is a text to look for."""

    def read(written: str) -> str:
        if not 1 <= len(written) <= WORDS_AT_MOST:
            raise not_valid(f"{name} has from 1 to {WORDS_AT_MOST} characters.", name)
        return written

    return Parameter(name, description, lambda: {"type": "string", "minLength": 1, "maxLength": WORDS_AT_MOST}, read)


def matching(name: str, pattern: str, description: str) -> Parameter:
    """A parameter whose value has to match ``pattern``."""

    def read(written: str) -> str:
        if not re.fullmatch(pattern, written):
            raise not_valid(f"{name} has to match {pattern}.", name)
        return written

    return Parameter(name, description, lambda: {"type": "string", "pattern": f"^{pattern}$"}, read)


def moment(name: str, description: str) -> Parameter:
    """A parameter whose value is a moment in UTC, to the second."""

    def read(written: str) -> datetime:
        try:
            at = from_timestamp(written)
        except ValueError:
            at = None
        if at is None or timestamp(at) != written or not FIRST_YEAR <= at.year <= LAST_YEAR:
            raise not_valid(f"{name} is a moment in UTC such as 2026-03-20T12:00:00Z.", name)
        return at

    return Parameter(name, description, lambda: {"type": "string", "format": "date-time", "pattern": _MOMENT}, read)


_DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def day(name: str, description: str) -> Parameter:
    """A parameter whose value is a day."""

    def read(written: str) -> date:
        try:
            given = date.fromisoformat(written)
        except ValueError:
            given = None
        if given is None or given.isoformat() != written or not FIRST_YEAR <= given.year <= LAST_YEAR:
            raise not_valid(f"{name} is a day such as 2026-03-20.", name)
        return given

    return Parameter(name, description, lambda: {"type": "string", "format": "date", "pattern": _DAY}, read)


LIMIT_DEFAULT, LIMIT_AT_MOST = 20, 100


def _limit(written: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", written) or not 1 <= int(written) <= LIMIT_AT_MOST:
        raise not_valid(f"limit is a number from 1 to {LIMIT_AT_MOST}.", "limit")
    return int(written)


LIMIT = Parameter(
    "limit",
    "How many a page has at most.",
    lambda: {"type": "integer", "format": "int32", "minimum": 1, "maximum": LIMIT_AT_MOST, "default": LIMIT_DEFAULT},
    _limit,
    LIMIT_DEFAULT,
)
CURSOR = Parameter("cursor", "Where to go on: the cursor of the page before.", lambda: {"type": "string"}, str)
PAGE = (LIMIT, CURSOR)
"""The parameters of every list that comes in pages."""
