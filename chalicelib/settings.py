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
    """The countries (ISO 3166-1) to whose numbers SMS are sent, and whose numbers a seller may register; empty for all."""
    contact_changes_a_day: int
    """The number of times that a person may change an address or a phone in a day."""
    news_per_recipient_an_hour: int
    """News beyond this number, through one channel, is gathered in a digest."""
    stored_form: str
    """``packed`` if long JSON is packed, which release 0.2.0 does not read; ``plain`` otherwise."""
    deadline_shards: int
    """The partitions of the deadline index. The number can be raised on a live table, never lowered."""
    oidc_issuer: str
    oidc_audience: str
    oidc_jwks_url: str
    oidc_audience_claim: str
    oidc_subject_claim: str
    oidc_role_claim: str
    oidc_roles: str
    token_hours_at_most: int
    """Hours from a token's issue to its end; a token that lives longer is refused."""
    app_link_base: str
    mail_from: str
    """The address that SES sends mail from; empty where mail goes through people's topics."""
    push_fcm_arn: str
    push_apns_arn: str
    """SNS platform applications, for Android and Apple devices; empty where there is none."""
    contacts_by: str
    """``person`` if people change their contacts themselves, ``platform`` if only the marketplace does."""
    switches_prefix: str
    """The prefix of the names of the operator's switches in Systems Manager. Empty: there are none, and all are off."""
    webhook_secrets_prefix: str
    """The prefix of the names of the secrets that tracking services sign with. Empty: no webhooks."""
    webhook_queue_url: str
    """The queue of webhook deliveries whose attempt is to begin."""
    operators_topic_arn: str
    watched_queues: str
    """The queues that operators see, as ``Name=url`` with commas between them; empty for a function that shows none."""
    watched_functions: str
    """The readers of the stream that operators see, as ``name=function``."""
    webhooks_to_loopback: bool
    """True if webhooks may go to this machine over http: only where a sandbox says WEBHOOKS_TO_LOOPBACK=true."""
    calls_a_minute: int
    """Calls that one person may make in a minute."""
    platform_calls_a_minute: int
    """Calls that one of the marketplace's own systems, or a tracking service, may make in a minute."""
    audit_days: int
    """Days for which an entry of the audit is kept (P5)."""
    chat_endpoint: str
    """The address of the gateway of live connections: with ``https`` for this backend, with ``wss`` for clients."""
    api_docs: bool
    """True if the API shows its own description."""
    sandbox: bool
    """True if the clock can be moved: only where the stage says SANDBOX=true."""
    log_level: str


def trace_id() -> str | None:
    """Return the trace of this invocation in X-Ray, which the runtime names anew for each; None where there is none."""
    named = dict(part.partition("=")[::2] for part in os.environ.get("_X_AMZN_TRACE_ID", "").split(";"))
    return named.get("Root")


_SAFE = r"(https://[A-Za-z0-9.-]+|http://(127[.]0[.]0[.]1|localhost))(:[0-9]{1,5})?"
_TOPIC_APP = r"arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:app"
_FORMS = {
    "APP_LINK_BASE": (rf"{_SAFE}(/[^\s?#]*)?", "begins with https:// and has no ? and no #, as in https://market.example"),
    "MAIL_FROM": (
        r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@([A-Za-z0-9-]{1,63}[.])+[A-Za-z]{2,63}",
        "is a bare address without a name, as in help@market.example",
    ),
    "PUSH_FCM_ARN": (rf"{_TOPIC_APP}/GCM/[A-Za-z0-9_.-]+", "is the ARN of an SNS platform application with app/GCM/ in it"),
    "PUSH_APNS_ARN": (
        rf"{_TOPIC_APP}/APNS(_SANDBOX)?/[A-Za-z0-9_.-]+",
        "is the ARN of an SNS platform application with app/APNS",
    ),
    "SMS_COUNTRIES": (r"[A-Z]{2}(,[A-Z]{2})*", "is two capital letters a country with commas between them, as in ES,PT"),
    "CONTACTS_BY": ("person|platform", "is person or platform"),
    "STORED_FORM": ("plain|packed", "is plain or packed"),
    "API_DOCS": ("on|off", "is on or off"),
    "MALWARE_SCAN": (f"off|{GUARDDUTY}", f"is off or {GUARDDUTY}"),
    "LOG_LEVEL": ("DEBUG|INFO|WARNING|ERROR", "is DEBUG, INFO, WARNING or ERROR"),
}
"""The form of each text that could be meant otherwise, and its words. The stack's parameters have the same forms."""


def settings_from(environment: Mapping[str, str]) -> Settings:
    """Return the settings. A missing variable is empty: a function needs only its own.

    Raises ``ValueError`` for a number out of range or a text of another form; its message names the variable and the form.
    """
    read = environment.get
    for name, (form, words) in _FORMS.items():
        if (value := read(name, "")) and not re.fullmatch(form, value):
            msg = f"{name} {words}, not {value!r}"
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
        malware_scan=read("MALWARE_SCAN", "") or "off",
        undelivered_queue_url=read("UNDELIVERED_QUEUE_URL", ""),
        sms_per_recipient_a_day=_number(environment, "SMS_PER_RECIPIENT_A_DAY", 5, least=0),
        sms_per_day=_number(environment, "SMS_PER_DAY", 1000, least=0),
        sms_per_number_a_day=_number(environment, "SMS_PER_NUMBER_A_DAY", 10, least=0),
        sms_countries=frozenset(it for it in read("SMS_COUNTRIES", "").split(",") if it),
        contact_changes_a_day=_number(environment, "CONTACT_CHANGES_A_DAY", 5),
        news_per_recipient_an_hour=_number(environment, "NEWS_PER_RECIPIENT_AN_HOUR", 5, least=0),
        stored_form=read("STORED_FORM", "") or "plain",
        deadline_shards=_number(environment, "DEADLINE_SHARDS", 8, least=2, most=1000),
        oidc_issuer=read("OIDC_ISSUER", ""),
        oidc_audience=read("OIDC_AUDIENCE", ""),
        oidc_jwks_url=read("OIDC_JWKS_URL", ""),
        oidc_audience_claim=read("OIDC_AUDIENCE_CLAIM", "aud"),
        oidc_subject_claim=read("OIDC_SUBJECT_CLAIM", "sub"),
        oidc_role_claim=read("OIDC_ROLE_CLAIM", "role"),
        oidc_roles=read("OIDC_ROLES", ""),
        token_hours_at_most=_number(environment, "TOKEN_HOURS_AT_MOST", 24, most=720),
        app_link_base=read("APP_LINK_BASE", "").rstrip("/"),
        mail_from=read("MAIL_FROM", ""),
        push_fcm_arn=read("PUSH_FCM_ARN", ""),
        push_apns_arn=read("PUSH_APNS_ARN", ""),
        contacts_by=read("CONTACTS_BY", "") or "person",
        switches_prefix=read("SWITCHES_PREFIX", ""),
        webhook_secrets_prefix=read("WEBHOOK_SECRETS_PREFIX", ""),
        webhook_queue_url=read("WEBHOOK_QUEUE_URL", ""),
        watched_queues=read("WATCHED_QUEUES", ""),
        watched_functions=read("WATCHED_FUNCTIONS", ""),
        operators_topic_arn=read("OPERATORS_TOPIC_ARN", ""),
        webhooks_to_loopback=read("WEBHOOKS_TO_LOOPBACK", "") == read("SANDBOX", "") == "true",
        calls_a_minute=_number(environment, "CALLS_A_MINUTE", 300),
        platform_calls_a_minute=_number(environment, "PLATFORM_CALLS_A_MINUTE", 6000),
        audit_days=_number(environment, "AUDIT_DAYS", 730),
        chat_endpoint=read("CHAT_ENDPOINT", "").rstrip("/"),
        api_docs=read("API_DOCS", "") != "off",
        sandbox=read("SANDBOX", "") == "true",
        log_level=read("LOG_LEVEL", "INFO"),
    )


def _number(environment: Mapping[str, str], name: str, default: int, least: int = 1, most: int = 10_000_000) -> int:
    written = environment.get(name, str(default))
    number = int(written) if written.isascii() and written.isdigit() else -1
    if not least <= number <= most:
        msg = f"{name} is at least {least} and at most {most}, not {written!r}"
        raise ValueError(msg)
    return number


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return this process's settings."""
    return settings_from(os.environ)
