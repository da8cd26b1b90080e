"""The audience table (N1, N2)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from chalicelib.domain import events as e
from chalicelib.notify.audience import (
    NOT_TOLD_TO_PEOPLE,
    NOTICES,
    OF_MESSAGES,
    REACH,
    TO_PAYMENTS,
    TO_PEOPLE,
    Audience,
    Channel,
    Urgency,
    check_complete,
    notices,
)
from chalicelib.notify.conditions import comes_within_the_turn
from chalicelib.notify.event_in_context import MessageWritten
from tests.notify.stories import STORIES, TOLD, events_in_context, everything

if TYPE_CHECKING:
    from chalicelib.notify.event_in_context import EventInContext

PEOPLE = (Audience.BUYER, Audience.SELLER)


@pytest.mark.parametrize("story", STORIES)
def test_a_story_is_told_to_those_it_concerns_and_to_nobody_else(story: str) -> None:
    """Every message of every story is the one expected, in the order in which things happened (N2)."""
    told = [row.text for it in events_in_context(STORIES[story]()) for row in notices(it) if row.text]
    assert TOLD[story].split() == told


def test_an_event_of_an_earlier_version_is_told_by_itself() -> None:
    """An event that does not say where its command ended counts as its end: a party is rather asked once too often."""
    (it,) = (it for it in events_in_context(STORIES["extra_return"]()) if it.kind == "dispute_opened")
    told = [row.text for row in notices(replace(it, stage_after=None)) if row.text]
    assert ["return_asked.seller", "return_asked.buyer"] == told


@pytest.mark.parametrize("kind", e.PAYLOADS.values(), ids=e.PAYLOADS)
def test_every_event_is_told_to_people_or_says_why_not(kind: type[e.Payload]) -> None:
    """An event is in the table or in the list of those that nobody is told of, never in both or in neither (N1)."""
    in_table = any(row.event is kind for row in TO_PEOPLE)
    assert in_table != (kind in NOT_TOLD_TO_PEOPLE)


def test_an_event_without_a_row_or_a_reason_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check that runs at import fails if an event is neither told nor excused, or is both (N1)."""
    monkeypatch.delitem(NOT_TOLD_TO_PEOPLE, e.OrderImported)
    with pytest.raises(TypeError, match="OrderImported"):
        check_complete()
    monkeypatch.setitem(NOT_TOLD_TO_PEOPLE, e.OrderImported, "a reason")
    monkeypatch.setitem(NOT_TOLD_TO_PEOPLE, e.DisputeOpened, "a reason")
    with pytest.raises(TypeError, match="DisputeOpened"):
        check_complete()


@pytest.mark.parametrize("kind", e.PAYLOADS.values(), ids=e.PAYLOADS)
def test_the_marketplace_is_told_everything(kind: type[e.Payload]) -> None:
    """The marketplace's systems are told of each event once (N1)."""
    told = [[row.audience for row in notices(it)] for _, _, it in everything() if isinstance(it.event.payload, kind)]
    assert [audiences.count(Audience.MARKETPLACE) for audiences in told] == [1] * len(told)
    assert told


def test_every_row_is_lived_through() -> None:
    """The stories make every row of the table hold at least once."""
    told = {row for _, _, it in everything() for row in notices(it)}
    assert set() == set(NOTICES) - told


def test_every_row_reaches_somebody() -> None:
    """Each row's audience and urgency have a channel (N1)."""
    assert [row for row in NOTICES if not row.channels] == []


WAYS = {
    ("seller", "action"): {"email", "sms", "push"},
    ("seller", "news"): {"email", "push"},
    ("buyer", "action"): {"push", "email"},
    ("buyer", "news"): {"push", "email"},
    ("mediators", "action"): {"topic"},
    ("marketplace", "data"): {"topic"},
    ("payments", "data"): {"topic"},
}
ACTIONS = {
    "dispute_opened": {"opened.seller", "return_asked.seller"},
    "proposal_made": {"proposal.seller", "proposal.buyer", "mediated.seller", "mediated.buyer"},
    "proposal_declined": {"declined.seller", "declined.buyer"},
    "proposal_accepted": {"accepted.seller", "accepted.buyer"},
    "information_requested": {"information.seller", "information.buyer"},
    "delivery_shown": {"delivery_shown.buyer"},
    "extension_asked": {"extension_asked.buyer"},
    "decision_made": {"decision.seller", "decision.buyer"},
    "appeal_withdrawn": {"appeal_withdrawn.seller", "appeal_withdrawn.buyer"},
    "delivered_after_refund": {"late_delivery.seller"},
    "return_granted": {"return_granted.buyer", "return_replaced.buyer"},
    "return_shipped": {"return_shipped.seller", "return_comes.seller"},
    "return_carrier_reported": {"return_delivered.seller", "return_comes.seller"},
    "replacement_granted": {"replacement_granted.seller"},
}
"""The events that ask something of a party, as the specification has them. Everything else that people are told is news, and so
is a request to a party that has been asked already."""


@pytest.mark.parametrize("kind", e.PAYLOADS.values(), ids=e.PAYLOADS)
@pytest.mark.parametrize("audience", Audience)
def test_every_event_reaches_every_audience_as_it_should(kind: type[e.Payload], audience: Audience) -> None:
    """N1-N3: the grid of event and audience: how urgent each message is, and by which channels it goes."""
    rows = [row for row in NOTICES if row.event is kind and row.audience is audience]
    assert len(rows) == 1 or audience is not Audience.MARKETPLACE
    for row in rows:
        asks = row.text in ACTIONS.get(kind.type, ()) and row.when is not comes_within_the_turn
        asks = asks or audience is Audience.MEDIATORS
        urgency = "data" if not row.text else "action" if asks else "news"
        assert urgency == row.urgency.value
        assert WAYS[audience.value, urgency] == {channel.value for channel in row.channels}


def test_only_what_asks_nothing_and_settles_nothing_is_gathered() -> None:
    """N3: a digest may stand for evidence, time granted and messages of the thread; everything else is told by itself."""
    gathered = {(row.event, row.urgency) for row in (*NOTICES, *OF_MESSAGES) if row.gathered}
    assert {(kind, Urgency.NEWS) for kind in (e.EvidenceAdded, e.TimeGranted, MessageWritten)} == gathered
    ungathered = {row.event for row in (*TO_PEOPLE, *OF_MESSAGES) if row.urgency is Urgency.NEWS and not row.gathered}
    assert set() == ungathered & {kind for kind, _ in gathered}


def test_sms_is_for_sellers_and_for_action_alone() -> None:
    """Only sellers get SMS, and only of what needs action (N1, N3)."""
    assert [key for key, channels in REACH.items() if Channel.SMS in channels] == [(Audience.SELLER, Urgency.ACTION)]


def test_email_reaches_both_parties_whatever_it_is_about() -> None:
    """Sellers and buyers get everything that concerns them by email (N1)."""
    people = [channels for (audience, _), channels in REACH.items() if audience in PEOPLE]
    assert [Channel.EMAIL in channels for channels in people] == [True] * 4


def test_nobody_is_told_of_an_own_act_unless_something_follows() -> None:
    """Actors are told of their own acts only where a dispute begins, is narrowed or ends, a return is to be sent (N2), or a
    refund waits for the bank (M3).
    """
    own = {row.text for _, _, it in everything() for row in notices(it) if row.audience.value == it.event.actor.role.value}
    what_follows = "opened.buyer return_asked.buyer narrowed.buyer return_granted.buyer refunded.seller refunded.buyer"
    another = "return_replaced.buyer replacement_granted.seller replacement_granted.buyer replaced.buyer charged.seller"
    assert own <= {
        *what_follows.split(),
        *another.split(),
        "closed.seller",
        "closed.buyer",
        "refund_waits.seller",
        "refund_waits.buyer",
    }


def test_money_leaves_first() -> None:
    """Payment instructions come before every other message of their event (M1)."""
    assert NOTICES[: len(TO_PAYMENTS)] == TO_PAYMENTS


def test_an_order_without_money_left_pays_nobody() -> None:
    """A completion that releases nothing instructs no payment and tells the seller nothing (O7)."""
    nothing_left = [it for _, _, it in everything() if _completes_empty(it)]
    told = {row.audience for it in nothing_left for row in notices(it)}
    assert {Audience.MARKETPLACE} == told


def _completes_empty(it: EventInContext) -> bool:
    return isinstance(it.event.payload, e.OrderCompleted) and it.event.payload.instruction is None
