"""A small HTTP server on loopback, run by threads of this process."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from localcloud.ports import HOST


@dataclass(frozen=True, slots=True)
class Answer:
    """What to send back, as text of the media type `kind`."""

    text: str
    kind: str = "application/json"
    status: int = 200


NOTHING_HERE = Answer("there is nothing here", "text/plain", 404)


class _Server(ThreadingHTTPServer):
    # A burst of messages must wait, not be turned away: MiniStack tries each delivery once.
    request_queue_size = 256


class LoopbackServer:
    """Serves from its making until `stop`. `get` is given the path with its query, `post` the body as well."""

    def __init__(self, port: int, get: Callable[[str], Answer], post: Callable[[str, bytes], Answer] | None = None) -> None:
        """Start serving."""
        self.url = f"http://{HOST}:{port}"

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._send(get(self.path))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                self._send(post(self.path, body) if post else NOTHING_HERE)

            def _send(self, answer: Answer) -> None:
                body = answer.text.encode()
                self.send_response(answer.status)
                self.send_header("content-type", f"{answer.kind}; charset=utf-8")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
                """Say nothing: the terminal is for the person who runs it."""

        self._server = _Server((HOST, port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, name=f"serve-{port}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop serving and free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
