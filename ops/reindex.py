"""Repair lists, deadlines and locks of tracking numbers from the items that they are made from.

Without `--apply` it only prints what it would write. An item's content is never changed: only the attributes by which
lists and sweeps find it, the payment instructions that are listed, and the locks. Each write is refused if somebody
changed the item meanwhile; run it again then. What has another fault than these stays as it is: see `verify`.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.aws import client
from chalicelib.bootstrap import verification
from chalicelib.service.verification import derived
from chalicelib.service.verification.orders import Partition, partition
from chalicelib.service.verification.others import stale_orders, value_kind
from chalicelib.store import keys
from chalicelib.store.idempotency import Conflict
from chalicelib.store.items import text
from chalicelib.store.parcel_locks import holder_of, holders_in, lock_put, named_numbers
from chalicelib.store.scanning import partition_of
from chalicelib.store.schema import UNREADABLE, stored_value
from chalicelib.store.transaction import UNCHANGED, put, write
from ops.stack import connect

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from chalicelib.domain.case import Case
    from chalicelib.service.verification.run import Verification
    from chalicelib.store.items import Item


@dataclass(frozen=True, slots=True)
class Repair:
    """What is written in one transaction: each item's key with what is done to it in words, and the writes."""

    items: tuple[tuple[str, str], ...]
    puts: tuple[dict[str, Any], ...]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("--apply", action="store_true", help="write; without it nothing is changed")


def run(options: argparse.Namespace) -> int:
    """Print each repair, and write it with ``--apply``. Return 1 where something is left to be repaired."""
    connect(options.stack)
    count = left = 0
    for it in repairs(verification()):
        done = options.apply and _written(it)
        count += len(it.items)
        left += 0 if done else len(it.items)
        state = "repaired" if done else "changed meanwhile" if options.apply else "would repair"
        for key, words in it.items:
            sys.stdout.write(f"{state}\t{key}\t{words}\n")
    sys.stderr.write(f"{count} repairs, {left} left to do\n")
    return 1 if left else 0


def _written(it: Repair) -> bool:
    """Write one repair, and return whether everything was as it had been read."""
    try:
        write(client("dynamodb"), list(it.puts), None)
    except Conflict:
        return False
    return True


def repairs(table: Verification) -> Iterator[Repair]:
    """Yield every repair that the table needs. What cannot be read is left alone."""
    seen = set()
    for page in table.scanning.pages(None):
        for stored in page:
            pk = partition_of(stored)
            if keys.kind_of(pk) != "ORDER":
                yield from _of_item(table, stored)
            elif pk not in seen:
                seen.add(pk)
                whole = partition(pk, table.scanning.partition(pk))
                case = whole.case(table.policies)
                if case:
                    yield from _of_order(table, whole, case)
                    yield from _of_locks(table, case)


def _of_order(table: Verification, it: Partition, case: Case) -> Iterator[Repair]:
    """Yield the repair of an order's own items, whose contents stay.

    They change only together with the order, whose item is therefore written as well, under the condition of its version.
    """
    repaired, puts = [], []
    order_id, lock = case.order.terms.order_id, int(it.items[keys.ORDER_SK]["v"]["N"])
    for wanted in derived.items_of(case, table.shards):
        sk = text(wanted, "sk")
        stored = it.items.get(sk)
        changes: dict[str, Any] = wanted
        if stored is not None:
            changes = derived.differences(stored, wanted, derived.IN_LISTS)
            changes |= derived.due_differences(stored, wanted, order_id, table.shards)
            if keys.kind_of(sk) == "PAYMENT":
                changes |= derived.differences(stored, wanted, ("data",))
        if changes:
            repaired.append((f"{it.pk} {sk}", f"sets {', '.join(sorted(changes.keys() - {'pk', 'sk'}))}"))
        if sk == keys.ORDER_SK:
            puts.append(put(table.scanning.table, _changed(it.items[sk], changes), UNCHANGED, seen=lock))
        elif changes:
            puts.append(put(table.scanning.table, _changed(stored or {}, changes)))
    if repaired:
        yield Repair(tuple(repaired), tuple(puts))


def _of_locks(table: Verification, case: Case) -> Iterator[Repair]:
    mine, order_id = holder_of(case.order.terms), case.order.terms.order_id
    for key in sorted(named_numbers(case)):
        found = table.scanning.item(keys.track_pk(*key), keys.LOCK_SK)
        try:
            holders = holders_in(found)
        except UNREADABLE:
            continue
        if order_id not in holders.get(mine, ()):
            after = {**holders, mine: sorted({*holders.get(mine, ()), order_id})}
            named = f"{keys.track_pk(*key)} {keys.LOCK_SK}", f"locks it to order {order_id}"
            yield Repair((named,), (lock_put(table.scanning.table, key, after, _version(found)),))


def _of_item(table: Verification, stored: Item) -> Iterator[Repair]:
    """Yield the repair of an item that belongs to no order: a lock, an erasure, a delivery or a message that leaves later."""
    pk, sk = text(stored, "pk"), text(stored, "sk")
    try:
        if keys.kind_of(pk) == "TRACK":
            stored = table.scanning.item(pk, sk) or stored  # an order's repair may have written it since
            stale = stale_orders(stored, table.case_of)
            if stale:
                kept = {who: [it for it in orders if it not in stale] for who, orders in holders_in(stored).items()}
                after = {who: orders for who, orders in kept.items() if orders}
                freed = lock_put(table.scanning.table, keys.parcel_of(pk), after, _version(stored))
                yield Repair(((f"{pk} {sk}", f"releases it from {', '.join(stale)}"),), (freed,))
            return
        kind = value_kind(stored)
        lists, due = derived.misplaced(stored, stored_value(stored, kind), table.shards) if kind else ({}, {})
    except (*UNREADABLE, LookupError):
        return
    changes = lists | due
    if changes:
        # Whoever changes such an item counts it up; one without a count never changes, and may have expired.
        seen = {name: int(stored[name]["N"]) for name in ("v", "attempts") if name in stored}
        unchanged = " AND ".join(["attribute_exists(pk)", *(f"{name} = :{name}" for name in seen)])
        lock = put(table.scanning.table, _changed(stored, changes), unchanged, **seen)
        yield Repair(((f"{pk} {sk}", f"sets {', '.join(changes)}"),), (lock,))


def _changed(stored: Item, changes: dict[str, Any]) -> Item:
    merged = stored | changes
    return {name: value for name, value in merged.items() if value is not None}


def _version(found: Item | None) -> int:
    return int(found["v"]["N"]) if found else 0
