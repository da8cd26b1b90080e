"""List the functions' log groups, and the filters that turn log lines into metrics."""

from dataclasses import dataclass
from typing import Any

from infra.cloudformation import ref, resource, sub


@dataclass(frozen=True, slots=True, kw_only=True)
class LogGroup:
    """The log of one function.

    Each function has a row: Lambda would make the group itself, and keep it for ever.
    """

    function: str
    reason: str

    @property
    def name(self) -> str:
        """The resource's name."""
        return f"{self.function}Logs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A metric of ours, made of the lines in a function's log that match `pattern`.

    `value` is 1 for each line, or a number that the line holds. A metric with a `unit` has no value while nothing is
    logged; any other is then 0.
    """

    name: str
    function: str
    pattern: str
    metric: str
    reason: str
    value: str = "1"
    unit: str | None = None


LOG_GROUPS = (
    LogGroup(function="APIHandler", reason="One line for each request, and what AWS refused or could not do."),
    LogGroup(function="Sweep", reason="Shards that could not be sent to be swept."),
    LogGroup(
        function="SweepShard",
        reason="What each shard's sweep did and how far behind it is, cases that failed, and failed erasures.",
    ),
    LogGroup(
        function="Publish", reason="Events that could not be published, failed payments, and SMS that were sent or capped."
    ),
    LogGroup(function="Verify", reason="Each fault that the daily check of the table has found, and that it was finished."),
    LogGroup(function="Chat", reason="Pushes to live connections that failed; nothing else keeps them."),
    LogGroup(function="WebsocketConnect", reason="Failures while a live connection was opened."),
    LogGroup(function="WebsocketMessage", reason="Failures while a frame was answered."),
    LogGroup(function="WebsocketDisconnect", reason="Failures while a connection was forgotten."),
    LogGroup(function="UploadStored", reason="The outcome of each upload, and files that could not be checked."),
    LogGroup(function="DeviceFailed", reason="Failures while a device that takes no more push messages was forgotten."),
)

FILTERS = (
    Filter(
        name="PublishFailedPayments",
        function="Publish",
        pattern="payment_instruction_failed",
        metric="FailedPaymentInstructions",
        reason="The line is written once for each failure that is committed, so it counts failed payments.",
    ),
    Filter(
        name="PublishOverduePayments",
        function="Publish",
        pattern="payment_instruction_overdue",
        metric="OverduePaymentInstructions",
        reason="The line is written once for each payment of which nothing was heard for 72 hours (M2).",
    ),
    Filter(
        name="SweepShardBacklog",
        function="SweepShard",
        pattern="{ $.oldest_due_s >= 0 }",
        metric="OldestDueSeconds",
        value="$.oldest_due_s",
        unit="Seconds",
        reason="Each sweep logs the age of its oldest due case. A log line cannot fail, and costs no call (ADR 2).",
    ),
    Filter(
        name="SweepShardFailedErasures",
        function="SweepShard",
        pattern='{ $.message = "an erasure failed" }',
        metric="FailedErasures",
        reason="Erasures are carried out by the sweep, and only its log says that one failed.",
    ),
    Filter(
        name="PublishSmsSent",
        function="Publish",
        pattern="{ $.sms_sent = 1 }",
        metric="SmsSent",
        value="$.sms_sent",
        reason="SMS cost money one by one. These were sent with an event.",
    ),
    Filter(
        name="PublishSmsCapped",
        function="Publish",
        pattern="{ $.sms_capped = 1 }",
        metric="SmsCapped",
        value="$.sms_capped",
        reason="A day's limit kept these from being sent with an event.",
    ),
    Filter(
        name="PublishSmsLeftOut",
        function="Publish",
        pattern="{ $.sms_left_out = 1 }",
        metric="SmsLeftOut",
        value="$.sms_left_out",
        reason="The operator's switch kept these from being sent with an event.",
    ),
    Filter(
        name="PublishSwitchesUnread",
        function="Publish",
        pattern='{ $.message = "the switches cannot be read" }',
        metric="SwitchesUnread",
        reason="A process that cannot read the switches holds payments, so it must not go on unseen.",
    ),
    Filter(
        name="PublishPayoutsHeld",
        function="Publish",
        pattern="{ $.payouts_held = 1 }",
        metric="PayoutsHeld",
        value="$.payouts_held",
        reason="Each line is a payment instruction that waits for the release of the operator's switch.",
    ),
    Filter(
        name="VerifyLedgerFaults",
        function="Verify",
        pattern="{ $.ledger_faults >= 0 }",
        metric="LedgerFaults",
        value="$.ledger_faults",
        unit="Count",
        reason="One line at the end of each check of the whole table, so no line means that none was finished.",
    ),
    Filter(
        name="SweepShardSmsSent",
        function="SweepShard",
        pattern="{ $.sms_sent = 1 }",
        metric="SmsSent",
        value="$.sms_sent",
        reason="The sweep sends reminders and messages that were put off. The same metric as those sent with an event.",
    ),
    Filter(
        name="SweepShardSmsCapped",
        function="SweepShard",
        pattern="{ $.sms_capped = 1 }",
        metric="SmsCapped",
        value="$.sms_capped",
        reason="A day's limit kept these from being sent by the sweep.",
    ),
    Filter(
        name="SweepShardSmsLeftOut",
        function="SweepShard",
        pattern="{ $.sms_left_out = 1 }",
        metric="SmsLeftOut",
        value="$.sms_left_out",
        reason="The operator's switch kept these from being sent by the sweep.",
    ),
)


def resources() -> dict[str, Any]:
    """Return the rows as resources, by name."""
    groups = {row.name: resource("AWS::Logs::LogGroup", _group(row), data_goes=True) for row in LOG_GROUPS}
    return groups | {row.name: resource("AWS::Logs::MetricFilter", _filter(row)) for row in FILTERS}


def _group(row: LogGroup) -> dict[str, Any]:
    return {"LogGroupName": sub(f"/aws/lambda/${{{row.function}}}"), "RetentionInDays": ref("LogRetentionDays")}


def _filter(row: Filter) -> dict[str, Any]:
    made: dict[str, Any] = {"MetricName": row.metric, "MetricNamespace": ref("AWS::StackName"), "MetricValue": row.value}
    made |= {"Unit": row.unit} if row.unit else {"DefaultValue": 0}
    return {"LogGroupName": ref(f"{row.function}Logs"), "FilterPattern": row.pattern, "MetricTransformations": [made]}
