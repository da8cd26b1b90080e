"""How tests are spread over workers: those that share a running cloud, an engine or the like stay together, so that each is made once."""

import pytest

SHARED = {
    "cloud": "cloud",
    "local_package": "cloud",
    "production_package": "cloud",
    "engine": "engine",
    "floor": "engine",
    "tally": "histories",
}
"""Fixtures that are dear to make and last a session, and the name of the worker that has them."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Name the worker of each test that needs one of them."""
    for item in items:
        groups = {SHARED[name] for name in getattr(item, "fixturenames", ()) if name in SHARED}
        for group in groups:
            item.add_marker(pytest.mark.xdist_group(group))
