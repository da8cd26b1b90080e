"""Posting to an endpoint: only to an address that was checked, for a short time, and nowhere else (N7)."""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from chalicelib.domain.webhooks import Reply
from chalicelib.notify.webhooks import posting
from chalicelib.notify.webhooks.posting import Poster, SystemResolver
from tests.notify.receiver import HOST, Receiver, certificate

if TYPE_CHECKING:
    from pathlib import Path

NAME = "hooks.market.example"
URL = f"https://{NAME}/in?a=b"
PUBLIC, INSIDE, METADATA = "93.184.216.34", "10.0.0.7", "169.254.169.254"
HEADERS = {"Content-Type": "application/json", "webhook-id": "msg_1"}


@dataclass
class Answers:
    """A resolver that gives one answer after the other, and the last one for ever."""

    answers: list[list[str]]
    asked: list[tuple[str, int]] = field(default_factory=list)

    def addresses(self, host: str, port: int) -> list[str]:
        """The next answer. Raises ``socket.gaierror`` for an empty one."""
        self.asked.append((host, port))
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return found


@dataclass
class Network:
    """Takes connections to public addresses to a receiver, and keeps every address that was asked for."""

    to: Receiver
    down: frozenset[str] = frozenset()
    asked: list[tuple[str, int]] = field(default_factory=list)

    def connect(self, address: str, port: int) -> socket.socket:
        """Connect to the receiver, or refuse."""
        self.asked.append((address, port))
        if address in self.down:
            raise ConnectionRefusedError
        return self.to.connect(address, port)


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The receiver's certificate, which the tests' senders trust."""
    return certificate(tmp_path_factory.mktemp("tls") / "hooks.pem", NAME)


def trusting(file: Path) -> ssl.SSLContext:
    """A sender's TLS that trusts one certificate."""
    return ssl.create_default_context(cafile=str(file))


def poster(resolver: Answers, network: Network, file: Path, whole_s: float = 5) -> Poster:
    """A sender in that network."""
    return Poster(resolver, False, network.connect, lambda: trusting(file), whole_s)


def test_a_webhook_arrives_at_the_address_that_was_checked(trusted: Path) -> None:
    """N7: the connection goes to the checked address, while TLS and the Host header have the name."""
    with Receiver(certificate=trusted) as receiver:
        network = Network(receiver)
        reply = poster(Answers([[PUBLIC]]), network, trusted).post(URL, HEADERS, '{"a":"é"}')
    (got,) = receiver.received
    assert Reply(200) == reply
    assert [(PUBLIC, 443)] == network.asked
    assert ("/in?a=b", '{"a":"é"}', NAME, NAME) == (got.path, got.body, got.name, got.headers["host"])
    assert ("msg_1", "close", "10") == tuple(got.headers[name] for name in ("webhook-id", "connection", "content-length"))


@pytest.mark.parametrize("inside", [[INSIDE], [METADATA], ["::1"], [PUBLIC, INSIDE], ["::ffff:10.0.0.7"], ["64:ff9b::a00:7"]])
def test_a_name_that_leads_inside_is_not_connected_to(trusted: Path, inside: list[str]) -> None:
    """N7: not even one good address beside it makes a name good."""
    with Receiver(certificate=trusted) as receiver:
        network = Network(receiver)
        reply = poster(Answers([inside]), network, trusted).post(URL, HEADERS, "{}")
    assert (Reply(None, "address_refused"), [], []) == (reply, network.asked, receiver.received)


def test_a_name_that_is_turned_after_the_check_leads_nowhere(trusted: Path) -> None:
    """N7: DNS rebinding. The name is looked up once for an attempt, and the connection goes to that answer."""
    resolver = Answers([[PUBLIC], [METADATA]])
    with Receiver(certificate=trusted) as receiver:
        network = Network(receiver)
        sender = poster(resolver, network, trusted)
        first, second = sender.post(URL, HEADERS, "{}"), sender.post(URL, HEADERS, "{}")
    assert (Reply(200), Reply(None, "address_refused")) == (first, second)
    assert [(PUBLIC, 443)] == network.asked
    assert [(NAME, 443), (NAME, 443)] == resolver.asked


@pytest.mark.parametrize("url", ["http://hooks.market.example/", "https://0x7f.1/", "https://2130706433/", "https://[::1]/"])
def test_a_url_that_is_no_good_any_more_is_not_looked_up(trusted: Path, url: str) -> None:
    """N7: an endpoint that an older version would have taken is refused before anything is asked."""
    resolver = Answers([[PUBLIC]])
    with Receiver(certificate=trusted) as receiver:
        reply = poster(resolver, Network(receiver), trusted).post(url, HEADERS, "{}")
    assert (Reply(None, "address_refused"), []) == (reply, resolver.asked)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(trusted: Path, status: int) -> None:
    """N7: a redirect to the metadata service is an answer like any other, and a failure."""
    with Receiver(status, {"location": f"http://{METADATA}/latest/"}, certificate=trusted) as receiver:
        network = Network(receiver)
        reply = poster(Answers([[PUBLIC]]), network, trusted).post(URL, HEADERS, "{}")
    assert (status, False, 1) == (reply.status, reply.good, len(network.asked))


@pytest.mark.parametrize(
    ("said", "asked"), [("120", timedelta(minutes=2)), ("-1", None), ("soon", None), ("9" * 7, None), ("", None)]
)
def test_the_wish_for_a_pause_is_read(trusted: Path, said: str, asked: timedelta | None) -> None:
    """N7: Retry-After in seconds; anything else is left aside."""
    with Receiver(503, {"retry-after": said}, certificate=trusted) as receiver:
        reply = poster(Answers([[PUBLIC]]), Network(receiver), trusted).post(URL, HEADERS, "{}")
    assert Reply(503, None, asked) == reply


def test_the_second_address_is_tried_and_no_third(trusted: Path) -> None:
    """N7: an address that is down does not make its host so, and nobody can make one attempt a scan of many."""
    several = [PUBLIC, "8.8.8.8", "8.8.4.4"]
    with Receiver(certificate=trusted) as receiver:
        one_down, two_down = Network(receiver, frozenset(several[:1])), Network(receiver, frozenset(several[:2]))
        replies = [poster(Answers([several]), it, trusted).post(URL, HEADERS, "{}") for it in (one_down, two_down)]
    assert [Reply(200), Reply(None, "connection_failed")] == replies
    assert [several[:2], several[:2]] == [[address for address, _ in it.asked] for it in (one_down, two_down)]


def test_a_receiver_that_drips_is_cut_off(trusted: Path) -> None:
    """N7: a byte now and then keeps no function busy: the whole attempt has one limit of time."""
    with Receiver(drips=True, certificate=trusted) as receiver:
        began = time.monotonic()
        reply = poster(Answers([[PUBLIC]]), Network(receiver), trusted, whole_s=0.3).post(URL, HEADERS, "{}")
        took = time.monotonic() - began
    assert Reply(None, "timeout") == reply
    assert took < 4


def test_a_receiver_without_our_name_is_not_trusted(tmp_path: Path, trusted: Path) -> None:
    """N7: a certificate of another name, or of nobody that is trusted, gets no byte of the body."""
    other = certificate(tmp_path / "other.pem", "other.market.example")
    with Receiver(certificate=other) as receiver:
        replies = [poster(Answers([[PUBLIC]]), Network(receiver), it).post(URL, HEADERS, "{}") for it in (other, trusted)]
    assert ([Reply(None, "tls_failed")] * 2, []) == (replies, receiver.received)


def test_a_name_that_is_not_found_is_said_to_be(trusted: Path) -> None:
    """N7: the owner of an endpoint sees what is wrong with it."""
    with Receiver(certificate=trusted) as receiver:
        reply = poster(Answers([[]]), Network(receiver), trusted).post(URL, HEADERS, "{}")
    assert Reply(None, "name_not_found") == reply


def test_an_answer_that_is_not_http_is_none(trusted: Path) -> None:
    """N7: whatever else listens there is a failure without a status."""
    with Receiver(says_nothing=True, certificate=trusted) as receiver:
        reply = poster(Answers([[PUBLIC]]), Network(receiver), trusted).post(URL, HEADERS, "{}")
    assert Reply(None, "no_http_answer") == reply


def test_a_sandbox_may_post_to_its_own_machine() -> None:
    """N7: with the setting, and over http; without it, or to where nobody listens, nothing arrives."""
    with Receiver() as receiver:
        url = f"http://{HOST}:{receiver.port}/in"
        allowed, refused = Poster(SystemResolver(), loopback=True), Poster(SystemResolver())
        assert [Reply(200), Reply(None, "address_refused")] == [it.post(url, HEADERS, "{}") for it in (allowed, refused)]
    assert 1 == len(receiver.received)
    assert Reply(None, "connection_failed") == allowed.post(url, HEADERS, "{}")


def test_every_word_for_a_failure_is_one_that_the_tests_have_seen() -> None:
    """The description of the API lists the words, so a new one needs its test here."""
    seen = {"address_refused", "name_not_found", "tls_failed", "timeout", "no_http_answer", "connection_failed"}
    assert seen == set(posting.ERRORS.values())
