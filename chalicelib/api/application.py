"""The Chalice application: it logs every call once and turns the errors that Chalice itself answers into problems."""

from __future__ import annotations

import logging
from time import perf_counter
from typing import Any
from uuid import uuid4

from chalice.app import Chalice

from chalicelib.logs import about

log = logging.getLogger(__name__)

REQUEST_ID = "X-Request-Id"
"""The header that identifies a call, for callers who report a problem."""
SECURITY = {"X-Content-Type-Options": "nosniff", "Strict-Transport-Security": "max-age=31536000"}
"""The headers of every answer that tell browsers to guess no type, and to come over TLS only."""
_CODES = {403: "not_found", 404: "not_found", 405: "not_found", 415: "unsupported_media_type"}
"""The gateway answers unknown addresses and methods itself, both as not found."""
_FIRST_ERROR, _FIRST_FAULT = 400, 500
_LOGGED = ("order_id", "dispute_id", "instruction_id")
_OF_WHAT_IS_THERE = (409, 412)


class Application(Chalice):
    """Chalice with problem+json for its own errors. It logs every call, and no text that the caller wrote."""

    def __call__(self, event: Any, context: Any) -> Any:  # noqa: ANN401 - Lambda's own types
        """Answer one API event."""
        began = perf_counter()
        asked = event.get("requestContext") or {}
        request_id = asked.get("requestId") or str(uuid4())
        with about(request_id=request_id, method=asked.get("httpMethod"), route=asked.get("resourcePath")):
            answer = self._answered(event, context)
            status = answer["statusCode"]
            answer["headers"] |= {REQUEST_ID: request_id} | SECURITY
            duration_ms = round((perf_counter() - began) * 1000)
            log.info("answered", extra={"status": status, "duration_ms": duration_ms, **_ids(event, status)})
        return answer

    def _answered(self, event: Any, context: Any) -> Any:  # noqa: ANN401
        answer = super().__call__(event, context)
        status = answer["statusCode"]
        types = {name.lower(): value for name, value in answer.get("headers", {}).items()}
        if status < _FIRST_ERROR or types.get("content-type") == "application/problem+json":
            return answer
        from chalicelib.api.language import preferred  # noqa: PLC0415
        from chalicelib.api.problems import Problem, response  # noqa: PLC0415 - only the API has errors to answer

        code = _CODES.get(status, "internal_error" if status >= _FIRST_FAULT else "malformed_request")
        asked = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        made: Any = response(Problem(code), preferred(str(asked.get("accept-language", ""))))
        return made.to_dict()


def _ids(event: Any, status: int) -> dict[str, str]:  # noqa: ANN401
    """The ids that the call named, for the log. Ids of resources that were not found are left out: they may hold anything."""
    if _FIRST_ERROR <= status < _FIRST_FAULT and status not in _OF_WHAT_IS_THERE:
        return {}
    named = event.get("pathParameters") or {}
    return {name: named[name] for name in _LOGGED if name in named}
