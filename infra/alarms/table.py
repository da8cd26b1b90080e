"""The alarms on the table."""

from infra.alarms.alarm import FIVE_MINUTES, Alarm
from infra.watched import INDEX_THROTTLES, TABLE_ERRORS, TABLE_THROTTLES

ROWS = (
    Alarm(
        name="TableThrottlesAlarm",
        description="DynamoDB throttles the table.",
        runbook="table",
        metric=TABLE_THROTTLES,
        statistic="Sum",
        threshold=10,
        seconds=FIVE_MINUTES,
        periods=2,
        reason="Each call is tried three times, so single throttles do no harm. Lasting ones are a hot key or a limit.",
    ),
    Alarm(
        name="IndexThrottlesAlarm",
        description="DynamoDB throttles an index, and with it the writes to the table.",
        runbook="table",
        metric=INDEX_THROTTLES,
        statistic="Sum",
        threshold=10,
        seconds=FIVE_MINUTES,
        periods=2,
        reason="An index that is throttled refuses the table's writes, which the table's own metrics do not show.",
    ),
    Alarm(
        name="TableErrorsAlarm",
        description="DynamoDB answers with errors of its own.",
        runbook="table",
        metric=TABLE_ERRORS,
        statistic="Sum",
        threshold=10,
        seconds=FIVE_MINUTES,
        periods=2,
        reason="It is a fault of AWS, and tells an operator not to look for one of ours.",
    ),
)
