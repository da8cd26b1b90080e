"""The operator's switches: what each stops within a minute, what it loses (nothing), and what holds while SSM is down."""

from __future__ import annotations

import json
from collections import Counter
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib import bootstrap, jobs
from chalicelib.domain.ledger import InstructionStatus
from chalicelib.domain.order import ExternalStatus
from chalicelib.notify.held_payouts import LOOK_AGAIN
from chalicelib.service import payments
from chalicelib.service.execute import Request
from chalicelib.service.orders import put_external_dispute
from chalicelib.service.sweep import Swept
from chalicelib.switches import FRESH_S, NEVER, UNKNOWN, Switch
from tests.emf import listening, points
from tests.operations.ringing import measured_for, rings
from tests.reliability.acts import ORDER_ID, PLATFORM, asks, usd
from tests.reliability.beginnings import begun
from tests.reliability.small_cloud import DAY, Cloud
from tests.reliability.test_stream import _cloud, _expected
from tests.switchboard import Switchboard

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.reliability.seam import Message


def payouts(told: Iterable[Message]) -> Counter[Message]:
    """Return the messages to the payment system, counted."""
    return Counter(it for it in told if it[1] == "payments")


def test_switches_are_read_once_in_half_a_minute() -> None:
    """However often a process asks, it calls Systems Manager once in 30 seconds, for all switches, and follows it then."""
    board = Switchboard()
    it = board.switches()
    assert 0 == board.calls
    assert [False] * 30 == [it.on(switch) for switch in Switch for _ in range(10)]
    assert 1 == board.calls
    board.values = dict.fromkeys(board.values, " ON\n")
    board.seconds = FRESH_S - 1
    assert not it.on(Switch.SMS_OFF)
    board.seconds = FRESH_S
    assert [True, True, True] == [it.on(switch) for switch in Switch]
    assert 2 == board.calls


def test_a_deployment_without_switches_asks_nobody() -> None:
    """With no prefix every switch is off, and no client is made."""
    assert [False, False, False] == [NEVER.on(switch) for switch in Switch]


def test_a_parameter_that_is_not_there_is_off() -> None:
    """A switch that somebody has deleted stops nothing; the others work."""
    board = Switchboard()
    board.turn(Switch.READ_ONLY, "on")
    del board.values["/buyer-protection/shop/payouts-held"]
    it = board.switches()
    assert [False, False, True] == [it.on(switch) for switch in Switch]


def test_while_ssm_is_down_the_last_known_state_holds() -> None:
    """A process that knew the switches goes on with them, however long; it asks again each 30 seconds, and the alarm rings."""
    board = Switchboard()
    board.turn(Switch.SMS_OFF, "on")
    it = board.switches()
    assert it.on(Switch.SMS_OFF)
    board.down = True
    with listening() as heard:
        for _ in range(3):
            board.turn(Switch.SMS_OFF, "off")
            assert it.on(Switch.SMS_OFF)
    assert [1, 1, 1] == measured_for("SwitchesUnreadAlarm", heard)
    assert rings("SwitchesUnreadAlarm", [[1], [1], [1]])
    assert not rings("SwitchesUnreadAlarm", [[1], [], [1]])
    board.down = False
    board.seconds += FRESH_S
    assert not it.on(Switch.SMS_OFF)


def test_a_process_that_never_reached_ssm_holds_payments_and_nothing_else() -> None:
    """What is paid does not come back, so payments wait; people are told and the API takes commands."""
    board = Switchboard(down=True)
    it = board.switches()
    assert UNKNOWN == {switch: it.on(switch) for switch in Switch}
    assert [Switch.PAYOUTS_HELD] == [switch for switch in Switch if UNKNOWN[switch]]


def test_no_sms_leaves_while_they_are_off() -> None:
    """N3: everything but SMS is sent, and each SMS that was left out is a line that a metric counts; none follows later."""
    cloud, records = _cloud()
    board = Switchboard()
    board.turn(Switch.SMS_OFF, "on")
    cloud.switches = board.switches()
    with listening() as heard:
        cloud.deliver(records)
    left_out = [it for it in points(heard.lines()) if it.name == "SmsLeftOut"]
    sms = {it for it in _expected() if it[2] == "sms"}
    assert sms
    assert {it: 1 for it in _expected() if it not in sms} == cloud.messages()
    assert len(sms) == len(left_out)
    board.turn(Switch.SMS_OFF, "off")
    cloud.deliver(records)
    assert {it: 1 for it in _expected() if it not in sms} == cloud.messages()


def test_held_payments_leave_after_the_release_and_once() -> None:
    """M1, N4: all else is told at once; a held payment holds up no event, waits however long, and leaves once."""
    cloud, records = _cloud()
    cloud.clock.at += 100 * DAY
    board = Switchboard()
    board.turn(Switch.PAYOUTS_HELD, "on")
    cloud.switches = board.switches()
    with listening() as heard:
        cloud.deliver(records)
        cloud.deliver(records)
    wanted = payouts(_expected())
    assert wanted
    assert {it: 1 for it in _expected() if it not in wanted} == cloud.messages()
    assert [] == cloud.dead_letters
    assert {it[0] for it in wanted} == {it["event"] for it in heard.lines() if "PayoutsHeld" in it}
    for _ in range(12):
        cloud.clock.at += LOOK_AGAIN
        cloud.send_due()
    assert not payouts(cloud.messages())

    board.turn(Switch.PAYOUTS_HELD, "off")
    cloud.clock.at += LOOK_AGAIN
    cloud.send_due()
    assert _expected() == cloud.messages()
    cloud.deliver(records)
    cloud.clock.at += LOOK_AGAIN
    cloud.send_due()
    assert _expected() == cloud.messages()
    assert [] == [it for it in cloud.table.snapshot() if it["pk"]["S"].startswith("OUT#payments")]


def _held() -> tuple[Cloud, Switchboard]:
    """Return a cloud whose order has a refund that waits, and the switches."""
    cloud = begun("resolved").cloud()
    board = Switchboard()
    board.turn(Switch.PAYOUTS_HELD, "on")
    cloud.switches = board.switches()
    for item in [it for it in cloud.table.snapshot() if it["pk"]["S"].startswith("SENT#")]:
        cloud.table.delete_item(TableName="table", Key={"pk": item["pk"], "sk": item["sk"]})
    cloud.sns.published.clear()
    cloud.streamed = 0
    cloud.publish()
    assert not payouts(cloud.sns.names)
    return cloud, board


def test_a_held_payment_that_was_settled_meanwhile_is_not_published() -> None:
    """M2: what the operator paid by other means and reported is not paid again after the release."""
    cloud, board = _held()
    case = cloud.services().cases.load(ORDER_ID)
    assert case
    (refund,) = case.order.instructions
    payments.report_result(cloud.services(), refund.id, asks(PLATFORM, "pays"), reference="by hand", failure=None, attempt=None)
    board.turn(Switch.PAYOUTS_HELD, "off")
    cloud.clock.at += LOOK_AGAIN
    cloud.send_due()
    settled = cloud.services().cases.load(ORDER_ID)
    assert settled
    assert [InstructionStatus.SETTLED] == [it.status for it in settled.order.instructions]
    assert not payouts(cloud.sns.names)
    assert [] == [it for it in cloud.table.snapshot() if it["pk"]["S"].startswith("OUT#payments")]


def test_a_held_payment_waits_for_the_end_of_a_chargeback() -> None:
    """M3: while an external dispute that began meanwhile is open, a released payment goes on waiting."""
    cloud, board = _held()
    services = cloud.services()
    put_external_dispute(services, ORDER_ID, Request(PLATFORM), ExternalStatus.OPEN, usd(100))
    board.turn(Switch.PAYOUTS_HELD, "off")
    cloud.clock.at += LOOK_AGAIN
    cloud.send_due()
    assert not payouts(cloud.sns.names)
    put_external_dispute(services, ORDER_ID, Request(PLATFORM), ExternalStatus.WON, usd(100))
    cloud.clock.at += LOOK_AGAIN
    cloud.send_due()
    assert 1 == len(payouts(cloud.sns.names))


def test_the_sweep_writes_nothing_while_the_product_is_read_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """D9: an expired deadline and an erasure wait and are not lost; the backlog is logged all the same."""
    cloud = begun("opened").cloud()
    cloud.clock.at += 30 * DAY
    board = Switchboard()
    board.turn(Switch.READ_ONLY, "on")
    asked: list[str] = []
    switches = board.switches()
    monkeypatch.setattr(bootstrap, "switches", lambda: switches)
    monkeypatch.setattr(bootstrap, "services", cloud.services)
    monkeypatch.setattr(bootstrap, "storage", lambda: None)
    monkeypatch.setattr(bootstrap, "message_queue", lambda: cloud.message_queue)
    monkeypatch.setattr(bootstrap, "publishing", lambda: cloud.publishing)
    monkeypatch.setattr(jobs, "_hand_over_webhooks", lambda *_: True)  # it has tests of its own
    monkeypatch.setattr("chalicelib.service.erasure.go_on", lambda *_: asked.append("erasures"))
    bodies = [{"shard": 0}, {"shard": 1}, {jobs.ERASURES: True}]
    records = [{"messageId": str(n), "body": json.dumps(body)} for n, body in enumerate(bodies)]
    context: Any = SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000)
    before = _cases(cloud)

    with listening() as heard:
        assert {"batchItemFailures": []} == jobs.sweep_messages(records, context)
    assert before == _cases(cloud)
    assert [] == asked
    assert 2 == sum(it.name == "OldestDueSeconds" for it in points(heard.lines()))

    board.turn(Switch.READ_ONLY, "off")
    assert {"batchItemFailures": []} == jobs.sweep_messages(records, context)
    assert before != _cases(cloud)
    assert ["erasures"] == asked


@pytest.mark.parametrize("broken", [False, True])
def test_messages_wait_for_no_unfinished_sweep(monkeypatch: pytest.MonkeyPatch, broken: bool) -> None:  # noqa: FBT001
    """N4, D9: a shard whose sweep runs out of time has sent its due messages, and one whose messages fail is swept."""
    cloud = begun("opened").cloud()
    cloud.publish()
    cloud.clock.at += 30 * DAY
    switches = Switchboard().switches()
    monkeypatch.setattr(bootstrap, "switches", lambda: switches)
    monkeypatch.setattr(bootstrap, "services", cloud.services)
    monkeypatch.setattr(bootstrap, "message_queue", lambda: cloud.message_queue)
    monkeypatch.setattr(bootstrap, "publishing", lambda: cloud.publishing)
    monkeypatch.setattr(jobs, "_hand_over_webhooks", lambda *_: True)  # it has tests of its own
    records = [{"messageId": str(shard), "body": json.dumps({"shard": shard})} for shard in range(2)]
    context: Any = SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000)
    before = _cases(cloud)
    waiting = [shard for shard in range(2) if cloud.message_queue.due(shard, cloud.clock.at, 1)]
    assert waiting
    if broken:
        send, failed_for = jobs._send_due, set[int]()  # noqa: SLF001 - the function that fails

        def failing(shard: int, *asked: Any) -> bool:  # noqa: ANN401 - as it takes them
            if shard not in failed_for:
                failed_for.add(shard)
                raise OSError("down")
            return send(shard, *asked)

        monkeypatch.setattr(jobs, "_send_due", failing)
    else:
        out_of_time = Swept(0, 0, 0, unfinished=True)
        monkeypatch.setattr("chalicelib.service.sweep.sweep_shard", lambda *_: out_of_time)
    failed = jobs.sweep_messages(records, context)["batchItemFailures"]
    assert [] == [shard for shard in range(2) if cloud.message_queue.due(shard, cloud.clock.at, 1)]
    assert (broken, [] if broken else ["0", "1"]) == (before != _cases(cloud), [it["itemIdentifier"] for it in failed])


def _cases(cloud: Cloud) -> list[dict[str, Any]]:
    return [it for it in cloud.table.snapshot() if it["pk"]["S"].startswith("ORDER#")]
