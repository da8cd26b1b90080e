"""Who is told, by email and the like, that there is something to read in a thread (N1, N3, N5)."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.notify.publish import publish_records
from chalicelib.service import messages
from tests.domain.worlds import BUYER, SELLER
from tests.notify.fakes import LINKS, Desk
from tests.service.office import ORDER, Office


class Room:
    """An order's thread, what its stream brings, and what publishing sends of it."""

    def __init__(self) -> None:
        """Nobody has written."""
        self.office, self.desk = Office().bought(), Desk(())
        self.stream: list[dict[str, Any]] = []
        self.office.table.on_write = self._record

    def _record(self, images: list[dict[str, Any]]) -> None:
        for image in images:
            self.stream.append({"dynamodb": {"NewImage": image, "SequenceNumber": str(len(self.stream))}})

    def say(self, *authors: Any) -> list[str]:  # noqa: ANN401 - people
        """Write a message of each; the names of all that was sent since the beginning."""
        for author in authors:
            messages.write_message(self.office.services, ORDER, self.office.request(author), "Secret words")
        return self.published()

    def published(self) -> list[str]:
        """Publish all that the stream has brought, once more each time."""
        assert [] == publish_records(self.stream, self.desk.publishing)
        return self.desk.sender.names


@pytest.fixture
def room() -> Room:
    """An order that was just imported."""
    return Room()


def test_the_other_party_is_told_once_until_it_has_read(room: Room) -> None:
    """N5: however many messages wait, one email says so; the next one follows what came after reading."""
    first = ["order-1#-1#1 seller:acme email"]
    assert first == room.say(BUYER, BUYER, BUYER)
    messages.mark_read(room.office.services, ORDER, room.office.request(SELLER), "order-1-m2")
    assert first == room.say(BUYER)
    messages.mark_read(room.office.services, ORDER, room.office.request(SELLER), "order-1-m4")

    assert [*first, "order-1#-1#5 seller:acme email"] == room.say(BUYER)


def test_each_side_is_told_of_the_other(room: Room) -> None:
    """N5: an author is not told of the own message; redelivery tells nobody twice."""
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
