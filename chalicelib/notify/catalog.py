"""The messages and labels of each language, read from its file in `chalicelib/languages/` (N3)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from chalicelib.domain.carriers import CARRIERS
from chalicelib.languages import ENGLISH, LANGUAGES, sections

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Template:
    """One message: what happened, what to do and by when. ``short`` is the same for a phone, without the link.

    ``{name}`` stands for a fact. Only a message that needs action has a short form.
    """

    subject: str
    happened: str
    to_do: str
    short: str = ""


@dataclass(frozen=True, slots=True)
class Catalog:
    """The messages and labels of one language, and how it writes a time.

    ``labels`` are the names of the domain's values by kind, ``texts`` the messages by name. ``moment`` and
    ``short_moment`` are CLDR patterns. ``name`` is the language's name in English; ``zone`` is a time zone where it is
    spoken, for the pages that show its messages.
    """

    language: str
    name: str
    zone: str
    moment: str
    short_moment: str
    footer_of_order: str
    footer_of_dispute: str
    labels: Mapping[str, Mapping[str, str]]
    texts: Mapping[str, Template]


def spoken(chosen: str) -> str:
    """Return the language nearest to what a person chose: ``pt`` for ``pt-BR``, English for one without a file."""
    language = chosen.partition("-")[0].lower()
    return language if language in LANGUAGES else ENGLISH


@cache
def catalog(language: str) -> Catalog:
    """Read the catalogue of one of ``LANGUAGES``.

    Raises ``TypeError`` or ``KeyError`` for a file that lacks a part, and ``TypeError`` for one that has one too many.
    """
    parts = sections(language)
    parts.pop("api", None)  # the API reads that section
    parts.pop("phone_code")  # read where codes are sent
    texts = {name: Template(**template) for name, template in parts.pop("messages").items()}
    labels = parts.pop("labels")
    labels["carrier"] = {carrier.value: row.name for carrier, row in CARRIERS.items()} | labels.get("carrier", {})
    return Catalog(language=language, texts=texts, labels=labels, **parts)
