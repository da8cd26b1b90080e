"""Payment instructions: what is to be paid out, and what became of it (M1, M2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain import orders as rules
from chalicelib.domain.ledger import order_of_payment
from chalicelib.service import views
from chalicelib.service.errors import NotFound
from chalicelib.service.execute import Request, execute
from chalicelib.store import lists

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.case import Case
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.ledger import InstructionStatus
    from chalicelib.service.services import Services
    from chalicelib.service.views import Json
    from chalicelib.store.idempotency import Answer


def list_instructions(services: Services, status: InstructionStatus, limit: int, cursor: str | None) -> Json:
    """The payment instructions in one status, newest first."""
    page = services.lists.page(lists.payments(status.value), limit, cursor)
    return {"items": [views.instruction(lists.as_instruction(found)) for found in page.found], "cursor": page.cursor}


def report_result(
    services: Services,
    instruction_id: str,
    request: Request,
    *,
    reference: str | None,
    failure: str | None,
    attempt: int | None,
) -> Answer:
    """Take in the payment system's result: settled with a reference, or failed with a reason. Raises ``NotFound``."""
    order_id = order_of_payment(instruction_id)
    if not order_id:
        raise NotFound

    def command(changes: Changes) -> None:
        instruction = rules.instruction_of(changes.case, instruction_id)
        if instruction is None:
            raise NotFound
        rules.report_payment(changes, instruction, reference=reference, failure=failure, attempt=attempt)

    def answer(case: Case, _: None, __: datetime) -> tuple[int, Json]:
        known = rules.instruction_of(case, instruction_id)
        return 200, views.instruction(known) if known else {}

    return execute(services, order_id, request, command, answer)
