"""Many orders at once: put straight into the table, as the services would have written them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.policy import published
from chalicelib.service import orders
from chalicelib.service.services import Services
from chalicelib.store import keys
from chalicelib.store.audit import AuditLog
from chalicelib.store.cases import Cases
from chalicelib.store.connections import Connections
from chalicelib.store.items import text
from chalicelib.store.lists import Lists
from chalicelib.store.messages import Messages
from chalicelib.store.notes import Notes
from chalicelib.store.packing import compact, content
from chalicelib.store.people import People
from chalicelib.store.replies import SavedReplies
from chalicelib.store.tallies import Tallies
from localcloud.memory.table import MemoryTable
from tests.domain.worlds import PLATFORM, order_terms
from tests.service.office import Phonebook, Watch

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from localcloud.memory.expressions import Item

TABLE = "table"
SHARDS = 8
POLICIES = published()
SEED = "order-0"


def services_on(table: MemoryTable, watch: Watch, shards: int = SHARDS) -> Services:
    """Return the product's services on a table, as one process with its own clock has them."""
    return Services(
        cases=Cases(lambda: table, TABLE, POLICIES, shards, compact=True),
        lists=Lists(lambda: table, TABLE),
        people=People(lambda: table, TABLE),
        messages=Messages(lambda: table, TABLE),
        notes=Notes(lambda: table, TABLE),
        replies=SavedReplies(lambda: table, TABLE),
        connections=Connections(lambda: table, TABLE),
        audit=AuditLog(lambda: table, TABLE),
        tallies=Tallies(lambda: table, TABLE),
        subscriptions=Phonebook(),
        clock=watch,
        policies=POLICIES,
        pause=lambda _: None,
    )


def open_orders(
    table: MemoryTable, ids: Iterable[str], promised: datetime, shards: int = SHARDS, *, whole: bool = True
) -> None:
    """Put orders into the table, all promised for one moment, as the import of each would have written it.

    Unless ``whole``, their events and ledgers are left out, because nobody reads them of an order that is not due.
    """
    scratch = MemoryTable(TABLE)
    terms = order_terms(order_id=SEED, deliver_by=promised)
    orders.import_order(services_on(scratch, Watch()), PLATFORM, terms)
    pattern = [it for it in scratch.snapshot() if whole or text(it, "sk") == keys.ORDER_SK]
    for order_id in ids:
        for item in pattern:
            table.put_item(TableName=TABLE, Item=_for_order(item, order_id, shards))


def _for_order(item: Item, order_id: str, shards: int) -> Item:
    plain = {name: {"S": content(it)} if "B" in it else it for name, it in item.items()}
    copied: Item = {name: {kind: value.replace(SEED, order_id) for kind, value in it.items()} for name, it in plain.items()}
    copied = compact(copied) if plain != item else copied
    if "due_pk" in copied:
        copied["due_pk"] = {"S": keys.due_pk(keys.shard_of(order_id, shards))}
    return copied


def completions(table: MemoryTable) -> list[str]:
    """Return the order of every completion in the table, with repetitions if there are any."""
    done = [text(it, "order_id") for it in table.snapshot() if text(it, "type") == "order_completed"]
    return sorted(done)


def releases(table: MemoryTable) -> list[str]:
    """Return the order of every payment instruction in the table."""
    return sorted(keys.order_id_of(text(it, "pk")) for it in table.snapshot() if text(it, "sk").startswith("PAYMENT#"))
