"""The shapes of payment instructions as callers see them (M1, M2)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.api.answers import Count, Cursor, Given, Money, Time
from chalicelib.domain.ledger import InstructionStatus, Movement


class PaymentInstruction(Given):
    """An order to pay, issued once under a stable id (M1, M2)."""

    id: str
    movement: Movement
    amount: Money
    payee: str
    payer: Annotated[str | None, Field(description="Who is charged; null where the money comes from escrow.")]
    entry: Count
    issued_at: Time
    status: InstructionStatus
    attempts: Count
    attempted_at: Annotated[Time | None, Field(description="When the current attempt began, where it is not the first.")]
    republished: Annotated[int, Field(ge=0, description="How often the current attempt was published again.")]
    overdue_at: Annotated[Time | None, Field(description="When nothing had been heard of it for too long (M2).")]
    failed_at: Time | None
    failure: str | None
    reference: str | None


class PaymentInstructionPage(Given):
    """A page of payment instructions, in the order that was asked for."""

    items: list[PaymentInstruction]
    cursor: Cursor
