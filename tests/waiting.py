"""Waits for what happens in its own time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

Found = TypeVar("Found")

PATIENCE = 180.0
"""How many seconds a test waits before it gives up: far more than anything takes, so that a busy machine fails no test."""
PAUSE = 0.1


def awaited(find: Callable[[], Found]) -> Found:
    """Return what ``find`` finds, asking until it is something. The test fails when nothing ever comes."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := find():
            return found
        time.sleep(PAUSE)
    pytest.fail("it never came")
