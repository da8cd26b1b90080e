"""Fetches and caches a provider's signing keys. An unknown key is asked for again; during an outage the last set is used."""

from __future__ import annotations

import json
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from socket import SHUT_RDWR, socket
from threading import Timer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import RSAAlgorithm
from jwt.exceptions import PyJWTError

from chalicelib.api.identity.provider import is_safe
from chalicelib.metrics import measured

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.api.identity.provider import Provider

FRESH_S = 240
"""Seconds that a set is used without asking. Even after two failed tries a withdrawn key is refused within 5 minutes."""
KEPT_S = 3600
"""Seconds that the last set is used while the provider does not answer."""
PAUSE_S = 10
"""Seconds between two requests to the provider. No stream of tokens with unknown keys can flood it."""
TIMEOUT_S = 2
"""Seconds that an answer may take, from the look-up of its address to its last byte."""
DOCUMENT_AT_MOST = 262_144
KEY_BITS_AT_LEAST = 2048

log = logging.getLogger(__name__)


class ProviderUnavailableError(Exception):
    """The provider's keys cannot be fetched now."""


def fetch(url: str) -> object:
    """The JSON document at that address. Raises ``ProviderUnavailableError`` if there is none, if it is redirected, or if it
    is not complete in time. A redirect is not followed: nobody vouches for keys at another address.
    """
    deadline = time.monotonic() + TIMEOUT_S
    # A socket's timeout bounds each piece of an answer and not their sum, so one thread reads and another looks at the clock.
    worker = ThreadPoolExecutor(1)
    asked = worker.submit(_content, url, deadline)
    worker.shutdown(wait=False)
    try:
        document: object = json.loads(asked.result(TIMEOUT_S))
    except (OSError, HTTPException, ValueError, RecursionError) as error:
        raise ProviderUnavailableError(f"{url}: {error or type(error).__name__}") from error
    return document


def _content(url: str, deadline: float) -> bytes:
    scheme, place, path, query, _ = urlsplit(url)
    connection = (HTTPSConnection if scheme == "https" else HTTPConnection)(place, timeout=TIMEOUT_S)
    connection.connect()
    end = Timer(deadline - time.monotonic(), _end, [connection.sock])
    end.start()
    try:
        connection.request("GET", urlunsplit(("", "", path or "/", query, "")), headers={"Accept": "application/json"})
        with connection.getresponse() as reply:
            if reply.status != HTTPStatus.OK:
                raise ValueError(f"it answers {reply.status}")
            content = reply.read(DOCUMENT_AT_MOST + 1)
    finally:
        end.cancel()
        connection.close()
    if len(content) > DOCUMENT_AT_MOST:
        raise ValueError(f"it holds more than {DOCUMENT_AT_MOST} bytes")
    return content


def _end(connected: socket) -> None:
    """Close a connection that is still being read, since a slow sender could keep it open for ever."""
    with suppress(OSError):  # it has ended at this very moment
        connected.shutdown(SHUT_RDWR)


class Keys:
    """The keys of one provider, by id."""

    def __init__(self, provider: Provider, get: Callable[[str], object] = fetch, now: Callable[[], float] = time.time) -> None:
        """Fetch nothing yet. ``now`` is wall time: the others stand still while a function is frozen between two requests."""
        self._provider = provider
        self._get = get
        self._now = now
        self._lock = threading.Lock()
        self._keys: dict[str, RSAPublicKey] = {}
        self._jwks_url = provider.jwks_url
        self._fetched = self._tried = float("-inf")
        self._down = False

    def find(self, kid: str) -> RSAPublicKey | None:
        """The key of that id, or None where there is none. Raises ``ProviderUnavailableError`` where that is not known."""
        with self._lock:
            if (not self._within(FRESH_S, self._fetched) or kid not in self._keys) and not self._within(PAUSE_S, self._tried):
                self._refresh()
            if not self._keys or not self._within(KEPT_S, self._fetched):
                raise ProviderUnavailableError("no key to check tokens with")
            if kid not in self._keys and self._down:
                raise ProviderUnavailableError("an unknown key, and nobody to ask about it")
            return self._keys.get(kid)

    def _within(self, seconds: float, since: float) -> bool:
        # A clock that was set back makes an age negative: as good as too old.
        return 0 <= self._now() - since < seconds

    def _refresh(self) -> None:
        self._tried = self._now()
        try:
            self._keys = usable(self._get(self._where()))
            self._fetched, self._down = self._tried, False
        except ProviderUnavailableError as error:
            self._jwks_url, self._down = self._provider.jwks_url, True
            log.warning("the identity provider's keys cannot be had: %s", error, extra=measured(KeysUnreachable=1))

    def _where(self) -> str:
        """The address of the keys: as configured, or from the issuer's discovery document."""
        if not self._jwks_url:
            address = f"{self._provider.issuer.rstrip('/')}/.well-known/openid-configuration"
            document = self._get(address)
            said = document if isinstance(document, dict) else {}
            if said.get("issuer") != self._provider.issuer:
                raise ProviderUnavailableError(f"{address} is not the document of {self._provider.issuer}")
            url = said.get("jwks_uri")
            if not isinstance(url, str) or not is_safe(url):
                raise ProviderUnavailableError(f"{address} names no https jwks_uri")
            self._jwks_url = url
        return self._jwks_url


def usable(document: object) -> dict[str, RSAPublicKey]:
    """The keys of a JWKS that may sign our tokens, by id. Raises ``ProviderUnavailableError`` for what is no JWKS."""
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise ProviderUnavailableError("the document is no JWKS")
    found = ((jwk["kid"], _public(jwk)) for jwk in listed if isinstance(jwk, dict) and _is_for_us(jwk))
    return {kid: key for kid, key in found if key and key.key_size >= KEY_BITS_AT_LEAST}


def _is_for_us(jwk: dict[str, Any]) -> bool:
    operations = jwk.get("key_ops", ["verify"])
    return (
        jwk.get("kty") == "RSA"
        and jwk.get("use", "sig") == "sig"
        and jwk.get("alg", "RS256") == "RS256"
        and isinstance(operations, list)
        and "verify" in operations
        and isinstance(jwk.get("kid"), str)
        and bool(jwk["kid"])
    )


def _public(jwk: dict[str, Any]) -> RSAPublicKey | None:
    """The key itself; None where it is none. Only its public part is read."""
    try:
        key = RSAAlgorithm.from_jwk({name: jwk.get(name) for name in ("kty", "n", "e")})
    except (PyJWTError, ValueError, TypeError, AttributeError):
        return None
    return key if isinstance(key, RSAPublicKey) else None
