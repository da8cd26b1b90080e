"""Formats amounts, countries, times and counts for a language, by Babel from CLDR (N3)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import format_datetime
from babel.numbers import format_currency, format_decimal

from chalicelib.domain.codes import EXPONENTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from chalicelib.domain.money import Money


def money(amount: Money, language: str) -> str:
    """Format an amount to its last minor unit, with the currency's ISO code: a dollar sign stands for twenty currencies."""
    exponent = EXPONENTS[amount.currency]
    value = Decimal(amount.minor).scaleb(-exponent)
    pattern = f"#,##0.{'0' * exponent}\u00a0¤¤" if exponent else "#,##0\u00a0¤¤"
    return format_currency(value, amount.currency, pattern, locale=language, currency_digits=False)


def country(code: str, language: str) -> str:
    """Return the name of an ISO 3166-1 country, or the code itself where CLDR has no name for it."""
    name: str = Locale.parse(language).territories.get(code, code)
    return name


def moment(at: datetime, pattern: str, zone: str, language: str) -> str:
    """Format a time to the minute in ``zone`` (an IANA name), with its offset from UTC.

    An unknown zone does not lose the message: the time is then in UTC.
    """
    try:
        local = at.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):  # no such zone; no name of a zone; "Europe", a folder of zones
        local = at
    return f"{format_datetime(local, pattern, locale=language)} {_offset(local)}"


def _offset(at: datetime) -> str:
    """Return ``UTC``, ``UTC+3`` or ``UTC-3:30``. Names of zones are ambiguous, and CLDR's are long."""
    offset = f"{at:%z}"
    sign, hours, minutes = offset[0], int(offset[1:3]), offset[3:5]
    if not hours and minutes == "00":
        return "UTC"
    return f"UTC{sign}{hours}" + (f":{minutes}" if minutes != "00" else "")


def counted(count: int, forms: Mapping[str, str], language: str) -> str:
    """Return the plural form for ``count``, with the number in it. ``forms`` are keyed by CLDR's plural category."""
    form = forms[Locale.parse(language).plural_form(count)]
    return form.format(count=format_decimal(count, locale=language))
