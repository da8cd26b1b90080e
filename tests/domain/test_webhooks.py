"""Webhooks: signatures, replaced secrets, the pauses between attempts, and giving up (N7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook

from chalicelib.domain.webhooks import (
    ATTEMPTS_AT_MOST,
    FAILED_ATTEMPTS,
    FAILING_FOR,
    LEASE,
    OLD_SECRET_SIGNS_FOR,
    PAUSES,
    Delivery,
    DeliveryStatus,
    Health,
    OffReason,
    Reply,
    Secret,
    WebhookEndpoint,
    delivery_id,
    endpoint_id,
    secret_of,
)

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
FIRST, NEXT, THIRD = (secret_of(bytes([n]) * 32) for n in (1, 2, 255))
BODY = '{"type":"test","timestamp":"2026-03-02T12:00:00Z","data":{"name":"Zoë"}}'
ENDPOINT = WebhookEndpoint("we_1", "https://hooks.market.example/", (), "", (Secret(FIRST),), NOW)
WAITING = Delivery("msg_1", "we_1", "test", "o-1#0#1", BODY, created_at=NOW, next_at=NOW)
GOOD, BAD = Reply(200), Reply(500)


def by_the_library(secret: str, at: datetime) -> str:
    """Return the signature that the convention's own library makes."""
    return Webhook(secret).sign("msg_1", at, BODY)


def failed(times: int) -> Delivery:
    """Return a delivery after so many failed attempts, each at the moment it was due."""
    it = WAITING
    for _ in range(times):
        assert it.next_at is not None
        at = it.next_at
        begun = it.begun(at)
        assert begun is not None
        it = begun.after(BAD, at)
    return it


def test_a_signature_is_what_the_conventions_library_makes() -> None:
    """N7: the header is byte for byte that of the reference implementation, for a body beyond ASCII too."""
    assert by_the_library(FIRST, NOW) == ENDPOINT.signature("msg_1", NOW, BODY)


def test_a_secret_is_as_the_convention_has_it() -> None:
    """N7: 32 random bytes in base64 after whsec_, and the text of an endpoint never shows it."""
    assert "whsec_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=" == FIRST
    assert FIRST not in repr(ENDPOINT)


@pytest.mark.parametrize(
    ("after", "signs"),
    [
        (timedelta(), [NEXT, FIRST]),
        (OLD_SECRET_SIGNS_FOR - SECOND, [NEXT, FIRST]),
        (OLD_SECRET_SIGNS_FOR, [NEXT]),
        (OLD_SECRET_SIGNS_FOR + HOUR, [NEXT]),
    ],
)
def test_a_replaced_secret_signs_for_a_day(after: timedelta, signs: list[str]) -> None:
    """N7: for 24 hours, and not a second longer, both signatures are there, the new one first."""
    at = NOW + after
    header = ENDPOINT.rotated(NEXT, NOW).signature("msg_1", at, BODY)
    assert [by_the_library(secret, at) for secret in signs] == header.split(" ")


def test_a_secret_that_is_replaced_twice_signs_no_more() -> None:
    """N7: whoever replaces a secret twice because it leaked is rid of it at once."""
    twice = ENDPOINT.rotated(NEXT, NOW).rotated(THIRD, NOW + HOUR)
    header = twice.signature("msg_1", NOW + HOUR, BODY)
    assert [by_the_library(secret, NOW + HOUR) for secret in (THIRD, NEXT)] == header.split(" ")


@pytest.mark.parametrize("number", range(1, ATTEMPTS_AT_MOST))
def test_each_pause_is_as_long_as_it_says(number: int) -> None:
    """N7: after the nth failure nothing is sent a second before the nth pause is over, and something is when it is."""
    it = failed(number)
    due = it.next_at
    assert due is not None
    assert it.attempted_at is not None
    assert PAUSES[number - 1] == due - it.attempted_at
    assert it.begun(due - SECOND) is None
    assert number + 1 == (it.begun(due) or it).attempts


def test_attempts_end_after_three_days() -> None:
    """N7: ten attempts, the last one 75 hours, 35 minutes and 5 seconds after the first; then the delivery has failed."""
    last = failed(ATTEMPTS_AT_MOST)
    assert (DeliveryStatus.FAILED, None, ATTEMPTS_AT_MOST, 500) == (last.status, last.next_at, last.attempts, last.last_status)
    assert last.attempted_at == NOW + timedelta(hours=75, minutes=35, seconds=5)
    assert last.begun(NOW + timedelta(days=30)) is None


@pytest.mark.parametrize(("status", "delivered"), [(199, False), (200, True), (299, True), (300, False), (302, False)])
def test_only_a_2xx_is_a_success(status: int, delivered: bool) -> None:  # noqa: FBT001 - a table's column
    """N7: a redirect and an informational answer are failures."""
    begun = WAITING.begun(NOW)
    assert begun is not None
    assert delivered is (begun.after(Reply(status), NOW).status is DeliveryStatus.DELIVERED)


@pytest.mark.parametrize(
    ("asked", "pause"),
    [(1, 5), (5, 5), (6, 6), (3600, 3600), (86_400, 86_400), (86_401, 86_400), (999_999, 86_400)],
)
def test_an_endpoint_may_ask_for_a_longer_pause(asked: int, pause: int) -> None:
    """N7: Retry-After makes a pause longer, never shorter, and never longer than a day. All in seconds."""
    begun = WAITING.begun(NOW)
    assert begun is not None
    told = begun.after(Reply(503, retry_after=timedelta(seconds=asked)), NOW)
    assert NOW + timedelta(seconds=pause) == told.next_at


def test_an_attempt_whose_process_died_is_made_again() -> None:
    """N7: while an attempt may still run no other one begins; a minute later one does, under the same id."""
    begun = WAITING.begun(NOW)
    assert begun is not None
    assert begun.begun(NOW + LEASE - SECOND) is None
    again = begun.begun(NOW + LEASE)
    assert again is not None
    assert (WAITING.id, 2) == (again.id, again.attempts)


def test_gone_is_for_good() -> None:
    """N7: a 410 ends a delivery at its first attempt."""
    begun = WAITING.begun(NOW)
    assert begun is not None
    assert DeliveryStatus.FAILED is begun.after(Reply(410), NOW).status


def test_a_delivery_that_is_asked_for_again_has_all_its_attempts() -> None:
    """N7: repeating a delivery keeps its id and its body, and begins its pauses anew."""
    again = failed(ATTEMPTS_AT_MOST).again(NOW + 100 * HOUR)
    assert (WAITING.id, WAITING.body, 0) == (again.id, again.body, again.attempts)
    assert (DeliveryStatus.PENDING, NOW + 100 * HOUR) == (again.status, again.next_at)


@pytest.mark.parametrize(
    ("failures", "over", "worn_out"),
    [
        (FAILED_ATTEMPTS, FAILING_FOR, True),
        (FAILED_ATTEMPTS - 1, FAILING_FOR, False),
        (FAILED_ATTEMPTS, FAILING_FOR - SECOND, False),
        (1000, HOUR, False),
    ],
)
def test_an_endpoint_is_worn_out_by_number_and_time(failures: int, over: timedelta, worn_out: bool) -> None:  # noqa: FBT001
    """N7: neither many failures in an hour nor few in three days switch an endpoint off."""
    health = Health()
    for _ in range(failures):
        health = health.after(BAD, NOW)
    assert worn_out is health.worn_out(NOW + over)
    assert not health.after(GOOD, NOW + over).worn_out(NOW + over)


def test_a_lone_event_that_fails_to_the_end_wears_its_endpoint_out() -> None:
    """N7: the ten attempts of one event take more than three days, so its last failure is enough."""
    health, it = Health(), WAITING
    while it.next_at:
        at = it.next_at
        it = (it.begun(at) or it).after(BAD, at)
        health = health.after(BAD, at)
    assert it.attempted_at is not None
    assert health.worn_out(it.attempted_at)


def test_a_success_changes_the_health_of_the_failing_only() -> None:
    """N7: an endpoint that works costs no write for its health."""
    whole = Health()
    assert whole is whole.after(GOOD, NOW)
    again = whole.after(BAD, NOW).after(GOOD, NOW)
    assert (None, 0) == (again.failing_since, again.failed)


@pytest.mark.parametrize(
    ("types", "kind", "wanted"),
    [((), "dispute_opened", True), (("dispute_opened",), "dispute_opened", True), (("x",), "dispute_opened", False)],
)
def test_an_endpoint_chooses_its_types(types: tuple[str, ...], kind: str, wanted: bool) -> None:  # noqa: FBT001
    """N7: one that chose none gets all, and one that is off gets nothing."""
    it = WebhookEndpoint("we_1", "https://h.example/", types, "", (Secret(FIRST),), NOW)
    assert wanted is it.wants(kind)
    assert not it.switched_off(OffReason.ASKED, NOW).wants(kind)


def test_ids_are_made_of_what_they_name() -> None:
    """N7: an event that the stream brings twice has one delivery to an endpoint, and another one to another endpoint."""
    assert delivery_id("we_1", "o-1#0#1 x") == delivery_id("we_1", "o-1#0#1 x")
    assert 3 == len({delivery_id("we_1", "o-1#0#1 x"), delivery_id("we_2", "o-1#0#1 x"), delivery_id("we_1", "o-1#0#1 y")})
    assert endpoint_id("https://a.example/") != endpoint_id("https://b.example/")
    assert "." not in delivery_id("we_1", "o.1#0#1 x")
