"""A search for cheats: one side tries every act it can think of against an honest other side, and must not gain by it (I18).

The truth of a story is hidden from the rules: whether a parcel was sent, when it arrived, whether the item is as described.
The carrier tells the truth, early or late. The mediator finds the truth; nobody may have the time to look at an appeal.
The honest side has one policy: it waits until one second before each time of which it was told, and
then does what an honest person would. The cheat tries all sequences of acts up to a depth, at the times that matter.

A story ends when the clock has brought everything to its end. Then the money is compared with what the truth gives.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.domain import acting, opening, orders
from chalicelib.domain import commands as c
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.claim import Claim, ClaimItem, Covered, Issue, NotYet
from chalicelib.domain.coverage import decide as covers
from chalicelib.domain.deadlines import next_due
from chalicelib.domain.dispute import AcknowledgementType, Dispute, Stage
from chalicelib.domain.events import DisputeResolved
from chalicelib.domain.evidence import ContentType, EvidenceType, File
from chalicelib.domain.guarantees import COVERED, Basis, Finding, OfferType, Reason
from chalicelib.domain.money import Money
from chalicelib.domain.orders import CarrierReport
from chalicelib.domain.parcel import CarrierStatus
from chalicelib.domain.people import Actor, Role
from chalicelib.domain.refusals import Refusal
from chalicelib.domain.todos import todos
from tests.domain.worlds import (
    AT_HOME,
    BUYER,
    DAY,
    HOUR,
    MEDIATOR,
    OTHER_MEDIATOR,
    PAID_AT,
    PLATFORM,
    PROMISED,
    SECOND,
    SELLER,
    World,
    lines,
    order_terms,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

    from chalicelib.domain.changes import Changes

REAL, OLD, WENT_BACK, BACK, OTHERS, EMPTY = "000000001", "000000002", "000000004", "900000001", "900000002", "900000003"
"""Tracking numbers: the order's own parcel; one delivered long ago; the order's own where it went back to its sender after a
wrong scan; the item on its way back; a parcel that somebody else had got before; an empty box on its way back.
"""
PHOTO = c.AddEvidence(EvidenceType.PHOTO, "As it came.", File("u1", ContentType.JPEG, 1, "e"))
"""A photo, as the policy requires one; whether it shows the truth is for a mediator to find."""
END = PAID_AT + 320 * DAY
"""Whatever an honest side does, all is over by then."""


@dataclass(frozen=True)
class Truth:
    """What really is: when the seller's parcel arrives, if one was sent, and how many of the units are as described."""

    name: str
    cheat: Role
    arrives: datetime | None
    units: int = 1
    bad_units: int = 0
    slow_days: int = 0
    """How late the carrier's records become known here."""
    appeal_is_read: bool = True
    review_is_read: bool = True
    protected_long: bool = False
    """The honest seller has extended protection, out of kindness."""
    went_back: bool = False
    """The parcel came back to the seller, after a scan that said delivered."""

    @property
    def fair_refund(self) -> int:
        """What the truth gives the buyer who claims it all, in minor units, with the item back or never had."""
        if self.arrives is None or self.arrives >= PROMISED:
            return 10_000
        return 9000 * self.bad_units // self.units


TRUTHS = (
    Truth("never sent", Role.SELLER, None),
    Truth("delivered late", Role.SELLER, PROMISED + 2 * DAY),
    Truth("damaged", Role.SELLER, PAID_AT + 5 * DAY, bad_units=1),
    Truth("damaged, known late", Role.SELLER, PAID_AT + 5 * DAY, bad_units=1, slow_days=20),
    Truth("damaged, no mediator", Role.SELLER, PAID_AT + 5 * DAY, bad_units=1, review_is_read=False, appeal_is_read=False),
    Truth("two of three damaged", Role.SELLER, PAID_AT + 5 * DAY, units=3, bad_units=2),
    Truth("came back", Role.SELLER, None, slow_days=20, went_back=True),
    Truth("damaged, and kept", Role.BUYER, PAID_AT + 5 * DAY, bad_units=1),
    Truth("damaged, and kept, known late", Role.BUYER, PAID_AT + 5 * DAY, bad_units=1, slow_days=20),
    Truth("all is well", Role.BUYER, PAID_AT + 5 * DAY),
    Truth("all is well, appeals unread", Role.BUYER, PAID_AT + 5 * DAY, appeal_is_read=False),
    Truth("all is well, protected for long", Role.BUYER, PAID_AT + 5 * DAY, appeal_is_read=False, protected_long=True),
    Truth("all is well, known late", Role.BUYER, PAID_AT + 5 * DAY, slow_days=20),
)


@dataclass
class Story:
    """One run: the world, and what has really happened in it beside what is on record."""

    truth: Truth
    world: World
    sent_back_at: datetime | None = None
    """When the buyer really sent the item back."""
    box_sent_at: datetime | None = None
    """When the buyer sent an empty box in its place."""
    judged: int = 0
    """The dispute in which a mediator first found the claim unfounded; 0 for none."""
    told: set[str] = field(default_factory=set)
    acts: tuple[str, ...] = ()
    disputed: int = 0
    """How many units the honest buyer has claimed so far."""

    @classmethod
    def begin(cls, truth: Truth) -> Story:
        """Begin with an order, to Spain, promised in 30 days, shipped at once by an honest seller."""
        sold = order_terms(shipping=1000, lines=lines((truth.units, 9000 // truth.units)))
        story = cls(truth, World.of(sold, AT_HOME))
        if truth.cheat is Role.BUYER or truth.went_back:
            story.world.ship(number=WENT_BACK if truth.went_back else REAL)
        if truth.protected_long:
            story.world.extend_protection(PAID_AT + 200 * DAY)
        return story

    def branch(self) -> Story:
        """Return a copy that goes its own way from here."""
        world = replace(self.world, log=list(self.world.log), commands=[])
        return replace(self, world=world, told=set(self.told))

    def try_command(self, actor: Actor, command: Callable[[Changes], object]) -> bool:
        """Carry out a command now; return whether the rules allowed it."""
        try:
            self.world.run(actor, command)
        except (Refusal, KeyError):
            return False
        return True

    def act(self, actor: Actor, number: int, command: c.DisputeCommand) -> bool:
        """Take an action in a dispute now; return whether the rules allowed it."""
        return self.try_command(actor, lambda changes: acting.perform(changes, number, command, actor))

    def send_box(self, number: int) -> bool:
        """Send an empty box back as the return."""
        sent = self.act(BUYER, number, c.ShipReturn(Carrier.TNT, EMPTY))
        self.box_sent_at = self.world.now if sent else self.box_sent_at
        return sent

    # what really happens to parcels

    def facts(self, number: str) -> list[tuple[CarrierStatus, datetime]]:  # noqa: PLR0911 - one line per number, as a table
        """Return what the carrier truly records of a number, over all time."""
        arrives, back = self.truth.arrives, self.sent_back_at
        match number:
            case "000000001" if arrives:
                return [(CarrierStatus.IN_TRANSIT, PAID_AT + HOUR), (CarrierStatus.DELIVERED, arrives)]
            case "000000002":
                return [(CarrierStatus.IN_TRANSIT, PAID_AT - 20 * DAY), (CarrierStatus.DELIVERED, PAID_AT - 16 * DAY)]
            case "900000001" if back:
                return [(CarrierStatus.IN_TRANSIT, back + HOUR), (CarrierStatus.DELIVERED, back + 3 * DAY)]
            case "000000004":
                wrong = PROMISED - 2 * DAY
                records = [(CarrierStatus.IN_TRANSIT, PAID_AT + HOUR), (CarrierStatus.DELIVERED, wrong)]
                return [*records, (CarrierStatus.RETURNED_TO_SENDER, wrong + DAY)]
            case "900000002":
                return [(CarrierStatus.DELIVERED, PAID_AT + 8 * DAY)]
            case "900000003" if self.box_sent_at:
                return [(CarrierStatus.DELIVERED, self.box_sent_at + 3 * DAY)]
            case _:
                return []

    def next_record(self) -> datetime | None:
        """Return when the next record of a parcel on record becomes known."""
        now = self.world.now
        times = [at for _, at, key in self._records() if at > now or key not in self.told]
        return max(now, min(times)) if times else None

    def _records(self) -> Iterator[tuple[CarrierReport, datetime, str]]:
        order = self.world.case.order
        parcels = [*order.parcels, *(d.return_parcel for d in self.world.case.disputes if d.return_parcel)]
        for parcel in parcels:
            for status, at in self.facts(parcel.tracking_number):
                known = max(at + self.truth.slow_days * DAY, parcel.recorded_at)
                if self.truth.went_back and status is not CarrierStatus.IN_TRANSIT:
                    known = PROMISED + 18 * DAY  # both in one call
                key = f"{parcel.tracking_number} {status} {parcel.recorded_at}"
                yield CarrierReport(Carrier.TNT, parcel.tracking_number, at, status, "ES"), known, key

    def report(self) -> None:
        """Report, in one call, all that the carrier has let be known by now."""
        due = [(report, key) for report, known, key in self._records() if known <= self.world.now and key not in self.told]
        if due:
            self.told |= {key for _, key in due}
            reports = [report for report, _ in due]
            self.try_command(PLATFORM, lambda changes: orders.record_carrier_reports(changes, reports))

    # the honest side, and the mediator

    def next_reaction(self) -> datetime | None:
        """Return when the honest side or the mediator does something next: a second before the time it was told."""
        times = [due - SECOND for due in self._honest_times()]
        times += [at for it in self.world.case.open_disputes if (at := self._mediator_time(it))]
        return max(self.world.now, min(times)) if times else None

    def _honest_times(self) -> Iterator[datetime]:
        case, honest = self.world.case, self.honest
        for dispute in case.open_disputes:
            yield from (todo.due for todo in todos(dispute, case.policy) if todo.role is honest.role)
        if honest == BUYER and case.order.completed_at is None and self._claim() is not None:
            yield self._claims_by()

    @property
    def honest(self) -> Actor:
        """The side that does not cheat."""
        return BUYER if self.truth.cheat is Role.SELLER else SELLER

    @property
    def cheat(self) -> Actor:
        """The side that cheats."""
        return SELLER if self.truth.cheat is Role.SELLER else BUYER

    def _claims_by(self) -> datetime:
        """Return the time before which the honest buyer claims: the last moment, or at once what is only the first of two."""
        closes, arrives = self.world.case.closes_at, self.truth.arrives
        first_of_two = self.truth.bad_units > 1 and not self.disputed and arrives is not None
        return min(closes, arrives + 2 * DAY) if first_of_two and arrives else closes

    def _claim(self) -> Claim | None:
        """Return the claim that an honest buyer has now, or None."""
        case, truth = self.world.case, self.truth
        had = truth.arrives is not None and truth.arrives <= self.world.now
        lost = truth.arrives is None or truth.arrives >= PROMISED
        options: list[Claim] = []
        if lost:
            options += [Claim(Reason.NOT_RECEIVED, (ClaimItem("a", truth.units),))]
            options += [Claim(Reason.NOT_AS_DESCRIBED, (ClaimItem("a", truth.units),), issue=Issue.OTHER)]
        elif had and self.disputed < truth.bad_units:
            options += [Claim(Reason.NOT_AS_DESCRIBED, (ClaimItem("a", 1),), issue=Issue.DAMAGED)]
        verdicts = [(it, covers(case, it, case.closes_at - SECOND)) for it in options]
        return next((it for it, verdict in verdicts if isinstance(verdict, Covered | NotYet)), None)

    def _mediator_time(self, dispute: Dispute) -> datetime | None:
        """A mediator decides a day before the review ends, unless nobody has the time to look."""
        read = self.truth.appeal_is_read if dispute.appealed_by else self.truth.review_is_read
        if dispute.stage is not Stage.UNDER_REVIEW or dispute.delivery_notice or not read:
            return None
        due = dispute.stage_since + self.world.case.policy.days("review") - DAY
        return due if due >= self.world.now else None

    def react(self) -> None:
        """Let the honest side and the mediator do what they do at this second."""
        now, honest = self.world.now, self.honest
        if honest == BUYER and self.world.case.order.completed_at is None and self._claims_by() - SECOND <= now:
            claim = self._claim()
            asked = opening.RequestedRemedy()
            if claim and claim.reason is not Reason.NOT_RECEIVED:
                self.try_command(BUYER, lambda changes: orders.confirm_receipt(changes, ()))
            if claim and self.try_command(BUYER, lambda changes: opening.open_dispute(changes, claim, asked)):
                self.disputed += sum(item.quantity for item in claim.items)
                self.act(BUYER, len(self.world.case.disputes), PHOTO)
        for dispute in self.world.case.open_disputes:
            mediated = self._mediator_time(dispute)
            if mediated is not None and mediated <= now:
                self._mediate(dispute)
        for dispute in self.world.case.open_disputes:
            mine = [it for it in todos(dispute, self.world.case.policy) if it.role is honest.role and it.due - SECOND <= now]
            if mine:
                self._answer(dispute)

    def _mediate(self, dispute: Dispute) -> None:
        """Decide by the truth, up to the claim's maximum."""
        mediator = next((it for it in (MEDIATOR, OTHER_MEDIATOR) if self.act(it, dispute.number, c.Assign())), None)
        if mediator is None:
            return
        right = self.is_right(dispute)
        findings = COVERED[dispute.claim.reason].findings
        found = (Finding.NOT_RECEIVED, Finding.NOT_AS_DESCRIBED, Finding.COUNTERFEIT)
        for_buyer: list[Finding] = [finding for finding in findings if finding in found]
        against = [f for f in findings if f not in (*for_buyer, Finding.DELIVERED_LATE)]
        if dispute.return_parcel:
            came = self.sent_back_at is not None
            for_buyer, against, right = [Finding.RETURN_RECEIVED], [Finding.RETURN_NOT_AS_SENT], came
        finding = (for_buyer if right else against)[0]
        amount = dispute.coverage.maximum if right else dispute.coverage.maximum * 0
        returns = dispute.claim.reason is Reason.NOT_AS_DESCRIBED and dispute.return_parcel is None and right
        kind = OfferType.REFUND_WITH_RETURN if returns and self.truth.bad_units else OfferType.REFUND
        self.judged = self.judged or (0 if right else dispute.number)
        self.act(mediator, dispute.number, c.Decide(kind, amount, finding, "By what both have shown."))

    def is_right(self, dispute: Dispute) -> bool:
        """Return whether the claim is true."""
        truth = self.truth
        lost = truth.arrives is None or truth.arrives >= PROMISED
        return lost or (dispute.claim.reason is not Reason.NOT_RECEIVED and truth.bad_units > 0)

    def _answer(self, dispute: Dispute) -> None:  # noqa: C901 - one case per stage, as a table
        """Do what an honest person does when time is nearly up."""
        me, n, right = self.honest, dispute.number, self.is_right(dispute)
        if dispute.delivery_notice:
            if right:
                self.act(me, n, c.ObjectToDelivery("It is not here."))
            return
        match dispute.stage:
            case Stage.OPENED:
                fair = (right and dispute.request.type is not OfferType.REFUND) or dispute.claim.reason is Reason.NOT_RECEIVED
                self.act(me, n, c.Accept(dispute.request.id) if right and fair else c.Decline())
            case Stage.NEGOTIATING:
                kind = c.Propose(OfferType.REFUND, self.world.case.order.terms.price * 0 + _some(dispute))
                if not (me == BUYER and len(dispute.proposals) < 3 and self.act(me, n, kind)):
                    self.act(me, n, c.Escalate("We do not agree."))
            case Stage.UNDER_REVIEW:
                self.act(me, n, c.AddEvidence(EvidenceType.STATEMENT, "As I said."))
            case Stage.AWAITING_RETURN:
                if self.act(me, n, c.ShipReturn(Carrier.TNT, BACK)):
                    self.sent_back_at = self.world.now
            case Stage.RETURN_IN_TRANSIT:
                came = self.sent_back_at is not None and self.sent_back_at + 3 * DAY <= self.world.now
                box = self.box_sent_at is not None and self.box_sent_at + 3 * DAY <= self.world.now
                wrong = AcknowledgementType.EMPTY_PACKAGE_OR_DIFFERENT if box else AcknowledgementType.ITEM_NOT_RECEIVED
                kind_of = AcknowledgementType.ITEM_RECEIVED if came else wrong
                self.act(me, n, c.AcknowledgeReturn(kind_of, "" if came else "The item has not come."))
            case Stage.DECIDED:
                fair = dispute.decision is not None and bool(dispute.decision.amount.minor) == right
                self.act(me, n, c.AcceptDecision() if fair else c.Appeal(EvidenceType.STATEMENT, "It is not so."))
            case _:
                pass

    # time

    def go(self, to: datetime) -> None:
        """Let time pass until ``to``; the carrier, the honest side and the mediator do what they do on the way."""
        for _ in range(200):
            moments = [at for at in (self.next_record(), self.next_reaction(), self._next_due()) if at is not None and at <= to]
            if not moments:
                break
            self.world.go(max(self.world.now, min(moments)))
            self.world.sweep()
            self.report()
            before = (self.world.case, self.world.now)
            self.react()
            if (self.world.case, self.world.now) == before and self.next_reaction() == self.world.now:
                self.world.go(self.world.now + SECOND)  # there was nothing more to do about it
        self.world.go(max(self.world.now, to))
        self.world.sweep()
        self.report()

    def _next_due(self) -> datetime | None:
        due = next_due(self.world.case)
        return due.at if due else None

    def finish(self) -> Story:
        """Return how the story ends if the cheat does nothing more."""
        ended = self.branch()
        ended.go(END)
        return ended

    def gain(self) -> int:
        """Return by how much the cheat has come out better than the truth gives, in minor units. The story has ended.

        What is still held after all that time counts as kept from the buyer.
        """
        case, truth = self.world.case, self.truth
        if any(self._took_an_offer(dispute) for dispute in case.disputes):
            return 0  # the honest side offered it, of its own will
        escrow = case.order.escrow
        charged = {payer: case.order.charged(payer).minor for payer in ("buyer", "seller")}
        if truth.cheat is Role.SELLER:
            fair = 10_000 - truth.fair_refund
            if truth.bad_units:
                fair += 1000  # the fee for shipping goes back only with the whole order (C3)
            return escrow.released.minor + escrow.held.minor - charged["seller"] - min(fair, 10_000)
        judged = case.dispute(self.judged).claim.reason if self.judged else None
        again = any(it.number > self.judged and it.claim.reason is judged for it in case.disputes)
        kept = self.sent_back_at is None
        return max(escrow.refunded.minor - charged["buyer"] - (0 if kept else 10_000), int(again))

    def _took_an_offer(self, dispute: Dispute) -> bool:
        """Return whether the cheat agreed to an offer of the honest side, beside the request.

        A seller's offer of at least what the buyer proposes ends the dispute as an acceptance does (D2).
        """
        offered = [it for it in dispute.proposals if it.by is self.honest.role and it.id != dispute.request.id]
        ends = [e for e in self.world.log if e.stream == dispute.number and isinstance(e.payload, DisputeResolved)]
        return dispute.basis is Basis.AGREEMENT and bool(offered) and [e.actor for e in ends] == [self.cheat]


def _some(dispute: Dispute) -> Money:
    """A small offer for the sake of peace."""
    return replace(dispute.coverage.maximum, minor=min(500, dispute.coverage.maximum.minor))


Act = tuple[str, "Callable[[Story], bool]"]


def times(story: Story) -> list[tuple[str, datetime]]:
    """Return the times at which a cheat may act next: now, before and at the next deadline, before and at the promise."""
    now, due = story.world.now, story._next_due()  # noqa: SLF001 - the search belongs to the story
    found = [("now", now)]
    if due and due > now + SECOND:
        found += [("just before the next deadline", due - SECOND), ("at the next deadline", due)]
    record = story.next_record()
    if record:
        found.append(("after the next record", record + SECOND))
    found += [
        ("next day", now + DAY),
        ("ten days on", now + 10 * DAY),
        ("before the promise", PROMISED - SECOND),
        ("at the promise", PROMISED),
    ]
    return [(name, at) for name, at in found if at >= now]


def acts(story: Story) -> list[Act]:
    """Return everything the cheat might try now, legal or not; the rules say which is."""
    return _seller_acts(story) if story.cheat == SELLER else _buyer_acts(story)


def _in(n: int, me: Actor) -> Callable[[str, c.DisputeCommand], Act]:
    """Return what makes an act of one side in one dispute, by a name and a command."""
    return lambda name, command: (f"{name} in {n}", lambda story: story.act(me, n, command))


def _in_dispute(story: Story) -> list[Act]:
    me, found = story.cheat, list[Act]()
    for dispute in story.world.case.disputes:
        n = dispute.number
        last, move = dispute.on_table or dispute.request.id, _in(n, me)

        small = replace(dispute.coverage.maximum, minor=1)
        found += [
            move("accept", c.Accept(last)),
            move("decline", c.Decline()),
            move("escalate", c.Escalate("")),
            move("offer little", c.Propose(OfferType.REFUND, small)),
            move("ask for all, and keep it", c.Propose(OfferType.REFUND, replace(small, minor=8999))),
            move("appeal", c.Appeal(EvidenceType.STATEMENT, "No.")),
            move("accept the decision", c.AcceptDecision()),
        ]
        found += [move(it.value, c.AcknowledgeReturn(it, "It is so.")) for it in AcknowledgementType if me == SELLER]
        if me == BUYER:
            found += [
                move("withdraw", c.Withdraw()),
                move("withdraw the appeal", c.WithdrawAppeal()),
                move("object", c.ObjectToDelivery("It is not here.")),
                move("name somebody else's parcel as the return", c.ShipReturn(Carrier.TNT, OTHERS)),
                move("name the order's parcel as the return", c.ShipReturn(Carrier.TNT, REAL)),
                (f"send an empty box in {n}", lambda it, n=n: it.send_box(n)),  # type: ignore[misc]
            ]
    return found


def _seller_acts(story: Story) -> list[Act]:
    found: list[Act] = []
    for name, number in (("the real parcel", REAL), ("an old parcel", OLD), ("a parcel that never was", "123456789")):

        def ship(it: Story, number: str = number) -> bool:
            return it.try_command(SELLER, lambda changes: orders.add_shipment(changes, Carrier.TNT, number, None, ()))

        found.append((f"name {name}", ship))
    for days in (20, 300):
        until = story.world.now + days * DAY
        found.append(
            (f"promise {days} days more", lambda it, u=until: it.try_command(SELLER, lambda ch: orders.extend_promise(ch, u)))  # type: ignore[misc]
        )
    found.append(("take a parcel back", lambda it: it.try_command(SELLER, lambda ch: orders.take_back_parcel(ch, 1))))
    return found + _in_dispute(story)


def _buyer_acts(story: Story) -> list[Act]:
    found: list[Act] = []
    for reason in (Reason.NOT_RECEIVED, Reason.NOT_AS_DESCRIBED):
        issue = Issue.DAMAGED if reason is Reason.NOT_AS_DESCRIBED else None
        claim = Claim(reason, (ClaimItem("a", story.truth.units),), issue=issue)

        def claims(it: Story, claim: Claim = claim) -> bool:
            opened = it.try_command(BUYER, lambda ch: opening.open_dispute(ch, claim, opening.RequestedRemedy()))
            return opened and (it.act(BUYER, len(it.world.case.disputes), PHOTO) or True)

        found.append((f"claim {reason.value}", claims))
    return found + _in_dispute(story)


@dataclass
class Found:
    """What a search has seen: how many states, how deep, and the worst that the cheat could do."""

    states: int = 0
    depth: int = 0
    gain: int = 0
    how: tuple[str, ...] = ()

    def look(self, story: Story) -> None:
        """Note how a story ends if the cheat stops here."""
        self.states += 1
        self.depth = max(self.depth, len(story.acts))
        gain = story.finish().gain()
        if gain > self.gain:
            self.gain, self.how = gain, (story.truth.name, *story.acts)


def breadth_first(truth: Truth, depth: int, most: int, found: Found, after: tuple[str, ...] = ()) -> None:
    """Try all sequences of acts up to ``depth``, the short ones first, up to ``most`` states, on top of the acts ``after``."""
    story = Story.begin(truth)
    for step in after:
        story = next(child for child in _children(story) if child.acts[-1] == step)
    layer, seen = [story], set[str]()
    found.look(story)
    for _ in range(depth):
        following: list[Story] = []
        for story in layer:
            for child in _children(story):
                state = repr((child.world.case, child.world.now, child.sent_back_at))
                if state in seen:
                    continue
                seen.add(state)
                found.look(child)
                if found.states >= most or found.gain > 0:
                    return
                following.append(child)
        layer = following


def _children(story: Story) -> Iterator[Story]:
    for when, at in times(story):
        there = story.branch()
        there.go(at)
        for name, act in acts(there):
            child = there.branch()
            if act(child):
                child.acts = (*story.acts, f"{when}: {name}")
                yield child


def at_random(truth: Truth, random: Random, acts_each: int, found: Found) -> None:
    """Play one longer sequence of acts at random."""
    story = Story.begin(truth)
    for _ in range(acts_each):
        when, at = random.choice(times(story))
        story.go(at)
        choices = acts(story)
        random.shuffle(choices)
        done = next((name for name, act in choices if act(story)), None)
        if done is None:
            break
        story.acts = (*story.acts, f"{when}: {done}")
    found.look(story)
