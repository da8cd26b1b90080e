"""Run the product over a table, a topic and a queue in memory: every call goes through the seam, and tests move the clock."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.domain.policy import published
from chalicelib.notify.dependencies import Dependencies, Limits, Topics
from chalicelib.notify.due import send_due
from chalicelib.notify.publish import publish_records
from chalicelib.notify.registries.endpoints import SnsEndpoints
from chalicelib.notify.registries.subscriptions import SnsSubscriptions
from chalicelib.notify.sns import SnsSender
from chalicelib.notify.sqs import SqsDeadLetters
from chalicelib.service.counting import Counting
from chalicelib.service.execute import current
from chalicelib.service.services import Services
from chalicelib.service.sweep import Swept, sweep_shard
from chalicelib.store.audit import AuditLog
from chalicelib.store.cases import Cases
from chalicelib.store.connections import Connections
from chalicelib.store.lists import Lists
from chalicelib.store.message_queue import MessageQueue
from chalicelib.store.messages import Messages
from chalicelib.store.notes import Notes
from chalicelib.store.orders import Orders
from chalicelib.store.people import People
from chalicelib.store.replies import SavedReplies
from chalicelib.store.sent import Sent
from chalicelib.store.statistics import Statistics
from chalicelib.store.tallies import Tallies
from chalicelib.switches import NEVER, Switches
from localcloud.memory.table import MemoryTable
from tests.reliability.seam import FakeSns, FakeSqs, Hook, Message, Seam, stacked, through

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Item = dict[str, Any]

TABLE, SHARDS = "table", 2
POLICIES = published()
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
PAID_AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
EPOCH = 1_800_000_000.0
"""The real time by which answers and markers are kept. It stands still, so that tables can be compared byte for byte."""
TOPICS = Topics(events="events", payments="payments", mediators="mediators")
BATCH, ATTEMPTS = 25, 11
"""The size of the stream's batch, and its deliveries before it goes to the dead-letter queue (``infra/resources.json``)."""


class Killed(BaseException):
    """The process died here. Nothing in the product may catch this."""


@dataclass
class MovedClock:
    """A clock that shows the time that a test has set."""

    at: datetime = PAID_AT

    def now(self) -> datetime:
        """Return the time of the test."""
        return self.at


@dataclass
class Cloud:
    """One deployment in memory. ``hook`` plugs into its seam, and ``under``, for the whole life of the cloud, below it.

    ``records`` are the table's stream: the image of each event, in the order of writing.
    """

    clock: MovedClock = field(default_factory=MovedClock)
    hook: Hook = through
    under: Hook = through
    sns: FakeSns = field(default_factory=FakeSns)
    sqs: FakeSqs = field(default_factory=FakeSqs)
    records: list[Item] = field(default_factory=list)
    dead_letters: list[Item] = field(default_factory=list)
    epoch: float = EPOCH
    switches: Switches = NEVER
    topics_of_0_2: bool = False
    table: MemoryTable = field(init=False)
    streamed: int = 0

    def __post_init__(self) -> None:
        self.table = MemoryTable(TABLE, on_write=self._on_write)
        self._clients = {name: self._seam(name) for name in ("dynamodb", "sns", "sqs")}

    def _seam(self, name: str) -> Seam:
        client = {"dynamodb": self.table, "sns": self.sns, "sqs": self.sqs}[name]
        return Seam(name, client, lambda: stacked(self.hook, self.under))

    def _on_write(self, images: list[Item]) -> None:
        for image in images:
            if "publish" in image:
                number = f"{len(self.records) + 1:021d}"
                self.records.append({"eventName": "INSERT", "dynamodb": {"NewImage": image, "SequenceNumber": number}})

    def client(self, service: str) -> Any:  # noqa: ANN401 - stands for a botocore client
        """Return the client of ``service``."""
        return self._clients[service]

    def reach(self, service: str, seam: Seam) -> None:
        """Reach ``service`` through another client from here on."""
        self._clients[service] = seam

    def services(self, clock: MovedClock | None = None) -> Services:
        """Return the product's services. A process of its own may have a clock of its own."""

        def dynamodb() -> Any:  # noqa: ANN401 - stands for a botocore client
            return self.client("dynamodb")

        return Services(
            cases=Cases(dynamodb, TABLE, POLICIES, SHARDS, compact=True),
            lists=Lists(dynamodb, TABLE),
            people=People(dynamodb, TABLE),
            messages=Messages(dynamodb, TABLE),
            notes=Notes(dynamodb, TABLE),
            replies=SavedReplies(dynamodb, TABLE),
            connections=Connections(dynamodb, TABLE),
            audit=AuditLog(dynamodb, TABLE),
            tallies=Tallies(dynamodb, TABLE),
            subscriptions=SnsSubscriptions(lambda: self.client("sns"), "person-"),
            clock=clock or self.clock,
            policies=POLICIES,
            pause=lambda _: None,
            epoch=lambda: self.epoch,
            topics_of_0_2=self.topics_of_0_2,
            endpoints=SnsEndpoints(lambda: self.client("sns"), {"fcm": "arn:aws:sns:local:0:app/GCM/shop"}),
        )

    @property
    def publishing(self) -> Dependencies:
        """Return the dependencies of the stream's function."""

        def dynamodb() -> Any:  # noqa: ANN401 - stands for a botocore client
            return self.client("dynamodb")

        sent = Sent(dynamodb, TABLE, lambda: self.epoch)
        return Dependencies(
            sender=SnsSender(lambda: self.client("sns")),
            sent=sent,
            people=People(dynamodb, TABLE),
            orders=Orders(dynamodb, TABLE),
            threads=Messages(dynamodb, TABLE),
            queue=self.message_queue,
            tallies=Tallies(dynamodb, TABLE, lambda: self.epoch),
            undelivered=SqsDeadLetters(lambda: self.client("sqs"), "undelivered"),
            policies=POLICIES,
            clock=self.clock,
            topics=TOPICS,
            link_base="https://app.example.com",
            limits=Limits(10**6, 10**6, 10**6, 10**6),
            switches=self.switches,
        )

    @property
    def counting(self) -> Counting:
        """Return the counting of cases in the statistics."""

        def dynamodb() -> Any:  # noqa: ANN401 - stands for a botocore client
            return self.client("dynamodb")

        counters = Statistics(dynamodb, TABLE, lambda: self.epoch)
        return Counting(counters, self.services().cases, Orders(dynamodb, TABLE), lambda _: None)

    @property
    def message_queue(self) -> MessageQueue:
        """Return the messages that leave later."""
        return MessageQueue(lambda: self.client("dynamodb"), TABLE, SHARDS)

    def sweep(self) -> list[Swept]:
        """Sweep every shard once, as a minute's messages do."""
        return [sweep_shard(self.services(), shard) for shard in range(SHARDS)]

    def send_due(self) -> None:
        """Send the messages whose time has come, as a minute's messages do after the sweep."""
        for shard in range(SHARDS):
            send_due(self.publishing, lambda *asked: current(self.services(), *asked).case, shard)

    def publish(self) -> None:
        """Deliver the new records of the stream, as Lambda does."""
        fresh, self.streamed = self.records[self.streamed :], len(self.records)
        self.deliver(fresh)

    def deliver(self, records: list[Item], batch: int = BATCH) -> None:
        """Deliver records in batches. A batch is repeated from its lowest failure on, and goes to the dead-letter queue at
        last.
        """
        for start in range(0, len(records), batch):
            rest = records[start : start + batch]
            for _ in range(ATTEMPTS):
                rest = self._delivered(rest)
                if not rest:
                    break
            self.dead_letters += rest

    def _delivered(self, records: list[Item]) -> list[Item]:
        """Return the records to deliver again."""
        try:
            failed = set(publish_records(records, self.publishing))
        except Killed:
            return records
        numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
        return records[min(map(numbers.index, failed)) :] if failed else []

    def drain(self) -> None:
        """Let the clock bring everything to its end, and publish everything."""
        for later in (timedelta(0), 400 * DAY):
            self.clock.at += later
            self.sweep()
            self.publish()
            self.send_due()

    def messages(self) -> Counter[Message]:
        """Return how often each message has been sent."""
        return Counter(self.sns.names)


def image_of(record: Item) -> Item:
    """Return the item in a stream record."""
    image: Item = record["dynamodb"]["NewImage"]
    return image


def restored(table: MemoryTable, records: Iterable[Item], subscriptions: dict[str, Any], at: datetime) -> Cloud:
    """Return a cloud that holds what ``table`` does, at ``at``, and has published everything in ``records``."""
    cloud = Cloud(MovedClock(at))
    cloud.table.hold(table)
    cloud.records[:] = list(records)
    cloud.streamed = len(cloud.records)
    cloud.sns.subscriptions.update(subscriptions)
    return cloud


def events_of(cloud: Cloud) -> Iterator[Item]:
    """Return the image of every event, in the order of writing."""
    return map(image_of, cloud.records)
