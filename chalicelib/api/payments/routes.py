"""Payment instructions over HTTP, for the marketplace's payment system (M1, M2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.api.call import Call
from chalicelib.api.endpoint import Audited
from chalicelib.api.identity.scopes import Scope
from chalicelib.api.lazily import Later, Lazily
from chalicelib.api.parameters import PAGE, matching, one_of
from chalicelib.api.routing import Resource, route
from chalicelib.domain import refusals as r
from chalicelib.domain.ledger import InstructionStatus
from chalicelib.domain.people import Role
from chalicelib.service import payments
from chalicelib.service.views import Json
from chalicelib.store.idempotency import Answer

if TYPE_CHECKING:
    from chalicelib.api.payments import answers
    from chalicelib.api.payments.requests import PaymentResult
else:
    PaymentResult = Later("chalicelib.api.payments.requests", "PaymentResult")
    answers = Lazily("chalicelib.api.payments.answers")

blueprint = Resource(__name__, "payments")


@route(
    blueprint,
    "GET",
    "/payment-instructions",
    roles=(Role.PLATFORM, Role.OPERATOR),
    scopes=(Scope.PAYMENTS,),
    audit=Audited.READ,
    answers=lambda: answers.PaymentInstructionPage,
    query=(
        one_of(InstructionStatus, "status", "Which ones.", InstructionStatus.PENDING),
        matching("overdue", "true", "Only those of which nothing was heard for too long (M2)."),
        one_of(payments.PaymentSort, "sort", "By the time at which they were issued.", payments.PaymentSort.NEWEST),
        *PAGE,
    ),
)
def list_payment_instructions(call: Call) -> Json:
    """List the payment instructions in one status, pending by default, the newest first or, with sort=oldest, the oldest."""
    query = call.query
    overdue = query["overdue"] is not None
    return payments.list_instructions(call.services, query["status"], call.limit, call.cursor, query["sort"], overdue=overdue)


@route(
    blueprint,
    "POST",
    "/payment-instructions/{instruction_id}/result",
    roles=(Role.PLATFORM,),
    scopes=(Scope.PAYMENTS,),
    audit=Audited.COMMAND,
    body=PaymentResult,
    answers=lambda: answers.PaymentInstruction,
    refuses=(r.CONFLICT,),
    versioned=False,
)
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
