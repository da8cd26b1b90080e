"""Real logins: the deployed API takes tokens of the local Cognito user pool, and no imitation."""

import base64
import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from localcloud import cognito
from localcloud.cloud import LocalCloud
from localcloud.layout import LocalCloudError
from tests.waiting import PATIENCE


def status(cloud: LocalCloud, token: str, path: str = "/orders") -> tuple[int, dict[str, Any]]:
    """The status and the JSON that this token gets."""
    request = urllib.request.Request(f"{cloud.api}{path}", headers={"authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def claims(token: str) -> dict[str, Any]:
    """Return the claims of a token, unverified."""
    body = token.split(".")[1]
    said: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return said


def test_a_person_logs_in_and_is_known_by_the_marketplaces_id(cloud: LocalCloud) -> None:
    """A password becomes an access token by Cognito's own endpoint, and the API knows the person by the pool's user name."""
    cloud.token("buyer", "login-bea")
    tokens = cognito.log_in(cloud.endpoints["cognito"], cloud.endpoints["app_client"], "login-bea", cognito.PASSWORD)

    said = claims(tokens["AccessToken"])
    assert ("access", "login-bea", ["buyer"]) == (said["token_use"], said["username"], said["cognito:groups"])
    answered, page = status(cloud, tokens["AccessToken"])
    assert (200, []) == (answered, page["items"])


def test_an_id_token_opens_nothing(cloud: LocalCloud) -> None:
    """The same login's ID token, signed by the same pool, says to the app who logged in; to an API it says nothing."""
    cloud.token("buyer", "login-bea")
    tokens = cognito.log_in(cloud.endpoints["cognito"], cloud.endpoints["app_client"], "login-bea", cognito.PASSWORD)

    code, problem = status(cloud, tokens["IdToken"])

    assert (401, "unauthenticated") == (code, problem["code"])
    assert "token_use" in problem["detail"]


def test_a_wrong_password_gets_no_token(cloud: LocalCloud) -> None:
    """The login is real: it can fail."""
    cloud.token("buyer", "login-bea")
    with pytest.raises(LocalCloudError, match="NotAuthorizedException"):
        cognito.log_in(cloud.endpoints["cognito"], cloud.endpoints["app_client"], "login-bea", "Guessed-1-time")


def test_the_platform_is_a_machine_with_a_token_of_its_own(cloud: LocalCloud) -> None:
    """Client credentials give a token with a scope and no user; it acts as the platform, under the client's id."""
    token = cloud.token("platform", "market")

    said = claims(token)
    assert f"{cognito.SERVER}/{cognito.PLATFORM}" == said["scope"]
    assert cloud.endpoints["platform_client"] == said["sub"]
    assert "username" not in said
    assert 200 == status(cloud, token, "/sandbox/clock")[0]


def test_another_pools_tokens_are_refused(cloud: LocalCloud) -> None:
    """A pool beside it, made the same way with the same names, is another issuer with other keys."""
    other = cognito.create(cloud.aws("cognito-idp"), cloud.endpoints["cognito"])

    code, problem = status(cloud, cognito.token(other, "buyer", "login-bea"))

    assert (401, "unauthenticated") == (code, problem["code"])


def test_another_client_of_the_pool_is_refused(cloud: LocalCloud) -> None:
    """A token that the pool made for somebody else's app is not for this API."""
    cloud.token("buyer", "login-bea")
    made = cloud.aws("cognito-idp").create_user_pool_client(
        UserPoolId=cloud.endpoints["user_pool"], ClientName="other", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]
    token = cognito.log_in(cloud.endpoints["cognito"], made["ClientId"], "login-bea", cognito.PASSWORD)["AccessToken"]

    code, problem = status(cloud, token)

    assert (401, "unauthenticated") == (code, problem["code"])
    assert "not for this API" in problem["detail"]


def test_a_person_has_one_role(cloud: LocalCloud) -> None:
    """The same id in a second role is refused with what to do, and an unknown role likewise; asking twice is one login."""
    assert cloud.token("seller", "login-acme") == cloud.token("seller", "login-acme")
    with pytest.raises(LocalCloudError, match="already known here as seller"):
        cloud.token("buyer", "login-acme")
    for role, subject in (("clock", "x"), ("buyer", "")):
        with pytest.raises(LocalCloudError, match="a token is for <role>:<id>"):
            cloud.token(role, subject)
