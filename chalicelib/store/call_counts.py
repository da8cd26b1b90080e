"""Count the calls that each caller makes in each minute, over all processes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.store import keys
from chalicelib.store.items import item
from chalicelib.store.schema import PLAIN

if TYPE_CHECKING:
    from collections.abc import Callable

MINUTE_S = 60
KEPT_S = 600
"""Seconds for which a minute's count is kept after it; nobody reads it later."""


class CallCounts:
    """A counter of calls in the table, by caller and minute (minutes since 1970, in real time)."""

    def __init__(self, client: Callable[[], Any], table: str) -> None:
        """Keep the counts in ``table``."""
        self._client = client
        self.table = table

    def add(self, role: str, person_id: str, minute: int, calls: int) -> int:
        """Count ``calls`` more, and return how many there are now. A retry after a lost reply may count them twice."""
        reply = self._client().update_item(
            TableName=self.table,
            Key=item(pk=keys.rate_pk(role, person_id, minute), sk=keys.CALLS_SK),
            UpdateExpression="ADD calls :calls SET expires_at = :expires_at, schema_version = :schema",
            ExpressionAttributeValues={
                ":calls": {"N": str(calls)},
                ":schema": {"N": str(PLAIN)},
                ":expires_at": {"N": str((minute + 1) * MINUTE_S + KEPT_S)},
            },
            ReturnValues="UPDATED_NEW",
        )
        return int(reply["Attributes"]["calls"]["N"])
