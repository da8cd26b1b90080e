"""A small suite of checks, of which every fault of the store fails at least one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

from chalicelib.domain import commands as c
from chalicelib.domain.evidence import EvidenceType
from chalicelib.domain.refusals import CONFLICT
from chalicelib.service import disputes
from chalicelib.service.errors import KeyReused
from chalicelib.store.transaction import ANSWERS_KEPT_S
from tests.reliability.acts import BUYER, DISPUTE_ID, PARCEL, SELLER, TERMS, act, asks, imports, registers, ships
from tests.reliability.aftermath import aftermath, heard, tried, undisturbed
from tests.reliability.beginnings import BEGINNINGS, begun
from tests.reliability.books import audit
from tests.reliability.commands_to_fail import COMMANDS, PHOTO, Situation
from tests.reliability.faults import Fault, Kind
from tests.reliability.histories import run
from tests.reliability.model import Model
from tests.reliability.mutants import CONDITIONAL, member, puts_of
from tests.reliability.races import RACES
from tests.reliability.scheduler import interleave
from tests.reliability.seam import Call, Carry, Hook
from tests.reliability.small_cloud import DAY, TABLE, Cloud

Check = Callable[[Hook], None]


def stories_add_up(under: Hook) -> None:
    """I1, I4, D9, D11: after every step of a story the table adds up, agrees with the model, and all messages are sent."""
    for story in ("resolved", "decided", "not received"):
        cloud, model = Cloud(under=under), Model()
        for step in BEGINNINGS[story]:
            if isinstance(step, timedelta):
                cloud.clock.at += step
                continue
            assert model.does(step, cloud.clock.at) == step.outcome(cloud.services()), step.name
            assert model.case == audit(cloud)
        cloud.drain()
        assert not cloud.dead_letters
        audit(cloud)


def feeds_tell_old_and_new(under: Hook) -> None:
    """N1: the typed event of a change of status names the status before and after."""
    cloud = begun("opened").cloud(under)
    assert act(SELLER, c.Decline()).outcome(cloud.services())[0] == "answer"
    cloud.publish()
    told = next(it["Message"] for it in cloud.sns.published if it["TopicArn"] == "events")
    wanted = '"status_before":"waiting_for_seller_response","status":"waiting_for_buyer_response"'
    assert wanted in told


def redelivery_tells_nothing_twice(under: Hook) -> None:
    """N4: the stream repeats what has been published just now, and nobody gets a message twice."""
    for beginning, done in (("opened", act(SELLER, c.Decline())), ("known", imports())):
        cloud = begun(beginning).cloud(under)
        assert done.outcome(cloud.services())[0] == "answer"
        fresh = cloud.records[cloud.streamed :]
        for _ in range(3):
            cloud.deliver(fresh)
        assert set(cloud.messages().values()) == {1}


def keys_have_one_effect(under: Hook) -> None:
    """I5: one key has one effect and one answer, for one body, as long as the answer is kept and no longer."""
    cloud = begun("opened").cloud(under)
    first, other = act(SELLER, PHOTO), c.AddEvidence(EvidenceType.VIDEO, "A film.")
    once = first.outcome(cloud.services())
    assert [once] * 3 == [first.outcome(cloud.services()) for _ in range(3)]
    again = replace(first, do=lambda it: disputes.act(it, DISPUTE_ID, asks(SELLER, first.name, "other"), other))
    assert ("refused", KeyReused.code) == _why(again.outcome(cloud.services()))
    case = audit(cloud)
    assert case
    assert len(case.disputes[0].evidence) == 1
    cloud.epoch += ANSWERS_KEPT_S + 1
    assert once != first.outcome(cloud.services())
    withdraws = act(BUYER, c.Withdraw())
    assert withdraws.outcome(cloud.services()) == withdraws.outcome(cloud.services())


def _why(outcome: tuple[str, Any]) -> tuple[str, str]:
    return outcome[0], outcome[1][0]


def races_are_linearizable(under: Hook) -> None:
    """I1-I5: a few seeds of every race."""
    for race in RACES:
        for seed in range(4):
            run(race, seed, under)


def profiles_lose_no_change(under: Hook) -> None:
    """I11: of several changes of contacts at one moment, each answered one is counted, and the last one is on file."""
    for seed in range(6):
        cloud = begun("known").cloud(under)
        cloud.topics_of_0_2 = True  # so that a phone has a subscription too
        changes = [registers(SELLER, email=f"{name}@example.com") for name in ("one", "two", "three")]
        history = interleave(cloud, changes, Random(seed))
        answers = [it.outcome[1][1] for it in history.doings if it.outcome[0] == "answer"]
        profile = cloud.services().people.profile("seller", SELLER.id)
        assert profile.version == 1 + len(answers)
        assert len({it["version"] for it in answers}) == len(answers)
        assert Counter(_channels(cloud)) == {"email": 1, "sms": 1}


def _channels(cloud: Cloud) -> list[str]:
    return [channel for topic, channel, _ in cloud.sns.subscriptions.values() if "seller" in topic]


def retries_after_faults_change_nothing(under: Hook) -> None:
    """I5, I11: a few commands whose first attempt died, or got no reply, after its transaction."""
    for situation in COMMANDS[:: len(COMMANDS) // 8]:
        beginning = begun(situation.start)
        expected, made = undisturbed(beginning, situation.act)
        for kind in (Kind.KILLED_AFTER, Kind.REPLY_LOST, Kind.KILLED_BEFORE):
            cloud = beginning.cloud(under)
            outcome, _ = tried(cloud, situation.act, Fault(len(made) - 1, kind))
            found = aftermath(cloud, outcome)
            assert heard(expected.outcome, situation.act) == heard(found.outcome, situation.act)
            assert (expected.table, expected.messages) == (found.table, found.messages)


def nothing_is_overwritten(under: Hook) -> None:
    """D11, O3, I11: an item written since the case was read is never overwritten."""
    for situation in COMMANDS:
        for of in _conditional_members(situation):
            cloud = begun(situation.start).cloud(under)
            hidden: list[dict[str, Any]] = []
            cloud.hook = _slips_in(cloud, of, hidden)
            with suppress(Exception):  # what slips in is no item of the store's: it may fail to be read
                situation.act.outcome(cloud.services())
            stray = next(it for it in cloud.table.snapshot() if (it["pk"], it["sk"]) == (hidden[0]["pk"], hidden[0]["sk"]))
            assert hidden[0] == stray, f"{situation.name}: {of} overwritten"


def _conditional_members(situation: Situation) -> list[str]:
    _, made = undisturbed(begun(situation.start), situation.act)
    return sorted({member(put) for call in made for put in puts_of(call)} & set(CONDITIONAL))


def _slips_in(cloud: Cloud, of: str, hidden: list[dict[str, Any]]) -> Hook:
    """Write an item under the key that a call is about to write, once, just before the call."""

    def hook(call: Call, carry: Carry) -> Any:  # noqa: ANN401 - an AWS reply
        wanted = next((put for put in puts_of(call) if member(put) == of), None)
        if wanted and not hidden:
            stray = deepcopy(wanted["Item"]) | {"v": {"N": "999"}, "slipped_in": {"S": "yes"}}
            hidden.append(stray)
            cloud.table.put_item(TableName=TABLE, Item=stray)
        return carry(call)

    return hook


def sweeps_find_what_is_due(under: Hook) -> None:
    """I3, D12: the sweep ends every story by itself."""
    for situation in COMMANDS[9:12]:
        cloud = begun(situation.start).cloud(under)
        situation.act.outcome(cloud.services())
        cloud.clock.at += 400 * DAY
        cloud.sweep()
        case = audit(cloud)
        assert case
        assert (case.order.completed_at is not None, case.open_disputes) == (True, ())


def a_number_belongs_to_one_pair(under: Hook) -> None:
    """O4: of two orders of different people that name one number at once, one wins; orders of the same two share it."""
    for seed in range(8):
        for buyer in (BUYER.id, "ben"):
            cloud = begun("imported").cloud(under)
            for order_id in ("order-2", "order-3"):
                imports(replace(TERMS, order_id=order_id, buyer_id=buyer)).outcome(cloud.services())
            first = [] if seed % 2 else [ships("order-3")]
            told = [it.outcome(cloud.services())[0] for it in first]
            names = ("order-1", "order-2") if first == [] or buyer == BUYER.id else ("order-2",)
            history = interleave(cloud, [ships(name) for name in names], Random(seed))
            told += [it.outcome[0] for it in history.doings]
            won = len(told) if buyer == BUYER.id or first else 1
            assert Counter(told) == Counter({"answer": won, "refused": len(told) - won}) - Counter()
            assert won == len(cloud.services().cases.orders_of_parcel("tnt", PARCEL))
            if first and buyer == "ben":
                assert ("refused", CONFLICT) == _why(ships().outcome(cloud.services()))


CHECKS: tuple[Check, ...] = (
    a_number_belongs_to_one_pair,
    stories_add_up,
    feeds_tell_old_and_new,
    redelivery_tells_nothing_twice,
    keys_have_one_effect,
    sweeps_find_what_is_due,
    retries_after_faults_change_nothing,
    nothing_is_overwritten,
    profiles_lose_no_change,
    races_are_linearizable,
)
