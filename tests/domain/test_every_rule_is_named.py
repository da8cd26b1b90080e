"""Every numbered rule is named by at least one test that proves it."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ELSEWHERE: dict[str, str] = {}
"""Rules that belong only to another room, and why."""

RULES = [
    *(f"O{n}" for n in range(1, 10)),
    *(f"C{n}" for n in range(1, 7)),
    *(f"D{n}" for n in range(1, 13)),
    *(f"M{n}" for n in range(1, 5)),
    "P2",
]
LETTERS = "OCDMP"


def named_in(text: str) -> set[str]:
    """The rules a docstring names, one by one or as a range such as O1-O3."""
    rules = set(re.findall(rf"\b[{LETTERS}]\d+\b", text))
    for letter, first, last in re.findall(rf"\b([{LETTERS}])(\d+)-[{LETTERS}]?(\d+)\b", text):
        rules |= {f"{letter}{n}" for n in range(int(first), int(last) + 1)}
    return rules


@cache
def docstrings() -> tuple[tuple[str, str], ...]:
    """Every test function of this room but those here, with its docstring."""
    paths = sorted(path for path in Path(__file__).parent.rglob("test_*.py") if path != Path(__file__))
    return tuple(
        (f"{path.name}::{node.name}", ast.get_docstring(node) or "")
        for path in paths
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule not in ELSEWHERE])
def test_every_rule_is_named_by_a_test(rule: str) -> None:
    """Each rule of the domain is named in the docstring of at least one test function of this room."""
    assert [name for name, words in docstrings() if rule in named_in(words)]


def test_every_test_says_what_holds() -> None:
    """Each test has a docstring, and no docstring names a rule that does not exist."""
    assert [name for name, words in docstrings() if not words] == []
    unknown = {name: named_in(words) - set(RULES) for name, words in docstrings()}
    assert {name: rules for name, rules in unknown.items() if rules} == {}


def test_ranges_are_read_as_every_rule_in_them() -> None:
    """A docstring may name a run of rules by its first and last."""
    assert {"D3", "D4", "D5", "D6", "O7"} == named_in("D3-D6 and O7")
    assert {"O1", "O2"} == named_in("O1-2")
