"""Read what every released version has stored, and refuse what only a newer one understands (I17).

Each item carries the number of the schema that it was written in. The number counts changes after which an older version
would misread what a newer one wrote. A new field with a default is no such change: an older version keeps it as it came.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from chalicelib.store.packing import content
from chalicelib.store.unknown import with_unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")
Raw = dict[str, Any]

PLAIN = 1
"""The schema of items without packed attributes, which release 0.2.0 reads as well."""
SCHEMA = 2
"""The schema of items with packed attributes (``packing``), and the newest that this version reads."""
SCHEMA_NAME = "schema_version"
UPGRADERS: dict[tuple[str, int], Callable[[Raw], Raw]] = {}
"""For a kind of value, by its class, and a schema: how to bring its JSON to the next schema. Most kinds need none."""


class NewerData(Exception):  # noqa: N818 - it says what is there
    """An item was written by a newer version, in a schema that this one does not understand."""


UNREADABLE = (NewerData, msgspec.MsgspecError, LookupError, ValueError)
"""The errors of reading an item whose content this version cannot make sense of."""


def stamped(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``item`` with the number of the schema that it is written in."""
    return {**item, SCHEMA_NAME: {"N": str(SCHEMA if any("B" in it for it in item.values()) else PLAIN)}}


def schema_of(stored: Mapping[str, Any]) -> int:
    """Return the schema of a stored item; 1 for an item without a number. Raises ``NewerData``."""
    number = int(stored.get(SCHEMA_NAME, {"N": "1"})["N"])
    if number > SCHEMA:
        msg = f"schema {number} is newer than {SCHEMA}"
        raise NewerData(msg)
    return number


def stored_value(stored: Mapping[str, Any], kind: type[T], name: str = "data") -> T:
    """Return the value of ``kind`` in the attribute ``name`` of a stored item, whichever version wrote it.

    Raises ``NewerData``, and a ``MsgspecError`` where the content is damaged.
    """
    return with_unknown(upgraded(content(stored[name]), kind.__name__, schema_of(stored)), kind)


def upgraded(text: str, kind: str, schema: int) -> str:
    """Return the JSON of a value of ``kind`` in the present schema, from its JSON in ``schema``."""
    steps = [step for number in range(schema, SCHEMA) if (step := UPGRADERS.get((kind, number)))]
    if not steps:
        return text
    raw = msgspec.json.decode(text)
    for step in steps:
        raw = step(raw)
    return msgspec.json.encode(raw).decode()
