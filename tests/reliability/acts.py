"""The acts of people and machines: every service function that writes, ready to be repeated."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.domain.carriers import Carrier
from chalicelib.domain.claim import Claim, ClaimItem, Issue
from chalicelib.domain.guarantees import OfferType, Reason
from chalicelib.domain.money import Money
from chalicelib.domain.opening import RequestedRemedy as Asked
from chalicelib.domain.order import ExternalStatus, Line, OrderTerms
from chalicelib.domain.parcel import CarrierStatus
from chalicelib.domain.people import Actor, ReturnAddress, Role
from chalicelib.domain.refusals import Refusal
from chalicelib.service import disputes, order_batches, orders
from chalicelib.service.contacts import Contacts, put_contacts
from chalicelib.service.errors import ServiceError
from chalicelib.service.execute import Request, sweep_order
from chalicelib.service.sweep import sweep_shard
from chalicelib.store.codec import plain
from chalicelib.store.idempotency import Answer, Once
from tests.reliability.small_cloud import DAY, PAID_AT, SHARDS, Killed

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.domain import commands as c
    from chalicelib.service.services import Services

BUYER, SELLER = Actor(Role.BUYER, "ana"), Actor(Role.SELLER, "acme")
MIA, NOOR = Actor(Role.MEDIATOR, "mia"), Actor(Role.MEDIATOR, "noor")
LEAD = Actor(Role.MEDIATOR, "ola", lead=True)
PLATFORM = Actor(Role.PLATFORM, "market")
ORDER_ID, DISPUTE_ID = "order-1", "order-1-d1"
HOME = ReturnAddress("Acme returns", ("Calle Mayor 1",), "Madrid", "28013", "ES")
TERMS = OrderTerms(
    order_id=ORDER_ID,
    buyer_id=BUYER.id,
    seller_id=SELLER.id,
    currency="USD",
    lines=(Line("a", "A vase", 1, Money(9000, "USD")), Line("b", "A plate", 2, Money(2500, "USD"))),
    shipping_fee=Money(1000, "USD"),
    placed_at=PAID_AT,
    paid_at=PAID_AT,
    paid_on_platform=True,
    destination_country="ES",
    deliver_by=PAID_AT + 30 * DAY,
)
PARCEL, RETURN = "000000001", "900000001"

Outcome = tuple[str, Any]
"""The result that the caller gets.

It is ``answer`` with status and body, ``refused`` with the reason, ``error``, or ``killed`` for no reply at all.
"""


def usd(minor: int) -> Money:
    """Return so many cents."""
    return Money(minor, "USD")


@dataclass(frozen=True, slots=True)
class Act:
    """One thing done once. ``do`` uses the product's services, and so does ``model`` over the model, where it differs."""

    name: str
    do: Callable[[Services], object]
    model: Callable[[Services], object] | None = None
    moves_clock_to: datetime | None = None

    def outcome(self, services: Services, *, modelled: bool = False) -> Outcome:
        """Do it, and return what a caller over HTTP gets."""
        try:
            result = self.model(services) if modelled and self.model else self.do(services)
        except Refusal as refused:
            return "refused", (refused.code, refused.message, plain(refused.details))
        except ServiceError as error:
            return "refused", (error.code, str(error), {})
        except (ClientError, BotoCoreError) as error:
            return "error", type(error).__name__
        except Killed:
            return "killed", None
        if isinstance(result, Answer):
            return "answer", (result.status, json.loads(result.body))
        return "answer", (200, result) if isinstance(result, dict) else result


def once(name: str, body: str = "") -> Once:
    """Return an idempotency key with the fingerprint of a body."""
    return Once(f"digest-{name}", f"body-{body or name}")


def asks(actor: Actor, name: str, body: str = "") -> Request:
    """Return a request under the key ``name``."""
    return Request(actor, once(name, body))


def act(actor: Actor, command: c.DisputeCommand, key: str = "") -> Act:
    """Return an action in the dispute under ``key``, which is the caller's own for this kind of action."""
    name = f"{actor.id} {type(command).__name__} {key}".strip()
    return Act(name, lambda services: disputes.act(services, DISPUTE_ID, asks(actor, name, repr(command)), command))


def opens(reason: Reason, key: str, *items: tuple[str, int]) -> Act:
    """Let the buyer open a dispute about some lines, by default about all."""
    issue = Issue.DAMAGED if reason is Reason.NOT_AS_DESCRIBED else None
    claim = Claim(reason, tuple(ClaimItem(*it) for it in items), issue=issue)
    body = f"{reason} {items}"
    return Act(
        f"ana opens {body} {key}",
        lambda services: disputes.open_dispute(services, ORDER_ID, asks(BUYER, key, body), claim, Asked()),
    )


def imports(terms: OrderTerms = TERMS) -> Act:
    """Let the platform import the order."""
    return Act("import", lambda services: orders.import_order(services, PLATFORM, terms))


def imports_in_a_batch() -> Act:
    """Let the platform import the order in a batch."""

    def act(services: Services) -> Answer:
        (outcome,) = order_batches.import_orders(services, PLATFORM, once("batch"), (TERMS,), lambda: True)
        if not isinstance(outcome, Answer):
            raise outcome or AssertionError("the order was not begun")
        return outcome

    return Act("import in a batch", act)


def registers(actor: Actor, *addresses: ReturnAddress, email: str | None = None) -> Act:
    """Let the platform register a person's contacts and, for a seller, return addresses."""
    contacts = Contacts(email or f"{actor.id}@example.com", "+34600000000", "en", addresses, phone_verified=True)
    return Act(
        f"{actor.id} registers", lambda services: put_contacts(services, actor.role, actor.id, Request(PLATFORM), contacts)
    )


def ships(order_id: str = ORDER_ID, seller: Actor = SELLER) -> Act:
    """Let the seller ship everything in one parcel."""
    shipment, name = orders.Shipment(Carrier.TNT, PARCEL), "ships" if order_id == ORDER_ID else f"ships {order_id}"
    return Act(name, lambda services: orders.add_shipment(services, order_id, asks(seller, name), shipment))


def carried(status: CarrierStatus, at: datetime, number: str = PARCEL, key: str = "") -> Act:
    """Let the carrier report on a parcel, in a batch of one record."""
    name = f"carrier {status} {key}".strip()
    event = orders.CarrierEvent(Carrier.TNT, number, at, status)
    return Act(name, lambda services: orders.record_carrier_events(services, PLATFORM, once(name), (event,)))


def confirms() -> Act:
    """Let the buyer confirm receipt."""
    return Act("ana confirms", lambda services: orders.confirm_receipt(services, ORDER_ID, asks(BUYER, "confirms"), ()))


def extends(promise: datetime | None, protection: datetime | None) -> Act:
    """Let the seller extend the promise or the protection."""
    return Act("extends", lambda services: orders.extend(services, ORDER_ID, asks(SELLER, "extends"), promise, protection))


def answers_extension(*, accepted: bool) -> Act:
    """Let the buyer answer the first request for a later promise."""
    name = f"ana answers {accepted}"
    return Act(name, lambda services: orders.answer_extension(services, ORDER_ID, asks(BUYER, name), 1, accepted=accepted))


def takes_back(parcel: int = 1) -> Act:
    """Let the seller take a parcel off the record."""
    name = f"acme takes back {parcel}"
    return Act(name, lambda services: orders.take_back_parcel(services, ORDER_ID, asks(SELLER, name), parcel))


def charged_back(status: ExternalStatus, amount: Money) -> Act:
    """Let the platform report how a dispute stands at the buyer's bank."""
    name = f"bank {status}"
    return Act(name, lambda services: orders.put_external_dispute(services, ORDER_ID, asks(PLATFORM, name), status, amount))


def sweeps(key: str = "") -> Act:
    """Sweep every shard. The answer is the number of events that it recorded."""

    def do(services: Services) -> int:
        swept = [sweep_shard(services, shard) for shard in range(SHARDS)]
        assert [0] * SHARDS == [it.failed for it in swept], "a sweep that meets others fails nothing"
        return sum(it.events for it in swept)

    return Act(f"sweep {key}".strip(), do, lambda services: sweep_order(services, ORDER_ID))


def time_comes(at: datetime) -> Act:
    """Move the clock to ``at``."""
    return Act("time", lambda _: None, moves_clock_to=at)


REFUND, BACK = OfferType.REFUND, OfferType.REFUND_WITH_RETURN
