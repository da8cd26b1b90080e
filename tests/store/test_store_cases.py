"""Cases in the table: a case is read as it was written, and written only over the version that was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from chalicelib.domain import commands as c
from chalicelib.domain import engine as rules
from chalicelib.domain import orders
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.deadlines import next_due
from chalicelib.domain.dispute import Stage
from chalicelib.domain.people import AddressBook
from chalicelib.domain.policy import published
from chalicelib.store.codec import timestamp
from chalicelib.store.idempotency import AlreadyAnswered, Answer, Conflict, Once
from chalicelib.store.parcel_locks import NumberTaken
from chalicelib.store.transaction import ANSWERS_KEPT_S
from localcloud.memory.table import MemoryTable
from tests.domain.worlds import (
    AT_HOME,
    BUYER,
    DAMAGED,
    DAY,
    ITEM_RECEIVED,
    PAID_AT,
    PLATFORM,
    SELLER,
    World,
    disputed,
    money,
    order_terms,
)
from tests.store.tables import ENGINES, NAME, KeptWorld, cases_in, engine, everything, whole_case

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.domain.changes import Changes
    from chalicelib.domain.guarantees import OfferType
    from chalicelib.domain.money import Money
    from tests.store.tables import Client

ONCE = Once("digest", "fingerprint")
ANSWER = Answer(201, '{"id":"order-1"}')


@pytest.fixture(params=ENGINES)
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    """Return a client of an empty table, in either engine."""
    with engine(request.param) as made:
        yield made


def kept(client: Client) -> KeptWorld:
    """Return an imported order, kept in the client's table."""
    world = KeptWorld.in_table(client)
    world.put_on_file(AT_HOME)
    return world


def kept_dispute(client: Client) -> KeptWorld:
    """Return an order delivered damaged, with a dispute just opened."""
    world = kept(client)
    world.wait(DAY).ship()
    world.wait(DAY).deliver()
    world.wait(DAY).open(DAMAGED)
    return world


def imported() -> Changes:
    """Return the changes of an import that is not written yet."""
    changes = rules.begin(None, published(), AddressBook(), PLATFORM, PAID_AT)
    orders.import_order(changes, order_terms())
    return changes


def confirmed(world: World) -> Changes:
    """Return the changes of a confirmed receipt in ``world`` that are not written yet."""
    now, book = world.now, AddressBook()
    changes = rules.begin(world.case, published(), book, BUYER, now)
    orders.confirm_receipt(changes, ())
    return changes


def test_an_order_that_is_not_there_is_none(client: Client) -> None:
    """A missing order is None, and no error."""
    assert cases_in(client).load("order-1") is None


@pytest.mark.parametrize("stage", list(Stage))
def test_a_case_in_any_stage_is_read_as_it_was_written(client: Client, stage: Stage) -> None:
    """D11: order, disputes and policy come back as they were."""
    case = disputed(stage).case
    changes = imported()
    changes._case = case  # noqa: SLF001 - the state of another history under the events of this one
    cases_in(client).commit(None, changes, None, None, 0)
    assert case == whole_case(cases_in(client), "order-1")


def test_a_history_is_read_as_it_was_written(client: Client) -> None:
    """I4, O3: after a return and its refund the state, every log and the ledger come back as they were made."""
    world = kept_dispute(client)
    world.act(SELLER, c.Accept("1"))
    world.act(BUYER, c.ShipReturn(Carrier.TNT, "900000001"))
    world.act(SELLER, ITEM_RECEIVED)
    cases = cases_in(client)
    assert world.case == whole_case(cases, "order-1")
    assert [event for event in world.log if event.stream == 0] == cases.log("order-1", 0)
    assert [event for event in world.log if event.stream == 1] == cases.log("order-1", 1)
    assert [entry.number for entry in cases.ledger("order-1")] == [1, 2]


def test_an_order_is_imported_once(client: Client) -> None:
    """O1, I11: of two imports at one moment the second is refused, and nothing of it is written."""
    cases = cases_in(client)
    cases.commit(None, imported(), None, None, 0)
    before = everything(client)
    with pytest.raises(Conflict):
        cases.commit(None, imported(), None, None, 0)
    assert before == everything(client)


def test_a_command_on_an_old_version_changes_nothing(client: Client) -> None:
    """I11: a decision on a version that is no longer current is refused, and nothing of it is written."""
    world = kept(client)
    stale = world.case
    late = confirmed(world)
    world.ship()
    before = everything(client)
    with pytest.raises(Conflict):
        cases_in(client).commit(stale, late, None, None, 0)
    assert before == everything(client)


def test_a_change_of_any_dispute_moves_the_version(client: Client) -> None:
    """C3: the lock covers the whole case, so a change in a dispute refuses a command on the order that did not see it."""
    world = kept_dispute(client)
    stale, late = world.case, confirmed(world)
    world.act(SELLER, c.Decline())
    with pytest.raises(Conflict):
        cases_in(client).commit(stale, late, None, None, 0)


def test_the_first_answer_is_kept_and_given_again(client: Client) -> None:
    """I5: the second transaction under one key is refused with the first one's answer, and writes nothing."""
    world, cases = kept(client), cases_in(client)
    changes = confirmed(world)
    cases.commit(world.case, changes, ONCE, ANSWER, 1000)
    before = everything(client)
    with pytest.raises(AlreadyAnswered) as first:
        cases.commit(changes.case, changes, ONCE, Answer(200, "{}"), 1001)
    assert (first.value.answer, first.value.fingerprint) == (ANSWER, "fingerprint")
    assert before == everything(client)


def test_the_answer_wins_over_the_conflict(client: Client) -> None:
    """I5: a request sent twice gets its answer even though the first sending has moved the version."""
    world, cases = kept(client), cases_in(client)
    changes = confirmed(world)
    cases.commit(world.case, changes, ONCE, ANSWER, 1000)
    with pytest.raises(AlreadyAnswered):
        cases.commit(world.case, changes, ONCE, ANSWER, 1000)


def test_a_command_that_changed_nothing_keeps_its_answer(client: Client) -> None:
    """I5: the answer to a command that changed nothing is kept as well."""
    world, cases = kept(client), cases_in(client)
    nothing = rules.as_of(world.case, published(), AddressBook(), world.now)
    cases.commit(world.case, nothing, ONCE, ANSWER, 1000)
    with pytest.raises(AlreadyAnswered):
        cases.check_new(ONCE, 1000)


def test_nothing_to_write_is_not_written(client: Client) -> None:
    """A sweep that finds nothing to do costs no write."""
    world = kept(client)
    before = everything(client)
    nothing = rules.as_of(world.case, published(), AddressBook(), world.now)
    cases_in(client).commit(world.case, nothing, None, None, 0)
    assert before == everything(client)


def test_an_answer_is_kept_for_seven_days(client: Client) -> None:
    """I5: a key can be used for something new once its answer has expired, whether or not it has been deleted."""
    cases = cases_in(client)
    cases.keep_answer(ONCE, ANSWER, 1000)
    end = 1000 + ANSWERS_KEPT_S
    with pytest.raises(AlreadyAnswered):
        cases.keep_answer(ONCE, ANSWER, end)
    with pytest.raises(AlreadyAnswered):
        cases.check_new(ONCE, end)
    cases.check_new(ONCE, end + 1)
    cases.keep_answer(ONCE, Answer(200, "{}"), end + 1)
    with pytest.raises(AlreadyAnswered) as newest:
        cases.check_new(ONCE, end + 1)
    assert Answer(200, "{}") == newest.value.answer


def test_a_parcel_leads_to_every_order_it_belongs_to(client: Client) -> None:
    """O4: a number that two orders of the same people share leads to both of them, and to no other."""
    cases = cases_in(client)
    for order_id in ("one", "two", "three"):
        world = KeptWorld(now=PAID_AT, cases=cases)
        world.import_order(order_terms(order_id=order_id))
        world.ship(number="000000009" if order_id == "three" else "000000001")
    assert sorted(cases.orders_of_parcel("tnt", "000000001")) == ["one", "two"]
    assert cases.orders_of_parcel("ups", "000000001") == []


def test_a_number_that_was_taken_back_is_free_again(client: Client) -> None:
    """O4: taking back a parcel frees its number for other people, and for a parcel of the same order."""
    cases = cases_in(client)
    mine, theirs = (KeptWorld(now=PAID_AT, cases=cases) for _ in range(2))
    mine.import_order(order_terms(order_id="one"))
    theirs.import_order(order_terms(order_id="two", buyer_id="ben"))
    mine.ship(number="000000001")
    with pytest.raises(NumberTaken):
        theirs.ship(number="000000001")
    mine.run(SELLER, lambda changes: orders.take_back_parcel(changes, 1))
    assert [] == cases.orders_of_parcel("tnt", "000000001")
    mine.ship(number="000000001")
    mine.run(SELLER, lambda changes: orders.take_back_parcel(changes, 2))
    theirs.ship(number="GE 000000001 WW")
    assert ["two"] == cases.orders_of_parcel("tnt", "000000001")


def test_a_return_leads_to_its_order(client: Client) -> None:
    """O6: a return is found by its own tracking number."""
    world = kept_dispute(client)
    world.act(SELLER, c.Accept("1"))
    world.act(BUYER, c.ShipReturn(Carrier.TNT, "900000001"))
    assert cases_in(client).orders_of_parcel("tnt", "900000001") == ["order-1"]


def test_an_open_order_is_due_at_its_next_deadline(client: Client) -> None:
    """D12: every case with a deadline is in the deadline index, at that time, and no other case is."""
    world = kept_dispute(client)
    due = next_due(world.case)
    assert due is not None
    expected = {"S": f"{timestamp(due.at)}#order-1"}
    assert [expected] == [item["due_sk"] for item in everything(client) if "due_sk" in item]


def test_what_has_ended_leaves_the_deadline_index(client: Client) -> None:
    """The deadline index is sparse: a completed order with nothing left to pay is not in it."""
    world = kept_dispute(client)
    world.act(SELLER, c.Propose(*_all()))
    world.wait(60 * DAY).sweep()
    assert next_due(world.case) is None
    assert [item for item in everything(client) if "due_pk" in item or "due_sk" in item] == []


def _all() -> tuple[OfferType, Money]:
    request = disputed().dispute().request
    return request.type, request.amount


def test_a_failed_payment_is_due_again_after_the_order_has_ended(client: Client) -> None:
    """M2: the retry of a failed payment is a deadline like any other."""
    world = kept(client)
    world.wait(60 * DAY).sweep()
    world.pay(1, failure="account closed")
    due = next_due(world.case)
    assert due is not None
    assert [{"S": f"{timestamp(due.at)}#order-1"}] == [i["due_sk"] for i in everything(client) if "due_sk" in i]


def test_a_case_longer_than_a_page_is_read_whole() -> None:
    """The table answers at most 1 MB at a time; a longer case, log or ledger is read page by page to its end."""
    table = MemoryTable(NAME, page_bytes=10)
    world = kept_dispute(table)
    world.act(SELLER, c.Propose(*_cheap()))
    cases = cases_in(table)
    assert world.case == whole_case(cases, "order-1")
    assert world.log == sorted(cases.log("order-1", 0) + cases.log("order-1", 1), key=lambda event: event.at)


def _cheap() -> tuple[OfferType, Money]:
    return disputed().dispute().request.type, money(100)


def test_a_failure_of_the_table_is_not_mistaken_for_a_conflict(client: Client) -> None:
    """Only a failure that another try can overcome is a conflict; any other is raised as it is."""
    cases = cases_in(client)
    cases.table = "elsewhere"
    with pytest.raises(ClientError) as failed:
        cases.commit(None, imported(), None, None, 0)
    assert failed.value.response["Error"]["Code"] == "ResourceNotFoundException"
