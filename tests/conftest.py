"""How tests are spread over workers: those that share a running cloud or engine stay together, so that each is started once."""

import pytest

SHARED = {"cloud": "cloud", "engine": "engine", "floor": "engine"}
"""Fixtures that run a process for a whole session, and the name of the worker that has it."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Name the worker of each test that needs one of them."""
    for item in items:
        groups = {SHARED[name] for name in getattr(item, "fixturenames", ()) if name in SHARED}
        for group in groups:
            item.add_marker(pytest.mark.xdist_group(group))
