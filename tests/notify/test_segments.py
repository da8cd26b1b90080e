"""The segments and the alphabet of an SMS (N3)."""

from __future__ import annotations

import pytest

from chalicelib.notify.segments import EXTENSION, GSM_7, gsm_7, segments


def test_the_alphabet_is_whole() -> None:
    """GSM-7 has 128 places: one is the escape to the ten characters of the extension."""
    assert (127, 10) == (len(GSM_7), len(EXTENSION))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("é" * 160, 1),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 152, 3),  # the two septets of a euro sign are never parted
        ("a" * 152 + "€" + "a" * 151, 2),
        ("á", 1),
        ("a" * 69 + "á", 1),
        ("a" * 70 + "á", 2),
        ("я" * 70, 1),
        ("я" * 71, 2),
        ("争" * 134, 2),
        ("争" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 67, 3),  # 33 a part: a pair of surrogates is never parted
    ],
)
def test_segments_are_counted_as_networks_do(text: str, parts: int) -> None:
    """A segment holds 160 or 153 septets, or 70 or 67 units of UTF-16."""
    assert parts == segments(text)


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("Decisión: ¿acepta? mañana", "Decision: ¿acepta? mañana"),
        ("solicitação até você", "solicitacao até voce"),
        ("1\u00a0234,56\u202fUSD", "1 234,56 USD"),
        ("Ответ до 1\u00a0мая", "Ответ до 1\u00a0мая"),
        ("decisión 争", "decisión 争"),
    ],
)
def test_what_gsm_7_lacks_gives_way_where_that_is_enough(text: str, sent: str) -> None:
    """Accents and no-break spaces are replaced where the rest is GSM-7; other scripts are left as they are."""
    assert sent == gsm_7(text)
