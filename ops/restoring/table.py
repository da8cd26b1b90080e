"""Restore a table under a new name, and give it what a restore leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

Client = Any
SECONDS_BETWEEN, LOOKS = 20, 720
"""How often, and for how long, a restore is looked at: four hours. A large table takes some of them."""


def restore(dynamodb: Client, source: str, target: str, at: datetime) -> dict[str, str]:
    """Restore ``source`` as it was at ``at`` to a new table ``target``, and return the stack's parameters that name it.

    Repeated, it goes on where it was broken off. Raises ``ValueError`` if there is another table of that name.
    """
    try:
        dynamodb.restore_table_to_point_in_time(SourceTableName=source, TargetTableName=target, RestoreDateTime=at)
    except (dynamodb.exceptions.TableAlreadyExistsException, dynamodb.exceptions.TableInUseException) as error:
        summary = dynamodb.describe_table(TableName=target)["Table"].get("RestoreSummary", {})
        if summary.get("RestoreDateTime") != at or not summary["SourceTableArn"].endswith(f"/{source}"):
            msg = f"{target} is another table: choose a name that is free"
            raise ValueError(msg) from error
    return complete(dynamodb, source, target)


def complete(dynamodb: Client, source: str, target: str) -> dict[str, str]:
    """Give ``target`` the stream, expiry, backups and deletion protection of ``source``; return the stack's parameters.

    Indexes, capacity and encryption come with a restore; these four do not.
    """
    _wait(dynamodb, target)
    like = dynamodb.describe_table(TableName=source)["Table"]
    now = dynamodb.describe_table(TableName=target)["Table"]
    if "StreamSpecification" not in now or not now["StreamSpecification"].get("StreamEnabled"):
        dynamodb.update_table(TableName=target, StreamSpecification=like["StreamSpecification"])
        _wait(dynamodb, target)
    dynamodb.update_table(TableName=target, DeletionProtectionEnabled=True)
    _wait(dynamodb, target)
    expiry = dynamodb.describe_time_to_live(TableName=source)["TimeToLiveDescription"]
    known = dynamodb.describe_time_to_live(TableName=target)["TimeToLiveDescription"]
    if known.get("TimeToLiveStatus") not in ("ENABLED", "ENABLING"):
        wanted = {"Enabled": True, "AttributeName": expiry["AttributeName"]}
        dynamodb.update_time_to_live(TableName=target, TimeToLiveSpecification=wanted)
    dynamodb.update_continuous_backups(TableName=target, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
    label = dynamodb.describe_table(TableName=target)["Table"]["LatestStreamLabel"]
    return {"ExistingTableName": target, "ExistingTableStream": label}


def _wait(dynamodb: Client, table: str) -> None:
    """Wait until the table, which may be restored or changed just now, is active."""
    config = {"Delay": SECONDS_BETWEEN, "MaxAttempts": LOOKS}
    dynamodb.get_waiter("table_exists").wait(TableName=table, WaiterConfig=config)
