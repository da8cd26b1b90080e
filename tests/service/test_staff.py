"""Staff see what they need of a case, keep notes of their own, and are never on two sides (section 1, D4)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain.guarantees import OfferType
from chalicelib.domain.people import Actor, Role
from chalicelib.domain.refusals import Refusal
from chalicelib.service import desk, disputes, evidence, notes, orders
from chalicelib.service.desk import QueueSort, mediation_queue
from chalicelib.service.dispute_lists import Wanted, list_disputes
from chalicelib.service.errors import Malformed, NotFound
from chalicelib.store import keys
from chalicelib.store.lists import BadCursor
from tests.domain.worlds import AT_HOME, BUYER, DAMAGED, MEDIATOR, PLATFORM, SELLER, money
from tests.service.office import DISPUTE, ORDER, Office, once, read

if TYPE_CHECKING:
    from collections.abc import Callable

OTHER = Actor(Role.MEDIATOR, "max")
LEAD = Actor(Role.MEDIATOR, "lea", lead=True)
OPERATOR = Actor(Role.OPERATOR, "ola")
WORDS = ("cracked!", "Take it back", "Wait, no")
READS: dict[str, Callable[[Office, Actor], object]] = {
    "timeline": lambda office, actor: disputes.get_timeline(office.services, DISPUTE, actor),
    "evidence": lambda office, actor: evidence.list_evidence(office.services, office.storage, DISPUTE, actor),
    "notes": lambda office, actor: notes.list_notes(office.services, DISPUTE, actor, 10, None),
    "order": lambda office, actor: orders.get_order(office.services, ORDER, actor),
    "order's timeline": lambda office, actor: orders.get_timeline(office.services, ORDER, actor),
}


def talked(office: Office | None = None) -> Office:
    """A case under review in which both sides have said something."""
    office = (office or Office()).delivered()
    office.open(replace(DAMAGED, description=WORDS[0]))
    office.act(SELLER, c.Propose(OfferType.REFUND_WITH_RETURN, money(1000), WORDS[1], AT_HOME))
    office.act(BUYER, c.Escalate(WORDS[2]))
    return office


def reads(office: Office, actor: Actor) -> set[str]:
    """What of the case the actor can read."""
    return {name for name, ask in READS.items() if _answered(ask, office, actor)}


def _answered(ask: Callable[[Office, Actor], object], office: Office, actor: Actor) -> bool:
    try:
        ask(office, actor)
    except NotFound:
        return False
    return True


def write(office: Office, actor: Actor, text: str, key: str = "") -> object:
    """Write a note, and return it as its writer sees it."""
    office.keys += 1
    asked = once(actor, key or f"note-{office.keys}", text)
    return read(notes.write_note(office.services, DISPUTE, office.request(actor), asked, text))


def test_a_mediator_without_the_case_sees_its_summary() -> None:
    """Section 1: a mediator who has not taken a case sees no evidence and no words of it, and may take it."""
    office = talked()
    seen = disputes.get_dispute(office.services, DISPUTE, MEDIATOR)
    assert ("summary", (), ()) == (seen["shown"], seen["evidence"], seen["information_requests"])
    assert [] == [word for word in (*WORDS, AT_HOME.name, AT_HOME.city) if word in json.dumps(seen)]
    assert ["assign"] == [it["action"] for it in seen["allowed_actions"]]
    assert set() == reads(office, MEDIATOR)
    assert seen["missing_evidence"] == disputes.get_dispute(office.services, DISPUTE, BUYER)["missing_evidence"]


def test_who_has_or_had_the_case_a_lead_and_an_operator_see_all() -> None:
    """Section 1: the mediator who has the case, or had it, a lead and an operator see all of it; another mediator does not."""
    office = talked()
    office.act(MEDIATOR, c.Assign())
    for actor in (MEDIATOR, LEAD, OPERATOR):
        seen = json.dumps(disputes.get_dispute(office.services, DISPUTE, actor))
        assert [WORDS[0], WORDS[1]] == [word for word in WORDS if word in seen]
        assert set(READS) == reads(office, actor)
    assert set() == reads(office, OTHER)


def test_the_platform_reads_disputes_and_no_notes() -> None:
    """Section 1: the marketplace's systems read a dispute and its timeline; notes and files are for people."""
    office = talked()
    assert "whole" == disputes.get_dispute(office.services, DISPUTE, PLATFORM)["shown"]
    assert disputes.get_timeline(office.services, DISPUTE, PLATFORM)["events"]
    assert [] == disputes.get_dispute(office.services, DISPUTE, PLATFORM)["allowed_actions"]


def test_an_operator_sees_every_dispute_and_decides_nothing() -> None:
    """Section 1: an operator sees a dispute from its first day, which no mediator does, and has no action in it."""
    office = Office().disputed()
    assert not _answered(lambda it, who: disputes.get_dispute(it.services, DISPUTE, who), office, LEAD)
    seen = disputes.get_dispute(office.services, DISPUTE, OPERATOR)
    assert ("whole", []) == (seen["shown"], seen["allowed_actions"])
    with pytest.raises(Refusal):
        office.act(OPERATOR, c.Withdraw())


@pytest.mark.parametrize("party", [BUYER.id, SELLER.id])
@pytest.mark.parametrize("staff", [LEAD, MEDIATOR, OPERATOR], ids=["lead", "mediator", "operator"])
def test_cheat_25_nobody_on_the_staff_sees_a_case_of_their_own(staff: Actor, party: str) -> None:
    """Section 1: a mediator, lead or operator whose id is a party's never sees the case, nor finds it in a list."""
    office = talked()
    same = Actor(staff.role, party, staff.lead)
    with pytest.raises(NotFound):
        disputes.get_dispute(office.services, DISPUTE, same)
    with pytest.raises(NotFound):
        office.act(same, c.Assign())
    with pytest.raises(NotFound):
        notes.list_notes(office.services, DISPUTE, same, 10, None)
    assert [] == list_disputes(office.services, same, Wanted(), 10, None)["items"]
    for sort in QueueSort:
        assert [] == mediation_queue(office.services, same, desk.Wanted(), sort, 10, None)["items"]
        assert 1 == len(mediation_queue(office.services, staff, desk.Wanted(), sort, 10, None)["items"])


@pytest.mark.parametrize("actor", [PLATFORM, OPERATOR], ids=["platform", "operator"])
def test_the_marketplace_names_whose_disputes_it_wants(actor: Actor) -> None:
    """Section 7: the platform and operators list the disputes of a buyer or of a seller."""
    office = Office().disputed()
    for owner in (BUYER, SELLER):
        listed = list_disputes(office.services, actor, Wanted(), 10, None, owner)["items"]
        assert [DISPUTE] == [it["id"] for it in listed]
    assert [] == list_disputes(office.services, actor, Wanted(), 10, None, Actor(Role.BUYER, "eve"))["items"]


def test_an_operator_who_names_nobody_gets_what_was_escalated() -> None:
    """Section 1: as mediators do; the platform has to name somebody."""
    office = talked()
    assert [DISPUTE] == [it["id"] for it in list_disputes(office.services, OPERATOR, Wanted(), 10, None)["items"]]
    with pytest.raises(Malformed):
        list_disputes(office.services, PLATFORM, Wanted(), 10, None)


def test_notes_are_read_by_staff_newest_first() -> None:
    """D4: mediators of the case and leads write, operators read as well; a page goes on where the last one ended."""
    office = talked()
    office.act(MEDIATOR, c.Assign())
    for writer, text in ((MEDIATOR, "one"), (LEAD, "two"), (MEDIATOR, "three")):
        write(office, writer, text)
    for reader in (MEDIATOR, LEAD, OPERATOR):
        first = notes.list_notes(office.services, DISPUTE, reader, 2, None)
        rest = notes.list_notes(office.services, DISPUTE, reader, 2, first["cursor"])
        assert ["three", "two", "one"] == [it["text"] for it in (*first["items"], *rest["items"])]
        assert [3, 2, 1] == [it["number"] for it in (*first["items"], *rest["items"])]
        assert rest["cursor"] is None
    with pytest.raises(NotFound):
        write(office, OTHER, "not my case")


def test_no_party_ever_learns_of_a_note() -> None:
    """D4: a note changes neither the case nor a timeline, and its item carries no mark by which the stream publishes it."""
    office = talked()
    office.act(MEDIATOR, c.Assign())

    def told() -> list[object]:
        return [get(office.services, DISPUTE, BUYER) for get in (disputes.get_dispute, disputes.get_timeline)]

    whole, before = told(), office.table.snapshot()
    write(office, MEDIATOR, "He lies.")
    assert whole == told()
    note, answer = sorted((it for it in office.table.snapshot() if it not in before), key=len)
    assert {"pk", "sk", "data", "schema_version"} == note.keys()
    assert {"pk", "sk", "fingerprint", "status", "body", "expires_at", "schema_version"} == answer.keys()
    for party in (BUYER, SELLER):
        with pytest.raises(NotFound):
            disputes.get_dispute(office.services, f"{ORDER}-d2", party)


def test_a_note_is_written_once() -> None:
    """I5: the same request again gets the first answer, and two at one moment get two numbers."""
    office = talked()
    office.act(MEDIATOR, c.Assign())
    assert write(office, MEDIATOR, "one", "k") == write(office, MEDIATOR, "one", "k")
    count = office.services.notes.count
    office.services.notes.count = lambda *_: 0 if not office.pauses else count(ORDER, 1)  # type: ignore[method-assign]
    assert 2 == write(office, LEAD, "two")["number"]  # type: ignore[index]
    assert [0] == office.pauses


def test_a_dispute_takes_so_many_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    """I10: a program that writes notes without end is refused."""
    office = talked()
    office.act(MEDIATOR, c.Assign())
    monkeypatch.setattr(keys, "NOTES_AT_MOST", 2)
    for text in ("one", "two"):
        write(office, MEDIATOR, text)
    with pytest.raises(Refusal) as refused:
        write(office, MEDIATOR, "three")
    assert "limit_reached" == refused.value.code


@pytest.mark.parametrize("cursor", ["", "x", "0", "-1", "²", "01", "9" * 5000])
def test_a_cursor_that_no_page_gave_is_refused(cursor: str) -> None:
    """I10: it is malformed, and no error of ours."""
    office = talked()
    with pytest.raises(BadCursor):
        notes.list_notes(office.services, DISPUTE, OPERATOR, 10, cursor)
