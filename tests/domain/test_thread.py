"""The thread of an order: its numbers, what is unread, its limits, and whom it is for (N5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain import commands as c
from chalicelib.domain.dispute import Stage
from chalicelib.domain.people import Actor, Role
from chalicelib.domain.policy import published
from chalicelib.domain.refusals import Refusal
from chalicelib.domain.thread import (
    MESSAGES_A_MINUTE,
    Message,
    Thread,
    check_may_write,
    closes_at,
    may_write,
    mediators_of,
    number_of,
    open_dispute_of,
    sees_thread,
)
from tests.domain.worlds import (
    BUYER,
    DAMAGED,
    DAY,
    DECIDED_FOR_BUYER,
    HOUR,
    MEDIATOR,
    NEWS,
    OTHER_MEDIATOR,
    PAID_AT,
    PLATFORM,
    SECOND,
    SELLER,
    delivered,
    disputed,
)

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.case import Case

MOST = next(iter(published())).messages_at_most
PEOPLE = (BUYER, SELLER, MEDIATOR, OTHER_MEDIATOR)
MINUTE = timedelta(minutes=1)
NOTHING_SAID = Thread("order-1")


def said(*authors: Actor, thread: Thread | None = None) -> Thread:
    """A thread in which these people wrote, one a minute."""
    after = thread or Thread("order-1")
    for author in authors:
        after = after.with_message(author, PAID_AT + after.count * MINUTE)
    return after


def refusal_of(thread: Thread, actor: Actor, at: timedelta = timedelta()) -> Refusal:
    """The refusal of a message that has to be refused."""
    with pytest.raises(Refusal) as refused:
        thread.with_message(actor, PAID_AT + at)
    return refused.value


@given(st.lists(st.tuples(st.sampled_from(PEOPLE), st.none() | st.integers(1, 30)), max_size=30))
def test_unread_is_what_others_wrote_after_the_mark(steps: list[tuple[Actor, int | None]]) -> None:
    """N5: after any sequence of writing and reading, everybody's count is right, and no mark has moved back."""
    thread, authors = Thread("order-1"), list[Actor]()
    for actor, number in steps:
        marks = {person: thread.read_up_to(person) for person in PEOPLE}
        if number is None:
            thread = thread.with_message(actor, PAID_AT + len(authors) * MINUTE)
            authors.append(actor)
        elif number <= thread.count:
            thread = thread.read_by(actor, number)
        assert len(authors) == thread.count
        for person in PEOPLE:
            assert thread.read_up_to(person) >= marks[person]
            assert sum(author != person for author in authors[thread.read_up_to(person) :]) == thread.unread(person)


def test_who_answers_at_once_has_read_everything() -> None:
    """N5: an own message is no news; one written while others are unread leaves them unread."""
    talk = said(BUYER, BUYER)

    assert (2, 0) == (talk.read_up_to(BUYER), talk.unread(BUYER))
    answered = said(SELLER, thread=talk)
    assert (0, 2) == (answered.read_up_to(SELLER), answered.unread(SELLER))
    assert (2, 1) == (answered.read_up_to(BUYER), answered.unread(BUYER))
    assert (3, 0) == ((seen := answered.read_by(SELLER, 3)).read_up_to(SELLER), seen.unread(SELLER))


def test_a_message_is_news_to_the_others_who_had_read_everything() -> None:
    """N5: to the other side, and to both of a mediator's; to nobody who has one notice waiting already."""
    case = delivered().case
    assert (Role.SELLER,) == Thread("order-1").news_to(case, BUYER, PAID_AT)
    assert (Role.BUYER,) == Thread("order-1").news_to(case, SELLER, PAID_AT)
    waiting = told(Thread("order-1"), case, BUYER, PAID_AT)
    assert {Role.SELLER: PAID_AT} == waiting.told_at
    assert () == waiting.news_to(case, BUYER, PAID_AT + HOUR)
    assert (Role.SELLER,) == waiting.read_by(SELLER, 1).news_to(case, BUYER, PAID_AT + HOUR)
    assert (Role.BUYER, Role.SELLER) == waiting.news_to(case, MEDIATOR, PAID_AT + HOUR)


def test_who_answers_has_seen_what_they_answer() -> None:
    """N5: a message is news, once, to the person who wrote last, marked as read or not; unread messages stay so."""
    case = delivered().case
    talk = told(Thread("order-1"), case, BUYER, PAID_AT)
    talk = told(talk, case, SELLER, PAID_AT + MINUTE)
    assert (0, 1) == (talk.read_up_to(SELLER), talk.unread(SELLER))
    assert (Role.SELLER,) == talk.news_to(case, BUYER, PAID_AT + HOUR)
    talk = told(talk, case, BUYER, PAID_AT + HOUR)
    assert (0, 2) == (talk.read_up_to(SELLER), talk.unread(SELLER))
    assert () == talk.news_to(case, BUYER, PAID_AT + 2 * HOUR)
    with_mediator = told(told(talk, case, SELLER, PAID_AT + 2 * HOUR), case, MEDIATOR, PAID_AT + 3 * HOUR)
    assert () == with_mediator.news_to(case, BUYER, PAID_AT + 4 * HOUR)


@given(st.lists(st.tuples(st.sampled_from((BUYER, SELLER)), st.booleans()), max_size=30))
def test_news_is_what_follows_nothing_unseen(steps: list[tuple[Actor, bool]]) -> None:
    """N5: within a day a party is told exactly where it has read up to, or written, the message before."""
    case, thread = delivered().case, Thread("order-1")
    seen = {BUYER: 0, SELLER: 0}
    for number, (author, reads) in enumerate(steps, 1):
        if reads and thread.count:
            thread = thread.read_by(author, thread.count)
            seen[author] = thread.count
        other = SELLER if author is BUYER else BUYER
        expected = (other.role,) if seen[other] == thread.count else ()
        assert expected == thread.news_to(case, author, PAID_AT + number * MINUTE)
        thread = told(thread, case, author, PAID_AT + number * MINUTE)
        seen[author] = thread.count


def test_who_does_not_read_is_told_again_after_a_day() -> None:
    """N5: one old unread message does not silence the thread; a notice in between starts the day again."""
    case = delivered().case
    waiting = told(Thread("order-1"), case, BUYER, PAID_AT)
    waiting = told(waiting, case, BUYER, PAID_AT + 23 * HOUR)
    assert () == waiting.news_to(case, BUYER, PAID_AT + DAY - SECOND)
    assert (Role.SELLER,) == waiting.news_to(case, BUYER, PAID_AT + DAY)
    again = told(waiting, case, BUYER, PAID_AT + DAY)
    assert () == again.news_to(case, BUYER, PAID_AT + 2 * DAY - SECOND)
    assert (Role.SELLER,) == replace(waiting, told_at={}).news_to(case, BUYER, PAID_AT + HOUR), "a head of before"


def test_the_first_message_of_a_dispute_is_news() -> None:
    """N5: a party with unread messages from before the dispute is told once of messages in it."""
    world = delivered()
    waiting = told(Thread("order-1"), world.case, BUYER, world.now)
    world.wait(HOUR).open(DAMAGED)
    assert (Role.SELLER,) == waiting.news_to(world.case, BUYER, world.now + MINUTE)
    waiting = told(waiting, world.case, BUYER, world.now + MINUTE)
    assert () == waiting.news_to(world.case, BUYER, world.now + HOUR)


def told(thread: Thread, case: Case, author: Actor, at: datetime) -> Thread:
    """The thread with one more message, and the others told of it as they should be."""
    return thread.with_message(author, at, thread.news_to(case, author, at))


def test_a_mark_moves_forward_to_messages_that_are_there() -> None:
    """N5: an older mark changes nothing, not even the version; one beyond the end is refused."""
    talk = said(BUYER, BUYER).read_by(SELLER, 2)

    assert talk is talk.read_by(SELLER, 1)
    for number in (-1, 0, 3):
        with pytest.raises(Refusal) as refused:
            talk.read_by(SELLER, number)
        assert ("invalid", "up_to") == (refused.value.code, refused.value.details["field"])


def test_a_person_writes_so_many_messages_and_leaves_the_others_theirs() -> None:
    """N5, C6: the policy says how many messages of one person a thread takes; nobody else's are fewer for it."""
    world = disputed(Stage.UNDER_REVIEW)
    full = said(*[BUYER] * (MOST - 1), SELLER)
    assert may_write(world.case, full, BUYER, world.now)
    full = said(BUYER, thread=full)

    with pytest.raises(Refusal) as refused:
        check_may_write(world.case, full, BUYER, world.now)

    assert ("limit_reached", 500) == (refused.value.code, refused.value.details["limit"])
    assert [False, True, True] == [may_write(world.case, full, person, world.now) for person in (BUYER, SELLER, MEDIATOR)]


def test_nobody_writes_faster_than_people_do() -> None:
    """N5: after 20 messages within a minute the next one waits until the first is a minute old; others may go on."""
    talk = Thread("order-1")
    for _ in range(MESSAGES_A_MINUTE):
        talk = talk.with_message(BUYER, PAID_AT)

    refused = refusal_of(talk, BUYER, MINUTE - SECOND)

    assert ("too_many_messages", PAID_AT + MINUTE) == (refused.code, refused.details["opens_at"])
    assert MESSAGES_A_MINUTE + 1 == talk.with_message(SELLER, PAID_AT).count
    later = talk.with_message(BUYER, PAID_AT + MINUTE)
    assert 1 == len(later.lately)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("order-1-m1", 1),
        ("order-1-m1000", 1000),
        ("order-1-m0", 0),
        ("order-1-m01", 0),
        ("order-2-m1", 0),
        ("order-1-m", 0),
        ("1", 0),
        ("order-1-m\u0661", 0),
        ("order-1-m" + "9" * 5000, 0),
        ("order-1-d1", 0),
    ],
)
def test_a_message_id_names_one_message(written: str, number: int) -> None:
    """N5: an id is the order's and a number, in one spelling."""
    assert number == number_of(written, "order-1")
    assert not number or written == Message("order-1", number, BUYER, "Hi", PAID_AT).id


def test_the_mediators_are_those_who_have_or_decided_a_dispute() -> None:
    """N5, I6: before anybody takes the case no mediator is in; after an appeal both are."""
    assert () == mediators_of(disputed(Stage.NEGOTIATING).case)
    world = disputed(Stage.DECIDED)
    assert (MEDIATOR.id,) == mediators_of(world.case)
    world.act(BUYER, c.Appeal(NEWS.type, NEWS.note))
    world.act(OTHER_MEDIATOR, c.Assign())
    assert (MEDIATOR.id, OTHER_MEDIATOR.id) == mediators_of(world.case)


@pytest.mark.parametrize(
    ("actor", "sees"),
    [
        (BUYER, True),
        (SELLER, True),
        (MEDIATOR, True),
        (OTHER_MEDIATOR, False),
        (PLATFORM, False),
        (Actor(Role.BUYER, SELLER.id), False),
        (Actor(Role.SELLER, BUYER.id), False),
        (Actor(Role.MEDIATOR, BUYER.id), False),
        (Actor(Role.PLATFORM, BUYER.id), False),
        (Actor(Role.CLOCK, BUYER.id), False),
    ],
    ids=lambda it: f"{it.role}:{it.id}" if isinstance(it, Actor) else "",
)
def test_a_thread_is_for_few(actor: Actor, sees: bool) -> None:  # noqa: FBT001 - a table
    """N5, I6: the order's buyer and seller and its mediators, each in that role."""
    assert sees is sees_thread(actor, BUYER.id, SELLER.id, (MEDIATOR.id,))


def test_parties_write_until_a_month_after_the_order_is_completed() -> None:
    """N5: open from the start, through a dispute, and for 30 days after the end; at that very instant it is closed."""
    world = delivered()
    assert closes_at(world.case) is None
    world.wait(15 * DAY).sweep()
    closed_at = closes_at(world.case)

    assert world.now + 30 * DAY == closed_at
    assert may_write(world.case, NOTHING_SAID, BUYER, closed_at - SECOND)
    with pytest.raises(Refusal) as refused:
        check_may_write(world.case, NOTHING_SAID, BUYER, closed_at)
    assert ("too_late", closed_at) == (refused.value.code, refused.value.details["deadline"])


def test_a_mediator_writes_while_the_dispute_is_open() -> None:
    """N5: once it has ended, who decided it reads on, and is told why nothing can be written."""
    world = disputed(Stage.UNDER_REVIEW)
    assert may_write(world.case, NOTHING_SAID, MEDIATOR, world.now)
    world.act(MEDIATOR, DECIDED_FOR_BUYER)
    world.wait(8 * DAY).sweep()

    assert not world.dispute().open
    assert (MEDIATOR.id,) == mediators_of(world.case)
    with pytest.raises(Refusal) as refused:
        check_may_write(world.case, NOTHING_SAID, MEDIATOR, world.now)
    assert "wrong_party" == refused.value.code
    assert may_write(world.case, NOTHING_SAID, BUYER, world.now)


def test_a_message_belongs_to_the_newest_open_dispute() -> None:
    """N5: none before the first and after the last; the newest of several."""
    world = delivered()
    assert open_dispute_of(world.case) is None
    world.wait(DAY).open(DAMAGED)
    first = open_dispute_of(world.case)
    assert first is not None
    assert "order-1-d1" == first.id
    world.act(BUYER, c.Withdraw())
    assert open_dispute_of(world.case) is None
    world.open(DAMAGED)
    second = open_dispute_of(world.case)
    assert second is not None
    assert "order-1-d2" == second.id
