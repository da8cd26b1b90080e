"""Queued messages and tallies, in both engines (N3, N4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from chalicelib.settings import settings_from
from chalicelib.store.message_queue import Kind, MessageQueue, QueuedMessage
from chalicelib.store.people import People
from chalicelib.store.tallies import KEPT_S, SHARDS, Counted, Tallies
from localcloud.memory.table import MemoryTable
from tests.domain.worlds import HOUR, PAID_AT, SECOND
from tests.store.tables import ENGINES, NAME, engine, everything

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.store.tables import Client

LETTER = QueuedMessage("order-1#1#1", "seller:acme", "action", "opened.seller", "order-1#1#1", "sms")
REMINDER = QueuedMessage(
    "order-1#1#half", "seller:acme", "action", "reminder_half.seller", "order-1#1#1", kind=Kind.REMINDER, at=PAID_AT
)


@pytest.fixture(params=ENGINES)
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    """Return a client of an empty table, in either engine."""
    with engine(request.param) as made:
        yield made


def test_a_letter_is_due_from_its_second_on(client: Client) -> None:
    """N2: a message is found at its time and not before, the earliest first; put again, it stays as it is."""
    pile = MessageQueue(lambda: client, NAME, 1)
    pile.put(LETTER, PAID_AT + HOUR)
    pile.put(REMINDER, PAID_AT)
    pile.put(LETTER, PAID_AT)
    assert [] == pile.due(0, PAID_AT - SECOND, 10)
    assert ["order-1#1#half#"] == [sk for _, sk in pile.due(0, PAID_AT + HOUR - SECOND, 10)]
    assert ["order-1#1#half#", "order-1#1#1#sms"] == [sk for _, sk in pile.due(0, PAID_AT + HOUR, 10)]


def test_letters_of_one_second_are_due_in_the_order_of_their_events(client: Client) -> None:
    """N4: the tenth event of a dispute comes after the ninth, and the tenth dispute's events after the ninth's."""
    pile = MessageQueue(lambda: client, NAME, 1)
    names = ["o-1#1#7", "o-1#1#9", "o-1#1#10", "o-1#1#100", "o-1#9#1", "o-1#10#1"]
    for name in reversed(names):
        pile.put(replace(LETTER, name=name, source=name), PAID_AT)
    keys = pile.due(0, PAID_AT, 10)
    assert [f"{name}#sms" for name in names] == [sk for _, sk in keys]
    assert [True] * len(names) == [pile.take(key, PAID_AT, lambda _: PAID_AT + HOUR) is not None for key in keys]


def test_a_letter_is_taken_once_and_comes_again(client: Client) -> None:
    """N4: taking a message moves it on; it counts its attempts, and is gone once dropped."""
    pile = MessageQueue(lambda: client, NAME, 1)
    pile.put(REMINDER, PAID_AT)
    (key,) = pile.due(0, PAID_AT, 10)
    first = pile.take(key, PAID_AT, lambda attempts: PAID_AT + (attempts + 1) * HOUR)
    assert first is not None
    assert (REMINDER, 1, PAID_AT + HOUR) == (first.message, first.attempts, first.at)
    assert pile.take(key, PAID_AT + HOUR - SECOND, lambda _: PAID_AT) is None
    second = pile.take(key, PAID_AT + HOUR, lambda attempts: PAID_AT + (attempts + 1) * HOUR)
    assert second is not None
    assert 2 == second.attempts
    pile.postpone(first, PAID_AT)
    assert [] == pile.due(0, PAID_AT + HOUR, 10), "who lost it moves it no more"
    pile.postpone(second, PAID_AT + 3 * HOUR)
    again = pile.take(key, PAID_AT + 3 * HOUR, lambda _: PAID_AT + timedelta(days=1))
    assert again is not None
    assert 1 == again.attempts
    pile.drop(REMINDER)
    assert pile.take(key, PAID_AT + timedelta(days=1), lambda _: PAID_AT) is None
    assert [] == everything(client)


def test_a_tally_counts_each_name_once_up_to_its_limit(client: Client) -> None:
    """N3: a name is counted once, nothing is counted beyond the limit, and each tally expires."""
    tallies = Tallies(lambda: client, NAME, lambda: 100.0)
    counted = [tallies.enter("SMS#day", "seller:acme", name, 2) for name in ("a", "a", "b", "c", "b")]
    assert [Counted.NEW, Counted.BEFORE, Counted.NEW, Counted.FULL, Counted.BEFORE] == counted
    assert ["a", "b"] == tallies.names("SMS#day", "seller:acme")
    assert Counted.FULL is tallies.enter("SMS#other", "seller:acme", "a", 0)
    assert {str(100 + KEPT_S)} == {item["expires_at"]["N"] for item in everything(client)}


@pytest.mark.parametrize("most", [0, 1, 15, 16, 17, 40])
def test_counters_of_everybody_give_out_exactly_what_is_allowed(client: Client, most: int) -> None:
    """N3: whatever counter a name comes to, no more than the limit is counted, and no less."""
    tallies = Tallies(lambda: client, NAME, lambda: 100.0)
    counted = [tallies.enter_within("SMS#day", f"seller:{n}", f"name-{n}", 5, most) for n in range(most + 5)]
    assert [Counted.NEW] * most + [Counted.FULL] * 5 == counted
    assert most == tallies.total("SMS#day")


def test_an_sms_waits_for_no_counter_of_everybody() -> None:
    """N3: a count reads the person's tally and writes once; it reads no item that every SMS writes."""
    table = MemoryTable(NAME)
    seen: list[str] = []

    class Watched:
        """The table, and the names of the calls made to it."""

        def __getattr__(self, name: str) -> object:
            if name != "exceptions":
                seen.append(name)
            return getattr(table, name)

    tallies = Tallies(Watched, NAME, lambda: 100.0)
    for n in range(100):
        tallies.enter_within("SMS#day", f"seller:{n}", f"name-{n}", 5, 10**6)
    assert ["get_item", "transact_write_items"] * 100 == seen
    counters = {it["pk"]["S"] for it in table.snapshot() if it["pk"]["S"].startswith("TALLY#all")}
    assert SHARDS == len(counters)


def test_what_is_counted_for_all_is_counted_with_the_person(client: Client) -> None:
    """N3: a name is counted for its person and for everybody, or for neither if one of the two is full."""
    tallies = Tallies(lambda: client, NAME, lambda: 100.0)

    def counted(of: str, name: str) -> Counted:
        return tallies.enter_within("SMS#day", of, name, 1, 2)

    assert [Counted.NEW, Counted.BEFORE, Counted.FULL] == [counted("seller:a", name) for name in ("1", "1", "2")]
    assert [Counted.NEW, Counted.BEFORE] == [counted("seller:b", "1") for _ in range(2)]
    assert [Counted.FULL, Counted.FULL] == [counted("seller:c", "1") for _ in range(2)]
    assert [["1"], ["1"], []] == [tallies.names("SMS#day", f"seller:{one}") for one in "abc"]
    assert 2 == tallies.total("SMS#day")
    assert Counted.FULL is tallies.enter_within("SMS#other", "seller:a", "1", 1, 0)
    assert {str(100 + KEPT_S)} == {item["expires_at"]["N"] for item in everything(client)}


def test_a_person_who_is_forgotten_has_no_message_waiting(client: Client) -> None:
    """P2: one person's queued messages and counts go, however many; everybody else's stay."""
    pile, tallies, people = MessageQueue(lambda: client, NAME, 1), Tallies(lambda: client, NAME), People(lambda: client, NAME)
    other = replace(LETTER, recipient="seller:acme-2")
    tallies.enter_within("SMS#day", "seller:acme-2", "a", 2, 2)
    pile.put(other, PAID_AT)
    kept = everything(client)
    for n in range(30):
        pile.put(replace(LETTER, name=f"order-1#1#{n}", source="x" * 40_000), PAID_AT)
    tallies.enter("SMS#day", "seller:acme", "a", 2)
    tallies.enter("NEWS#hour#email", "seller:acme", "a", 2)
    for _ in range(2):
        people.forget_queued_messages("seller", "acme")
    assert kept == everything(client)


@pytest.mark.parametrize("name", ["SMS_PER_DAY", "SMS_PER_RECIPIENT_A_DAY", "NEWS_PER_RECIPIENT_AN_HOUR"])
def test_a_limit_below_nothing_is_refused(name: str) -> None:
    """N3: an impossible setting stops the function at once, and the error names it."""
    assert (5, 1000, 5) == (
        settings_from({}).sms_per_recipient_a_day,
        settings_from({}).sms_per_day,
        settings_from({}).news_per_recipient_an_hour,
    )
    with pytest.raises(ValueError, match=name):
        settings_from({name: "-1"})
