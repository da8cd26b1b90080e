"""Fail every AWS call of every job once, then let the job run again: the end is the same as without the fault."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib import bootstrap, jobs
from chalicelib.settings import settings
from tests.reliability.aftermath import Aftermath, aftermath
from tests.reliability.beginnings import begun
from tests.reliability.commands_to_fail import SWEPT
from tests.reliability.faults import Fault, Kind, faults_of
from tests.reliability.seam import Call, Message, Recorder, through
from tests.reliability.small_cloud import DAY, HOUR, SHARDS, Cloud, Killed

ANSWER = ("answer", None)
Job = Callable[[Cloud], None]


class Unhurried:
    """A Lambda context with unlimited time."""

    def get_remaining_time_in_millis(self) -> int:
        """Let a minute pass."""
        return 60_000


@pytest.fixture
def run_sweep(monkeypatch: pytest.MonkeyPatch) -> Job:
    """Call the sweep's function as the queue does; an unhandled message is delivered again."""

    def run(cloud: Cloud) -> None:
        monkeypatch.setattr(bootstrap, "services", cloud.services)
        monkeypatch.setattr(jobs, "_send_due", lambda *_: True)  # it has a test of its own
        monkeypatch.setattr(jobs, "_hand_over_webhooks", lambda *_: True)  # as above
        for shard in range(SHARDS):
            records = [{"messageId": str(shard), "body": json.dumps({"shard": shard})}]
            for _ in range(3):
                try:
                    if not jobs.sweep_messages(records, Unhurried())["batchItemFailures"]:
                        break
                except (Exception, Killed):  # noqa: BLE001, S112 - as Lambda: whatever it is, the message comes again
                    continue

    return run


def _end(start: str, days: int, job: Job, hook: Fault | Recorder) -> Aftermath:
    cloud = begun(start).cloud()
    cloud.clock.at += days * DAY
    cloud.hook = hook
    job(cloud)
    cloud.hook = through
    job(cloud)
    return aftermath(cloud, ANSWER)


def test_one_fault_in_a_sweep_changes_nothing(run_sweep: Job, capsys: pytest.CaptureFixture[str]) -> None:
    """I2, I3, I9, I11: with a fault at any call of a sweep, then the next delivery, state, ledger and messages are the same."""
    cases = 0
    for start, days in SWEPT:
        recorder = Recorder()
        expected = _end(start, days, run_sweep, recorder)
        for fault in faults_of(recorder.calls):
            found = _end(start, days, run_sweep, fault)
            assert expected == found, f"{start}: {fault.kind} at call {fault.at}"
            cases += 1
    with capsys.disabled():
        print(f"\nfaults of sweeps: {cases} cases, {len(SWEPT)} kinds of deadline")  # noqa: T201


def test_one_fault_in_publishing_loses_no_message(capsys: pytest.CaptureFixture[str]) -> None:
    """I9, N4, M1: with a fault at any call of publishing, then redelivery, each message leaves.

    It leaves twice only where it was sent and the process died, or got no reply, before it was marked. An SMS that must be
    tried again does not leave if by then there is nothing left to do.
    """
    cases = doubled = 0
    for start, days in SWEPT:
        swept = begun(start).cloud()
        swept.clock.at += days * DAY
        swept.sweep()
        recorder = Recorder()
        expected = _published(swept, recorder)
        for fault in faults_of(recorder.calls):
            found = _published(swept, fault)
            more = found.messages() - expected.messages()
            lost = set(expected.messages()) - set(found.messages())
            assert {"sms"} >= {channel for _, _, channel in lost}, f"{start}: {fault.kind} at call {fault.at}"
            assert set(found.messages()) <= set(expected.messages())
            assert more.total() <= int(_may_double(recorder.calls[fault.at], fault.kind)), f"{fault.kind} at call {fault.at}"
            assert not found.dead_letters
            cases, doubled = cases + 1, doubled + more.total()
    with capsys.disabled():
        print(f"\nfaults of publishing: {cases} cases, {doubled} of them told somebody twice, none nobody")  # noqa: T201


def _published(swept: Cloud, hook: Fault | Recorder) -> Cloud:
    cloud = Cloud(replace(swept.clock), hook=hook)
    cloud.epoch = swept.epoch
    cloud.table.hold(swept.table)
    cloud.records[:], cloud.streamed = swept.records, swept.streamed
    cloud.publish()
    cloud.hook = through
    cloud.clock.at += HOUR
    cloud.send_due()
    return cloud


def _may_double(call: Call, kind: Kind) -> bool:
    """Return whether a message may have left unmarked: its publication got no answer, or its marker was not written."""
    if call.operation == "publish":
        return kind in (Kind.KILLED_AFTER, Kind.REPLY_LOST, Kind.ERROR_AFTER)
    return call.operation == "put_item" and kind in (Kind.KILLED_BEFORE, Kind.REQUEST_LOST, Kind.ERROR_BEFORE, Kind.THROTTLED)


REMINDED: tuple[tuple[str, int, int], ...] = (("opened", 3, 2), ("decided", 4, 3))
"""The beginnings, the days until reminders are due, and the number of these reminders."""


def test_one_fault_in_sending_what_is_due_loses_no_reminder(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """N2, N4: with a fault at any call while reminders are sent, then the next minutes' sweeps, each reminder leaves.

    It leaves twice only where its publication may have gone out unmarked, and nothing of it is left in the table.
    """
    cases = doubled = 0
    for start, days, messages in REMINDED:
        recorder = Recorder()
        expected = _reminded(monkeypatch, start, days, recorder)
        assert messages == expected.total() == len(expected)
        for fault in faults_of(recorder.calls):
            found = _reminded(monkeypatch, start, days, fault)
            more = found - expected
            assert set(expected) == set(found), f"{start}: {fault.kind} at call {fault.at}"
            assert more.total() <= int(_may_double(recorder.calls[fault.at], fault.kind)), f"{fault.kind} at call {fault.at}"
            cases, doubled = cases + 1, doubled + more.total()
    with capsys.disabled():
        print(f"\nfaults of reminders: {cases} cases, {doubled} of them told somebody twice, none nobody")  # noqa: T201


def _reminded(monkeypatch: pytest.MonkeyPatch, start: str, days: int, hook: Fault | Recorder) -> Counter[Message]:
    """Return the reminders that left within some minutes after they were due, where ``hook`` spoils the first minute."""
    cloud = begun(start).cloud()
    cloud.clock.at += days * DAY
    monkeypatch.setattr(bootstrap, "services", cloud.services)
    monkeypatch.setattr(bootstrap, "message_queue", lambda: cloud.message_queue)
    monkeypatch.setattr(bootstrap, "publishing", lambda: cloud.publishing)
    cloud.hook = hook
    for _ in range(4):
        for shard in range(SHARDS):
            _swallowing(lambda shard=shard: jobs.sweep_messages([_asks_for(shard)], Unhurried()))  # type: ignore[misc]
        cloud.hook = through
        cloud.clock.at += timedelta(minutes=1)
    assert [] == [key for shard in range(SHARDS) for key in cloud.message_queue.due(shard, cloud.clock.at + HOUR, 10)]
    return Counter({it: times for it, times in cloud.messages().items() if "reminder" in it[0]})


def _asks_for(shard: int) -> dict[str, str]:
    return {"messageId": str(shard), "body": json.dumps({"shard": shard})}


def test_one_fault_in_the_fan_out_skips_no_shard(monkeypatch: pytest.MonkeyPatch) -> None:
    """I3: whatever happens to one minute's messages, those of the next minute name every shard."""
    known = replace(settings(), sweep_queue_url="https://queue", deadline_shards=25)
    monkeypatch.setattr(jobs, "settings", lambda: known)
    recorder = Recorder()
    _fanned_out(monkeypatch, recorder)
    assert len(recorder.calls) == 3
    for fault in faults_of(recorder.calls):
        cloud = Cloud()
        cloud.hook = fault
        monkeypatch.setattr(jobs, "client", cloud.client)
        for _ in range(2):
            _swallowing(jobs.fan_out)
        asked = [json.loads(body) for body in cloud.sqs.bodies]
        assert set(range(25)) == {it["shard"] for it in asked if "shard" in it}, f"{fault.kind} at {fault.at}"
        assert {"erasures": True} in asked


def _fanned_out(monkeypatch: pytest.MonkeyPatch, recorder: Recorder) -> None:
    cloud = Cloud()
    cloud.hook = recorder
    monkeypatch.setattr(jobs, "client", cloud.client)
    assert jobs.fan_out() == {"shards": 25}


def _swallowing(run: Callable[[], object]) -> None:
    """Treat an error as Lambda does in a scheduled function: it ends, and the next minute comes."""
    try:
        run()
    except (Exception, Killed):  # noqa: BLE001
        return
