"""Make the page of the state machine: a diagram and its tables, from ``domain.state_machine`` and ``domain.deadlines``."""

from __future__ import annotations

from itertools import groupby

from chalicelib.domain.dispute import Stage
from chalicelib.domain.policy import published
from chalicelib.domain.state_machine import STAGES, TABLE, Rule

_HEAD = """# The state machine of a dispute

This page is made from `chalicelib/domain/state_machine.py` and `chalicelib/domain/deadlines.py` (`make docs`).
The same tables decide what is allowed, what is refused, and what the clock does.

## Diagram

```mermaid
stateDiagram-v2
    [*] --> opened: buyer opens a dispute
"""


def page() -> str:
    """The page, in Markdown."""
    return f"{_HEAD}{_diagram()}    resolved --> [*]\n```\n\n{_actions()}\n{_guards()}\n{_deadlines()}"


def _diagram() -> str:
    arrows: dict[tuple[Stage, Stage], list[str]] = {}
    for rule in TABLE.values():
        for to in rule.leads_to:
            if to is not rule.stage:
                arrows.setdefault((rule.stage, to), []).append(f"{rule.actor.value} {rule.action.value}")
    for stage, row in STAGES.items():
        for to in row.expiry.leads_to if row.expiry else ():
            arrows.setdefault((stage, to), []).append("clock")
    lines = [f"    {a.value} --> {b.value}: {', '.join(dict.fromkeys(labels))}\n" for (a, b), labels in arrows.items()]
    return "".join(lines)


def _actions() -> str:
    out = ["## Who may do what\n\nA cell that is not here is refused, with the reason.\n"]
    rules = sorted(TABLE.values(), key=lambda rule: list(Stage).index(rule.stage))
    for stage, of_stage in groupby(rules, key=lambda rule: rule.stage):
        out.append(f"\n### {stage.value}\n\n| action | who | if | leads to |\n|---|---|---|---|\n")
        out.extend(_row(rule) for rule in of_stage)
    return "".join(out)


def _row(rule: Rule) -> str:
    conditions = "; ".join(guard.says for guard in rule.guards) or "always"
    to = ", ".join(stage.value for stage in rule.leads_to)
    return f"| `{rule.action.value}` | {rule.actor.value} | {conditions} | {to} |\n"


def _guards() -> str:
    out = ["## What blocks an action\n\nThe `reason` of each of `blocked_actions`, and what has to be the case instead.\n\n"]
    out.append("| reason | possible if |\n|---|---|\n")
    says = {guard.name: guard.says for rule in TABLE.values() for guard in rule.guards}
    out.extend(f"| `{name}` | {words} |\n" for name, words in says.items())
    return "".join(out)


def _deadlines() -> str:
    policy = list(published())[-1]
    out = ["## What the clock does\n\nDays of policy version `", policy.version, "`, from when the stage was entered.\n\n"]
    out.append("| stage | deadline | `on_deadline` | when it passes | leads to |\n|---|---|---|---|---|\n")
    for stage, row in STAGES.items():
        if row.window is None or row.expiry is None:
            continue
        days = f"{policy.days(row.window).days} days"
        if row.window_once_delivered:
            received = policy.days(row.window_once_delivered).days
            days = f"{received} days after the carrier delivers, or {days} with no delivery on record"
        to = ", ".join(it.value for it in row.expiry.leads_to)
        out.append(f"| {stage.value} | {days} | `{row.expiry.what.value}` | {row.expiry.says} | {to} |\n")
    return "".join(out)
