"""One configuration for any provider: the tokens of Cognito, Auth0 and Keycloak, and settings that make no sense."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.api.endpoint import ENDPOINTS
from chalicelib.api.identity.auth import Verifier
from chalicelib.api.identity.jwks import Keys
from chalicelib.api.identity.provider import provider_from
from chalicelib.api.identity.scopes import Caller, Scope
from chalicelib.api.problems import Problem
from chalicelib.domain.people import Actor, Role
from chalicelib.settings import settings_from
from infra.build import template
from tests.api import samples  # noqa: F401 - it declares the routes
from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from tests.api.issuer import Issuer

ROOT = Path(__file__).parents[2]
COGNITO = {
    "OIDC_AUDIENCE": "app-client, machine-client",
    "OIDC_AUDIENCE_CLAIM": "client_id",
    "OIDC_SUBJECT_CLAIM": "username",
    "OIDC_ROLE_CLAIM": "cognito:groups,scope",
    "OIDC_ROLES": "buyer=buyer, seller=seller, support-agents=mediator, buyer-protection/platform=platform",
}
AUTH0 = {
    "OIDC_AUDIENCE": "https://api.market.example",
    "OIDC_SUBJECT_CLAIM": "https://market.example/customer_id",
    "OIDC_ROLE_CLAIM": "https://market.example/role,scope",
    "OIDC_ROLES": "buyer=buyer,seller=seller,mediator=mediator,act:platform=platform",
}
KEYCLOAK = {
    "OIDC_AUDIENCE": "buyer-protection",
    "OIDC_SUBJECT_CLAIM": "preferred_username",
    "OIDC_ROLE_CLAIM": "realm_access.roles",
}
UUID = "2f1c6d1e-7a55-4d0b-9c3e-0a4b5c6d7e8f"
POOL_USER = {"sub": UUID, "token_use": "access", "username": "bea", "client_id": "app-client"}
MACHINE = {"sub": "machine-client", "token_use": "access", "client_id": "machine-client"}
TENANT_USER = {"sub": "auth0|6553", "aud": ["https://api.market.example", "https://tenant.example/userinfo"], "azp": "spa"}
REALM_USER = {"sub": UUID, "typ": "Bearer", "azp": "app", "aud": ["buyer-protection", "account"], "preferred_username": "bea"}


def verifier(issuer: Issuer, environment: dict[str, str]) -> Verifier:
    """Return the verifier of tokens under that configuration."""
    base = {"OIDC_ISSUER": issuer.name, "OIDC_JWKS_URL": issuer.jwks_url}
    provider = provider_from(settings_from(base | environment))
    return Verifier(provider, Keys(provider))


def token(issuer: Issuer, claims: dict[str, Any]) -> str:
    """A token of that issuer with these claims, and none of its usual ones but for iss, iat and exp."""
    usual = issuer.claims("buyer:nobody")
    return issuer.sign({name: usual[name] for name in ("iss", "iat", "exp")} | claims)


@pytest.mark.parametrize(
    ("environment", "claims", "expected"),
    [
        (COGNITO, POOL_USER | {"cognito:groups": ["buyer", "newsletter"]}, ("buyer", "bea")),
        (COGNITO, POOL_USER | {"cognito:groups": ["support-agents"], "scope": "openid profile"}, ("mediator", "bea")),
        (COGNITO, MACHINE | {"scope": "buyer-protection/platform other/read"}, ("platform", "machine-client")),
        (
            AUTH0,
            TENANT_USER | {"https://market.example/role": "seller", "https://market.example/customer_id": "acme"},
            ("seller", "acme"),
        ),
        (
            AUTH0,
            {"sub": "awZf@clients", "aud": "https://api.market.example", "gty": "client-credentials", "scope": "act:platform"},
            ("platform", "awZf@clients"),
        ),
        (KEYCLOAK, REALM_USER | {"realm_access": {"roles": ["offline_access", "mediator"]}}, ("mediator", "bea")),
        (KEYCLOAK, REALM_USER | {"sub": "svc", "realm_access": {"roles": ["platform"]}}, ("platform", "svc")),
    ],
)
def test_providers_tokens_are_understood(
    issuer: Issuer, environment: dict[str, str], claims: dict[str, Any], expected: tuple[str, str]
) -> None:
    """Access tokens of people and of the platform's machine, as each provider makes them, give a role and our id."""
    actor = verifier(issuer, environment).caller(token(issuer, claims)).actor

    assert expected == (actor.role.value, actor.id)


COGNITO_STAFF = COGNITO | {
    "OIDC_ROLES": "support=mediator, heads=lead, back-office=operator, "
    "market/all=platform, market/orders=platform:orders, market/payments=platform:payments"
}


@pytest.mark.parametrize(
    ("environment", "claims", "expected"),
    [
        (COGNITO_STAFF, POOL_USER | {"cognito:groups": ["support"]}, ("mediator", False, set())),
        (COGNITO_STAFF, POOL_USER | {"cognito:groups": ["heads"]}, ("mediator", True, set())),
        (COGNITO_STAFF, POOL_USER | {"cognito:groups": ["heads", "support"]}, ("mediator", True, set())),
        (COGNITO_STAFF, POOL_USER | {"cognito:groups": ["back-office"]}, ("operator", False, set())),
        (COGNITO_STAFF, MACHINE | {"scope": "market/orders"}, ("platform", False, {"orders"})),
        (COGNITO_STAFF, MACHINE | {"scope": "market/payments market/orders"}, ("platform", False, {"orders", "payments"})),
        (COGNITO_STAFF, MACHINE | {"scope": "market/all"}, ("platform", False, set(Scope))),
        (COGNITO_STAFF, MACHINE | {"scope": "market/all market/orders"}, ("platform", False, set(Scope))),
        (KEYCLOAK, REALM_USER | {"realm_access": {"roles": ["lead"]}}, ("mediator", True, set())),
        (KEYCLOAK, REALM_USER | {"realm_access": {"roles": ["platform:tracking"]}}, ("platform", False, {"tracking"})),
    ],
)
def test_leads_operators_and_scopes_are_told_by_the_token(
    issuer: Issuer, environment: dict[str, str], claims: dict[str, Any], expected: tuple[str, bool, set[str]]
) -> None:
    """Section 1: a lead is a mediator whose token says so; scopes add up, and a plain platform has all of them."""
    caller = verifier(issuer, environment).caller(token(issuer, claims))

    assert expected == (caller.actor.role.value, caller.actor.lead, set(caller.scopes))


@pytest.mark.parametrize("words", [["heads", "back-office"], ["support", "market/orders"]])
def test_a_token_is_for_one_role(issuer: Issuer, words: list[str]) -> None:
    """Nobody acts in two roles at once: such a token is refused."""
    with pytest.raises(Problem) as caught:
        verifier(issuer, COGNITO_STAFF).caller(token(issuer, POOL_USER | {"cognito:groups": words}))

    assert "several roles" in caught.value.detail


def test_a_route_of_the_platform_names_its_scope() -> None:
    """Section 1: a route that lets the platform in without a scope, or names one without the platform, cannot be declared."""
    known = next(endpoint for endpoint in ENDPOINTS if endpoint.scopes)
    with pytest.raises(ValueError, match="scopes"):
        replace(known, scopes=())
    with pytest.raises(ValueError, match="scopes"):
        replace(known, roles=(Role.BUYER,))


@pytest.mark.parametrize(("lead", "right"), [(True, True), (False, False)])
def test_a_leads_route_lets_no_other_mediator_in(*, lead: bool, right: bool) -> None:
    """Section 1: some of what mediators do is for leads alone."""
    known = next(endpoint for endpoint in ENDPOINTS if Role.MEDIATOR in endpoint.roles)
    caller = Caller(Actor(Role.MEDIATOR, "mia", lead), frozenset())
    assert replace(known, leads=True).lets_in(caller) is right


@pytest.mark.parametrize(
    ("environment", "claims", "reason"),
    [
        (COGNITO, POOL_USER | {"client_id": "another-client", "cognito:groups": ["buyer"]}, "client_id is another"),
        (COGNITO, POOL_USER | {"client_id": None, "aud": "app-client", "cognito:groups": ["buyer"]}, "client_id is another"),
        (COGNITO, POOL_USER | {"token_use": "id", "aud": "app-client", "cognito:groups": ["buyer"]}, "token_use"),
        (COGNITO, POOL_USER | {"token_use": "refresh", "cognito:groups": ["buyer"]}, "token_use"),
        (COGNITO, POOL_USER, "none of buyer, seller, support-agents, buyer-protection/platform"),
        (COGNITO, POOL_USER | {"cognito:groups": ["platform", "mediator"]}, "none of"),
        (COGNITO, POOL_USER | {"cognito:groups": ["buyer"], "scope": "buyer-protection/platform"}, "several roles"),
        (COGNITO, MACHINE | {"cognito:groups": ["buyer"]}, "username is not an id"),
        (AUTH0, TENANT_USER | {"https://market.example/role": "buyer"}, "customer_id is not an id"),
        (AUTH0, TENANT_USER | {"aud": "spa", "https://market.example/role": "buyer"}, "aud is another"),
        (KEYCLOAK, REALM_USER | {"aud": "account", "realm_access": {"roles": ["buyer"]}}, "aud is another"),
        (KEYCLOAK, REALM_USER | {"typ": "ID", "realm_access": {"roles": ["buyer"]}}, "typ is another"),
        (KEYCLOAK, REALM_USER | {"realm_access": {"roles": {"buyer": True}}}, "realm_access.roles is none of"),
        (KEYCLOAK, REALM_USER | {"realm_access": ["buyer"]}, "realm_access.roles is none of"),
        (KEYCLOAK, REALM_USER | {"resource_access": {"roles": ["buyer"]}}, "realm_access.roles is none of"),
    ],
)
def test_tokens_for_something_else_are_not_mistaken(
    issuer: Issuer, environment: dict[str, str], claims: dict[str, Any], reason: str
) -> None:
    """A token for another client, of another kind, or without a role or an id of ours, is refused for just that."""
    given = {name: value for name, value in claims.items() if value is not None}
    with pytest.raises(Problem) as caught:
        verifier(issuer, environment).caller(token(issuer, given))

    assert "unauthenticated" == caught.value.code
    assert reason in caught.value.detail


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"OIDC_ISSUER": ""}, "OIDC_ISSUER is empty"),
        ({"OIDC_ISSUER": "http://login.example"}, "OIDC_ISSUER must begin with https://"),
        ({"OIDC_ISSUER": "login.example"}, "OIDC_ISSUER must begin with https://"),
        ({"OIDC_ISSUER": "https://"}, "OIDC_ISSUER must begin with https://"),
        ({"OIDC_ISSUER": "http://[::1"}, "OIDC_ISSUER must begin with https://"),
        ({"OIDC_JWKS_URL": "http://127.0.0.1.example/keys"}, "OIDC_JWKS_URL must begin with https://"),
        ({"OIDC_JWKS_URL": "file:///keys"}, "OIDC_JWKS_URL must begin with https://"),
        ({"OIDC_AUDIENCE": ""}, "OIDC_AUDIENCE is one value"),
        ({"OIDC_AUDIENCE": "a,,b"}, "OIDC_AUDIENCE is one value"),
        ({"OIDC_AUDIENCE_CLAIM": " "}, "OIDC_AUDIENCE_CLAIM is empty"),
        ({"OIDC_SUBJECT_CLAIM": ""}, "OIDC_SUBJECT_CLAIM is empty"),
        ({"OIDC_ROLE_CLAIM": ""}, "OIDC_ROLE_CLAIM is one value"),
        ({"OIDC_ROLES": "buyer"}, "OIDC_ROLES is a list of WORD=ROLE"),
        ({"OIDC_ROLES": "=buyer"}, "OIDC_ROLES is a list of WORD=ROLE"),
        ({"OIDC_ROLES": "admins=admin"}, "OIDC_ROLES is a list of WORD=ROLE"),
        ({"OIDC_ROLES": "robots=clock"}, "OIDC_ROLES is a list of WORD=ROLE"),
        ({"OIDC_ROLES": "a=buyer,a=seller"}, "gives 'a' two meanings"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(changes: dict[str, str], reason: str) -> None:
    """Each wrong variable is named, with how it should be."""
    good = {"OIDC_ISSUER": "https://login.example", "OIDC_AUDIENCE": "buyer-protection"}
    assert provider_from(settings_from(good)).issuer == good["OIDC_ISSUER"]

    with pytest.raises(ValueError, match="OIDC_") as caught:
        provider_from(settings_from(good | changes))

    assert reason in str(caught.value)


def test_a_function_set_up_wrongly_does_not_start() -> None:
    """A deployed function says at its start what is wrong, rather than refuse everybody later."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "SERVES": "http", "OIDC_ISSUER": "http://login.example"}
    done = subprocess.run(
        [sys.executable, "-c", "import app"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert 0 != done.returncode
    assert "OIDC_ISSUER must begin with https://" in done.stderr


def test_the_stack_hands_over_every_setting() -> None:
    """Each OIDC variable that the code reads is a parameter of the stack, and no other."""
    built = template()
    variables = built["Globals"]["Function"]["Environment"]["Variables"]
    asked: list[str] = []

    class Asked(dict[str, str]):
        def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
            asked.append(name)
            return default

    settings_from(Asked())

    assert {name for name in asked if name.startswith("OIDC_")} == {name for name in variables if name.startswith("OIDC_")}
    for name, reference in variables.items():
        if name.startswith("OIDC_"):
            assert reference["Ref"] in built["Parameters"]
