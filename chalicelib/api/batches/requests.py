"""The bodies of batches."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from chalicelib.api.models import Identifier, Model
from chalicelib.api.orders.requests import ImportOrder

ORDERS_AT_MOST, BATCH = 100, "batch"
"""The most orders of a batch, and the last part of its address."""


def _no_address(order_id: str) -> str:
    if order_id == BATCH:
        msg = f"the address /orders/{BATCH} is taken, so no order has the id {BATCH}"
        raise ValueError(msg)
    return order_id


class OrderRow(ImportOrder):
    """An order of a batch: its id, and all that PUT /orders/{order_id} takes (O1)."""

    id: Annotated[Identifier, AfterValidator(_no_address)]


@dataclass(frozen=True, slots=True)
class NotValid:
    """A row of a batch that is no order: its id, if that is one, and what is wrong with it."""

    id: str | None
    error: ValidationError


def _by_itself(written: object, _: ValidatorFunctionWrapHandler) -> OrderRow | NotValid:
    """Read one row as a body of its own would be read, so that a row that is not valid holds up no other."""
    try:
        return OrderRow.model_validate_json(json.dumps(written))
    except ValidationError as error:
        unnamed = any(one["loc"][:1] == ("id",) for one in error.errors())
        return NotValid(written["id"] if isinstance(written, dict) and not unnamed else None, error)


class ImportOrders(Model):
    """Orders to import, each by itself (O1)."""

    orders: Annotated[
        tuple[Annotated[OrderRow, WrapValidator(_by_itself)], ...], Field(min_length=1, max_length=ORDERS_AT_MOST)
    ]

    @property
    def rows(self) -> tuple[OrderRow | NotValid, ...]:
        """The rows, as they were read."""
        return self.orders

    def audited(self) -> tuple[tuple[str, ...], None]:
        """Return what the audit keeps of it: the ids of the orders."""
        return tuple(it.id for it in self.rows if isinstance(it, OrderRow)), None
