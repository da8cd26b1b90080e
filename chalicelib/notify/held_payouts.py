"""Holds payment instructions back while the operator's switch says so, and publishes them after its release (M1)."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from chalicelib.domain.ledger import InstructionStatus
from chalicelib.metrics import measured
from chalicelib.notify.audience import Audience, Channel, Urgency, notices
from chalicelib.notify.feeds import instruction_id
from chalicelib.store.message_queue import Kind, QueuedMessage
from chalicelib.switches import Switch

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.notify.audience import Notice
    from chalicelib.notify.dispatch import Dispatcher
    from chalicelib.notify.event_in_context import EventInContext

log = logging.getLogger(__name__)

LOOK_AGAIN = timedelta(minutes=5)
"""The time after which a held instruction is looked at again."""


def held(dispatcher: Dispatcher, it: EventInContext, notice: Notice) -> bool:
    """Hold back what ``notice`` tells the payment system, if the switch is on, and return whether it is held.

    It waits in the queue of messages, so the stream goes on. One that has left already is not held.
    """
    deps = dispatcher.deps
    if notice.audience is not Audience.PAYMENTS or not deps.switches.on(Switch.PAYOUTS_HELD):
        return False
    channel = Channel.TOPIC.value
    if not deps.sent.has_left(it.id, Audience.PAYMENTS.value, channel):
        recipient = f"{Audience.PAYMENTS.value}:{it.order_id}"
        waiting = QueuedMessage(it.id, recipient, Urgency.DATA.value, "", it.id, channel=channel, kind=Kind.PAYOUT)
        deps.queue.put(waiting, dispatcher.now + LOOK_AGAIN)
        log.warning("a payment instruction is held", extra={"event": it.id, **measured(PayoutsHeld=1)})
    return True


def release(dispatcher: Dispatcher, it: EventInContext) -> datetime | None:
    """Publish a held instruction, once. Return when to look again while it has to wait.

    It waits for the switch, and for the end of an external dispute, which began while it was held (M3). One that is settled by
    now was paid by other means, and is not published.
    """
    deps = dispatcher.deps
    order = deps.orders.order(it.order_id)
    if deps.switches.on(Switch.PAYOUTS_HELD) or order.external_open:
        return dispatcher.now + LOOK_AGAIN
    named = instruction_id(it.event.payload)
    if any(known.id == named and known.status is InstructionStatus.SETTLED for known in order.instructions):
        log.warning("a held payment instruction was settled meanwhile", extra={"event": it.id})
        return None
    for notice in notices(it):
        if notice.audience is Audience.PAYMENTS:
            dispatcher.to_topic(it, notice, deps.topics.payments)
    return None
