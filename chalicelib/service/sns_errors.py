"""What it means to a caller that SNS refuses to register an address or a device (N1)."""

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
"""An operator has to ask AWS for a higher quota first."""


@contextmanager
def registering() -> Iterator[None]:
    """Raise ``MessagingUnavailable`` where SNS takes nothing more right now. A full quota is an error for the operators."""
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
    """Raise ``refusal`` where SNS does not take what is subscribed as an address of its channel."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] == "InvalidParameter":
            raise refusal from error
        raise
