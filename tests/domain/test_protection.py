"""For every order at every time, "What guarantees can I get?" has the answer that a claim would get (O9)."""

from __future__ import annotations

from itertools import chain, combinations, product
from random import Random
from typing import TYPE_CHECKING

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain import coverage, opening
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.claim import Claim, ClaimItem, Covered, NotCovered, NotYet
from chalicelib.domain.exclusions import EXPLANATIONS, Exclusion
from chalicelib.domain.guarantees import Guarantee, OfferedGuarantee, OfferType, Payer, Reason
from chalicelib.domain.parcel import CarrierStatus
from chalicelib.domain.protection import GuaranteeNow, protection
from chalicelib.domain.refusals import Refusal
from tests.domain.worlds import (
    AT_HOME,
    BUYER,
    DAY,
    HOUR,
    ITEM_RECEIVED,
    PAID_AT,
    PROMISED,
    SECOND,
    SELLER,
    World,
    claim_of,
    delivered,
    money,
    order_terms,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.domain.case import Case
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.claim import Verdict
    from chalicelib.domain.order import Line

REASON_OF = {
    Guarantee.ON_TIME_DELIVERY: Reason.NOT_RECEIVED,
    Guarantee.AS_DESCRIBED: Reason.NOT_AS_DESCRIBED,
    Guarantee.GUARANTEED_GENUINE: Reason.COUNTERFEIT,
    Guarantee.DOMESTIC_RETURNS: Reason.NO_LONGER_WANTED,
    Guarantee.EXTRA_RETURNS: Reason.NO_LONGER_WANTED,
}
OFFERED = (Guarantee.GUARANTEED_GENUINE, Guarantee.DOMESTIC_RETURNS, Guarantee.EXTRA_RETURNS)
OFFERS = tuple(chain.from_iterable(combinations(OFFERED, n) for n in range(4)))


def answers(world: World) -> dict[Guarantee, GuaranteeNow]:
    """Return the order's protection now."""
    return {answer.guarantee: answer for answer in protection(world.as_of_now(), world.now)}


def opening_of(claim: Claim) -> Callable[[Changes], int]:
    """The command that opens a dispute, asking for all of the first remedy."""
    return lambda changes: opening.open_dispute(changes, claim, opening.RequestedRemedy())


def offering(*types: Guarantee) -> tuple[OfferedGuarantee, ...]:
    """These guarantees, on their usual terms."""
    return tuple(OfferedGuarantee(kind) for kind in types)


def most_claimable(case: Case, reason: Reason, line: Line, now: datetime) -> tuple[ClaimItem, Verdict]:
    """As many units of a line as no exclusion stands in the way of (C2), and the verdict on them; else on all of them."""
    items = [ClaimItem(line.id, quantity) for quantity in range(line.quantity, 0, -1)]
    verdicts = [(item, coverage.decide(case, Claim(reason, (item,)), now)) for item in items]
    return next((found for found in verdicts if not isinstance(found[1], NotCovered)), verdicts[0])


def check(case: Case, answer: GuaranteeNow, world: World) -> None:
    """The answer about one guarantee is the one that a claim under it would get now."""
    assert REASON_OF[answer.guarantee] is answer.reason
    assert case.closes_at == answer.closes_at
    assert answer.explanation
    always = answer.guarantee in (Guarantee.ON_TIME_DELIVERY, Guarantee.AS_DESCRIBED)
    assert answer.offered == (always or case.order.terms.offers(answer.guarantee) is not None)
    if not answer.offered:
        assert (answer.applies, answer.remedies, answer.lines, answer.exclusion) == (False, (), (), None)
        return
    most = [most_claimable(case, answer.reason, line, world.now) for line in case.order.terms.lines]
    verdicts = {item.line_id: verdict for item, verdict in most}
    assert list(verdicts) == [line.line_id for line in answer.lines]
    for line in answer.lines:
        verdict = verdicts[line.line_id]
        assert isinstance(verdict, Covered) == line.applies
        assert (verdict.exclusion if isinstance(verdict, NotCovered) else None) is line.exclusion
        if isinstance(verdict, NotYet):
            assert verdict.opens_at == line.opens_at
    units = [0 if isinstance(verdict, NotCovered) else item.quantity for item, verdict in most]
    assert units == [line.units for line in answer.lines]
    covered = tuple(item for item, verdict in most if isinstance(verdict, Covered))
    assert bool(covered) == answer.applies
    if covered:
        together = coverage.decide(case, Claim(answer.reason, covered), world.now)
        assert isinstance(together, Covered)
        assert together.remedies == answer.remedies
        assert answer.exclusion is None
        assert answer.opens_at is not None
        assert answer.opens_at <= world.now < answer.closes_at
    else:
        assert answer.remedies == ()
        waits = any(isinstance(verdict, NotYet) for verdict in verdicts.values())
        assert (answer.exclusion is None) == waits
        if answer.exclusion:
            assert EXPLANATIONS[answer.exclusion] == answer.explanation
        if answer.opens_at:
            assert world.now < answer.opens_at


def _worlds_of(offered: tuple[Guarantee, ...], on_platform: bool, two: bool) -> list[World]:  # noqa: FBT001
    terms = order_terms(*([(1, 600), (2, 200)] if two else []), guarantees=offering(*offered), paid_on_platform=on_platform)
    worlds = []
    for first, second in product((None, PROMISED - 5 * DAY, PROMISED, PROMISED + 5 * DAY), repeat=2):
        world = World.of(terms, AT_HOME)
        world.wait(DAY).ship("a")
        if two:
            world.ship("b")
        world.go(PROMISED + 6 * DAY)
        for parcel, at in ((1, first), (2, second if two else None)):
            if at:
                world.deliver(at, parcel)
        worlds.append(world)
    return worlds


@pytest.mark.parametrize("offered", OFFERS, ids=lambda offered: "+".join(kind.value for kind in offered) or "none")
def test_every_order_has_an_answer_that_a_claim_agrees_with(offered: tuple[Guarantee, ...]) -> None:
    """O9, C1: whatever was offered, paid and delivered, at any time from payment to long after, the answer is the claim's."""
    for on_platform, two in product((True, False), repeat=2):
        for world in _worlds_of(offered, on_platform, two):
            closes = world.case.closes_at
            for now in (world.now, closes - SECOND, closes, closes + SECOND, closes + 900 * DAY):
                if now >= world.now:
                    case = world.go(now).as_of_now()
                    found = protection(case, now)
                    assert list(Guarantee) == [answer.guarantee for answer in found]
                    for answer in found:
                        check(case, answer, world)


def test_the_answer_holds_all_through_a_random_life() -> None:
    """O9, C1: through shipments, deliveries, disputes, refunds and extensions, the answer stays the claim's."""
    random = Random("protection")
    applied = 0
    for _ in range(25):
        terms = order_terms((2, 600), (1, 0), (3, 201), guarantees=offering(*random.choice(OFFERS)))
        world = World.of(terms, AT_HOME)
        for _ in range(14):
            world.wait(random.randint(1, 120) * HOUR)
            _something_happens(world, random)
            case = world.as_of_now()
            for answer in protection(case, world.now):
                check(case, answer, world)
                applied += answer.applies
    assert applied > 100


def _something_happens(world: World, random: Random) -> None:
    try:
        match random.randint(0, 6):
            case 0:
                world.ship(*random.sample("abc", random.randint(1, 3)))
            case 1 | 2 if world.case.order.parcels:
                status = random.choice([CarrierStatus.DELIVERED, CarrierStatus.DELIVERED, CarrierStatus.RETURNED_TO_SENDER])
                world.report(status, parcel=random.randint(1, len(world.case.order.parcels)))
            case 3:
                world.extend_promise(world.now + random.randint(1, 60) * DAY)
            case 4 | 5:
                items = [(line, 1) for line in random.sample("abc", random.randint(1, 2))]
                number = world.open(claim_of(random.choice(list(Reason)), *items))
                if random.random() < 0.7:
                    world.act(SELLER, c.Accept("1"), number)
            case _ if world.case.disputes:
                number = random.randint(1, len(world.case.disputes))
                world.act(BUYER, c.ShipReturn(Carrier.TNT, f"{700_000_000 + number}"), number)
                world.act(SELLER, ITEM_RECEIVED, number)
            case _:
                world.confirm(random.choice("abc"))
    except Refusal:
        world.sweep()


def test_what_applies_can_be_claimed_and_what_does_not_cannot() -> None:
    """O9, C1: opening a dispute under a guarantee succeeds exactly when the answer says that it applies."""
    tried = {True: 0, False: 0}
    for offered in OFFERS:
        for world in _worlds_of(offered, True, True):
            for answer in answers(world).values():
                if not answer.offered:
                    continue
                items = [(line.line_id, 1) for line in answer.lines if line.applies or not answer.applies]
                claim = claim_of(answer.reason, *items)
                if answer.applies:
                    number = world.open(claim)
                    world.act(BUYER, c.Withdraw(), number)
                else:
                    refused = world.refusal(BUYER, opening_of(claim))
                    assert refused.code in ("not_covered", "not_yet_covered")
                tried[answer.applies] += 1
    assert min(tried.values()) > 20


# The page's own words


def test_before_delivery_the_promise_is_what_is_waited_for() -> None:
    """O9: an order on its way shows from when non-receipt can be claimed, and that the rest begins with delivery."""
    world = World.of(order_terms(guarantees=offering(*OFFERED)))
    world.wait(DAY).ship()
    found = answers(world)
    on_time = found.pop(Guarantee.ON_TIME_DELIVERY)
    assert (
        on_time.applies,
        on_time.opens_at,
        on_time.closes_at,
        on_time.exclusion,
    ) == (False, PROMISED, PROMISED + 15 * DAY, None)
    for answer in found.values():
        assert (answer.offered, answer.applies, answer.opens_at, answer.exclusion) == (True, False, None, None)
        assert "delivery" in answer.explanation


def test_after_delivery_the_remedies_are_shown_with_their_most() -> None:
    """O9, C3: delivered in time, each guarantee shows since when, until when, which remedies and how much at most."""
    terms = order_terms(guarantees=(*offering(*OFFERED[:2]), OfferedGuarantee(Guarantee.EXTRA_RETURNS, Payer.SELLER)))
    world = delivered(terms)
    found = answers(world)
    arrived, closes = PAID_AT + 10 * DAY, PAID_AT + 25 * DAY
    late = found.pop(Guarantee.ON_TIME_DELIVERY)
    assert (late.applies, late.exclusion) == (False, Exclusion.CARRIER_SHOWS_DELIVERED)
    assert EXPLANATIONS[Exclusion.CARRIER_SHOWS_DELIVERED] == late.explanation
    assert {(True, arrived, closes)} == {(answer.applies, answer.opens_at, answer.closes_at) for answer in found.values()}
    worth = {kind: [(r.type, r.maximum) for r in answer.remedies] for kind, answer in found.items()}
    another = [(kind, money(8999)) for kind in (OfferType.REPLACEMENT, OfferType.REPLACEMENT_WITH_RETURN)]
    assert {
        Guarantee.AS_DESCRIBED: [(OfferType.REFUND_WITH_RETURN, money(10_000)), (OfferType.REFUND, money(8999)), *another],
        Guarantee.GUARANTEED_GENUINE: [(OfferType.REFUND, money(10_000))],
        Guarantee.DOMESTIC_RETURNS: [(OfferType.REFUND_WITH_RETURN, money(9000))],
        Guarantee.EXTRA_RETURNS: [(OfferType.REFUND_WITH_RETURN, money(9000))],
    } == worth


@pytest.mark.parametrize("offered", [OFFERED[1:], OFFERED[1:2], OFFERED[2:]], ids=["both", "domestic", "extra"])
def test_the_postage_shown_is_the_postage_a_claim_gets(offered: tuple[Guarantee, ...]) -> None:
    """O9, C3: who pays the return is shown as it will be; where both return guarantees are offered, the kinder one counts."""
    terms = {Guarantee.DOMESTIC_RETURNS: Payer.BUYER, Guarantee.EXTRA_RETURNS: Payer.SELLER}
    world = delivered(order_terms(guarantees=tuple(OfferedGuarantee(kind, terms[kind]) for kind in offered)), AT_HOME)
    found = answers(world)
    shown = {found[kind].remedies[0].return_postage for kind in offered}
    world.wait(HOUR).open(claim_of(Reason.NO_LONGER_WANTED))
    grant = world.dispute().grant
    assert grant is not None
    assert {grant.return_postage} == shown
    assert grant.return_postage is (Payer.SELLER if Guarantee.EXTRA_RETURNS in offered else Payer.BUYER)


def test_after_the_close_everything_has_ended() -> None:
    """O9, O7: once protection is over, each guarantee says so in its own exclusion's words."""
    world = delivered(order_terms(guarantees=offering(*OFFERED)))
    world.go(PAID_AT + 25 * DAY)
    found = answers(world)
    found.pop(Guarantee.ON_TIME_DELIVERY)
    assert {Exclusion.DEADLINE_PASSED} == {answer.exclusion for answer in found.values()}


def test_one_line_of_two_may_be_claimable() -> None:
    """O9, C3: with one line delivered late and the other in time, the first is claimable, and the answer says which."""
    world = World.of(order_terms((1, 600), (1, 400)))
    world.wait(DAY).ship("a")
    world.ship("b")
    world.go(PROMISED - DAY).deliver(parcel=1)
    world.go(PROMISED + DAY).deliver(parcel=2)
    on_time = answers(world)[Guarantee.ON_TIME_DELIVERY]
    assert [(line.line_id, line.applies, line.exclusion) for line in on_time.lines] == [
        ("a", False, Exclusion.CARRIER_SHOWS_DELIVERED),
        ("b", True, None),
    ]
    assert money(800) == on_time.remedies[0].maximum
    as_described = answers(world)[Guarantee.AS_DESCRIBED]
    arrived = [PROMISED - DAY, PROMISED + DAY]
    assert arrived == [line.opens_at for line in as_described.lines]
    assert as_described.opens_at == max(arrived)
