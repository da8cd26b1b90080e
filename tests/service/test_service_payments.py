"""Payment instructions: issued once, reported, tried again, never twice (M1, M2)."""

from __future__ import annotations

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain.guarantees import OfferType
from chalicelib.domain.ledger import InstructionStatus
from chalicelib.domain.refusals import Refusal
from chalicelib.service import orders, payments
from chalicelib.service.sweep import sweep_shard
from chalicelib.store.keys import shard_of
from tests.domain.worlds import BUYER, DAY, HOUR, PLATFORM, SELLER, money
from tests.service.office import ORDER, SHARDS, Office, read

RELEASE = f"{ORDER}-p1"


def completed() -> Office:
    """Return an order that has completed and whose release is to be paid."""
    office = Office().delivered().wait(60 * DAY)
    sweep(office)
    return office


def sweep(office: Office) -> None:
    """Write down what has expired."""
    sweep_shard(office.services, shard_of(ORDER, SHARDS))


def listed(office: Office) -> dict[str, list[str]]:
    """Return the instructions that the payment system is shown, by status."""
    found = {s.value: payments.list_instructions(office.services, s, 10, None)["items"] for s in InstructionStatus}
    return {status: [item["id"].rpartition("-")[0] for item in items] for status, items in found.items()}


def test_completion_issues_the_release() -> None:
    """M1, O7: the held money goes to the seller, under an id that never changes."""
    office = completed()
    assert listed(office) == {"pending": [RELEASE], "settled": [], "failed": []}
    (item,) = payments.list_instructions(office.services, InstructionStatus.PENDING, 10, None)["items"]
    assert (item["movement"], item["payee"], item["amount"]["minor"]) == ("release", SELLER.id, 10000)


def test_a_settled_instruction_is_final() -> None:
    """M2: a report answers 200 with the instruction; a later report under another key is refused."""
    office = completed()
    assert read(office.pay(RELEASE))["status"] == "settled"
    assert listed(office) == {"pending": [], "settled": [RELEASE], "failed": []}
    with pytest.raises(Refusal) as refused:
        office.pay(RELEASE, failure="too late")
    assert refused.value.code == "conflict"


def test_a_failed_instruction_is_tried_again_and_then_left_to_people() -> None:
    """M2: a failure is listed; each retry follows after its wait under the same id; after the last it stays failed."""
    office = completed()
    for hours in office.services.policies.in_force(office.watch.at).payment_retry_hours:
        assert read(office.pay(RELEASE, failure="closed"))["status"] == "failed"
        assert listed(office) == {"pending": [], "settled": [], "failed": [RELEASE]}
        sweep(office.wait(hours * HOUR))
        assert listed(office) == {"pending": [RELEASE], "settled": [], "failed": []}
    office.pay(RELEASE, failure="closed")
    before = office.table.snapshot()
    sweep(office.wait(400 * DAY))
    assert listed(office) == {"pending": [], "settled": [], "failed": [RELEASE]}
    assert before == office.table.snapshot()


def test_a_failure_reported_again_counts_once() -> None:
    """M2: the same failure reported twice, under two keys, is one attempt."""
    office = completed()
    first = read(office.pay(RELEASE, failure="closed"))
    assert first == read(office.pay(RELEASE, failure="closed"))


def test_a_late_result_of_an_older_attempt_is_refused() -> None:
    """M2: a result that names the attempt before the current one changes nothing; one of the current attempt counts."""
    office = completed()
    office.pay(RELEASE, failure="closed")
    sweep(office.wait(DAY))
    (item,) = payments.list_instructions(office.services, InstructionStatus.PENDING, 10, None)["items"]

    def settle(attempt: int) -> str:
        request = office.request(PLATFORM)
        told = payments.report_result(office.services, item["id"], request, reference="ref", failure=None, attempt=attempt)
        return str(read(told)["status"])

    with pytest.raises(Refusal) as refused:
        settle(1)
    assert ("conflict", 2) == (refused.value.code, refused.value.details["attempts"])
    assert listed(office) == {"pending": [RELEASE], "settled": [], "failed": []}
    assert settle(2) == "settled"


def test_a_report_may_come_before_the_sweep() -> None:
    """D9, M1: an instruction that is due can be reported on though no sweep has issued it."""
    office = Office().delivered().wait(60 * DAY)
    assert read(office.pay(RELEASE))["status"] == "settled"
    ledger = orders.get_ledger(office.services, ORDER, SELLER)
    assert ledger["balance"]["released"]["minor"] == 10000


def test_a_refund_and_the_release_of_the_rest_are_two_instructions() -> None:
    """M1, I1: a dispute's refund goes to the buyer, the rest to the seller, and they add up to what was paid."""
    office = Office().disputed()
    office.act(BUYER, c.Propose(OfferType.REFUND, money(2500)))
    office.act(SELLER, c.Accept("2"))
    sweep(office.wait(90 * DAY))
    ledger = orders.get_ledger(office.services, ORDER, BUYER)
    paid_out = [(it["movement"], it["payee"], it["amount"]["minor"]) for it in ledger["payment_instructions"]]
    assert paid_out == [("refund", BUYER.id, 2500), ("release", SELLER.id, 7500)]
