"""Payment instructions over HTTP, for the marketplace's payment system (M1, M2)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from chalicelib.api.endpoint import Call, Resource, route
from chalicelib.api.models import Model, ShortText
from chalicelib.domain.ledger import InstructionStatus
from chalicelib.domain.people import Role
from chalicelib.service import payments
from chalicelib.service.views import Json
from chalicelib.store.idempotency import Answer

blueprint = Resource(__name__, "payments")


class PaymentResult(Model):
    """What became of a payment: settled with the payment system's reference, or failed with a reason."""

    status: InstructionStatus
    reference: ShortText | None = None
    failure: ShortText | None = None
    attempt: Annotated[int, Field(ge=1)] | None = None

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


@route(blueprint, "GET", "/payment-instructions", roles=(Role.PLATFORM,), query=("status", "limit", "cursor"))
def list_payment_instructions(call: Call) -> Json:
    """List the payment instructions in one status, pending by default, newest first."""
    status = call.choice("status", InstructionStatus, InstructionStatus.PENDING)
    return payments.list_instructions(call.services, status, call.limit, call.query.get("cursor"))


@route(blueprint, "POST", "/payment-instructions/{instruction_id}/result", roles=(Role.PLATFORM,), body=PaymentResult)
def report_result(call: Call, instruction_id: str) -> Answer:
    """Report a payment as settled or failed."""
    result: PaymentResult = call.body
    return payments.report_result(
        call.services,
        instruction_id,
        call.request,
        reference=result.reference,
        failure=result.failure,
        attempt=result.attempt,
    )
