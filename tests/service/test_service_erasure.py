"""Erasure: carried out in steps, whatever happens in between, and nothing else is lost (P2)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.domain import commands as c
from chalicelib.domain.evidence import ContentType, EvidenceType
from chalicelib.domain.evolve import fold
from chalicelib.domain.guarantees import OfferType
from chalicelib.domain.people import PARTIES, Actor, Role
from chalicelib.domain.personal_data import ERASED
from chalicelib.domain.refusals import TOO_LATE, Refusal
from chalicelib.logs import JsonFormatter
from chalicelib.notify.publish import publish_records
from chalicelib.notify.registries.endpoints import SnsEndpoints
from chalicelib.service import attachments, contacts, erasure, evidence, messages, orders
from chalicelib.service.devices import register_device
from chalicelib.service.errors import NotFound
from chalicelib.service.execute import Request
from chalicelib.service.uploads_arrived import take_in
from chalicelib.store.codec import plain
from chalicelib.store.keys import order_pk
from chalicelib.store.message_queue import MessageQueue, QueuedMessage
from chalicelib.store.uploads import UploadStatus
from infra.build import template
from localcloud.memory.expressions import failure
from tests.domain.worlds import AT_HOME, BUYER, DAMAGED, DAY, PLATFORM, SECOND, SELLER, money, order_terms
from tests.notify.fakes import Desk
from tests.reliability.seam import FakeSns
from tests.service.bucket import JPEG
from tests.service.office import DISPUTE, NAME, ORDER, Office, once, read
from tests.store.tables import whole_case

if TYPE_CHECKING:
    from collections.abc import Callable

WHO = {Role.BUYER: BUYER, Role.SELLER: SELLER}


def send_file(office: Office, actor: Actor, dispute_id: str, *, ask_only: bool = False) -> None:
    """Upload a photo as evidence, or only ask for the form of one."""
    offer = evidence.Offer(EvidenceType.PHOTO, ContentType.JPEG, len(JPEG), f"{actor.role} canary")
    by = once(actor, f"{dispute_id} {ask_only}", offer)
    form = read(evidence.request_file(office.services, office.storage, dispute_id, actor, by, offer))
    if not ask_only:
        office.bucket.put(form["fields"]["key"], "image/jpeg", JPEG)
        take_in(office.services, office.storage, form["fields"]["key"])


def told(order_id: str = ORDER, office: Office | None = None, parcel: str = "000000001") -> Office:
    """Return a delivered order whose dispute, with words and files of both, ended in agreement."""
    office = office or Office()
    office.bought(order_id=order_id, paid_at=office.watch.at, deliver_by=office.watch.at + 30 * DAY).wait(DAY).ship(
        order_id, parcel
    )
    for role, actor in WHO.items():
        at = replace(AT_HOME, name=f"{role} canary")
        reached = contacts.Contacts(f"{role}@canary.example", "+34600000001", "es", (at,) if role is Role.SELLER else ())
        contacts.put_contacts(office.services, role, actor.id, Request(PLATFORM), replace(reached, phone_verified=True))
        messages.write_message(office.services, order_id, Request(actor), f"{role} canary")
    office.confirm(order_id)
    dispute = f"{order_id}-d1"
    office.wait(DAY).open(replace(DAMAGED, description="buyer canary"), order_id=order_id)
    for actor in WHO.values():
        send_file(office, actor, dispute)
        send_file(office, actor, dispute, ask_only=True)
    office.act(SELLER, c.Propose(OfferType.REFUND, money(1000), "seller canary"), dispute_id=dispute)
    office.act(BUYER, c.Accept("2"), dispute_id=dispute)
    return office


def ended(*order_ids: str) -> Office:
    """Return such orders, completed and paid out."""
    office = Office()
    for number, order_id in enumerate(order_ids or (ORDER,), 1):
        told(order_id, office, f"{number:09d}")
    office.wait(100 * DAY)
    for order_id in order_ids or (ORDER,):
        office.pay(f"{order_id}-p1")
        office.pay(f"{order_id}-p2")
    return office


def asked(office: Office, role: Role = Role.BUYER, by: Actor | None = None) -> dict[str, Any]:
    """Ask for a person to be forgotten."""
    return erasure.ask(office.services, role, WHO[role].id, by or PLATFORM)


def state(office: Office, role: Role = Role.BUYER) -> dict[str, Any]:
    """Return the state of the erasure."""
    return erasure.status(office.services, role, WHO[role].id)


def events(office: Office) -> str:
    """Return the table's items except profiles, and answers to requests, which expire by themselves."""
    return json.dumps([it for it in office.table.snapshot() if it["pk"]["S"].startswith("ORDER#")])


def profiles(office: Office) -> str:
    """Return the profiles."""
    return json.dumps([it for it in office.table.snapshot() if it["sk"]["S"] == "PROFILE"])


def check_books(office: Office, order_id: str = ORDER) -> None:
    """Check that the whole log adds up to the state, and the ledger to the escrow (I1, I4)."""
    case = whole_case(office.services.cases, order_id)
    assert case is not None
    streams = [office.services.cases.log(order_id, n) for n in range(len(case.disputes) + 1)]
    assert [list(range(1, len(log) + 1)) for log in streams] == [[event.seq for event in log] for log in streams]
    log = sorted((event for stream in streams for event in stream), key=lambda event: (event.at, event.stream != 0))
    assert case == fold(_in_causal_order(log), office.services.policies)
    assert case.order.escrow.held.minor == 0


def _in_causal_order(log: list[Any]) -> list[Any]:
    """Sort a dispute's end before the refund that it causes in the same second."""
    return sorted(log, key=lambda event: (event.at, event.payload.type in ("refund_issued", "order_completed")))


@pytest.mark.parametrize("role", PARTIES)
def test_a_person_is_forgotten(role: Role) -> None:
    """P2: one person's words, addresses, contacts and subscriptions go; the other's stay, and the ledger is unchanged."""
    office = ended()
    ledger, other = office.services.cases.ledger(ORDER), role.other_party
    assert "pending" == asked(office, role)["status"]

    erasure.go_on(office.services, office.storage)

    assert ("done", 1, 0, None) == tuple(
        state(office, role)[name] for name in ("status", "orders_erased", "orders_going_on", "looks_again_at")
    )
    assert f"{role} canary" not in events(office)
    assert f"{other} canary" in events(office)
    assert ERASED in events(office)
    assert f"{role}@canary" not in profiles(office)
    assert f"{other}@canary" in profiles(office)
    assert {other.value} == {whose for whose, _, _, _ in office.phonebook.live.values()}
    assert ledger == office.services.cases.ledger(ORDER)
    check_books(office)


def test_a_forgotten_sellers_shop_has_no_name() -> None:
    """P2, O1: erasing takes the name out of the order and of its log, and the same import still changes nothing."""
    office = Office().bought(seller_name="seller canary").wait(DAY)
    office.ship()
    office.confirm()
    office.wait(100 * DAY).pay(f"{ORDER}-p1")
    asked(office, Role.SELLER)
    erasure.go_on(office.services, office.storage)

    assert "done" == state(office, Role.SELLER)["status"]
    assert "canary" not in events(office)
    assert ERASED == orders.get_order(office.services, ORDER, BUYER)["seller_name"]
    assert 200 == orders.import_order(office.services, PLATFORM, order_terms(seller_name="seller canary")).status
    with pytest.raises(Refusal):
        orders.import_order(office.services, PLATFORM, order_terms(seller_name="another canary", shipping=1))


def test_a_person_who_is_forgotten_is_told_nothing_more() -> None:
    """P2: the person's queued messages go with the profile, and stay while a case goes on; the other's stay."""
    office = told()
    pile = MessageQueue(lambda: office.table, NAME, 1)
    letters = [
        QueuedMessage("digest@hour", f"{role}:{who.id}", "news", f"digest.{role}", "source") for role, who in WHO.items()
    ]
    for letter in letters:
        pile.put(letter, office.watch.at + 200 * DAY)
    asked(office)
    erasure.go_on(office.services, office.storage)
    later = office.watch.at + 400 * DAY
    assert 2 == len(pile.due(0, later, 10))
    office.wait(100 * DAY).pay(f"{ORDER}-p1")
    office.pay(f"{ORDER}-p2")
    erasure.go_on(office.services, office.storage)
    assert "done" == state(office)["status"]
    assert [f"OUT#seller:{SELLER.id}"] == [pk for pk, _ in pile.due(0, later, 10)]


@pytest.mark.parametrize("role", PARTIES)
def test_a_persons_files_are_removed(role: Role) -> None:
    """P2, N6: the person's uploads are gone from storage, and their evidence says so; the other's can still be read."""
    office = ended()
    other = role.other_party
    office.bucket.put(f"incoming/{ORDER}/{role}/{pending(office, role)}", "image/jpeg", JPEG)
    asked(office, role)
    erasure.go_on(office.services, office.storage)

    listed = evidence.list_evidence(office.services, office.storage, DISPUTE, WHO[other])["evidence"]
    files = {piece["by"]: (piece["erased"], piece["note"], piece["file"]["size"], bool(piece["link"])) for piece in listed}
    assert {role.value: (True, ERASED, len(JPEG), False), other.value: (False, f"{other} canary", len(JPEG), True)} == files
    (left,) = office.bucket.sent
    assert next(piece for piece in listed if piece["by"] == other)["file"]["upload_id"] in left


@pytest.mark.parametrize("role", PARTIES)
def test_a_file_that_arrives_after_its_erasure_is_removed(role: Role) -> None:
    """P2, N6: a form given out before the erasure brings nothing back."""
    office = ended()
    asked(office, role)
    late = f"incoming/{ORDER}/{role}/{pending(office, role)}"
    erasure.go_on(office.services, office.storage)
    before = set(office.bucket.objects)
    office.bucket.put(late, "image/jpeg", JPEG)
    take_in(office.services, office.storage, late)
    assert before == set(office.bucket.objects)


def pending(office: Office, role: Role) -> str:
    """Return the upload that the person asked for and never sent."""
    (it,) = (it for it in office.storage.uploads.of_owner(ORDER, role.value) if it.status is UploadStatus.PENDING)
    return it.id


@pytest.mark.parametrize("role", PARTIES)
def test_what_a_person_wrote_in_the_thread_goes(role: Role) -> None:
    """P2, N5: the texts of one party go; the other's stay, and so do the author and time of each message."""
    office = ended()
    asked(office, role)
    erasure.go_on(office.services, office.storage)

    page = office.thread(WHO[role.other_party])
    texts = {it["author"]["role"]: it["text"] for it in page["items"]}
    assert {role.value: ERASED, role.other_party.value: f"{role.other_party} canary"} == texts


@pytest.mark.parametrize("role", PARTIES)
def test_what_a_person_attached_goes(role: Role) -> None:
    """P2, N5: the files of one party's messages are removed and no longer named; the other's can still be read."""
    office, sent = told(), {}
    for party, actor in WHO.items():
        by = once(actor, "attachment")
        file = ContentType.JPEG, len(JPEG)
        form = read(attachments.request_file(office.services, office.storage, ORDER, actor, by, *file))
        office.bucket.put(form["fields"]["key"], "image/jpeg", JPEG)
        take_in(office.services, office.storage, form["fields"]["key"])
        files = partial(attachments.attached, office.storage, ORDER, actor, [form["upload_id"]])
        sent[party] = read(messages.write_message(office.services, ORDER, office.request(actor), "canary", files))
    office.wait(100 * DAY).pay(f"{ORDER}-p1")
    office.pay(f"{ORDER}-p2")
    asked(office, role)
    erasure.go_on(office.services, office.storage)

    other = role.other_party
    look = partial(attachments.list_files, office.services, office.storage, ORDER, actor=WHO[other])
    assert ([], 1) == (look(sent[role]["id"])["attachments"], len(look(sent[other]["id"])["attachments"]))
    (gone,), (stays,) = sent[role]["attachments"], sent[other]["attachments"]
    assert (False, True) == tuple(any(it["upload_id"] in key for key in office.bucket.objects) for it in (gone, stays))


@pytest.mark.parametrize("left", ["kept", "ending", "half registered"])
def test_no_device_is_left_in_sns(left: str) -> None:
    """P2: all endpoints go, also one that an interrupted change was to end, and one that the profile does not name yet."""
    office, sns = ended(), FakeSns()
    endpoints = SnsEndpoints(lambda: sns, {"fcm": "arn:aws:sns:local:0:app/GCM/shop"})
    office.services = replace(office.services, endpoints=endpoints)
    register_device(office.services, Role.BUYER, BUYER.id, once(BUYER, "device"), "fcm", "token-of-a-phone")
    known = office.services.people.profile("buyer", BUYER.id)
    (device,) = known.devices
    half = {
        "kept": known,
        "ending": replace(known, devices=(), ending=(device.subscription, device.endpoint)),
        "half registered": replace(known, devices=(replace(device, endpoint="", subscription=""),)),
    }[left]
    office.services.people.save(replace(half, version=known.version + 1))
    assert 1 == len(sns.endpoints)
    asked(office)
    erasure.go_on(office.services, office.storage)
    assert "done" == state(office)["status"]
    assert {} == sns.endpoints


def test_both_may_be_forgotten() -> None:
    """P2: the second party's erasure does not bring back what the first's removed."""
    office = ended()
    for role in PARTIES:
        asked(office, role)
    erasure.go_on(office.services, office.storage)
    assert "canary" not in events(office) + profiles(office)
    assert {} == office.phonebook.live
    check_books(office)


def test_a_case_that_goes_on_is_waited_for() -> None:
    """P2: while an order goes on its words and the contacts stay, and the answer names it; a day after its end they go."""
    office = told()
    asked(office)
    erasure.go_on(office.services, office.storage)

    assert ("waiting", [ORDER], 1) == tuple(state(office)[name] for name in ("status", "waits_for", "orders_going_on"))
    assert "buyer canary" in events(office)
    assert 2 == len({whose for whose, _, _, _ in office.phonebook.live.values()})
    office.wait(100 * DAY).pay(f"{ORDER}-p1")
    office.pay(f"{ORDER}-p2")
    erasure.go_on(office.services, office.storage)
    assert ("done", [], 0) == tuple(state(office)[name] for name in ("status", "waits_for", "orders_going_on"))
    assert "buyer canary" not in events(office)


def test_it_is_looked_at_again_once_a_day() -> None:
    """P2: an erasure that waits costs nothing until the next day."""
    office = told()
    asked(office)
    erasure.go_on(office.services, office.storage)
    stored = office.table.snapshot()
    office.wait(DAY - timedelta(seconds=1))
    erasure.go_on(office.services, office.storage)
    assert stored == office.table.snapshot()
    office.wait(timedelta(seconds=1))
    erasure.go_on(office.services, office.storage)
    assert stored != office.table.snapshot()


def test_what_has_ended_goes_at_once() -> None:
    """P2: an order that goes on does not hold back the erasure of other orders' words."""
    office = ended("order-0")
    told(office=office, parcel="000000009")
    asked(office)
    erasure.go_on(office.services, office.storage)
    assert ("waiting", 1, 1) == tuple(state(office)[name] for name in ("status", "orders_erased", "orders_going_on"))
    assert "buyer canary" not in json.dumps([it for it in office.table.snapshot() if it["pk"]["S"] == order_pk("order-0")])
    assert "buyer canary" in json.dumps([it for it in office.table.snapshot() if it["pk"]["S"] == order_pk(ORDER)])


def test_many_orders_take_many_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """P2: each run does as much as its time allows; the next one continues, until all is done."""
    monkeypatch.setattr(erasure, "CASES_AT_ONCE", 2)
    office = ended(*(f"order-{n}" for n in range(7)))
    asked(office)
    runs = 0
    while state(office)["status"] != "done":
        left = iter([True] * 4)
        erasure.go_on(office.services, office.storage, lambda left=left: next(left, False))  # type: ignore[misc]
        runs += 1
        assert runs < 10
    assert runs > 2
    assert 7 == state(office)["orders_erased"]
    assert "buyer canary" not in events(office)


def test_asking_again_is_the_same_request() -> None:
    """P2: a second request, also from the platform, is the same erasure; after its end it is a new one."""
    office = ended()
    first = asked(office)
    office.wait(DAY)
    assert first == asked(office, by=PLATFORM)
    erasure.go_on(office.services, office.storage)
    assert office.watch.at > office.services.people.erasure(Role.BUYER, BUYER.id).asked_at  # type: ignore[union-attr]
    assert "pending" == asked(office)["status"]


def test_nobody_asked() -> None:
    """P2: the status of an erasure that nobody asked for is not found."""
    with pytest.raises(NotFound):
        state(Office())


def test_a_person_can_come_back() -> None:
    """P2: after an erasure the person may register again, and is reached only at the new address."""
    office = ended()
    asked(office)
    erasure.go_on(office.services, office.storage)
    back = contacts.Contacts("new@example.com", None, "en")
    kept = contacts.put_contacts(office.services, Role.BUYER, BUYER.id, Request(BUYER), back)
    assert ("new@example.com", None) == (kept["email"], kept["phone"])
    assert ["new@example.com"] == [address for role, _, _, address in office.phonebook.live.values() if role == "buyer"]
    assert kept["version"] > 2


def failing_at(office: Office, count: int) -> Callable[[], int]:
    """Let the ``count``th write or removal fail as if the process had died, and return how many there have been."""
    real, seen = office.table.put_item, [0]
    real_transaction = office.table.transact_write_items

    def dying(write: Callable[..., Any]) -> Callable[..., Any]:
        def attempt(**request: Any) -> Any:  # noqa: ANN401 - as DynamoDB takes and gives them
            seen[0] += 1
            if seen[0] == count:
                raise SystemExit
            return write(**request)

        return attempt

    office.table.put_item = dying(real)  # type: ignore[method-assign]
    office.table.transact_write_items = dying(real_transaction)  # type: ignore[method-assign]
    delete = office.bucket.delete
    office.bucket.delete = lambda key: dying(lambda **_: delete(key))()  # type: ignore[method-assign]
    return lambda: seen[0]


def test_it_survives_dying_at_any_write() -> None:
    """P2, I11: killed before any of its writes, the next run completes it, with one event a stream and books that add up."""
    office = ended()
    asked(office)
    written = failing_at(office, 0)
    erasure.go_on(office.services, office.storage)
    writes = written()
    assert writes > 5
    expected = json.loads(events(office)), office.bucket.objects
    assert 1 == len(office.bucket.sent)
    for fatal in range(1, writes + 1):
        office = ended()
        asked(office)
        failing_at(office, fatal)
        with pytest.raises(SystemExit):
            erasure.go_on(office.services, office.storage)
        erasure.go_on(office.services, office.storage)
        assert "done" == state(office)["status"]
        assert expected == (json.loads(events(office)), office.bucket.objects)
        assert {"seller"} == {whose for whose, _, _, _ in office.phonebook.live.values()}


def test_one_that_fails_holds_up_no_other(caplog: pytest.LogCaptureFixture) -> None:
    """P2: an erasure that fails is logged by ids, put off an hour, and tried again."""
    office = ended()
    asked(office, Role.SELLER)
    office.wait(timedelta(seconds=1))
    asked(office)
    real = office.phonebook.forget

    def refusing(profile: Any) -> None:  # noqa: ANN401 - a profile
        if profile.role == "seller":
            raise failure("AuthorizationError", "canary", "DeleteTopic")
        real(profile)

    office.phonebook.forget = refusing  # type: ignore[method-assign]
    erasure.go_on(office.services, office.storage)
    assert ("done", "pending") == (state(office)["status"], state(office, Role.SELLER)["status"])
    assert [f"seller:{SELLER.id}"] == [record.person for record in caplog.records if record.levelname == "ERROR"]  # type: ignore[attr-defined]
    office.phonebook.forget = real  # type: ignore[method-assign]
    erasure.go_on(office.services, office.storage)
    assert "pending" == state(office, Role.SELLER)["status"]
    office.wait(timedelta(hours=1))
    erasure.go_on(office.services, office.storage)
    assert "done" == state(office, Role.SELLER)["status"]


def test_an_alarm_tells_of_one_that_fails(caplog: pytest.LogCaptureFixture) -> None:
    """P2: a failed erasure counts in the metric of the deployed alarm, and a count above zero sets it off."""
    alarm = template()["Resources"]["FailedErasuresAlarm"]["Properties"]
    office = ended()
    asked(office)
    office.table.fail(failure("InternalServerError", "", "TransactWriteItems"))
    erasure.go_on(office.services, office.storage)

    (line,) = (json.loads(JsonFormatter().format(record)) for record in caplog.records if record.levelname == "ERROR")
    assert 1 == line[alarm["MetricName"]]
    assert (0, "GreaterThanThreshold") == tuple(alarm[name] for name in ("Threshold", "ComparisonOperator"))
    assert {"Ref": "OperatorsTopic"} in alarm["AlarmActions"]


def test_two_workers_do_no_harm() -> None:
    """P2: when another process overwrites the same event first, that stands, and the rest is done later."""
    office = ended()
    for role in PARTIES:
        asked(office, role)
    real = office.table.put_item
    meanwhile = [True]

    def overtaken(**request: Any) -> Any:  # noqa: ANN401 - as DynamoDB takes and gives them
        if "edits" in request["Item"] and meanwhile:
            meanwhile.clear()
            office.services.cases.erase_words(ORDER, Role.SELLER)
        return real(**request)

    office.table.put_item = overtaken  # type: ignore[method-assign]
    erasure.go_on(office.services, office.storage)
    erasure.go_on(office.services, office.storage)
    assert [] == meanwhile
    assert "canary" not in events(office)
    check_books(office)


def test_an_overwritten_event_is_no_news() -> None:
    """P2, N4: overwriting an event makes the stream deliver it again; nobody is notified of it, however late."""
    office = ended()
    images: list[Any] = []
    asked(office)
    office.table.on_write = images.extend
    erasure.go_on(office.services, office.storage)
    overwritten = [image for image in images if "edits" in image]
    assert len(overwritten) > 1
    records = [{"dynamodb": {"NewImage": image, "SequenceNumber": "1"}} for image in overwritten]
    desk = Desk(())
    assert [] == publish_records(records, desk.publishing)
    assert ([], []) == (desk.sender.names, desk.waiting)


def test_the_marketplace_is_told() -> None:
    """P2, D11: an erased event is on the timelines, with its actor and time, and without its words."""
    office = ended()
    asked(office, by=PLATFORM)
    erasure.go_on(office.services, office.storage)
    for stream in (0, 1):
        last = office.services.cases.log(ORDER, stream)[-1]
        assert ("words_erased", PLATFORM, {"person": "buyer"}) == (last.payload.type, last.actor, plain(last.payload))
    assert DISPUTE in {item.get("dispute_id", {}).get("S") for item in office.table.snapshot()}


def test_a_broken_table_is_an_error_and_no_loss() -> None:
    """P2: a fault of DynamoDB leaves the request as it was, to be continued."""
    office = ended()
    asked(office)
    office.table.fail(ClientError({"Error": {"Code": "InternalServerError", "Message": ""}}, "TransactWriteItems"))
    erasure.go_on(office.services, office.storage)
    assert "pending" == state(office)["status"]
    office.wait(timedelta(hours=1))
    erasure.go_on(office.services, office.storage)
    assert "done" == state(office)["status"]


def test_a_persons_own_request_waits_a_day_and_can_be_taken_back() -> None:
    """P2: until the day is over nothing is erased and the request can be withdrawn; then it begins, and cannot."""
    office = told()
    first = asked(office, by=BUYER)
    erasure.go_on(office.services, office.storage)
    assert ("pending", 0) == (first["status"], erasure.status(office.services, Role.BUYER, BUYER.id)["orders_erased"])
    office.wait(erasure.SECOND_THOUGHTS - SECOND)
    erasure.go_on(office.services, office.storage)
    assert "withdrawn" == erasure.withdraw(office.services, Role.BUYER, BUYER.id)["status"]
    assert "withdrawn" == erasure.withdraw(office.services, Role.BUYER, BUYER.id)["status"]
    office.wait(DAY)
    erasure.go_on(office.services, office.storage)
    assert "withdrawn" == erasure.status(office.services, Role.BUYER, BUYER.id)["status"]

    asked(office, by=BUYER)
    office.wait(erasure.SECOND_THOUGHTS)
    with pytest.raises(Refusal) as late:
        erasure.withdraw(office.services, Role.BUYER, BUYER.id)
    assert TOO_LATE == late.value.code
    erasure.go_on(office.services, office.storage)
    assert "waiting" == erasure.status(office.services, Role.BUYER, BUYER.id)["status"], "for the order's payments"


def test_the_platform_ends_the_wait() -> None:
    """P2: the marketplace, which has asked the person again in its own way, has the erasure begin at once."""
    office = told()
    asked(office, by=BUYER)
    asked(office, by=PLATFORM)
    erasure.go_on(office.services, office.storage)
    assert "waiting" == erasure.status(office.services, Role.BUYER, BUYER.id)["status"], "for the order's payments"


def test_nobody_withdraws_what_nobody_asked_for() -> None:
    """P2: without a request there is nothing to take back."""
    with pytest.raises(NotFound):
        erasure.withdraw(Office().services, Role.BUYER, BUYER.id)
