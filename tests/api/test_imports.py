"""Each function loads only its own modules: somebody waits for every cold start."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[2]
DOMAIN = ROOT / "chalicelib" / "domain"

NO_FUNCTION = ("boto3", "chalice.cli", "chalice.config", "chalice.local", "moto", "localcloud", "yaml", "pip", "requests")
EDGE = (
    "pydantic",
    "pydantic_core",
    "jwt",
    "cryptography",
    "chalicelib.api.identity.auth",
    "chalicelib.api.call",
    "chalicelib.api.endpoint",
    "chalicelib.api.identity.jwks",
    "chalicelib.api.models",
    "chalicelib.api.description.openapi",
    "chalicelib.api.parameters",
    "chalicelib.api.problems",
    "chalicelib.api.identity.provider",
    "chalicelib.api.register",
    "chalicelib.api.routing",
    "phonenumbers",
)
SANDBOX = ("chalicelib.api.sandbox", "chalicelib.service.sandbox")
DESCRIBING = (
    "chalicelib.api.answers",
    "chalicelib.api.description.answers",
    "chalicelib.api.description.problem_codes",
    "chalicelib.api.disputes.answers",
    "chalicelib.api.disputes.desk_answers",
    "chalicelib.api.evidence.answers",
    "chalicelib.api.people.answers",
    "chalicelib.api.description.openapi",
    "chalicelib.api.description.parts",
    "chalicelib.api.orders.answers",
    "chalicelib.api.batches.answers",
    "chalicelib.api.messages.answers",
    "chalicelib.api.live.answers",
    "chalicelib.api.payments.answers",
    "chalicelib.api.webhook_endpoints.answers",
    "chalicelib.api.description.docs_page",
)
PUBLISHING = tuple(f"chalicelib.notify.{name}" for name in ("publish", "dependencies", "dispatch", "composing", "wording"))
POSTING = tuple(f"chalicelib.notify.webhooks.{name}" for name in ("announcing", "delivering", "posting"))
MODELS = ("pydantic", "pydantic_core")
CLIENTS = ("botocore.session", "botocore.client", "botocore.loaders", "urllib3")
"""The modules of which botocore builds a client: a third of a cold start."""
AT_MOST = {
    "api": 480,
    "sweep": 190,
    "sweep_shard": 310,
    "publish": 340,  # it counts cases too, which is nine modules of ours
    "verify": 300,
    "device_failed": 300,
    "upload_stored": 380,
    "deliver_webhook": 300,
    "chat": 270,
    "websocket_connect": 280,
    "websocket_message": 280,
    "websocket_disconnect": 280,
}
"""The modules that each function has loaded after its first event. More means a slower cold start: import what is seldom used
where it is used, and models of requests by ``Later``.
"""
LANGUAGES = ("babel", "chalicelib.notify.formats")

FAN_OUT = """
import app, chalicelib.jobs as jobs
class Sqs:
    def send_message_batch(self, **_): return {}
jobs.client = lambda service: Sqs()
names = ("version", "account", "region", "detail", "detail-type", "source", "time", "id", "resources")
assert {"shards": 8} == app.sweep(dict.fromkeys(names, ""), None)
"""
SWEEP = """
import app, chalicelib.bootstrap as bootstrap
class Table:
    def query(self, **_): return {"Items": []}
bootstrap.client = lambda service: Table()
class Context:
    def get_remaining_time_in_millis(self): return 60_000
record = {"messageId": "1", "receiptHandle": "1", "body": '{"shard": 0}'}
assert {"batchItemFailures": []} == app.sweep_shard({"Records": [record]}, Context())
"""
FORGET = """
import app, chalicelib.bootstrap as bootstrap
type(bootstrap.services().endpoints).device_of = lambda *_: None
record = {"Sns": {"Message": '{"EndpointArn": "arn"}', "Subject": None, "MessageAttributes": {}}}
assert {"forgotten": 0} == app.device_failed({"Records": [record]}, None)
"""
VERIFY = """
import app, chalicelib.bootstrap as bootstrap
class Table:
    def get_item(self, **_): return {}
    def scan(self, **_): return {"Items": []}
    def put_item(self, **_): return {}
bootstrap.client = lambda service: Table()
class Context:
    def get_remaining_time_in_millis(self): return 240_000
names = ("version", "account", "region", "detail", "detail-type", "source", "time", "id", "resources")
assert {"items": 0, "faults": 0, "done": True} == app.verify(dict.fromkeys(names, ""), Context())
"""
PUBLISH = """
import app
assert {"batchItemFailures": []} == app.publish({"Records": []}, None)
"""
UPLOADS = """
import app
assert {"batchItemFailures": []} == app.upload_stored({"Records": []}, None)
"""
WEBHOOKS = """
import app, chalicelib.bootstrap as bootstrap
class Table:
    def get_item(self, **_): return {}
bootstrap.client = lambda service: Table()
record = {"messageId": "1", "receiptHandle": "1", "body": '{"endpoint": "we_1", "delivery": "msg_1"}'}
assert {"batchItemFailures": []} == app.deliver_webhook({"Records": [record]}, None)
"""
CHAT = """
import app
assert app.chat({"Records": []}, None) is None
"""
SOCKET = """
import app, chalicelib.bootstrap as bootstrap
class Table:
    def delete_item(self, **_): return {}
    def get_item(self, **_): return {}
bootstrap.client = lambda service: Table()
context = {"apiId": "a", "stage": "api", "domainName": "a", "connectionId": "c-1"}
"""
CONNECT = f"""{SOCKET}
event = {{"requestContext": context, "headers": {{}}, "queryStringParameters": {{"ticket": "none"}}}}
assert {{"statusCode": 401}} == app.websocket_connect(event, None)
"""
FRAME = f"""{SOCKET}
answer = app.websocket_message({{"requestContext": context, "body": '{{"action": "ping"}}'}}, None)
assert "unauthenticated" in answer["body"], answer
"""
DISCONNECT = f"""{SOCKET}
assert {{"statusCode": 200}} == app.websocket_disconnect({{"requestContext": context}}, None)
"""
API = """
import app
event = {
    "requestContext": {"httpMethod": "GET", "resourcePath": "/orders", "identity": {}, "path": "/orders"},
    "headers": {}, "pathParameters": {}, "stageVariables": {}, "multiValueQueryStringParameters": None, "body": None,
}
assert 401 == app.app(event, None)["statusCode"]
"""
PROVIDER = {"OIDC_ISSUER": "https://issuer.example", "OIDC_AUDIENCE": "buyer-protection"}
JOBS = {
    "sweep": FAN_OUT,
    "sweep_shard": SWEEP,
    "publish": PUBLISH,
    "verify": VERIFY,
    "device_failed": FORGET,
    "upload_stored": UPLOADS,
    "deliver_webhook": WEBHOOKS,
    "chat": CHAT,
    "websocket_connect": CONNECT,
    "websocket_message": FRAME,
    "websocket_disconnect": DISCONNECT,
}


def _run(script: str, **environment: str) -> str:
    """Return the output of a new process that has only this environment."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        cwd=ROOT,
        env=kept | {"PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    return done.stdout


def _loaded(script: str, **environment: str) -> set[str]:
    """The modules that a new process has loaded once it has run ``script``."""
    printed = _run(f"{script}\nimport json, sys; print(json.dumps(sorted(sys.modules)))", **environment)
    return set(json.loads(printed.splitlines()[-1]))


def _among(loaded: set[str], names: tuple[str, ...]) -> set[str]:
    """The modules that are, or lie in, one of ``names``."""
    return {module for module in loaded if any(module == name or module.startswith(f"{name}.") for name in names)}


@pytest.fixture(scope="module")
def loaded() -> dict[str, set[str]]:
    """The modules of every function, by its name."""
    jobs = {name: _loaded(script, SERVES="jobs", AWS_REGION="eu-west-1") for name, script in JOBS.items()}
    return jobs | {"api": _loaded(API, SERVES="http", **PROVIDER)}


@pytest.mark.parametrize("function", ["api", *JOBS])
def test_no_function_loads_a_tool(loaded: dict[str, set[str]], function: str) -> None:
    """No function loads what builds, tests or runs it elsewhere, or boto3 where botocore does; none loads a sandbox's code."""
    assert set() == _among(loaded[function], (*NO_FUNCTION, *SANDBOX))


@pytest.mark.parametrize("function", ["api", *JOBS])
def test_a_cold_start_loads_only_so_many_modules(loaded: dict[str, set[str]], function: str) -> None:
    """A function's import and first event load no more modules than its cold start was measured with."""
    assert len(loaded[function]) <= AT_MOST[function]


@pytest.mark.parametrize("function", ["api", "sweep", "sweep_shard", "publish", "verify", "chat"])
def test_no_cold_start_builds_a_client_of_botocore(loaded: dict[str, set[str]], function: str) -> None:
    """The table, queues and switches are reached directly; botocore's clients are for services that are used seldom."""
    assert set() == _among(loaded[function], CLIENTS)


def test_the_api_loads_models_with_the_first_body(loaded: dict[str, set[str]]) -> None:
    """A request without a body needs no model: routes name theirs by ``Later``, and import no module ``requests``."""
    assert set() == _among(loaded["api"], (*MODELS, "chalicelib.api.models"))


@pytest.mark.parametrize("function", JOBS)
def test_jobs_do_without_the_edge(loaded: dict[str, set[str]], function: str) -> None:
    """Functions of a schedule, a queue, a stream or a live connection load neither models nor tokens."""
    assert set() == _among(loaded[function], EDGE)


def test_the_fan_out_does_without_the_rules(loaded: dict[str, set[str]]) -> None:
    """The function that runs every minute loads its queue's client and nothing of the rules."""
    rooms = (
        "chalicelib.domain",
        "chalicelib.service",
        "chalicelib.store",
        "chalicelib.notify",
        "chalicelib.bootstrap",
        "msgspec",
    )
    assert set() == _among(loaded["sweep"], rooms)


def test_the_api_does_without_publishing(loaded: dict[str, set[str]]) -> None:
    """The API sends no messages and posts no webhooks: they leave from the stream (N4, N7)."""
    assert set() == _among(loaded["api"], (*PUBLISHING, *POSTING))


@pytest.mark.parametrize("function", ["api", "sweep", "sweep_shard", "publish", "verify"])
def test_no_function_loads_languages_before_it_words_a_message(loaded: dict[str, set[str]], function: str) -> None:
    """CLDR is for who writes to a person, when there is something to write (N3)."""
    assert set() == _among(loaded[function], LANGUAGES)


def test_a_sweep_that_finds_nothing_due_does_without_publishing(loaded: dict[str, set[str]]) -> None:
    """Most minutes no message is due, and nothing that sends or words one is loaded."""
    assert set() == _among(loaded["sweep_shard"], (*PUBLISHING, "chalicelib.notify.due", "babel"))


def test_only_who_registers_a_phone_loads_the_numbering_plans(loaded: dict[str, set[str]]) -> None:
    """N1: the world's phone numbers are big, and no cold start pays for them."""
    assert set() == _among(loaded["api"], ("phonenumbers",))


def test_no_function_loads_decoders_before_it_has_a_photo(loaded: dict[str, set[str]]) -> None:
    """N6: what strangers send is decoded by the function that takes uploads in, and by no other; no cold start pays for it."""
    for modules in loaded.values():
        assert set() == _among(modules, ("PIL", "pi_heif"))


def test_the_api_never_decodes_a_photo() -> None:
    """N6: no module that the API can load, at once or later, imports the decoders; one module does."""
    imports = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "chalicelib").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in ("PIL", "pi_heif")
    }
    users = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "chalicelib").rglob("*.py")
        if "store.pictures" in path.read_text(encoding="utf-8")
    }
    assert ({"chalicelib/store/pictures.py"}, {"chalicelib/service/uploads_arrived.py"}) == (imports, users)


def test_the_api_describes_itself_only_when_asked(loaded: dict[str, set[str]]) -> None:
    """The models of answers are for the description and the tests: no cold start pays for them."""
    assert set() == _among(loaded["api"], DESCRIBING)


def test_every_function_loads_its_own(loaded: dict[str, set[str]]) -> None:
    """The tests above looked at functions that were really at work."""
    assert {"jwt", "chalicelib.api.endpoint", "chalicelib.service.disputes"} <= loaded["api"]
    assert {"chalicelib.jobs"} <= loaded["sweep"]
    assert {"chalicelib.service.sweep", "chalicelib.domain.deadlines"} <= loaded["sweep_shard"]
    assert {"chalicelib.notify.publish"} <= loaded["publish"]
    assert {"chalicelib.service.verification.run", "chalicelib.domain.evolve"} <= loaded["verify"]
    assert {"chalicelib.notify.live.push"} <= loaded["chat"]
    for function in ("connect", "message", "disconnect"):
        assert {"chalicelib.service.chat", "chalicelib.store.connections"} <= loaded[f"websocket_{function}"]
    assert {"chalicelib.service.devices", "chalicelib.notify.registries.endpoints"} <= loaded["device_failed"]
    assert {"chalicelib.service.uploads_arrived"} <= loaded["upload_stored"]
    assert {"chalicelib.notify.webhooks.delivering", "http.client"} <= loaded["deliver_webhook"]


ROUTES = "import app, json; print(json.dumps(sorted(app.app.routes)))"


@pytest.mark.parametrize("said", ["", "TRUE", "1", "true "])
def test_a_clock_that_moves_is_not_in_production(said: str) -> None:
    """Unless the stage says SANDBOX=true, in so many letters, there is no route, no module and no way to a movable clock."""
    environment = {"SANDBOX": said} if said else {}
    script = f"""
{API}
import json, sys
import chalicelib.bootstrap as bootstrap
from chalicelib.service.services import SystemClock
try:
    bootstrap.sandbox_clock()
    refused = False
except PermissionError:
    refused = True
clock = type(bootstrap.services().clock) is SystemClock
print(json.dumps([sorted(app.app.routes), refused, clock, sorted(sys.modules)]))
"""
    routes, refused, system_clock, modules = json.loads(_run(script, **environment).splitlines()[-1])

    assert [] == [path for path in routes if "sandbox" in path]
    assert (True, True) == (refused, system_clock)
    assert set() == _among(set(modules), SANDBOX)


def test_a_sandbox_has_its_clock() -> None:
    """A stage with SANDBOX=true has the clock's routes, described like the others."""
    script = "import app, json; from chalicelib.api.description.openapi import description; "
    script += "print(json.dumps([sorted(app.app.routes), sorted(description()['paths'])]))"

    served, described = json.loads(_run(script, SANDBOX="true"))

    assert "/sandbox/clock" in served
    assert served == described


def test_while_packaging_everything_is_declared() -> None:
    """With no word of what it serves, the app declares its routes and all of its functions."""
    routes = json.loads(_run(ROUTES))
    handlers = set(json.loads(_run("import app, json; print(json.dumps(sorted(app.app.handler_map)))")))

    assert "/disputes/{dispute_id}" in routes
    assert {*JOBS, "POST-decide"} <= handlers


def _imports(source: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{source.name} imports relatively"
            found.add(str(node.module))
    return found


def test_the_rules_need_nothing_but_python() -> None:
    """The domain imports the standard library and itself."""
    sources = sorted(DOMAIN.glob("**/*.py"))
    assert len(sources) > 20
    for source in sources:
        foreign = {
            module
            for module in _imports(source)
            if module.split(".")[0] not in sys.stdlib_module_names and not module.startswith("chalicelib.domain")
        }
        assert set() == foreign, source.name
