"""Audit the books at the end: add up every order's ledger from the table, and compare it with the data."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from chalicelib.domain.case import Case
from chalicelib.domain.ledger import InstructionStatus, LedgerEntry
from chalicelib.domain.order import NEVER_SHIPPED, RETURNED_TO_SENDER
from chalicelib.service.services import Services
from chalicelib.service.verification import money
from chalicelib.store.codec import dump

ACCOUNTS = ("paid", "held", "refunded", "released")


@dataclass(slots=True)
class Books:
    """Totals in minor units by (currency, account), outcomes counted, and a digest of every ledger entry as stored."""

    orders: int = 0
    entries: int = 0
    totals: Counter[tuple[str, str]] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    at_close: Counter[tuple[str, str]] = field(default_factory=Counter)
    """What the close of protection refunded by itself, in minor units by (currency, cause) (O7)."""
    orders_at_close: Counter[str] = field(default_factory=Counter)
    """The number of orders of which it refunded something, by cause."""
    digest: str = ""
    wrong: list[str] = field(default_factory=list)

    @property
    def currencies(self) -> list[str]:
        """The currencies of the totals."""
        return sorted({currency for currency, _ in self.totals})


def audit(services: Services, refunded: Mapping[str, bool]) -> Books:
    """Check the money of every order in `refunded` (whether the data wants it refunded, by order id), and return the books.

    The balance is what its entries add up to, nothing is held, every instruction is settled, and what is refunded is the
    whole payment exactly where the claim was covered or, where nobody claimed, where no carrier ever had the order.
    """
    books = Books()
    digest = hashlib.sha256()
    for order_id in sorted(refunded):
        case = services.cases.load(order_id)
        if case is None:
            books.wrong.append(f"{order_id}: not in the table")
            continue
        entries = services.cases.ledger(order_id)
        for entry in entries:
            digest.update(f"{order_id} {dump(entry)}\n".encode())
        books.orders += 1
        books.entries += len(entries)
        books.wrong += [f"{order_id}: {what}" for what in _complaints(case, entries, refunded=refunded[order_id])]
        for entry in entries:
            if entry.cause in (NEVER_SHIPPED, RETURNED_TO_SENDER):
                books.at_close[entry.amount.currency, entry.cause] += entry.amount.minor
                books.orders_at_close[entry.cause] += 1
        for account in ACCOUNTS:
            books.totals[case.order.terms.currency, account] += getattr(case.order.escrow, account).minor
        for dispute in case.disputes:
            books.outcomes[dispute.outcome.value if dispute.outcome else f"open ({dispute.stage.value})"] += 1
    for currency in books.currencies:
        paid, held, back, released = (books.totals[currency, account] for account in ACCOUNTS)
        if held + back + released != paid:
            books.wrong.append(f"over all orders: {held} + {back} + {released} is not {paid} {currency}")
    books.digest = digest.hexdigest()
    return books


def _complaints(case: Case, entries: list[LedgerEntry], *, refunded: bool) -> list[str]:
    order, escrow = case.order, case.order.escrow
    price = order.terms.price.minor
    checks = {
        "money is still held": escrow.held.minor == 0,
        "it is not completed": order.completed_at is not None,
        "a dispute is still open": not case.open_disputes,
        "an instruction is not settled": all(i.status is InstructionStatus.SETTLED for i in order.instructions),
        "the refund is not what the data says": escrow.refunded.minor == (price if refunded else 0),
    }
    general = [f"{code}: {said}" for code, said in money.complaints(order, entries)]
    return general + [complaint for complaint, holds in checks.items() if not holds]
