"""The table without a cloud: an in-process stand-in for the low-level DynamoDB client, as far as the store uses it.

It is strict rather than complete: an expression, an argument or a type that it does not know raises, so that a test which
passes here has asked nothing of DynamoDB that was not checked. It never lags, and every call is atomic.
"""

# ruff: noqa: N803 - arguments are spelled as DynamoDB spells them

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable
from dataclasses import dataclass
from threading import RLock
from types import SimpleNamespace
from typing import Any

from localcloud.memory_rules import (
    KEYS,
    TESTS,
    ConditionalCheckFailed,
    Item,
    Key,
    bytes_of,
    check_key,
    checked_key,
    failure,
    invalid,
    operands,
    parsed,
)

Place = tuple[str, str, str]
"""Where an item stands in an index: the index's sort key, then the table's two keys."""

INDEXES = {f"by_{name}": (f"{name}_pk", f"{name}_sk") for name in ("buyer", "seller", "due", "work")}

ACTIONS_AT_MOST = 100
ITEM_BYTES = 400 * 1024
TRANSACTION_BYTES = 4 * 1024 * 1024
PAGE_BYTES = 1024 * 1024


class _Index:
    """Items by one pair of keys: in each partition, places in their order."""

    def __init__(self, names: tuple[str, str]) -> None:
        self.names = names
        self.partitions: dict[str, list[Place]] = {}

    def place(self, item: Item | None) -> tuple[str, Place] | None:
        """The partition and place of an item, or None for one that the index leaves out."""
        pk, sk = self.names
        if item is None or pk not in item or sk not in item:
            return None
        return item[pk]["S"], (item[sk]["S"], item["pk"]["S"], item["sk"]["S"])

    def move(self, old: Item | None, new: Item | None) -> None:
        before, after = self.place(old), self.place(new)
        if before == after:
            return
        if before:
            places = self.partitions[before[0]]
            del places[bisect_left(places, before[1])]
        if after:
            insort(self.partitions.setdefault(after[0], []), after[1])

    def range(self, places: list[Place], test: str, operand: str) -> tuple[int, int]:
        """Where the places begin and end whose sort key passes ``test``."""

        def sort_key(place: Place) -> str:
            return place[0][: len(operand)] if test == "begins_with" else place[0]

        left, right = bisect_left(places, operand, key=sort_key), bisect_right(places, operand, key=sort_key)
        ends = {"<": (0, left), "<=": (0, right), ">": (right, len(places)), ">=": (left, len(places))}
        return ends.get(test, (left, right))


@dataclass(frozen=True, slots=True)
class _Put:
    key: Key
    item: Item
    size: int
    holds: Callable[[Item], bool]
    returns_old: bool


class MemoryTable:
    """One table with its indexes, behaving as the low-level client does that serves it.

    ``on_write``, if given, is called after each write with the new images, in the order of the writes. ``page_bytes`` is
    where a page of a query ends.
    """

    exceptions = SimpleNamespace(ConditionalCheckFailedException=ConditionalCheckFailed)

    def __init__(
        self, name: str = "table", on_write: Callable[[list[Item]], None] | None = None, page_bytes: int = PAGE_BYTES
    ) -> None:
        """Start empty under ``name``."""
        self.name = name
        self.on_write = on_write
        self.page_bytes = page_bytes
        self._lock = RLock()
        self._items: dict[Key, tuple[Item, int]] = {}
        self._indexes = {name: _Index(names) for name, names in INDEXES.items()}
        self._table = _Index(KEYS)

    def __len__(self) -> int:
        return len(self._items)

    def snapshot(self) -> list[Item]:
        """Every item, in the order of the keys."""
        with self._lock:
            return [_copy(self._items[key][0]) for key in sorted(self._items)]

    def get_item(self, *, TableName: str, Key: Item, ConsistentRead: bool = False) -> Item:
        """One item under ``Item``, if there is one."""
        self._check_name(TableName, "GetItem")
        del ConsistentRead
        found = self._items.get(checked_key(Key, "GetItem"))
        return {"Item": _copy(found[0])} if found else {}

    def batch_get_item(self, *, RequestItems: dict[str, Item]) -> Item:
        """Up to 100 items, in no order that a caller may rely on."""
        for table, wanted in RequestItems.items():
            self._check_name(table, "BatchGetItem")
            if set(wanted) - {"Keys", "ConsistentRead"}:
                raise NotImplementedError(str(set(wanted)))
            keys = [checked_key(key, "BatchGetItem") for key in wanted["Keys"]]
            if not 1 <= len(keys) <= ACTIONS_AT_MOST or len(set(keys)) != len(keys):
                raise invalid("a batch names from 1 to 100 items, each once", "BatchGetItem")
            with self._lock:
                found = [_copy(self._items[key][0]) for key in reversed(keys) if key in self._items]
            return {"Responses": {table: found}, "UnprocessedKeys": {}}
        raise invalid("a batch names a table", "BatchGetItem")

    def put_item(self, **request: object) -> Item:
        """Write one item, if its condition holds."""
        put = self._prepared("PutItem", **request)  # type: ignore[arg-type]
        with self._lock:
            old = self._old(put)
            if not put.holds(old or {}):
                more = {"Item": _copy(old)} if old and put.returns_old else {}
                raise failure("ConditionalCheckFailedException", "The conditional request failed", "PutItem", **more)
            self._write([put])
        return {}

    def delete_item(self, *, TableName: str, Key: Item) -> Item:
        """Forget one item; one that is not there is no error."""
        self._check_name(TableName, "DeleteItem")
        key = checked_key(Key, "DeleteItem")
        with self._lock:
            old, _ = self._items.pop(key, (None, 0))
            for index in (self._table, *self._indexes.values()):
                index.move(old, None)
        return {}

    def transact_write_items(self, *, TransactItems: list[Item]) -> Item:
        """Write all items, if every condition holds; none otherwise."""
        name = "TransactWriteItems"
        if any(set(action) != {"Put"} for action in TransactItems):
            raise NotImplementedError("an action other than Put")
        puts = [self._prepared(name, **action["Put"]) for action in TransactItems]
        if not 1 <= len(puts) <= ACTIONS_AT_MOST:
            raise invalid("a transaction has from 1 to 100 actions", name)
        if len({put.key for put in puts}) != len(puts):
            raise invalid("Transaction request cannot include multiple operations on one item", name)
        if sum(put.size for put in puts) > TRANSACTION_BYTES:
            raise invalid("a transaction has at most 4 MB", name)
        with self._lock:
            reasons = [self._reason(put) for put in puts]
            codes = [reason["Code"] for reason in reasons]
            if set(codes) != {"None"}:
                message = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{', '.join(codes)}]"
                raise failure("TransactionCanceledException", message, name, CancellationReasons=reasons)
            self._write(puts)
        return {}

    def query(  # noqa: PLR0913 - as many as DynamoDB's
        self,
        *,
        TableName: str,
        KeyConditionExpression: str,
        ExpressionAttributeValues: Item,
        IndexName: str | None = None,
        ConsistentRead: bool = False,
        ScanIndexForward: bool = True,
        Limit: int | None = None,
        ExclusiveStartKey: Item | None = None,
    ) -> Item:
        """A page of one partition: whole items of the table, the keys alone of an index.

        As in DynamoDB, a page that ``Limit`` ended names its last key even where nothing follows.
        """
        self._check_name(TableName, "Query")
        if IndexName and (ConsistentRead or IndexName not in self._indexes):
            raise invalid(f"no consistent read, and no index but {', '.join(INDEXES)}", "Query")
        if Limit is not None and Limit < 1:
            raise invalid("Limit is at least 1", "Query")
        index = self._indexes[IndexName] if IndexName else self._table
        with self._lock:
            partition, low, high = _selected(index, KeyConditionExpression, ExpressionAttributeValues)
            if ExclusiveStartKey:
                start = _start(index, partition, ExclusiveStartKey)
                places = index.partitions.get(partition, [])
                low = max(low, bisect_right(places, start)) if ScanIndexForward else low
                high = high if ScanIndexForward else min(high, bisect_left(places, start))
            chosen = index.partitions.get(partition, [])[low:high]
            return self._page(index, chosen if ScanIndexForward else chosen[::-1], Limit)

    def _page(self, index: _Index, chosen: list[Place], limit: int | None) -> Item:
        found: list[Item] = []
        room, full = self.page_bytes, False
        for place in chosen:
            item, size = self._items[place[1:]]
            room -= size
            full = bool(found) and room < 0
            if full:
                break
            found.append(_copy(item) if index is self._table else {name: dict(item[name]) for name in (*KEYS, *index.names)})
            full = len(found) == limit
            if full:
                break
        page: Item = {"Items": found, "Count": len(found), "ScannedCount": len(found)}
        if full:
            page["LastEvaluatedKey"] = {name: found[-1][name] for name in (*KEYS, *index.names)}
        return page

    def _prepared(
        self,
        operation: str,
        *,
        TableName: str,
        Item: Item,
        ConditionExpression: str = "",
        ExpressionAttributeValues: Item | None = None,
        ReturnValuesOnConditionCheckFailure: str = "NONE",
    ) -> _Put:
        self._check_name(TableName, operation)
        key = checked_key({name: Item.get(name) for name in KEYS}, operation)
        for name in (name for names in INDEXES.values() for name in names if name in Item):
            check_key(name, Item[name], operation)
        size = sum(len(name) + bytes_of(attribute, operation) for name, attribute in Item.items())
        if size > ITEM_BYTES:
            raise invalid("Item size has exceeded the maximum allowed size", operation)
        needed, terms = parsed(ConditionExpression) if ConditionExpression else (all, ())
        values = operands(terms, ExpressionAttributeValues, operation)

        def holds(old: dict[str, Any]) -> bool:
            return needed([TESTS[t.test](old.get(t.name), values.get(t.operand) if t.operand else None) for t in terms])

        return _Put(key, _copy(Item), size, holds, ReturnValuesOnConditionCheckFailure == "ALL_OLD")

    def _old(self, put: _Put) -> Item | None:
        found = self._items.get(put.key)
        return found[0] if found else None

    def _reason(self, put: _Put) -> Item:
        old = self._old(put)
        if put.holds(old or {}):
            return {"Code": "None"}
        reason: Item = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
        return reason | ({"Item": _copy(old)} if old and put.returns_old else {})

    def _write(self, puts: list[_Put]) -> None:
        for put in puts:
            old = self._old(put)
            for index in (self._table, *self._indexes.values()):
                index.move(old, put.item)
            self._items[put.key] = put.item, put.size
        if self.on_write:
            self.on_write([_copy(put.item) for put in puts])

    def _check_name(self, name: str, operation: str) -> None:
        if name != self.name:
            raise failure("ResourceNotFoundException", "Requested resource not found", operation)


def _copy(item: Item) -> Item:
    return {name: dict(attribute) for name, attribute in item.items()}


def _selected(index: _Index, expression: str, values: Item) -> tuple[str, int, int]:
    """The partition a key condition names, and where the places it selects begin and end."""
    _, terms = parsed(expression)
    given = operands(terms, values, "Query")
    of_pk, of_sk = [t for t in terms if t.name == index.names[0]], [t for t in terms if t.name == index.names[1]]
    well_formed = " OR " not in expression and len(of_pk) + len(of_sk) == len(terms) and len(of_sk) <= 1
    if not well_formed or len(of_pk) != 1 or of_pk[0].test != "=" or any(not t.operand for t in terms):
        raise invalid("Query key condition not supported", "Query")
    for term in terms:
        check_key(term.name, given[str(term.operand)], "Query")
    partition = given[str(of_pk[0].operand)]["S"]
    places = index.partitions.get(partition, [])
    if not of_sk:
        return partition, 0, len(places)
    return partition, *index.range(places, of_sk[0].test, given[str(of_sk[0].operand)]["S"])


def _start(index: _Index, partition: str, key: Item) -> Place:
    """The place after which a page starts; the item that stood there may have gone."""
    if set(key) != {*KEYS, *index.names}:
        raise invalid("The provided starting key is invalid", "Query")
    for name, attribute in key.items():
        check_key(name, attribute, "Query")
    placed = index.place(key)
    if placed is None or placed[0] != partition:
        raise invalid("The provided starting key is outside query boundaries based on provided conditions", "Query")
    return placed[1]
