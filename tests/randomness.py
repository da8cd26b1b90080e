"""Seeds and counts of the random tests: the same in every run or, while hunting, new ones under a seed that is printed.

``FUZZ_SEED`` is the seed of a hunt. ``FUZZ_TIMES`` multiplies how much each random test tries.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

HUNTING = "FUZZ_SEED" in os.environ
SEED = int(os.environ.get("FUZZ_SEED", "0"))
TIMES = int(os.environ.get("FUZZ_TIMES", "1"))


def tries(usual: int) -> int:
    """Return how often a test tries that tries ``usual`` times in every run."""
    return usual * TIMES


def seeds(usual: int) -> range:
    """Return the seeds of a test that takes ``usual`` seeds in every run."""
    return range(SEED, SEED + tries(usual))


def load_settings() -> None:
    """Make Hypothesis end by counts only and, unless it hunts, draw the same examples in every run.

    Two of its habits go by the clock: the deadline of an example, and the health check of slow examples.
    A third goes by what happened before: it takes examples from the constants of the modules that are loaded by then.
    Which these are depends on the tests that this process has run so far. A hunt keeps that habit.
    """
    settings.register_profile(
        "counted",
        max_examples=tries(100),
        deadline=None,
        derandomize=not HUNTING,
        database=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
    settings.load_profile("counted")
    if not HUNTING:
        none = Constants()
        assert callable(providers._get_local_constants)  # noqa: SLF001 - Hypothesis has no setting for it
        providers._get_local_constants = lambda: none  # noqa: SLF001 - as above
