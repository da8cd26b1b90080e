"""Read an order without its disputes, for code that needs its terms or payments and decides nothing."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from chalicelib.domain.order import Order
from chalicelib.store import keys
from chalicelib.store.items import Item, item
from chalicelib.store.lists import items_of
from chalicelib.store.schema import UNREADABLE, stored_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Orders:
    """The orders in the table."""

    def __init__(self, client: Callable[[], Any], table: str) -> None:
        """Read the orders in ``table``."""
        self._client = client
        self.table = table

    def event(self, order_id: str, stream: int, seq: int) -> Item:
        """Return the item of one event as the stream brought it, or of a message in the thread (``keys.THREAD``).

        Raises ``LookupError`` where there is none.
        """
        sk = keys.message_sk(seq) if stream == keys.THREAD else keys.event_sk(stream, seq)
        key = item(pk=keys.order_pk(order_id), sk=sk)
        found: Item | None = self._client().get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        if found is None:
            msg = f"there is no event {order_id}#{stream}#{seq}"
            raise LookupError(msg)
        return found

    def orders(self, order_ids: Iterable[str]) -> dict[str, Order]:
        """Return the orders of these ids that are there, read together and strongly. One that cannot be read is left out."""
        wanted = [item(pk=keys.order_pk(it), sk=keys.ORDER_SK) for it in dict.fromkeys(order_ids)]
        found = {}
        for stored in items_of(self._client(), self.table, wanted).values():
            with suppress(*UNREADABLE):
                order = stored_value(stored, Order)
                found[order.terms.order_id] = order
        return found

    def order(self, order_id: str) -> Order:
        """Return the order as it is now, read strongly. Raises ``LookupError`` where there is none."""
        key = item(pk=keys.order_pk(order_id), sk=keys.ORDER_SK)
        found = self._client().get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        if found is None:
            msg = f"there is no order {order_id}"
            raise LookupError(msg)
        return stored_value(found, Order)
