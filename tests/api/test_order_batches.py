"""Orders in batches: each is checked, imported and answered by itself (O1, I5)."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.api.batches import importing
from chalicelib.api.batches.requests import ORDERS_AT_MOST
from chalicelib.service.order_batches import AT_ONCE
from tests.api.edge import NOON, at
from tests.api.samples import MARKET, ORDER, euros
from tests.waiting import PATIENCE

if TYPE_CHECKING:
    import pytest

    from tests.api.edge import Api

PATH = "/orders/batch"


def row(order_id: str, **changed: object) -> dict[str, Any]:
    """Return the row of an order."""
    return ORDER | {"id": order_id} | changed


def send(api: Api, *rows: object, key: str = "once", **headers: str) -> list[dict[str, Any]]:
    """Send a batch, and return its results."""
    results: list[dict[str, Any]] = api.done(MARKET, "POST", PATH, {"orders": rows}, idempotency_key=key, **headers)["results"]
    return results


def seen(results: list[dict[str, Any]]) -> list[tuple[str | None, int, str | None]]:
    """Return of each result the id, the status and the problem's code."""
    return [(it["id"], it["status"], it["problem"] and it["problem"]["code"]) for it in results]


def test_a_bad_row_holds_up_no_good_one(api: Api) -> None:
    """O1: rows that are no order, that the rules refuse, that contradict or repeat are refused; the others are imported."""
    api.done(MARKET, "PUT", "/orders/o-1", ORDER)
    api.done(MARKET, "PUT", "/orders/o-2", ORDER)
    rows = (
        row("o-1"),
        row("o-2", shipping_fee=euros(1)),
        row("o-3", currency="XXY"),
        row("o-4", seller_id="ana"),
        row("not an id"),
        "no order",
        row("o-7"),
        row("o-7", shipping_fee=euros(1)),
        row("batch"),
        row("o-8"),
    )
    results = send(api, *rows)

    expected = [
        ("o-1", 200, None),
        ("o-2", 409, "conflict"),
        ("o-3", 422, "validation_failed"),
        ("o-4", 422, "invalid"),
        (None, 422, "validation_failed"),
        (None, 422, "validation_failed"),
        ("o-7", 201, None),
        ("o-7", 422, "validation_failed"),
        (None, 422, "validation_failed"),
        ("o-8", 201, None),
    ]
    assert expected == seen(results)
    assert ["currency"] == [it["field"] for it in results[2]["problem"]["errors"]]
    assert [api.done(MARKET, "GET", f"/orders/{it}") for it in ("o-7", "o-8")] == [results[6]["order"], results[9]["order"]]


def test_a_row_is_answered_as_the_order_by_itself(api: Api) -> None:
    """O1: a row's status, order and problem are those of PUT /orders/{order_id} with the same body."""
    puts = [api.call(MARKET, "PUT", f"/orders/o-{n}", it) for n, it in enumerate((ORDER, ORDER | {"seller_id": "ana"}), 1)]
    results = send(api, row("o-3"), row("o-4", seller_id="ana"))

    assert [it.status for it in puts] == [it["status"] for it in results]
    assert puts[0].json | {"id": "o-3"} == results[0]["order"]
    assert puts[1].json == results[1]["problem"]


def test_a_batch_of_which_no_row_is_valid_is_refused(api: Api) -> None:
    """I10: what is no order from beginning to end is a 422 that names each fault, and nothing of it is kept."""
    stored = api.stored
    reply = api.call(MARKET, "POST", PATH, {"orders": [row("o-1", currency="euro"), 7]})

    assert (422, "validation_failed") == reply.refused
    assert ["orders.0.currency", "orders.1"] == [it["field"] for it in reply.json["errors"]]
    assert stored == api.stored


def test_the_same_batch_again_carries_out_the_rest(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """I5: sent again, an imported row gets its first answer and a row that failed is imported; each order exists once."""
    write, throttled = (
        api.table.transact_write_items,
        ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "TransactWriteItems"),
    )

    def failing(**request: Any) -> Any:  # noqa: ANN401 - as DynamoDB's
        if any(it["Put"]["Item"]["pk"]["S"] == "ORDER#o-2" for it in request["TransactItems"]):
            raise throttled
        return write(**request)

    with monkeypatch.context() as patch:
        patch.setattr(api.table, "transact_write_items", failing)
        first = send(api, *(row(f"o-{n}") for n in range(1, 4)))
    api.clock.wait(NOON.replace(hour=13) - NOON)
    again = send(api, *(row(f"o-{n}") for n in range(1, 4)))

    assert [("o-1", 201, None), ("o-2", 503, "temporarily_unavailable"), ("o-3", 201, None)] == seen(first)
    assert [first[0], first[2]] == [again[0], again[2]]
    assert ("o-2", 201, None) == seen(again)[1]
    assert again == send(api, *(row(f"o-{n}") for n in range(1, 4)))
    assert 3 == len(api.done(MARKET, "GET", "/orders?buyer_id=ana")["items"])


def test_a_batch_ends_in_time(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Section 7: once its time is over no row is begun, the answer says so, and the same request goes on from there."""
    times = iter([0.0, 1.0, 2.0, *[importing.BEGUN_WITHIN_S + 1.0] * 8])
    monkeypatch.setattr("chalicelib.service.order_batches.AT_ONCE", 1)
    with monkeypatch.context() as patch:
        patch.setattr(importing, "monotonic", lambda: next(times))
        first = send(api, *(row(f"o-{n}") for n in range(4)))
    again = send(api, *(row(f"o-{n}") for n in range(4)))

    assert [201, 201, 503, 503] == [it["status"] for it in first]
    assert "the same Idempotency-Key" in first[2]["problem"]["detail"]
    assert [201] * 4 == [it["status"] for it in again]
    assert first[:2] == again[:2]


def test_rows_are_imported_at_the_same_time(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Section 7: so many rows as are carried out at once are in their first read together, or the batch would never end."""
    together, query = threading.Barrier(AT_ONCE), api.table.query

    def waiting(**request: Any) -> Any:  # noqa: ANN401 - as DynamoDB's
        together.wait(PATIENCE)
        return query(**request)

    monkeypatch.setattr(api.table, "query", waiting)
    assert [201] * 2 * AT_ONCE == [it["status"] for it in send(api, *(row(f"o-{n}") for n in range(2 * AT_ONCE)))]


def test_a_hundred_orders_are_a_batch(api: Api) -> None:
    """Section 7: a hundred orders of ten lines are taken, and one more than a hundred is not."""
    lines = [ORDER["lines"][0] | {"id": f"line-{n}", "unit_price": euros(100), "title": "Lamp " * 20} for n in range(10)]
    rows = [row(f"o-{n}", lines=lines) for n in range(ORDERS_AT_MOST + 1)]

    assert (422, "validation_failed") == api.call(MARKET, "POST", PATH, {"orders": rows}).refused
    assert [201] * ORDERS_AT_MOST == [it["status"] for it in send(api, *rows[:ORDERS_AT_MOST])]


def test_a_rows_problem_comes_in_the_callers_language(api: Api) -> None:
    """Section 7: the words of a row's problem are in the language that the caller prefers."""
    results = send(api, row("o-1"), row("o-2", seller_id="ana"), accept_language="es")
    alone = api.call(MARKET, "PUT", "/orders/o-3", ORDER | {"seller_id": "ana"}, accept_language="es").json

    assert alone == results[1]["problem"]


def test_the_audit_names_the_orders_of_a_batch(api: Api) -> None:
    """P5: one batch is one entry, with the ids of all its orders that have one."""
    send(api, row("o-1"), row("o-2", currency="XXY"), row("o-3"))
    entry = api.done("operator:ola", "GET", "/audit?limit=1")["items"][0]

    assert ("import_orders", "done", ["o-1", "o-3"]) == (entry["operation"], entry["outcome"], entry["listed"])
    assert at(NOON) == entry["at"]
