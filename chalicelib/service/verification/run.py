"""Go through the table and check everything in it, as long as there is time, and again from where it stopped."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from chalicelib.domain.case import Case
from chalicelib.service.verification.findings import Fault
from chalicelib.service.verification.orders import check_order, partition
from chalicelib.service.verification.others import CannotTell, check_item
from chalicelib.store import keys
from chalicelib.store.items import text
from chalicelib.store.parcel_locks import holders_in
from chalicelib.store.scanning import Scanning, key_of, partition_of
from chalicelib.store.schema import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from chalicelib.domain.policy import PolicyBook
    from chalicelib.service.verification.findings import Finding
    from chalicelib.store.items import Item

BALANCE = ("paid", "held", "refunded", "released")
OF_MONEY = frozenset(
    {
        Fault.ESCROW_EQUATION,
        Fault.LEDGER_GAP,
        Fault.LEDGER_DIFFERS,
        Fault.PRICE_NOT_PAID,
        Fault.BALANCE_DIFFERS,
        Fault.INSTRUCTION_MISSING,
        Fault.INSTRUCTION_WITHOUT_ENTRY,
        Fault.INSTRUCTION_TWICE,
        Fault.UNREADABLE,
    }
)
"""The faults with which an order's money does not add up, or nothing can be said of it."""
READS = 4
"""How often a partition with a finding is read, until two reads in a row agree."""


@dataclass(slots=True)
class Run:
    """The result of a run: what was looked at and found, and the key to go on after; None at the table's end.

    ``busy`` counts orders that changed at each read, so that nothing can be said of them.
    """

    items: int = 0
    orders: int = 0
    busy: int = 0
    findings: list[Finding] = field(default_factory=list)
    money: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """By currency: orders, those whose money adds up, and in minor units paid, held, refunded and released."""
    after: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """The check of one table, whose deadlines are in so many ``shards``."""

    scanning: Scanning
    policies: PolicyBook
    shards: int

    def run(self, after: dict[str, Any] | None = None, may_go_on: Callable[[], bool] = lambda: True) -> Run:
        """Check the partitions after the key ``after``, until the end or until ``may_go_on`` says no.

        A page is not a picture of one moment: what seems wrong is read again, strongly, and reported only if it stays.
        """
        done = Run(after=after)
        pending: list[Item] = []
        for page in self.scanning.pages(after):
            done.items += len(page)
            *whole, rest = _groups([*pending, *page]) or [[]]
            for group in whole:
                self._check(group, done)
            pending = rest
            if whole:
                done.after = key_of(whole[-1][-1])
                if not may_go_on():
                    done.items -= len(rest)
                    return done
        if pending:
            self._check(pending, done)
        done.after = None
        return done

    def _check(self, group: list[Item], done: Run) -> None:
        pk = partition_of(group[0])
        if not pk.startswith(keys.order_pk("")):
            for stored in group:
                done.findings += self._of_item(stored)
            return
        done.orders += 1
        found = self.of_order(pk, group)
        if not found:
            add_money(done.money, group, holds=True)
            return
        settled = self._settled(pk)
        if settled is None:
            done.busy += 1
        elif settled:
            left = self.of_order(pk, settled)
            done.findings += left
            add_money(done.money, settled, holds=not any(it.code in OF_MONEY for it in left))

    def of_order(self, pk: str, items: list[Item]) -> list[Finding]:
        """Return the faults of an order, given everything in its partition."""
        return list(check_order(partition(pk, items), self.policies, self.shards, self._holders))

    def _of_item(self, stored: Item) -> list[Finding]:
        if not list(check_item(stored, self.shards, self.case_of)):
            return []
        again = self.scanning.item(partition_of(stored), stored["sk"]["S"])
        return list(check_item(again, self.shards, self.case_of)) if again else []

    def _settled(self, pk: str) -> list[Item] | None:
        """Return a partition once two reads in a row agree; None where they never do."""
        known = self.scanning.partition(pk)
        for _ in range(READS):
            again = self.scanning.partition(pk)
            if again == known:
                return again
            known = again
        return None

    def _holders(self, key: tuple[str, str]) -> dict[str, list[str]]:
        found = self.scanning.item(keys.track_pk(*key), keys.LOCK_SK)
        try:
            return holders_in(found)
        except UNREADABLE:
            return {}  # the lock itself is a finding

    def case_of(self, order_id: str) -> Case | None:
        """Return the case of an order, strongly read; None where there is none. Raises ``CannotTell`` if it cannot be read."""
        pk = keys.order_pk(order_id)
        found = partition(pk, self.scanning.partition(pk))
        case = found.case(self.policies)
        if case is None and keys.ORDER_SK in found.items:
            raise CannotTell
        return case


def add_money(sums: dict[str, tuple[int, ...]], group: list[Item], *, holds: bool) -> None:
    """Add an order's balance to the sums of its currency. One whose balance cannot be read is left out: it is a finding."""
    state = next((it for it in group if text(it, "sk") == keys.ORDER_SK), None)
    if state is None:
        return
    try:
        escrow = json.loads(text(state, "data"))["escrow"]
        currency, minor = escrow["paid"]["currency"], [int(escrow[name]["minor"]) for name in BALANCE]
    except (ValueError, LookupError, TypeError):
        return
    before = sums.get(currency, (0,) * (2 + len(BALANCE)))
    sums[currency] = tuple(map(sum, zip(before, (1, int(holds), *minor), strict=True)))


def summed(before: dict[str, tuple[int, ...]], more: dict[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """Return the sums of two parts of a check, by currency."""
    known = before | more
    return {
        it: tuple(map(sum, zip(before[it], more[it], strict=True))) if it in before and it in more else numbers
        for it, numbers in known.items()
    }


def _groups(items: list[Item]) -> list[list[Item]]:
    """Return items, which lie partition by partition, as one list for each partition."""
    return [list(group) for _, group in groupby(items, partition_of)]


def loggable(findings: list[Finding]) -> Iterator[dict[str, str]]:
    """Yield what a log line about each finding carries."""
    for it in findings:
        yield {"fault": it.code.value, "key": it.loggable_key}
