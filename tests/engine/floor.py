"""Run races: put cases into the engine, and let many threads act on one of them at one moment.

The ``Floor`` is where races run; a ``Clerk`` is one server process with its own client and clock.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import count
from threading import Barrier
from typing import TYPE_CHECKING, Any

from chalicelib.domain.deadlines import next_due
from chalicelib.domain.evolve import fold
from chalicelib.domain.ledger import Movement, empty_escrow
from chalicelib.domain.policy import published
from chalicelib.domain.refusals import Refusal
from chalicelib.service.errors import ServiceError
from chalicelib.service.execute import Request
from chalicelib.service.services import Services
from chalicelib.store import keys
from chalicelib.store.audit import AuditLog
from chalicelib.store.cases import Cases
from chalicelib.store.connections import Connections
from chalicelib.store.items import item, text, version_of
from chalicelib.store.lists import Lists
from chalicelib.store.messages import Messages
from chalicelib.store.notes import Notes
from chalicelib.store.people import People
from chalicelib.store.replies import SavedReplies
from chalicelib.store.tallies import Tallies
from tests.domain.worlds import BUYER
from tests.randomness import SEED
from tests.service.office import ORDER, Phonebook, Watch, once
from tests.store.tables import whole_case
from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from chalicelib.domain.case import Case
    from chalicelib.domain.events import Event
    from chalicelib.domain.people import Actor
    from chalicelib.store.items import Item
    from tests.engine.endpoint import Endpoint
    from tests.service.office import Office

POLICIES = published()
SHARDS = 8
BATCH = 25
LATE_S = 0.03
TRACKING = "000000001"
"""The parcel of the prepared cases; each copy has a number of its own."""


class Meeting(Cases):
    """Cases that nobody writes before everybody in the race has read."""

    def __init__(self, *of: Any, meet: Barrier | None, late: float) -> None:  # noqa: ANN401 - as the original takes them
        """Wait at ``meet``, if given, and then so many seconds more."""
        super().__init__(*of)
        self._meet, self._late = meet, late

    def load(self, order_id: str, *whole: int) -> Case | None:
        """Load a case as ``Cases.load`` does, and then wait for the others."""
        found = super().load(order_id, *whole)
        meet, self._meet = self._meet, None
        if meet:
            meet.wait(PATIENCE)
            time.sleep(self._late)
        return found


@dataclass
class Clerk:
    """One server process: a client of its own, a clock of its own."""

    client: Any
    table: str
    watch: Watch = field(default_factory=Watch)
    meet: Barrier | None = None
    late: float = 0.0

    @property
    def services(self) -> Services:
        """The product's services, as this process put them together."""

        def dynamodb() -> Any:  # noqa: ANN401 - botocore makes its clients at run time
            return self.client

        return Services(
            cases=Meeting(dynamodb, self.table, POLICIES, SHARDS, meet=self.meet, late=self.late),
            lists=Lists(dynamodb, self.table),
            people=People(dynamodb, self.table),
            messages=Messages(dynamodb, self.table),
            notes=Notes(dynamodb, self.table),
            replies=SavedReplies(dynamodb, self.table),
            connections=Connections(dynamodb, self.table),
            audit=AuditLog(dynamodb, self.table),
            tallies=Tallies(dynamodb, self.table),
            subscriptions=Phonebook(),
            clock=self.watch,
            policies=POLICIES,
        )


@dataclass
class Floor:
    """Runs races: lays a case, lets clerks act on it at one moment, audits it, and takes it away again."""

    engine: Endpoint
    clerks: list[Clerk] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    dice: random.Random = field(default_factory=lambda: random.Random(SEED))

    def __post_init__(self) -> None:
        self._client = self.engine.client()

    def clerk(self, n: int) -> Clerk:
        """Return the nth clerk, made when it is first needed."""
        while len(self.clerks) <= n:
            self.clerks.append(Clerk(self.engine.client(), self.engine.table))
        return self.clerks[n]

    def lay(self, office: Office) -> str:
        """Put the office's case into the engine under a new order id, and return the id."""
        number = next(self.numbers)
        order_id = f"race-{number:06d}"
        puts = [_copied(it, order_id, f"{number:09d}") for it in office.table.snapshot() if not text(it, "fingerprint")]
        self._batches([{"PutRequest": {"Item": it}} for it in puts])
        return order_id

    def clear(self, order_id: str) -> None:
        """Take a case away, so that the next sweep does not meet it."""
        pk = {":pk": {"S": keys.order_pk(order_id)}}
        found = self._client.query(
            TableName=self.engine.table, KeyConditionExpression="pk = :pk", ExpressionAttributeValues=pk
        )["Items"]
        self._batches([{"DeleteRequest": {"Key": {"pk": it["pk"], "sk": it["sk"]}}} for it in found])

    def _batches(self, requests: list[Item]) -> None:
        for first in range(0, len(requests), BATCH):
            left = {self.engine.table: requests[first : first + BATCH]}
            while left:
                left = self._client.batch_write_item(RequestItems=left).get("UnprocessedItems", {})

    def race(self, acts: Sequence[tuple[datetime, Callable[[Services], Any]]], *, meet: bool) -> list[str]:
        """Run all acts at one moment, each by a clerk whose clock shows the act's time, and return their outcomes.

        With ``meet`` nobody writes before everybody has read, so that every round is a race. Each clerk is late by a random
        moment, so that the first one is not always the same.
        """
        start, meeting = Barrier(len(acts)), Barrier(len(acts)) if meet else None
        late = [self.dice.uniform(0, LATE_S) for _ in acts]
        clerks = [replace(self.clerk(n), watch=Watch(at), meet=meeting, late=late[n]) for n, (at, _) in enumerate(acts)]

        def run(n: int) -> str:
            services = clerks[n].services
            start.wait(PATIENCE)
            if not meet:
                time.sleep(late[n])
            return told(lambda: acts[n][1](services))

        with ThreadPoolExecutor(len(acts)) as pool:
            return list(pool.map(run, range(len(acts))))

    def audit(self, order_id: str) -> Case:
        """Check I1, I2 and I4 of what is stored, and return the case."""
        cases = self.clerk(0).services.cases
        case = whole_case(cases, order_id)
        assert case is not None
        log: list[Event] = []
        for stream in range(len(case.disputes) + 1):
            events = cases.log(order_id, stream)
            assert list(range(1, len(events) + 1)) == [it.seq for it in events], "I4: no gaps"
            log += events
        assert case == fold(log, POLICIES), "I4: the log folds to the state"
        key = item(pk=keys.order_pk(order_id), sk=keys.ORDER_SK)
        stored = self._client.get_item(TableName=self.engine.table, Key=key, ConsistentRead=True)["Item"]
        assert version_of(case) == int(stored["v"]["N"]), "I4: the lock counts the events"
        due = next_due(case)
        assert (keys.newest_first(due.at, order_id) if due else "") == text(stored, "due_sk"), (
            "D9: its next deadline is indexed"
        )
        entries, balance = cases.ledger(order_id), empty_escrow(case.order.terms.currency)
        assert list(range(1, len(entries) + 1)) == [entry.number for entry in entries]
        for entry in entries:
            balance = balance.after(entry)
        assert balance == case.order.escrow, "I1: the entries add up to the balance"
        assert balance.paid == balance.held + balance.refunded + balance.released == case.order.terms.price
        moved = [(it.number, it.movement, it.amount) for it in entries if it.movement is not Movement.HOLD]
        assert moved == [(it.entry, it.movement, it.amount) for it in case.order.instructions], "I2: no instruction twice"
        return case


def told(act: Callable[[], Any]) -> str:
    """Return the result of an act: its answer, or the code of the refusal."""
    try:
        done = act()
    except Refusal as refused:
        return str(refused.details.get("exclusion") or refused.code)
    except ServiceError as error:
        return error.code
    return done.body if hasattr(done, "body") else str(done)


def request(actor: Actor = BUYER, key: str = "key") -> Request:
    """Return a request of an actor under a key."""
    return Request(actor, once(actor, key))


def _copied(original: Item, order_id: str, number: str) -> Item:
    """Return an item of the office's case, changed to another order and another parcel."""
    copied: Item = {}
    for name, attribute in original.items():
        written = attribute.get("S")
        copied[name] = dict(attribute) if written is None else {"S": written.replace(ORDER, order_id).replace(TRACKING, number)}
    if "due_pk" in copied:
        copied["due_pk"] = {"S": keys.due_pk(keys.shard_of(order_id, SHARDS))}
    return copied


def show(title: str, rounds: int, outcomes: Counter[str]) -> None:
    """Print how often each outcome came."""
    print(f"\n{title}: {rounds} rounds; " + ", ".join(f"{what} {n}" for what, n in outcomes.most_common()))  # noqa: T201
