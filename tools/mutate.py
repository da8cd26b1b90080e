"""Weaken the domain's tables one entry at a time, and check that the domain's tests notice.

Every mutant gets a process of its own, forked from one that has everything imported. The score counts the mutants that
made a test fail. Survivors are listed and make the exit code 1.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tools.mutants import Mutant, mutants

ROOT = Path(__file__).resolve().parent.parent
# The examples and tables; the long random tests would only be slower to notice.
SKIPPED = ("test_properties.py", "test_stateful.py", "test_every_rule_is_named.py", "test_policy.py")


def _tests(found: Path) -> list[str]:
    return [str(path) for path in sorted(found.glob("test_*.py")) if path.name not in SKIPPED]


def survives(mutant: Mutant, tests: list[str]) -> bool:
    """Return whether every test passes with the mutant in place."""
    child = os.fork()
    if child == 0:
        mutant.apply()
        with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
            code = pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-o", "addopts=", *tests])
        os._exit(int(code))
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def main(arguments: list[str]) -> int:
    """Run every mutant whose name contains the given words."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="only mutants whose name contains this")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args(arguments)
    tests = _tests(ROOT / "tests" / "domain")
    chosen = [mutant for mutant in mutants() if options.only in mutant.name]
    began = time.monotonic()
    if not survives(Mutant("nothing changed", lambda: None), tests):
        sys.stdout.write("the tests fail without any mutant; repair that first\n")
        return 1
    with ThreadPoolExecutor(options.workers) as pool:
        lived = list(pool.map(lambda mutant: survives(mutant, tests), chosen))
    survivors = [mutant.name for mutant, alive in zip(chosen, lived, strict=True) if alive]
    for name in survivors:
        sys.stdout.write(f"survived: {name}\n")
    noticed = len(chosen) - len(survivors)
    sys.stdout.write(f"{noticed} of {len(chosen)} mutants noticed in {time.monotonic() - began:.0f} s\n")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
