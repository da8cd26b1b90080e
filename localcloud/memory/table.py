"""Stand in for the low-level DynamoDB client in process, as far as the store uses it.

It is strict rather than complete: an unknown expression, argument or type raises. So a test that passes here asked nothing
of DynamoDB that was not checked. It lags only where it is told to (``lags``), and every call is atomic.
"""

# ruff: noqa: N803 - arguments are spelled as DynamoDB spells them

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from threading import RLock
from types import SimpleNamespace

from localcloud.memory.expressions import (
    KEYS,
    TESTS,
    Change,
    ConditionalCheckFailed,
    Item,
    Key,
    bytes_of,
    changes_of,
    check_key,
    checked_key,
    failure,
    invalid,
    operands,
    parsed,
)
from localcloud.memory.indexes import INDEXES, Index, Place, selected, start_of

ACTIONS_AT_MOST = 100
ITEM_BYTES = 400 * 1024
TRANSACTION_BYTES = 4 * 1024 * 1024
PAGE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Put:
    key: Key
    item: Item
    size: int
    holds: Callable[[Item], bool]
    returns_old: bool


@dataclass(frozen=True, slots=True)
class _Update:
    key: Key
    changes: tuple[Change, ...]
    holds: Callable[[Item], bool]

    def of(self, old: Item | None, operation: str) -> _Put:
        """Return the write of what the item becomes; of one that is not there, a new one."""
        changed = _copy(old) if old else {"pk": {"S": self.key[0]}, "sk": {"S": self.key[1]}}
        for change in self.changes:
            change.made_to(changed)
        return _Put(self.key, changed, _size(changed, operation), self.holds, returns_old=False)


class MemoryTable:
    """One table with its indexes, with the methods of the low-level client.

    ``on_write`` is called after each write with the new images, in the order of the writes. A page of a query ends after
    ``page_bytes``.
    """

    exceptions = SimpleNamespace(ConditionalCheckFailedException=ConditionalCheckFailed)

    def __init__(
        self, name: str = "table", on_write: Callable[[list[Item]], None] | None = None, page_bytes: int = PAGE_BYTES
    ) -> None:
        """Start empty under ``name``."""
        self.name = name
        self.on_write = on_write
        self.page_bytes = page_bytes
        self.lags = False
        """True if reads of the table without ConsistentRead see it as it was before the last write."""
        self._before: dict[Key, Item | None] = {}
        self._lock = RLock()
        self._items: dict[Key, tuple[Item, int]] = {}
        self._indexes = {name: Index(names) for name, names in INDEXES.items()}
        self._table = Index(KEYS)

    def __len__(self) -> int:
        return len(self._items)

    def snapshot(self) -> list[Item]:
        """Return every item, in the order of the keys."""
        with self._lock:
            return [_copy(self._items[key][0]) for key in sorted(self._items)]

    def hold(self, other: "MemoryTable") -> None:
        """Hold what ``other`` holds, without a word to ``on_write``. Neither sees what is written to the other from then on."""
        self._items = dict(other._items)  # noqa: SLF001 - of the same kind; an item in it is never changed
        self._table = other._table.copy()  # noqa: SLF001 - as above
        self._indexes = {name: index.copy() for name, index in other._indexes.items()}  # noqa: SLF001 - as above

    def get_item(self, *, TableName: str, Key: Item, ConsistentRead: bool = False) -> Item:
        """Return one item under ``Item``, if there is one."""
        self._check_name(TableName, "GetItem")
        key = checked_key(Key, "GetItem")
        with self._lock:
            found = self._seen(key, consistent=ConsistentRead)
        return {"Item": _copy(found)} if found else {}

    def batch_get_item(self, *, RequestItems: dict[str, Item]) -> Item:
        """Return up to 100 items, in no order that a caller may rely on."""
        for table, wanted in RequestItems.items():
            self._check_name(table, "BatchGetItem")
            if set(wanted) - {"Keys", "ConsistentRead"}:
                raise NotImplementedError(str(set(wanted)))
            keys = [checked_key(key, "BatchGetItem") for key in wanted["Keys"]]
            if not 1 <= len(keys) <= ACTIONS_AT_MOST or len(set(keys)) != len(keys):
                raise invalid("a batch names from 1 to 100 items, each once", "BatchGetItem")
            with self._lock:
                consistent = wanted.get("ConsistentRead", False)
                found = [_copy(it) for key in reversed(keys) if (it := self._seen(key, consistent=consistent))]
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

    def update_item(self, *, ReturnValues: str = "NONE", **request: object) -> Item:
        """Change one item, if its condition holds. With ``UPDATED_NEW``, return what was changed under ``Attributes``."""
        if ReturnValues not in ("NONE", "UPDATED_NEW"):
            raise NotImplementedError(ReturnValues)
        update = self._update("UpdateItem", **request)  # type: ignore[arg-type]
        with self._lock:
            put = self._resolved(update, "UpdateItem")
            if not put.holds(self._old(put) or {}):
                raise failure("ConditionalCheckFailedException", "The conditional request failed", "UpdateItem")
            self._write([put])
        changed = {change.name: dict(put.item[change.name]) for change in update.changes}
        return {"Attributes": changed} if ReturnValues == "UPDATED_NEW" else {}

    def delete_item(self, *, TableName: str, Key: Item, ReturnValues: str = "NONE") -> Item:
        """Delete an item, if it is there. With ``ALL_OLD``, return it under ``Attributes``."""
        self._check_name(TableName, "DeleteItem")
        if ReturnValues not in ("NONE", "ALL_OLD"):
            raise invalid("what DeleteItem returns is NONE or ALL_OLD", "DeleteItem")
        key = checked_key(Key, "DeleteItem")
        with self._lock:
            old, _ = self._items.pop(key, (None, 0))
            self._before = {key: old}
            for index in (self._table, *self._indexes.values()):
                index.move(old, None)
        return {"Attributes": _copy(old)} if old and ReturnValues == "ALL_OLD" else {}

    def transact_write_items(self, *, TransactItems: list[Item]) -> Item:
        """Write all items if every condition holds, and otherwise none."""
        name = "TransactWriteItems"
        if any(len(action) != 1 or not set(action) <= {"Put", "Update"} for action in TransactItems):
            raise NotImplementedError("an action other than Put and Update")
        actions = [
            self._prepared(name, **it["Put"]) if "Put" in it else self._update(name, **it["Update"]) for it in TransactItems
        ]
        with self._lock:
            return self._transact([self._resolved(action, name) for action in actions], name)

    def _transact(self, puts: list[_Put], name: str) -> Item:
        if not 1 <= len(puts) <= ACTIONS_AT_MOST:
            raise invalid("a transaction has from 1 to 100 actions", name)
        if len({put.key for put in puts}) != len(puts):
            raise invalid("Transaction request cannot include multiple operations on one item", name)
        if sum(put.size for put in puts) > TRANSACTION_BYTES:
            raise invalid("a transaction has at most 4 MB", name)
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
        """Return a page of one partition: whole items of the table, or only the keys of an index.

        As in DynamoDB, a page that ``Limit`` ended names its last key even where nothing follows.
        """
        self._check_name(TableName, "Query")
        if IndexName and (ConsistentRead or IndexName not in self._indexes):
            raise invalid(f"no consistent read, and no index but {', '.join(INDEXES)}", "Query")
        if Limit is not None and Limit < 1:
            raise invalid("Limit is at least 1", "Query")
        index = self._indexes[IndexName] if IndexName else self._table
        with self._lock:
            partition, low, high = selected(index, KeyConditionExpression, ExpressionAttributeValues)
            if ExclusiveStartKey:
                start = start_of(index, partition, ExclusiveStartKey)
                places = index.partitions.get(partition, [])
                low = max(low, bisect_right(places, start)) if ScanIndexForward else low
                high = high if ScanIndexForward else min(high, bisect_left(places, start))
            chosen = index.partitions.get(partition, [])[low:high]
            page = self._page(index, chosen if ScanIndexForward else chosen[::-1], Limit)
            if self.lags and not ConsistentRead and not IndexName:
                keys = [(it["pk"]["S"], it["sk"]["S"]) for it in page["Items"]]
                page["Items"] = [_copy(it) for key in keys if (it := self._seen(key, consistent=False))]
            return page

    def scan(self, *, TableName: str, ConsistentRead: bool = False, ExclusiveStartKey: Item | None = None) -> Item:
        """Return a page of all items, partition by partition, after a key."""
        self._check_name(TableName, "Scan")
        del ConsistentRead
        with self._lock:
            keys = sorted(self._items)
            first = bisect_right(keys, checked_key(ExclusiveStartKey, "Scan")) if ExclusiveStartKey else 0
            chosen: list[Place] = [("", *key) for key in keys[first:]]
            page = self._page(self._table, chosen, None)
            if "LastEvaluatedKey" in page:
                page["LastEvaluatedKey"] = {name: page["Items"][-1][name] for name in KEYS}
            return page

    def _page(self, index: Index, chosen: list[Place], limit: int | None) -> Item:
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
        size = _size(Item, operation)
        holds = _condition(ConditionExpression, ExpressionAttributeValues, operation)
        return _Put(key, _copy(Item), size, holds, ReturnValuesOnConditionCheckFailure == "ALL_OLD")

    def _update(
        self,
        operation: str,
        *,
        TableName: str,
        Key: Item,
        UpdateExpression: str,
        ExpressionAttributeValues: Item,
        ExpressionAttributeNames: dict[str, str] | None = None,
        ConditionExpression: str = "",
    ) -> _Update:
        self._check_name(TableName, operation)
        changes, used = changes_of(UpdateExpression, ExpressionAttributeNames or {}, ExpressionAttributeValues, operation)
        left = {name: value for name, value in ExpressionAttributeValues.items() if name not in used}
        return _Update(checked_key(Key, operation), changes, _condition(ConditionExpression, left, operation))

    def _resolved(self, action: _Put | _Update, operation: str) -> _Put:
        """Return the write that an action comes to now."""
        if isinstance(action, _Put):
            return action
        found = self._items.get(action.key)
        return action.of(found[0] if found else None, operation)

    def _seen(self, key: Key, *, consistent: bool) -> Item | None:
        """Return an item as a read sees it."""
        if self.lags and not consistent and key in self._before:
            return self._before[key]
        found = self._items.get(key)
        return found[0] if found else None

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
        self._before = {put.key: self._old(put) for put in puts}
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


def _size(item: Item, operation: str) -> int:
    """Return the size of an item in bytes. Raises unless its keys and its size are as DynamoDB takes them."""
    for name in (name for names in INDEXES.values() for name in names if name in item):
        check_key(name, item[name], operation)
    size = sum(len(name) + bytes_of(attribute, operation) for name, attribute in item.items())
    if size > ITEM_BYTES:
        raise invalid("Item size has exceeded the maximum allowed size", operation)
    return size


def _condition(expression: str, given: Item | None, operation: str) -> Callable[[Item], bool]:
    """Return the test of a condition; an empty one always holds."""
    needed, terms = parsed(expression) if expression else (all, ())
    values = operands(terms, given, operation)

    def holds(old: Item) -> bool:
        return needed([TESTS[t.test](old.get(t.name), values.get(t.operand) if t.operand else None) for t in terms])

    return holds


def _copy(item: Item) -> Item:
    return {name: dict(attribute) for name, attribute in item.items()}
