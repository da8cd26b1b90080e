"""The alarms on the table, and on the check of what is in it."""

from infra.alarms.alarm import A_DAY, FIVE_MINUTES, Alarm
from infra.watched import INDEX_THROTTLES, TABLE_ERRORS, TABLE_THROTTLES, of_ours

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
    Alarm(
        name="LedgerFaultsAlarm",
        description="The daily check found items of the table that contradict each other: the log of verify names them.",
        runbook="faults-of-the-table",
        metric=of_ours("LedgerFaults"),
        statistic="Sum",
        seconds=FIVE_MINUTES,
        reason="Money, deadlines or lists are not what the events say, and nothing else would show it.",
    ),
    Alarm(
        name="VerifySilentAlarm",
        description="For two days no check of the whole table was finished.",
        runbook="check-silent",
        metric=of_ours("LedgerFaults"),
        statistic="Sum",
        comparison="LessThanThreshold",
        seconds=A_DAY,
        periods=2,
        missing="breaching",
        reason="The number is never below zero, so only missing data, a check that did not end, sets it off.",
    ),
)
