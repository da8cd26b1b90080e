"""Start the engine once for all tests of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.engine.endpoint import Endpoint, endpoint
from tests.engine.floor import Floor

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def engine() -> Iterator[Endpoint]:
    """Start a DynamoDB with an empty table: MiniStack, or the engine that ``DYNAMODB_ENDPOINT`` names."""
    with endpoint() as running:
        yield running


@pytest.fixture(scope="session")
def floor(engine: Endpoint) -> Floor:
    """Return the place for races on that engine."""
    return Floor(engine)
