"""List payment instructions, and record the payment system's reports about them (M1, M2)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from chalicelib.domain import orders as rules
from chalicelib.domain.ledger import order_of_payment
from chalicelib.service import views
from chalicelib.service.errors import NotFound
from chalicelib.service.execute import CaseCommand, Request, execute
from chalicelib.store import lists

if TYPE_CHECKING:
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.ledger import InstructionStatus
    from chalicelib.service.services import Services
    from chalicelib.service.views import Json
    from chalicelib.store.idempotency import Answer
    from chalicelib.store.items import Item

OK = 200


class PaymentSort(StrEnum):
    """The order of the list of payment instructions."""

    NEWEST = "newest"
    OLDEST = "oldest"


def list_instructions(
    services: Services,
    status: InstructionStatus,
    limit: int,
    cursor: str | None,
    sort: PaymentSort = PaymentSort.NEWEST,
    *,
    overdue: bool = False,
) -> Json:
    """Return the payment instructions in one status, by the time at which they were issued; only the overdue ones if asked."""

    def show(found: Item) -> Json | None:
        known = lists.as_instruction(found)
        return None if overdue and known.overdue_at is None else views.instruction(known)

    place = lists.payments(status.value, newest_first=sort is PaymentSort.NEWEST)
    items, more = services.lists.read(place, limit, cursor, show)
    return {"items": items, "cursor": more}


def report_result(
    services: Services,
    instruction_id: str,
    request: Request,
    *,
    reference: str | None,
    failure: str | None,
    attempt: int | None,
) -> Answer:
    """Record the payment system's result: settled with a reference, or failed with a reason. Raises ``NotFound``."""
    order_id = order_of_payment(instruction_id)
    if not order_id:
        raise NotFound

    return execute(services, order_id, request, ReportPayment(instruction_id, reference, failure, attempt))


@dataclass(frozen=True, slots=True)
class ReportPayment(CaseCommand[None]):
    """The payment system reports that an instruction is settled, or has failed."""

    instruction_id: str
    reference: str | None
    failure: str | None
    attempt: int | None

    def decide(self, changes: Changes, *_: object) -> None:
        """Record the result. Raises ``NotFound`` where the order has no such instruction."""
        known = rules.instruction_of(changes.case, self.instruction_id)
        if known is None:
            raise NotFound
        rules.report_payment(changes, known, reference=self.reference, failure=self.failure, attempt=self.attempt)

    def answer(self, changes: Changes, *_: object) -> tuple[int, Json]:
        """Return the instruction."""
        known = rules.instruction_of(changes.case, self.instruction_id)
        return OK, views.instruction(known) if known else {}
