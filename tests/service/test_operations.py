"""The operations: each number is that of its list, what AWS does not tell is said, and a message is sent again once."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import EndpointConnectionError

from chalicelib.domain.people import Actor, Role
from chalicelib.service import operations
from chalicelib.service.operations import Operating, Why
from chalicelib.service.verification.run import Verification
from chalicelib.store.idempotency import Once
from chalicelib.store.message_queue import Kind, MessageQueue, QueuedMessage
from chalicelib.store.progress import Progress, ProgressKept
from chalicelib.store.scanning import Scanning
from chalicelib.store.undelivered import UndeliveredMessage, UndeliveredMessages
from chalicelib.store.watching import Watching, named_values
from chalicelib.switches import NEVER
from tests.service.office import NAME, ORDER, SHARDS, Office

if TYPE_CHECKING:
    from collections.abc import Callable

OLA = Actor(Role.OPERATOR, "ola")
QUEUES = {"Undelivered": "https://sqs/Undelivered", "SweepQueue": "https://sqs/SweepQueue"}


@dataclass
class Sqs:
    """Queues, of which the undelivered one holds messages."""

    bodies: list[str] = field(default_factory=list)

    def get_queue_attributes(self, *, QueueUrl: str, **_: object) -> dict[str, Any]:  # noqa: N803 - AWS's words
        """Return how many messages a queue holds."""
        return {"Attributes": {"ApproximateNumberOfMessages": str(len(self.bodies) if QueueUrl.endswith("Undelivered") else 0)}}

    def receive_message(self, **_: object) -> dict[str, Any]:
        """Return all of them."""
        return {"Messages": [{"Body": body, "ReceiptHandle": body} for body in self.bodies]}

    def delete_message(self, *, ReceiptHandle: str, **_: object) -> None:  # noqa: N803 - as above
        """Remove one."""
        self.bodies.remove(ReceiptHandle)


class CloudWatch:
    """CloudWatch, which knows an age of the first metric that is asked for, and of the last one."""

    def get_metric_data(self, *, MetricDataQueries: list[dict[str, Any]], **_: object) -> dict[str, Any]:  # noqa: N803 - as above
        """Return the newest value first."""
        ids = [it["Id"] for it in MetricDataQueries]
        values = {ids[0]: [90.0, 30.0], ids[-1]: [4_000.0]}
        return {"MetricDataResults": [{"Id": it, "Values": values.get(it, [])} for it in ids]}


def broken() -> Any:  # noqa: ANN401 - stands for a botocore client
    """Raise as a service that cannot be reached."""
    raise EndpointConnectionError(endpoint_url="https://aws.example.com")


def operating(office: Office, sqs: Callable[[], Any] = broken, cloudwatch: Callable[[], Any] = broken) -> Operating:
    """Return what an operator of the office looks at."""
    return Operating(
        services=office.services,
        watching=Watching(sqs, cloudwatch, QUEUES, {"Publish": "publish-1"}),
        undelivered=UndeliveredMessages(lambda: office.table, NAME, lambda: office.epoch),
        queue=MessageQueue(lambda: office.table, NAME, SHARDS),
        progress=ProgressKept(lambda: office.table, NAME),
        switches=NEVER,
        shards=SHARDS,
        sms_per_day=100,
    )


def lost(office: Office, *names: str, reason: str = "OptedOut") -> list[UndeliveredMessage]:
    """Give up on messages to Ana."""
    made = [
        UndeliveredMessage(QueuedMessage(name, "buyer:ana", "action", "opened", f"{ORDER}#1#1", "sms"), reason, office.watch.at)
        for name in names
    ]
    for it in made:
        operating(office).undelivered.keep(it)
    return made


def test_what_aws_tells_is_shown_and_what_it_does_not_is_said() -> None:
    """A depth or an age that AWS tells is a number; one that it does not is null and named as unavailable."""
    office = Office().disputed()
    told = operations.overview(operating(office, Sqs, CloudWatch))
    assert [("Undelivered", 0, 90, True), ("SweepQueue", 0, None, False)] == [tuple(it.values()) for it in told["queues"]]
    assert [{"function": "Publish", "lag_s": 4}] == told["streams"]
    assert [] == told["unavailable"]
    silent = operations.overview(operating(office))
    assert [None, None] == [it["waiting"] for it in silent["queues"]]
    assert ["ages of messages and records", "depth of Undelivered", "depth of SweepQueue"] == silent["unavailable"]


def test_lateness_of_the_sweep_is_that_of_its_list() -> None:
    """A deadline that passed an hour ago and was not swept is the lateness of its shard, and in the list of what is due."""
    office = Office().disputed()
    it = operating(office)
    assert 0 == max(shard["late_s"] for shard in operations.overview(it)["sweep"])
    office.wait(timedelta(days=40))
    late = max(operations.overview(it)["sweep"], key=lambda shard: int(shard["late_s"]))
    (due,) = operations.due_orders(it, 20)["items"]
    assert (ORDER, late["shard"], late["oldest_due_at"]) == (due["order_id"], due["shard"], due["due_at"])
    assert late["late_s"] > 3600


def test_undelivered_messages_are_counted_by_reason_and_listed() -> None:
    """The number by reason is that of the list with that filter."""
    office = Office().disputed()
    lost(office, "a", "b")
    lost(office, "c", reason="InvalidParameter")
    it = operating(office)
    told = operations.overview(it)["undelivered"]
    assert [{"reason": "OptedOut", "count": 2}, {"reason": "InvalidParameter", "count": 1}] == told["by_reason"]
    for row in told["by_reason"]:
        assert row["count"] == len(operations.list_undelivered(it, row["reason"], "sms", 20, None)["items"])
    assert [] == operations.list_undelivered(it, None, "email", 20, None)["items"]


def test_a_message_is_sent_again_once_and_leaves_list_and_queue() -> None:
    """N4: what is sent again is due at once, is gone from the list and from the queue behind the alarm, and says who asked."""
    office = Office().disputed()
    first, second = lost(office, "a", "b")
    bodies = [json.dumps({"letter": {"name": name, "recipient": "buyer:ana", "channel": "sms"}}) for name in ("a", "b")]
    sqs = Sqs(bodies)
    it = operating(office, lambda: sqs)
    answer = operations.send_again(it, OLA, Once("k1", "f1"), [first.id, "0" * 32], Why.PROVIDER_WORKS_AGAIN)
    assert {"sent_again": 1, "ids": [first.id], "gone": ["0" * 32]} == json.loads(answer.body)
    assert [second.id] == [row["id"] for row in operations.list_undelivered(it, None, None, 20, None)["items"]]
    assert 1 == len(sqs.bodies)
    due = [key for shard in range(SHARDS) for key in it.queue.due(shard, office.watch.at, 10)]
    assert [("OUT#buyer:ana", "a#sms")] == [key for key in due if key[1] == "a#sms"]
    marked = next(row for row in office.table.snapshot() if row["pk"]["S"] == f"UNDELIVERED#{first.id}")
    assert {"role": "operator", "id": "ola"} == {
        name: value for name, value in json.loads(marked["data"]["S"])["put_back"]["by"].items() if name != "lead"
    }
    again = operations.send_again(it, OLA, Once("k2", "f2"), [first.id], Why.PERSON_ASKED)
    assert 0 == json.loads(again.body)["sent_again"]
    repeated = operations.send_again(it, OLA, Once("k1", "f1"), [first.id, "0" * 32], Why.PROVIDER_WORKS_AGAIN)
    assert answer == repeated


def test_held_payments_are_listed() -> None:
    """M1: an instruction that waits for the switch is counted and listed until it leaves."""
    office = Office().disputed()
    it = operating(office)
    waiting = QueuedMessage("x", f"payments:{ORDER}", "data", "", f"{ORDER}#0#9", channel="topic", kind=Kind.PAYOUT)
    it.queue.put(waiting, office.watch.at)
    assert {"count": 1, "more": False} == operations.overview(it)["payments"]["held"]
    assert [ORDER] == [row["order_id"] for row in operations.held_payouts(it, 20, None)["items"]]
    it.queue.drop(waiting)
    assert [] == operations.held_payouts(it, 20, None)["items"]


def test_the_ledgers_check_says_for_how_many_orders_it_holds() -> None:
    """O3: the check of the table adds up each currency, and does not count an order whose money is wrong as one that holds."""
    office = Office().disputed()
    verification = Verification(Scanning(lambda: office.table, NAME), office.services.policies, SHARDS)
    (good,) = verification.run().money.values()
    assert (1, 1) == good[:2]
    assert good[2] == sum(good[3:])
    stored = next(row for row in office.table.snapshot() if row["sk"]["S"] == "LEDGER#000001")
    spoilt = json.loads(stored["data"]["S"])
    spoilt["amount"]["minor"] += 1
    office.table.put_item(TableName=NAME, Item=stored | {"data": {"S": json.dumps(spoilt)}})
    (bad,) = verification.run().money.values()
    assert (1, 0) == bad[:2]
    it = operating(office)
    assert operations.overview(it)["ledger"] is None
    it.progress.save(Progress("2026-11-27", None, 9, 1, done=True, money={"EUR": (2, 1, 300, 100, 150, 50)}))
    (told,) = operations.overview(it)["ledger"]["currencies"]
    assert (2, 1, 300) == (told["orders"], told["holds"], told["paid"]["minor"])


def test_named_values_are_read() -> None:
    """A variable that names queues or functions is read pair by pair."""
    assert {"a": "https://x/y?z=1", "b": "2"} == named_values("a=https://x/y?z=1,b=2")
    assert {} == named_values("")
