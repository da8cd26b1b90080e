"""The decision table of C1: every reason, offer, delivery, moment, payment and history, against the rules written out again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from functools import cache
from itertools import chain, combinations, product
from typing import TYPE_CHECKING

import pytest

from chalicelib.domain import coverage
from chalicelib.domain.claim import Claim, ClaimItem, Covered, NotCovered, NotYet
from chalicelib.domain.dispute import Decision, Dispute, Outcome, Proposal, Stage
from chalicelib.domain.exclusions import EXPLANATIONS, Exclusion
from chalicelib.domain.guarantees import Finding, Guarantee, OfferedGuarantee, OfferType, Payer, Reason
from chalicelib.domain.people import Role
from tests.domain.worlds import DAY, PROMISED, SECOND, World, money, order_terms

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from chalicelib.domain.case import Case

    Arrivals = tuple[datetime | None, ...]

BOUGHT = {"a": (3, 3333), "b": (2, 5001)}
"""Quantity and unit price of each line: 99.99 and 100.02, so that shares of the shipping fee have remainders."""
FEE = 1001
TERMS = order_terms(*BOUGHT.values(), shipping=FEE)

EARLY, ON_TIME_TO_THE_SECOND, LATE = PROMISED - 2 * DAY, PROMISED, PROMISED + 2 * DAY
ARRIVALS = tuple(product((None, EARLY, ON_TIME_TO_THE_SECOND, LATE), repeat=2))
"""When each of the two lines was delivered, if it was."""

OFFERS = tuple(
    chain.from_iterable(
        combinations((Guarantee.GUARANTEED_GENUINE, Guarantee.DOMESTIC_RETURNS, Guarantee.EXTRA_RETURNS), n) for n in range(4)
    )
)
POSTAGE = {
    Guarantee.GUARANTEED_GENUINE: Payer.BUYER,
    Guarantee.DOMESTIC_RETURNS: Payer.SELLER,
    Guarantee.EXTRA_RETURNS: Payer.BUYER,
}
CLAIMED: tuple[dict[str, int], ...] = ({"a": 3, "b": 2}, {"a": 3}, {"a": 2}, {"b": 2}, {"b": 1, "a": 3})


@dataclass(frozen=True)
class Past:
    """The history of line a: a dispute for ``reason`` in the given state, and money that went back."""

    name: str
    reason: Reason | None = None
    outcome: Outcome | None = None
    finding: Finding | None = None
    refunded: int = 0
    refunded_shipping: int = 0


def _pasts() -> tuple[Past, ...]:
    price = BOUGHT["a"][0] * BOUGHT["a"][1]
    claimable = [reason for reason in Reason if reason is not Reason.UNAUTHORISED_CHARGE]
    return (
        Past("none"),
        *(Past("open", reason) for reason in claimable),
        *(Past("withdrawn", reason, Outcome.WITHDRAWN) for reason in claimable),
        *(Past("settled", reason, Outcome.RESOLVED_WITH_AGREEMENT) for reason in claimable),
        Past("expired", Reason.NOT_AS_DESCRIBED, Outcome.EXPIRED),
        Past("part refunded", Reason.NOT_RECEIVED, Outcome.RESOLVED_WITH_AGREEMENT, refunded=4000, refunded_shipping=100),
        Past("all but a cent refunded", Reason.NOT_RECEIVED, Outcome.RESOLVED_BUYER_FAVOUR, None, price - 1, 7),
        Past("fully refunded", Reason.NOT_RECEIVED, Outcome.RESOLVED_BUYER_FAVOUR, None, price, 500),
        *(
            Past("proved as described", reason, Outcome.RESOLVED_SELLER_FAVOUR, Finding.SELLER_PROVED_AS_DESCRIBED)
            for reason in (Reason.NOT_AS_DESCRIBED, Reason.COUNTERFEIT)
        ),
        Past("decided otherwise", Reason.NOT_AS_DESCRIBED, Outcome.RESOLVED_SELLER_FAVOUR, Finding.GENUINE),
        Past("proved, appealed, withdrawn", Reason.COUNTERFEIT, Outcome.WITHDRAWN, Finding.SELLER_PROVED_AS_DESCRIBED),
        Past("proved but under appeal", Reason.NOT_AS_DESCRIBED, None, Finding.SELLER_PROVED_AS_DESCRIBED),
    )


PASTS = _pasts()


# The rules, written out again from sections 2 and 3 in terms of plain numbers. Nothing here comes from coverage.py.


def shares(amount: int, weights: list[int]) -> list[int]:
    """The largest-remainder method (C4), in exact fractions."""
    exact = [Fraction(amount * weight, sum(weights)) for weight in weights]
    parts = [int(part) for part in exact]
    neediest = sorted(range(len(exact)), key=lambda i: parts[i] - exact[i])
    for i in neediest[: amount - sum(parts)]:
        parts[i] += 1
    return parts


LINE_PRICE = {line: quantity * unit for line, (quantity, unit) in BOUGHT.items()}
LINE_SHIPPING = dict(zip(LINE_PRICE, shares(FEE, list(LINE_PRICE.values())), strict=True))


def expected_closes_at(arrived: dict[str, datetime | None]) -> datetime:
    """15 days after the last delivery or, for what is not delivered, after the promise (O7)."""
    return max(at or PROMISED for at in arrived.values()) + timedelta(days=15)


def expected_exclusion(
    reason: Reason,
    claimed: dict[str, int],
    offered: tuple[Guarantee, ...],
    arrived: dict[str, datetime | None],
    now: datetime,
    *,
    on_platform: bool,
    past: Past,
) -> tuple[Exclusion, str | None] | None:
    """The first row of C2 that applies, and the claimed line it applies to."""
    judged = expected_reason(reason, offered)
    former = expected_reason(past.reason, offered) if past.reason else None
    about_a = [line for line in claimed if line == "a"]
    with_past = [line for line in about_a if claimed[line] > BOUGHT["a"][0] - 1]  # the past is about one unit of line a
    about_goods = judged in (Reason.NOT_AS_DESCRIBED, Reason.COUNTERFEIT)
    ended = past.outcome is not None and past.outcome is not Outcome.WITHDRAWN
    kept = [line for line in claimed if (at := arrived[line]) is not None and at < PROMISED]
    returns = {Guarantee.DOMESTIC_RETURNS, Guarantee.EXTRA_RETURNS} & set(offered)
    proved = past.finding is Finding.SELLER_PROVED_AS_DESCRIBED and ended
    still_open = past.reason is not None and past.outcome is None
    rows: list[tuple[Exclusion, list[str] | list[None]]] = [
        (Exclusion.UNAUTHORISED_CHARGE, [None] if reason is Reason.UNAUTHORISED_CHARGE else []),
        (Exclusion.PAID_OUTSIDE_PLATFORM, [] if on_platform else [None]),
        (Exclusion.CARRIER_SHOWS_DELIVERED, kept if judged is Reason.NOT_RECEIVED else []),
        (Exclusion.SELLER_PROVED_AS_DESCRIBED, with_past if about_goods and proved else []),
        (Exclusion.CHANGED_MIND, list(claimed) if judged is Reason.NO_LONGER_WANTED and not returns else []),
        (Exclusion.DEADLINE_PASSED, list(claimed) if now >= expected_closes_at(arrived) else []),
        (Exclusion.ALREADY_REFUNDED, about_a if past.refunded == LINE_PRICE["a"] else []),
        (Exclusion.ALREADY_SETTLED, with_past if ended and former is judged else []),
        (Exclusion.DISPUTE_ALREADY_OPEN, with_past if still_open else []),
    ]
    return next(((exclusion, lines[0]) for exclusion, lines in rows if lines), None)


def expected_reason(reason: Reason, offered: tuple[Guarantee, ...]) -> Reason:
    """Without Guaranteed Genuine a counterfeit is treated as not as described."""
    if reason is Reason.COUNTERFEIT and Guarantee.GUARANTEED_GENUINE not in offered:
        return Reason.NOT_AS_DESCRIBED
    return reason


def expected_wait(
    reason: Reason, claimed: dict[str, int], arrived: dict[str, datetime | None], now: datetime
) -> tuple[datetime | None, str] | None:
    """Return what the claim still needs, with its time and its line."""
    for line in claimed:
        if reason is Reason.NOT_RECEIVED and now < PROMISED:
            return PROMISED, line
        if reason is not Reason.NOT_RECEIVED and arrived[line] is None:
            return None, line
    return None


Remedies = tuple[tuple[OfferType, int, Payer | None], ...]


def expected_remedies(
    reason: Reason, claimed: dict[str, int], offered: tuple[Guarantee, ...], past: Past
) -> tuple[Guarantee, Remedies]:
    """The guarantee and the remedies, with what each can be worth at most (C1, C3)."""
    goods, shipping = 0, 0
    for line, quantity in claimed.items():
        bought, unit = BOUGHT[line]
        back, shipped_back = (past.refunded, past.refunded_shipping) if line == "a" else (0, 0)
        goods += min(quantity * unit, bought * unit - back)
        of_units = LINE_SHIPPING[line] if quantity == bought else shares(LINE_SHIPPING[line], [quantity, bought - quantity])[0]
        shipping += min(of_units, LINE_SHIPPING[line] - shipped_back)
    match expected_reason(reason, offered):
        case Reason.NOT_RECEIVED:
            another = (OfferType.REPLACEMENT, max(0, goods - 1), None)
            return Guarantee.ON_TIME_DELIVERY, ((OfferType.REFUND, goods + shipping, None), another)
        case Reason.COUNTERFEIT:
            return Guarantee.GUARANTEED_GENUINE, ((OfferType.REFUND, goods + shipping, None),)
        case Reason.NO_LONGER_WANTED:
            domestic = Guarantee.DOMESTIC_RETURNS in offered
            under = Guarantee.DOMESTIC_RETURNS if domestic else Guarantee.EXTRA_RETURNS
            return under, ((OfferType.REFUND_WITH_RETURN, goods, POSTAGE[under]),)
    everything = claimed == {line: quantity for line, (quantity, _) in BOUGHT.items()}
    returned = (OfferType.REFUND_WITH_RETURN, goods + shipping if everything else goods, Payer.SELLER)
    kept = ((OfferType.REFUND, goods - 1, None),) if goods > 1 else ()
    besides = max(0, goods - 1)
    sent = (OfferType.REPLACEMENT, besides, None), (OfferType.REPLACEMENT_WITH_RETURN, besides, Payer.SELLER)
    return Guarantee.AS_DESCRIBED, (returned, *kept, *sent)


# The cases that the rules are put to.


@cache
def bare_case(arrived: Arrivals, offered: tuple[Guarantee, ...], on_platform: bool) -> Case:  # noqa: FBT001
    """An order of two lines in a parcel each, with these deliveries on the carrier's record."""
    guarantees = tuple(OfferedGuarantee(guarantee, POSTAGE[guarantee]) for guarantee in offered)
    world = World.of(replace(TERMS, guarantees=guarantees, paid_on_platform=on_platform))
    world.wait(DAY).ship("a")
    world.ship("b")
    for at, parcel in sorted((at, parcel) for parcel, at in enumerate(arrived, start=1) if at):
        world.go(at).deliver(at, parcel)
    return world.case


def with_past(case: Case, past: Past) -> Case:
    """The case with line a's past put into it."""
    if past.reason is None:
        return case
    at = PROMISED - DAY
    claim = Claim(past.reason, (ClaimItem("a", 1),))
    judged = expected_reason(past.reason, tuple(offered.type for offered in case.order.terms.guarantees))
    decided = Decision("decision-1", "mia", OfferType.REFUND, money(0), past.finding, "", final=False) if past.finding else None
    dispute = Dispute(
        id="order-1-d1",
        number=1,
        version=1,
        claim=claim,
        coverage=Covered(Guarantee.AS_DESCRIBED, judged, (), ()),
        promises=(),
        policy_version=case.policy.version,
        opened_at=at,
        stage=Stage.RESOLVED if past.outcome else Stage.UNDER_REVIEW,
        stage_since=at,
        updated_at=at,
        proposals=(Proposal("1", Role.BUYER, OfferType.REFUND, money(1), at),),
        decisions=(decided,) if decided else (),
        outcome=past.outcome,
    )
    states = tuple(
        replace(state, refunded=money(past.refunded), refunded_shipping=money(past.refunded_shipping))
        if state.line_id == "a"
        else state
        for state in case.order.line_states
    )
    return replace(case, order=replace(case.order, line_states=states), disputes=(dispute,))


def moments(arrived: Arrivals) -> list[datetime]:
    """Before, at and after the promise, and around the end of protection; none before the deliveries it knows of."""
    closes_at = expected_closes_at(dict(zip("ab", arrived, strict=True)))
    promise = [PROMISED - DAY, PROMISED - SECOND, PROMISED, PROMISED + 3 * DAY]
    known = max((at for at in arrived if at), default=PROMISED - DAY)
    return [at for at in (*promise, closes_at - SECOND, closes_at, closes_at + SECOND) if at >= known]


def described(verdict: Covered | NotCovered | NotYet) -> tuple[object, ...]:
    """A verdict in plain words and numbers."""
    match verdict:
        case NotCovered(exclusion, line):
            return "not covered", exclusion, line
        case NotYet(opens_at, line):
            return "not yet", opens_at, line
        case Covered(guarantee, reason, remedies, _):
            return "covered", guarantee, reason, tuple((r.type, r.maximum.minor, r.return_postage) for r in remedies)


def expected_verdict(
    reason: Reason,
    claimed: dict[str, int],
    offered: tuple[Guarantee, ...],
    arrived: dict[str, datetime | None],
    now: datetime,
    *,
    on_platform: bool,
    past: Past,
) -> tuple[object, ...]:
    """Return the verdict that C1 asks for, in plain words and numbers."""
    excluded = expected_exclusion(reason, claimed, offered, arrived, now, on_platform=on_platform, past=past)
    if excluded:
        return "not covered", *excluded
    waits = expected_wait(reason, claimed, arrived, now)
    if waits:
        return "not yet", *waits
    guarantee, remedies = expected_remedies(reason, claimed, offered, past)
    return "covered", guarantee, expected_reason(reason, offered), remedies


def histories(
    reason: Reason, *, on_platform: bool
) -> Iterator[tuple[tuple[Guarantee, ...], Past, tuple[datetime | None, ...]]]:
    """Every offer with every past; all deliveries where nothing happened before, and every third of them otherwise."""
    pasts = PASTS if on_platform and reason is not Reason.UNAUTHORISED_CHARGE else PASTS[::5]
    for offered, past in product(OFFERS, pasts):
        for arrived in ARRIVALS if past.reason is None else ARRIVALS[::3]:
            yield offered, past, arrived


@pytest.mark.parametrize("on_platform", [True, False], ids=["paid here", "paid elsewhere"])
@pytest.mark.parametrize("reason", list(Reason))
def test_every_verdict_is_the_one_the_rules_give(reason: Reason, on_platform: bool) -> None:  # noqa: FBT001
    """C1, C2, C3: over every combination, the verdict, its exclusion or date, its remedies and their maxima are the rules'."""
    seen: set[object] = set()
    judged = 0
    for offered, past, arrived in histories(reason, on_platform=on_platform):
        case = with_past(bare_case(arrived, offered, on_platform), past)
        deliveries = dict(zip("ab", arrived, strict=True))
        for now, claimed in product(moments(arrived), CLAIMED):
            claim = Claim(reason, tuple(ClaimItem(line, quantity) for line, quantity in claimed.items()))
            expected = expected_verdict(reason, claimed, offered, deliveries, now, on_platform=on_platform, past=past)
            actual = described(coverage.decide(case, claim, now))
            assert expected == actual, (offered, arrived, past, now, claimed)
            seen.add(expected[1] if expected[0] == "not covered" else expected[0])
            judged += 1
    assert judged > 5_000
    assert seen == expected_kinds(reason, on_platform=on_platform)


def expected_kinds(reason: Reason, *, on_platform: bool) -> set[object]:
    """Every kind of verdict that the table has to come across for a reason, lest it prove nothing."""
    if reason is Reason.UNAUTHORISED_CHARGE:
        return {Exclusion.UNAUTHORISED_CHARGE}
    if not on_platform:
        return {Exclusion.PAID_OUTSIDE_PLATFORM}
    always = {
        "covered",
        "not yet",
        Exclusion.DEADLINE_PASSED,
        Exclusion.ALREADY_REFUNDED,
        Exclusion.ALREADY_SETTLED,
        Exclusion.DISPUTE_ALREADY_OPEN,
    }
    of_its_own = {
        Reason.NOT_RECEIVED: Exclusion.CARRIER_SHOWS_DELIVERED,
        Reason.NOT_AS_DESCRIBED: Exclusion.SELLER_PROVED_AS_DESCRIBED,
        Reason.COUNTERFEIT: Exclusion.SELLER_PROVED_AS_DESCRIBED,
        Reason.NO_LONGER_WANTED: Exclusion.CHANGED_MIND,
    }
    return {*always, of_its_own[reason]}


def test_the_caps_of_a_covered_claim_hold_its_maximum() -> None:
    """C3, C4: per-line caps add up to what the claim's largest remedy is worth, so every refund finds its lines."""
    for offered, arrived, past, claimed, reason in product(OFFERS, ((EARLY, EARLY), (None, LATE)), PASTS, CLAIMED, Reason):
        case = with_past(bare_case(arrived, offered, on_platform=True), past)
        claim = Claim(reason, tuple(ClaimItem(line, quantity) for line, quantity in claimed.items()))
        verdict = coverage.decide(case, claim, moments(arrived)[-4])
        if isinstance(verdict, Covered):
            room = sum(cap.items.minor + cap.shipping.minor for cap in verdict.caps)
            assert room == verdict.maximum.minor
            assert tuple(cap.line_id for cap in verdict.caps) == claim.line_ids


def test_a_verdict_depends_on_nothing_but_its_arguments() -> None:
    """C1: asking twice, in between other questions, gives the same verdict and changes neither order nor claim."""
    case = bare_case((EARLY, LATE), (Guarantee.EXTRA_RETURNS,), on_platform=True)
    before = repr(case)
    claims = [Claim(reason, (ClaimItem("b", 1),)) for reason in Reason]
    first = [coverage.decide(case, claim, LATE) for claim in claims]
    again = [coverage.decide(case, claim, LATE) for claim in reversed(claims)]
    assert first == again[::-1]
    assert before == repr(case)


def test_every_exclusion_has_words_of_its_own() -> None:
    """C2: each exclusion code comes with its own explanation, and an unauthorised charge is told to go to the card issuer."""
    assert set(Exclusion) == set(EXPLANATIONS)
    assert len(Exclusion) == len(set(EXPLANATIONS.values()))
    assert "card" in EXPLANATIONS[Exclusion.UNAUTHORISED_CHARGE]
