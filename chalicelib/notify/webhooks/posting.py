"""Posts a webhook to the very address that was checked, and reads no more of the answer than its status (N7).

A name is looked up anew for each attempt, and each address that it has is checked. The connection then goes to a checked
address, while TLS and the Host header use the name. So a name that leads inside at its second look-up leads nowhere.
"""

from __future__ import annotations

import http.client
import os
import re
import socket
import ssl
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from threading import Event, Timer
from typing import TYPE_CHECKING

from chalicelib.domain.web_addresses import BadAddress, Destination, allowed, destination
from chalicelib.domain.webhooks import Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from chalicelib.service.ports import Resolver

CONNECT_S = 3.0
WHOLE_S = 10.0
"""The time for an attempt from the connection to the answer's status, however slowly its bytes come."""
ADDRESSES_TRIED = 2
ERRORS: dict[type[Exception], str] = {
    BadAddress: "address_refused",
    socket.gaierror: "name_not_found",
    UnicodeError: "name_not_found",
    ssl.SSLError: "tls_failed",
    TimeoutError: "timeout",
    http.client.HTTPException: "no_http_answer",
    OSError: "connection_failed",
}
"""The word for each way in which there is no answer. The first that fits counts: several of them are an ``OSError``."""
_SECONDS = re.compile("[0-9]{1,6}")


class SystemResolver:
    """Looks names up as the machine is set up to."""

    def addresses(self, host: str, port: int) -> list[str]:
        """Return the addresses of a host, each once. Raises ``OSError`` where it has none or nobody answers."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(str(address[4][0]) for address in found))


def _connected(address: str, port: int) -> socket.socket:
    return socket.create_connection((address, port), CONNECT_S)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """Return this process's TLS, which trusts whom the machine trusts."""
    return ssl.create_default_context()


class _Connection(http.client.HTTPConnection):
    """A connection over a socket that is connected already."""

    def __init__(self, to: Destination, connected: socket.socket) -> None:
        super().__init__(to.host, to.port)
        self.sock = connected


@dataclass(frozen=True, slots=True)
class Poster:
    """Posts to endpoints. ``loopback`` is true only where a sandbox may post to its own machine."""

    resolver: Resolver
    loopback: bool = False
    connect: Callable[[str, int], socket.socket] = _connected
    tls: Callable[[], ssl.SSLContext] = field(default=_tls)
    whole_s: float = WHOLE_S

    def post(self, url: str, headers: Mapping[str, str], body: str) -> Reply:
        """Post ``body`` to ``url``, and return the answer's status, or why there was none. A redirect is not followed."""
        try:
            to = destination(url, loopback=self.loopback)
            addresses = allowed(to, self.resolver.addresses(to.host, to.port))
            with self._socket(to, addresses) as connected:
                return _exchanged(to, connected, headers, body.encode())
        except tuple(ERRORS) as error:
            return Reply(None, next(word for kind, word in ERRORS.items() if isinstance(error, kind)))

    @contextmanager
    def _socket(self, to: Destination, addresses: list[str]) -> Iterator[socket.socket]:
        """Yield a connection to the first of ``addresses`` that takes one. It is cut off when the time is over.

        Raises ``OSError``, and ``TimeoutError`` where the time was over.
        """
        plain = self._first(addresses[:ADDRESSES_TRIED], to.port)
        over = Event()
        # A timeout of a socket is one for each byte. This one is for all of them, and works below TLS.
        below = socket.socket(fileno=os.dup(plain.fileno()))

        def cut() -> None:
            over.set()
            with suppress(OSError):  # it has ended by itself
                below.shutdown(socket.SHUT_RDWR)

        timer = Timer(self.whole_s, cut)
        timer.daemon = True
        plain.settimeout(self.whole_s)
        timer.start()
        try:
            with below, plain, self.tls().wrap_socket(plain, server_hostname=to.host) if to.secure else plain as connected:
                yield connected
                if over.is_set():
                    raise TimeoutError
        except (OSError, http.client.HTTPException):
            if over.is_set():
                raise TimeoutError from None
            raise
        finally:
            timer.cancel()
            timer.join()

    def _first(self, addresses: list[str], port: int) -> socket.socket:
        *others, last = addresses
        for address in others:
            try:
                return self.connect(address, port)
            except OSError:
                continue
        return self.connect(last, port)


def _exchanged(to: Destination, connected: socket.socket, headers: Mapping[str, str], body: bytes) -> Reply:
    connection = _Connection(to, connected)
    connection.putrequest("POST", to.target, skip_host=True, skip_accept_encoding=True)
    for name, value in {"Host": to.authority, **headers, "Content-Length": str(len(body)), "Connection": "close"}.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    answer = connection.getresponse()
    asked = (answer.getheader("retry-after") or "").strip()
    answer.close()
    return Reply(answer.status, None, timedelta(seconds=int(asked)) if _SECONDS.fullmatch(asked) else None)
