"""Every event, state and time comes back from the table as it was written."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain import orders
from chalicelib.domain.dispute import Dispute, Proposal, Stage
from chalicelib.domain.events import PAYLOADS, ledger_entry
from chalicelib.domain.guarantees import OfferType, Reason
from chalicelib.domain.money import Money
from chalicelib.domain.people import AddressBook, Role
from chalicelib.store.codec import dump, from_timestamp, load, plain, timestamp
from chalicelib.store.people import Profile
from tests.domain.explorer import Explorer
from tests.domain.worlds import ABROAD, AT_HOME, BUYER, DAY, PAID_AT, PROMISED, claim_of, disputed, order_terms
from tests.store.tables import KeptWorld, whole_case

HISTORIES = 120
STEPS = 45

moments = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2999, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001 - the zone is UTC
    lambda at: at.replace(microsecond=0)
)


@cache
def histories() -> tuple[KeptWorld, ...]:
    """Return random histories, each committed step by step to a table of its own, until the clock has ended them."""
    told = []
    for seed in range(HISTORIES):
        explorer = Explorer(seed)
        world = KeptWorld(now=explorer.world.now)
        explorer.world, explorer.look = world, world.as_of_now
        for make in (*explorer.beginning(), *[explorer.next_step] * STEPS):
            make().take(world)
        told.append(world)
    return (*told, narrowed())


def narrowed() -> KeptWorld:
    """Return an order with an extended promise, and a claim of non-receipt of which one line came in time (C5)."""
    world = KeptWorld(now=PAID_AT)
    world.import_order(order_terms((1, 9000), (1, 500)))
    world.wait(DAY).ship("a")
    world.ship("b")
    world.extend_promise(PROMISED + DAY)
    world.extend_protection(PROMISED + 40 * DAY)
    world.extend_promise(PROMISED + 60 * DAY)
    world.run(BUYER, lambda changes: orders.answer_extension(changes, 1, accepted=False))
    world.go(PROMISED + DAY).open(claim_of(Reason.NOT_RECEIVED, ("a", 1), ("b", 1)))
    world.wait(DAY).deliver(PROMISED - DAY)
    world.wait(3 * DAY).sweep()
    return world


def test_a_case_is_read_as_it_was_committed() -> None:
    """D11: after any history, the stored state is the state that the history made."""
    for world in histories():
        assert world.case == whole_case(world.cases, world.case.order.terms.order_id)


def test_every_event_is_read_as_it_was_recorded() -> None:
    """D11, I4: each stream's log comes back whole, in order, event for event."""
    for world in histories():
        for stream in range(len(world.case.disputes) + 1):
            expected = [event for event in world.log if event.stream == stream]
            assert expected == world.cases.log(world.case.order.terms.order_id, stream)


def test_every_ledger_entry_is_read_as_it_was_booked() -> None:
    """O3: the ledger comes back whole and in order."""
    for world in histories():
        expected = [entry for event in world.log if (entry := ledger_entry(event.payload))]
        assert expected == world.cases.ledger(world.case.order.terms.order_id)


def test_every_value_of_a_history_survives_a_round_trip() -> None:
    """``load(dump(x)) == x`` for every state and every payload."""
    for world in histories():
        values = [world.case.order, *world.case.disputes, *(event.payload for event in world.log)]
        for value in values:
            assert value == load(dump(value), type(value))


def test_the_histories_know_every_kind_of_event() -> None:
    """The round trips above leave no kind of event out."""
    worlds = [*histories(), *(disputed(stage) for stage in Stage)]
    seen = {event.payload.type for world in worlds for event in world.log}
    assert set(PAYLOADS) == seen


@pytest.mark.parametrize("stage", list(Stage))
def test_every_stage_survives_a_round_trip(stage: Stage) -> None:
    """``load(dump(x)) == x`` for a dispute in each stage."""
    dispute = disputed(stage).dispute()
    assert dispute == load(dump(dispute), Dispute)


def test_a_profile_survives_a_round_trip() -> None:
    """``load(dump(x)) == x`` for a profile with all that it can hold."""
    book = AddressBook().replaced((AT_HOME, ABROAD), PAID_AT).replaced((), PAID_AT)
    profile = Profile(
        "seller",
        "acme",
        email="a@example.com",
        phone="+34600000000",
        language="es",
        addresses=book,
        topic="topic",
        subscriptions={"email": "arn"},
        version=7,
    )
    assert profile == load(dump(profile), Profile)


@given(st.text(), st.integers(min_value=0, max_value=2**62))
def test_words_and_amounts_of_any_kind_survive_a_round_trip(words: str, minor: int) -> None:
    """O2: amounts stay whole numbers, and texts come back letter for letter."""
    proposal = Proposal("1", Role.BUYER, OfferType.REFUND, Money(minor, "TND"), PAID_AT, words)
    assert proposal == load(dump(proposal), Proposal)


@given(moments, moments)
def test_timestamps_sort_as_time_does(one: datetime, other: datetime) -> None:
    """Sort keys hold times as text: comparing them is comparing the times."""
    assert (one < other) == (timestamp(one) < timestamp(other))


@given(moments, st.integers(min_value=-14 * 60, max_value=14 * 60))
def test_a_timestamp_is_one_moment_in_any_zone(at: datetime, minutes: int) -> None:
    """A moment is kept in UTC, whatever zone it came in, and comes back as the same moment."""
    elsewhere = at.astimezone(timezone(timedelta(minutes=minutes)))
    assert timestamp(at) == timestamp(elsewhere)
    assert at == from_timestamp(timestamp(elsewhere))


OTHER_FORMS = [
    "2026-11-27",
    "2026-11-27T10:00:00",
    "2026-11-27T10:00:00+00:00",
    "2026-W48-5T10:00:00Z",
    "2026-11-27_10:00:00Z",
    "2026-11-27T10:00:00z",
    "2026-11-27T10:00:00.0Z",
    "2026-11-27T100000.0Z",
    "2026-02-30T10:00:00Z",
    "2026-11-27T24:00:00Z",
    "2026-11-27T1\N{ARABIC-INDIC DIGIT ONE}:00:00Z",
    "+026-11-27T10:00:00Z",
]


@pytest.mark.parametrize("other", ["", *OTHER_FORMS])
def test_a_moment_is_read_in_the_one_form_that_is_written(other: str) -> None:
    """Other forms of ISO 8601, and times that there are not, are refused."""
    with pytest.raises(ValueError, match=r".+"):
        from_timestamp(other)


def test_plain_data_is_what_the_stored_text_says() -> None:
    """Plain data is ready for any JSON encoder, and says the same as what is kept, and the decimals of each amount (O2)."""
    dispute = disputed(Stage.UNDER_REVIEW).dispute()
    told = json.dumps(plain(dispute))
    assert dump(dispute).count('"minor"') == told.count(', "exponent": 2}')
    assert json.loads(dump(dispute)) == json.loads(told.replace(', "exponent": 2}', "}"))


@pytest.mark.parametrize(("currency", "exponent"), [("EUR", 2), ("JPY", 0), ("KWD", 3), ("COP", 2)])
def test_an_amount_is_told_with_its_decimals(currency: str, exponent: int) -> None:
    """O2: the exponent is that of ISO 4217, for those currencies as well in which platforms show fewer decimals."""
    assert {"minor": 1050, "currency": currency, "exponent": exponent} == plain(Money(1050, currency))
