"""Describe a final state, so that two can be compared: the table, the subscriptions, and the messages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.store.keys import PROFILE_SK
from tests.reliability.books import audit
from tests.reliability.seam import Call, Hook, Message, Recorder, through

if TYPE_CHECKING:
    from collections import Counter

    from tests.reliability.acts import Act, Outcome
    from tests.reliability.beginnings import Beginning
    from tests.reliability.small_cloud import Cloud

TRIES = 6


@dataclass(frozen=True, slots=True)
class Aftermath:
    """The end of a story: the last answer that the client got, and what is left once the clock has ended everything."""

    outcome: Outcome
    table: str
    subscriptions: tuple[str, ...]
    messages: Counter[Message]


def aftermath(cloud: Cloud, outcome: Outcome) -> Aftermath:
    """Let everything come to its end, check the ledger on the way, and describe the end."""
    audit(cloud)
    cloud.drain()
    audit(cloud)
    assert not cloud.dead_letters, "N4: what fails once is told in the end"
    items = [_plain(_unversioned(item)) for item in cloud.table.snapshot()]
    return Aftermath(_plain(outcome), json.dumps(items, default=repr), tuple(sorted(cloud.sns.subscriptions)), cloud.messages())


def _unversioned(item: dict[str, Any]) -> dict[str, Any]:
    """Return an item without what a repeated PUT of contacts may change: a profile's version, and what it ended."""
    if item["sk"]["S"] != PROFILE_SK:
        return item
    data = json.loads(item["data"]["S"]) | {"version": 0, "ending": []}
    return item | {"v": {"N": "0"}, "data": {"S": json.dumps(data)}}


def heard(outcome: Outcome, act: Act) -> Any:  # noqa: ANN401 - JSON-like data
    """Return an answer without what a retry may rightly say otherwise, since a PUT has no key.

    An order imported before is answered 200 instead of 201 (O1). Contacts put again have a later version, and may have been
    confirmed meanwhile.
    """
    kind, said = outcome
    if kind == "answer" and act.name == "import":
        return said[1]
    if kind == "answer" and act.name.endswith("registers"):
        return said[1] | {"version": 0, "email_status": ""}
    return outcome


def _plain(value: Any) -> Any:  # noqa: ANN401 - JSON-like data
    """Return ``value`` without what a retry may rightly say of the first attempt.

    Each carrier event is a command of its own, so the retry of a batch says ``duplicate`` where the first attempt had
    ``recorded``.
    """
    if isinstance(value, str):
        return value.replace('"duplicate"', '"recorded"')
    if isinstance(value, dict):
        return {name: "recorded" if (name, it) == ("status", "duplicate") else _plain(it) for name, it in value.items()}
    return [_plain(it) for it in value] if isinstance(value, list | tuple) else value


def tried(cloud: Cloud, act: Act, *hooks: Hook) -> tuple[Outcome, list[list[Call]]]:
    """Do an act, and repeat it under the same key until it has an answer. Return the answer, and the calls of each attempt.

    The nth attempt runs under the nth hook.
    """
    made: list[list[Call]] = []
    for attempt in range(TRIES):
        recorder, hook = Recorder(), hooks[attempt] if attempt < len(hooks) else through
        cloud.hook = _recorded(recorder, hook)
        outcome = act.outcome(cloud.services())
        cloud.hook = through
        made.append(recorder.calls)
        if outcome[0] in ("answer", "refused") and outcome[1][0] != "in_progress":
            return outcome, made
    raise AssertionError(f"{act.name} never got an answer")


def _recorded(recorder: Recorder, hook: Hook) -> Hook:
    return lambda call, carry: recorder(call, lambda inner: hook(inner, carry))


def undisturbed(beginning: Beginning, act: Act) -> tuple[Aftermath, list[Call]]:
    """Return the end without any fault, and the calls that were made on the way."""
    cloud = beginning.cloud()
    outcome, made = tried(cloud, act)
    assert len(made) == 1
    return aftermath(cloud, outcome), made[0]
