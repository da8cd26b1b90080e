"""Say how sure a share is that was seen in a few cases: Wilson's interval, at 95 %."""

from __future__ import annotations

from math import isqrt

PPM = 1_000_000
"""Shares are whole millionths."""
SMALL = 25
"""Below so many cases a share says little, and is shown as such."""
_Z2 = 38_416
"""The square of 1.96, times 10,000: two sides of the normal distribution, at 95 %."""
_SCALE = 10_000


def interval_ppm(part: int, whole: int) -> tuple[int, int]:
    """Return the bounds within which the true share lies with 95 %, given ``part`` of ``whole`` cases, in millionths.

    Of no cases nothing is known: it is all of the range. Raises ``ValueError`` unless ``part`` is part of ``whole``.
    """
    if not 0 <= part <= whole:
        msg = f"{part} is not a part of {whole}"
        raise ValueError(msg)
    if whole == 0:
        return 0, PPM
    # (2k + z2 -+ z sqrt(4k(n-k)/n + z2)) / 2(n + z2), in whole numbers: a float could differ from one machine to another.
    middle = (2 * part * _SCALE + _Z2) * PPM
    root = isqrt(_Z2 * (4 * part * (whole - part) * _SCALE + _Z2 * whole) * PPM * PPM // whole)
    below = 2 * (whole * _SCALE + _Z2)
    return max((middle - root) // below, 0), min(-(-(middle + root) // below), PPM)


def lower_ppm(part: int, whole: int) -> int:
    """Return the lower of the two bounds, in millionths."""
    return interval_ppm(part, whole)[0]
