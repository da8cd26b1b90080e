"""Each kind of item is kept for exactly as long as it should be: most for good, the others so many seconds (P2)."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING

from chalicelib.domain import commands as c
from chalicelib.domain.evidence import ContentType, File
from chalicelib.domain.people import Role
from chalicelib.domain.webhooks import Delivery, Health, WebhookEndpoint
from chalicelib.service import chat, erasure, messages, notes
from chalicelib.service.counting import Counting
from chalicelib.service.execute import sweep_order
from chalicelib.store.audit import AuditEntry, AuditLog
from chalicelib.store.call_counts import CallCounts
from chalicelib.store.connections import Pass
from chalicelib.store.idempotency import Answer
from chalicelib.store.message_queue import MessageQueue, QueuedMessage
from chalicelib.store.orders import Orders
from chalicelib.store.people import Owner
from chalicelib.store.replies import Replies
from chalicelib.store.sent import Sent
from chalicelib.store.statistics import Statistics
from chalicelib.store.tallies import Tallies
from chalicelib.store.undelivered import UndeliveredMessage, UndeliveredMessages
from chalicelib.store.uploads import Purpose, Upload, UploadStatus
from chalicelib.store.webhooks import Webhooks
from tests.domain.worlds import BUYER, DAY, HOUR, MEDIATOR, SELLER
from tests.golden.generate import SORT_KEYS, kind_of
from tests.service.office import DISPUTE, EPOCH, NAME, ORDER, Office, once

if TYPE_CHECKING:
    from tests.service.office import FaultyTable

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 24 * 3600
ANSWER = Answer(201, "{}")

KEPT_S: dict[str, set[int | None]] = {
    "ANSWER": {2 * DAY_S},
    "UPLOAD": {None, DAY_S, 30 * DAY_S},
    "SENT": {30 * DAY_S},
    "TALLY": {3 * DAY_S},
    "TICKET": {MINUTE_S},
    "CONNECTION": {2 * HOUR_S},
    "CONNECTIONS": {2 * HOUR_S},
    "LISTENERS": {2 * HOUR_S},
    "LISTENS": {2 * HOUR_S},
    "DELIVERY": {30 * DAY_S},
    "AUDIT": {730 * DAY_S},
    "STATS": {None, 400 * DAY_S},
    "UNDELIVERED": {14 * DAY_S},
}
"""The seconds for which items of these kinds are kept; all others are kept for good."""


def everything_kept() -> FaultyTable:
    """Return a table with items of every kind, all of them written at ``EPOCH``."""
    office = Office().disputed()
    services, table = office.services, office.table
    messages.write_message(services, ORDER, office.request(BUYER), "Where is it?")
    office.act(SELLER, c.Decline())
    office.act(BUYER, c.Escalate())
    office.act(MEDIATOR, c.Assign())
    notes.write_note(services, DISPUTE, office.request(MEDIATOR), once(MEDIATOR, "note"), "It looks old.")
    services.replies.save(Replies(None, version=1))
    upload_of_each_status(office)
    profile = services.people.profile("seller", SELLER.id)
    services.people.hand_over("d-1", Owner("seller", SELLER.id), replace(profile, version=profile.version + 1))
    office.wait(HOUR).act(BUYER, c.Withdraw())
    erasure.ask(services, Role.BUYER, BUYER.id, BUYER)
    MessageQueue(lambda: table, NAME, 1).put(QueuedMessage("n", "buyer:ana", "news", "t", "s", "email"), office.watch.at)
    tallies = Tallies(lambda: table, NAME, lambda: EPOCH)
    tallies.enter("what", "buyer:ana", "name", 3)
    tallies.enter_within("day", "buyer:ana", "name", 3, 3)
    Sent(lambda: table, NAME, lambda: EPOCH).mark("event", "buyer:ana", "email")
    request = office.request(BUYER)
    assert request.once is not None
    leave = chat.open_ticket(services, request, request.once, EPOCH + DAY_S, "wss://chat.example.com")
    assert 201 == leave.status
    chat.connect(services, "c-1", Pass(BUYER, EPOCH + DAY_S), lambda _: None)
    chat.subscribe(services, chat.connected(services, "c-1"), ORDER)
    AuditLog(lambda: table, NAME, epoch=lambda: EPOCH).add(AuditEntry("a-1", office.watch.at, MEDIATOR, "get_dispute"))
    webhooks = Webhooks(lambda: table, NAME, 1, lambda: EPOCH)
    webhooks.save(WebhookEndpoint("e-1", "https://market.example", (), "", (), office.watch.at))
    webhooks.save_health("e-1", Health(version=1))
    webhooks.save_delivery(Delivery("d-1", "e-1", "t", "{}", "{}", office.watch.at, None), None)
    lost = UndeliveredMessage(QueuedMessage("n", "buyer:ana", "news", "t", "s", "sms"), "OptedOut", office.watch.at)
    UndeliveredMessages(lambda: table, NAME, lambda: EPOCH).keep(lost)
    counters = Statistics(lambda: table, NAME, lambda: EPOCH)
    counting = Counting(counters, services.cases, Orders(lambda: table, NAME), lambda _: None)
    counting.count(ORDER, 0)
    counting.count(ORDER, 1)
    office.wait(60 * DAY)
    sweep_order(services, ORDER)
    return table


def upload_of_each_status(office: Office) -> None:
    """Ask for three forms; one file never comes, one is taken in, and one is turned away."""
    uploads, now = office.storage.uploads, office.watch.at
    for status in (UploadStatus.PENDING, UploadStatus.CONFIRMED, UploadStatus.REJECTED):
        upload = Upload(status.value, ORDER, Purpose.MESSAGE, BUYER, ContentType.JPEG, 4, now, now + DAY)
        uploads.add(upload, once(BUYER, status.value), ANSWER, EPOCH)
        if status is not UploadStatus.PENDING:
            file = File(upload.id, ContentType.JPEG, 4, "e") if status is UploadStatus.CONFIRMED else None
            uploads.finish(replace(upload, status=status, file=file), EPOCH)


def test_each_kind_of_item_is_kept_as_long_as_it_should_be() -> None:
    """P2, I5, N5, N6: what expires does so at its second, and nothing else expires."""
    kept: dict[str, set[int | None]] = {}
    for it in everything_kept().snapshot():
        seconds = int(it["expires_at"]["N"]) - EPOCH if "expires_at" in it else None
        kept.setdefault(kind_of(it), set()).add(seconds)
    assert {kind: KEPT_S.get(kind, {None}) for kind in SORT_KEYS} == kept


def test_a_count_of_calls_is_kept_ten_minutes_beyond_its_minute() -> None:
    """P2: the calls of a minute are counted under a key of their own, which expires ten minutes after that minute."""
    asked: list[dict[str, dict[str, dict[str, str]]]] = []

    def update_item(**request: dict[str, dict[str, str]]) -> dict[str, dict[str, dict[str, str]]]:
        asked.append(request)
        return {"Attributes": {"calls": {"N": "3"}}}

    counts = CallCounts(lambda: SimpleNamespace(update_item=update_item), NAME)
    assert 3 == counts.add("buyer", "ana", EPOCH // MINUTE_S, 3)
    assert str(EPOCH + MINUTE_S + 10 * MINUTE_S) == asked[0]["ExpressionAttributeValues"][":expires_at"]["N"]


def test_an_event_that_was_overwritten_and_a_message_of_a_forgotten_person_are_kept() -> None:
    """P2: erasing words sets no expiry on what they stood in."""
    office = Office().disputed()
    messages.write_message(office.services, ORDER, office.request(BUYER), "Where is it?")
    office.services.cases.erase_words(ORDER, Role.BUYER)
    office.services.messages.erase_texts(ORDER, BUYER)
    kept = {"EVENT", "MESSAGE"}
    assert {(kind, False) for kind in kept} == {
        (kind_of(it), "expires_at" in it) for it in office.table.snapshot() if kind_of(it) in kept
    }
