"""Post a webhook as a tracking service would, signed for the local cloud that runs."""

import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from chalicelib.api.tracking import aftership, seventeen_track

SERVICES = {"aftership": aftership, "17track": seventeen_track}


def post(endpoints: Mapping[str, Any], service: str, body: bytes) -> tuple[int, str]:
    """Sign `body` as `service` does, post it, and return the answer's status and body."""
    secret = str(endpoints["webhook_secrets"][service]).encode()
    headers = {"content-type": "application/json", SERVICES[service].HEADER: SERVICES[service].sign(body, secret)}
    request = urllib.request.Request(f"{endpoints['api']}/webhooks/{service}", data=body, method="POST", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()
