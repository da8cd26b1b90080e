"""Read the statistics of disputes: by day, by what they were about, by seller. A page costs a few reads, whatever its size."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from chalicelib.domain import statistics as st
from chalicelib.domain.histogram import ERROR_PERCENT, percentile
from chalicelib.domain.intervals import SMALL, interval_ppm
from chalicelib.domain.money import Money
from chalicelib.service import views
from chalicelib.service.errors import Malformed
from chalicelib.store import statistics as stored
from chalicelib.store.codec import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chalicelib.service.ports import Clock
    from chalicelib.service.views import Json
    from chalicelib.store.statistics import Row, Statistics

DAYS_AT_MOST = 400
COUNTRY_DAYS_AT_MOST = 92
"""Longest ranges: there are at most as many counters of a day as there are countries."""
OPEN_DAYS = 400
"""Open disputes are looked for among those opened in so many days; all are ended by the clock well before (D12)."""
USUAL_DAYS = 28
AGES = ((3, "up_to_3_days"), (7, "up_to_7_days"), (14, "up_to_14_days"), (30, "up_to_30_days"))
OLDER = "older"


class By(StrEnum):
    """The ways in which disputes can be counted."""

    DAY = "day"
    REASON = "reason"
    OUTCOME = "outcome"
    SELLER = "seller"
    CURRENCY = "currency"
    COUNTRY = "country"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The range of days, both included, and what to count by; ``only`` narrows the days to one reason, country or seller."""

    by: By
    first: date
    last: date
    only: tuple[str, str] | None = None

    @property
    def days(self) -> int:
        """The number of days."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Reports:
    """The counters, and the clock that says which day it is."""

    statistics: Statistics
    clock: Clock


def wanted(
    clock: Clock, by: By, first: date | None, last: date | None, reason: str | None, country: str | None, seller: str | None
) -> Wanted:
    """Return the range and filter that were asked for, 28 days until today by default. Raises ``Malformed``."""
    until = last or clock.now().date()
    since = first or until - timedelta(days=USUAL_DAYS - 1)
    if since > until:
        raise Malformed("from is not after to.", "from")
    most = COUNTRY_DAYS_AT_MOST if By.COUNTRY in (by, By.COUNTRY if country else None) else DAYS_AT_MOST
    if (until - since).days >= most:
        raise Malformed(f"The range has at most {most} days.", "from")
    filters = [(name, value) for name, value in (("reason", reason), ("country", country), ("seller", seller)) if value]
    if filters and by is not By.DAY:
        raise Malformed("A filter is for by=day.", filters[0][0])
    if len(filters) > 1:
        raise Malformed("Only one of reason, country and seller can be given.", filters[1][0])
    return Wanted(by, since, until, filters[0] if filters else None)


def disputes_by(it: Reports, asked: Wanted, limit: int, cursor: str | None) -> Json:
    """Return how disputes were counted. Each fact counts on the day (UTC) on which it happened."""
    if asked.by is By.SELLER:
        return _by_seller(it, asked, limit, cursor)
    before = asked.first - timedelta(days=asked.days) if asked.by is By.DAY else asked.first
    rows = _rows(it.statistics, asked, before)
    now = [row for row in rows if row.day >= asked.first.isoformat()]
    keyed: dict[str, Counter[str]] = {}
    for row in now:
        keyed.setdefault(row.day if asked.by is By.DAY else row.value, Counter()).update(row.counts)
    answer = _frame(it, asked) | {
        "items": [_view(key, counts) for key, counts in sorted(keyed.items())],
        "total": _view(None, _sum(now)),
        "before": None,
        "open": None,
        "sellers": [],
    }
    if asked.by is By.DAY:
        answer["before"] = _view(None, _sum(row for row in rows if row.day < asked.first.isoformat()))
        answer["open"] = _open(it) if asked.only is None else None
    return answer


def seller_report(it: Reports, seller_id: str, first: date, last: date) -> Json:
    """Return one seller's own statistics: day by day, and month by month with the share of orders that were disputed."""
    rows = it.statistics.seller_days(seller_id, first.isoformat(), last.isoformat())
    months = it.statistics.months("seller", seller_id, first.isoformat(), last.isoformat())
    return _frame(it, Wanted(By.DAY, first, last)) | {
        "seller_id": seller_id,
        "items": [_view(row.day, row.counts) for row in rows],
        "total": _view(None, _sum(rows)),
        "months": [{"month": row.day} | _share(row.counts) for row in months],
        "disputed": _share(_sum(months)),
    }


def _frame(it: Reports, asked: Wanted) -> Json:
    return {
        "from": asked.first.isoformat(),
        "to": asked.last.isoformat(),
        "zone": "UTC",
        "by": asked.by.value,
        "as_of": views.time(it.clock.now()),
        "error_percent": ERROR_PERCENT,
        "cursor": None,
    }


def _rows(statistics: Statistics, asked: Wanted, first: date) -> list[Row]:
    span = first.isoformat(), asked.last.isoformat()
    if asked.only is None:
        return statistics.days(asked.by.value, *span)
    name, value = asked.only
    if name == By.SELLER.value:
        return statistics.seller_days(value, *span)
    return [row for row in statistics.days(name, *span) if row.value == value]


def _by_seller(it: Reports, asked: Wanted, limit: int, cursor: str | None) -> Json:
    """Return the sellers of the month of the last day, those whose share of disputed orders is surely large first."""
    month = asked.last.isoformat()[:7]
    begins = asked.last.replace(day=1)
    ends = (begins + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    found, more = it.statistics.sellers(month, limit, cursor)
    items = [
        {"key": row.seller_id} | _share(row.counts) | {"silent": row.counts.get(f"{st.MISSED}seller", 0)}
        | {"answered_in_time": row.counts.get(f"{st.KEPT}seller", 0), "opened": row.counts.get(st.OPENED, 0)}
        for row in found
    ]  # fmt: skip
    items.sort(key=lambda row: (-row["lower_ppm"], row["key"]))
    return _frame(it, Wanted(By.SELLER, begins, ends)) | {
        "items": [],
        "total": None,
        "before": None,
        "open": None,
        "sellers": items,
        "cursor": more,
    }


def _share(counts: Mapping[str, int]) -> dict[str, Any]:
    """Return how many orders were ever disputed, of how many, with the bounds of the true share at 95 %."""
    orders, disputed = counts.get(st.ORDERS, 0), counts.get(st.DISPUTED, 0)
    low, high = interval_ppm(min(disputed, orders), orders)
    return {"orders": orders, "disputed": disputed, "lower_ppm": low, "upper_ppm": high, "small": orders < SMALL}


def _open(it: Reports) -> list[Json]:
    """Return the open disputes by stage and age, as they were last counted."""
    today = it.clock.now().date()
    rows = it.statistics.days(stored.OPEN, (today - timedelta(days=OPEN_DAYS)).isoformat(), "9999-12-31")
    found: Counter[tuple[str, str]] = Counter()
    for row in rows:
        days = (today - date.fromisoformat(row.day)).days
        age = next((name for most, name in AGES if days <= most), OLDER)
        for stage, count in row.counts.items():
            found[stage, age] += count
    return [{"stage": stage, "age": age, "count": count} for (stage, age), count in sorted(found.items()) if count]


def _sum(rows: Iterable[Row]) -> Counter[str]:
    added: Counter[str] = Counter()
    for row in rows:
        added.update(row.counts)
    return added


def _view(key: str | None, counts: Mapping[str, int]) -> Json:
    plain_names = (st.ORDERS, st.DISPUTED, st.OPENED, st.ANSWERED, st.RESOLVED, st.ESCALATED, st.DECIDED, st.BY_DEFAULT)
    view: Json = {"key": key} if key is not None else {}
    view |= {name: counts.get(name, 0) for name in (*plain_names, st.APPEALS, st.UPHELD)}
    view["outcomes"], view["bases"] = _named(counts, st.OUTCOME), _named(counts, st.BASIS)
    view["kept"], view["missed"] = _named(counts, st.KEPT), _named(counts, st.MISSED)
    view["refunds"] = [
        {"count": count, "amount": plain(Money(counts.get(f"{st.REFUNDED}{currency}", 0), currency))}
        for currency, count in sorted(_named(counts, st.REFUNDS).items())
    ]
    view["first_answer"], view["end"] = _durations(counts, st.ANSWER_STEP), _durations(counts, st.END_STEP)
    return view


def _named(counts: Mapping[str, int], prefix: str) -> dict[str, int]:
    return {name.removeprefix(prefix): n for name, n in sorted(counts.items()) if name.startswith(prefix) and n}


def _durations(counts: Mapping[str, int], prefix: str) -> Json:
    steps = {int(step): count for step, count in _named(counts, prefix).items()}
    return {"count": sum(steps.values()), "p50_s": percentile(steps, 50), "p90_s": percentile(steps, 90)}
