"""Decide whether a deployed alarm would ring, from values by period, as CloudWatch does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import fmean
from typing import TYPE_CHECKING

from infra.alarms import ALARMS
from infra.cloudformation import ref
from infra.watched import Metric
from tests.emf import points

if TYPE_CHECKING:
    from infra.alarms.alarm import Alarm
    from tests.emf import Lines

BY_NAME = {row.name: row for row in ALARMS}
STATISTICS: dict[str, Callable[[Sequence[float]], float]] = {"Sum": sum, "Maximum": max, "Average": fmean}


def rings(name: str, periods: Sequence[Sequence[float]]) -> bool:
    """Return whether the alarm goes off, given the values of each of its periods, the newest last."""
    row = BY_NAME[name]
    looked_at = periods[-(row.among or row.periods) :]
    past = sum(_is_past(row, values) for values in looked_at)
    return past >= row.periods


def _is_past(row: Alarm, values: Sequence[float]) -> bool:
    if not values:
        return row.missing == "breaching"
    assert isinstance(row.threshold, int | float)
    value = STATISTICS[row.statistic](values)
    return value > row.threshold if row.comparison == "GreaterThanThreshold" else value < row.threshold


def measured_for(name: str, heard: Lines) -> list[float]:
    """Return the values that an alarm's metric, one of ours, has by the log lines that were heard."""
    metric = BY_NAME[name].metric
    assert isinstance(metric, Metric)
    assert metric.namespace == ref("AWS::StackName")
    return [it.value for it in points(heard.lines()) if it.name == metric.name and it.dimensions == dict(metric.dimensions)]
