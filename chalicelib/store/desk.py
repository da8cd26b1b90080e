"""Read the mediators' lists by their index alone.

The sort key of an entry holds what mediators filter, sort and count by. So ten thousand cases are counted by one read of the
index, and only those of the page are read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from chalicelib.store import keys
from chalicelib.store.facts import Facts

if TYPE_CHECKING:
    from chalicelib.store.lists import Lists, Place

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """A case as the index names it: its item's key, its id, when it was escalated last, and its facts.

    An entry that a release before 0.3.0 wrote has no facts.
    """

    key: Item
    id: str
    escalated_at: datetime
    facts: Facts | None


def entries(lists: Lists, place: Place, since: datetime | None = None) -> list[Entry]:
    """Return all entries of a mediators' list, those escalated last at ``since`` or later. The index may lag."""
    return [_entry(found) for found in lists.entries(place, since)]


def _entry(found: Item) -> Entry:
    sort_key: str = found["work_sk"]["S"]
    written = keys.facts_in(sort_key)
    return Entry(
        key={"pk": found["pk"], "sk": found["sk"]},
        id=sort_key.split("#", 2)[1],
        escalated_at=keys.time_of(sort_key),
        facts=msgspec.json.decode(written, type=Facts) if written else None,
    )
