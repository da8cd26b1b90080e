"""Money as integer minor units of an ISO 4217 currency (O2), and fair splitting (C4)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from chalicelib.domain.codes import EXPONENTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in whole minor units of one currency (O2).

    Arithmetic and comparison between currencies raise ``ValueError``: there is no rate here.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            msg = f"minor units are a whole number, not {self.minor!r}"
            raise TypeError(msg)
        if self.currency not in EXPONENTS:
            msg = f"{self.currency!r} is not an ISO 4217 currency"
            raise ValueError(msg)

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            msg = f"{self.currency} and {other.currency} do not mix"
            raise ValueError(msg)
        return other.minor

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._same(other)

    def __mul__(self, count: int) -> Money:
        return Money(self.minor * count, self.currency)

    @property
    def exponent(self) -> int:
        """The decimals of the currency's minor unit: 2 for EUR, 0 for JPY."""
        return EXPONENTS[self.currency]

    @property
    def units(self) -> Fraction:
        """The amount in whole units: euros, not cents."""
        return Fraction(self.minor, 10**self.exponent)

    def __str__(self) -> str:
        exponent = self.exponent
        if not exponent:
            return f"{self.minor} {self.currency}"
        sign = "-" if self.minor < 0 else ""
        whole, part = divmod(abs(self.minor), 10**exponent)
        return f"{sign}{whole}.{part:0{exponent}d} {self.currency}"


def least(*amounts: Money) -> Money:
    """The smallest of some amounts of one currency."""
    return min(amounts, key=lambda money: money.minor)


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The sum of ``amounts``; zero of ``currency`` when there are none."""
    return sum(amounts, Money(0, currency))


def split(amount: Money, weights: Sequence[int]) -> tuple[Money, ...]:
    """Split ``amount`` in proportion to ``weights`` by the largest-remainder method (C4).

    The parts add up exactly; a tie goes to the earlier part. With every weight zero the parts are equal. A part
    never exceeds its weight when ``amount`` does not exceed their sum, so weights may be used as caps.
    Raises ``ValueError`` for no weights, or negative ones.
    """
    if not weights or min(weights) < 0:
        msg = "splitting needs at least one weight, none below zero"
        raise ValueError(msg)
    shares = weights if any(weights) else [1] * len(weights)
    whole = sum(shares)
    parts = [amount.minor * share // whole for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda i: (-(amount.minor * shares[i] % whole), i))
    for i in by_remainder[: amount.minor - sum(parts)]:
        parts[i] += 1
    return tuple(Money(part, amount.currency) for part in parts)
