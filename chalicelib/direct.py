"""Call DynamoDB, SQS and Systems Manager by their JSON protocol, signed with Signature Version 4.

botocore builds a client from a model of the service. That takes a third of a cold start, and each call through it takes more
CPU than all that a command does besides. Arguments, replies and errors are botocore's, except that a binary attribute of a
reply is the base64 text that DynamoDB sent. ``chalicelib.aws`` decides where this client does and where botocore's is needed.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import select
import time
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from random import SystemRandom
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import uuid4

import msgspec
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

TARGETS = {"dynamodb": ("DynamoDB_20120810", "1.0"), "sqs": ("AmazonSQS", "1.0"), "ssm": ("AmazonSSM", "1.1")}
"""The services that are reached this way: the prefix of their operations' names, and the version of the protocol."""
BACKOFF_AT_MOST_S = 20
PASSING_STATUSES = frozenset((500, 502, 503, 504))
PASSING = frozenset(
    {
        *("Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "TooManyRequestsException"),
        *("ProvisionedThroughputExceededException", "TransactionInProgressException", "RequestLimitExceeded", "SlowDown"),
        *("LimitExceededException", "RequestThrottled", "PriorRequestNotComplete", "RequestTimeout", "RequestTimeoutException"),
    }
)
"""The codes after which botocore's standard mode tries again as well."""
_BLANK = SystemRandom()
"""Randomness of the system: two processes that were restored from one snapshot do not wait in step."""


class ConditionalCheckFailedException(ClientError):  # noqa: N818 - it is named as in botocore
    """The condition of a single write does not hold."""


EXCEPTIONS = SimpleNamespace(ConditionalCheckFailedException=ConditionalCheckFailedException)


class DirectClient:
    """The way to one service: ``client.get_item(TableName=...)`` is a call of its operation ``GetItem``."""

    exceptions = EXCEPTIONS

    def __init__(self, service: str, endpoint: str, region: str, timeouts: tuple[float, float], attempts: int) -> None:
        """Reach ``service`` at ``endpoint``. ``timeouts`` are seconds to connect and to read; ``attempts`` count every try."""
        self.service, self.region = service, region
        self.connect_timeout, self.read_timeout = timeouts
        self.attempts = attempts
        self.pause: Callable[[float], None] = time.sleep
        self.endpoint = endpoint
        at = urlsplit(endpoint)
        self._connection = HTTPSConnection if at.scheme == "https" else HTTPConnection
        self._host = at.netloc
        self._idle: list[HTTPConnection] = []

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        """Return the call of an operation, by botocore's name for it."""
        if operation.startswith("_"):
            raise AttributeError(operation)
        name = "".join(part.capitalize() for part in operation.split("_"))

        def call(**arguments: Any) -> Any:  # noqa: ANN401 - as the service defines them
            return self.call(name, arguments)

        setattr(self, operation, call)
        return call

    def call(self, operation: str, arguments: dict[str, Any]) -> Any:  # noqa: ANN401 - as the service defines it
        """Return the service's reply. Raises ``ClientError`` for what it refuses, and botocore's errors of the network.

        What passes is tried again after a random pause that doubles. A repeated transaction carries the same token.
        """
        if operation == "TransactWriteItems":
            arguments = {"ClientRequestToken": str(uuid4()), **arguments}
        body = msgspec.json.encode(arguments)
        for attempt in range(1, self.attempts + 1):
            try:
                status, content = self.send(operation, body)
            except (ConnectTimeoutError, EndpointConnectionError, ConnectionClosedError, ReadTimeoutError):
                if attempt == self.attempts:
                    raise
            else:
                if status == HTTPStatus.OK:
                    return msgspec.json.decode(content) if content else {}
                error = _error(operation, status, content, attempt - 1)
                passes = status in PASSING_STATUSES or error.response["Error"]["Code"] in PASSING
                if not passes or attempt == self.attempts:
                    raise error
            self.pause(_BLANK.random() * min(2 ** (attempt - 1), BACKOFF_AT_MOST_S))
        raise AssertionError(operation)  # the last attempt has returned or raised

    def send(self, operation: str, body: bytes) -> tuple[int, bytes]:
        """Send one request and return the reply's status and content."""
        prefix, version = TARGETS[self.service]
        headers = {
            "Content-Type": f"application/x-amz-json-{version}",
            "Host": self._host,
            "X-Amz-Target": f"{prefix}.{operation}",
        }
        headers |= signature(self.service, self.region, headers, body, time.gmtime())
        headers |= {"User-Agent": "buyer-protection", "Accept-Encoding": "identity"}
        connection = self._connected()
        try:
            connection.request("POST", "/", body, headers)
            reply = connection.getresponse()
            content = reply.read()
        except TimeoutError as error:
            connection.close()
            raise ReadTimeoutError(endpoint_url=self.endpoint) from error
        except (OSError, HTTPException) as error:
            connection.close()
            raise ConnectionClosedError(endpoint_url=self.endpoint) from error
        except BaseException:
            connection.close()
            raise
        if reply.will_close:
            connection.close()
        else:
            self._idle.append(connection)
        return reply.status, content

    def close(self) -> None:
        """Close the connections that nobody uses."""
        while connection := self._taken():
            connection.close()

    def _taken(self) -> HTTPConnection | None:
        """Return an idle connection, which no other thread takes then; None where there is none."""
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _connected(self) -> HTTPConnection:
        """Return a connection that nobody uses: one that is still open, or a new one."""
        while connection := self._taken():
            # An idle connection has something to read only if the other end has closed it, such as while this was frozen.
            if connection.sock and not select.select([connection.sock], [], [], 0)[0]:
                return connection
            connection.close()
        connection = self._connection(self._host, timeout=self.connect_timeout)
        try:
            connection.connect()
        except TimeoutError as error:
            raise ConnectTimeoutError(endpoint_url=self.endpoint) from error
        except OSError as error:
            raise EndpointConnectionError(endpoint_url=self.endpoint) from error
        connection.sock.settimeout(self.read_timeout)
        return connection


def signature(service: str, region: str, signed: dict[str, str], body: bytes, now: time.struct_time) -> dict[str, str]:
    """Return the headers that sign a POST of ``body`` to the path ``/`` with the headers ``signed`` (Signature Version 4).

    The credentials are the environment's, read for each call: Lambda replaces none while a process lives, a test does.
    """
    stamp = time.strftime("%Y%m%dT%H%M%SZ", now)
    added = {"X-Amz-Date": stamp}
    if token := os.environ.get("AWS_SESSION_TOKEN"):
        added["X-Amz-Security-Token"] = token
    lines = sorted((name.lower(), value) for name, value in (signed | added).items())
    names = ";".join(name for name, _ in lines)
    canonical = "".join(f"{name}:{value}\n" for name, value in lines)
    asked = f"POST\n/\n\n{canonical}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    to_sign = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(asked.encode()).hexdigest()}"
    key = f"AWS4{os.environ['AWS_SECRET_ACCESS_KEY']}".encode()
    for part in (*scope.split("/"), to_sign):
        key = hmac.digest(key, part.encode(), "sha256")
    credential = f"{os.environ['AWS_ACCESS_KEY_ID']}/{scope}"
    return {**added, "Authorization": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={key.hex()}"}


def _error(operation: str, status: int, content: bytes, retries: int) -> ClientError:
    """Return the error that a reply tells of, as botocore would raise it."""
    try:
        said = msgspec.json.decode(content)
    except msgspec.DecodeError:
        said = {}
    said = said if isinstance(said, dict) else {}
    code = str(said.pop("__type", status)).rpartition("#")[2]
    message = said.pop("message", None) or said.pop("Message", "")
    about = {"HTTPStatusCode": status, "RetryAttempts": retries}
    kind = ConditionalCheckFailedException if code == "ConditionalCheckFailedException" else ClientError
    response: Any = {**said, "Error": {"Code": code, "Message": message}, "ResponseMetadata": about}
    return kind(response, operation)
