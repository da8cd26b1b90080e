"""The alarms on cases and requests of people that wait too long."""

from infra.alarms.alarm import FIVE_MINUTES, Alarm
from infra.queues import A_DAY
from infra.watched import of_ours

ROWS = (
    Alarm(
        name="MediationAgeAlarm",
        description="A case has waited for its mediator's decision for ten days.",
        runbook="mediation",
        metric=of_ours("OldestMediationSeconds"),
        statistic="Maximum",
        threshold=10 * A_DAY,
        seconds=FIVE_MINUTES,
        reason="After 14 days the policy decides without a mediator (D4): four days are left.",
    ),
    Alarm(
        name="FailedErasuresAlarm",
        description="A person could not be forgotten: the log of sweep_shard says who and why. It is tried again each hour.",
        runbook="erasures",
        metric=of_ours("FailedErasures"),
        statistic="Sum",
        seconds=FIVE_MINUTES,
        reason="The law gives a time limit for an erasure, and nothing else shows that one fails.",
    ),
    Alarm(
        name="WaitingErasuresAlarm",
        description="A person has waited for three weeks to be forgotten.",
        runbook="erasures",
        metric=of_ours("ErasureWaitingSeconds"),
        statistic="Maximum",
        threshold=21 * A_DAY,
        seconds=A_DAY,
        reason="The law gives a month and wants an answer before it ends. Each waiting erasure is measured once a day.",
    ),
    Alarm(
        name="UnreadableItemsAlarm",
        description="Items of a list could not be read and were left out.",
        runbook="unreadable-items",
        metric=of_ours("UnreadableItems"),
        statistic="Sum",
        seconds=FIVE_MINUTES,
        reason="Whoever reads the list does not see that something is missing.",
    ),
)
