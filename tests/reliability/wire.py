"""Below the client: the real one that functions have, its own retries, and a network that fails single requests."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from chalicelib import aws
from chalicelib.direct import DirectClient
from tests.reliability.faults import Kind
from tests.reliability.seam import Seam

if TYPE_CHECKING:
    import pytest

    from tests.reliability.small_cloud import Cloud

WIRED = (Kind.REQUEST_LOST, Kind.REPLY_LOST, Kind.ERROR_BEFORE, Kind.ERROR_AFTER, Kind.THROTTLED, Kind.CONFLICT)
"""The faults of a request on the wire; a killed process has no wire."""
URL = "https://dynamodb.eu-west-1.amazonaws.com"


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

    def __call__(self, name: str, body: bytes) -> tuple[int, bytes]:
        """Return the status and the content of the response to one request; the client calls this in place of its network."""
        operation = re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()
        self.operations.append(operation)
        faulty = len(self.operations) - 1 == self.at and (self.kind is not Kind.CONFLICT or operation == "transact_write_items")
        if faulty and self.kind is Kind.REQUEST_LOST:
            raise ConnectTimeoutError(endpoint_url=URL)
        if faulty and self.kind is Kind.ERROR_BEFORE:
            return _response(500, {"__type": "InternalServerError"})
        if faulty and self.kind is Kind.THROTTLED:
            return _response(400, {"__type": "ThrottlingException"})
        asked = json.loads(body, object_hook=_with_bytes)
        if faulty and self.kind is Kind.CONFLICT:
            reasons = [{"Code": "TransactionConflict"}, *({"Code": "None"} for _ in asked["TransactItems"][1:])]
            return _response(400, {"__type": "TransactionCanceledException", "CancellationReasons": reasons})
        response = self._served(operation, asked)
        if faulty and self.kind is Kind.REPLY_LOST:
            raise ReadTimeoutError(endpoint_url=URL)
        return _response(500, {"__type": "InternalServerError"}) if faulty else response

    def _served(self, operation: str, asked: dict[str, Any]) -> tuple[int, bytes]:
        token = asked.pop("ClientRequestToken", "")
        if token and self.tokens and token in self.known:
            return _response(200, {})
        try:
            reply = getattr(self.cloud.table, operation)(**asked)
        except ClientError as error:
            said: dict[str, Any] = dict(error.response)
            code = said.pop("Error")
            return _response(
                400, {"__type": f"com.amazonaws.dynamodb.v20120810#{code['Code']}", "message": code["Message"], **said}
            )
        self.known.add(token)
        return _response(200, reply)


def _response(status: int, body: dict[str, Any]) -> tuple[int, bytes]:
    return status, msgspec.json.encode(body)


def _with_bytes(value: dict[str, Any]) -> dict[str, Any]:
    """Return an attribute with its bytes, which come in base64."""
    return {"B": b64decode(value["B"])} if value.keys() == {"B"} else value


def in_a_function(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process look to the product like a Lambda function of AWS's."""
    named = {"ACCESS_KEY_ID": "test", "SECRET_ACCESS_KEY": "test", "REGION": "eu-west-1", "LAMBDA_FUNCTION_NAME": "test"}
    for name in aws.OTHERWISE:
        monkeypatch.delenv(name, raising=False)
    for name, value in named.items():
        monkeypatch.setenv(f"AWS_{name}", value)


class Wiring:
    """A real client made by the product, to which clouds are connected one after the other."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Make the client, which waits no real time between its attempts."""
        in_a_function(monkeypatch)
        self.client = aws.client.__wrapped__("dynamodb")
        assert isinstance(self.client, DirectClient)
        monkeypatch.setattr(self.client, "pause", lambda _: None)
        monkeypatch.setattr(self.client, "send", self._sent)

    def _sent(self, operation: str, body: bytes) -> tuple[int, bytes]:
        return self._wire(operation, body)

    def wire(self, cloud: Cloud, wire: Wire) -> None:
        """Reach the cloud's table over that wire from now on."""
        self._wire = wire
        cloud.reach("dynamodb", Seam("dynamodb", self.client, lambda: cloud.hook))
