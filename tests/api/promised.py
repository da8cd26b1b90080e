"""What the API's description promises, asked of every answer that a test gets."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING

from chalicelib.api.contract import PROMISES, codes
from chalicelib.api.dispute_answers import Problem
from chalicelib.api.endpoint import ENDPOINTS
from chalicelib.api.openapi import description

if TYPE_CHECKING:
    from chalicelib.api.endpoint import Endpoint
    from tests.api.edge import Reply


@lru_cache
def _endpoint(method: str, path: str) -> Endpoint | None:
    return next((it for it in ENDPOINTS if (it.method, it.path) == (method, path)), None)


@lru_cache
def _codes(endpoint: Endpoint) -> frozenset[str]:
    return frozenset(codes(endpoint))


@lru_cache
def _headers(method: str, path: str, status: int) -> frozenset[str]:
    described = description()["paths"][path][method.lower()]["responses"][str(status)]["headers"]
    return frozenset(name.lower() for name in described)


def check(method: str, path: str, reply: Reply) -> None:
    """The answer has a status, headers, a shape and, where it is a problem, a code that its route declares, and no member
    beside.
    """
    endpoint = _endpoint(method, path)
    if endpoint:
        unsaid = {"retry-after"} if reply.status == 429 and reply.problem != "too_many_requests" else set()
        assert _headers(method, path, reply.status) - unsaid == reply.headers.keys() - {"content-type"}, (method, path)
    if reply.status >= 400:
        Problem.model_validate_json(reply.body)
        code = json.loads(reply.body)["code"]
        assert endpoint is None or code in _codes(endpoint), (method, path, code)
        return
    assert endpoint, (method, path)
    if reply.status == 304:
        assert (b"", "GET") == (reply.body, method)
        return
    assert reply.status in {endpoint.status, 200 if method == "PUT" else endpoint.status}
    answer = PROMISES[endpoint.operation].answer
    if answer:
        answer.model_validate_json(reply.body)
