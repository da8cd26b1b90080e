"""Choose the language of an answer as the caller prefers (RFC 9110, section 12.5.4), and give its sentences.

English is the language of the rules and of the catalogue of problems, and its refusals say exactly what stands in the way.
Every other language has one sentence for each code, and a second one for the codes that come with facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from chalicelib.domain.protection import EXPLAINED
from chalicelib.domain.refusals import NOT_COVERED, in_words
from chalicelib.languages import ENGLISH, LANGUAGES, sections

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEADER_AT_MOST = 1000
"""Characters of Accept-Language that are read: more than any browser sends."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """The API's sentences in one language: titles by status, sentences by problem code, those with facts, and explanations.

    The explanations say how a guarantee stands (O9).
    """

    titles: Mapping[str, str]
    problems: Mapping[str, str]
    with_facts: Mapping[str, str]
    explanations: Mapping[str, str]

    def detail(self, code: str, facts: Mapping[str, object]) -> str:
        """Say what is wrong and what to do about it, with the facts where the language has a sentence for them."""
        exclusion = facts.get("exclusion")
        if code == NOT_COVERED and exclusion:
            return self.explanations[str(exclusion)]
        told = {name: _written(fact) for name, fact in facts.items() if fact is not None}
        try:
            return self.with_facts[code].format_map(told)
        except KeyError:  # the code has no sentence with facts, or this problem came without them
            return self.problems[code]


def _written(fact: object) -> str:
    return in_words(fact) if isinstance(fact, datetime) else str(fact)


@cache
def phrases(language: str) -> Phrases:
    """Read the phrases of one of ``TRANSLATIONS``, the first time that a caller prefers it.

    Raises ``KeyError`` or ``TypeError`` for a file that lacks a section.
    """
    return Phrases(**sections(language)["api"])


def explanations_in(language: str) -> Mapping[str, str]:
    """Return the explanations of how guarantees stand, in one of ``LANGUAGES``."""
    return EXPLAINED if language == ENGLISH else phrases(language).explanations


def preferred(accepted: str) -> str:
    """Return the one of ``LANGUAGES`` that an Accept-Language header prefers, and English if it names none of them.

    Of equal weights the first named wins. A region or a script makes no difference: ``pt-BR`` gets ``pt``.
    A language with weight 0 is not given.
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
