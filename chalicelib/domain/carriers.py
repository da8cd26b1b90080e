"""The carriers (O4), one row each: name, forms of tracking number with their check digits, and each service's codes.

The check-digit methods are the carriers' own: S10 is UPU standard S10; UPS 1Z, FedEx and DHL Express are those that their
labels use. TNT and S.F. Express publish none, so only the form of their numbers is checked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from chalicelib.domain.exhaustive import table
from chalicelib.domain.refusals import INVALID_TRACKING_NUMBER, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Carrier(StrEnum):
    """A company that carries parcels (O4). Each has a row in ``CARRIERS``."""

    TNT = "tnt"
    EMS = "ems"
    UPS = "ups"
    FEDEX = "fedex"
    DHL = "dhl"
    CHINA_POST = "china_post"
    HONGKONG_POST = "hongkong_post"
    SF_EXPRESS = "sf_express"


def s10_check_digit(serial: str) -> int:
    """Return the check digit of an eight-digit S10 serial number (UPU S10)."""
    weighted = sum(weight * int(digit) for weight, digit in zip((8, 6, 4, 2, 3, 5, 9, 7), serial, strict=True))
    return {10: 0, 11: 5}.get(11 - weighted % 11, 11 - weighted % 11)


def ups_check_digit(body: str) -> int:
    """Return the check digit of the fifteen characters between ``1Z`` and the last digit."""
    values = [int(c) if c.isdigit() else (ord(c) - 63) % 10 for c in body]
    return -(sum(values[0::2]) + 2 * sum(values[1::2])) % 10


def fedex_express_check_digit(serial: str) -> int:
    """Return the check digit of a twelve-digit FedEx number: weights 3, 1, 7, modulo 11, then modulo 10."""
    return sum((3, 1, 7)[i % 3] * int(digit) for i, digit in enumerate(serial)) % 11 % 10


def fedex_ground_check_digit(serial: str) -> int:
    """Return the check digit of a FedEx Ground number: modulo 10, every other digit from the right weighted 3."""
    return -sum((3, 1)[i % 2] * int(digit) for i, digit in enumerate(reversed(serial))) % 10


def dhl_check_digit(serial: str) -> int:
    """Return the check digit of a DHL Express waybill: modulo 7."""
    return int(serial) % 7


def _no_check_digit(_number: str) -> bool:
    return True


def _as_printed(number: str) -> str:
    return number


@dataclass(frozen=True, slots=True)
class Form:
    """One form in which a carrier prints or reports its tracking numbers, in upper case, without spaces or hyphens."""

    pattern: str
    """A regular expression that the whole number matches."""
    example: str
    """A valid number of this form."""
    check: Callable[[str], bool] = _no_check_digit
    """Says whether the check digit of a number that matches ``pattern`` is right."""
    canonical: Callable[[str], str] = _as_printed
    """Returns the number under which the parcel is stored. Two forms of one parcel's number have the same."""


@dataclass(frozen=True, slots=True)
class CarrierRow:
    """All that is known of one carrier. Its default promise is policy: ``carrier_days``, by the carrier's value (O5)."""

    name: str
    """The company's name, in messages of every language that has no label of its own for it."""
    forms: tuple[Form, ...]
    """The forms of its numbers, the usual one first."""
    expected: str
    """The forms in a few words, for the refusal of a wrong number. The first form's example follows them."""
    made_up: Callable[[str], str]
    """Builds a valid number from twenty digits, for sample data and replays."""
    aftership: tuple[str, ...]
    """AfterShip's slugs for it."""
    seventeen_track: tuple[int, ...]
    """17TRACK's codes for it."""


def _letter(digits: str) -> str:
    """Return a letter that follows from the last two of some digits."""
    return chr(ord("A") + int(digits[-2:]) % 26)


def _s10(example: str) -> Form:
    return Form(r"[A-Z]{2}\d{9}[A-Z]{2}", example, lambda number: s10_check_digit(number[2:10]) == int(number[10]))


def _s10_made_up(service: str, country: str) -> Callable[[str], str]:
    return lambda digits: f"{service}{_letter(digits)}{digits[:8]}{s10_check_digit(digits[:8])}{country}"


_S10_EXPECTED = "two letters, nine digits with an S10 check digit, two letters"

CARRIERS: Mapping[Carrier, CarrierRow] = table(
    Carrier,
    {
        Carrier.TNT: CarrierRow(
            name="TNT",
            forms=(Form(r"\d{9}", "123456782"), Form(r"[A-Z]{2}\d{9}[A-Z]{2}", "GE123456782WW")),
            expected="nine digits, or two letters, nine digits, two letters",
            made_up=lambda digits: f"G{_letter(digits)}{digits[:9]}BR",
            aftership=("tnt",),
            seventeen_track=(100004,),
        ),
        Carrier.EMS: CarrierRow(
            name="EMS",
            forms=(_s10("EE123456785CN"),),
            expected=_S10_EXPECTED,
            made_up=_s10_made_up("E", "CN"),
            aftership=("ems", "china-ems"),
            seventeen_track=(3013, 100685),
        ),
        Carrier.UPS: CarrierRow(
            name="UPS",
            forms=(
                Form(
                    r"1Z[0-9A-Z]{15}\d", "1Z5R89390357567127", lambda number: ups_check_digit(number[2:17]) == int(number[17])
                ),
            ),
            expected="1Z, fifteen letters or digits and a check digit",
            made_up=lambda digits: f"1Z{digits[:15]}{ups_check_digit(digits[:15])}",
            aftership=("ups",),
            seventeen_track=(100002,),
        ),
        Carrier.FEDEX: CarrierRow(
            name="FedEx",
            forms=(
                Form(r"\d{12}", "986578788855", lambda number: fedex_express_check_digit(number[:-1]) == int(number[-1])),
                Form(r"\d{15}", "041441760228964", lambda number: fedex_ground_check_digit(number[:-1]) == int(number[-1])),
                Form(
                    r"96\d{20}",
                    "9611020987654312345672",
                    lambda number: fedex_ground_check_digit(number[7:-1]) == int(number[-1]),
                ),
            ),
            expected="12 or 15 digits, or 22 beginning with 96, with a check digit",
            made_up=lambda digits: f"{digits[:11]}{fedex_express_check_digit(digits[:11])}",
            aftership=("fedex",),
            seventeen_track=(100003,),
        ),
        Carrier.DHL: CarrierRow(
            name="DHL",
            forms=(
                Form(r"\d{10,11}", "3318810025", lambda number: dhl_check_digit(number[:-1]) == int(number[-1])),
                Form(r"J[A-Z]{2,3}\d{9,10}", "JJD0099999999"),
            ),
            expected="10 or 11 digits with a check digit, or a piece id beginning with J",
            made_up=lambda digits: f"{digits[:10]}{dhl_check_digit(digits[:10])}",
            aftership=("dhl",),
            seventeen_track=(100001,),
        ),
        Carrier.CHINA_POST: CarrierRow(
            name="China Post",
            forms=(_s10("RR473124829CN"),),
            expected=_S10_EXPECTED,
            made_up=_s10_made_up("R", "CN"),
            aftership=("china-post",),
            seventeen_track=(3011,),
        ),
        Carrier.HONGKONG_POST: CarrierRow(
            name="Hongkong Post",
            forms=(_s10("RB123456785HK"),),
            expected=_S10_EXPECTED,
            made_up=_s10_made_up("R", "HK"),
            aftership=("hong-kong-post",),
            seventeen_track=(8011,),
        ),
        Carrier.SF_EXPRESS: CarrierRow(
            name="S.F. Express",
            forms=(Form(r"SF\d{12,13}", "SF1234567890123"), Form(r"\d{12,13}", "123456789012")),
            expected="12 or 13 digits, with or without SF before them",
            made_up=lambda digits: f"SF{digits[:13]}",
            aftership=("sf-express",),
            seventeen_track=(100012, 190766),
        ),
    },
)


def tracking_number(carrier: Carrier, written: str) -> str:
    """Return the number under which the parcel is stored: the canonical one of the form that ``written`` has.

    Upper and lower case, spaces and hyphens make no difference. Raises ``Refusal(invalid_tracking_number)`` for a number
    that has none of the carrier's forms, or a wrong check digit (O4).
    """
    row = CARRIERS[carrier]
    number = re.sub(r"[\s-]", "", written).upper()
    for form in row.forms if number.isascii() else ():
        if re.fullmatch(form.pattern, number) and form.check(number):
            return form.canonical(number)
    expected = f"{row.expected}: {row.forms[0].example}"
    raise Refusal(
        INVALID_TRACKING_NUMBER,
        f"This is not a tracking number of {carrier.value}. Expected: {expected}. Check it against the label.",
        carrier=carrier.value,
        tracking_number=written[:64],
    )
