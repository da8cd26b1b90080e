"""Webhooks by the Standard Webhooks convention: secrets and signatures, when to try again, and when to give up (N7)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

SECRET_PREFIX = "whsec_"  # noqa: S105 - how every secret begins
SECRET_BYTES = 32
"""The random bytes of a secret. The convention takes 24 to 64."""
OLD_SECRET_SIGNS_FOR = timedelta(hours=24)
"""The time for which a replaced secret signs beside the new one."""
PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""The pause after each failed attempt: ten attempts within 75 hours, as the convention proposes."""
ATTEMPTS_AT_MOST = len(PAUSES) + 1
LEASE = timedelta(minutes=1)
"""The time that one attempt has. If its process dies, the next one may begin then."""
RETRY_AFTER_AT_MOST = timedelta(hours=24)
"""The longest pause that an endpoint can ask for with Retry-After."""
FAILING_FOR, FAILED_ATTEMPTS = timedelta(days=3), 10
"""An endpoint is switched off once so many attempts have failed over so long, and none has succeeded."""
GONE = 410


class OffReason(StrEnum):
    """The reason why an endpoint is off."""

    ASKED = "asked"
    """The marketplace switched it off."""
    GONE = "gone"
    """It answered 410, which says that it wants no more."""
    FAILING = "failing"
    """Every attempt failed for three days."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A signing secret. It signs until ``until``, or as long as the endpoint exists."""

    text: str = field(repr=False)
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """An address of the marketplace's that is posted the events of some ``types``, or of all where there are none.

    The first secret is the present one. ``version`` counts the changes.
    """

    id: str
    url: str
    types: tuple[str, ...]
    description: str
    secrets: tuple[Secret, ...]
    created_at: datetime
    off: OffReason | None = None
    off_since: datetime | None = None
    version: int = 1
    unknown: str = field(default="", compare=False)
    """JSON of what a newer version has stored and this one does not know, kept for the next write (I17)."""

    def wants(self, kind: str) -> bool:
        """Return whether it is on and is to be posted events of type ``kind``."""
        return self.off is None and (not self.types or kind in self.types)

    def switched_off(self, reason: OffReason, now: datetime) -> WebhookEndpoint:
        """Return it switched off; the same if it is off already."""
        return self if self.off else replace(self, off=reason, off_since=now, version=self.version + 1)

    def rotated(self, secret: str, now: datetime) -> WebhookEndpoint:
        """Return it with a new secret. The present one signs beside it for a day, and no older one does any more."""
        old = replace(self.secrets[0], until=now + OLD_SECRET_SIGNS_FOR)
        return replace(self, secrets=(Secret(secret), old), version=self.version + 1)

    def signature(self, message_id: str, at: datetime, body: str) -> str:
        """Return the header ``webhook-signature``: one signature for each secret that signs ``at`` that moment."""
        signing = (it.text for it in self.secrets if it.until is None or at < it.until)
        return " ".join(signed(text, message_id, at, body) for text in signing)


def secret_of(random: bytes) -> str:
    """Return a secret as receivers are given it, made of ``SECRET_BYTES`` random bytes."""
    return SECRET_PREFIX + base64.b64encode(random).decode()


def signed(secret: str, message_id: str, at: datetime, body: str) -> str:
    """Return the ``v1`` signature of a message: the HMAC-SHA256 of its id, the moment of the attempt and its body."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    content = f"{message_id}.{int(at.timestamp())}.{body}"
    return f"v1,{base64.b64encode(hmac.digest(key, content.encode(), hashlib.sha256)).decode()}"


class DeliveryStatus(StrEnum):
    """The state of a delivery: attempts are still to come, one succeeded, or no more are made."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Reply:
    """The result of one attempt: the status of the answer, or the ``error`` by which there was none."""

    status: int | None
    error: str | None = None
    retry_after: timedelta | None = None

    @property
    def good(self) -> bool:
        """True for a 2xx. A redirect is none: nothing is sent to an address that nobody has checked."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - RFC 9110


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one endpoint. ``id`` is the header ``webhook-id`` of every attempt.

    ``next_at`` is when the next attempt may begin; None once no more are made. ``version`` counts the writes.
    """

    id: str
    endpoint_id: str
    type: str
    event: str
    body: str
    created_at: datetime
    next_at: datetime | None
    status: DeliveryStatus = DeliveryStatus.PENDING
    attempts: int = 0
    attempted_at: datetime | None = None
    last_status: int | None = None
    last_error: str | None = None
    version: int = 1
    unknown: str = field(default="", compare=False)
    """JSON of what a newer version has stored and this one does not know, kept for the next write (I17)."""

    def begun(self, now: datetime) -> Delivery | None:
        """Return it with one more attempt begun; None where none is to be made now."""
        if self.status is not DeliveryStatus.PENDING or self.next_at is None or now < self.next_at:
            return None
        return replace(self, attempts=self.attempts + 1, attempted_at=now, next_at=now + LEASE, version=self.version + 1)

    def after(self, reply: Reply, now: datetime) -> Delivery:
        """Return it after the attempt that has begun: delivered, pending again, or failed for good."""
        told = replace(self, last_status=reply.status, last_error=reply.error, version=self.version + 1)
        if reply.good:
            return replace(told, status=DeliveryStatus.DELIVERED, next_at=None)
        if self.attempts >= ATTEMPTS_AT_MOST or reply.status == GONE:
            return replace(told, status=DeliveryStatus.FAILED, next_at=None)
        asked = min(reply.retry_after or timedelta(), RETRY_AFTER_AT_MOST)
        return replace(told, next_at=now + max(PAUSES[self.attempts - 1], asked))

    def given_up(self, error: str) -> Delivery:
        """Return it failed without another attempt."""
        return replace(self, status=DeliveryStatus.FAILED, last_error=error, next_at=None, version=self.version + 1)

    def again(self, now: datetime) -> Delivery:
        """Return it with all its attempts to come, the first one now."""
        return replace(self, status=DeliveryStatus.PENDING, attempts=0, next_at=now, version=self.version + 1)


@dataclass(frozen=True, slots=True)
class Health:
    """The attempts that have failed since an endpoint last succeeded. ``version`` counts the writes."""

    failing_since: datetime | None = None
    failed: int = 0
    version: int = 0

    def after(self, reply: Reply, now: datetime) -> Health:
        """Return it after one more attempt; the same after a success that changes nothing."""
        if reply.good:
            return Health(version=self.version + 1) if self.failed else self
        return Health(self.failing_since or now, self.failed + 1, self.version + 1)

    def worn_out(self, now: datetime) -> bool:
        """Return whether the endpoint is to be switched off."""
        return self.failing_since is not None and self.failed >= FAILED_ATTEMPTS and now - self.failing_since >= FAILING_FOR


def endpoint_id(url: str) -> str:
    """Return the id of the endpoint at ``url``."""
    return f"we_{hashlib.sha256(url.encode()).hexdigest()[:24]}"


def delivery_id(endpoint: str, source: str) -> str:
    """Return the id of the delivery of ``source``, an event or a test, to an endpoint: the same whenever it is asked."""
    return f"msg_{hashlib.sha256(f'{endpoint} {source}'.encode()).hexdigest()[:32]}"
