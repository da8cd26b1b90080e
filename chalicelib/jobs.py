"""The event functions: the sweep's fan-out, a shard's sweep, and the stream's publishing."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, Protocol

from chalicelib.aws import client
from chalicelib.settings import settings

if TYPE_CHECKING:
    from collections.abc import Sequence

log = logging.getLogger(__name__)

STOP_BEFORE_MS = 10_000
"""A sweep that has less time left than this hands the rest to its next delivery."""
_SQS_BATCH = 10


class LambdaContext(Protocol):
    """What the runtime says of this invocation."""

    def get_remaining_time_in_millis(self) -> int:
        """How much time is left."""
        ...


def fan_out() -> dict[str, int]:
    """Put one message per shard of the deadline index on the sweep queue."""
    shards = range(settings().deadline_shards)
    for first in shards[::_SQS_BATCH]:
        entries = [{"Id": str(n), "MessageBody": json.dumps({"shard": n})} for n in shards[first : first + _SQS_BATCH]]
        reply = client("sqs").send_message_batch(QueueUrl=settings().sweep_queue_url, Entries=entries)
        if reply.get("Failed"):
            # The next minute's messages cover the same shards; until then outcomes are right all the same (D9).
            log.error("sweep messages not sent: %s", reply["Failed"])
    return {"shards": len(shards)}


def sweep_messages(records: Sequence[dict[str, Any]], context: LambdaContext) -> dict[str, Any]:
    """Sweep the shards that ``records`` name. What failed or ran out of time is reported, and delivered again."""
    from chalicelib.bootstrap import services  # noqa: PLC0415 - the fan-out does without it
    from chalicelib.service.sweep import sweep_shard  # noqa: PLC0415

    failed = []
    for record in records:
        shard = json.loads(record["body"])["shard"]
        swept = sweep_shard(services(), shard, lambda: context.get_remaining_time_in_millis() > STOP_BEFORE_MS)
        if swept.orders or swept.failed or swept.unfinished:
            log.info("swept shard %s: %s", shard, swept)
        if swept.unfinished:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def publish_stream(records: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Publish what the stream's records say. The failed ones are reported, and delivered again."""
    from chalicelib.notify.publish import publish_records  # noqa: PLC0415

    failed = publish_records(records)
    return {"batchItemFailures": [{"itemIdentifier": sequence_number} for sequence_number in failed]}


def take_in_uploads(records: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Look at the objects that storage says have arrived. Messages of which one failed are reported, and delivered again."""
    from urllib.parse import unquote_plus  # noqa: PLC0415

    from chalicelib.bootstrap import services, storage  # noqa: PLC0415
    from chalicelib.service.arrivals import take_in  # noqa: PLC0415

    failed = []
    for record in records:
        try:
            for event in json.loads(record["body"]).get("Records", ()):  # without any, storage only tests the connection
                if event["s3"]["bucket"]["name"] == settings().files_bucket:
                    take_in(services(), storage(), unquote_plus(event["s3"]["object"]["key"]))
        except Exception:
            log.exception("an upload was not taken in", extra={"message_id": record["messageId"]})
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
