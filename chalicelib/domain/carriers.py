"""The eight carriers (O4): tracking number formats and check digits, where the carrier publishes one.

The check-digit methods are the carriers' own: S10 is UPU standard S10; UPS 1Z, FedEx and DHL Express are those their
labels use. TNT and S.F. Express publish none, so only the form of their numbers is checked.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from chalicelib.domain.refusals import INVALID_TRACKING_NUMBER, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable


class Carrier(StrEnum):
    """Who carries a parcel (O4)."""

    TNT = "tnt"
    EMS = "ems"
    UPS = "ups"
    FEDEX = "fedex"
    DHL = "dhl"
    CHINA_POST = "china_post"
    HONGKONG_POST = "hongkong_post"
    SF_EXPRESS = "sf_express"


def s10_check_digit(serial: str) -> int:
    """The check digit of an eight-digit S10 serial number (UPU S10)."""
    weighted = sum(weight * int(digit) for weight, digit in zip((8, 6, 4, 2, 3, 5, 9, 7), serial, strict=True))
    return {10: 0, 11: 5}.get(11 - weighted % 11, 11 - weighted % 11)


def ups_check_digit(body: str) -> int:
    """The check digit of the fifteen characters between ``1Z`` and the last digit."""
    values = [int(c) if c.isdigit() else (ord(c) - 63) % 10 for c in body]
    return -(sum(values[0::2]) + 2 * sum(values[1::2])) % 10


def fedex_express_check_digit(serial: str) -> int:
    """The check digit of a twelve-digit FedEx number: weights 3, 1, 7, modulo 11, then modulo 10."""
    return sum((3, 1, 7)[i % 3] * int(digit) for i, digit in enumerate(serial)) % 11 % 10


def fedex_ground_check_digit(serial: str) -> int:
    """The check digit of a FedEx Ground number: modulo 10, every other digit from the right weighted 3."""
    return -sum((3, 1)[i % 2] * int(digit) for i, digit in enumerate(reversed(serial))) % 10


def dhl_check_digit(serial: str) -> int:
    """The check digit of a DHL Express waybill: modulo 7."""
    return int(serial) % 7


def _s10(number: str) -> bool:
    return bool(re.fullmatch(r"[A-Z]{2}\d{9}[A-Z]{2}", number)) and s10_check_digit(number[2:10]) == int(number[10])


def _ups(number: str) -> bool:
    return bool(re.fullmatch(r"1Z[0-9A-Z]{15}\d", number)) and ups_check_digit(number[2:17]) == int(number[17])


def _fedex(number: str) -> bool:
    if re.fullmatch(r"\d{12}", number):
        return fedex_express_check_digit(number[:-1]) == int(number[-1])
    if re.fullmatch(r"\d{15}", number):
        return fedex_ground_check_digit(number[:-1]) == int(number[-1])
    if re.fullmatch(r"96\d{20}", number):
        return fedex_ground_check_digit(number[7:-1]) == int(number[-1])
    return False


def _dhl(number: str) -> bool:
    if re.fullmatch(r"J[A-Z]{2,3}\d{9,10}", number):
        return True
    return bool(re.fullmatch(r"\d{10,11}", number)) and dhl_check_digit(number[:-1]) == int(number[-1])


def _tnt(number: str) -> bool:
    return bool(re.fullmatch(r"[A-Z]{2}\d{9}[A-Z]{2}|\d{9}", number))


def _sf(number: str) -> bool:
    return bool(re.fullmatch(r"(SF)?\d{12,13}", number))


_FORMATS: dict[Carrier, tuple[Callable[[str], bool], str]] = {
    Carrier.EMS: (_s10, "two letters, nine digits with an S10 check digit, two letters: EE123456785CN"),
    Carrier.CHINA_POST: (_s10, "two letters, nine digits with an S10 check digit, two letters: RR473124829CN"),
    Carrier.HONGKONG_POST: (_s10, "two letters, nine digits with an S10 check digit, two letters: RB123456785HK"),
    Carrier.UPS: (_ups, "1Z, fifteen letters or digits and a check digit: 1Z5R89390357567127"),
    Carrier.FEDEX: (_fedex, "12 or 15 digits, or 22 beginning with 96, with a check digit: 986578788855"),
    Carrier.DHL: (_dhl, "10 or 11 digits with a check digit, or a piece id beginning with J: 3318810025"),
    Carrier.TNT: (_tnt, "nine digits, or two letters, nine digits, two letters: 123456782"),
    Carrier.SF_EXPRESS: (_sf, "12 or 13 digits, with or without SF before them: SF1234567890123"),
}


def tracking_number(carrier: Carrier, written: str) -> str:
    """The number as the carrier prints it: upper case, without spaces or hyphens.

    Raises ``Refusal(invalid_tracking_number)`` when its form or check digit is wrong (O4).
    """
    number = re.sub(r"[\s-]", "", written).upper()
    well_formed, form = _FORMATS[carrier]
    if not number.isascii() or not well_formed(number):
        raise Refusal(
            INVALID_TRACKING_NUMBER,
            f"This is not a tracking number of {carrier.value}. Expected: {form}. Check it against the label.",
            carrier=carrier.value,
            tracking_number=written[:64],
        )
    return number
