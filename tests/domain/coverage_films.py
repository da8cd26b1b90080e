"""An order's facts played as commands, so that the function is asked about what the domain itself made of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time
from itertools import count
from typing import TYPE_CHECKING

from chalicelib.domain import commands as c
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.claim import Claim, Covered, NotCovered, NotYet
from chalicelib.domain.dispute import Stage
from chalicelib.domain.evidence import EvidenceType
from chalicelib.domain.guarantees import Finding, Guarantee, OfferedGuarantee, OfferType, Payer, Reason
from chalicelib.domain.parcel import CarrierStatus
from chalicelib.domain.people import Actor, Role
from tests.domain.worlds import AT_HOME, BUYER, DAY, HOUR, SELLER, World, claim_of, money, order_terms

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.case import Case
    from chalicelib.domain.changes import Changes
    from tests.domain.coverage_facts import Earlier, Facts, Record, Sent

NUMBERS = {
    Carrier.TNT: ("000000001", "000000002", "000000003"),
    Carrier.DHL: ("3318810025", "3318810014"),
    Carrier.CHINA_POST: ("RR123456785CN",),
}


@dataclass
class Film(World):
    """A world that keeps the case as it stood after every command."""

    frames: list[tuple[datetime, Case]] = field(default_factory=list)

    def keep(self, changes: Changes) -> None:
        """Make the changes part of the history, and keep a frame."""
        super().keep(changes)
        self.frames.append((self.now, self.case))

    def at(self, now: datetime) -> Case:
        """The case as it was last recorded at a moment."""
        return next(case for then, case in reversed(self.frames) if then <= now)


def claim(reason: str, items: dict[str, int]) -> Claim:
    """A well-formed claim for a reason, about so many units of each line."""
    return claim_of(Reason(reason), *items.items())


def offered(facts: Facts) -> tuple[OfferedGuarantee, ...]:
    """The guarantees of the facts."""
    return tuple(OfferedGuarantee(Guarantee(kind), Payer(payer)) for kind, payer in facts.offered)


def play(facts: Facts) -> Film:
    """Play all facts in the order in which they became known, those of one moment as they stand in the facts."""
    terms = order_terms(
        *facts.sold.values(),
        shipping=facts.fee,
        paid_at=facts.paid,
        placed_at=facts.placed,
        paid_on_platform=facts.on_platform,
        destination_country=facts.country,
        deliver_by=facts.deliver_by,
        deliver_within_days=facts.within_days,
        guarantees=offered(facts),
    )
    film = Film.of(terms, AT_HOME)
    assert isinstance(film, Film)
    steps = [
        *_parcels(film, facts),
        *((at, _confirms(film, line)) for line, at in facts.confirmed),
        *((at, _later(film.extend_promise, until)) for at, until in filter(None, [facts.promise_extended])),
        *((at, _later(film.extend_protection, until)) for at, until in filter(None, [facts.protection_extended])),
        *(step for number, it in enumerate(facts.earlier, start=1) for step in _dispute(film, number, it)),
    ]
    for at, step in sorted(steps, key=lambda it: it[0]):
        film.go(at)
        step()
    return film


Step = tuple[datetime, "Callable[[], object]"]


def _parcels(film: Film, facts: Facts) -> list[Step]:
    numbers = {carrier: iter(of) for carrier, of in NUMBERS.items()}
    steps: list[Step] = []
    for number, it in zip(count(1), facts.sent, strict=False):
        steps.append((it.recorded, _ships(film, it, next(numbers[Carrier(it.carrier)]))))
        steps += [(record.known, _reports(film, record, number)) for record in it.records]
    return steps


def _ships(film: Film, it: Sent, written: str) -> Callable[[], object]:
    return lambda: film.ship(*it.lines, carrier=Carrier(it.carrier), number=written, at=it.shipped)


def _reports(film: Film, it: Record, number: int) -> Callable[[], object]:
    latest = datetime.combine(it.happened, time(23, 59, 59), it.happened.tzinfo) if it.day_alone else it.happened
    return lambda: film.report(CarrierStatus(it.status), latest, number, to=it.to, exact=not it.day_alone)


def _confirms(film: Film, line: str) -> Callable[[], object]:
    return lambda: film.confirm(line)


def _later(extend: Callable[[datetime], object], until: datetime) -> Callable[[], object]:
    return lambda: extend(until)


def _dispute(film: Film, number: int, it: Earlier) -> list[Step]:
    """The life of an earlier dispute: it opens, and what happens in it until it ends as the facts say."""

    def opens() -> None:
        kind = OfferType.REFUND_WITH_RETURN if it.how == "expired" else None
        assert film.open(claim(it.reason, {it.line: it.units}), kind) == number

    def acts(*all_of: tuple[object, c.DisputeCommand]) -> Callable[[], object]:
        def act() -> None:
            for actor, command in all_of:
                film.act(actor, command, number)  # type: ignore[arg-type]

        return act

    def offer(minor: int) -> c.Propose:
        return c.Propose(OfferType.REFUND, money(minor))

    def settles() -> None:
        asked, paid = film.dispute(number).request.amount.minor, it.items + it.shipping
        acts((SELLER, c.Accept("1")) if asked == paid else (SELLER, offer(paid)))()
        if asked != paid:
            acts((BUYER, c.Accept("2")))()

    def ends_without_a_return() -> None:
        if film.dispute(number).stage is Stage.OPENED:
            film.act(SELLER, c.Accept("1"), number)

    ends = it.ended or it.opened
    finds = c.Decide(OfferType.REFUND, money(0), Finding(it.finding or "not_as_described"), "The photos show it.")
    mediator = Actor(Role.MEDIATOR, f"mia-{number}")
    decided = acts((SELLER, offer(0)), (BUYER, c.Escalate()), (mediator, c.Assign()), (mediator, finds))
    lives: dict[str, list[Step]] = {
        "open": [],
        "withdrawn": [(ends, acts((BUYER, c.Withdraw())))],
        "found": [(it.opened + HOUR, decided), (ends, acts((BUYER, c.AcceptDecision()), (SELLER, c.AcceptDecision())))],
        "appealed": [
            (it.opened + HOUR, decided),
            (it.opened + 2 * HOUR, acts((BUYER, c.Appeal(EvidenceType.DOCUMENT, "New.")))),
        ],
        "expired": [(ends - 10 * DAY, ends_without_a_return), (ends, film.sweep)],
        "record": [(ends, film.sweep)],
        "settled": [(ends, settles)],
    }
    return [(it.opened, opens), *lives[it.how]]


def described(verdict: Covered | NotCovered | NotYet) -> tuple[object, ...]:
    """A verdict of the function in the oracle's words."""
    match verdict:
        case NotCovered(exclusion, line, left):
            return "not covered", exclusion.value, line, left
        case NotYet(opens_at, line):
            return "not yet", opens_at, line
        case Covered(guarantee, reason, remedies, _):
            worth = ((it.type.value, it.maximum.minor, it.return_postage and it.return_postage.value) for it in remedies)
            return "covered", guarantee.value, reason.value, tuple(worth)
