"""Notices of a thread: which parties are told by their channels that there is something to read (N1, N3, N5)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.notify.composed_message import Push
from chalicelib.notify.publish import publish_records
from chalicelib.service import messages
from chalicelib.store.orders import Orders
from chalicelib.store.people import Device
from tests.domain.worlds import BUYER, DAY, HOUR, SECOND, SELLER
from tests.notify.fakes import LINKS, WITHOUT_LIMIT, Desk, FakePeople, registered
from tests.service.office import NAME, ORDER, Office

if TYPE_CHECKING:
    from datetime import datetime


class Room:
    """An order's thread, what its stream brings, and what publishing sends of it."""

    def __init__(self) -> None:
        """Nobody has written."""
        self.office = Office().bought()
        table = self.office.table
        self.desk = Desk((), table=table, orders=Orders(lambda: table, NAME))
        self.stream: list[dict[str, Any]] = []
        self.office.table.on_write = self._record

    def _record(self, images: list[dict[str, Any]]) -> None:
        for image in images:
            self.stream.append({"dynamodb": {"NewImage": image, "SequenceNumber": str(len(self.stream))}})

    def say(self, *authors: Any) -> list[str]:  # noqa: ANN401 - people
        """Write a message by each author. Returns the names of everything sent since the beginning."""
        for author in authors:
            messages.write_message(self.office.services, ORDER, self.office.request(author), "Secret words")
        return self.published()

    def published(self) -> list[str]:
        """Publish all that the stream has brought so far, again each time."""
        assert [] == publish_records(self.stream, self.desk.publishing)
        return self.desk.sender.names


@pytest.fixture
def room() -> Room:
    """An order that was just imported."""
    return Room()


def test_the_other_party_is_told_once_until_it_has_read(room: Room) -> None:
    """N5: one email stands for all unread messages; the next one follows the first message after reading."""
    first = ["order-1#-1#1 seller:acme email"]
    assert first == room.say(BUYER, BUYER, BUYER)
    messages.mark_read(room.office.services, ORDER, room.office.request(SELLER), "order-1-m2")
    assert first == room.say(BUYER)
    messages.mark_read(room.office.services, ORDER, room.office.request(SELLER), "order-1-m4")

    assert [*first, "order-1#-1#5 seller:acme email"] == room.say(BUYER)


def test_who_has_not_read_is_told_again_after_a_day(room: Room) -> None:
    """N5: a notice stands for what follows within a day of it; after that there is another."""
    first = ["order-1#-1#1 seller:acme email"]
    assert first == room.say(BUYER)
    room.office.watch.at += DAY - SECOND
    assert first == room.say(BUYER)
    room.office.watch.at += SECOND
    assert [*first, "order-1#-1#3 seller:acme email"] == room.say(BUYER, BUYER)


def test_each_side_is_told_of_the_other(room: Room) -> None:
    """N5: an author is not told of their own message; redelivery tells nobody twice."""
    told = room.say(BUYER, SELLER)

    assert ["order-1#-1#1 seller:acme email", "order-1#-1#2 buyer:ana email"] == told
    assert told == room.published()


def test_what_was_written_is_not_told(room: Room) -> None:
    """N3: the email names the order and links to it; the words stay in the thread."""
    room.say(BUYER)
    (sent,) = room.desk.sender.sent

    assert sent.subject == f"New message about order {ORDER}"
    assert f"{LINKS}/orders/{ORDER}" in sent.text
    assert "Secret" not in f"{sent}"


def phone(**quiet: Any) -> FakePeople:  # noqa: ANN401 - fields of the profile
    """The seller, with an app and nothing else."""
    device = Device("device-1", "fcm", "token", endpoint="endpoint", subscription="subscription")
    return FakePeople({"seller:acme": replace(registered("seller", "acme"), devices=(device,), **quiet)})


def by_night(room: Room) -> datetime:
    """Begin the seller's quiet hours. Returns their end."""
    now = room.office.watch.at
    room.desk.clock.at = now
    until = (now + 8 * HOUR).replace(minute=0)
    room.desk.people = phone(quiet_hours=(f"{now:%H:%M}", f"{until:%H:%M}"))
    return until


def test_a_message_of_the_night_rings_in_the_morning(room: Room) -> None:
    """N3, N5: a push message about the thread waits for the end of the quiet hours, and is worded then."""
    until = by_night(room)
    assert [] == room.say(BUYER)
    assert [] == room.desk.send_due(until - SECOND)
    assert ["order-1#-1#1 seller:acme push"] == room.desk.send_due(until)
    assert Push(f"New message about order {ORDER}", f"{LINKS}/orders/{ORDER}") == room.desk.sender.sent[-1].push
    assert [] == room.desk.waiting


def test_a_message_that_was_read_does_not_ring_any_more(room: Room) -> None:
    """N5: a message that was read in the quiet hours is not told when they end."""
    until = by_night(room)
    room.say(BUYER)
    messages.mark_read(room.office.services, ORDER, room.office.request(SELLER), f"{ORDER}-m1")
    assert [] == room.desk.send_due(until)
    assert [] == room.desk.waiting


def test_a_message_that_failed_is_told_although_its_words_were_erased(room: Room) -> None:
    """N4, P2: a queued message needs nothing that erasure removes."""
    room.desk.people = phone()
    name = "order-1#-1#1 seller:acme push"
    room.desk.sender.codes[name] = "Throttling"
    room.desk.clock.at = room.office.watch.at
    assert [] == room.say(BUYER)
    room.desk.sender.codes.clear()
    assert 1 == room.office.services.messages.erase_texts(ORDER, BUYER)
    assert [name] == room.desk.send_due(room.office.watch.at + HOUR)


def test_much_news_of_threads_comes_as_one_digest(room: Room) -> None:
    """N3, N5: beyond the hour's limit the notices of a thread are gathered like other news."""
    room.desk.limits = replace(WITHOUT_LIMIT, news_per_recipient_an_hour=0)
    room.desk.people = phone()
    room.desk.clock.at = room.office.watch.at
    assert [] == room.say(BUYER)
    room.desk.send_due(room.office.watch.at + 2 * HOUR)
    assert ["News about 1 order"] == [sent.push.title for sent in room.desk.sender.sent if sent.push]
