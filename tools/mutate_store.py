"""Weaken one strong read, lock, version or expiry of store and service at a time, and check that their tests notice.

Every mutant gets a process of its own, forked from one that has imported the libraries and nothing of this project's code.
The mutated module is compiled from its changed source when it is imported. Survivors are listed and make the exit code 1.
"""

from __future__ import annotations

import sys
from functools import partial
from importlib.machinery import SourceFileLoader
from importlib.util import spec_from_loader
from typing import TYPE_CHECKING

import boto3  # noqa: F401 - imported once, before every fork, as the next ones are
import moto  # noqa: F401
import msgspec  # noqa: F401

import localcloud.memory.table  # noqa: F401
from tools.mutation import ROOT, Mutant, score
from tools.store_mutants import ROOMS, SourceMutant, mutants

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import CodeType

# Random histories, and tests of other things: they would only be slower to notice.
SKIPPED = ("test_store_codec.py", "test_store_outlines.py", "test_memory_table.py", "test_service_size_limits.py")
FIRST = ("test_store_strong_reads.py", "test_store_locks.py", "test_store_expiry.py")
"""They are there to notice, and take less than a second."""


class Loader(SourceFileLoader):
    """Loads one module from the source of a mutant."""

    mutant: SourceMutant

    def get_code(self, _: str) -> CodeType:
        """Return the compiled source of the mutant."""
        return compile(self.mutant.source, self.path, "exec", dont_inherit=True)


class Finder:
    """Finds the mutant in the place of its module, and leaves all else to others."""

    def __init__(self, mutant: SourceMutant) -> None:
        """Find this one."""
        self.mutant = mutant

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        """Return how to load the mutant, if ``name`` is its module."""
        if name != self.mutant.module:
            return None
        path = ROOT.joinpath(*name.split(".")).with_suffix(".py")
        loader = Loader(name, str(path))
        loader.mutant = self.mutant
        return spec_from_loader(name, loader)


def install(mutant: SourceMutant) -> None:
    """Let this process import the mutant. Raises if the module is imported already."""
    if mutant.module in sys.modules:
        msg = f"{mutant.module} is imported before the mutant is in place"
        raise ImportError(msg)
    sys.meta_path.insert(0, Finder(mutant))


def tests_of(module: str) -> tuple[str, ...]:
    """Return the tests of both rooms: ``FIRST``, then those that name the module most often, and of these the shortest."""
    found = [path for room in ROOMS for path in (ROOT / "tests" / room).glob("test_*.py") if path.name not in SKIPPED]
    name = module.rpartition(".")[2]
    texts = {str(path): path.read_text("utf-8") for path in found}

    def rank(path: str) -> tuple[bool, int, int, str]:
        return not path.endswith(FIRST), -texts[path].count(name), len(texts[path]), path

    return tuple(sorted(texts, key=rank))


def main(arguments: list[str]) -> int:
    """Run every mutant whose name contains the given words."""
    tried = (Mutant(it.name, partial(install, it), tests_of(it.module)) for it in mutants())
    return score(tried, __doc__, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
