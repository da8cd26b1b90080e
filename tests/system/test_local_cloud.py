"""The local cloud itself: its commands, its ports, and that it leaves nothing behind."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from localcloud import cli, clock
from localcloud.clock_report import report
from localcloud.cloud import LocalCloud
from localcloud.demo.api import Api
from localcloud.demo.market import Market, Sale, days
from localcloud.layout import ROOT, LocalCloudError
from localcloud.outbox.messages import Messages, Wanted
from localcloud.outbox.subscriptions import Subscription
from localcloud.ports import HOST, Ports, holder
from tests.waiting import PATIENCE, awaited

TOPIC = "arn:aws:sns:eu-west-1:000000000000:p-seller-acme"


@pytest.mark.parametrize(("text", "expected"), [("5d", 432000), ("1d12h", 129600), ("90s", 90), ("10m", 600)])
def test_a_span_is_read_as_people_write_it(text: str, expected: int) -> None:
    """Days, hours, minutes and seconds, one of them or several in a row."""
    assert expected == clock.seconds(text)


@pytest.mark.parametrize("text", ["", "5", "d", "5 d", "-5d", "5w"])
def test_what_is_no_span_is_refused(text: str) -> None:
    """Nothing is guessed: a clock moved by the wrong amount cannot be moved back."""
    with pytest.raises(LocalCloudError, match="not a span"):
        clock.seconds(text)


@pytest.mark.parametrize(
    ("policy", "attributes", "expected"),
    [
        (None, {}, True),
        ({"channel": ["email"]}, {"channel": "email"}, True),
        ({"channel": ["email"]}, {"channel": "sms"}, False),
        ({"channel": ["email"]}, {}, False),
        (
            {"channel": ["email", "sms"], "kind": [{"prefix": "dispute."}]},
            {"channel": "sms", "kind": "dispute.x"},
            True,
        ),
        ({"kind": [{"anything-but": ["advert"]}]}, {"kind": "advert"}, False),
        ({"kind": [{"exists": False}]}, {}, True),
    ],
)
def test_a_filter_policy_decides_as_sns_does(
    policy: dict[str, object] | None, attributes: dict[str, str], expected: object
) -> None:
    """A message reaches an address when every key of its filter finds a rule that matches."""
    assert expected == Subscription("email", "a@b.example", policy).receives(attributes)


def test_a_message_is_shown_once_to_each_address_it_reaches() -> None:
    """SNS may deliver twice; a mailbox must show one, and a phone the other channel's text only."""
    messages = Messages("p-")
    people = [
        Subscription("email", "ann@acme.example", {"channel": ["email"]}),
        Subscription("sms", "+4512345678", {"channel": ["sms"]}),
    ]
    notification = {
        "MessageId": "m1",
        "TopicArn": TOPIC,
        "Timestamp": "2026-01-01T00:00:00Z",
        "Subject": "A claim",
        "Message": "Reply by Friday.",
        "MessageAttributes": {"channel": {"Type": "String", "Value": "email"}},
    }
    messages.take(notification, people)
    messages.take(notification, people)

    shown = messages.to_people(Wanted("seller:acme"))

    assert [(e.channel, e.to, e.subject) for e in shown] == [("email", "ann@acme.example", "A claim")]


def test_the_holder_of_a_port_is_named() -> None:
    """A second start on a port names the process to end."""
    with socket.create_server((HOST, 0)) as server:
        port = int(server.getsockname()[1])
        free = Ports.free()

        assert os.getpid() == holder(port)
        assert [f"port {port} (for the cloud) is held by process {os.getpid()}"] == Ports(port, free.outbox, free.web).taken()


def test_whoever_finds_a_port_taken_is_told_what_to_do(tmp_path: Path) -> None:
    """A start on a taken port ends with the ways on: stopping what is there, or other ports."""
    with socket.create_server((HOST, 0)) as server:
        free = Ports.free()
        ports = Ports(int(server.getsockname()[1]), free.outbox, free.web)
        told = r"stop it, or: .* --cloud-port N --outbox-port M --web-port K$"

        with pytest.raises(LocalCloudError, match=told), LocalCloud(tmp_path, ports):
            pytest.fail("it started on a port that is taken")


def test_a_second_copy_is_refused_and_says_what_is_in_its_way(cloud: LocalCloud) -> None:
    """Two in one directory would overwrite each other: the second names the process and its ports."""
    expected = rf"process {os.getpid()}, ports \d+, \d+"

    with pytest.raises(LocalCloudError, match=expected), LocalCloud(cloud.directory, Ports.free()):
        pytest.fail("a second copy started")


def test_other_programs_find_it(cloud: LocalCloud) -> None:
    """endpoints.json holds the addresses, and the outbox answers at its own."""
    endpoints = json.loads((cloud.directory / "endpoints.json").read_text(encoding="utf-8"))

    with urllib.request.urlopen(f"{endpoints['outbox']}/messages.json", timeout=PATIENCE) as reply:
        assert isinstance(json.load(reply), list)
    assert (cloud.api, cloud.outbox) == (endpoints["api"], endpoints["outbox"])


def test_an_unknown_route_is_a_problem_document(cloud: LocalCloud) -> None:
    """The gateway's own answers look like the app's."""
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{cloud.api}/no-such-route", timeout=PATIENCE)

    with caught.value as answer:
        problem = json.load(answer)
        assert (answer.code, answer.headers["content-type"]) == (404, "application/problem+json")
        assert (404, "not_found") == (problem["status"], problem["code"])
        assert problem["request_id"] == answer.headers["x-request-id"] != ""


def ran(cloud: LocalCloud, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command of `python -m localcloud` against the running local cloud, and return what it printed."""
    assert 0 == cli.main(["--directory", str(cloud.directory), *arguments])
    return capsys.readouterr().out


def test_the_bare_clock_shows_the_clock(cloud: LocalCloud, capsys: pytest.CaptureFixture[str]) -> None:
    """`clock` says what `clock show` says, and moves nothing."""
    before = clock.read(cloud.endpoints)["offset_seconds"]

    shown = [json.loads(ran(cloud, capsys, *arguments)) for arguments in (["clock"], ["clock", "show"])]

    assert [before, before] == [it["offset_seconds"] for it in shown]
    assert all(it["now"].endswith("Z") for it in shown)


def test_a_moved_clock_says_what_became_of_whom(cloud: LocalCloud, capsys: pytest.CaptureFixture[str]) -> None:
    """D9, N1: the dispute's old and new stage, its outcome and refund, the order's money, and who was told how."""
    market = Market(Api(cloud.endpoints))
    now = market.now()
    market.register_seller("clock-shop", "+15125550102", ("Austin", "US"))
    market.register_buyer("clock-ann")
    sale = Sale("clock-1", "clock-ann", "clock-shop", "EUR", [("lamp", 1, 500)], 0, now - days(9), now - days(1))
    market.import_order(sale)
    market.api.post("buyer:clock-ann", "/orders/clock-1/disputes", {"reason": "not_received"})

    told = ran(cloud, capsys, "clock", "advance", "5d1m")

    first, *blocks = told.split("\n\n")
    (block,) = [it.splitlines() for it in blocks if it.startswith("clock-1,")]
    assert re.fullmatch(r"The clock shows \S+Z, .* ahead of this machine\.", first)
    assert [
        "clock-1, bought by clock-ann from clock-shop",
        "  dispute clock-1-d1: opened -> resolved, resolved_buyer_favour, refund 5.00 EUR",
        "  order: 5.00 EUR refunded, 0.00 EUR still held",
    ] == block[:3]
    assert {"buyer:clock-ann: dispute_resolved (email, push)", "seller:clock-shop: dispute_resolved (email)"} == {
        re.sub(r"\((.*)\)", lambda it: f"({', '.join(sorted(it[1].split(', ')))})", line.removeprefix("  told "))
        for line in block[3:]
    }


def test_a_clock_that_passes_no_deadline_says_so() -> None:
    """Nothing is made up where nothing was due."""
    assert ["Nothing was due: no order and no dispute changed, and nobody was told anything."] == list(report({}, {}, []))


def test_nothing_outlives_a_killed_starter(tmp_path: Path) -> None:
    """Killed outright, with no chance to tidy up, it still leaves no engine and no port behind."""
    ports = Ports.free()
    options = ["--cloud-port", str(ports.cloud), "--outbox-port", str(ports.outbox), "--web-port", str(ports.web)]
    command = [sys.executable, "-m", "localcloud", "--directory", str(tmp_path), "run", "--empty", *options]
    starter = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    awaited((tmp_path / "endpoints.json").exists)
    engine = json.loads((tmp_path / "endpoints.json").read_text(encoding="utf-8"))["ministack_pid"]

    starter.send_signal(signal.SIGKILL)
    starter.wait(PATIENCE)

    assert awaited(lambda: not Path("/proc", str(engine)).exists() and not ports.taken())
