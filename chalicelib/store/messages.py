"""Keep the threads: one item for each message, and a head item with its authors and read marks (N5)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chalicelib.domain.people import Actor, Role
from chalicelib.domain.personal_data import ERASED
from chalicelib.domain.thread import Message, Thread, mediators_of
from chalicelib.store import keys
from chalicelib.store.codec import dump
from chalicelib.store.items import Item, item, text
from chalicelib.store.lists import PAGE_AT_MOST
from chalicelib.store.schema import stamped, stored_value
from chalicelib.store.transaction import NEW, UNCHANGED, answer_put, put, write
from chalicelib.store.unknown import rewritten

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.case import Case
    from chalicelib.domain.order import OrderTerms
    from chalicelib.store.idempotency import Answer, Once

MESSAGE, EVENT = "message", "event"
"""The values of ``publish`` in a message's item, and in an event's."""


class Messages:
    """The threads in the table."""

    def __init__(self, client: Callable[[], Any], table: str) -> None:
        """Keep threads in ``table``."""
        self._client = client
        self.table = table

    def thread(self, order_id: str) -> Thread:
        """Return the thread of an order, read strongly; an empty one where nobody has written or read anything."""
        key = item(pk=keys.order_pk(order_id), sk=keys.THREAD_SK)
        found = self._client().get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        return as_thread(found) if found else Thread(order_id)

    def before(self, order_id: str, number: int, limit: int) -> list[Message]:
        """Return up to ``limit`` messages that came before message ``number``, the newest first, read strongly."""
        return [message_of(found) for found in self._before(order_id, number, limit)]

    def _before(self, order_id: str, number: int, limit: int) -> list[Item]:
        page = self._client().query(
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues={":pk": {"S": keys.order_pk(order_id)}, ":sk": {"S": keys.MESSAGES_PREFIX}},
            ExclusiveStartKey=item(pk=keys.order_pk(order_id), sk=keys.message_sk(number)),
            ScanIndexForward=False,
            ConsistentRead=True,
            Limit=limit,
        )
        found: list[Item] = page["Items"]
        return found

    def erase_texts(self, order_id: str, author: Actor) -> int:
        """Overwrite what ``author`` wrote and attached in a thread, and return how many messages that changed; repeated, none.

        An overwritten message is no news, so it loses the mark by which the stream publishes it.
        """
        erased, number = 0, self.thread(order_id).count + 1
        while found := self._before(order_id, number, PAGE_AT_MOST):
            for stored in found:
                message = message_of(stored)
                number = message.number
                silent = replace(message, text=ERASED, attachments=())
                if message.author == author and message != silent:
                    kept = {name: value for name, value in stored.items() if name != "publish"}
                    overwritten = stamped(kept | item(data=rewritten(text(stored, "data"), message, silent)))
                    self._client().put_item(TableName=self.table, Item=overwritten)
                    erased += 1
        return erased

    def save(
        self, seen: int, thread: Thread, terms: OrderTerms, message: Item | None, once: Once | None, answer: Answer, now_s: int
    ) -> None:
        """Write what changed since version ``seen`` of a thread, with its new message and the request's answer.

        The parties of ``terms`` who have something unread find the thread in their lists.

        Raises ``Conflict`` when somebody else wrote first, ``AlreadyAnswered`` when it was done before.
        """
        puts = []
        if thread.version > seen:
            stored = _thread_item(thread, terms)
            puts.append(put(self.table, stored, UNCHANGED, seen=seen) if seen else put(self.table, stored, NEW))
        if message:
            puts.append(put(self.table, message, NEW))
        if once:
            puts.append(answer_put(self.table, once, answer, now_s))
        if puts:
            write(self._client(), puts, once)


def _thread_item(thread: Thread, terms: OrderTerms) -> Item:
    attributes = item(pk=keys.order_pk(thread.order_id), sk=keys.THREAD_SK, v=thread.version, data=dump(thread))
    for party in (Actor(Role.BUYER, terms.buyer_id), Actor(Role.SELLER, terms.seller_id)):
        if thread.unread(party):
            role = party.role.value
            attributes |= item(**{f"{role}_pk": keys.list_pk(keys.UNREAD_LIST, party.id), f"{role}_sk": thread.order_id})
    return attributes


def as_thread(stored: Item) -> Thread:
    """Return the thread that an item keeps."""
    return stored_value(stored, Thread)


def message_item(message: Message, case: Case, news_to: tuple[Role, ...]) -> Item:
    """Return the item of a message, with its readers and the parties that are notified of it.

    Whatever notifies them reads this item only.
    """
    terms = case.order.terms
    return item(
        pk=keys.order_pk(message.order_id),
        sk=keys.message_sk(message.number),
        data=dump(message),
        publish=MESSAGE,
        order_id=message.order_id,
        buyer_id=terms.buyer_id,
        seller_id=terms.seller_id,
        mediators=dump(mediators_of(case)),
        news_to=dump(news_to),
    )


def message_of(stored: Item) -> Message:
    """Return the message that an item keeps."""
    return stored_value(stored, Message)
