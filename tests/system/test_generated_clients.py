"""A mobile team can build on openapi.json: common generators make clients of it, and the demo's stories run on them."""

import compileall
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from localcloud.cloud import LocalCloud
from localcloud.demo.cast import SCRIPTS, SELLERS
from localcloud.demo.checks import Checks
from localcloud.demo.market import Market
from localcloud.demo.runner import StoryRunner
from localcloud.demo.story import Story
from tests.system.generated import (
    DESCRIPTION,
    PACKAGE,
    Asked,
    GeneratedApi,
    PythonApi,
    TypeScriptApi,
    answering,
    compile_typescript,
    generate,
    importable,
    operations,
    without_a_model,
)

pytestmark = pytest.mark.deep
STORIES = ("lamps-2", "camera-3", "guitar-8")
"""Between them they negotiate, return, mediate, appeal and pay; in none does somebody wait for the deployment's schedule."""
AROUND = {"/sandbox/clock"}
"""The paths that are no part of the contract."""


def _told_through(api: GeneratedApi, cloud: LocalCloud, mark: str) -> Checks:
    """Play the stories through ``api``, with orders and people of their own; what they claim."""
    checks, market = Checks(), Market(api)
    first_day = market.now()
    scripts = [
        replace(one, order_id=f"{one.order_id}-{mark}", buyer=f"{one.buyer}-{mark}", seller=f"{one.seller}-{mark}")
        for one in SCRIPTS
        if one.order_id in STORIES
    ]
    stories = [Story(script, market, checks, lambda _: None, first_day) for script in scripts]
    for script in scripts:
        market.register_seller(script.seller, *SELLERS[script.seller.removesuffix(f"-{mark}")])
        market.register_buyer(script.buyer)
    StoryRunner(cloud, market, first_day).play(stories)
    for script in scripts:
        for path in ("", "/ledger", "/timeline", "/protection"):
            api.get(f"buyer:{script.buyer}", f"/orders/{script.order_id}{path}")
        api.get(f"seller:{script.seller}", "/disputes?limit=5")
        api.get(f"seller:{script.seller}", "/orders?limit=5")
    return checks


def _expect(api: GeneratedApi, checks: Checks) -> None:
    """Every claim came true, and it was the client that all of it went through."""
    assert [] == checks.failed
    assert len(checks.made) > 10
    assert AROUND == api.around


@pytest.fixture(scope="module")
def python_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The generated Python package, importable."""
    folder = tmp_path_factory.mktemp("python")
    generate("python", folder, packageName=PACKAGE)
    with importable(folder):
        yield folder


def test_a_python_client_compiles_and_plays_the_stories(python_client: Path, cloud: LocalCloud) -> None:
    """The client's models take and give all that the API says, through three stories of the demo."""
    assert compileall.compile_dir(python_client / PACKAGE, quiet=1)
    assert [] == without_a_model(python_client, "py")
    api = PythonApi(cloud.endpoints)

    checks = _told_through(api, cloud, "python")

    _expect(api, checks)


@pytest.fixture(scope="module")
def typescript_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program that converses through the generated TypeScript client, compiled under strict rules."""
    folder = tmp_path_factory.mktemp("typescript")
    generate("typescript-fetch", folder / "client")
    assert [] == without_a_model(folder / "client", "ts")
    return compile_typescript(folder)


def test_a_typescript_client_compiles_and_plays_the_stories(typescript_program: Path, cloud: LocalCloud) -> None:
    """The client compiles under strict rules, and its models take and give all that the API says."""
    api = TypeScriptApi(cloud.endpoints, typescript_program)
    try:
        checks = _told_through(api, cloud, "typescript")
    finally:
        api.close()

    _expect(api, checks)


EVENT = {"type": "taken_to_court", "court": "The Hague"}
"""An event of a later version: its type and its member are unknown to today's clients."""


def _told_of_tomorrow(make: Callable[[str], GeneratedApi], operation_id: str, change: Callable[[Any], None]) -> Any:  # noqa: ANN401
    """Return what today's client reads in the operation's example after ``change`` has been made to it."""
    described = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    (operation,) = (it for it in operations(described) if it.id == operation_id)
    body = described["components"]["examples"][operation.answer]["value"]
    change(body)
    with answering(body) as address:
        api = make(address)
        try:
            return api.ask(Asked(operation, "any", {"dispute_id": "o-1-d1"}, None)).understood
        finally:
            api.close()


@pytest.mark.usefixtures("python_client")
def test_a_python_client_reads_what_it_does_not_know() -> None:
    """A new event and a new member are no obstacle; a new word of an enum is one, as docs/clients.md says."""

    def make(address: str) -> PythonApi:
        return PythonApi({"api": address})

    timeline = _told_of_tomorrow(make, "get_timeline", lambda it: it["events"][0].update(EVENT))

    assert (EVENT["type"], 1) == (timeline["events"][0]["type"], timeline["events"][0]["seq"])
    with pytest.raises(ValueError, match="stage"):
        _told_of_tomorrow(make, "get_dispute", lambda it: it.update(stage="in_court"))


def test_a_typescript_client_reads_what_it_does_not_know(typescript_program: Path) -> None:
    """New events, new members and new words of an enum are no obstacle."""

    def make(address: str) -> TypeScriptApi:
        return TypeScriptApi({"api": address}, typescript_program)

    timeline = _told_of_tomorrow(make, "get_timeline", lambda it: it["events"][0].update(EVENT))
    dispute = _told_of_tomorrow(make, "get_dispute", lambda it: it.update(stage="in_court"))

    assert (EVENT["type"], 1) == (timeline["events"][0]["type"], timeline["events"][0]["seq"])
    assert "in_court" == dispute["stage"]


@pytest.mark.parametrize(("generator", "suffix"), [("kotlin", "kt"), ("swift6", "swift")])
def test_clients_for_phones_are_generated_without_errors(tmp_path: Path, generator: str, suffix: str) -> None:
    """The generators of Android's and Apple's languages have no error to tell, leave no operation and no model out, and
    their enums have a word for those of tomorrow.
    """
    said = generate(generator, tmp_path)

    assert [] == without_a_model(tmp_path, suffix)
    stages = next(path for path in tmp_path.rglob(f"Stage.{suffix}") if path.is_file()).read_text(encoding="utf-8")
    assert '"unknown_default_open_api"' in stages
    assert [] == re.findall(r"^.*(?:ERROR|Exception).*$", said, flags=re.MULTILINE)
    apis = [path for path in tmp_path.rglob(f"*.{suffix}") if path.stem.lower().endswith("api")]
    written = "\n".join(path.read_text(encoding="utf-8") for path in apis)
    wanted = [it.id for it in operations(json.loads(DESCRIPTION.read_text(encoding="utf-8")))]
    names = [re.sub(r"_(\w)", lambda found: found[1].upper(), name) for name in wanted]
    assert [] == [name for name in names if not re.search(rf"\bfunc? `?{name}`?\(", written)]
