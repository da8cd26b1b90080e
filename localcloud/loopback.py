"""A small HTTP server on loopback, run by threads of this process."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from localcloud.ports import HOST


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to send back: text of the media type `kind`."""

    text: str
    kind: str = "application/json"
    status: int = 200


NOTHING_HERE = Answer("there is nothing here", "text/plain", 404)
NOT_UNDERSTOOD = Answer("this is not understood", "text/plain", 400)
_TOO_LARGE = Answer("this is too large", "text/plain", 413)
_ANOTHER_HOST = Answer("this is not served under that name", "text/plain", 421)
_BODY_AT_MOST = 2**20


class _Server(ThreadingHTTPServer):
    # A burst of messages must wait, not be turned away: MiniStack tries each delivery once.
    request_queue_size = 256


class LoopbackServer:
    """Serves from its making until `stop`. `get` is given the path with its query, `post` the body as well.

    It answers only under this machine's own names. Otherwise any web page could point its own name here, and read.
    """

    def __init__(self, port: int, get: Callable[[str], Answer], post: Callable[[str, bytes], Answer] | None = None) -> None:
        """Start serving."""
        self.url = f"http://{HOST}:{port}"
        names = (f"{HOST}:{port}", f"localhost:{port}")

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(lambda: get(self.path))

            def do_POST(self) -> None:
                self._answer(self._posted)

            def _posted(self) -> Answer:
                length = int(self.headers.get("content-length", "0"))
                if not 0 <= length <= _BODY_AT_MOST:
                    return _TOO_LARGE if length > 0 else NOT_UNDERSTOOD
                body = self.rfile.read(length)
                return post(self.path, body) if post else NOTHING_HERE

            def _answer(self, asked: Callable[[], Answer]) -> None:
                try:
                    answer = asked() if self.headers.get("host", "").lower() in names else _ANOTHER_HOST
                except ValueError:
                    answer = NOT_UNDERSTOOD
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
