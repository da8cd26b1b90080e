"""Run tests against mutants, each in a process of its own, and say which of them no test notices."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ROOT = Path(__file__).resolve().parent.parent
AT_MOST_S = 300
"""Seconds after which a run is ended. Tests that no longer end have noticed the mutant."""
NOTICED = (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED, -signal.SIGALRM)
"""A test failed, a module of tests could not be imported, or the tests did not end."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change for the worse. ``apply`` changes this process, for good; ``tests`` are those that should notice."""

    name: str
    apply: Callable[[], None]
    tests: tuple[str, ...]


def survives(mutant: Mutant) -> bool:
    """Return whether every test passes with the mutant in place. Raises ``RuntimeError`` where the tests could not be run."""
    child = os.fork()
    if child == 0:
        os._exit(_tested(mutant))
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code not in (pytest.ExitCode.OK, *NOTICED):
        msg = f"{mutant.name}: pytest ended with {code}"
        raise RuntimeError(msg)
    return code == pytest.ExitCode.OK


def _tested(mutant: Mutant) -> int:
    """Return pytest's exit code, with the mutant in place."""
    signal.alarm(AT_MOST_S)
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
        try:
            mutant.apply()
            arguments = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-o", "addopts=", "-k", "not moto"]
            return int(pytest.main([*arguments, *mutant.tests]))
        except BaseException:  # noqa: BLE001 - this process must end here, whatever happens
            return pytest.ExitCode.INTERNAL_ERROR


def score(mutants: Iterable[Mutant], about: str | None, arguments: list[str]) -> int:
    """Try every mutant whose name contains the given words, and print what no test noticed. Return 1 if there is any."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--only", default="", help="only mutants whose name contains this")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args(arguments)
    chosen = [mutant for mutant in mutants if options.only in mutant.name]
    began = time.monotonic()
    every_test = tuple(dict.fromkeys(test for mutant in chosen for test in mutant.tests))
    if chosen and not survives(Mutant("nothing changed", lambda: None, every_test)):
        sys.stdout.write("the tests fail without any mutant; repair that first\n")
        return 1
    survivors = 0
    with ThreadPoolExecutor(options.workers) as pool:
        for mutant, alive in zip(chosen, pool.map(survives, chosen), strict=True):
            survivors += alive
            if alive:
                sys.stdout.write(f"survived: {mutant.name}\n")
                sys.stdout.flush()
    noticed = len(chosen) - survivors
    sys.stdout.write(f"{noticed} of {len(chosen)} mutants noticed in {time.monotonic() - began:.0f} s\n")
    return 1 if survivors else 0
