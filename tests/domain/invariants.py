"""Check the invariants of every order after every step, from its event log only."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chalicelib.domain import events as e
from chalicelib.domain.dispute import Stage
from chalicelib.domain.evolve import evolve
from chalicelib.domain.ledger import LedgerEntry, Movement, PaymentInstruction
from chalicelib.domain.stages import due_at, next_due_at

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.case import Case
    from chalicelib.domain.events import Event
    from chalicelib.domain.policy import PolicyBook


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
    last_at: datetime | None = None

    def audit(self, log: list[Event], case: Case, now: datetime) -> None:
        """Take in what is new in ``log`` and check that ``case``, applied up to ``now``, is what it adds up to."""
        for event in log[self.read :]:
            self._take(event)
        self.read = len(log)
        assert self.folded == case, "I4: the log folds to the state"
        self._check_money(case)
        self._check_lines(case)
        self._check_deadlines(case, now)

    def _take(self, event: Event) -> None:
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
                for share in shares:
                    self.refunded[share.line_id, "items"] += share.items.minor
                    self.refunded[share.line_id, "shipping"] += share.shipping.minor
                    assert min(share.items.minor, share.shipping.minor) >= 0, "C4: no share below zero"
                parts = sum(share.items.minor + share.shipping.minor for share in shares)
                assert parts == entry.amount.minor, "C4: the parts add up exactly"
            case e.OrderCompleted(entry, instruction) if entry:
                self._post(entry, instruction)
                assert self.folded is not None
                assert not self.folded.open_disputes, "O7: while a dispute is open nothing is released"
            case e.PaymentRetried(instruction_id, attempt):
                self.attempts[instruction_id] += 1
                assert attempt == self.attempts[instruction_id] + 1, "M2: attempts count up"
        self.folded = evolve(self.folded, event, self.policies)
        if isinstance(event.payload, e.TimeGranted):
            due = due_at(self.folded.dispute(event.stream), self.folded.policy)
            assert due == event.payload.until, "D6: time granted moves the deadline to the time named"

    def _post(self, entry: LedgerEntry, instruction: PaymentInstruction | None) -> None:
        self.entries += 1
        assert entry.number == self.entries, "O3: every movement is one entry of the ledger"
        assert entry.amount.minor > 0, "O3: every entry moves something"
        self.moved[entry.movement] += entry.amount.minor
        if entry.movement is not Movement.HOLD:
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
        tried = {i.id: i.attempts - 1 for i in case.order.instructions if i.attempts > 1}
        assert tried == self.attempts, "M2: every attempt is on the log"

    def _check_lines(self, case: Case) -> None:
        for (line_id, part), refunded in self.refunded.items():
            assert refunded <= self.caps[line_id, part], "I7: a line is refunded up to its price, its shipping once"
        disputed = Counter(line for dispute in case.open_disputes for line in dispute.claim.line_ids)
        assert max(disputed.values(), default=1) == 1, "I7: at most one open dispute a line"
        for dispute in case.disputes:
            if dispute.refund is not None:
                assert dispute.refund <= dispute.coverage.maximum, "D2: nothing above the claim's maximum"

    def _check_deadlines(self, case: Case, now: datetime) -> None:
        for dispute in case.disputes:
            due = next_due_at(dispute, case.policy)
            assert (due is None) == (dispute.stage is Stage.RESOLVED), "every stage but resolved has a deadline"
            assert due is None or due > now, "D9: whatever has expired is applied"
            assert (dispute.outcome is None) == dispute.open, "D8: an outcome is fixed when the dispute ends, and only then"
        if case.order.completed_at is None and not case.open_disputes:
            assert case.closes_at > now, "O7: with no open dispute the order completes when protection closes"


def all_ended(case: Case) -> bool:
    """Return whether every dispute is resolved, the order completed, and nothing held (D12)."""
    return not case.open_disputes and case.order.completed_at is not None and not case.order.escrow.held.minor
