"""A dispute with the longest texts of everybody still fits its item (I10, D12)."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.dispute import AcknowledgementType, Stage
from chalicelib.domain.evidence import EvidenceType
from chalicelib.domain.guarantees import Finding, OfferType
from chalicelib.domain.order import Line
from chalicelib.domain.parcel import DESCRIPTION_AT_MOST, PLACE_AT_MOST, CarrierStatus
from chalicelib.domain.people import ReturnAddress, Role
from chalicelib.domain.refusals import Refusal
from chalicelib.service import size_limits
from chalicelib.service.execute import sweep_order
from chalicelib.service.size_limits import MEDIATORS_FILL
from chalicelib.store.codec import dump
from localcloud.memory.table import ITEM_BYTES
from tests.domain.worlds import BUYER, DAY, HOUR, MEDIATOR, OTHER_MEDIATOR, SECOND, SELLER, money
from tests.service.office import ORDER, Office, event
from tests.store.tables import whole_case

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.commands import DisputeCommand
    from chalicelib.domain.dispute import Dispute
    from chalicelib.domain.people import Actor

LETTER = "\u0001"
"""A letter that JSON writes as six bytes."""
LENGTHS = (2000, *range(144, 112, -4), 60, 1)
"""The longest text that the API takes, then texts close to the size that always fits."""
HOUSE = ReturnAddress(LETTER * 200, (LETTER * 200,) * 4, LETTER * 100, LETTER * 20, "ES")
RETURNED = "900000001"


class Talk:
    """A dispute in which each step is as long as it can be."""

    def __init__(self) -> None:
        """Open a dispute about damage."""
        self.office = Office().disputed()
        self.longest: dict[Role, int] = {}

    @property
    def dispute(self) -> Dispute:
        """Return the dispute as it is stored."""
        case = whole_case(self.office.services.cases, ORDER)
        assert case is not None
        return case.dispute(1)

    def say(self, actor: Actor, command: Callable[[str], DisputeCommand], times: int = 1) -> None:
        """Take that step so many times, each with the longest text that is accepted. One letter always is."""
        for _ in range(times):
            for length in LENGTHS[self.longest.get(actor.role, 0) :]:
                try:
                    self.office.wait(SECOND).act(actor, command(LETTER * length))
                    break
                except Refusal as refused:
                    if length == 1 or "hardly more words" not in refused.message:
                        raise
                    self.longest[actor.role] = 1

    def ask(self, actor: Actor, to: Actor, times: int) -> None:
        """Ask a party for information so many times."""
        self.say(actor, lambda text: c.RequestInformation(to.role, text), times)

    def propose(self, actor: Actor, times: int) -> None:
        """Make so many proposals, a seller's better each time and with a return to an address of their own."""
        kind = OfferType.REFUND_WITH_RETURN if actor is SELLER else OfferType.REFUND
        for _ in range(times):
            amount = money(1000 + len(self.dispute.proposals))
            self.say(actor, lambda text, it=amount: c.Propose(kind, it, text, HOUSE if len(text) == LENGTHS[0] else None))  # type: ignore[misc]

    def show(self, actor: Actor, times: int = 1) -> None:
        """Add so many pieces of evidence."""
        self.say(actor, lambda text: c.AddEvidence(EvidenceType.TRACKING_INFORMATION, text), times)

    def largest(self) -> int:
        """Return the size of the largest item in bytes, as the table counts them."""
        return max(
            sum(len(name) + len(next(iter(it.values())).encode()) for name, it in item.items())
            for item in self.office.table.snapshot()
        )


def test_the_largest_dispute_is_kept() -> None:
    """I10, D12, D1, N6: with every limit used up, also by both mediators, each step still fits and no item is too large.

    The seller's proposals, which carry addresses, come first, so that most other steps find room for few words only.
    """
    talk = Talk()
    talk.propose(BUYER, 14)
    talk.propose(SELLER, 15)
    talk.say(BUYER, c.Escalate)
    talk.office.act(MEDIATOR, c.Assign())
    talk.ask(MEDIATOR, BUYER, 9)
    talk.propose(MEDIATOR, 10)
    shown = Counter(piece.by for piece in talk.dispute.evidence)
    talk.show(SELLER, 20 - shown[Role.SELLER])
    talk.show(BUYER, 29 - shown[Role.BUYER])
    talk.say(MEDIATOR, lambda text: c.Decide(OfferType.REFUND, money(1), Finding.NOT_AS_DESCRIBED, text))
    talk.say(BUYER, lambda text: c.Appeal(EvidenceType.TRACKING_INFORMATION, text))
    talk.office.act(OTHER_MEDIATOR, c.Assign())
    talk.ask(OTHER_MEDIATOR, SELLER, 1)
    talk.propose(OTHER_MEDIATOR, 5)
    talk.show(SELLER)
    returned = OfferType.REFUND_WITH_RETURN
    talk.say(OTHER_MEDIATOR, lambda text: c.Decide(returned, money(1), Finding.NOT_AS_DESCRIBED, text))
    talk.office.act(BUYER, c.ShipReturn(Carrier.TNT, RETURNED))
    for status in (CarrierStatus.DELIVERY_ATTEMPTED, CarrierStatus.RETURNED_TO_SENDER):
        begun = talk.office.wait(HOUR).watch.at
        talk.office.report(*(event(begun - n * SECOND, RETURNED, status) for n in range(100)))
    talk.say(SELLER, lambda text: c.AcknowledgeReturn(AcknowledgementType.DAMAGED, text, came=True))
    talk.office.act(OTHER_MEDIATOR, c.Decide(OfferType.REFUND, money(1), Finding.RETURN_NOT_AS_SENT, "So."))
    dispute = talk.dispute

    assert Stage.RESOLVED is dispute.stage
    assert {Role.BUYER: 15, Role.SELLER: 15, Role.MEDIATOR: 15} == Counter(it.by for it in dispute.proposals)
    assert (52, 10, 3) == (len(dispute.evidence), len(dispute.information_requests), len(dispute.decisions))
    assert MEDIATORS_FILL < talk.largest() <= ITEM_BYTES


def test_a_long_silence_in_a_large_dispute_is_caught_up_with() -> None:
    """D9, I10: ten questions that lapsed unswept are written a few at a time, because each writes the dispute again."""
    talk = Talk()
    talk.propose(BUYER, 14)
    talk.propose(SELLER, 15)
    talk.show(BUYER, 19)
    talk.say(BUYER, c.Escalate)
    talk.office.act(MEDIATOR, c.Assign())
    talk.ask(MEDIATOR, BUYER, 10)
    talk.office.wait(60 * DAY)

    taken = list(iter(lambda: sweep_order(talk.office.services, ORDER), 0))

    assert len(taken) > 1
    assert not talk.dispute.open
    assert not any(request.pending for request in talk.dispute.information_requests)


def test_cheat_39_an_order_with_everything_in_it_stays_small_enough() -> None:
    """O6, I10: 50 lines with the longest names, 20 parcels, 200 records of each in words: there is room for a receipt."""
    words = ("\U0001f9f5" * DESCRIPTION_AT_MOST, "\U0001f9f5" * PLACE_AT_MOST)
    lines = tuple(Line(f"{n:064d}", "\U0001f9f5" * 200, 1, money(100)) for n in range(50))
    office = Office().bought(lines=lines, shipping_fee=money(0)).wait(DAY)
    numbers = [f"{n:09d}" for n in range(1, 21)]
    for number in numbers:
        office.ship(number=number)
    begun = office.watch.at
    office.wait(10 * DAY)
    for number in numbers:
        for half in (0, 100):
            moments = [begun + timedelta(minutes=half + n) for n in range(100)]
            office.report(*(replace(event(at, number, CarrierStatus.IN_TRANSIT), words=words) for at in moments))
        office.report(event(begun + 5 * DAY, number), event(begun + 4 * DAY, number, CarrierStatus.OUT_FOR_DELIVERY))

    assert 200 == office.confirm().status

    case = office.services.cases.load(ORDER)
    assert case is not None
    assert all(parcel.delivered_at and parcel.scanned_at for parcel in case.order.parcels)
    policy = case.policy
    most = policy.order_records_at_most + 20 * 4 * policy.parcel_records_at_least
    largest = max(len(json.dumps(item, ensure_ascii=False).encode()) for item in office.table.snapshot())
    assert largest < 350_000
    record = len(dump(case.order.parcels[-1].records[0])) + 1  # without words: others have them
    kept = sum(len(parcel.records) for parcel in case.order.parcels)
    assert largest + (most - kept) * record < ITEM_BYTES, "not even with as many records as there is ever room for"


def test_a_full_dispute_takes_in_the_journey_of_its_return(monkeypatch: pytest.MonkeyPatch) -> None:
    """I10, D12: a dispute that holds no more of the parties' words still takes in carriers' records of the return."""
    office = Office().disputed()
    office.act(SELLER, c.Accept("1"))
    office.act(BUYER, c.ShipReturn(Carrier.TNT, RETURNED))
    monkeypatch.setattr(size_limits, "PARTIES_FILL", 1)
    named = office.watch.at
    office.wait(DAY)
    moving = [event(named + timedelta(minutes=n), RETURNED, CarrierStatus.IN_TRANSIT) for n in range(90)]
    assert {"recorded"} == {it["status"] for it in json.loads(office.report(*moving).body)["results"]}
    with pytest.raises(Refusal, match="hardly more words"):
        office.act(BUYER, c.AddEvidence(EvidenceType.STATEMENT, "x" * 2000))
