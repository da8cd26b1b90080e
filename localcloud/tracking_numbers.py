"""Tracking numbers for orders that have none: made up, valid for their carrier, the same every time."""

import hashlib
from collections.abc import Callable

from chalicelib.domain.carriers import (
    Carrier,
    dhl_check_digit,
    fedex_express_check_digit,
    s10_check_digit,
    tracking_number,
    ups_check_digit,
)


def _letter(digits: str) -> str:
    return chr(ord("A") + int(digits[-2:]) % 26)


def _s10(service: str, country: str) -> Callable[[str], str]:
    return lambda digits: f"{service}{_letter(digits)}{digits[:8]}{s10_check_digit(digits[:8])}{country}"


_WRITTEN: dict[Carrier, Callable[[str], str]] = {
    Carrier.EMS: _s10("E", "CN"),
    Carrier.CHINA_POST: _s10("R", "CN"),
    Carrier.HONGKONG_POST: _s10("R", "HK"),
    Carrier.UPS: lambda digits: f"1Z{digits[:15]}{ups_check_digit(digits[:15])}",
    Carrier.FEDEX: lambda digits: f"{digits[:11]}{fedex_express_check_digit(digits[:11])}",
    Carrier.DHL: lambda digits: f"{digits[:10]}{dhl_check_digit(digits[:10])}",
    Carrier.TNT: lambda digits: f"G{_letter(digits)}{digits[:9]}BR",
    Carrier.SF_EXPRESS: lambda digits: f"SF{digits[:13]}",
}


def _number(seed: str) -> int:
    return int.from_bytes(hashlib.sha256(seed.encode()).digest())


def made_up(carrier: Carrier, seed: str) -> str:
    """A number that `carrier` could have given, following from the seed alone."""
    digits = f"{_number(seed) // len(Carrier):020d}"[-20:]
    return tracking_number(carrier, _WRITTEN[carrier](digits))


class TrackingNumbers:
    """Gives each order a carrier and a number that no other order of this replay has."""

    def __init__(self) -> None:
        """Start with none given."""
        self._given: set[tuple[Carrier, str]] = set()

    def of(self, order_id: str) -> tuple[Carrier, str]:
        """The carrier and number of an order: spread evenly over the eight, and following from the id."""
        attempt = 0
        while True:
            # A second attempt only where two ids fall on one number: a carrier's record must mean one order.
            seed = f"{order_id}/{attempt}"
            carrier = list(Carrier)[_number(seed) % len(Carrier)]
            given = carrier, made_up(carrier, seed)
            if given not in self._given:
                self._given.add(given)
                return given
            attempt += 1
