"""Count durations in steps that grow, so that percentiles of any sum of counts are known to within a stated error.

Two counts are merged by adding them up step by step. So a count can be kept for each day, and the percentiles of a month are
those of the sum of its days.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ERROR_PERCENT = 5
"""A percentile differs from the true one by this much at most, and by half a minute for what took less than ten."""
LONGEST_S = 10 * 366 * 24 * 3600
"""Longer durations are counted as this one: ten years."""
_MINUTE_S = 60


def _ends() -> tuple[int, ...]:
    """Return the end of each step, in seconds: minutes at first, then each step a tenth longer than the one before."""
    ends = [_MINUTE_S]
    while ends[-1] < LONGEST_S:
        ends.append(max(ends[-1] + _MINUTE_S, ends[-1] * 110 // 100))
    return tuple(ends)


ENDS = _ends()


def step_of(seconds: int) -> int:
    """Return the number of the step that a duration falls into. A negative duration counts as none."""
    return bisect_right(ENDS, min(max(seconds, 0), LONGEST_S - 1))


def middle_of(step: int) -> int:
    """Return the duration, in seconds, that stands for all of one step."""
    begins = ENDS[step - 1] if step else 0
    return (begins + ENDS[step]) // 2


def percentile(counts: Mapping[int, int], percent: int) -> int | None:
    """Return the duration, in seconds, that ``percent`` of the counted ones do not exceed; None where nothing was counted."""
    steps = sorted(step for step, count in counts.items() if count > 0)
    so_far = list(accumulate(counts[step] for step in steps))
    if not so_far:
        return None
    wanted = -(-so_far[-1] * percent // 100)
    return next(middle_of(step) for step, reached in zip(steps, so_far, strict=True) if reached >= wanted)
