"""The lines and the amount of a claim, over an order's whole life (C3, C4, O2)."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain import coverage, opening
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.claim import Claim, ClaimItem, Covered, NotCovered, NotYet
from chalicelib.domain.dispute import Stage
from chalicelib.domain.events import RefundIssued
from chalicelib.domain.exclusions import Exclusion
from chalicelib.domain.guarantees import Finding, Guarantee, OfferedGuarantee, OfferType, Reason
from chalicelib.domain.refusals import INVALID, LIMIT_REACHED, NOT_COVERED, Refusal
from tests.domain.worlds import (
    AT_HOME,
    BUYER,
    DAY,
    HOUR,
    ITEM_RECEIVED,
    MEDIATOR,
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

    from chalicelib.domain.changes import Changes
    from chalicelib.domain.events import RefundShare

REFUND, WITH_RETURN = OfferType.REFUND, OfferType.REFUND_WITH_RETURN
GENUINE = (OfferedGuarantee(Guarantee.GUARANTEED_GENUINE), OfferedGuarantee(Guarantee.EXTRA_RETURNS))


def never_arrived(*sold: tuple[int, int], shipping: int = 1000, currency: str = "USD") -> World:
    """An order a day after its promise, with nothing on the carrier's record."""
    world = World.of(order_terms(*sold, shipping=shipping, currency=currency), AT_HOME)
    world.wait(DAY).ship()
    return world.go(PROMISED + DAY)


def not_received(*items: tuple[str, int]) -> Claim:
    """A claim of non-receipt."""
    return claim_of(Reason.NOT_RECEIVED, *items)


def opening_of(claim: Claim, asked: opening.RequestedRemedy | None = None) -> Callable[[Changes], int]:
    """The command that opens a dispute."""
    return lambda changes: opening.open_dispute(changes, claim, asked or opening.RequestedRemedy())


def refunds(world: World) -> list[tuple[RefundShare, ...]]:
    """Return the share of each line in each refund."""
    return [event.payload.shares for event in world.log if isinstance(event.payload, RefundIssued)]


def settle_in_full(world: World, claim: Claim, kind: OfferType | None = None) -> int:
    """Open a dispute, let the seller accept it, send back what has to go back; the refund in minor units."""
    number = world.open(claim, kind)
    world.act(SELLER, c.Accept("1"), number)
    if world.dispute(number).grant:
        world.act(BUYER, c.ShipReturn(Carrier.TNT, f"{800_000_000 + number}"), number)
        world.act(SELLER, ITEM_RECEIVED, number)
    refund = world.dispute(number).refund
    assert refund is not None
    return refund.minor


BAD_ITEMS: tuple[tuple[tuple[str, int], ...], ...] = (
    (("z", 1),),
    (("a", 0),),
    (("a", -1),),
    (("a", 4),),
    (("a", 1), ("a", 1)),
    (("a", 1), ("z", 1)),
    (("b", 2),),
)


@pytest.mark.parametrize("items", BAD_ITEMS, ids=str)
def test_a_claim_names_lines_that_were_bought(items: tuple[tuple[str, int], ...]) -> None:
    """C3: an unknown line, one named twice, none of it, or more than was bought is refused."""
    world = never_arrived((3, 100), (1, 100))
    with pytest.raises(Refusal) as refused:
        coverage.decide(world.case, not_received(*items), world.now)
    assert (refused.value.code, refused.value.details["field"]) == (INVALID, "items")


def test_a_claim_about_nothing_is_refused() -> None:
    """C3: a claim without lines is none."""
    world = never_arrived()
    with pytest.raises(Refusal):
        coverage.decide(world.case, Claim(Reason.NOT_RECEIVED, ()), world.now)


def test_the_default_claim_is_the_whole_order() -> None:
    """C3: the items of a claim that names none are every line in full, worth everything paid."""
    world = never_arrived((3, 333), (2, 501), shipping=299)
    items = opening.whole_order(world.case)
    assert (ClaimItem("a", 3), ClaimItem("b", 2)) == items
    verdict = coverage.decide(world.case, Claim(Reason.NOT_RECEIVED, items), world.now)
    assert isinstance(verdict, Covered)
    assert world.case.order.terms.price == verdict.maximum


@pytest.mark.parametrize("currency", ["JPY", "USD", "TND"])
def test_an_order_claimed_line_by_line_gives_back_exactly_what_was_paid(currency: str) -> None:
    """C3, C4, O2, O3: refunding the lines one by one, in any order, refunds the order to the last minor unit."""
    random = Random(f"lines in {currency}")
    for _ in range(60):
        sold = [(random.randint(1, 4), random.randint(1, 10_000)) for _ in range(random.randint(1, 5))]
        fee = random.randint(0, 2_000)
        world = never_arrived(*sold, shipping=fee, currency=currency)
        claims = [not_received((chr(ord("a") + i), quantity)) for i, (quantity, _) in enumerate(sold)]
        random.shuffle(claims)
        got = [settle_in_full(world, claim) for claim in claims]
        escrow = world.case.order.escrow
        assert sum(quantity * unit for quantity, unit in sold) + fee == sum(got) == escrow.refunded.minor
        assert (escrow.held.minor, escrow.released.minor) == (0, 0)


def test_no_history_refunds_a_line_beyond_what_was_paid_for_it() -> None:
    """C3, C4, O3: over random lives of several disputes and partial refunds, no line and no fee is refunded twice."""
    random = Random("lives")
    several = 0
    for _ in range(150):
        sold = [(random.randint(1, 3), random.randint(0, 400)) for _ in range(3)]
        terms = order_terms(*sold, shipping=random.randint(1, 99), guarantees=GENUINE)
        world = World.of(terms, AT_HOME)
        world.wait(DAY).ship()
        world.go(PROMISED + DAY).deliver()
        for _ in range(6):
            world.wait(HOUR)
            _live(world, random)
        several += len(world.case.disputes) > 2
        shares = terms.shipping_shares()
        for state in world.case.order.line_states:
            assert 0 <= state.refunded.minor <= world.case.order.line(state.line_id).price.minor
            assert 0 <= state.refunded_shipping.minor <= shares[state.line_id].minor
        of_lines = sum(s.refunded.minor + s.refunded_shipping.minor for s in world.case.order.line_states)
        assert world.case.order.escrow.refunded.minor == of_lines
    assert several > 50


def _live(world: World, random: Random) -> None:
    """One more dispute, settled by some part of what it may be worth; nothing where the claim is not covered."""
    items = [(line.id, random.randint(1, line.quantity)) for line in world.case.order.terms.lines if random.random() < 0.6]
    reason = random.choice([Reason.NOT_RECEIVED, Reason.NOT_AS_DESCRIBED, Reason.COUNTERFEIT])
    claim = claim_of(reason, *(items or [("a", 1)]))
    verdict = coverage.decide(world.as_of_now(), claim, world.now)
    if not isinstance(verdict, Covered) or not verdict.remedies[0].maximum.minor:
        return
    remedy = random.choice(verdict.remedies)
    number = world.open(claim, remedy.type)
    offer = money(random.randint(0, remedy.maximum.minor))
    if offer < remedy.maximum:
        world.act(SELLER, c.Propose(OfferType.REFUND, offer), number)
        world.act(BUYER, c.Accept("2"), number)
    else:
        world.act(SELLER, c.Accept("1"), number)
    grant = world.dispute(number).grant
    if grant and grant.type.needs_return:
        world.act(BUYER, c.ShipReturn(Carrier.TNT, f"{800_000_000 + number}"), number)
        world.act(SELLER, ITEM_RECEIVED, number)
    if world.dispute(number).stage is Stage.AWAITING_REPLACEMENT and random.random() < 0.5:
        world.act(SELLER, c.ShipReplacement(Carrier.TNT, f"{700_000_000 + number}"), number)
        world.wait(HOUR).deliver(parcel=len(world.case.order.parcels))


def test_a_line_can_be_refunded_over_several_disputes_up_to_its_price() -> None:
    """C3: what one dispute refunded is no longer there for the next; when nothing is left, the line is already refunded."""
    world = World.of(order_terms((2, 500), shipping=0, guarantees=GENUINE), AT_HOME)
    world.wait(DAY).ship()
    world.go(PROMISED + DAY).deliver()
    first = world.open(not_received(("a", 2)), REFUND, money(700))
    world.act(SELLER, c.Accept("1"), first)
    left = coverage.decide(world.case, claim_of(Reason.COUNTERFEIT, ("a", 2)), world.now)
    assert isinstance(left, Covered)
    assert left.maximum == money(300)
    of_one = coverage.decide(world.case, claim_of(Reason.COUNTERFEIT, ("a", 1)), world.now)
    assert isinstance(of_one, Covered)
    assert of_one.maximum == money(300)
    assert settle_in_full(world, claim_of(Reason.COUNTERFEIT, ("a", 1))) == 300
    for reason in (Reason.NOT_AS_DESCRIBED, Reason.NO_LONGER_WANTED, Reason.COUNTERFEIT, Reason.NOT_RECEIVED):
        verdict = coverage.decide(world.case, claim_of(reason, ("a", 1)), world.now)
        assert NotCovered(Exclusion.ALREADY_REFUNDED, "a") == verdict


def test_a_claim_about_several_lines_opens_with_the_last_promise() -> None:
    """C1: the date of "not yet" is the one from which the whole claim will be covered, in whichever order it names lines."""
    world = World.of(order_terms((1, 100), (1, 100), deliver_by=None))
    world.ship("a")
    world.ship("b", carrier=Carrier.CHINA_POST, number="RR123456785CN")
    last = PAID_AT + 39 * DAY
    for items in ((("a", 1), ("b", 1)), (("b", 1), ("a", 1))):
        claim = not_received(*items)
        for too_early in (PAID_AT, PAID_AT + 23 * DAY, last - SECOND):
            assert NotYet(last, "b") == coverage.decide(world.case, claim, too_early)
        assert isinstance(coverage.decide(world.case, claim, last), Covered)


def test_shipping_is_refunded_once() -> None:
    """C3: the share of a line's shipping that one dispute gave back is not in the next one's maximum."""
    world = World.of(order_terms((2, 500), shipping=101, guarantees=GENUINE), AT_HOME)
    world.wait(DAY).ship()
    world.go(PROMISED + DAY).deliver()
    assert settle_in_full(world, not_received(("a", 1))) == 500 + 51
    verdict = coverage.decide(world.case, claim_of(Reason.COUNTERFEIT, ("a", 2)), world.now)
    assert isinstance(verdict, Covered)
    assert verdict.maximum == money(500 + 50)
    again = coverage.decide(world.case, claim_of(Reason.COUNTERFEIT, ("a", 1)), world.now)
    assert isinstance(again, Covered)
    assert again.maximum == money(500 + 50)


def test_shipping_comes_back_by_reason() -> None:
    """C3: all of it for the whole order not received or as a return, a line's share for a line not received or
    counterfeit, none for a return of some lines, and none for what is no longer wanted.
    """
    world = World.of(order_terms((1, 600), (1, 400), shipping=100, guarantees=GENUINE), AT_HOME)
    world.wait(DAY).ship()
    world.go(PROMISED + DAY).deliver()

    def most(reason: Reason, *items: tuple[str, int]) -> int:
        verdict = coverage.decide(world.case, claim_of(reason, *items), world.now)
        assert isinstance(verdict, Covered)
        return verdict.remedies[0].maximum.minor

    everything = (("a", 1), ("b", 1))
    assert [most(Reason.NOT_RECEIVED, *items) for items in (everything, everything[:1], everything[1:])] == [1100, 660, 440]
    assert [most(Reason.COUNTERFEIT, *items) for items in (everything, everything[:1], everything[1:])] == [1100, 660, 440]
    assert [most(Reason.NOT_AS_DESCRIBED, *items) for items in (everything, everything[:1], everything[1:])] == [1100, 600, 400]
    assert [most(Reason.NO_LONGER_WANTED, *items) for items in (everything, everything[:1], everything[1:])] == [1000, 600, 400]


def test_a_part_of_a_line_is_worth_its_units_and_their_share() -> None:
    """C3, C4: claiming some units of a line is worth those units and their share of the line's shipping."""
    world = never_arrived((3, 1000), shipping=100)
    worth = []
    for quantity in (1, 2, 3):
        verdict = coverage.decide(world.case, not_received(("a", quantity)), world.now)
        assert isinstance(verdict, Covered)
        worth.append(verdict.maximum.minor)
    assert worth == [1033, 2067, 3100]


def test_a_gift_in_the_order_does_not_stand_in_the_way() -> None:
    """C3: an order with a line that cost nothing can be claimed whole, for everything that was paid."""
    world = never_arrived((1, 900), (1, 0), shipping=100)
    whole = Claim(Reason.NOT_RECEIVED, opening.whole_order(world.case))
    assert settle_in_full(world, whole) == 1000


def test_an_order_of_gifts_gives_back_its_shipping_once() -> None:
    """C3, C4: where only the shipping cost something it is what a claim is worth, and it is given back once."""
    world = never_arrived((1, 0), (1, 0), shipping=101)
    assert settle_in_full(world, not_received(("a", 1))) == 51
    assert NotCovered(Exclusion.ALREADY_REFUNDED, "a") == coverage.decide(world.case, not_received(("a", 1)), world.now)
    assert settle_in_full(world, not_received(("b", 1))) == 50
    assert world.case.order.escrow.held == money(0)


def test_a_claim_about_gifts_alone_is_worth_nothing() -> None:
    """C2, C3: nothing was paid for it and nothing can be refunded on it, so it is not covered, before and after the promise."""
    world = never_arrived((1, 900), (1, 0), shipping=100)
    for now in (PROMISED - DAY, PROMISED, world.now):
        assert coverage.decide(world.case, not_received(("b", 1)), now) == NotCovered(Exclusion.ALREADY_REFUNDED, "b")


def test_a_refund_falls_on_the_items_first_and_in_proportion() -> None:
    """C4: a part of what is claimed is split over the lines by their worth; shipping is touched only above their price."""
    world = never_arrived((1, 999), (1, 1), (3, 333), shipping=100)
    number = world.open(not_received(("a", 1), ("b", 1), ("c", 3)), REFUND, money(1000))
    world.act(SELLER, c.Accept("1"), number)
    assert [[(s.items.minor, s.shipping.minor) for s in shares] for shares in refunds(world)] == [[(500, 0), (0, 0), (500, 0)]]
    other = never_arrived((1, 999), (1, 1), (3, 333), shipping=100)
    other.open(not_received(("a", 1), ("b", 1), ("c", 3)), REFUND, money(2049))
    other.act(SELLER, c.Accept("1"))
    assert [[(s.items.minor, s.shipping.minor) for s in shares] for shares in refunds(other)] == [
        [(999, 25), (1, 0), (999, 25)]
    ]


def test_a_line_has_at_most_one_open_dispute() -> None:
    """C3: while a line is in dispute no claim that names it is taken, for any reason; other lines can be claimed."""
    world = World.of(order_terms((1, 600), (1, 400), guarantees=GENUINE), AT_HOME)
    world.wait(DAY).ship()
    world.go(PROMISED + DAY).deliver()
    world.open(claim_of(Reason.NOT_AS_DESCRIBED, ("a", 1)))
    for reason in (Reason.NOT_RECEIVED, Reason.NOT_AS_DESCRIBED, Reason.COUNTERFEIT, Reason.NO_LONGER_WANTED):
        for items in ((("a", 1),), (("b", 1), ("a", 1))):
            asked = claim_of(reason, *items)
            refused = world.refusal(BUYER, opening_of(asked))
            assert (
                refused.code,
                refused.details["exclusion"],
                refused.details["line_id"],
            ) == (NOT_COVERED, "dispute_already_open", "a")
    assert world.open(claim_of(Reason.NOT_AS_DESCRIBED, ("b", 1))) == 2


def test_a_settled_reason_is_settled_and_another_is_not() -> None:
    """C2, C3: a dispute that ended other than by withdrawal settles its reason on its lines, and no other."""
    world = World.of(order_terms((1, 600), (1, 400), guarantees=GENUINE), AT_HOME)
    world.wait(DAY).ship()
    world.go(PROMISED + DAY).deliver()
    number = world.open(claim_of(Reason.NOT_AS_DESCRIBED, ("a", 1)), REFUND, money(100))
    world.act(SELLER, c.Accept("1"), number)
    settled = coverage.decide(world.case, claim_of(Reason.NOT_AS_DESCRIBED, ("a", 1)), world.now)
    assert NotCovered(Exclusion.ALREADY_SETTLED, "a", 0) == settled
    for claim in (claim_of(Reason.NOT_AS_DESCRIBED, ("b", 1)), claim_of(Reason.COUNTERFEIT, ("a", 1))):
        assert isinstance(coverage.decide(world.case, claim, world.now), Covered)


def test_a_mediators_finding_stands_for_that_line_alone() -> None:
    """C2: what a mediator found to be as described cannot be claimed as counterfeit; another line can."""
    world = World.of(order_terms((1, 600), (1, 400), guarantees=GENUINE), AT_HOME)
    world.wait(DAY).ship()
    world.wait(DAY).deliver()
    world.open(claim_of(Reason.NOT_AS_DESCRIBED, ("a", 1)))
    world.act(SELLER, c.Decline())
    world.act(BUYER, c.Escalate())
    world.act(MEDIATOR, c.Assign())
    world.act(MEDIATOR, c.Decide(REFUND, money(0), Finding.SELLER_PROVED_AS_DESCRIBED, "As in the listing."))
    world.act(BUYER, c.AcceptDecision())
    world.act(SELLER, c.AcceptDecision())
    world.wait(HOUR)
    for reason in (Reason.COUNTERFEIT, Reason.NOT_AS_DESCRIBED):
        verdict = coverage.decide(world.case, claim_of(reason, ("a", 1)), world.now)
        assert NotCovered(Exclusion.SELLER_PROVED_AS_DESCRIBED, "a", 0) == verdict
        assert isinstance(coverage.decide(world.case, claim_of(reason, ("b", 1)), world.now), Covered)
    assert isinstance(coverage.decide(world.case, claim_of(Reason.NO_LONGER_WANTED, ("a", 1)), world.now), Covered)


def test_open_disputes_and_their_life_are_bounded() -> None:
    """C3, C6: an order has so many disputes open at once, and so many over its life, as the policy allows."""
    world = World.of(order_terms(*[(1, 100)] * 6), AT_HOME)
    world.wait(DAY).ship()
    world.wait(DAY).deliver()
    for line in "abcde":
        world.open(claim_of(Reason.NOT_AS_DESCRIBED, (line, 1)))
    sixth = claim_of(Reason.NOT_AS_DESCRIBED, ("f", 1))
    refused = world.refusal(BUYER, opening_of(sixth))
    assert (LIMIT_REACHED, 5) == (refused.code, refused.details["limit"])
    assert [world.case.dispute(number).id for number in range(1, 6)] == refused.details["open_disputes"]
    for number in range(1, 6):
        world.act(BUYER, c.Withdraw(), number)
    for number in range(6, 31):
        assert number == world.open(sixth)
        world.act(BUYER, c.Withdraw(), number)
    refused = world.refusal(BUYER, opening_of(sixth))
    assert (LIMIT_REACHED, {"limit": 30}) == (refused.code, refused.details)


@pytest.mark.parametrize("currency", ["JPY", "USD", "TND"])
def test_keeping_the_item_goes_with_a_part_of_its_price(currency: str) -> None:
    """C3, D2, O2: remedy B is at most one minor unit less than the claimed items; one unit is the least a buyer can ask."""
    world = delivered(order_terms((2, 50), shipping=30, currency=currency), AT_HOME)
    world.wait(DAY)
    claim = claim_of(Reason.NOT_AS_DESCRIBED, ("a", 2))
    for amount, code in ((99, None), (1, None), (100, INVALID), (0, INVALID), (-1, INVALID)):
        asked = opening.RequestedRemedy(REFUND, money(amount, currency))
        if code:
            refused = world.refusal(BUYER, opening_of(claim, asked))
            assert code == refused.code
        else:
            number = world.open(claim, REFUND, money(amount, currency))
            world.act(BUYER, c.Withdraw(), number)
    assert world.now > PAID_AT


@pytest.mark.parametrize("price", [0, 1])
def test_what_has_no_part_cannot_be_kept_for_the_shipping(price: int) -> None:
    """D2: a free item with expensive shipping comes back by return, asked at first or by a changed request."""
    world = delivered(order_terms((1, price), shipping=2000), AT_HOME)
    world.wait(DAY)
    claim = claim_of(Reason.NOT_AS_DESCRIBED, ("a", 1))
    refused = world.refusal(BUYER, opening_of(claim, opening.RequestedRemedy(REFUND, money(price + 2000))))
    assert (INVALID, "request_type") == (refused.code, refused.details["field"])
    number = world.open(claim)
    refused = world.refused_act(BUYER, c.Propose(REFUND, money(price + 2000)), number)
    assert (INVALID, "type") == (refused.code, refused.details["field"])


def test_a_request_in_another_currency_is_refused() -> None:
    """O2: an order in dollars is not refunded in euros."""
    world = never_arrived()
    asked = opening.RequestedRemedy(REFUND, money(5, "EUR"))
    refused = world.refusal(BUYER, opening_of(not_received(), asked))
    assert (refused.code, refused.details["field"]) == (INVALID, "request_amount")
