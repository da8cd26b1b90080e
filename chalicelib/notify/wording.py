"""Puts messages into words, in the recipient's language: what happened, what to do, by when, and a link (N3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.notify.catalog import catalog, spoken
from chalicelib.notify.segments import gsm_7

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.notify.catalog import Catalog
    from chalicelib.notify.event_in_context import EventInContext

SUBJECT_AT_MOST = 99
"""SNS takes a subject of less than 100 characters of UTF-8, without line breaks and control characters."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One message in one language, in the form of each channel.

    An email has ``subject`` and ``body``. An SMS is ``short``, with the link in it; it is empty for what needs no action. A
    push message has the subject as its title, ``push`` as its text, and opens ``link``.
    """

    subject: str
    body: str
    short: str
    push: str
    link: str


def worded(
    text: str,
    it: EventInContext,
    *,
    due: datetime | None,
    link_base: str,
    language: str = "en",
    zone: str = "UTC",
    count: int | None = None,
) -> Wording:
    """Put the message called ``text`` into words.

    ``due`` is the deadline that it names, ``language`` what the recipient chose (``pt`` or ``pt-BR``), ``zone`` the IANA name
    of the recipient's time zone. A digest says only of how many orders there is news, ``count``; ``it`` is the last event.
    Raises ``KeyError`` for a text that names a fact which the event does not have.
    """
    # Babel is loaded only when a message is worded, not by every job that might word one.
    from chalicelib.notify.facts import facts  # noqa: PLC0415

    chosen = catalog(spoken(language))
    template, named = chosen.texts[text], facts(it, due, chosen, zone=zone, count=count)
    brief = template.short.format_map(facts(it, due, chosen, zone=zone, brief=True)) if template.short else ""
    link, footer = _place(it, link_base, chosen) if count is None else (f"{link_base}/orders", "")
    parts = [part for part in (template.happened, template.to_do, link, footer) if part]
    # An empty fact leaves a space at the end: a withdrawn dispute has no ground, for example.
    written = [part.format_map(named).strip() for part in parts]
    return Wording(
        subject=one_line(template.subject.format_map(named)),
        body="\n\n".join(written),
        short=gsm_7(f"{brief} {link}") if brief else "",
        push=brief or written[0],
        link=link,
    )


def _place(it: EventInContext, base: str, chosen: Catalog) -> tuple[str, str]:
    """Return the link to the dispute, or else to the order, and the line that names it."""
    if it.dispute:
        return f"{base}/disputes/{it.dispute.id}", chosen.footer_of_dispute
    return f"{base}/orders/{it.order_id}", chosen.footer_of_order


def one_line(subject: str) -> str:
    """Return ``subject`` as SNS takes it: one line of printable characters, cut where it is too long."""
    line = " ".join("".join(c if c.isprintable() or c.isspace() else "" for c in subject).split())
    return line if len(line) <= SUBJECT_AT_MOST else f"{line[: SUBJECT_AT_MOST - 3]}..."
