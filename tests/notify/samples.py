"""Write every message of every story, for the tests and for the page that shows them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from chalicelib.domain import dispute
from chalicelib.domain.people import Role
from chalicelib.domain.stages import due_at
from chalicelib.domain.todos import todos
from chalicelib.notify.audience import Urgency, notices
from chalicelib.notify.order_reminders import OrderReminder
from chalicelib.notify.todos import Reminder
from chalicelib.notify.wording import worded
from tests.notify.fakes import LINKS
from tests.notify.stories import everything

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from chalicelib.notify.event_in_context import EventInContext
    from chalicelib.notify.wording import Wording
    from tests.domain.worlds import World

ULID = "01JD3K8Q9ZT5V6W7X8Y9ABCDEF"
PARTIES = ("seller", "buyer")
REMINDERS = tuple(f"{which.value}.{who}" for which in Reminder for who in PARTIES)
OF_ORDERS = (f"{OrderReminder.PROMISE.value}.{Role.SELLER.value}", *(f"{OrderReminder.CLOSING.value}.{who}" for who in PARTIES))
"""The reminders that no dispute asks for (O7, O8)."""
UNPROMPTED = (*REMINDERS, *OF_ORDERS, *(f"digest.{who}" for who in PARTIES))
"""The messages that come neither of a single event nor of a message in a thread."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One message with everything that its wording takes."""

    text: str
    it: EventInContext
    due: datetime | None
    urgent: bool = False
    count: int | None = None

    def said(self, language: str, zone: str = "UTC", order_id: str = ULID) -> Wording:
        """The message in words, about an order with that id."""
        about = renamed(self.it, order_id)
        return worded(self.text, about, due=self.due, link_base=LINKS, language=language, zone=zone, count=self.count)


def renamed(it: EventInContext, order_id: str) -> EventInContext:
    """Return the same event, of another order."""
    about = replace(it.dispute, id=dispute.dispute_id(order_id, it.dispute.number)) if it.dispute else None
    return replace(it, order_id=order_id, dispute=about)


def _reminders(world: World, it: EventInContext) -> Iterator[tuple[tuple[object, ...], Sample]]:
    """Yield both reminders of each todo after an event, keyed by the facts that decide on their wording (N2)."""
    for ask in todos(it.dispute, world.case.policy) if it.dispute else ():
        for which in Reminder:
            text = f"{which.value}.{ask.role.value}"
            about = (text, it.the_dispute.stage, it.the_dispute.coverage.reason, it.return_country)
            yield about, Sample(text, it, ask.due, urgent=True)


@lru_cache(maxsize=1)
def samples() -> tuple[Sample, ...]:
    """Return every message of every story, the reminders of each todo, and digests for every form of the plural."""
    told = [(it, due_at(it.dispute, world.case.policy) if it.dispute else None) for _, world, it in everything()]
    prompted = [Sample(row.text, it, due, row.urgency is Urgency.ACTION) for it, due in told for row in notices(it) if row.text]
    reminders = dict(reminder for _, world, it in everything() for reminder in _reminders(world, it))
    digests = [Sample(f"digest.{who}", told[0][0], None, count=n) for who in PARTIES for n in (5, 1, 3, 21, 1_000_000)]
    messages = [Sample(f"message.{who}", told[0][0], None) for who in PARTIES]
    closes = told[0][0].event.at + timedelta(days=45)
    of_orders = [Sample(text, told[0][0], closes, urgent=True) for text in OF_ORDERS]
    return (*prompted, *reminders.values(), *of_orders, *digests, *messages)


def to_people(language: str, zone: str = "UTC") -> list[tuple[Sample, Wording]]:
    """Every message to buyers and sellers, in one language."""
    return [(sample, sample.said(language, zone)) for sample in samples() if not sample.text.endswith(".mediators")]
