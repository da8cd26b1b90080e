"""Authenticates callers by RS256 access tokens of one OpenID Connect provider."""

from __future__ import annotations

import base64
import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import jwt
from jwt.exceptions import PyJWTError

from chalicelib.api.identity.jwks import PAUSE_S, Keys, ProviderUnavailableError
from chalicelib.api.identity.provider import Provider, provider_from
from chalicelib.api.identity.scopes import Caller, Right
from chalicelib.api.problems import Problem
from chalicelib.domain.people import Actor, Role
from chalicelib.settings import settings

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

CLOCK_SKEW_S = 30
TOKEN_AT_MOST = 8192
"""Characters. The gateway takes 10,240 bytes of headers in all."""
PERSON_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}")
_BASE64URL = re.compile(r"(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2,3})?")
ACCESS_TYPES = ("jwt", "at+jwt", "application/at+jwt")
"""The accepted values of the header's ``typ`` (RFC 9068). Most providers send JWT or nothing; logout tokens differ."""
ACCESS_MARKS = {"token_use": "access", "typ": "Bearer"}
"""Claims by which Cognito and Keycloak tell access tokens from others."""
OTHER_MARKS = {
    "at_hash": "it is an ID token",
    "c_hash": "it is an ID token",
    "events": "it reports an event, such as a logout",
    "cnf": "it is bound to a key of its owner, which nobody checks here",
}
"""Claims that access tokens for any bearer do not have, and what each means."""


class Verifier:
    """Finds the caller that a token of one provider proves."""

    def __init__(self, provider: Provider, keys: Keys, hours_at_most: int = 24) -> None:
        """Trust that provider, as configured, and those keys, and tokens that live for so many hours at most."""
        self.provider = provider
        self.keys = keys
        self.hours_at_most = hours_at_most

    def caller(self, token: str) -> Caller:
        """The caller that a token proves, with its scopes. Raises ``Problem(unauthenticated)`` saying what is wrong with it."""
        if len(token) > TOKEN_AT_MOST:
            raise _unauthenticated(f"The token has more than {TOKEN_AT_MOST} characters.")
        try:
            claims = self._claims(token)
        except (PyJWTError, ValueError, OverflowError, RecursionError) as error:
            raise _unauthenticated(f"The token is not valid: {error}.") from error
        _refuse_other_kinds(claims)
        # Digits in a text are a time too, as the library takes them.
        if int(claims["exp"]) - int(claims["iat"]) > self.hours_at_most * 3600:
            raise _unauthenticated(f"The token is valid for more than {self.hours_at_most} hours: get one with an earlier exp.")
        if self.provider.audiences.isdisjoint(_words(claims.get(self.provider.audience_claim))):
            raise _unauthenticated(f"The token is not for this API: its {self.provider.audience_claim} is another.")
        right = self._right(claims)
        claim = "sub" if right.role is Role.PLATFORM else self.provider.subject_claim
        subject = _at(claims, claim)
        if not isinstance(subject, str) or not PERSON_ID.fullmatch(subject):
            raise _unauthenticated(f"The token's {claim} is not an id this API uses.")
        return Caller(Actor(right.role, subject, right.lead), right.scopes)

    def _claims(self, token: str) -> dict[str, Any]:
        segments = token.split(".")
        if len(segments) != 3:  # noqa: PLR2004 - RFC 7519
            raise ValueError("it is not three parts with dots between them")
        header, _, _ = _object(segments[0]), _object(segments[1]), _bytes(segments[2])
        decoded: dict[str, Any] = jwt.decode(
            token,
            self._key(header),
            algorithms=["RS256"],
            issuer=self.provider.issuer,
            leeway=CLOCK_SKEW_S,
            options={"require": ["exp", "iat", "iss", "sub"], "verify_aud": False},
        )
        return decoded

    def _key(self, header: dict[str, Any]) -> RSAPublicKey:
        """The key that the header names. What it says of where to find one (jku, jwk, x5c, x5u) is never read."""
        if header.get("alg") != "RS256":
            raise ValueError("it is not signed with RS256")
        if "crit" in header:
            raise ValueError("it wants extensions (crit) that this API does not know")
        if str(header.get("typ", "JWT")).lower() not in ACCESS_TYPES:
            raise ValueError("its typ is not that of an access token")
        kid = header.get("kid")
        try:
            key = self.keys.find(kid) if isinstance(kid, str) else None
        except ProviderUnavailableError as error:
            raise Problem("identity_provider_unavailable", headers={"Retry-After": str(PAUSE_S)}) from error
        if key is None:
            raise ValueError("its provider publishes no such key")
        return key

    def _right(self, claims: dict[str, Any]) -> Right:
        provider = self.provider
        words = {word for claim in provider.role_claims for word in _words(_at(claims, claim))}
        given = [provider.rights[word] for word in words if word in provider.rights]
        if not given:
            raise _unauthenticated(f"The token's {' and '.join(provider.role_claims)} is none of {', '.join(provider.rights)}.")
        roles = {right.role for right in given}
        if len(roles) > 1:
            named = ", ".join(sorted(role.value for role in roles))
            raise _unauthenticated(f"The token gives several roles ({named}): use one that is for the role you act in.")
        scopes = frozenset(scope for right in given for scope in right.scopes)
        return Right(roles.pop(), lead=any(right.lead for right in given), scopes=scopes)


@lru_cache(maxsize=1)
def verifier() -> Verifier:
    """This process's verifier. Raises ``ValueError`` where its configuration is wrong."""
    provider = provider_from(settings())
    return Verifier(provider, Keys(provider), settings().token_hours_at_most)


def authenticate(header: str | None) -> Caller:
    """The caller that an Authorization header proves. Raises ``Problem(unauthenticated)`` saying what is wrong with it."""
    scheme, _, token = (header or "").strip(" \t").partition(" ")
    if scheme.lower() != "bearer" or not token.strip(" "):
        raise _unauthenticated("There is no bearer token in the Authorization header.")
    return verifier().caller(token.strip(" "))


def _refuse_other_kinds(claims: dict[str, Any]) -> None:
    for claim, expected in ACCESS_MARKS.items():
        if claims.get(claim, expected) != expected:
            raise _unauthenticated(f"The token is not an access token: its {claim} is another than {expected}.")
    for claim, meaning in OTHER_MARKS.items():
        if claim in claims:
            raise _unauthenticated(f"The token is not one for a bearer: {meaning} ({claim}).")


def _at(claims: dict[str, Any], path: str) -> object:
    """The claim of that name, or else the one at the end of that path."""
    if path in claims:
        return claims[path]
    found: object = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _words(claim: object) -> list[str]:
    """The words of a claim: a list of them, or a text with spaces between them, as a scope has (RFC 6749)."""
    if isinstance(claim, str):
        return claim.split()
    return [word for word in claim if isinstance(word, str)] if isinstance(claim, list) else []


def _bytes(segment: str) -> bytes:
    """The bytes that a segment encodes. Raises ``ValueError`` for another spelling of them: a token has one text."""
    content = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)) if _BASE64URL.fullmatch(segment) else b""
    if base64.urlsafe_b64encode(content).rstrip(b"=").decode() != segment:
        raise ValueError("a part of it is not base64url")
    return content


def _object(segment: str) -> dict[str, Any]:
    """The JSON object that a segment holds. Raises ``ValueError`` for any other, also for one that says a thing twice."""
    content = json.loads(_bytes(segment), object_pairs_hook=_unique)
    if not isinstance(content, dict):
        raise ValueError("a part of it is not a JSON object")  # noqa: TRY004 - the token is wrong, not the program
    return content


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(found := dict(pairs)) != len(pairs):
        raise ValueError("it says one thing twice")
    return found


def _unauthenticated(detail: str) -> Problem:
    return Problem("unauthenticated", detail, {"WWW-Authenticate": 'Bearer error="invalid_token"'})
