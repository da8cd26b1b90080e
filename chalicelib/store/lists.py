"""Read the lists, newest first and by page, from the sparse indexes.

An index may lag behind. The items that it names are therefore read strongly.
"""

from __future__ import annotations

import base64
import binascii
import logging
import time
from dataclasses import dataclass, replace
from datetime import datetime
from random import SystemRandom
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import ClientError

from chalicelib.domain.dispute import Dispute
from chalicelib.domain.ledger import PaymentInstruction
from chalicelib.domain.order import Order
from chalicelib.metrics import measured
from chalicelib.store import keys
from chalicelib.store.codec import timestamp
from chalicelib.store.items import Item, item, place_of, text
from chalicelib.store.paging import every
from chalicelib.store.schema import UNREADABLE, stored_value

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

T = TypeVar("T")
log = logging.getLogger(__name__)
ASKED_AT_MOST = 6
"""Replies in a row that read none of the keys asked for, before the call fails: after two seconds or so."""
FIRST_PAUSE_S = 0.05
pause = time.sleep
_DICE = SystemRandom()

PAGE_AT_MOST = 100
"""The most that BatchGetItem takes, and the longest page of a list."""
_PAGES_SEARCHED = 10
_ENTRIES_SEARCHED = 1000
# DynamoDB refuses longer keys with an error.
_PK_BYTES, _SK_BYTES = 2048, 1024


class BadCursor(ValueError):  # noqa: N818 - it names what is wrong
    """A cursor that no list has given out."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of stored items, and the cursor of the next one; None at the end."""

    found: tuple[Item, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Due:
    """An order that the deadline index says is due, and the time since when."""

    order_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """A list: an index, and the partitions of it that make the list; this caller may read all of them.

    Their entries are merged by the sort key. A list that begins with the newest can be cut to what is of ``until`` or older,
    and not older than ``since``.
    """

    index: str
    pk_name: str
    pks: tuple[str, ...]
    sk_name: str
    newest_first: bool = True
    since: datetime | None = None
    until: datetime | None = None

    @property
    def start(self) -> Item | None:
        """The place before the first entry of the list, where that is not the partition's beginning."""
        return item(pk="~", sk="~") | {self.sk_name: {"S": keys.until(self.until)}} if self.until else None


def orders_of(role: str, person_id: str) -> Place:
    """Return a buyer's or a seller's list of orders."""
    return Place(keys.by_person(role), f"{role}_pk", (keys.list_pk(keys.ORDERS_LIST, person_id),), f"{role}_sk")


def disputes_of(
    role: str, person_id: str, *, open_only: bool = False, since: datetime | None = None, until: datetime | None = None
) -> Place:
    """Return a buyer's or a seller's list of disputes, opened from ``since`` to ``until`` where these are given.

    With ``open_only`` it has all open ones, and few others (``keys``).
    """
    kinds = (keys.DISPUTES_LIST,) if open_only else (keys.DISPUTES_LIST, keys.CLOSED_LIST)
    pks = tuple(keys.list_pk(kind, person_id) for kind in kinds)
    return Place(keys.by_person(role), f"{role}_pk", pks, f"{role}_sk", since=since, until=until)


def unread_by(role: str, person_id: str) -> Place:
    """Return the list of threads in which a buyer or a seller has something unread."""
    return Place(keys.by_person(role), f"{role}_pk", (keys.list_pk(keys.UNREAD_LIST, person_id),), f"{role}_sk")


def mediation(*, waiting: bool) -> Place:
    """Return the list of disputes that are under review, longest escalated first, or of those that were, newest first."""
    pk = keys.MEDIATION_OPEN if waiting else keys.MEDIATION_CLOSED
    return Place(keys.BY_WORK, "work_pk", (pk,), "work_sk", newest_first=not waiting)


def erasures() -> Place:
    """Return the list of erasures that are not done, in the order in which they may go on."""
    return Place(keys.BY_WORK, "work_pk", (keys.ERASURES,), "work_sk", newest_first=False)


def held_payouts() -> Place:
    """Return the list of payment instructions that wait for the operator's switch, those first that are looked at first."""
    return Place(keys.BY_WORK, "work_pk", (keys.HELD_PAYOUTS,), "work_sk", newest_first=False)


def drafts() -> Place:
    """Return the list of drafts that no dispute has claimed, oldest first."""
    return Place(keys.BY_WORK, "work_pk", (keys.DRAFTS,), "work_sk", newest_first=False)


def payments(status: str, *, newest_first: bool = True) -> Place:
    """Return the list of payment instructions in one status, by the time at which they were issued."""
    return Place(keys.BY_WORK, "work_pk", (keys.work_payments(status),), "work_sk", newest_first)


def _encode(key: Item, place: Place) -> str:
    parts = "\n".join((text(key, place.sk_name), *place_of(key)))
    return base64.urlsafe_b64encode(parts.encode()).decode().rstrip("=")


def _decode(cursor: str, place: Place) -> Item:
    """Return the index key that a cursor stands for, without the partition.

    That is always one of ``place``, so that a cursor cannot be carried to another person's list.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        parts = base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True).decode()
        index_sk, pk, sk = parts.split("\n")
    except (ValueError, binascii.Error) as error:
        raise BadCursor from error
    if not (0 < len(pk.encode()) <= _PK_BYTES and all(0 < len(key.encode()) <= _SK_BYTES for key in (index_sk, sk))):
        raise BadCursor
    return item(pk=pk, sk=sk) | {place.sk_name: {"S": index_sk}}


class Lists:
    """The indexes of the table."""

    def __init__(self, client: Callable[[], Any], table: str) -> None:
        """Read the indexes of ``table``."""
        self._client = client
        self.table = table

    def page(self, place: Place, limit: int, cursor: str | None, keep: Callable[[Item], bool] | None = None) -> Page:
        """Return up to ``limit`` items of a list for which ``keep`` holds, and the cursor of the next page.

        A filtered page may be short and still have a cursor, because one request searches a bounded number of pages. Raises
        ``BadCursor``.
        """
        start = _decode(cursor, place) if cursor else place.start
        found: list[Item] = []
        for _ in range(_PAGES_SEARCHED):
            page = self._index_page(place, limit, start)
            for key, stored in read_strongly(self._client(), self.table, page["Items"]):
                if keep is None or keep(stored):
                    found.append(stored)
                    if len(found) == limit:
                        more = key != _key_of(page["Items"][-1]) or "LastEvaluatedKey" in page
                        return Page(tuple(found), _encode(_index_key(page["Items"], key), place) if more else None)
            if "LastEvaluatedKey" not in page:
                return Page(tuple(found), None)
            start = page["LastEvaluatedKey"]
        return Page(tuple(found), _encode(start or {}, place))

    def read(
        self, place: Place, limit: int, cursor: str | None, show: Callable[[Item], T | None]
    ) -> tuple[list[T], str | None]:
        """Return up to ``limit`` items of a list as ``show`` gives them, without those that it leaves out, and the next cursor.

        An item that cannot be read is skipped and reported: it holds up no other (I17). Raises ``BadCursor``.
        """
        shown: list[T] = []

        def keep(stored: Item) -> bool:
            value = _readable(stored, show)
            if value is not None:
                shown.append(value)
            return value is not None

        return shown, self.page(place, limit, cursor, keep).cursor

    def _index_page(self, place: Place, limit: int, start: Item | None) -> Item:
        """Return up to ``limit`` entries after ``start`` as ``Items``, with ``LastEvaluatedKey`` where more may follow."""
        pages = [self._partition_page(place, pk, limit, start) for pk in place.pks]
        entries = [entry for page in pages for entry in page["Items"]]
        if len(pages) > 1:
            # An index that lags can name an item in two of its partitions.
            once = {place_of(entry): entry for entry in entries}
            entries = sorted(once.values(), key=lambda entry: text(entry, place.sk_name), reverse=place.newest_first)
        more = len(entries) > limit or any("LastEvaluatedKey" in page for page in pages)
        entries = entries[:limit]
        return {"Items": entries} | ({"LastEvaluatedKey": _without_partition(entries[-1], place)} if more and entries else {})

    def _partition_page(self, place: Place, pk: str, limit: int, start: Item | None) -> Any:  # noqa: ANN401 - a botocore reply
        arguments: dict[str, Any] = {"ExclusiveStartKey": start | {place.pk_name: {"S": pk}}} if start else {}
        condition, values = f"{place.pk_name} = :pk", {":pk": {"S": pk}}
        if place.since:
            condition, values = f"{condition} AND {place.sk_name} >= :since", values | {":since": {"S": timestamp(place.since)}}
        return self._client().query(
            TableName=self.table,
            IndexName=place.index,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            ScanIndexForward=not place.newest_first,
            Limit=limit,
            **arguments,
        )

    def of_orders(self, order_ids: Iterable[str], sk: str, show: Callable[[Item], T]) -> dict[str, T]:
        """Return the item under ``sk`` of each of these orders as ``show`` gives it, by the order's id, where there is one.

        An item that cannot be read is left out and reported, as in a list (I17).
        """
        found = items_of(self._client(), self.table, [item(pk=keys.order_pk(it), sk=sk) for it in dict.fromkeys(order_ids)])
        shown = ((keys.order_id_of(pk), _readable(stored, show)) for (pk, _), stored in found.items())
        return {order_id: value for order_id, value in shown if value is not None}

    def within(self, place: Place, order_ids: Collection[str], show: Callable[[Item], T]) -> list[T]:
        """Return the items of a list that belong to these orders, as ``show`` gives them, in the order of the list.

        Only these are read; of the others only the index's entries are. At most 10,000 entries are looked through.
        """
        partitions = {keys.order_pk(it) for it in order_ids}
        wanted: list[Item] = []
        start: Item | None = place.start
        for _ in range(_PAGES_SEARCHED):
            page = self._index_page(place, _ENTRIES_SEARCHED, start)
            wanted += [entry for entry in page["Items"] if text(entry, "pk") in partitions]
            start = page.get("LastEvaluatedKey")
            if start is None:
                break
        shown = (_readable(stored, show) for _, stored in read_strongly(self._client(), self.table, wanted))
        return [value for value in shown if value is not None]

    def entries(self, place: Place, since: datetime | None = None) -> Iterator[Item]:
        """Yield every entry of a list as the index has it, partition by partition, those of ``since`` or later.

        Each partition is read once, in answers of up to a megabyte; no item is. The index may lag.
        """
        for pk in place.pks:
            condition, values = f"{place.pk_name} = :pk", {":pk": {"S": pk}}
            if since:
                condition, values = f"{condition} AND {place.sk_name} >= :since", values | {":since": {"S": timestamp(since)}}
            yield from every(
                self._client().query,
                TableName=self.table,
                IndexName=place.index,
                KeyConditionExpression=condition,
                ExpressionAttributeValues=values,
            )

    def named(self, wanted: list[Item], show: Callable[[Item], T | None]) -> list[T]:
        """Return the items of these keys as ``show`` gives them, read strongly, in the order of the keys.

        An item that cannot be read is left out and reported, as in a list (I17).
        """
        shown = (_readable(stored, show) for _, stored in read_strongly(self._client(), self.table, wanted))
        return [value for value in shown if value is not None]

    def oldest(self, place: Place) -> datetime | None:
        """Return the time of the first entry of a list that is sorted by time; None if it is empty. The index may lag."""
        found = self._index_page(replace(place, newest_first=False), 1, None)["Items"]
        return keys.time_of(text(found[0], place.sk_name)) if found else None

    def due(self, shard: int, now: datetime, limit: int, after: Item | None = None) -> tuple[list[Due], Item | None]:
        """Return the orders of one shard that are due at ``now``, the longest overdue first, and where to go on."""
        arguments: dict[str, Any] = {"ExclusiveStartKey": after} if after else {}
        page = self._client().query(
            TableName=self.table,
            IndexName=keys.BY_DUE,
            KeyConditionExpression="due_pk = :pk AND due_sk <= :now",
            ExpressionAttributeValues={":pk": {"S": keys.due_pk(shard)}, ":now": {"S": keys.until(now)}},
            Limit=limit,
            **arguments,
        )
        return [_due(found) for found in page["Items"]], page.get("LastEvaluatedKey")


def read_strongly(client: Any, table: str, index_items: list[Item]) -> Iterator[tuple[Item, Item]]:  # noqa: ANN401 - botocore's
    """Yield each item that an index names, with its key, read strongly, in the index's order; a deleted one is left out."""
    wanted = [_key_of(entry) for entry in index_items]
    stored = items_of(client, table, wanted)
    for key in wanted:
        found = stored.get(place_of(key))
        if found:
            yield key, found


def items_of(client: Any, table: str, wanted: Sequence[Item]) -> dict[tuple[str, str], Item]:  # noqa: ANN401 - as above
    """Return the items of these keys that are there, read strongly, by as few calls as DynamoDB allows.

    Keys that it leaves unread, because it throttles, are asked for again after a random pause that doubles. Raises botocore's
    ``ClientError`` of a throttled call after ``ASKED_AT_MOST`` replies in a row that read nothing.
    """
    stored: dict[tuple[str, str], Item] = {}
    for first in range(0, len(wanted), PAGE_AT_MOST):
        request: dict[str, Any] = {table: {"Keys": wanted[first : first + PAGE_AT_MOST], "ConsistentRead": True}}
        in_vain = 0
        while request:
            reply = client.batch_get_item(RequestItems=request)
            found = reply["Responses"].get(table, [])
            stored |= {place_of(read): read for read in found}
            request = reply.get("UnprocessedKeys", {})
            in_vain = 0 if found else in_vain + 1
            if request and in_vain == ASKED_AT_MOST:
                raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "keys stay unread"}}, "BatchGetItem")
            if request:
                pause(_DICE.random() * FIRST_PAUSE_S * 2**in_vain)
    return stored


def _due(index_item: Item) -> Due:
    sort_key = text(index_item, "due_sk")
    return Due(keys.name_in(sort_key), keys.time_of(sort_key))


def _readable(stored: Item, show: Callable[[Item], T | None]) -> T | None:
    """Return an item as ``show`` gives it; None for one that it leaves out, or that cannot be read, which is reported (I17)."""
    try:
        return show(stored)
    except UNREADABLE:
        named = {"item": f"{text(stored, 'pk')} {text(stored, 'sk')}", **measured(UnreadableItems=1)}
        log.exception("an item of a list cannot be read", extra=named)
        return None


def _without_partition(index_item: Item, place: Place) -> Item:
    return _key_of(index_item) | {place.sk_name: index_item[place.sk_name]}


def _key_of(index_item: Item) -> Item:
    return {"pk": index_item["pk"], "sk": index_item["sk"]}


def _index_key(index_items: list[Item], key: Item) -> Item:
    return next(entry for entry in index_items if _key_of(entry) == key)


def as_order(stored: Item) -> Order:
    """Return the order that a listed item keeps."""
    return stored_value(stored, Order)


def ever_disputed(stored: Item, order: Order) -> bool:
    """Return whether there was ever a dispute about a listed order: the lock of its case counts their events too (I4)."""
    return int(stored["v"]["N"]) > order.version


def as_dispute(stored: Item) -> Dispute:
    """Return the dispute that a listed item keeps."""
    return stored_value(stored, Dispute)


def parties_of_dispute(stored: Item) -> tuple[str, str]:
    """Return the ids of the buyer and of the seller of a listed dispute."""
    return keys.person_in_list(text(stored, "buyer_pk")), keys.person_in_list(text(stored, "seller_pk"))


def as_instruction(stored: Item) -> PaymentInstruction:
    """Return the payment instruction that a listed item keeps."""
    return stored_value(stored, PaymentInstruction)
