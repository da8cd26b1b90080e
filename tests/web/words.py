"""The app's texts in a language, as patterns: what stands for an amount or a date may be anything."""

import json
import re
from functools import lru_cache

from localcloud.layout import ROOT

PLURAL = re.compile(r"\{\w+, plural,(?: *[=\w]+ \{[^{}]*\})+ *\}")
GAP = re.compile(r"\{\w+\}")


class Words:
    """The texts in a language."""

    def __init__(self, language: str) -> None:
        """Read them."""
        self._texts = _catalogue(language)

    def __call__(self, key: str) -> re.Pattern[str]:
        """Return a pattern for what begins with this text."""
        return re.compile("^" + ".+".join(map(re.escape, GAP.split(PLURAL.sub("{it}", self._texts[key])))))

    def plain(self, key: str) -> str:
        """Return a text as it stands."""
        return self._texts[key]


@lru_cache(maxsize=8)
def _catalogue(language: str) -> dict[str, str]:
    texts: dict[str, str] = json.loads((ROOT / "web" / "src" / "words" / f"{language}.json").read_text(encoding="utf-8"))
    return texts
