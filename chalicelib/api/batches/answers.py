"""The shapes of answers to batches of orders."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.api.answers import Given
from chalicelib.api.disputes.answers import Problem
from chalicelib.api.orders.answers import Order


class ImportResult(Given):
    """The result of one order of a batch: the status and the body that it would have been answered with by itself."""

    id: Annotated[str | None, Field(description="The order's id; null where the row has none that could be one.")]
    status: Annotated[int, Field(ge=200, le=599, description="201: imported. 200: it was there already; nothing changed.")]
    order: Order | None
    problem: Annotated[Problem | None, Field(description="Why it was not imported; null where order is there.")]


class ImportResults(Given):
    """The result of each order of a batch, in the batch's order (O1)."""

    results: list[ImportResult]
