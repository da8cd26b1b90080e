"""Run the event functions: the sweep and its fan-out, publishing, live chat, failed devices, uploads and webhooks."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, Protocol

from chalicelib.aws import client
from chalicelib.metrics import measured
from chalicelib.settings import settings
from chalicelib.switches import Switch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from chalicelib.domain.case import Case

log = logging.getLogger(__name__)

STOP_BEFORE_MS = 10_000
"""A sweep with less time left than this stops, and leaves the rest to its next delivery."""
_SQS_BATCH = 10


class LambdaContext(Protocol):
    """The runtime's data on this invocation."""

    def get_remaining_time_in_millis(self) -> int:
        """Return the time that is left."""
        ...


FINDINGS_LOGGED_AT_MOST = 100
"""The faults of one run that the log names; all of them are counted."""
ERASURES = "erasures"
"""The message that asks for erasures instead of a shard, for old drafts, and for the ages of what waits longest."""


class NotSent(Exception):  # noqa: N818 - it names what happened
    """The queue refused messages of the sweep."""


def fan_out() -> dict[str, int]:
    """Put one message for each shard of the deadline index on the sweep queue, and one for the erasures under way.

    Raises ``NotSent`` if the queue refused any, once all were tried. Lambda then calls again; sweeping twice is harmless (D9).
    """
    shards = range(settings().deadline_shards)
    bodies = [*({"shard": n} for n in shards), {ERASURES: True}]
    refused: list[str] = []
    for first in range(0, len(bodies), _SQS_BATCH):
        batch = enumerate(bodies[first : first + _SQS_BATCH], first)
        entries = [{"Id": str(n), "MessageBody": json.dumps(body)} for n, body in batch]
        reply = client("sqs").send_message_batch(QueueUrl=settings().sweep_queue_url, Entries=entries)
        refused += (str(entry.get("Code")) for entry in reply.get("Failed", ()))
    if refused:
        raise NotSent(f"{len(refused)} messages of the sweep were refused: {sorted(set(refused))}")
    return {"shards": len(shards)}


def sweep_messages(records: Sequence[dict[str, Any]], context: LambdaContext) -> dict[str, Any]:
    """Sweep the shards that ``records`` name, and send the due messages. A record that ran out of time is delivered again.

    Unfinished erasures continue with the next minute's message. While the operator's switch says read-only, neither a deadline
    nor an erasure is written down; the backlog is logged all the same, and due messages leave.
    """
    from chalicelib.bootstrap import services, storage, switches  # noqa: PLC0415 - the fan-out does without it
    from chalicelib.service.drafts import drop_drafts  # noqa: PLC0415 - as above
    from chalicelib.service.erasure import go_on  # noqa: PLC0415 - as above
    from chalicelib.service.oldest import measure_the_oldest  # noqa: PLC0415 - as above
    from chalicelib.service.sweep import sweep_shard  # noqa: PLC0415 - as above

    def may_go_on() -> bool:
        return context.get_remaining_time_in_millis() > STOP_BEFORE_MS

    failed = []
    for record in records:
        asked, read_only = json.loads(record["body"]), switches().on(Switch.READ_ONLY)
        if ERASURES in asked:
            measure_the_oldest(services())
            if not read_only:
                go_on(services(), storage(), may_go_on)
                drop_drafts(services(), storage(), may_go_on)
            continue
        shard = asked["shard"]
        _send_before_sweeping(shard, context)
        swept = sweep_shard(services(), shard, (lambda: False) if read_only else may_go_on)
        if swept.orders or swept.failed or swept.unfinished:
            log.info("a shard had due cases: %s", swept, extra={"shard": shard})
        left = swept.unfinished and not read_only
        if left or not _send_due(shard, may_go_on) or not _hand_over_webhooks(shard, may_go_on):
            failed.append({"itemIdentifier": record["messageId"]})
        else:
            rounds = measured(ShardsSwept=1, SweepRounds=1 / settings().deadline_shards)
            log.info("a shard was swept", extra={"shard": shard, **rounds})
    return {"batchItemFailures": failed}


def _send_before_sweeping(shard: int, context: LambdaContext) -> None:
    """Send what is due of one shard, for a third of the time: no message waits for the end of a long sweep, nor holds it up.

    What is left, and what fails, has its turn after the sweep.
    """
    until = max(STOP_BEFORE_MS, context.get_remaining_time_in_millis() * 2 // 3)

    def may_go_on() -> bool:
        return context.get_remaining_time_in_millis() > until

    try:
        _send_due(shard, may_go_on)
        _hand_over_webhooks(shard, may_go_on)
    except Exception:
        log.warning("a shard's messages were not sent before its sweep", extra={"shard": shard}, exc_info=True)


def _send_due(shard: int, may_go_on: Callable[[], bool]) -> bool:
    """Send one shard's due messages. Return whether none are left."""
    from chalicelib.bootstrap import message_queue, publishing, services  # noqa: PLC0415

    if not message_queue().due(shard, services().clock.now(), 1):
        return True
    from chalicelib.notify.due import send_due  # noqa: PLC0415 - most minutes nothing is due
    from chalicelib.service.execute import current  # noqa: PLC0415 - as above

    def case_at(order_id: str, now: datetime, stream: int) -> Case:
        return current(services(), order_id, now, stream).case

    return send_due(publishing(), case_at, shard, may_go_on)


def _hand_over_webhooks(shard: int, may_go_on: Callable[[], bool]) -> bool:
    """Let one shard's due webhook deliveries begin. Return whether none are left."""
    from chalicelib.bootstrap import services, webhooks  # noqa: PLC0415

    if not webhooks().store.due(shard, services().clock.now(), 1):
        return True
    from chalicelib.notify.webhooks.delivering import hand_over_due  # noqa: PLC0415 - most minutes none is due

    return hand_over_due(webhooks(), services().clock, shard, may_go_on)


def verify_table(context: LambdaContext) -> dict[str, Any]:
    """Check the table from where the last run stopped, once a day (UTC), and return how far it has come.

    Each fault is a line in the log. At the end of the table one line says how many there were: the metric ``LedgerFaults``.
    """
    from datetime import UTC, datetime  # noqa: PLC0415 - as above

    from chalicelib.bootstrap import progress, verification  # noqa: PLC0415 - as above
    from chalicelib.service.verification.run import loggable, summed  # noqa: PLC0415 - as above
    from chalicelib.store.progress import Progress  # noqa: PLC0415 - as above

    today = datetime.now(UTC).date().isoformat()
    known = progress().load()
    if known and known.done and known.day == today:
        return {"items": known.items, "faults": known.faults, "done": True}
    it = Progress(today) if known is None or known.done else known
    after = {"pk": {"S": it.after[0]}, "sk": {"S": it.after[1]}} if it.after else None
    run = verification().run(after, lambda: context.get_remaining_time_in_millis() > STOP_BEFORE_MS)
    for told in list(loggable(run.findings))[:FINDINGS_LOGGED_AT_MOST]:
        log.error("the table has a fault", extra=told)
    reached = (run.after["pk"]["S"], run.after["sk"]["S"]) if run.after else None
    faults, money = it.faults + len(run.findings), summed(it.money, run.money)
    now = Progress(it.day, reached, it.items + run.items, faults, done=run.after is None, money=money)
    progress().save(now)
    if now.done:
        log.info("the table was checked", extra=measured(LedgerFaults=now.faults))
    return {"items": now.items, "faults": now.faults, "done": now.done}


def publish_stream(records: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Publish the stream's records, and count them in the statistics. The failed ones are reported, and delivered again."""
    from chalicelib.bootstrap import counting, publishing  # noqa: PLC0415
    from chalicelib.notify.publish import publish_records  # noqa: PLC0415
    from chalicelib.service.counting import count_records  # noqa: PLC0415

    failed = {*publish_records(records, publishing()), *count_records(records, counting())}
    numbers = (record["dynamodb"]["SequenceNumber"] for record in records)
    return {"batchItemFailures": [{"itemIdentifier": number} for number in numbers if number in failed]}


def push_stream(records: Sequence[dict[str, Any]]) -> None:
    """Push the stream's records to live connections. Raises if the table cannot be read: the batch is delivered again."""
    from chalicelib.bootstrap import services  # noqa: PLC0415 - each function loads its own
    from chalicelib.notify.live.gateway import gateway  # noqa: PLC0415
    from chalicelib.notify.live.push import Pushing, push_records  # noqa: PLC0415

    it = services()
    push_records(records, Pushing(it.connections, gateway(), it.cases.load, int(it.epoch())))


def forget_devices(records: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Forget devices that SNS could not deliver to, where their platform has given them up (N1).

    Raises ``Busy`` when their owner changes something at this moment; Lambda calls again.
    """
    from chalicelib.bootstrap import services  # noqa: PLC0415 - as above
    from chalicelib.service.devices import forget_endpoint  # noqa: PLC0415 - as above

    endpoints = [json.loads(record["Sns"]["Message"])["EndpointArn"] for record in records]
    return {"forgotten": sum(forget_endpoint(services(), endpoint) for endpoint in endpoints)}


def take_in_uploads(records: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Check the objects that storage reports. A message with an object that failed is reported, and delivered again."""
    from urllib.parse import unquote_plus  # noqa: PLC0415

    from chalicelib.bootstrap import services, storage  # noqa: PLC0415 - as above
    from chalicelib.service.uploads_arrived import take_in  # noqa: PLC0415 - as above

    failed = []
    for record in records:
        try:
            # A message without records is storage's test of the queue.
            for event in json.loads(record["body"]).get("Records", ()):
                if event["s3"]["bucket"]["name"] == settings().files_bucket:
                    take_in(services(), storage(), unquote_plus(event["s3"]["object"]["key"]))
        except Exception:
            log.exception("an upload was not taken in", extra={"message_id": record["messageId"]})
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def deliver_webhooks(records: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Make the attempts of the webhook deliveries that messages name. A message that failed here is delivered again."""
    from chalicelib.bootstrap import delivering  # noqa: PLC0415 - as above

    failed = []
    for record in records:
        try:
            asked = json.loads(record["body"])
            delivering().attempt(asked["endpoint"], asked["delivery"])
        except Exception:
            log.exception("a webhook was not attempted", extra={"message_id": record["messageId"]})
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
