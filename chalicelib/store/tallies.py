"""Count names up to a limit, each name once: the SMS of a day, the news of an hour (N3)."""

from __future__ import annotations

import time
from enum import Enum
from typing import TYPE_CHECKING, Any

from chalicelib.store import keys
from chalicelib.store.codec import dump
from chalicelib.store.idempotency import Conflict
from chalicelib.store.items import Item, item
from chalicelib.store.schema import stamped, stored_value
from chalicelib.store.transaction import put, write

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT_S = 3 * 24 * 3600
"""Seconds for which a tally is kept: longer than the day that it counts, in any time zone."""
_ATTEMPTS = 8
_ALL = "all"
_UNSEEN = "attribute_not_exists(pk) OR v = :seen"


class Counted(Enum):
    """The result of entering a name: counted now, counted before, or the tally is full."""

    NEW = "new"
    BEFORE = "before"
    FULL = "full"


class Tallies:
    """The tallies in the table."""

    def __init__(self, client: Callable[[], Any], table: str, epoch: Callable[[], float] = time.time) -> None:
        """Keep the tallies in ``table``. ``epoch`` is real time, by which the table expires them."""
        self._client = client
        self.table = table
        self._epoch = epoch

    def enter(self, what: str, of: str, name: str, most: int) -> Counted:
        """Count ``name`` once, where fewer than ``most`` have been. Raises ``Conflict`` when others always came first."""
        for _ in range(_ATTEMPTS):
            names, version = self._read(what, of)
            if name in names:
                return Counted.BEFORE
            if len(names) >= most:
                return Counted.FULL
            if self._write(what, of, [*names, name], version):
                return Counted.NEW
        raise Conflict

    def enter_within(self, what: str, of: str, name: str, most: int, most_of_all: int) -> Counted:
        """Count ``name`` as ``enter`` does, and for everybody together as well, where that is fewer than ``most_of_all``.

        Both are counted or neither is. So a retry counts what failed half way, and nothing twice.
        """
        for _ in range(_ATTEMPTS):
            names, version = self._read(what, of)
            if name in names:
                return Counted.BEFORE
            all_names, all_version = self._read(what, _ALL)
            so_far = int(all_names[0]) if all_names else 0
            if len(names) >= most or so_far >= most_of_all:
                return Counted.FULL
            entries = ((of, [*names, name], version), (_ALL, [str(so_far + 1)], all_version))
            puts = [put(self.table, self._stored(what, whose, new, seen), _UNSEEN, seen=seen) for whose, new, seen in entries]
            try:
                write(self._client(), puts, None)
            except Conflict:
                continue
            return Counted.NEW
        raise Conflict

    def total(self, what: str) -> int:
        """Return how many were counted for everybody together."""
        names, _ = self._read(what, _ALL)
        return int(names[0]) if names else 0

    def names(self, what: str, of: str) -> list[str]:
        """Return the names that were counted."""
        return self._read(what, of)[0]

    def _read(self, what: str, of: str) -> tuple[list[str], int]:
        found = self._client().get_item(TableName=self.table, Key=_key(what, of), ConsistentRead=True).get("Item")
        return (stored_value(found, list[str]), int(found["v"]["N"])) if found else ([], 0)

    def _write(self, what: str, of: str, names: list[str], version: int) -> bool:
        try:
            self._client().put_item(
                TableName=self.table,
                Item=stamped(self._stored(what, of, names, version)),
                ConditionExpression=_UNSEEN,
                ExpressionAttributeValues={":seen": {"N": str(version)}},
            )
        except self._client().exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _stored(self, what: str, of: str, names: list[str], version: int) -> Item:
        return _key(what, of) | item(v=version + 1, data=dump(names), expires_at=int(self._epoch()) + KEPT_S)


def _key(what: str, of: str) -> Item:
    return item(pk=keys.tally_pk(of), sk=what)
