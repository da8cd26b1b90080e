"""Weaken the domain's tables one entry at a time, and check that the domain's tests notice.

Every mutant gets a process of its own, forked from one that has everything imported. The score counts the mutants that
made a test fail. Survivors are listed and make the exit code 1.
"""

from __future__ import annotations

import sys

from tools.mutants import mutants
from tools.mutation import ROOT, Mutant, score

# The examples and tables; the long random tests would only be slower to notice.
SKIPPED = ("test_properties.py", "test_stateful.py", "test_every_rule_is_named.py", "test_policy.py")


def main(arguments: list[str]) -> int:
    """Run every mutant whose name contains the given words."""
    tests = tuple(str(path) for path in sorted((ROOT / "tests" / "domain").glob("test_*.py")) if path.name not in SKIPPED)
    return score((Mutant(it.name, it.apply, tests) for it in mutants()), __doc__, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
