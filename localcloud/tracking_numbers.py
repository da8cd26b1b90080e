"""Makes up tracking numbers for orders that have none: valid for their carrier, and the same every time."""

import hashlib

from chalicelib.domain.carriers import CARRIERS, Carrier, tracking_number


def _number(seed: str) -> int:
    return int.from_bytes(hashlib.sha256(seed.encode()).digest())


def made_up(carrier: Carrier, seed: str) -> str:
    """Return a number that ``carrier`` could have given. The same seed gives the same number."""
    digits = f"{_number(seed) // len(Carrier):020d}"[-20:]
    return tracking_number(carrier, CARRIERS[carrier].made_up(digits))


class TrackingNumbers:
    """Give each order a carrier and a number that no other order of this replay has."""

    def __init__(self) -> None:
        """Start with none given."""
        self._given: set[tuple[Carrier, str]] = set()

    def of(self, order_id: str) -> tuple[Carrier, str]:
        """Return the carrier and number of an order. The same id gives the same, spread evenly over the carriers."""
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
