"""Writes the page of the policy's versions: every limit, its meaning, and its value in each version."""

from __future__ import annotations

import ast
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

from chalicelib.domain import policy
from chalicelib.domain.evidence import EvidenceType
from chalicelib.domain.policy import Policy, published

_HEAD = """# The policy

Every limit and window is data, in `chalicelib/domain/policies.json`, which is validated when it is loaded.
An order is judged by the version in force when it was paid.
Orders and disputes show which one that is (`policy_version`).

To change a limit, add a version with a new name and a later `in_force_from`.
It names only what changes; the rest is as in the version before it.
A published version is never edited: a test holds the digest of each.
A carrier or a reason that was added after a version has a default there, `UNNAMED_...` in `chalicelib/domain/policy.py`.

This page is made from the code (`make docs`) and shows every version in full.

"""


def page() -> str:
    """Return the page, in Markdown."""
    versions, meanings = list(published()), _meanings()
    titles = " | ".join(f"`{version.version}`" for version in versions)
    rows = [f"| limit | meaning | {titles} |\n|---|---|{'---|' * len(versions)}\n"]
    for field in fields(Policy):
        if field.name not in ("version", "evidence"):
            values = " | ".join(_value(getattr(version, field.name)) for version in versions)
            rows.append(f"| `{field.name}` | {meanings[field.name]} | {values} |\n")
    return _HEAD + "".join(rows) + "".join(_evidence(version, meanings["evidence"]) for version in versions)


def _evidence(version: Policy, meaning: str) -> str:
    """Return the table of the evidence that one version asks for."""
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
    """Return the sentence below each field of ``Policy`` in the source."""
    module = ast.parse(Path(policy.__file__).read_text(encoding="utf-8"))
    body = next(node.body for node in module.body if isinstance(node, ast.ClassDef) and node.name == "Policy")
    said = {}
    for statement, below in pairwise(body):
        match statement, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(words))):
                said[name] = words
    return said
