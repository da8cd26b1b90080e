"""The configured OpenID Connect provider, and the claims of its tokens that hold a caller's role and id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from chalicelib.api.identity.scopes import RIGHTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.api.identity.scopes import Right
    from chalicelib.settings import Settings

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Provider:
    """The provider as configured. A claim is named by its whole name or, for one inside another, by a path with dots."""

    issuer: str
    jwks_url: str
    """The address of the keys; empty to read it from the issuer's discovery document."""
    audiences: frozenset[str]
    audience_claim: str
    subject_claim: str
    """Holds the id by which the marketplace knows a person. A platform is a machine: its id is always ``sub``."""
    role_claims: tuple[str, ...]
    rights: Mapping[str, Right]
    """The provider's words for our rights. Its other words mean nothing here."""


def provider_from(settings: Settings) -> Provider:
    """Read the provider out of the settings. Raises ``ValueError`` saying which variable is wrong, and how it should be."""
    if not settings.oidc_issuer:
        raise ValueError("OIDC_ISSUER is empty: give the `iss` of your provider's tokens, such as https://login.market.example")
    for name, url in (("OIDC_ISSUER", settings.oidc_issuer), ("OIDC_JWKS_URL", settings.oidc_jwks_url)):
        if url and not is_safe(url):
            raise ValueError(f"{name} must begin with https:// (http:// is for loopback only), not {url!r}")
    return Provider(
        issuer=settings.oidc_issuer,
        jwks_url=settings.oidc_jwks_url,
        audiences=frozenset(_listed("OIDC_AUDIENCE", settings.oidc_audience)),
        audience_claim=_one("OIDC_AUDIENCE_CLAIM", settings.oidc_audience_claim),
        subject_claim=_one("OIDC_SUBJECT_CLAIM", settings.oidc_subject_claim),
        role_claims=_listed("OIDC_ROLE_CLAIM", settings.oidc_role_claim),
        rights=_rights(settings.oidc_roles) if settings.oidc_roles.strip() else RIGHTS,
    )


def is_safe(url: str) -> bool:
    """Return whether nobody can change what is read from that address: https, or a server on this machine."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK))
    except ValueError:
        return False


def _rights(text: str) -> dict[str, Right]:
    found: dict[str, Right] = {}
    for pair in _listed("OIDC_ROLES", text):
        word, _, name = (part.strip() for part in pair.rpartition("="))
        if not word or name not in RIGHTS:
            raise ValueError(f"OIDC_ROLES is a list of WORD=ROLE with a role of {', '.join(RIGHTS)}, not {pair!r}")
        if word in found:
            raise ValueError(f"OIDC_ROLES gives {word!r} two meanings")
        found[word] = RIGHTS[name]
    return found


def _listed(name: str, text: str) -> tuple[str, ...]:
    items = tuple(item.strip() for item in text.split(","))
    if not all(items):
        raise ValueError(f"{name} is one value, or several with commas between them, not {text!r}")
    return items


def _one(name: str, text: str) -> str:
    if not text.strip():
        raise ValueError(f"{name} is empty: name a claim")
    return text.strip()
