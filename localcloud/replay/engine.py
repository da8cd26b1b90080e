"""Run the product's services for a replay: on a table in memory or in a MiniStack of its own, with the data's clock."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chalicelib.domain.policy import published
from chalicelib.service.ports import Subscribed
from chalicelib.service.services import Services
from chalicelib.store.audit import AuditLog
from chalicelib.store.cases import Cases
from chalicelib.store.connections import Connections
from chalicelib.store.lists import Lists
from chalicelib.store.messages import Messages
from chalicelib.store.notes import Notes
from chalicelib.store.people import People, Profile
from chalicelib.store.replies import SavedReplies
from chalicelib.store.tallies import Tallies
from localcloud import aws
from localcloud.layout import LOCAL, ROOT
from localcloud.memory.table import MemoryTable
from localcloud.ministack import MiniStack
from localcloud.ports import Ports
from localcloud.replay.statistics import Stream

ENGINES = ("memory", "ministack")
SHARDS = 8
TABLE = "replay"
AN_HOUR = 3600.0


class DataClock:
    """A clock that shows the time that the replay has reached."""

    def __init__(self) -> None:
        """Show no time yet."""
        self.at = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        """The time of the data."""
        return self.at


class NoSubscriptions:
    """Nobody registers contacts in a replay, so nobody is subscribed to anything."""

    def subscribe(self, role: str, person_id: str, channel: str, address: str) -> tuple[str, str]:
        """Raise, as there is nothing to subscribe to."""
        raise NotImplementedError

    def subscribed(self, role: str, person_id: str) -> list[Subscribed]:
        """Return nothing."""
        del role, person_id
        return []

    def unsubscribe(self, subscription: str) -> None:
        """Raise, as there is nothing to end."""
        raise NotImplementedError

    def forget(self, profile: Profile) -> None:
        """Raise, as there is nobody to forget."""
        raise NotImplementedError


def services_on(client: aws.Client, table: str, clock: DataClock) -> Services:
    """Return the product's services on `table`."""
    policies = published()

    def dynamodb() -> aws.Client:
        return client

    return Services(
        cases=Cases(dynamodb, table, policies, SHARDS),
        lists=Lists(dynamodb, table),
        people=People(dynamodb, table),
        messages=Messages(dynamodb, table),
        notes=Notes(dynamodb, table),
        replies=SavedReplies(dynamodb, table),
        connections=Connections(dynamodb, table),
        audit=AuditLog(dynamodb, table),
        tallies=Tallies(dynamodb, table),
        subscriptions=NoSubscriptions(),
        clock=clock,
        policies=policies,
    )


@contextmanager
def running(engine: str, clock: DataClock, stream: Stream | None = None) -> Iterator[Services]:
    """Yield services on an empty table of that engine; delete the table afterwards. In memory, ``stream`` gets its writes."""
    if engine == "memory":
        table = MemoryTable(TABLE, stream.take if stream else None)
        services = services_on(table, TABLE, clock)
        if stream:
            stream.begin(table, services)
        yield services
        return
    LOCAL.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="replay-", dir=LOCAL) as directory:
        ministack = MiniStack(Path(directory), Ports.free().cloud, AN_HOUR)
        try:
            client = aws.client("dynamodb", ministack.url)
            client.create_table(TableName=TABLE, **_schema())
            client.get_waiter("table_exists").wait(TableName=TABLE, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
            yield services_on(client, TABLE, clock)
        finally:
            ministack.stop()


def _schema() -> dict[str, Any]:
    """Return the keys and indexes of the table that is deployed."""
    resources = json.loads((ROOT / "infra" / "resources.json").read_text(encoding="utf-8"))["Resources"]
    properties = resources["Table"]["Properties"]
    return {name: properties[name] for name in ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")}
