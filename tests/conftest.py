"""Spread the tests over workers, fix what the random ones draw from, and print how long each room takes."""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from tests.randomness import HUNTING, SEED, TIMES, load_settings
from tests.room_times import RoomTimes

TOGETHER = {"system", "engine", "web"}
"""The folders whose tests share what is expensive to make: a local cloud, an engine."""
APART = {"tests/system/test_packaging.py", "tests/system/test_rehearsal.py", "tests/system/test_restore.py"}
"""Modules of them that do without."""

load_settings()


FIRST = (
    "system",
    "web",
    "engine",
    "tests/system/test_rehearsal.py",
    "tests/domain/test_properties.py",
    "tests/system/test_restore.py",
    "tests/system/test_packaging.py",
    "tests/domain/test_stateful.py",
)
"""The scopes that take longest, in the order in which workers take them: none of them is left for the end."""


def scope_of(nodeid: str) -> str:
    """Return the unit that goes to one worker: the test's folder if its tests share something, or else its module."""
    module = nodeid.partition("::")[0]
    room = module.split("/")[1]
    return room if room in TOGETHER and module not in APART else module


class ByRoom(LoadScopeScheduling):  # type: ignore[misc]
    """A folder that shares something goes to one worker, so that it is made once; other tests go module by module."""

    def __init__(self, config: pytest.Config, log: Any) -> None:  # noqa: ANN401 - xdist is not typed
        """Keep the order of the tests, which xdist would change to the most numerous scopes first."""
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByRoom:  # noqa: ANN401 - xdist is not typed
    """Return the scheduler that ``--numprocesses`` uses."""
    return ByRoom(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the scopes that take longest first, whatever the order of the rest."""
    places = {scope: place for place, scope in enumerate(FIRST)}
    items.sort(key=lambda item: places.get(scope_of(item.nodeid), len(FIRST)))


def pytest_configure(config: pytest.Config) -> None:
    """Add the table of times."""
    config.pluginmanager.register(RoomTimes())


def pytest_report_header() -> str:
    """Say what the random tests draw from."""
    return f"hunting from seed {SEED}, {TIMES} times as long as usual" if HUNTING else "fixed seeds, fixed counts"
