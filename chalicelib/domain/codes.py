"""The codes of countries and currencies, in tables made from the library that keeps the standards (O1, O2).

``codes.json`` is written by ``make docs`` from pycountry, so that the deployed functions need no such library. A currency that
leaves the list stays known here: what was stored in it can still be read. New orders in it are refused.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_TABLES: dict[str, Any] = json.loads((Path(__file__).parent / "codes.json").read_text(encoding="utf-8"))

COUNTRIES: frozenset[str] = frozenset(_TABLES["countries"])
"""Every country of ISO 3166-1, by its two letters."""
_BY_THREE: dict[str, str] = {three: two for two, three in _TABLES["countries"].items()}
CURRENCIES: frozenset[str] = frozenset(_TABLES["currencies"])
"""Every currency of ISO 4217 that people pay in today, by its three letters."""
EXPONENTS: dict[str, int] = {**_TABLES["withdrawn_currencies"], **_TABLES["currencies"]}
"""Decimals of each currency's minor unit, by ISO 4217 code (O2); also of those that are not in use any more."""


def country_of(code: str) -> str:
    """Return the two letters of a country that is called by two or three, or an empty text if there is none."""
    upper = code.strip().upper()
    return upper if upper in COUNTRIES else _BY_THREE.get(upper, "")
