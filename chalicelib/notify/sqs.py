"""Puts messages that no provider takes into an SQS queue (N4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.store.codec import dump
from chalicelib.store.undelivered import UndeliveredMessage

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.service.ports import Clock
    from chalicelib.store.message_queue import QueuedMessage
    from chalicelib.store.undelivered import UndeliveredMessages


class KeptDeadLetters:
    """Keeps undelivered messages where operators list them, and puts them into the queue that sets off the alarm."""

    def __init__(self, queue: SqsDeadLetters, kept: UndeliveredMessages, clock: Clock) -> None:
        """Put messages into both, as of ``clock``'s time."""
        self._queue = queue
        self._kept = kept
        self._clock = clock

    def put(self, message: QueuedMessage, reason: str) -> None:
        """Keep a message and the provider's reason. Raises botocore's errors."""
        self._kept.keep(UndeliveredMessage(message, reason, self._clock.now()))
        self._queue.put(message, reason)


class SqsDeadLetters:
    """The queue of undelivered messages. ``client`` gives a low-level SQS client on first use."""

    def __init__(self, client: Callable[[], Any], queue_url: str) -> None:
        """Put messages into the queue at ``queue_url``."""
        self._client = client
        self.queue_url = queue_url

    def put(self, message: QueuedMessage, reason: str) -> None:
        """Keep a message and the provider's reason. Raises botocore's errors when the queue does not take it."""
        self._client().send_message(QueueUrl=self.queue_url, MessageBody=dump({"letter": message, "reason": reason}))
