"""Log people and machines in to a Cognito user pool, as in production.

People are users of the pool under their marketplace ids, each in one group: buyer, seller, mediator, lead or operator.
The platform is a machine: a client of its own, with a secret and scopes.
"""

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlencode

from localcloud import aws
from localcloud.aws import Client
from localcloud.layout import LocalCloudError

PEOPLE: Final = ("buyer", "seller", "mediator", "lead", "operator")
PLATFORM: Final = "platform"
SERVER: Final = "buyer-protection"
SCOPES: Final = {
    PLATFORM: "Act as the marketplace",
    "orders": "Import orders and shipments, read orders and disputes",
    "tracking": "Report what carriers say",
    "payments": "Report on payments",
    "people": "Keep people's contacts, and erase them",
}
# Not a secret: everyone in a pool of this machine logs in with it.
PASSWORD: Final = "Local-1-only"  # noqa: S105
A_DAY: Final = {"AccessTokenValidity": 24, "TokenValidityUnits": {"AccessToken": "hours"}}
PATIENCE = 30  # seconds for one login


def create(cloud: Client, url: str, callback: str = "") -> dict[str, str]:
    """Make the pool with its groups and clients, and return what a login needs (it becomes part of endpoints.json).

    With a `callback`, a browser can log in by code and PKCE, and is sent back there.
    """
    pool = cloud.create_user_pool(PoolName="market", UsernameConfiguration={"CaseSensitive": True})["UserPool"]["Id"]
    for group in PEOPLE:
        cloud.create_group(UserPoolId=pool, GroupName=group)
    scopes = [{"ScopeName": name, "ScopeDescription": meaning} for name, meaning in SCOPES.items()]
    cloud.create_resource_server(UserPoolId=pool, Identifier=SERVER, Name=SERVER, Scopes=scopes)
    by_code: dict[str, Any] = {
        "AllowedOAuthFlowsUserPoolClient": True,
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid"],
        "SupportedIdentityProviders": ["COGNITO"],
        "CallbackURLs": [callback],
    }
    app = cloud.create_user_pool_client(
        UserPoolId=pool,
        ClientName="app",
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        PreventUserExistenceErrors="ENABLED",
        **(by_code if callback else {}),
        **A_DAY,
    )["UserPoolClient"]
    machine = cloud.create_user_pool_client(
        UserPoolId=pool,
        ClientName=PLATFORM,
        GenerateSecret=True,
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthScopes=[f"{SERVER}/{name}" for name in SCOPES],
        **A_DAY,
    )["UserPoolClient"]
    return {
        "cognito": url,
        "user_pool": pool,
        "app_client": app["ClientId"],
        "platform_client": machine["ClientId"],
        "platform_secret": machine["ClientSecret"],
        "issuer": f"https://cognito-idp.{cloud.meta.region_name}.amazonaws.com/{pool}",
        "jwks_url": f"{url}/{pool}/.well-known/jwks.json",
    }


def parameters(login: Mapping[str, Any]) -> dict[str, str]:
    """Return the stack's parameters that make the deployment accept that pool's tokens."""
    rights = {name: PLATFORM if name == PLATFORM else f"{PLATFORM}:{name}" for name in SCOPES}
    words = [*(f"{role}={role}" for role in PEOPLE), *(f"{SERVER}/{name}={right}" for name, right in rights.items())]
    return {
        "OidcIssuer": login["issuer"],
        "OidcJwksUrl": login["jwks_url"],
        "OidcAudience": f"{login['app_client']},{login['platform_client']}",
        "OidcAudienceClaim": "client_id",
        "OidcSubjectClaim": "username",
        "OidcRoleClaim": "cognito:groups,scope",
        "OidcRoles": ",".join(words),
    }


def token(login: Mapping[str, Any], role: str, subject: str) -> str:
    """Log in and return an access token, good for a day; the same one for the rest of this process.

    A person whom the pool does not know yet is added first. The platform is one machine, whatever its id, with all scopes;
    as `platform/orders`, or `platform/orders+payments`, it has only these.
    `login` is what `create` returned, or endpoints.json. LocalCloudError for an unknown role.
    """
    machine, _, named = role.partition("/")
    scopes = tuple(named.split("+")) if named else (PLATFORM,)
    if machine == PLATFORM and set(scopes) <= SCOPES.keys():
        return _machine_token(login["cognito"], login["platform_client"], login["platform_secret"], scopes)
    if role not in PEOPLE or not subject:
        message = f"a token is for <role>:<id>, with a role of {', '.join((*PEOPLE, PLATFORM))}"
        raise LocalCloudError(message)
    return _access_token(login["cognito"], login["user_pool"], login["app_client"], role, subject)


@lru_cache(maxsize=1024)
def _machine_token(url: str, client_id: str, secret: str, scopes: tuple[str, ...]) -> str:
    credentials = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    form = urlencode({"grant_type": "client_credentials", "scope": " ".join(f"{SERVER}/{name}" for name in scopes)}).encode()
    headers = {"authorization": f"Basic {credentials}", "content-type": "application/x-www-form-urlencoded"}
    return str(_answer(urllib.request.Request(f"{url}/oauth2/token", form, headers))["access_token"])


@lru_cache(maxsize=1024)
def _access_token(url: str, pool: str, client_id: str, role: str, subject: str) -> str:
    _enrol(_client(url), pool, role, subject)
    return str(log_in(url, client_id, subject, PASSWORD)["AccessToken"])


def log_in(url: str, client_id: str, username: str, password: str) -> dict[str, Any]:
    """Log in as an app does, with no AWS credentials, and return the tokens. LocalCloudError says why not."""
    return _initiate(url, client_id, "USER_PASSWORD_AUTH", {"USERNAME": username, "PASSWORD": password})


def renew(url: str, client_id: str, refresh_token: str) -> dict[str, Any]:
    """Return new tokens for a refresh token. LocalCloudError says why not."""
    return _initiate(url, client_id, "REFRESH_TOKEN_AUTH", {"REFRESH_TOKEN": refresh_token})


def _initiate(url: str, client_id: str, flow: str, asked: Mapping[str, str]) -> dict[str, Any]:
    body = {"AuthFlow": flow, "ClientId": client_id, "AuthParameters": asked}
    headers = {
        "x-amz-target": "AWSCognitoIdentityProviderService.InitiateAuth",
        "content-type": "application/x-amz-json-1.1",
    }
    tokens: dict[str, Any] = _answer(urllib.request.Request(url, json.dumps(body).encode(), headers))["AuthenticationResult"]
    return tokens


def enrol(login: Mapping[str, Any], role: str, subject: str) -> None:
    """Make `subject` able to log in as `role`. LocalCloudError if the pool knows them in another role."""
    _enrol(_client(login["cognito"]), login["user_pool"], role, subject)


def people(login: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return everybody whom the pool knows, with their roles, in the order of roles and ids."""
    cloud, found = _client(login["cognito"]), []
    for role in PEOPLE:
        pages = cloud.get_paginator("list_users_in_group").paginate(UserPoolId=login["user_pool"], GroupName=role)
        names = sorted(user["Username"] for page in pages for user in page["Users"])
        found += [{"id": name, "role": role} for name in names]
    return found


def _enrol(cloud: Client, pool: str, role: str, subject: str) -> None:
    with suppress(cloud.exceptions.UsernameExistsException):
        cloud.admin_create_user(UserPoolId=pool, Username=subject, MessageAction="SUPPRESS")
    groups = cloud.admin_list_groups_for_user(UserPoolId=pool, Username=subject)["Groups"]
    known = [group["GroupName"] for group in groups]
    if not known:
        cloud.admin_set_user_password(UserPoolId=pool, Username=subject, Password=PASSWORD, Permanent=True)
        cloud.admin_add_user_to_group(UserPoolId=pool, Username=subject, GroupName=role)
    elif known != [role]:
        message = f"{subject} is already known here as {' and '.join(known)}; a token is for one role: take another id"
        raise LocalCloudError(message)


@lru_cache(maxsize=8)
def _client(url: str) -> Client:
    return aws.client("cognito-idp", url)


def _answer(request: urllib.request.Request) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
            answer: dict[str, Any] = json.load(reply)
            return answer
    except urllib.error.HTTPError as error:
        with error:
            message = f"the login failed: {error.code} {error.read().decode(errors='replace')[:500]}"
        raise LocalCloudError(message) from error
