"""Provide the clock of a sandbox: the machine's time plus an offset kept in the table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.service.errors import Busy
from chalicelib.store.items import item, text
from chalicelib.store.keys import CLOCK_KEY
from chalicelib.store.schema import stamped

if TYPE_CHECKING:
    from collections.abc import Callable

_KEY = item(pk=CLOCK_KEY, sk=CLOCK_KEY)


class SandboxClock:
    """A clock that can be moved forward, never back. Every function of the sandbox reads the same offset."""

    def __init__(self, client: Callable[[], Any], table: str) -> None:
        """Keep the offset in ``table``."""
        self._client = client
        self._table = table

    def now(self) -> datetime:
        """Return the sandbox's time, in whole seconds UTC."""
        return datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=self.offset())

    def offset(self) -> int:
        """Return how many seconds the sandbox is ahead."""
        return self._kept()[0]

    def advance(self, seconds: int, request: str) -> None:
        """Move the clock forward by ``seconds``, once for each ``request``. Raises ``Busy`` when others move it too."""
        offset, last_request = self._kept()
        if last_request == request:
            return  # a retry after a lost reply
        client = self._client()
        try:
            client.put_item(
                TableName=self._table,
                Item=stamped(_KEY | item(offset_seconds=offset + seconds, last_request=request)),
                ConditionExpression="attribute_not_exists(pk) OR offset_seconds = :seen",
                ExpressionAttributeValues={":seen": {"N": str(offset)}},
            )
        except client.exceptions.ConditionalCheckFailedException:
            raise Busy from None

    def _kept(self) -> tuple[int, str]:
        found = self._client().get_item(TableName=self._table, Key=_KEY, ConsistentRead=True).get("Item", {})
        return int(found.get("offset_seconds", {"N": "0"})["N"]), text(found, "last_request")
