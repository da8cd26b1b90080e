"""The statistics as they are read: ranges, filters, sellers, and what a page costs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.domain.events import ORDER
from chalicelib.domain.people import Actor, Role
from chalicelib.domain.statistics import Counted
from chalicelib.service.all_disputes import Filter, Span, State, list_all
from chalicelib.service.errors import Malformed
from chalicelib.service.statistics import By, Reports, Wanted, disputes_by, seller_report, wanted
from chalicelib.store.lists import Lists
from chalicelib.store.statistics import SHARDS, Statistics
from tests.statistics.test_counting import Shop, delivered_badly, history
from tests.store.tables import ENGINES, NAME, engine

if TYPE_CHECKING:
    from chalicelib.service.views import Json
    from tests.store.tables import Client

TODAY = datetime(2026, 11, 27, 12, tzinfo=UTC)
OPERATOR = Actor(Role.OPERATOR, "ola")
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 27)


class Clock:
    """A clock that stands still."""

    def now(self) -> datetime:
        """Return noon of the day."""
        return TODAY


@dataclass
class Metered:
    """A client that counts its calls."""

    client: Any
    calls: Counter[str] = field(default_factory=Counter)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any call
        self.calls[name] += 1
        return getattr(self.client, name)


def reports(client: Client | Metered) -> Reports:
    """Return what the API reads."""
    return Reports(Statistics(lambda: client, NAME, lambda: 0.0), Clock())


def fill(client: Client, orders: int, disputed: int, seller: str = "acme", day: str = "2026-11-10") -> None:
    """Count orders of a seller that were paid on a day, of which some were disputed and refunded five days later."""
    counters = Statistics(lambda: client, NAME, lambda: 0.0)
    later = (date.fromisoformat(day) + timedelta(days=5)).isoformat()
    for n in range(orders):
        order = Counted("ana", seller, "EUR", "ES", ((day, "orders", 1),))
        counters.add(f"{seller}-{n}", ORDER, (None, 0), order)
        if n < disputed:
            facts = ((day, "orders_disputed", 1), (later, "end~40", 1), (later, "missed:seller", 1), (later, "opened", 1))
            ended = (
                (later, "outcome:withdrawn", 1),
                (later, "refunded:EUR", 500),
                (later, "refunds:EUR", 1),
                (later, "resolved", 1),
            )
            dispute = replace(order, facts=(*facts, *ended), reason="not_received", opened_on=later, outcome="withdrawn")
            counters.add(f"{seller}-{n}", 1, (None, 0), dispute)


@pytest.mark.parametrize("name", ENGINES)
def test_days_show_what_happened_on_them(name: str) -> None:
    """A page by day has each day's counts, their total, and the total of as many days before."""
    with engine(name) as client:
        fill(client, 3, 1)
        fill(client, 2, 0, "zeta", "2026-10-20")
        page = disputes_by(reports(client), Wanted(By.DAY, FIRST, LAST), 20, None)
    assert ["2026-11-10", "2026-11-15"] == [row["key"] for row in page["items"]]
    assert (3, 1, 1) == tuple(page["total"][it] for it in ("orders", "orders_disputed", "resolved"))
    assert [{"count": 1, "amount": {"minor": 500, "currency": "EUR", "exponent": 2}}] == page["total"]["refunds"]
    assert {"seller": 1} == page["total"]["missed"]
    assert 2 == page["before"]["orders"]
    assert [] == page["open"]


@pytest.mark.parametrize(
    ("by", "keys"),
    [(By.REASON, ["not_received"]), (By.OUTCOME, ["withdrawn"]), (By.CURRENCY, ["EUR"]), (By.COUNTRY, ["ES"])],
)
def test_other_ways_of_counting_have_a_row_for_each_value(by: By, keys: list[str]) -> None:
    """By reason, outcome, currency and country, the disputes are the same ones."""
    with engine("memory") as client:
        fill(client, 4, 2)
        page = disputes_by(reports(client), Wanted(by, FIRST, LAST), 20, None)
    assert keys == [row["key"] for row in page["items"]]
    assert 2 == page["total"]["resolved"]


@pytest.mark.parametrize(
    ("only", "resolved"),
    [(("reason", "not_received"), 3), (("reason", "counterfeit"), 0), (("seller", "zeta"), 1), (("country", "ES"), 3)],
)
def test_days_can_be_narrowed(only: tuple[str, str], resolved: int) -> None:
    """By day, one reason, country or seller can be asked for."""
    with engine("memory") as client:
        fill(client, 4, 2)
        fill(client, 4, 1, "zeta")
        page = disputes_by(reports(client), Wanted(By.DAY, FIRST, LAST, only), 20, None)
    assert resolved == page["total"]["resolved"]


def test_sellers_stand_out_by_the_lower_bound_of_their_share() -> None:
    """Three of forty orders stand out more surely than one of one, and a seller of few orders is marked as such."""
    with engine("memory") as client:
        fill(client, 1, 1, "tiny")
        fill(client, 40, 30, "bad")
        fill(client, 40, 1, "good")
        fill(client, 5, 0, "never")
        found = disputes_by(reports(client), Wanted(By.SELLER, FIRST, LAST), 20, None)
    rows = {row["key"]: row for row in found["sellers"]}
    assert ["bad", "tiny", "good"] == [row["key"] for row in found["sellers"]]
    assert (40, 30, False, 30) == tuple(rows["bad"][it] for it in ("orders", "disputed", "small", "silent"))
    assert rows["tiny"]["small"]
    assert ("2026-11-01", "2026-11-30") == (found["from"], found["to"])


def test_sellers_come_in_pages() -> None:
    """A page of two sellers has a cursor, from which the next page goes on."""
    with engine("memory") as client:
        for n in range(5):
            fill(client, 10, n + 1, f"shop-{n}")
        seen: list[str] = []
        cursor = None
        while True:
            page = disputes_by(reports(client), Wanted(By.SELLER, FIRST, LAST), 2, cursor)
            seen += [row["key"] for row in page["sellers"]]
            cursor = page["cursor"]
            if cursor is None:
                break
    assert [f"shop-{n}" for n in (4, 3, 2, 1, 0)] == seen


def behind(client: Client, asked: Filter) -> int:
    """Return how many disputes are in the list behind a number."""
    services: Any = SimpleNamespace(lists=Lists(lambda: client, NAME))
    return len(list_all(services, OPERATOR, asked, 100, None)["items"])


def test_the_list_behind_a_number_is_that_number() -> None:
    """Each count of a page has as many disputes in its list: by reason, country, currency, seller, outcome and metric."""
    with engine("memory") as client:
        fill(client, 9, 4)
        fill(client, 9, 2, "zeta", "2026-10-20")
        page = disputes_by(reports(client), Wanted(By.DAY, FIRST, LAST), 20, None)["total"]
        november = Filter(FIRST, LAST)
        counted = {
            "opened": behind(client, november),
            "resolved": behind(client, replace(november, on=Span.ENDED, outcome="withdrawn")),
        }
        assert counted == {name: page[name] for name in counted}
        several: tuple[dict[str, Any], ...] = (
            {"seller": "acme"},
            {"reason": "not_received", "country": "ES"},
            {"metric": "missed:seller"},
            {"metric": "missed"},
            {"metric": "refunds"},
            {"state": State.ENDED},
        )
        for narrowed in several:
            assert 4 == behind(client, replace(november, **narrowed)), narrowed
        for nothing in ({"stage": "opened"}, {"state": State.OPEN}, {"metric": "miss"}):
            assert 0 == behind(client, replace(november, **nothing)), nothing
        services: Any = SimpleNamespace(lists=Lists(lambda: client, NAME))
        first = list_all(services, OPERATOR, november, 3, None)
        assert 1 == len(list_all(services, OPERATOR, november, 3, first["cursor"])["items"])


def test_a_metric_is_that_of_the_day_on_which_it_happened() -> None:
    """A dispute of October that was escalated in November is behind November's number of escalations, and only there."""
    with engine("memory") as client:
        facts = (("2026-09-28", "orders_disputed", 1), ("2026-10-20", "opened", 1), ("2026-11-03", "escalated", 1))
        dispute = Counted("ana", "acme", "EUR", "ES", facts, "not_received", "2026-10-20", "under_review")
        Statistics(lambda: client, NAME, lambda: 0.0).add("o-1", 1, (None, 0), dispute)
        november, october = Filter(FIRST, LAST), Filter(date(2026, 10, 1), date(2026, 10, 31))
        assert 1 == disputes_by(reports(client), Wanted(By.DAY, FIRST, LAST), 20, None)["total"]["escalated"]
        found = [behind(client, replace(it, metric="escalated")) for it in (november, october)]
        opened = [behind(client, it) for it in (november, october)]
        paid = [behind(client, Filter(date(2026, 9, day), date(2026, 9, 30), metric="orders_disputed")) for day in (28, 29)]
    assert ([1, 0], [0, 1], [1, 0]) == (found, opened, paid)


def test_a_seller_reads_their_own_report() -> None:
    """The report has the seller's days and months, and nothing of another's."""
    with engine("memory") as client:
        fill(client, 30, 3)
        fill(client, 30, 9, "zeta")
        report = seller_report(reports(client), "acme", FIRST, LAST)
    assert 3 == report["total"]["opened"]
    assert [("2026-11", 30, 3, False)] == [
        tuple(it[k] for k in ("month", "orders", "disputed", "small")) for it in report["months"]
    ]


def read_by(client: Client, by: By) -> tuple[Json, int]:
    """Return a page, and how many calls it made."""
    metered = Metered(client)
    page = disputes_by(reports(metered), Wanted(by, FIRST, LAST), 100, None)
    return page, metered.calls.total()


def test_a_page_costs_a_few_reads_whatever_its_size() -> None:
    """A page over 300 disputes makes exactly as many reads as one over 6: one for each shard, and as many for what is open."""
    costs: dict[By, set[int]] = {by: set() for by in By}
    for disputes in (6, 300):
        with engine("memory") as client:
            fill(client, disputes, disputes)
            for by in By:
                page, calls = read_by(client, by)
                costs[by].add(calls)
                assert disputes == (page["total"]["resolved"] if page["total"] else page["sellers"][0]["disputed"])
    plain = {by: {SHARDS} for by in (By.REASON, By.OUTCOME, By.CURRENCY, By.COUNTRY)}
    assert plain | {By.DAY: {2 * SHARDS}, By.SELLER: {2}} == costs


@pytest.mark.parametrize(
    ("by", "first", "last", "filters", "field_at_fault"),
    [
        (By.DAY, date(2026, 11, 2), date(2026, 11, 1), (None, None, None), "from"),
        (By.DAY, date(2024, 1, 1), None, (None, None, None), "from"),
        (By.COUNTRY, date(2026, 1, 1), None, (None, None, None), "from"),
        (By.DAY, date(2026, 1, 1), None, (None, "ES", None), "from"),
        (By.REASON, None, None, (None, "ES", None), "country"),
        (By.DAY, None, None, ("not_received", "ES", None), "country"),
    ],
)
def test_questions_that_cannot_be_answered_are_refused(
    by: By, first: date | None, last: date | None, filters: tuple[str | None, ...], field_at_fault: str
) -> None:
    """A range that is too long or backwards, and a filter that is not for this way of counting, is named."""
    with pytest.raises(Malformed) as refused:
        wanted(Clock(), by, first, last, *filters)
    assert field_at_fault == refused.value.field


def test_both_engines_count_alike() -> None:
    """A history's records give the same counters in the table in memory and in moto's."""
    found = []
    for name in ENGINES:
        with engine(name) as client:
            shop = Shop()
            shop.add("order-7", *history(7))
            delivered_badly(shop, client, Random(7))
            found.append(reports(client).statistics.days("day", "0000", "9999"))
    assert found[0] == found[1]
