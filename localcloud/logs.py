"""Read what a local cloud has logged."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from localcloud.aws import Client
from localcloud.layout import LocalCloudError

if TYPE_CHECKING:
    from localcloud.cloud import LocalCloud

_PLAYED = ("[sns] SNS fanout", "[sns] SNS publish to ", "[cognito] ")
"""The engine also plays SNS and Cognito, and prints their deliveries and logins: those are no logs of the product."""
_AT_ONCE = 10_000
"""The most events that FilterLogEvents returns."""


def lines(cloud: "LocalCloud") -> list[str]:
    """Return every line that functions have logged, and what the engine printed while it ran them.

    The functions of live connections are missing: MiniStack keeps nothing that they print.
    """
    client, written = cloud.aws("logs"), list[str]()
    for group in client.describe_log_groups(logGroupNamePrefix="/buyer-protection/")["logGroups"]:
        written += _messages(client, group["logGroupName"])
    engine = (cloud.directory / "ministack.log").read_text(encoding="utf-8", errors="replace").splitlines()
    return written + [line for line in engine if not any(part in line for part in _PLAYED)]


def _messages(client: Client, group: str) -> Iterator[str]:
    """Yield every message of a group, oldest first.

    MiniStack gives no token for the next page, so the next page is asked for by time.
    """
    since = known = 0
    while True:
        events = client.filter_log_events(logGroupName=group, startTime=since, limit=_AT_ONCE)["events"]
        yield from (event["message"] for event in events[known:])
        if len(events) < _AT_ONCE:
            return
        last = events[-1]["timestamp"]
        if last == since:
            message = f"{group} holds more than {_AT_ONCE} lines of one millisecond, and no more are given: see fewer at a time"
            raise LocalCloudError(message)
        since, known = last, sum(event["timestamp"] == last for event in events)
