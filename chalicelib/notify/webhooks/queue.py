"""Puts webhook deliveries into their SQS queue (N7)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

DELAY_AT_MOST_S = 900
"""The longest delay that SQS takes."""


class SqsDeliveries:
    """The queue of deliveries. ``client`` gives a low-level SQS client on first use."""

    def __init__(self, client: Callable[[], Any], queue_url: str) -> None:
        """Put deliveries into the queue at ``queue_url``."""
        self._client = client
        self.queue_url = queue_url

    def put(self, endpoint_id: str, delivery_id: str, delay_s: int = 0) -> None:
        """Let an attempt begin after ``delay_s`` seconds. Raises botocore's errors when the queue does not take it."""
        body = json.dumps({"endpoint": endpoint_id, "delivery": delivery_id})
        self._client().send_message(QueueUrl=self.queue_url, MessageBody=body, DelaySeconds=delay_s)
