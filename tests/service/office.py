"""Run the services over a table in memory, with a clock that only tests move and faults that only tests plan.

``Office`` holds one order and everything its people can do; ``Watch`` is its clock and ``Phonebook`` its SNS subscriptions.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.domain import opening
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.ledger import order_of_payment
from chalicelib.domain.parcel import CarrierStatus
from chalicelib.domain.people import Role
from chalicelib.domain.policy import PolicyBook, published
from chalicelib.service import contacts, disputes, messages, orders, payments, uploads
from chalicelib.service.errors import NotFound
from chalicelib.service.execute import Request, current
from chalicelib.service.ports import Subscribed
from chalicelib.service.services import Services
from chalicelib.service.uploads import Storage
from chalicelib.store.audit import AuditLog
from chalicelib.store.cases import Cases
from chalicelib.store.connections import Connections
from chalicelib.store.idempotency import Answer, Once
from chalicelib.store.lists import Lists
from chalicelib.store.messages import Messages
from chalicelib.store.notes import Notes
from chalicelib.store.people import People
from chalicelib.store.replies import SavedReplies
from chalicelib.store.tallies import Tallies
from chalicelib.store.uploads import Uploads
from localcloud.memory.table import MemoryTable
from tests.api.edge import Texts
from tests.domain.worlds import AT_HOME, BUYER, DAMAGED, DAY, PAID_AT, PLATFORM, SELLER, order_terms
from tests.service.bucket import Bucket

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.claim import Claim
    from chalicelib.domain.commands import DisputeCommand
    from chalicelib.domain.people import Actor
    from chalicelib.store.people import Profile
    from localcloud.memory.expressions import Item

NAME = "table"
ORDER = "order-1"
DISPUTE = "order-1-d1"
SHARDS = 4
EPOCH = 1_800_000_000


def cancelled(*codes: str) -> ClientError:
    """Return the error of a transaction that the table cancelled, with one reason for each action."""
    response: Any = {
        "Error": {"Code": "TransactionCanceledException", "Message": "Transaction cancelled"},
        "CancellationReasons": [{"Code": code} for code in codes],
    }
    return ClientError(response, "TransactWriteItems")


class FaultyTable(MemoryTable):
    """A table whose next transactions fail as planned. ``lose_replies`` transactions succeed without a reply."""

    def __init__(self) -> None:
        """Begin with no fault planned."""
        super().__init__(NAME)
        self.lags = True
        self.faults: list[Callable[[], None]] = []
        self.lose_replies = 0
        self.transactions = 0

    def transact_write_items(self, *, TransactItems: list[Item]) -> Item:  # noqa: N803 - DynamoDB's spelling
        """Act as ``MemoryTable``, unless a fault is planned. After a lost reply, send again as the client does."""
        self.transactions += 1
        if self.faults:
            self.faults.pop(0)()
        reply = super().transact_write_items(TransactItems=TransactItems)
        if self.lose_replies:
            self.lose_replies -= 1
            return self.transact_write_items(TransactItems=TransactItems)
        return reply

    def fail(self, *errors: ClientError) -> None:
        """Let the next transactions fail, each with its error."""
        self.faults += [_raising(error) for error in errors]


def _raising(error: ClientError) -> Callable[[], None]:
    def fault() -> None:
        raise error

    return fault


@dataclass
class Watch:
    """A clock that tests move."""

    at: datetime = PAID_AT

    def now(self) -> datetime:
        """Return the time now."""
        return self.at


@dataclass
class Phonebook:
    """The subscriptions in memory, each by the name it got."""

    live: dict[str, tuple[str, str, str, str]] = field(default_factory=dict)
    unconfirmed: set[str] = field(default_factory=set)

    def subscribe(self, role: str, person_id: str, channel: str, address: str) -> tuple[str, str]:
        """Subscribe an address. As in SNS, the same address twice is one subscription."""
        name = f"{role}:{person_id}:{channel}:{address}"
        self.live[name] = (role, person_id, channel, address)
        return f"topic:{role}-{person_id}", name

    def subscribed(self, role: str, person_id: str) -> list[Subscribed]:
        """Return one person's subscriptions; every email address in ``unconfirmed`` is yet to be confirmed."""
        mine = [(name, it) for name, it in self.live.items() if it[:2] == (role, person_id)]
        return [Subscribed(it[2], it[3], None if it[3] in self.unconfirmed else name) for name, it in mine]

    def unsubscribe(self, subscription: str) -> None:
        """End a subscription; one that is gone already is no error."""
        self.live.pop(subscription, None)

    def forget(self, profile: Profile) -> None:
        """End every subscription of a person, known to the profile or not."""
        whose = (profile.role, profile.person_id)
        self.live = {name: it for name, it in self.live.items() if it[:2] != whose}

    def addresses(self) -> set[str]:
        """Return every address that would receive messages."""
        return {address for _, _, _, address in self.live.values()}


def once(actor: Actor, key: str, body: object = "") -> Once:
    """Return what makes a caller's request happen once: caller, key and body."""
    digest = hashlib.sha256(f"{actor.role}:{actor.id}:{key}".encode()).hexdigest()
    return Once(digest, hashlib.sha256(repr(body).encode()).hexdigest())


def read(answer: Answer) -> dict[str, Any]:
    """Return the body of an answer."""
    body: dict[str, Any] = json.loads(answer.body)
    return body


@dataclass
class Office:
    """The services of one order, called as the routes call them."""

    table: FaultyTable = field(default_factory=FaultyTable)
    watch: Watch = field(default_factory=Watch)
    phonebook: Phonebook = field(default_factory=Phonebook)
    texts: Texts = field(default_factory=Texts)
    bucket: Bucket = field(default_factory=Bucket)
    pauses: list[int] = field(default_factory=list)
    epoch: float = EPOCH
    keys: int = 0

    def __post_init__(self) -> None:
        """Put the services together."""
        self.services = Services(
            cases=Cases(lambda: self.table, NAME, published(), SHARDS),
            lists=Lists(lambda: self.table, NAME),
            people=People(lambda: self.table, NAME),
            messages=Messages(lambda: self.table, NAME),
            notes=Notes(lambda: self.table, NAME),
            replies=SavedReplies(lambda: self.table, NAME),
            connections=Connections(lambda: self.table, NAME),
            audit=AuditLog(lambda: self.table, NAME),
            tallies=Tallies(lambda: self.table, NAME),
            subscriptions=self.phonebook,
            texts=self.texts,
            clock=self.watch,
            policies=published(),
            pause=self.pauses.append,
            epoch=lambda: self.epoch,
        )
        self.storage = Storage(Uploads(lambda: self.table, NAME), self.bucket)

    def addresses(self) -> set[str]:
        """Return every address that would receive messages: those at topics, and the seller's confirmed phone."""
        return self.phonebook.addresses() | ({self.services.people.profile("seller", SELLER.id).texted_at} - {""})

    def wait(self, some: timedelta) -> Office:
        """Let time pass, and nothing else happen."""
        self.watch.at += some
        return self

    def request(self, actor: Actor, key: str = "", body: object = "", if_match: int | None = None) -> Request:
        """Return a request of an actor, under a new key unless one is given."""
        self.keys += 1
        return Request(actor, once(actor, key or f"key-{self.keys}", body), if_match)

    def bought(self, **changes: Any) -> Office:  # noqa: ANN401 - fields of the order's terms
        """Import an order now, whose seller takes returns in the buyer's country."""
        where = contacts.Contacts(None, None, "en", (AT_HOME,))
        contacts.put_contacts(self.services, Role.SELLER, changes.get("seller_id", SELLER.id), Request(PLATFORM), where)
        orders.import_order(self.services, PLATFORM, order_terms(**changes))
        return self

    def limited(self, **limits: int) -> Office:
        """Judge the order by a policy with these limits."""
        self.services.cases.policies = PolicyBook(replace(policy, **limits) for policy in published())  # type: ignore[arg-type]
        return self

    def ship(self, order_id: str = ORDER, number: str = "000000001", request: Request | None = None) -> Answer:
        """Ship everything with TNT."""
        shipment = orders.Shipment(Carrier.TNT, number)
        return orders.add_shipment(self.services, order_id, request or self.request(SELLER), shipment)

    def confirm(self, order_id: str = ORDER) -> Answer:
        """Let the buyer confirm receipt of everything."""
        return orders.confirm_receipt(self.services, order_id, self.request(BUYER), ())

    def report(self, *events: orders.CarrierEvent, key: str = "", body: object = "") -> Answer:
        """Let the platform pass on carrier events; by default, that the parcel was delivered now."""
        told = events or (event(self.watch.at),)
        request = self.request(PLATFORM, key, body)
        assert request.once is not None
        return orders.record_carrier_events(self.services, PLATFORM, request.once, told)

    def delivered(self, **changes: Any) -> Office:  # noqa: ANN401 - fields of the order's terms
        """Import an order, ship it a day later, and deliver it the day after."""
        self.bought(**changes).wait(DAY).ship()
        self.wait(DAY).report()
        return self

    def disputed(self) -> Office:
        """Deliver an order and open a dispute about damage."""
        self.delivered().wait(DAY).open()
        return self

    def open(self, claim: Claim = DAMAGED, request: Request | None = None, order_id: str = ORDER) -> Answer:
        """Let the buyer open a dispute that asks for the first remedy in full."""
        return disputes.open_dispute(self.services, order_id, request or self.request(BUYER), claim, opening.RequestedRemedy())

    def act(self, actor: Actor, command: DisputeCommand, request: Request | None = None, dispute_id: str = DISPUTE) -> Answer:
        """Take one action in a dispute."""
        return disputes.act(self.services, dispute_id, request or self.request(actor), command)

    def thread(
        self, actor: Actor, limit: int = 20, cursor: str | None = None, since: str | None = None, order_id: str = ORDER
    ) -> dict[str, Any]:
        """Return a page of an order's thread."""
        links = partial(uploads.links, self.storage, order_id, actor.role)
        return messages.read_thread(self.services, order_id, actor, limit, cursor, links, since)

    def pay(self, instruction_id: str, request: Request | None = None, *, failure: str | None = None) -> Answer:
        """Let the payment system report an instruction as settled or, with ``failure``, as failed.

        ``order-1-p2`` stands for the second one of that order, whose id goes on with what is paid.
        """
        asked = request or self.request(PLATFORM)
        reference = None if failure else "ref"
        return payments.report_result(
            self.services, self._in_full(instruction_id), asked, reference=reference, failure=failure, attempt=None
        )

    def _in_full(self, instruction_id: str) -> str:
        order_id = order_of_payment(instruction_id)
        try:
            known = current(self.services, order_id, self.watch.at).case.order.instructions
        except NotFound:
            return instruction_id
        return next((it.id for it in known if it.id.rpartition("-")[0] == instruction_id), instruction_id)


def event(
    at: datetime, number: str = "000000001", status: CarrierStatus = CarrierStatus.DELIVERED, carrier: Carrier = Carrier.TNT
) -> orders.CarrierEvent:
    """One record of a carrier."""
    return orders.CarrierEvent(carrier, number, at, status)
