"""The shapes of payment instructions as callers see them (M1, M2)."""

from __future__ import annotations

from chalicelib.api.answers import Count, Cursor, Given, Time
from chalicelib.api.models import Money
from chalicelib.domain.ledger import InstructionStatus, Movement


class PaymentInstruction(Given):
    """An order to pay, issued once under a stable id (M1, M2)."""

    id: str
    movement: Movement
    amount: Money
    payee: str
    entry: Count
    issued_at: Time
    status: InstructionStatus
    attempts: Count
    failed_at: Time | None
    failure: str | None
    reference: str | None


class PaymentInstructionPage(Given):
    """A page of payment instructions, newest first."""

    items: list[PaymentInstruction]
    cursor: Cursor
