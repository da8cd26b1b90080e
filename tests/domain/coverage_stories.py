"""The rows of the coverage table: fates of an order's parcels and of its earlier disputes, as facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING, Any

from tests.domain.coverage_facts import Earlier, Facts, Record, Sent
from tests.domain.coverage_oracle import look, verdict, worth
from tests.domain.worlds import DAY, HOUR, PAID_AT, PROMISED, SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from random import Random

REASONS = ("not_received", "not_as_described", "counterfeit", "no_longer_wanted")
SOLD = {"a": (10, 333), "b": (2, 5001)}
"""Quantity and unit price of each line: 33.30 and 100.02, so that shares of the shipping fee have remainders."""
SHIPPED = PAID_AT + DAY
BASE = Facts(SOLD, 1001, PAID_AT, PAID_AT, "ES")
PROMISES: dict[str, tuple[Facts, datetime]] = {
    "the seller's date": (replace(BASE, deliver_by=PROMISED), PROMISED),
    "the carrier's default": (BASE, SHIPPED + 23 * DAY),
    "20 days from shipment": (replace(BASE, within_days=20), SHIPPED + 20 * DAY),
}
"""An order, and the promise of what TNT took on its second day."""

GENUINE = ("guaranteed_genuine", "buyer")
EVERYTHING = (GENUINE, ("domestic_returns", "buyer"), ("extra_returns", "seller"))


def parcel(*records: Record, lines: str = "ab", shipped: datetime = SHIPPED, carrier: str = "tnt") -> Sent:
    """A parcel put on record when it was shipped."""
    return Sent(carrier, shipped, shipped, lines, records)


def here(happened: datetime, known: datetime | None = None, *, to: str = "", day_alone: bool = False) -> Record:
    """A delivery, known at once unless told otherwise."""
    return Record("delivered", happened, known or happened, to, day_alone)


def back(happened: datetime, known: datetime | None = None, *, to: str = "") -> Record:
    """A return to the sender."""
    return Record("returned_to_sender", happened, known or happened, to)


SCANNED = Record("in_transit", SHIPPED, SHIPPED)


def deliveries(p: datetime) -> dict[str, dict[str, Any]]:
    """Return the fates of the parcels of an order that is promised for ``p``, by name: the fields of its facts."""
    soon, late = p - 5 * DAY, p + 3 * DAY
    long_ago = {"placed": PAID_AT - 9 * DAY}
    again = p - 8 * DAY

    def sent(*parcels: Sent, **more: object) -> dict[str, Any]:
        return {"sent": parcels, **more}

    def one(*records: Record, **more: object) -> dict[str, Any]:
        return sent(parcel(*records), **more)

    def said(*confirmed: tuple[str, datetime]) -> dict[str, Any]:
        return {"confirmed": confirmed}

    return {
        "no parcel": {},
        "unscanned": one(),
        "scanned": one(SCANNED),
        "in time": one(here(soon)),
        "a second early": one(here(p - SECOND)),
        "to the second": one(here(p)),
        "a second late": one(here(p + SECOND)),
        "late": one(here(late)),
        "in time, known late": one(here(p - 2 * DAY, p + 2 * DAY)),
        "in time, known just before the close": one(here(p - 2 * DAY, p + 15 * DAY - SECOND)),
        "in time, known at the close": one(here(p - 2 * DAY, p + 15 * DAY)),
        "late, known later": one(here(p + DAY, p + 10 * DAY)),
        "known later as earlier": one(here(p + DAY), here(p - DAY, p + 5 * DAY)),
        "told twice": one(here(p - 4 * DAY), here(p - 3 * DAY, p + 5 * DAY)),
        "back before delivered": one(back(p - 6 * DAY), here(soon)),
        "back before delivered, known after it": one(here(soon), back(p - 6 * DAY, p + 4 * DAY)),
        "back after delivered": one(here(soon), back(p - 3 * DAY)),
        "back after delivered, known just before the close": one(here(soon), back(p - 3 * DAY, p + 10 * DAY - SECOND)),
        "back after delivered, known at the close": one(here(soon), back(p - 3 * DAY, p + 10 * DAY)),
        "back at the same second": one(here(soon), back(soon)),
        "back, and delivered before known later": one(back(p - 3 * DAY), here(soon, p + 9 * DAY)),
        "back, known late": one(back(p - DAY, p + 14 * DAY)),
        "back twice": one(back(p - DAY), back(p, p + 9 * DAY)),
        "older than the parcel": one(here(SHIPPED - 2 * DAY - SECOND, SHIPPED), **long_ago),
        "not older than the parcel": one(here(SHIPPED - 2 * DAY, SHIPPED), **long_ago),
        "an older return": one(back(SHIPPED - 2 * DAY - SECOND, SHIPPED), here(soon), **long_ago),
        "older than the order": one(here(PAID_AT - SECOND, SHIPPED)),
        "as old as the order": one(here(PAID_AT, SHIPPED)),
        "to another country": one(here(soon, to="FR")),
        "to the order's country": one(here(soon, to="ES")),
        "back on the way to another country": one(here(soon), back(soon + DAY, to="FR")),
        "a day alone, known the next day": one(here(p - 3 * HOUR, p + DAY, day_alone=True)),
        "a day alone, known an hour before the promise": one(here(p - 3 * HOUR, p - HOUR, day_alone=True)),
        "a day alone, known at the promise": one(here(p - 3 * HOUR, p, day_alone=True)),
        "a day alone, known an hour after the promise": one(here(p - 3 * HOUR, p + HOUR, day_alone=True)),
        "confirmed in time": one(SCANNED, **said(("a", soon), ("b", soon))),
        "half confirmed in time": one(SCANNED, **said(("a", soon))),
        "confirmed late": one(**said(("a", late), ("b", late))),
        "confirmed before the record": one(here(p + DAY), **said(("a", p - DAY))),
        "confirmed late, in time by a later record": one(here(p - DAY, p + 6 * DAY), **said(("a", p + DAY), ("b", p + DAY))),
        "confirmed, then back": one(here(soon), back(p - 2 * DAY), **said(("a", p - 4 * DAY))),
        "a in time, b late": sent(parcel(here(soon), lines="a"), parcel(here(late), lines="b")),
        "a in time, b on its way": sent(parcel(here(soon), lines="a"), parcel(SCANNED, lines="b")),
        "a in time, b not shipped": sent(parcel(here(soon), lines="a")),
        "a on its way, b late": sent(parcel(SCANNED, lines="a"), parcel(here(late), lines="b")),
        "a back, b in time": sent(parcel(back(soon), lines="a"), parcel(here(soon), lines="b")),
        "a late, b in time but known late": sent(parcel(here(late), lines="a"), parcel(here(p - DAY, p + 2 * DAY), lines="b")),
        "b in two parcels": sent(parcel(here(soon)), parcel(here(p - 3 * DAY), lines="b")),
        "b in two parcels, one on its way": sent(parcel(here(soon)), parcel(SCANNED, lines="b")),
        "b in two parcels, one late": sent(parcel(here(soon)), parcel(here(late), lines="b")),
        "b in two parcels, one back": sent(parcel(back(soon)), parcel(here(soon), lines="b")),
        "back and sent again": sent(parcel(back(p - 9 * DAY)), parcel(here(p - 4 * DAY), shipped=again)),
        "back and sent again in vain": sent(parcel(back(p - 9 * DAY)), parcel(shipped=again)),
        "back and only b sent again": sent(parcel(back(p - 9 * DAY)), parcel(here(p - 4 * DAY), lines="b", shipped=again)),
        "one more after it arrived": sent(parcel(here(p - 9 * DAY)), parcel(shipped=again)),
        "one more after the promise": sent(parcel(), parcel(here(late), shipped=p + DAY)),
        "a slower second": sent(parcel(), parcel(shipped=SHIPPED + 5 * DAY, carrier="china_post")),
        "a slower second, beyond 30 days more": sent(parcel(), parcel(shipped=SHIPPED + 15 * DAY, carrier="china_post")),
        "shipped when the promise had passed": sent(parcel(shipped=PAID_AT + 31 * DAY, carrier="dhl")),
        "promise extended and kept": one(here(p + 5 * DAY), promise_extended=(soon, p + 10 * DAY)),
        "promise extended in vain": one(promise_extended=(soon, p + 10 * DAY)),
        "protection extended": one(here(soon), protection_extended=(p, p + 25 * DAY)),
    }


# Earlier disputes: an order with a history, and the moment from which disputes about it are opened.

DATED = replace(BASE, deliver_by=PROMISED)
HISTORIES: dict[str, tuple[Facts, datetime]] = {
    "in time": (replace(DATED, sent=(parcel(here(PROMISED - 5 * DAY)),)), PROMISED - 4 * DAY),
    "late": (replace(DATED, sent=(parcel(here(PROMISED + DAY)),)), PROMISED + 2 * DAY),
    "never": (replace(DATED, sent=(parcel(),)), PROMISED + DAY),
    "in time, known late": (replace(DATED, sent=(parcel(here(PROMISED - DAY, PROMISED + 4 * DAY)),)), PROMISED + DAY),
    "back, known late": (
        replace(DATED, sent=(parcel(here(PROMISED - 5 * DAY), back(PROMISED - 4 * DAY, PROMISED + 4 * DAY)),)),
        PROMISED,
    ),
}


def _life(how: str, reason: str, units: int, at: datetime, line: str = "a") -> Earlier:
    """One earlier dispute that was opened at a moment. The words for ``how`` are those below."""
    price = units * SOLD[line][1]
    ended = None if how in ("open", "appealed") else at + (11 if how == "expired" else 2) * DAY
    if how == "expired" and reason == "no_longer_wanted":
        ended = at + 10 * DAY  # it goes straight to the return
    it = Earlier(reason, line, units, at, how, ended)
    match how:
        case "found" | "appealed":
            return replace(it, finding="seller_proved_as_described")
        case "genuine":
            return replace(it, how="found", finding="genuine")
        case "settled for nothing" | "settled for a part" | "settled for nearly all":
            paid = {"settled for nothing": 0, "settled for a part": 100, "settled for nearly all": price - 1}[how]
            return replace(it, how="settled", items=paid)
        case "settled for all":
            return replace(it, how="settled", items=price, shipping=worth(BASE, line, units)[1])
    return it


LIVES = {
    "not_received": ("settled for all",),
    "not_as_described": ("found", "appealed", "expired"),
    "counterfeit": ("found", "appealed", "genuine", "settled for all"),
    "no_longer_wanted": ("expired",),
}
TALKS = ("settled for nothing", "settled for a part", "settled for nearly all")

FIRST = (
    ("settled for a part", "not_as_described", 4),
    ("withdrawn", "not_as_described", 1),
    ("found", "not_as_described", 1),
    ("settled for nothing", "counterfeit", 1),
    ("open", "counterfeit", 3),
    ("open", "not_as_described", 4),
    ("settled for all", "not_received", 4),
    ("open", "not_received", 3),
    ("withdrawn", "not_received", 10),
)
SECOND_ONE = (
    ("open", "not_as_described", 3),
    ("settled for a part", "not_as_described", 5),
    ("open", "counterfeit", 5),
    ("found", "counterfeit", 2),
    ("open", "not_received", 2),
    ("settled for a part", "not_received", 5),
    ("withdrawn", "not_as_described", 6),
    ("open", "no_longer_wanted", 3),
)


def earlier_disputes(at: datetime) -> Iterator[tuple[Earlier, ...]]:
    """Every life that one dispute can have about some units of line a, one about line b, and pairs of disputes."""
    for reason, units in product(REASONS, (1, 4, 10)):
        talks = () if reason == "no_longer_wanted" else TALKS
        for how in ("open", "withdrawn", *talks, *LIVES[reason]):
            yield (_life(how, reason, units, at),)
    for reason in REASONS:
        yield (_life("open", reason, 1, at, "b"),)
    for first, second, later in product(FIRST, SECOND_ONE, (3 * HOUR, 51 * HOUR)):
        yield _life(*first, at), _life(*second, at + later)


def with_disputes(facts: Facts, earlier: tuple[Earlier, ...]) -> Facts | None:
    """The order with that past, or None where one of the disputes would not have been covered, or not for so much."""
    for it in earlier:
        told = verdict(look(facts, it.opened), it.reason, {it.line: it.units})
        if told[0] != "covered" or it.items + it.shipping > max(most for _, most, _ in told[3]):  # type: ignore[attr-defined]
            return None
        facts = replace(facts, earlier=(*facts.earlier, it))
    return facts


SAGAS: dict[str, Facts] = {
    "closed by a record that is undone later": replace(
        DATED,
        sent=(parcel(here(PROMISED - 2 * DAY, PROMISED + 2 * DAY), back(PROMISED - DAY, PROMISED + 9 * DAY)),),
        earlier=(Earlier("not_received", "a", 4, PROMISED + DAY, "record", PROMISED + 5 * DAY),),
    ),
    "withdrawn after the close, which a late record then moves": replace(
        DATED,
        sent=(parcel(here(PROMISED - 5 * DAY), lines="a"), parcel(back(PROMISED - DAY, PROMISED + 16 * DAY), lines="b")),
        earlier=(
            Earlier("not_received", "b", 2, PROMISED + 12 * DAY),
            Earlier("not_as_described", "a", 4, PROMISED + 13 * DAY, "withdrawn", PROMISED + 15 * DAY + HOUR),
        ),
    ),
    "withdrawn after the close, alone": replace(
        DATED,
        sent=(parcel(here(PROMISED - 5 * DAY)),),
        earlier=(Earlier("not_as_described", "a", 4, PROMISED + 9 * DAY, "withdrawn", PROMISED + 11 * DAY),),
    ),
}


# Anything at all.


def any_facts(random: Random) -> tuple[Facts, datetime]:
    """One to three parcels with any records, in any order, known at any time; the facts and what is promised."""
    order, p = random.choice(list(PROMISES.values()))
    order = replace(order, placed=PAID_AT - random.choice((0, 0, 3, 9)) * DAY)
    carriers = ["tnt", "tnt", "tnt", "dhl", "dhl", "china_post"]
    random.shuffle(carriers)
    sent = []
    for carrier in carriers[: random.choice((1, 1, 2, 2, 3))]:
        recorded = random.choice((SHIPPED, SHIPPED + 2 * DAY, SHIPPED + 10 * DAY, p - 4 * DAY, p - 3 * DAY, p + DAY))
        shipped = max(recorded - random.choice((0, 0, 1, 2, 5)) * DAY, PAID_AT)
        records = tuple(_any_record(random, shipped, recorded, p) for _ in range(random.choice((0, 1, 1, 2, 2, 3))))
        sent.append(Sent(carrier, shipped, recorded, random.choice(("ab", "ab", "a", "b")), records))
    sent.sort(key=lambda it: it.recorded)
    lines = random.choice(("a", "b", "ab")) if random.random() < 0.2 else ""
    confirmed = tuple((line, max(sent[0].recorded, random.choice((p - 4 * DAY, p + DAY)))) for line in lines)
    return replace(order, sent=tuple(sent), confirmed=confirmed, offered=random.choice(((), EVERYTHING))), p


def _any_record(random: Random, shipped: datetime, recorded: datetime, p: datetime) -> Record:
    status = random.choice(("delivered", "delivered", "delivered", "returned_to_sender", "returned_to_sender", "in_transit"))
    about_shipping = (shipped - 2 * DAY - SECOND, shipped - 2 * DAY, shipped, PAID_AT - SECOND)
    days = (-6, -5, -5, -2, 0, 1, 3, 8, 12)
    happened = random.choice((*about_shipping, p - 3 * HOUR, p - SECOND, *(p + n * DAY for n in days)))
    known = max(happened, recorded) + random.choice((timedelta(), timedelta(), HOUR, DAY, 4 * DAY, 12 * DAY))
    return Record(status, happened, known, random.choice(("", "", "ES", "FR")), random.random() < 0.15)
