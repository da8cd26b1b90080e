"""Lock each tracking number to the people whose orders it carries, in the transaction that names it (O4).

One item a number says which orders it carries, under the buyer and seller of each. Its version is a condition of the
transaction that changes it. So of two orders of different people that name one number at the same moment, one wins.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from chalicelib.domain.people import Role
from chalicelib.store import keys
from chalicelib.store.items import Item, item
from chalicelib.store.schema import stamped, stored_value

if TYPE_CHECKING:
    from chalicelib.domain.case import Case
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.order import OrderTerms

Key = tuple[str, str]
"""The network in which a number is unique, and the number."""


class NumberTaken(Exception):  # noqa: N818 - it is an answer
    """A party names a number that carries an order of other people. Nothing was written."""

    def __init__(self, number: str) -> None:
        """Carry the number."""
        super().__init__(f"{number} carries an order of other people")
        self.number = number


def lock_puts(client: Any, table: str, before: Case | None, changes: Changes) -> list[dict[str, Any]]:  # noqa: ANN401 - botocore
    """Return the writes of the locks of the numbers that a command names or takes back.

    Each reads the lock, and writes it under the condition that it has not changed since. Raises ``NumberTaken`` where other
    people hold it. The marketplace may name such a number: it knows what it sent together.
    """
    was, now = named_numbers(before), named_numbers(changes.case)
    terms = changes.case.order.terms
    puts = []
    for key in sorted(was ^ now):
        found = lock_at(client, table, key)
        holders, version = holders_in(found), int(found["v"]["N"]) if found else 0
        mine = holder_of(terms)
        if key in now and holders and mine not in holders and changes.actor.role is not Role.PLATFORM:
            raise NumberTaken(key[1])
        orders = set(holders.get(mine, ())) - {terms.order_id} | ({terms.order_id} if key in now else set())
        after = {**holders, mine: sorted(orders)} if orders else {who: of for who, of in holders.items() if who != mine}
        if after != holders:
            puts.append(lock_put(table, key, after, version))
    return puts


def orders_of(client: Any, table: str, key: Key) -> list[str]:  # noqa: ANN401 - botocore
    """Return the orders that a number carries."""
    return sorted(order for orders in holders_in(lock_at(client, table, key)).values() for order in orders)


def named_numbers(case: Case | None) -> set[Key]:
    """Return the numbers by which carriers report to a case. One that no carrier reports on needs no lock."""
    if case is None:
        return set()
    parcels = [it for it in case.order.parcels if it.withdrawn_at is None]
    parcels += [it.return_parcel for it in case.disputes if it.return_parcel]
    return {key for it in parcels if (key := it.key)}


def holder_of(terms: OrderTerms) -> str:
    """Return the buyer and the seller of an order, without saying who they are."""
    return hashlib.sha256(f"{terms.buyer_id}\n{terms.seller_id}".encode()).hexdigest()[:32]


def lock_at(client: Any, table: str, key: Key) -> Item | None:  # noqa: ANN401 - botocore
    """Return the lock of a number, read strongly; None where it has none."""
    where = item(pk=keys.track_pk(*key), sk=keys.LOCK_SK)
    found: Item | None = client.get_item(TableName=table, Key=where, ConsistentRead=True).get("Item")
    return found


def holders_in(found: Item | None) -> dict[str, list[str]]:
    """Return the orders that a lock names, by their buyer and seller."""
    holders: dict[str, list[str]] = stored_value(found, dict[str, list[str]]) if found else {}
    return holders


def lock_put(table: str, key: Key, holders: dict[str, list[str]], version: int) -> dict[str, Any]:
    """Return the write of a lock under the condition that its version still is ``version``; 0 for one that is not there."""
    data = json.dumps(holders, separators=(",", ":"), sort_keys=True)
    action: dict[str, Any] = {
        "TableName": table,
        "Item": stamped(item(pk=keys.track_pk(*key), sk=keys.LOCK_SK, v=version + 1, data=data)),
        "ConditionExpression": "v = :seen" if version else "attribute_not_exists(pk)",
    }
    if version:
        action["ExpressionAttributeValues"] = {":seen": {"N": str(version)}}
    return {"Put": action}
