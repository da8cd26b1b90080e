"""Counts up to a limit, each name once: how many SMS a day, how much news an hour (N3)."""

from __future__ import annotations

import time
from enum import Enum
from typing import TYPE_CHECKING, Any

from chalicelib.store import keys
from chalicelib.store.codec import dump, load
from chalicelib.store.errors import Conflict
from chalicelib.store.items import Item, item, text

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT_S = 3 * 24 * 3600
"""How long a tally is kept: longer than the day it is of, in any zone."""
_ATTEMPTS = 8


class Counted(Enum):
    """What became of a name."""

    NEW = "new"
    BEFORE = "before"
    FULL = "full"


class Tallies:
    """The table as a set of tallies."""

    def __init__(self, client: Callable[[], Any], table: str, epoch: Callable[[], float] = time.time) -> None:
        """Keep them in ``table``. ``epoch`` is real time, by which the table expires them."""
        self._client = client
        self.table = table
        self._epoch = epoch

    def enter(self, what: str, of: str, name: str, most: int) -> Counted:
        """Count ``name``, once, where fewer than ``most`` have been. Raises ``Conflict`` when others always came first."""

        def entered(names: list[str]) -> list[str] | Counted:
            if name in names:
                return Counted.BEFORE
            return [*names, name] if len(names) < most else Counted.FULL

        return self._changed(what, of, entered)

    def names(self, what: str, of: str) -> list[str]:
        """The names counted."""
        return self._read(what, of)[0]

    def count(self, what: str, of: str, most: int) -> bool:
        """Count one more where there are fewer than ``most``; whether it was. Raises ``Conflict`` as ``enter`` does."""

        def counted(names: list[str]) -> list[str] | Counted:
            so_far = int(names[0]) if names else 0
            return [str(so_far + 1)] if so_far < most else Counted.FULL

        return self._changed(what, of, counted) is Counted.NEW

    def _changed(self, what: str, of: str, change: Callable[[list[str]], list[str] | Counted]) -> Counted:
        for _ in range(_ATTEMPTS):
            names, version = self._read(what, of)
            changed = change(names)
            if isinstance(changed, Counted):
                return changed
            if self._write(what, of, changed, version):
                return Counted.NEW
        raise Conflict

    def _read(self, what: str, of: str) -> tuple[list[str], int]:
        found = self._client().get_item(TableName=self.table, Key=_key(what, of), ConsistentRead=True).get("Item")
        return (load(text(found, "data"), list[str]), int(found["v"]["N"])) if found else ([], 0)

    def _write(self, what: str, of: str, names: list[str], version: int) -> bool:
        stored = _key(what, of) | item(v=version + 1, data=dump(names), expires_at=int(self._epoch()) + KEPT_S)
        try:
            self._client().put_item(
                TableName=self.table,
                Item=stored,
                ConditionExpression="attribute_not_exists(pk) OR v = :seen",
                ExpressionAttributeValues={":seen": {"N": str(version)}},
            )
        except self._client().exceptions.ConditionalCheckFailedException:
            return False
        return True


def _key(what: str, of: str) -> Item:
    return item(pk=keys.tally_pk(of), sk=what)
