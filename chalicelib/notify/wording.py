"""What a message says, in the recipient's language: what happened, what to do, by when, and a link (N3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.notify.facts import facts
from chalicelib.notify.wording_en import ENGLISH

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.notify.catalog import Catalog
    from chalicelib.notify.happening import Happening

CATALOGS: dict[str, Catalog] = {"en": ENGLISH}
"""The languages, by ISO 639-1 code. A language may be incomplete: what it lacks is said in English."""

SUBJECT_AT_MOST = 99
"""SNS wants a subject of less than 100 characters, in one line."""


@dataclass(frozen=True, slots=True)
class Words:
    """One message in one language: for email a subject and a body, for a phone a short text."""

    subject: str
    body: str
    short: str


def words(text: str, it: Happening, *, due: datetime | None, link_base: str, language: str = "en") -> Words:
    """Put the message called ``text`` about what happened into words.

    ``due`` is the deadline of the stage the dispute is in, ``language`` what the recipient chose (``pt`` or ``pt-BR``).
    Raises ``KeyError`` for a message that names a fact the happening does not have.
    """
    catalog = CATALOGS.get(language.partition("-")[0].lower(), ENGLISH)
    if text not in catalog.texts:
        catalog = ENGLISH
    template, named = catalog.texts[text], facts(it, due, catalog)
    link = f"{link_base}/disputes/{it.dispute.id}" if it.dispute else f"{link_base}/orders/{it.order_id}"
    footer = catalog.footer_of_dispute if it.dispute else catalog.footer_of_order
    parts = (template.happened, template.to_do, link, footer)
    return Words(
        subject=one_line(template.subject.format_map(named)),
        # A template's gap leaves a space: a dispute withdrawn has no ground, for one.
        body="\n\n".join(part.format_map(named).strip() for part in parts),
        short=f"{template.short.format_map(named)} {link}" if template.short else "",
    )


def one_line(subject: str) -> str:
    """``subject`` as SNS takes it: one line of printable ASCII, cut where it is too long."""
    ascii_only = " ".join(subject.split()).encode("ascii", "replace").decode()
    return ascii_only if len(ascii_only) <= SUBJECT_AT_MOST else f"{ascii_only[: SUBJECT_AT_MOST - 3]}..."
