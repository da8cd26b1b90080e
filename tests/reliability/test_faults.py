"""Fail every AWS call of every command once, then let the client retry: the end is the same as without the fault.

Faults are injected at the client call, above botocore: one fault there stands for three failed attempts of botocore.
``test_wire.py`` injects below botocore's retries. The calls are found by recording a run without faults.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import pytest

from chalicelib.domain.acting import ACTION_OF
from chalicelib.service import contacts, disputes, order_batches, orders, payments
from tests.randomness import HUNTING
from tests.reliability.aftermath import Aftermath, aftermath, heard, tried, undisturbed
from tests.reliability.beginnings import Beginning, begun
from tests.reliability.commands_to_fail import COMMANDS
from tests.reliability.faults import Fault, Kind, faults_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.reliability.acts import Act

WRITES = ("execute(", "people.save(", "keep_answer(")


def _agrees(expected: Aftermath, found: Aftermath, act: Act) -> None:
    """Check that the end is the same, and that every message was sent once: the command met the faults, not the stream."""
    assert heard(expected.outcome, act) == heard(found.outcome, act), "I5: the same answer"
    assert expected.table == found.table, "I11: the same state, ledger, lists and answers kept"
    assert expected.subscriptions == found.subscriptions, "N1: the same subscriptions"
    assert expected.messages == found.messages, "I9, N4: every message, once"


def _case(beginning: Beginning, act: Act, expected: Aftermath, *faults: Fault) -> list[int]:
    """Run the act under these faults with its retries, and return how many calls each attempt made."""
    cloud = beginning.cloud()
    try:
        outcome, made = tried(cloud, act, *faults)
        _agrees(expected, aftermath(cloud, outcome), act)
    except AssertionError as error:
        error.add_note(f"{act.name}: {' then '.join(f'{it.kind} at call {it.at}' for it in faults)}")
        raise
    return [len(calls) for calls in made]


def test_one_fault_anywhere_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """I2, I5, I9, I11: with one fault at any call of any command, then the retry, sweeps and stream, the end is the same."""
    cases = calls = 0
    for situation in COMMANDS:
        beginning = begun(situation.start)
        expected, made = undisturbed(beginning, situation.act)
        calls += len(made)
        for fault in faults_of(made):
            _case(beginning, situation.act, expected, fault)
            cases += 1
    with capsys.disabled():
        print(f"\nfaults of commands: {cases} cases, {calls} calls of {len(COMMANDS)} commands, {len(Kind)} kinds")  # noqa: T201
    assert cases > 7 * calls


@pytest.mark.skipif(not HUNTING, reason="there are very many pairs: make fuzz takes them")
def test_two_faults_anywhere_change_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """I2, I5, I9, I11: with a fault, and a second one at any call of the retry, the end is the same."""
    cases = 0
    for situation in COMMANDS:
        beginning = begun(situation.start)
        expected, made = undisturbed(beginning, situation.act)
        for first in faults_of(made):
            _, attempts = tried(beginning.cloud(), situation.act, Fault(first.at, first.kind))
            for second in faults_of(attempts[1]) if len(attempts) > 1 else ():
                _case(beginning, situation.act, expected, Fault(first.at, first.kind), second)
                cases += 1
    with capsys.disabled():
        print(f"\npairs of faults of commands: {cases} cases")  # noqa: T201


def test_every_command_is_failed() -> None:
    """Every service function that writes, and every action in a dispute, is among the commands that are made to fail."""
    functions: list[Callable[..., object]] = [
        function
        for module in (contacts, disputes, order_batches, orders, payments)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    ]
    writing = {it.__name__ for it in functions if any(sign in inspect.getsource(it) for sign in WRITES)}
    assert writing == {it.by for it in COMMANDS}
    assert set(ACTION_OF) == {it.move for it in COMMANDS if it.move}


def test_a_refused_command_leaves_nothing() -> None:
    """I5, I11: a refused command, repeated after any fault, is refused in the same way and has changed nothing."""
    beginning = begun("opened")
    situation = next(it for it in COMMANDS if it.name == "ana Accept in negotiating")
    expected, made = undisturbed(beginning, situation.act)
    assert expected.outcome[0] == "refused"
    for fault in faults_of(made):
        _case(beginning, situation.act, expected, fault)
