"""A stack in memory for the operator's tools."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from chalicelib import aws
from chalicelib import bootstrap as composition
from ops.stack import forget
from tests.ops.shop import Shop

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """The stack, whose every client the tools get instead of AWS's; this process's own variables come back afterwards."""
    made = Shop()
    before = dict(os.environ)
    monkeypatch.setattr(aws, "_session", lambda: made)
    monkeypatch.setattr(composition, "_clock", lambda: made.office.watch)
    forget()
    yield made
    os.environ.clear()
    os.environ.update(before)
    forget()
