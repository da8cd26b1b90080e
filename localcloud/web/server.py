"""Serve the web app at /app/, the API below it, and what only a local cloud has: people to sign in as, and the clock.

In AWS a CDN does the first two; the app is the same, down to its content security policy.
"""

import http.client
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from localcloud import clock, cognito
from localcloud.layout import LocalCloudError
from localcloud.ports import HOST
from localcloud.web.files import APP, AppFiles, Reply, policy

API, LOCAL = f"{APP}api/", f"{APP}_local/"
BODY_AT_MOST = 2**20
PATIENCE = 60
PASSED_ON = ("authorization", "accept", "accept-language", "content-type", "idempotency-key", "if-match", "if-none-match")
RETURNED = ("content-type", "etag", "cache-control", "retry-after", "x-request-id", "location", "www-authenticate")


class WebServer:
    """Serves the built app in `dist` until `stop`. `endpoints` is set once the cloud is deployed."""

    def __init__(self, port: int, dist: Path) -> None:
        """Start serving."""
        self.url = f"http://{HOST}:{port}"
        self.endpoints: Mapping[str, Any] = {}
        files = AppFiles(dist)
        names = (f"{HOST}:{port}", f"localhost:{port}")
        web = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                if not 0 <= length <= BODY_AT_MOST:
                    self.close_connection = True
                    return self._send(Reply(HTTPStatus.REQUEST_ENTITY_TOO_LARGE))
                body = self.rfile.read(length)
                headers = {name.lower(): value for name, value in self.headers.items()}
                # Any web page can point a name of its own at this machine; under such a name nothing is served.
                if headers.get("host", "").lower() not in names:
                    return self._send(Reply(HTTPStatus.MISDIRECTED_REQUEST))
                asked = _Asked(self.command, self.path, headers, body)
                return self._send(_reply(asked, web.endpoints, files))

            do_GET = _answer  # noqa: N815 - the base class calls them so
            do_POST = _answer  # noqa: N815
            do_PUT = _answer  # noqa: N815
            do_DELETE = _answer  # noqa: N815

            def _send(self, reply: Reply) -> None:
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(reply.body)))
                # A browser that has gone on to another page does not wait for the answer.
                with suppress(ConnectionError):
                    self.end_headers()
                    self.wfile.write(reply.body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
                """Say nothing: the terminal is for the person who runs it."""

        self._server = ThreadingHTTPServer((HOST, port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name=f"web-{port}", daemon=True)
        self._thread.start()

    @property
    def callback(self) -> str:
        """The address to which the login sends a browser back."""
        return f"{self.url}{APP}signed-in"

    def stop(self) -> None:
        """Stop serving and free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class _Asked:
    """A request."""

    def __init__(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> None:
        self.method, self.target, self.headers, self.body = method, target, headers, body
        self.path = urlsplit(target).path
        self.query = dict(parse_qsl(urlsplit(target).query))


def _reply(asked: _Asked, endpoints: Mapping[str, Any], files: AppFiles) -> Reply:
    if not endpoints:  # the port is taken first, and the rest of the cloud is still being started
        again = {"retry-after": "2", "refresh": "2", "content-type": "text/plain; charset=utf-8"}
        return Reply(HTTPStatus.SERVICE_UNAVAILABLE, b"The local cloud is starting; this page asks again.", again)
    try:
        if asked.path.startswith(API):
            return _passed_on(asked, endpoints)
        if asked.path.startswith(LOCAL):
            return _OWN.get((asked.method, asked.path.removeprefix(LOCAL)), _nothing)(asked, endpoints)
    except (LocalCloudError, OSError, ValueError, KeyError, http.client.HTTPException) as error:
        return Reply(HTTPStatus.BAD_GATEWAY, str(error).encode(), {"content-type": "text/plain; charset=utf-8"})
    return _page(asked, endpoints, files)


def _page(asked: _Asked, endpoints: Mapping[str, Any], files: AppFiles) -> Reply:
    if asked.method != "GET":
        return Reply(HTTPStatus.METHOD_NOT_ALLOWED)
    if asked.path in ("/", APP.rstrip("/")):
        return Reply(HTTPStatus.FOUND, headers={"location": APP})
    if asked.path == f"{APP}config.json":
        return _json(settings(endpoints))
    return files.reply(asked.path, asked.headers.get("accept-encoding", ""), policy(endpoints))


def _passed_on(asked: _Asked, endpoints: Mapping[str, Any]) -> Reply:
    """Send the request to the API as it came, and return its answer."""
    base = urlsplit(endpoints["api"])
    headers = {name: asked.headers[name] for name in PASSED_ON if name in asked.headers}
    connection = http.client.HTTPConnection(base.hostname or HOST, base.port, timeout=PATIENCE)
    try:
        connection.request(asked.method, f"{base.path}/{asked.target.removeprefix(API)}", asked.body or None, headers)
        answer = connection.getresponse()
        kept = {name.lower(): value for name, value in answer.getheaders() if name.lower() in RETURNED}
        return Reply(answer.status, answer.read(), kept)
    finally:
        connection.close()


def _authorize(asked: _Asked, endpoints: Mapping[str, Any]) -> Reply:
    """Send the browser back with a code if the person is named, or else to the login's own page."""
    cloud, wanted = endpoints["cognito"], dict(asked.query)
    hint = wanted.pop("login_hint", "")
    if not hint:
        return Reply(HTTPStatus.FOUND, headers={"location": f"{cloud}/oauth2/authorize?{urlencode(wanted)}"})
    form = urlencode(wanted | {"username": hint, "password": cognito.PASSWORD}).encode()
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        with opener.open(urllib.request.Request(f"{cloud}/login", form), timeout=PATIENCE):
            pass
    except urllib.error.HTTPError as moved:
        with moved:
            if moved.code == HTTPStatus.FOUND:
                return Reply(HTTPStatus.FOUND, headers={"location": str(moved.headers["location"])})
    raise LocalCloudError(f"nobody can sign in as {hint}")


def _token(asked: _Asked, endpoints: Mapping[str, Any]) -> Reply:
    """Answer as the token endpoint does. MiniStack's own leaves a person's groups out of a token that is renewed."""
    form, cloud = dict(parse_qsl(asked.body.decode())), endpoints["cognito"]
    if form.get("grant_type") == "refresh_token":
        try:
            tokens = cognito.renew(cloud, form["client_id"], form["refresh_token"])
        except LocalCloudError:
            return _json({"error": "invalid_grant"}, HTTPStatus.BAD_REQUEST)
        return _json({"access_token": tokens["AccessToken"], "token_type": "Bearer", "expires_in": tokens["ExpiresIn"]})
    headers = {"content-type": "application/x-www-form-urlencoded"}
    request = urllib.request.Request(f"{cloud}/oauth2/token", asked.body, headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return _json(json.load(answer))
    except urllib.error.HTTPError as refused:
        with refused:
            return _json(json.load(refused), refused.code)


def _move_clock(asked: _Asked, endpoints: Mapping[str, Any]) -> Reply:
    """Move the sandbox's clock, run the sweep, and return the time. Only the app's own pages may ask for it."""
    if urlsplit(asked.headers.get("origin", "")).netloc != asked.headers["host"]:
        return Reply(HTTPStatus.FORBIDDEN)
    clock.advance(endpoints, int(json.loads(asked.body)["seconds"]))
    clock.sweep(endpoints)
    return _json(clock.read(endpoints))


def _nothing(_asked: _Asked, _endpoints: Mapping[str, Any]) -> Reply:
    return Reply(HTTPStatus.NOT_FOUND)


_OWN = {("GET", "authorize"): _authorize, ("POST", "token"): _token, ("POST", "clock"): _move_clock}
"""What only a local cloud answers, below `/app/_local/`."""


def _json(value: Mapping[str, Any], status: int = HTTPStatus.OK) -> Reply:
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    return Reply(status, json.dumps(value).encode(), headers)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Follow nothing: the browser is to go there."""


def settings(endpoints: Mapping[str, Any]) -> dict[str, Any]:
    """Return the app's `config.json` for this local cloud."""
    return {
        "api": API.rstrip("/"),
        "chat": endpoints["chat"],
        "login": {
            "issuer": endpoints["issuer"],
            "authorize": f"{LOCAL}authorize",
            "token": f"{LOCAL}token",
            "client_id": endpoints["app_client"],
            "scope": "openid",
        },
        "brand": {"name": "Marketplace"},
        "sandbox": {
            "people": cognito.people(endpoints),
            "outbox": endpoints["outbox"],
            "clock": f"{LOCAL}clock",
        },
    }
