"""The form that one language's wording has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


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
    """A language: its messages by name, its words for the values of the domain, and the lines around a message."""

    texts: Mapping[str, Template]
    words: Mapping[str, Mapping[str, str]]
    footer_of_order: str
    footer_of_dispute: str
