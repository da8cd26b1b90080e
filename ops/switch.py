"""Show the kill switches of a stack, or turn one on or off.

`switch` shows them. `switch sms-off on` stops SMS, `switch payouts-held on` holds payment instructions, and
`switch read-only on` refuses every command. Each takes effect within a minute; `off` takes it back.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from chalicelib.aws import client
from chalicelib.switches import ON, Switch, name_of
from ops.stack import connect

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("name", nargs="?", choices=[it.value for it in Switch], help="the switch to turn")
    parser.add_argument("state", nargs="?", choices=[ON, "off"], help="on or off")


def run(options: argparse.Namespace) -> int:
    """Turn a switch, if one is named, and show them all."""
    prefix = connect(options.stack).switches_prefix
    if options.name and not options.state:
        sys.stderr.write("say on or off\n")
        return 2
    if options.name:
        named = name_of(prefix, Switch(options.name))
        client("ssm").put_parameter(Name=named, Value=options.state, Type="String", Overwrite=True)
    found = client("ssm").get_parameters(Names=[name_of(prefix, it) for it in Switch])["Parameters"]
    values = {it["Name"]: it for it in found}
    for switch in Switch:
        it = values.get(name_of(prefix, switch))
        since = f"since {it['LastModifiedDate']:%Y-%m-%d %H:%M:%S%z}" if it and "LastModifiedDate" in it else ""
        sys.stdout.write(f"{switch.value:14}{it['Value'] if it else 'off (no parameter)':5}{since}\n")
    if options.name:
        sys.stdout.write("It takes effect within a minute.\n")
    return 0
