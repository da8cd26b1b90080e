"""Copies of the tree, in which an addition is made for real by the list in `docs/how-to-add.md`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[2]
COPIED = (
    "app.py",
    "CHANGELOG.md",
    "pyproject.toml",
    "openapi.json",
    "chalicelib",
    "infra",
    "docs",
    "localcloud",
    "tests",
    "tools",
)
"""All that the checks of an addition read."""
_LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*_cache", "node_modules")


@dataclass(frozen=True)
class Tree:
    """A copy of the tree."""

    root: Path

    def read(self, name: str) -> str:
        """Return the text of a file."""
        return (self.root / name).read_text(encoding="utf-8")

    def write(self, name: str, text: str) -> None:
        """Write the text of a file."""
        (self.root / name).write_text(text, encoding="utf-8")

    def insert(self, name: str, *, after: str, text: str) -> None:
        """Put ``text`` behind the only place where ``after`` stands in a file."""
        before = self.read(name)
        assert before.count(after) == 1, (name, after, before.count(after))
        self.write(name, before.replace(after, after + text))

    def run(self, *module: str) -> subprocess.CompletedProcess[str]:
        """Run a module of Python in the copy."""
        return subprocess.run(
            [sys.executable, "-B", "-m", *module],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(self.root)},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def stops(self, module: str) -> str:
        """Return what Python says when it stops while it imports ``module``."""
        done = self.run(module)
        assert done.returncode == 1, f"{module} is imported: {done.stdout}"
        return done.stderr

    def passes(self, *module: str) -> None:
        """Run a module of Python in the copy, which ends well."""
        done = self.run(*module)
        assert done.returncode == 0, f"{done.stdout[-4000:]}{done.stderr[-4000:]}"

    def edited(self) -> set[str]:
        """Return the files that differ from the tree's, or that it does not have."""
        return {
            str(path.relative_to(self.root))
            for path in self.root.rglob("*")
            if path.is_file() and not _same(path, ROOT / path.relative_to(self.root))
        }


def _same(copy: Path, original: Path) -> bool:
    return original.is_file() and copy.read_bytes() == original.read_bytes()


def copied(to: Path) -> Tree:
    """Copy the tree. Returns the copy."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, to / name, ignore=_LEFT_OUT)
        else:
            shutil.copy2(ROOT / name, to / name)
    return Tree(to)


def listed(kind: str, **names: str) -> list[str]:
    """Return the files that `docs/how-to-add.md` lists under a heading, with ``<name>`` replaced."""
    page = (ROOT / "docs" / "how-to-add.md").read_text(encoding="utf-8")
    section = page.partition(f"\n## {kind}\n")[2].partition("\n## ")[0]
    files = re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)
    for name, value in names.items():
        files = [file.replace(f"<{name}>", value) for file in files]
    return files
