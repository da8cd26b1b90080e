"""The table of all problem codes, and the problem+json (RFC 9457) that each error becomes."""

from __future__ import annotations

import json
import logging
import sys
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from chalice.app import Response

from chalicelib.api.language import phrases
from chalicelib.domain import refusals as r
from chalicelib.domain.refusals import Refusal
from chalicelib.languages import ENGLISH
from chalicelib.logs import learn
from chalicelib.service import errors as s
from chalicelib.store.codec import plain
from chalicelib.store.idempotency import Conflict
from chalicelib.store.lists import BadCursor
from chalicelib.store.schema import NewerData

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import ValidationError

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
READ_ONLY = "read_only"
ERRORS_AT_MOST = 20
"""The most faults of one body that a problem names."""
_SOON_S = 5
_NO_ANSWER = (ConnectTimeoutError, ReadTimeoutError, EndpointConnectionError, ConnectionClosedError)
_PASSING = frozenset(
    {
        "ThrottlingException",
        "ThrottlingError",
        "ProvisionedThroughputExceededException",
        "ProvisionedThroughputExceeded",
        "RequestLimitExceeded",
        "InternalServerError",
        "ServiceUnavailable",
    }
)
"""DynamoDB's codes for too many requests and for its own faults, in errors and in cancelled transactions."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: its status, what it means to the caller, and what to do about it."""

    status: HTTPStatus
    meaning: str
    remedy: str


def _kind(status: int, meaning: str, remedy: str) -> Kind:
    return Kind(HTTPStatus(status), meaning, remedy)


CATALOGUE: dict[str, Kind] = {
    "malformed_request": _kind(
        400,
        "The body is not JSON, or a header or a cursor is not well formed.",
        "Correct the request; start a list again without a cursor.",
    ),
    "idempotency_key_required": _kind(
        400,
        "A POST came without an Idempotency-Key.",
        "Send one of 1 to 255 printable characters; a new one for each new intent, the same one for each retry.",
    ),
    "unauthenticated": _kind(
        401,
        "There is no valid bearer token; detail says what is wrong with this one.",
        "Get a new token and send the same request again.",
    ),
    "invalid_signature": _kind(
        401,
        "The body was not signed with a secret that is known here.",
        "Sign the body as it is sent, with the secret that is set up.",
    ),
    "signature_expired": _kind(
        401, "The signed event is older than four days.", "Do not send it again; later events come by themselves."
    ),
    s.Forbidden.code: _kind(403, "Your role may not do this.", "Do not offer it to this caller."),
    s.ContactsElsewhere.code: _kind(
        403,
        "This marketplace changes people's contacts itself.",
        "Offer the marketplace's own page for it; what is kept here follows.",
    ),
    s.NotFound.code: _kind(404, "It does not exist, or you may not see it.", "Check the id; do not retry."),
    r.WRONG_STATE: _kind(
        409, "Not possible in the stage the dispute is in.", "Show stage and offer what allowed_actions names."
    ),
    r.WRONG_PARTY: _kind(409, "Possible now, but only for another party.", "Offer what allowed_actions names."),
    r.TOO_EARLY: _kind(409, "Not possible yet.", "Try again from opens_at."),
    r.TOO_LATE: _kind(
        409,
        "The time for this has run out; deadline says when, where one has passed.",
        "Show the dispute as it is now; offer what allowed_actions names.",
    ),
    r.STALE_PROPOSAL: _kind(
        409,
        "That proposal is no longer on the table.",
        "Show current_proposal and ask again; null means that none is on the table.",
    ),
    r.NOT_COVERED: _kind(409, "The claim is excluded; exclusion says why.", "Show detail, which explains it to a buyer."),
    r.NOT_YET_COVERED: _kind(
        409, "The claim is not covered yet.", "Try again from opens_at or, where that is null, once delivery is on record."
    ),
    r.CONFLICT: _kind(409, "It contradicts what is on record.", "Read what is on record; do not retry."),
    r.LIMIT_REACHED: _kind(
        409, "A limit is reached; detail says which.", "Do not retry; more room comes only when something else ends, if at all."
    ),
    s.Busy.code: _kind(
        409, "The same thing is being changed by others.", "Send the same request again, with the same Idempotency-Key."
    ),
    s.PushNotConfigured.code: _kind(
        409,
        "This marketplace sends no push messages to that platform.",
        "Do not retry; offer email or SMS. An operator can configure it.",
    ),
    s.VersionMismatch.code: _kind(
        412, "If-Match is not the current version.", "Read it again, show what changed, and try at current_version."
    ),
    "body_too_large": _kind(413, "A request body has at most 65536 bytes, and one of a batch of orders 1048576.", "Send less."),
    "unsupported_media_type": _kind(415, "The body is not application/json.", "Send Content-Type: application/json."),
    s.Malformed.code: _kind(
        422, "The body or a parameter is not valid; errors says where.", "Correct the fields that errors names."
    ),
    r.INVALID: _kind(
        422, "A value that the rules do not accept; field says which.", "Correct that value; detail says what is accepted."
    ),
    s.KeyReused.code: _kind(422, "This Idempotency-Key was used for another request.", "Use a new key for a new intent."),
    r.RETURN_ADDRESS_REQUIRED: _kind(
        422,
        "There is no address that this return can go to.",
        "Give return_address here, or put one in the seller's contacts; country says where, if it matters.",
    ),
    r.RETURN_LABEL_REQUIRED: _kind(
        422,
        "This return address needs a prepaid label.",
        "Add the label as evidence (return_label) and name it in return_label, or give an address in country.",
    ),
    s.TokenRefused.code: _kind(
        422, "The platform does not know this token.", "Get a new token from the platform, and register that."
    ),
    r.ATTESTATION_REQUIRED: _kind(
        422, "This claim needs a statement that the items are unused.", "Ask the buyer, and send attests_unused: true."
    ),
    r.INVALID_TRACKING_NUMBER: _kind(
        422, "Not a tracking number of that carrier.", "Check it against the label; detail says what is expected."
    ),
    "unknown_carrier": _kind(
        422,
        "The carrier is none of those that this marketplace knows.",
        "Track only parcels of carriers that it knows.",
    ),
    r.UPLOAD_PENDING: _kind(
        409, "A file has not arrived yet, or is being looked at.", "Send the same request again in a second, with the same key."
    ),
    r.TOO_MANY_MESSAGES: _kind(
        429, "More messages within a minute than one person may write.", "Keep the text, and send it again from opens_at."
    ),
    s.TooManyCalls.code: _kind(
        429,
        "More requests than this caller may make, or than the gateway takes.",
        "Wait as many seconds as Retry-After says, then send the same request again.",
    ),
    "internal_error": _kind(
        500, "An error of this service; it is logged.", "Send the same request again, with the same Idempotency-Key."
    ),
    "bad_gateway": _kind(
        502,
        "The gateway got no answer from us to pass on.",
        "Send the same request again, with the same Idempotency-Key.",
    ),
    "gateway_timeout": _kind(
        504,
        "The gateway had no answer from us in time; the request may have been carried out.",
        "Send the same request again, with the same Idempotency-Key.",
    ),
    "temporarily_unavailable": _kind(
        503,
        "The database does not answer, or accepts no more requests for now; it is logged.",
        "Wait as many seconds as Retry-After says, then send the same request again, with the same Idempotency-Key.",
    ),
    "newer_data": _kind(
        503,
        "A newer version of this service wrote what this one would have to read or change; nothing was changed.",
        "Wait as many seconds as Retry-After says, then send the same request again, with the same Idempotency-Key.",
    ),
    READ_ONLY: _kind(
        503,
        "Nothing can be changed for now: the marketplace is being worked on. Reading goes on.",
        "Wait as many seconds as Retry-After says, then send the same request again, with the same Idempotency-Key.",
    ),
    "identity_provider_unavailable": _kind(503, "Tokens cannot be checked now.", "Send the same request again, later."),
    "secrets_unavailable": _kind(503, "Signatures cannot be checked now.", "Send the same request again, later."),
    s.MessagingUnavailable.code: _kind(
        503,
        "Addresses and devices cannot be registered now.",
        "Wait as many seconds as Retry-After says, then send the same request again.",
    ),
}
"""Every problem code, its status, its meaning and the remedy. ``docs/errors.md`` and the API description are made from it."""


class Problem(Exception):  # noqa: N818 - the RFC's word
    """A problem of the edge itself, by its code."""

    def __init__(self, code: str, detail: str = "", headers: Mapping[str, str] | None = None, **members: object) -> None:
        """Name a code of the catalogue, and what in particular is wrong."""
        kind = CATALOGUE[code]
        super().__init__(detail or f"{kind.meaning} {kind.remedy}")
        self.code = code
        self.detail = str(self)
        self.headers = dict(headers or {})
        self.members = members


def not_valid(detail: str, *fields: str, message: str = "") -> Problem:
    """Return ``validation_failed`` for ``fields``. ``message`` says what is wrong with each; by default it is ``detail``."""
    return Problem(s.Malformed.code, detail, errors=[{"field": field, "message": message or detail} for field in fields])


def response(error: Exception, language: str = ENGLISH) -> Response:
    """Return the problem response for any exception, in one of ``LANGUAGES``.

    An unknown exception is logged and answered without its text.
    """
    problem = problem_of(error)
    learn(code=problem.code)
    headers: dict[str, str | list[str]] = {
        "Content-Type": CONTENT_TYPE,
        "Content-Language": language,
        "Vary": "Accept-Language",
        "Cache-Control": "no-store",
        **problem.headers,
    }
    return Response(body=json.dumps(told(problem, language)), status_code=CATALOGUE[problem.code].status.value, headers=headers)


def told(problem: Problem, language: str = ENGLISH) -> dict[str, Any]:
    """Return the members of a problem (RFC 9457) in one of ``LANGUAGES``."""
    kind = CATALOGUE[problem.code]
    title, detail = kind.status.phrase, problem.detail
    if language != ENGLISH:
        said = phrases(language)
        title, detail = said.titles[str(kind.status.value)], said.detail(problem.code, _facts(problem))
    known = {
        "type": f"urn:buyer-protection:problem:{problem.code}",
        "title": title,
        "status": kind.status.value,
        "code": problem.code,
        "detail": detail,
    }
    members: dict[str, Any] = plain(problem.members)
    return known | members | known  # a member cannot take a standard one's place


def _facts(problem: Problem) -> dict[str, object]:
    """Return the facts that a sentence about a problem can name."""
    errors: Any = problem.members.get("errors", ())
    fields = ", ".join(dict.fromkeys(error["field"] for error in errors))
    return {**problem.members, "fields": fields} if fields else problem.members


def example(code: str) -> dict[str, Any]:
    """Return a problem of this code without further members, as the API's description shows it."""
    body: dict[str, Any] = json.loads(response(Problem(code)).body)
    return body


def problem_of(error: Exception) -> Problem:  # noqa: PLR0911 - one row per exception
    """Return the problem that a caller is answered for an exception. An unknown exception is logged."""
    match error:
        case Problem():
            return error
        case Refusal():
            return Problem(error.code, error.message, **error.details)
        case s.VersionMismatch():
            return Problem(error.code, f"The current version is {error.current}.", current_version=error.current)
        case s.Malformed():
            return Problem(error.code, str(error), errors=[{"field": error.field, "message": str(error)}])
        case s.TooManyCalls():
            return Problem(error.code, str(error), {"Retry-After": str(error.wait_s)}, limit=error.limit)
        case s.MessagingUnavailable():
            return Problem(error.code, headers={"Retry-After": str(error.wait_s)})
        case s.ServiceError():
            return Problem(error.code)
        case BadCursor():
            return Problem("malformed_request", "This cursor is not one that a list has given out; start without it.")
    # Nothing is invalid before a body was read, and reading one has imported pydantic.
    pydantic = sys.modules.get("pydantic")
    return _validation(error) if pydantic and isinstance(error, pydantic.ValidationError) else _fault(error)


def _fault(error: Exception) -> Problem:
    """The problem for a failure of this service or of AWS, or for data that only a newer version understands. It is logged."""
    if isinstance(error, NewerData):
        log.error("an item of a newer version", exc_info=error)
        return Problem("newer_data", headers={"Retry-After": str(_SOON_S)})
    if isinstance(error, Conflict):
        log.error("a case changed each time that it was read", exc_info=error)
        return Problem("temporarily_unavailable", headers={"Retry-After": str(_SOON_S)})
    if _passes(error):
        log.error("AWS is unavailable", exc_info=error)
        return Problem("temporarily_unavailable", headers={"Retry-After": str(_SOON_S)})
    log.error("unexpected error", exc_info=error)
    return Problem("internal_error")


def _passes(error: Exception) -> bool:
    """Return whether AWS failed in a way that passes by itself: no answer, too many requests, or its own fault."""
    if not isinstance(error, ClientError):
        return isinstance(error, _NO_ANSWER)
    reasons: Any = error.response.get("CancellationReasons", ())  # a transaction names one for each of its items
    return not _PASSING.isdisjoint({error.response["Error"]["Code"], *(reason.get("Code") for reason in reasons)})


def _validation(error: ValidationError) -> Problem:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    if any(one["type"] == "json_invalid" for one in found):
        return Problem("malformed_request", f"The body is not JSON: {found[0]['msg']}.")
    errors: list[dict[str, Any]] = [
        {"field": ".".join(str(part) for part in one["loc"]), "message": one["msg"].removeprefix("Value error, ")}
        for one in found[:ERRORS_AT_MOST]
    ]
    where = ", ".join(dict.fromkeys(str(one["field"]) or "body" for one in errors))
    return Problem(s.Malformed.code, f"Not valid: {where}.", errors=errors)
