"""The clock of a sandbox: the machine's, plus an offset kept in the table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.store.items import item
from chalicelib.store.keys import CLOCK_KEY

if TYPE_CHECKING:
    from collections.abc import Callable

_KEY = item(pk=CLOCK_KEY, sk=CLOCK_KEY)


class SandboxClock:
    """A clock that people move forward, never back. Every function of the sandbox reads the same offset."""

    def __init__(self, client: Callable[[], Any], table: str) -> None:
        """Keep the offset in ``table``."""
        self._client = client
        self._table = table

    def now(self) -> datetime:
        """The sandbox's time, in whole seconds UTC."""
        return datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=self.offset())

    def offset(self) -> int:
        """How many seconds the sandbox is ahead."""
        found = self._client().get_item(TableName=self._table, Key=_KEY, ConsistentRead=True).get("Item")
        return int(found["offset_seconds"]["N"]) if found else 0

    def advance(self, seconds: int, request: str) -> None:
        """Move the clock forward by ``seconds``, once for each ``request``."""
        client = self._client()
        try:
            client.update_item(
                TableName=self._table,
                Key=_KEY,
                UpdateExpression="SET last_request = :request ADD offset_seconds :more",
                ConditionExpression="attribute_not_exists(last_request) OR last_request <> :request",
                ExpressionAttributeValues={":more": {"N": str(seconds)}, ":request": {"S": request}},
            )
        except client.exceptions.ConditionalCheckFailedException:
            return  # a lost reply, asked for again
