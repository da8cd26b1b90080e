"""The table in memory does what DynamoDB does for the store's requests, and refuses any other request."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from localcloud.memory.indexes import INDEXES
from localcloud.memory.table import MemoryTable
from tests.randomness import seeds
from tests.store.tables import NAME, definition, engine, everything

if TYPE_CHECKING:
    from collections.abc import Callable

    from localcloud.memory.expressions import Item

OPERATIONS = 60
CONDITIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("", ()),
    ("attribute_not_exists(pk)", ()),
    ("v = :seen", ("seen",)),
    ("attribute_not_exists(pk) OR v = :seen", ("seen",)),
    ("attribute_not_exists(pk) OR expires_at < :now", ("now",)),
    ("attribute_exists(pk) AND v <= :seen", ("seen",)),
)
Operation = tuple[str, dict[str, Any]]


def made(pick: Random, key: tuple[str, str] | None = None) -> Item:
    """Return a random item of a small world, in some indexes."""
    pk, sk = key or (pick.choice("AB"), pick.choice(("#A", "#B", "E#1", "E#2", "E#3")))
    item: Item = {"pk": {"S": pk}, "sk": {"S": sk}, "v": {"N": str(pick.randint(0, 2))}}
    if pick.random() < 0.5:
        item["expires_at"] = {"N": str(pick.choice((9, 10, 100)))}
    for pk_name, sk_name in INDEXES.values():
        if pick.random() < 0.5:
            item[pk_name] = {"S": pick.choice("XY")}
        if pick.random() < 0.8:
            item[sk_name] = {"S": pick.choice("12345")}
    return item


def put(pick: Random, key: tuple[str, str] | None = None) -> dict[str, Any]:
    """Return the arguments of a write, under some condition."""
    arguments: dict[str, Any] = {"TableName": NAME, "Item": made(pick, key)}
    expression, names = pick.choice(CONDITIONS)
    if expression:
        arguments["ConditionExpression"] = expression
        arguments["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    if names:
        arguments["ExpressionAttributeValues"] = {f":{name}": {"N": str(pick.choice((0, 1, 2, 10, 50)))} for name in names}
    return arguments


def operation(pick: Random) -> Operation:
    """Return a random call of the client."""
    kind = pick.choice(
        (
            "put_item",
            "transact_write_items",
            "transact_write_items",
            "delete_item",
            "get_item",
            "batch_get_item",
            "query",
            "query",
        )
    )
    keys = [(pk, sk) for pk in "AB" for sk in ("#A", "#B", "E#1", "E#2", "E#3")]
    spelled = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in pick.sample(keys, pick.randint(1, 5))]
    match kind:
        case "put_item":
            return kind, put(pick)
        case "transact_write_items":
            chosen = [pick.choice(keys) for _ in range(pick.randint(1, 4))]
            return kind, {"TransactItems": [{"Put": put(pick, key)} for key in chosen]}
        case "delete_item":
            return kind, {"TableName": NAME, "Key": spelled[0], "ReturnValues": pick.choice(("NONE", "ALL_OLD"))}
        case "get_item":
            return kind, {"TableName": NAME, "Key": spelled[0], "ConsistentRead": True}
        case "batch_get_item":
            return kind, {"RequestItems": {NAME: {"Keys": spelled, "ConsistentRead": True}}}
    return "query", _query(pick)


def _query(pick: Random) -> dict[str, Any]:
    forward = {"TableName": NAME, "Limit": pick.randint(1, 6), "ScanIndexForward": pick.random() < 0.5}
    name = pick.choice((None, *INDEXES))
    pk_name, sk_name = INDEXES[name] if name else ("pk", "sk")
    pk, sk = pick.choice("ABC"), pick.choice(("#", "E#", "E#2", "Z"))
    if name:
        pk, sk = pick.choice("XYZ"), pick.choice("239")
        forward["IndexName"] = name
    expression, values = f"{pk_name} = :pk", {":pk": {"S": pk}}
    tests = ("", f"begins_with({sk_name}, :sk)", *(f"{sk_name} {test} :sk" for test in ("=", "<", "<=", ">", ">=")))
    if test := pick.choice(tests):
        expression, values = f"{expression} AND {test}", values | {":sk": {"S": sk}}
    return forward | {"KeyConditionExpression": expression, "ExpressionAttributeValues": values}


def outcome(client: Any, call: Operation) -> object:  # noqa: ANN401 - either engine's client
    """Return a call's items, or its error with the reasons. A query is walked to its end."""
    name, arguments = call
    try:
        if name == "query":
            return walked(client, arguments)
        reply = getattr(client, name)(**arguments)
    except ClientError as error:
        reasons: Any = error.response.get("CancellationReasons", [])
        return error.response["Error"]["Code"], [(reason.get("Code"), reason.get("Item")) for reason in reasons]
    if name == "batch_get_item":
        return sorted((item["pk"]["S"], item["sk"]["S"], item["v"]["N"]) for item in reply["Responses"].get(NAME, []))
    return reply.get("Item")


def walked(client: Any, arguments: dict[str, Any]) -> list[Item]:  # noqa: ANN401 - either engine's client
    """Return every item of a query, by following its pages."""
    found: list[Item] = []
    start: dict[str, Any] = {}
    while True:
        page = client.query(**arguments, **start)
        assert len(page["Items"]) <= arguments["Limit"]
        found += page["Items"]
        if "LastEvaluatedKey" not in page:
            return found
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


@pytest.mark.parametrize("seed", seeds(10))
def test_random_histories_come_to_the_same_in_both_engines(seed: int) -> None:
    """Each call has the same items, or the same error with the same reasons, in both tables, and leaves both equal."""
    pick = Random(seed)
    with engine("memory") as memory, engine("moto") as moto:
        for _ in range(OPERATIONS):
            call = operation(pick)
            assert outcome(moto, call) == outcome(memory, call), call
        assert everything(moto) == everything(memory)


def test_the_table_has_the_indexes_that_are_deployed() -> None:
    """The deployed definition and the table in memory have the same indexes over the same keys, keys only."""
    deployed = {
        index["IndexName"]: tuple(key["AttributeName"] for key in index["KeySchema"])
        for index in definition()["GlobalSecondaryIndexes"]
    }
    assert INDEXES == deployed
    assert {"KEYS_ONLY"} == {index["Projection"]["ProjectionType"] for index in definition()["GlobalSecondaryIndexes"]}


def item(pk: object = None, **more: object) -> dict[str, Any]:
    """Return an item with one chosen attribute or key."""
    return {"pk": pk or {"S": "A"}, "sk": {"S": "B"}, **more}


INVALID: dict[str, Callable[[MemoryTable], object]] = {
    "no key": lambda table: table.put_item(TableName=NAME, Item={"pk": {"S": "A"}}),
    "an empty key": lambda table: table.put_item(TableName=NAME, Item=item({"S": ""})),
    "a number as key": lambda table: table.put_item(TableName=NAME, Item=item({"N": "1"})),
    "a key too long": lambda table: table.put_item(TableName=NAME, Item=item({"S": "x" * 2049})),
    "an index key of the wrong type": lambda table: table.put_item(TableName=NAME, Item=item(due_sk={"N": "1"})),
    "an empty index key": lambda table: table.put_item(TableName=NAME, Item=item(due_sk={"S": ""})),
    "no whole number": lambda table: table.put_item(TableName=NAME, Item=item(v={"N": "1.5x"})),
    "an item too large": lambda table: table.put_item(TableName=NAME, Item=item(data={"S": "x" * 400 * 1024})),
    "an unused value": lambda table: table.put_item(
        TableName=NAME,
        Item=item(),
        ConditionExpression="attribute_not_exists(pk)",
        ExpressionAttributeValues={":v": {"N": "1"}},
    ),
    "a value left out": lambda table: table.put_item(TableName=NAME, Item=item(), ConditionExpression="v = :v"),
    "an empty transaction": lambda table: table.transact_write_items(TransactItems=[]),
    "101 actions": lambda table: table.transact_write_items(
        TransactItems=[{"Put": {"TableName": NAME, "Item": item({"S": str(n)})}} for n in range(101)]
    ),
    "one item twice": lambda table: table.transact_write_items(
        TransactItems=[{"Put": {"TableName": NAME, "Item": item()}}, {"Put": {"TableName": NAME, "Item": item(v={"N": "1"})}}]
    ),
    "a key read twice": lambda table: table.batch_get_item(RequestItems={NAME: {"Keys": [item(), item()]}}),
    "a consistent read of an index": lambda table: table.query(
        TableName=NAME,
        IndexName="by_due",
        ConsistentRead=True,
        KeyConditionExpression="due_pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "X"}},
    ),
    "no partition": lambda table: table.query(
        TableName=NAME, KeyConditionExpression="sk = :sk", ExpressionAttributeValues={":sk": {"S": "X"}}
    ),
    "a start in another partition": lambda table: table.query(
        TableName=NAME,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "X"}},
        ExclusiveStartKey={"pk": {"S": "Y"}, "sk": {"S": "1"}},
    ),
}


@pytest.mark.parametrize("what", INVALID)
def test_what_dynamodb_refuses_is_refused(what: str) -> None:
    """A malformed request is a validation error, and leaves nothing behind."""
    table = MemoryTable(NAME)
    with pytest.raises(ClientError) as refused:
        INVALID[what](table)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert table.snapshot() == []


UNKNOWN: dict[str, Callable[[MemoryTable], object]] = {
    "an expression": lambda table: table.put_item(TableName=NAME, Item=item(), ConditionExpression="size(pk) > 1"),
    "a mixture": lambda table: table.put_item(
        TableName=NAME, Item=item(), ConditionExpression="attribute_exists(pk) AND attribute_exists(v) OR attribute_exists(w)"
    ),
    "a type": lambda table: table.put_item(TableName=NAME, Item=item(v={"BOOL": True})),
    "an action": lambda table: table.transact_write_items(TransactItems=[{"Delete": {"TableName": NAME, "Key": item()}}]),
    "an argument": lambda table: table.put_item(TableName=NAME, Item=item(), ReturnValues="ALL_OLD"),
}


@pytest.mark.parametrize("what", UNKNOWN)
def test_what_the_table_does_not_know_is_never_guessed(what: str) -> None:
    """An unknown form of request raises, so no test passes on behaviour that nobody has checked."""
    with pytest.raises((NotImplementedError, TypeError)):
        UNKNOWN[what](MemoryTable(NAME))


def test_another_table_is_not_found() -> None:
    """A request to another table is an error."""
    with pytest.raises(ClientError) as missing:
        MemoryTable(NAME).get_item(TableName="elsewhere", Key=item())
    assert missing.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_a_failed_single_write_is_caught_by_the_clients_own_exception() -> None:
    """Callers catch ``client.exceptions.ConditionalCheckFailedException``, as with the real client."""
    table = MemoryTable(NAME)
    table.put_item(TableName=NAME, Item=item())
    with pytest.raises(table.exceptions.ConditionalCheckFailedException):
        table.put_item(TableName=NAME, Item=item(), ConditionExpression="attribute_not_exists(pk)")


def test_a_page_that_the_limit_ended_names_its_last_key() -> None:
    """As in DynamoDB, the last page of a list may be empty, and readers have to cope with it."""
    table = MemoryTable(NAME)
    table.put_item(TableName=NAME, Item=item())
    page = table.query(
        TableName=NAME, KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": "A"}}, Limit=1
    )
    assert page["LastEvaluatedKey"] == item()


def test_the_observer_sees_each_write_once_and_no_failed_one() -> None:
    """New images come in the order of the writes, one list for each transaction, as the table's stream carries them."""
    seen: list[list[Item]] = []
    table = MemoryTable(NAME, seen.append)
    table.put_item(TableName=NAME, Item=item())
    with pytest.raises(ClientError):
        table.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": NAME, "Item": item({"S": "Z"})}},
                {"Put": {"TableName": NAME, "Item": item(), "ConditionExpression": "attribute_not_exists(pk)"}},
            ]
        )
    table.transact_write_items(TransactItems=[{"Put": {"TableName": NAME, "Item": item({"S": str(n)})}} for n in range(2)])
    assert seen == [[item()], [item({"S": "0"}), item({"S": "1"})]]


def test_what_is_read_is_a_copy() -> None:
    """Changing an item that was read does not change the table."""
    table = MemoryTable(NAME)
    table.put_item(TableName=NAME, Item=item())
    table.get_item(TableName=NAME, Key=item())["Item"]["pk"]["S"] = "changed"
    assert table.snapshot() == [item()]


def test_a_lagging_table_tells_consistent_reads_from_others() -> None:
    """I11: without ConsistentRead a read may see the state before the last write, and such a table always shows that."""
    table = MemoryTable(NAME)
    table.lags = True
    key = {"pk": {"S": "a"}, "sk": {"S": "b"}}
    table.put_item(TableName=NAME, Item=key | {"v": {"N": "1"}})
    assert {} == table.get_item(TableName=NAME, Key=key)
    table.put_item(TableName=NAME, Item=key | {"v": {"N": "2"}})
    asked: dict[str, Any] = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": "a"}}}
    for consistent, seen in ((False, "1"), (True, "2")):
        batch = {NAME: {"Keys": [key], "ConsistentRead": consistent}}
        found = [
            table.get_item(TableName=NAME, Key=key, ConsistentRead=consistent)["Item"],
            *table.query(TableName=NAME, ConsistentRead=consistent, **asked)["Items"],
            *table.batch_get_item(RequestItems=batch)["Responses"][NAME],
        ]
        assert [seen] * 3 == [it["v"]["N"] for it in found]
