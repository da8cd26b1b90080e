"""P1: every call is one line of the log, with ids and without anybody's words, even when it fails."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from pydantic import BaseModel, ValidationError

from chalicelib.api.problems import CATALOGUE
from chalicelib.logs import about, invocation, learn
from localcloud.memory.expressions import failure
from tests.api.edge import ANYONE
from tests.api.samples import ACME, ANA, BEN, EVERY, Stop, bring, path_of, sample_of
from tests.emf import Lines, listening

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.api.endpoint import Endpoint
    from tests.api.edge import Api

CANARY = "canary"


def calls(heard: Lines) -> list[dict[str, Any]]:
    """The lines of calls."""
    return [line for line in heard.lines() if line["message"] == "answered"]


@pytest.mark.parametrize("endpoint", EVERY, ids=lambda e: e.operation)
def test_every_call_is_one_line(api: Api, endpoint: Endpoint) -> None:
    """P1: method, route, status, duration, request id and role are told of every route, and the ids of what it was about.

    A lead is a mediator.
    """
    sample = sample_of(endpoint)
    bring(api, sample.stop)
    with listening() as heard:
        api.call(sample.who, endpoint.method, path_of(endpoint) + sample.query, sample.body)

    (line,) = calls(heard)
    role = sample.who.partition(":")[0].replace("lead", "mediator") if endpoint.roles else None
    assert (endpoint.method, endpoint.path, endpoint.status, role) == (
        line["method"],
        line["route"],
        line["status"],
        line.get("role"),
    )
    assert line["request_id"]
    assert line["duration_ms"] >= 0
    assert [name for name in ("order_id", "dispute_id", "instruction_id") if f"{{{name}}}" in endpoint.path] == [
        name for name in ("order_id", "dispute_id", "instruction_id") if name in line
    ]


def canary_bodies(body: Any) -> Any:  # noqa: ANN401 - any JSON
    """A body with a canary in every text."""
    if isinstance(body, dict):
        return {name: canary_bodies(value) for name, value in body.items()}
    if isinstance(body, list):
        return [canary_bodies(value) for value in body]
    return f"{CANARY}@{body}" if isinstance(body, str) else body


@pytest.mark.parametrize("endpoint", EVERY, ids=lambda e: e.operation)
def test_bad_input_is_not_repeated(api: Api, endpoint: Endpoint) -> None:
    """P1: bodies, ids, parameters, keys and tokens that are refused leave no word in the log, whatever they hold."""
    sample = sample_of(endpoint)
    bring(api, sample.stop)
    named = {"dispute_id", "instruction_id", "seller_id", "buyer_id"}
    # An order is what the marketplace calls it; only there is an id that nobody knew before a good one.
    named |= set() if endpoint.operation == "import_order" else {"order_id"}
    ids = dict.fromkeys(named, f"{CANARY}@example.com")
    with listening() as heard:
        api.call(sample.who, endpoint.method, path_of(endpoint), canary_bodies(sample.body or {"name": "x"}))
        api.send(endpoint.method, path_of(endpoint), api.headers(sample.who), f'{{"{CANARY}": ')
        api.call(sample.who, endpoint.method, path_of(endpoint, **ids), sample.body)
        api.call(sample.who, endpoint.method, f"{path_of(endpoint)}?{CANARY}={CANARY}&cursor={CANARY}", sample.body)
        api.call(ANYONE, endpoint.method, path_of(endpoint), sample.body, authorization=f"Bearer {CANARY}.{CANARY}.x")
        api.call(sample.who, endpoint.method, path_of(endpoint), sample.body, idempotency_key=f"{CANARY}-1")

    assert 6 == len(calls(heard))
    assert CANARY not in "".join(heard.written)


def test_a_failure_is_told_without_what_it_says(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """P1: an unexpected error is told by type, place, and AWS's code, under the request's id; its message is kept back."""
    bring(api, Stop.DISPUTED)

    def failing(**_: object) -> None:
        try:
            raise failure("ValidationException", f"{CANARY} in a message", "TransactWriteItems")
        except ClientError as error:
            raise KeyError(CANARY) from error

    monkeypatch.setattr(api.table, "transact_write_items", failing)
    with listening() as heard:
        reply = api.call(ANA, "POST", "/disputes/o-1-d1/evidence", {"note": CANARY})

    assert CATALOGUE["internal_error"].status == reply.status
    assert CANARY not in "".join(heard.written)
    told = next(line for line in heard.lines() if "exception" in line)
    line = calls(heard)[0]
    assert ["builtins.KeyError", "botocore.exceptions.ClientError"] == [one["type"] for one in told["exception"]]
    assert ("ValidationException", "TransactWriteItems") == (told["exception"][1]["code"], told["exception"][1]["operation"])
    assert any(at.endswith(" failing") for at in told["exception"][0]["at"])
    assert (500, "o-1-d1", line["request_id"]) == (line["status"], line["dispute_id"], told["request_id"])


class Shape(BaseModel):
    """Something to be wrong about."""

    number: int


def _wrong_model() -> None:
    Shape.model_validate_json(f'{{"number": "{CANARY}"}}')


def _chained() -> None:
    try:
        _wrong_model()
    except ValidationError:
        msg = CANARY
        raise RuntimeError(msg)  # noqa: B904 - the context is what is looked at


def _looping() -> None:
    error = ValueError(CANARY)
    error.__cause__ = KeyError(CANARY)
    error.__cause__.__cause__ = error
    raise error


@pytest.mark.parametrize(
    ("fail", "types"),
    [
        (_wrong_model, ["ValidationError"]),
        (_chained, ["RuntimeError", "ValidationError"]),
        (_looping, ["ValueError", "KeyError"]),
    ],
)
def test_no_exception_s_words_are_logged(fail: Callable[[], None], types: list[str]) -> None:
    """P1: a model's error shows its input and others quote what they please: only their types and places are told."""
    with listening() as heard:
        try:
            fail()
        except Exception:
            logging.getLogger("chalicelib.test").exception("it failed", extra={"order_id": "o-1", "note": CANARY})

    (line,) = heard.lines()
    assert types == [one["type"].rpartition(".")[2] for one in line["exception"]]
    assert ("it failed", "o-1") == (line["message"], line["order_id"])
    assert any(fail.__name__ in at for at in line["exception"][0]["at"])
    assert CANARY not in heard.written[0]


def test_what_others_log_is_told_without_its_arguments() -> None:
    """P1: a library's words may name an address or a request: its constant part is enough to find it."""
    with listening() as heard:
        logging.getLogger("library.endpoint").debug("Sending http request: %s", CANARY)
        logging.getLogger("chalicelib.x").info("swept shard %s", 3)

    assert ["Sending http request: %s", "swept shard 3"] == [line["message"] for line in heard.lines()]


def test_what_is_known_of_a_request_ends_with_it() -> None:
    """P1: lines between requests, and the next request's, carry nothing of the one before."""
    with listening() as heard:
        learn(role="buyer")
        with about(request_id="1"):
            learn(role="seller")
            logging.getLogger("chalicelib").info("in")
        logging.getLogger("chalicelib").info("after")

    assert [("1", "seller"), (None, None)] == [(line.get("request_id"), line.get("role")) for line in heard.lines()]


def test_a_stranger_s_guess_is_not_kept(api: Api) -> None:
    """P1: what somebody asks for in vain is no id of ours: it could be anything."""
    bring(api, Stop.DISPUTED)
    with listening() as heard:
        api.call(BEN, "GET", "/disputes/o-1-d1")
        api.call(ACME, "POST", "/disputes/o-1-d1/escalate", {})

    refused, early = calls(heard)
    assert (404, None) == (refused["status"], refused.get("dispute_id"))
    assert "o-1-d1" == early["dispute_id"]


def test_a_line_names_its_time_build_and_invocation(monkeypatch: pytest.MonkeyPatch) -> None:
    """P1: lines of one invocation can be put together, and joined with the runtime's and with a trace."""
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1")
    context = SimpleNamespace(aws_request_id="request-1", function_name="shop-Sweep")
    with listening() as heard:
        for _ in range(2):
            with invocation(context):
                logging.getLogger("chalicelib").info("in")
    first, second = heard.lines()

    assert re.fullmatch(r"[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}\.[0-9]{3}Z", first["timestamp"])
    assert ("INFO", "buyer-protection", "development") == (first["level"], first["service"], first["version"])
    assert ("request-1", "shop-Sweep") == (first["function_request_id"], first["function"])
    assert "1-5759e988-bd862e3fe1be46a994272793" == first["trace_id"]
    assert False is second["cold_start"]


def test_only_the_first_invocation_of_a_process_is_a_cold_start() -> None:
    """A process says once that it was started for a call."""
    script = """
from chalicelib.logs import _about, invocation
for _ in range(3):
    with invocation(None):
        print(_about.get()["cold_start"])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert ["True", "False", "False"] == done.stdout.split()


def test_a_field_that_is_not_allowed_is_named() -> None:
    """P1: a value that may hold anything is not written, and the line says that there was one."""
    with listening() as heard:
        logging.getLogger("chalicelib.x").info("it happened", extra={"order_id": "o-1", "note": CANARY})
        logging.getLogger("chalicelib.x").info("a quota", extra={"quota": "FilterPolicyLimitExceeded", "upload_id": "u-1"})

    noted, quota = heard.lines()
    assert (["note"], "o-1") == (noted["left_out"], noted["order_id"])
    assert ("FilterPolicyLimitExceeded", "u-1", False) == (quota["quota"], quota["upload_id"], "left_out" in quota)
    assert CANARY not in "".join(heard.written)


def test_a_call_names_its_caller_and_its_problem(api: Api) -> None:
    """P1: who was refused what can be answered from the log: an opaque id, and the problem's code."""
    bring(api, Stop.DISPUTED)
    with listening() as heard:
        api.call(BEN, "GET", "/disputes/o-1-d1")
        api.call(ANYONE, "GET", "/orders")
        api.call(ANA, "GET", "/orders")

    told = [(line["status"], line.get("caller"), line.get("code")) for line in calls(heard)]
    assert [(404, "ben", "not_found"), (401, None, "unauthenticated"), (200, "ana", None)] == told


def test_the_libraries_of_aws_are_quiet(app: object) -> None:
    """Each cold start would log where it found its credentials, which nobody looks for."""
    assert app
    assert [logging.WARNING] * 2 == [logging.getLogger(name).level for name in ("botocore", "urllib3")]
