"""A command writes a known number of items in its one transaction, so a change of cost is a choice."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain import opening
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.engine import begin
from chalicelib.domain.guarantees import OfferType, Reason
from chalicelib.store.idempotency import Answer, Once
from chalicelib.store.keys import ORDER_SK
from localcloud.memory.table import MemoryTable
from tests.domain.worlds import (
    AT_HOME,
    BUYER,
    DAMAGED,
    DAY,
    ITEM_RECEIVED,
    PAID_AT,
    PROMISED,
    SELLER,
    claim_of,
    money,
    order_terms,
)
from tests.store.tables import NAME, KeptWorld, cases_in, whole_case

if TYPE_CHECKING:
    from chalicelib.store.items import Item


@dataclass
class Counting(KeptWorld):
    """A world that counts what each of its transactions writes."""

    written: list[list[Item]] = field(default_factory=list)

    @classmethod
    def imported(cls) -> Counting:
        """Import an order."""
        world = cls(now=PAID_AT)
        world.cases = cases_in(MemoryTable(NAME, world.written.append))
        world.put_on_file(AT_HOME)
        world.import_order(order_terms())
        return world

    @property
    def last(self) -> list[str]:
        """Return what the last transaction wrote, by kind."""
        return sorted(_kind(item) for item in self.written[-1])

    def delivered(self) -> Counting:
        """Deliver the order."""
        self.wait(DAY).ship()
        self.wait(DAY).deliver()
        return self


def _kind(item: Item) -> str:
    sk: str = item["sk"]["S"]
    if item["pk"]["S"].startswith("TRACK#"):
        return "track"
    return "order" if sk == ORDER_SK else sk.strip("#").split("#", maxsplit=1)[0].lower()


def test_an_import_writes_the_order_two_events_and_the_entry() -> None:
    """O1, O3: an import writes four items."""
    assert Counting.imported().last == ["event", "event", "ledger", "order"]


def test_a_shipment_writes_three_items() -> None:
    """O4: a shipment writes the order, its event, and the record of the tracking number."""
    world = Counting.imported()
    world.ship()
    assert world.last == ["event", "order", "track"]


def test_a_carrier_record_writes_two_items() -> None:
    """O6: a delivery writes the order and its event."""
    assert Counting.imported().delivered().last == ["event", "order"]


def test_an_opening_writes_three_items() -> None:
    """Section 3: an opening writes the order, whose version is the lock, the dispute, and its event."""
    world = Counting.imported().delivered()
    world.open(DAMAGED)
    assert world.last == ["dispute", "event", "order"]


def test_a_proposal_writes_three_items() -> None:
    """D1: a proposal writes the order, the dispute, and its event."""
    world = Counting.imported().delivered()
    world.open(DAMAGED)
    world.act(SELLER, c.Propose(OfferType.REFUND, money(1000)))
    assert world.last == ["dispute", "event", "order"]


def test_a_settlement_writes_its_money_with_it() -> None:
    """M1: the transaction of an acceptance also holds resolution, refund, ledger entry, instruction and the dispute whole."""
    world = Counting.imported()
    world.go(PROMISED).open(claim_of(Reason.NOT_RECEIVED))
    world.act(SELLER, c.Accept("1"))
    assert world.last == ["closed", "dispute", "event", "event", "event", "ledger", "order", "payment"]


def test_a_return_received_writes_its_money_with_it() -> None:
    """D8, M1: the transaction of an acknowledgement also holds resolution, refund and the dispute whole."""
    world = Counting.imported().delivered()
    world.open(DAMAGED)
    world.act(SELLER, c.Accept("1"))
    world.act(BUYER, c.ShipReturn(Carrier.TNT, "900000001"))
    assert world.last == ["dispute", "event", "order", "track"]
    world.act(SELLER, ITEM_RECEIVED)
    assert world.last == ["closed", "dispute", "event", "event", "event", "ledger", "order", "payment"]


def test_an_answer_adds_one_item() -> None:
    """I5: keeping the answer adds one item to the same transaction."""
    world = Counting.imported().delivered()
    before = world.case
    changes = begin(before, world.policies, world.addresses, BUYER, world.now)
    opening.open_dispute(changes, DAMAGED, opening.RequestedRemedy())
    world.cases.commit(before, changes, Once("digest", "body"), Answer(201, "{}"), 0)
    assert [item["pk"]["S"].split("#")[0] for item in world.written[-1]] == ["ORDER", "ORDER", "ORDER", "IDEMPOTENCY"]


def test_only_events_are_published() -> None:
    """N4: of everything written, only the events carry the mark by which the stream is filtered, and each is new."""
    world = Counting.imported().delivered()
    world.open(DAMAGED)
    world.wait(90 * DAY).sweep()
    items = [item for transaction in world.written for item in transaction]
    published = [item["sk"]["S"] for item in items if "publish" in item]
    assert published == [item["sk"]["S"] for item in items if _kind(item) == "event"]
    assert len(set(published)) == len(published) == len(world.log)


@pytest.mark.parametrize("claims", [5])
def test_the_longest_silence_fits_one_transaction(claims: int) -> None:
    """I8, D12: a case in which very much has expired at once can be written: at most 100 items."""
    terms = order_terms(*[(1, 9000)] * claims)
    world = Counting(now=PAID_AT)
    world.cases = cases_in(MemoryTable(NAME, world.written.append))
    world.put_on_file(AT_HOME)
    world.import_order(terms)
    world.delivered()
    for number in range(1, claims + 1):
        world.open(claim_of(Reason.NOT_AS_DESCRIBED, (chr(ord("a") + number - 1), 1)))
        world.act(SELLER, c.Decline(), number)
    world.wait(400 * DAY).sweep()
    assert len(world.written[-1]) <= 100
    assert world.case == whole_case(world.cases, "order-1")
