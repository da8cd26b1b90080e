"""Section 7: a caller's calls a minute are limited over all processes, and few calls cost a write."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ConnectTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.api import call
from chalicelib.api.identity import rates
from chalicelib.api.identity.rates import COUNTED_TOGETHER, Rates
from chalicelib.domain.people import Actor, Role
from chalicelib.service.errors import TooManyCalls
from chalicelib.settings import settings_from
from chalicelib.store.call_counts import CallCounts
from tests.api.edge import ANYONE
from tests.api.samples import ANA, BEN
from tests.store.tables import NAME, engine

if TYPE_CHECKING:
    from tests.api.edge import Api

LIMIT = 40
PERSON, OTHER = Actor(Role.BUYER, "ana"), Actor(Role.SELLER, "ana")
MARKET = Actor(Role.PLATFORM, "market")


@dataclass
class Shared:
    """The counts that all processes share, and a log of the callers. ``down`` makes asking fail."""

    calls: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    writes: int = 0
    down: bool = False
    now: float = 60_000.0

    def add(self, role: str, person_id: str, minute: int, calls: int) -> int:
        """Count them, as the table does."""
        if self.down:
            raise ConnectTimeoutError(endpoint_url="there")
        self.writes += 1
        self.calls[role, person_id, minute] += calls
        return self.calls[role, person_id, minute]

    def process(self) -> Rates:
        """A process more."""
        return Rates(self, LIMIT, 10 * LIMIT, lambda: self.now)


def _passes(process: Rates, caller: Actor) -> bool:
    try:
        process.count(caller)
        process.report(caller)
    except TooManyCalls:
        return False
    return True


def _taken(process: Rates, caller: Actor, calls: int) -> int:
    """Return how many of so many calls come through."""
    return sum(_passes(process, caller) for _ in range(calls))


def test_a_caller_is_held_to_the_limit() -> None:
    """One process lets through exactly the limit, then says until when; the next minute all is forgotten."""
    shared = Shared(now=60_012.5)
    process = shared.process()

    assert LIMIT == _taken(process, PERSON, LIMIT + 5)
    with pytest.raises(TooManyCalls) as refused:
        process.count(PERSON)
    assert (48, LIMIT) == (refused.value.wait_s, refused.value.limit)
    shared.now = 60_059.9
    assert not _passes(process, PERSON)
    shared.now = 60_060.0
    assert LIMIT == _taken(process, PERSON, LIMIT + 5)


def test_nobody_is_held_back_for_another() -> None:
    """Callers are told apart by role and id, and the marketplace's own systems may do more."""
    process = Shared().process()
    _taken(process, PERSON, 2 * LIMIT)

    assert LIMIT == _taken(process, OTHER, 2 * LIMIT)
    assert 10 * LIMIT == _taken(process, MARKET, 11 * LIMIT)


def test_few_calls_cost_a_write() -> None:
    """Up to nine calls cost none, then one in ten does; what is refused costs nothing."""
    shared = Shared()
    process = shared.process()

    _taken(process, PERSON, COUNTED_TOGETHER - 1)
    assert 0 == shared.writes
    _taken(process, PERSON, 1000)
    assert LIMIT // COUNTED_TOGETHER == shared.writes


@given(turns=st.lists(st.integers(0, 3), max_size=400))
def test_processes_count_together(turns: list[int]) -> None:
    """However calls spread over processes, each lets at most ten through beyond the limit, and none before it is reached."""
    shared = Shared()
    processes = [shared.process() for _ in range(4)]
    taken = 0
    for asked, turn in enumerate(turns, 1):
        passed = _passes(processes[turn], PERSON)
        taken += passed
        assert passed or asked > LIMIT
    assert taken <= LIMIT + 4 * COUNTED_TOGETHER


def test_a_count_that_fails_holds_nobody_back(caplog: pytest.LogCaptureFixture) -> None:
    """With the table away a process goes by its own count, says so, and counts what it owes once the table is back."""
    shared = Shared(down=True)
    process = shared.process()

    assert 15 == _taken(process, PERSON, 15)
    assert "calls of buyer ana could not be counted" in caplog.text
    shared.down = False
    _taken(process, PERSON, 5)
    assert 20 == shared.calls["buyer", "ana", 1000]
    assert 20 == _taken(process, PERSON, 100)


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process remembers the latest callers only; who was forgotten is found over the limit again by the table."""
    monkeypatch.setattr(rates, "CALLERS_KNOWN", 3)
    process = Shared().process()
    _taken(process, PERSON, LIMIT)
    for n in range(3):
        assert _passes(process, Actor(Role.BUYER, str(n)))

    assert 3 == len(process._known)  # noqa: SLF001 - what is bounded
    assert COUNTED_TOGETHER - 1 == _taken(process, PERSON, LIMIT)


def test_the_table_counts_calls() -> None:
    """Calls add up by caller and minute, and the table forgets a minute some time after it."""
    with engine("moto") as client:
        counts = CallCounts(lambda: client, NAME)
        assert [10, 20, 5, 7] == [
            counts.add("buyer", "ana", 1000, 10),
            counts.add("buyer", "ana", 1000, 10),
            counts.add("seller", "ana", 1000, 5),
            counts.add("buyer", "ana", 1001, 7),
        ]
        kept = client.get_item(TableName=NAME, Key={"pk": {"S": "RATE#buyer#ana#1000"}, "sk": {"S": "CALLS"}})["Item"]
        assert ({"N": "20"}, {"N": str(1001 * 60 + 600)}) == (kept["calls"], kept["expires_at"])


def test_a_flood_is_answered_with_when_to_come_back(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over HTTP: a 429 with Retry-After and the limit; others are served, and so is what needs no token."""
    process = Shared(now=60_030.0).process()
    monkeypatch.setattr(call, "rates", lambda: process)
    for _ in range(LIMIT):
        assert 200 == api.call(ANA, "GET", "/orders").status

    refused = api.call(ANA, "GET", "/orders")

    assert (429, "too_many_requests") == refused.refused
    assert ("30", LIMIT) == (refused.headers["retry-after"], refused.json["limit"])
    assert 200 == api.call(BEN, "GET", "/orders").status
    assert 200 == api.call("", "GET", "/health").status


def test_what_is_refused_is_counted(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A good token's calls count whatever becomes of them, without a write; the next good call tells the table of all."""
    shared = Shared()
    process = shared.process()
    monkeypatch.setattr(call, "rates", lambda: process)
    paths = ("/orders?cursor=x", "/orders?unknown=1", "/mediation/queue", "/orders/no%20id")
    for n in range(LIMIT - 1):
        assert api.call(ANA, "GET", paths[n % len(paths)]).status in (400, 403, 404, 422)
    assert 0 == shared.writes

    assert 200 == api.call(ANA, "GET", "/orders").status
    assert {("buyer", "ana", 1000): LIMIT} == shared.calls
    for path in (*paths, "/orders"):
        assert (429, "too_many_requests") == api.call(ANA, "GET", path).refused


def test_what_is_signed_is_counted(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tracking service's good signature counts, whatever is signed; a bad one counts for nobody."""
    process = Shared().process()
    monkeypatch.setattr(call, "rates", lambda: process)
    for _ in range(11 * LIMIT):
        assert 401 == api.call(ANYONE, "POST", "/webhooks/aftership", {}).status
    for _ in range(10 * LIMIT):
        assert 422 == api.call("signed:aftership", "POST", "/webhooks/aftership", {}).status

    assert (429, "too_many_requests") == api.call("signed:aftership", "POST", "/webhooks/aftership", {}).refused


def test_limits_are_settings() -> None:
    """A stage may set its own; none is below one."""
    made = settings_from({})
    assert (300, 6000) == (made.calls_a_minute, made.platform_calls_a_minute)
    assert 5 == settings_from({"CALLS_A_MINUTE": "5"}).calls_a_minute
    for name in ("CALLS_A_MINUTE", "PLATFORM_CALLS_A_MINUTE"):
        with pytest.raises(ValueError, match="at least 1"):
            settings_from({name: "0"})
