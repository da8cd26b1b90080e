"""Check an account before a stack in it goes live, and say what to ask AWS for.

A new account sends no SMS to strangers, for 1 US dollar a month at most, mails verified addresses only, and runs 10 functions
at a time. Nothing of that shows in the stack. Parameters are those of the stack, or those that are given with `--parameter`
before there is one. The exit code is 1 if something blocks. Nothing is changed.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ops import preflight_checks as checks
from ops.stack import parameters_of

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("--parameter", action="append", default=[], metavar="NAME=VALUE", help="as for deploy; repeatable")


def run(options: argparse.Namespace) -> int:
    """Print the result of each check, and return 1 if one blocks or could not be made."""
    wrong = [it for it in options.parameter if "=" not in it]
    if wrong:
        sys.stderr.write(f"give --parameter as NAME=VALUE, not {', '.join(wrong)}\n")
        return 2
    parameters = parameters_of(options.stack) | dict(it.split("=", 1) for it in options.parameter)
    results = [result for check in checks.ALL for result in checks.made(check, parameters)]
    for it in results:
        sys.stdout.write(f"{it.verdict.value:8}{it.what}: {it.found}\n")
        if it.todo:
            sys.stdout.write(f"{'':8}-> {it.todo}\n")
    blocking, unknown = (sum(it.verdict is verdict for it in results) for verdict in checks.BLOCKING)
    sys.stdout.write(f"{len(results)} checks: {blocking} blocking, {unknown} could not be made\n")
    return 1 if blocking + unknown else 0
