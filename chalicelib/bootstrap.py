"""The composition root: the one place that puts the rooms together."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from chalicelib.aws import client
from chalicelib.domain.policy import published
from chalicelib.notify.endpoints import SnsEndpoints
from chalicelib.notify.subscriptions import SnsSubscriptions
from chalicelib.service.context import Clock, Services, SystemClock
from chalicelib.settings import settings
from chalicelib.store.cases import Cases
from chalicelib.store.connections import Connections
from chalicelib.store.lists import Lists
from chalicelib.store.messages import Messages
from chalicelib.store.people import People
from chalicelib.store.rates import CallCounts

if TYPE_CHECKING:
    from chalicelib.service.sandbox import SandboxClock


@lru_cache(maxsize=1)
def services() -> Services:
    """This process's services."""
    table = settings().table_name
    policies = published()

    def dynamodb() -> object:
        return client("dynamodb")

    return Services(
        cases=Cases(dynamodb, table, policies, settings().deadline_shards),
        lists=Lists(dynamodb, table),
        people=People(dynamodb, table),
        messages=Messages(dynamodb, table),
        connections=Connections(dynamodb, table),
        subscriptions=SnsSubscriptions(),
        clock=_clock(),
        policies=policies,
        endpoints=SnsEndpoints(lambda: client("sns"), {"fcm": settings().push_fcm_arn, "apns": settings().push_apns_arn}),
        mail_by_topic=not settings().mail_from,
    )


def call_counts() -> CallCounts:
    """How many calls each caller makes."""
    return CallCounts(lambda: client("dynamodb"), settings().table_name)


def _clock() -> Clock:
    return sandbox_clock() if settings().sandbox else SystemClock()


def sandbox_clock() -> SandboxClock:
    """The clock that can be moved. Raises ``PermissionError`` where the stage is not a sandbox."""
    if not settings().sandbox:
        msg = "the clock moves only in a sandbox"
        raise PermissionError(msg)
    from chalicelib.service.sandbox import SandboxClock  # noqa: PLC0415 - never imported in production

    return SandboxClock(lambda: client("dynamodb"), settings().table_name)
