"""Play random histories against the pure core, and check that they reach every stage, event and kind of refusal."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, fields
from multiprocessing import get_context
from random import Random
from typing import TYPE_CHECKING

import pytest

from chalicelib.domain import acting
from chalicelib.domain import commands as c
from chalicelib.domain import events as e
from chalicelib.domain.acting import ACTION_OF
from chalicelib.domain.changes import Changes
from chalicelib.domain.deadlines import EXPIRIES, next_due
from chalicelib.domain.dispute import Outcome, Stage
from chalicelib.domain.guarantees import FINDINGS_BY_DEFAULT, Basis, Guarantee
from chalicelib.domain.people import CLOCK
from chalicelib.domain.refusals import Refusal
from chalicelib.domain.state_machine import STAGES, TABLE, Action
from tests.domain.explorer import PEOPLE, Explorer, Step
from tests.domain.invariants import Auditor, all_ended
from tests.domain.worlds import DAY, NEWS, World
from tests.randomness import seeds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.domain.case import Case
    from chalicelib.domain.dispute import Dispute
    from chalicelib.domain.people import Actor, Role

SEEDS = seeds(10_000)
FEW = seeds(500)
"""Those of the histories that every run of the tests lives through."""
STEPS, STEPS_AFTER_THE_END = 30, 3
LONG_AFTER = 1500 * DAY
WITHOUT_PARAMETERS = (
    *(c.Escalate(), c.Withdraw(), c.Assign(), c.GiveBack(), c.AcceptDecision(), c.WithdrawAppeal(), c.Decline()),
    NEWS,
)


@dataclass
class Tally:
    """The places that the histories reached, and every rule that they found broken."""

    steps: int = 0
    events: int = 0
    stages: Counter[Stage] = field(default_factory=Counter)
    outcomes: Counter[Outcome | None] = field(default_factory=Counter)
    bases: Counter[Basis | None] = field(default_factory=Counter)
    payloads: Counter[str] = field(default_factory=Counter)
    guarantees: Counter[Guarantee] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    expiries: Counter[str] = field(default_factory=Counter)
    returns_forgone: int = 0
    led_to: dict[tuple[Stage, Action, Role], set[Stage]] = field(default_factory=dict)
    expired_to: dict[Stage, set[Stage]] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)


class History:
    """One random history, watched at every step."""

    def __init__(self, seed: int, tally: Tally) -> None:
        """Begin a history that counts into ``tally``."""
        self.explorer = Explorer(seed)
        self.random = Random(-seed)
        self.tally = tally
        self.explorer.look = self._watch_the_clock
        self.world = self.explorer.world
        self.auditor = Auditor(self.world.policies)
        self.taken: list[Step] = []
        self.refusals: list[str | None] = []

    def live(self) -> None:
        """Take thirty steps, or a few less when all has ended, check what holds after each, and let the clock end it all."""
        beginning, after_the_end = self.explorer.beginning(), 0
        for make in (*beginning, *[self.explorer.next_step] * (STEPS - len(beginning))):
            self._take(make())
            after_the_end += self.world.known is not None and all_ended(self.world.known)
            if after_the_end > STEPS_AFTER_THE_END:
                break
        if self.world.case.order.external_open:
            self._take(self.explorer.ending_outside())
        self.world.wait(LONG_AFTER)
        self._watch_the_clock()
        self.auditor.audit(self.world.log, self.world.case, self.world.now)
        assert all_ended(self.world.case), "D12: the clock alone ends everything"
        self._count()

    def replay(self) -> None:
        """Take the same steps with sweeps in between, at random times and in random number, or none: nothing differs (D9).

        The records of one call come in another order, which changes nothing either (I16).
        """
        world, refusals = World(now=self.world.log[0].at), []
        often = self.random.choice((0, 0, 1, 2))
        for step in self.taken:
            earliest = world.now
            for moment in sorted(self.random.random() for _ in range(self.random.randint(0, often))):
                if world.known is not None:
                    world.go(earliest + moment * (step.at - earliest)).sweep()
            refused = step.shuffled(self.random).take(world)
            refusals.append(refused.code if refused else None)
        world.wait(self.random.random() * LONG_AFTER).sweep()
        world.go(self.world.now).sweep()
        assert refusals == self.refusals, "D9: sweeps change no answer"
        assert world.log == self.world.log, "D9: sweeps change no event"
        assert world.case == self.world.case, "D9: sweeps change no state"

    def _take(self, step: Step) -> None:
        world = self.world
        before = len(world.log)
        refused = step.take(world) if step.move is None else self._move(step)
        self.taken.append(step)
        self.refusals.append(refused.code if refused else None)
        self.tally.steps += 1
        if refused:
            self.tally.refusals[refused.code] += 1
            assert len(world.log) == before, "D10: a refusal records nothing"
        elif step.command is not None:
            self.auditor.audit(world.log, world.case, world.now)
            self._check_offers()

    def _move(self, step: Step) -> Refusal | None:
        """Take one action in a dispute, noting where it led, or that it recorded nothing."""
        assert step.move is not None
        number, command = step.move
        led: list[tuple[tuple[Stage, Action, Role], Stage]] = []

        def perform(changes: Changes) -> None:
            stage, recorded = changes.dispute(number).stage, len(changes.events)
            try:
                acting.perform(changes, number, command, step.actor)
            except Refusal:
                assert len(changes.events) == recorded, "D10: a refused action records nothing"
                raise
            cell = (stage, ACTION_OF[type(command)], step.actor.role)
            led.append((cell, changes.dispute(number).stage))

        refused = Step(step.at, step.actor, perform).take(self.world)
        for cell, stage in led:
            self.tally.led_to.setdefault(cell, set()).add(stage)
            self.tally.stages[stage] += 1
        return refused

    def _watch_the_clock(self) -> Case:
        """Sweep deadline by deadline, noting what each leads to. Returns the case as of now."""
        world = self.world
        changes = Changes(world.case, world.policies, world.addresses)
        while (due := next_due(changes.case)) and due.at <= world.now:
            before, seen = changes.case, len(changes.events)
            changes.turn(CLOCK, due.at)
            due.apply(changes)
            first = changes.events[seen]
            kind = first.payload.type
            if first.stream and before.dispute(first.stream).delivery_notice:
                kind = "delivery_notice"
            elif first.stream and not isinstance(first.payload, e.InformationRequestLapsed | e.MediatorReleased):
                left, entered = before.dispute(first.stream).stage, changes.dispute(first.stream).stage
                self.tally.expired_to.setdefault(left, set()).add(entered)
                self.tally.stages[entered] += 1
                kind = left.value
            self.tally.expiries[kind] += 1
        world.keep(changes)
        return world.case

    def _check_offers(self) -> None:
        """Check that one person's allowed actions are possible, by an action that needs no details."""
        case, now = self.world.case, self.world.now
        if not case.disputes:
            return
        dispute: Dispute = self.random.choice(case.open_disputes or case.disputes)
        actor: Actor = self.random.choice(PEOPLE)
        offered = [allowed.action for allowed in acting.allowed_actions(case, dispute, actor, now)]
        command = self.random.choice(WITHOUT_PARAMETERS)
        changes = Changes(case, self.world.policies, self.world.addresses)
        changes.turn(actor, now)
        try:
            acting.perform(changes, dispute.number, command, actor)
        except Refusal:
            done = False
        else:
            done = True
        action = ACTION_OF[type(command)]
        assert done == (action in offered), f"D10: {action} offered to {actor.role} in {dispute.stage}: {not done}"

    def _count(self) -> None:
        tally, world = self.tally, self.world
        tally.events += len(world.log)
        tally.outcomes.update(dispute.outcome for dispute in world.case.disputes)
        for event in world.log:
            payload = event.payload
            tally.payloads[payload.type] += 1
            match payload:
                case e.DisputeOpened(_, __, coverage):
                    tally.guarantees[coverage.guarantee] += 1
                case e.DisputeResolved(_, __, basis, forgone):
                    tally.bases[basis] += 1
                    tally.returns_forgone += forgone
                case e.DecisionMade(decision):
                    tally.findings[decision.finding] += 1


def explore(seeds: range) -> Tally:
    """Live through the histories of these seeds, and tell what they reached and broke."""
    tally = Tally()
    for seed in seeds:
        history = History(seed, tally)
        try:
            history.live()
            history.replay()
        except Exception as wrong:  # noqa: BLE001 - whatever goes wrong is told with its seed
            step = len(history.taken)
            tally.broken.append(f"seed {seed}, step {step}: {type(wrong).__name__}: {str(wrong).splitlines()[:1]}")
    return tally


def merged(tallies: Iterable[Tally]) -> Tally:
    """Return the sum of several runs."""
    whole = Tally()
    for tally in tallies:
        for known in fields(Tally):
            mine, theirs = getattr(whole, known.name), getattr(tally, known.name)
            if isinstance(mine, Counter):
                mine.update(theirs)
            elif isinstance(mine, dict):
                for key, found in theirs.items():
                    mine.setdefault(key, set()).update(found)
            else:
                setattr(whole, known.name, mine + theirs)
    return whole


@pytest.fixture(scope="session")
def tally() -> Tally:
    """Return what the histories of all seeds reached, explored once on two cores, and printed."""
    started, chunk = time.monotonic(), 250
    chunks = [SEEDS[first : first + chunk] for first in range(0, len(SEEDS), chunk)]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        found = merged(pool.map(explore, chunks))
    took = time.monotonic() - started
    print(f"\n{len(SEEDS)} histories from seed {SEEDS.start} on, {found.steps} steps, {found.events} events in {took:.0f} s")  # noqa: T201 - figures to read
    for name in COUNTED:
        print(f"  {name}:", ", ".join(f"{key} {count}" for key, count in getattr(found, name).most_common()))  # noqa: T201
    return found


COUNTED = ("stages", "outcomes", "bases", "expiries", "guarantees", "findings", "payloads", "refusals")
EXPIRY_KINDS = {stage.value for stage in EXPIRIES} | {"information_request_lapsed", "order_completed", "payment_retried"}
EXPIRY_KINDS |= {"payment_republished", "payment_overdue", "delivery_notice", "refund_issued", "mediator_released"}
REFUSAL_CODES = {
    "attestation_required",
    "conflict",
    "invalid",
    "invalid_tracking_number",
    "not_covered",
    "not_yet_covered",
    "return_address_required",
    "return_label_required",
    "stale_proposal",
    "too_early",
    "too_late",
    "wrong_party",
    "wrong_state",
}


def test_the_first_histories_break_no_rule() -> None:
    """As below, for the first of the histories."""
    assert [] == explore(FEW).broken


@pytest.mark.deep
def test_no_history_breaks_a_rule(tally: Tally) -> None:
    """I1, I2, I4, I7, I12-I14, I16, D9, D10, D12: at every step and at the end of every history, swept at any time, all hold.

    Escrow is conserved and reckons up from the ledger (O3); no instruction is issued twice (M2); numbers have no gaps and
    the log folds to the state (D11); line caps and one open dispute a line (C3); refusals record nothing and what is
    offered can be done (D10); the clock ends everything by itself (D12); and replayed with sweeps at random times, or with
    none but the last, a history gives the same answers, the same log and the same state (D9).
    """
    assert tally.broken == []
    assert tally.steps > len(SEEDS) * STEPS / 2


@pytest.mark.deep
def test_every_stage_and_outcome_is_reached(tally: Tally) -> None:
    """Section 4: the histories reach every stage, outcome and ground of resolution, and forgo returns."""
    assert set(Stage) == set(tally.stages)
    assert set(Outcome) == set(tally.outcomes)
    assert {None, *Basis} == set(tally.bases)
    assert tally.returns_forgone > 0


@pytest.mark.deep
def test_every_deadline_passes(tally: Tally) -> None:
    """D12: the histories let every kind of deadline pass, and see every default decision."""
    assert set(tally.expiries) == EXPIRY_KINDS
    assert set(FINDINGS_BY_DEFAULT) < set(tally.findings)


@pytest.mark.deep
def test_every_event_happens(tally: Tally) -> None:
    """D11: the histories contain every kind of event there is, under every guarantee."""
    assert set(e.PAYLOADS) == set(tally.payloads)
    assert set(Guarantee) == set(tally.guarantees)


@pytest.mark.deep
def test_every_refusal_is_met(tally: Tally) -> None:
    """D10: the histories meet every refusal but the limits, which have cases of their own."""
    assert set(tally.refusals) >= REFUSAL_CODES


@pytest.mark.deep
def test_each_action_leads_exactly_where_its_rule_says(tally: Tally) -> None:
    """D10: over all histories, ``Rule.leads_to`` holds the stages an action led to: none is missing, none is made up."""
    said = {cell: set(rule.leads_to) for cell, rule in TABLE.items()}

    assert said == tally.led_to


@pytest.mark.deep
def test_each_expiry_leads_exactly_where_it_says(tally: Tally) -> None:
    """D12: over all histories, ``Expiry.leads_to`` holds the stages a deadline led to: none is missing, none is made up."""
    said = {stage: set(rule.expiry.leads_to) for stage, rule in STAGES.items() if rule.expiry}

    assert said == tally.expired_to
