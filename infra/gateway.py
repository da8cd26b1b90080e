"""List the answers that API Gateway gives by itself, instead of the API: problems in the API's own form (RFC 9457)."""

from dataclasses import dataclass
from typing import Any

OWN_WORDS = "$context.error.messageString"
"""The gateway's own message, which it writes as a JSON string."""
AGAIN = "Send the same request again, with the same Idempotency-Key."
NO_ADDRESS = "There is no such address, or it does not take this method."


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayAnswer:
    """The answer to one kind of error, under the name that AWS gives it.

    The two for kinds that AWS may add later state no status: to state one would change that of all others.
    """

    kind: str
    status: int | None
    title: str
    code: str
    reason: str
    detail: str = OWN_WORDS
    retry_after: int | None = None


ANSWERS = (
    GatewayAnswer(
        kind="DEFAULT_4XX",
        status=None,
        title="Bad Request",
        code="malformed_request",
        reason="A kind of client error that AWS may add.",
    ),
    GatewayAnswer(
        kind="DEFAULT_5XX",
        status=None,
        title="Internal Server Error",
        code="internal_error",
        detail=AGAIN,
        reason="A kind of server error that AWS may add.",
    ),
    GatewayAnswer(
        kind="UNAUTHORIZED",
        status=401,
        title="Unauthorized",
        code="unauthenticated",
        reason="No token was sent, or one that the authorizer refuses.",
    ),
    GatewayAnswer(
        kind="ACCESS_DENIED",
        status=403,
        title="Forbidden",
        code="forbidden",
        reason="The authorizer knows the caller and does not let them in.",
    ),
    GatewayAnswer(
        kind="WAF_FILTERED",
        status=403,
        title="Forbidden",
        code="forbidden",
        reason="A web firewall that the marketplace put in front refused the request.",
    ),
    GatewayAnswer(
        kind="MISSING_AUTHENTICATION_TOKEN",
        status=404,
        title="Not Found",
        code="not_found",
        detail=NO_ADDRESS,
        reason="AWS gives this to an unknown path, with 403 and a message about a token that misleads clients.",
    ),
    GatewayAnswer(
        kind="RESOURCE_NOT_FOUND",
        status=404,
        title="Not Found",
        code="not_found",
        detail=NO_ADDRESS,
        reason="The path is known, but not after the authorizer has run.",
    ),
    GatewayAnswer(
        kind="REQUEST_TOO_LARGE",
        status=413,
        title="Request Entity Too Large",
        code="body_too_large",
        detail="A request body has at most 65536 bytes, and one of a batch of orders 1048576.",
        reason="The body exceeds the gateway's own 10 MB, so the API never sees it; the detail names the API's limit.",
    ),
    GatewayAnswer(
        kind="UNSUPPORTED_MEDIA_TYPE",
        status=415,
        title="Unsupported Media Type",
        code="unsupported_media_type",
        detail="Send application/json.",
        reason="The body has a content type that the route does not take.",
    ),
    GatewayAnswer(
        kind="THROTTLED",
        status=429,
        title="Too Many Requests",
        code="too_many_requests",
        detail="Wait a second, then send the same request again.",
        retry_after=1,
        reason="The stage's throttle was reached; it refills every second.",
    ),
    GatewayAnswer(
        kind="QUOTA_EXCEEDED",
        status=429,
        title="Too Many Requests",
        code="too_many_requests",
        detail="Slow down and try again.",
        reason="A usage plan that the marketplace put in front is used up.",
    ),
    GatewayAnswer(
        kind="INTEGRATION_FAILURE",
        status=502,
        title="Bad Gateway",
        code="bad_gateway",
        detail=AGAIN,
        reason="The function could not be called, or gave no valid answer. What it did is not known.",
    ),
    GatewayAnswer(
        kind="INTEGRATION_TIMEOUT",
        status=504,
        title="Gateway Timeout",
        code="gateway_timeout",
        detail=AGAIN,
        reason="The function took longer than the gateway waits. What it did is not known.",
    ),
    GatewayAnswer(
        kind="BAD_REQUEST_BODY",
        status=400,
        title="Bad Request",
        code="malformed_request",
        reason="The body fails a request validator.",
    ),
    GatewayAnswer(
        kind="BAD_REQUEST_PARAMETERS",
        status=400,
        title="Bad Request",
        code="malformed_request",
        reason="A parameter fails a request validator.",
    ),
    GatewayAnswer(
        kind="EXPIRED_TOKEN",
        status=403,
        title="Forbidden",
        code="forbidden",
        reason="A request signed for AWS came with an expired session.",
    ),
    GatewayAnswer(
        kind="INVALID_API_KEY",
        status=403,
        title="Forbidden",
        code="forbidden",
        reason="A usage plan asks for an API key, and the request has none that is valid.",
    ),
    GatewayAnswer(
        kind="INVALID_SIGNATURE",
        status=403,
        title="Forbidden",
        code="forbidden",
        reason="A request signed for AWS has a wrong signature.",
    ),
    GatewayAnswer(
        kind="API_CONFIGURATION_ERROR",
        status=500,
        title="Internal Server Error",
        code="internal_error",
        detail=AGAIN,
        reason="The gateway is set up wrongly; the caller can only try again later.",
    ),
    GatewayAnswer(
        kind="AUTHORIZER_CONFIGURATION_ERROR",
        status=500,
        title="Internal Server Error",
        code="internal_error",
        detail=AGAIN,
        reason="The authorizer could not be called, or answered what the gateway does not understand.",
    ),
    GatewayAnswer(
        kind="AUTHORIZER_FAILURE",
        status=500,
        title="Internal Server Error",
        code="internal_error",
        detail=AGAIN,
        reason="The authorizer failed.",
    ),
)

HEADERS = {
    "Content-Type": "'application/problem+json'",
    "Content-Language": "'en'",
    "Vary": "'Accept-Language'",
    "Cache-Control": "'no-store'",
    "X-Request-Id": "context.requestId",
    "X-Content-Type-Options": "'nosniff'",
    "Strict-Transport-Security": "'max-age=31536000'",
}
"""As every problem of the API has them. The gateway speaks English only."""


def resources() -> dict[str, Any]:
    """Return what is merged into the API that Chalice makes."""
    answers = {row.kind: _answer(row) for row in ANSWERS}
    return {"RestAPI": {"Properties": {"DefinitionBody": {"x-amazon-apigateway-gateway-responses": answers}}}}


def _answer(row: GatewayAnswer) -> dict[str, Any]:
    headers = HEADERS | ({"Retry-After": f"'{row.retry_after}'"} if row.retry_after is not None else {})
    status = {"statusCode": str(row.status)} if row.status is not None else {}
    parameters = {f"gatewayresponse.header.{name}": value for name, value in headers.items()}
    return {**status, "responseParameters": parameters, "responseTemplates": {"application/json": _body(row)}}


def _body(row: GatewayAnswer) -> str:
    """Write the problem by hand: `OWN_WORDS` becomes a JSON string only in the gateway."""
    members = [f'"type":"urn:buyer-protection:problem:{row.code}"', f'"title":"{row.title}"']
    if row.status is not None:
        members.append(f'"status":{row.status}')
    detail = row.detail if row.detail == OWN_WORDS else f'"{row.detail}"'
    members += [f'"code":"{row.code}"', f'"detail":{detail}', '"request_id":"$context.requestId"']
    return f"{{{','.join(members)}}}"
