"""The languages: what each says, from a file that a translator can keep (N3)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ENGLISH = "en"
LANGUAGES = (ENGLISH, "es", "pt", "ru", "zh")
"""The languages a person can choose, by ISO 639-1 code; Portuguese is Brazil's and Chinese is written in simplified letters.
Each says everything that people are told. The mediators' topic is in English alone."""


@dataclass(frozen=True, slots=True)
class Template:
    """One message: what happened, what to do and by when; and in ``short`` the same for a phone, the link apart.

    ``{name}`` stands for a fact. Only what needs action has a short form.
    """

    subject: str
    happened: str
    to_do: str
    short: str = ""


@dataclass(frozen=True, slots=True)
class Catalog:
    """A language: how it writes a time (CLDR patterns), its messages by name, its words for the values of the domain by
    kind, and the lines below a message.
    """

    language: str
    moment: str
    short_moment: str
    footer_of_order: str
    footer_of_dispute: str
    words: Mapping[str, Mapping[str, str]]
    texts: Mapping[str, Template]


def spoken(chosen: str) -> str:
    """The one of our languages that comes nearest to what a person chose: ``pt`` for ``pt-BR``, English for one we lack."""
    language = chosen.partition("-")[0].lower()
    return language if language in LANGUAGES else ENGLISH


@lru_cache(maxsize=len(LANGUAGES))
def catalog(language: str) -> Catalog:
    """The catalogue of one of our languages. Raises ``TypeError`` for a file that lacks a part or has one too many."""
    source = (Path(__file__).parent / "languages" / f"{language}.toml").read_text(encoding="utf-8")
    parts = tomllib.loads(source)
    texts = {name: Template(**template) for name, template in parts.pop("texts").items()}
    return Catalog(language=language, texts=texts, **parts)
