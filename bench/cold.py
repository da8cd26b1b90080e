"""Measure cold starts: import and first event of a function, each in a fresh process that has only the unpacked package.

Three packages are run in turn, so that all see the same machine: the one that is deployed, the same tree as plain
``chalice package`` makes it, and ``BEFORE``, an earlier commit, made plainly. Beside them lies a copy of the SDK without
bytecode, as the runtime's; Lambda's own may have some. AWS and the identity provider are one server on loopback. The figures
are CPU time: Lambda gives a start a whole processor, and this machine may not.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import zipfile
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from localcloud.layout import BUILD, ROOT
from localcloud.packaging import build
from tests.api.issuer import AUDIENCE, Issuer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

BEFORE = "f7a609d"
"""The commit before this was worked on."""
SDK = ("botocore", "jmespath", "dateutil", "urllib3", "six")
GOAL = 0.30
RUNS = 5
START = """
import sys, time
sys.path[:0] = sys.argv[1:]
import json, os
event = json.loads(os.environ["EVENT"])
began = time.process_time()
import app
imported = time.process_time()
class Context:
    aws_request_id = "r"; function_name = "f"; memory_limit_in_mb = "512"; invoked_function_arn = "arn"
    def get_remaining_time_in_millis(self): return 50_000
handler = getattr(app, os.environ["HANDLER"])
answer = handler(event, Context())
ended = time.process_time()
told = str(answer.get("statusCode", "")) if isinstance(answer, dict) else ""
print(json.dumps([imported - began, ended - imported, len(sys.modules), told]))
"""
EVENT = {"version": "0", "account": "0", "region": "r", "detail": {}, "detail-type": "t", "source": "s", "time": "t", "id": "i"}
STREAM = {"eventID": "1", "dynamodb": {"NewImage": {"pk": {"S": "x"}, "sk": {"S": "y"}}, "SequenceNumber": "1", "Keys": {}}}


@dataclass(frozen=True, slots=True)
class Start:
    """One function's first event: the name of its handler, the event, and the status that the API has to answer."""

    function: str
    handler: str
    event: Mapping[str, Any]
    status: str = ""


def starts(token: str) -> tuple[Start, ...]:
    """Return the first events. The API's is a read of an order that there is not; the jobs find little or nothing to do."""
    asked = {
        "requestContext": {"httpMethod": "GET", "resourcePath": "/orders/{order_id}", "identity": {}, "path": "/orders/o1"},
        "headers": {"authorization": f"Bearer {token}"},
        "pathParameters": {"order_id": "o1"},
        "stageVariables": {},
        "multiValueQueryStringParameters": None,
        "body": None,
    }
    sweep = {"Records": [{"messageId": "1", "receiptHandle": "1", "body": '{"shard": 0}'}]}
    webhook = {"Records": [{"messageId": "1", "receiptHandle": "1", "body": '{"endpoint": "e", "delivery": "d"}'}]}
    return (
        Start("api", "app", asked, "404"),
        Start("sweep", "sweep", {**EVENT, "resources": []}),
        Start("sweep_shard", "sweep_shard", sweep),
        Start("publish", "publish", {"Records": [STREAM]}),
        Start("chat", "chat", {"Records": [STREAM]}),
        Start("verify", "verify", {**EVENT, "resources": []}),
        Start("deliver_webhook", "deliver_webhook", webhook),
        Start("upload_stored", "upload_stored", {"Records": [{"messageId": "1", "receiptHandle": "1", "body": "{}"}]}),
    )


class _Aws(BaseHTTPRequestHandler):
    """Answers every service that finds nothing, and the identity provider's keys."""

    protocol_version = "HTTP/1.1"
    keys = b"{}"
    disable_nagle_algorithm = True

    def _answer(self, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self) -> None:
        self._answer(self.keys)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        lists = self.headers["X-Amz-Target"].rpartition(".")[2] in ("Query", "Scan")
        self._answer(b'{"Items":[],"Count":0,"ScannedCount":0}' if lists else b"{}")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def packages(place: Path) -> Iterator[tuple[str, list[Path]]]:
    """Yield each package by its name, with the folders that its process imports from."""
    runtime = place / "runtime"
    runtime.mkdir()
    for package in SDK:
        found = importlib.util.find_spec(package)
        origin = Path(str(found and found.origin))
        if origin.name == "__init__.py":
            shutil.copytree(origin.parent, runtime / package, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(origin, runtime)
    ours = place / "ours"
    zipfile.ZipFile(build.build("prod").zip).extractall(ours)
    yield "deployed", [ours, runtime]
    yield "plain", [_plain(ROOT, place / "plain"), runtime]
    earlier = place / "earlier"
    earlier.mkdir()
    told = subprocess.run(["git", "archive", BEFORE], cwd=ROOT, capture_output=True, check=False)
    if told.returncode == 0:
        subprocess.run(["tar", "x", "-C", str(earlier)], input=told.stdout, check=True)
        yield "before", [_plain(earlier, place / "before"), runtime]


def _plain(tree: Path, place: Path) -> Path:
    """Return the folder of a tree's package as `chalice package` makes it."""
    source, out = place / "source", place / "out"
    out.mkdir(parents=True)
    build.copied(build.sources(tree, build.Choices()), source)
    kept = BUILD / "source" / ".chalice" / "deployments"
    if kept.is_dir():
        shutil.copytree(kept, source / ".chalice" / "deployments", dirs_exist_ok=True)
    package = "from chalice.cli import main; raise SystemExit(main())"
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "AWS_DEFAULT_REGION": "eu-west-1"}
    kept_out = {"AWS_EC2_METADATA_DISABLED": "true", "PYTHONDONTWRITEBYTECODE": "1"}
    pip = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "UV_"))}
    command = [sys.executable, "-c", package, "package", "--stage", "prod", str(out)]
    subprocess.run(command, cwd=source, env=environment | kept_out | pip, capture_output=True, check=True)
    zipfile.ZipFile(out / "deployment.zip").extractall(place / "task")
    return place / "task"


def cold_starts(runs: int = RUNS) -> Iterator[str]:
    """Yield the table of cold starts, line by line: medians of ``runs`` interleaved runs."""
    issuer = Issuer()
    _Aws.keys = json.dumps(issuer.published).encode()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Aws)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    here = f"http://127.0.0.1:{server.server_port}"
    try:
        with tempfile.TemporaryDirectory() as scratch:
            made = dict(packages(Path(scratch)))
            yield (
                f"{'cold start, ms (modules)':<20}"
                + "".join(f"{name:>32}" for name in made)
                + "   deployed/plain  deployed/before"
            )
            for start in starts(issuer.token("buyer:ana")):
                yield _line(start, made, here, issuer, runs)
    finally:
        server.shutdown()


def _line(start: Start, made: dict[str, list[Path]], here: str, issuer: Issuer, runs: int) -> str:
    taken: dict[str, list[tuple[float, float, int]]] = {name: [] for name in made}
    for _ in range(runs):
        for name, folders in made.items():
            if (folders[0] / "app.py").read_text(encoding="utf-8").count(f"def {start.function}(") or start.function == "api":
                taken[name].append(_run(start, folders, here, issuer))
    shown, whole = "", {}
    for name, them in taken.items():
        if not them:
            shown += f"{'(not there)':>32}"
            continue
        imports, firsts = (statistics.median(it[n] * 1000 for it in them) for n in (0, 1))
        whole[name] = statistics.median((it[0] + it[1]) * 1000 for it in them)
        shown += f"{f'{imports:,.0f} + {firsts:,.0f} = {whole[name]:,.0f} ({them[0][2]})':>32}"
    ratios = "".join(f"{whole['deployed'] / whole[name]:>16.2f}" for name in ("plain", "before") if name in whole)
    return f"{start.function:<20}{shown} {ratios}   goal {GOAL}"


def _run(start: Start, folders: list[Path], here: str, issuer: Issuer) -> tuple[float, float, int]:
    environment = {
        "PATH": os.defpath,
        "EVENT": json.dumps(start.event),
        "HANDLER": start.handler,
        "SERVES": "http" if start.function == "api" else "jobs",
        "OIDC_ISSUER": issuer.name,
        "OIDC_AUDIENCE": AUDIENCE,
        "OIDC_JWKS_URL": f"{here}/jwks",
        "TABLE_NAME": "table",
        "SWEEP_QUEUE_URL": here,
        "AWS_ENDPOINT_URL": here,
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "k",
        "AWS_SECRET_ACCESS_KEY": "s",
        "AWS_LAMBDA_FUNCTION_NAME": "f",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYDANTIC_DISABLE_PLUGINS": "__all__",
        "LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-I", "-S", "-B", "-c", START, *map(str, folders)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{start.function} does not start: {done.stderr[-2000:]}")
    imported, first, modules, status = json.loads(done.stdout.splitlines()[-1])
    if status != start.status:
        raise RuntimeError(f"{start.function} answers {status}: {done.stdout[-1500:]}")
    return imported, first, modules


if __name__ == "__main__":
    for line in cold_starts():
        print(line, flush=True)  # noqa: T201
