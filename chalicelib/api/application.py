"""The Chalice application: it logs every call once and turns the errors that Chalice itself answers into problems."""

from __future__ import annotations

import logging
from time import perf_counter
from typing import Any
from uuid import uuid4

from chalice.app import Chalice

from chalicelib.logs import about, invocation
from chalicelib.metrics import measured

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
_COUNTED = (401, 403, 429)
"""Refusals that come in floods: of somebody who guesses, or of an app or an identity provider that went wrong."""
_EVENTS = ("cloudwatch", "dynamodb", "kinesis", "pure_lambda", "s3", "scheduled", "sns", "sqs", "websocket")
"""Every kind of function of Chalice's but the API, which answers its errors itself."""


class InvocationFailed(Exception):  # noqa: N818 - it says what happened
    """An event function failed. Its log line says where; the runtime prints this in its place, as it has no words of people."""


class Application(Chalice):
    """Chalice with problem+json for its own errors. It logs every call, and no text that the caller wrote.

    Every event function runs inside ``_logged``, also one that is declared tomorrow.
    """

    def __init__(self, *args: Any, **named: Any) -> None:  # noqa: ANN401 - as Chalice takes them
        """Prepare the log of the event functions."""
        super().__init__(*args, **named)
        for kind in _EVENTS:
            self.register_middleware(_logged, kind)

    def __call__(self, event: Any, context: Any) -> Any:  # noqa: ANN401 - Lambda's own types
        """Answer one API event."""
        began = perf_counter()
        asked = event.get("requestContext") or {}
        request_id = asked.get("requestId") or str(uuid4())
        of_call = about(request_id=request_id, method=asked.get("httpMethod"), route=asked.get("resourcePath"))
        with invocation(context), of_call:
            answer = self._answered(event, context)
            status = answer["statusCode"]
            answer["headers"] |= {REQUEST_ID: request_id} | SECURITY
            duration_ms = round((perf_counter() - began) * 1000)
            counted = measured({"Status": str(status)}, CallsRefused=1) if status in _COUNTED else {}
            log.info("answered", extra={"status": status, "duration_ms": duration_ms, **_ids(event, status), **counted})
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


def _logged(event: Any, go_on: Any) -> Any:  # noqa: ANN401 - an event of Chalice's, and the function
    """Run an event function. Log what it raises as one line without personal data, and fail all the same (P1).

    Raises ``InvocationFailed``: AWS then counts the error and delivers the event again.
    """
    with invocation(event.context):
        try:
            return go_on(event)
        except Exception as error:
            log.exception("an invocation failed")
            raise InvocationFailed(f"{type(error).__name__}; the log line says where") from None


def _ids(event: Any, status: int) -> dict[str, str]:  # noqa: ANN401
    """The ids that the call named, for the log. Ids of resources that were not found are left out: they may hold anything."""
    if _FIRST_ERROR <= status < _FIRST_FAULT and status not in _OF_WHAT_IS_THERE:
        return {}
    named = event.get("pathParameters") or {}
    return {name: named[name] for name in _LOGGED if name in named}
