"""Check the money of one order: its balance, its ledger and its payment instructions, in both directions (O3, I1, I2)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from chalicelib.domain.ledger import EXTERNAL, Movement, empty_escrow
from chalicelib.domain.money import Money
from chalicelib.service.verification.findings import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chalicelib.domain.ledger import Escrow, LedgerEntry
    from chalicelib.domain.order import Order

Complaint = tuple[Fault, str]
"""A fault of an order's money, and what is wrong."""


def complaints(order: Order, entries: Sequence[LedgerEntry]) -> Iterator[Complaint]:
    """Yield what is wrong with an order's money, given the entries of its ledger in the order of their keys."""
    numbers = [entry.number for entry in entries]
    if numbers != list(range(1, len(entries) + 1)):
        yield Fault.LEDGER_GAP, f"the entries are numbered {numbers}"
    price = order.terms.price if order.terms.paid_on_platform else Money(0, order.terms.currency)
    if order.escrow.paid != price:
        yield Fault.PRICE_NOT_PAID, f"{_said(order.escrow.paid)} was paid here, and it should be {_said(price)}"
    balance = added_up(entries, order.terms.currency)
    if balance != order.escrow:
        yield Fault.BALANCE_DIFFERS, f"the entries add up to {_balance(balance)}; stored is {_balance(order.escrow)}"
    yield from _instructions(order, entries)


def added_up(entries: Sequence[LedgerEntry], currency: str) -> Escrow | None:
    """Return the balance that entries add up to; None where one takes more than is held, or is of another currency."""
    balance = empty_escrow(currency)
    try:
        for entry in entries:
            balance = balance.after(entry)
    except ValueError:
        return None
    return balance


def _instructions(order: Order, entries: Sequence[LedgerEntry]) -> Iterator[Complaint]:
    moved = {entry.number: entry for entry in entries if _is_paid_by_instruction(entry)}
    for entry in moved.values():
        if entry.number not in {it.entry for it in order.instructions}:
            yield (
                Fault.INSTRUCTION_MISSING,
                f"nobody is told to pay entry {entry.number}, a {entry.movement}",
            )
    for it in order.instructions:
        cause = moved.get(it.entry)
        if cause is None or (cause.movement, cause.amount) != (it.movement, it.amount):
            yield (
                Fault.INSTRUCTION_WITHOUT_ENTRY,
                f"{it.id} pays {_said(it.amount)} that entry {it.entry} does not move",
            )
    for name, count in Counter([f"id {it.id}" for it in order.instructions]).items():
        if count > 1:
            yield Fault.INSTRUCTION_TWICE, f"{count} instructions with {name}"
    for number, count in Counter(it.entry for it in order.instructions).items():
        if count > 1:
            yield Fault.INSTRUCTION_TWICE, f"{count} instructions for entry {number}"


def _is_paid_by_instruction(entry: LedgerEntry) -> bool:
    """Return whether an entry pays something out: the hold does not, nor does what the payer's bank took back itself (M3)."""
    taken_back = entry.movement is Movement.REFUND and entry.cause == EXTERNAL
    return entry.movement is not Movement.HOLD and not taken_back


def _said(amount: Money) -> str:
    return f"{amount.minor} {amount.currency}"


def _balance(it: Escrow | None) -> str:
    """Return a balance in minor units."""
    if it is None:
        return "less than nothing"
    return f"paid {it.paid.minor}, held {it.held.minor}, refunded {it.refunded.minor}, released {it.released.minor}"
