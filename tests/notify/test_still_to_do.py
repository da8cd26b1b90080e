"""N3: a message held back by quiet hours rings in the morning only if its todo is still open."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain.dispute import Stage
from chalicelib.domain.guarantees import OfferType
from chalicelib.domain.people import Role
from tests.domain.worlds import BUYER, DAY, DECIDED_FOR_BUYER, HOUR, MEDIATOR, NEWS, SELLER, disputed, money
from tests.notify.fakes import Desk, FakePeople, registered
from tests.notify.stories import OFFER
from tests.notify.test_due import MINUTE, PHONE, by_night

if TYPE_CHECKING:
    from chalicelib.domain.commands import DisputeCommand
    from chalicelib.domain.people import Actor
    from tests.domain.worlds import World

QUESTION = c.RequestInformation(Role.SELLER, "Where was it packed?")
BETTER = c.Propose(OfferType.REFUND, money(5000))
HER_PHONE, SMS, HIS_PHONE = "buyer:ana push", "seller:acme sms", "seller:acme push"


def parties(**changes: object) -> FakePeople:
    """Return a buyer and a seller whom every channel reaches."""
    buyer = replace(registered("buyer", "ana", "email"), devices=(PHONE,), **changes)  # type: ignore[arg-type]
    seller = replace(registered("seller", "acme", "email", "sms"), devices=(PHONE,), **changes)  # type: ignore[arg-type]
    return FakePeople({"buyer:ana": buyer, "seller:acme": seller})


class Night:
    """Eight quiet hours of both parties. All earlier events have been published."""

    def __init__(self, world: World) -> None:
        """Begin it with the world's present hour."""
        self.world = world
        self.desk = Desk((world,), people=parties())
        self.tell()
        self.ends = world.now.replace(minute=0) + 8 * HOUR
        self.desk.people.known = parties(**by_night(world)).known

    def tell(self) -> list[str]:
        """Publish all events. Returns the names of the messages that leave at once."""
        before = len(self.desk.sender.sent)
        self.desk.clock.at = self.world.now
        assert [] == self.desk.publish()
        return self.desk.sender.names[before:]

    def act(self, actor: Actor, command: DisputeCommand) -> str:
        """Do something ten minutes later, without a phone ringing. Returns the name of its first event."""
        seq = self.world.dispute().version + 1
        self.world.wait(10 * MINUTE).act(actor, command)
        assert [] == [it for it in self.tell() if not it.endswith(("email", "topic"))]
        return f"order-1#1#{seq}"

    def rings(self, where: str) -> list[str]:
        """Return the events that a phone tells of when the quiet hours end, without reminders."""
        sent = [it for it in self.desk.send_due(self.ends) if "reminder" not in it]
        return [it.removesuffix(f" {where}") for it in sent if it.endswith(where)]


def asked_before() -> World:
    """A review with a question that the seller has had for an hour."""
    world = disputed(Stage.UNDER_REVIEW)
    world.act(MEDIATOR, QUESTION)
    return world.wait(HOUR)


@pytest.mark.parametrize("where", [SMS, HIS_PHONE])
def test_another_answer_does_not_silence_what_is_still_to_be_done(where: str) -> None:
    """N3: a seller who answers an old question in the quiet hours is told of the mediator's proposal when they end."""
    night = Night(asked_before())
    proposed = night.act(MEDIATOR, OFFER)
    night.act(SELLER, NEWS)
    assert [proposed] == [it for it in night.rings(where) if it == proposed]


def test_a_question_of_the_same_second_is_another_matter() -> None:
    """N3: a proposal and a question that came together each ring for themselves."""
    world = disputed(Stage.UNDER_REVIEW)
    night = Night(world)
    world.act(MEDIATOR, QUESTION)
    world.act(MEDIATOR, OFFER)
    proposed = f"order-1#1#{world.dispute().version}"
    night.act(SELLER, NEWS)
    assert [proposed] == night.rings(SMS)


def test_of_two_questions_the_open_one_rings() -> None:
    """N3, D4: a question that was answered in the quiet hours is not told when they end; the open one is."""
    night = Night(disputed(Stage.UNDER_REVIEW))
    night.act(MEDIATOR, QUESTION)
    second = night.act(MEDIATOR, QUESTION)
    night.act(SELLER, replace(NEWS, answers=("r1",)))
    assert [second] == night.rings(SMS)


def test_a_mediators_proposal_rings_while_it_is_open() -> None:
    """N3: a mediator's proposal asks both parties, even after the other has accepted it."""
    night = Night(disputed(Stage.UNDER_REVIEW))
    proposed = night.act(MEDIATOR, OFFER)
    accepted = night.act(BUYER, c.Accept("3"))
    assert [proposed, accepted] == night.rings(SMS)


ENDS: dict[str, list[tuple[Actor, DisputeCommand]]] = {
    "the party has accepted it": [(SELLER, c.Accept("3"))],
    "both have accepted it": [(BUYER, c.Accept("3")), (SELLER, c.Accept("3"))],
    "the other has, and it was replaced": [(BUYER, c.Accept("3")), (MEDIATOR, BETTER)],
    "it was replaced": [(MEDIATOR, BETTER)],
    "the mediator has decided": [(BUYER, c.Accept("3")), (MEDIATOR, DECIDED_FOR_BUYER)],
}


@pytest.mark.parametrize("end", ENDS)
def test_a_mediators_proposal_does_not_ring_once_it_is_done_with(end: str) -> None:
    """N3: neither the proposal nor the other party's acceptance of it rings; what came in its place does."""
    night = Night(disputed(Stage.UNDER_REVIEW))
    proposed = night.act(MEDIATOR, OFFER)
    *before, last = [night.act(actor, command) for actor, command in ENDS[end]]
    rung = night.rings(SMS)
    assert [] == [it for it in rung if it in (proposed, *before)]
    assert (ENDS[end][-1][0] is MEDIATOR) == (last in rung)


def test_the_acceptance_of_a_proposal_replaced_by_an_equal_one_does_not_ring() -> None:
    """N3: an acceptance rings only while that same proposal is on the table, not one with the same content."""
    night = Night(disputed(Stage.UNDER_REVIEW))
    for actor, command in ((MEDIATOR, OFFER), (BUYER, c.Accept("3"))):
        night.act(actor, command)
    again = night.act(MEDIATOR, OFFER)
    assert [again] == night.rings(SMS)


def test_a_deadline_of_another_matter_breaks_no_quiet_hours() -> None:
    """N3: a question that lapses in the night is no reason to tell of a proposal at once; the question itself was one."""
    world = disputed(Stage.UNDER_REVIEW)
    world.act(MEDIATOR, QUESTION)
    night = Night(world.wait(3 * DAY - 2 * HOUR))
    proposed = night.act(MEDIATOR, OFFER)
    assert proposed in night.rings(SMS)


def test_the_newest_proposal_alone_rings() -> None:
    """N3, D1: of several proposals in the quiet hours a phone tells only the one on the table; every email has left."""
    night = Night(world := disputed(Stage.OPENED))
    first, second = night.act(SELLER, OFFER), night.act(SELLER, BETTER)
    assert [second] == night.rings(HER_PHONE)
    assert "50.00" in night.desk.sender.sent[-1].text
    told = [it for it in night.desk.sender.names if it.endswith("buyer:ana email") and "reminder" not in it]
    assert [f"{it} buyer:ana email" for it in (first, second)] == told[-2:]
    assert world.dispute().on_table == "3"


def test_a_proposal_that_was_answered_does_not_ring() -> None:
    """N3: a proposal that was answered does not ring, nor does the one that it replaced."""
    night = Night(disputed(Stage.OPENED))
    for actor, command in ((SELLER, OFFER), (SELLER, BETTER), (BUYER, c.Decline())):
        night.act(actor, command)
    assert [] == night.rings(HER_PHONE)


def test_a_changed_proposal_costs_no_sms() -> None:
    """N3: an SMS asks once a turn; a buyer's changed proposal is told by email and app."""
    world = disputed(Stage.OPENED)
    desk = Desk((world,), people=parties())
    for amount in (9000, 8000, 7000):
        world.wait(HOUR).act(BUYER, c.Propose(OfferType.REFUND_WITH_RETURN, money(amount)))
    world.wait(HOUR).act(SELLER, OFFER)
    world.wait(HOUR).act(SELLER, BETTER)
    world.wait(HOUR).act(BUYER, c.Propose(OfferType.REFUND, money(6000)))
    desk.clock.at = world.now
    desk.publish()
    told = {where: [it.split()[0][-1] for it in desk.sender.names if it.endswith(where)] for where in (SMS, HIS_PHONE)}
    assert {SMS: ["1", "7"], HIS_PHONE: ["1", "2", "3", "4", "7"]} == told
    assert ["5", "6"] == [it.split()[0][-1] for it in desk.sender.names if it.endswith(HER_PHONE)][1:]
