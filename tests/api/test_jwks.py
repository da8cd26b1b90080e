"""A provider's keys: which are used, how long they are kept, when they are fetched again, and what an outage does."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from chalicelib.api.identity import jwks
from chalicelib.api.identity.jwks import (
    DOCUMENT_AT_MOST,
    FRESH_S,
    KEPT_S,
    PAUSE_S,
    TIMEOUT_S,
    Keys,
    ProviderUnavailableError,
    fetch,
    usable,
)
from chalicelib.api.identity.provider import provider_from
from chalicelib.settings import settings_from
from localcloud.loopback import Answer, LoopbackServer
from localcloud.ports import Ports
from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

ISSUER = "https://issuer.example/"
DISCOVERY = "https://issuer.example/.well-known/openid-configuration"
JWKS = "https://issuer.example/keys"
FIVE_MINUTES = 300


@cache
def public(bits: int = 2048) -> dict[str, Any]:
    """The public JWK of a new key."""
    jwk: dict[str, Any] = json.loads(RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, bits).public_key()))
    return jwk


def key_set(*kids: str) -> dict[str, Any]:
    """A set with one key under these ids."""
    return {"keys": [public() | {"kid": kid} for kid in kids]}


@dataclass
class World:
    """A provider that publishes what a test says, and the time that a test says it is."""

    keys_url: str = JWKS
    documents: dict[str, Any] = field(default_factory=lambda: {JWKS: key_set("one")})
    asked: list[str] = field(default_factory=list)
    at: float = 1_000_000.0

    def __post_init__(self) -> None:
        """Know no keys yet."""
        environment = {"OIDC_ISSUER": ISSUER, "OIDC_AUDIENCE": "api", "OIDC_JWKS_URL": self.keys_url}
        self.keys = Keys(provider_from(settings_from(environment)), self.get, lambda: self.at)

    def get(self, url: str) -> object:
        """Return the provider's answer, or nothing while there is none."""
        self.asked.append(url)
        if url not in self.documents:
            raise ProviderUnavailableError(url)
        return self.documents[url]

    def known(self, kid: str) -> bool | None:
        """Return whether there is a key of that id, or None if that cannot be said."""
        try:
            return self.keys.find(kid) is not None
        except ProviderUnavailableError:
            return None


def test_keys_are_asked_for_once() -> None:
    """While the set is fresh every token is checked without a request."""
    world = World()
    for _ in range(50):
        assert world.known("one")
        world.at += FRESH_S / 51

    assert [JWKS] == world.asked


def test_a_new_key_is_found_at_once() -> None:
    """A token under a key that was published since is good as soon as the provider may be asked again."""
    world = World()
    assert world.known("one")
    world.documents[JWKS] = key_set("one", "two")
    world.at += PAUSE_S

    assert world.known("two")


def test_unknown_keys_do_not_hammer_the_provider() -> None:
    """Ten thousand tokens with random key ids cause one request per pause, and none of them is taken."""
    world = World()
    began = world.at
    for number in range(10_000):
        assert world.known(f"made-up-{number}") is False
        world.at += 0.01

    assert len(world.asked) <= 1 + (world.at - began) / PAUSE_S


def test_a_provider_that_is_down_is_not_hammered_either() -> None:
    """Without any key each request fails at once, and the provider is asked once per pause."""
    world = World(documents={})
    for _ in range(1000):
        assert world.known("one") is None
    world.at += PAUSE_S
    world.documents[JWKS] = key_set("one")

    assert world.known("one")
    assert 2 == len(world.asked)


def test_a_withdrawn_key_is_refused_within_five_minutes() -> None:
    """A key that is published no more stops working by then, though the provider fails to answer a time or two before."""
    world = World()
    assert world.known("one")
    del world.documents[JWKS]
    world.at += FRESH_S
    assert world.known("one")
    world.documents[JWKS] = key_set("two")
    world.at += PAUSE_S + 1

    assert world.known("one") is False
    assert world.at - 1_000_000 < FIVE_MINUTES


@pytest.mark.parametrize("nothing", [{"keys": []}, {"keys": [{"kty": "EC", "kid": "one"}]}])
def test_withdrawing_every_key_ends_them_all(nothing: dict[str, Any]) -> None:
    """A provider that publishes an empty set has withdrawn its keys: the old ones are not kept for it."""
    world = World()
    assert world.known("one")
    world.documents[JWKS] = nothing
    world.at += FRESH_S

    assert world.known("one") is None


def test_an_outage_is_bridged_for_an_hour() -> None:
    """While the provider is down, the last keys are good, an unknown one is nobody's fault, and after an hour none is good."""
    world = World()
    assert world.known("one")
    world.documents[JWKS] = "<html>"
    world.at += KEPT_S - 1
    assert world.known("one")
    assert world.known("two") is None
    world.at += 1
    assert world.known("one") is None
    world.documents[JWKS] = key_set("one")
    world.at += PAUSE_S

    assert world.known("one")


def test_a_clock_that_is_set_back_keeps_no_key() -> None:
    """Keys from the future are as good as old: they are asked for again."""
    world = World()
    assert world.known("one")
    world.documents[JWKS] = key_set("two")
    world.at -= 86_400

    assert world.known("one") is False


def test_the_address_of_the_keys_is_discovered() -> None:
    """Without OIDC_JWKS_URL the issuer's discovery document names it; it is asked again once the keys are not there."""
    world = World("", {DISCOVERY: {"issuer": ISSUER, "jwks_uri": JWKS}, JWKS: key_set("one")})
    assert world.known("one")
    world.at += FRESH_S
    assert world.known("one")
    assert [DISCOVERY, JWKS, JWKS] == world.asked
    moved = "https://keys.example/jwks"
    world.documents = {DISCOVERY: {"issuer": ISSUER, "jwks_uri": moved}, moved: key_set("two")}
    for _ in range(2):
        world.at += FRESH_S
        world.known("two")

    assert world.known("two")
    assert [JWKS, DISCOVERY, moved] == world.asked[3:]


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        {"issuer": ISSUER},
        {"issuer": "https://issuer.example", "jwks_uri": JWKS},
        {"issuer": "https://other.example/", "jwks_uri": JWKS},
        {"issuer": ISSUER, "jwks_uri": 7},
        {"issuer": ISSUER, "jwks_uri": "http://issuer.example/keys"},
        {"issuer": ISSUER, "jwks_uri": "file:///etc/passwd"},
        {"issuer": ISSUER, "jwks_uri": "http://[::1"},
    ],
)
def test_a_discovery_document_has_to_be_the_issuers_own(document: object) -> None:
    """OpenID Connect Discovery 4.3: it names exactly our issuer, and keys that nobody can change on their way."""
    world = World("", {DISCOVERY: document, JWKS: key_set("one")})

    assert world.known("one") is None
    assert [DISCOVERY] == world.asked


@pytest.mark.parametrize(
    "changes",
    [
        {"use": "enc"},
        {"kty": "EC"},
        {"kty": "oct", "k": "c2VjcmV0"},
        {"alg": "RS512"},
        {"alg": "PS256"},
        {"key_ops": ["encrypt"]},
        {"key_ops": 7},
        {"kid": ""},
        {"kid": 7},
        {"kid": None},
        {"n": "AQAB"},
        {"n": None},
        {"n": 7},
        {"e": ""},
        {"e": "AQ"},
        public(1024),
    ],
)
def test_keys_that_are_not_for_this_are_not_used(changes: dict[str, Any]) -> None:
    """Only RSA keys for signatures, of 2048 bits or more, with an id; a bad one does not take the good ones with it."""
    bad = {name: value for name, value in (public() | {"kid": "bad"} | changes).items() if value is not None}

    assert ["good"] == list(usable({"keys": [bad, "no key", None, public() | {"kid": "good"}]}))


@pytest.mark.parametrize("more", [{}, {"use": "sig"}, {"alg": "RS256"}, {"key_ops": ["verify"]}, {"x5c": ["?"]}, {"d": "AQAB"}])
def test_keys_may_say_more_or_less(more: dict[str, Any]) -> None:
    """Missing optional members and further ones do not matter."""
    assert ["good"] == list(usable({"keys": [public() | {"kid": "good"} | more]}))


@pytest.fixture
def served() -> Iterator[tuple[str, dict[str, Answer]]]:
    """A web server on loopback: its address, and what it answers by path."""
    answers: dict[str, Answer] = {}
    server = LoopbackServer(Ports.free().cloud, lambda path: answers[path])
    yield server.url, answers
    server.stop()


def test_only_a_plain_answer_is_read(served: tuple[str, dict[str, Answer]]) -> None:
    """An error, something that is no JSON, or more than a set of keys can be, is no document."""
    url, answers = served
    answers["/keys"] = Answer('{"keys": []}')
    answers["/missing"] = Answer("{}", status=404)
    answers["/moved"] = Answer("{}", status=302)
    answers["/page"] = Answer("<html>")
    answers["/deep"] = Answer("[" * 100_000)
    answers["/huge"] = Answer('{"keys": []}' + " " * DOCUMENT_AT_MOST)

    assert {"keys": []} == fetch(f"{url}/keys")
    for path in set(answers) - {"/keys"}:
        with pytest.raises(ProviderUnavailableError):
            fetch(f"{url}{path}")


def test_a_redirect_is_not_followed(served: tuple[str, dict[str, Answer]]) -> None:
    """The keys are where the configuration or the discovery document says, and nowhere that the address sends on to."""
    url, answers = served
    answers["/keys"] = Answer('{"keys": []}')
    reply = f"HTTP/1.1 302 Found\r\nLocation: {url}/keys\r\nContent-Length: 0\r\n\r\n".encode()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def send_on() -> None:
            with server.accept()[0] as caller:
                caller.recv(4096)
                caller.sendall(reply)

        thread = threading.Thread(target=send_on)
        thread.start()
        with pytest.raises(ProviderUnavailableError, match="302"):
            fetch(f"http://127.0.0.1:{server.getsockname()[1]}/keys")
        thread.join()


def test_a_provider_that_keeps_silent_is_not_waited_for() -> None:
    """A provider that takes the call and says nothing costs a caller seconds, far less than the gateway's 29."""
    spoken, given_up = threading.Event(), threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def speak_late() -> None:
            with server.accept()[0] as caller:
                if not given_up.wait(PATIENCE):
                    spoken.set()
                    caller.close()

        thread = threading.Thread(target=speak_late)
        thread.start()
        with pytest.raises(ProviderUnavailableError):
            fetch(f"http://127.0.0.1:{server.getsockname()[1]}/keys")
        given_up.set()
        thread.join()

    assert not spoken.is_set()
    assert TIMEOUT_S < GATEWAY_GIVES_UP_S / 2


GATEWAY_GIVES_UP_S = 29
DRIP_S = 0.1
DRIPS_WHILE_PATIENT = int(PATIENCE / DRIP_S)
DRIPS = {"headers": b"HTTP/1.1 200 OK\r\n", "a body": b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n"}


@pytest.mark.parametrize("first", DRIPS.values(), ids=DRIPS)
def test_a_provider_that_drips_is_not_waited_for(first: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time is for the whole answer: byte after byte, each soon enough, makes it no longer, and then all is let go."""
    monkeypatch.setattr(jwks, "TIMEOUT_S", 0.4)
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            with server.accept()[0] as caller, suppress(OSError):
                caller.recv(4096)
                caller.sendall(first)
                for _ in range(DRIPS_WHILE_PATIENT):
                    caller.sendall(b"x")
                    time.sleep(DRIP_S)
                ended.set()

        thread = threading.Thread(target=drip)
        thread.start()
        with pytest.raises(ProviderUnavailableError):
            fetch(f"http://127.0.0.1:{server.getsockname()[1]}/keys")
        thread.join()

    assert not ended.is_set(), "the provider was not heard to its end"


def test_an_address_that_takes_long_to_be_found_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time begins before the look-up of the provider's name, which has no limit of its own."""
    monkeypatch.setattr(jwks, "TIMEOUT_S", 0.2)
    answered, given_up = threading.Event(), threading.Event()

    def slow(*_: object, **__: object) -> list[Any]:
        if not given_up.wait(PATIENCE):
            answered.set()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    with pytest.raises(ProviderUnavailableError):
        fetch("http://issuer.example/keys")
    seen = answered.is_set()
    given_up.set()

    assert not seen


def test_callers_at_once_share_one_request() -> None:
    """Requests that meet before the first keys are there wait for them; none is turned away."""
    world = World()
    entered = threading.Event()

    def slow(url: str) -> object:
        entered.wait(0.2)
        return World.get(world, url)

    world.keys = Keys(
        provider_from(settings_from({"OIDC_ISSUER": ISSUER, "OIDC_AUDIENCE": "api", "OIDC_JWKS_URL": JWKS})), slow
    )
    seen: list[bool | None] = []
    threads = [threading.Thread(target=lambda: seen.append(world.known("one"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [True] * 8 == seen
    assert [JWKS] == world.asked
