"""Derive from the items of an order, and of others, where they have to stand in the indexes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.store import keys
from chalicelib.store.items import dispute_item, item, order_item, payment_item, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.domain.case import Case
    from chalicelib.store.items import Item
    from chalicelib.store.message_queue import QueuedMessage
    from chalicelib.store.people import Erasure

IN_LISTS = ("buyer_pk", "buyer_sk", "seller_pk", "seller_sk", "work_pk", "work_sk")
"""The attributes by which an item stands in lists."""
DUE = ("due_pk", "due_sk")
"""The attributes by which a sweep finds an item."""


def items_of(case: Case, shards: int) -> Iterator[Item]:
    """Yield what is stored of a case beside its events and ledger: the order, its disputes and its payment instructions."""
    yield order_item(case, shards)
    yield from (dispute_item(case, dispute) for dispute in case.disputes)
    yield from (payment_item(case, n, it) for n, it in enumerate(case.order.instructions, 1))


def lists_of_erasure(it: Erasure, pk: str) -> Item:
    """Return the places of an erasure in lists: none once it is done."""
    return item(work_pk=keys.ERASURES, work_sk=keys.newest_first(it.next_at, pk)) if it.next_at else {}


def due_of_message(stored: Item, message: QueuedMessage, shards: int) -> Item:
    """Return when a message that leaves later is due: at the time that it has, in its recipient's shard."""
    at = keys.time_of(text(stored, "due_sk"))
    pk = keys.send_pk(keys.shard_of(message.recipient, shards))
    return item(due_pk=pk, due_sk=keys.send_sk(at, message.name, message.channel))


def differences(stored: Item, wanted: Item, names: tuple[str, ...]) -> dict[str, Any]:
    """Return the attributes among ``names`` that differ, as they have to be; None for one that has to go."""
    return {name: wanted.get(name) for name in names if stored.get(name) != wanted.get(name)}


def due_differences(stored: Item, wanted: Item, of: str, shards: int) -> dict[str, Any]:
    """Return what differs in when an item is due. A shard of a time when there were fewer of them is right as well."""
    kind = text(wanted, "due_pk").partition("#")[0]
    if kind and text(stored, "due_pk") in {f"{kind}#{keys.shard_of(of, number)}" for number in range(1, shards + 1)}:
        wanted = wanted | {"due_pk": stored["due_pk"]}
    return differences(stored, wanted, DUE)
