"""Counts the segments of an SMS, by 3GPP TS 23.038 (N3).

One segment holds 160 characters of GSM-7 or 70 of UCS-2. Each segment of a longer SMS holds fewer.
"""

from __future__ import annotations

import unicodedata

GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The default alphabet. A character takes one septet."""
EXTENSION = frozenset("^{}\\[~]|€\f")
"""The extension table. A character takes two septets, an escape and itself, which stay in one segment."""
SEPTETS, SEPTETS_OF_A_SEGMENT = 160, 153
UNITS, UNITS_OF_A_SEGMENT = 70, 67


def gsm_7(text: str) -> str:
    """Return ``text`` in GSM-7 if plain spaces and letters without accents are enough for that, else ``text`` as it is.

    GSM-7 has é and ñ but neither á nor ç: one such letter turns 160 characters into 70. People who write Spanish
    and Portuguese on phones leave such accents out for the same reason.
    """
    plain = "".join(character if _septets(character) else _unaccented(character) for character in text)
    return plain if is_gsm_7(plain) else text


def is_gsm_7(text: str) -> bool:
    """Return whether GSM-7 has every character of ``text``."""
    return all(map(_septets, text))


def segments(text: str) -> int:
    """Return the number of segments that an SMS is sent and paid for in."""
    if is_gsm_7(text):
        return _count([_septets(character) for character in text], SEPTETS, SEPTETS_OF_A_SEGMENT)
    units = [len(character.encode("utf-16-be")) // 2 for character in text]
    return _count(units, UNITS, UNITS_OF_A_SEGMENT)


def _septets(character: str) -> int:
    """Return how many septets a character takes; 0 where GSM-7 does not have it."""
    return 1 if character in GSM_7 else 2 if character in EXTENSION else 0


def _unaccented(character: str) -> str:
    """Return the letter without its accents, or a plain space for any other kind of space."""
    return "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))


def _count(sizes: list[int], of_one: int, of_a_segment: int) -> int:
    if sum(sizes) <= of_one:
        return 1
    count, room = 1, of_a_segment
    for size in sizes:
        if size > room:
            count, room = count + 1, of_a_segment
        room -= size
    return count
