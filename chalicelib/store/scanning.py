"""Read the whole table, page by page, for checks that look at everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.store.items import Item, text
from chalicelib.store.paging import every, pages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Key = dict[str, Any]


class Scanning:
    """The table as a whole."""

    def __init__(self, client: Callable[[], Any], table: str) -> None:
        """Read ``table``."""
        self._client = client
        self.table = table

    def pages(self, after: Key | None) -> Iterator[list[Item]]:
        """Return the items after a key, page by page. Writes that are done meanwhile may be missing."""
        start: dict[str, Any] = {"ExclusiveStartKey": after} if after else {}
        return pages(self._client().scan, TableName=self.table, **start)

    def partition(self, pk: str) -> list[Item]:
        """Return every item of a partition, read strongly."""
        found = every(
            self._client().query,
            TableName=self.table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": pk}},
            ConsistentRead=True,
        )
        return list(found)

    def item(self, pk: str, sk: str) -> Item | None:
        """Return one item, read strongly; None where there is none."""
        key = {"pk": {"S": pk}, "sk": {"S": sk}}
        found: Item | None = self._client().get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        return found


def key_of(stored: Item) -> Key:
    """Return the key of an item."""
    return {"pk": stored["pk"], "sk": stored["sk"]}


def partition_of(stored: Item) -> str:
    """Return the partition of an item."""
    return text(stored, "pk")
