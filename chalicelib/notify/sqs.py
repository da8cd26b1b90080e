"""Puts messages that no provider takes into an SQS queue (N4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.store.codec import dump

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.store.message_queue import QueuedMessage


class SqsDeadLetters:
    """The queue of undelivered messages. ``client`` gives a low-level SQS client on first use."""

    def __init__(self, client: Callable[[], Any], queue_url: str) -> None:
        """Put messages into the queue at ``queue_url``."""
        self._client = client
        self.queue_url = queue_url

    def put(self, message: QueuedMessage, reason: str) -> None:
        """Keep a message and the provider's reason. Raises botocore's errors when the queue does not take it."""
        self._client().send_message(QueueUrl=self.queue_url, MessageBody=dump({"letter": message, "reason": reason}))
