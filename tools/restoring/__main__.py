"""Parse and run `python -m tools.restoring STEP --stack NAME`. AWS credentials and region are those of any AWS tool."""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.session import Session

from chalicelib.bootstrap import services
from tools.restoring import files, payments, people, stack, table

if TYPE_CHECKING:
    from collections.abc import Sequence


@lru_cache(maxsize=8)
def aws(service: str) -> Any:  # noqa: ANN401 - botocore makes its clients at run time
    """Return a client of that service, with the caller's own rights."""
    return Session().create_client(service)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one step, and return the exit code: 1 if people have to look at something that it printed."""
    options = _parser().parse_args(arguments)
    return int(options.step(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.restoring", description="Restore the table to a point in time.")
    steps = parser.add_subparsers(required=True, metavar="STEP")
    pause = _step(steps, "pause", _pause, "stop all that reads or writes the table")
    resume = _step(steps, "resume", _resume, "start it again")
    for step in (pause, resume):
        step.add_argument("--state", type=Path, default=Path("paused.json"), help="where pause notes what resume needs")
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
    _step(steps, "files", _files, "compare the bucket, which is not restored, with the table")
    for step in (erasures, paid, steps.choices["files"]):
        step.add_argument("--table", help="look at this table instead of the one that the stack uses")
    return parser


def _step(steps: Any, name: str, step: Any, says: str) -> argparse.ArgumentParser:  # noqa: ANN401 - argparse has no type for it
    made: argparse.ArgumentParser = steps.add_parser(name, help=says)
    made.add_argument("--stack", required=True, help="the stack's name")
    made.set_defaults(step=step)
    return made


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        msg = f"{text} has no time zone: write it in UTC, with Z"
        raise argparse.ArgumentTypeError(msg)
    return at.astimezone(UTC)


def _enter(options: argparse.Namespace) -> dict[str, str]:
    """Take the settings of the stack's functions, and return them."""
    found = stack.environment(options.stack, aws)
    if options.table:
        found["TABLE_NAME"] = options.table
    os.environ.update(found)
    return found


def _pause(options: argparse.Namespace) -> int:
    before = stack.pause(options.stack, aws)
    if options.state.exists():
        _say(f"{options.state} is there already, from an earlier pause, and is kept")
    else:
        options.state.write_text(json.dumps(before), encoding="utf-8")
    _say(f"{options.stack} is paused; {options.state} is needed to resume")
    return 0


def _resume(options: argparse.Namespace) -> int:
    stack.resume(options.stack, json.loads(options.state.read_text(encoding="utf-8")), aws)
    options.state.unlink()
    _say(f"{options.stack} goes on")
    return 0


def _table(options: argparse.Namespace) -> int:
    source = stack.environment(options.stack, aws)["TABLE_NAME"]
    for name, value in table.restore(aws("dynamodb"), source, options.to, options.at).items():
        _say(f"{name}={value}")
    return 0


def _erasures(options: argparse.Namespace) -> int:
    _enter(options)
    if options.people:
        wanted = list(people.named(options.people.read_text(encoding="utf-8").splitlines()))
    elif options.before and options.since:
        wanted = list(people.erased_since(aws("dynamodb"), options.before, options.since))
    else:
        _say("give --before and --since, or --people")
        return 1
    for person in people.erase_again(services(), wanted):
        _say(f"asked again: {person}")
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
    compared = files.compare(aws("dynamodb"), aws("s3"), settings["TABLE_NAME"], settings["FILES_BUCKET"])
    for what, keys in (("gone", compared.gone), ("left", compared.left)):
        for key in keys:
            _say(f"{what}: {key}")
    return int(bool(compared.gone or compared.left))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
