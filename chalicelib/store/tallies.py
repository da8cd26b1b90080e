"""Count names up to a limit, each name once: the SMS of a day, the news of an hour (N3)."""

from __future__ import annotations

import time
from enum import Enum
from typing import TYPE_CHECKING, Any

from chalicelib.store import keys
from chalicelib.store.codec import dump
from chalicelib.store.idempotency import Conflict
from chalicelib.store.items import Item, item, place_of
from chalicelib.store.lists import items_of
from chalicelib.store.schema import PLAIN, stamped, stored_value
from chalicelib.store.transaction import put, write

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT_S = 3 * 24 * 3600
"""Seconds for which a tally is kept: longer than the day that it counts, in any time zone."""
SHARDS = 16
"""The counters that SMS to everybody are spread over: transactions that write one item at the same moment cancel each other."""
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

        Both are counted or neither is. So a retry counts what failed half way, and nothing twice. Each of ``SHARDS`` counters
        takes its share of ``most_of_all``: nothing goes beyond, and only full counters together are full. Raises ``Conflict``
        when others always came first.
        """
        open_shards = [shard for shard in range(SHARDS) if _share(shard, most_of_all)]
        for attempt in range(_ATTEMPTS):
            names, version = self._read(what, of)
            if name in names:
                return Counted.BEFORE
            if len(names) >= most or not open_shards:
                return Counted.FULL
            shard = open_shards[(keys.shard_of(name, len(open_shards)) + attempt) % len(open_shards)]
            mine = put(self.table, self._stored(what, of, [*names, name], version), _UNSEEN, seen=version)
            try:
                write(self._client(), [mine, self._one_more(what, shard, _share(shard, most_of_all))], None)
            except Conflict:
                counted = self._counted(what)
                open_shards = [it for it in range(SHARDS) if counted[it] < _share(it, most_of_all)]
                continue
            return Counted.NEW
        raise Conflict

    def total(self, what: str) -> int:
        """Return how many were counted for everybody together, by release 0.2.0 as well."""
        names, _ = self._read(what, _ALL)
        return sum(self._counted(what)) + (int(names[0]) if names else 0)

    def _counted(self, what: str) -> list[int]:
        """Return what each counter of everybody's has."""
        wanted = [_key(what, f"{_ALL}.{shard}") for shard in range(SHARDS)]
        found = items_of(self._client(), self.table, wanted)
        stored = (found.get(place_of(it), {}) for it in wanted)
        return [int(it["counted"]["N"]) if it else 0 for it in stored]

    def _one_more(self, what: str, shard: int, share: int) -> Item:
        """Return the write that adds one to a counter, unless it has its share. Nobody has to read it first."""
        return {
            "Update": {
                "TableName": self.table,
                "Key": _key(what, f"{_ALL}.{shard}"),
                "UpdateExpression": "SET schema_version = :schema, expires_at = :expires, #data = :data ADD counted :one",
                "ConditionExpression": "attribute_not_exists(counted) OR counted < :share",
                "ExpressionAttributeNames": {"#data": "data"},  # a word of DynamoDB's own
                "ExpressionAttributeValues": {
                    ":schema": {"N": str(PLAIN)},
                    ":expires": {"N": str(int(self._epoch()) + KEPT_S)},
                    ":data": {"S": dump([])},  # a tally has names, which this one does not keep
                    ":one": {"N": "1"},
                    ":share": {"N": str(share)},
                },
            }
        }

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


def _share(shard: int, most: int) -> int:
    """Return how many of ``most`` one counter takes. All counters together take exactly that many."""
    return most // SHARDS + (shard < most % SHARDS)


def _key(what: str, of: str) -> Item:
    return item(pk=keys.tally_pk(of), sk=what)
