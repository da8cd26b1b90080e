"""Read every environment variable, once. No other module reads any."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


GUARDDUTY = "guardduty"


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of this deployment."""

    table_name: str
    payments_topic_arn: str
    events_topic_arn: str
    mediators_topic_arn: str
    person_topic_prefix: str
    """A person's SNS topic is named by this prefix, a role and an id."""
    sweep_queue_url: str
    files_bucket: str
    s3_addressing: str
    """The form of the bucket's addresses: ``virtual``, or ``path`` where the bucket's name cannot be a host name."""
    malware_scan: str
    """``guardduty`` if no upload is taken in before GuardDuty has marked it as clean; ``off`` otherwise."""
    undelivered_queue_url: str
    """The queue of messages to people that no provider accepts."""
    sms_per_recipient_a_day: int
    sms_per_day: int
    sms_per_number_a_day: int
    """The most SMS that one phone number is sent in a day, whoever has registered it."""
    sms_countries: frozenset[str]
    """The countries (ISO 3166-1) to whose numbers SMS are sent; empty for all."""
    contact_changes_a_day: int
    """The number of times that a person may change an address or a phone in a day."""
    news_per_recipient_an_hour: int
    """News beyond this number, through one channel, is gathered in a digest."""
    deadline_shards: int
    """The partitions of the deadline index. The number can be raised on a live table, never lowered."""
    oidc_issuer: str
    oidc_audience: str
    oidc_jwks_url: str
    oidc_audience_claim: str
    oidc_subject_claim: str
    oidc_role_claim: str
    oidc_roles: str
    app_link_base: str
    mail_from: str
    """The address that SES sends mail from; empty where mail goes through people's topics."""
    push_fcm_arn: str
    push_apns_arn: str
    """SNS platform applications, for Android and Apple devices; empty where there is none."""
    webhook_secrets_prefix: str
    """The prefix of the names of the secrets that tracking services sign with. Empty: no webhooks."""
    calls_a_minute: int
    """Calls that one person may make in a minute."""
    platform_calls_a_minute: int
    """Calls that one of the marketplace's own systems, or a tracking service, may make in a minute."""
    audit_days: int
    """Days for which an entry of the audit is kept (P5)."""
    chat_endpoint: str
    """The address of the gateway of live connections: with ``https`` for this backend, with ``wss`` for clients."""
    sandbox: bool
    """True if the clock can be moved: only where the stage says SANDBOX=true."""
    log_level: str


def settings_from(environment: Mapping[str, str]) -> Settings:
    """Return the settings. A missing variable is empty: a function needs only its own.

    Raises ``ValueError`` for an invalid number.
    """
    read = environment.get
    shards = int(read("DEADLINE_SHARDS", "8"))
    if not 1 <= shards <= 1024:  # noqa: PLR2004 - one SQS message per shard a minute is the practical bound
        msg = f"DEADLINE_SHARDS is from 1 to 1024, not {shards}"
        raise ValueError(msg)
    return Settings(
        table_name=read("TABLE_NAME", ""),
        payments_topic_arn=read("PAYMENTS_TOPIC_ARN", ""),
        events_topic_arn=read("EVENTS_TOPIC_ARN", ""),
        mediators_topic_arn=read("MEDIATORS_TOPIC_ARN", ""),
        person_topic_prefix=read("PERSON_TOPIC_PREFIX", ""),
        sweep_queue_url=read("SWEEP_QUEUE_URL", ""),
        files_bucket=read("FILES_BUCKET", ""),
        s3_addressing=read("S3_ADDRESSING", "virtual"),
        malware_scan=_one_of("MALWARE_SCAN", read("MALWARE_SCAN", "off"), ("off", GUARDDUTY)),
        undelivered_queue_url=read("UNDELIVERED_QUEUE_URL", ""),
        sms_per_recipient_a_day=_number(environment, "SMS_PER_RECIPIENT_A_DAY", 5, least=0),
        sms_per_day=_number(environment, "SMS_PER_DAY", 1000, least=0),
        sms_per_number_a_day=_number(environment, "SMS_PER_NUMBER_A_DAY", 10, least=0),
        sms_countries=_countries(read("SMS_COUNTRIES", "")),
        contact_changes_a_day=_number(environment, "CONTACT_CHANGES_A_DAY", 5),
        news_per_recipient_an_hour=_number(environment, "NEWS_PER_RECIPIENT_AN_HOUR", 5, least=0),
        deadline_shards=shards,
        oidc_issuer=read("OIDC_ISSUER", ""),
        oidc_audience=read("OIDC_AUDIENCE", ""),
        oidc_jwks_url=read("OIDC_JWKS_URL", ""),
        oidc_audience_claim=read("OIDC_AUDIENCE_CLAIM", "aud"),
        oidc_subject_claim=read("OIDC_SUBJECT_CLAIM", "sub"),
        oidc_role_claim=read("OIDC_ROLE_CLAIM", "role"),
        oidc_roles=read("OIDC_ROLES", ""),
        app_link_base=read("APP_LINK_BASE", "").rstrip("/"),
        mail_from=read("MAIL_FROM", ""),
        push_fcm_arn=read("PUSH_FCM_ARN", ""),
        push_apns_arn=read("PUSH_APNS_ARN", ""),
        webhook_secrets_prefix=read("WEBHOOK_SECRETS_PREFIX", ""),
        calls_a_minute=_number(environment, "CALLS_A_MINUTE", 300),
        platform_calls_a_minute=_number(environment, "PLATFORM_CALLS_A_MINUTE", 6000),
        audit_days=_number(environment, "AUDIT_DAYS", 730),
        chat_endpoint=read("CHAT_ENDPOINT", "").rstrip("/"),
        sandbox=read("SANDBOX", "") == "true",
        log_level=read("LOG_LEVEL", "INFO"),
    )


def _number(environment: Mapping[str, str], name: str, default: int, least: int = 1) -> int:
    number = int(environment.get(name, default))
    if number < least:
        msg = f"{name} is at least {least}, not {number}"
        raise ValueError(msg)
    return number


def _one_of(name: str, written: str, known: tuple[str, ...]) -> str:
    """Return ``written``. Raises ``ValueError`` unless it is one of ``known``."""
    if written not in known:
        msg = f"{name} is one of {', '.join(known)}, not {written}"
        raise ValueError(msg)
    return written


def _countries(written: str) -> frozenset[str]:
    """Return the countries in a list with commas. Raises ``ValueError`` for one that is not written as two capital letters."""
    named = frozenset(it.strip() for it in written.split(",") if it.strip())
    wrong = sorted(it for it in named if not re.fullmatch("[A-Z]{2}", it))
    if wrong:
        msg = f"SMS_COUNTRIES is a list of ISO 3166-1 countries such as ES,PT; these are none: {', '.join(wrong)}"
        raise ValueError(msg)
    return named


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return this process's settings."""
    return settings_from(os.environ)
