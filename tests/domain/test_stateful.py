"""Whole orders under Hypothesis: it looks for the shortest history that breaks one of the `invariants`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chalicelib.domain import acting, engine, mediation, opening, orders
from chalicelib.domain import commands as c
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.claim import Claim, ClaimItem, Issue
from chalicelib.domain.deadlines import next_due
from chalicelib.domain.dispute import AcknowledgementType
from chalicelib.domain.evidence import EvidenceType
from chalicelib.domain.external_disputes import report_external_dispute
from chalicelib.domain.guarantees import OFFERED_BY_SELLERS, Finding, OfferedGuarantee, OfferType, Payer, Reason
from chalicelib.domain.money import Money
from chalicelib.domain.order import ExternalStatus, OrderTerms
from chalicelib.domain.orders import CarrierReport
from chalicelib.domain.parcel import CarrierStatus
from chalicelib.domain.people import PARTIES
from chalicelib.domain.stages import deadline_of
from chalicelib.domain.state_machine import Action
from tests.domain.explorer import PEOPLE, Step, moving, pay
from tests.domain.invariants import Auditor, all_ended
from tests.domain.worlds import (
    ABROAD,
    AT_HOME,
    BUYER,
    DAY,
    HOUR,
    MEDIATOR,
    OTHER_MEDIATOR,
    PAID_AT,
    PLATFORM,
    SECOND,
    SELLER,
    World,
    lines,
)
from tests.randomness import tries

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

    from chalicelib.domain.case import Case
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.dispute import Dispute
    from chalicelib.domain.people import Actor, ReturnAddress

LINES = st.lists(st.tuples(st.integers(1, 3), st.sampled_from((1, 2, 99, 9000))), min_size=1, max_size=3)
ADDRESSES = st.sampled_from(((), (AT_HOME,), (ABROAD,), (ABROAD, AT_HOME)))
GIVEN_ADDRESS = st.sampled_from((None, AT_HOME, ABROAD))
HOURS = st.sampled_from((0, 1, 5, 30, 200)).map(lambda hours: hours * HOUR)


REPORTED = st.tuples(
    st.integers(1, 4), st.sampled_from(CarrierStatus), HOURS, st.sampled_from(("", "", "ES", "FR")), st.booleans()
)
"""Parcel, status, how long ago, destination, and whether the time is exact."""


@st.composite
def bought(draw: st.DrawFn) -> OrderTerms:
    """An order of up to three lines, promised by date, by days or not at all, with some of the seller's guarantees."""
    currency = draw(st.sampled_from(("USD", "JPY", "TND")))
    promise = draw(st.sampled_from(("date", "days", "none")))
    offered = draw(st.lists(st.sampled_from(OFFERED_BY_SELLERS), unique=True))
    return OrderTerms(
        order_id="order-1",
        buyer_id=BUYER.id,
        seller_id=SELLER.id,
        currency=currency,
        lines=lines(*draw(LINES), currency=currency),
        shipping_fee=Money(draw(st.sampled_from((0, 7, 1000))), currency),
        placed_at=PAID_AT,
        paid_at=PAID_AT,
        paid_on_platform=True,
        destination_country="ES",
        deliver_by=PAID_AT + draw(st.integers(2, 20)) * DAY if promise == "date" else None,
        deliver_within_days=draw(st.integers(1, 15)) if promise == "days" else None,
        guarantees=tuple(OfferedGuarantee(kind, draw(st.sampled_from(Payer))) for kind in offered),
    )


@st.composite
def moves(draw: st.DrawFn, case: Case, world: World) -> tuple[Actor, int, c.DisputeCommand]:
    """Somebody's move in some dispute: mostly one that is allowed, in arguments mostly right."""
    dispute = draw(st.sampled_from(case.open_disputes or case.disputes))
    actor = draw(st.sampled_from(PEOPLE))
    allowed = [known.action for known in acting.allowed_actions(case, dispute, actor, world.now)]
    wild = not allowed or draw(st.integers(0, 9)) == 9
    action = draw(st.sampled_from(tuple(Action) if wild else allowed))
    return actor, dispute.number, draw(arguments(case, dispute, action, world))


def arguments(case: Case, dispute: Dispute, action: Action, world: World) -> st.SearchStrategy[c.DisputeCommand]:
    """The commands of one action, at and about the limits of the dispute."""
    most, asked = dispute.coverage.maximum, dispute.request
    amounts = st.sampled_from((0, 1, most.minor // 2, most.minor, asked.amount.minor, most.minor + 1)).map(
        lambda minor: Money(minor, most.currency)
    )
    kinds, notes = st.sampled_from((asked.type, *OfferType)), st.just("So it is.")
    seen = st.sampled_from((dispute.on_table or "1", dispute.on_table or "1", "1"))
    end = deadline_of(dispute, case.policy) if dispute.open else world.now
    later = st.sampled_from((0, 1, 10, 30, 31)).map(lambda days: end + days * DAY)
    findings = st.sampled_from((*mediation.findings(dispute), Finding.GENUINE, Finding.NOT_DECIDED_IN_TIME))
    tracking = st.sampled_from(("900000001", "900000002", "no number"))
    made: dict[Action, st.SearchStrategy[c.DisputeCommand]] = {
        Action.ACCEPT: st.builds(c.Accept, seen, GIVEN_ADDRESS),
        Action.PROPOSE: st.builds(c.Propose, kinds, amounts, st.just(""), GIVEN_ADDRESS),
        Action.DECLINE: st.builds(c.Decline, seen),
        Action.ESCALATE: st.builds(c.Escalate),
        Action.WITHDRAW: st.builds(c.Withdraw),
        Action.ADD_EVIDENCE: st.builds(
            c.AddEvidence, st.sampled_from(EvidenceType), notes, answers=st.sampled_from((None, (), ("r1",)))
        ),
        Action.OBJECT_TO_DELIVERY: st.builds(c.ObjectToDelivery, st.sampled_from(("It is not here.", " "))),
        Action.GIVE_BACK: st.builds(c.GiveBack),
        Action.HAND_OVER: st.builds(c.HandOver, st.sampled_from((MEDIATOR.id, OTHER_MEDIATOR.id, BUYER.id))),
        Action.WITHDRAW_APPEAL: st.builds(c.WithdrawAppeal),
        Action.GRANT_TIME: st.builds(c.GrantTime, later),
        Action.ASSIGN: st.builds(c.Assign),
        Action.REQUEST_INFORMATION: st.builds(c.RequestInformation, st.sampled_from(PARTIES), notes),
        Action.DECIDE: st.builds(c.Decide, kinds, amounts, findings, notes, GIVEN_ADDRESS),
        Action.ACCEPT_DECISION: st.builds(c.AcceptDecision),
        Action.APPEAL: st.builds(c.Appeal, st.sampled_from(EvidenceType), notes),
        Action.SHIP_RETURN: st.builds(
            c.ShipReturn,
            st.sampled_from((Carrier.TNT, Carrier.TNT, None)),
            tracking,
            st.sampled_from(("", "Correos")),
            st.sampled_from((None, "e1", "e2")),
            st.sampled_from((None, Money(300, most.currency))),
        ),
        Action.SHIP_REPLACEMENT: st.builds(c.ShipReplacement, st.just(Carrier.TNT), tracking),
        Action.ACKNOWLEDGE_RETURN: st.builds(
            c.AcknowledgeReturn,
            st.sampled_from(AcknowledgementType),
            st.sampled_from(("", "See the photos.")),
            st.booleans(),
            st.sampled_from(("", "", "Too much.")),
        ),
    }
    return made[action]


class OrderMachine(RuleBasedStateMachine):
    """An order and its twin: everything is done to both, but only the twin is swept in between."""

    def __init__(self) -> None:
        """Begin with nothing bought."""
        super().__init__()
        self.world, self.twin = World(), World()
        self.auditor = Auditor(self.world.policies)

    @property
    def seen(self) -> Case:
        """The case as anyone reads it now."""
        return self.world.as_of_now()

    def _do(
        self,
        actor: Actor,
        command: Callable[[Changes], object] | None,
        *on_file: ReturnAddress,
        of_twin: Callable[[Changes], object] | None = None,
    ) -> None:
        step = Step(self.world.now, actor, command, addresses=on_file)
        here, there = step.take(self.world), Step(step.at, actor, of_twin or command, addresses=on_file).take(self.twin)
        assert (here.code if here else None) == (there.code if there else None), "I3: sweeps change no answer"

    @initialize(terms=bought(), on_file=ADDRESSES, arrives=st.sampled_from((0, 0, 1, 3, 10)))
    def buy(self, terms: OrderTerms, on_file: tuple[ReturnAddress, ...], arrives: int) -> None:
        """The platform imports an order, and mostly it is shipped and arrives after some days."""
        self._do(SELLER, None, *on_file)
        self._do(PLATFORM, lambda changes: orders.import_order(changes, terms))
        if arrives:
            self.ship(1, ())
            self.wait(arrives * DAY)
            self.carrier_reports(1, CarrierStatus.DELIVERED, HOUR)

    @rule(by=st.sampled_from((SECOND, HOUR, 20 * HOUR, DAY, 3 * DAY, 7 * DAY, 20 * DAY)))
    def wait(self, by: timedelta) -> None:
        """Time passes."""
        self.world.wait(by)
        self.twin.wait(by)

    @rule(off=st.sampled_from((-1, 0, 0, 1)))
    def wait_for_the_clock(self, off: int) -> None:
        """Time passes until the next deadline, or to a second before or after it."""
        due = next_due(self.seen)
        if due is not None:
            self.world.go(max(self.world.now, due.at + off * SECOND))
            self.twin.go(self.world.now)

    @rule()
    def sweep(self) -> None:
        """The twin is swept, the order is not."""
        self.twin.sweep()

    @rule(number=st.integers(1, 4), some=st.sampled_from(((), (), ("a",), ("b",), ("b", "c"))))
    def ship(self, number: int, some: tuple[str, ...]) -> None:
        """A parcel of some lines, or of all, leaves."""
        written = f"{number:09d}"
        self._do(SELLER, lambda changes: orders.add_shipment(changes, Carrier.TNT, written, None, some))

    def _report(self, *reports: CarrierReport) -> None:
        """One call reports all this; the twin is told the same in the reverse order (I16)."""
        told, reverse = list(reports), list(reversed(reports))
        self._do(
            PLATFORM,
            lambda changes: orders.record_carrier_reports(changes, told),
            of_twin=lambda changes: orders.record_carrier_reports(changes, reverse),
        )

    @rule(number=st.integers(1, 4), status=st.sampled_from((*CarrierStatus, CarrierStatus.DELIVERED)), ago=HOURS)
    def carrier_reports(self, number: int, status: CarrierStatus, ago: timedelta) -> None:
        """A carrier's record of a parcel comes in, in any order, late, or again."""
        self._report(CarrierReport(Carrier.TNT, f"{number:09d}", self.world.now - ago, status))

    @rule(data=st.data(), told=st.lists(REPORTED, min_size=2, max_size=5))
    def carrier_reports_a_batch(self, data: st.DataObject, told: list[tuple[int, CarrierStatus, timedelta, str, bool]]) -> None:
        """Several records come in one call, some of them doubtful, or of a parcel that went elsewhere."""
        now = self.world.now
        batch = [CarrierReport(Carrier.TNT, f"{n:09d}", now - ago, status, to, exact) for n, status, ago, to, exact in told]
        self._report(*data.draw(st.permutations(batch)))

    @rule(number=st.integers(1, 3), by=st.sampled_from((SELLER, PLATFORM, BUYER)))
    def take_back(self, number: int, by: Actor) -> None:
        """Somebody takes a parcel off the record."""
        self._do(by, lambda changes: orders.take_back_parcel(changes, number))

    @precondition(lambda self: self.world.case.order.extensions)
    @rule(number=st.integers(1, 3), accepted=st.booleans())
    def answer_extension(self, number: int, *, accepted: bool) -> None:
        """The buyer answers the seller's request for a later promise."""
        self._do(BUYER, lambda changes: orders.answer_extension(changes, number, accepted=accepted))

    @rule(status=st.sampled_from(ExternalStatus), part=st.sampled_from((0, 1, 2, 2)))
    def external_dispute(self, status: ExternalStatus, part: int) -> None:
        """The marketplace reports how a dispute at the buyer's bank stands."""
        price = self.world.case.order.terms.price
        amount = Money(price.minor * part // 2, price.currency)
        self._do(PLATFORM, lambda changes: report_external_dispute(changes, status, amount))

    @precondition(lambda self: any(dispute.return_parcel for dispute in self.world.case.open_disputes))
    @rule(number=st.integers(1, 2), status=st.sampled_from(CarrierStatus), ago=HOURS)
    def carrier_reports_a_return(self, number: int, status: CarrierStatus, ago: timedelta) -> None:
        """A carrier's record of a return comes in."""
        report = CarrierReport(Carrier.TNT, f"9{number:08d}", self.world.now - ago, status)
        self._do(PLATFORM, lambda changes: orders.record_carrier_reports(changes, [report]))

    @rule(some=st.sampled_from(((), ("a",), ("b",))))
    def confirm(self, some: tuple[str, ...]) -> None:
        """The buyer confirms receipt."""
        self._do(BUYER, lambda changes: orders.confirm_receipt(changes, some))

    @rule(extend=st.sampled_from((orders.extend_promise, orders.extend_protection)), days=st.sampled_from((1, 10, 40)))
    def extend(self, extend: Callable[[Changes, datetime], None], days: int) -> None:
        """The seller gives more time for delivery, or to claim."""
        until = self.world.now + days * DAY
        self._do(SELLER, lambda changes: extend(changes, until))

    @rule(on_file=ADDRESSES)
    def move_house(self, on_file: tuple[ReturnAddress, ...]) -> None:
        """The seller replaces the return addresses on file."""
        self._do(SELLER, None, *on_file)

    @precondition(lambda self: self.world.case.order.instructions)
    @rule(data=st.data(), failure=st.sampled_from((None, "account closed")), attempt=st.sampled_from((None, 1, 2)))
    def pay(self, data: st.DataObject, failure: str | None, attempt: int | None) -> None:
        """The payment system reports the result of an instruction."""
        told = data.draw(st.sampled_from(self.world.case.order.instructions)).id
        self._do(PLATFORM, lambda changes: pay(changes, told, failure, attempt))

    @precondition(lambda self: self.world.case.order.completed_at is None)
    @rule(data=st.data(), reason=st.sampled_from(Reason), kind=st.sampled_from((None, None, *OfferType)))
    def open(self, data: st.DataObject, reason: Reason, kind: OfferType | None) -> None:
        """The buyer opens a dispute about some quantities of some lines."""
        known = self.world.case.order.terms.lines
        chosen = data.draw(st.lists(st.sampled_from(known), min_size=1, unique=True))
        items = tuple(ClaimItem(line.id, data.draw(st.integers(1, line.quantity))) for line in chosen)
        issue = Issue.DEFECTIVE if reason is Reason.NOT_AS_DESCRIBED else None
        asked = opening.RequestedRemedy(
            kind, data.draw(st.sampled_from((None, Money(1, self.world.case.order.terms.currency))))
        )
        claim = Claim(reason, items, issue=issue, attests_unused=True)
        self._do(BUYER, lambda changes: opening.open_dispute(changes, claim, asked))

    def _move(self, data: st.DataObject) -> None:
        actor, number, move = data.draw(moves(self.seen, self.world))
        self._do(actor, moving(number, move, actor))

    @precondition(lambda self: self.world.case.disputes)
    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        """Somebody moves in a dispute."""
        self._move(data)

    @precondition(lambda self: self.world.case.open_disputes)
    @rule(data=st.data())
    def move_on(self, data: st.DataObject) -> None:
        """Somebody moves in a dispute; twice, so that disputes get somewhere."""
        self._move(data)
        self._move(data)

    @invariant()
    def books_are_right(self) -> None:
        """I1, I2, I4, I7, I12, I13, I14: of the order as it was last recorded, reckoned up from its log."""
        self.auditor.audit(self.world.log, self.world.case, self.world.case.updated_at)

    @invariant()
    def sweeps_change_nothing(self) -> None:
        """I3, I16: the order and its more often swept twin, told in another order, are the same, event by event."""
        world, twin = self.world, self.twin
        unswept = engine.as_of(world.case, world.policies, world.addresses, world.now)
        swept = engine.as_of(twin.case, twin.policies, twin.addresses, twin.now)
        assert [*world.log, *unswept.events] == [*twin.log, *swept.events]
        assert unswept.case == swept.case

    @invariant()
    def the_clock_ends_everything(self) -> None:
        """I8: from here the clock by itself brings every dispute to its end and completes the order."""
        world, now = self.world, self.world.now
        changes = engine.begin(world.case, world.policies, world.addresses, PLATFORM, now)
        if changes.case.order.external_open:  # until it is over, everything waits for it (M3)
            report_external_dispute(changes, ExternalStatus.WON, changes.case.order.terms.price)
        assert all_ended(engine.as_of(changes.case, world.policies, world.addresses, now + 1500 * DAY).case)


TestOrders = OrderMachine.TestCase
TestOrders.__doc__ = (
    "I1, I2, I3, I4, I7, I8, I12, I13, I14, I16: after every step of any history of an order, every invariant holds."
)
TestOrders.settings = settings(
    max_examples=tries(500),
    stateful_step_count=30,
    suppress_health_check=list(HealthCheck),
)
