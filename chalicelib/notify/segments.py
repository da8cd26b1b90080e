"""What fits into an SMS, by 3GPP TS 23.038: 160 characters of GSM-7 or 70 of UCS-2, fewer in each part of a longer one (N3)."""

from __future__ import annotations

import unicodedata

GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The default alphabet; a character takes one septet."""
EXTENSION = frozenset("^{}\\[~]|€\f")
"""What is reached by an escape, and so takes two septets, which stay in one part."""
SEPTETS, SEPTETS_OF_A_PART = 160, 153
UNITS, UNITS_OF_A_PART = 70, 67


def gsm_7(text: str) -> str:
    """``text`` in GSM-7 if all it lacks for that is plain spaces and a few accents, else as it is.

    GSM-7 has é and ñ but neither á nor ç: one such letter would turn 160 characters into 70. People who write Spanish
    and Portuguese on phones leave such accents out for the same reason.
    """
    plain = "".join(character if _septets(character) else _unaccented(character) for character in text)
    return plain if is_gsm_7(plain) else text


def is_gsm_7(text: str) -> bool:
    """Whether GSM-7 has every character of ``text``."""
    return all(map(_septets, text))


def segments(text: str) -> int:
    """How many parts an SMS is sent, and paid for, in."""
    if is_gsm_7(text):
        return _parts([_septets(character) for character in text], SEPTETS, SEPTETS_OF_A_PART)
    units = [len(character.encode("utf-16-be")) // 2 for character in text]
    return _parts(units, UNITS, UNITS_OF_A_PART)


def _septets(character: str) -> int:
    """How much of GSM-7 a character takes; 0 where GSM-7 does not have it."""
    return 1 if character in GSM_7 else 2 if character in EXTENSION else 0


def _unaccented(character: str) -> str:
    """The letter without its accents; a plain space for every other kind of it."""
    return "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))


def _parts(sizes: list[int], alone: int, of_a_part: int) -> int:
    if sum(sizes) <= alone:
        return 1
    parts, room = 1, of_a_part
    for size in sizes:
        if size > room:
            parts, room = parts + 1, of_a_part
        room -= size
    return parts
