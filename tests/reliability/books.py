"""Check the invariants of a table after any history, item by item: the oracle of every test here."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from chalicelib.domain import events as e
from chalicelib.domain.deadlines import next_due
from chalicelib.domain.dispute import Status
from chalicelib.domain.evolve import fold
from chalicelib.domain.ledger import EXTERNAL, InstructionStatus, Movement, empty_escrow
from chalicelib.domain.personal_data import outline
from chalicelib.domain.stages import status_of
from chalicelib.store import keys, lists
from chalicelib.store.cases import event_of
from chalicelib.store.items import Item, text, version_of
from tests.reliability.acts import BUYER, ORDER_ID, SELLER
from tests.reliability.seam import through
from tests.reliability.small_cloud import POLICIES, SHARDS, Cloud, events_of
from tests.store.tables import whole_case

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.case import Case
    from chalicelib.store.lists import Place

T = TypeVar("T")


def audit(cloud: Cloud) -> Case | None:
    """Check everything about the order, without going through the hook in the seam, and return its case."""
    hooks, cloud.hook, cloud.under = (cloud.hook, cloud.under), through, through
    try:
        return _audit(cloud)
    finally:
        cloud.hook, cloud.under = hooks


def _audit(cloud: Cloud) -> Case | None:
    cases = cloud.services().cases
    case = whole_case(cases, ORDER_ID)
    log = [event_of(image) for image in events_of(cloud)]
    if case is None:
        assert not log, "I11: all or nothing"
        return None
    assert case == fold(log, POLICIES), "I4: the log folds to the state"
    for stream in range(len(case.disputes) + 1):
        assert [it for it in log if it.stream == stream] == cases.log(ORDER_ID, stream), "D11: no event edited or lost"
    _check_money(cloud, case, log)
    _check_indexes(cloud, case)
    return case


def _check_money(cloud: Cloud, case: Case, log: list[e.Event]) -> None:
    ledger = cloud.services().cases.ledger(ORDER_ID)
    assert [entry for it in log if (entry := e.ledger_entry(it.payload))] == ledger, "O3: each movement is one entry"
    assert list(range(1, len(ledger) + 1)) == [entry.number for entry in ledger], "O3: entries are numbered"
    escrow = empty_escrow(case.order.terms.currency)
    for entry in ledger:
        escrow = escrow.after(entry)
    assert escrow == case.order.escrow, "I1: the entries add up to the balance"
    assert case.order.terms.price == escrow.paid, "I1: what was paid is the price"
    instructions = case.order.instructions
    ours = [it for it in ledger if it.movement is not Movement.HOLD and it.cause != EXTERNAL]  # the bank paid the others itself
    out = [(entry.number, entry.movement, entry.amount) for entry in ours]
    assert out == [(it.entry, it.movement, it.amount) for it in instructions], "I2: one instruction for each movement out"
    assert len({it.id for it in instructions}) == len(instructions), "I2: no instruction twice"
    for status in InstructionStatus:
        listed = [it.id for it in _listed(cloud, lists.payments(status.value), lists.as_instruction)]
        assert sorted(it.id for it in instructions if it.status is status) == sorted(listed), (
            f"M2: {status} payments are listed"
        )


def _check_indexes(cloud: Cloud, case: Case) -> None:
    order = next(it for it in cloud.table.snapshot() if text(it, "sk") == keys.ORDER_SK)
    assert version_of(case) == int(order["v"]["N"]), "I4: the lock counts the events"
    due = next_due(case)
    at = keys.newest_first(due.at, ORDER_ID) if due else ""
    assert at == text(order, "due_sk"), "D9: what is due stands in the deadline index, and nothing else does"
    assert (keys.due_pk(keys.shard_of(ORDER_ID, SHARDS)) if due else "") == text(order, "due_pk"), "D9: in its shard"
    for person in (BUYER, SELLER):
        of = (person.role.value, person.id)
        assert [case.order] == _listed(cloud, lists.orders_of(*of), lists.as_order), "orders are listed"
        mine = {it.id: it for it in _listed(cloud, lists.disputes_of(*of), lists.as_dispute)}
        assert {it.id: it if it.open else outline(it) for it in case.disputes} == mine, "disputes are listed"
    for waiting in (True, False):
        wanted = {it.id for it in case.disputes if it.escalated_at and (status_of(it) is Status.UNDER_REVIEW) is waiting}
        found = {it.id for it in _listed(cloud, lists.mediation(waiting=waiting), lists.as_dispute)}
        assert wanted == found, "mediators see what waits for them, and what was reviewed"
    parcels = [*case.order.parcels, *(it.return_parcel for it in case.disputes if it.return_parcel)]
    for parcel, key in ((it, it.key) for it in parcels):
        if key is None:  # no service reports on it
            continue
        found_at = cloud.services().cases.orders_of_parcel(*key)
        assert ([] if parcel.withdrawn_at else [ORDER_ID]) == found_at, "O6: carrier records find their order"


def _listed(cloud: Cloud, place: Place, read: Callable[[Item], T]) -> list[T]:
    return [read(found) for found in cloud.services().lists.page(place, 100, None).found]
