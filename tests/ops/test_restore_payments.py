"""Payments that were made after the restore point: none is paid twice, and none is taken for another (M1, M2)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain.guarantees import OfferType
from chalicelib.domain.ledger import InstructionStatus
from chalicelib.domain.opening import RequestedRemedy
from chalicelib.service import payments as service
from chalicelib.service.disputes import open_dispute
from chalicelib.service.execute import current, sweep_order
from ops.restoring.payments import Finding, Known, Verdict, findings, read, report
from tests.domain.worlds import BUYER, DAMAGED, DAY, HOUR, SELLER, money
from tests.service.office import NAME, ORDER, Office

if TYPE_CHECKING:
    from pathlib import Path

    from chalicelib.domain.ledger import PaymentInstruction

SETTLED, FAILED, PENDING = InstructionStatus.SETTLED, InstructionStatus.FAILED, InstructionStatus.PENDING


def restored(office: Office) -> Office:
    """Return an office over the table as it is now, by the same clock."""
    after = Office(watch=replace(office.watch), keys=office.keys)
    for item in office.table.snapshot():
        after.table.put_item(TableName=NAME, Item=item)
    return after


def instructions(office: Office) -> tuple[PaymentInstruction, ...]:
    """Return the order's instructions as they are now, swept or not."""
    return current(office.services, ORDER, office.watch.at).case.order.instructions


def known(office: Office, status: InstructionStatus = SETTLED, **changes: str) -> Known:
    """Return the order's only payment as the payment system knows it."""
    (it,) = instructions(office)
    result = {SETTLED: {"reference": "bank-1"}, FAILED: {"failure": "no account"}, PENDING: {}}[status]
    it_knows = Known(
        id=it.id,
        order_id=ORDER,
        movement=it.movement.value,
        minor=it.amount.minor,
        currency=it.amount.currency,
        payee=it.payee,
        payer=it.payer,
        status=status,
        **result,
    )
    return replace(it_knows, **changes)  # type: ignore[arg-type] # texts only


def found(office: Office, *payments: Known) -> list[tuple[Verdict, str | None]]:
    """Return the verdict on each payment, and the id that the ledger has for it."""
    return [(it.verdict, it.now) for it in findings(office.services, payments)]


def disputed() -> Office:
    """Return an order whose buyer asks for a part of the price."""
    office = Office().delivered().wait(DAY)
    remedy = RequestedRemedy(OfferType.REFUND, money(4000))
    open_dispute(office.services, ORDER, office.request(BUYER), DAMAGED, remedy)
    return office


def agreed(office: Office) -> Office:
    """Let the seller accept what the buyer asks for: the refund is to be paid."""
    office.act(SELLER, c.Accept("1"))
    return office


def test_a_result_that_was_lost_is_reported_again() -> None:
    """M2: the ledger waits for what the payment system has. Once that is reported both agree, and nothing is left to report."""
    before = agreed(disputed())
    after = restored(before)
    paid = known(before)

    assert [(Verdict.TO_REPORT, paid.id)] == found(after, paid)
    assert [1, 0] == [report(after.services, list(findings(after.services, [paid]))) for _ in range(2)]
    assert [(SETTLED, "bank-1")] == [(it.status, it.reference) for it in instructions(after)]
    assert [(Verdict.AGREES, paid.id)] == found(after, paid)


def test_a_failure_that_was_lost_is_reported_again() -> None:
    """M2: the ledger learns that the payment failed, and tries it again under the same id."""
    before = agreed(disputed())
    after = restored(before)
    report(after.services, list(findings(after.services, [known(before, FAILED)])))

    assert [(FAILED, "no account")] == [(it.status, it.failure) for it in instructions(after)]


def test_a_refund_that_was_lost_is_not_paid_a_second_time() -> None:
    """M1: agreed again at another time it has another id; the payment made before answers for that one."""
    before = disputed()
    after = restored(before)
    paid = known(agreed(before))

    assert [(Verdict.PAID_BEFORE, None)] == found(after, paid)
    agreed(after.wait(HOUR))
    (again,) = instructions(after)
    assert again.id != paid.id
    assert [(Verdict.UNDER_ANOTHER_ID, again.id)] == found(after, paid)
    report(after.services, list(findings(after.services, [paid])))
    assert [(again.id, SETTLED, "bank-1")] == [(it.id, it.status, it.reference) for it in instructions(after)]


def test_another_amount_is_another_payment() -> None:
    """M1: what is agreed after the restore and was not before is paid; the payment of before stays one to know of."""
    before = disputed()
    after = restored(before)
    paid = replace(known(agreed(before)), minor=1)
    agreed(after.wait(HOUR))

    assert [(Verdict.PAID_BEFORE, None)] == found(after, paid)
    assert 0 == report(after.services, list(findings(after.services, [paid])))
    assert [PENDING] == [it.status for it in instructions(after)]


def test_two_payments_are_not_answered_by_one() -> None:
    """M1: one instruction takes the result of one payment only."""
    before = disputed()
    after = restored(before)
    paid = known(agreed(before))
    (again,) = instructions(agreed(after.wait(HOUR)))

    assert [(Verdict.UNDER_ANOTHER_ID, again.id), (Verdict.PAID_BEFORE, None)] == found(after, paid, replace(paid, id="x-p2"))


@pytest.mark.parametrize("swept", [False, True])
def test_what_the_clock_pays_again_keeps_its_id(swept: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """D9, M1: a release at the close of protection is the same payment before and after the restore, whenever it is swept."""
    before = Office().delivered()
    after = restored(before).wait(60 * DAY)
    before.wait(60 * DAY)
    sweep_order(before.services, ORDER)
    paid = known(before)
    if swept:
        sweep_order(after.wait(DAY).services, ORDER)

    assert [(Verdict.TO_REPORT, paid.id)] == found(after, paid)
    report(after.services, list(findings(after.services, [paid])))
    assert [(paid.id, SETTLED)] == [(it.id, it.status) for it in instructions(after)]


@pytest.mark.parametrize(("status", "expected"), [(PENDING, Verdict.TO_WITHDRAW), (FAILED, Verdict.FORGOTTEN)])
def test_what_was_not_paid_and_is_not_owed_is_not_paid(status: InstructionStatus, expected: Verdict) -> None:
    """M1: the payment system drops what the restored order has not decided on; what had failed moved no money."""
    before = disputed()
    after = restored(before)
    waiting = known(agreed(before), status)

    assert [(expected, None)] == found(after, waiting)
    assert 0 == report(after.services, list(findings(after.services, [waiting])))


def test_what_both_wait_for_agrees() -> None:
    """M2: a payment that is under way is no matter of the restore."""
    before = agreed(disputed())
    waiting = known(before, PENDING)

    assert [(Verdict.AGREES, waiting.id)] == found(restored(before), waiting)


def test_what_contradicts_is_left_to_people() -> None:
    """M2: settled is final here; a failure at the payment system is not written over it."""
    before = agreed(disputed())
    failed = known(before, FAILED)
    before.pay(failed.id)
    after = restored(before)

    assert [(Verdict.CONTRADICTS, failed.id)] == found(after, failed)
    assert 0 == report(after.services, list(findings(after.services, [failed])))


def test_an_order_that_is_gone_is_named() -> None:
    """M1: an order that was imported after the restore point is imported again first."""
    before = agreed(disputed())

    assert [(Verdict.WITHOUT_ORDER, None)] == found(Office(), known(before))


def test_payments_are_read_as_they_were_published(tmp_path: Path) -> None:
    """A line is the payment message with its result, and what is found of it is a line again."""
    before = agreed(disputed())
    paid = known(before)
    message = {
        "id": paid.id,
        "order_id": ORDER,
        "movement": "refund",
        "amount": {"minor": paid.minor, "currency": paid.currency},
        "payee": BUYER.id,
        "payer": None,
        "attempt": 1,
        "issued_at": "2026-01-01T00:00:00Z",
        "status": "settled",
        "reference": "bank-1",
    }
    path = tmp_path / "payments.jsonl"
    path.write_text(json.dumps(message) + "\n\n", encoding="utf-8")

    assert [paid] == read(path)
    line = json.loads(Finding(paid, Verdict.TO_REPORT, paid.id).as_json())
    assert ("to_report", paid.id, "settled") == (line["verdict"], line["now"], line["status"])


@pytest.mark.parametrize("line", ["{", "[]", "{}", '{"id": "a-p1-1"}'])
def test_a_line_that_is_no_payment_is_named(tmp_path: Path, line: str) -> None:
    """A file that cannot be read whole is not used in part."""
    path = tmp_path / "payments.jsonl"
    path.write_text(f"\n{line}\n", encoding="utf-8")

    with pytest.raises(ValueError, match=r"line 2 of .*payments\.jsonl is no payment"):
        read(path)


def test_a_settled_payment_needs_its_reference(tmp_path: Path) -> None:
    """M2: a result is settled with a reference, so one without is found before anything is reported."""
    path = tmp_path / "payments.jsonl"
    amount = {"minor": 1, "currency": "EUR"}
    line = {"id": "a-p1-1", "order_id": "a", "movement": "refund", "amount": amount, "payee": "b", "status": "settled"}
    path.write_text(json.dumps(line), encoding="utf-8")

    with pytest.raises(ValueError, match="line 1"):
        read(path)


def test_the_list_of_the_api_shows_what_was_reported() -> None:
    """M2: a result that is reported again takes the payment off the list of those that wait."""
    before = agreed(disputed())
    after = restored(before)
    report(after.services, list(findings(after.services, [known(before)])))

    listed = [service.list_instructions(after.services, status, 10, None)["items"] for status in (PENDING, SETTLED)]
    assert [0, 1] == [len(items) for items in listed]
