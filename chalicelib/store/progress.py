"""Remember how far the nightly check of the table has come."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chalicelib.store import keys
from chalicelib.store.items import item, text
from chalicelib.store.schema import stamped

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Progress:
    """The check that began on ``day`` (UTC): the key after which it goes on, what it has found, and whether it is done."""

    day: str
    after: tuple[str, str] | None = None
    items: int = 0
    faults: int = 0
    done: bool = False
    money: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """By currency: orders looked at, those whose money adds up, and in minor units paid, held, refunded and released."""


class ProgressKept:
    """The progress in the table. The check runs in one process at a time, so the last write counts."""

    def __init__(self, client: Callable[[], Any], table: str) -> None:
        """Keep the progress in ``table``."""
        self._client = client
        self.table = table

    def load(self) -> Progress | None:
        """Return how far the last check has come; None before the first one."""
        key = item(pk=keys.VERIFICATION, sk=keys.PROGRESS_SK)
        found = self._client().get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        if not found:
            return None
        pk, sk = text(found, "after_pk"), text(found, "after_sk")
        counts = {name: int(found[name]["N"]) for name in ("items", "faults", "done")}
        after = (pk, sk) if pk else None
        money = json.loads(text(found, "money") or "{}")
        sums = {currency: tuple(numbers) for currency, numbers in money.items()}
        return Progress(text(found, "day"), after, counts["items"], counts["faults"], bool(counts["done"]), sums)

    def save(self, it: Progress) -> None:
        """Write how far the check has come."""
        stored = item(
            pk=keys.VERIFICATION, sk=keys.PROGRESS_SK, day=it.day, items=it.items, faults=it.faults, done=int(it.done)
        ) | item(money=json.dumps(it.money, sort_keys=True))
        after = item(after_pk=it.after[0], after_sk=it.after[1]) if it.after else {}
        self._client().put_item(TableName=self.table, Item=stamped(stored | after))
