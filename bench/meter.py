"""Count what DynamoDB would charge for a table in memory: calls, items, and capacity units by its published rules.

A write costs one unit for each KB begun, and twice that in a transaction. Each index entry that it puts or removes costs one
more. A read costs one unit for each 4 KB begun, half of that if it need not be consistent. All indexes hold keys only.
"""

# ruff: noqa: N803 - arguments are spelled as DynamoDB spells them

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localcloud.memory.expressions import KEYS, bytes_of
from localcloud.memory.indexes import INDEXES
from localcloud.memory.table import MemoryTable

if TYPE_CHECKING:
    from localcloud.memory.expressions import Item

WRITE_BYTES, READ_BYTES = 1024, 4096


@dataclass
class Spent:
    """The calls, items and units that a table has spent."""

    calls: int = 0
    items_read: int = 0
    items_written: int = 0
    read_units: float = 0.0
    write_units: float = 0.0

    @property
    def units(self) -> float:
        """Reads and writes together."""
        return self.read_units + self.write_units

    def since(self, before: Spent) -> Spent:
        """Return what was spent since ``before``."""
        pairs = ((getattr(self, name), getattr(before, name)) for name in Spent.__dataclass_fields__)
        return Spent(*(now - then for now, then in pairs))


def size_of(item: Item) -> int:
    """Return the size of an item in bytes: names and values."""
    return sum(len(name) + bytes_of(attribute, "size") for name, attribute in item.items())


def _begun(size: int, unit: int) -> int:
    return max(1, -(-size // unit))


class Meter(MemoryTable):
    """A table whose bill can be read at any time."""

    def __init__(self, name: str = "table") -> None:
        """Start empty, with nothing spent."""
        super().__init__(name)
        self.spent = Spent()

    def bill(self) -> Spent:
        """Return a copy of what was spent until now."""
        return Spent(**vars(self.spent))

    def get_item(self, *, TableName: str, Key: Item, ConsistentRead: bool = False) -> Item:
        """As ``MemoryTable``, charged."""
        reply = super().get_item(TableName=TableName, Key=Key, ConsistentRead=ConsistentRead)
        self._read([reply["Item"]] if "Item" in reply else [], consistent=ConsistentRead)
        return reply

    def batch_get_item(self, *, RequestItems: dict[str, Item]) -> Item:
        """As ``MemoryTable``, charged item by item."""
        reply = super().batch_get_item(RequestItems=RequestItems)
        self.spent.calls -= len(reply["Responses"][self.name]) - 1
        for item in reply["Responses"][self.name]:
            self._read([item], consistent=bool(RequestItems[self.name].get("ConsistentRead")))
        return reply

    def query(self, **request: Any) -> Item:  # noqa: ANN401 - as many as DynamoDB's
        """As ``MemoryTable``, charged by the bytes of the whole page."""
        reply = super().query(**request)
        self._read(reply["Items"], consistent=bool(request.get("ConsistentRead")))
        return reply

    def put_item(self, **request: Any) -> Item:  # noqa: ANN401 - as many as DynamoDB's
        """As ``MemoryTable``, charged whether or not its condition holds."""
        self._wrote([request["Item"]], times=1)
        return super().put_item(**request)

    def transact_write_items(self, *, TransactItems: list[Item]) -> Item:
        """As ``MemoryTable``, charged whether or not it is cancelled."""
        self._wrote([action["Put"]["Item"] for action in TransactItems], times=2)
        return super().transact_write_items(TransactItems=TransactItems)

    def _read(self, items: list[Item], *, consistent: bool) -> None:
        self.spent.calls += 1
        self.spent.items_read += len(items)
        self.spent.read_units += _begun(sum(map(size_of, items)), READ_BYTES) * (1.0 if consistent else 0.5)

    def _wrote(self, items: list[Item], times: int) -> None:
        self.spent.calls += 1
        self.spent.items_written += len(items)
        for item in items:
            old = self._items.get((item[KEYS[0]]["S"], item[KEYS[1]]["S"]))
            self.spent.write_units += times * _begun(max(size_of(item), old[1] if old else 0), WRITE_BYTES)
            for names in INDEXES.values():
                before, after = (_entry(of, names) for of in (old[0] if old else {}, item))
                self.spent.write_units += (before != after) * ((before is not None) + (after is not None))


def _entry(item: Item, names: tuple[str, str]) -> tuple[str, str] | None:
    pk, sk = names
    return (item[pk]["S"], item[sk]["S"]) if pk in item and sk in item else None
