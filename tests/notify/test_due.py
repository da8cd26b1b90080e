"""Messages that leave later: reminders, messages held back by quiet hours, digests, and new attempts (N2-N4)."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain.dispute import Stage
from chalicelib.domain.guarantees import OfferType
from chalicelib.domain.people import Role
from chalicelib.domain.state_machine import Task
from chalicelib.domain.todos import Todo, todos
from chalicelib.notify.audience import notices
from chalicelib.notify.catalog import catalog
from chalicelib.notify.dependencies import Limits
from chalicelib.notify.dispatch import backoff
from chalicelib.notify.due import ATTEMPTS
from chalicelib.notify.formats import moment
from chalicelib.notify.todos import Reminder, reminder_times
from chalicelib.store.codec import dump, load
from chalicelib.store.people import Device
from tests.domain.worlds import BUYER, DAY, HOUR, MEDIATOR, NEWS, PAID_AT, SECOND, SELLER, disputed, money
from tests.emf import totals
from tests.notify.fakes import WITHOUT_LIMIT, Desk, FakePeople, FakeSender, registered
from tests.notify.stories import STORIES, events_in_context

if TYPE_CHECKING:
    from chalicelib.domain.events import Payload
    from tests.domain.worlds import World

MINUTE = timedelta(minutes=1)
PHONE = Device("device-1", "fcm", "token", endpoint="endpoint", subscription="subscription")


def told(world: World, **changes: object) -> Desk:
    """Publish all events of a world at its own time, and return the desk with nothing sent so far."""
    desk = Desk((world,), **changes)  # type: ignore[arg-type]
    desk.clock.at = world.now
    assert [] == desk.publish()
    desk.sender.sent.clear()
    return desk


def people(*channels: str, **changes: object) -> FakePeople:
    """A seller with these channels, and nobody else."""
    seller = replace(registered("seller", "acme", *channels), **changes)  # type: ignore[arg-type]
    return FakePeople({"seller:acme": seller})


def reminded(sent: list[str]) -> list[tuple[str, str]]:
    """Return the reminders among sent messages: which one, to whom, by which channel."""
    parts = (it.split() for it in sent)
    return [(name.split("#")[-1].split("@")[0], f"{who} {channel}") for name, who, channel in parts if "reminder" in name]


TIMES = {
    timedelta(days=5): {60.0: Reminder.HALF, 96.0: Reminder.LAST},
    timedelta(days=3): {36.0: Reminder.HALF, 48.0: Reminder.LAST},
    timedelta(days=2): {24.0: Reminder.LAST},
    timedelta(hours=30): {6.0: Reminder.LAST},
    timedelta(hours=25): {1.0: Reminder.LAST},
    timedelta(hours=24): {12.0: Reminder.HALF},
    timedelta(hours=2): {1.0: Reminder.HALF},
    timedelta(hours=1): {},
}


@pytest.mark.parametrize("window", TIMES)
def test_reminders_are_at_half_time_and_a_day_before(window: timedelta) -> None:
    """N2: there are two reminders, one where they come too close, none where the first message has just said it."""
    times = reminder_times(Todo(Role.SELLER, Task.ANSWER_CLAIM, PAID_AT, PAID_AT + window))
    assert TIMES[window] == {(at - PAID_AT) / HOUR: which for at, which in times.items()}


STAGES = {
    Stage.OPENED: (("seller:acme email", "seller:acme sms"), 5 * DAY),
    Stage.NEGOTIATING: (("buyer:ana email",), 7 * DAY),
    Stage.AWAITING_RETURN: (("buyer:ana email",), 10 * DAY),
    Stage.RETURN_IN_TRANSIT: (("seller:acme email", "seller:acme sms"), 30 * DAY),
    Stage.DECIDED: (("buyer:ana email", "seller:acme email", "seller:acme sms"), 7 * DAY),
}


@pytest.mark.parametrize("stage", STAGES)
def test_each_reminder_comes_at_its_second(stage: Stage) -> None:
    """N2: at half time and 24 hours before the deadline, not a second before, and once however often the sweep runs."""
    world = disputed(stage)
    desk, (who, window) = told(world), STAGES[stage]
    for at, which in ((world.now + window / 2, "reminder_half"), (world.now + window - DAY, "reminder_last")):
        assert [] == reminded(desk.send_due(at - SECOND))
        assert sorted((which, it) for it in who) == sorted(reminded(desk.send_due(at)))
        assert [] == desk.send_due(at + SECOND)
    assert [] == desk.waiting


@pytest.mark.parametrize("reminder", [60, 96])
def test_acting_a_second_before_cancels(reminder: int) -> None:
    """N2: a party that has acted is not reminded, although the reminder is still queued."""
    world = disputed(Stage.OPENED)
    desk = told(world)
    desk.send_due(world.now + (reminder - 1) * HOUR)
    at = world.now + reminder * HOUR
    world.go(at - SECOND).act(SELLER, c.Decline())
    assert [] == reminded(desk.send_due(at))


def test_a_late_sweep_reminds_once() -> None:
    """N2: where both times have passed, only the last reminder is sent, and none from the deadline on."""
    world = disputed(Stage.OPENED)
    desk = told(world, people=people("email"))
    assert [("reminder_last", "seller:acme email")] == reminded(desk.send_due(world.now + 5 * DAY - SECOND))
    desk = told(world, people=people("email"))
    assert [] == desk.send_due(world.now + 5 * DAY)
    assert [] == desk.waiting


def test_a_deadline_that_moved_is_reminded_of_anew() -> None:
    """D6, N2: more time makes new reminders, and the old ones are not sent."""
    world = disputed(Stage.OPENED)
    opened = world.now
    desk = told(world, people=people("email"))
    world.wait(DAY).act(BUYER, c.GrantTime(opened + 9 * DAY))
    desk.publish()
    old, new = (opened + 60 * HOUR, opened + 96 * HOUR), (opened + 108 * HOUR, opened + 8 * DAY)
    assert [[], []] == [reminded(desk.send_due(at)) for at in old]
    half, last = (reminded(desk.send_due(at)) for at in new)
    assert [("reminder_half", "seller:acme email"), ("reminder_last", "seller:acme email")] == [*half, *last]


def test_a_turn_that_went_to_and_fro_is_reminded_of_once() -> None:
    """N2: a reminder of an answer given is not sent even if it is the same party's turn again with the same deadline."""
    world = disputed(Stage.NEGOTIATING)
    due = world.now + 7 * DAY
    desk = told(world)
    world.wait(DAY).act(BUYER, c.Propose(OfferType.REFUND, money(6000)))
    world.wait(DAY).act(SELLER, c.Propose(OfferType.REFUND, money(2000)))
    desk.clock.at = world.now
    desk.publish()
    assert [] == reminded(desk.send_due(due - 84 * HOUR))
    assert [("reminder_half", "buyer:ana email")] == reminded(desk.send_due(due - 60 * HOUR))
    assert [("reminder_last", "buyer:ana email")] == reminded(desk.send_due(due - DAY))


def test_a_question_is_reminded_of_until_it_is_answered() -> None:
    """D4, N2: an information request reminds its party of its own time; an answer ends that."""
    world = disputed(Stage.UNDER_REVIEW)
    world.act(MEDIATOR, c.RequestInformation(Role.SELLER, "Where was it packed?"))
    asked = world.now
    desk = told(world, people=people("sms"))
    assert [("reminder_half", "seller:acme sms")] == reminded(desk.send_due(asked + 36 * HOUR))
    world.go(asked + 37 * HOUR).act(SELLER, NEWS)
    desk.publish()
    assert [] == reminded(desk.send_due(asked + 48 * HOUR))


@pytest.mark.parametrize("before_the_end", [4 * DAY, 2 * DAY, 26 * HOUR])
def test_a_question_states_the_time_that_holds(before_the_end: timedelta) -> None:
    """D4, N2: where the review ends before the request's own time, the question and each reminder say the review's end."""
    world = disputed(Stage.UNDER_REVIEW)
    ends = world.dispute().stage_since + 14 * DAY
    world.go(ends - before_the_end).act(MEDIATOR, c.Assign())  # untouched for three days, the case went back to the queue
    world.act(MEDIATOR, c.RequestInformation(Role.SELLER, "Where was it packed?"))
    (ask,) = todos(world.dispute(), world.case.policy)
    assert min(world.now + 3 * DAY, ends) == ask.due
    desk = Desk((world,), people=people("email"))
    desk.clock.at = world.now
    desk.publish()
    for at in sorted(reminder_times(ask)):
        desk.send_due(at)
    printed = moment(ask.due, catalog("en").moment, "UTC", "en")
    asked = [it for it in desk.sender.sent if it.attributes["recipient"] == "seller:acme"][-1 - len(reminder_times(ask)) :]
    assert [True] * (1 + len(reminder_times(ask))) == [printed in it.text for it in asked]


def test_redelivery_writes_no_second_reminder() -> None:
    """N4: the stream may bring everything again, before or after a reminder has left."""
    world = disputed(Stage.OPENED)
    desk = told(world, people=people("email"))
    waiting = desk.waiting
    desk.publish()
    assert (2, waiting) == (len(waiting), desk.waiting)
    assert 1 == len(desk.send_due(world.now + 60 * HOUR))
    desk.publish()
    assert [] == desk.send_due(world.now + 60 * HOUR + MINUTE)


def by_night(world: World) -> dict[str, object]:
    """Quiet hours that began with the world's present hour and last eight hours."""
    begins = world.now.replace(minute=0)
    return {"quiet_hours": (f"{begins:%H:%M}", f"{begins + 8 * HOUR:%H:%M}")}


def test_a_phone_rings_after_the_night() -> None:
    """N3: in quiet hours the email leaves and the SMS waits for their end, once however often it is delivered."""
    world = disputed(Stage.OPENED)
    desk = Desk((world,), people=people("email", "sms", **by_night(world)))
    desk.clock.at = world.now
    desk.publish()
    desk.publish()
    sent = [it for it in desk.sender.names if "seller:acme" in it]
    assert ["order-1#1#1 seller:acme email"] == sent
    ends = world.now.replace(minute=0) + 8 * HOUR
    assert [] == desk.send_due(ends - SECOND)
    assert ["order-1#1#1 seller:acme sms"] == desk.send_due(ends)
    assert [] == desk.send_due(ends + DAY - MINUTE)


def test_what_the_night_held_back_leaves_in_the_order_of_events() -> None:
    """N3, N4: messages held back by quiet hours leave in the order of events, the tenth after the seventh."""
    world = disputed(Stage.OPENED)
    for _ in range(11):
        world.act(BUYER, NEWS)
    seller = replace(registered("seller", "acme"), devices=(PHONE,), **by_night(world))  # type: ignore[arg-type]
    desk = told(world, people=FakePeople({"seller:acme": seller}))
    sent = desk.send_due(world.now.replace(minute=0) + 8 * HOUR)
    assert [f"order-1#1#{n} seller:acme push" for n in range(1, 13)] == sent


def test_a_phone_does_not_ring_for_what_has_been_done() -> None:
    """N3: a party that acted in the quiet hours is not asked to act when they end."""
    world = disputed(Stage.OPENED)
    desk = told(world, people=people("email", "sms", **by_night(world)))
    world.wait(HOUR).act(SELLER, c.Decline())
    assert [] == desk.send_due(world.now + 8 * HOUR)


def test_what_cannot_wait_for_the_morning_does_not() -> None:
    """N3: an SMS about a deadline within the quiet hours is sent at once."""
    world = disputed(Stage.UNDER_REVIEW)
    world.wait(14 * DAY - 4 * HOUR).act(MEDIATOR, c.Assign())  # untouched for three days, the case went back to the queue
    world.act(MEDIATOR, c.RequestInformation(Role.SELLER, "Where was it packed?"))
    desk = Desk((world,), people=people("sms", **by_night(world)))
    desk.clock.at = world.now
    desk.publish()
    asked = f"order-1#1#{world.log[-1].seq} seller:acme sms"
    assert [asked] == [it for it in desk.sender.names if it.endswith("sms")]


def test_news_by_push_waits_too() -> None:
    """N3: a push message waits for the end of quiet hours, as an SMS does."""
    world = disputed(Stage.OPENED)
    buyer = replace(registered("buyer", "ana"), devices=(PHONE,), **by_night(world))  # type: ignore[arg-type]
    desk = told(world, people=FakePeople({"buyer:ana": buyer}))
    assert ["order-1#1#1 buyer:ana push"] == desk.send_due(world.now.replace(minute=0) + 8 * HOUR)


def test_a_channel_that_is_switched_off_is_not_used() -> None:
    """N1: a muted channel is not used; the others are."""
    world = disputed(Stage.OPENED)
    desk = Desk((world,), people=people("email", "sms", muted=("sms",)))
    desk.clock.at = world.now
    desk.publish()
    assert ["order-1#1#1 seller:acme email"] == [it for it in desk.sender.names if "seller" in it]


def several(count: int) -> tuple[World, ...]:
    """Return ``count`` orders of the same people, each with a dispute just opened."""
    made = []
    for n in range(count):
        world = disputed(Stage.OPENED)
        world.log = [replace(event, payload=_renamed(event.payload, f"order-{n}")) for event in world.log]
        world.known = world.refolded()
        made.append(world)
    return tuple(made)


def _renamed(payload: Payload, order_id: str) -> Payload:
    return load(dump(payload).replace("order-1", order_id), type(payload))


def test_sms_stop_at_the_recipients_limit(caplog: pytest.LogCaptureFixture) -> None:
    """N3: SMS beyond the day's limit are not sent, and redelivery counts none twice; emails go, and the log counts all SMS."""
    worlds = several(4)
    desk = Desk(worlds, limits=replace(WITHOUT_LIMIT, sms_per_recipient_a_day=2), people=people("email", "sms"))
    desk.clock.at = worlds[0].now
    with caplog.at_level(logging.INFO):
        for _ in range(2):
            desk.publish()
    sent = [it.split()[-1] for it in desk.sender.names if "seller" in it]
    assert (4, 2) == (sent.count("email"), sent.count("sms"))
    assert {"SmsSent": 2, "SmsCapped": 2} == totals(caplog, "SmsSent", "SmsCapped")
    desk.clock.at += DAY
    assert [] == [it for it in desk.send_due(desk.clock.at) if "sms" in it and "reminder" not in it]


def test_sms_stop_at_the_deployments_limit() -> None:
    """N3: SMS to everybody together have a limit a day, and a new day, by UTC, has its own."""
    worlds = several(4)
    desk = Desk(worlds, limits=replace(WITHOUT_LIMIT, sms_per_day=3), people=people("sms"))
    desk.clock.at = worlds[0].now
    desk.publish()
    assert 3 == sum(it.endswith("sms") for it in desk.sender.names)
    assert 3 == sum("reminder_half" in it for it in desk.send_due(worlds[0].now + 60 * HOUR))


def test_an_sms_that_was_not_counted_is_not_sent() -> None:
    """N3: the deployment's limit holds where counting fails once and is tried again, and where marking a refusal does."""
    worlds = several(2)
    desk = Desk(worlds, limits=replace(WITHOUT_LIMIT, sms_per_day=1), people=people("sms"))
    desk.clock.at = at = worlds[0].now
    transact, broken = desk.table.transact_write_items, OSError("the line is down")

    def once(**asked: Any) -> Any:  # noqa: ANN401 - a transaction
        if "TALLY" not in str(asked):
            return transact(**asked)
        desk.table.transact_write_items = transact  # type: ignore[method-assign]
        raise broken

    desk.table.transact_write_items = once  # type: ignore[method-assign]
    refused = "order-0#1#1 seller:acme sms"
    assert [] == desk.publish(worlds[0])
    assert any("order-0#1#1" in it and "reminder" not in it for it in desk.waiting)
    desk.publish(worlds[1])
    assert ["order-1#1#1 seller:acme sms"] == [it for it in desk.sender.names if it.endswith("sms")]
    desk.markers.crashes_at = refused
    with pytest.raises(KeyboardInterrupt):
        desk.send_due(at + MINUTE)
    desk.send_due(at + 3 * MINUTE)
    assert ["order-1#1#1 seller:acme sms"] == [it for it in desk.sender.names if it.endswith("sms")]


def test_a_limit_of_nothing_sends_no_sms() -> None:
    """N3: a deployment that allows no SMS sends none, however often they are tried."""
    worlds = several(2)
    desk = Desk(worlds, limits=replace(WITHOUT_LIMIT, sms_per_day=0), people=people("sms"))
    desk.clock.at = worlds[0].now
    for _ in range(2):
        desk.publish()
    assert [] == [it for it in [*desk.sender.names, *desk.send_due(worlds[0].now + HOUR)] if it.endswith("sms")]


def test_much_news_comes_as_one_digest() -> None:
    """N3: beyond so many in an hour the rest is one message after it; what needs action is never gathered."""
    world = disputed(Stage.OPENED)
    for _ in range(6):
        world.act(BUYER, NEWS)
    desk = Desk((world,), limits=replace(WITHOUT_LIMIT, news_per_recipient_an_hour=2), people=people("email"))
    desk.clock.at = world.now.replace(minute=20)
    for _ in range(3):
        desk.publish()
        desk.clock.at += MINUTE
    sent = [it for it in desk.sender.names if "seller" in it]
    assert ["order-1#1#1", "order-1#1#2", "order-1#1#3"] == [it.split()[0] for it in sent]
    ends = world.now.replace(minute=0) + HOUR
    assert [] == desk.send_due(ends)
    (digest,) = desk.send_due(ends + MINUTE)
    assert digest.startswith("digest@")
    assert "News about 1 order" == desk.sender.sent[-1].subject
    assert [] == desk.send_due(ends + DAY)


@pytest.mark.parametrize("story", STORIES)
def test_no_digest_swallows_what_has_something_to_say(story: str) -> None:
    """N2, N3: a message that settles, moves or asks for something is told by itself, and does not count as news."""
    world = STORIES[story]()
    parties = {f"{role}:{person}": registered(role, person, "email") for role, person in (("buyer", "ana"), ("seller", "acme"))}
    desk = Desk((world,), limits=replace(WITHOUT_LIMIT, news_per_recipient_an_hour=0), people=FakePeople(parties))
    desk.clock.at = world.now
    desk.publish()
    whole = [
        f"{it.id} {row.audience.value}"
        for it in events_in_context(world)
        for row in notices(it)
        if row.audience.value in ("buyer", "seller") and row.text.split(".")[0] not in ("evidence", "time")
    ]
    assert whole
    sent = [it for it in desk.sender.names if it.endswith("email")]
    assert whole == [it.partition(":")[0] for it in sent]


def test_a_digest_counts_each_order_once() -> None:
    """N3: a digest counts the orders of which there is news, not the messages."""
    worlds = several(3)
    for world in worlds:
        world.act(BUYER, NEWS)
        world.act(BUYER, NEWS)
    desk = Desk(worlds, limits=replace(WITHOUT_LIMIT, news_per_recipient_an_hour=0), people=people("email"))
    desk.clock.at = worlds[0].now
    desk.publish()
    desk.send_due(worlds[0].now + HOUR + MINUTE)
    assert ["News about 3 orders"] == [it.subject for it in desk.sender.sent if it.attributes["event_type"] == "digest"]


OPENED_SMS = "order-1#1#1 seller:acme sms"


@pytest.mark.parametrize("code", ["InvalidParameter", "AuthorizationError", "MessageRejected", "NotFound"])
def test_a_refusal_for_good_is_put_aside_and_holds_up_nobody(code: str, caplog: pytest.LogCaptureFixture) -> None:
    """N4: a message that a provider refuses for good goes to the operator at once; the order's other messages leave."""
    world = disputed(Stage.OPENED)
    desk = Desk((world,), sender=FakeSender(codes={OPENED_SMS: code}), people=people("email", "sms"))
    desk.clock.at = world.now
    assert [] == desk.publish()
    assert [(OPENED_SMS, code)] == desk.undelivered.kept
    assert {"Undelivered": 1} == totals(caplog, "Undelivered")
    assert "order-1#1#1 seller:acme email" in desk.sender.names


@pytest.mark.parametrize("code", ["Throttling", "InternalError", "ServiceUnavailable"])
def test_a_refusal_for_now_is_tried_again_with_patience(code: str) -> None:
    """N4: a message is tried again after 1, 1, 2, 4, ... minutes; after the last attempt it goes to the operator."""
    world = disputed(Stage.DECIDED)
    desk = Desk((world,), people=people("email", "sms"))
    decided = f"order-1#1#{world.log[-1].seq} seller:acme sms"
    desk.sender.codes[decided] = code
    desk.clock.at = at = world.now
    assert [] == desk.publish()
    tries: list[datetime] = []
    for attempt in range(ATTEMPTS):
        at += backoff(0) if attempt == 0 else backoff(attempt - 1)
        before = len(tries)
        assert [] == [it for it in desk.send_due(at - SECOND) if it == decided]
        assert before == len(tries)
        assert [] == desk.undelivered.kept
        desk.send_due(at)
        tries.append(at)
    assert [(decided, code)] == desk.undelivered.kept
    assert 512 * MINUTE == at - world.now, "8.5 hours, as the documentation says"
    assert not any(decided.split(maxsplit=1)[0] in it and "reminder" not in it for it in desk.waiting)


def test_two_sweeps_send_once() -> None:
    """N4: a message that one sweep has taken is not due for another until its next attempt."""
    world = disputed(Stage.OPENED)
    desk = told(world, people=people("email"))
    at = world.now + 60 * HOUR
    desk.clock.at = at
    queue = desk.publishing.queue
    (key,) = [key for shard in range(2) for key in queue.due(shard, at, 10)]
    assert queue.take(key, at, lambda n: at + backoff(n)) is not None
    assert queue.take(key, at, lambda n: at + backoff(n)) is None
    assert [] == desk.send_due(at)
    assert 1 == len(desk.send_due(at + MINUTE))


def test_a_message_that_ends_every_process_is_put_aside() -> None:
    """N4: attempts are counted as they begin, so one that ends every process cannot do so for ever."""
    world = disputed(Stage.OPENED)
    desk = told(world, people=people("email"))
    at = world.now + 60 * HOUR
    queue = desk.publishing.queue
    (key,) = [key for shard in range(2) for key in queue.due(shard, at, 10)]
    for attempts in range(ATTEMPTS):
        again = at + backoff(attempts)
        assert queue.take(key, at, lambda _, again=again: again) is not None  # type: ignore[misc]
        at = again
    assert [] == desk.send_due(at)
    assert ["AttemptsUsedUp"] == [reason for _, reason in desk.undelivered.kept]


def test_limits_have_sensible_numbers() -> None:
    """N3: without settings a person gets 5 SMS a day and 5 pieces of news an hour, a number 10 SMS, all 1,000."""
    it = Limits()
    assert (5, 1000, 5) == (it.sms_per_recipient_a_day, it.sms_per_day, it.news_per_recipient_an_hour)
    assert 10 == it.sms_per_number_a_day
