"""Restore the table to a point in time, step by step as docs/restore.md says.

The steps are `pause`, `table`, `erasures`, `payments`, `files` and `resume`. The exit code is 1 where people have to look at
something that a step printed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chalicelib.aws import client
from chalicelib.bootstrap import services
from ops.restoring import files, pausing, payments, people, table
from ops.stack import OperationError, connect, forget


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command: each step has its own."""
    steps = parser.add_subparsers(required=True, metavar="STEP")
    for name, step, says in (
        ("pause", _pause, "stop all that reads or writes the table"),
        ("resume", _resume, "start it again"),
    ):
        made = _step(steps, name, step, says)
        made.add_argument("--state", type=Path, default=Path("paused.json"), help="where pause notes what resume needs")
    restored = _step(steps, "table", _table, "restore the table under another name, and print the stack's parameters")
    restored.add_argument("--to", required=True, metavar="TABLE", help="the new table's name")
    restored.add_argument("--at", required=True, type=_moment, help="the point in time, such as 2026-11-27T10:00:00Z")
    erasures = _step(steps, "erasures", _erasures, "ask again for the people who were erased since")
    erasures.add_argument("--before", metavar="TABLE", help="the table as it was before the restore")
    erasures.add_argument("--since", type=_moment, help="the point in time")
    erasures.add_argument("--people", type=Path, help="a list of people instead, such as buyer:ann, one a line")
    paid = _step(steps, "payments", _payments, "compare with what the payment system knows")
    paid.add_argument("--file", required=True, type=Path, help="its payments: a line of JSON each, with status and reference")
    paid.add_argument("--report", action="store_true", help="report the results that the ledger waits for")
    paid.add_argument("--hand-over", type=Path, help="write what the payment system has to know before it pays again")
    compared = _step(steps, "files", _files, "compare the bucket, which is not restored, with the table")
    for made in (erasures, paid, compared):
        made.add_argument("--table", help="look at this table instead of the one that the stack uses")


def run(options: argparse.Namespace) -> int:
    """Run one step."""
    return int(options.step(options))


def _step(steps: Any, name: str, step: Any, says: str) -> argparse.ArgumentParser:  # noqa: ANN401 - argparse has no type for it
    made: argparse.ArgumentParser = steps.add_parser(name, help=says)
    made.set_defaults(step=step)
    return made


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        msg = f"{text} is no time: write it as in 2026-11-27T10:00:00Z"
        raise argparse.ArgumentTypeError(msg) from None
    if at.tzinfo is None:
        msg = f"{text} has no time zone: write it in UTC, with Z"
        raise argparse.ArgumentTypeError(msg)
    return at.astimezone(UTC)


def _enter(options: argparse.Namespace) -> dict[str, str]:
    """Work on the stack's table, or on the one that is named, and return the variables of its functions."""
    found = dict(connect(options.stack).variables)
    if options.table:
        found["TABLE_NAME"] = os.environ["TABLE_NAME"] = options.table
        forget()
    return found


def _pause(options: argparse.Namespace) -> int:
    before = pausing.pause(options.stack, client)
    if options.state.exists():
        _say(f"{options.state} is there already, from an earlier pause, and is kept")
    else:
        options.state.write_text(json.dumps(before), encoding="utf-8")
    _say(f"{options.stack} is paused; {options.state} is needed to resume")
    return 0


def _resume(options: argparse.Namespace) -> int:
    pausing.resume(options.stack, json.loads(options.state.read_text(encoding="utf-8")), client)
    options.state.unlink()
    _say(f"{options.stack} goes on")
    return 0


def _table(options: argparse.Namespace) -> int:
    source = connect(options.stack).variables["TABLE_NAME"]
    for name, value in table.restore(client("dynamodb"), source, options.to, options.at).items():
        _say(f"{name}={value}")
    return 0


def _erasures(options: argparse.Namespace) -> int:
    _enter(options)
    if options.people:
        wanted = list(people.named(options.people.read_text(encoding="utf-8").splitlines()))
    elif options.before and options.since:
        wanted = list(people.erased_since(client("dynamodb"), options.before, options.since))
    else:
        msg = "give --before and --since, or --people"
        raise OperationError(msg)
    asked = people.erase_again(services(), wanted)
    for person in asked:
        _say(f"asked again: {person}")
    _say(f"{len(asked)} people asked for again")
    return 0


def _payments(options: argparse.Namespace) -> int:
    _enter(options)
    found = list(payments.findings(services(), payments.read(options.file)))
    for it in found:
        _say(it.as_json())
    if options.hand_over:
        lines = [it.as_json() for it in found if it.verdict in payments.FOR_THE_PAYMENT_SYSTEM]
        options.hand_over.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    if options.report:
        _say(f"{payments.report(services(), found)} results reported")
    return int(any(it.verdict in payments.FOR_PEOPLE for it in found))


def _files(options: argparse.Namespace) -> int:
    settings = _enter(options)
    compared = files.compare(client("dynamodb"), client("s3"), settings["TABLE_NAME"], settings["FILES_BUCKET"])
    for what, keys in (("gone", compared.gone), ("left", compared.left)):
        for key in keys:
            _say(f"{what}: {key}")
    _say(f"{len(compared.gone)} files gone, {len(compared.left)} left")
    return int(bool(compared.gone or compared.left))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
