"""The check digits of tracking numbers, by the methods that the carriers publish (O4).

S10 is UPU standard S10. Modulo 10 with weights 3 and 1 is GS1's (SSCC) and FedEx Ground's. UPS, FedEx Express and DHL Express
have methods of their own. The open data set github.com/jkeen/tracking_number_data describes all of them, with numbers off
real labels; the tests try those.
"""

from __future__ import annotations


def s10_check_digit(serial: str) -> int:
    """Return the check digit of an eight-digit S10 serial number (UPU S10)."""
    weighted = sum(weight * int(digit) for weight, digit in zip((8, 6, 4, 2, 3, 5, 9, 7), serial, strict=True))
    return {10: 0, 11: 5}.get(11 - weighted % 11, 11 - weighted % 11)


def ups_check_digit(body: str) -> int:
    """Return the check digit of the fifteen characters after ``1Z``, or of a waybill's nine digits: weights 1 and 2."""
    values = [int(c) if c.isdigit() else (ord(c) - 63) % 10 for c in body]
    return -(sum(values[0::2]) + 2 * sum(values[1::2])) % 10


def fedex_express_check_digit(serial: str) -> int:
    """Return the check digit of a twelve-digit FedEx number: weights 3, 1, 7, modulo 11, then modulo 10."""
    return sum((3, 1, 7)[i % 3] * int(digit) for i, digit in enumerate(serial)) % 11 % 10


def mod10_check_digit(serial: str) -> int:
    """Return the check digit of GS1 and of FedEx Ground: modulo 10, every other digit from the right weighted 3."""
    return -sum((3, 1)[i % 2] * int(digit) for i, digit in enumerate(reversed(serial))) % 10


def dhl_check_digit(serial: str) -> int:
    """Return the check digit of a DHL Express waybill: modulo 7."""
    return int(serial) % 7


def mod10_right(digits: str) -> bool:
    """Return whether the last of ``digits`` is ``mod10_check_digit`` of those before it."""
    return mod10_check_digit(digits[:-1]) == int(digits[-1])


def fedex_express_right(digits: str) -> bool:
    """Return whether the last of twelve digits is ``fedex_express_check_digit`` of those before it."""
    return fedex_express_check_digit(digits[:-1]) == int(digits[-1])
