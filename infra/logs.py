"""List the functions' log groups. The metrics of ours are in the lines themselves (`chalicelib/metrics.py`)."""

from dataclasses import dataclass
from typing import Any

from infra.cloudformation import given, ref, resource, sub


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
    LogGroup(
        function="DeliverWebhook", reason="The status of each webhook, those given up, and endpoints that were switched off."
    ),
    LogGroup(function="DeviceFailed", reason="Failures while a device that takes no more push messages was forgotten."),
)


def resources() -> dict[str, Any]:
    """Return the rows as resources, by name, and the log of API Gateway, which exists only where it is asked for."""
    groups = {row.name: resource("AWS::Logs::LogGroup", _group(row.function), data_goes=True) for row in LOG_GROUPS}
    access = resource("AWS::Logs::LogGroup", _group("ApiAccess"), data_goes=True, condition="ApiAccessIsLogged")
    return groups | {"ApiAccessLogs": access}


def _group(name: str) -> dict[str, Any]:
    """Return a group of the stack's own name: Lambda's shortens long ones, and a right by their prefix would miss them."""
    return {
        "LogGroupName": sub(f"/buyer-protection/${{AWS::StackName}}/{name}"),
        "RetentionInDays": ref("LogRetentionDays"),
        "KmsKeyId": given("KmsKeyArn"),
    }
