"""Says when to remind the parties of an order: its promise has passed, or its protection is about to close (O7, O8).

A reminder is named by its order and its time. Each person has one in the queue for an order, the one that comes next; it is
looked at again when it is due, by the order as it is then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from chalicelib.domain import events as e
from chalicelib.domain.evolve_order import imported
from chalicelib.domain.parcel import CarrierStatus
from chalicelib.domain.people import PARTIES, Role
from chalicelib.notify.audience import Urgency
from chalicelib.notify.recipients import name_of, person
from chalicelib.store.codec import timestamp
from chalicelib.store.message_queue import Kind, QueuedMessage

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from chalicelib.domain.order import Order
    from chalicelib.domain.policy import Policy, PolicyBook
    from chalicelib.notify.event_in_context import EventInContext
    from chalicelib.notify.ports import Orders

BEFORE_IT_CLOSES = {Role.SELLER: (timedelta(days=3),), Role.BUYER: (timedelta(days=3), timedelta(days=1))}
"""How long before the end of protection each party is reminded."""
_ENDS = (CarrierStatus.DELIVERED, CarrierStatus.RETURNED_TO_SENDER)


class OrderReminder(StrEnum):
    """The occasions of a reminder; each value is the first part of a text's name."""

    PROMISE = "promise_passed"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class OrderTodo:
    """Something that one party is reminded of at ``at``; ``due`` is when it is too late."""

    role: Role
    reminder: OrderReminder
    at: datetime
    due: datetime

    @property
    def text(self) -> str:
        """The name of its text."""
        return f"{self.reminder.value}.{self.role.value}"

    def named(self, order_id: str) -> str:
        """Its name in the queue, which its order and its time make."""
        return f"{order_id}#{e.ORDER}#{self.text}@{timestamp(self.at)}"


def order_todos(order: Order, policy: Policy, in_dispute: Collection[str] = ()) -> list[OrderTodo]:
    """Return all reminders of an order as it stands, the earliest first.

    The seller's are about lines that nothing shows as delivered; the buyer's about lines whose receipt is not confirmed.
    Lines in an open dispute, whose reminders are the dispute's, are left out, and so are lines that are refunded.
    """
    if order.completed_at is not None or not order.terms.paid_on_platform:
        return []
    closes = order.closes_at(policy)
    held = [it.id for it in order.terms.lines if it.id not in in_dispute and any(part.minor for part in order.held_of(it.id))]
    undelivered = [line for line in held if order.delivered_at(line) is None]
    unconfirmed = [line for line in held if order.line_state(line).confirmed_at is None]
    promises = {order.promised_by(line, policy) for line in undelivered}
    found = [OrderTodo(Role.SELLER, OrderReminder.PROMISE, at, closes) for at in promises]
    for role, lines in ((Role.SELLER, undelivered), (Role.BUYER, unconfirmed)):
        found += [OrderTodo(role, OrderReminder.CLOSING, closes - by, closes) for by in BEFORE_IT_CLOSES[role] if lines]
    return sorted(found, key=lambda todo: (todo.at, todo.role, todo.reminder))


def next_reminder(queued: QueuedMessage, order: Order, policy: Policy, now: datetime) -> tuple[QueuedMessage, datetime] | None:
    """Return the reminder that follows ``queued`` for the same person and order, with its time; None where none does."""
    return _next(order, policy, person(queued.recipient).role, now)


def reminders_after(it: EventInContext, orders: Orders, policies: PolicyBook) -> list[tuple[QueuedMessage, datetime]]:
    """Return the next reminder of each party after an event that may have changed its time. Other events have none."""
    order = _order_after(it, orders)
    if order is None:
        return []
    policy = policies.version(order.policy_version)
    return [found for role in PARTIES if (found := _next(order, policy, role, it.event.at))]


def _order_after(it: EventInContext, orders: Orders) -> Order | None:
    match it.event.payload:
        case e.OrderImported() as payload:
            return imported(payload, it.event)
        case e.CarrierReported(records=records) if not any(record.status in _ENDS for record in records):
            return None
        case e.ParcelShipped() | e.ParcelTakenBack() | e.CarrierReported() | e.ReceiptConfirmed():
            return orders.order(it.order_id)
        case e.PromiseExtended() | e.ProtectionExtended():
            return orders.order(it.order_id)
        case _:
            return None


def _next(order: Order, policy: Policy, role: Role, after: datetime) -> tuple[QueuedMessage, datetime] | None:
    todo = next((todo for todo in order_todos(order, policy) if todo.role is role and todo.at > after), None)
    if todo is None:
        return None
    terms = order.terms
    recipient = name_of(role, terms.buyer_id if role is Role.BUYER else terms.seller_id)
    source = f"{terms.order_id}#{e.ORDER}#1"  # the import: its facts are the order's, and it names no other time
    name = todo.named(terms.order_id)
    return QueuedMessage(name, recipient, Urgency.ACTION.value, todo.text, source, kind=Kind.REMINDER, at=todo.at), todo.at
