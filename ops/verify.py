"""Check the whole table: money, logs, states, lists, deadlines, locks, and whether everything can be read.

Each fault is a line: its code, the item's key, and what is wrong. The exit code is 1 if there is any. The same checks run
in the stack each day (function ``verify``). Nothing is changed; `reindex` repairs lists, deadlines and locks.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from chalicelib.bootstrap import verification
from ops.stack import connect

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("--json", action="store_true", help="print the faults as JSON, one object a line")


def run(options: argparse.Namespace) -> int:
    """Check the table, and return 1 if it has a fault."""
    connect(options.stack)
    result = verification().run()
    for it in sorted(result.findings):
        line = json.dumps({"code": it.code.value, "key": it.key, "words": it.words})
        sys.stdout.write(f"{line}\n" if options.json else f"{it.code.value}\t{it.key}\t{it.words}\n")
    busy = f", {result.busy} orders that changed all the time left out" if result.busy else ""
    sys.stderr.write(f"{result.items} items of {result.orders} orders{busy}: {len(result.findings)} faults\n")
    return 1 if result.findings else 0
