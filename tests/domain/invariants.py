"""Check the invariants of every order after every step, from its event log only."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from chalicelib.domain import events as e
from chalicelib.domain.dispute import Stage
from chalicelib.domain.evolve import evolve
from chalicelib.domain.guarantees import Basis
from chalicelib.domain.ledger import LedgerEntry, Movement, PaymentInstruction
from chalicelib.domain.parcel import CarrierStatus
from chalicelib.domain.stages import next_due_at, own_due_at

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.case import Case
    from chalicelib.domain.dispute import Dispute
    from chalicelib.domain.events import Event
    from chalicelib.domain.parcel import Parcel
    from chalicelib.domain.policy import Policy, PolicyBook

TO_CLAIM = timedelta(days=15)
"""The time that a buyer has after a delivery, or the return to its sender, became known (O7)."""
TO_OBJECT = timedelta(days=3)
"""The time that a buyer has to say that a delivery shown in time is not there (C5)."""
EARLIER_THAN_SHIPPED = timedelta(days=2)
"""How much older than the shipment a record may be (O6)."""


@dataclass
class Auditor:
    """Reads the log of one order as it grows, keeps its own books, and compares them with the state."""

    policies: PolicyBook
    read: int = 0
    folded: Case | None = None
    seqs: Counter[int] = field(default_factory=Counter)
    moved: Counter[Movement] = field(default_factory=Counter)
    entries: int = 0
    instructions: set[str] = field(default_factory=set)
    attempts: Counter[str] = field(default_factory=Counter)
    caps: dict[tuple[str, str], int] = field(default_factory=dict)
    refunded: Counter[tuple[str, str]] = field(default_factory=Counter)
    charged: Counter[str] = field(default_factory=Counter)
    changed_at: datetime | None = None
    """When what the records say of a delivery last changed here."""
    shown_at: dict[int, datetime] = field(default_factory=dict)
    """When the buyer was told of a delivery in time, by dispute."""
    last_at: datetime | None = None

    def audit(self, log: list[Event], case: Case, now: datetime) -> None:
        """Take in what is new in ``log`` and check that ``case``, applied up to ``now``, is what it adds up to."""
        for event in log[self.read :]:
            self._take(event)
        self.read = len(log)
        assert self.folded == case, "I4: the log folds to the state"
        self._check_money(case)
        self._check_lines(case)
        self._check_records(case)
        self._check_deadlines(case, now)

    def _take(self, event: Event) -> None:  # noqa: C901, PLR0912 - one case per kind of event, as a table
        self.seqs[event.stream] += 1
        assert self.seqs[event.stream] == event.seq, "I4: sequence numbers without gaps"
        assert self.last_at is None or self.last_at <= event.at, "D9: time never runs backwards in a log"
        self.last_at = event.at
        match event.payload:
            case e.OrderImported(terms):
                self.caps = {(line.id, "items"): line.price.minor for line in terms.lines}
                self.caps |= {(line, "shipping"): share.minor for line, share in terms.shipping_shares().items()}
            case e.PaymentHeld(entry):
                self._post(entry, None)
            case e.RefundIssued(_, entry, shares, instruction):
                self._post(entry, instruction)
                self._spread(entry, shares)
            case e.ExternalDisputeReported(_, entry, shares) if entry:
                self._post(entry, None)
                self._spread(entry, shares)
            case e.Charged(_, entry, instruction):
                self._post(entry, instruction)
                self.charged[entry.debit] += entry.amount.minor
            case e.OrderCompleted(entry, instruction):
                if entry:
                    self._post(entry, instruction)
                assert self.folded is not None
                assert not self.folded.open_disputes, "O7: while a dispute is open nothing is released"
                waited = self.changed_at is None or event.at >= self.changed_at + TO_CLAIM
                assert waited, "I12: the buyer had the whole time after what is known of a delivery changed"
            case e.DisputeResolved(_, __, Basis.CARRIER_SHOWS_DELIVERED):
                assert event.at >= self.shown_at[event.stream] + TO_OBJECT, "I12: the buyer had the time to object"
            case e.DeliveryShown():
                self.shown_at[event.stream] = event.at
            case e.PaymentRetried(instruction_id, attempt):
                self.attempts[instruction_id] += 1
                assert attempt == self.attempts[instruction_id] + 1, "M2: attempts count up"
        if isinstance(event.payload, e.RefundIssued | e.OrderCompleted | e.PaymentRetried | e.PaymentRepublished):
            assert self.folded is not None
            assert not self.folded.order.external_open, "M3: while an external dispute is open nothing is paid"
        before, self.folded = self.folded, evolve(self.folded, event, self.policies)
        if before is not None:
            self._compare(before, self.folded, event)
        if isinstance(event.payload, e.TimeGranted):
            dispute = self.folded.dispute(event.stream)
            moved = own_due_at(dispute, self.folded.policy) == event.payload.until
            assert moved, "D6: time granted moves the deadline to the time named"

    def _compare(self, before: Case, after: Case, event: Event) -> None:
        """Check that an event moved no deadline of another side to an earlier time, and note when it changed a delivery."""
        was_known, is_known = ([_ends(parcel) for parcel in case.order.parcels] for case in (before, after))
        if isinstance(event.payload, e.CarrierReported) and was_known != is_known:
            self.changed_at = event.at
        if before.order.completed_at is None and event.stream == e.ORDER:
            least = min(before.closes_at, event.at + TO_CLAIM)
            assert after.closes_at >= least, "I13: protection ends earlier only with the whole time to claim"
        for was, now in zip(before.disputes, after.disputes, strict=False):
            known = was.return_parcel.delivered_at if was.return_parcel else None
            arrived = known is None and now.return_parcel is not None and now.return_parcel.delivered_at is not None
            if now.open and (was.stage, was.stage_since) == (now.stage, now.stage_since) and not arrived:
                held = _own_deadline(now, after.policy) >= _own_deadline(was, before.policy)
                returned = known is not None and isinstance(event.payload, e.ReturnCarrierReported)
                assert held or returned, "I13: nothing shortens a deadline that runs"

    def _spread(self, entry: LedgerEntry, shares: tuple[e.RefundShare, ...]) -> None:
        for share in shares:
            self.refunded[share.line_id, "items"] += share.items.minor
            self.refunded[share.line_id, "shipping"] += share.shipping.minor
            assert min(share.items.minor, share.shipping.minor) >= 0, "C4: no share below zero"
        parts = sum(share.items.minor + share.shipping.minor for share in shares)
        assert parts == entry.amount.minor, "C4: the parts add up exactly"

    def _post(self, entry: LedgerEntry, instruction: PaymentInstruction | None) -> None:
        self.entries += 1
        assert entry.number == self.entries, "O3: every movement is one entry of the ledger"
        assert entry.amount.minor > 0, "O3: every entry moves something"
        self.moved[entry.movement] += entry.amount.minor
        by_the_bank = (entry.movement, entry.cause) == (Movement.REFUND, "external")
        if entry.movement is not Movement.HOLD and not by_the_bank:
            assert instruction is not None, "M1: money that moves out comes with its instruction"
            assert (instruction.amount, instruction.movement) == (entry.amount, entry.movement), "M1: and the same amount"
            assert instruction.id not in self.instructions, "I2: no instruction twice"
            self.instructions.add(instruction.id)

    def _check_money(self, case: Case) -> None:
        escrow = case.order.escrow
        paid, refunded, released = (self.moved[m] for m in (Movement.HOLD, Movement.REFUND, Movement.RELEASE))
        books = (paid, paid - refunded - released, refunded, released)
        known = (escrow.paid.minor, escrow.held.minor, escrow.refunded.minor, escrow.released.minor)
        assert books == known, "I1: held + refunded + released == paid"
        assert min(books) >= 0, "I1: each is zero or more"
        assert self.instructions == {i.id for i in case.order.instructions}, "I2: each instruction is known once"
        assert len(self.instructions) == len(case.order.instructions), "I2: each instruction is known once"
        most = case.order.terms.price.minor * case.policy.charge_percent_at_most // 100
        assert max(self.charged.values(), default=0) <= most, "M4: no side is charged more than the policy's cap"
        tried = {i.id: i.attempts - 1 for i in case.order.instructions if i.attempts > 1}
        assert tried == self.attempts, "M2: every attempt is on the log"

    def _check_lines(self, case: Case) -> None:
        for (line_id, part), refunded in self.refunded.items():
            assert refunded <= self.caps[line_id, part], "I7: a line is refunded up to its price, its shipping once"
        disputed: Counter[str] = Counter()
        # An appeal against a refund is about that refund alone.
        running = (dispute for dispute in case.open_disputes if not dispute.refund_appealed)
        for item in (item for dispute in running for item in dispute.claim.items):
            disputed[item.line_id] += item.quantity
        more = [line_id for line_id, units in disputed.items() if units > case.order.line(line_id).quantity]
        assert more == [], "I7: at most one open dispute a unit"
        for dispute in case.disputes:
            if dispute.refund is not None:
                assert dispute.refund <= dispute.coverage.maximum, "D2: nothing above the claim's maximum"

    def _check_records(self, case: Case) -> None:
        placed = case.order.terms.placed_at
        for parcel in case.order.parcels:
            first = max(placed, parcel.shipped_at - EARLIER_THAN_SHIPPED)
            own = [it for it in parcel.records if it.occurred_at >= first and it.destination in ("", parcel.destination)]
            ends = {it.occurred_at for it in own if it.status is CarrierStatus.DELIVERED}
            assert parcel.delivered_at in {None, *ends}, "I14: only records of this parcel count"
            back = any(it.status is CarrierStatus.RETURNED_TO_SENDER for it in own)
            assert parcel.delivered_at is None or not back, "O6: what went back to its sender is not delivered"

    def _check_deadlines(self, case: Case, now: datetime) -> None:
        for dispute in case.disputes:
            due = next_due_at(dispute, case.policy)
            assert (due is None) == (dispute.stage is Stage.RESOLVED), "every stage but resolved has a deadline"
            assert due is None or due > now, "D9: whatever has expired is applied"
            going_on = dispute.open and not dispute.refund_appealed  # a refund under appeal keeps its outcome (D5)
            assert (dispute.outcome is None) == going_on, "D8: an outcome is fixed when the dispute ends, and only then"
        if case.order.completed_at is None and not case.open_disputes and not case.order.external_open:
            assert case.closes_at > now, "O7: with no open dispute the order completes when protection closes"


def _ends(parcel: Parcel) -> tuple[datetime | None, datetime | None]:
    return parcel.delivered_at, parcel.returned_at


def _own_deadline(dispute: Dispute, policy: Policy) -> datetime:
    due = own_due_at(dispute, policy)
    assert due is not None
    return due


def all_ended(case: Case) -> bool:
    """Return whether every dispute is resolved, the order completed, and nothing held (D12)."""
    return not case.open_disputes and case.order.completed_at is not None and not case.order.escrow.held.minor
