"""How tests are spread over workers."""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

TOGETHER = {"system", "engine"}
"""The folders whose tests share what is dear to make: a local cloud, an engine."""
APART = {"tests/system/test_packaging.py"}
"""Modules of them that do without."""


class ByRoom(LoadScopeScheduling):  # type: ignore[misc]
    """A folder that shares something goes to one worker, so that it is made once; other tests go module by module."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        room = module.split("/")[1]
        return room if room in TOGETHER and module not in APART else module


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByRoom:  # noqa: ANN401 - xdist is not typed
    """The scheduler that ``--numprocesses`` uses."""
    return ByRoom(config, log)
