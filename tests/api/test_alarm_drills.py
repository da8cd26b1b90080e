"""Each drill injects a fault and looks at the metric that would ring. docs/alarm-drills.md lists them by alarm.

For a metric of ours the log lines are read as CloudWatch reads them. For a metric of AWS's the drill shows what AWS counts:
that the function really raises, that a record is really handed back, that an answer is really a 5xx.
"""

from __future__ import annotations

import importlib
import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib import bootstrap, jobs
from chalicelib.api import call
from chalicelib.api.application import InvocationFailed
from chalicelib.api.identity.rates import Rates
from chalicelib.domain import commands as c
from chalicelib.domain.dispute import Stage
from chalicelib.domain.guarantees import Reason
from chalicelib.domain.people import Role
from chalicelib.notify.publish import publish_records
from chalicelib.service import erasure
from chalicelib.service.oldest import measure_the_oldest
from chalicelib.service.sweep import sweep_shard
from chalicelib.settings import settings
from chalicelib.store import keys, lists
from localcloud.memory.expressions import failure
from tests.api.edge import ANYONE
from tests.api.samples import ANA, Stop, bring
from tests.api.test_jwks import JWKS
from tests.api.test_jwks import World as Provider
from tests.domain.worlds import BUYER, DAY, HOUR, PLATFORM, PROMISED, SECOND, SELLER, World, claim_of, disputed
from tests.emf import listening
from tests.notify.fakes import WITHOUT_LIMIT, Desk, FakeSender, registered
from tests.notify.stories import records_of
from tests.operations.ringing import BY_NAME, measured_for, rings
from tests.service.office import NAME, ORDER, SHARDS, Office
from tests.service.test_service_erasure import asked, ended

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.api.edge import Api

CANARY = "canary@example.com"
SQS = {"receiptHandle": "1", "messageId": "1"}
IMAGE = {"pk": {"S": "ORDER#o-1"}, "sk": {"S": "EVENT#0000#000001"}, "publish": {"S": "event"}, "data": {"S": CANARY}}
STREAM = {
    "eventID": "1",
    "awsRegion": "eu-west-1",
    "dynamodb": {"NewImage": IMAGE, "Keys": {}, "SequenceNumber": "7"},
    "eventSourceARN": "arn:aws:dynamodb:eu-west-1:000000000000:table/t/stream/0",
}
SOCKET = {
    "requestContext": {"apiId": "a", "stage": "api", "domainName": "a", "connectionId": "c-1"},
    "headers": {},
    "queryStringParameters": {"ticket": "none"},
    "body": '{"action": "ping"}',
}
SCHEDULED = dict.fromkeys(("version", "account", "region", "detail", "detail-type", "source", "time", "id", "resources"), "")
EVENTS: dict[str, dict[str, Any]] = {
    "sweep": SCHEDULED,
    "verify": SCHEDULED,
    "sweep_shard": {"Records": [SQS | {"body": '{"shard": 0}'}]},
    "publish": {"Records": [STREAM]},
    "chat": {"Records": [STREAM]},
    "device_failed": {"Records": [{"Sns": {"Message": '{"EndpointArn": "arn"}', "Subject": None, "MessageAttributes": {}}}]},
    "upload_stored": {"Records": [{"body": CANARY}]},
    "deliver_webhook": {"Records": [{"body": CANARY}]},
    "websocket_connect": SOCKET,
    "websocket_message": SOCKET,
    "websocket_disconnect": SOCKET,
}
"""One event for each function."""


class Context:
    """The runtime's data on an invocation."""

    aws_request_id = "request-1"
    function_name = "shop-Function"

    def get_remaining_time_in_millis(self) -> int:
        """Let a minute pass."""
        return 60_000


@pytest.fixture
def functions(app: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:  # noqa: ARG001 - it sets the environment
    """The module of the event functions, with a sweep of the office's shards."""
    known = replace(settings(), sweep_queue_url="https://queue", deadline_shards=SHARDS)
    monkeypatch.setattr(jobs, "settings", lambda: known)
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    return importlib.import_module("app")


def broken(*_: object, **__: object) -> object:
    """Fail as a dependency does, with words of people in the error."""
    raise failure("InternalServerError", CANARY, "Query")


@pytest.mark.parametrize("function", EVENTS)
def test_a_function_that_fails_says_so_once_and_fails(functions: Any, function: str, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401
    """P1: whatever a function raises is one line without its words, and the invocation fails, which AWS counts in `Errors`."""
    for name in ("services", "publishing", "storage", "progress"):
        monkeypatch.setattr(bootstrap, name, broken)
    monkeypatch.setattr(jobs, "client", broken)
    monkeypatch.setattr("chalicelib.api.live.chat_socket.services", broken)
    with listening() as heard, pytest.raises(InvocationFailed) as raised:
        getattr(functions, function)(EVENTS[function], Context())

    (line,) = [it for it in heard.lines() if it["level"] == "ERROR"]
    assert ("an invocation failed", "request-1", "shop-Function") == (
        line["message"],
        line["function_request_id"],
        line["function"],
    )
    # These take in each record by itself; only a record of no known form makes them fail.
    by_record = function in {"upload_stored", "deliver_webhook"}
    assert ("KeyError" if by_record else "ClientError") == line["exception"][0]["type"].rpartition(".")[2]
    assert raised.value.__suppress_context__
    assert CANARY not in "".join(heard.written) + str(raised.value)


class RefusingSqs:
    """A queue that refuses the second message of each batch."""

    def send_message_batch(self, **named: Any) -> dict[str, Any]:  # noqa: ANN401 - botocore's
        """Take all but one."""
        return {"Failed": [{"Id": named["Entries"][1]["Id"], "Code": "InternalError"}]}


def test_a_sweep_whose_messages_are_refused_fails(functions: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401
    """D12: a refused message is an error of the function, and not a sweep that looks well."""
    monkeypatch.setattr(jobs, "client", lambda _: RefusingSqs())
    with listening() as heard, pytest.raises(InvocationFailed):
        functions.sweep(EVENTS["sweep"], Context())

    assert ["chalicelib.jobs.NotSent"] == [it["exception"][0]["type"] for it in heard.lines() if it["level"] == "ERROR"]


def swept(office: Office, functions: Any, monkeypatch: pytest.MonkeyPatch, shards: range) -> list[float]:  # noqa: ANN401
    """Return the heartbeat of one minute in which these shards are swept."""
    monkeypatch.setattr(bootstrap, "services", lambda: office.services)
    monkeypatch.setattr(jobs, "_send_due", lambda *_: True)
    monkeypatch.setattr(jobs, "_hand_over_webhooks", lambda *_: True)
    with listening() as heard:
        for shard in shards:
            functions.sweep_shard({"Records": [SQS | {"body": json.dumps({"shard": shard})}]}, Context())
    return measured_for("SweepSilentAlarm", heard)


def test_a_shard_that_is_not_swept_stops_the_heartbeat(functions: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401
    """D12: five minutes of every shard are quiet; a shard that is missing rings, and so does silence."""
    whole = swept(Office(), functions, monkeypatch, range(SHARDS))
    lacking = swept(Office(), functions, monkeypatch, range(1, SHARDS))

    assert [1 / SHARDS] * SHARDS == whole
    assert not rings("SweepSilentAlarm", [whole * 5, whole * 5])
    assert not rings("SweepSilentAlarm", [whole * 4, whole * 6]), "a round may fall beyond the edge of a period"
    assert rings("SweepSilentAlarm", [lacking * 5, lacking * 5])
    assert rings("SweepSilentAlarm", [[], []])


def test_a_shard_that_raises_is_not_in_the_heartbeat(functions: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401
    """D12: a sweep that fails is delivered again, and counts as not swept."""
    office = Office()
    monkeypatch.setattr(bootstrap, "services", lambda: office.services)
    monkeypatch.setattr(office.services.lists, "due", broken)
    with listening() as heard, pytest.raises(InvocationFailed):
        functions.sweep_shard(EVENTS["sweep_shard"], Context())

    assert [] == measured_for("SweepSilentAlarm", heard)


def test_a_case_that_cannot_be_swept_grows_old(monkeypatch: pytest.MonkeyPatch) -> None:
    """D12: a case that fails in every sweep stays due, and the next sweep tells its age."""
    office = Office().disputed()
    office.wait(60 * DAY)
    monkeypatch.setattr(office.services.cases, "load", broken)
    minutes = []
    for _ in range(2):
        with listening() as heard:
            for shard in range(SHARDS):
                sweep_shard(office.services, shard)
        minutes.append(measured_for("DeadlineBacklogAlarm", heard))
        office.wait(timedelta(minutes=1))

    assert rings("DeadlineBacklogAlarm", minutes)
    assert not rings("DeadlineBacklogAlarm", [[0] * SHARDS] * 2)


def test_a_record_that_cannot_be_published_is_handed_back(functions: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401
    """N4: Lambda reads the stream again from a record that is handed back, so its age grows, and in the end it is set aside."""
    monkeypatch.setattr(bootstrap, "publishing", lambda: Desk(()).publishing)
    with listening() as heard:
        answer = functions.publish(EVENTS["publish"], Context())

    assert {"batchItemFailures": [{"itemIdentifier": "7"}]} == answer
    assert ["an event was not fully published"] == [it["message"] for it in heard.lines() if it["level"] == "ERROR"]


def test_an_upload_that_cannot_be_looked_at_is_handed_back(functions: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401
    """N6: SQS delivers it again, so its age grows, and the fifth failure moves it to the dead-letter queue."""
    monkeypatch.setattr(bootstrap, "services", object)
    monkeypatch.setattr(bootstrap, "storage", object)
    poisoned = {"Records": [SQS | {"body": CANARY}]}
    with listening() as heard:
        answer = functions.upload_stored(poisoned, Context())

    assert {"batchItemFailures": [{"itemIdentifier": "1"}]} == answer
    assert CANARY not in "".join(heard.written)


def paid_out() -> World:
    """A refund to a buyer whose seller was silent, and of which nothing is heard yet."""
    world = World.of()
    world.go(PROMISED + SECOND).open(claim_of(Reason.NOT_RECEIVED))
    world.wait(5 * DAY).sweep()
    return world


def test_a_payment_that_fails_rings() -> None:
    """M2: a single failure that the payment system reports is enough."""
    world = paid_out()
    world.pay(1, failure="card closed")
    with listening() as heard:
        publish_records(records_of(world), Desk((world,)).publishing)

    assert rings("FailedPaymentsAlarm", [measured_for("FailedPaymentsAlarm", heard)])
    assert not rings("FailedPaymentsAlarm", [[]])


def test_a_payment_system_that_is_silent_rings() -> None:
    """M2: a payment without a result rings after 30 hours, and each one again when it is overdue after 72."""
    office = Office().bought()
    office.watch.at = PROMISED + SECOND
    office.open(claim_of(Reason.NOT_RECEIVED))
    nothing = ages("PendingPaymentsAlarm", office)
    office.act(SELLER, c.Accept("1"))
    young, old = (ages("PendingPaymentsAlarm", office.wait(some)) for some in (29 * HOUR, 2 * HOUR))
    assert ([0], [29 * 3600], [31 * 3600]) == (nothing, young, old)
    assert (False, True) == (rings("PendingPaymentsAlarm", [young]), rings("PendingPaymentsAlarm", [old]))

    world = paid_out()
    world.wait(73 * HOUR).sweep()
    with listening() as heard:
        publish_records(records_of(world), Desk((world,)).publishing)
    assert rings("OverduePaymentsAlarm", [measured_for("OverduePaymentsAlarm", heard)])


def ages(alarm: str, office: Office) -> list[float]:
    """Return what the minute's measurement says to an alarm."""
    with listening() as heard:
        measure_the_oldest(office.services)
    return measured_for(alarm, heard)


def test_a_case_that_no_mediator_decides_rings() -> None:
    """D4: the longest escalated case is measured once a minute, and rings before the policy decides in a person's place."""
    office = Office().disputed()
    office.act(SELLER, c.Decline())
    office.act(BUYER, c.Escalate())
    young, old = (ages("MediationAgeAlarm", office.wait(some)) for some in (9 * DAY, 2 * DAY))

    assert not rings("MediationAgeAlarm", [young])
    assert rings("MediationAgeAlarm", [old])


def test_an_erasure_that_waits_or_fails_rings() -> None:
    """P2: one that waits for a case is measured each day, and rings before the law's month ends; a failed one rings at once."""
    office = Office().disputed()
    erasure.ask(office.services, Role.BUYER, BUYER.id, PLATFORM)
    with listening() as heard:
        for _ in range(23):
            erasure.go_on(office.services, office.storage)
            office.wait(DAY)
    days = measured_for("WaitingErasuresAlarm", heard)
    assert [day * 86_400 for day in range(23)] == days
    assert (False, True) == (rings("WaitingErasuresAlarm", [days[:22]]), rings("WaitingErasuresAlarm", [days[-1:]]))

    failing = ended()
    asked(failing)
    failing.table.fail(failure("InternalServerError", CANARY, "TransactWriteItems"))
    with listening() as heard:
        erasure.go_on(failing.services, failing.storage)
    assert rings("FailedErasuresAlarm", [measured_for("FailedErasuresAlarm", heard)])


def test_an_item_that_cannot_be_read_rings() -> None:
    """I17: an item of a list that is left out is told."""
    office = Office().disputed()
    key = {"pk": {"S": keys.order_pk(ORDER)}, "sk": {"S": keys.ORDER_SK}}
    stored = office.table.get_item(TableName=NAME, Key=key)["Item"]
    office.table.put_item(TableName=NAME, Item=stored | {"data": {"S": "{"}})
    with listening() as heard:
        shown, _ = office.services.lists.read(lists.orders_of("buyer", BUYER.id), 10, None, lists.as_order)

    assert [] == shown
    assert rings("UnreadableItemsAlarm", [measured_for("UnreadableItemsAlarm", heard)])
    assert [f"{keys.order_pk(ORDER)} {keys.ORDER_SK}"] == [it["item"] for it in heard.lines() if "item" in it]


def test_a_message_that_a_provider_refuses_lies_with_the_undelivered() -> None:
    """N4: a mail that a provider refuses for good goes to the queue whose depth rings, and counts by its channel."""
    world = disputed(Stage.OPENED)
    sender = FakeSender(codes={"order-1#1#1 seller:acme email": "MessageRejected"})
    desk = Desk((world,), sender=sender)
    desk.clock.at = world.now
    with listening() as heard:
        desk.publish()

    assert 1 == len(desk.undelivered.kept)
    assert rings("UndeliveredAlarm", [[len(desk.undelivered.kept)]])
    assert ["email"] == [it["Channel"] for it in heard.lines() if "Undelivered" in it]


def test_an_sms_beyond_the_limit_rings() -> None:
    """N3: an SMS that a day's limit holds back is told."""
    world = disputed(Stage.OPENED)
    desk = Desk((world,), limits=replace(WITHOUT_LIMIT, sms_per_day=0))
    desk.people.known = {"seller:acme": registered("seller", "acme", "sms")}
    desk.clock.at = world.now
    with listening() as heard:
        desk.publish()

    assert rings("SmsCappedAlarm", [measured_for("SmsCappedAlarm", heard)])


def test_keys_that_cannot_be_fetched_ring() -> None:
    """While the last keys still serve, each failed attempt to fetch new ones is told."""
    world = Provider()
    assert world.known("one")
    del world.documents[JWKS]
    periods = []
    for _ in range(2):
        world.at += 300
        with listening() as heard:
            assert world.known("one")
        periods.append(measured_for("KeysUnreachableAlarm", heard))

    assert rings("KeysUnreachableAlarm", periods)


def test_a_table_that_fails_is_a_5xx_of_the_api(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gateway counts the answer; the log says its code, the error of AWS and the caller."""
    bring(api, Stop.DISPUTED)
    monkeypatch.setattr(api.table, "transact_write_items", broken)
    with listening() as heard:
        reply = api.call(ANA, "POST", "/disputes/o-1-d1/evidence", {"note": CANARY})

    assert 503 == reply.status
    line = next(it for it in heard.lines() if it["message"] == "answered")
    assert ("temporarily_unavailable", "ana", "o-1-d1") == (line["code"], line["caller"], line["dispute_id"])
    failing, well = [1.0], [0.0] * 999
    quiet: list[float] = []
    assert rings("ApiErrorsAlarm", [failing, quiet, quiet] * 5), "one call in three minutes, and each fails"
    assert not rings("ApiErrorsAlarm", [[*failing, *well]] * 15), "one failure a minute among a thousand calls"


def calls_refused(api: Api, who: str, path: str, status: int, times: int) -> list[float]:
    """Let somebody be refused so often, and return what the alarm on that status counts."""
    with listening() as heard:
        refused = [api.call(who, "GET", path).status for _ in range(times)]
    assert [status] * times == refused
    assert {True} == {"code" in it for it in heard.lines() if it["message"] == "answered"}
    return measured_for(f"Calls{status}Alarm", heard)


@pytest.mark.parametrize(("who", "path", "status"), [(ANYONE, "/orders", 401), (ANA, "/mediation/queue", 403)])
def test_a_flood_of_refused_calls_rings(api: Api, who: str, path: str, status: int) -> None:
    """A flood rings, and as many calls as an app that errs makes do not."""
    flood = calls_refused(api, who, path, status, 301)

    assert rings(f"Calls{status}Alarm", [flood, flood])
    assert not rings(f"Calls{status}Alarm", [flood[:300], flood])


class Uncounted:
    """Counts in the table that say nothing of other processes."""

    def add(self, *_: object) -> int:
        """Return that nobody else has counted."""
        return 0


def test_a_caller_over_the_limit_rings(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A caller who goes on after a 429 rings, and the line names them."""
    one_a_minute = Rates(Uncounted(), 1, 1, lambda: 0.0)
    monkeypatch.setattr(call, "rates", lambda: one_a_minute)
    assert 200 == api.call(ANA, "GET", "/orders").status
    flood = calls_refused(api, ANA, "/orders", 429, 301)

    assert rings("Calls429Alarm", [flood, flood])


@pytest.mark.parametrize("name", [name for name in BY_NAME if name.endswith(("ErrorsAlarm", "ThrottlesAlarm"))])
def test_a_function_that_fails_each_time_rings(name: str) -> None:
    """Three minutes with an error or a throttle among fifteen ring, whatever lies between; two do not."""
    row = BY_NAME[name]
    past = row.threshold + 1 if isinstance(row.threshold, int) else 1.0
    bad, good = [float(past)], list[float]()

    assert rings(name, [bad] * row.periods + [good] * ((row.among or row.periods) - row.periods))
    assert not rings(name, [bad] * (row.periods - 1) + [good] * ((row.among or row.periods) - row.periods + 1))
