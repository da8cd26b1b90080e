"""Leave one part of the store's writes out: each mutant rewrites them in flight, below every other hook."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

from localcloud.memory.table import MemoryTable
from tests.reliability.seam import Call, Carry

Put = dict[str, Any]

MEMBERS = {
    "order": r"ORDER#.+ #ORDER",
    "dispute": r"ORDER#.+ #DISPUTE#\d+",
    "closed dispute": r"ORDER#.+ CLOSED#\d+",
    "event": r"ORDER#.+ EVENT#.+",
    "ledger entry": r"ORDER#.+ LEDGER#\d+",
    "payment": r"ORDER#.+ PAYMENT#\d+",
    "tracking number": r"TRACK#.+ LOCK",
    "answer": r"IDEMPOTENCY#.+ ANSWER",
    "profile": r"(BUYER|SELLER)#.+ PROFILE",
}
"""The kinds of items that a write can write (its members), by their keys."""


def member(put: Put) -> str:
    """Return the name of the kind of item that a put writes."""
    key = f"{put['Item']['pk']['S']} {put['Item']['sk']['S']}"
    return next((name for name, keys in MEMBERS.items() if re.fullmatch(keys, key)), "other")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A hook that changes every put of one member; a put changed to None is left out."""

    name: str
    of: str
    change: Callable[[Put], Put | None]

    def __call__(self, call: Call, carry: Carry) -> Any:  # noqa: ANN401 - an AWS reply
        """Carry the call out as this store would."""
        if call.operation == "put_item" and member(call.arguments) == self.of:
            return carry(replace(call, arguments=self.change(deepcopy(call.arguments)) or call.arguments))
        if call.operation != "transact_write_items":
            return carry(call)
        puts = [self._changed(action["Put"]) for action in call.arguments["TransactItems"]]
        kept = [{"Put": put} for put in puts if put]
        return carry(replace(call, arguments={"TransactItems": kept})) if kept else {}

    def _changed(self, put: Put) -> Put | None:
        return self.change(deepcopy(put)) if member(put) == self.of else put


def _unconditional(put: Put) -> Put:
    for name in ("ConditionExpression", "ExpressionAttributeValues", "ReturnValuesOnConditionCheckFailure"):
        put.pop(name, None)
    return put


def _without_condition(only: str) -> Callable[[Put], Put]:
    """Drop the condition where it is ``only``: a new order has one condition, a changed order another."""
    return lambda put: _unconditional(put) if put["ConditionExpression"] == only else put


def _never_expires(put: Put) -> Put:
    put["ConditionExpression"] = "attribute_not_exists(pk)"
    del put["ExpressionAttributeValues"]
    return put


def _silent(put: Put) -> Put:
    del put["ReturnValuesOnConditionCheckFailure"]
    return put


def _unbumped(put: Put) -> Put:
    if ":seen" in put.get("ExpressionAttributeValues", {}):
        put["Item"]["v"] = put["ExpressionAttributeValues"][":seen"]
    return put


def _without(*names: str) -> Callable[[Put], Put]:
    def change(put: Put) -> Put:
        for name in names:
            put["Item"].pop(name, None)
        return put

    return change


def _mutants() -> Iterator[Mutant]:
    for of, condition in (
        ("order", "attribute_not_exists(pk)"),
        ("order", "v = :seen"),
        ("event", "attribute_not_exists(pk)"),
        ("ledger entry", "attribute_not_exists(pk)"),
        ("answer", "attribute_not_exists(pk) OR expires_at < :now"),
        ("profile", "attribute_not_exists(pk) OR v = :seen"),
        ("tracking number", "attribute_not_exists(pk)"),
        ("tracking number", "v = :seen"),
    ):
        yield Mutant(f"condition of {of} dropped: {condition}", of, _without_condition(condition))
    yield Mutant("condition of answer: an expired one counts", "answer", _never_expires)
    yield Mutant("condition of answer: the first is not returned", "answer", _silent)
    for of in MEMBERS:
        if of != "profile":
            yield Mutant(f"member dropped: {of}", of, lambda _: None)
    yield Mutant("member dropped: all events but each stream's first", "event", _first_only)
    yield Mutant("version of order not counted up", "order", _unbumped)
    yield Mutant("version of profile not counted up", "profile", _unbumped)
    yield Mutant("version of tracking number not counted up", "tracking number", _unbumped)
    for of, index in (
        ("order", "due"),
        ("order", "buyer"),
        ("order", "seller"),
        ("dispute", "buyer"),
        ("dispute", "seller"),
        ("dispute", "work"),
        ("payment", "work"),
    ):
        yield Mutant(f"index of {of} dropped: by_{index}", of, _without(f"{index}_pk", f"{index}_sk"))
    yield Mutant("event not published", "event", _without("publish"))
    yield Mutant("event without the dispute as it was", "event", _without("dispute"))
    yield Mutant("event without the status before", "event", _without("status_before"))
    yield Mutant("answer without its body's fingerprint", "answer", _fingerprintless)


def _first_only(put: Put) -> Put | None:
    return put if put["Item"]["seq"]["N"] == "1" else None


def _fingerprintless(put: Put) -> Put:
    put["Item"]["fingerprint"] = {"S": "any"}
    return put


MUTANTS: tuple[Mutant, ...] = tuple(_mutants())


class Lagging:
    """A store that reads eventually, as reads are by default: it reads the table as it was before the last write.

    Only reads of partitions that begin with ``of`` have lost their ``ConsistentRead``.
    """

    def __init__(self, of: str) -> None:
        """Let reads of partitions lag that begin with ``of``."""
        self.name, self.of = f"strong read dropped: {of}", of
        self._table: MemoryTable | None = None
        self._copy = MemoryTable()
        self._behind: list[Call] = []

    def __call__(self, call: Call, carry: Carry) -> Any:  # noqa: ANN401 - an AWS reply
        """Carry the call out on the table or, for a read that lags, on the replica."""
        if call.service != "dynamodb" or "IndexName" in call.arguments or call.operation == "batch_get_item":
            return carry(call)
        replica = self._replica(carry)
        if call.operation in ("put_item", "transact_write_items"):
            reply = carry(call)
            self._catch_up()
            self._behind.append(call)
            return reply
        lags = _partition(call).startswith(self.of)
        return getattr(replica, call.operation)(**call.arguments) if lags else carry(call)

    def _replica(self, carry: Carry) -> MemoryTable:
        table: MemoryTable = carry(Call("dynamodb", "this_table", {}))
        if table is not self._table:
            self._table, self._copy, self._behind = table, MemoryTable(table.name), []
            for item in table.snapshot():
                self._copy.put_item(TableName=table.name, Item=item)
        return self._copy

    def _catch_up(self) -> None:
        while self._behind:
            for put in puts_of(self._behind.pop(0)):
                self._copy.put_item(TableName=self._copy.name, Item=put["Item"])


def _partition(call: Call) -> str:
    key = call.arguments.get("Key", {}).get("pk") or call.arguments["ExpressionAttributeValues"][":pk"]
    return str(key["S"])


def puts_of(call: Call) -> list[Put]:
    """Return the puts of a call."""
    if call.operation == "put_item":
        return [call.arguments]
    return [it["Put"] for it in call.arguments.get("TransactItems", [])]


LAGGING: tuple[Lagging, ...] = tuple(map(Lagging, ("ORDER#", "SELLER#", "IDEMPOTENCY#", "TRACK#", "SENT#")))


CONDITIONAL = tuple(sorted({it.of for it in MUTANTS if it.name.startswith("condition of")}))
"""The members that are written under a condition. ``test_store_mutation`` checks that there is no other."""
