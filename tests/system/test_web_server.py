"""The server of the web app: whom it answers, what it passes on, and that logins through it are real."""

import base64
import hashlib
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from localcloud import cognito
from localcloud.cloud import LocalCloud
from localcloud.ports import Ports
from localcloud.web.server import WebServer, settings
from tests.waiting import PATIENCE

VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


@pytest.fixture(scope="module")
def web(cloud: LocalCloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """A server for an app of two files, before a local cloud whose pool sends browsers back to it."""
    dist = tmp_path_factory.mktemp("dist")
    (dist / "index.html").write_text("<title>The app</title>", encoding="utf-8")
    (dist / "assets").mkdir()
    (dist / "assets" / "a1.js").write_text("1;" * 1000, encoding="utf-8")
    server = WebServer(Ports.free().web, dist)
    login = cognito.create(cloud.aws("cognito-idp"), cloud.endpoints["cognito"], server.callback)
    cognito.enrol(login, "buyer", "web-bea")
    server.endpoints = cloud.endpoints | login
    yield server
    server.stop()


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Follow nothing."""


def ask(web: WebServer, path: str, body: bytes | None = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Return the status, the headers by their names in lower case, and the body that are answered."""
    request = urllib.request.Request(f"{web.url}{path}", body, {name.replace("_", "-"): it for name, it in headers.items()})
    try:
        with urllib.request.build_opener(_Stay).open(request, timeout=PATIENCE) as reply:
            return reply.status, {name.lower(): it for name, it in reply.headers.items()}, reply.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, {name.lower(): it for name, it in error.headers.items()}, error.read()


def test_pages_are_the_app_and_files_are_themselves(web: WebServer) -> None:
    """An address without an extension is the app's page with its policy; a file that changes its name is kept for ever."""
    status, headers, page = ask(web, "/app/disputes/o-1-d1/accept/2")
    assert (200, b"<title>The app</title>") == (status, page)
    assert "default-src 'none'" in headers["content-security-policy"]
    status, headers, script = ask(web, "/app/assets/a1.js", accept_encoding="gzip")
    assert (200, "gzip") == (status, headers["content-encoding"])
    assert "immutable" in headers["cache-control"]
    assert len(script) < 100
    missing = [ask(web, path)[0] for path in ("/app/assets/gone.js", "/app/../../etc/passwd.txt", "/elsewhere")]
    assert [404, 404, 404] == missing
    assert (302, "/app/") == (ask(web, "/")[0], ask(web, "/")[1]["location"])


def test_a_page_asked_for_too_early_asks_again(tmp_path: Path) -> None:
    """While the cloud is being started, whoever opens the page is told so, and the browser asks again by itself."""
    (tmp_path / "index.html").write_text("<title>The app</title>", encoding="utf-8")
    server = WebServer(Ports.free().web, tmp_path)
    try:
        for path in ("/app/", "/app/config.json", "/app/api/health"):
            status, headers, _ = ask(server, path)
            assert (503, "2", "2") == (status, headers["retry-after"], headers["refresh"])
    finally:
        server.stop()


def test_another_name_of_this_machine_is_refused(web: WebServer) -> None:
    """A web page that points a name of its own at this machine reads nothing, and moves no clock."""
    assert 421 == ask(web, "/app/", host="evil.example")[0]
    clock = json.dumps({"seconds": 60}).encode()
    assert 403 == ask(web, "/app/_local/clock", clock, origin="http://evil.example", content_type="application/json")[0]
    assert 404 == ask(web, "/app/_local/unknown")[0]


def test_a_login_by_code_is_real_and_renews(web: WebServer) -> None:
    """One tap gives a code; with the verifier it becomes a token with the person's role, and so does the refresh token."""
    config: dict[str, Any] = settings(web.endpoints)
    assert [{"id": "web-bea", "role": "buyer"}] == config["sandbox"]["people"]
    client = config["login"]["client_id"]
    asked = {
        "response_type": "code", "client_id": client, "redirect_uri": web.callback, "scope": "openid", "state": "s",
        "code_challenge": CHALLENGE, "code_challenge_method": "S256",
    }  # fmt: skip
    status, headers, _ = ask(web, f"/app/_local/authorize?{urlencode(asked | {'login_hint': 'web-bea'})}")
    back = parse_qs(urlsplit(headers["location"]).query)
    assert (302, ["s"]) == (status, back["state"])

    def token(**form: str) -> tuple[int, dict[str, Any]]:
        status, _, body = ask(web, "/app/_local/token", urlencode({"client_id": client} | form).encode())
        return status, json.loads(body)

    given = {"grant_type": "authorization_code", "code": back["code"][0], "redirect_uri": web.callback}
    status, tokens = token(**given, code_verifier=VERIFIER)
    assert 200 == status
    status, renewed = token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    for found in (tokens["access_token"], renewed["access_token"]):
        body = found.split(".")[1]
        said = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        assert ("web-bea", ["buyer"]) == (said["username"], said["cognito:groups"])
    assert 400 == token(grant_type="refresh_token", refresh_token="made-up")[0]  # noqa: S106 - no secret
    nobody = ask(web, f"/app/_local/authorize?{urlencode(asked | {'login_hint': 'nobody'})}")
    assert (502, b"nobody can sign in as nobody") == (nobody[0], nobody[2])
    assert "/oauth2/authorize?" in ask(web, f"/app/_local/authorize?{urlencode(asked)}")[1]["location"]


def test_the_api_answers_below_the_app(web: WebServer, cloud: LocalCloud) -> None:
    """A request to the API comes back as the API answered it: its status, its problem and its headers."""
    status, headers, body = ask(web, "/app/api/orders")
    assert (401, "unauthenticated") == (status, json.loads(body)["code"])
    assert headers["x-request-id"]
    token = cloud.token("buyer", "web-cem")
    assert 200 == ask(web, "/app/api/orders?limit=1", authorization=f"Bearer {token}")[0]
    assert Path(urlsplit(web.callback).path) == Path("/app/signed-in")
