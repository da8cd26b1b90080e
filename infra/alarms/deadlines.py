"""The alarms on the sweep, which enforces deadlines."""

from infra.alarms.alarm import FIVE_MINUTES, Alarm
from infra.watched import age_in, of_ours, waiting_in

ROWS = (
    Alarm(
        name="SweepSilentAlarm",
        description="Not every shard of deadlines was swept each minute: messages and payments wait.",
        runbook="sweep-silent",
        metric=of_ours("SweepRounds"),
        statistic="Sum",
        threshold=4.99,
        comparison="LessThanThreshold",
        seconds=FIVE_MINUTES,
        periods=2,
        missing="breaching",
        reason="It counts shards that were swept to their end, so it rings wherever the chain breaks. "
        "Twice in a row, as a round may fall beyond a period's edge; missing data rings, as a dead chain sends none.",
    ),
    Alarm(
        name="SweepBacklogAlarm",
        description="Shards wait more than five minutes to be swept: deadlines may be enforced that late.",
        runbook="sweep-late",
        metric=age_in("SweepQueue"),
        statistic="Maximum",
        threshold=FIVE_MINUTES,
        periods=2,
        reason="Every read applies the deadlines itself, but messages and payouts wait for the sweep (ADR 2).",
    ),
    Alarm(
        name="SweepQueueDepthAlarm",
        description="More than 2,000 messages wait to be swept.",
        runbook="sweep-late",
        metric=waiting_in("SweepQueue"),
        statistic="Maximum",
        threshold=2000,
        periods=5,
        reason="A minute adds one message a shard, of which there are 1,024 at most: so many wait only if too few are taken.",
    ),
    Alarm(
        name="DeadlineBacklogAlarm",
        description="A sweep found a case that has been due for more than five minutes: its log line names the shard.",
        runbook="sweep-late",
        metric=of_ours("OldestDueSeconds"),
        statistic="Maximum",
        threshold=FIVE_MINUTES,
        periods=2,
        reason="The queue can be empty while one case fails in every sweep. Only the age of the case shows that.",
    ),
    Alarm(
        name="SweepFailuresAlarm",
        description="A shard of deadlines failed three times and waits in the sweep's dead-letter queue.",
        runbook="sweep-failures",
        metric=waiting_in("SweepFailures"),
        statistic="Maximum",
        reason="Nothing reads this queue. A shard that fails each time enforces none of its deadlines.",
    ),
    Alarm(
        name="JobFailuresAlarm",
        description="The start of a sweep, or the report of a device that failed, could not be handled in three attempts.",
        runbook="job-failures",
        metric=waiting_in("JobFailures"),
        statistic="Maximum",
        reason="Nothing reads this queue. Without the first nothing enforces deadlines; without the second devices stay.",
    ),
)
