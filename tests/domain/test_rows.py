"""Enums whose every member needs a row: a member without one stops the import, so nothing is covered or allowed by accident."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chalicelib.domain.exclusions import Exclusion
from chalicelib.domain.guarantees import COVERED, OfferType, Reason, check

if TYPE_CHECKING:
    from chalicelib.domain.guarantees import ReasonRule

SOURCE = Path(__file__).resolve().parent.parent.parent / "chalicelib"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the domain, of which a test may enlarge one module at a time."""
    root = tmp_path_factory.mktemp("enlarged")
    shutil.copytree(SOURCE / "domain", root / "chalicelib" / "domain", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "chalicelib" / "__init__.py").touch()
    return root


def imported(root: Path, module: str) -> str:
    """Import a module of a copy in a process of its own. Returns what it wrote to stderr; nothing where all is well."""
    program = [sys.executable, "-B", "-c", f"import chalicelib.domain.{module}"]
    return subprocess.run(program, cwd=root, capture_output=True, text=True, check=False).stderr


def with_source(root: Path, changed: str, source: str, module: str) -> str:
    """Import a module of a copy while one module has another source. Returns what it wrote to stderr."""
    path = root / "chalicelib" / "domain" / f"{changed}.py"
    before = path.read_text(encoding="utf-8")
    path.write_text(source, encoding="utf-8")
    try:
        return imported(root, module)
    finally:
        path.write_text(before, encoding="utf-8")


@pytest.mark.parametrize(
    ("module", "enum", "noticed_by"),
    [
        ("guarantees", "Reason", "guarantees"),
        ("guarantees", "Guarantee", "guarantees"),
        ("guarantees", "Finding", "guarantees"),
        ("exclusions", "Exclusion", "exclusions"),
        ("dispute", "Stage", "state_machine"),
        ("state_machine", "Action", "acting"),
        ("ledger", "Movement", "ledger"),
    ],
)
def test_a_member_without_its_row_stops_the_import(copy: Path, module: str, enum: str, noticed_by: str) -> None:
    """C1, D10: a new member of an enum that has no row yet is named by an error at import."""
    before = (SOURCE / "domain" / f"{module}.py").read_text(encoding="utf-8")
    pattern = rf'class {enum}\(StrEnum\):\n    """.*?"""\n'
    head = re.search(pattern, before, re.DOTALL)
    assert head
    enlarged = f'{before[: head.end()]}    NEVER_HEARD_OF = "never_heard_of"\n{before[head.end() :]}'

    assert not imported(copy, noticed_by)
    assert "never_heard_of" in with_source(copy, module, enlarged, noticed_by)


def test_an_event_that_no_fold_takes_in_stops_the_import(copy: Path) -> None:
    """D11, I4: a new kind of event has to change an order or a dispute before anything can record it."""
    before = (SOURCE / "domain" / "events.py").read_text(encoding="utf-8")
    kind = '@dataclass(frozen=True, slots=True)\nclass NeverHeardOf(Payload):\n    type = "never_heard_of"\n\n\n'
    place = before.index("PAYLOADS: ")

    assert "NeverHeardOf" in with_source(copy, "events", before[:place] + kind + before[place:], "evolve")


def test_a_stage_whose_deadline_does_nothing_stops_the_import(copy: Path) -> None:
    """D12: every stage with an expiry in the state machine has its effect among the deadlines."""
    before = (SOURCE / "domain" / "deadlines.py").read_text(encoding="utf-8")
    line = "        Stage.DECIDED: carry_out_decision,\n"

    assert before.count(line) == 1
    assert "decided" in with_source(copy, "deadlines", before.replace(line, ""), "deadlines")


def without(rule: ReasonRule) -> list[ReasonRule]:
    """All rows of reasons but that one."""
    return [kept for kept in COVERED.values() if kept is not rule]


@pytest.mark.parametrize(
    ("reason", "wrong"),
    [
        (Reason.NOT_RECEIVED, {"unless_offered": Exclusion.CHANGED_MIND}),
        (Reason.COUNTERFEIT, {"unless_offered": None}),
        (Reason.COUNTERFEIT, {"unless_offered": Reason.NO_LONGER_WANTED}),
        (Reason.COUNTERFEIT, {"unless_offered": Reason.UNAUTHORISED_CHARGE}),
        (Reason.NOT_AS_DESCRIBED, {"takes": (OfferType.REFUND,)}),
        (Reason.NO_LONGER_WANTED, {"findings": ()}),
    ],
)
def test_a_row_that_contradicts_itself_is_an_error(reason: Reason, wrong: dict[str, object]) -> None:
    """Section 3: rows are checked where they are built, so that a slip is an error at import and never a refund."""
    check(COVERED.values())
    rule = COVERED[reason]
    with pytest.raises(ValueError, match=r"^(nobody can find|[a-z_]+( or [a-z_]+)*: )"):
        check([*without(rule), replace(rule, **wrong)])  # type: ignore[arg-type]
