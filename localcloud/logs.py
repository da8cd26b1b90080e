"""What a local cloud has written down of what it did."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from localcloud.cloud import LocalCloud

_PLAYED = ("[sns] SNS fanout", "[sns] SNS publish to ", "[cognito] ")
"""The engine plays SNS and Cognito as well, and prints what they deliver to whom, and whom they let in."""


def lines(cloud: "LocalCloud") -> list[str]:
    """Every line that every function has logged, and what the engine itself has printed of running them."""
    client, written = cloud.aws("logs"), list[str]()
    for group in client.describe_log_groups(logGroupNamePrefix="/aws/lambda/")["logGroups"]:
        arguments: dict[str, Any] = {"logGroupName": group["logGroupName"]}
        while True:
            page = client.filter_log_events(**arguments)
            written += [event["message"] for event in page["events"]]
            if not page.get("nextToken"):
                break
            arguments["nextToken"] = page["nextToken"]
    engine = (cloud.directory / "ministack.log").read_text(encoding="utf-8", errors="replace").splitlines()
    return written + [line for line in engine if not any(part in line for part in _PLAYED)]
