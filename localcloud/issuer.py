"""The token issuer of the local cloud: one RSA key, its public half at a JWKS address, and tokens for anyone who asks.

It stands where a marketplace's own OIDC issuer (Cognito, Auth0, Keycloak) stands in production; the app cannot tell.
"""

import base64
import hashlib
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from localcloud.layout import LocalCloudError
from localcloud.loopback import NOTHING_HERE, Answer, LoopbackServer

ROLES: Final = ("buyer", "seller", "mediator", "platform")
AUDIENCE: Final = "buyer-protection"
A_DAY: Final = 24 * 3600


def _base64url(number: int) -> str:
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def load_key(path: Path) -> rsa.RSAPrivateKey:
    """Return the signing key kept at `path`, made on first use and readable by its owner only."""
    if not path.exists():
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
            handle.write(pem)
    loaded = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(loaded, rsa.RSAPrivateKey):
        message = f"{path} holds no RSA key: delete it, and the next start makes a new one"
        raise LocalCloudError(message)
    return loaded


def jwks(key: rsa.RSAPrivateKey) -> dict[str, Any]:
    """Return the public key as a JWKS; its id is derived from it, so a new key never hides behind an old id."""
    public = key.public_key().public_numbers()
    modulus, exponent = _base64url(public.n), _base64url(public.e)
    key_id = hashlib.sha256(modulus.encode()).hexdigest()[:16]
    return {"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": key_id, "n": modulus, "e": exponent}]}


def mint(key: rsa.RSAPrivateKey, issuer: str, role: str, subject: str, lifetime: int = A_DAY) -> str:
    """Return a signed token for `subject` in `role`, valid for `lifetime` seconds of real (not sandbox) time."""
    if role not in ROLES or not subject:
        message = f"a token is for <role>:<id>, with a role of {', '.join(ROLES)}"
        raise LocalCloudError(message)
    now = int(time.time())
    claims = {"iss": issuer, "aud": AUDIENCE, "sub": subject, "role": role, "iat": now, "exp": now + lifetime}
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": jwks(key)["keys"][0]["kid"]})


def mint_from(endpoints: Mapping[str, Any], role: str, subject: str, lifetime: int = A_DAY) -> str:
    """Return a token that the cloud described by `endpoints` (see endpoints.json) accepts."""
    return mint(load_key(Path(endpoints["signing_key"])), endpoints["issuer"], role, subject, lifetime)


class Issuer:
    """Serves the keys on loopback from a thread of this process until `stop`."""

    def __init__(self, key_file: Path, port: int) -> None:
        """Start serving the key kept in `key_file`, made now if there is none."""
        self.key = load_key(key_file)
        self._server = LoopbackServer(port, self._document)
        self.url = self._server.url
        self.jwks_url = f"{self.url}/jwks.json"

    def _document(self, path: str) -> Answer:
        if path == "/jwks.json":
            return Answer(json.dumps(jwks(self.key)))
        if path == "/.well-known/openid-configuration":
            return Answer(json.dumps({"issuer": self.url, "jwks_uri": self.jwks_url}))
        return NOTHING_HERE

    def stop(self) -> None:
        """Stop serving and free the port."""
        self._server.stop()
