"""Random histories of one order: legal and illegal commands, carriers' records in any order, and jumps of the clock.

A history is made once, command by command, by looking at where the case stands; it can then be replayed with sweeps in
between. Everything comes from the seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from chalicelib.domain import acting, mediation, opening, orders
from chalicelib.domain import commands as c
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.claim import Claim, ClaimItem, Issue
from chalicelib.domain.coverage import covered_by
from chalicelib.domain.deadlines import next_due
from chalicelib.domain.dispute import AcknowledgementType, Outcome
from chalicelib.domain.erasure import erase_words, has_ended
from chalicelib.domain.evidence import EvidenceType
from chalicelib.domain.guarantees import OFFERED_BY_SELLERS, Finding, OfferedGuarantee, OfferType, Payer, Reason
from chalicelib.domain.money import Money
from chalicelib.domain.order import OrderTerms
from chalicelib.domain.parcel import CarrierRecord, CarrierStatus
from chalicelib.domain.people import PARTIES, Actor, ReturnAddress, Role
from chalicelib.domain.refusals import CONFLICT, Refusal
from chalicelib.domain.stages import deadline_of
from chalicelib.domain.state_machine import Action
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

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.domain.case import Case
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.dispute import Dispute

THIRD_MEDIATOR = Actor(Role.MEDIATOR, "ola")
PEOPLE = (BUYER, SELLER, MEDIATOR, OTHER_MEDIATOR, THIRD_MEDIATOR)

AFTER_DELIVERY = [Reason.NO_LONGER_WANTED, Reason.COUNTERFEIT, Reason.NOT_AS_DESCRIBED]

# How often an action is tried, of those allowed: what ends a dispute is rarer than what goes on with it.
EAGERNESS = {Action.ACCEPT: 3, Action.WITHDRAW: 1, Action.ADD_EVIDENCE: 2, Action.GRANT_TIME: 2, Action.PROPOSE: 4}


@dataclass(frozen=True, slots=True)
class Step:
    """One act of one actor at one time: a command or, without one, the seller's addresses put on file."""

    at: datetime
    actor: Actor
    command: Callable[[Changes], object] | None
    move: tuple[int, c.DisputeCommand] | None = None
    addresses: tuple[ReturnAddress, ...] = ()

    def take(self, world: World) -> Refusal | None:
        """Do it in ``world``; the refusal, if it was refused."""
        world.go(self.at)
        if self.command is None:
            world.put_on_file(*self.addresses)
            return None
        try:
            world.run(self.actor, self.command)
        except Refusal as refused:
            return refused
        return None


def moving(number: int, move: c.DisputeCommand, actor: Actor) -> Callable[[Changes], None]:
    """The command that takes one action in one dispute."""
    return lambda changes: acting.perform(changes, number, move, actor)


class Explorer:
    """Makes up the next step of a history from where its world stands."""

    def __init__(self, seed: int) -> None:
        """Begin a history: an order, mostly shipped, often delivered."""
        self.random = Random(seed)
        self.terms = self._terms()
        self.world = World(now=PAID_AT)
        self.shipped = 0
        self.look: Callable[[], Case] = self.world.as_of_now

    # time

    def later(self) -> datetime:
        """Some time from now: at once, a while, or the edge of the next deadline."""
        now, roll = self.world.now, self.random.random()
        if roll < 0.66:
            return now + self.random.choice((0, 1, 60, 600)) * SECOND
        if roll < 0.84:
            return now + self.random.randint(1, 20) * HOUR
        if roll < 0.9:
            return now + self.random.randint(1, 3) * DAY
        if roll < 0.98:
            due = next_due(self.world.case) if self.world.known else None
            return max(now, due.at + self.random.choice((-1, 0, 0, 1)) * SECOND) if due else now + DAY
        return now + self.random.choice((4, 7, 12, 25, 45)) * DAY

    # what happens

    def next_step(self) -> Step:
        """Return the next act to try."""
        at = self.later()
        if self.world.known is None:
            return Step(at, PLATFORM, lambda changes: orders.import_order(changes, self.terms))
        self.world.now = at
        case = self.look()
        roll = self.random.random()
        if case.disputes and roll < (0.85 if case.open_disputes else 0.15):
            return self._dispute_step(case)
        if case.order.completed_at is None and not case.open_disputes and roll < 0.92:
            return self._towards_a_dispute(case)
        if has_ended(case) and roll >= 0.95:
            return self._erasure(case)
        if roll < 0.9:
            return self._order_step(case)
        return self._opening(case, self.random.choice(tuple(Reason)))

    def _erasure(self, case: Case) -> Step:
        person = self.random.choice((BUYER, SELLER))
        stream = self.random.randint(0, len(case.disputes))
        return Step(self.world.now, person, lambda changes: erase_words(changes, stream, person.role))

    def _towards_a_dispute(self, case: Case) -> Step:
        """Open a dispute where one is covered; else let the order arrive, or its promise pass."""
        pick, known = self.random, self.terms.lines
        line, whole = pick.choice(known).id, pick.random() < 0.4
        ended = {d.coverage.reason for d in case.disputes if d.outcome is not Outcome.WITHDRAWN and line in d.claim.line_ids}
        possible = [Reason.NOT_RECEIVED] * (self.world.now >= case.order.promised_by(line, case.policy))
        if case.order.delivered_at(line) is not None:
            returnable = covered_by(case, Reason.NO_LONGER_WANTED) is not None
            possible = AFTER_DELIVERY[not returnable :] + possible * case.order.arrived_late(line, case.policy)
        likely = [reason for reason in possible if reason not in ended]
        if likely:
            return self._opening(case, pick.choice(likely), None if whole else (ClaimItem(line, 1),))
        if pick.random() < 0.5 and not any(case.order.delivered_at(line.id) for line in known):
            return self._promise_passes(case)
        return self._order_step(case)

    def beginning(self) -> list[Callable[[], Step]]:
        """Import and ship the order, before anything is left to chance."""
        steps: list[Callable[[], Step]] = [self._address_change, self.next_step]
        if self.random.random() < 0.85:
            steps += [self._shipment] * self.random.choice((1, 1, 1, 2))
        if self.random.random() < 0.6:
            steps.append(self._delivery)
        elif self.random.random() < 0.7:
            steps.append(self._promise_passes)
        return steps

    def _terms(self) -> OrderTerms:
        pick = self.random
        currency = pick.choice(("USD", "USD", "JPY", "TND"))
        sold = [(pick.randint(1, 3), pick.choice((0, 1, 2, 99, 1000, 9000))) for _ in range(pick.randint(1, 3))]
        promise = pick.random()
        guarantees = [g for g in OFFERED_BY_SELLERS if pick.random() < 0.5]
        return OrderTerms(
            order_id="order-1",
            buyer_id=BUYER.id,
            seller_id=SELLER.id,
            currency=currency,
            lines=lines(*sold, currency=currency),
            shipping_fee=Money(pick.choice((0, 7, 1000)) or int(not any(price for _, price in sold)), currency),
            paid_at=PAID_AT,
            paid_on_platform=pick.random() < 0.97,
            destination_country="ES",
            deliver_by=PAID_AT + pick.randint(2, 20) * DAY if promise < 0.5 else None,
            deliver_within_days=pick.randint(1, 15) if promise > 0.8 else None,
            guarantees=tuple(OfferedGuarantee(g, pick.choice(tuple(Payer))) for g in guarantees),
        )

    def _address_change(self) -> Step:
        on_file = self.random.choice(((), (AT_HOME,), (ABROAD,), (ABROAD, AT_HOME)))
        return Step(self.world.now, SELLER, None, addresses=on_file)

    def _shipment(self) -> Step:
        pick = self.random
        self.shipped += 1
        known = [line.id for line in self.terms.lines]
        chosen = tuple(pick.sample(known, pick.randint(1, len(known)))) if pick.random() < 0.4 else ()
        number = f"{pick.choice((self.shipped, self.shipped, self.shipped, 1)):09d}"
        at = self.world.now - pick.choice((0, 0, 2)) * HOUR
        return Step(self.world.now, SELLER, lambda changes: orders.add_shipment(changes, Carrier.TNT, number, at, chosen))

    def _delivery(self) -> Step:
        days = self.random.randint(1, 12)
        record = CarrierRecord(self.world.now + days * DAY, CarrierStatus.DELIVERED)
        return self._reported("000000001", record, record.occurred_at)

    def _promise_passes(self, case: Case | None = None) -> Step:
        case = case or self.look()
        promised = max(case.order.promised_by(line.id, case.policy) for line in self.terms.lines)
        return Step(max(promised, self.world.now), BUYER, self._claiming(case, Reason.NOT_RECEIVED, None))

    def _reported(self, number: str, record: CarrierRecord, at: datetime) -> Step:
        return Step(at, PLATFORM, lambda changes: orders.record_carrier_event(changes, Carrier.TNT, number, record))

    def _order_step(self, case: Case) -> Step:
        pick, now = self.random, self.world.now
        kind = pick.random()
        if kind < 0.3:
            number = f"{pick.randint(1, max(1, self.shipped)):09d}"
            statuses = (*CarrierStatus, CarrierStatus.DELIVERED)
            record = CarrierRecord(now - pick.choice((0, 1, 5, 30, 200)) * HOUR, pick.choice(statuses))
            return self._reported(number, record, now)
        if kind < 0.4:
            return self._shipment()
        if kind < 0.5:
            chosen = pick.choice(((), ("a",), ("b",)))
            return Step(now, BUYER, lambda changes: orders.confirm_receipt(changes, chosen))
        if kind < 0.65:
            extend = pick.choice((orders.extend_promise, orders.extend_protection))
            current = (
                case.closes_at
                if extend is orders.extend_protection
                else max(case.order.promised_by(line.id, case.policy) for line in self.terms.lines)
            )
            until = current + pick.choice((-1, 0, 1, 3, 400)) * DAY
            return Step(now, SELLER, lambda changes: extend(changes, until))
        if kind < 0.9 and case.order.instructions:
            told = pick.choice(case.order.instructions).id
            failure = pick.choice((None, "account closed"))
            attempt = pick.choice((None, None, 1))
            return Step(now, PLATFORM, lambda changes: pay(changes, told, failure, attempt))
        return self._address_change()

    def _opening(self, case: Case, reason: Reason, items: tuple[ClaimItem, ...] | None = None) -> Step:
        return Step(self.world.now, BUYER, self._claiming(case, reason, items))

    def _claiming(self, case: Case, reason: Reason, items: tuple[ClaimItem, ...] | None) -> Callable[[Changes], object]:
        pick, known = self.random, case.order.terms.lines
        if items is None:
            chosen = known if pick.random() < 0.5 else pick.sample(known, pick.randint(1, len(known)))
            items = tuple(ClaimItem(x.id, x.quantity if pick.random() < 0.7 else pick.randint(1, x.quantity)) for x in chosen)
        issue = Issue.DAMAGED if reason is Reason.NOT_AS_DESCRIBED and pick.random() < 0.97 else None
        claim = Claim(reason, items, issue=issue, attests_unused=pick.random() < 0.95)
        kind = pick.choice((None, None, *OfferType))
        amount = Money(pick.choice((0, 1, 50, 900)), self.terms.currency) if pick.random() < 0.3 else None
        asked = opening.RequestedRemedy(kind, amount)
        return lambda changes: opening.open_dispute(changes, claim, asked)

    # moves in disputes

    def _dispute_step(self, case: Case) -> Step:
        pick, now = self.random, self.world.now
        among = case.open_disputes if case.open_disputes and pick.random() < 0.95 else case.disputes
        dispute = pick.choice(among)
        back = dispute.return_parcel
        if back and dispute.open and pick.random() < 0.2:
            record = CarrierRecord(now - pick.choice((0, 3, 50)) * HOUR, pick.choice(tuple(CarrierStatus)))
            return self._reported(back.tracking_number, record, now)
        if dispute.coverage.reason is Reason.NOT_RECEIVED and dispute.open and pick.random() < 0.15:
            in_time = min(promise.promised_by for promise in dispute.promises) - pick.choice((-1, 1, 5)) * HOUR
            parcel = pick.randint(1, max(1, self.shipped))
            return self._reported(f"{parcel:09d}", CarrierRecord(min(in_time, now), CarrierStatus.DELIVERED), now)
        actor, action = self._move(case, dispute)
        move = self._command(case, dispute, actor, action)
        return Step(now, actor, moving(dispute.number, move, actor), (dispute.number, move))

    def _move(self, case: Case, dispute: Dispute) -> tuple[Actor, Action]:
        pick = self.random
        if pick.random() < 0.85:
            for actor in pick.sample(PEOPLE, len(PEOPLE)):
                allowed = [a.action for a in acting.allowed_actions(case, dispute, actor, self.world.now)]
                if allowed:
                    return actor, pick.choices(allowed, [EAGERNESS.get(action, 4) for action in allowed])[0]
        return pick.choice((*PEOPLE, PLATFORM)), pick.choice(tuple(Action))

    def _amount(self, dispute: Dispute) -> Money:
        most, asked = dispute.coverage.maximum.minor, dispute.request.amount.minor
        minors = (0, 1, most // 3, most // 2, most - 1, most, asked, asked - 1)
        wrong = (-1, most + 1)
        minor = self.random.choice(wrong if self.random.random() < 0.05 else minors)
        return Money(minor, "EUR" if self.random.random() < 0.01 else self.terms.currency)

    def _kind(self, dispute: Dispute) -> OfferType:
        asked = dispute.request.type
        return asked if self.random.random() < 0.5 else self.random.choice(tuple(OfferType))

    def _finding(self, dispute: Dispute) -> Finding:
        return self.random.choice(mediation.findings(dispute) if self.random.random() < 0.95 else tuple(Finding))

    def _given_address(self) -> ReturnAddress | None:
        return self.random.choice((None, None, AT_HOME, ABROAD))

    def _command(self, case: Case, dispute: Dispute, actor: Actor, action: Action) -> c.DisputeCommand:
        pick = self.random
        end = deadline_of(dispute, case.policy) if dispute.open else self.world.now
        seen = dispute.on_table if dispute.on_table and pick.random() < 0.95 else "1"
        number = f"9{pick.randint(1, 9):08d}" if pick.random() < 0.95 else "no number"
        make: dict[Action, Callable[[], c.DisputeCommand]] = {
            Action.ACCEPT: lambda: c.Accept(seen, self._given_address()),
            Action.PROPOSE: lambda: c.Propose(self._kind(dispute), self._amount(dispute), "", self._given_address()),
            Action.DECLINE: lambda: c.Decline(pick.choice((None, seen))),
            Action.ADD_EVIDENCE: lambda: c.AddEvidence(pick.choice(tuple(EvidenceType)), "Look."),
            Action.GRANT_TIME: lambda: c.GrantTime(end + pick.choice((0, 1, 2, 10, 30, 31)) * DAY),
            Action.REQUEST_INFORMATION: lambda: c.RequestInformation(pick.choice((*PARTIES, *PARTIES, actor.role)), "How so?"),
            Action.DECIDE: lambda: c.Decide(
                self._kind(dispute), self._amount(dispute), self._finding(dispute), "So it is.", self._given_address()
            ),
            Action.APPEAL: lambda: c.Appeal(EvidenceType.DOCUMENT, "This is new."),
            Action.SHIP_RETURN: lambda: c.ShipReturn(Carrier.TNT, number),
            Action.ACKNOWLEDGE_RETURN: lambda: c.AcknowledgeReturn(
                pick.choice(tuple(AcknowledgementType)), pick.choice(("", "See the photos."))
            ),
        }
        without_parameters: Callable[[], c.DisputeCommand] = acting.MOVES[action].command
        return make.get(action, without_parameters)()


def pay(changes: Changes, told: str, failure: str | None, attempt: int | None) -> None:
    """The command that reports the result of the instruction called ``told``."""
    instruction = orders.instruction_of(changes.case, told)
    if instruction is None:
        raise Refusal(CONFLICT, "No such instruction.")
    reference = None if failure else "ref"
    orders.report_payment(changes, instruction, reference=reference, failure=failure, attempt=attempt)
