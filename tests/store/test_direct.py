"""The client that reaches DynamoDB, SQS and Systems Manager without botocore's: what it sends, and what it makes of replies."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

from chalicelib import aws
from chalicelib.direct import DirectClient, signature
from tests.reliability.wire import in_a_function

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = time.strptime("2026-03-20T12:00:00Z", "%Y-%m-%dT%H:%M:%SZ")


class Service(BaseHTTPRequestHandler):
    """A service that answers what it is told to, in turn; the last answer again and again."""

    protocol_version = "HTTP/1.1"
    asked: list[tuple[str, Any, int]]
    answers: list[tuple[int, bytes | None]]

    def do_POST(self) -> None:
        """Answer one request; a None hangs up."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.asked.append((self.headers["X-Amz-Target"], json.loads(body), self.client_address[1]))
        status, content = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if content is None:
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.close_connection = status == 299

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Service]]:
    """The service on loopback, which this process reaches as a Lambda function does."""
    in_a_function(monkeypatch)
    here = type("Here", (Service,), {"asked": [], "answers": [(200, b"{}")]})
    server = ThreadingHTTPServer(("127.0.0.1", 0), here)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    yield here
    server.shutdown()
    server.server_close()


@contextmanager
def made(name: str = "dynamodb") -> Iterator[DirectClient]:
    """The product's client, which does not wait between its attempts."""
    client = aws.client.__wrapped__(name)
    assert isinstance(client, DirectClient)
    client.pause = lambda _: None
    yield client
    client.close()


@pytest.mark.parametrize("token", ["", "session-token"])
def test_a_request_is_signed_as_botocore_signs_it(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    """The signature of a request is the one that botocore computes for the same headers, body and time."""
    in_a_function(monkeypatch)
    monkeypatch.setenv("AWS_SESSION_TOKEN", token)
    headers = {"Host": "dynamodb.eu-west-1.amazonaws.com", "X-Amz-Target": "DynamoDB_20120810.GetItem", "Content-Type": "x"}
    body = b'{"TableName":"t"}'
    request = AWSRequest("POST", "https://dynamodb.eu-west-1.amazonaws.com/", {**headers}, body)
    if token:
        request.headers["X-Amz-Security-Token"] = token
    signer = SigV4Auth(Credentials("test", "test", token or None), "dynamodb", "eu-west-1")
    request.headers["X-Amz-Date"] = request.context["timestamp"] = "20260320T120000Z"
    asked = signer.canonical_request(request)
    signed = signer.signature(signer.string_to_sign(request, asked), request)

    assert signed == signature("dynamodb", "eu-west-1", headers, body, NOW)["Authorization"].rpartition("=")[2]


@pytest.mark.parametrize(("name", "target"), [("dynamodb", "DynamoDB_20120810"), ("sqs", "AmazonSQS"), ("ssm", "AmazonSSM")])
def test_a_call_names_its_operation_and_sends_its_arguments(service: type[Service], name: str, target: str) -> None:
    """A call's name becomes the operation's, and a binary value is sent in base64."""
    with made(name) as client:
        client.some_operation(Key={"pk": {"B": b"\x00\xff"}})

    assert [(f"{target}.SomeOperation", {"Key": {"pk": {"B": "AP8="}}})] == [it[:2] for it in service.asked]


def test_a_connection_is_used_again_while_it_is_open(service: type[Service]) -> None:
    """Calls share a connection; once the service has hung up, the next call opens another and does not fail."""
    service.answers = [(200, b"{}"), (299, b"{}"), (200, b"{}")]
    with made() as client:
        client.get_item()
        with pytest.raises(ClientError):
            client.get_item()  # the service hangs up after this
        client.get_item()
    first, second, third = (port for *_, port in service.asked)

    assert (first, True) == (second, first != third)


def test_a_refusal_is_botocores(service: type[Service]) -> None:
    """A refused call raises what botocore would: the code, the message, and the members beside them."""
    refused = {"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "message": "no", "Item": {"a": 1}}
    service.answers = [(400, json.dumps(refused).encode())]
    with made() as client, pytest.raises(client.exceptions.ConditionalCheckFailedException) as raised:
        client.put_item()

    assert ("no", {"a": 1}) == (raised.value.response["Error"]["Message"], raised.value.response["Item"])
    assert 1 == len(service.asked)


@pytest.mark.parametrize("passing", [(500, b"{}"), (503, b"<html>"), (400, b'{"__type": "ThrottlingException"}'), (200, None)])
def test_what_passes_is_tried_again(service: type[Service], passing: tuple[int, bytes | None]) -> None:
    """Two faults of the service, throttles or lost connections are not noticed, a third is; a repetition has the same token."""
    service.answers = [passing, passing, (200, b'{"Item": {}}')]

    with made() as client:
        assert {"Item": {}} == client.transact_write_items(TransactItems=[])
    assert 1 == len({it[1]["ClientRequestToken"] for it in service.asked})
    service.answers = [passing]
    with made() as client, pytest.raises((ClientError, ConnectionClosedError)):
        client.get_item()
    assert 6 == len(service.asked)


def test_nobody_at_the_address_is_an_error_of_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address where nobody listens raises botocore's error, after all attempts."""
    in_a_function(monkeypatch)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with made() as client, pytest.raises(EndpointConnectionError):
        client.get_item()


def test_a_reply_that_never_comes_is_a_timeout(service: type[Service], monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that takes a request and does not answer raises botocore's error of reading."""
    hold = threading.Event()
    monkeypatch.setattr(service, "do_POST", lambda _: hold.wait(20))
    with made() as client:
        client.read_timeout, client.attempts = 0.05, 1
        with pytest.raises(ReadTimeoutError):
            client.get_item()
    hold.set()


@pytest.mark.parametrize("variable", [*aws.OTHERWISE, "AWS_REGION", *aws.OF_A_FUNCTION])
def test_an_unusual_environment_is_left_to_botocore(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    """Outside Lambda, or where only botocore knows the endpoint or the credentials, the direct way is not taken."""
    in_a_function(monkeypatch)
    for name in ("AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)

    assert ("https://sqs.eu-west-1.amazonaws.com", "eu-west-1") == aws.endpoint_of("sqs")
    monkeypatch.setenv(variable, "cn-north-1" if variable in aws.OTHERWISE or variable == "AWS_REGION" else "")
    assert aws.endpoint_of("sqs") is None
