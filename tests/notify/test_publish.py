"""Publishing from the stream: once, in order, whatever fails (N4, M1, I9)."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.domain.ledger import InstructionStatus
from chalicelib.notify.composed_message import Push
from chalicelib.notify.publish import publish_records
from chalicelib.store.people import Device, PhoneCode, Profile
from tests.domain.worlds import HOUR, World, order_terms
from tests.emf import totals
from tests.notify.fakes import Desk, FakeMarkers, FakePeople, FakeSender, registered
from tests.notify.stories import STORIES, never_arrived, no_dispute, records_of, reviewed
from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from chalicelib.notify.composed_message import ComposedMessage


def another_order(order_id: str) -> World:
    """An order to which little happens: its import and its payment."""
    return World.of(order_terms(order_id=order_id))


def numbered(*worlds: World) -> list[dict[str, Any]]:
    """The records of some worlds, one after the other, under sequence numbers of their own."""
    records = [record for world in worlds for record in records_of(world)]
    return [record | {"dynamodb": record["dynamodb"] | {"SequenceNumber": str(100 + n)}} for n, record in enumerate(records)]


def to(desk: Desk, recipient: str) -> list[ComposedMessage]:
    """Return the messages that were sent to one recipient."""
    return [message for message in desk.sender.sent if message.attributes["recipient"] == recipient]


@pytest.mark.parametrize("story", STORIES)
def test_redelivery_sends_nothing_twice(story: str) -> None:
    """Each story delivered twice sends every message once (N4)."""
    world = STORIES[story]()
    desk = Desk((world,))
    assert publish_records(records_of(world), desk.publishing) == []
    once = list(desk.sender.names)
    assert publish_records(records_of(world), desk.publishing) == []
    assert (once, len(set(once))) == (desk.sender.names, len(once))


def test_a_crash_between_sending_and_marking_sends_again() -> None:
    """A message that was sent but not marked is sent again, so none can be lost (N4, I11)."""
    world = never_arrived()
    told = "order-1#1#1 seller:acme sms"
    desk = Desk((world,), markers=FakeMarkers(crashes_at=told))
    with pytest.raises(KeyboardInterrupt):
        publish_records(records_of(world), desk.publishing)
    assert publish_records(records_of(world), desk.publishing) == []
    assert desk.sender.names.count(told) == 2
    assert set(desk.sender.names) == desk.markers.kept
    assert len(desk.sender.names) == len(desk.markers.kept) + 1


def test_a_failed_record_is_reported_and_other_orders_go_on() -> None:
    """One order's failure is reported by its sequence number and stops no other order (N4)."""
    worlds = (another_order("one"), another_order("two"), another_order("three"))
    desk = Desk(worlds, sender=FakeSender(refuses={"two#0#2 marketplace topic"}))
    assert publish_records(numbered(*worlds), desk.publishing) == ["103"]
    sent = [f"{order}#0#{seq} marketplace topic" for order in ("one", "two", "three") for seq in (1, 2)]
    assert [it for it in sent if it != "two#0#2 marketplace topic"] == desk.sender.names


def test_no_event_overtakes_an_earlier_one_of_its_order() -> None:
    """After a failure the rest of that order waits, and everything leaves in order once it is delivered again (N4)."""
    world = never_arrived()
    desk = Desk((world,), sender=FakeSender(refuses={"order-1#0#2 marketplace topic"}))
    records = records_of(world)
    failed = publish_records(records, desk.publishing)
    assert [record["dynamodb"]["SequenceNumber"] for record in records[1:]] == failed
    desk.sender.refuses.clear()
    assert publish_records(records[1:], desk.publishing) == []
    undisturbed = Desk((world,))
    publish_records(records, undisturbed.publishing)
    assert undisturbed.sender.names == desk.sender.names


@pytest.mark.parametrize("position", range(8))
def test_a_failure_anywhere_loses_nothing_and_doubles_nothing(position: int) -> None:
    """If any one record fails at first, the retry from it on sends each message exactly once (N4, I9)."""
    worlds = (another_order("one"), another_order("two"), another_order("three"), another_order("four"))
    records = numbered(*worlds)
    image = records[position]["dynamodb"]["NewImage"]
    event = f"{image['order_id']['S']}#{image['stream']['N']}#{image['seq']['N']}"
    desk = Desk(worlds, sender=FakeSender(refuses={f"{event} marketplace topic"}))
    failed = publish_records(records, desk.publishing)
    desk.sender.refuses.clear()
    lowest = min(int(number) for number in failed) - 100
    assert position == lowest
    assert publish_records(records[lowest:], desk.publishing) == []
    assert (len(desk.sender.names), len(set(desk.sender.names))) == (8, 8)


def test_a_failed_message_stops_none_of_the_others_of_its_event() -> None:
    """The seller's email leaves although the SMS failed; the SMS is queued, holds up nothing, and leaves later (N4)."""
    world = never_arrived()
    sms = "order-1#1#1 seller:acme sms"
    desk = Desk((world,), sender=FakeSender(refuses={sms}))
    opened = [record for record in records_of(world) if record["dynamodb"]["NewImage"]["stream"]["N"] == "1"][:1]
    desk.clock.at = world.log[2].at
    assert [] == publish_records(opened, desk.publishing)
    others = ["marketplace topic", "seller:acme email", "buyer:ana email"]
    assert [f"order-1#1#1 {it}" for it in others] == desk.sender.names
    desk.sender.refuses.clear()
    world.log = world.log[:3]
    world.known = world.refolded()
    assert [] == desk.send_due(desk.clock.at + timedelta(seconds=59))
    assert [sms] == desk.send_due(desk.clock.at + timedelta(seconds=60))
    assert [] == publish_records(opened, desk.publishing)
    assert 4 == len(desk.sender.names)


def test_a_record_that_cannot_be_read_is_reported() -> None:
    """An event of an unknown kind fails, holds back its own order only, and raises nothing (N4)."""
    worlds = (another_order("one"), another_order("two"))
    records = numbered(*worlds)
    records[0]["dynamodb"]["NewImage"]["type"] = {"S": "unheard_of"}
    desk = Desk(worlds)
    assert publish_records(records, desk.publishing) == ["100", "101"]
    assert desk.sender.names == ["two#0#1 marketplace topic", "two#0#2 marketplace topic"]


def test_records_that_are_no_events_are_passed_over() -> None:
    """Other items of the table, and deletions, are not published."""
    desk = Desk(())
    order = {"NewImage": {"pk": {"S": "ORDER#1"}, "sk": {"S": "#ORDER"}}, "SequenceNumber": "1"}
    forgotten = {"Keys": {"pk": {"S": "SENT#1"}}, "SequenceNumber": "2"}
    records = [{"eventName": "MODIFY", "dynamodb": order}, {"eventName": "REMOVE", "dynamodb": forgotten}]
    assert (publish_records(records, desk.publishing), desk.sender.names) == ([], [])


def test_whoever_registered_nothing_is_passed_over() -> None:
    """A seller with only an email address gets no SMS, and a buyer without contacts gets nothing (N1)."""
    world = never_arrived()
    desk = Desk((world,), people=FakePeople({"seller:acme": registered("seller", "acme", "email")}))
    assert publish_records(records_of(world), desk.publishing) == []
    people = {
        (m.attributes["recipient"], m.attributes["channel"], m.topic)
        for m in desk.sender.sent
        if ":" in m.attributes["recipient"]
    }
    assert {("seller:acme", "email", "topic-seller-acme")} == people


def test_an_email_has_a_subject_and_an_sms_has_none() -> None:
    """A message takes the form of its channel (N3)."""
    world = never_arrived()
    desk = Desk((world,))
    publish_records(records_of(world), desk.publishing)
    email, sms = to(desk, "seller:acme")[:2]
    assert email.subject == "Answer by 6 Apr 2026, 12:00 UTC: dispute order-1-d1 opened"
    assert (sms.subject, sms.attributes["AWS.SNS.SMS.SMSType"]) == (None, "Transactional")
    assert sms.text.endswith("https://app.example.com/disputes/order-1-d1")


def buyer_with(**contacts: Any) -> FakePeople:  # noqa: ANN401 - fields of the profile
    """The buyer with such contacts, and nobody else."""
    return FakePeople({"buyer:ana": replace(registered("buyer", "ana"), **contacts)})


def test_a_push_message_has_a_title_and_opens_what_it_is_about() -> None:
    """N1, N3: it goes straight to the person's device, in their language and without a link in the text."""
    phone = Device("device-1", "fcm", "token", endpoint="endpoint", subscription="subscription")
    desk = Desk((never_arrived(),), people=buyer_with(devices=(phone,), language="es"))
    assert [] == desk.publish()
    opened = to(desk, "buyer:ana")[0]
    assert ("", "endpoint", None) == (opened.topic, opened.device, opened.subject)
    assert "push" == opened.attributes["channel"]
    assert Push("La disputa order-1-d1 está abierta", f"{desk.link_base}/disputes/order-1-d1") == opened.push
    assert desk.link_base not in opened.text
    assert opened.text.startswith("Usted ha abierto una disputa")


def test_an_sms_goes_straight_to_the_number() -> None:
    """N1: an SMS names the phone and no topic, and a phone that is not confirmed, or a buyer's, gets none."""
    code = PhoneCode("salt", "digest", never_arrived().now, never_arrived().now)
    people = {
        "seller:acme": Profile("seller", "acme", phone="+34600000001"),
        "buyer:ana": Profile("buyer", "ana", phone="+34600000002"),
    }
    desk = Desk((never_arrived(),), people=FakePeople(people))
    assert [] == desk.publish()
    assert {("", "+34600000001", "sms")} == {(it.topic, it.phone, it.attributes["channel"]) for it in to(desk, "seller:acme")}
    assert [] == to(desk, "buyer:ana")
    pending = Desk((never_arrived(),), people=FakePeople({"seller:acme": replace(people["seller:acme"], phone_code=code)}))
    assert [] == pending.publish()
    assert [] == to(pending, "seller:acme")


def pushed_to(desk: Desk) -> list[str]:
    """Return the devices that heard of the opening, in order."""
    return [it.device for it in to(desk, "buyer:ana") if it.attributes["event_type"] == "dispute_opened"]


def test_each_device_rings_once_although_another_fails() -> None:
    """N4: a device that fails is tried again by itself, and those that took the message ring no second time."""
    devices = tuple(Device(f"device-{n}", "fcm", f"token-{n}", endpoint=f"endpoint-{n}") for n in range(3))
    desk = Desk((never_arrived(),), people=buyer_with(devices=devices))
    desk.sender.fails = {"endpoint-1"}
    assert [] == desk.publish()
    assert ["endpoint-0", "endpoint-2"] == pushed_to(desk)
    assert any("push" in name for name in desk.waiting)
    desk.sender.fails = set()
    desk.send_due(desk.clock.at + HOUR)
    assert ["endpoint-0", "endpoint-2", "endpoint-1"] == pushed_to(desk)
    assert [] == [name for name in desk.waiting if "reminder" not in name]


@pytest.mark.parametrize("code", ["EndpointDisabled", "NotFound"])
def test_a_device_that_was_given_up_is_no_failure(code: str, caplog: pytest.LogCaptureFixture) -> None:
    """N1, N4: a device that its platform gave up is left out and counted; the person's other device rings, and once."""
    devices = tuple(Device(f"device-{n}", "fcm", f"token-{n}", endpoint=f"endpoint-{n}") for n in range(2))
    desk = Desk((never_arrived(),), people=buyer_with(devices=devices))
    desk.sender.gone = {"endpoint-0": code}
    caplog.set_level("INFO")
    for _ in range(2):
        assert [] == desk.publish()
    assert ["endpoint-1"] == pushed_to(desk)
    assert ([], []) == (desk.undelivered.kept, [name for name in desk.waiting if "reminder" not in name])
    assert "a device was not told: its platform has given it up" in caplog.text


def test_a_device_is_told_nothing_before_it_has_an_endpoint() -> None:
    """N1: a device whose registration failed half way gets nothing."""
    desk = Desk((never_arrived(),), people=buyer_with(devices=(Device("device-1", "fcm", "token"),)))
    assert [] == desk.publish()
    assert [] == to(desk, "buyer:ana")


def test_mail_of_its_own_goes_to_the_address_registered() -> None:
    """N1: mail through SES needs no topic and no subscription; an address still subscribed to the topic gets none."""
    desk = Desk((never_arrived(),), people=buyer_with(email="ana@example.com", topic=None), mail_by_topic=False)
    assert [] == desk.publish()
    opened = to(desk, "buyer:ana")[0]
    assert ("", "ana@example.com", "email") == (opened.topic, opened.mail_to, opened.attributes["channel"])
    assert ("Dispute order-1-d1 is open", True) == (opened.subject, desk.link_base in opened.text)
    gone = Desk((never_arrived(),), people=buyer_with(subscriptions={"email": "arn"}), mail_by_topic=False)
    assert [] == gone.publish()
    assert [] == to(gone, "buyer:ana")


@pytest.mark.parametrize("by_topic", [True, False])
def test_mail_that_is_switched_off_goes_nowhere(by_topic: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """N1: a person who switched mail off gets none, by topic or by SES."""
    contacts = buyer_with(email="ana@example.com", subscriptions={"email": "arn"}, muted=("email",))
    desk = Desk((never_arrived(),), people=contacts, mail_by_topic=by_topic)
    assert [] == desk.publish()
    assert [] == to(desk, "buyer:ana")


def test_times_are_told_by_the_recipients_clocks() -> None:
    """N3: the deadline is in the zone that the person registered."""
    acme = replace(registered("seller", "acme", "email"), time_zone="Asia/Tokyo")
    desk = Desk((never_arrived(),), people=FakePeople({"seller:acme": acme}))
    assert [] == desk.publish()
    assert (to(desk, "seller:acme")[0].subject or "").startswith("Answer by 6 Apr 2026, 21:00 UTC+9")


def test_mediators_hear_of_what_waits_for_them() -> None:
    """An escalation and an appeal go to the mediators' topic (N1)."""
    world = reviewed()
    desk = Desk((world,))
    publish_records(records_of(world), desk.publishing)
    assert [message.attributes["event_type"] for message in to(desk, "mediators")] == ["escalated", "appealed"]


def test_the_marketplace_gets_every_event_typed() -> None:
    """Its topic gets ids, old and new state and amounts, in the order of the log (N1)."""
    world = never_arrived()
    desk = Desk((world,))
    publish_records(records_of(world), desk.publishing)
    told = [json.loads(message.text) for message in to(desk, "marketplace")]
    assert [event.payload.type for event in world.log] == [it["type"] for it in told]
    resolved = next(it for it in told if it["type"] == "dispute_resolved")
    expected = {
        "id": "order-1#1#2",
        "type": "dispute_resolved",
        "at": "2026-04-06T12:00:01Z",
        "seq": 2,
        "actor_role": "clock",
        "order_id": "order-1",
        "buyer_id": "ana",
        "seller_id": "acme",
        "dispute_id": "order-1-d1",
        "status_before": "waiting_for_seller_response",
        "status": "resolved",
        "stage": "resolved",
        "outcome": "resolved_buyer_favour",
        "instruction_id": None,
        "amounts": {"refund": {"minor": 10000, "currency": "USD"}},
    }
    assert expected == resolved


def test_payments_are_instructed_under_a_stable_id() -> None:
    """A refund and its second attempt are the same instruction, complete both times (M1, M2)."""
    world = never_arrived()
    desk = Desk((world,))
    publish_records(records_of(world), desk.publishing)
    first = {
        "id": world.case.order.instructions[0].id,
        "movement": "refund",
        "amount": {"minor": 10000, "currency": "USD"},
        "payee": "ana",
        "payer": None,
        "order_id": "order-1",
        "attempt": 1,
        "issued_at": "2026-04-06T12:00:01Z",
    }
    assert InstructionStatus.SETTLED is world.case.order.instructions[0].status
    assert [first, first | {"attempt": 2}] == [json.loads(message.text) for message in to(desk, "payments")]


def test_a_completed_order_pays_the_seller() -> None:
    """A completed order instructs the release of what is held to the seller, again under the same id while nothing is heard
    of it (O7, M1, M2).
    """
    world = no_dispute()
    desk = Desk((world,))
    publish_records(records_of(world), desk.publishing)
    paid, *again = (json.loads(message.text) for message in to(desk, "payments"))
    assert [paid, paid] == again
    assert (paid["movement"], paid["payee"], paid["amount"]["minor"]) == ("release", "acme", 10000)


def test_a_retry_of_an_unknown_instruction_is_reported() -> None:
    """A retry whose instruction is unknown is not published and is delivered again (M2)."""
    world = never_arrived()
    empty = replace(world.case.order, instructions=())
    desk = Desk((world,))
    world.known = replace(world.case, order=empty)
    records = [r for r in records_of(world) if r["dynamodb"]["NewImage"]["type"]["S"] == "payment_retried"]
    assert [records[0]["dynamodb"]["SequenceNumber"]] == publish_records(records, desk.publishing)
    assert to(desk, "payments") == []


def test_publishing_loads_nothing_of_the_edge() -> None:
    """The stream's function imports neither pydantic nor chalice nor any route."""
    code = (
        "import sys, chalicelib.notify.publish, chalicelib.notify.due, chalicelib.notify.registries.subscriptions\n"
        "print([m for m in sys.modules if m.startswith(('pydantic', 'chalice.', 'chalicelib.api', 'boto3'))])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_a_failed_payment_is_counted_for_the_alarm(caplog: pytest.LogCaptureFixture) -> None:
    """M2: a failure is counted once, from what is committed."""
    world = never_arrived()
    publish_records(records_of(world), Desk((world,)).publishing)

    assert {"FailedPaymentInstructions": 1} == totals(caplog, "FailedPaymentInstructions")


def test_orders_of_one_batch_are_published_at_the_same_time_and_each_in_order() -> None:
    """N4: a batch waits for the slowest order, not for all of them one after the other; an order's events keep their order."""
    worlds = tuple(another_order(name) for name in ("one", "two", "three"))
    together = threading.Barrier(len(worlds))

    class Waiting(FakeSender):
        """A sender whose first message of each order waits for the others' first."""

        def send(self, message: ComposedMessage) -> None:
            if message.attributes["event"].endswith("#0#1"):
                together.wait(PATIENCE)
            super().send(message)

    desk = Desk(worlds, sender=Waiting(refuses={"two#0#2 marketplace topic"}))
    failed = publish_records(numbered(*worlds), replace(desk.publishing, at_once=len(worlds)))
    told = [it for it in desk.sender.names if it.endswith("marketplace topic")]

    assert ["103"] == failed
    assert {"one": ["1", "2"], "two": ["1"], "three": ["1", "2"]} == {
        order: [it.split(" ")[0].rpartition("#")[2] for it in told if it.startswith(f"{order}#")]
        for order in ("one", "two", "three")
    }
