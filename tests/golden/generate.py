"""Write what this release stores as files that every later one has to read (I17): ``python -m tests.golden.generate``.

Run it last before a release, and never again for that release: its files are what is in people's tables.
"""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.domain import commands as c
from chalicelib.domain import orders
from chalicelib.domain.evidence import ContentType, File
from chalicelib.domain.people import Role
from chalicelib.domain.webhooks import Delivery, Health, OffReason, Reply, Secret, WebhookEndpoint
from chalicelib.service import erasure, messages, notes
from chalicelib.service.counting import Counting
from chalicelib.store import items
from chalicelib.store.audit import AuditEntry
from chalicelib.store.connections import Connection, Connections, Pass
from chalicelib.store.idempotency import Answer
from chalicelib.store.message_queue import MessageQueue, QueuedMessage
from chalicelib.store.orders import Orders
from chalicelib.store.packing import compact
from chalicelib.store.people import Device, Owner
from chalicelib.store.replies import Replies, SavedText
from chalicelib.store.schema import stamped
from chalicelib.store.sent import Sent
from chalicelib.store.statistics import Statistics
from chalicelib.store.tallies import Tallies
from chalicelib.store.undelivered import UndeliveredMessage, UndeliveredMessages
from chalicelib.store.uploads import Purpose, Upload
from chalicelib.store.webhooks import Webhooks
from tests.domain.worlds import BUYER, DAY, MEDIATOR, PROMISED, SELLER, World
from tests.notify.stories import STORIES, records_of
from tests.service.office import DISPUTE, ORDER, Office, once
from tests.store.test_store_codec import histories

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.store.items import Item

HERE = Path(__file__).parent
RELEASE = "0.3.0"
SHARDS = 8
ANSWER = Answer(201, "{}")
SORT_KEYS = (
    *("#ORDER", "#DISPUTE", "CLOSED", "EVENT", "LEDGER", "PAYMENT", "THREAD", "MESSAGE", "UPLOAD", "NOTE", "TRACK", "PROFILE"),
    *("ERASURE", "OWNER", "ANSWER", "OUT", "TALLY", "SENT", "TICKET", "CONNECTION", "CONNECTIONS", "LISTENERS", "LISTENS"),
    *("WEBHOOKS", "HEALTH", "DELIVERY", "AUDIT", "COUNTED", "REPLIES", "STATS", "UNDELIVERED"),
)
"""Every kind of item with a content, as ``kind_of`` names them. Counts of calls, a sandbox's clock and a check's progress
have no such content."""


def kind_of(item: Item) -> str:
    """Return the kind of an item, by the beginning of its keys."""
    pk, sk = item["pk"]["S"].split("#")[0], item["sk"]["S"]
    if pk == "CONNECTION" and sk.startswith("ORDER#"):
        return "LISTENS"
    first = f"#{sk.split('#')[1]}" if sk.startswith("#") else sk.split("#")[0]
    return first if pk in ("ORDER", "BUYER", "SELLER", "DEVICE", "IDEMPOTENCY", "TICKET", "WEBHOOK") else pk


def everything() -> Iterator[Item]:
    """Every item that the stories leave, some kinds many times."""
    for story in STORIES.values():
        world = story()
        yield from (stamped(record["dynamodb"]["NewImage"]) for record in records_of(world))
        case = world.case
        yield stamped(items.order_item(case, SHARDS))
        yield from (stamped(it) for dispute in case.disputes for it in items.dispute_items(case, dispute))
        numbered = enumerate(case.order.instructions, 1)
        yield from (stamped(items.payment_item(case, number, instruction)) for number, instruction in numbered)
    for world in (*histories(), _extended()):
        yield from (stamped(record["dynamodb"]["NewImage"]) for record in records_of(world))
    yield from _beside_the_case()


def _extended() -> World:
    """The buyer consents to a promise that is extended far."""
    world = World.of()
    world.extend_promise(PROMISED + 50 * DAY)
    world.run(BUYER, lambda changes: orders.answer_extension(changes, 1, accepted=True))
    return world


def _beside_the_case() -> Iterator[Item]:
    office = Office().disputed()
    services, table, now = office.services, office.services.cases.table, office.watch.at
    office.act(SELLER, c.Decline())
    office.act(BUYER, c.Escalate())
    office.act(MEDIATOR, c.Assign())
    messages.write_message(services, ORDER, office.request(BUYER), "Where is it?")
    notes.write_note(services, DISPUTE, office.request(MEDIATOR), once(MEDIATOR, "note", ""), "It looks old.")
    services.replies.save(Replies(None, (SavedText("Ask for the box", {"en": "Please show the box of {item}."}),), 1))
    file = File("u-2", ContentType.JPEG, 4, "e")
    for number, name in ((1, "u-1"), (2, "u-2")):
        kept = file if number > 1 else None
        upload = Upload(name, ORDER, Purpose.MESSAGE, BUYER, ContentType.JPEG, 4, now, now + DAY, file=kept)
        office.storage.uploads.add(upload, once(BUYER, name, ""), ANSWER, int(office.epoch))
    profile = services.people.profile("seller", SELLER.id)
    device = Device("d-1", "fcm", "token", "arn:endpoint", "arn:subscription")
    services.people.hand_over("d-1", Owner("seller", SELLER.id), _with(profile, device))
    erasure.ask(services, Role.BUYER, BUYER.id, BUYER)
    MessageQueue(lambda: office.table, table, SHARDS).put(QueuedMessage("n", "buyer:ana", "news", "t", "s", "email"), now)
    Tallies(lambda: office.table, table).enter("what", "buyer:ana", "name", 3)
    Sent(lambda: office.table, table).mark("event", "buyer:ana", "email")
    live, until = Connections(lambda: office.table, table), int(office.epoch) + 60
    live.issue("digest", Pass(BUYER, until), until, once(BUYER, "ticket", ""), ANSWER, int(office.epoch))
    connection = Connection("c-1", BUYER, int(office.epoch), until)
    live.add(connection)
    live.listen(connection, ORDER)
    _webhooks(office)
    entry = AuditEntry("18ebe3a1c75cc3351b3b8546", now, MEDIATOR, "list_evidence", order_id=ORDER, dispute_id=DISPUTE)
    services.audit.add(entry)
    lost = QueuedMessage("n", "buyer:ana", "news", "t", "s", "sms")
    UndeliveredMessages(lambda: office.table, table).keep(UndeliveredMessage(lost, "OptedOut", now))
    counters = Statistics(lambda: office.table, table, lambda: office.epoch)
    count = Counting(counters, services.cases, Orders(lambda: office.table, table), lambda _: None)
    count.count(ORDER, 0)
    count.count(ORDER, 1)
    yield from office.table.snapshot()


def _webhooks(office: Office) -> None:
    """An endpoint whose secret was replaced, that fails and is off, and a delivery on its way to it."""
    store, now = Webhooks(lambda: office.table, office.services.cases.table, SHARDS, lambda: office.epoch), office.watch.at
    secrets = (Secret("whsec_bmV3"),)
    endpoint = WebhookEndpoint("we_1", "https://hooks.market.example/", ("dispute_opened",), "Orders.", secrets, now)
    store.save(endpoint)
    store.save(endpoint.rotated("whsec_bmV3ZXI=", now))
    store.save(endpoint.rotated("whsec_bmV3ZXI=", now).switched_off(OffReason.FAILING, now))
    store.save_health("we_1", Health().after(Reply(500), now))
    waiting = Delivery("msg_1", "we_1", "dispute_opened", "o-1#1#1", "{}", created_at=now, next_at=now)
    begun = waiting.begun(now)
    assert begun
    store.save_delivery(waiting, now)
    store.save_delivery(begun, now)
    store.save_delivery(begun.after(Reply(None, "timeout"), now), now)


def _with(profile: Any, device: Device) -> Any:  # noqa: ANN401 - a profile
    from dataclasses import replace  # noqa: PLC0415

    return replace(profile, devices=(device,), version=profile.version + 1)


def golden() -> dict[str, Item]:
    """One item of each kind, and one event of each type, by the name of its file."""
    found: dict[str, Item] = {}
    for item in everything():
        kind = kind_of(item)
        name = f"event-{item['type']['S']}" if kind == "EVENT" else kind.removeprefix("#").lower()
        if len(json.dumps(item)) > len(json.dumps(found.get(name, {}))):  # the one that says most
            found[name] = item
    return found


def main() -> None:
    """Write the files of this release, plain and packed."""
    for place, form in ((HERE / RELEASE, dict), (HERE / f"{RELEASE}-packed", compact)):
        place.mkdir(exist_ok=True)
        for old in place.glob("*.json"):
            old.unlink()
        for name, item in golden().items():
            stored = stamped(form(item))
            written = json.dumps(
                stored, indent=1, sort_keys=True, ensure_ascii=False, default=lambda it: b64encode(it).decode()
            )
            (place / f"{name}.json").write_text(f"{written}\n", "utf-8")


if __name__ == "__main__":
    main()
