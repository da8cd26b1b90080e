"""Collect the problem codes that a route can give: its own, and those of all routes of its kind.

``api.problems`` says what each code means, and its HTTP status.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.api.problems import READ_ONLY
from chalicelib.service import errors as s

if TYPE_CHECKING:
    from chalicelib.api.endpoint import Endpoint

_ANY = (s.TooManyCalls.code, "internal_error", "bad_gateway", "gateway_timeout")
_WITH_TOKEN = (
    "temporarily_unavailable",
    "newer_data",
    "malformed_request",
    "unauthenticated",
    s.Forbidden.code,
    s.Malformed.code,
    "body_too_large",
    "identity_provider_unavailable",
)
_SIGNED = (
    "temporarily_unavailable",
    "newer_data",
    "malformed_request",
    "invalid_signature",
    "signature_expired",
    s.NotFound.code,
    s.Malformed.code,
    "body_too_large",
    "secrets_unavailable",
)


def problem_codes(endpoint: Endpoint) -> set[str]:
    """The codes of every problem that a call of the route can be answered with, by the gateway too."""
    kinds = {
        _ANY: True,
        _WITH_TOKEN: bool(endpoint.roles),
        _SIGNED: endpoint.signature is not None,
        (s.NotFound.code,): bool(endpoint.roles and endpoint.ids),
        ("unsupported_media_type",): endpoint.body is not None,
        (s.Busy.code, READ_ONLY): endpoint.method != "GET",
        ("idempotency_key_required", s.KeyReused.code): endpoint.keyed,
        (s.VersionMismatch.code,): endpoint.versioned,
        endpoint.refuses: True,
    }
    return {code for codes, given in kinds.items() if given for code in codes}
