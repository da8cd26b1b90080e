"""The policy's versions as a page: every limit, what it means, and its value in each version."""

from __future__ import annotations

import ast
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

from chalicelib.domain import policy
from chalicelib.domain.evidence import EvidenceType
from chalicelib.domain.policy import Policy, published

_HEAD = """# The policy

Every limit and window is data: `chalicelib/domain/policies.json`, validated when it is loaded. An order is judged by the
version in force when it was paid; orders and disputes show which one that is (`policy_version`). To change a limit, add a
version with a new name and a later `in_force_from`; a published version does not change. This page is made from the code
(`make docs`).

"""


def page() -> str:
    """The page, in Markdown."""
    versions, meanings = list(published()), _meanings()
    titles = " | ".join(f"`{version.version}`" for version in versions)
    rows = [f"| limit | meaning | {titles} |\n|---|---|{'---|' * len(versions)}\n"]
    for field in fields(Policy):
        if field.name not in ("version", "evidence"):
            values = " | ".join(_value(getattr(version, field.name)) for version in versions)
            rows.append(f"| `{field.name}` | {meanings[field.name]} | {values} |\n")
    return _HEAD + "".join(rows) + "".join(_evidence(version, meanings["evidence"]) for version in versions)


def _evidence(version: Policy, meaning: str) -> str:
    """The table of what is asked for in one version."""
    columns = "| reason | party | required | optional |\n|---|---|---|---|\n"
    heading = f"\n## `evidence` in `{version.version}`\n\n{meaning}\n\n{columns}"
    return heading + "".join(
        f"| `{reason.value}` | {party.value} | {_listed(asked.required)} | {_listed(asked.optional)} |\n"
        for reason, parties in version.evidence.items()
        for party, asked in parties.items()
    )


def _listed(kinds: tuple[EvidenceType, ...]) -> str:
    return ", ".join(f"`{kind.value}`" for kind in kinds) or "nothing"


def _value(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {days}" for name, days in value.items())
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    return str(value)


def _meanings() -> dict[str, str]:
    """What the source says under each field of ``Policy``."""
    module = ast.parse(Path(policy.__file__).read_text(encoding="utf-8"))
    body = next(node.body for node in module.body if isinstance(node, ast.ClassDef) and node.name == "Policy")
    said = {}
    for statement, below in pairwise(body):
        match statement, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(words))):
                said[name] = words
    return said
