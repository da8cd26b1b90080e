"""The limits and windows are versioned data (C6), checked before they are believed."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain import orders, policy
from chalicelib.domain.claim import OfferType
from chalicelib.domain.dispute import Stage
from chalicelib.domain.money import Money
from chalicelib.domain.policy import Policy, PolicyBook, policy_from_data, published
from tests.domain.worlds import AT_HOME, BUYER, DAMAGED, DAY, PLATFORM, SECOND, SELLER, World, order_terms

DEFAULT: dict[str, Any] = json.loads(Path(policy.__file__).with_name("policies.json").read_text(encoding="utf-8"))[0]
CHANGE = datetime(2026, 6, 1, tzinfo=UTC)
STRICTER = {
    "version": "2026-06",
    "in_force_from": "2026-06-01T00:00:00Z",
    "protection_days": 20,
    "seller_answer_days": 4,
    "early_escalation_days": 1,
    "negotiation_days": 3,
    "carrier_days": {**DEFAULT["carrier_days"], "tnt": 11},
}


def book() -> PolicyBook:
    """The default version and a later, stricter one."""
    return PolicyBook([policy_from_data({**DEFAULT, **STRICTER}), policy_from_data(DEFAULT)])


def test_the_default_version_holds_the_numbers_of_the_rules() -> None:
    """C6, O5, O7, D4, D6: every limit and window of the rules, as the default version has it."""
    written = {
        "carrier_days": {
            **dict.fromkeys(("dhl", "ups", "tnt", "fedex"), 23),
            **dict.fromkeys(("ems", "sf_express"), 27),
            **dict.fromkeys(("china_post", "hongkong_post"), 39),
        },
        "protection_days": 15,
        "seller_answer_days": 5,
        "early_escalation_days": 3,
        "negotiation_days": 7,
        "review_days": 14,
        "information_days": 3,
        "return_shipping_days": 10,
        "return_receipt_days": 10,
        "return_lost_days": 30,
        "appeal_days": 7,
        "granted_at_most_days": 30,
    }
    assert written == {name: getattr(published().in_force(CHANGE), name) for name in written}


def test_a_window_is_days_of_24_hours() -> None:
    """C6: windows are durations."""
    assert timedelta(hours=15 * 24) == policy_from_data(DEFAULT).days("protection")


@pytest.mark.parametrize("name", sorted(DEFAULT))
def test_a_version_that_lacks_something_is_refused(name: str) -> None:
    """C6: a version without one of its limits is refused, and the error names it."""
    lacking = {key: value for key, value in DEFAULT.items() if key != name}
    with pytest.raises(ValueError, match=f"missing.*{name}"):
        policy_from_data(lacking)


def test_a_version_with_something_unknown_is_refused() -> None:
    """C6: a misspelt limit is refused instead of being ignored."""
    with pytest.raises(ValueError, match=r"unknown.*reveiw_days"):
        policy_from_data({**DEFAULT, "reveiw_days": 14})


@pytest.mark.parametrize("number", [0, -1, 1.5, 14.0, "14", True, None, 10_001, [14]])
@pytest.mark.parametrize("name", sorted(f.name for f in fields(Policy) if f.type == "int"))
def test_a_limit_is_a_sensible_whole_number(name: str, number: object) -> None:
    """C6: a limit that is not a whole number from 1 to 10000 is refused."""
    with pytest.raises(ValueError, match="whole number"):
        policy_from_data({**DEFAULT, name: number})


@pytest.mark.parametrize(
    "changes",
    [
        {"carrier_days": {**DEFAULT["carrier_days"], "pigeon": 3}},
        {"carrier_days": {"dhl": 23}},
        {"carrier_days": {**DEFAULT["carrier_days"], "dhl": 0}},
        {"carrier_days": {**DEFAULT["carrier_days"], "dhl": "23"}},
        {"payment_retry_hours": [1, 0]},
        {"payment_retry_hours": [1.5]},
        {"in_force_from": "2026-06-01T00:00:00"},
        {"in_force_from": "June"},
        {"early_escalation_days": 5},
        {"early_escalation_days": 6},
    ],
    ids=str,
)
def test_a_version_that_makes_no_sense_is_refused(changes: dict[str, Any]) -> None:
    """C6: a carrier too many or too few, a time without zone, an early escalation that is not early: all are refused."""
    with pytest.raises(ValueError, match=r"policy|isoformat"):
        policy_from_data({**DEFAULT, **changes})


def test_a_book_holds_each_version_once() -> None:
    """C6: no versions, or two under one name, make no book."""
    for versions in ([], [policy_from_data(DEFAULT)] * 2):
        with pytest.raises(ValueError, match="own name"):
            PolicyBook(versions)


def test_the_version_in_force_changes_at_its_second() -> None:
    """C6: a second before it comes into force the old version holds, and from that second on the new one."""
    found = [book().in_force(CHANGE + off).version for off in (-SECOND, timedelta(0), SECOND)]
    assert [DEFAULT["version"], "2026-06", "2026-06"] == found
    assert [version.version for version in book()] == ["2017-08", "2026-06"]
    assert book().in_force(datetime(1950, 1, 1, tzinfo=UTC)).version == "2017-08"


def test_a_version_never_published_is_an_error() -> None:
    """C6: an order can name no version that was never published."""
    with pytest.raises(KeyError):
        book().version("2099-01")


def paid_at(at: datetime) -> World:
    """An order paid at ``at``, imported under both versions and damaged ten days later."""
    terms = order_terms(paid_at=at, deliver_by=None)
    world = World(now=at, policies=book())
    world.put_on_file(AT_HOME)
    world.run(PLATFORM, lambda changes: orders.import_order(changes, terms))
    world.ship()
    return world


def test_each_order_is_judged_by_the_version_in_force_when_it_was_paid() -> None:
    """C6: of two orders a second apart, each keeps its own promise, protection and deadlines side by side, for good."""
    for at, promise, protection, answer, talk, early in (
        (CHANGE - SECOND, 23, 15, 5, 7, 3),
        (CHANGE, 11, 20, 4, 3, 1),
    ):
        world = paid_at(at)
        case = world.case
        assert at + promise * DAY == case.order.promised_by("a", case.policy)
        world.wait(10 * DAY).deliver()
        assert world.now + protection * DAY == world.case.closes_at
        world.wait(DAY).open(DAMAGED)
        opened_at = world.now
        silent = world.go(opened_at + answer * DAY - SECOND).as_of_now().dispute(1)
        assert silent.stage is Stage.OPENED
        assert world.go(opened_at + answer * DAY).as_of_now().dispute(1).stage is Stage.AWAITING_RETURN
        assert world.go(opened_at + early * DAY - SECOND).refused_act(BUYER, c.Escalate()).code == "too_early"
        world.act(SELLER, c.Propose(OfferType.REFUND, Money(1, "USD")))
        answered_at = world.now
        assert world.go(answered_at + talk * DAY - SECOND).as_of_now().dispute(1).stage is Stage.NEGOTIATING
        assert world.go(answered_at + talk * DAY).as_of_now().dispute(1).stage is Stage.UNDER_REVIEW


def test_an_order_imported_late_is_judged_by_when_it_was_paid() -> None:
    """C6: it is the payment that counts, not the import."""
    terms = order_terms(paid_at=CHANGE - DAY, deliver_by=None)
    world = World(now=CHANGE + 5 * DAY, policies=book())
    world.run(PLATFORM, lambda changes: orders.import_order(changes, terms))
    assert world.case.policy.version == world.case.order.policy_version == DEFAULT["version"]
    assert world.refolded().policy.version == DEFAULT["version"]
