"""The checks of an account, each of which asks AWS one thing."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.aws import client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Parameters = Mapping[str, str]
    Check = Callable[[Parameters], Iterator["Result"]]

SPEND_ALARM_USD = 100
"""The default of the parameter SmsSpendAlarmUsd."""
CONCURRENT_AT_LEAST, CONCURRENT_USUAL = 50, 1000
"""Functions at a time: the sweep alone takes 8; and AWS's default for an account that is not new."""
REQUESTS_A_SECOND = 200
"""The throttle of the API's stage (``infra/resources.json``)."""
PATIENCE_S = 5
FILTER_POLICIES, TOPICS, REQUESTS = ("sns", "L-4126E74A"), ("sns", "L-61103206"), ("apigateway", "L-8A5B8E43")
"""Quotas by service and code."""
FEW_POLICIES = 10_000
"""AWS's default of filter policies: some 3,300 sellers or 5,000 buyers."""


class Verdict(Enum):
    """The result of a check."""

    OK = "ok"
    LOOK = "look"
    """It works for now, and limits growth."""
    BLOCKS = "BLOCKS"
    UNKNOWN = "UNKNOWN"
    """AWS did not answer, or the operator may not ask."""


BLOCKING = (Verdict.BLOCKS, Verdict.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Result:
    """What was found, and what to do about it; empty if nothing."""

    verdict: Verdict
    what: str
    found: str
    todo: str = ""


def made(check: Check, parameters: Parameters) -> list[Result]:
    """Make a check. One that cannot be made is a result too."""
    try:
        return list(check(parameters))
    except ClientError as error:
        found = f"AWS answers {error.response['Error']['Code']}"
    except BotoCoreError as error:
        found = f"AWS is not reached: {type(error).__name__}"
    todo = "Give your role the right to ask, or look it up in the console."
    return [Result(Verdict.UNKNOWN, (check.__doc__ or "").partition(".")[0], found, todo)]


def sms_sandbox(_: Parameters) -> Iterator[Result]:
    """SMS to everybody."""
    if client("sns").get_sms_sandbox_account_status()["IsInSandbox"]:
        todo = "Leave the SMS sandbox: SNS console, Text messaging, Exit SMS sandbox; name your countries and sender ids there."
        yield Result(Verdict.BLOCKS, "SMS to everybody", "the account is in the SMS sandbox: 10 verified numbers only", todo)
    else:
        yield Result(Verdict.OK, "SMS to everybody", "not in the SMS sandbox")


def sms_spend(parameters: Parameters) -> Iterator[Result]:
    """SMS spend limit."""
    told = client("sns").get_sms_attributes(attributes=["MonthlySpendLimit"])["attributes"]
    limit, alarm = float(told.get("MonthlySpendLimit", 1)), float(parameters.get("SmsSpendAlarmUsd") or SPEND_ALARM_USD)
    found = f"{limit:g} USD a month, and the alarm goes off at {alarm:g}"
    todo = "Ask AWS Support for a higher SNS text messaging spend limit, then set MonthlySpendLimit to it."
    if limit <= 1:
        yield Result(Verdict.BLOCKS, "SMS spend limit", found, todo)
    elif limit <= alarm:
        yield Result(Verdict.LOOK, "SMS spend limit", found, f"Set SmsSpendAlarmUsd below it. {todo}")
    else:
        yield Result(Verdict.OK, "SMS spend limit", found)


def mail(parameters: Parameters) -> Iterator[Result]:
    """Mail through SES."""
    sender = parameters.get("MailFrom", "")
    if not sender:
        found = "MailFrom is empty: mail goes through SNS topics, as plain text, after a confirmation"
        yield Result(
            Verdict.LOOK, "Mail through SES", found, "Verify a domain in SES and set MailFrom before many people come."
        )
        return
    account = client("sesv2").get_account()
    if not account.get("ProductionAccessEnabled"):
        todo = "Request production access: SES console, Account dashboard."
        yield Result(Verdict.BLOCKS, "Mail to everybody", "SES is in its sandbox: verified addresses only", todo)
    elif not account.get("SendingEnabled"):
        yield Result(
            Verdict.BLOCKS, "Mail to everybody", "SES has paused sending", "See the account's status in the SES console."
        )
    else:
        yield Result(Verdict.OK, "Mail to everybody", f"{account['SendQuota']['Max24HourSend']:g} mails a day")
    yield _identity(sender)


def _identity(sender: str) -> Result:
    for name in (sender, sender.rpartition("@")[2]):
        try:
            found = client("sesv2").get_email_identity(EmailIdentity=name)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NotFoundException":
                raise
            continue
        dkim = found.get("DkimAttributes", {})
        if not found.get("VerifiedForSendingStatus"):
            return Result(Verdict.BLOCKS, "The sender's identity", f"{name} is not verified", "Finish its verification in SES.")
        if dkim.get("Status") != "SUCCESS" or not dkim.get("SigningEnabled"):
            todo = "Publish the DKIM records that SES shows for it: large mail providers refuse mail without."
            return Result(Verdict.BLOCKS, "The sender's identity", f"{name}: DKIM is {dkim.get('Status', 'off')}", todo)
        return Result(Verdict.OK, "The sender's identity", f"{name} is verified, with DKIM")
    return Result(
        Verdict.BLOCKS, "The sender's identity", f"SES does not know {sender}", "Verify its domain in SES, with DKIM."
    )


def concurrency(_: Parameters) -> Iterator[Result]:
    """Functions at a time."""
    allowed = client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    todo = f"Ask for {CONCURRENT_USUAL}: Service Quotas, AWS Lambda, Concurrent executions."
    verdict = Verdict.OK if allowed >= CONCURRENT_USUAL else Verdict.LOOK if allowed >= CONCURRENT_AT_LEAST else Verdict.BLOCKS
    yield Result(verdict, "Functions at a time", f"{allowed}", "" if verdict is Verdict.OK else todo)


def topics(parameters: Parameters) -> Iterator[Result]:
    """Addresses that SNS holds."""
    policies, topics_at_most = _quota(*FILTER_POLICIES), _quota(*TOPICS)
    found = f"{policies:g} filter policies, {topics_at_most:g} topics"
    mailed_by_topic = not parameters.get("MailFrom")
    todo = "One policy an address: ask for more (Service Quotas, SNS), or set MailFrom, which takes none."
    few = policies <= FEW_POLICIES and mailed_by_topic
    yield Result(Verdict.LOOK if few else Verdict.OK, "Addresses that SNS holds", found, todo if few else "")


def requests(_: Parameters) -> Iterator[Result]:
    """Requests a second."""
    allowed = _quota(*REQUESTS)
    found = f"{allowed:g} a second for the account in this region, and the API's own throttle is {REQUESTS_A_SECOND}"
    todo = "Ask for more: Service Quotas, Amazon API Gateway, Throttle rate."
    if allowed < REQUESTS_A_SECOND:
        yield Result(Verdict.BLOCKS, "Requests a second", found, todo)
    else:
        yield Result(Verdict.OK, "Requests a second", found)


def _quota(service: str, code: str) -> float:
    quotas = client("service-quotas")
    try:
        return float(quotas.get_service_quota(ServiceCode=service, QuotaCode=code)["Quota"]["Value"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchResourceException":
            raise
        return float(quotas.get_aws_default_service_quota(ServiceCode=service, QuotaCode=code)["Quota"]["Value"])


def certificates(parameters: Parameters) -> Iterator[Result]:
    """Certificates of the domains."""
    for api in ("Api", "Chat"):
        arn, domain = parameters.get(f"{api}CertificateArn", ""), parameters.get(f"{api}DomainName", "")
        if arn or domain:
            yield _certificate(api, arn, domain)


def _certificate(api: str, arn: str, domain: str) -> Result:
    what = f"Certificate of {api}DomainName"
    if not arn:
        todo = f"Request one in ACM, in this region, and set {api}CertificateArn."
        return Result(Verdict.BLOCKS, what, f"{domain} has no {api}CertificateArn", todo)
    found = client("acm").describe_certificate(CertificateArn=arn)["Certificate"]
    names = {found.get("DomainName", ""), *found.get("SubjectAlternativeNames", ())}
    if found["Status"] != "ISSUED":
        todo = "Publish the records that ACM shows for it, and wait until it is issued."
        return Result(Verdict.BLOCKS, what, f"it is {found['Status']}", todo)
    if domain and not {domain, f"*.{domain.partition('.')[2]}"} & names:
        return Result(Verdict.BLOCKS, what, f"it is for {', '.join(sorted(names))}", f"Request one for {domain}.")
    return Result(Verdict.OK, what, "issued")


def issuer(parameters: Parameters) -> Iterator[Result]:
    """Identity provider."""
    name, keys = parameters.get("OidcIssuer", ""), parameters.get("OidcJwksUrl", "")
    if not name:
        yield Result(
            Verdict.BLOCKS, "Identity provider", "OidcIssuer is not given", "Give it: --parameter OidcIssuer=https://..."
        )
        return
    url = keys or f"{name.rstrip('/')}/.well-known/openid-configuration"
    todo = "Correct OidcIssuer and OidcJwksUrl, or let the provider answer requests from the internet."
    try:
        told = fetch(url)
    except (OSError, ValueError) as error:
        yield Result(Verdict.BLOCKS, "Identity provider", f"{url} does not answer: {type(error).__name__}", todo)
        return
    if keys:
        known = [it for it in told.get("keys", ()) if it.get("kty") == "RSA"]
        verdict = Verdict.OK if known else Verdict.BLOCKS
        yield Result(verdict, "Identity provider", f"{len(known)} RSA keys at {url}", "" if known else todo)
    elif told.get("issuer") != name or not told.get("jwks_uri"):
        found = f"it calls itself {told.get('issuer')}; tokens of another issuer are refused"
        yield Result(Verdict.BLOCKS, "Identity provider", found, todo)
    else:
        yield Result(Verdict.OK, "Identity provider", f"{name} answers")


def fetch(url: str) -> Any:  # noqa: ANN401 - JSON
    """Return the JSON at an address. Raises ``OSError`` or ``ValueError`` where there is none."""
    if not url.startswith("https://"):
        msg = f"{url} is not https"
        raise ValueError(msg)
    with urllib.request.urlopen(url, timeout=PATIENCE_S) as reply:  # noqa: S310 - https only
        if reply.status != HTTPStatus.OK:
            raise urllib.error.HTTPError(url, reply.status, "not OK", reply.headers, None)
        return json.loads(reply.read())


ALL: tuple[Check, ...] = (sms_sandbox, sms_spend, mail, concurrency, topics, requests, certificates, issuer)
