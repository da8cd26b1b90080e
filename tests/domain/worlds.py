"""Worlds for tests: one order with its whole event log and a clock that only tests move."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from chalicelib.domain import acting, engine, opening, orders
from chalicelib.domain import commands as c
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.claim import Claim, ClaimItem, Issue
from chalicelib.domain.dispute import AcknowledgementType, Dispute, Stage
from chalicelib.domain.evidence import ContentType, EvidenceType, File
from chalicelib.domain.evolve import fold
from chalicelib.domain.guarantees import Finding, Guarantee, OfferedGuarantee, OfferType, Reason
from chalicelib.domain.money import Money
from chalicelib.domain.order import Line, OrderTerms
from chalicelib.domain.orders import CarrierReport
from chalicelib.domain.parcel import CarrierStatus, Parcel
from chalicelib.domain.people import Actor, AddressBook, ReturnAddress, Role
from chalicelib.domain.policy import PolicyBook, published
from chalicelib.domain.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.case import Case
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.commands import DisputeCommand
    from chalicelib.domain.events import Event

T = TypeVar("T")

DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
PAID_AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
PROMISED = PAID_AT + 30 * DAY
"""``deliver_by`` of an order unless a test says otherwise."""

BUYER = Actor(Role.BUYER, "ana")
SELLER = Actor(Role.SELLER, "acme")
MEDIATOR = Actor(Role.MEDIATOR, "mia")
OTHER_MEDIATOR = Actor(Role.MEDIATOR, "noor")
OPERATOR = Actor(Role.OPERATOR, "ola")
PLATFORM = Actor(Role.PLATFORM, "market")

AT_HOME = ReturnAddress("Acme returns", ("Calle Mayor 1",), "Madrid", "28013", "ES")
"""A return address in the buyer's country."""
ABROAD = ReturnAddress("Acme", ("88 Shennan Road",), "Shenzhen", "518000", "CN")

ALL_RETURNS = (OfferedGuarantee(Guarantee.EXTRA_RETURNS),)


def money(minor: int, currency: str = "USD") -> Money:
    """So many minor units, of US dollars by default."""
    return Money(minor, currency)


def lines(*sold: tuple[int, int], currency: str = "USD") -> tuple[Line, ...]:
    """Lines called a, b, c, ... from pairs of quantity and unit price in minor units."""
    return tuple(
        Line(chr(ord("a") + i), f"Thing {i + 1}", quantity, Money(unit, currency)) for i, (quantity, unit) in enumerate(sold)
    )


def order_terms(*sold: tuple[int, int], shipping: int = 1000, currency: str = "USD", **changes: Any) -> OrderTerms:  # noqa: ANN401
    """An order of some lines (one of 1 x 90.00 by default), to Spain, promised in 30 days; ``changes`` are fields of it."""
    terms = OrderTerms(
        order_id="order-1",
        buyer_id=BUYER.id,
        seller_id=SELLER.id,
        currency=currency,
        lines=lines(*(sold or ((1, 9000),)), currency=currency),
        shipping_fee=Money(shipping, currency),
        placed_at=changes.get("paid_at", PAID_AT),
        paid_at=PAID_AT,
        paid_on_platform=True,
        destination_country="ES",
        deliver_by=PROMISED,
    )
    return replace(terms, **changes)


def claim_of(reason: Reason, *items: tuple[str, int]) -> Claim:
    """A well-formed claim about some quantities of some lines, by default about 1 of line a."""
    claimed = tuple(ClaimItem(line_id, quantity) for line_id, quantity in items or (("a", 1),))
    issue = Issue.DAMAGED if reason is Reason.NOT_AS_DESCRIBED else None
    return Claim(reason, claimed, issue=issue, attests_unused=reason is Reason.NO_LONGER_WANTED)


@dataclass
class World:
    """A case, everything that ever happened in it, and the time. Nothing but its methods changes it."""

    now: datetime = PAID_AT
    policies: PolicyBook = field(default_factory=published)
    addresses: AddressBook = field(default_factory=AddressBook)
    log: list[Event] = field(default_factory=list)
    known: Case | None = None
    commands: list[int] = field(default_factory=list)
    """The number of events that each command and each sweep recorded."""

    @classmethod
    def of(cls, terms: OrderTerms | None = None, *on_file: ReturnAddress) -> World:
        """An order just imported, its seller having these return addresses on file."""
        bought = terms or order_terms()
        world = cls(now=bought.paid_at)
        world.put_on_file(*on_file)
        world.run(PLATFORM, lambda changes: orders.import_order(changes, bought))
        return world

    @property
    def case(self) -> Case:
        """The case as it was last recorded, without the deadlines that have passed since."""
        assert self.known is not None
        return self.known

    def dispute(self, number: int = 1) -> Dispute:
        """The nth dispute as it was last recorded."""
        return self.case.dispute(number)

    def run(self, actor: Actor, command: Callable[[Changes], T]) -> T:
        """Carry out a command now and keep what it records. A refused one raises and leaves nothing."""
        changes = engine.begin(self.known, self.policies, self.addresses, actor, self.now)
        result = command(changes)
        engine.settle(changes, self.now)
        self.keep(changes)
        return result

    def refusal(self, actor: Actor, command: Callable[[Changes], object]) -> Refusal:
        """The refusal of a command that has to be refused now."""
        with pytest.raises(Refusal) as refused:
            self.run(actor, command)
        return refused.value

    def sweep(self) -> None:
        """Apply and keep what has expired, as the scheduled sweep does."""
        self.keep(engine.as_of(self.case, self.policies, self.addresses, self.now))

    def as_of_now(self) -> Case:
        """The case as anyone reads it now, without keeping what has expired."""
        return engine.as_of(self.case, self.policies, self.addresses, self.now).case

    def keep(self, changes: Changes) -> None:
        """Make what the changes recorded part of the history."""
        self.commands.append(len(changes.events))
        self.log += changes.events
        self.known = changes.case

    def refolded(self) -> Case:
        """Return the state that the log adds up to (I4)."""
        return fold(self.log, self.policies)

    def wait(self, some: timedelta) -> World:
        """Let time pass, and nothing else happen."""
        self.now += some
        return self

    def go(self, to: datetime) -> World:
        """Let time pass until a moment."""
        self.now = to
        return self

    def put_on_file(self, *addresses: ReturnAddress) -> None:
        """Replace the seller's return addresses from now on."""
        self.addresses = self.addresses.replaced(addresses, self.now)

    def ship(self, *line_ids: str, carrier: Carrier = Carrier.TNT, number: str = "", at: datetime | None = None) -> None:
        """Ship lines, all of them by default, in one more parcel."""
        written = number or f"{len(self.case.order.parcels) + 1:09d}"
        self.run(SELLER, lambda changes: orders.add_shipment(changes, carrier, written, at, line_ids))

    def report(
        self, status: CarrierStatus, at: datetime | None = None, parcel: int = 1, *, to: str = "", exact: bool = True
    ) -> bool:
        """The carrier reports something of the nth parcel, as of now by default. Returns whether it was news."""
        return self.report_all((parcel, status, at), to=to, exact=exact)[0]

    def report_all(
        self, *told: tuple[int, CarrierStatus, datetime | None], to: str = "", exact: bool = True
    ) -> tuple[bool, ...]:
        """The carrier reports several things in one call. Returns which of them were news."""
        parcels = self.case.order.parcels
        reports = [self._report_of(parcels[parcel - 1], status, at, to, exact) for parcel, status, at in told]
        return self._take_in(reports)

    def _report_of(self, parcel: Parcel, status: CarrierStatus, at: datetime | None, to: str, exact: bool) -> CarrierReport:  # noqa: FBT001 - passed on
        assert parcel.carrier is not None
        return CarrierReport(parcel.carrier, parcel.tracking_number, at or self.now, status, to, exact)

    def _take_in(self, reports: list[CarrierReport]) -> tuple[bool, ...]:
        results = self.run(PLATFORM, lambda changes: orders.record_carrier_reports(changes, reports))
        for result in results:
            if isinstance(result, Refusal):
                raise result
        return tuple(result is True for result in results)

    def deliver(self, at: datetime | None = None, parcel: int = 1) -> None:
        """The carrier reports delivery of the nth parcel, as of now by default."""
        self.report(CarrierStatus.DELIVERED, at, parcel)

    def report_return(self, status: CarrierStatus, at: datetime | None = None, number: int = 1) -> bool:
        """The carrier reports something of a dispute's return, as of now by default. Returns whether it was news."""
        back = self.dispute(number).return_parcel
        assert back is not None
        return self._take_in([self._report_of(back, status, at, "", True)])[0]

    def confirm(self, *line_ids: str) -> None:
        """The buyer confirms receipt of lines, of all by default."""
        self.run(BUYER, lambda changes: orders.confirm_receipt(changes, line_ids))

    def extend_promise(self, until: datetime) -> None:
        """The seller promises delivery later."""
        self.run(SELLER, lambda changes: orders.extend_promise(changes, until))

    def extend_protection(self, until: datetime) -> None:
        """The seller lets protection end later."""
        self.run(SELLER, lambda changes: orders.extend_protection(changes, until))

    def open(self, claim: Claim, kind: OfferType | None = None, amount: Money | None = None) -> int:
        """The buyer opens a dispute, asking for the first remedy in full by default. Returns its number."""
        asked = opening.RequestedRemedy(kind, amount)
        return self.run(BUYER, lambda changes: opening.open_dispute(changes, claim, asked))

    def act(self, actor: Actor, command: DisputeCommand, number: int = 1) -> None:
        """Take one action in a dispute."""
        self.run(actor, lambda changes: acting.perform(changes, number, command, actor))

    def refused_act(self, actor: Actor, command: DisputeCommand, number: int = 1) -> Refusal:
        """The refusal of an action that has to be refused now."""
        return self.refusal(actor, lambda changes: acting.perform(changes, number, command, actor))

    def pay(self, instruction: int, *, failure: str | None = None) -> None:
        """The payment system reports the nth instruction settled or, with ``failure``, failed."""
        told = self.case.order.instructions[instruction - 1]
        reference = None if failure else f"ref-{told.id}"
        self.run(
            PLATFORM,
            lambda changes: orders.report_payment(changes, told, reference=reference, failure=failure, attempt=None),
        )


def delivered(terms: OrderTerms | None = None, *on_file: ReturnAddress) -> World:
    """An order delivered whole, ten days after payment, well within its promise."""
    world = World.of(terms, *on_file)
    world.wait(DAY).ship()
    world.wait(9 * DAY).deliver()
    return world


DAMAGED = claim_of(Reason.NOT_AS_DESCRIBED)
DECIDED_FOR_BUYER = c.Decide(OfferType.REFUND, money(5000), Finding.NOT_AS_DESCRIBED, "The photos show it.")


def disputed(stage: Stage = Stage.OPENED, *on_file: ReturnAddress) -> World:
    """An order of one item delivered damaged, its dispute just brought into ``stage``. The buyer asks for return and refund.

    In ``negotiating`` it is the buyer's turn, on a proposal of 10.00; ``under_review`` is assigned to ``MEDIATOR``;
    ``decided`` gave the buyer 50.00; ``awaiting_replacement`` follows the seller's offer; ``resolved`` ended by agreement.
    """
    world = delivered(None, *(on_file or (AT_HOME,)))
    world.wait(DAY).open(DAMAGED)
    back = c.ShipReturn(Carrier.TNT, "900000001")
    offered = c.Propose(OfferType.REFUND, money(1000))
    steps: dict[Stage, tuple[tuple[Actor, DisputeCommand], ...]] = {
        Stage.OPENED: (),
        Stage.NEGOTIATING: ((SELLER, offered),),
        Stage.UNDER_REVIEW: ((SELLER, offered), (BUYER, c.Escalate()), (MEDIATOR, c.Assign())),
        Stage.DECIDED: ((SELLER, offered), (BUYER, c.Escalate()), (MEDIATOR, c.Assign()), (MEDIATOR, DECIDED_FOR_BUYER)),
        Stage.AWAITING_RETURN: ((SELLER, c.Accept("1")),),
        Stage.RETURN_IN_TRANSIT: ((SELLER, c.Accept("1")), (BUYER, back)),
        Stage.AWAITING_REPLACEMENT: ((SELLER, c.Propose(OfferType.REPLACEMENT, money(0))), (BUYER, c.Accept("2"))),
        Stage.RESOLVED: ((SELLER, c.Accept("1")), (BUYER, back), (SELLER, ITEM_RECEIVED)),
    }
    for actor, command in steps[stage]:
        world.wait(HOUR).act(actor, command)
    assert world.dispute().stage is stage
    return world


def shown(kind: EvidenceType) -> c.AddEvidence:
    """A file of evidence of that type, already uploaded."""
    return c.AddEvidence(kind, "See the file.", File("upload-1", ContentType.PDF, 1000, "etag"))


ITEM_RECEIVED = c.AcknowledgeReturn(AcknowledgementType.ITEM_RECEIVED)
NEWS = c.AddEvidence(EvidenceType.PHOTO, "A photo of the crack.")
PHOTO = c.AddEvidence(EvidenceType.PHOTO, "The crack.", File("u-1", ContentType.JPEG, 9, "etag"))
"""What the policy requires of the buyer of something that is not as described (N6)."""
