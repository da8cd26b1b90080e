"""List the alarms: the metric, the value at which it goes off, and why that is worth waking somebody for.

A new alarm is one row, with a section of docs/runbook.md and a drill in docs/alarm-drills.md. Every function and every
dead-letter queue has its alarms by itself.
"""

from typing import Any

from infra.alarms import deadlines, edge, messages, money, people, table
from infra.alarms.alarm import AN_HOUR, Alarm, properties_of
from infra.cloudformation import resource
from infra.logs import LOG_GROUPS
from infra.queues import A_DAY, QUEUES, Queue
from infra.watched import age_in, of_function


def _errors(function: str) -> Alarm:
    return Alarm(
        name=f"{function}ErrorsAlarm",
        description=f"The function {function} failed, ran out of time, or does not start.",
        runbook="function-errors",
        metric=of_function(function, "Errors"),
        statistic="Sum",
        periods=3,
        among=15,
        reason="AWS calls again by itself, so a single error is no incident. A job that fails for good does so three times.",
    )


def _throttles(function: str) -> Alarm:
    return Alarm(
        name=f"{function}ThrottlesAlarm",
        description=f"AWS does not run {function} as often as it is called: a limit of concurrent functions is reached.",
        runbook="function-throttles",
        metric=of_function(function, "Throttles"),
        statistic="Sum",
        periods=3,
        among=15,
        reason="A throttled function logs nothing. Every caller tries again, so single ones do no harm.",
    )


def _old(dead_letters: Queue) -> Alarm:
    return Alarm(
        name=f"{dead_letters.name}AgeAlarm",
        description=f"A message has been in {dead_letters.name} for ten days; in four days it is deleted.",
        runbook="dead-letters",
        metric=age_in(dead_letters.name),
        condition=dead_letters.condition,
        statistic="Maximum",
        threshold=10 * A_DAY,
        seconds=AN_HOUR,
        reason="The alarm on the number of messages has been on since, and may have been forgotten. This one is the last call.",
    )


ALARMS: tuple[Alarm, ...] = (
    *edge.ROWS,
    *deadlines.ROWS,
    *money.ROWS,
    *people.ROWS,
    *messages.ROWS,
    *table.ROWS,
    *(alarm(row.function) for row in LOG_GROUPS for alarm in (_errors, _throttles)),
    *(_old(row) for row in QUEUES if row.visibility is None),
)
"""Every alarm: the rows, and those that every function and every dead-letter queue has."""


def resources() -> dict[str, Any]:
    """Return the rows as resources, by name."""
    return {row.name: resource("AWS::CloudWatch::Alarm", properties_of(row), condition=row.condition) for row in ALARMS}
