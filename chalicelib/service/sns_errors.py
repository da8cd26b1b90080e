"""Translate the errors of SNS, when it refuses an address or a device, into the services' own (N1)."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib.service.errors import MessagingUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.service.errors import ServiceError

log = logging.getLogger(__name__)

_TOO_FAST = frozenset({"Throttling", "ThrottledException"})
_QUOTAS = frozenset({"FilterPolicyLimitExceeded", "SubscriptionLimitExceeded", "TopicLimitExceeded"})
_SOON_S = 5
_ONCE_RAISED_S = 3600
"""A higher quota takes an operator's request to AWS."""


@contextmanager
def registering() -> Iterator[None]:
    """Raise ``MessagingUnavailable`` where SNS accepts nothing more now.

    A used-up quota is logged as an error for the operators.
    """
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _QUOTAS:
            log.exception("a quota of SNS is used up", extra={"quota": code})
            raise MessagingUnavailable(_ONCE_RAISED_S) from error
        if code in _TOO_FAST:
            raise MessagingUnavailable(_SOON_S) from error
        raise


@contextmanager
def refused_as(refusal: ServiceError) -> Iterator[None]:
    """Raise ``refusal`` where SNS rejects what is subscribed as an address of its channel."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] == "InvalidParameter":
            raise refusal from error
        raise
