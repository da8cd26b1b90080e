"""The facts of an order, and what was known of them at a moment: the rules O5-O8 read once more, plainly.

Nothing here comes from ``chalicelib``: facts are times, numbers and the words of the rules. Every fact has the time at which
it happened and the time at which it became known, and a question asked at ``now`` sees only what was known by then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise

DAYS = timedelta(days=1)
TOLERANCE = 2 * DAYS
PROTECTION = 15 * DAYS
UNSHIPPED = 30 * DAYS
AT_MOST_LATER = 30 * DAYS
CARRIER_DAYS = {
    "dhl": 23,
    "ups": 23,
    "tnt": 23,
    "fedex": 23,
    "ems": 27,
    "sf_express": 27,
    "china_post": 39,
    "hongkong_post": 39,
}
Moment = datetime | None


@dataclass(frozen=True)
class Record:
    """A carrier's record: ``status``, when it happened, when it became known here, and the country it names, if any."""

    status: str
    happened: datetime
    known: datetime
    to: str = ""
    day_alone: bool = False

    @property
    def at(self) -> datetime:
        """The time it counts as: of a day alone its end, but not later than when it was known (O6)."""
        if not self.day_alone:
            return self.happened
        return min(datetime.combine(self.happened, time(23, 59, 59), self.happened.tzinfo), self.known)


@dataclass(frozen=True)
class Sent:
    """A parcel: what it carries, when it was shipped, and when it was put on record here."""

    carrier: str
    shipped: datetime
    recorded: datetime
    lines: str
    records: tuple[Record, ...] = ()


@dataclass(frozen=True)
class Earlier:
    """An earlier dispute about some units of one line; ``ended`` is None while it is open.

    Of all the ways in which it can end, ``how``, two settle nothing: ``withdrawn``, and by a carrier's ``record``.
    ``finding`` is a mediator's. ``items`` and ``shipping`` are what was refunded when it ended.
    """

    reason: str
    line: str
    units: int
    opened: datetime
    how: str = "open"
    ended: Moment = None
    finding: str = ""
    items: int = 0
    shipping: int = 0


@dataclass(frozen=True)
class Facts:
    """All that ever happened to one order. ``sold`` is quantity and unit price of each line, in the order's order."""

    sold: dict[str, tuple[int, int]]
    fee: int
    paid: datetime
    placed: datetime
    country: str
    deliver_by: Moment = None
    within_days: int | None = None
    on_platform: bool = True
    offered: tuple[tuple[str, str], ...] = ()
    """The guarantees that the seller offers, each with who pays the return's postage."""
    sent: tuple[Sent, ...] = ()
    confirmed: tuple[tuple[str, datetime], ...] = ()
    promise_extended: tuple[datetime, datetime] | None = None
    """When the seller extended the promise, and until when."""
    protection_extended: tuple[datetime, datetime] | None = None
    earlier: tuple[Earlier, ...] = ()


# O5, O8: the promise.


def promise(facts: Facts, line: str, now: datetime) -> datetime:
    """Return the promise of a line as it stands: the seller's date, or so many days from shipment.

    It is raised before it has passed or been kept, or not at all.
    """
    promised = facts.deliver_by or _from_shipments(facts, line, now)
    if facts.promise_extended:
        at, until = facts.promise_extended
        if at <= now and at < promised and delivered_at(facts, line, at) is None:
            return max(promised, until)
    return promised


def _from_shipments(facts: Facts, line: str, now: datetime) -> datetime:
    promised = facts.paid + UNSHIPPED
    first: Moment = None
    for parcel in parcels_of(facts, line, now):
        if parcel.recorded >= promised:
            continue
        own = parcel.shipped + (facts.within_days or CARRIER_DAYS[parcel.carrier]) * DAYS
        if first is None:
            promised = first = own
        else:
            promised = max(promised, min(own, first + AT_MOST_LATER))
    return promised


# O6: what the records say.


def parcels_of(facts: Facts, line: str, now: datetime) -> list[Sent]:
    """Return the parcels known by now that carry a line, in the order in which they were put on record."""
    return sorted((it for it in facts.sent if line in it.lines and it.recorded <= now), key=lambda it: it.recorded)


def counting(facts: Facts, parcel: Sent, now: datetime) -> list[Record]:
    """Return the records that are of this parcel: not older than it, not before the order, not of another destination."""
    since = max(parcel.shipped - TOLERANCE, facts.placed)
    return [it for it in parcel.records if it.known <= now and it.at >= since and it.to in ("", facts.country)]


def went_back(facts: Facts, parcel: Sent, now: datetime) -> Moment:
    """Return when a parcel went back to its sender, if it did: what is delivered afterwards is delivered to the sender."""
    return min((it.at for it in counting(facts, parcel, now) if it.status == "returned_to_sender"), default=None)


def arrived(facts: Facts, parcel: Sent, now: datetime) -> Moment:
    """Return when a parcel was delivered and stayed so."""
    if went_back(facts, parcel, now):
        return None
    return min((it.at for it in counting(facts, parcel, now) if it.status == "delivered"), default=None)


def by_records(facts: Facts, line: str, now: datetime) -> Moment:
    """Return when the last parcel of a line was delivered, or None while one is on its way or went back.

    A parcel that went back no longer counts once another is sent after it. One that replaces none, and was put on record
    when the line had arrived, does not count either.
    """
    carrying = parcels_of(facts, line, now)
    back = {it: at for it in carrying if (at := went_back(facts, it, now))}
    times: list[Moment] = []
    for parcel in carrying:
        had_arrived = bool(times) and all(at and at <= parcel.recorded for at in times)
        replaces = any(parcel.shipped >= at for it, at in back.items() if it != parcel)
        is_replaced = parcel in back and any(it.shipped >= back[parcel] for it in carrying if it != parcel)
        if not is_replaced and (replaces or not had_arrived):
            times.append(arrived(facts, parcel, now))
    return max((at for at in times if at), default=None) if all(times) else None


def delivered_at(facts: Facts, line: str, now: datetime) -> Moment:
    """Return when a line was delivered: by the records or by the buyer's word, whichever is first."""
    said = [at for of, at in facts.confirmed if of == line and at <= now]
    return min((at for at in (by_records(facts, line, now), *said) if at), default=None)


# O7: how long protection lasts.


def closes_at(facts: Facts, now: datetime) -> datetime:
    """15 days after the last delivery, or after the promise of what is not delivered, or after the records last changed."""
    ends = [(delivered_at(facts, line, now) or promise(facts, line, now)) + PROTECTION for line in facts.sold]
    ends += [changed + PROTECTION for line in facts.sold for changed in changes(facts, line, now)]
    if facts.protection_extended and facts.protection_extended[0] <= now:
        ends.append(facts.protection_extended[1])
    return max(ends)


def changes(facts: Facts, line: str, now: datetime) -> list[datetime]:
    """Return when what the records say of the delivery of one of a line's parcels changed here."""

    def says(parcel: Sent, at: datetime) -> tuple[Moment, Moment]:
        return arrived(facts, parcel, at), went_back(facts, parcel, at)

    known = {(it, record.known) for it in parcels_of(facts, line, now) for record in it.records if record.known <= now}
    return [at for it, at in known if says(it, at) != says(it, at - timedelta(microseconds=1))]


def is_open(it: Earlier, now: datetime) -> bool:
    """Return whether an earlier dispute is open."""
    return it.opened <= now and not (it.ended and it.ended <= now)


def has_ended(it: Earlier, now: datetime) -> bool:
    """Return whether an earlier dispute has ended."""
    return it.ended is not None and it.ended <= now


def protection_over(facts: Facts, now: datetime) -> bool:
    """Return whether protection has closed: its end has passed, or had passed at a moment at which no dispute was open."""
    if closes_at(facts, now) <= now:
        return True
    heard = {it.known for parcel in facts.sent for it in parcel.records} | {it.recorded for it in facts.sent}
    heard |= {at for it in facts.earlier for at in (it.opened, it.ended) if at}
    heard |= {at for _, at in facts.confirmed}
    heard |= {it[0] for it in (facts.promise_extended, facts.protection_extended) if it}
    until_then = sorted(at for at in heard if at <= now)
    return any(
        closes_at(facts, at) <= then and not any(is_open(it, at) for it in facts.earlier) for at, then in pairwise(until_then)
    )
