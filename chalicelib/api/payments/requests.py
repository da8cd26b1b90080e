"""The body of a payment's result."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from chalicelib.api.models import Model, ShortText
from chalicelib.domain.ledger import InstructionStatus

ATTEMPTS_AT_MOST = 1_000
"""More than any policy makes."""


class PaymentResult(Model):
    """The result of a payment: settled with the payment system's reference, or failed with a reason."""

    status: InstructionStatus
    reference: ShortText | None = None
    failure: ShortText | None = None
    attempt: Annotated[int, Field(ge=1, le=ATTEMPTS_AT_MOST)] | None = None

    @model_validator(mode="after")
    def _fits_status(self) -> PaymentResult:
        fits = {
            InstructionStatus.SETTLED: self.reference is not None and self.failure is None,
            InstructionStatus.FAILED: self.failure is not None and self.reference is None,
        }
        if not fits.get(self.status):
            msg = "settled goes with a reference, failed with a failure"
            raise ValueError(msg)
        return self
