"""Below botocore: its real client, its own retries, and a network that loses, fails and throttles single requests."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from chalicelib import aws
from tests.reliability.faults import Kind
from tests.reliability.seam import Seam

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest
    from botocore.awsrequest import AWSPreparedRequest

    from tests.reliability.small_cloud import Cloud

WIRED = (Kind.REQUEST_LOST, Kind.REPLY_LOST, Kind.ERROR_BEFORE, Kind.ERROR_AFTER, Kind.THROTTLED, Kind.CONFLICT)
"""The faults of a request on the wire; a killed process has no wire."""


class _Raw(BytesIO):
    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.read()


@dataclass
class Wire:
    """Carries requests to the table in memory, and fails the one numbered ``at``.

    ``tokens`` says whether the service still knows a transaction's client token, as DynamoDB does for ten minutes.
    """

    cloud: Cloud
    tokens: bool
    at: int = -1
    kind: Kind = Kind.REQUEST_LOST
    operations: list[str] = field(default_factory=list)
    known: set[str] = field(default_factory=set)

    def __call__(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        """Return the response to one request; botocore calls this as its handler of ``before-send``."""
        target = request.headers["X-Amz-Target"]
        name = (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2]
        operation = re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()
        self.operations.append(operation)
        faulty = len(self.operations) - 1 == self.at and (self.kind is not Kind.CONFLICT or operation == "transact_write_items")
        if faulty and self.kind is Kind.REQUEST_LOST:
            raise ConnectTimeoutError(endpoint_url=request.url)
        if faulty and self.kind is Kind.ERROR_BEFORE:
            return _response(request, 500, {"__type": "InternalServerError"})
        if faulty and self.kind is Kind.THROTTLED:
            return _response(request, 400, {"__type": "ThrottlingException"})
        body: Any = request.body
        asked = json.loads(body)
        if faulty and self.kind is Kind.CONFLICT:
            reasons = [{"Code": "TransactionConflict"}, *({"Code": "None"} for _ in asked["TransactItems"][1:])]
            return _response(request, 400, {"__type": "TransactionCanceledException", "CancellationReasons": reasons})
        response = self._served(request, operation, asked)
        if faulty and self.kind is Kind.REPLY_LOST:
            raise ReadTimeoutError(endpoint_url=request.url)
        return _response(request, 500, {"__type": "InternalServerError"}) if faulty else response

    def _served(self, request: AWSPreparedRequest, operation: str, asked: dict[str, Any]) -> AWSResponse:
        token = asked.pop("ClientRequestToken", "")
        if token and self.tokens and token in self.known:
            return _response(request, 200, {})
        try:
            reply = getattr(self.cloud.table, operation)(**asked)
        except ClientError as error:
            said: dict[str, Any] = dict(error.response)
            code = said.pop("Error")
            return _response(request, 400, {"__type": code["Code"], "message": code["Message"], **said})
        self.known.add(token)
        return _response(request, 200, reply)


def _response(request: AWSPreparedRequest, status: int, body: dict[str, Any]) -> AWSResponse:
    raw: Any = _Raw(json.dumps(body).encode())
    headers: Any = {"content-type": "application/x-amz-json-1.0"}
    return AWSResponse(request.url, status, headers, raw)


class Wiring:
    """A real client made by the product, to which clouds are connected one after the other."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Make the client, which waits no real time between its attempts."""
        for name, value in (("ACCESS_KEY_ID", "test"), ("SECRET_ACCESS_KEY", "test"), ("DEFAULT_REGION", "eu-west-1")):
            monkeypatch.setenv(f"AWS_{name}", value)
        monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
        self.client = aws.client.__wrapped__("dynamodb")
        self.client.meta.events.register_first("before-send.dynamodb", self._send)

    def _send(self, **sent: Any) -> AWSResponse:  # noqa: ANN401 - as botocore's event brings it
        return self._wire(**sent)

    def wire(self, cloud: Cloud, wire: Wire) -> None:
        """Reach the cloud's table over that wire from now on."""
        self._wire = wire
        cloud.reach("dynamodb", Seam("dynamodb", self.client, lambda: cloud.hook))
