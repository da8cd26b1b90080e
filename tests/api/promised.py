"""Hold every answer that a test gets to the API's description."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from chalicelib.api.application import SECURITY
from chalicelib.api.description.openapi import description
from chalicelib.api.description.problem_codes import problem_codes
from chalicelib.api.disputes.answers import Problem
from chalicelib.api.endpoint import ENDPOINTS

if TYPE_CHECKING:
    from chalicelib.api.endpoint import Endpoint
    from tests.api.edge import Reply


SECURE = {name.lower(): value for name, value in SECURITY.items()}
"""The headers that every answer has, and which the description states once for all."""
STANDARD = {"type", "title", "status", "code", "detail"}
"""The members of every problem."""


IN_DISPUTE = {
    "dispute_id",
    "dispute_status",
    "stage",
    "turn",
    "deadline",
    "current_proposal",
    "allowed_actions",
    "as_of",
    "current_version",
}
CARRIED = {
    "wrong_state": IN_DISPUTE,
    "wrong_party": IN_DISPUTE,
    "too_early": IN_DISPUTE | {"opens_at"},
    "too_late": IN_DISPUTE,
    "stale_proposal": IN_DISPUTE,
    "not_covered": {"exclusion", "line_id", "units_left"},
    "not_yet_covered": {"opens_at", "line_id"},
    "conflict": {"tracking_number"},
    "limit_reached": {"limit", "open_disputes"},
    "version_mismatch": IN_DISPUTE,
    "validation_failed": {"errors"},
    "invalid": IN_DISPUTE | {"field", "maximum"},
    "return_address_required": IN_DISPUTE | {"country"},
    "attestation_required": {"field"},
    "invalid_tracking_number": {"carrier", "tracking_number"},
    "unknown_carrier": {"carrier"},
    "upload_pending": {"field"},
    "too_many_messages": {"limit", "opens_at"},
    "too_many_requests": {"limit"},
}
"""What the example of each code shows beyond the standard members; no answer of another code has more than those."""


@lru_cache
def _endpoint(method: str, path: str) -> Endpoint | None:
    return next((it for it in ENDPOINTS if (it.method, it.path) == (method, path)), None)


@lru_cache
def _codes(endpoint: Endpoint) -> frozenset[str]:
    return frozenset(problem_codes(endpoint))


def responses_of(described: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    """The responses of an operation by status, those included that it shares with others and refers to."""
    shared = described["components"]["responses"]
    return {
        status: shared[response["$ref"].rpartition("/")[2]] if "$ref" in response else response
        for status, response in operation["responses"].items()
    }


@lru_cache
def _headers(method: str, path: str, status: int) -> frozenset[str]:
    described = description()
    responses = responses_of(described, described["paths"][path][method.lower()])
    return frozenset(name.lower() for name in responses[str(status)]["headers"])


def check(method: str, path: str, reply: Reply) -> None:
    """The answer has a status, headers, a shape and, where it is a problem, a code that its route declares, and no member
    beside: none at all where its example has none.
    """
    endpoint = _endpoint(method, path)
    if endpoint:
        unsaid = {"retry-after"} if reply.status == 429 and reply.problem != "too_many_requests" else set()
        promised = _headers(method, path, reply.status) - unsaid
        assert promised == reply.headers.keys() - {"content-type"} - SECURE.keys(), (method, path)
    assert SECURE == {name: reply.headers.get(name) for name in SECURE}, (method, path)
    if reply.status >= 400:
        Problem.model_validate_json(reply.body)
        code = json.loads(reply.body)["code"]
        assert code in CARRIED or json.loads(reply.body).keys() == STANDARD, (method, path, code)
        assert endpoint is None or code in _codes(endpoint), (method, path, code)
        return
    assert endpoint, (method, path)
    if reply.status == 304:
        assert (b"", "GET") == (reply.body, method)
        return
    assert reply.status in {endpoint.status, 200 if method == "PUT" else endpoint.status}
    if endpoint.answers:
        endpoint.answers().model_validate_json(reply.body)
