"""Keep webhook endpoints with their secrets, and each event's delivery to each endpoint (N7)."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, TypeVar

from chalicelib.domain.webhooks import Delivery, Health, WebhookEndpoint
from chalicelib.store import keys
from chalicelib.store.codec import dump
from chalicelib.store.idempotency import Conflict
from chalicelib.store.items import Item, item, text
from chalicelib.store.lists import Place
from chalicelib.store.schema import UNREADABLE, stored_value
from chalicelib.store.transaction import NEW, UNCHANGED, answer_put, put, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.store.idempotency import Answer, Once

T = TypeVar("T")
log = logging.getLogger(__name__)

KEPT_S = 30 * 24 * 3600
"""Seconds for which a delivery is kept from its last write on: far longer than its attempts take."""


class Webhooks:
    """The endpoints and deliveries in the table."""

    def __init__(self, client: Callable[[], Any], table: str, shards: int, epoch: Callable[[], float] = time.time) -> None:
        """Keep them in ``table``, in so many ``shards`` of the deadline index. ``epoch`` is real time, by which they expire."""
        self._client = client
        self.table = table
        self.shards = shards
        self._epoch = epoch

    def endpoints(self) -> list[WebhookEndpoint]:
        """Return every endpoint, the oldest first, read strongly. Their number is limited, so they fit into one page.

        One that cannot be read is left out and reported: it holds up no other, and no event (I17).
        """
        page = self._client().query(
            TableName=self.table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": keys.WEBHOOKS}},
            ConsistentRead=True,
        )
        known = [it for found in page["Items"] if (it := _readable(found, WebhookEndpoint))]
        return sorted(known, key=lambda it: (it.created_at, it.id))

    def endpoint(self, endpoint_id: str) -> WebhookEndpoint | None:
        """Return one endpoint, read strongly; None where there is none."""
        found = self._get(item(pk=keys.WEBHOOKS, sk=endpoint_id))
        return stored_value(found, WebhookEndpoint) if found else None

    def save(self, it: WebhookEndpoint, once: Once | None = None, answer: Answer | None = None) -> None:
        """Write an endpoint that is new, or whose version has been counted up by one, with the answer to the request for it.

        Raises ``Conflict`` when somebody else wrote it first, ``AlreadyAnswered``.
        """
        stored = item(pk=keys.WEBHOOKS, sk=it.id, v=it.version, data=dump(it))
        self._write(stored, it.version, once, answer)

    def delete(self, endpoint_id: str) -> None:
        """Delete an endpoint and its secrets; one that is gone already is no error. Its deliveries expire."""
        for pk, sk in ((keys.WEBHOOKS, endpoint_id), (keys.webhook_pk(endpoint_id), keys.HEALTH_SK)):
            self._client().delete_item(TableName=self.table, Key=item(pk=pk, sk=sk))

    def health(self, endpoint_id: str) -> Health:
        """Return an endpoint's health, read strongly."""
        found = self._get(item(pk=keys.webhook_pk(endpoint_id), sk=keys.HEALTH_SK))
        return stored_value(found, Health) if found else Health()

    def save_health(self, endpoint_id: str, it: Health) -> None:
        """Write an endpoint's health, whose version has been counted up by one. Raises ``Conflict``."""
        stored = item(pk=keys.webhook_pk(endpoint_id), sk=keys.HEALTH_SK, v=it.version, data=dump(it))
        self._write(stored, it.version)

    def delivery(self, endpoint_id: str, delivery_id: str) -> Delivery | None:
        """Return one delivery, read strongly; None where there is none."""
        found = self._get(item(pk=keys.webhook_pk(endpoint_id), sk=keys.delivery_sk(delivery_id)))
        return as_delivery(found) if found else None

    def save_delivery(self, it: Delivery, due: datetime | None, once: Once | None = None, answer: Answer | None = None) -> None:
        """Write a delivery that is new, or whose version has been counted up by one. It is due to be handed over at ``due``.

        Raises ``Conflict``, which a new one gets when it is there already, and ``AlreadyAnswered``.
        """
        self._write(self._stored(it, due), it.version, once, answer)

    def due(self, shard: int, now: datetime, limit: int) -> list[Delivery]:
        """Return the deliveries of one shard that are due to be handed over, the longest waiting first."""
        page = self._client().query(
            TableName=self.table,
            IndexName=keys.BY_DUE,
            KeyConditionExpression="due_pk = :pk AND due_sk <= :now",
            ExpressionAttributeValues={":pk": {"S": keys.webhooks_due_pk(shard)}, ":now": {"S": keys.until(now)}},
            Limit=limit,
        )
        return [it for key in page["Items"] if (it := self._still_due({"pk": key["pk"], "sk": key["sk"]}, now))]

    def _still_due(self, key: Item, now: datetime) -> Delivery | None:
        """Return a delivery that the index names, read strongly; None if it is not due any more or cannot be read (I17)."""
        found = self._get(key)
        if found is None or "due_sk" not in found or keys.time_of(text(found, "due_sk")) > now:
            return None
        return _readable(found, Delivery)

    def hand_over(self, it: Delivery, due: datetime) -> bool:
        """Let a delivery be due again only at ``due``, and return whether it was still as it was read."""
        request = put(self.table, self._stored(it, due), UNCHANGED, seen=it.version)["Put"]
        try:
            self._client().put_item(**request)
        except self._client().exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _get(self, key: Item) -> Item | None:
        found: Item | None = self._client().get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        return found

    def _stored(self, it: Delivery, due: datetime | None) -> Item:
        stored = item(
            pk=keys.webhook_pk(it.endpoint_id),
            sk=keys.delivery_sk(it.id),
            v=it.version,
            data=dump(it),
            expires_at=int(self._epoch()) + KEPT_S,
        ) | lists_of(it)
        if due:
            shard = keys.shard_of(it.id, self.shards)
            stored |= item(due_pk=keys.webhooks_due_pk(shard), due_sk=keys.newest_first(due, it.id))
        return stored

    def _write(self, stored: Item, version: int, once: Once | None = None, answer: Answer | None = None) -> None:
        action = put(self.table, stored, UNCHANGED, seen=version - 1) if version > 1 else put(self.table, stored, NEW)
        if once and answer:
            write(self._client(), [action, answer_put(self.table, once, answer, int(self._epoch()))], once)
            return
        try:
            self._client().put_item(**action["Put"])
        except self._client().exceptions.ConditionalCheckFailedException as error:
            raise Conflict from error


def lists_of(it: Delivery) -> Item:
    """Return the place of a delivery in its endpoint's list."""
    return item(work_pk=keys.webhook_pk(it.endpoint_id), work_sk=keys.newest_first(it.created_at, it.id))


def deliveries(endpoint_id: str) -> Place:
    """Return the list of an endpoint's deliveries, newest first."""
    return Place(keys.BY_WORK, "work_pk", (keys.webhook_pk(endpoint_id),), "work_sk")


def as_delivery(stored: Item) -> Delivery:
    """Return the delivery that an item keeps."""
    return stored_value(stored, Delivery)


def _readable(stored: Item, kind: type[T]) -> T | None:
    """Return the value that an item keeps; None, and a line in the log, if this version cannot read it (I17)."""
    try:
        return stored_value(stored, kind)
    except UNREADABLE:
        log.exception("an item of webhooks cannot be read", extra={"event": text(stored, "sk")})
        return None
