"""Move the sandbox clock by the API's own route, and run the sweep."""

import json
import re
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping
from typing import Any

from localcloud import aws, cognito
from localcloud.layout import LocalCloudError

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds(text: str) -> int:
    """Return a span such as `5d`, `36h`, `1d12h` or `90s` in seconds; LocalCloudError for any other text."""
    if not re.fullmatch(r"(\d+[smhd])+", text):
        message = f"{text!r} is not a span of time: write 5d, 36h, 1d12h or 90s"
        raise LocalCloudError(message)
    return sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+)([smhd])", text))


def read(endpoints: Mapping[str, Any]) -> dict[str, Any]:
    """Return the deployment's time: {"now": ISO 8601, "offset_seconds": seconds ahead of this machine}."""
    return _call(endpoints, "GET", None)


def advance(endpoints: Mapping[str, Any], by: int) -> dict[str, Any]:
    """Move the deployment's clock forward by `by` seconds and return where it stands."""
    return _call(endpoints, "POST", {"advance_seconds": by})


def _call(endpoints: Mapping[str, Any], method: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
    headers = {"authorization": f"Bearer {cognito.token(endpoints, 'platform', 'localcloud')}"}
    if body is not None:
        headers |= {"content-type": "application/json", "idempotency-key": str(uuid.uuid4())}
    request = urllib.request.Request(
        f"{endpoints['api']}/sandbox/clock",
        method=method,
        headers=headers,
        data=None if body is None else json.dumps(body).encode(),
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:
            answer: dict[str, Any] = json.load(reply)
            return answer
    except urllib.error.HTTPError as error:
        message = f"the clock did not answer: {error.code} {error.read().decode(errors='replace')[:500]}"
        raise LocalCloudError(message) from error


def sweep(endpoints: Mapping[str, Any], patience: float = 300.0) -> None:
    """Run the sweep once and wait until every shard it asked for has been done."""
    event = {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "region": endpoints["region"],
        "resources": [],
        "detail": {},
    }
    functions = aws.client("lambda", endpoints["ministack"])
    reply = functions.invoke(FunctionName=endpoints["sweep_function"], Payload=json.dumps(event))
    if "FunctionError" in reply:
        message = f"the sweep failed: {reply['Payload'].read().decode(errors='replace')[:1000]}"
        raise LocalCloudError(message)
    queue = aws.client("sqs", endpoints["ministack"])
    waiting = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    deadline = time.monotonic() + patience
    while True:
        counts = queue.get_queue_attributes(QueueUrl=endpoints["sweep_queue"], AttributeNames=waiting)["Attributes"]
        if not any(int(counts[name]) for name in waiting):
            return
        if time.monotonic() > deadline:
            message = f"the sweep is not through after {patience:.0f} s: {counts}; see .local/ministack.log"
            raise LocalCloudError(message)
        time.sleep(0.05)
