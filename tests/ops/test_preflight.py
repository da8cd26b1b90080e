"""Preflight says of a fresh account all that it has to ask AWS for, and of one that is ready nothing."""

from __future__ import annotations

import io
import json
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber

from ops import preflight_checks as checks
from ops.cli import main
from ops.preflight_checks import Verdict, made

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.ops.shop import Shop

ARN = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
ISSUER = "https://login.example"
DISCOVERED = {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"}
Reply = dict[str, Any] | str
"""An answer of AWS, or the code of its refusal."""


class Account:
    """An account of AWS whose answers botocore itself holds to the services' descriptions."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Answer nothing yet."""
        self._session = botocore.session.Session()
        self._stubs: dict[str, Stubber] = {}
        self._clients: dict[str, Any] = {}
        monkeypatch.setattr(checks, "client", self.client)

    def client(self, service: str) -> Any:  # noqa: ANN401 - a botocore client
        """Return the client of a service."""
        if service not in self._clients:
            self._clients[service] = self._session.create_client(
                service,
                region_name="eu-west-1",
                aws_access_key_id="a",
                aws_secret_access_key="b",  # noqa: S106 - opens nothing
            )
            self._stubs[service] = Stubber(self._clients[service])
            self._stubs[service].activate()
        return self._clients[service]

    def answers(self, service: str, operation: str, reply: Reply, asked: dict[str, Any] | None = None) -> None:
        """Answer the next call of a service, which has to be this one."""
        self.client(service)
        if isinstance(reply, str):
            self._stubs[service].add_client_error(operation, reply, expected_params=asked)
        else:
            self._stubs[service].add_response(operation, reply, asked)

    def asked_all(self) -> None:
        """Raise unless every answer was asked for."""
        for stub in self._stubs.values():
            stub.assert_no_pending_responses()


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """An account that answers what a test says, all of which has to be asked."""
    made = Account(monkeypatch)
    yield made
    made.asked_all()


def told(check: checks.Check, **parameters: str) -> list[tuple[Verdict, bool]]:
    """Return the verdicts of a check, each with whether it says what to do."""
    return [(it.verdict, bool(it.todo)) for it in made(check, parameters)]


FINE, LOOK, BLOCKS, UNKNOWN = (Verdict.OK, False), (Verdict.LOOK, True), (Verdict.BLOCKS, True), (Verdict.UNKNOWN, True)


@pytest.mark.parametrize(("sandbox", "verdict"), [(True, BLOCKS), (False, FINE)])
def test_the_sms_sandbox(account: Account, sandbox: bool, verdict: object) -> None:  # noqa: FBT001 - a row
    """In the sandbox no stranger gets an SMS."""
    account.answers("sns", "get_sms_sandbox_account_status", {"IsInSandbox": sandbox})
    assert [verdict] == told(checks.sms_sandbox)


@pytest.mark.parametrize(
    ("limit", "alarm", "verdict"),
    [({}, "", BLOCKS), ({"MonthlySpendLimit": "1"}, "", BLOCKS), ({"MonthlySpendLimit": "100"}, "", LOOK),
     ({"MonthlySpendLimit": "101"}, "", FINE), ({"MonthlySpendLimit": "400"}, "500", LOOK)],
)  # fmt: skip
def test_the_spend_limit(account: Account, limit: dict[str, str], alarm: str, verdict: object) -> None:
    """One dollar is no limit to go live with, and an alarm at or above the limit never goes off in time."""
    account.answers("sns", "get_sms_attributes", {"attributes": limit}, {"attributes": ["MonthlySpendLimit"]})
    assert [verdict] == told(checks.sms_spend, SmsSpendAlarmUsd=alarm)


QUOTA = {"Max24HourSend": 50000.0, "MaxSendRate": 14.0, "SentLast24Hours": 0.0}
SIGNED = {"VerifiedForSendingStatus": True, "DkimAttributes": {"SigningEnabled": True, "Status": "SUCCESS"}}


@pytest.mark.parametrize(
    ("ses", "verdict"),
    [
        ({"ProductionAccessEnabled": False, "SendingEnabled": True}, BLOCKS),
        ({"ProductionAccessEnabled": True, "SendingEnabled": False}, BLOCKS),
        ({"ProductionAccessEnabled": True, "SendingEnabled": True}, FINE),
    ],
)
def test_the_mail_sandbox(account: Account, ses: dict[str, Any], verdict: object) -> None:
    """In SES's sandbox, or while sending is paused, no stranger gets mail."""
    account.answers("sesv2", "get_account", ses | {"SendQuota": QUOTA})
    account.answers("sesv2", "get_email_identity", SIGNED, {"EmailIdentity": "shop@market.example"})
    assert [verdict, FINE] == told(checks.mail, MailFrom="shop@market.example")


@pytest.mark.parametrize(
    ("replies", "verdict"),
    [
        (["NotFoundException", "NotFoundException"], BLOCKS),
        (["NotFoundException", SIGNED], FINE),
        ([SIGNED | {"VerifiedForSendingStatus": False}], BLOCKS),
        ([SIGNED | {"DkimAttributes": {"SigningEnabled": True, "Status": "PENDING"}}], BLOCKS),
        ([SIGNED | {"DkimAttributes": {"SigningEnabled": False, "Status": "SUCCESS"}}], BLOCKS),
        ([{"VerifiedForSendingStatus": True}], BLOCKS),
    ],
)
def test_the_senders_identity(account: Account, replies: list[Reply], verdict: object) -> None:
    """The address, or its domain, is verified and signs with DKIM."""
    account.answers("sesv2", "get_account", {"ProductionAccessEnabled": True, "SendingEnabled": True, "SendQuota": QUOTA})
    for name, reply in zip(("shop@market.example", "market.example"), replies, strict=False):
        account.answers("sesv2", "get_email_identity", reply, {"EmailIdentity": name})
    assert [FINE, verdict] == told(checks.mail, MailFrom="shop@market.example")


def test_mail_by_topic_asks_ses_nothing(account: Account) -> None:
    """Without MailFrom the state of SES does not matter, but the way does not carry far."""
    del account
    assert [LOOK] == told(checks.mail)


@pytest.mark.parametrize(("allowed", "verdict"), [(10, BLOCKS), (49, BLOCKS), (50, LOOK), (999, LOOK), (1000, FINE)])
def test_functions_at_a_time(account: Account, allowed: int, verdict: object) -> None:
    """A new account runs ten functions at a time, which the sweep alone uses up."""
    account.answers("lambda", "get_account_settings", {"AccountLimit": {"ConcurrentExecutions": allowed}})
    assert [verdict] == told(checks.concurrency)


def quota(account: Account, of: tuple[str, str], value: float, *, applied: bool = True) -> None:
    """Answer what a quota is; where nobody has changed it, AWS knows only its default."""
    asked, reply = {"ServiceCode": of[0], "QuotaCode": of[1]}, {"Quota": {"Value": value}}
    if not applied:
        account.answers("service-quotas", "get_service_quota", "NoSuchResourceException", asked)
    account.answers("service-quotas", "get_service_quota" if applied else "get_aws_default_service_quota", reply, asked)


@pytest.mark.parametrize(
    ("policies", "sender", "verdict"), [(10_000, "", LOOK), (10_000, "a@b.example", FINE), (20_000, "", FINE)]
)
@pytest.mark.parametrize("applied", [True, False])
def test_addresses_that_sns_holds(account: Account, policies: int, sender: str, verdict: object, applied: bool) -> None:  # noqa: FBT001
    """Each address that is mailed through a topic takes a filter policy of the account's."""
    quota(account, checks.FILTER_POLICIES, policies, applied=applied)
    quota(account, checks.TOPICS, 100_000, applied=applied)
    assert [verdict] == told(checks.topics, MailFrom=sender)


@pytest.mark.parametrize(("allowed", "verdict"), [(100, BLOCKS), (200, FINE), (10_000, FINE)])
def test_requests_a_second(account: Account, allowed: float, verdict: object) -> None:
    """The account's throttle is for all its APIs together, and must not be below this one's own."""
    quota(account, checks.REQUESTS, allowed)
    assert [verdict] == told(checks.requests)


@pytest.mark.parametrize(
    ("domain", "found", "verdict"),
    [
        ("api.market.example", {"Status": "ISSUED", "DomainName": "api.market.example"}, [FINE]),
        (
            "api.market.example",
            {"Status": "ISSUED", "DomainName": "x", "SubjectAlternativeNames": ["*.market.example"]},
            [FINE],
        ),
        ("api.market.example", {"Status": "ISSUED", "DomainName": "market.example"}, [BLOCKS]),
        ("api.market.example", {"Status": "PENDING_VALIDATION", "DomainName": "api.market.example"}, [BLOCKS]),
        ("", {"Status": "ISSUED", "DomainName": "api.market.example"}, [FINE]),
    ],
)
@pytest.mark.parametrize("api", ["Api", "Chat"])
def test_a_certificate(account: Account, api: str, domain: str, found: dict[str, Any], verdict: list[object]) -> None:
    """It is issued, and for the domain of its API."""
    account.answers("acm", "describe_certificate", {"Certificate": found}, {"CertificateArn": ARN})
    assert verdict == told(checks.certificates, **{f"{api}CertificateArn": ARN, f"{api}DomainName": domain})


def test_a_domain_without_a_certificate(account: Account) -> None:
    """A domain needs one, and without a domain nothing is asked."""
    del account
    assert [BLOCKS, BLOCKS] == told(
        checks.certificates, ApiDomainName="api.market.example", ChatDomainName="chat.market.example"
    )
    assert [] == told(checks.certificates)


@pytest.mark.parametrize(
    ("parameters", "answer", "verdict"),
    [
        ({}, None, BLOCKS),
        ({"OidcIssuer": ISSUER}, DISCOVERED, FINE),
        ({"OidcIssuer": ISSUER}, DISCOVERED | {"issuer": f"{ISSUER}/"}, BLOCKS),
        ({"OidcIssuer": ISSUER}, {"issuer": ISSUER}, BLOCKS),
        ({"OidcIssuer": ISSUER}, OSError("no route"), BLOCKS),
        ({"OidcIssuer": ISSUER}, "not JSON", BLOCKS),
        ({"OidcIssuer": ISSUER}, 503, BLOCKS),
        ({"OidcIssuer": "http://login.example"}, DISCOVERED, BLOCKS),
        ({"OidcIssuer": ISSUER, "OidcJwksUrl": f"{ISSUER}/keys"}, {"keys": [{"kty": "RSA"}]}, FINE),
        ({"OidcIssuer": ISSUER, "OidcJwksUrl": f"{ISSUER}/keys"}, {"keys": [{"kty": "EC"}]}, BLOCKS),
    ],
)
def test_the_identity_provider(
    monkeypatch: pytest.MonkeyPatch, parameters: dict[str, str], answer: object, verdict: object
) -> None:
    """It answers over https, under the name that its tokens carry, with RSA keys."""
    asked: list[str] = []

    def opened(url: str, timeout: float) -> Any:  # noqa: ANN401 - stands for a reply
        asked.append(url)
        assert timeout <= 10
        if isinstance(answer, OSError):
            raise answer
        if isinstance(answer, int):
            raise urllib.error.HTTPError(url, answer, "down", {}, io.BytesIO())  # type: ignore[arg-type] # headers of no matter
        reply = io.BytesIO((answer if isinstance(answer, str) else json.dumps(answer)).encode())
        reply.status = 200  # type: ignore[attr-defined] # as an HTTP reply has it
        return reply

    monkeypatch.setattr(urllib.request, "urlopen", opened)
    assert [verdict] == told(checks.issuer, **parameters)
    where = parameters.get("OidcJwksUrl") or f"{ISSUER}/.well-known/openid-configuration"
    assert asked in ([], [where])


@pytest.mark.parametrize("check", [it for it in checks.ALL if it is not checks.issuer])
def test_a_check_that_cannot_be_made_blocks(monkeypatch: pytest.MonkeyPatch, check: checks.Check) -> None:
    """What AWS refuses to tell, or does not answer, is not taken for good; the other checks are made all the same."""
    given = {"MailFrom": "shop@market.example", "ApiCertificateArn": ARN}
    account = Account(monkeypatch)
    for service, operation in (
        ("sns", "get_sms_sandbox_account_status" if check is checks.sms_sandbox else "get_sms_attributes"),
        ("sesv2", "get_account"),
        ("lambda", "get_account_settings"),
        ("service-quotas", "get_service_quota"),
        ("acm", "describe_certificate"),
    ):
        account.answers(service, operation, "AccessDeniedException")
    assert [UNKNOWN] == told(check, **given)

    def unreachable(_: str) -> Any:  # noqa: ANN401 - a botocore client
        raise EndpointConnectionError(endpoint_url="https://aws.example")

    monkeypatch.setattr(checks, "client", unreachable)
    assert [UNKNOWN] == told(check, **given)


def test_the_command_blocks_where_a_check_does(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It takes the stack's parameters, and those that are given before them; 1 means that something blocks."""
    shop.parameters = {"OidcIssuer": "https://old.example", "MailFrom": ""}
    seen: list[checks.Parameters] = []

    def blocks(parameters: checks.Parameters) -> Iterator[checks.Result]:
        """Something."""
        seen.append(parameters)
        yield checks.Result(Verdict.BLOCKS, "Something", "is wrong", "Ask AWS.")

    def fine(_: checks.Parameters) -> Iterator[checks.Result]:
        """Another."""
        yield checks.Result(Verdict.OK, "Another", "is well")

    monkeypatch.setattr(checks, "ALL", (fine, blocks))
    assert 1 == main(["preflight", "--stack", "shop", "--parameter", f"OidcIssuer={ISSUER}"])
    assert [{"OidcIssuer": ISSUER, "MailFrom": ""}] == seen
    said = capsys.readouterr().out
    assert "BLOCKS  Something: is wrong\n        -> Ask AWS.\n" in said
    assert said.endswith("2 checks: 1 blocking, 0 could not be made\n")
    monkeypatch.setattr(checks, "ALL", (fine,))
    assert 0 == main(["preflight", "--stack", "not-there-yet"])
    assert 2 == main(["preflight", "--stack", "shop", "--parameter", "OidcIssuer"])
