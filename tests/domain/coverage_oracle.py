"""The coverage rules (C1-C4, D5, D7) read once more, plainly, from facts alone: the table's verdicts are held against it.

Nothing here comes from ``chalicelib``. Where the rules leave a choice open, the choice is the one that ``docs/rules.md`` names.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cache

from tests.domain.coverage_facts import Earlier, Facts, Moment, delivered_at, has_ended, is_open, promise, protection_over

DISPROVED = ("not_as_described", "counterfeit")
"""The reasons that a finding of ``seller_proved_as_described`` answers."""
RETURNS = ("domestic_returns", "extra_returns")

Verdict = tuple[object, ...]
"""Either (not covered, exclusion, line, units left), or (not yet, date, line), or (covered, guarantee, reason, remedies).

The line is the first that stands in the way, and the date is None while a claim waits for a delivery.
"""

# C2, C3, D5, D7: what earlier disputes leave.


def judged(facts: Facts, reason: str) -> str:
    """Without Guaranteed Genuine a counterfeit is treated as not as described."""
    offered = [guarantee for guarantee, _ in facts.offered]
    return "not_as_described" if reason == "counterfeit" and "guaranteed_genuine" not in offered else reason


def units_settled(facts: Facts, reason: str, line: str, now: datetime) -> int:
    """Count the units of a line of which a dispute for that reason has ended.

    What was found to be as described is settled for whatever that finding excludes.
    """
    return sum(it.units for it in facts.earlier if it.line == line and has_ended(it, now) and _settles(facts, it, reason))


def _settles(facts: Facts, it: Earlier, reason: str) -> bool:
    # A withdrawn claim may come back while protection is open, and once it is closed none may (D7).
    # What the carrier's record closed rests on the record alone (C5).
    if it.how in ("withdrawn", "record"):
        return False
    return judged(facts, it.reason) == reason or (_proves(it) and reason in DISPROVED)


def _proves(it: Earlier) -> bool:
    return it.finding == "seller_proved_as_described"


def units_open(facts: Facts, line: str, now: datetime, reason: str | None = None) -> int:
    """Count the units of a line that are in an open dispute, for a reason or for any."""
    mine = [it for it in facts.earlier if it.line == line and is_open(it, now)]
    return sum(it.units for it in mine if reason is None or judged(facts, it.reason) == reason)


def units_left(facts: Facts, reason: str, line: str, now: datetime) -> int:
    """Count the units of a line that can be claimed for a reason.

    Open disputes are about different units, and so are those for one reason; a unit settled for one reason may be in
    dispute for another.
    """
    alike = units_settled(facts, reason, line, now) + units_open(facts, line, now, reason)
    return max(0, facts.sold[line][0] - max(alike, units_open(facts, line, now)))


def units_proved(facts: Facts, line: str, now: datetime) -> int:
    """Count the units of a line that a mediator found to be as described."""
    return sum(it.units for it in facts.earlier if it.line == line and _proves(it) and has_ended(it, now))


# C3, C4: money.


@cache
def shares(amount: int, *weights: int) -> tuple[int, ...]:
    """Split an amount by the largest-remainder method, in exact fractions; the first of equals gets the odd one."""
    exact = [Fraction(amount * weight, sum(weights)) for weight in weights]
    whole = [int(part) for part in exact]
    by_remainder = sorted(range(len(weights)), key=lambda i: whole[i] - exact[i])
    for i in by_remainder[: amount - sum(whole)]:
        whole[i] += 1
    return tuple(whole)


def shipping_of(facts: Facts, line: str) -> int:
    """Return a line's share of the shipping fee, by price."""
    return dict(zip(facts.sold, shares(facts.fee, *(n * unit for n, unit in facts.sold.values())), strict=True))[line]


def worth(facts: Facts, line: str, units: int) -> tuple[int, int]:
    """Return what some units of a line cost: their price, and their share of its shipping."""
    quantity, unit = facts.sold[line]
    return units * unit, shares(shipping_of(facts, line), units, quantity - units)[0]


def left(facts: Facts, line: str, now: datetime) -> tuple[int, int]:
    """Return what was paid for a line less what was refunded: of its price, and of its shipping."""
    quantity, unit = facts.sold[line]
    back = [it for it in facts.earlier if it.line == line and has_ended(it, now)]
    return quantity * unit - sum(it.items for it in back), shipping_of(facts, line) - sum(it.shipping for it in back)


def most(facts: Facts, line: str, units: int, now: datetime) -> tuple[int, int]:
    """Return the most that can still be refunded on some units: no more than is left beside what open disputes may take."""
    price, shipping = worth(facts, line, units)
    of_price, of_shipping = left(facts, line, now)
    for it in facts.earlier:
        if it.line == line and is_open(it, now):
            theirs, with_it = most(facts, line, it.units, it.opened - timedelta(microseconds=1))
            of_price -= theirs
            of_shipping -= with_it if judged(facts, it.reason) in ("not_received", "counterfeit") else 0
    return min(price, of_price), min(shipping, of_shipping)


# C1, C2: the verdict.


@dataclass(frozen=True)
class Seen:
    """The facts of an order as they are known at ``now``: each line is looked at once, for all claims."""

    facts: Facts
    now: datetime
    delivered: dict[str, Moment]
    promised: dict[str, datetime]
    over: bool


def look(facts: Facts, now: datetime) -> Seen:
    """Find out what is known at a moment."""
    delivered = {line: delivered_at(facts, line, now) for line in facts.sold}
    return Seen(facts, now, delivered, {line: promise(facts, line, now) for line in facts.sold}, protection_over(facts, now))


def _delivered_in_time(seen: Seen, reason: str, line: str, _: int) -> bool:
    """A promise has passed at its very second (D9): what arrives then is late."""
    at = seen.delivered[line]
    return reason == "not_received" and at is not None and at < seen.promised[line]


def _proved(seen: Seen, reason: str, line: str, units: int) -> bool:
    return reason in DISPROVED and units > seen.facts.sold[line][0] - units_proved(seen.facts, line, seen.now)


def _changed_mind(seen: Seen, reason: str, _: str, __: int) -> bool:
    return reason == "no_longer_wanted" and not set(RETURNS) & {guarantee for guarantee, _ in seen.facts.offered}


def _deadline_passed(seen: Seen, _: str, __: str, ___: int) -> bool:
    return seen.over


def _refunded(seen: Seen, _: str, line: str, __: int) -> bool:
    return left(seen.facts, line, seen.now)[0] <= 0


def _settled(seen: Seen, reason: str, line: str, units: int) -> bool:
    return units > seen.facts.sold[line][0] - units_settled(seen.facts, reason, line, seen.now)


def _in_dispute(seen: Seen, reason: str, line: str, units: int) -> bool:
    return units > units_left(seen.facts, reason, line, seen.now)


EXCLUSIONS = {
    "carrier_shows_delivered": _delivered_in_time,
    "seller_proved_as_described": _proved,
    "changed_mind": _changed_mind,
    "deadline_passed": _deadline_passed,
    "already_refunded": _refunded,
    "already_settled": _settled,
    "dispute_already_open": _in_dispute,
}
"""Those of C2 that are about a line, in its order. The first two of C2 are about the whole claim."""
BY_UNITS = ("seller_proved_as_described", "already_settled", "dispute_already_open")


def verdict(seen: Seen, reason: str, claimed: dict[str, int]) -> Verdict:
    """Return the verdict on a claim: the first exclusion that holds, else what it waits for, else what it is worth."""
    facts, now = seen.facts, seen.now
    as_reason = judged(facts, reason)
    if reason == "unauthorised_charge":
        return "not covered", "unauthorised_charge", None, None
    if not facts.on_platform:
        return "not covered", "paid_outside_platform", None, None
    for exclusion, holds in EXCLUSIONS.items():
        for line, units in claimed.items():
            if holds(seen, as_reason, line, units):
                others = units_left(facts, as_reason, line, now) if exclusion in BY_UNITS else None
                return "not covered", exclusion, line, others
    worth_now = _remedies(facts, as_reason, claimed, now)
    if not any(most_of_it for _, most_of_it, _ in worth_now):
        return "not covered", "already_refunded", next(iter(claimed)), None
    waits = [(line, at) for line in claimed for at in [_opens(seen, as_reason, line)] if at is None or at > now]
    if waits:
        # Every line has to be covered before the claim is: the last date counts, and no date comes after all.
        line, at = max(waits, key=lambda it: (it[1] is None, it[1] or now))
        return "not yet", at, line
    return "covered", _guarantee(facts, as_reason)[0], as_reason, worth_now


def _opens(seen: Seen, reason: str, line: str) -> Moment:
    return seen.promised[line] if reason == "not_received" else seen.delivered[line]


def _guarantee(facts: Facts, reason: str) -> tuple[str, str]:
    """Return the guarantee that covers a reason, and who pays the postage of a return."""
    if reason == "no_longer_wanted":
        returns = [it for it in facts.offered if it[0] in RETURNS]
        return min(returns, key=lambda it: it[1] != "seller")
    names = {"not_received": "on_time_delivery", "not_as_described": "as_described", "counterfeit": "guaranteed_genuine"}
    return names[reason], "seller"


def _remedies(facts: Facts, reason: str, claimed: dict[str, int], now: datetime) -> tuple[tuple[str, int, str | None], ...]:
    """Return what may be asked, how much at most, and who pays the return's postage.

    A partial refund is at least a minor unit less than the price, and so is what is paid beside a replacement (D2).
    """
    parts = [most(facts, line, units, now) for line, units in claimed.items()]
    price, shipping = sum(part[0] for part in parts), sum(part[1] for part in parts)
    payer = _guarantee(facts, reason)[1]
    part = max(price - 1, 0)
    kept = (("refund", part, None),) if part else ()
    if reason == "not_received":
        return ("refund", price + shipping, None), ("replacement", part, None)
    if reason == "counterfeit":
        return (("refund", price + shipping, None),)
    if reason == "no_longer_wanted":
        return (("refund_with_return", price, payer),)
    whole_order = claimed == {line: quantity for line, (quantity, _) in facts.sold.items()}
    return (
        ("refund_with_return", price + (shipping if whole_order else 0), payer),
        *kept,
        ("replacement", part, None),
        ("replacement_with_return", part, payer),
    )
