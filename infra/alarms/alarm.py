"""Describe an alarm, and write it as a resource."""

from dataclasses import dataclass
from typing import Any, Literal

from infra.cloudformation import Value, given, ref
from infra.watched import Formula, Metric

FIVE_MINUTES, AN_HOUR, A_DAY = 300, 3600, 86_400  # seconds
TOLD = [ref("OperatorsTopic"), given("AlarmTopicArn")]
"""The topics that are told when an alarm goes off and when it ends: the stack's own, and the operator's if there is one."""
RUNBOOK = "docs/runbook.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One alarm. It goes off when the metric is past `threshold` in `periods` of the last `among` periods of `seconds`.

    `description` is what the operators are mailed, so it says what happened; `runbook` names the section of the runbook that
    says what to do, and `reason` says why it is watched like this. `missing` says how AWS treats a period without data. Without
    `among` the periods are in a row. With a `condition` the alarm is there only where the
    template's condition of that name holds.
    """

    name: str
    description: str
    runbook: str
    metric: Metric | Formula
    statistic: Literal["Sum", "Maximum", "Average", "p99"]
    reason: str
    threshold: Value | float = 0
    comparison: Literal["GreaterThanThreshold", "LessThanThreshold"] = "GreaterThanThreshold"
    seconds: int = 60
    periods: int = 1
    among: int | None = None
    missing: Literal["notBreaching", "breaching", "ignore"] = "notBreaching"
    condition: str | None = None


def properties_of(row: Alarm) -> dict[str, Any]:
    """Return an alarm's properties in CloudFormation's words."""
    properties: dict[str, Any] = {
        "AlarmDescription": f"{row.description} See {RUNBOOK}#{row.runbook}.",
        "EvaluationPeriods": row.among or row.periods,
        "DatapointsToAlarm": row.periods,
        "Threshold": row.threshold,
        "ComparisonOperator": row.comparison,
        "TreatMissingData": row.missing,
        "AlarmActions": TOLD,
        "OKActions": TOLD,
    }
    return properties | (_of_formula(row, row.metric) if isinstance(row.metric, Formula) else _of_metric(row, row.metric))


def _of_metric(row: Alarm, metric: Metric) -> dict[str, Any]:
    percentile = row.statistic.startswith("p")
    return {
        **_named(metric),
        "Period": row.seconds,
        "ExtendedStatistic" if percentile else "Statistic": row.statistic,
        # Few calls have no meaningful percentile: they keep the alarm as it is.
        **({"EvaluateLowSampleCountPercentile": "ignore"} if percentile else {}),
    }


def _of_formula(row: Alarm, formula: Formula) -> dict[str, Any]:
    inputs = [
        {
            "Id": f"m{number}",
            "MetricStat": {"Metric": _named(metric), "Period": row.seconds, "Stat": row.statistic},
            "ReturnData": False,
        }
        for number, metric in enumerate(formula.metrics, 1)
    ]
    result: dict[str, Any] = {"Id": "result", "Expression": formula.expression, "ReturnData": True}
    return {"Metrics": [*inputs, result if inputs else result | {"Period": row.seconds}]}


def _named(metric: Metric) -> dict[str, Any]:
    named: dict[str, Any] = {"Namespace": metric.namespace, "MetricName": metric.name}
    if metric.dimensions:
        named["Dimensions"] = [{"Name": name, "Value": value} for name, value in metric.dimensions]
    return named
