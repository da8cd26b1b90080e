"""The alarms on payments and what systems of the marketplace are told."""

from infra.alarms.alarm import AN_HOUR, FIVE_MINUTES, Alarm
from infra.watched import of_ours, undelivered_by

ROWS = (
    Alarm(
        name="FailedPaymentsAlarm",
        description="The payment service reported that a refund or a release failed: money is not where the ledger says.",
        runbook="failed-payments",
        metric=of_ours("FailedPaymentInstructions"),
        statistic="Sum",
        reason="Each one counts. The payment is issued again an hour later, but a wrong account stays wrong (M2).",
    ),
    Alarm(
        name="PendingPaymentsAlarm",
        description="A payment has had no result for 30 hours.",
        runbook="silent-payments",
        metric=of_ours("OldestPendingPaymentSeconds"),
        statistic="Maximum",
        threshold=30 * AN_HOUR,
        seconds=FIVE_MINUTES,
        reason="It was published again after 24 hours. A payment system that stands still shows here two days before each "
        "of its payments is overdue, and here it keeps ringing until the last one has a result.",
    ),
    Alarm(
        name="OverduePaymentsAlarm",
        description="Nothing was heard of a payment for 72 hours, though it was published again: nobody may have paid it.",
        runbook="silent-payments",
        metric=of_ours("OverduePaymentInstructions"),
        statistic="Sum",
        reason="Each one counts. A payment that never fails and never settles shows nowhere else (M2).",
    ),
    Alarm(
        name="PaymentsDeliveryAlarm",
        description="A payment instruction did not reach a subscriber of its topic.",
        runbook="topic-delivery",
        metric=undelivered_by("PaymentsTopic"),
        statistic="Sum",
        reason="SNS has given up by then: nobody pays, and the ledger waits for a result that does not come.",
    ),
    Alarm(
        name="EventsDeliveryAlarm",
        description="An event did not reach a subscriber of the marketplace's topic.",
        runbook="topic-delivery",
        metric=undelivered_by("EventsTopic"),
        statistic="Sum",
        reason="SNS has given up by then: a system of the marketplace lacks an event.",
    ),
    Alarm(
        name="MediatorsDeliveryAlarm",
        description="The mediators were not told that a case waits for them.",
        runbook="topic-delivery",
        metric=undelivered_by("MediatorsTopic"),
        statistic="Sum",
        reason="SNS has given up by then: nobody may look into the queue in time.",
    ),
)
