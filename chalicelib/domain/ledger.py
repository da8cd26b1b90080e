"""Escrow: the payment is held, then refunded or released, entry by entry (O3); and the instructions to pay it out (M1, M2)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from chalicelib.domain.exhaustive import table
from chalicelib.domain.money import Money
from chalicelib.domain.refusals import CONFLICT, Refusal

if TYPE_CHECKING:
    from chalicelib.domain.policy import Policy


class Movement(StrEnum):
    """A kind of ledger entry."""

    HOLD = "hold"
    REFUND = "refund"
    RELEASE = "release"
    CHARGE = "charge"
    """Money that one side owes beyond what is held. It stays outside the escrow (M4)."""


BUYER, SELLER, MARKETPLACE = "buyer", "seller", "marketplace"
"""The accounts beside the escrow."""
RETURN_POSTAGE = "return_postage"
"""The cause of a charge for what the buyer paid to send an item back (C3)."""
EXTERNAL = "external"
"""The cause of a refund that the payer's bank made by taking the money back (M3)."""

_ACCOUNTS: dict[Movement, tuple[str, str] | None] = table(
    Movement,
    {
        Movement.HOLD: (BUYER, "escrow"),
        Movement.REFUND: ("escrow", BUYER),
        Movement.RELEASE: ("escrow", SELLER),
        Movement.CHARGE: None,
    },
)
"""The accounts that each kind of entry takes from and gives to. A charge names its own."""


@dataclass(frozen=True, slots=True)
class Charge:
    """The two sides of a charge: ``buyer``, ``seller`` or ``marketplace`` (M4)."""

    payer: str
    payee: str


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One immutable movement of money and its cause (O3)."""

    number: int
    movement: Movement
    amount: Money
    cause: str
    at: datetime
    charge: Charge | None = None
    """Who pays whom, where the movement is a charge."""

    @property
    def debit(self) -> str:
        """The account the money leaves."""
        return self._accounts[0]

    @property
    def credit(self) -> str:
        """The account the money enters."""
        return self._accounts[1]

    @property
    def _accounts(self) -> tuple[str, str]:
        """The two accounts. Raises ``ValueError`` for a charge that does not say who pays whom."""
        accounts = (self.charge.payer, self.charge.payee) if self.charge else _ACCOUNTS[self.movement]
        if accounts is None:
            msg = "a charge names who pays whom"
            raise ValueError(msg)
        return accounts


@dataclass(frozen=True, slots=True)
class Escrow:
    """The balance of one order. It cannot exist out of balance: ``held + refunded + released == paid``, each >= 0 (O3)."""

    paid: Money
    held: Money
    refunded: Money
    released: Money

    def __post_init__(self) -> None:
        if min(self.paid.minor, self.held.minor, self.refunded.minor, self.released.minor) < 0:
            msg = f"escrow below zero: {self}"
            raise ValueError(msg)
        if self.held + self.refunded + self.released != self.paid:
            msg = f"escrow out of balance: {self}"
            raise ValueError(msg)

    def after(self, entry: LedgerEntry) -> Escrow:
        """Return the balance once ``entry`` is posted."""
        match entry.movement:
            case Movement.HOLD:
                return replace(self, paid=self.paid + entry.amount, held=self.held + entry.amount)
            case Movement.REFUND:
                return replace(self, held=self.held - entry.amount, refunded=self.refunded + entry.amount)
            case Movement.RELEASE:
                return replace(self, held=self.held - entry.amount, released=self.released + entry.amount)
            case Movement.CHARGE:
                return self
            case movement:
                assert_never(movement)


def empty_escrow(currency: str) -> Escrow:
    """Return the balance before anything was paid."""
    nothing = Money(0, currency)
    return Escrow(paid=nothing, held=nothing, refunded=nothing, released=nothing)


class InstructionStatus(StrEnum):
    """The state of a payment instruction in the marketplace's payment system."""

    PENDING = "pending"
    SETTLED = "settled"
    FAILED = "failed"


def payment_id(order_id: str, number: int, entry: LedgerEntry, payee: str) -> str:
    """The id of an order's nth payment instruction. It names the order, so one read finds both.

    Its end is made from what is paid, to whom, why and when. After a restore of the table the order may pay something else
    as its nth payment: that gets another id, while the same payment, instructed again, keeps its own (M1, M2).
    """
    facts = (order_id, number, entry.movement, entry.amount, entry.cause, entry.at.isoformat(), payee)
    return f"{order_id}-p{number}-{hashlib.sha256(repr(facts).encode()).hexdigest()[:8]}"


def order_of_payment(instruction_id: str) -> str:
    """Return the order id within a payment instruction's id; empty if it is not one."""
    return instruction_id.rpartition("-p")[0]


@dataclass(frozen=True, slots=True)
class PaymentInstruction:
    """An order to pay, issued once with its ledger entry under a stable id (M1, M2).

    A failed one is tried again under the same id, a growing wait later, until the policy's attempts are used up;
    then it stays ``failed`` for people to deal with.
    """

    id: str
    movement: Movement
    amount: Money
    payee: str
    entry: int
    issued_at: datetime
    status: InstructionStatus = InstructionStatus.PENDING
    attempts: int = 1
    failed_at: datetime | None = None
    failure: str | None = None
    reference: str | None = None
    payer: str | None = None
    """Who is charged, where the movement is a charge: a person's id, or the marketplace (M4)."""
    attempted_at: datetime | None = None
    """When the current attempt was published, where it is not the first."""
    republished: int = 0
    """How often the current attempt was published again, since nothing was heard of it."""
    overdue_at: datetime | None = None
    """When the current attempt had been silent for so long that people are alarmed (M2)."""

    def republish_at(self, policy: Policy) -> datetime | None:
        """When it is published again under the same id: while nothing is heard, until people are alarmed (M2)."""
        silent_h, overdue_h = policy.payment_silent_hours, policy.payment_overdue_hours
        after_h = silent_h * (self.republished + 1)
        return self._attempted() + timedelta(hours=after_h) if self._awaited() and after_h < overdue_h else None

    def overdue_from(self, policy: Policy) -> datetime | None:
        """When people are alarmed about it, if nothing is heard until then; None once they are (M2)."""
        return self._attempted() + timedelta(hours=policy.payment_overdue_hours) if self._awaited() else None

    def _awaited(self) -> bool:
        return self.status is InstructionStatus.PENDING and self.overdue_at is None

    def _attempted(self) -> datetime:
        return self.attempted_at or self.issued_at

    def retry_at(self, policy: Policy) -> datetime | None:
        """Return the time of the next attempt, or None unless it has failed and attempts are left (M2)."""
        if self.failed_at is None or self.attempts > len(policy.payment_retry_hours):
            return None
        return self.failed_at + timedelta(hours=policy.payment_retry_hours[self.attempts - 1])

    def check_open(self, attempt: int | None = None) -> None:
        """Raise ``Refusal(conflict)`` when a result can no longer be reported, or is not about this attempt."""
        if self.status is InstructionStatus.SETTLED:
            raise Refusal(CONFLICT, "This payment instruction is settled; its result is final.", status=self.status.value)
        if attempt is not None and attempt != self.attempts:
            raise Refusal(CONFLICT, f"Attempt {self.attempts} is the current one.", attempts=self.attempts)
