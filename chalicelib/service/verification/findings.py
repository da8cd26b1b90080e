"""Name what can be wrong with the table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """The kinds of faults, by the code that operators see."""

    UNREADABLE = "unreadable"
    """An item whose content cannot be read."""
    NEWER_SCHEMA = "newer_schema"
    """An item that only a newer release understands (I17)."""
    UNKNOWN_ITEM = "unknown_item"
    """An item whose key no release has."""
    NEVER_EXPIRES = "never_expires"
    """An item that is kept for a time only, without the attribute by which the table drops it."""
    NO_ORDER = "no_order"
    """Items of an order that is not there."""
    EVENT_GAP = "event_gap"
    """Events that are not numbered from 1 without gaps (I4)."""
    LOG_DIFFERS = "log_differs"
    """A stored state that its events do not add up to (I4)."""
    TIME_BACKWARDS = "time_backwards"
    """An event that is older than the one before it (D9)."""
    VERSION_DIFFERS = "version_differs"
    """An order whose lock does not count its events (I4)."""
    ESCROW_EQUATION = "escrow_equation"
    """A balance in which held, refunded and released are not what was paid, or one of them is below zero (I1, O3)."""
    PRICE_NOT_PAID = "price_not_paid"
    """An order for which something else than its price was paid (O3)."""
    LEDGER_GAP = "ledger_gap"
    """Ledger entries that are not numbered from 1 without gaps (O3)."""
    LEDGER_DIFFERS = "ledger_differs"
    """Ledger entries that are not those of the events (O3)."""
    BALANCE_DIFFERS = "balance_differs"
    """A balance that its ledger entries do not add up to (I1)."""
    INSTRUCTION_MISSING = "instruction_missing"
    """A movement out that nobody is instructed to pay (I2)."""
    INSTRUCTION_WITHOUT_ENTRY = "instruction_without_entry"
    """A payment instruction that no movement in the ledger causes, or another amount (I2)."""
    INSTRUCTION_TWICE = "instruction_twice"
    """Two payment instructions under one id, or for one movement (I2)."""
    PAYMENT_DIFFERS = "payment_differs"
    """A payment that is listed in another state than the order has it in, or is not listed at all (M2)."""
    INDEX_DIFFERS = "index_differs"
    """An item that stands in a list where it does not belong, or does not stand where it belongs."""
    DEADLINE_DIFFERS = "deadline_differs"
    """A deadline, or a message that leaves later, that no sweep would find at its time (D9)."""
    LOCK_MISSING = "lock_missing"
    """An order whose tracking number is not locked to it: carrier records would not find it (O4)."""
    LOCK_STALE = "lock_stale"
    """A tracking number that is locked to an order that does not have it (O4)."""
    THREAD_GAP = "thread_gap"
    """A thread whose messages are not those that it counts (N5)."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One fault: its code, the key of the item that has it, and what is wrong, in ids, numbers and names of fields only."""

    code: Fault
    key: str
    words: str

    @property
    def loggable_key(self) -> str:
        """The key as a log may hold it: a tracking number is personal data (P1)."""
        kind = self.key.partition("#")[0]
        return kind if kind == "TRACK" else self.key
