"""Check the items that belong to no order: locks of tracking numbers, people, queues, and what is kept for a time only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.domain.statistics import Counted
from chalicelib.domain.webhooks import Delivery, Health, WebhookEndpoint
from chalicelib.service.verification import derived
from chalicelib.service.verification.findings import Fault, Finding
from chalicelib.store import keys
from chalicelib.store.audit import AuditEntry
from chalicelib.store.connections import Connection, Pass
from chalicelib.store.items import text
from chalicelib.store.message_queue import QueuedMessage
from chalicelib.store.parcel_locks import holder_of, holders_in, named_numbers
from chalicelib.store.people import Erasure, Owner, Profile
from chalicelib.store.replies import Replies
from chalicelib.store.schema import UNREADABLE, NewerData, schema_of, stored_value
from chalicelib.store.undelivered import UndeliveredMessage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from chalicelib.domain.case import Case
    from chalicelib.store.items import Item

    CaseOf = Callable[[str], Case | None]
    """Returns the case of an order, strongly read; None where there is none. Raises ``CannotTell``."""

VALUES: dict[str, dict[str, Any]] = {
    "TRACK": {keys.LOCK_SK: dict[str, list[str]]},
    "BUYER": {keys.PROFILE_SK: Profile, keys.ERASURE_SK: Erasure},
    "SELLER": {keys.PROFILE_SK: Profile, keys.ERASURE_SK: Erasure},
    "DEVICE": {keys.OWNER_SK: Owner},
    "OUT": {"": QueuedMessage},
    "TALLY": {"": list[str]},
    "TICKET": {keys.TICKET_SK: Pass},
    "CONNECTION": {keys.CONNECTION_SK: Connection, "ORDER": None},
    "CONNECTIONS": {"CONNECTION": Connection},
    "LISTENERS": {"CONNECTION": Connection},
    "IDEMPOTENCY": {keys.ANSWER_SK: None},
    "AUDIT": {"": AuditEntry},
    "SENT": {"": None},
    keys.WEBHOOKS: {"": WebhookEndpoint},
    "WEBHOOK": {keys.HEALTH_SK: Health, "DELIVERY": Delivery},
    "RATE": {keys.CALLS_SK: None},
    "COUNTED": {"": Counted},
    "UNDELIVERED": {keys.MESSAGE_SK: UndeliveredMessage},
    "STATS": {"": None},
    keys.CLOCK_KEY: {keys.CLOCK_KEY: None},
    keys.REPLIES: {"": Replies},
    keys.VERIFICATION: {keys.PROGRESS_SK: None},
}
"""The value of each kind of item, by the beginnings of partition and sort key; an empty one stands for any sort key."""
KEPT_FOR_A_TIME = frozenset(
    {"AUDIT", "CONNECTION", "CONNECTIONS", "IDEMPOTENCY", "LISTENERS", "RATE", "SENT", "TALLY", "TICKET", "UNDELIVERED"}
)


class CannotTell(Exception):  # noqa: N818 - it is an answer
    """An order is there and cannot be read, which is a finding of its own."""


def value_kind(stored: Item) -> Any:  # noqa: ANN401 - a class or a type's description
    """Return the class of the value that an item keeps; None where it keeps none. Raises ``LookupError`` for an unknown key."""
    values, named = VALUES[keys.kind_of(text(stored, "pk"))], keys.kind_of(text(stored, "sk"))
    return values[named] if named in values else values[""]


def check_item(stored: Item, shards: int, case_of: CaseOf) -> Iterator[Finding]:
    """Yield every fault of an item that belongs to no order."""
    key = f"{text(stored, 'pk')} {text(stored, 'sk')}"
    try:
        wanted = value_kind(stored)
    except LookupError:
        yield Finding(Fault.UNKNOWN_ITEM, key, "no release has such a key")
        return
    if keys.kind_of(text(stored, "pk")) in KEPT_FOR_A_TIME and "expires_at" not in stored:
        yield Finding(Fault.NEVER_EXPIRES, key, "it has no expires_at")
    try:
        value = stored_value(stored, wanted) if wanted else schema_of(stored)
        yield from _agrees(key, stored, value, shards, case_of)
    except NewerData as error:
        yield Finding(Fault.NEWER_SCHEMA, key, str(error))
    except UNREADABLE as error:
        yield Finding(Fault.UNREADABLE, key, type(error).__name__)


def _agrees(key: str, stored: Item, value: Any, shards: int, case_of: CaseOf) -> Iterator[Finding]:  # noqa: ANN401 - any kind
    if isinstance(value, Delivery) and "expires_at" not in stored:
        yield Finding(Fault.NEVER_EXPIRES, key, "it has no expires_at")
    lists, due = derived.misplaced(stored, value, shards)
    if lists:
        yield Finding(Fault.INDEX_DIFFERS, key, f"differs in {', '.join(lists)}")
    if due:
        yield Finding(Fault.DEADLINE_DIFFERS, key, f"differs in {', '.join(due)}")
    if keys.kind_of(text(stored, "pk")) == "TRACK":
        yield from (Finding(Fault.LOCK_STALE, key, f"order {it} does not have it") for it in stale_orders(stored, case_of))


def stale_orders(stored: Item, case_of: CaseOf) -> list[str]:
    """Return the orders that a lock names, though they do not name its number or are of other people.

    An order that cannot be read keeps its lock.
    """
    parcel = keys.parcel_of(text(stored, "pk"))
    stale = []
    for holder, orders in holders_in(stored).items():
        for order_id in orders:
            try:
                case = case_of(order_id)
            except CannotTell:
                continue
            known = case is not None and parcel in named_numbers(case)
            if case is None or not known or holder_of(case.order.terms) != holder:
                stale.append(order_id)
    return stale
