"""If the table fails or throttles, the answer is a 503 that says when to try again, and nothing is lost (I10, I11)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from localcloud.memory.expressions import failure
from tests.api.samples import ANA, BY_SIGNATURE, GUARDED, Stop, bring, path_of, sample_of
from tests.api.test_logs import CANARY, calls
from tests.emf import listening
from tests.service.office import cancelled

if TYPE_CHECKING:
    from chalicelib.api.endpoint import Endpoint
    from localcloud.memory.table import MemoryTable
    from tests.api.edge import Api, Reply

OPERATIONS = ("get_item", "batch_get_item", "query", "put_item", "delete_item", "transact_write_items")
EVIDENCE = "/disputes/o-1-d1/evidence"
URL = {"endpoint_url": "https://table.example"}
PASSING = [
    *(made(**URL) for made in (ConnectTimeoutError, ReadTimeoutError, ConnectionClosedError)),
    EndpointConnectionError(**URL, error=CANARY),
    *(
        failure(code, CANARY, "TransactWriteItems")
        for code in (
            "ThrottlingException",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "InternalServerError",
            "ServiceUnavailable",
        )
    ),
    cancelled("ConditionalCheckFailed", "ThrottlingError", "None"),
    cancelled("ProvisionedThroughputExceeded", "TransactionConflict"),
]
LASTING = [
    failure("AccessDeniedException", CANARY, "TransactWriteItems"),
    failure("ResourceNotFoundException", CANARY, "TransactWriteItems"),
    cancelled("None", "ValidationError"),
]


def named(error: Exception) -> str:
    """The error as a test's name."""
    return error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__


def failing(patch: pytest.MonkeyPatch, table: MemoryTable, error: Exception, *operations: str) -> None:
    """Have the table's operations raise an error."""

    def fail(**_: Any) -> None:  # noqa: ANN401 - an AWS request
        raise error

    for operation in operations:
        patch.setattr(table, operation, fail)


def unavailable(reply: Reply) -> bool:
    """Return whether the answer is that of an outage, with the time to try again."""
    return (503, "temporarily_unavailable", True) == (reply.status, reply.problem, int(reply.headers["retry-after"]) > 0)


@pytest.mark.parametrize("path", ["/disputes/o-1-d1", "/disputes/o-1-d1/timeline", EVIDENCE])
def test_a_case_that_never_stops_changing_is_read_later(api: Api, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """I10: a read that meets another change each time it reads a closed dispute is a 503, and afterwards as good as ever."""
    bring(api, Stop.DISPUTED)
    api.done(ANA, "POST", "/disputes/o-1-d1/withdraw", {})
    whole = api.table.get_item

    def newer(**request: Any) -> Any:  # noqa: ANN401 - an AWS request and its reply
        found = whole(**request)
        if request["Key"]["sk"]["S"].startswith("CLOSED#"):
            state = json.loads(found["Item"]["data"]["S"])
            found["Item"]["data"] = {"S": json.dumps(state | {"version": state["version"] + 1})}
        return found

    with monkeypatch.context() as patch:
        patch.setattr(api.table, "get_item", newer)
        assert unavailable(api.call(ANA, "GET", path))
    assert 200 == api.call(ANA, "GET", path).status


WITHOUT_THE_TABLE = {"list_policies"}
"""Operations whose answer is part of the program."""


@pytest.mark.parametrize("endpoint", GUARDED + BY_SIGNATURE, ids=lambda e: e.operation)
def test_every_route_says_to_come_again(api: Api, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """I10: where the table answers nothing, every route that asks it for a caller is a 503, and afterwards as good as ever."""
    sample = sample_of(endpoint)
    bring(api, sample.stop)

    def ask() -> Reply:
        return api.call(sample.who, endpoint.method, path_of(endpoint) + sample.query, sample.body, idempotency_key="once")

    with monkeypatch.context() as patch:
        failing(patch, api.table, ReadTimeoutError(**URL), *OPERATIONS)
        answer = ask()
        assert answer.status == endpoint.status if endpoint.operation in WITHOUT_THE_TABLE else unavailable(answer)
    assert endpoint.status == ask().status


@pytest.mark.parametrize("error", PASSING, ids=named)
def test_what_passes_is_answered_with_when_to_come_again(api: Api, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """I10, P1: timeouts, throttling and faults of DynamoDB's own are told apart from ours; the log has ids, and no words."""
    bring(api, Stop.DISPUTED)
    failing(monkeypatch, api.table, error, "transact_write_items")

    with listening() as heard:
        assert unavailable(api.call(ANA, "POST", EVIDENCE, {"note": CANARY}))

    (told,) = (line for line in heard.lines() if "exception" in line)
    assert ("ERROR", "AWS is unavailable") == (told["level"], told["message"])
    assert calls(heard)[0]["request_id"] == told["request_id"]
    assert CANARY not in "".join(heard.written)


@pytest.mark.parametrize("error", LASTING, ids=named)
def test_what_lasts_is_our_fault(api: Api, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """I10: waiting does not repair a missing right, or a request that DynamoDB does not take."""
    bring(api, Stop.DISPUTED)
    failing(monkeypatch, api.table, error, "transact_write_items")

    reply = api.call(ANA, "POST", EVIDENCE, {"note": "x"})

    assert (500, "internal_error") == (reply.status, reply.problem)


def test_a_write_whose_reply_was_lost_happened_once(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """I11: it was written all the same; the same request with the same key gets the answer, and writes nothing."""
    bring(api, Stop.DISPUTED)
    write = api.table.transact_write_items

    def lose_the_reply(**request: Any) -> None:  # noqa: ANN401
        write(**request)
        raise ReadTimeoutError(**URL)

    with monkeypatch.context() as patch:
        patch.setattr(api.table, "transact_write_items", lose_the_reply)
        assert unavailable(api.call(ANA, "POST", EVIDENCE, {"note": "x"}, idempotency_key="once"))
    stored = api.stored

    again = api.call(ANA, "POST", EVIDENCE, {"note": "x"}, idempotency_key="once")

    assert (200, 1) == (again.status, len(again.json["evidence"]))
    assert stored == api.stored
