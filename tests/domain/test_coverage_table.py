"""The decision table of C1: every verdict of ``coverage.decide``, held against a second reading of the rules.

``coverage_stories`` says what can happen, ``coverage_films`` plays it by the domain's own commands, and ``coverage_oracle``
says from the same facts what the rules give.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest

from chalicelib.domain import coverage
from chalicelib.domain.claim import Claim, ClaimItem, Covered
from chalicelib.domain.exclusions import EXPLANATIONS, Exclusion
from chalicelib.domain.guarantees import Reason
from tests.domain.coverage_facts import Facts, closes_at, promise
from tests.domain.coverage_films import Film, claim, described, offered, play
from tests.domain.coverage_oracle import look, verdict
from tests.domain.coverage_stories import (
    DATED,
    EVERYTHING,
    GENUINE,
    HISTORIES,
    PROMISES,
    REASONS,
    SAGAS,
    SOLD,
    any_facts,
    deliveries,
    earlier_disputes,
    here,
    parcel,
    with_disputes,
)
from tests.domain.worlds import DAY, PAID_AT, PROMISED, SECOND

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    Offer = tuple[tuple[str, str], ...]

OFFERS: dict[str, tuple[Offer, ...]] = {
    "not_received": (EVERYTHING,),
    "not_as_described": ((), EVERYTHING),
    "counterfeit": ((), (GENUINE,), (("extra_returns", "buyer"),)),
    "no_longer_wanted": (
        (GENUINE,),
        (("domestic_returns", "seller"),),
        (("extra_returns", "buyer"),),
        (("extra_returns", "seller"), ("domestic_returns", "buyer")),
        EVERYTHING,
    ),
}
"""The offers of the seller that can matter for a reason."""

WHOLE = {line: quantity for line, (quantity, _) in SOLD.items()}
CLAIMS = (WHOLE, {"a": 3}, {"b": 1})
CLAIMS_OF_UNITS = (WHOLE, {"a": 1}, {"a": 6}, {"b": 2, "a": 9})


class Table:
    """The comparison of many verdicts: how many there were, and of which kinds for each reason."""

    def __init__(self) -> None:
        """Begin with none."""
        self.asked: Counter[tuple[str, object]] = Counter()

    def compare(
        self,
        facts: Facts,
        film: Film,
        moments: Iterable[datetime],
        claims: Iterable[dict[str, int]],
        reasons: Iterable[str] = REASONS,
        offers: dict[str, tuple[Offer, ...]] | None = None,
    ) -> None:
        """Ask for every verdict, with these offers of the seller or those that the facts name."""
        for now in moments:
            case, known = film.at(now), look(facts, now)
            for reason in reasons:
                for offer in offers[reason] if offers else (facts.offered,):
                    seen = replace(known, facts=replace(facts, offered=offer))
                    terms = replace(case.order.terms, guarantees=offered(seen.facts))
                    asked = replace(case, order=replace(case.order, terms=terms)) if offers else case
                    for items in claims:
                        actual = coverage.decide(asked, claim(reason, items), now)
                        expected = verdict(seen, reason, items)
                        assert expected == described(actual), (reason, items, now, seen.facts)
                        self._count(reason, items, actual, expected)

    def _count(self, reason: str, items: dict[str, int], actual: object, expected: tuple[object, ...]) -> None:
        self.asked[reason, expected[1] if expected[0] == "not covered" else expected[0]] += 1
        if isinstance(actual, Covered):
            room = sum(cap.items.minor + cap.shipping.minor for cap in actual.caps)
            assert (actual.maximum.minor, list(items)) == (room, [cap.line_id for cap in actual.caps])

    def kinds(self, reason: str) -> set[object]:
        """The kinds of verdict that came up for a reason."""
        return {kind for of, kind in self.asked if of == reason}


def boundaries(facts: Facts, film: Film, *also: datetime) -> list[datetime]:
    """A second before, at and after every promise and the close, and a second before and at whatever became known."""
    known = {at for at, _ in film.frames}
    last = max(known)
    edges = {*also, *(promise(facts, line, last) for line in SOLD), closes_at(facts, last)}
    around = {at + second * SECOND for at in edges for second in (-1, 0, 1)} | {at - SECOND for at in known} | known
    return sorted(at for at in around if at >= PAID_AT)


def kinds_with(*own: str) -> set[str]:
    """The kinds of verdict that every reason has, and those of its own."""
    return {"covered", "not yet", "deadline_passed", *own}


@pytest.mark.parametrize("promised", PROMISES)
def test_what_happens_to_the_parcels_gets_the_verdict_of_the_rules(promised: str) -> None:
    """C1, C2, O5-O7: whatever became of the parcels and whenever it became known, verdict and amounts are the rules'."""
    table = Table()
    order, p = PROMISES[promised]
    for more in deliveries(p).values():
        facts = replace(order, **more)
        film = play(facts)
        table.compare(facts, film, boundaries(facts, film, p), CLAIMS, offers=OFFERS)

    assert table.asked.total() > 20_000
    assert kinds_with("carrier_shows_delivered") == table.kinds("not_received")
    assert kinds_with() == table.kinds("not_as_described") == table.kinds("counterfeit")
    assert kinds_with("changed_mind") == table.kinds("no_longer_wanted")


@pytest.mark.parametrize("offers", [(), EVERYTHING], ids=["nothing offered", "everything offered"])
@pytest.mark.parametrize("history", HISTORIES)
def test_earlier_disputes_leave_what_the_rules_leave(history: str, offers: Offer) -> None:
    """C2, C3, D5, D7: after one or two disputes about some units, the verdict counts units and money as the rules do."""
    table = Table()
    order, since = HISTORIES[history]
    order = replace(order, offered=offers)
    for earlier in earlier_disputes(since):
        facts = with_disputes(order, earlier)
        if facts is not None:
            film = play(facts)
            last = max(at for at, _ in film.frames)
            ends = {at for it in earlier for at in (it.opened, it.ended) if at}
            table.compare(facts, film, {*ends, last, closes_at(facts, last) - SECOND}, CLAIMS_OF_UNITS)

    assert table.asked.total() > 1_000
    excluded = {"dispute_already_open", "already_settled"}
    assert excluded <= table.kinds("not_received") | table.kinds("not_as_described")
    if history == "late":
        assert {"already_refunded", *excluded} <= table.kinds("not_received")
        for reason in ("not_as_described", "counterfeit"):
            assert {"seller_proved_as_described", "already_refunded", *excluded} <= table.kinds(reason)


@pytest.mark.parametrize("saga", SAGAS)
def test_a_dispute_that_settled_nothing_leaves_every_unit(saga: str) -> None:
    """C5, D7: what a record closed may come back once the record is undone; what was withdrawn, while protection is open."""
    table = Table()
    film = play(SAGAS[saga])
    table.compare(SAGAS[saga], film, boundaries(SAGAS[saga], film), CLAIMS_OF_UNITS)

    assert {"covered", "dispute_already_open"} <= {kind for _, kind in table.asked}
    assert "already_settled" not in {kind for _, kind in table.asked}


def test_any_parcels_with_any_records_get_the_verdict_of_the_rules() -> None:
    """O5-O7, C1, C2: parcels, lines, times and records drawn at random, in any order, are judged as the rules judge them."""
    table = Table()
    random = Random("parcels")
    for _ in range(90):
        facts, _ = any_facts(random)
        film = play(facts)
        table.compare(facts, film, boundaries(facts, film), CLAIMS, ("not_received", "counterfeit"))

    assert kinds_with("carrier_shows_delivered") == table.kinds("not_received")
    assert kinds_with() == table.kinds("counterfeit")


def test_what_is_never_covered_is_excluded_whatever_happened() -> None:
    """C2: an unauthorised charge goes to the card issuer, and a payment elsewhere is not protected, at any time."""
    table = Table()
    for more in deliveries(PROMISED).values():
        for on_platform, reasons in ((True, ()), (False, REASONS)):
            facts = replace(DATED, on_platform=on_platform, offered=EVERYTHING, **more)
            film = play(facts)
            asked = (*reasons, "unauthorised_charge")
            table.compare(facts, film, boundaries(facts, film)[::4], CLAIMS[:2], asked)

    assert {"unauthorised_charge"} == table.kinds("unauthorised_charge")
    assert [{"paid_outside_platform"}] * 4 == [table.kinds(reason) for reason in REASONS]


def test_a_verdict_depends_on_nothing_but_its_arguments() -> None:
    """C1: asking twice, in between other questions, gives the same verdict and changes neither order nor claim."""
    late = PROMISED + 2 * DAY
    sent = (parcel(here(PROMISED - DAY), lines="a"), parcel(here(late), lines="b"))
    case = play(replace(DATED, sent=sent, offered=EVERYTHING)).case
    before = repr(case)
    claims = [Claim(reason, (ClaimItem("b", 1),)) for reason in Reason]
    first = [coverage.decide(case, asked, late) for asked in claims]
    again = [coverage.decide(case, asked, late) for asked in reversed(claims)]

    assert first == again[::-1]
    assert before == repr(case)


def test_every_exclusion_has_words_of_its_own() -> None:
    """C2: each exclusion code comes with its own explanation, and an unauthorised charge is told to go to the card issuer."""
    assert set(Exclusion) == set(EXPLANATIONS)
    assert len(Exclusion) == len(set(EXPLANATIONS.values()))
    assert "card" in EXPLANATIONS[Exclusion.UNAUTHORISED_CHARGE]
