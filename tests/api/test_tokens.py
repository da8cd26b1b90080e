"""Every guarded route wants a token of its issuer that is made for this API, is valid now, and has one role."""

from __future__ import annotations

import json
import string
from typing import TYPE_CHECKING

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.api.identity import auth
from chalicelib.api.problems import Problem
from tests.api.edge import DAY
from tests.api.issuer import RSA_KID, base64url
from tests.api.samples import ACME, ANA, GUARDED, MARKET, SAMPLES, Stop, bring, path_of, sample_of
from tests.randomness import tries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.api.endpoint import Endpoint
    from tests.api.edge import Api
    from tests.api.issuer import Issuer

JSON = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
NAMES = st.sampled_from(("alg", "kid", "typ", "crit", "b64", "jwk", "exp", "iat", "sub", "iss", "aud", "role", "nbf", "jti"))


@pytest.fixture(autouse=True)
def _fresh_keys(issuer: Issuer) -> Iterator[None]:
    """Forget the issuer's keys before and after, and put them back as they were."""
    published = issuer.published
    auth.verifier.cache_clear()  # as a new process begins
    yield
    issuer.published, issuer.broken = published, False
    auth.verifier.cache_clear()


@pytest.mark.parametrize("endpoint", GUARDED, ids=lambda e: e.operation)
def test_a_bad_token_is_refused(api: Api, endpoint: Endpoint) -> None:
    """Section 7, I6: without a good token nothing is said and nothing is done, and the answer says what is wrong."""
    sample = sample_of(endpoint)
    bring(api, sample.stop)
    stored = api.stored
    tokens = {what: f"Bearer {token}" for what, token in api.issuer.bad_tokens(sample.who).items()}
    good = api.issuer.token(sample.who)
    schemes = {
        "empty": "",
        "blank": " ",
        "no scheme": good,
        "basic": f"Basic {good}",
        "no token": "Bearer",
        "two": f"Bearer {good} x",
    }
    for what, written in (tokens | schemes).items():
        headers = api.headers(sample.who) | {"authorization": written}
        reply = api.send(endpoint.method, path_of(endpoint), headers, b"{}")
        assert (401, "unauthenticated") == reply.refused, what
        assert 'Bearer error="invalid_token"' == reply.headers["www-authenticate"], what
    without = {"content-type": "application/json", "idempotency-key": "k"}
    assert (401, "unauthenticated") == api.send(endpoint.method, path_of(endpoint), without, b"{}").refused
    assert stored == api.stored


REASONS = {
    "of no algorithm": "not signed with RS256",
    "signed with the public key as a secret": "not signed with RS256",
    "of a stronger algorithm": "not signed with RS256",
    "of a key of another kind": "publishes no such key",
    "of an unknown key": "publishes no such key",
    "of an unnamed key": "publishes no such key",
    "of a key named like a path": "publishes no such key",
    "signed by a stranger": "Signature verification failed",
    "bringing its own key": "Signature verification failed",
    "bringing its own certificate": "Signature verification failed",
    "naming another place for keys": "Signature verification failed",
    "naming another place for certificates": "Signature verification failed",
    "with other claims under the signature": "Signature verification failed",
    "without its signature": "Signature verification failed",
    "for another audience": "not for this API",
    "for no audience": "not for this API",
    "by another issuer": "Invalid issuer",
    "expired": "expired",
    "not yet valid": "not yet valid",
    "issued in the future": "not yet valid",
    "very long": "more than 8192 characters",
    "very long, though signed": "more than 8192 characters",
    "with a line break": "not base64url",
    "with a space": "not base64url",
    "padded": "not base64url",
    "in another alphabet": "not base64url",
    "nested too deeply": "recursion",
    "with claims nested too deeply": "recursion",
    "saying a claim twice": "one thing twice",
    "saying a header twice": "one thing twice",
    "with critical extensions": "crit",
    "a logout token": "events",
    "a logout token by its type": "typ is not that of an access token",
    "an ID token": "at_hash",
    "an ID token of Cognito": "token_use is another than access",
    "an ID token of Keycloak": "typ is another than Bearer",
    "a refresh token of Keycloak": "typ is another than Bearer",
    "bound to a key": "cnf",
    "for two roles": "several roles (buyer, seller)",
    "for two roles in one text": "several roles (mediator, platform)",
    "for an unknown role": "none of buyer, seller, mediator, operator, lead, platform, platform:orders,",
    "for roles of another type": "none of buyer, seller, mediator, operator, lead, platform, platform:orders,",
    "for a name with a separator": "not an id",
    "for a name too long": "not an id",
}
"""What is wrong with a token, and what the answer says of it."""


@pytest.mark.parametrize("what", REASONS)
def test_a_bad_token_is_refused_for_its_own_reason(api: Api, what: str) -> None:
    """A token with one fault is refused for that fault, and the answer names it."""
    reply = api.call(ANA, "GET", "/orders", authorization=f"Bearer {api.issuer.bad_tokens(ANA)[what]}")

    assert (401, "unauthenticated") == reply.refused
    assert REASONS[what] in reply.json["detail"]


def test_a_header_leads_nowhere(api: Api) -> None:
    """Keys come only from the provider: an address in a token's header is never asked, even if the signature is good."""
    api.call(ANA, "GET", "/orders")
    before = list(api.issuer.asked)
    claims = api.issuer.claims(ANA)
    for name in ("jku", "x5u"):
        token = api.issuer.sign(claims, **{name: f"{api.issuer.name}/elsewhere"})
        assert 200 == api.call(ANA, "GET", "/orders", authorization=f"Bearer {token}").status
        token = api.issuer.foreign(claims, **{name: f"{api.issuer.name}/elsewhere"})
        assert 401 == api.call(ANA, "GET", "/orders", authorization=f"Bearer {token}").status

    assert before == api.issuer.asked


def test_a_good_token_may_be_written_otherwise(api: Api) -> None:
    """RFC 9110: the scheme's case does not matter; an audience may be one of several, a role one of a list."""
    claims = api.issuer.claims(ANA)
    several = api.issuer.sign(claims | {"aud": ["other", claims["aud"]], "role": ["admin", "buyer"], "extra": {}})
    for written in (f"bearer {several}", f"BEARER  {several}"):
        assert [] == api.done(ANA, "GET", "/orders", authorization=written)["items"]


@pytest.mark.parametrize("typ", ["JWT", "at+jwt", "AT+JWT", "application/at+jwt", None])
def test_an_access_token_may_say_what_it_is(api: Api, typ: str | None) -> None:
    """RFC 9068 and older practice: all these are access tokens, and so are those that Cognito and Keycloak mark as such."""
    token = api.issuer.sign(api.issuer.claims(ANA) | {"token_use": "access"}, typ=typ)
    assert 200 == api.call(ANA, "GET", "/orders", authorization=f"Bearer {token}").status
    token = api.issuer.sign(api.issuer.claims(ANA) | {"typ": "Bearer"}, typ=typ)
    assert 200 == api.call(ANA, "GET", "/orders", authorization=f"Bearer {token}").status


@pytest.mark.parametrize(
    ("claim", "seconds", "expected"),
    [
        ("exp", -28, 200),
        ("exp", -32, 401),
        ("iat", 28, 200),
        ("iat", 33, 401),
        ("nbf", 28, 200),
        ("nbf", 33, 401),
    ],
)
def test_clocks_may_differ_by_half_a_minute(api: Api, claim: str, seconds: int, expected: int) -> None:
    """A token that ended, or begins, within the half minute that clocks differ is good; beyond that it is not."""
    claims = api.issuer.claims(ANA)
    token = api.issuer.sign(claims | {claim: claims["iat"] + seconds})
    assert expected == api.call(ANA, "GET", "/orders", authorization=f"Bearer {token}").status


CHARACTERS = string.ascii_letters + string.digits + "-_=+/., \t\x00é"


@settings(max_examples=tries(250))
@given(data=st.data())
def test_a_token_with_one_character_changed_is_refused(api: Api, data: st.DataObject) -> None:
    """No character of a token is idle: change or drop one, and it is refused as a bad token, never as a fault of ours."""
    token = api.issuer.token(ANA)
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from(CHARACTERS).filter(lambda c: c != token[at]))
    changed = data.draw(st.sampled_from((token[:at] + other + token[at + 1 :], token[:at] + token[at + 1 :])))

    with pytest.raises(Problem) as caught:
        auth.authenticate(f"Bearer {changed}")

    assert "unauthenticated" == caught.value.code


@settings(max_examples=tries(60))
@given(header=st.recursive(JSON, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=3)))
def test_any_header_and_claims_are_no_fault_of_ours(api: Api, header: object) -> None:
    """Whatever JSON stands in a token's header or claims, it is refused as a bad token."""
    head, body, signature = api.issuer.token(ANA).split(".")
    known = {"alg": "RS256", "kid": RSA_KID}
    wild = base64url(known | header if isinstance(header, dict) else header)
    signed = jwt.api_jws.encode(json.dumps(header).encode(), api.issuer.key, "RS256", known)
    for token in (f"{wild}.{body}.{signature}", f"{head}.{wild}.{signature}", signed):
        with pytest.raises(Problem) as caught:
            auth.authenticate(f"Bearer {token}")
        assert "unauthenticated" == caught.value.code


def test_a_sandbox_clock_does_not_age_tokens(api: Api) -> None:
    """Tokens are judged by real time: the issuer does not know of a clock that was moved."""
    api.clock.wait(1000 * DAY)
    assert 200 == api.call(ANA, "GET", "/orders").status


@pytest.mark.parametrize("published", [None, {}, [], 7, {"keys": {}}, {"keys": []}, {"keys": [{"kty": "RSA"}]}])
def test_an_issuer_in_trouble_is_not_the_callers_fault(api: Api, published: object) -> None:
    """An issuer that does not publish its keys is a 503 that may be tried again, never a bad token."""
    api.issuer.published, api.issuer.broken = published, published is None

    reply = api.call(ANA, "GET", "/orders")

    assert (503, "identity_provider_unavailable", "10") == (reply.status, reply.problem, reply.headers["retry-after"])


def test_a_role_is_part_of_who_one_is(api: Api) -> None:
    """I6: a seller by the buyer's name is somebody else."""
    bring(api, Stop.DISPUTED)
    for who in ("seller:ana", "buyer:acme", "buyer:Ana"):
        assert (404, "not_found") == api.call(who, "GET", "/orders/o-1").refused
        assert [] == api.done(who, "GET", "/disputes")["items"]
    assert 200 == api.call(MARKET, "GET", "/orders/o-1").status
    assert 200 == api.call(ACME, "GET", "/orders/o-1").status


def test_samples_cover_every_role() -> None:
    """The tokens above are of every role."""
    assert {"buyer", "seller", "mediator", "lead", "operator", "platform", "signed", ""} == {
        sample.who.partition(":")[0] for sample in SAMPLES.values()
    }
