"""The thread of an order: who may write and read, each message once and in order (N5, I5, I6)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain.people import Actor, Role
from chalicelib.domain.refusals import Refusal
from chalicelib.service import messages
from chalicelib.service.errors import Busy, KeyReused, Malformed, NotFound
from chalicelib.service.execute import ATTEMPTS
from tests.domain.worlds import BUYER, DAY, HOUR, MEDIATOR, OTHER_MEDIATOR, PLATFORM, SELLER
from tests.service.office import ORDER, Office, cancelled, read

if TYPE_CHECKING:
    from chalicelib.service.execute import Request

IN_IT = (BUYER, SELLER, MEDIATOR)
NOT_IN_IT = (
    OTHER_MEDIATOR,
    PLATFORM,
    Actor(Role.BUYER, "eve"),
    Actor(Role.SELLER, "eve"),
    Actor(Role.MEDIATOR, BUYER.id),
    Actor(Role.BUYER, SELLER.id),
    Actor(Role.SELLER, BUYER.id),
)


def write(office: Office, actor: Actor, text: str = "Hello", request: Request | None = None) -> dict[str, Any]:
    """Write a message, and return the answer."""
    return read(messages.write_message(office.services, ORDER, request or office.request(actor), text))


def look(office: Office, actor: Actor, limit: int = 20, cursor: str | None = None) -> dict[str, Any]:
    """Return a page of the thread."""
    return office.thread(actor, limit, cursor)


def mark(office: Office, actor: Actor, number: int) -> dict[str, Any]:
    """Mark the thread as read up to a message."""
    return read(messages.mark_read(office.services, ORDER, office.request(actor), f"{ORDER}-m{number}"))


@pytest.fixture
def office() -> Office:
    """Return an order that was just imported."""
    return Office().bought()


@pytest.fixture
def mediated(office: Office) -> Office:
    """Return an order with a dispute that a mediator has taken."""
    office.wait(DAY).ship()
    office.wait(DAY).report()
    office.wait(DAY).open()
    office.wait(4 * DAY).act(BUYER, c.Escalate())
    office.act(MEDIATOR, c.Assign())
    return office


@pytest.mark.parametrize("actor", IN_IT, ids=lambda it: f"{it.role}:{it.id}")
def test_those_in_the_thread_read_and_write(mediated: Office, actor: Actor) -> None:
    """N5: buyer, seller and the mediator of the dispute read it all and write in it."""
    write(mediated, BUYER, "Before")
    mine = write(mediated, actor, "Mine")

    assert {"role": actor.role.value, "id": actor.id} == mine["author"]
    assert ["Mine", "Before"] == [it["text"] for it in look(mediated, actor)["items"]]
    assert "order-1-m2" == mark(mediated, actor, 2)["read_up_to"]


@pytest.mark.parametrize("actor", NOT_IN_IT, ids=lambda it: f"{it.role}:{it.id}")
def test_others_learn_nothing(mediated: Office, actor: Actor) -> None:
    """I6: everybody else gets the answer for an order that does not exist, and nothing is written."""
    write(mediated, BUYER)
    stored = mediated.table.snapshot()
    for order_id in (ORDER, "order-9"):
        for ask in (
            lambda order_id=order_id: mediated.thread(actor, order_id=order_id),
            lambda order_id=order_id: messages.write_message(mediated.services, order_id, mediated.request(actor), "Hi"),
            lambda order_id=order_id: messages.mark_read(mediated.services, order_id, mediated.request(actor), "order-1-m1"),
        ):
            with pytest.raises(NotFound) as refused:
                ask()
            assert () == refused.value.args
    assert stored == mediated.table.snapshot()


def test_a_mediator_is_in_only_once_assigned(office: Office) -> None:
    """N5, I6: an escalated dispute that nobody has taken lets no mediator in."""
    office.wait(DAY).ship()
    office.wait(DAY).report()
    office.wait(DAY).open()
    office.wait(4 * DAY).act(BUYER, c.Escalate())
    with pytest.raises(NotFound):
        look(office, MEDIATOR)
    office.act(MEDIATOR, c.Assign())

    assert [] == look(office, MEDIATOR)["items"]


def test_the_thread_goes_on_inside_the_dispute(mediated: Office) -> None:
    """N5: there is one thread from the sale on, and a message written during a dispute names the dispute."""
    first = Office().bought()
    assert write(first, BUYER)["dispute_id"] is None

    assert "order-1-d1" == write(mediated, SELLER)["dispute_id"]


def test_pages_hold_what_was_there(office: Office) -> None:
    """N5: pages go newest first, each message once; writing between two pages neither repeats nor hides any."""
    for number in range(1, 8):
        write(office.wait(HOUR), BUYER, f"{number}")
    seen, cursor = [], None
    while True:
        page = look(office, SELLER, 3, cursor)
        seen += [it["text"] for it in page["items"]]
        write(office, SELLER, "In between")
        cursor = page["cursor"]
        if cursor is None:
            break

    assert ["7", "6", "5", "4", "3", "2", "1"] == seen
    assert look(office, SELLER, 10)["cursor"] is None
    assert look(office, SELLER, 9)["cursor"] is not None


def test_each_counts_what_is_new_to_them(office: Office) -> None:
    """N5: messages of others after one's own mark are unread; reading a page does not move the mark."""
    for _ in range(3):
        write(office, BUYER)
    before = look(office, SELLER)
    marked = mark(office, SELLER, 2)
    older = mark(office, SELLER, 1)

    assert (3, None) == (before["unread"], before["read_up_to"])
    assert {"unread": 1, "read_up_to": "order-1-m2"} == marked == older
    assert (0, "order-1-m3") == (look(office, BUYER)["unread"], look(office, BUYER)["read_up_to"])


def test_chatting_never_touches_the_case(office: Office) -> None:
    """N5: a message does not change the order's version, so it never conflicts with a command."""
    before = office.services.cases.load(ORDER)
    write(office, BUYER)
    mark(office, SELLER, 1)

    assert before == office.services.cases.load(ORDER)


def test_a_message_is_sent_once(office: Office) -> None:
    """I5: a repeated request has one effect and gets the first answer, also once the thread is closed."""
    request = office.request(BUYER, "once", "a")
    first = messages.write_message(office.services, ORDER, request, "Hi")
    again = messages.write_message(office.services, ORDER, request, "Hi")
    office.wait(100 * DAY)
    late = messages.write_message(office.services, ORDER, request, "Hi")

    assert first == again == late
    assert 1 == len(look(office, SELLER)["items"])
    assert not look(office, SELLER)["may_write"]
    with pytest.raises(Refusal, match="closed"):
        write(office, BUYER)
    with pytest.raises(KeyReused):
        messages.write_message(office.services, ORDER, office.request(BUYER, "once", "b"), "Bye")


def test_a_mark_is_set_once(office: Office) -> None:
    """I5: a repeated mark gets its first answer, whatever was written since."""
    write(office, BUYER)
    request = office.request(SELLER, "once")
    first = messages.mark_read(office.services, ORDER, request, "order-1-m1")
    write(office, BUYER)

    assert first == messages.mark_read(office.services, ORDER, request, "order-1-m1")


def test_messages_of_one_moment_are_all_kept() -> None:
    """N5: people who write at the same time lose nothing: no gap in the numbers, each text once, every count right."""
    office = Office().bought()
    requests = [(actor, office.request(actor)) for _ in range(8) for actor in (BUYER, SELLER)]

    def say(asked: tuple[Actor, Request]) -> int:
        for _ in range(20):
            try:
                told = write(office, asked[0], asked[1].once.digest if asked[1].once else "", asked[1])
            except Busy:
                continue
            return int(told["id"].rpartition("-m")[2])
        pytest.fail("it never got through")

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(say, requests))

    page = look(office, BUYER, 100)
    assert list(range(1, 17)) == sorted(numbers)
    assert {request.once.digest for _, request in requests if request.once} == {it["text"] for it in page["items"]}
    assert [f"order-1-m{n}" for n in range(16, 0, -1)] == [it["id"] for it in page["items"]]


def test_who_writes_second_is_second(office: Office) -> None:
    """N5: a message overtaken by another between reading and writing takes the next number."""

    def meanwhile() -> None:
        write(office, SELLER, "First")

    office.table.faults.append(meanwhile)

    assert "order-1-m2" == write(office, BUYER, "Second")["id"]
    assert ["Second", "First"] == [it["text"] for it in look(office, BUYER)["items"]]
    assert [0] == office.pauses


@pytest.mark.parametrize("failures", range(ATTEMPTS))
def test_a_message_outlasts_conflicts(office: Office, failures: int) -> None:
    """N5: others may write first four times; each time it is decided again."""
    office.table.fail(*[cancelled("TransactionConflict", "None", "None")] * failures)

    assert "order-1-m1" == write(office, BUYER)["id"]
    assert failures == len(office.pauses)


def test_a_lost_reply_sends_no_message_twice(office: Office) -> None:
    """I5, I11: after a lost reply, the transaction is found to have been carried out."""
    office.table.lose_replies = 1

    assert "order-1-m1" == write(office, BUYER)["id"]
    assert 1 == len(look(office, SELLER)["items"])


def test_who_has_no_room_left_is_told_and_the_others_write_on(office: Office) -> None:
    """N5: at the limit the page says that its reader may not write, the refusal names the limit, and others may still write."""
    office.limited(messages_at_most=2)
    for _ in range(2):
        assert look(office, BUYER)["may_write"]
        write(office, BUYER)

    with pytest.raises(Refusal) as refused:
        write(office, BUYER)

    assert ("limit_reached", 2) == (refused.value.code, refused.value.details["limit"])
    assert "order-1-m3" == write(office, SELLER)["id"]
    assert [False, True] == [look(office, actor)["may_write"] for actor in (BUYER, SELLER)]


def test_an_order_that_ended_long_ago_is_closed_swept_or_not(office: Office) -> None:
    """N5, D9: the thread closes by the clock, whether or not a sweep has completed the order."""
    office.wait(timedelta(days=30 + 15 + 30))

    page = look(office, BUYER)

    assert (False, "2026-05-16T12:00:00Z") == (page["may_write"], page["closes_at"])


def test_what_came_after_a_message_is_read_alone(office: Office) -> None:
    """N5: since a message, newest first, page by page to the one after it; a message of another thread is no such place."""
    for number in range(1, 8):
        write(office, BUYER, f"Text {number}")

    def since(number: int, limit: int) -> list[list[str]]:
        pages, cursor = [], None
        while True:
            page = office.thread(SELLER, limit, cursor, f"{ORDER}-m{number}")
            pages.append([it["text"] for it in page["items"]])
            cursor = page["cursor"]
            if cursor is None:
                return pages

    assert [["Text 7", "Text 6", "Text 5"]] == since(4, 20)
    assert [["Text 7", "Text 6"], ["Text 5"]] == since(4, 2)
    assert [["Text 7", "Text 6", "Text 5"]] == since(4, 3)
    assert [[]] == since(7, 2)
    with pytest.raises(Malformed):
        office.thread(SELLER, since="order-2-m1")
