"""The table in memory and the engine give the same replies to random operations, and hold the same items after them."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from localcloud.memory.table import MemoryTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.engine.endpoint import Endpoint

Item = dict[str, Any]

SEED, STEPS = 20_261_127, 8
CONDITIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("", ()),
    ("attribute_not_exists(pk)", ()),
    ("attribute_exists(pk)", ()),
    ("v = :seen", (":seen",)),
    ("attribute_not_exists(pk) OR v = :seen", (":seen",)),
    ("attribute_not_exists(counted) OR counted < :share", (":share",)),
)


class Draw:
    """Random operations in a few partitions of one sequence's own, as the product makes them."""

    def __init__(self, sequence: int) -> None:
        """Draw from the sequence's own seed."""
        self.dice = Random(SEED + sequence)
        self.sequence = sequence

    def operation(self) -> tuple[str, Item]:
        """Return the name of a call, and its arguments without the table's name."""
        calls: tuple[tuple[int, str, Callable[[], Item]], ...] = (
            (2, "put_item", self._put),
            (1, "update_item", self._update),
            (1, "delete_item", lambda: {"Key": self._key(), "ReturnValues": "ALL_OLD"}),
            (2, "transact_write_items", lambda: {"TransactItems": self._actions()}),
            (1, "get_item", lambda: {"Key": self._key(), "ConsistentRead": True}),
            (1, "batch_get_item", lambda: {"Keys": self._keys(), "ConsistentRead": True}),
            (1, "query", self._partition),
            (1, "query", self._list),
        )
        ((_, name, asked),) = self.dice.choices(calls, weights=[it[0] for it in calls])
        return name, asked()

    def _keys(self) -> list[Item]:
        return list({str(key): key for key in (self._key() for _ in range(3))}.values())

    def _number(self) -> Item:
        return {"N": str(self.dice.randrange(4))}

    def _key(self) -> Item:
        return {"pk": {"S": f"P{self.sequence}#{self.dice.randrange(2)}"}, "sk": {"S": f"S{self.dice.randrange(3)}"}}

    def _item(self) -> Item:
        item = self._key() | {"v": self._number(), "data": {"S": "x" * self.dice.randrange(1, 2000)}}
        if self.dice.random() < 0.6:
            item |= {"due_pk": {"S": f"DUE{self.sequence}"}, "due_sk": {"S": f"{self.dice.randrange(5)}#{item['sk']['S']}"}}
        if self.dice.random() < 0.4:
            item |= {"work_pk": {"S": f"WORK{self.sequence}"}, "work_sk": {"S": f"{self.dice.randrange(5)}"}}
        if self.dice.random() < 0.5:
            item["counted"] = self._number()
        return item

    def _conditioned(self, asked: Item) -> Item:
        expression, names = self.dice.choice(CONDITIONS)
        if not expression:
            return asked
        values = {name: self._number() for name in names} | asked.get("ExpressionAttributeValues", {})
        return asked | {"ConditionExpression": expression} | ({"ExpressionAttributeValues": values} if values else {})

    def _put(self) -> Item:
        return self._conditioned({"Item": self._item()})

    def _update(self) -> Item:
        values = {":one": {"N": str(self.dice.choice((1, 2, -1)))}, ":schema": {"N": "1"}}
        expression = "SET schema_version = :schema ADD counted :one"
        return self._conditioned({"Key": self._key(), "UpdateExpression": expression, "ExpressionAttributeValues": values})

    def _actions(self) -> list[Item]:
        """Return a few writes; two of one item now and then, which both refuse."""
        return [
            {"Put": self._put()} if self.dice.random() < 0.6 else {"Update": self._update()}
            for _ in range(self.dice.randrange(1, 4))
        ]

    def _partition(self) -> Item:
        asked: Item = {
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": self._key()["pk"]},
            "ConsistentRead": True,
        }
        if self.dice.random() < 0.5:
            asked["KeyConditionExpression"] += " AND begins_with(sk, :sk)"
            asked["ExpressionAttributeValues"][":sk"] = {"S": self.dice.choice(("S", "S1", "T"))}
        return asked | ({"Limit": self.dice.randrange(1, 4)} if self.dice.random() < 0.5 else {})

    def _list(self) -> Item:
        index, name, compared = self.dice.choice((("by_due", "due", "<="), ("by_work", "work", "<")))
        return {
            "IndexName": index,
            "KeyConditionExpression": f"{name}_pk = :pk AND {name}_sk {compared} :at",
            "ExpressionAttributeValues": {
                ":pk": {"S": f"{name.upper()}{self.sequence}"},
                ":at": {"S": f"{self.dice.randrange(6)}#~"},
            },
            "ScanIndexForward": self.dice.random() < 0.5,
            "Limit": self.dice.randrange(1, 8),
        }


def reply(client: Any, table: str, operation: str, asked: Item) -> Item:  # noqa: ANN401 - either table
    """Return what a call answers, or the code and the reasons of its error."""
    try:
        if operation == "transact_write_items":
            items = [{kind: it | {"TableName": table} for kind, it in action.items()} for action in asked["TransactItems"]]
            client.transact_write_items(TransactItems=items)
            return {}
        if operation == "batch_get_item":
            found = client.batch_get_item(RequestItems={table: asked})["Responses"][table]
            return {"Items": sorted(found, key=lambda it: (it["pk"]["S"], it["sk"]["S"]))}
        told = getattr(client, operation)(TableName=table, **asked)
    except ClientError as error:
        reasons = [it["Code"] for it in error.response.get("CancellationReasons", [])]
        return {"error": error.response["Error"]["Code"], "reasons": reasons}
    found = {name: told[name] for name in ("Item", "Items", "Attributes", "LastEvaluatedKey") if told.get(name)}
    if "IndexName" in asked and "Items" in found:
        # The order of equal sort keys of an index is open; and all of them come only where the page has room.
        found = {"sks": [it[f"{asked['IndexName'][3:]}_sk"]["S"] for it in found["Items"]]}
    return found


def agrees(engine: Endpoint, sequences: range) -> None:
    """Carry the same operations out on both, and compare each reply and every item."""
    client, memory = engine.client(), MemoryTable(engine.table)
    for sequence in sequences:
        draw = Draw(sequence)
        for step in range(STEPS):
            operation, asked = draw.operation()
            told = [reply(it, engine.table, operation, asked) for it in (memory, client)]
            assert told[0] == told[1], f"sequence {sequence}, step {step}: {operation} {asked}"
        for part in range(2):
            asked = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": f"P{sequence}#{part}"}}}
            held = [reply(it, engine.table, "query", asked | {"ConsistentRead": True}) for it in (memory, client)]
            assert held[0] == held[1], f"sequence {sequence}"


def test_the_table_in_memory_and_the_engine_agree(engine: Endpoint) -> None:
    """Forty random sequences of writes, conditions, transactions, reads and lists have the same replies and effects."""
    agrees(engine, range(40))


@pytest.mark.deep
def test_the_table_in_memory_and_the_engine_agree_on_two_thousand_sequences(engine: Endpoint) -> None:
    """So have two thousand."""
    agrees(engine, range(40, 2_040))
