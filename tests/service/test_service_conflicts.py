"""Conflicts, failed transactions and lost replies: one effect, and the same end (I5, I11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from chalicelib.domain import commands as c
from chalicelib.domain.evidence import EvidenceType
from chalicelib.domain.guarantees import OfferType
from chalicelib.domain.refusals import Refusal
from chalicelib.service import orders
from chalicelib.service.errors import Busy
from chalicelib.service.execute import ATTEMPTS
from tests.domain.worlds import BUYER, DAY, PLATFORM, SELLER, money, order_terms
from tests.service.office import ORDER, FaultyTable, Office, cancelled, event, read
from tests.service.test_service_idempotency import COMMANDS

if TYPE_CHECKING:
    from localcloud.memory.expressions import Item

CONFLICT = cancelled("TransactionConflict", "None", "None")
MOVED = cancelled("ConditionalCheckFailed", "None", "None")


def calm(name: str) -> tuple[str, list[Item]]:
    """Return the answer and the table when nothing goes wrong."""
    prepare, actor, command = COMMANDS[name]
    office = prepare(Office())
    return command(office, office.request(actor, "key")).body, office.table.snapshot()


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("failures", [1, ATTEMPTS - 1])
def test_a_command_outlasts_conflicts(name: str, failures: int) -> None:
    """I11: after transactions that failed because of others the command is decided again; the end is as if none had failed."""
    prepare, actor, command = COMMANDS[name]
    office = prepare(Office())
    office.table.fail(*[CONFLICT, MOVED, CONFLICT, MOVED][:failures])
    answer = command(office, office.request(actor, "key"))
    assert calm(name) == (answer.body, office.table.snapshot())
    assert list(range(failures)) == office.pauses


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_that_never_gets_through_is_busy(name: str) -> None:
    """I5, I11: when others keep changing the case, the caller is told to come back, and nothing has changed."""
    prepare, actor, command = COMMANDS[name]
    office = prepare(Office())
    before = office.table.snapshot()
    office.table.fail(*[CONFLICT] * ATTEMPTS)
    with pytest.raises(Busy):
        command(office, office.request(actor, "key"))
    assert before == office.table.snapshot()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_lost_reply_changes_nothing(name: str) -> None:
    """I5, I11: the client repeats a transaction whose reply was lost; its own conditions make that harmless."""
    prepare, actor, command = COMMANDS[name]
    office = prepare(Office())
    office.table.lose_replies = 1
    answer = command(office, office.request(actor, "key"))
    assert calm(name) == (answer.body, office.table.snapshot())


@pytest.mark.parametrize("name", COMMANDS)
def test_a_crash_leaves_all_or_nothing(name: str) -> None:
    """I11: a caller whose answer never came repeats the request, which is carried out then or is answered as before."""
    prepare, actor, command = COMMANDS[name]
    for carried_out in (False, True):
        office = prepare(Office())
        table = office.table
        crash = ClientError({"Error": {"Code": "InternalServerError", "Message": ""}}, "TransactWriteItems")
        if carried_out:
            command(office, office.request(actor, "key"))
        else:
            table.fail(crash)
            with pytest.raises(ClientError):
                command(office, office.request(actor, "key"))
        answer = command(office, office.request(actor, "key"))
        assert calm(name) == (answer.body, office.table.snapshot())


def test_a_lost_reply_of_an_import_imports_once() -> None:
    """O1: an import carries no key; a repeated one finds the order there."""
    office = Office()
    office.table.lose_replies = 1
    answer = orders.import_order(office.services, PLATFORM, order_terms())
    assert read(answer)["id"] == ORDER
    assert len(office.services.cases.log(ORDER, 0)) == 2


def test_a_failure_of_the_table_is_raised_as_it_is() -> None:
    """Only conflicts are retried here; any other error is for the client to retry, and is not kept as an answer."""
    office = Office().disputed()
    before = office.table.snapshot()
    office.table.fail(cancelled("None", "ThrottlingError"))
    with pytest.raises(ClientError):
        office.act(BUYER, c.Withdraw(), office.request(BUYER, "key"))
    assert before == office.table.snapshot()


def test_what_others_did_meanwhile_is_seen() -> None:
    """D1: a command that lost the race is decided on the new state, where its proposal is no longer on the table."""
    office = Office().disputed()
    office.act(SELLER, c.Propose(OfferType.REFUND, money(100)))
    better = c.Propose(OfferType.REFUND, money(200))
    office.table.faults.append(lambda: _meanwhile(office, better))
    with pytest.raises(Refusal) as stale:
        office.act(BUYER, c.Accept("2"))
    assert stale.value.code == "stale_proposal"


def _meanwhile(office: Office, command: c.DisputeCommand) -> None:
    office.act(SELLER, command)


def test_two_sendings_at_one_moment_have_one_effect() -> None:
    """I5: if the same request arrives while the first is being carried out, both get the first answer."""
    office = Office().disputed()
    more = c.AddEvidence(EvidenceType.PHOTO, "Look.")
    answers = []
    office.table.faults.append(lambda: answers.append(office.act(BUYER, more, office.request(BUYER, "key"))))
    answers.append(office.act(BUYER, more, office.request(BUYER, "key")))
    assert answers[0] == answers[1]
    assert len(read(answers[0])["evidence"]) == 1


def opened(office: Office) -> None:
    """Let somebody open a dispute meanwhile."""
    office.open()


def test_two_disputes_at_one_moment_are_one() -> None:
    """C3: of two openings about one line under two keys, the second is told that a dispute is open."""
    office = Office().delivered()
    office.table.faults.append(lambda: opened(office))
    with pytest.raises(Refusal) as refused:
        office.open()
    assert refused.value.details["exclusion"] == "dispute_already_open"


def test_a_batch_outlasts_conflicts() -> None:
    """O6: conflicts with one order, or while the batch's answer is kept, do not spoil the batch."""
    office = Office().bought().wait(DAY)
    office.ship()
    at = office.wait(DAY).watch.at
    office.table.fail(CONFLICT, MOVED)
    assert _statuses(office, event(at), event(at, "000000099")) == ["recorded", "unknown_parcel"]
    office.table.fail(CONFLICT, CONFLICT)
    assert _statuses(office, event(at, "000000099")) == ["unknown_parcel"]


def test_one_busy_order_spoils_no_other_event() -> None:
    """O6: an event that met a conflict says so; the rest of its batch is recorded."""
    office = Office().bought().wait(DAY)
    office.ship()
    office.bought(order_id="order-2", paid_at=office.watch.at).ship("order-2", "000000002")
    at = office.wait(DAY).watch.at
    office.table.fail(*[CONFLICT] * ATTEMPTS)
    assert _statuses(office, event(at), event(at, "000000002")) == ["in_progress", "recorded"]


def _statuses(office: Office, *events: orders.CarrierEvent) -> list[str]:
    return [result["status"] for result in read(office.report(*events))["results"]]


def test_the_faults_are_real() -> None:
    """The faulty table fails as often as planned, and then works."""
    table = FaultyTable()
    table.fail(CONFLICT)
    with pytest.raises(ClientError):
        table.transact_write_items(TransactItems=[])
    assert table.faults == []
