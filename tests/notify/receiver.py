"""A receiver of webhooks on loopback, with TLS or without, that answers as a test says."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

if TYPE_CHECKING:
    from pathlib import Path

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: str
    name: str | None
    """The name that TLS asked for."""


@dataclass
class Receiver:
    """Keeps every request, and answers ``status`` with ``headers``; where ``drips``, a byte at a time and for ever."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    drips: bool = False
    says_nothing: bool = False
    certificate: Path | None = None
    received: list[Received] = field(default_factory=list)
    _asked_for: str | None = None

    def __enter__(self) -> Self:
        received = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                known = {name.lower(): value for name, value in self.headers.items()}
                received.received.append(Received(self.path, known, body, received._asked_for))
                if received.says_nothing:
                    self.wfile.write(b"nothing of HTTP\r\n\r\n")
                    return
                if received.drips:
                    received._drip(self)
                    return
                self.send_response(received.status)
                for name, value in received.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
                """Say nothing."""

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as the base class
                """A sender that gives up is what some tests are about."""

        self._server = Quiet((HOST, 0), Handler)
        if self.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate)
            context.sni_callback = self._named
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.drips = False
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def _named(self, _socket: ssl.SSLObject, name: str, _context: ssl.SSLContext) -> None:
        self._asked_for = name

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    def connect(self, address: str, port: int) -> socket.socket:
        """Connect to this receiver instead of to ``address``, as the network would take a packet there."""
        del address, port
        return socket.create_connection((HOST, self.port), 5)

    def _drip(self, handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nx-slow: ")
        while self.drips:
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.01)


def certificate(place: Path, name: str) -> Path:
    """Write a key and a certificate of its own for ``name``, valid today, and return the file with both."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    place.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return place
