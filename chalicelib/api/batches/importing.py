"""Orders in batches over HTTP: each is checked, imported and answered by itself (O1)."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

import msgspec

from chalicelib.api.batches.requests import NotValid, OrderRow
from chalicelib.api.problems import CATALOGUE, ERRORS_AT_MOST, Problem, not_valid, problem_of, told
from chalicelib.service import order_batches
from chalicelib.store.idempotency import Answer

if TYPE_CHECKING:
    from chalicelib.api.batches.requests import ImportOrders
    from chalicelib.api.call import Call
    from chalicelib.service.views import Json

BEGUN_WITHIN_S = 8
"""Seconds after which no further order is begun: the function has 20, and an order whose call gets no answer takes ten."""
TWICE = "An order with this id stands before it in the batch."
LATER = "The batch took too long. Send the same request again with the same Idempotency-Key: it goes on from here."


def import_orders(call: Call) -> Json:
    """Import the orders of a batch, and return the result of each. Raises ``Problem`` where none of them is valid."""
    body: ImportOrders = call.body
    faults = {n: problem_of(it.error) for n, it in enumerate(body.rows) if isinstance(it, NotValid)}
    if len(faults) == len(body.rows):
        raise _none_is_valid(faults)
    rows: dict[str, tuple[int, OrderRow]] = {}
    for n, it in enumerate(body.rows):
        if isinstance(it, OrderRow) and rows.setdefault(it.id, (n, it))[0] != n:
            faults[n] = not_valid(TWICE, "id")
    began = monotonic()
    terms = [row.terms(order_id) for order_id, (_, row) in rows.items()]
    became = order_batches.import_orders(
        call.services, call.actor, call.expect_once(), terms, lambda: monotonic() - began < BEGUN_WITHIN_S
    )
    results = {n: _fault(it, body.rows[n].id, call.language) for n, it in faults.items()}
    for (order_id, (n, _)), outcome in zip(rows.items(), became, strict=True):
        results[n] = _result(order_id, outcome, call.language)
    return {"results": [results[n] for n in range(len(body.rows))]}


def _result(order_id: str, outcome: Answer | Exception | None, language: str) -> Json:
    if isinstance(outcome, Answer):
        return {"id": order_id, "status": outcome.status, "order": msgspec.Raw(outcome.body.encode()), "problem": None}
    problem = problem_of(outcome) if outcome else Problem("temporarily_unavailable", LATER)
    return _fault(problem, order_id, language)


def _fault(problem: Problem, order_id: str | None, language: str) -> Json:
    status = CATALOGUE[problem.code].status.value
    return {"id": order_id, "status": status, "order": None, "problem": told(problem, language)}


def _none_is_valid(faults: dict[int, Problem]) -> Problem:
    """Return the problem of a batch without a valid order: nothing of it is kept, as of any body that is not valid."""
    found: list[dict[str, Any]] = [
        {**error, "field": f"orders.{n}.{error['field']}".rstrip(".")} for n, it in faults.items() for error in _errors(it)
    ][:ERRORS_AT_MOST]
    fields = ", ".join(dict.fromkeys(it["field"] for it in found))
    return Problem("validation_failed", f"No order of the batch is valid: {fields}.", errors=found)


def _errors(problem: Problem) -> list[dict[str, Any]]:
    errors: Any = problem.members["errors"]
    return list(errors)
