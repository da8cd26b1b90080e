"""Makes the tables of countries and currencies from pycountry, which keeps ISO 3166-1 and ISO 4217."""

from __future__ import annotations

import json
from pathlib import Path

import pycountry

KEPT = Path(__file__).resolve().parent.parent / "chalicelib" / "domain" / "codes.json"
_NOT_PAID_IN = "BOV CHE CHW CLF COU MXV USN UYI UYW XAD XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX"
"""Codes of funds, of units of account, of metals and for tests: no order is paid in them."""
_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
"""ISO 4217's minor units, where they are not 2. pycountry leaves them out; they have not changed since 2014."""


def _decimals(code: str) -> int:
    return 0 if code in _NO_DECIMALS.split() else 3 if code in _THREE_DECIMALS.split() else 2


def table() -> str:
    """Return the tables as they are kept. A currency that is kept and no longer in the library counts as withdrawn."""
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {"currencies": {}, "withdrawn_currencies": {}}
    today = {it.alpha_3 for it in pycountry.currencies} - set(_NOT_PAID_IN.split())
    known = {**kept["withdrawn_currencies"], **kept["currencies"]}
    tables = {
        "countries": {it.alpha_2: it.alpha_3 for it in sorted(pycountry.countries, key=lambda it: it.alpha_2)},
        "currencies": {code: _decimals(code) for code in sorted(today)},
        "withdrawn_currencies": {code: known[code] for code in sorted(known.keys() - today)},
    }
    return json.dumps(tables, indent=1) + "\n"
