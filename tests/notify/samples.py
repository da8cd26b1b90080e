"""Every message in every story, in words: for the tests, and for the page that shows them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from chalicelib.domain import dispute
from chalicelib.domain.stages import due_at
from chalicelib.notify.audience import Urgency, notices
from chalicelib.notify.wording import words
from tests.notify.fakes import LINKS
from tests.notify.stories import everything

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.notify.happening import Happening
    from chalicelib.notify.wording import Words

ULID = "01JD3K8Q9ZT5V6W7X8Y9ABCDEF"
PARTIES = ("seller", "buyer")
REMINDERS = tuple(f"reminder_{which}.{who}" for which in ("half", "last") for who in PARTIES)
UNPROMPTED = (*REMINDERS, *(f"digest.{who}" for who in PARTIES))
"""The messages that no single event brings about, nor a message in a thread."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One message, and all that it is put into words from."""

    text: str
    it: Happening
    due: datetime | None
    urgent: bool = False
    count: int | None = None

    def said(self, language: str, zone: str = "UTC", order_id: str = ULID) -> Words:
        """The message in words, about an order with that id."""
        about = renamed(self.it, order_id)
        return words(self.text, about, due=self.due, link_base=LINKS, language=language, zone=zone, count=self.count)


def renamed(it: Happening, order_id: str) -> Happening:
    """The same happening to another order."""
    about = replace(it.dispute, id=dispute.dispute_id(order_id, it.dispute.number)) if it.dispute else None
    return replace(it, order_id=order_id, dispute=about)


@lru_cache(maxsize=1)
def samples() -> tuple[Sample, ...]:
    """Every message to anyone in every story; reminders in every stage, and digests for every form of the plural."""
    told = [(it, due_at(it.dispute, world.case.policy) if it.dispute else None) for _, world, it in everything()]
    prompted = [Sample(row.text, it, due, row.urgency is Urgency.ACTION) for it, due in told for row in notices(it) if row.text]
    by_stage = {it.dispute.stage: (it, due) for it, due in told if it.dispute and it.dispute.open}
    reminders = [Sample(text, it, due, urgent=True) for it, due in by_stage.values() for text in REMINDERS]
    digests = [Sample(f"digest.{who}", told[0][0], None, count=n) for who in PARTIES for n in (5, 1, 3, 21, 1_000_000)]
    messages = [Sample(f"message.{who}", told[0][0], None) for who in PARTIES]
    return (*prompted, *reminders, *digests, *messages)


def to_people(language: str, zone: str = "UTC") -> list[tuple[Sample, Words]]:
    """Every message to buyers and sellers, in one language."""
    return [(sample, sample.said(language, zone)) for sample in samples() if not sample.text.endswith(".mediators")]
