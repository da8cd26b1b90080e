"""Disputes that are over cost the reads of their order nothing for what was said in them, and open again with all of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from bench.meter import Meter
from chalicelib.domain import commands as c
from chalicelib.domain.case import Abridged
from chalicelib.domain.dispute import Dispute, Stage
from chalicelib.domain.evidence import EvidenceType
from chalicelib.domain.guarantees import Reason
from chalicelib.domain.people import Role
from chalicelib.service import disputes, orders
from chalicelib.service.dispute_lists import Wanted, list_disputes
from chalicelib.service.execute import sweep_order
from chalicelib.store import keys
from chalicelib.store.cases import READS_AT_MOST
from chalicelib.store.codec import dump
from chalicelib.store.idempotency import Conflict
from chalicelib.store.schema import stored_value
from tests.domain.worlds import BUYER, DAMAGED, DAY, HOUR, MEDIATOR, PROMISED, SELLER, claim_of
from tests.service.office import DISPUTE, ORDER, FaultyTable, Office, event, read
from tests.store.tables import whole_case

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.meter import Spent
    from localcloud.memory.expressions import Item

CLOSED = 30
MUCH = 113_000
"""So many letters are said twice in a dispute, which makes nearly the 230 KB that it may hold."""


class MeteredTable(FaultyTable, Meter):
    """A table whose bill can be read, and whose reads lag."""


@dataclass
class Metered(Office):
    """An office that reads the bill of its table."""

    table: MeteredTable = field(default_factory=MeteredTable)

    def after(self, letters: int) -> Metered:
        """Close 30 disputes in which that many letters were said twice."""
        self.delivered()
        for number in range(1, CLOSED + 1):
            self.wait(HOUR).open(replace(DAMAGED, description="w" * letters))
            self.act(BUYER, c.AddEvidence(EvidenceType.STATEMENT, "w" * letters), dispute_id=f"{ORDER}-d{number}")
            self.act(BUYER, c.Withdraw(), dispute_id=f"{ORDER}-d{number}")
        return self

    def cost(self, act: Callable[[], Any]) -> Spent:
        """Return what an act spends."""
        before = self.table.bill()
        act()
        return self.table.bill().since(before)


def spent_after(letters: int) -> dict[str, float]:
    """Return the read units of reading the order, of a command on it, and of reading one of its closed disputes."""
    office = Metered().after(letters)
    return {
        "order": office.cost(lambda: orders.get_order(office.services, ORDER, BUYER)).read_units,
        "sweep": office.cost(lambda: sweep_order(office.services, ORDER)).read_units,
        "receipt": office.cost(office.confirm).read_units,
        "list": office.cost(
            lambda: list_disputes(office.services, BUYER, Wanted(), CLOSED, None),
        ).read_units,
        "dispute": office.cost(lambda: disputes.get_dispute(office.services, f"{ORDER}-d{CLOSED}", BUYER)).read_units,
    }


def test_what_closed_disputes_said_is_not_read_with_their_order() -> None:
    """I10: with 30 closed disputes of 230 KB each, a read of the order costs what it costs with 30 of two letters."""
    quiet, loud = spent_after(1), spent_after(MUCH)
    assert {"order": 16, "sweep": 16, "receipt": 16, "list": 32.5, "dispute": 72} == loud
    assert loud | {"dispute": 17} == quiet


def refunded_then_delivered(table: FaultyTable | None = None) -> Office:
    """Refund an order that was not received, whose delivery in time becomes known two days later."""
    office = Office(table if table is not None else FaultyTable()).bought().wait(DAY)
    office.ship()
    office.watch.at = PROMISED
    office.open(replace(claim_of(Reason.NOT_RECEIVED), description="Nothing came."))
    office.wait(HOUR).act(SELLER, c.Accept("1"))
    office.wait(2 * DAY).report(event(PROMISED - DAY))
    return office


def test_a_closed_dispute_that_opens_again_has_all_that_was_said() -> None:
    """D5, D11: a record that is told of a closed dispute, the appeal that opens it again and its new end lose no word."""
    office = refunded_then_delivered()
    shown = disputes.get_dispute(office.services, DISPUTE, SELLER)
    assert ["appeal"] == [it["action"] for it in shown["allowed_actions"]]
    for command in (c.Appeal(EvidenceType.STATEMENT, "It came."), c.WithdrawAppeal()):
        told = read(office.wait(HOUR).act(SELLER, command))
        assert ("Nothing came.", ["It came."]) == (told["claim"]["description"], [it["note"] for it in told["evidence"]])
    case = office.services.cases.load(ORDER)
    assert case is not None
    assert (frozenset({1}), Stage.RESOLVED, "", ()) == (
        case.abridged,
        case.disputes[0].stage,
        case.disputes[0].claim.description,
        case.disputes[0].evidence,
    )
    whole = whole_case(office.services.cases, ORDER)
    assert whole is not None
    assert ("Nothing came.", frozenset()) == (whole.dispute(1).claim.description, whole.abridged)


def test_an_outline_is_never_taken_for_the_dispute() -> None:
    """D11: asking a case for a closed dispute that was not read whole fails, so none is shown or written without its words."""
    office = refunded_then_delivered()
    case = office.services.cases.load(ORDER)
    assert case is not None
    with pytest.raises(Abridged, match="dispute 1"):
        case.dispute(1)


def test_questions_left_unanswered_are_carried_with_their_words() -> None:
    """D5, I15: a claim after a withdrawal takes over what the buyer was asked, in the mediator's words."""
    office = Office().disputed()
    office.act(SELLER, c.Decline())
    office.act(BUYER, c.Escalate())
    office.act(MEDIATOR, c.Assign())
    office.act(MEDIATOR, c.RequestInformation(Role.BUYER, "Is it new?"))
    office.wait(HOUR).act(BUYER, c.Withdraw())
    asked = read(office.wait(HOUR).open())["information_requests"]
    assert [("Is it new?", DISPUTE)] == [(it["question"], it["carried_from"]) for it in asked]


class Changing(FaultyTable):
    """A table in which others change a closed dispute between the query that finds it and the next ``times`` reads of it."""

    times = 0

    def get_item(self, *, TableName: str, Key: Item, ConsistentRead: bool = False) -> Item:  # noqa: N803 - DynamoDB's spelling
        """Act as ``MemoryTable``, with a newer version of a closed dispute as long as it changes."""
        found = super().get_item(TableName=TableName, Key=Key, ConsistentRead=ConsistentRead)
        if Key["sk"]["S"] == keys.closed_sk(1) and self.times:
            self.times -= 1
            dispute = stored_value(found["Item"], Dispute)
            found["Item"]["data"] = {"S": dump(replace(dispute, version=dispute.version + 1))}
        return found


@pytest.mark.parametrize("times", [0, READS_AT_MOST - 1])
def test_a_case_and_its_closed_dispute_are_of_one_moment(times: int) -> None:
    """I11: where a closed dispute changes between the two reads of a case, both are read again."""
    table = Changing()
    office = refunded_then_delivered(table)
    table.times = times
    case = office.services.cases.load(ORDER, 1)
    assert case is not None
    assert (case.disputes[0].version, 0) == (case.dispute(1).version, table.times)
    assert case.dispute(1).claim.description == "Nothing came."


def test_a_closed_dispute_that_never_stops_changing_is_a_conflict() -> None:
    """I11: a case is read five times; after that the caller tries again later."""
    table = Changing()
    office = refunded_then_delivered(table)
    table.times = READS_AT_MOST
    with pytest.raises(Conflict):
        office.services.cases.load(ORDER, 1)
