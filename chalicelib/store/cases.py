"""Read a case with one strong query and write it with one transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chalicelib.domain.case import Case
from chalicelib.domain.dispute import Dispute
from chalicelib.domain.ledger import LedgerEntry
from chalicelib.domain.order import Order
from chalicelib.store import keys
from chalicelib.store.codec import event_from
from chalicelib.store.idempotency import Conflict
from chalicelib.store.items import OUTLINE, Item, item, text
from chalicelib.store.lists import items_of
from chalicelib.store.overwriting import overwrite, overwritten_event_put
from chalicelib.store.paging import every
from chalicelib.store.parcel_locks import holders_in, lock_puts, orders_of
from chalicelib.store.schema import schema_of, stored_value, upgraded
from chalicelib.store.transaction import Place, answer_put, answered, case_puts, write

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from chalicelib.domain.changes import Changes
    from chalicelib.domain.events import Event
    from chalicelib.domain.people import Role
    from chalicelib.domain.policy import PolicyBook
    from chalicelib.store.idempotency import Answer, Once


READS_AT_MOST = 5
"""The number of times a case is read. It is read again if a closed dispute changes before that dispute is read whole."""


class Cases:
    """The cases in the table. ``client`` returns a low-level DynamoDB client, made on first use."""

    def __init__(
        self, client: Callable[[], Any], table: str, policies: PolicyBook, shards: int, *, compact: bool = False
    ) -> None:
        """Keep cases in ``table``, and their deadlines in so many ``shards`` of the deadline index.

        ``compact`` packs long JSON. Release 0.2.0 does not read it then.
        """
        self._client = client
        self.table = table
        self.compact = compact
        self.policies = policies
        self.shards = shards

    @property
    def _place(self) -> Place:
        return Place(self.table, compact=self.compact)

    def load(self, order_id: str, *whole: int) -> Case | None:
        """Return the case of an order, read strongly in one query; None where there is no such order.

        Its closed disputes are outlines, but for those whose numbers are in ``whole``: each of these costs one read more.
        Raises ``Conflict`` where others change one of them each time that it is read.
        """
        for _ in range(READS_AT_MOST):
            case = self._outlined(order_id)
            wanted = case.abridged.intersection(whole) if case else ()
            if case is None or not wanted:
                return case
            read = {number: self._closed(order_id, number) for number in wanted}
            if all(dispute.version == case.disputes[number - 1].version for number, dispute in read.items()):
                disputes = tuple(read.get(it.number, it) for it in case.disputes)
                return replace(case, disputes=disputes, abridged=case.abridged - read.keys())
        raise Conflict

    def _outlined(self, order_id: str) -> Case | None:
        """Return the case of an order with its closed disputes as outlines."""
        found = self._query(
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            values={":pk": keys.order_pk(order_id), ":sk": keys.STATE_PREFIX},
            ConsistentRead=True,
        )
        states = {text(stored, "sk"): stored for stored in found}
        if keys.ORDER_SK not in states:
            return None
        order = stored_value(states.pop(keys.ORDER_SK), Order)
        in_order = [states[sk] for sk in sorted(states)]
        disputes = tuple(stored_value(it, Dispute) for it in in_order)
        abridged = frozenset(number for number, it in enumerate(in_order, 1) if OUTLINE in it)
        return Case(order, disputes, self.policies.version(order.policy_version), abridged)

    def whole(self, disputes: Sequence[Dispute]) -> list[Dispute]:
        """Return disputes of any orders, the closed ones whole instead of as outlines, by as few reads as DynamoDB allows."""
        closed = [it for it in disputes if not it.open]
        wanted = [item(pk=keys.order_pk(it.order_id), sk=keys.closed_sk(it.number)) for it in closed]
        found = items_of(self._client(), self.table, wanted)
        read = {(it := stored_value(stored, Dispute)).id: it for stored in found.values()}
        return [read.get(it.id, it) for it in disputes]

    def shared_numbers(self, numbers: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """Return those of some tracking numbers, with their networks, that carry orders of more than one pair of people."""
        wanted = [item(pk=keys.track_pk(*key), sk=keys.LOCK_SK) for key in sorted(numbers)]
        found = items_of(self._client(), self.table, wanted)
        return frozenset(keys.parcel_of(pk) for (pk, _), stored in found.items() if len(holders_in(stored)) > 1)

    def _closed(self, order_id: str, number: int) -> Dispute:
        """Return a closed dispute whole, read strongly."""
        key = item(pk=keys.order_pk(order_id), sk=keys.closed_sk(number))
        return stored_value(self._client().get_item(TableName=self.table, Key=key, ConsistentRead=True)["Item"], Dispute)

    def commit(
        self,
        before: Case | None,
        changes: Changes,
        once: Once | None,
        answer: Answer | None,
        now_s: int,
        *,
        also: Sequence[Item] = (),
    ) -> None:
        """Write in one transaction what a command changed, ``also`` what changes with it, and its answer.

        Raises ``Conflict`` when the case has changed since it was read, ``AlreadyAnswered`` when this request was carried out
        before, and ``NumberTaken`` for a tracking number of other people (O4); nothing is written then.

        A command that changed nothing still keeps its answer under the same condition. Otherwise an answer from an older state
        could be kept after another request's answer from a newer one.
        """
        puts = case_puts(self._place, before, changes, self.shards) if changes.steps or once else []
        puts += lock_puts(self._client(), self.table, before, changes) if changes.steps else []
        puts += also
        if once and answer:
            puts.append(answer_put(self._place, once, answer, now_s))
        if puts:
            write(self._client(), puts, once)

    def keep_answer(self, once: Once, answer: Answer, now_s: int) -> None:
        """Keep the answer of a request that is not about one case. Raises ``AlreadyAnswered``."""
        write(self._client(), [answer_put(self._place, once, answer, now_s)], once)

    def check_new(self, once: Once, now_s: int) -> None:
        """Raise ``AlreadyAnswered`` when the answer to this request is kept."""
        key = item(pk=keys.answer_pk(once.digest), sk=keys.ANSWER_SK)
        found = self._client().get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        if found and int(found["expires_at"]["N"]) >= now_s:
            raise answered(found)

    def log(self, order_id: str, stream: int) -> list[Event]:
        """Return every event of one stream, in order."""
        found = self._query(
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            values={":pk": keys.order_pk(order_id), ":sk": keys.events_prefix(stream)},
            ConsistentRead=True,
        )
        return [event_of(stored) for stored in found]

    def erase_words(self, order_id: str, person: Role) -> int:
        """Overwrite the words of ``person`` in an order's events, and return how many events that changed; repeated, none.

        Raises ``Conflict`` when another process overwrites one of them at this moment.
        """
        events = self._query(
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            values={":pk": keys.order_pk(order_id), ":sk": keys.EVENTS_PREFIX},
            ConsistentRead=True,
        )
        overwritten = 0
        for stored in events:
            put = overwritten_event_put(self.table, stored, event_of(stored), person)
            if put:
                overwrite(self._client(), put)
                overwritten += 1
        return overwritten

    def ledger(self, order_id: str) -> list[LedgerEntry]:
        """Return an order's ledger, in order."""
        found = self._query(
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            values={":pk": keys.order_pk(order_id), ":sk": keys.LEDGER_PREFIX},
            ConsistentRead=True,
        )
        return [stored_value(stored, LedgerEntry) for stored in found]

    def orders_of_parcel(self, network: str, number: str) -> list[str]:
        """Return the orders that a tracking number carries; it is unique in its network."""
        return orders_of(self._client(), self.table, (network, number))

    def _query(self, values: dict[str, str], **arguments: Any) -> Iterator[Item]:  # noqa: ANN401 - DynamoDB arguments
        named = {name: {"S": value} for name, value in values.items()}
        return every(self._client().query, TableName=self.table, ExpressionAttributeValues=named, **arguments)


def event_of(stored: Item) -> Event:
    """Return the event that an item keeps."""
    kind = text(stored, "type")
    return event_from(
        int(stored["stream"]["N"]),
        int(stored["seq"]["N"]),
        text(stored, "at"),
        (text(stored, "actor_role"), text(stored, "actor_id")),
        kind,
        upgraded(text(stored, "data"), kind, schema_of(stored)),
    )
