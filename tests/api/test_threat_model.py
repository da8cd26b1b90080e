"""Every test that the threat model names exists."""

import ast
import re

import pytest

from localcloud.layout import ROOT

PAGE = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
RISKS = [
    "Broken Object Level Authorization",
    "Broken Authentication",
    "Broken Object Property Level Authorization",
    "Unrestricted Resource Consumption",
    "Broken Function Level Authorization",
    "Unrestricted Access to Sensitive Business Flows",
    "Server Side Request Forgery",
    "Security Misconfiguration",
    "Improper Inventory Management",
    "Unsafe Consumption of APIs",
]


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`(tests/[\w/]+\.py(?:::\w+)?)`", PAGE))))
def test_a_test_that_is_named_exists(named: str) -> None:
    """A renamed test takes its line in the page along."""
    path, _, name = named.partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    known = {it.name for it in tree.body if isinstance(it, ast.FunctionDef | ast.AsyncFunctionDef)}

    assert not name or name in known


def test_the_ten_risks_are_all_there() -> None:
    """Each of the ten has its section, and each section names a test."""
    sections = re.split(r"^### ", PAGE, flags=re.MULTILINE)[1:]

    assert [f"API{number}:2023 {risk}" for number, risk in enumerate(RISKS, 1)] == [it.split("\n")[0] for it in sections]
    assert all("`tests/" in section for section in sections)
