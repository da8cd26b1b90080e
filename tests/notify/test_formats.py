"""Amounts, times and counts as each language writes them (N3)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from chalicelib.domain.codes import EXPONENTS
from chalicelib.domain.money import Money
from chalicelib.languages import LANGUAGES
from chalicelib.notify.catalog import catalog
from chalicelib.notify.formats import moment, money

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "language", "written"),
    [
        (Money(123456, "USD"), "en", "1,234.56 USD"),
        (Money(123456, "USD"), "es", "1.234,56 USD"),
        (Money(123456, "BRL"), "pt", "1.234,56 BRL"),
        (Money(123456, "RUB"), "ru", "1 234,56 RUB"),
        (Money(123456, "CNY"), "zh", "1,234.56 CNY"),
        (Money(1234567, "JPY"), "en", "1,234,567 JPY"),
        (Money(1234567, "TND"), "es", "1.234,567 TND"),
        (Money(5, "TND"), "en", "0.005 TND"),
        (Money(0, "USD"), "ru", "0,00 USD"),
        (Money(9_999_999_999_999_999, "USD"), "en", "99,999,999,999,999.99 USD"),
    ],
)
def test_an_amount_is_written_as_the_language_groups_it(amount: Money, language: str, written: str) -> None:
    """Digits are grouped by the language, decimals are the currency's, and the currency is its ISO code (O2, N3)."""
    assert written == money(amount, language).replace("\u00a0", " ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_amount_loses_or_gains_a_digit(language: str) -> None:
    """Every currency keeps its own number of decimals, whatever CLDR rounds it to (O2)."""
    for code in EXPONENTS:
        amount = Money(100_000_000_123_457, code)
        digits = re.sub(r"\D", "", money(amount, language))
        assert (str(amount.minor), code) == (digits, money(amount, language)[-3:])


@pytest.mark.parametrize(
    ("zone", "written"),
    [
        ("UTC", "25 Nov 2026, 12:00 UTC"),
        ("Europe/Moscow", "25 Nov 2026, 15:00 UTC+3"),
        ("Asia/Kolkata", "25 Nov 2026, 17:30 UTC+5:30"),
        ("America/St_Johns", "25 Nov 2026, 08:30 UTC-3:30"),
        ("Pacific/Auckland", "26 Nov 2026, 01:00 UTC+13"),
        ("Europe/London", "25 Nov 2026, 12:00 UTC"),
        ("Mars/Olympus", "25 Nov 2026, 12:00 UTC"),
        ("Europe", "25 Nov 2026, 12:00 UTC"),
        ("../etc/passwd", "25 Nov 2026, 12:00 UTC"),
        ("", "25 Nov 2026, 12:00 UTC"),
    ],
)
def test_a_time_is_told_by_the_recipients_clock(zone: str, written: str) -> None:
    """A time says its offset from UTC, and is in UTC where the zone is not known (N3)."""
    assert written == moment(NOON, catalog("en").moment, zone, "en")


def test_summer_time_is_that_of_the_day_told() -> None:
    """The offset from UTC is the one on that day, not today's."""
    july = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    assert "1 Jul 2026, 13:00 UTC+1" == moment(july, catalog("en").moment, "Europe/London", "en")


def test_a_runtime_without_a_time_zone_database_knows_zones_all_the_same() -> None:
    """The package brings its own zones, as Lambda may have none (N3)."""
    script = "from chalicelib.notify.formats import moment; from datetime import UTC, datetime;"
    script += "print(moment(datetime(2026, 11, 25, 12, tzinfo=UTC), 'd MMM y HH:mm', 'Europe/Moscow', 'en'))"
    environment = os.environ | {"PYTHONTZPATH": "", "TZ": ":UTC"}  # TZ as Lambda sets it
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert ("25 Nov 2026 15:00 UTC+3\n", "") == (done.stdout, done.stderr)
