"""Play an hour of sweeps with every fault.

The index lags, messages come twice and overlap, clocks differ, time runs out, and one order cannot be read. A ``Night`` is one
such hour.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from chalicelib.service import orders
from chalicelib.service.sweep import sweep_shard
from chalicelib.store.codec import from_timestamp
from chalicelib.store.items import item, text
from chalicelib.store.keys import BY_DUE, ORDER_SK, order_pk
from localcloud.memory.indexes import INDEXES
from localcloud.memory.table import MemoryTable
from tests.domain.worlds import DAY, PAID_AT, PLATFORM, order_terms
from tests.engine.crowd import SHARDS, TABLE, services_on
from tests.service.office import Watch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from localcloud.memory.expressions import Item

PERIOD = timedelta(minutes=1)
MINUTES, MORE = 40, 9
ORDERS = 400
POISON = "order-0100"
LAG_S = 30
"""The longest time for which the index hides a new entry, or still shows a deleted one."""
DUE_IN = (1, 120)
"""The seconds from an order's import to its deadline; some are over before the index shows the entry."""


@dataclass
class Written:
    """A completion: its deadline, the true time, and the time on the sweeper's clock."""

    order_id: str
    due: datetime
    at: datetime
    clock: datetime


class Lagging(MemoryTable):
    """A table whose deadline index shows each change with a delay, and the old entry until then."""

    def __init__(self, now: Watch, dice: random.Random) -> None:
        """Delay the index by the clock ``now``."""
        super().__init__(TABLE)
        self._now, self._dice = now, dice
        self._shown: dict[str, list[tuple[datetime, Item | None]]] = {}

    def transact_write_items(self, *, TransactItems: list[Item]) -> Item:  # noqa: N803 - DynamoDB's spelling
        """Write as ``MemoryTable`` does; the index follows later."""
        reply = super().transact_write_items(TransactItems=TransactItems)
        for put in (action["Put"]["Item"] for action in TransactItems):
            if text(put, "sk") == ORDER_SK:
                entry = {name: put[name] for name in ("pk", "sk", *INDEXES[BY_DUE])} if "due_pk" in put else None
                changes = self._shown.setdefault(text(put, "pk"), [])
                seen = self._now.at + timedelta(seconds=self._dice.randint(0, LAG_S))
                changes.append((max([seen, *(at for at, _ in changes)]), entry))
        return reply

    def query(self, **request: Any) -> Item:  # noqa: ANN401 - as many as DynamoDB's
        """Query as ``MemoryTable`` does, but read the deadline index as it shows by now."""
        if request.get("IndexName") != BY_DUE:
            return super().query(**request)
        values = request["ExpressionAttributeValues"]
        shown = (changes[-1][1] for pk in self._shown if (changes := [it for it in self._shown[pk] if it[0] <= self._now.at]))
        found = sorted((it for it in shown if it and it["due_pk"] == values[":pk"]), key=_place)
        after = request.get("ExclusiveStartKey")
        found = [it for it in found if text(it, "due_sk") <= text(values, ":now") and (not after or _place(it) > _place(after))]
        page: Item = {"Items": found[: request["Limit"]]}
        if len(found) >= request["Limit"]:
            page["LastEvaluatedKey"] = found[request["Limit"] - 1]
        return page


def _place(entry: Item) -> tuple[str, str]:
    return text(entry, "due_sk"), text(entry, "pk")


@dataclass
class Night:
    """Forty minutes of orders that fall due, swept by processes whose clocks are off by one of ``skews`` (in seconds)."""

    skews: Sequence[int]
    seed: int
    written: list[Written] = field(default_factory=list)
    sweeps: int = 0
    nested: int = 0
    broken_off: int = 0
    failures: int = 0

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.now = Watch(PAID_AT + 45 * DAY)
        self.table = Lagging(self.now, self.dice)
        self.table.on_write = self._on_write
        self._clock = self.now
        self._within = 0

    def run(self) -> None:
        """Import and sweep, minute by minute, and some minutes longer for the processes whose clocks are behind."""
        when = random.Random(0)  # the same orders in every night
        plan = sorted((when.uniform(0, MINUTES * 60), n, when.randint(*DUE_IN)) for n in range(ORDERS))
        start = self.now.at
        for minute in range(1, MINUTES + MORE):
            while plan and plan[0][0] < minute * 60:
                seconds, n, due_in = plan.pop(0)
                self.now.at = start + timedelta(seconds=int(seconds))
                self._import(f"order-{n:04d}", due_in)
            self.now.at = start + minute * PERIOD
            messages = [shard for shard in range(SHARDS) for _ in range(1 + (self.dice.random() < 0.3))]
            self.dice.shuffle(messages)
            for shard in messages:
                self._deliver(shard)

    def _import(self, order_id: str, due_in: int) -> None:
        self._clock = self.now
        due = self.now.at + timedelta(seconds=due_in)
        terms = order_terms(order_id=order_id, deliver_by=due - 15 * DAY)
        # Known for long: protection lasts 15 days from the import at least (I12).
        orders.import_order(services_on(self.table, Watch(due - 20 * DAY)), PLATFORM, terms)
        if order_id == POISON:
            self._spoil(order_id)

    def _spoil(self, order_id: str) -> None:
        key = item(pk=order_pk(order_id), sk=ORDER_SK)
        stored = self.table.get_item(TableName=TABLE, Key=key)["Item"]
        self.table.put_item(TableName=TABLE, Item=stored | item(data="not readable"))

    def _deliver(self, shard: int) -> None:
        """Deliver one message until it is done: a sweep that has run out of time is delivered again."""
        left = [self.dice.randint(0, 5)] if self.dice.random() < 0.3 else [ORDERS]
        may_go_on = partial(self._goes_on, left, shard)
        while True:
            swept = sweep_shard(services_on(self.table, self._process()), shard, may_go_on)
            self.sweeps += 1
            self.failures += swept.failed
            if not swept.unfinished:
                return
            self.broken_off += 1
            left[0] = ORDERS

    def _process(self) -> Watch:
        self._clock = Watch(self.now.at + timedelta(seconds=self.dice.choice(self.skews)))
        return self._clock

    def _goes_on(self, left: list[int], shard: int) -> bool:
        """Return whether there is time for one more order. Now and then another sweep of the shard runs just then."""
        left[0] -= 1
        if not self._within and self.dice.random() < 0.1:
            mine, self._within = self._clock, 1
            sweep_shard(services_on(self.table, self._process()), shard)
            self._clock, self._within = mine, 0
            self.nested += 1
        return left[0] >= 0

    def _on_write(self, images: list[Item]) -> None:
        for image in images:
            if text(image, "type") == "order_completed":
                due = from_timestamp(text(image, "at"))
                self.written.append(Written(text(image, "order_id"), due, self.now.at, self._clock.at))

    def books(self) -> list[Item]:
        """Return everything that is stored, except for the order that cannot be read."""
        return [it for it in self.table.snapshot() if text(it, "pk") != order_pk(POISON)]
