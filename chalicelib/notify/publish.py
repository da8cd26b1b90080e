"""From the table's stream to everyone concerned, after the commit (N4, M1)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from chalicelib.domain.events import PaymentFailed
from chalicelib.domain.people import Role
from chalicelib.domain.todos import todos
from chalicelib.notify.audience import Urgency
from chalicelib.notify.dispatch import Dispatcher
from chalicelib.notify.event_in_context import read_event
from chalicelib.notify.reminders import reminders
from chalicelib.store.codec import timestamp
from chalicelib.store.items import text
from chalicelib.store.message_queue import Kind, QueuedMessage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from chalicelib.notify.dispatch import Dependencies
    from chalicelib.notify.event_in_context import EventInContext

log = logging.getLogger(__name__)

FAILED = "payment_instruction_failed"
"""The word in the log that the alarm counts (M2)."""


def publish_records(records: Iterable[Mapping[str, Any]], to: Dependencies) -> list[str]:
    """Publish the events among a batch of DynamoDB stream records; the sequence numbers of those to be delivered again.

    A record that fails stops no other order's. Lambda delivers again from the lowest failed record on, everything after
    it included: what has left by then is marked, and does not leave twice. But a later event of the *same* order must
    not overtake the one that failed, so it is not tried and counts as failed as well; with that, and as one order is one
    partition key, whose records Lambda never handles concurrently, each order's events leave in order. Only one that
    has used up its retries is left behind, in the dead-letter queue.
    """
    courier = Dispatcher.of(to)
    failed: list[str] = []
    waiting: set[str] = set()
    for record in records:
        image = record["dynamodb"].get("NewImage", {})
        if "publish" not in image:
            continue
        order = text(image, "pk")
        if order in waiting or not _published(image, courier):
            waiting.add(order)
            failed.append(record["dynamodb"]["SequenceNumber"])
    return failed


def _published(image: Mapping[str, Any], courier: Dispatcher) -> bool:
    """Whether everything that an event has to tell has left or waits. Nothing is raised: it is logged, and tried again."""
    try:
        return _told(read_event(image), courier)
    except Exception:
        log.exception("an event was not published whole", extra={"event": f"{text(image, 'pk')} {text(image, 'sk')}"})
        return False


def _told(it: EventInContext, courier: Dispatcher) -> bool:
    """Send what has not been sent. One that fails stops none of the others: a payment does not wait for an SMS.

    Machines are told in order, so what they are not told holds the order up. A person's message waits by itself (N4).
    """
    if isinstance(it.event.payload, PaymentFailed):
        log.error("%s: %s", FAILED, it.event.payload.instruction_id, extra={"event": it.id})
    everything = True
    for notice, topic in courier.office.to_topics(it):
        try:
            courier.publish(it, notice, topic)
        except Exception:
            everything = False
            log.exception("a topic was not told", extra={"event": it.id})
    for letter in courier.office.to_people(it):
        courier.hand_over(letter, it, courier.office.due_to(letter.recipient, it))
    for reminder in _reminders(it, courier):
        courier.to.queue.put(*reminder)
    return everything


def _reminders(it: EventInContext, courier: Dispatcher) -> Iterator[tuple[QueuedMessage, datetime]]:
    """The reminders of what the parties have to do after an event, and when they are due (N2).

    Each is named by its dispute and its time, so whichever event it is seen from, it is the same one.
    """
    if it.dispute is None:
        return
    people = {Role.BUYER: it.buyer_id, Role.SELLER: it.seller_id}
    for ask in todos(it.dispute, courier.office.policies.version(it.dispute.policy_version)):
        for at, reminder in reminders(ask).items():
            if it.event.at < at and courier.now < ask.due:
                name = f"{it.order_id}#{it.event.stream}#{reminder.value}@{timestamp(at)}"
                recipient = f"{ask.role.value}:{people[ask.role]}"
                text_of = f"{reminder.value}.{ask.role.value}"
                yield QueuedMessage(name, recipient, Urgency.ACTION.value, text_of, it.id, kind=Kind.REMINDER, at=at), at
