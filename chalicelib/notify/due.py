"""Sends the queued messages whose time has come, if they still hold (N2, N3, D9)."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never

from chalicelib.domain.events import ORDER, ProposalMade
from chalicelib.notify.audience import RINGING, Channel, Urgency
from chalicelib.notify.dispatch import Dispatcher, backoff, is_permanent
from chalicelib.notify.event_in_context import MessageWritten, read_event
from chalicelib.notify.held_payouts import release
from chalicelib.notify.limits import tally_of
from chalicelib.notify.order_reminders import next_reminder, order_todos
from chalicelib.notify.recipients import Recipients, person
from chalicelib.notify.todos import due_for, is_reminder_to_send, still_to_do, todos_of
from chalicelib.store.message_queue import Kind

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.domain.case import Case
    from chalicelib.domain.dispute import Dispute
    from chalicelib.domain.policy import Policy
    from chalicelib.notify.dependencies import Dependencies
    from chalicelib.notify.event_in_context import EventInContext
    from chalicelib.store.message_queue import QueuedMessage, Waiting

    CaseAt = Callable[[str, datetime, int], Case]

log = logging.getLogger(__name__)

PAGE = 50
ATTEMPTS = 10
"""A queued message is tried so many times, after 1, 1, 2, 4, ... 256 minutes, so for 8.5 hours. Then it is undelivered."""


class AttemptsUsedUp(Exception):  # noqa: N818 - it is the reason that an operator reads in the queue of undelivered messages
    """A message was taken as often as it may be, and the process that took it last never came back."""


def send_due(deps: Dependencies, case_at: CaseAt, shard: int, may_go_on: Callable[[], bool] = lambda: True) -> bool:
    """Send the due messages of one shard. Returns whether all of them were tried before ``may_go_on`` said no.

    ``case_at`` gives an order's case as it is at a moment, swept or not, with the dispute of a stream whole. A message that
    fails is logged and comes again.
    """
    sender = DueSender(deps, Dispatcher(deps, deps.clock.now()), Recipients(deps.people, deps.mail_by_topic), case_at)
    tried: set[tuple[str, str]] = set()
    # The index may lag and name a message again that has been taken.
    while fresh := [key for key in deps.queue.due(shard, sender.dispatcher.now, PAGE) if key not in tried]:
        for key in fresh:
            if not may_go_on():
                return False
            tried.add(key)
            sender.send(key)
    return True


@dataclass(frozen=True, slots=True)
class DueSender:
    """Sends queued messages, as of one moment."""

    deps: Dependencies
    dispatcher: Dispatcher
    recipients: Recipients
    case_at: CaseAt

    def send(self, key: tuple[str, str]) -> None:
        """Send one message, or leave it for its next attempt; nothing is raised."""
        now = self.dispatcher.now
        try:
            waiting = self.deps.queue.take(key, now, lambda attempts: now + backoff(attempts))
            if waiting:
                self._send_or_give_up(waiting)
        except Exception:
            log.exception("a due message was not sent; it stays queued", extra={"event": key[1]})

    def _send_or_give_up(self, waiting: Waiting) -> None:
        try:
            later = self._send(waiting)
        except Exception as error:
            if not is_permanent(error) and waiting.attempts < ATTEMPTS:
                raise
            self.dispatcher.give_up(waiting.message, error)
            later = None
        if later:
            self.deps.queue.postpone(waiting, later)
        else:
            self.deps.queue.drop(waiting.message)

    def _send(self, waiting: Waiting) -> datetime | None:
        """Send a message that still holds. Returns the time until which it waits, if it has to."""
        queued = waiting.message
        if waiting.attempts > ATTEMPTS:
            raise AttemptsUsedUp(queued.name)
        order_id, stream, seq = queued.source.rsplit("#", 2)
        it = read_event(self.deps.orders.event(order_id, int(stream), int(seq)))
        match queued.kind:
            case Kind.DIGEST:
                gathered = self.deps.tallies.names(tally_of(queued), queued.recipient)
                return self._dispatch(queued, it, None, len(gathered))
            case Kind.REMINDER if int(stream) == ORDER:
                return self._send_order_reminder(queued, it)
            case Kind.REMINDER:
                return self._send_reminder(queued, it)
            case Kind.EVENT:
                return self._send_event(queued, it)
            case Kind.PAYOUT:
                return release(self.dispatcher, it)
            case _:
                assert_never(queued.kind)

    def _dispatch(
        self, queued: QueuedMessage, it: EventInContext, due: datetime | None, count: int | None = None
    ) -> datetime | None:
        message = self.recipients.address(queued, it, due, count)
        return self.dispatcher.send(message) if message else None

    def _send_reminder(self, queued: QueuedMessage, it: EventInContext) -> datetime | None:
        """Send a reminder if the person still has to do that very thing by that very time."""
        dispute, policy = self._now(it)
        todo = next(
            (
                todo
                for todo in todos_of(person(queued.recipient).role, dispute, policy)
                if queued.at and is_reminder_to_send(todo, queued.at, self.dispatcher.now)
            ),
            None,
        )
        if todo is None:
            return None
        it = replace(it, dispute=dispute)
        if queued.channel:
            return self._dispatch(queued, it, todo.due)
        for message in self.recipients.address_by_every_channel(queued, it, todo.due):
            self.dispatcher.send_or_queue(message)
        return None

    def _send_order_reminder(self, queued: QueuedMessage, it: EventInContext) -> datetime | None:
        """Send a reminder of an order if it still holds, and queue the person's next one (O7, O8)."""
        case, now = self.case_at(it.order_id, self.dispatcher.now, ORDER), self.dispatcher.now
        in_dispute = {line_id for dispute in case.open_disputes for line_id in dispute.claim.line_ids}
        todos = order_todos(case.order, case.policy, in_dispute)
        todo = next((todo for todo in todos if todo.named(it.order_id) == queued.name and todo.at <= now < todo.due), None)
        if queued.channel:
            return self._dispatch(queued, it, todo.due) if todo else None
        for message in self.recipients.address_by_every_channel(queued, it, todo.due) if todo else ():
            self.dispatcher.send_or_queue(message)
        following = next_reminder(queued, case.order, case.policy, now)
        if following:
            self.deps.queue.put(*following)
        return None

    def _send_event(self, queued: QueuedMessage, it: EventInContext) -> datetime | None:
        """Send a message of an event, however late. Left out are a message of the thread that has been read (N5) and, on a
        phone, what is no longer to be done and a proposal that is no longer on the table.
        """
        payload, role = it.event.payload, person(queued.recipient).role
        if isinstance(payload, MessageWritten) and self._has_read(queued, it):
            return None
        asking = queued.urgency == Urgency.ACTION.value or isinstance(payload, ProposalMade)
        if it.dispute and asking and Channel(queued.channel) in RINGING:
            dispute, policy = self._now(it)
            if not still_to_do(it, role, dispute, policy):
                return None
            it = replace(it, dispute=dispute)
        return self._dispatch(queued, it, due_for(role, it, self.deps.policies))

    def _has_read(self, queued: QueuedMessage, it: EventInContext) -> bool:
        """Return whether the recipient has read the thread up to that message."""
        return self.deps.threads.thread(it.order_id).read_up_to(person(queued.recipient)) >= it.event.seq

    def _now(self, it: EventInContext) -> tuple[Dispute, Policy]:
        """Return the dispute as it is now, and the policy it is judged by."""
        case = self.case_at(it.order_id, self.dispatcher.now, it.event.stream)
        return case.dispute(it.event.stream), case.policy
