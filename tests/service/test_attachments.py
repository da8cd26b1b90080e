"""Files in the thread of an order: whose they are, what can be attached, who reads them (N5, N6, I6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain.evidence import ContentType
from chalicelib.domain.people import Actor, Role
from chalicelib.domain.refusals import Refusal
from chalicelib.service import attachments, messages, uploads
from chalicelib.service.errors import NotFound
from chalicelib.service.uploads_arrived import take_in
from chalicelib.store.uploads import Purpose
from tests.domain.worlds import BUYER, DAY, MEDIATOR, OTHER_MEDIATOR, PLATFORM, SELLER
from tests.service.bucket import JPEG, PNG
from tests.service.office import DISPUTE, ORDER, Office, once, read

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.domain.evidence import File
    from chalicelib.service.execute import Request

KEYS = count(1)
STRANGERS = (OTHER_MEDIATOR, PLATFORM, Actor(Role.BUYER, "eve"), Actor(Role.SELLER, "eve"), Actor(Role.BUYER, SELLER.id))


def ask(office: Office, actor: Actor = BUYER, content_type: ContentType = ContentType.JPEG, size: int = len(JPEG)) -> str:
    """Ask for a form, and return the upload's id."""
    by = once(actor, f"file-{next(KEYS)}")
    form = read(attachments.request_file(office.services, office.storage, ORDER, actor, by, content_type, size))
    return str(form["upload_id"])


def send(office: Office, upload_id: str, actor: Actor = BUYER, content: bytes = JPEG) -> str:
    """Upload by the form, let storage report it, and return the upload's id."""
    key = f"incoming/{ORDER}/{actor.role}/{upload_id}"
    office.bucket.put(key, "image/jpeg", content)
    take_in(office.services, office.storage, key)
    return upload_id


def with_files(office: Office, actor: Actor, ids: list[str]) -> Callable[[datetime], tuple[File, ...]]:
    """Return a function that gives the files of a message."""
    return lambda now: attachments.attached(office.storage, ORDER, actor, ids, now)


def say(office: Office, ids: list[str], actor: Actor = BUYER, request: Request | None = None) -> dict[str, Any]:
    """Write a message with files, and return the answer."""
    files = with_files(office, actor, ids)
    return read(messages.write_message(office.services, ORDER, request or office.request(actor), "Look", files))


def look(office: Office, actor: Actor, message_id: str = f"{ORDER}-m1", order_id: str = ORDER) -> list[dict[str, Any]]:
    """Return the files of a message."""
    return list(attachments.list_files(office.services, office.storage, order_id, message_id, actor)["attachments"])


@pytest.fixture
def office() -> Office:
    """Return an order with a dispute that a mediator has taken."""
    office = Office().disputed()
    office.wait(4 * DAY).act(BUYER, c.Escalate())
    office.act(MEDIATOR, c.Assign())
    return office


@pytest.mark.parametrize("author", [BUYER, SELLER, MEDIATOR], ids=lambda it: it.role)
def test_a_file_is_sent_and_read_by_all_in_the_thread(office: Office, author: Actor) -> None:
    """N5, N6: everybody in the thread sees a file's type and size and reads it through a short-lived link; nobody else does."""
    upload_id = send(office, ask(office, author), author)
    said = say(office, [upload_id], author)

    (shown,) = said["attachments"]
    assert (upload_id, "image/jpeg", len(JPEG)) == tuple(shown[name] for name in ("upload_id", "content_type", "size"))
    for reader in (BUYER, SELLER, MEDIATOR):
        (told,) = office.thread(reader, 1)["items"]
        (file,) = look(office, reader)
        assert [file] == told["attachments"]
        assert shown == {name: it for name, it in file.items() if name not in ("link", "thumbnail", "original")}
        assert file["link"]["url"].startswith(f"https://files.example/shown/{ORDER}/{upload_id}/")
    for reader in STRANGERS:
        with pytest.raises(NotFound):
            look(office, reader)


def test_only_who_may_write_gets_a_form(office: Office) -> None:
    """I6, N5: other people find no thread, and a closed thread takes no files."""
    stored = office.table.snapshot()
    for actor in STRANGERS:
        with pytest.raises(NotFound):
            ask(office, actor)
    office.wait(200 * DAY)
    with pytest.raises(Refusal) as refused:
        ask(office)
    assert ("too_late", stored) == (refused.value.code, office.table.snapshot())


def test_no_form_is_given_for_a_message_that_there_is_no_room_for(office: Office) -> None:
    """N5: a person who has written as much as one may gets no form; the other side does."""
    say(office.limited(messages_at_most=1), [])
    with pytest.raises(Refusal) as refused:
        ask(office)
    assert ("limit_reached", 1) == (refused.value.code, refused.value.details["limit"])
    ask(office, SELLER)


def test_a_file_is_as_large_as_evidence_can_be(office: Office) -> None:
    """N6: a file's size is limited by its kind, whatever it is uploaded for."""
    ask(office, size=10 * 2**20)
    for kind, size in ((ContentType.JPEG, 10), (ContentType.PDF, 10), (ContentType.MP4, 50)):
        with pytest.raises(Refusal) as refused:
            ask(office, content_type=kind, size=size * 2**20 + 1)
        assert ("invalid", size * 2**20) == (refused.value.code, refused.value.details["limit"])


def of_an_order_not_asked(office: Office) -> str:
    """Upload a file of the buyer's in another order."""
    office.bought(order_id="order-9")
    by = once(BUYER, "elsewhere")
    form = read(attachments.request_file(office.services, office.storage, "order-9", BUYER, by, ContentType.JPEG, len(JPEG)))
    key = f"incoming/order-9/buyer/{form['upload_id']}"
    office.bucket.put(key, "image/jpeg", JPEG)
    take_in(office.services, office.storage, key)
    return str(form["upload_id"])


def erased(office: Office) -> str:
    """Upload a file and erase it."""
    upload_id = send(office, ask(office))
    upload = office.storage.uploads.find(ORDER, "buyer", upload_id)
    assert upload is not None
    uploads.erase(office.services, office.storage, upload)
    return upload_id


def came_to_nothing(office: Office) -> str:
    """Ask for a form, send nothing, and let the form expire."""
    upload_id = ask(office)
    office.wait(timedelta(minutes=10))
    return upload_id


REFUSED: dict[str, tuple[str, Callable[[Office], str]]] = {
    "unknown": ("invalid", lambda _: "20260101000000-0123456789abcdef"),
    "of the other party": ("invalid", lambda office: send(office, ask(office, SELLER), SELLER)),
    "of another order": ("invalid", of_an_order_not_asked),
    "of another kind": ("invalid", lambda office: send(office, ask(office), content=PNG.ljust(len(JPEG)))),
    "erased": ("invalid", erased),
    "never sent": ("invalid", came_to_nothing),
    "on its way": ("upload_pending", ask),
}


@pytest.mark.parametrize(("code", "made"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_file_of_ones_own_is_not_attached(office: Office, code: str, made: Callable[[Office], str]) -> None:
    """N5, I6: a file that is another's, another order's, rejected, erased or missing is refused, and nothing is written."""
    good, bad = send(office, ask(office)), made(office)
    with pytest.raises(Refusal) as refused:
        say(office, [good, bad])

    assert code == refused.value.code
    assert bad in refused.value.message
    assert [] == office.thread(BUYER, 1)["items"]


def test_evidence_is_no_attachment(office: Office) -> None:
    """N6: a file uploaded as evidence cannot be attached to a message."""
    upload_id = send(office, ask(office))
    upload = office.storage.uploads.find(ORDER, "buyer", upload_id)
    assert upload is not None
    office.storage.uploads.finish(replace(upload, purpose=Purpose.EVIDENCE, dispute_id=DISPUTE), 0, was=upload.status)
    with pytest.raises(Refusal, match=upload_id):
        say(office, [upload_id])


def test_a_file_is_named_once(office: Office) -> None:
    """N5: the same file twice in one message is a mistake; in two messages it is the same file."""
    upload_id = send(office, ask(office))
    with pytest.raises(Refusal, match="once"):
        say(office, [upload_id, upload_id])

    assert say(office, [upload_id])["attachments"] == say(office, [upload_id])["attachments"]


def test_a_message_with_files_is_sent_once(office: Office) -> None:
    """I5: a message refused for a file still on its way succeeds with the same request later, and is then replayed."""
    upload_id, request = ask(office), office.request(BUYER, "once", "a")
    with pytest.raises(Refusal, match=upload_id):
        say(office, [upload_id], request=request)
    send(office, upload_id)
    first = say(office, [upload_id], request=request)
    upload = office.storage.uploads.find(ORDER, "buyer", upload_id)
    assert upload is not None
    uploads.erase(office.services, office.storage, upload)

    assert first == say(office, [upload_id], request=request)
    assert 1 == len(office.thread(BUYER, 9)["items"])


def test_a_person_stores_only_so_much(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """N5: a person's files that are there or on their way count; those that never came or were rejected do not."""
    monkeypatch.setattr(attachments, "FILES_AT_MOST", 3)
    ask(office)
    send(office, ask(office), content=PNG.ljust(len(JPEG)))
    office.wait(timedelta(minutes=10))
    send(office, ask(office))
    for _ in range(2):
        ask(office)
    with pytest.raises(Refusal) as refused:
        ask(office)

    assert "limit_reached" == refused.value.code
    ask(office, SELLER)


@pytest.mark.parametrize("message_id", [f"{ORDER}-m9", f"{ORDER}-m0", "order-9-m1", f"{ORDER}-mx", "x"])
def test_a_message_that_is_not_there_has_no_files(office: Office, message_id: str) -> None:
    """I6: a message that does not exist is not found; a message without files has an empty list."""
    say(office, [])
    assert [] == look(office, BUYER)
    with pytest.raises(NotFound):
        look(office, BUYER, message_id)
