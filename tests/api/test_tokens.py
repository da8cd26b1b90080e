"""Who calls: every guarded route wants a token that its issuer made for this API, now, and for a role that people have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chalicelib.api import auth
from tests.api.edge import DAY
from tests.api.samples import ACME, ANA, GUARDED, MARKET, SAMPLES, Stop, bring, path_of, sample_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.api.endpoint import Endpoint
    from tests.api.edge import Api
    from tests.api.issuer import Issuer


@pytest.fixture(autouse=True)
def _fresh_keys(issuer: Issuer) -> Iterator[None]:
    """Forget the issuer's keys before and after, and put them back as they were."""
    published = issuer.published
    auth._keys.cache_clear()  # noqa: SLF001 - as a new process begins
    yield
    issuer.published, issuer.broken = published, False
    auth._keys.cache_clear()  # noqa: SLF001


@pytest.mark.parametrize("endpoint", GUARDED, ids=lambda e: e.operation)
def test_a_bad_token_is_refused(api: Api, endpoint: Endpoint) -> None:
    """Section 7, I6: without a good token nothing is said and nothing is done, and the answer says what is wrong."""
    sample = sample_of(endpoint)
    bring(api, sample.stop)
    stored = api.table.snapshot()
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
    assert stored == api.table.snapshot()


def test_a_good_token_may_be_written_otherwise(api: Api) -> None:
    """RFC 9110: the scheme's case does not matter; an audience may be one of several, a role one of a list."""
    claims = api.issuer.claims(ANA)
    several = api.issuer.sign(claims | {"aud": ["other", claims["aud"]], "role": ["admin", "buyer"], "extra": {}})
    for written in (f"bearer {several}", f"BEARER  {several}"):
        assert {"items": [], "cursor": None} == api.done(ANA, "GET", "/orders", authorization=written)


def test_a_clock_that_differs_a_little_is_no_fault(api: Api) -> None:
    """A token that ended within the half minute that clocks differ is still good."""
    claims = api.issuer.claims(ANA)
    for slightly in ({"exp": claims["iat"] - 10}, {"iat": claims["iat"] + 10}):
        token = api.issuer.sign(claims | slightly)
        assert 200 == api.call(ANA, "GET", "/orders", authorization=f"Bearer {token}").status


def test_a_sandbox_clock_does_not_age_tokens(api: Api) -> None:
    """Tokens are judged by real time: the issuer does not know of a clock that was moved."""
    api.clock.wait(1000 * DAY)
    assert 200 == api.call(ANA, "GET", "/orders").status


@pytest.mark.parametrize("published", [None, {}, {"keys": []}, {"keys": [{"kty": "RSA"}]}])
def test_an_issuer_in_trouble_is_not_the_callers_fault(api: Api, published: object) -> None:
    """An issuer that does not publish its keys is a 503 that may be tried again, never a bad token."""
    api.issuer.published, api.issuer.broken = published, published is None

    reply = api.call(ANA, "GET", "/orders")

    assert (503, "identity_provider_unavailable") == (reply.status, reply.problem)


def test_an_issuer_that_is_gone_is_not_the_callers_fault(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for one that does not answer."""
    monkeypatch.setattr(auth._keys(), "uri", "http://127.0.0.1:9/jwks.json")  # noqa: SLF001

    reply = api.call(ANA, "GET", "/orders")

    assert (503, "identity_provider_unavailable") == (reply.status, reply.problem)


def test_a_key_that_is_withdrawn_is_soon_refused(api: Api) -> None:
    """A key that its issuer no longer publishes is good for as long as keys are kept, and no longer."""
    assert 200 == api.call(ANA, "GET", "/orders").status
    api.issuer.published = {"keys": [key for key in api.issuer.published["keys"] if key["kty"] != "RSA"]}
    assert 200 == api.call(ANA, "GET", "/orders").status

    kept = auth._keys().jwk_set_cache  # noqa: SLF001
    assert kept is not None
    kept.lifespan = 0  # as if so much time had passed

    assert (401, "unauthenticated") == api.call(ANA, "GET", "/orders").refused


def test_a_role_is_part_of_who_one_is(api: Api) -> None:
    """I6: a seller by the buyer's name is somebody else."""
    bring(api, Stop.DISPUTED)
    for who in ("seller:ana", "buyer:acme", "buyer:Ana"):
        assert (404, "not_found") == api.call(who, "GET", "/orders/o-1").refused
        assert [] == api.done(who, "GET", "/disputes")["items"]
    assert 200 == api.call(MARKET, "GET", "/orders/o-1").status
    assert 200 == api.call(ACME, "GET", "/orders/o-1").status


def test_samples_cover_every_role() -> None:
    """The tokens above are of all four roles."""
    assert {"buyer", "seller", "mediator", "platform", "signed", ""} == {
        sample.who.partition(":")[0] for sample in SAMPLES.values()
    }
