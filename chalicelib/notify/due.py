"""Sends the letters whose time has come, if they still say what is so (N2, N3, D9)."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chalicelib.domain.events import ProposalMade
from chalicelib.domain.people import Actor, Role
from chalicelib.notify.audience import DISTURBING, Channel, Urgency
from chalicelib.notify.dispatch import Dispatcher, backoff, gathered_in, is_permanent
from chalicelib.notify.event_in_context import MessageWritten, read_event
from chalicelib.notify.reminders import holds
from chalicelib.notify.todos import asks_of, still_asked
from chalicelib.store.message_queue import Kind

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.domain.case import Case
    from chalicelib.domain.dispute import Dispute
    from chalicelib.domain.policy import Policy
    from chalicelib.notify.dispatch import Dependencies
    from chalicelib.notify.event_in_context import EventInContext
    from chalicelib.store.message_queue import QueuedMessage, Waiting

    CaseAt = Callable[[str, datetime], Case]

log = logging.getLogger(__name__)

PAGE = 50
ATTEMPTS = 10
"""How often a letter that waits is tried, after 1, 1, 2, 4, ... 256 minutes, so for 8.5 hours. Then it is undelivered."""


class GaveOut(Exception):  # noqa: N818 - it says what happened to the process
    """A letter was taken as often as it may be, and whoever took it last never came back."""


def send_due(to: Dependencies, case_at: CaseAt, shard: int, may_go_on: Callable[[], bool] = lambda: True) -> bool:
    """Send what is due of one shard; whether all of it was tried before ``may_go_on`` said no.

    ``case_at`` gives an order's case as it is at a moment, swept or not. A letter that fails is logged and comes again.
    """
    round_ = DueSender(Dispatcher.of(to), case_at)
    tried: set[tuple[str, str]] = set()
    # The index may lag and name a letter again that has been taken.
    while fresh := [key for key in to.queue.due(shard, round_.courier.now, PAGE) if key not in tried]:
        for key in fresh:
            if not may_go_on():
                return False
            tried.add(key)
            round_.serve(key)
    return True


@dataclass(frozen=True, slots=True)
class DueSender:
    """One tour of a courier through the letters that are due."""

    courier: Dispatcher
    case_at: CaseAt

    def serve(self, key: tuple[str, str]) -> None:
        """Send one letter, or leave it for its next attempt; nothing is raised."""
        pile, now = self.courier.to.queue, self.courier.now
        try:
            waiting = pile.take(key, now, lambda attempts: now + backoff(attempts))
            if waiting:
                self._serve(waiting)
        except Exception:
            log.exception("a message that was due waits on", extra={"event": key[1]})

    def _serve(self, waiting: Waiting) -> None:
        letter = waiting.message
        try:
            later = self._sent(waiting)
        except Exception as error:
            if not is_permanent(error) and waiting.attempts < ATTEMPTS:
                raise
            self.courier.give_up(letter, error)
            later = None
        if later:
            self.courier.to.queue.postpone(waiting, later)
        else:
            self.courier.to.queue.drop(letter)

    def _sent(self, waiting: Waiting) -> datetime | None:
        """Send a letter that still says what is so; the time until which it waits, if it has to."""
        letter = waiting.message
        if waiting.attempts > ATTEMPTS:
            raise GaveOut(letter.name)
        order_id, stream, seq = letter.source.rsplit("#", 2)
        it = read_event(self.courier.to.orders.event(order_id, int(stream), int(seq)))
        match letter.kind:
            case Kind.DIGEST:
                gathered = self.courier.to.tallies.names(gathered_in(letter), letter.recipient)
                return self.courier.carry(letter, it, None, len(gathered))
            case Kind.REMINDER:
                return self._reminded(letter, it)
            case _:
                return self._told(letter, it)

    def _reminded(self, letter: QueuedMessage, it: EventInContext) -> datetime | None:
        """A reminder holds while the person still has to do that very thing by that very time; else there is none."""
        dispute, policy = self._now(it)
        asked = asks_of(letter.recipient, dispute, policy)
        ask = next((ask for ask in asked if letter.at and holds(ask, letter.at, self.courier.now)), None)
        if ask is None:
            return None
        it = replace(it, dispute=dispute)
        if letter.channel:
            return self.courier.carry(letter, it, ask.due)
        for one in self.courier.office.by_channel(letter):
            self.courier.hand_over(one, it, ask.due)
        return None

    def _told(self, letter: QueuedMessage, it: EventInContext) -> datetime | None:
        """What happened is told however late, but for a message that has been read (N5). Only a phone is not rung for
        something that is no longer to be done, or for a proposal that is no longer on the table.
        """
        payload = it.event.payload
        if isinstance(payload, MessageWritten) and self._has_read(letter, it):
            return None
        asking = letter.urgency == Urgency.ACTION.value or isinstance(payload, ProposalMade)
        if it.dispute and asking and Channel(letter.channel) in DISTURBING:
            dispute, policy = self._now(it)
            if not still_asked(it, letter.recipient, dispute, policy):
                return None
            it = replace(it, dispute=dispute)
        return self.courier.carry(letter, it, self.courier.office.due_to(letter.recipient, it))

    def _has_read(self, letter: QueuedMessage, it: EventInContext) -> bool:
        """Whether the recipient has come to that message in the thread by now."""
        role, _, person = letter.recipient.partition(":")
        return self.courier.to.threads.thread(it.order_id).read_up_to(Actor(Role(role), person)) >= it.event.seq

    def _now(self, it: EventInContext) -> tuple[Dispute, Policy]:
        """The dispute as it is now, and the policy it is judged by."""
        case = self.case_at(it.order_id, self.courier.now)
        return case.dispute(it.event.stream), case.policy
