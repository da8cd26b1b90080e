"""List every single weakening of how store and service keep data consistent, found in the source.

A mutant replaces one piece of one module: a strong read becomes a weak one, the condition of a write always holds or loses an
alternative, a version is not counted up, an expiry is gone, added or a second off, a check of an expiry is gone. New code of
these kinds is included by itself.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("store", "service")
NEVER = "attribute_exists(nothing)"
ALWAYS = "attribute_not_exists(nothing) OR "
"""No item has an attribute of that name."""
_TERM = r"(?:attribute_not_exists\(\w+\)|attribute_exists\(\w+\)|\w+ [<>=]+ :\w+)"
_CONDITION = re.compile(f"{_TERM}(?: OR {_TERM})*")
_VERSIONS = ("version", "edits", "all_version")
_UNTIL = ("until", "expires_at")
GUARDS = {"for_clock": "not {}", "attempt": "None", "also": "()"}
"""Arguments that are passed on and decide what a write may do, with what they become when that is forgotten."""
EQUIVALENT: dict[str, str] = {}
"""Mutants that change nothing that anybody could see, by name, each with the reason."""


@dataclass(frozen=True, slots=True)
class SourceMutant:
    """One module in which ``source`` stands instead of its own text."""

    name: str
    module: str
    source: str


def mutants() -> list[SourceMutant]:
    """Return all of them, in a stable order."""
    paths = [path for room in ROOMS for path in sorted((ROOT / "chalicelib" / room).glob("*.py"))]
    conditions = {name for path in paths for name in _conditions(ast.parse(path.read_text("utf-8")))}
    found = [mutant for path in paths for mutant in _of(path, conditions)]
    unknown = EQUIVALENT.keys() - {it.name for it in found}
    if unknown:
        msg = f"no longer there, so not equivalent either: {sorted(unknown)}"
        raise LookupError(msg)
    return [it for it in found if it.name not in EQUIVALENT]


def _conditions(tree: ast.Module) -> Iterator[str]:
    """Yield the names of a module's constants that are conditions of writes."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and _condition(node.value):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _condition(node: ast.AST) -> str:
    """Return the condition of a write that a text is; an empty one for anything else."""
    text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
    return text if _CONDITION.fullmatch(text) else ""


def _of(path: Path, conditions: set[str]) -> Iterator[SourceMutant]:
    """Yield the mutants of a module. Each is named after the function that it is in, and numbered where it stands twice."""
    source = path.read_text("utf-8")
    seen: Counter[str] = Counter()
    where = f"{path.parent.name}.{path.stem}"
    for within, node, new in _sites(ast.parse(source), conditions):
        old = ast.get_source_segment(source, node) or ""
        name = f"{where} {within}: {old} -> {new}"
        seen[name] += 1
        numbered = f"{name} ({seen[name]})" if seen[name] > 1 else name
        yield SourceMutant(numbered, f"chalicelib.{where}", _replaced(source, node, new))


def _replaced(source: str, node: Site, new: str) -> str:
    lines = source.encode().splitlines(keepends=True)
    begin = sum(map(len, lines[: node.lineno - 1])) + node.col_offset
    end = sum(map(len, lines[: (node.end_lineno or node.lineno) - 1])) + (node.end_col_offset or 0)
    whole = source.encode()
    return (whole[:begin] + new.encode() + whole[end:]).decode()


Site = ast.expr | ast.keyword


def _sites(tree: ast.Module, conditions: set[str]) -> Iterator[tuple[str, Site, str]]:
    """Yield every place with the function around it and what to write there instead."""
    for within, node in _walk(tree, ""):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in conditions:
            yield within, node, f'("{ALWAYS}" + {node.id})'
        for kind in (_reads, _locks, _versions, _expiries, _seconds, _checks, _guards):
            for place, new in kind(node):
                yield within, place, new


def _walk(node: ast.AST, within: str) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        within = f"{within}.{node.name}" if within else node.name
    for child in ast.iter_child_nodes(node):
        if not _is_docstring(child) and not _is_key_condition(child):
            yield within, child
            yield from _walk(child, within)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_key_condition(node: ast.AST) -> bool:
    return isinstance(node, ast.keyword) and node.arg == "KeyConditionExpression"


def _reads(node: ast.AST) -> Iterator[tuple[Site, str]]:
    """A read that must see the last write sees the one before."""
    if isinstance(node, ast.keyword) and node.arg == "ConsistentRead":
        yield node.value, "False"
    if isinstance(node, ast.Dict):
        yield from ((value, "False") for key, value in _entries(node) if key == "ConsistentRead")


def _locks(node: ast.AST) -> Iterator[tuple[Site, str]]:
    """A condition always holds, or one of its alternatives never does."""
    condition = _condition(node)
    if not (condition and isinstance(node, ast.Constant)):
        return
    yield node, f'"{ALWAYS}{condition}"'
    terms = condition.split(" OR ")
    for term in terms if len(terms) > 1 else ():
        never = NEVER if term.endswith(")") else re.sub(r"^\w+", "nothing", term)
        yield node, '"' + " OR ".join(never if it is term else it for it in terms) + '"'


def _versions(node: ast.AST) -> Iterator[tuple[Site, str]]:
    """A version is not counted up."""
    if (
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Add)
        and _is_one(node.right)
        and _last_name(node.left) in _VERSIONS
    ):
        yield node, ast.unparse(node.left)


def _expiries(node: ast.AST) -> Iterator[tuple[Site, str]]:
    """An item that expires never does, or a second later; one that is for good expires."""
    if isinstance(node, ast.Call) and _last_name(node.func) == "item":
        named = {it.arg: it for it in node.keywords}
        if "expires_at" in named:
            yield named["expires_at"], "**{}"
            yield named["expires_at"].value, f"{ast.unparse(named['expires_at'].value)} + 1"
        elif "data" in named or (None in named and _last_name(named[None].value) == "attributes"):
            yield named.get("data") or named[None], f"expires_at=1, {ast.unparse(named.get('data') or named[None])}"
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.IfExp) and "expires_at" in map(_last_name, node.targets):
        yield from ((node.value, ast.unparse(arm)) for arm in (node.value.body, node.value.orelse))
    if isinstance(node, ast.IfExp) and "expires_at" in ast.unparse(node):
        yield from ((node, ast.unparse(arm)) for arm in (node.body, node.orelse))
    if isinstance(node, ast.Dict):
        for key, value in _entries(node):
            if key == ":expires_at":
                yield value, '{"N": "1"}'


def _seconds(node: ast.AST) -> Iterator[tuple[Site, str]]:
    """A time in seconds is one too long or one too short."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id.endswith("_S"):
        yield from ((node, f"({node.id} {by} 1)") for by in "+-")


def _checks(node: ast.AST) -> Iterator[tuple[Site, str]]:
    """An expired item still counts, a valid one does not, or the last second is judged the other way."""
    if not (isinstance(node, ast.Compare) and any(_names_an_end(part) for part in ast.walk(node))):
        return
    yield node, "True"
    yield node, "False"
    flipped = {ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">"}.get(type(node.ops[0]))
    if flipped:
        yield node, f"{ast.unparse(node.left)} {flipped} {ast.unparse(node.comparators[0])}"


def _names_an_end(node: ast.AST) -> bool:
    return _last_name(node) in _UNTIL or (isinstance(node, ast.Constant) and node.value == "expires_at")


def _guards(node: ast.AST) -> Iterator[tuple[Site, str]]:
    """What guards a write is not passed on."""
    if isinstance(node, ast.keyword) and node.arg in GUARDS and not isinstance(node.value, ast.Constant):
        yield node.value, GUARDS[node.arg].format(ast.unparse(node.value))


def _entries(node: ast.Dict) -> Iterator[tuple[object, ast.expr]]:
    return ((key.value, value) for key, value in zip(node.keys, node.values, strict=True) if isinstance(key, ast.Constant))


def _is_one(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value == 1


def _last_name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
