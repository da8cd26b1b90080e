"""Every error as problem+json (RFC 9457) with a stable code: one table for all of them."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from chalice.app import Response
from pydantic import ValidationError

from chalicelib.domain import refusals as r
from chalicelib.domain.refusals import Refusal
from chalicelib.service import errors as s
from chalicelib.store.codec import plain
from chalicelib.store.lists import BadCursor

if TYPE_CHECKING:
    from collections.abc import Mapping

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: its status and what it means to the caller, with what to do."""

    status: HTTPStatus
    meaning: str


CATALOGUE: dict[str, Kind] = {
    "malformed_request": Kind(HTTPStatus.BAD_REQUEST, "The body is not JSON, or a header or a cursor is not well formed."),
    "idempotency_key_required": Kind(HTTPStatus.BAD_REQUEST, "Send an Idempotency-Key of 1 to 255 characters with every POST."),
    "unauthenticated": Kind(HTTPStatus.UNAUTHORIZED, "Send a valid bearer token; detail says what is wrong with this one."),
    s.Forbidden.code: Kind(HTTPStatus.FORBIDDEN, "Your role never does this."),
    s.NotFound.code: Kind(HTTPStatus.NOT_FOUND, "There is no such thing, or none that you may see."),
    "method_not_allowed": Kind(HTTPStatus.METHOD_NOT_ALLOWED, "This address does not take this method."),
    r.WRONG_STATE: Kind(HTTPStatus.CONFLICT, "Not possible in the state the dispute is in; look at allowed_actions."),
    r.WRONG_PARTY: Kind(HTTPStatus.CONFLICT, "Possible now, but for somebody else."),
    r.TOO_EARLY: Kind(HTTPStatus.CONFLICT, "Possible from opens_at."),
    r.TOO_LATE: Kind(HTTPStatus.CONFLICT, "The deadline has passed."),
    r.STALE_PROPOSAL: Kind(HTTPStatus.CONFLICT, "That proposal is no longer on the table; current_proposal is."),
    r.NOT_COVERED: Kind(HTTPStatus.CONFLICT, "The claim is excluded; exclusion says why, detail explains."),
    r.NOT_YET_COVERED: Kind(HTTPStatus.CONFLICT, "The claim is covered from opens_at or, where that is null, from delivery."),
    r.CONFLICT: Kind(HTTPStatus.CONFLICT, "It contradicts what is on record."),
    r.LIMIT_REACHED: Kind(HTTPStatus.CONFLICT, "A limit of the policy is reached."),
    s.Busy.code: Kind(HTTPStatus.CONFLICT, "The same thing is being changed by others; send the same request again."),
    s.VersionMismatch.code: Kind(HTTPStatus.PRECONDITION_FAILED, "If-Match is not the current version; read it again."),
    "body_too_large": Kind(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "A request body has at most 65536 bytes."),
    "unsupported_media_type": Kind(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send application/json."),
    s.Malformed.code: Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "The body or a parameter is not valid; errors says where."),
    r.INVALID: Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "A value the rules do not take; field says which."),
    s.KeyReused.code: Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "This Idempotency-Key was used with another body."),
    r.RETURN_ADDRESS_REQUIRED: Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "Give a return address, here or in the profile."),
    r.ATTESTATION_REQUIRED: Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "Attest that the items are unused, in original packaging."),
    r.INVALID_TRACKING_NUMBER: Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "Not a tracking number of that carrier."),
    "internal_error": Kind(HTTPStatus.INTERNAL_SERVER_ERROR, "Our fault; it is logged. The same request may be sent again."),
    "identity_provider_unavailable": Kind(HTTPStatus.SERVICE_UNAVAILABLE, "Tokens cannot be checked now; try again."),
}
"""Every problem code, its status and its meaning. ``docs/errors.md`` and the API description are made from it."""


class Problem(Exception):  # noqa: N818 - the RFC's word
    """A problem of the edge itself, by its code."""

    def __init__(self, code: str, detail: str = "", headers: Mapping[str, str] | None = None, **members: object) -> None:
        """Name a code of the catalogue, and what in particular is wrong."""
        super().__init__(detail or CATALOGUE[code].meaning)
        self.code = code
        self.detail = detail or CATALOGUE[code].meaning
        self.headers = dict(headers or {})
        self.members = members


def response(error: Exception) -> Response:
    """The problem response for any exception. An unknown one is logged whole and answered without its text."""
    problem = _problem(error)
    kind = CATALOGUE[problem.code]
    body = {
        **plain(problem.members),
        "type": f"urn:buyer-protection:problem:{problem.code}",
        "title": kind.status.phrase,
        "status": kind.status.value,
        "code": problem.code,
        "detail": problem.detail,
    }
    headers: dict[str, str | list[str]] = {"Content-Type": CONTENT_TYPE, **problem.headers}
    return Response(body=json.dumps(body), status_code=kind.status.value, headers=headers)


def _problem(error: Exception) -> Problem:  # noqa: PLR0911 - one row per exception
    match error:
        case Problem():
            return error
        case Refusal():
            return Problem(error.code, error.message, **error.details)
        case s.VersionMismatch():
            return Problem(error.code, f"The current version is {error.current}.", current_version=error.current)
        case s.Malformed():
            return Problem(error.code, str(error), errors=[{"field": error.field, "message": str(error)}])
        case s.ServiceError():
            return Problem(error.code)
        case BadCursor():
            return Problem("malformed_request", "This cursor is not one that a list has given out; start without it.")
        case ValidationError():
            return _validation(error)
    log.error("unexpected error", exc_info=error)
    return Problem("internal_error")


def _validation(error: ValidationError) -> Problem:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    if any(one["type"] == "json_invalid" for one in found):
        return Problem("malformed_request", f"The body is not JSON: {found[0]['msg']}.")
    errors: list[dict[str, Any]] = [
        {"field": ".".join(str(part) for part in one["loc"]), "message": one["msg"]} for one in found[:20]
    ]
    where = ", ".join(dict.fromkeys(str(one["field"]) or "body" for one in errors))
    return Problem(s.Malformed.code, f"Not valid: {where}.", errors=errors)
