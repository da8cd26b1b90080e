"""Who calls: bearer tokens of any OpenID Connect issuer, RS256 only, keys from its JWKS."""

from __future__ import annotations

import re
from functools import lru_cache
from json import JSONDecodeError
from typing import Any

import jwt
from jwt import PyJWK, PyJWKClient
from jwt.exceptions import PyJWKClientConnectionError, PyJWKSetError, PyJWTError

from chalicelib.api.problems import Problem
from chalicelib.domain.people import Actor, Role
from chalicelib.settings import settings

CLOCK_SKEW_S = 30
KEYS_KEPT_S = 300
IDP_TIMEOUT_S = 3
ROLES = {role.value: role for role in (Role.BUYER, Role.SELLER, Role.MEDIATOR, Role.PLATFORM)}
"""The roles a token can give. The clock is no caller."""
PERSON_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}")


@lru_cache(maxsize=1)
def _keys() -> PyJWKClient:
    # The set of keys is kept for so long, not single keys: those PyJWT would keep for good, withdrawn or not.
    return PyJWKClient(settings().oidc_jwks_url, lifespan=KEYS_KEPT_S, timeout=IDP_TIMEOUT_S)


def authenticate(header: str | None) -> Actor:
    """The caller that an Authorization header proves. Raises ``Problem(unauthenticated)`` saying what is wrong with it."""
    scheme, _, token = (header or "").strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise _unauthenticated("There is no bearer token in the Authorization header.")
    return _actor(_claims(token.strip()))


def _claims(token: str) -> dict[str, Any]:
    try:
        if jwt.get_unverified_header(token).get("alg") != "RS256":
            raise _unauthenticated("The token is not signed with RS256.")
        claims: dict[str, Any] = jwt.decode(
            token,
            _signing_key(token),
            algorithms=["RS256"],
            audience=settings().oidc_audience,
            issuer=settings().oidc_issuer,
            leeway=CLOCK_SKEW_S,
            options={"require": ["exp", "iat", "sub", "iss", "aud"]},
        )
    except (PyJWTError, ValueError, OverflowError) as error:
        raise _unauthenticated(f"The token is not valid: {error}.") from error
    return claims


def _signing_key(token: str) -> PyJWK:
    try:
        return _keys().get_signing_key_from_jwt(token)
    except (PyJWKClientConnectionError, PyJWKSetError, JSONDecodeError) as error:
        raise Problem("identity_provider_unavailable") from error


def _actor(claims: dict[str, Any]) -> Actor:
    claimed = claims.get(settings().oidc_role_claim)
    names = claimed if isinstance(claimed, list) else [claimed]
    role = next((ROLES[name] for name in names if isinstance(name, str) and name in ROLES), None)
    if role is None:
        raise _unauthenticated(f"The token's {settings().oidc_role_claim} is none of {', '.join(ROLES)}.")
    subject = claims["sub"]
    if not isinstance(subject, str) or not PERSON_ID.fullmatch(subject):
        raise _unauthenticated("The token's sub is not an id this API uses.")
    return Actor(role, subject)


def _unauthenticated(detail: str) -> Problem:
    return Problem("unauthenticated", detail, {"WWW-Authenticate": 'Bearer error="invalid_token"'})
