"""The languages that people can choose: each is one file in this folder (N3).

A file is named by the language's ISO 639-1 code. It holds all that the language says: messages, labels and the API's
sentences. A language without a file cannot be chosen. A file that lacks a part fails `tools.languages`, and with it
``make check`` and ``make docs``.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

ENGLISH = "en"
"""The language of the rules, of the mediators' topic, and of every reader whose language has no file."""

_FOLDER = Path(__file__).parent

TRANSLATIONS = tuple(sorted({path.stem for path in _FOLDER.glob("*.toml")} - {ENGLISH}))
"""Every language but English, in alphabetical order."""

LANGUAGES = (ENGLISH, *TRANSLATIONS)
"""All languages, English first."""


def sections(language: str) -> dict[str, Any]:
    """Read the file of one of ``LANGUAGES``. Takes about 10 ms, so callers keep what they make of it."""
    return tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
