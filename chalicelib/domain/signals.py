"""Find patterns in one person's disputes that people may want to look at. A pattern is no finding, and decides nothing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from chalicelib.domain.guarantees import Basis
from chalicelib.domain.people import Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from chalicelib.domain.dispute import Dispute
    from chalicelib.domain.order import Order

LOOKED_BACK = timedelta(days=365)
"""The age of the oldest dispute that counts."""
SOON = timedelta(days=3)
"""A claim so soon after the delivery that ended in a refund counts as one just after it."""
UNSEEN = timedelta(days=10)
"""The time after which a return counts as never scanned."""
FEWEST = 2
"""A pattern is one from so many cases on; a single case is none."""


class Kind(StrEnum):
    """The patterns that are looked for."""

    MANY_OF_ONE_KIND = "many_of_one_kind"
    REFUND_JUST_AFTER_DELIVERY = "refund_just_after_delivery"
    DELIVERED_AFTER_REFUND = "delivered_after_refund"
    RETURN_NEVER_SCANNED = "return_never_scanned"
    PHOTO_USED_BEFORE = "photo_used_before"
    NUMBER_OF_OTHERS = "number_of_others"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Signal:
    """A pattern: in how many of how many it was seen, and the disputes behind it. ``about`` is the reason, for one kind."""

    kind: Kind
    count: int
    of: int
    cases: tuple[str, ...]
    about: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """The disputes and orders of one person in the last year, and the tracking numbers that carry orders of others."""

    role: Role
    disputes: tuple[Dispute, ...]
    orders: Mapping[str, Order]
    others: frozenset[tuple[str, str]] = frozenset()


def signals(it: Known, now: datetime) -> list[Signal]:
    """Return the patterns in at least two cases, each at most once for a kind and a reason."""
    return [found for found in _all(it, now) if found.count >= FEWEST]


def _all(it: Known, now: datetime) -> Iterator[Signal]:
    reasons: dict[str, list[str]] = defaultdict(list)
    for dispute in it.disputes:
        reasons[dispute.claim.reason.value].append(dispute.id)
    for reason, cases in sorted(reasons.items()):
        yield Signal(Kind.MANY_OF_ONE_KIND, len(cases), len(it.orders), tuple(cases), reason)
    refunded = [one for one in it.disputes if not one.open and one.refund and one.refund.minor]
    yield _of(Kind.REFUND_JUST_AFTER_DELIVERY, refunded, [one for one in refunded if _soon(it, one)])
    yield _of(Kind.DELIVERED_AFTER_REFUND, refunded, [one for one in refunded if one.late_delivery])
    returned = [one for one in it.disputes if one.return_parcel and one.return_parcel.carrier]
    yield _of(Kind.RETURN_NEVER_SCANNED, returned, [one for one in returned if _never_scanned(one, now)])
    if it.role is Role.SELLER:
        yield _of(Kind.SILENT, it.disputes, [one for one in it.disputes if _silent(one)])
    yield _photos(it)
    yield _numbers(it)


def _of(kind: Kind, whole: Sequence[Dispute], part: Sequence[Dispute]) -> Signal:
    return Signal(kind, len(part), len(whole), tuple(one.id for one in part))


def _soon(it: Known, dispute: Dispute) -> bool:
    """Return whether a dispute without a return was opened within days of the last delivery of its order."""
    order = it.orders.get(dispute.order_id)
    times = [at for parcel in order.parcels if (at := parcel.delivered_at)] if order else []
    return bool(times) and dispute.return_parcel is None and timedelta(0) <= dispute.opened_at - max(times) <= SOON


def _silent(dispute: Dispute) -> bool:
    """Return whether the buyer's request was granted because the seller said nothing, also where a return was to follow."""
    granted = dispute.grant is not None and dispute.grant.basis is Basis.SELLER_SILENT
    return granted or dispute.basis is Basis.SELLER_SILENT


def _never_scanned(dispute: Dispute, now: datetime) -> bool:
    back = dispute.return_parcel
    return back is not None and back.scanned_at is None and now - back.shipped_at >= UNSEEN


def _photos(it: Known) -> Signal:
    """Photos of this person whose content was evidence in another dispute of theirs. Erased ones have no content."""
    used: dict[str, set[str]] = defaultdict(set)
    for dispute in it.disputes:
        for piece in dispute.evidence:
            if piece.by is it.role and piece.file and not piece.file.etag.startswith("["):
                used[piece.file.etag].add(dispute.id)
    again = {case for cases in used.values() if len(cases) > 1 for case in cases}
    shown = {case for cases in used.values() for case in cases}
    return Signal(Kind.PHOTO_USED_BEFORE, len(again), len(shown), tuple(one.id for one in it.disputes if one.id in again))


def _numbers(it: Known) -> Signal:
    """Disputes about orders, or with returns, whose tracking numbers carry orders of other people too."""
    named = {one.id: _keys(it, one) for one in it.disputes}
    with_numbers = [one for one in it.disputes if named[one.id]]
    return _of(Kind.NUMBER_OF_OTHERS, with_numbers, [one for one in with_numbers if named[one.id] & it.others])


def _keys(it: Known, dispute: Dispute) -> set[tuple[str, str]]:
    """Return the tracking numbers that this person gave: a seller of the order's parcels, a buyer of the return."""
    if it.role is Role.BUYER:
        back = dispute.return_parcel
        return {back.key} if back and back.key else set()
    order = it.orders.get(dispute.order_id)
    return {key for parcel in order.parcels if (key := parcel.key)} if order else set()


def numbers_of(it: Known) -> set[tuple[str, str]]:
    """Return all tracking numbers that this person gave in these disputes."""
    return {key for one in it.disputes for key in _keys(it, one)}
