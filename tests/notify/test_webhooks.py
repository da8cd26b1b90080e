"""Webhooks from the stream to the endpoint: once each, again after a failure, and lost by no crash (N7)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.domain.webhooks import (
    ATTEMPTS_AT_MOST,
    FAILED_ATTEMPTS,
    FAILING_FOR,
    LEASE,
    PAUSES,
    Delivery,
    DeliveryStatus,
    Health,
    OffReason,
    Reply,
    Secret,
    WebhookEndpoint,
    delivery_id,
    secret_of,
)
from chalicelib.notify.publish import publish_records
from chalicelib.notify.webhooks.delivering import ENDPOINT_OFF, SWITCHED_OFF, Delivering, hand_over_due
from chalicelib.notify.webhooks.queue import DELAY_AT_MOST_S, SqsDeliveries
from chalicelib.service.webhook_envelope import PAYMENT, TYPES
from chalicelib.service.webhooks import GRACE, Desk
from chalicelib.settings import settings_from
from chalicelib.store.items import item
from chalicelib.store.webhooks import KEPT_S, Webhooks
from localcloud.memory.table import MemoryTable
from tests.api.edge import Deliveries, Names
from tests.domain.worlds import PAID_AT
from tests.notify.fakes import SHARDS, FakeClock
from tests.notify.fakes import Desk as Publishing
from tests.notify.stories import STORIES, never_arrived, records_of
from tests.notify.test_asyncapi import wrong_with
from tests.notify.test_publish import to

if TYPE_CHECKING:
    from collections.abc import Mapping


SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
SECRET = secret_of(bytes(32))
GOOD, BAD = Reply(200), Reply(500)
ALL = WebhookEndpoint("we_all", "https://all.market.example/", (), "", (Secret(SECRET),), PAID_AT)
SOME = replace(ALL, id="we_some", url="https://some.market.example/", types=(PAYMENT, "dispute_opened"))
REFUSED = ClientError({"Error": {"Code": "InternalError", "Message": "no"}}, "SendMessage")


@dataclass
class Outside:
    """The endpoints' side: what was posted, and how it is answered. Dies before it answers where ``dies``."""

    reply: Reply = GOOD
    dies: bool = False
    posted: list[tuple[str, dict[str, str], str]] = field(default_factory=list)

    def post(self, url: str, headers: Mapping[str, str], body: str) -> Reply:
        """Keep it, and answer."""
        self.posted.append((url, dict(headers), body))
        if self.dies:
            raise KeyboardInterrupt
        return self.reply

    @property
    def ids(self) -> list[str]:
        """The webhook-id of each."""
        return [headers["webhook-id"] for _, headers, _ in self.posted]


@dataclass
class Hooks:
    """Everything between the stream and the endpoints, in memory."""

    table: MemoryTable = field(default_factory=MemoryTable)
    clock: FakeClock = field(default_factory=FakeClock)
    queue: Deliveries = field(default_factory=Deliveries)
    outside: Outside = field(default_factory=Outside)
    told: list[str] = field(default_factory=list)

    @property
    def store(self) -> Webhooks:
        """The endpoints and deliveries."""
        return Webhooks(lambda: self.table, "table", SHARDS, lambda: 1000.0)

    @property
    def desk(self) -> Desk:
        """What webhooks need."""
        return Desk(self.store, self.queue, Names())

    @property
    def delivering(self) -> Delivering:
        """The function that posts."""
        return Delivering(self.desk, self.outside, self.clock, lambda subject, _: self.told.append(subject))

    def waiting(self, endpoint: str = ALL.id, event: str = "o-1#0#1") -> Delivery:
        """Return a new delivery that is to be made now."""
        made = Delivery(delivery_id(endpoint, event), endpoint, "test", event, "{}", self.clock.at, self.clock.at)
        self.store.save_delivery(made, self.clock.at + GRACE)
        return made

    def now(self, it: Delivery) -> Delivery:
        """Return a delivery as it is on record."""
        found = self.store.delivery(it.endpoint_id, it.id)
        assert found is not None
        return found

    def attempt(self, it: Delivery) -> Delivery:
        """Let the queue bring a delivery, and return it as it is then."""
        self.delivering.attempt(it.endpoint_id, it.id)
        return self.now(it)

    def sweep(self) -> list[str]:
        """Hand over what is due, and return the ids that the queue was given."""
        self.queue.waiting.clear()
        for shard in range(SHARDS):
            assert hand_over_due(self.desk, self.clock, shard, lambda: True)
        return [delivery for _, delivery, _ in self.queue.waiting]


@pytest.fixture
def hooks() -> Hooks:
    """Two endpoints: one for every type, and one for payments and opened disputes."""
    made = Hooks()
    for it in (ALL, SOME):
        made.store.save(it)
    return made


def publishing(hooks: Hooks) -> Publishing:
    """Return a desk that publishes a story to topics and endpoints."""
    return Publishing((never_arrived(),), clock=hooks.clock)


def publish(hooks: Hooks, desk: Publishing) -> list[str]:
    """Publish everything, and return what failed."""
    return publish_records(records_of(desk.worlds[0]), replace(desk.publishing, webhooks=hooks.desk))


def kept(hooks: Hooks, endpoint: str) -> list[Delivery]:
    """Return every delivery to an endpoint."""
    keys = [it for it in hooks.table.snapshot() if it["sk"]["S"].startswith("DELIVERY#")]
    found = [hooks.store.delivery(endpoint, it["sk"]["S"].partition("#")[2]) for it in keys]
    return [it for it in found if it]


def test_an_endpoint_is_posted_what_the_topics_are_told(hooks: Hooks) -> None:
    """N7: every event and payment instruction has one delivery to who wants its type, with the topic's very message in it."""
    desk = publishing(hooks)
    assert [] == publish(hooks, desk)

    told = [(it.attributes["event_type"], it.text) for it in to(desk, "marketplace")]
    told += [(PAYMENT, it.text) for it in to(desk, "payments")]
    posted = [(it.type, json.dumps(json.loads(it.body)["data"], separators=(",", ":"))) for it in kept(hooks, ALL.id)]
    assert sorted(told) == sorted(posted)
    assert sorted(it for it in told if it[0] in SOME.types) == sorted(
        (it.type, json.dumps(json.loads(it.body)["data"], separators=(",", ":"))) for it in kept(hooks, SOME.id)
    )
    assert len(told) + len(kept(hooks, SOME.id)) == len(hooks.queue.waiting)


def test_a_body_is_as_asyncapi_says() -> None:
    """N7: the body of every webhook of every story follows its schema in asyncapi.json."""
    for story in STORIES.values():
        hooks = Hooks()
        hooks.store.save(ALL)
        desk = Publishing((story(),), clock=hooks.clock)
        assert [] == publish(hooks, desk)
        for it in kept(hooks, ALL.id):
            message = "payment_webhook" if it.type == PAYMENT else "event_webhook"
            assert [] == wrong_with(message, "payload", json.loads(it.body)), it.body
            assert it.type in TYPES


def test_the_stream_may_bring_an_event_twice(hooks: Hooks) -> None:
    """N7: redelivery by the stream adds no delivery, and none that has been made is made again."""
    desk = publishing(hooks)
    publish(hooks, desk)
    first = hooks.table.snapshot()
    waiting = list(hooks.queue.waiting)
    publish(hooks, desk)
    assert (first, waiting) == (hooks.table.snapshot(), hooks.queue.waiting)


def test_an_endpoint_that_is_off_is_prepared_nothing_for(hooks: Hooks) -> None:
    """N7: an endpoint that is off costs nothing, and is told nothing of that time later."""
    hooks.store.save(ALL.switched_off(OffReason.ASKED, PAID_AT))
    publish(hooks, publishing(hooks))
    assert [] == kept(hooks, ALL.id)
    assert [] != kept(hooks, SOME.id)


def test_a_queue_that_is_down_loses_nothing(hooks: Hooks) -> None:
    """N7: without the queue an event is published whole, and the sweep hands over its webhooks five minutes later."""
    hooks.queue.fault = REFUSED
    assert [] == publish(hooks, publishing(hooks))
    hooks.queue.fault = None
    ids = sorted(it.id for endpoint in (ALL, SOME) for it in kept(hooks, endpoint.id))
    hooks.clock.at += GRACE - SECOND
    assert [] == hooks.sweep()
    hooks.clock.at += SECOND
    assert ids == sorted(hooks.sweep())
    assert [] == hooks.sweep()


def test_a_table_that_is_down_brings_the_event_again(hooks: Hooks) -> None:
    """N7: webhooks that cannot be prepared fail the event's record, after its topics were told; nothing is lost or doubled."""
    desk = publishing(hooks)
    broken = replace(desk.publishing, webhooks=Desk(Webhooks(lambda: None, "table", SHARDS), hooks.queue, Names()))
    records = records_of(desk.worlds[0])
    assert [it["dynamodb"]["SequenceNumber"] for it in records] == publish_records(records, broken)
    assert [] == publish(hooks, desk)
    assert len(desk.sender.names) == len(set(desk.sender.names))
    assert len(to(desk, "marketplace")) == len([it for it in kept(hooks, ALL.id) if it.type != PAYMENT])


def test_a_delivery_is_posted_signed(hooks: Hooks) -> None:
    """N7: the three headers of the convention, with the time of the attempt, over the very body that is sent."""
    it = hooks.waiting()
    hooks.clock.at += HOUR
    assert DeliveryStatus.DELIVERED is hooks.attempt(it).status
    ((url, headers, body),) = hooks.outside.posted
    assert (ALL.url, it.body) == (url, body)
    assert it.id == headers["webhook-id"]
    assert str(int(hooks.clock.at.timestamp())) == headers["webhook-timestamp"]
    assert ALL.signature(it.id, hooks.clock.at, body) == headers["webhook-signature"]


def test_a_delivery_that_is_made_is_not_made_again(hooks: Hooks) -> None:
    """N7: the queue may bring a delivery as often as it likes."""
    it = hooks.waiting()
    for _ in range(3):
        hooks.attempt(it)
    hooks.clock.at += 100 * HOUR
    hooks.attempt(it)
    assert [it.id] == hooks.outside.ids
    assert [] == hooks.sweep()


def test_a_crash_after_sending_sends_again_under_the_same_id(hooks: Hooks) -> None:
    """N7: at least once. The process dies between the post and its record; the sweep brings the delivery again."""
    it = hooks.waiting()
    hooks.outside.dies = True
    with pytest.raises(KeyboardInterrupt):
        hooks.attempt(it)
    hooks.outside.dies = False
    hooks.attempt(it)  # too early: the first attempt may still run
    assert [it.id] == hooks.outside.ids
    hooks.clock.at += LEASE
    assert [it.id] == hooks.sweep()
    assert (DeliveryStatus.DELIVERED, 2) == ((done := hooks.attempt(it)).status, done.attempts)
    assert [it.id, it.id] == hooks.outside.ids


def test_two_processes_make_one_attempt(hooks: Hooks, monkeypatch: pytest.MonkeyPatch) -> None:
    """N7: of two processes that read the same delivery only one posts it."""
    it = hooks.waiting()
    read = Webhooks.endpoint

    def meanwhile(store: Webhooks, endpoint_id: str) -> WebhookEndpoint | None:
        monkeypatch.setattr(Webhooks, "endpoint", read)
        hooks.attempt(it)
        return read(store, endpoint_id)

    monkeypatch.setattr(Webhooks, "endpoint", meanwhile)
    hooks.attempt(it)
    assert [it.id] == hooks.outside.ids


def test_attempts_follow_the_pauses_by_queue_and_sweep(hooks: Hooks) -> None:
    """N7: short pauses are the queue's, long ones the sweep's; ten attempts, and then the delivery has failed."""
    hooks.outside.reply = BAD
    it = hooks.attempt(hooks.waiting())
    for pause in PAUSES:
        soon = pause.total_seconds() <= DELAY_AT_MOST_S
        assert it.next_at == hooks.clock.at + pause
        assert ([(it.endpoint_id, it.id, int(pause.total_seconds()))] if soon else []) == hooks.queue.waiting
        hooks.clock.at += pause - SECOND
        assert it == hooks.attempt(it)
        assert [] == hooks.sweep()
        hooks.clock.at += SECOND
        assert ([] if soon else [it.id]) == hooks.sweep()
        hooks.queue.waiting.clear()
        it = hooks.attempt(it)
    assert (DeliveryStatus.FAILED, ATTEMPTS_AT_MOST) == (it.status, it.attempts)
    assert {it.id} == set(hooks.outside.ids)
    hooks.clock.at += 100 * HOUR
    assert [] == hooks.sweep()


def test_a_message_that_the_queue_loses_is_handed_over(hooks: Hooks) -> None:
    """N7: the sweep brings an attempt of a short pause too, five minutes after it was due."""
    hooks.outside.reply = BAD
    it = hooks.attempt(hooks.waiting())
    hooks.clock.at += PAUSES[0] + GRACE - SECOND
    assert [] == hooks.sweep()
    hooks.clock.at += SECOND
    assert [it.id] == hooks.sweep()


@pytest.mark.parametrize("gone", [True, False])
def test_what_waits_for_an_endpoint_that_is_off_is_given_up(hooks: Hooks, gone: bool) -> None:  # noqa: FBT001
    """N7: nothing is posted to an endpoint that is off or deleted, and its deliveries say so."""
    it = hooks.waiting()
    if gone:
        hooks.store.delete(ALL.id)
    else:
        hooks.store.save(ALL.switched_off(OffReason.ASKED, PAID_AT))
    done = hooks.attempt(it)
    assert (DeliveryStatus.FAILED, ENDPOINT_OFF, []) == (done.status, done.last_error, hooks.outside.posted)


def test_gone_switches_an_endpoint_off(hooks: Hooks, caplog: pytest.LogCaptureFixture) -> None:
    """N7: a 410 switches its endpoint off at once and no other; the log and the operators are told, without the URL."""
    hooks.outside.reply = Reply(410)
    hooks.attempt(hooks.waiting())
    hooks.attempt(hooks.waiting(event="o-1#0#2"))
    stopped, other = hooks.store.endpoint(ALL.id), hooks.store.endpoint(SOME.id)
    assert stopped is not None
    assert (OffReason.GONE, hooks.clock.at, SOME) == (stopped.off, stopped.off_since, other)
    said = [it for it in caplog.records if SWITCHED_OFF in it.getMessage()]
    assert [(f"{SWITCHED_OFF}: gone", {"WebhookEndpointsOff": 1})] == [(it.getMessage(), it.measured.values) for it in said]  # type: ignore[attr-defined] # an extra
    assert ["Webhook endpoint we_all is off (gone)"] == hooks.told
    assert not any(secret in it.getMessage() for it in caplog.records for secret in (SECRET, ALL.url))


def test_an_endpoint_that_fails_for_long_is_switched_off(hooks: Hooks) -> None:
    """N7: after ten failures over three days, not a second earlier; one success in between begins the count anew."""
    began = hooks.clock.at

    def post(number: int, reply: Reply) -> OffReason | None:
        hooks.outside.reply = reply
        hooks.attempt(hooks.waiting(event=f"o-1#0#{number}"))
        found = hooks.store.endpoint(ALL.id)
        assert found is not None
        return found.off

    assert [None] * FAILED_ATTEMPTS == [post(n, BAD) for n in range(FAILED_ATTEMPTS)]
    assert began == hooks.store.health(ALL.id).failing_since
    hooks.clock.at = began + FAILING_FOR - SECOND
    assert None is post(100, BAD)
    assert None is post(101, GOOD)
    hooks.clock.at = began + FAILING_FOR
    assert None is post(102, BAD)
    hooks.clock.at += FAILING_FOR
    assert [None] * (FAILED_ATTEMPTS - 2) == [post(200 + n, BAD) for n in range(FAILED_ATTEMPTS - 2)]
    assert OffReason.FAILING is post(300, BAD)
    assert ["Webhook endpoint we_all is off (failing)"] == hooks.told


def test_an_endpoint_that_is_changed_meanwhile_is_switched_off_all_the_same(
    hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N7: a change by its owner at the same moment is kept, and so is the switch."""
    hooks.outside.reply = Reply(410)
    it, save = hooks.waiting(), Webhooks.save
    changed = replace(ALL, description="changed", version=2)

    def meanwhile(store: Webhooks, endpoint: WebhookEndpoint) -> None:
        monkeypatch.setattr(Webhooks, "save", save)
        save(store, changed)
        save(store, endpoint)

    monkeypatch.setattr(Webhooks, "save", meanwhile)
    hooks.attempt(it)
    found = hooks.store.endpoint(ALL.id)
    assert found is not None
    assert ("changed", OffReason.GONE) == (found.description, found.off)


def test_attempts_that_end_at_one_moment_are_counted_one_by_one(hooks: Hooks, monkeypatch: pytest.MonkeyPatch) -> None:
    """N7: of two attempts that fail together one may go uncounted, but none undoes a count, and a 410 is never overlooked."""
    hooks.outside.reply = Reply(410)
    it, read = hooks.waiting(), Webhooks.health

    def meanwhile(store: Webhooks, endpoint_id: str) -> Health:
        known = read(store, endpoint_id)
        store.save_health(endpoint_id, known.after(BAD, hooks.clock.at))
        return known

    monkeypatch.setattr(Webhooks, "health", meanwhile)
    hooks.attempt(it)
    monkeypatch.setattr(Webhooks, "health", read)
    found = hooks.store.endpoint(ALL.id)
    assert found is not None
    assert (OffReason.GONE, 1) == (found.off, hooks.store.health(ALL.id).failed)


def test_a_redelivery_asked_for_while_it_is_posted_is_made(hooks: Hooks) -> None:
    """N7: the result of an attempt does not undo what was asked for meanwhile."""
    it = hooks.waiting()

    class Asking(Outside):
        def post(self, url: str, headers: Mapping[str, str], body: str) -> Reply:
            again = hooks.now(it).again(hooks.clock.at)
            hooks.store.save_delivery(again, hooks.clock.at + GRACE)
            return Outside.post(self, url, headers, body)

    hooks.outside = Asking()
    assert (DeliveryStatus.PENDING, 0) == ((after := hooks.attempt(it)).status, after.attempts)
    hooks.outside = Outside()
    assert DeliveryStatus.DELIVERED is hooks.attempt(it).status


def test_an_unreadable_delivery_holds_up_no_other(hooks: Hooks) -> None:
    """I17: a delivery that only a newer version understands is left for it, and the others of its shard go on."""
    ids = [hooks.waiting(event=f"o-1#0#{n}").id for n in range(4)]
    stored = next(it for it in hooks.table.snapshot() if it["sk"]["S"] == f"DELIVERY#{ids[0]}")
    hooks.table.put_item(TableName="table", Item=stored | item(schema_version=99))
    hooks.clock.at += GRACE
    assert sorted(ids[1:]) == sorted(hooks.sweep())


def test_an_unreadable_endpoint_holds_up_no_event(hooks: Hooks) -> None:
    """I17: an endpoint that only a newer version understands is left out, and the others are told."""
    stored = next(it for it in hooks.table.snapshot() if it["sk"]["S"] == SOME.id)
    hooks.table.put_item(TableName="table", Item=stored | item(schema_version=99))
    assert [] == publish(hooks, publishing(hooks))
    assert [ALL] == hooks.store.endpoints()
    assert [] != kept(hooks, ALL.id)


@pytest.mark.parametrize(
    ("said", "loopback"),
    [
        ({}, False),
        ({"WEBHOOKS_TO_LOOPBACK": "true"}, False),
        ({"SANDBOX": "true"}, False),
        ({"SANDBOX": "true", "WEBHOOKS_TO_LOOPBACK": "TRUE"}, False),
        ({"SANDBOX": "false", "WEBHOOKS_TO_LOOPBACK": "false"}, False),
        ({"SANDBOX": "true", "WEBHOOKS_TO_LOOPBACK": "true"}, True),
    ],
)
def test_only_a_sandbox_that_says_so_posts_to_its_own_machine(said: dict[str, str], loopback: bool) -> None:  # noqa: FBT001
    """N7: in production the variable does nothing."""
    assert loopback is settings_from(said).webhooks_to_loopback


def test_a_sweep_that_runs_out_of_time_says_so(hooks: Hooks) -> None:
    """N7: then its message is delivered again, and goes on."""
    it = hooks.waiting()
    hooks.clock.at += GRACE
    assert not all(hand_over_due(hooks.desk, hooks.clock, shard, lambda: False) for shard in range(SHARDS))
    assert [it.id] == hooks.sweep()


def test_a_delivery_expires(hooks: Hooks) -> None:
    """N7, P2: a delivery is kept for 30 days after its last write, for it has the ids of people in it."""
    hooks.waiting()
    (stored,) = (it for it in hooks.table.snapshot() if it["sk"]["S"].startswith("DELIVERY#"))
    assert {"N": str(1000 + KEPT_S)} == stored["expires_at"]


def test_the_queue_is_told_ids_only() -> None:
    """N7: neither URL nor secret nor event goes through the queue."""
    sent: list[dict[str, Any]] = []

    class Sqs:
        def send_message(self, **message: Any) -> None:  # noqa: ANN401 - as botocore's
            sent.append(message)

    SqsDeliveries(Sqs, "url").put("we_1", "msg_1", 5)
    assert [{"QueueUrl": "url", "MessageBody": '{"endpoint": "we_1", "delivery": "msg_1"}', "DelaySeconds": 5}] == sent
