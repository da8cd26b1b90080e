"""Ask SQS how much waits in the queues, and CloudWatch how long the oldest of it has waited."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

LOOKED_BACK = timedelta(minutes=15)
"""CloudWatch may be some minutes behind."""
_MINUTE_S = 60
_MS = 1000
"""Lambda tells ages in milliseconds, SQS in seconds."""
_READS = 10
_HIDDEN_S = 20


def named_values(written: str) -> dict[str, str]:
    """Return the values of a variable such as ``a=1,b=2``, by name."""
    return dict(part.partition("=")[::2] for part in written.split(",") if part)


@dataclass(frozen=True, slots=True)
class Watching:
    """The deployment's queues, by name and URL, and the functions that read the stream, by name."""

    sqs: Callable[[], Any]
    cloudwatch: Callable[[], Any]
    queues: Mapping[str, str]
    functions: Mapping[str, str]

    def waiting(self, queue: str) -> int:
        """Return how many messages wait in a queue, about. Raises botocore's errors."""
        asked = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        told = self.sqs().get_queue_attributes(QueueUrl=self.queues[queue], AttributeNames=asked)["Attributes"]
        return sum(int(told.get(name, 0)) for name in asked)

    def ages(self) -> dict[str, int]:
        """Return the age of the oldest message of each queue, and of the oldest record for each reader of the stream.

        In seconds, by name. What CloudWatch does not know is left out. Raises botocore's errors.
        """
        of_queues = {name: ("AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", url) for name, url in self.queues.items()}
        of_streams = {name: ("AWS/Lambda", "IteratorAge", "FunctionName", it) for name, it in self.functions.items()}
        wanted = of_queues | of_streams
        now = datetime.now(UTC)
        queries = [
            {
                "Id": f"m{n}",
                "MetricStat": {
                    "Metric": {
                        "Namespace": namespace,
                        "MetricName": metric,
                        "Dimensions": [{"Name": dimension, "Value": value.rpartition("/")[2]}],
                    },
                    "Period": _MINUTE_S,
                    "Stat": "Maximum",
                },
            }
            for n, (namespace, metric, dimension, value) in enumerate(wanted.values())
        ]
        told = self.cloudwatch().get_metric_data(MetricDataQueries=queries, StartTime=now - LOOKED_BACK, EndTime=now)
        newest = {it["Id"]: it["Values"][0] for it in told["MetricDataResults"] if it["Values"]}
        in_ms = {f"m{n}" for n, name in enumerate(wanted) if name in of_streams}
        found = {
            name: newest[f"m{n}"] / (1000 if f"m{n}" in in_ms else 1) for n, name in enumerate(wanted) if f"m{n}" in newest
        }
        return {name: int(value) for name, value in found.items()}

    def take_out(self, queue: str, messages: Sequence[tuple[str, str, str]]) -> int:
        """Remove messages, by recipient, name and channel, from a queue as far as a few reads find them. Return how many.

        The others are hidden for some seconds. Raises botocore's errors.
        """
        url, left, removed = self.queues[queue], set(messages), 0
        for _ in range(_READS):
            reply = self.sqs().receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=_HIDDEN_S)
            found = reply.get("Messages", [])
            for it in found:
                letter = json.loads(it["Body"]).get("letter", {})
                if (letter.get("recipient"), letter.get("name"), letter.get("channel", "")) in left:
                    self.sqs().delete_message(QueueUrl=url, ReceiptHandle=it["ReceiptHandle"])
                    removed += 1
            if not found or removed >= len(left):
                break
        return removed
