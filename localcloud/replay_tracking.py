"""Tracking numbers that the real orders do not have: made up, valid for their carrier, the same on every replay."""

import hashlib

from chalicelib.domain.carriers import (
    Carrier,
    dhl_check_digit,
    fedex_express_check_digit,
    s10_check_digit,
    tracking_number,
    ups_check_digit,
)


def _s10(service: str, country: str, digits: str) -> str:
    serial = digits[:8]
    return f"{service}{serial}{s10_check_digit(serial)}{country}"


def _written(carrier: Carrier, digits: str) -> str:
    letter = chr(ord("A") + int(digits[-2:]) % 26)
    match carrier:
        case Carrier.EMS:
            return _s10(f"E{letter}", "CN", digits)
        case Carrier.CHINA_POST:
            return _s10(f"R{letter}", "CN", digits)
        case Carrier.HONGKONG_POST:
            return _s10(f"R{letter}", "HK", digits)
        case Carrier.UPS:
            return f"1Z{digits[:15]}{ups_check_digit(digits[:15])}"
        case Carrier.FEDEX:
            return f"{digits[:11]}{fedex_express_check_digit(digits[:11])}"
        case Carrier.DHL:
            return f"{digits[:10]}{dhl_check_digit(digits[:10])}"
        case Carrier.TNT:
            return f"G{letter}{digits[:9]}BR"
        case Carrier.SF_EXPRESS:
            return f"SF{digits[:13]}"


class TrackingNumbers:
    """Gives each order a carrier and a number that no other order of this replay has."""

    def __init__(self) -> None:
        self._given: set[tuple[Carrier, str]] = set()

    def of(self, order_id: str) -> tuple[Carrier, str]:
        """The carrier and number of an order: spread evenly over the eight, and following from the id alone."""
        carriers = list(Carrier)
        attempt = 0
        while True:
            # A second attempt only where two ids fall on one number: carrier events must mean one order.
            number = int.from_bytes(hashlib.sha256(f"{order_id}/{attempt}".encode()).digest())
            carrier = carriers[number % len(carriers)]
            valid = tracking_number(carrier, _written(carrier, f"{number // len(carriers):020d}"[-20:]))
            if (carrier, valid) not in self._given:
                self._given.add((carrier, valid))
                return carrier, valid
            attempt += 1
