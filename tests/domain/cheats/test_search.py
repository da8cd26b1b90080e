"""The search for cheats finds none, and finds each old fault when it is put back (I18)."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.domain import coverage, delivery_notice, guards, mediation, orders, returns, stages
from chalicelib.domain.deadlines import advance
from chalicelib.domain.dispute import Dispute, Outcome, Proposal, ReviewDefault
from chalicelib.domain.guarantees import Basis
from chalicelib.domain.order import Order
from chalicelib.domain.parcel import Parcel
from chalicelib.domain.people import Role
from chalicelib.domain.settlement import end
from tests.domain.cheats.search import TRUTHS, Found, at_random, breadth_first
from tests.domain.worlds import PLATFORM
from tests.randomness import SEED, tries

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.changes import Changes

BY_NAME = {truth.name: truth for truth in TRUTHS}
DEPTH, STATES, RANDOM_RUNS, RANDOM_ACTS = 3, 350, 40, 6


@pytest.mark.parametrize("name", BY_NAME)
def test_no_cheat_ends_better_than_the_truth(name: str) -> None:
    """I18: all short sequences of acts, and longer ones at random: the cheat never ends better than the truth gives."""
    found = Found()
    breadth_first(BY_NAME[name], DEPTH, tries(STATES), found)
    for run in range(tries(RANDOM_RUNS)):
        at_random(BY_NAME[name], Random(f"{SEED} {name} {run}"), RANDOM_ACTS, found)
    print(f"{name}: {found.states} states, {found.depth} acts deep")  # noqa: T201 - what the hunt has seen
    assert (0, ()) == (found.gain, found.how)


def put_back_01(patch: pytest.MonkeyPatch) -> None:
    """Count every record that has the parcel's number, from whenever it is."""
    put_back_07(patch)
    put_back_03(patch)


def put_back_03(patch: pytest.MonkeyPatch) -> None:
    """Close protection by when a delivery happened, whenever it became known."""

    def closes_at(order: Order, policy: Any) -> Any:  # noqa: ANN401 - as it was
        return max(order.delivered_at(it.id) or order.promised_by(it.id, policy) for it in order.terms.lines) + policy.days(
            "protection"
        )

    patch.setattr(Order, "closes_at", closes_at)


def put_back_06(patch: pytest.MonkeyPatch) -> None:
    """Judge each record of a call as it comes, close the case at once, and with it protection."""
    put_back_03(patch)
    together = orders.record_carrier_reports

    def close(changes: Changes) -> None:
        for dispute in changes.case.open_disputes:
            if delivery_notice.delivered_in_time(changes, dispute):
                seller = Outcome.RESOLVED_SELLER_FAVOUR
                end(changes, dispute.number, seller, basis=Basis.CARRIER_SHOWS_DELIVERED)

    # The other protections that stand in the way of this fault today are put back with it.
    patch.setattr(orders, "delivery_became_known", close)

    def one_by_one(changes: Changes, told: Any) -> list[Any]:  # noqa: ANN401 - as it was
        results = []
        for report in told:
            results += together(changes, [report])
            advance(changes, changes.now)
            changes.turn(PLATFORM, changes.now)
        return results

    patch.setattr(orders, "record_carrier_reports", one_by_one)


def put_back_07(patch: pytest.MonkeyPatch) -> None:
    """Count records from before a parcel was named."""
    patch.setattr(Parcel, "counts", lambda *_: True)


def put_back_09(patch: pytest.MonkeyPatch) -> None:
    """Count the seller's days from when the return was delivered, whenever that became known."""
    name = next(it for it in ("return_known_at", "return_delivered_at") if hasattr(stages, it))

    def happened(dispute: Dispute) -> Any:  # noqa: ANN401 - as it was
        return dispute.return_parcel.delivered_at if dispute.return_parcel else None

    patch.setattr(stages, name, happened)


def put_back_07_and_09(patch: pytest.MonkeyPatch) -> None:
    """Take an old parcel for a return, and count the seller's days from when it was delivered."""
    put_back_07(patch)
    put_back_09(patch)  # the seller's days from when it became known stand in the way of this fault today


def put_back_10(patch: pytest.MonkeyPatch) -> None:
    """Let the promise be put off without end, and release what no carrier ever had."""
    patch.setattr(Order, "latest_promise", lambda order, line, policy: order.first_promise(line, policy) + timedelta(3650))
    patch.setattr(Order, "undelivered_cause", lambda *_: None)


def put_back_17(patch: pytest.MonkeyPatch) -> None:
    """Decide an appeal that nobody reads for the buyer."""
    patch.setitem(mediation._DEFAULTS, ReviewDefault.DECISION_STANDS, mediation._by_answers)  # noqa: SLF001


def put_back_18(patch: pytest.MonkeyPatch) -> None:
    """Let a decided dispute be withdrawn, and forget what was found."""
    allowed = guards.Guard(guards.NO_DECISION_MADE.name, "always", lambda _: None)
    rules = {cell: rule for cell, rule in mediation_table().items() if guards.NO_DECISION_MADE in rule.guards}
    for cell, rule in rules.items():
        patch.setitem(mediation_table(), cell, type(rule)(rule.stage, rule.action, rule.actor, rule.leads_to, (allowed,)))
    without = tuple(it for it in coverage._EXCLUSIONS if it[1] is not coverage._proved_as_described)  # noqa: SLF001
    patch.setattr(coverage, "_EXCLUSIONS", without)


def mediation_table() -> dict[Any, Any]:
    """The state machine's cells."""
    from chalicelib.domain.state_machine import TABLE  # noqa: PLC0415 - patched in place

    return TABLE


def put_back_20(patch: pytest.MonkeyPatch) -> None:
    """Take a line whole for claimed when one unit of it is."""

    def by_line(case: Any, _: Any, item: Any, __: Any) -> bool:  # noqa: ANN401 - as it was
        return any(item.line_id in dispute.claim.line_ids for dispute in case.disputes)

    old = tuple((it[0], by_line) if it[1] is coverage._in_dispute else it for it in coverage._EXCLUSIONS)  # noqa: SLF001
    patch.setattr(coverage, "_EXCLUSIONS", old)


def put_back_21(patch: pytest.MonkeyPatch) -> None:
    """Take the buyer's last offer for the request."""

    def last(dispute: Dispute) -> Proposal:
        return [it for it in dispute.proposals if it.by is Role.BUYER][-1]

    patch.setattr(Dispute, "request", property(last))


CLAIM = "ten days on: claim not_as_described"
ESCALATE = "just before the next deadline: escalate in 1"
FAULTS: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], str, tuple[str, ...]]] = {
    "01": (put_back_01, "never sent", ()),
    "03": (put_back_03, "damaged, known late", ()),
    "06": (put_back_06, "came back", ()),
    "07": (put_back_07_and_09, "damaged, and kept", (CLAIM,)),
    "09": (put_back_09, "damaged, and kept, known late", ("before the promise: claim not_as_described",)),
    "10": (put_back_10, "never sent", ()),
    "17": (put_back_17, "all is well, appeals unread", (CLAIM, ESCALATE)),
    "18": (put_back_18, "all is well, protected for long", (CLAIM, ESCALATE)),
    "20": (put_back_20, "two of three damaged", ()),
    "21": (put_back_21, "damaged, no mediator", ()),
}


@pytest.mark.parametrize("case", FAULTS)
def test_an_old_fault_that_is_put_back_is_found(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """I18: with one of the faults of the first version back in the rules, the search finds a cheat that profits."""
    put_back, name, after = FAULTS[case]
    put_back(monkeypatch)
    found = Found()
    breadth_first(BY_NAME[name], 4, 1500, found, after)
    assert found.gain > 0


def test_returns_are_looked_at_by_the_search() -> None:
    """I18: the cheat's acts of a return are the rules' own; a module without them would leave a hole."""
    assert hasattr(returns, "ship_return")
