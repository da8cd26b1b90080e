"""Hold what the payment system has done against the restored ledger, so that nothing is paid twice (M1, M2).

Ids of payments need no care: an id is made from what is paid, to whom, why and when, so the restored table gives none of them
to another payment. What needs care is a payment that was made after the restore point. The restored order does not know of it,
and may decide on the same money again, at another time and so under another id.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from chalicelib.domain.ledger import InstructionStatus
from chalicelib.domain.people import Actor, Role
from chalicelib.service.errors import NotFound
from chalicelib.service.execute import Request, current
from chalicelib.service.payments import report_result

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from chalicelib.domain.ledger import PaymentInstruction
    from chalicelib.service.services import Services

RESTORE = Actor(Role.PLATFORM, "restore")
"""The actor of what a restore reports."""


class Verdict(StrEnum):
    """What becomes of a payment that the payment system knows."""

    AGREES = "agrees"
    """Both know it, with the same result, or the payment system still works on it."""
    TO_REPORT = "to_report"
    """The ledger waits for the result that the payment system has. It is reported again."""
    UNDER_ANOTHER_ID = "under_another_id"
    """The order has decided on it again, under another id. Its result is reported for that id, which is not paid."""
    PAID_BEFORE = "paid_before"
    """Money moved, and the order does not know of it. If it pays the same again, the payment system answers for it."""
    TO_WITHDRAW = "to_withdraw"
    """The payment system is still to pay it, and the order does not know of it. It is not paid."""
    FORGOTTEN = "forgotten"
    """It had failed, and the order does not know of it. Nothing is to be done."""
    WITHOUT_ORDER = "without_order"
    """Its order was imported after the restore point. It is imported again, and then this is asked again."""
    CONTRADICTS = "contradicts"
    """The ledger says that it is settled, the payment system that it failed. People decide."""


REPORTED = (Verdict.TO_REPORT, Verdict.UNDER_ANOTHER_ID)
FOR_THE_PAYMENT_SYSTEM = (Verdict.PAID_BEFORE, Verdict.UNDER_ANOTHER_ID, Verdict.TO_WITHDRAW, Verdict.WITHOUT_ORDER)
"""The verdicts that the payment system has to know of before it pays again."""
FOR_PEOPLE = (Verdict.WITHOUT_ORDER, Verdict.CONTRADICTS)
"""The verdicts that a person has to settle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A payment as the payment system knows it: the message it got, and its result."""

    id: str
    order_id: str
    movement: str
    minor: int
    currency: str
    payee: str
    payer: str | None
    status: InstructionStatus
    reference: str | None = None
    failure: str | None = None

    @property
    def purpose(self) -> tuple[str, str, int, str, str | None]:
        """What makes two payments of an order the same money."""
        return self.movement, self.currency, self.minor, self.payee, self.payer


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one payment. ``now`` is the id under which the ledger knows it; None where it does not."""

    payment: Known
    verdict: Verdict
    now: str | None = None

    def as_json(self) -> str:
        """Return it as one line of JSON."""
        return json.dumps({"verdict": self.verdict, "now": self.now, **asdict(self.payment)})


def read(path: Path) -> list[Known]:
    """Return the payments in a file: a line of JSON each, the payment message and with it ``status``, and ``reference`` or
    ``failure``. Raises ``ValueError`` with the number of a line that is none.
    """
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            if line.strip():
                found.append(_known(json.loads(line)))
        except (KeyError, TypeError, ValueError) as error:
            msg = f"line {number} of {path} is no payment with its result: {error!r}"
            raise ValueError(msg) from error
    return found


def _known(it: dict[str, object]) -> Known:
    amount, status = it["amount"], InstructionStatus(str(it["status"]))
    if not isinstance(amount, dict) or (status is InstructionStatus.SETTLED and not it.get("reference")):
        msg = "amount is an object, and a settled payment has its reference"
        raise ValueError(msg)
    return Known(
        id=str(it["id"]),
        order_id=str(it["order_id"]),
        movement=str(it["movement"]),
        minor=int(amount["minor"]),
        currency=str(amount["currency"]),
        payee=str(it["payee"]),
        payer=_text(it.get("payer")),
        status=status,
        reference=_text(it.get("reference")),
        failure=_text(it.get("failure")) or ("it failed" if status is InstructionStatus.FAILED else None),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def findings(services: Services, payments: Iterable[Known]) -> Iterator[Finding]:
    """Yield what was found of each payment, order by order. The orders are read as they are now, swept or not (D9)."""
    by_order: dict[str, list[Known]] = defaultdict(list)
    for payment in payments:
        by_order[payment.order_id].append(payment)
    for order_id, of_order in by_order.items():
        try:
            order = current(services, order_id, services.clock.now()).case.order
        except NotFound:
            yield from (Finding(payment, Verdict.WITHOUT_ORDER) for payment in of_order)
        else:
            yield from _of_order(order.instructions, of_order)


def _of_order(instructions: Sequence[PaymentInstruction], payments: Sequence[Known]) -> Iterator[Finding]:
    known = {it.id: it for it in instructions}
    told = {payment.id for payment in payments}
    new = [it for it in instructions if it.id not in told and it.status is not InstructionStatus.SETTLED]
    for payment in payments:
        same = known.get(payment.id)
        if same is not None:
            yield Finding(payment, _compared(payment, same), same.id)
            continue
        again = next((it for it in new if _purpose(it) == payment.purpose), None)
        if again is not None and payment.status is InstructionStatus.SETTLED:
            new.remove(again)
            yield Finding(payment, Verdict.UNDER_ANOTHER_ID, again.id)
        else:
            yield Finding(payment, UNKNOWN[payment.status])


UNKNOWN = {
    InstructionStatus.SETTLED: Verdict.PAID_BEFORE,
    InstructionStatus.PENDING: Verdict.TO_WITHDRAW,
    InstructionStatus.FAILED: Verdict.FORGOTTEN,
}
"""What becomes of a payment that the order does not know, by its status at the payment system."""


def _compared(payment: Known, same: PaymentInstruction) -> Verdict:
    if payment.status in (same.status, InstructionStatus.PENDING):
        return Verdict.AGREES
    return Verdict.CONTRADICTS if same.status is InstructionStatus.SETTLED else Verdict.TO_REPORT


def _purpose(it: PaymentInstruction) -> tuple[str, str, int, str, str | None]:
    return it.movement.value, it.amount.currency, it.amount.minor, it.payee, it.payer


def report(services: Services, found: Iterable[Finding]) -> int:
    """Report the results that the ledger waits for, and return how many there were. Repeated, it reports what is left."""
    reported = 0
    for it in found:
        if it.verdict in REPORTED and it.now:
            result = {"reference": it.payment.reference, "failure": it.payment.failure}
            report_result(services, it.now, Request(RESTORE), **result, attempt=None)
            reported += 1
    return reported
