"""The examples of the API's description are real requests and answers."""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from openapi_schema_validator import OAS31Validator, oas31_format_checker

from chalicelib.api import call as serving
from chalicelib.api.description.openapi import answer_name, description
from chalicelib.api.disputes.answers import Problem
from chalicelib.api.identity.rates import Rates
from chalicelib.api.problems import CATALOGUE
from chalicelib.domain.policy import published
from chalicelib.domain.thread import MESSAGES_A_MINUTE
from chalicelib.settings import settings
from localcloud.memory.table import MemoryTable
from tests.api.conftest import TABLE
from tests.api.edge import DAY, HOOK, NOON, Uncounted, at
from tests.api.promised import CARRIED, IN_DISPUTE, STANDARD, responses_of
from tests.api.samples import (
    ACME,
    ANA,
    CLAIM,
    EVERY,
    IDS,
    MARKET,
    OFFER,
    ORDER,
    PICTURE,
    SAMPLES,
    Stop,
    bring,
    euros,
    path_of,
    sample_of,
    shipped_with,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.api.edge import Api

FILE = Path(__file__).parents[2] / "chalicelib" / "api" / "description" / "examples.json"
WRITTEN_ANSWERS: dict[str, Any] = {
    "Description": {"openapi": "3.1.0", "info": {}, "paths": {}, "components": {}},
    "HTML": "<!doctype html><title>Buyer protection</title>",
    "Ticket": {
        "url": "wss://chat.example.com/api",
        "ticket": "Zq0v0iWq5uQn5mT8jJw0b1QyK8Zk3o5pJ2mS1bV7c4E",
        "expires_at": at(NOON),
    },
    "RegisteredWebhookEndpoint": {
        "id": IDS["endpoint_id"],
        **HOOK,
        "enabled": True,
        "off_reason": None,
        "off_since": None,
        "created_at": at(NOON),
        "old_secret_signs_until": None,
        "failing_since": None,
        "failed_attempts": 0,
        "version": 1,
        "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw8ROpA7gYgHA=",
    },
    "ClockNow": {"now": at(NOON), "offset_seconds": 3600},
}
WRITTEN_REQUESTS: dict[str, Any] = {
    "open_ticket": {},
    "register_endpoint": HOOK,
    "rotate_endpoint_secret": {},
    "advance_clock": {"advance_seconds": 3600},
}
"""Those that no story tells: they would describe themselves, are the sandbox's, or a secret that is new each time."""


def _played(new_api: Callable[[MemoryTable], Api]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Every route's request, and an answer of each model, each at the end of its own story; a read's before a write's."""
    requests, answers = dict(WRITTEN_REQUESTS), dict(WRITTEN_ANSWERS)
    for endpoint in sorted(EVERY, key=lambda it: (it.method != "GET", it.operation)):
        if answer_name(endpoint) in WRITTEN_ANSWERS:
            continue
        sample, api = sample_of(endpoint), new_api(MemoryTable(TABLE))
        bring(api, sample.stop)
        answer = api.done(sample.who, endpoint.method, path_of(endpoint) + sample.query, sample.body)
        answers.setdefault(answer_name(endpoint), answer)
        if endpoint.body:
            requests[endpoint.operation] = sample.body
    return dict(sorted(requests.items())), dict(sorted(answers.items()))


def _refusals(api: Api) -> dict[str, Any]:
    """Real problems of those codes that carry more than words."""
    api.done(MARKET, "PUT", "/orders/o-2", ORDER)
    bring(api, Stop.DISPUTED)
    three = {"lines": [ORDER["lines"][0] | {"quantity": 3}]}
    api.done(MARKET, "PUT", "/orders/o-4", ORDER | three)
    api.done(ANA, "POST", "/orders/o-4/receipt", {})
    api.done(ANA, "POST", "/orders/o-4/disputes", CLAIM)
    dispute, note = "/disputes/o-1-d1", {"note": "See."}
    refused = [
        api.call(ANA, "POST", "/orders/o-2/disputes", {"reason": "not_received"}),
        api.call(ANA, "POST", "/orders/o-4/disputes", CLAIM | {"items": [{"line_id": "a", "quantity": 3}]}),
        api.call(ANA, "POST", f"{dispute}/escalate", {}),
        api.call(ANA, "POST", f"{dispute}/proposals/1/accept", {}),
        api.call(ANA, "POST", f"{dispute}/appeal", note),
        api.call(ANA, "POST", f"{dispute}/evidence", note, if_match='"9"'),
        api.call(ACME, "POST", f"{dispute}/proposals", OFFER | {"amount": euros(20000)}),
        api.call(ACME, "POST", f"{dispute}/proposals", {"type": "refund"}),
    ]
    api.done(ACME, "POST", f"{dispute}/proposals", OFFER)
    refused.append(api.call(ANA, "POST", f"{dispute}/proposals/1/accept", {}))
    api.clock.wait(30 * DAY)
    refused.append(api.call(ACME, "POST", f"{dispute}/proposals", OFFER))
    return {reply.json["code"]: reply.json for reply in refused}


def _refusals_around_it(api: Api, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Those that come of parcels, messages and claims beside a dispute's negotiation."""
    order, thread, disputes = "/orders/o-3", "/orders/o-3/messages", "/orders/o-3/disputes"
    (lamp,), lines = ORDER["lines"], [f"lamp-{n}" for n in range(published().in_force(NOON).open_disputes_at_most + 1)]
    terms = {"lines": [lamp | {"id": line} for line in lines], "guarantees": [{"type": "domestic_returns"}]}
    api.done(MARKET, "PUT", order, ORDER | terms)
    pushed = copy.deepcopy(SAMPLES["aftership_webhook"])
    pushed.body["msg"]["slug"] = "usps"
    api.done(ACME, "POST", f"{order}/shipments", shipped_with(1))
    form = api.done(ANA, "POST", f"{thread}/uploads", PICTURE)
    refused = [
        api.call(ACME, "POST", f"{order}/shipments", {"carrier": "ups", "tracking_number": "1Z999AA10123456785"}),
        api.call(ACME, "POST", f"{order}/shipments", shipped_with(1)),
        api.call(pushed.who, "POST", "/webhooks/aftership", pushed.body),
        api.call(ANA, "POST", thread, {"attachments": [form["upload_id"]]}),
        *(api.call(ANA, "POST", thread, {"text": "Hello?"}) for _ in range(MESSAGES_A_MINUTE + 1)),
    ]
    api.done(ANA, "POST", f"{order}/receipt", {})
    unwanted = [{"reason": "no_longer_wanted", "items": [{"line_id": line, "quantity": 1}]} for line in lines]
    refused.append(api.call(ANA, "POST", disputes, unwanted[0]))
    refused += [api.call(ANA, "POST", disputes, claim | {"attests_unused": True}) for claim in unwanted]
    refused.append(api.call(ACME, "POST", "/disputes/o-3-d1/proposals/1/accept", {}))
    allowed = settings().calls_a_minute
    a_minute = Rates(Uncounted(), allowed, allowed, api.clock.epoch)
    monkeypatch.setattr(serving, "rates", lambda: a_minute)
    refused += [api.call(ANA, "GET", order) for _ in range(allowed + 1)]
    return {reply.json["code"]: reply.json for reply in refused if reply.status >= 400}


def test_the_examples_are_real(new_api: Callable[[MemoryTable], Api], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every example is a request that was sent and the answer it got. With WRITE_EXAMPLES=1 they are written again."""
    requests, answers = _played(new_api)
    problems = _refusals_around_it(new_api(MemoryTable(TABLE)), monkeypatch) | _refusals(new_api(MemoryTable(TABLE)))
    examples = {"answers": answers, "problems": problems, "requests": requests}
    text = json.dumps(examples, indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("WRITE_EXAMPLES") == "1":
        FILE.write_text(text, encoding="utf-8")
    assert text == FILE.read_text(encoding="utf-8"), "run: WRITE_EXAMPLES=1 pytest tests/api/test_examples.py; make docs"


def _with_examples(described: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Every example with its place and its schema."""
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            bodies = {"request": operation["requestBody"]} if "requestBody" in operation else {}
            for status, body in (bodies | responses_of(described, operation)).items():
                for content in body.get("content", {}).values():
                    values = [content["example"]] if "example" in content else []
                    values += [described["components"]["examples"][code]["value"] for code in content.get("examples", {})]
                    assert values, (path, method, status)
                    for value in values:
                        yield f"{method} {path} {status}", content["schema"], value
            for parameter in operation.get("parameters", []):
                if "example" in parameter:
                    yield f"{method} {path} {parameter['name']}", parameter["schema"], parameter["example"]


@pytest.mark.usefixtures("app")
def test_every_route_has_examples_that_fit() -> None:
    """Every request, answer and problem has an example, and each follows its own schema."""
    described = json.loads(json.dumps(description()))
    seen = 0
    for place, schema, value in _with_examples(described):
        whole = {"components": described["components"], **schema}
        problems = list(OAS31Validator(whole, format_checker=oas31_format_checker).iter_errors(value))
        assert [] == [problem.message for problem in problems], place
        seen += 1
    assert seen > 5 * len(EVERY)
    for code in CATALOGUE:
        shown = described["components"]["examples"][code]["value"]
        Problem.model_validate_json(json.dumps(shown))
        assert code == shown["code"]


def test_a_problems_example_shows_what_it_carries() -> None:
    """D10: who writes an app sees in the example which facts come with the code, as docs/errors.md promises."""
    shown = {code: description()["components"]["examples"][code]["value"] for code in CATALOGUE}
    beyond = {code: value.keys() - STANDARD for code, value in shown.items()}

    assert CARRIED == {code: members for code, members in beyond.items() if members}
    assert [] == [
        code for code, value in shown.items() for name in CARRIED.get(code, set()) - IN_DISPUTE if value[name] in (None, [])
    ]
