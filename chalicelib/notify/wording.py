"""What a message says, in the recipient's language: what happened, what to do, by when, and a link (N3)."""

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
"""SNS wants a subject of less than 100 characters of UTF-8, without line breaks and control characters."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One message in one language: for email a subject and a body, for an SMS a short text with the link in it, which is
    empty for what needs no action, and for a push message, whose title is the subject, a line without the ``link``.
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
    """Put the message called ``text`` about what happened into words.

    ``due`` is the deadline of the stage the dispute is in, ``language`` what the recipient chose (``pt`` or ``pt-BR``),
    ``zone`` the IANA name of the zone the recipient lives in. A digest tells nothing of ``it``, its last event, but how many
    orders and disputes there is news of: their ``count``.
    Raises ``KeyError`` for a message that names a fact the it does not have.
    """
    # Babel is loaded by those who word a message, not by every job that could.
    from chalicelib.notify.facts import facts  # noqa: PLC0415

    said = catalog(spoken(language))
    template, named = said.texts[text], facts(it, due, said, zone=zone, count=count)
    brief = template.short.format_map(facts(it, due, said, zone=zone, brief=True)) if template.short else ""
    link, footer = _place(it, link_base, said) if count is None else (f"{link_base}/orders", "")
    parts = [part for part in (template.happened, template.to_do, link, footer) if part]
    # A template's gap leaves a space: a dispute withdrawn has no ground, for one.
    written = [part.format_map(named).strip() for part in parts]
    return Wording(
        subject=one_line(template.subject.format_map(named)),
        body="\n\n".join(written),
        short=gsm_7(f"{brief} {link}") if brief else "",
        push=brief or written[0],
        link=link,
    )


def _place(it: EventInContext, base: str, said: Catalog) -> tuple[str, str]:
    """Where to read on, the dispute or else the order, and the line that names it."""
    if it.dispute:
        return f"{base}/disputes/{it.dispute.id}", said.footer_of_dispute
    return f"{base}/orders/{it.order_id}", said.footer_of_order


def one_line(subject: str) -> str:
    """``subject`` as SNS takes it: one line of printable characters, cut where it is too long."""
    line = " ".join("".join(c if c.isprintable() or c.isspace() else "" for c in subject).split())
    return line if len(line) <= SUBJECT_AT_MOST else f"{line[: SUBJECT_AT_MOST - 3]}..."
