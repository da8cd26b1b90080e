"""Publishes the events of the table's stream to everyone concerned, after the commit (N4, M1)."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from chalicelib.domain.todos import todos
from chalicelib.notify.audience import Audience, Channel, Urgency, notices
from chalicelib.notify.dispatch import Dispatcher
from chalicelib.notify.event_in_context import name_in, read_event
from chalicelib.notify.held_payouts import held
from chalicelib.notify.measures import report, report_trouble
from chalicelib.notify.order_reminders import reminders_after
from chalicelib.notify.recipients import Recipients, name_of
from chalicelib.notify.todos import due_for, reminder_times
from chalicelib.notify.webhooks.announcing import Announcer, type_for
from chalicelib.store.codec import timestamp
from chalicelib.store.items import text
from chalicelib.store.message_queue import Kind, QueuedMessage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from chalicelib.notify.audience import Notice
    from chalicelib.notify.dependencies import Dependencies
    from chalicelib.notify.event_in_context import EventInContext
    from chalicelib.notify.ports import SentMarkers
    from chalicelib.notify.recipients import AddressedMessage

log = logging.getLogger(__name__)


def publish_records(records: Iterable[Mapping[str, Any]], deps: Dependencies) -> list[str]:
    """Publish the events among a batch of DynamoDB stream records. Returns the sequence numbers of those to deliver again.

    Each order's events leave in order: one order is one partition key, whose records Lambda never handles concurrently, and
    after a record that fails no later event of the *same* order is tried; it counts as failed as well. Other orders go on,
    ``at_once`` of them at the same time.
    Lambda delivers again from the lowest failed record on, everything after it included: messages that have left by then
    are marked, and do not leave twice. A record that has used up its retries goes to the dead-letter queue.
    """
    now = deps.clock.now()
    announcer = Announcer(deps.webhooks, now) if deps.webhooks else None
    told = [it["dynamodb"] for it in records if "publish" in it["dynamodb"].get("NewImage", {})]
    deps = replace(deps, sent=_read_ahead(told, deps))
    publisher = Publisher(deps, Dispatcher(deps, now), Recipients(deps.people, deps.mail_by_topic), announcer)
    by_order: dict[str, list[Mapping[str, Any]]] = {}
    for it in told:
        by_order.setdefault(text(it["NewImage"], "pk"), []).append(it)
    if deps.at_once == 1 or len(by_order) == 1:
        return [failed for them in by_order.values() for failed in publisher.in_order(them)]
    with ThreadPoolExecutor(deps.at_once) as pool:
        # Each thread has this invocation's context, which log lines name.
        tasks = [pool.submit(copy_context().run, publisher.in_order, them) for them in by_order.values()]
        return [failed for task in tasks for failed in task.result()]


def _read_ahead(told: list[Mapping[str, Any]], deps: Dependencies) -> SentMarkers:
    """Read the markers of the events topic for a whole batch. If that fails, each is read by itself when it is needed.

    Only this function tells that topic, and one invocation at a time has an order's events: so nothing leaves meanwhile.
    The sweep sends to people and the payment system too: their markers are read just before each message.
    """
    channel = Audience.MARKETPLACE.value, Channel.TOPIC.value
    try:
        markers = [(name, *channel) for it in told if (name := name_in(it["NewImage"]))]
        if markers:
            return deps.sent.ahead(markers)
    except Exception:
        log.exception("the markers of a batch were not read together")
    return deps.sent


@dataclass(frozen=True, slots=True)
class Publisher:
    """Publishes the events of one batch."""

    deps: Dependencies
    dispatcher: Dispatcher
    recipients: Recipients
    announcer: Announcer | None = None

    def in_order(self, records: list[Mapping[str, Any]]) -> list[str]:
        """Publish one order's events until one fails. Return the sequence numbers of that one and of those after it."""
        for done, record in enumerate(records):
            if not self.publish(record["NewImage"]):
                return [it["SequenceNumber"] for it in records[done:]]
        return []

    def publish(self, image: Mapping[str, Any]) -> bool:
        """Publish one event. Returns whether all its messages have left or are queued; an error is logged, not raised."""
        try:
            return self._tell(read_event(image))
        except Exception:
            log.exception("an event was not fully published", extra={"event": f"{text(image, 'pk')} {text(image, 'sk')}"})
            return False

    def _tell(self, it: EventInContext) -> bool:
        """Send each message of an event. One that fails stops no other: a payment does not wait for an SMS.

        A topic that fails holds up its order's events, as machines are told in order. A person's message is queued (N4).
        """
        report_trouble(it)
        rows = notices(it)
        complete = self._tell_topics(it, rows)
        complete &= self._tell_endpoints(it, rows)
        for message in self._to_people(it, rows):
            self.dispatcher.send_or_queue(message)
        reminders = dict(self._reminders(it))
        if reminders:
            self.deps.queue.put_all(reminders)
        return complete

    def _tell_topics(self, it: EventInContext, rows: list[Notice]) -> bool:
        complete = True
        for notice in rows:
            topic = self.deps.topics.of(notice.audience)
            if topic:
                try:
                    new = not held(self.dispatcher, it, notice) and self.dispatcher.to_topic(it, notice, topic)
                    if new and notice.audience is Audience.MARKETPLACE:
                        report(it)
                except Exception:
                    complete = False
                    log.exception("a topic was not told", extra={"event": it.id})
        return complete

    def _tell_endpoints(self, it: EventInContext, rows: list[Notice]) -> bool:
        """Prepare the webhooks of an event. Return False if that failed: the event is then delivered again."""
        try:
            for notice in rows if self.announcer else ():
                kind = type_for(it, notice)
                if self.announcer and kind and self.announcer.wanted(kind):
                    self.announcer.announce(it, kind, self.dispatcher.composed(it, notice).text)
        except Exception:
            log.exception("webhooks were not prepared", extra={"event": it.id})
            return False
        return True

    def _to_people(self, it: EventInContext, rows: list[Notice]) -> Iterator[AddressedMessage]:
        """Address the messages to the parties, one for each channel that reaches the person (N1)."""
        for notice in rows:
            role = notice.audience.party
            if role:
                recipient = name_of(role, it.party(role))
                queued = QueuedMessage(it.id, recipient, notice.urgency.value, notice.text, it.id, gathered=notice.gathered)
                yield from self.recipients.address_by_every_channel(queued, it, due_for(role, it, self.deps.policies))

    def _reminders(self, it: EventInContext) -> Iterator[tuple[QueuedMessage, datetime]]:
        """Yield the reminders of what the parties have to do after an event, with their times (N2, O7, O8).

        A reminder is named by its dispute, or its order, and its time: each event that brings it about names the same one.
        """
        if it.dispute is None:
            yield from reminders_after(it, self.deps.orders, self.deps.policies)
            return
        for todo in todos(it.dispute, self.deps.policies.version(it.dispute.policy_version)):
            for at, reminder in reminder_times(todo).items():
                if it.event.at < at and self.dispatcher.now < todo.due:
                    name = f"{it.order_id}#{it.event.stream}#{reminder.value}@{timestamp(at)}"
                    recipient = name_of(todo.role, it.party(todo.role))
                    text_of = f"{reminder.value}.{todo.role.value}"
                    yield QueuedMessage(name, recipient, Urgency.ACTION.value, text_of, it.id, kind=Kind.REMINDER, at=at), at
