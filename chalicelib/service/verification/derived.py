"""Derive from the items of an order, and of others, where they have to stand in the indexes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.domain.statistics import Counted
from chalicelib.domain.webhooks import Delivery
from chalicelib.store import audit, keys, message_queue, statistics, undelivered, webhooks
from chalicelib.store.audit import AuditEntry
from chalicelib.store.items import dispute_items, item, order_item, payment_item, text
from chalicelib.store.message_queue import QueuedMessage
from chalicelib.store.people import Erasure
from chalicelib.store.undelivered import UndeliveredMessage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.domain.case import Case
    from chalicelib.store.items import Item

IN_LISTS = ("buyer_pk", "buyer_sk", "seller_pk", "seller_sk", "work_pk", "work_sk", "case_pk", "case_sk")
"""The attributes by which an item stands in lists."""
DUE = ("due_pk", "due_sk")
"""The attributes by which a sweep finds an item."""


def items_of(case: Case, shards: int) -> Iterator[Item]:
    """Yield what stands in lists or is due of a case: the order, its disputes and its payment instructions."""
    yield order_item(case, shards)
    yield from (dispute_items(case, dispute)[0] for dispute in case.disputes)
    yield from (payment_item(case, n, it) for n, it in enumerate(case.order.instructions, 1))


def misplaced(stored: Item, value: object, shards: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what differs, of an item that belongs to no order, in its places in lists and in when it is due."""
    match value:
        case QueuedMessage():
            at = keys.time_of(text(stored, "due_sk"))
            place = item(
                due_pk=keys.send_pk(keys.shard_of(value.recipient, shards)), due_sk=keys.send_sk(at, value.name, value.channel)
            )
            listed = message_queue.lists_of(value, text(stored, "due_sk"))
            return differences(stored, listed, IN_LISTS), due_differences(stored, place, value.recipient, shards)
        case Delivery():
            due = item(due_pk=keys.webhooks_due_pk(keys.shard_of(value.id, shards))) if "due_sk" in stored else {}
            place = due | {name: it for name, it in stored.items() if name == "due_sk"}
            return differences(stored, webhooks.lists_of(value), IN_LISTS), due_differences(stored, place, value.id, shards)
        case _:
            wanted = _listed(stored, value)
            return ({}, {}) if wanted is None else (differences(stored, wanted, IN_LISTS), {})


def _listed(stored: Item, value: object) -> Item | None:
    """Return the places in lists of an item that is never due; None of a kind that is in no list."""
    match value:
        case AuditEntry():
            return audit.lists_of(value)
        case Counted():
            return statistics.lists_of(value, stored)
        case UndeliveredMessage():
            return undelivered.lists_of(value)
        case Erasure(next_at=at):
            return item(work_pk=keys.ERASURES, work_sk=keys.newest_first(at, text(stored, "pk"))) if at else {}
        case _:
            return None


def listed_as_open(wanted: Item) -> Item:
    """Return a dispute with the places that releases before 0.3.0 gave it: a closed one in one list with the open ones."""
    before = {
        name: {"S": keys.list_pk(keys.DISPUTES_LIST, text(wanted, name).partition("#")[2])}
        for name in ("buyer_pk", "seller_pk")
        if text(wanted, name).startswith(keys.list_pk(keys.CLOSED_LIST, ""))
    }
    # Of mediators' lists they wrote the place alone, without the facts that stand behind it now.
    listed = text(wanted, "work_sk")
    if keys.facts_in(listed):
        before["work_sk"] = {"S": keys.without_facts(listed)}
    return wanted | before


def differences(stored: Item, wanted: Item, names: tuple[str, ...]) -> dict[str, Any]:
    """Return the attributes among ``names`` that differ, as they have to be; None for one that has to go."""
    return {name: wanted.get(name) for name in names if stored.get(name) != wanted.get(name)}


def due_differences(stored: Item, wanted: Item, of: str, shards: int) -> dict[str, Any]:
    """Return what differs in when an item is due. A shard of a time when there were fewer of them is right as well."""
    kind = text(wanted, "due_pk").partition("#")[0]
    if kind and text(stored, "due_pk") in {f"{kind}#{keys.shard_of(of, number)}" for number in range(1, shards + 1)}:
        wanted = wanted | {"due_pk": stored["due_pk"]}
    return differences(stored, wanted, DUE)
