"""The audit of dependencies asks about exactly what is pinned, and never takes silence for a clean bill."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tools import dependency_audit
from tools.dependency_audit import CLEAN, FILES, INCOMPLETE, NOT_ASKED, ROOT, VULNERABLE, audit, main, normal, pinned

if TYPE_CHECKING:
    from collections.abc import Iterator

VULNERABILITY = {
    "id": "GHSA-test",
    "summary": "made up",
    "affected": [{"package": {"ecosystem": "PyPI", "name": "six"}, "ranges": [], "versions": ["1.17.0"]}],
}


class Source:
    """An OSV service on loopback: it knows of what a test says, and remembers what it was asked."""

    def __init__(self) -> None:
        """Listen."""
        self.asked: list[tuple[str, str]] = []
        self.known: set[str] = set()
        source = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                name = normal(query["package"]["name"])
                source.asked.append((name, query["version"]))
                body: Any = {"vulns": [VULNERABILITY]} if name in source.known else {}
                content = json.dumps(body).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1/query"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Stop listening, for good."""
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def source() -> Iterator[Source]:
    """A service that knows of nothing."""
    it = Source()
    yield it
    it.stop()


def pins(path: Path, *lines: str) -> Path:
    """A file of pins."""
    path.write_text("".join(f"{line} \\\n    --hash=sha256:{'0' * 64}\n" for line in lines), encoding="utf-8")
    return path


def test_exactly_what_is_deployed_is_looked_up(source: Source, capsys: pytest.CaptureFixture[str]) -> None:
    """Every package that requirements.txt pins is asked about, in its version, and no other."""
    file = ROOT / "requirements.txt"
    assert CLEAN == audit(file, source.url)
    assert sorted(pinned(file).items()) == sorted(set(source.asked))
    assert f"{len(pinned(file))} packages were looked up, 0 vulnerabilities" in capsys.readouterr().out
    assert {"pydantic", "pillow", "cryptography"} <= pinned(file).keys()


def test_a_known_vulnerability_is_told(source: Source, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is known of one package makes the command fail, and names the package."""
    source.known.add("six")
    assert VULNERABLE == main(["--source", source.url, str(pins(tmp_path / "r.txt", "six==1.17.0", "idna==3.10"))])
    told = capsys.readouterr().out
    assert "six 1.17.0: GHSA-test" in told
    assert "idna 3.10:" not in told


def test_a_source_that_does_not_answer_is_no_clean_bill(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where nobody answers the command says that nothing was audited, and exits with a code of its own."""
    gone = Source()
    gone.stop()
    assert NOT_ASKED == main(["--source", gone.url, str(pins(tmp_path / "r.txt", "six==1.17.0"))])
    assert "NOT AUDITED" in capsys.readouterr().out


def test_a_pin_that_was_not_looked_up_is_no_clean_bill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A package that the report leaves out, or has in another version, is told and is not taken for clean."""
    file = pins(tmp_path / "r.txt", "six==1.17.0", "idna==3.10", "attrs==26.1.0 ; sys_platform == 'no-such-system'")
    report = [{"name": "six", "version": "1.17.0", "vulns": []}, {"name": "idna", "version": "3.9", "vulns": []}]
    monkeypatch.setattr(dependency_audit, "asked", lambda *_: (report, ""))
    assert INCOMPLETE == audit(file)
    assert "Not looked up as pinned: idna\n" in capsys.readouterr().out


def test_both_files_of_pins_are_audited() -> None:
    """What is deployed and what builds it are both there, and the second holds the first."""
    deployed, building = (pinned(ROOT / name) for name in FILES)
    assert deployed.items() <= building.items()
    assert {CLEAN, VULNERABLE, INCOMPLETE, NOT_ASKED} == {0, 1, 2, 3}
