"""The carriers (O4), one row each: name, forms of tracking number, and each tracking service's codes."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from chalicelib.domain import check_digits as digits
from chalicelib.domain import tracking_forms as forms
from chalicelib.domain.exhaustive import table
from chalicelib.domain.refusals import INVALID_TRACKING_NUMBER, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chalicelib.domain.tracking_forms import Form


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


@dataclass(frozen=True, slots=True)
class CarrierRow:
    """All that is known of one carrier. Its default promise is policy: ``carrier_days``, by the carrier's value (O5)."""

    name: str
    """The company's name, in messages of every language that has no label of its own for it."""
    forms: tuple[Form, ...]
    """The forms of its numbers, the usual one first. Of two that fit, the first counts."""
    made_up: Callable[[str], str]
    """Builds a valid number from twenty digits, for sample data and replays."""
    aftership: tuple[str, ...]
    """AfterShip's slugs for it: one for each country or service of the company."""
    seventeen_track: tuple[int, ...]
    """17TRACK's codes for it, likewise."""
    tracking_page: str = "https://t.17track.net/en#nums="
    """The beginning of the address of a page about a parcel; the number follows. By default 17TRACK's, which knows all."""

    def form_of(self, number: str) -> Form | None:
        """Return the form of a number in upper case, without spaces or hyphens; None where it has none."""
        return next((form for form in self.forms if form.fits(number)), None)


def _letter(digits: str) -> str:
    """Return a letter that follows from the last two of some digits."""
    return chr(ord("A") + int(digits[-2:]) % 26)


def _s10_made_up(service: str, country: str) -> Callable[[str], str]:
    return lambda serial: f"{service}{_letter(serial)}{serial[:8]}{digits.s10_check_digit(serial[:8])}{country}"


CARRIERS: Mapping[Carrier, CarrierRow] = table(
    Carrier,
    {
        Carrier.TNT: CarrierRow(
            name="TNT",
            forms=forms.TNT,
            made_up=lambda serial: f"G{_letter(serial)}{serial[:9]}BR",
            aftership=("tnt", "tnt-au", "tnt-click", "tnt-fr", "tnt-it", "tnt-reference", "tnt-uk", "tnt-uk-reference"),
            seventeen_track=(100004, 100065, 100200, 100241),
        ),
        Carrier.EMS: CarrierRow(
            name="EMS",
            forms=(forms.s10("EE123456785CN"),),
            made_up=_s10_made_up("E", "CN"),
            aftership=("ems", "china-ems"),
            seventeen_track=(3013, 100685),
        ),
        Carrier.UPS: CarrierRow(
            name="UPS",
            forms=forms.UPS,
            made_up=lambda serial: f"1Z{serial[:15]}{digits.ups_check_digit(serial[:15])}",
            aftership=("ups", "ups-api", "ups-mi", "ups-freight", "ups-reference"),
            seventeen_track=(100002, 100398),
            tracking_page="https://www.ups.com/track?tracknum=",
        ),
        Carrier.FEDEX: CarrierRow(
            name="FedEx",
            forms=forms.FEDEX,
            made_up=lambda serial: f"{serial[:11]}{digits.fedex_express_check_digit(serial[:11])}",
            aftership=("fedex", "fedex-api", "fedex-crossborder", "fedex-fims", "fedex-freight", "fedex-uk", "opek"),
            seventeen_track=(100003, 100222, 100261),
            tracking_page="https://www.fedex.com/fedextrack/?trknbr=",
        ),
        Carrier.DHL: CarrierRow(
            name="DHL",
            forms=forms.DHL,
            made_up=lambda serial: f"{serial[:10]}{digits.dhl_check_digit(serial[:10])}",
            aftership=(
                "dhl",
                "dhl-active-tracing",
                "dhl-api",
                "dhl-benelux",
                "dhl-deliverit",
                "dhl-ecommerce-gc",
                "dhl-es",
                "dhl-germany",
                "dhl-global-forwarding",
                "dhl-global-mail",
                "dhl-global-mail-asia",
                "dhl-global-mail-asia-api",
                "dhl-hk",
                "dhl-nl",
                "dhl-pieceid",
                "dhl-poland",
                "dhl-reference",
                "dhl-supply-chain-au",
                "dhl-supplychain-id",
                "dhlparcel-es",
                "dhlparcel-nl",
                "dhlparcel-uk",
            ),
            seventeen_track=(
                100001,
                7041,
                7047,
                7048,
                100047,
                100152,
                100216,
                100226,
                100245,
                100392,
                100430,
                100765,
            ),
            tracking_page="https://www.dhl.com/global-en/home/tracking.html?tracking-id=",
        ),
        Carrier.CHINA_POST: CarrierRow(
            name="China Post",
            forms=(forms.s10("RR473124829CN"),),
            made_up=_s10_made_up("R", "CN"),
            aftership=("china-post",),
            seventeen_track=(3011,),
        ),
        Carrier.HONGKONG_POST: CarrierRow(
            name="Hongkong Post",
            forms=(forms.s10("RB123456785HK"),),
            made_up=_s10_made_up("R", "HK"),
            aftership=("hong-kong-post",),
            seventeen_track=(8011,),
        ),
        Carrier.SF_EXPRESS: CarrierRow(
            name="S.F. Express",
            forms=forms.SF_EXPRESS,
            made_up=lambda serial: f"SF{serial[:13]}",
            aftership=("sf-express", "sf-express-webhook", "sfb2c", "sfplus-webhook"),
            seventeen_track=(100012, 190766),
        ),
    },
)


def _cleaned(written: str) -> str:
    """The number without blanks, hyphens and characters that nobody sees; full-width digits and letters as usual ones."""
    plain = unicodedata.normalize("NFKC", written)
    left_out = ("Cf", "Pd", "Zs", "Zl", "Zp")
    seen = (c for c in plain if not c.isspace() and unicodedata.category(c) not in left_out and c not in _UNSEEN)
    return "".join(seen).upper()


_UNSEEN = frozenset("\u034f\u115f\u1160\u3164\u2212")
"""Characters that nobody sees though Unicode calls them letters or marks, and the minus sign."""


def tracking_number(carrier: Carrier, written: str) -> str:
    """Return the number under which the parcel is stored: the canonical one of the form that ``written`` has.

    Upper and lower case, spaces, hyphens and characters that nobody sees make no difference. Raises
    ``Refusal(invalid_tracking_number)`` for a number that has none of the carrier's forms, or a wrong check digit (O4).
    """
    row = CARRIERS[carrier]
    number = _cleaned(written)
    form = row.form_of(number) if number.isascii() else None
    if form:
        return form.canonical(number)
    expected = "; ".join(f"{known.words} ({known.example})" for known in row.forms)
    raise Refusal(
        INVALID_TRACKING_NUMBER,
        f"This is not a tracking number of {carrier.value}. Its forms are: {expected}. Check it against the label.",
        carrier=carrier.value,
        tracking_number=written[:64],
    )


@lru_cache(maxsize=4096)
def parcel_key(carrier: Carrier, number: str) -> tuple[str, str]:
    """Return what identifies the parcel of a canonical number: the network in which it is unique, and the number (O4).

    A number of S10 is one parcel under each of the posts.
    """
    form = CARRIERS[carrier].form_of(number)
    return (form.network if form else "") or carrier.value, number
