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
from chalicelib.domain.external_disputes import report_external_dispute
from chalicelib.domain.guarantees import OFFERED_BY_SELLERS, Finding, OfferedGuarantee, OfferType, Payer, Reason
from chalicelib.domain.money import Money
from chalicelib.domain.order import ExternalStatus, OrderTerms
from chalicelib.domain.orders import CarrierReport
from chalicelib.domain.parcel import CarrierStatus
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
    PHOTO,
    PLATFORM,
    SECOND,
    SELLER,
    World,
    lines,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.domain.case import Case
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.dispute import Dispute

THIRD_MEDIATOR = Actor(Role.MEDIATOR, "ola", lead=True)
PEOPLE = (BUYER, SELLER, MEDIATOR, OTHER_MEDIATOR, THIRD_MEDIATOR)

AFTER_DELIVERY = [Reason.NO_LONGER_WANTED, Reason.COUNTERFEIT, Reason.NOT_AS_DESCRIBED]

# How often an action is tried, of those allowed: what ends a dispute is rarer than what goes on with it.
EAGERNESS = {
    Action.ACCEPT: 3,
    Action.WITHDRAW: 1,
    Action.ADD_EVIDENCE: 2,
    Action.GRANT_TIME: 2,
    Action.PROPOSE: 4,
    Action.GIVE_BACK: 1,
    Action.HAND_OVER: 1,
}


@dataclass(frozen=True, slots=True)
class Step:
    """One act of one actor at one time: a command or, without one, the seller's addresses put on file."""

    at: datetime
    actor: Actor
    command: Callable[[Changes], object] | None
    move: tuple[int, c.DisputeCommand] | None = None
    addresses: tuple[ReturnAddress, ...] = ()
    reports: tuple[CarrierReport, ...] = ()
    """The reports of the call, where the command takes in what carriers say."""

    def shuffled(self, random: Random) -> Step:
        """Return the same step with its carriers' reports in another order, which makes no difference (I16)."""
        return reporting(self.at, *random.sample(self.reports, len(self.reports))) if self.reports else self

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


def reporting(at: datetime, *reports: CarrierReport) -> Step:
    """Return the call in which the marketplace's tracking service reports what carriers say."""
    return Step(at, PLATFORM, lambda changes: orders.record_carrier_reports(changes, reports), reports=reports)


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
            placed_at=PAID_AT,
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
        at = self.world.now + days * DAY
        return reporting(at, CarrierReport(Carrier.TNT, "000000001", at, CarrierStatus.DELIVERED))

    def _promise_passes(self, case: Case | None = None) -> Step:
        case = case or self.look()
        promised = max(case.order.promised_by(line.id, case.policy) for line in self.terms.lines)
        return Step(max(promised, self.world.now), BUYER, self._claiming(case, Reason.NOT_RECEIVED, None))

    def _any_report(self) -> CarrierReport:
        """A record of one of the parcels: late, early, doubtful, or of a parcel to another country."""
        pick, now = self.random, self.world.now
        number = f"{pick.randint(1, max(1, self.shipped)):09d}"
        replacing = [it.tracking_number for it in self.look().order.parcels if it.replaces]
        if replacing and pick.random() < 0.6:
            number = pick.choice(replacing)
        status = pick.choice((*CarrierStatus, CarrierStatus.DELIVERED))
        happened, to = now - pick.choice((0, 1, 5, 30, 200)) * HOUR, pick.choice(("", "", "", "ES", "FR"))
        return CarrierReport(Carrier.TNT, number, happened, status, to, exact=pick.random() < 0.9)

    def ending_outside(self) -> Step:
        """The external dispute ends in the seller's favour, so that the clock can end the rest (M3)."""
        paid = self.terms.price
        return Step(self.world.now, PLATFORM, lambda changes: report_external_dispute(changes, ExternalStatus.WON, paid))

    def _external(self, case: Case) -> Step:
        """The marketplace reports how a dispute at the buyer's bank stands: mostly one that is open is ended (M3)."""
        pick, price = self.random, self.terms.price.minor
        ends = (ExternalStatus.WON, ExternalStatus.LOST, ExternalStatus.LOST)
        status = pick.choice(ends if case.order.external_open else (ExternalStatus.OPEN, *ends))
        amount = Money(pick.choice((0, 1, price // 2, price, price)), self.terms.currency)
        return Step(self.world.now, PLATFORM, lambda changes: report_external_dispute(changes, status, amount))

    def _parcel_or_promise(self, case: Case) -> Step:
        """Somebody takes a parcel back (O4), or the buyer answers a request for a later promise (O8)."""
        pick, now = self.random, self.world.now
        if case.order.extensions and pick.random() < 0.6:
            asked, accepted = pick.choice((len(case.order.extensions), 1)), pick.random() < 0.6
            return Step(now, BUYER, lambda changes: orders.answer_extension(changes, asked, accepted=accepted))
        running = [at for it in self.terms.lines if (at := case.order.promised_by(it.id, case.policy)) > now]
        if running and pick.random() < 0.6:
            until = max(running) + 31 * DAY
            return Step(now, SELLER, lambda changes: orders.extend_promise(changes, until))
        number, actor = pick.randint(1, max(1, self.shipped)), pick.choice((SELLER, SELLER, PLATFORM, BUYER))
        return Step(now, actor, lambda changes: orders.take_back_parcel(changes, number))

    def _order_step(self, case: Case) -> Step:  # noqa: PLR0911 - one return per kind of step, as a table
        pick, now = self.random, self.world.now
        kind = pick.random()
        if kind < 0.26:
            return reporting(now, *[self._any_report() for _ in range(pick.choice((1, 1, 2, 5)))])
        if kind < 0.3:
            return self._external(case)
        if kind < 0.36:
            return self._parcel_or_promise(case)
        if kind < 0.44:
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
            until = current + pick.choice((-1, 0, 1, 3, 31, 400)) * DAY
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
        if dispute.delivery_notice and pick.random() < 0.2:
            parcel = pick.randint(1, max(1, self.shipped))
            return reporting(now, CarrierReport(Carrier.TNT, f"{parcel:09d}", now, CarrierStatus.RETURNED_TO_SENDER))
        if pick.random() < 0.02:
            return self._external(case)
        back = dispute.return_parcel
        if back and dispute.open and pick.random() < 0.2:
            happened = now - pick.choice((0, 3, 50)) * HOUR
            report = CarrierReport(Carrier.TNT, back.tracking_number, happened, pick.choice(tuple(CarrierStatus)))
            return reporting(now, report)
        late = 0.5 if dispute.refund and dispute.refund.minor and not dispute.late_delivery else 0.15 * dispute.open
        if dispute.coverage.reason is Reason.NOT_RECEIVED and pick.random() < late:
            in_time = min(promise.promised_by for promise in dispute.promises) - pick.choice((-1, 1, 5)) * HOUR
            parcel = pick.randint(1, max(1, self.shipped))
            report = CarrierReport(Carrier.TNT, f"{parcel:09d}", min(in_time, now), CarrierStatus.DELIVERED)
            return reporting(now, report)
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

    def _evidence(self) -> c.AddEvidence:
        """A file that may be a receipt or a label."""
        return shown(self.random.choice((EvidenceType.PROOF_OF_RETURN, EvidenceType.RETURN_LABEL)))

    def _piece(self, dispute: Dispute, kind: EvidenceType) -> str | None:
        """Evidence of that type, if there is any; sometimes a wrong id."""
        known = [piece.id for piece in dispute.evidence if piece.type is kind and piece.file]
        return self.random.choice((*known, *known, None, "e1"))

    def _return(self, dispute: Dispute, number: str) -> c.ShipReturn:
        pick, receipt = self.random, self._piece(dispute, EvidenceType.PROOF_OF_RETURN)
        postage = Money(pick.choice((1, 300, 10_000)), self.terms.currency) if receipt and pick.random() < 0.6 else None
        if pick.random() < 0.3:
            return c.ShipReturn(None, number, "Correos", receipt, postage)
        return c.ShipReturn(Carrier.TNT, number, receipt=receipt, postage=postage)

    def _command(self, case: Case, dispute: Dispute, actor: Actor, action: Action) -> c.DisputeCommand:
        pick = self.random
        end = deadline_of(dispute, case.policy) if dispute.open else self.world.now
        seen = dispute.on_table if dispute.on_table and pick.random() < 0.95 else "1"
        number = f"9{pick.randint(1, 9):08d}" if pick.random() < 0.95 else "no number"
        make: dict[Action, Callable[[], c.DisputeCommand]] = {
            Action.ACCEPT: lambda: c.Accept(seen, self._given_address(), self._piece(dispute, EvidenceType.RETURN_LABEL)),
            Action.PROPOSE: lambda: c.Propose(self._kind(dispute), self._amount(dispute), "", self._given_address()),
            Action.DECLINE: lambda: c.Decline(pick.choice((None, seen))),
            Action.ESCALATE: c.Escalate,
            Action.WITHDRAW: c.Withdraw,
            Action.ADD_EVIDENCE: lambda: (
                self._evidence()
                if pick.random() < 0.5
                else c.AddEvidence(
                    pick.choice(tuple(EvidenceType)),
                    "Look.",
                    pick.choice((None, PHOTO.file)),
                    pick.choice((None, None, (), ("r1",))),
                )
            ),
            Action.OBJECT_TO_DELIVERY: lambda: c.ObjectToDelivery(pick.choice(("It is not here.",) * 9 + (" ",))),
            Action.GRANT_TIME: lambda: c.GrantTime(end + pick.choice((0, 1, 2, 10, 30, 31)) * DAY),
            Action.ASSIGN: c.Assign,
            Action.GIVE_BACK: c.GiveBack,
            Action.HAND_OVER: lambda: c.HandOver(pick.choice((MEDIATOR.id, OTHER_MEDIATOR.id, BUYER.id))),
            Action.REQUEST_INFORMATION: lambda: c.RequestInformation(pick.choice((*PARTIES, *PARTIES, actor.role)), "How so?"),
            Action.DECIDE: lambda: c.Decide(
                self._kind(dispute), self._amount(dispute), self._finding(dispute), "So it is.", self._given_address()
            ),
            Action.APPEAL: lambda: c.Appeal(EvidenceType.DOCUMENT, "This is new."),
            Action.WITHDRAW_APPEAL: c.WithdrawAppeal,
            Action.SHIP_RETURN: lambda: self._return(dispute, number),
            Action.SHIP_REPLACEMENT: lambda: c.ShipReplacement(Carrier.TNT, f"8{pick.randint(1, 9):08d}"),
            Action.ACKNOWLEDGE_RETURN: lambda: c.AcknowledgeReturn(
                pick.choice(tuple(AcknowledgementType)),
                pick.choice(("", "See the photos.")),
                pick.random() < 0.5,
                "Too much." if dispute.postage and pick.random() < 0.5 else "",
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
