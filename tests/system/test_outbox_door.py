"""Access to the outbox: only the engine delivers, only this machine's browser reads, and no body does harm."""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from localcloud.outbox.server import Outbox
from localcloud.ports import Ports
from tests.waiting import PATIENCE, awaited

TOPIC = "arn:aws:sns:eu-west-1:0:p-payments"


class _Sns:
    """An SNS with one topic, which keeps where its messages are to go."""

    def __init__(self) -> None:
        self.endpoints: list[str] = []

    def get_paginator(self, _operation: str) -> "_Sns":
        return self

    def paginate(self) -> list[dict[str, Any]]:
        return [{"Topics": [{"TopicArn": TOPIC}]}]

    def subscribe(self, **arguments: str) -> None:
        self.endpoints.append(arguments["Endpoint"])

    def list_subscriptions_by_topic(self, **_arguments: str) -> dict[str, Any]:
        return {"Subscriptions": []}


class _Door:
    """An outbox, and what one may send to it."""

    def __init__(self) -> None:
        sns = _Sns()
        self.outbox = Outbox(sns, "p-", "p-person-", Ports.free().outbox)
        assert awaited(lambda: sns.endpoints)
        self.path = urlsplit(sns.endpoints[0]).path

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> int:
        """The status of the answer to just these headers."""
        at = urlsplit(self.outbox.url)
        connection = http.client.HTTPConnection(str(at.hostname), at.port, timeout=PATIENCE)
        known = {"Host": at.netloc, "Content-Length": str(len(body))} | {n.replace("_", "-"): v for n, v in headers.items()}
        connection.putrequest(method, path, skip_host=True)
        for name, value in known.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        try:
            return connection.getresponse().status
        finally:
            connection.close()

    @property
    def shown(self) -> list[str]:
        """The texts of what has arrived."""
        return [entry.body for entry in self.outbox.messages.to_machines()]


@pytest.fixture
def door() -> Iterator[_Door]:
    """An outbox that nothing has reached yet."""
    opened = _Door()
    yield opened
    opened.outbox.stop()


def notification(text: str) -> bytes:
    """A message as SNS delivers it."""
    told = {"Type": "Notification", "TopicArn": TOPIC, "MessageId": text, "Timestamp": "2026-01-02T03:04:05.000Z"}
    return json.dumps(told | {"Message": text}).encode()


def test_only_who_was_told_the_address_delivers(door: _Door) -> None:
    """Any page of the web may post to this machine: what does not come by the address that SNS was given is not shown."""
    for path in ("/sns", "/sns/", "/sns/x", door.path[:-1], f"{door.path}/x", f"{door.path}?x"):
        assert 404 == door.send("POST", path, notification("forged"), Content_Type="text/plain", Origin="http://evil.example")
    assert 200 == door.send("POST", door.path, notification("real"))

    assert awaited(lambda: door.shown)
    assert ["real"] == door.shown
    assert 404 == door.send("GET", door.path)


def test_the_address_is_of_one_run_alone(door: _Door) -> None:
    """Nobody learns it from an earlier run, and it is too long to try all."""
    other = _Door()
    other.outbox.stop()
    assert other.path != door.path
    assert len(door.path) > 32


NO_DELIVERY = [b"", b"x", b"[]", b"null", b'"a"', b"7", b"{}", b"\xff", b"[" * 100_000, b'{"Type": "Notification"}']
ODD = [
    b'{"Type": "Notification", "TopicArn": "t"}',
    b'{"Type": "Notification", "TopicArn": "t", "MessageAttributes": []}',
    b'{"Type": "Notification", "TopicArn": "t", "MessageAttributes": {"a": 1}}',
    b'{"Type": "SubscriptionConfirmation", "TopicArn": "t"}',
    b'{"Type": "Other", "TopicArn": "t"}',
]


def test_what_is_no_delivery_is_refused(door: _Door) -> None:
    """It is a 400, and the next message is shown."""
    for body in NO_DELIVERY:
        assert 400 == door.send("POST", door.path, body), body[:30]
    assert 200 == door.send("POST", door.path, notification("next"))
    assert awaited(lambda: ["next"] == door.shown)


def test_an_odd_delivery_holds_up_nothing(door: _Door) -> None:
    """A message that cannot be shown is left out; the next ones are shown."""
    for body in ODD:
        assert 200 == door.send("POST", door.path, body)
    assert 200 == door.send("POST", door.path, notification("next"))
    assert awaited(lambda: ["next"] == door.shown)


def test_a_length_that_is_none_is_refused(door: _Door) -> None:
    """It is not waited for either."""
    for length, status in (("x", 400), ("-1", 400), ("", 400), ("1.5", 400), ("9999999999", 413)):
        assert status == door.send("POST", door.path, Content_Length=length), length


def test_another_host_is_not_served(door: _Door) -> None:
    """A name of somebody else's that leads to this machine (DNS rebinding) reads nothing; this machine's own names do."""
    port = urlsplit(door.outbox.url).port
    for path in ("/", "/messages.json", "/systems.json", "/outbox.js"):
        for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", "localhost", f"127.0.0.1:{port}.evil.example", ""):
            assert 421 == door.send("GET", path, Host=host), host
        for host in (f"127.0.0.1:{port}", f"localhost:{port}", f"LOCALHOST:{port}"):
            assert 200 == door.send("GET", path, Host=host), host
    assert 421 == door.send("POST", door.path, notification("forged"), Host=f"evil.example:{port}")
    assert [] == door.shown


def test_the_page_is_there_for_a_browser_as_ever(door: _Door) -> None:
    """Its address, as it is printed, is one of those that are served."""
    with urllib.request.urlopen(door.outbox.url, timeout=PATIENCE) as reply:
        assert 200 == reply.status
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{door.outbox.url}/nothing", timeout=PATIENCE)
    assert 400 == door.send("GET", "http://[")
