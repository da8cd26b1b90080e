"""The forms in which carriers print and report tracking numbers, and the canonical number of each (O4).

The label, its bar code and a tracking service spell one number differently. All spellings of a parcel's number have the same
canonical number. Numbers of S10 and of IMpb are handed from one carrier to the next and are unique over all of them, so they
belong to a network of their own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.domain import check_digits as digits
from chalicelib.domain.codes import COUNTRIES

if TYPE_CHECKING:
    from collections.abc import Callable

S10: Final = "s10"
"""The network of the posts: an item of registered or express mail keeps its number in every country (UPU S10)."""
IMPB: Final = "impb"
"""The network of parcels that FedEx, UPS and DHL hand to USPS, by whose number all of them know it."""


def _no_check_digit(_number: str) -> bool:
    return True


def _as_printed(number: str) -> str:
    return number


@dataclass(frozen=True, slots=True)
class Form:
    """One form in which a carrier prints or reports its tracking numbers, in upper case, without spaces or hyphens."""

    words: str
    """The form in a few words, for the refusal of a wrong number."""
    pattern: str
    """A regular expression that the whole number matches."""
    example: str
    """A valid number of this form."""
    check: Callable[[str], bool] = _no_check_digit
    """Says whether the check digit of a number that matches ``pattern`` is right."""
    canonical: Callable[[str], str] = _as_printed
    """Returns the number under which the parcel is stored. Two forms of one parcel's number have the same."""
    network: str = ""
    """Where the canonical number is unique; empty where that is the carrier itself."""

    def fits(self, number: str) -> bool:
        """Return whether ``number`` has this form and a right check digit."""
        return re.fullmatch(self.pattern, number, re.ASCII) is not None and self.check(number)


def _s10_right(number: str) -> bool:
    return digits.s10_check_digit(number[2:10]) == int(number[10]) and number[11:] in COUNTRIES


def s10(example: str) -> Form:
    """Return the form of UPU S10, whose last two letters are a country that exists."""
    words = "two letters, nine digits with an S10 check digit, the two letters of a country"
    return Form(words, r"[A-Z]{2}\d{9}[A-Z]{2}", example, _s10_right, network=S10)


def impb(words: str, example: str) -> Form:
    """Return the form of the bar code that USPS delivers by (Publication 199): 22 or 26 digits.

    The bar code says the ZIP code before it: 420 and five or nine digits. FedEx, UPS and DHL publish no check digit for it.
    """
    pattern = r"(420(\d{5}|\d{9}))?(9[1-5]\d{20}|9[2-5]\d{24})"
    return Form(words, pattern, example, canonical=_without_zip, network=IMPB)


def _without_zip(number: str) -> str:
    """The bar code without the ZIP code before it. A ZIP code of nine digits goes with 22 digits."""
    zip_code = {30: 8, 34: 12 if re.match(r"420\d{9}9[1-5]", number) else 8}.get(len(number), 0)
    return number[zip_code:]


TNT = (
    Form("nine digits", r"\d{9}", "123456782"),
    Form(
        "two letters, nine digits, two letters",
        r"[A-Z]{2}\d{9}[A-Z]{2}",
        "GE123456782WW",
        canonical=lambda number: number[2:11],
    ),
    Form("the 28 digits of its bar code", r"\d{28}", "0001123456782000100028001001", canonical=lambda number: number[4:13]),
    Form("two or three letters and eight or nine digits", r"[A-Z]{2}\d{8}|[A-Z]{3}\d{9}", "RL38095497"),
    Form("16 digits", r"\d{16}", "6102006220100317"),
)
"""A consignment is called by its nine digits; the label adds letters to them, the bar code depot and piece. TNT in Italy,
Australia and France has numbers of its own. None has a check digit that is published."""

UPS = (
    Form(
        "1Z, fifteen letters or digits and a check digit",
        r"1Z[0-9A-Z]{15}\d",
        "1Z5R89390357567127",
        lambda number: digits.ups_check_digit(number[2:17]) == int(number[17]),
    ),
    Form(
        "a waybill of a letter A, H, J, K or V and ten digits with a check digit",
        r"[AHJKV]\d{10}",
        "K1506235620",
        lambda number: digits.ups_check_digit(number[1:10]) == int(number[10]),
    ),
    Form("T and ten digits", r"T\d{10}", "T1234567890"),
    Form("9 or 12 digits", r"\d{9}|\d{12}", "123456789012"),
    impb("a Mail Innovations number of 22 digits (or 26) that begins with 9", "9274893150750851301805"),
    Form(
        "a Mail Innovations number of 18 digits, or of MI and 7 to 28 letters or digits",
        r"\d{18}|MI\d{6}[0-9A-Z]{1,22}",
        "801184000000000001",
    ),
)
"""As ups.com lists them under "What is a Tracking Number?". It says nothing of a check digit for the shorter ones."""


def _last_twelve(number: str) -> str:
    return number[-12:]


FEDEX = (
    Form("12 digits with a check digit", r"\d{12}", "986578788855", digits.fedex_express_right),
    Form("15 digits with a check digit", r"\d{15}", "041441760228964", digits.mod10_right),
    Form(
        "22 digits that begin with 96, with a check digit",
        r"96\d{20}",
        "9611020987654312345672",
        lambda number: digits.mod10_right(number[7:]),
        lambda number: number[7:],
    ),
    impb("22 digits that begin with 92", "9261292700768711948021"),
    Form(
        "20 digits",
        r"\d{20}",
        "61299998820821171811",
        lambda number: number.startswith(("61", "02")) or digits.mod10_right(number) or digits.mod10_right(f"92{number}"),
        lambda number: f"92{number}",
        IMPB,
    ),
    Form(
        "the 34 digits of its bar code, whose last twelve are the number",
        r"(96|[0-8]\d)\d{18}00\d{12}",
        "1001921334250001000300779017972697",
        lambda number: digits.fedex_express_right(_last_twelve(number)),
        _last_twelve,
    ),
    Form(
        "the 32 digits of its older bar code",
        r"3\d{31}",
        "32971514560102447849175802862014",
        lambda number: digits.fedex_express_right(number[16:28]),
        lambda number: number[16:28],
    ),
    Form("18 digits with a check digit", r"00\d{16}", "000123450000000027", digits.mod10_right),
)
"""FedEx Express and Ground by number or bar code; Ground Economy (SmartPost) by that of USPS, which may lack the 92."""


def _piece(number: str) -> str:
    """The licence plate itself. A bar code says J before it, the data identifier of ISO 15459."""
    return number[1:] if number.startswith(("JJD", "JVGL")) else number


def _nve(number: str) -> str:
    return number if number.startswith("00") else f"00{number}"


DHL = (
    Form(
        "10 or 11 digits with a check digit",
        r"\d{10,11}",
        "3318810025",
        lambda number: digits.dhl_check_digit(number[:-1]) == int(number[-1]),
    ),
    Form("a piece id of JD or JJD and 9 to 20 digits", r"J?JD\d{9,20}", "JJD0099999999", canonical=_piece),
    Form(
        "a piece id of J, two or three letters and 9 or 10 digits",
        r"J[A-Z]{2,3}\d{9,10}|VGL\d{9,10}",
        "JVGL0999999990",
        canonical=_piece,
    ),
    s10("LX123456785DE"),
    Form(
        "a DHL eCommerce number of GM, LX, RX, UV or a country and 10 to 39 letters or digits",
        r"(?![A-Z]{2}\d{9}[A-Z]{2}$)(GM|LX|RX|UV|CN|SG|TH|IN|HK|MY)(?=[A-Z]*\d)[0-9A-Z]{10,39}",
        "GM295117494011169042",
    ),
    Form("a DHL eCommerce number of 14 digits", r"\d{14}", "60120172242323"),
    impb("a DHL eCommerce number of 22 digits (or 26) that begins with 9", "9361289878700317633795"),
    Form(
        "a DHL Paket number of 20 digits that begins with 003404, with a check digit",
        r"(00)?3404\d{14}",
        "00340434161094015902",
        digits.mod10_right,
        _nve,
    ),
)
"""DHL Express by waybill or piece, DHL eCommerce, and DHL Paket. A piece id has no relation to the waybill's number."""

SF_EXPRESS = (
    Form("SF and 12 or 13 digits", r"SF\d{12,13}", "SF1234567890123"),
    Form("12 or 13 digits", r"\d{12,13}", "123456789012", canonical=lambda number: f"SF{number}"),
)
