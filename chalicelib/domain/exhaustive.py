"""Tables with a row for every member of an enum, checked when they are built.

A member without a row stops the import. Without the check it would be found by the first request that needs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Member = TypeVar("Member")
Row = TypeVar("Row")


def table(members: Iterable[Member], rows: Mapping[Member, Row]) -> dict[Member, Row]:
    """Return ``rows`` as a dictionary. Raises ``LookupError`` unless there is exactly one row for each of ``members``."""
    wanted = list(members)
    wrong = [f"no row for {member!r}" for member in wanted if member not in rows]
    wrong += [f"a row too many for {member!r}" for member in rows if member not in wanted]
    if wrong:
        raise LookupError("; ".join(wrong))
    return dict(rows)
