"""An OpenID Connect issuer on loopback: keys, a JWKS address, and tokens good and bad."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

if TYPE_CHECKING:
    from types import TracebackType

AUDIENCE = "buyer-protection"
RSA_KID, EC_KID = "rsa-1", "ec-1"


def base64url(data: object) -> str:
    """A part of a token: JSON in base64url."""
    return _text(json.dumps(data))


def _text(content: str) -> str:
    return base64.urlsafe_b64encode(content.encode()).rstrip(b"=").decode()


class Issuer:
    """Publishes one RSA and one EC key, and signs with the first."""

    def __init__(self) -> None:
        """Make the keys and take a port."""
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        """A key that is not published."""
        self.published: Any = {"keys": [_published_rsa(self.key), _published_ec()]}
        self.broken = False
        """Whether its address answers with something that is no JSON."""
        self.asked: list[str] = []
        """The paths that were asked for."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.name = f"http://127.0.0.1:{self._server.server_port}"
        self.jwks_url = f"{self.name}/jwks.json"
        self._tokens: dict[str, str] = {}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked.append(self.path)
                content = b"<html>" if issuer.broken else json.dumps(issuer.documents().get(self.path, {})).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler

    def __enter__(self) -> Self:
        """Serve."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def documents(self) -> dict[str, Any]:
        """Return the documents that it serves, by path."""
        discovery = {"issuer": self.name, "jwks_uri": self.jwks_url}
        return {"/jwks.json": self.published, "/.well-known/openid-configuration": discovery}

    def claims(self, who: str) -> dict[str, Any]:
        """The claims of a good token for ``role:id``, or ``platform/scope:id`` for a system with one scope."""
        role, _, subject = who.partition(":")
        role, now = role.replace("/", ":"), int(time.time())
        return {"iss": self.name, "aud": AUDIENCE, "sub": subject, "role": role, "iat": now, "exp": now + 3600}

    def token(self, who: str) -> str:
        """A good token for ``role:id``; the same one each time."""
        if who not in self._tokens:
            self._tokens[who] = self.sign(self.claims(who))
        return self._tokens[who]

    def sign(self, claims: dict[str, Any], **headers: object) -> str:
        """Any claims under a good signature."""
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": RSA_KID, **headers})

    def bad_tokens(self, who: str) -> dict[str, str]:
        """Return bad tokens of ``role:id``, by their fault."""
        good, now = self.claims(who), int(time.time())
        pem = self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        wrong_claims: dict[str, dict[str, Any]] = {
            "expired": {"exp": now - 31},
            "not yet valid": {"nbf": now + 600},
            "issued in the future": {"iat": now + 600},
            "for another audience": {"aud": "another-api"},
            "for no audience": {"aud": None},
            "by another issuer": {"iss": "https://issuer.example"},
            "for the clock": {"role": "clock"},
            "for no role": {"role": None},
            "for an unknown role": {"role": "admin"},
            "for a role of another type": {"role": {"name": "platform"}},
            "for roles of another type": {"role": [["platform"], 7]},
            "for two roles": {"role": ["buyer", "seller"]},
            "for two roles in one text": {"role": "platform mediator"},
            "for nobody": {"sub": None},
            "for an empty name": {"sub": ""},
            "for a number": {"sub": 7},
            "for a name with a separator": {"sub": "ana#1"},
            "for a name with a line break": {"sub": "ana\n"},
            "for a name in other letters": {"sub": "анна"},
            "for a name too long": {"sub": "a" * 129},
            "until a word": {"exp": "tomorrow"},
            "until infinity": {"exp": float("inf")},
            "since a list": {"iat": []},
            "bound to a key": {"cnf": {"jkt": "x"}},
            "an ID token of Cognito": {"token_use": "id"},
            "an ID token of Keycloak": {"typ": "ID"},
            "a refresh token of Keycloak": {"typ": "Refresh"},
            "an ID token": {"at_hash": "x"},
            "a logout token": {"events": {}},
        }
        tokens = {what: self._signed(good | changes) for what, changes in wrong_claims.items()}
        for claim in ("exp", "iat", "sub", "iss", "aud", "role"):
            tokens[f"without {claim}"] = self.sign({name: value for name, value in good.items() if name != claim})
        head, body, signature = self.sign(good).split(".")
        twice = f'{{"alg": "none", "alg": "RS256", "kid": "{RSA_KID}"}}'
        return tokens | {
            "of one letter": "x",
            "of three dots": "...",
            "of other letters": "töken",
            "very long": "x" * 9000,
            "very long, though signed": self.sign(good | {"more": "x" * 8192}),
            "with a line break": f"{head}.{body}\n.{signature}",
            "with a space": f"{head}.{body}. {signature}",
            "padded": f"{head}.{body}.{signature}==",
            "in another alphabet": f"{head}.{body}.{'+' + signature[1:]}",
            "nested too deeply": f"{base64.urlsafe_b64encode(b'[' * 3000).decode()}.{body}.{signature}",
            "with claims nested too deeply": f"{head}.{base64.urlsafe_b64encode(b'[' * 3000).decode()}.{signature}",
            "saying a claim twice": self._raw(json.dumps(good)[:-1] + ', "role": "platform"}'),
            "saying a header twice": f"{_text(twice)}.{body}.{signature}",
            "with critical extensions": self.sign(good, crit=["exp"], exp=1),
            "a logout token by its type": self.sign(good, typ="logout+jwt"),
            "of a number as its type": self.sign(good, typ=7),
            "of a key named like a path": self.sign(good, kid="../../etc/passwd"),
            "of a key named by nothing": self.sign(good, kid=""),
            "bringing its own key": self.foreign(good, jwk=_published_rsa(self.stranger)),
            "bringing its own certificate": self.foreign(good, x5c=["MIIB"]),
            "naming another place for keys": self.foreign(good, jku=f"{self.name}/stranger.json"),
            "naming another place for certificates": self.foreign(good, x5u=f"{self.name}/stranger.pem"),
            "without its signature": f"{head}.{body}.",
            "cut short": f"{head}.{body}.{signature[:-4]}",
            "with other claims under the signature": f"{head}.{base64url(good | {'sub': 'mallory'})}.{signature}",
            "with claims that are no object": self._raw("[1]"),
            "with claims that are no JSON": self._raw("{"),
            "signed by a stranger": jwt.encode(good, self.stranger, "RS256", {"kid": RSA_KID}),
            "of an unknown key": self.sign(good, kid="rsa-2"),
            "of an unnamed key": jwt.encode(good, self.key, "RS256"),
            "of a key of another kind": self.sign(good, kid=EC_KID),
            "of a key named by a number": f"{base64url({'alg': 'RS256', 'kid': 7})}.{body}.{signature}",
            "of no algorithm": f"{base64url({'alg': 'none', 'kid': RSA_KID})}.{body}.",
            "of an algorithm in a list": f"{base64url({'alg': ['RS256'], 'kid': RSA_KID})}.{body}.{signature}",
            "signed with the public key as a secret": _hs256(good, pem),
            "of a stronger algorithm": jwt.encode(good, self.key, "RS512", {"kid": RSA_KID}),
        }

    def _signed(self, claims: dict[str, Any]) -> str:
        """Claims that the library would not sign as they are."""
        return self._raw(json.dumps({name: value for name, value in claims.items() if value is not None}))

    def _raw(self, content: str) -> str:
        """Any text in place of claims, under a good signature."""
        return jwt.api_jws.encode(content.encode(), self.key, "RS256", {"kid": RSA_KID})

    def foreign(self, claims: dict[str, Any], **headers: object) -> str:
        """Claims that a stranger signed under our key's name, and what the header says to have that believed."""
        return jwt.encode(claims, self.stranger, "RS256", {"kid": RSA_KID, **headers})


def _hs256(claims: dict[str, Any], secret: bytes) -> str:
    """A token whose secret is the public key: what a library that trusts the header's algorithm would take."""
    signed = f"{base64url({'alg': 'HS256', 'kid': RSA_KID, 'typ': 'JWT'})}.{base64url(claims)}"
    digest = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def _published_rsa(key: rsa.RSAPrivateKey) -> dict[str, Any]:
    public: dict[str, Any] = json.loads(RSAAlgorithm.to_jwk(key.public_key()))
    return public | {"kid": RSA_KID, "use": "sig", "alg": "RS256"}


def _published_ec() -> dict[str, Any]:
    key = ec.generate_private_key(ec.SECP256R1())
    public: dict[str, Any] = json.loads(ECAlgorithm.to_jwk(key.public_key()))
    return public | {"kid": EC_KID, "use": "sig", "alg": "ES256"}
