"""Keep the saved replies of mediators: one set that all share, and one of each mediator (D4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chalicelib.store import keys
from chalicelib.store.codec import dump
from chalicelib.store.idempotency import Conflict
from chalicelib.store.items import item
from chalicelib.store.schema import stamped, stored_value

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class SavedText:
    """A text that mediators write again and again, by the languages it is in."""

    name: str
    texts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Replies:
    """The saved replies of one mediator or, with None, of all. ``version`` counts how often they were saved."""

    mediator: str | None
    items: tuple[SavedText, ...] = ()
    version: int = 0
    unknown: str = field(default="", compare=False)
    """JSON of what a newer version has stored and this one does not know, kept for the next write (I17)."""


class SavedReplies:
    """The saved replies in the table."""

    def __init__(self, client: Callable[[], Any], table: str) -> None:
        """Keep replies in ``table``."""
        self._client = client
        self.table = table

    def of(self, mediator: str | None) -> Replies:
        """Return a mediator's replies or, with None, those of all, read strongly; none before any were saved."""
        key = item(pk=keys.REPLIES, sk=keys.replies_sk(mediator))
        found = self._client().get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        return stored_value(found, Replies) if found else Replies(mediator)

    def save(self, it: Replies) -> None:
        """Write replies whose version has been counted up by one. Raises ``Conflict`` when somebody else did so first."""
        stored = item(pk=keys.REPLIES, sk=keys.replies_sk(it.mediator), v=it.version, data=dump(it))
        try:
            self._client().put_item(
                TableName=self.table,
                Item=stamped(stored),
                ConditionExpression="attribute_not_exists(pk) OR v = :seen",
                ExpressionAttributeValues={":seen": {"N": str(it.version - 1)}},
            )
        except self._client().exceptions.ConditionalCheckFailedException as error:
            raise Conflict from error
