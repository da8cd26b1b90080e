"""Words for people, in the language they prefer (RFC 9110, section 12.5.4).

English is the language of the rules and of the catalogue of problems, and says most: of a refusal what exactly stands in the
way. Every other language has one sentence for each code, with the facts that go with it where there are any.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib.domain.protection import EXPLAINED
from chalicelib.domain.refusals import NOT_COVERED, in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

ENGLISH = "en"
TRANSLATED = ("es", "pt", "ru", "zh")
LANGUAGES = (ENGLISH, *TRANSLATED)
_HEADER_AT_MOST = 1000
"""Characters of Accept-Language that are looked at: more than any browser sends."""


@dataclass(frozen=True, slots=True)
class Words:
    """One language: titles by status, sentences by problem code, those with facts in them, and the explanations of O9."""

    titles: Mapping[str, str]
    problems: Mapping[str, str]
    with_facts: Mapping[str, str]
    explanations: Mapping[str, str]

    def detail(self, code: str, facts: Mapping[str, object]) -> str:
        """What is wrong and what to do about it."""
        exclusion = facts.get("exclusion")
        if code == NOT_COVERED and exclusion:
            return self.explanations[str(exclusion)]
        told = {name: _said(fact) for name, fact in facts.items() if fact is not None}
        try:
            return self.with_facts[code].format_map(told)
        except KeyError:  # it says nothing more, or the facts are not known
            return self.problems[code]


def _said(fact: object) -> str:
    return in_words(fact) if isinstance(fact, datetime) else str(fact)


@lru_cache(maxsize=len(TRANSLATED))
def words_in(language: str) -> Words:
    """The words of one of ``TRANSLATED``, read when somebody first prefers it."""
    return Words(**json.loads(Path(__file__).with_name(f"words_{language}.json").read_text(encoding="utf-8")))


def explanations_in(language: str) -> Mapping[str, str]:
    """How guarantees stand, in one of ``LANGUAGES``."""
    return EXPLAINED if language == ENGLISH else words_in(language).explanations


def preferred(accepted: str) -> str:
    """Which of ``LANGUAGES`` an Accept-Language header prefers: of equals the first named, and English where it names none.

    A region or a script makes no difference: ``pt-BR`` gets ``pt``. A language with weight 0 is not given.
    """
    weighed: dict[str, float] = {}
    for written in accepted[:_HEADER_AT_MOST].split(","):
        tag, _, weight = written.partition(";")
        language = tag.strip().lower().partition("-")[0]
        weighed.setdefault(language, _weight(weight))
    unnamed = weighed.get("*", 0.0)
    order = [it for it in weighed if it in LANGUAGES] + [it for it in LANGUAGES if it not in weighed]
    best = max(order, key=lambda language: weighed.get(language, unnamed))
    return best if weighed.get(best, unnamed) > 0 else ENGLISH


def _weight(written: str) -> float:
    name, _, value = written.partition("=")
    try:
        weight = float(value) if name.strip().lower() == "q" else 1.0
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
