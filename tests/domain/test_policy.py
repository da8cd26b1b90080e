"""The limits and windows are versioned data, validated when they are loaded (C6)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain import orders, policy
from chalicelib.domain.dispute import Stage
from chalicelib.domain.evidence import EvidenceType, EvidenceWanted
from chalicelib.domain.guarantees import OfferType, Reason
from chalicelib.domain.money import Money
from chalicelib.domain.people import PARTIES
from chalicelib.domain.policy import (
    UNNAMED_CARRIER_DAYS,
    UNNAMED_REASON_EVIDENCE,
    Policy,
    PolicyBook,
    book_from_data,
    inherited,
    policy_from_data,
    published,
)
from tests.domain.worlds import AT_HOME, BUYER, DAMAGED, DAY, PLATFORM, SECOND, SELLER, World, order_terms

PUBLISHED: list[dict[str, Any]] = json.loads(Path(policy.__file__).with_name("policies.json").read_text(encoding="utf-8"))
DIGESTS = {"2026-12": "fa1749772c16a5713b8e9681bfe537eaae1072c9d91b876318e8a87d0c1ee6cd"}
"""The SHA-256 of each published version. A new version gets its line here when it is published; no line ever changes."""
DEFAULT = inherited(None, PUBLISHED[0])
"""The first version, with the default of each carrier and reason that came after it."""
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


def test_a_published_version_is_never_edited() -> None:
    """C6: orders are judged for good by the version that was in force when they were paid."""
    actual = {it["version"]: hashlib.sha256(json.dumps(it, sort_keys=True).encode()).hexdigest() for it in PUBLISHED}
    for version, digest in DIGESTS.items():
        assert digest == actual.get(version), (
            f"Version {version} in policies.json was edited or removed, and orders paid under it would be judged anew. "
            "Put it back as it was, and add a version below it with a later in_force_from that names only what changes."
        )
    new = {version: digest for version, digest in actual.items() if version not in DIGESTS}
    assert new == {}, f"A version is new. Once it is as it shall be published, add to DIGESTS: {new}"


def test_a_version_names_only_what_it_changes() -> None:
    """C6: what a version does not name is as in the version before it, each carrier and each reason for itself."""
    asked = {"required": ["photo"], "optional": []}
    first, second, third = book_from_data(
        [
            DEFAULT,
            {
                "version": "2026-06",
                "in_force_from": "2026-06-01T00:00:00Z",
                "review_days": 10,
                "carrier_days": {"tnt": 11},
                "evidence": {"counterfeit": {"buyer": asked, "seller": asked}},
            },
            {"version": "2026-09", "in_force_from": "2026-09-01T00:00:00Z", "carrier_days": {"dhl": 9}},
        ]
    )
    counterfeit = dict.fromkeys(PARTIES, EvidenceWanted((EvidenceType.PHOTO,), ()))
    changed: dict[str, Any] = {
        "version": "2026-06",
        "in_force_from": CHANGE,
        "review_days": 10,
        "carrier_days": first.carrier_days | {"tnt": 11},
        "evidence": first.evidence | {Reason.COUNTERFEIT: counterfeit},
    }
    assert replace(first, **changed) == second
    september = datetime(2026, 9, 1, tzinfo=UTC)
    assert third == replace(second, version="2026-09", in_force_from=september, carrier_days=second.carrier_days | {"dhl": 9})


def test_a_published_version_need_not_name_a_carrier_or_a_reason_that_came_later() -> None:
    """C6: an enum can grow and no published version changes: the new member has a default in all of them."""
    grown = {
        **DEFAULT,
        "carrier_days": {carrier: days for carrier, days in DEFAULT["carrier_days"].items() if carrier != "ems"},
        "evidence": {reason: asked for reason, asked in DEFAULT["evidence"].items() if reason != "counterfeit"},
    }
    (version,) = book_from_data([grown])
    (whole,) = book_from_data([DEFAULT])
    anything = EvidenceWanted((), tuple(map(EvidenceType, UNNAMED_REASON_EVIDENCE["optional"])))
    assert version.carrier_days == whole.carrier_days | {"ems": UNNAMED_CARRIER_DAYS}
    assert version.evidence == whole.evidence | {Reason.COUNTERFEIT: dict.fromkeys(PARTIES, anything)}


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"in_force_from": "2026-06-01T00:00:00Z"}, "no version inherits"),
        ({"version": "2026-06"}, "no version inherits"),
        ({"version": "2026-06", "in_force_from": "1970-01-01T00:00:00Z"}, "not later than that of '2026-12'"),
        ({"version": "2026-06", "in_force_from": "2026-06-01T00:00:00Z", "reveiw_days": 14}, "unknown.*reveiw_days"),
        ({"version": "2026-06", "in_force_from": "2026-06-01T00:00:00Z", "carrier_days": {"pigeon": 3}}, "carrier_days"),
        ({"version": "2026-06", "in_force_from": "2026-06-01T00:00:00Z", "evidence": {"boredom": {}}}, "evidence"),
        ({"version": "2026-12", "in_force_from": "2026-06-01T00:00:00Z"}, "own name"),
    ],
    ids=str,
)
def test_a_later_version_that_makes_no_sense_is_refused(changes: dict[str, Any], complaint: str) -> None:
    """C6: a version that inherits is checked like the first one, and comes into force after the one that it changes."""
    with pytest.raises(ValueError, match=complaint):
        book_from_data([DEFAULT, changes])


@pytest.mark.parametrize("name", sorted(set(DEFAULT) - {"version", "in_force_from", "carrier_days", "evidence"}))
def test_the_first_version_names_every_limit(name: str) -> None:
    """C6: nothing stands before it that it could inherit."""
    with pytest.raises(ValueError, match=f"missing.*{name}"):
        book_from_data([{key: value for key, value in DEFAULT.items() if key != name}])


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
    assert [version.version for version in book()] == ["2026-12", "2026-06"]
    assert book().in_force(datetime(1950, 1, 1, tzinfo=UTC)).version == "2026-12"


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
