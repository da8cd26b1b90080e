"""A request happens once, and a repeated one gets the first answer (I5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.evidence import EvidenceType
from chalicelib.domain.guarantees import Finding, OfferType
from chalicelib.domain.refusals import Refusal
from chalicelib.service import disputes, orders
from chalicelib.service.errors import KeyReused, NotFound, VersionMismatch
from tests.domain.worlds import BUYER, DAY, ITEM_RECEIVED, MEDIATOR, PLATFORM, SELLER, money
from tests.service.office import DISPUTE, ORDER, Office, event, read

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.people import Actor
    from chalicelib.service.execute import Request
    from chalicelib.store.idempotency import Answer

    Command = Callable[[Office, Request], Answer]


def escalated(office: Office) -> Office:
    """Return a dispute that a mediator has taken."""
    office.disputed()
    office.act(SELLER, c.Decline())
    office.act(BUYER, c.Escalate())
    office.act(MEDIATOR, c.Assign())
    return office


def returning(office: Office) -> Office:
    """Return a dispute whose return is on its way."""
    office.disputed()
    office.act(SELLER, c.Accept("1"))
    office.act(BUYER, c.ShipReturn(Carrier.TNT, "900000001"))
    return office


def paid_out(office: Office) -> Office:
    """Return an order that has completed and whose release is not paid yet."""
    office.delivered().wait(60 * DAY).report(event(office.watch.at))
    return office


def acting(command: c.DisputeCommand) -> Command:
    """Carry out the command as a request."""
    return lambda office, request: office.act(request.actor, command, request)


DECISION = c.Decide(OfferType.REFUND, money(5000), Finding.NOT_AS_DESCRIBED, "The photos show it.")

COMMANDS: dict[str, tuple[Callable[[Office], Office], Actor, Command]] = {
    "ship": (Office.bought, SELLER, lambda office, request: office.ship(request=request)),
    "receipt": (Office.bought, BUYER, lambda office, request: orders.confirm_receipt(office.services, ORDER, request, ())),
    "extend": (
        Office.bought,
        SELLER,
        lambda office, request: orders.extend(office.services, ORDER, request, office.watch.at + 40 * DAY, None),
    ),
    "open": (Office.delivered, BUYER, lambda office, request: office.open(request=request)),
    "propose": (Office.disputed, SELLER, acting(c.Propose(OfferType.REFUND, money(100)))),
    "decline": (Office.disputed, SELLER, acting(c.Decline())),
    "accept": (Office.disputed, SELLER, acting(c.Accept("1"))),
    "evidence": (Office.disputed, BUYER, acting(c.AddEvidence(EvidenceType.PHOTO, "Look."))),
    "withdraw": (Office.disputed, BUYER, acting(c.Withdraw())),
    "decide": (escalated, MEDIATOR, acting(DECISION)),
    "acknowledge": (returning, SELLER, acting(ITEM_RECEIVED)),
    "settle": (paid_out, PLATFORM, lambda office, request: office.pay(f"{ORDER}-p1", request)),
    "fail": (paid_out, PLATFORM, lambda office, request: office.pay(f"{ORDER}-p1", request, failure="closed")),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_same_request_gets_the_very_same_answer(name: str) -> None:
    """I5: the same key and body give the first answer, byte for byte, and have one effect."""
    prepare, actor, command = COMMANDS[name]
    office = prepare(Office())
    first = command(office, office.request(actor, "key", "body"))
    after = office.table.snapshot()
    assert first == command(office, office.request(actor, "key", "body"))
    assert after == office.table.snapshot()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_first_answer_is_given_whatever_has_happened_since(name: str) -> None:
    """I5: a replay long after, when the state has moved on, is still the first answer and changes nothing."""
    prepare, actor, command = COMMANDS[name]
    office = prepare(Office())
    first = command(office, office.request(actor, "key", "body"))
    office.wait(100 * DAY).report(event(office.watch.at))
    after = office.table.snapshot()
    assert first == command(office, office.request(actor, "key", "body"))
    assert after == office.table.snapshot()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_key_with_another_body_is_refused(name: str) -> None:
    """I5: one key stands for one request, so another body under it is refused."""
    prepare, actor, command = COMMANDS[name]
    office = prepare(Office())
    command(office, office.request(actor, "key", "body"))
    after = office.table.snapshot()
    with pytest.raises(KeyReused):
        command(office, office.request(actor, "key", "other"))
    assert after == office.table.snapshot()


def test_another_caller_with_the_same_key_is_unrelated() -> None:
    """I5: two callers may use the same key."""
    office = Office().disputed()
    mine = office.act(BUYER, c.AddEvidence(EvidenceType.PHOTO, "Look."), office.request(BUYER, "key", "body"))
    theirs = office.act(SELLER, c.AddEvidence(EvidenceType.PHOTO, "No."), office.request(SELLER, "key", "other"))
    assert [1, 2] == [len(read(answer)["evidence"]) for answer in (mine, theirs)]


def test_a_refused_command_leaves_its_key_unused() -> None:
    """I5: a refusal is not kept, so the same key may carry the request once it is allowed."""
    office = Office().disputed()
    before = office.table.snapshot()
    with pytest.raises(Refusal):
        office.act(BUYER, c.Escalate(), office.request(BUYER, "key", "body"))
    assert before == office.table.snapshot()
    answer = office.wait(3 * DAY).act(BUYER, c.Escalate(), office.request(BUYER, "key", "body"))
    assert read(answer)["stage"] == "under_review"


def test_a_strangers_request_leaves_its_key_unused() -> None:
    """I5, I6: the answer "not found" is not kept."""
    office = Office().disputed()
    before = office.table.snapshot()
    with pytest.raises(NotFound):
        office.act(BUYER, c.Withdraw(), office.request(BUYER, "key"), "order-2-d1")
    assert before == office.table.snapshot()


def test_if_match_is_for_the_first_time_only() -> None:
    """I5: a request repeated with its old version gets its first answer, not a version mismatch."""
    office = Office().disputed()
    version = read(office.act(BUYER, c.AddEvidence(EvidenceType.PHOTO, "One.")))["version"]
    more = c.AddEvidence(EvidenceType.PHOTO, "Two.")
    first = office.act(BUYER, more, office.request(BUYER, "key", "body", version))
    assert first == office.act(BUYER, more, office.request(BUYER, "key", "body", version))
    with pytest.raises(VersionMismatch) as stale:
        office.act(BUYER, more, office.request(BUYER, "new key", "body", version))
    assert version + 1 == stale.value.current


def test_if_match_is_the_version_with_what_has_expired() -> None:
    """D9: the version that a caller was shown is the one to name, whether or not a sweep has run."""
    office = Office().disputed().wait(5 * DAY)
    version = disputes.get_dispute(office.services, DISPUTE, BUYER)["version"]
    back = c.ShipReturn(Carrier.TNT, "900000001")
    answer = office.act(BUYER, back, office.request(BUYER, if_match=version))
    assert read(answer)["stage"] == "return_in_transit"


def test_a_batch_of_carrier_events_is_answered_once() -> None:
    """I5: a repeated batch gets its first answer, though by now every event in it is a duplicate."""
    office = Office().bought().wait(DAY)
    office.ship()
    at = office.wait(DAY).watch.at
    first = office.report(event(at), event(at, "000000099"), key="key")
    assert first == office.report(event(at), event(at, "000000099"), key="key")
    with pytest.raises(KeyReused):
        office.report(event(at), key="key", body="other")


def test_an_answer_is_forgotten_after_a_week_of_real_time() -> None:
    """I5: answers are kept for a week of real time; moving a sandbox's clock does not expire them."""
    office = Office().disputed()
    more = c.AddEvidence(EvidenceType.PHOTO, "Look.")
    first = office.act(BUYER, more, office.request(BUYER, "key"))
    office.wait(3 * DAY)
    assert first == office.act(BUYER, more, office.request(BUYER, "key"))
    office.epoch += 8 * 24 * 3600
    assert len(read(office.act(BUYER, more, office.request(BUYER, "key")))["evidence"]) == 2
