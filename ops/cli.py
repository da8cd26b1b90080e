"""Parse and run `python -m ops COMMAND --stack NAME`."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from ops import dispute_export, find, person_export, preflight, recount, redrive, reindex, restore, smoke, switch, verify
from ops.stack import OperationError, use_endpoint

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {
    "preflight": preflight,
    "verify": verify,
    "reindex": reindex,
    "find": find,
    "export-dispute": dispute_export,
    "export-person": person_export,
    "recount": recount,
    "redrive": redrive,
    "restore": restore,
    "smoke": smoke,
    "switch": switch,
}
"""Each module says what its command does in its docstring, has ``add_arguments`` for its parser, and ``run``."""
BROKEN = 2
"""The exit code of a command that could not do its work; 1 is that of one that found something."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code: 0 for all is well, 1 for something was found, 2 for it could not be done."""
    options = _parser().parse_args(arguments)
    use_endpoint(options.endpoint_url)
    try:
        return int(options.run(options))
    except (OperationError, BotoCoreError, OSError) as error:
        sys.stderr.write(f"ops: {error}\n")
    except ClientError as error:
        told = error.response["Error"]
        sys.stderr.write(f"ops: AWS refused {error.operation_name}: {told['Code']}: {told.get('Message', '')[:1000]}\n")
    return BROKEN


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ops", description="Operate a deployed stack.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, module in COMMANDS.items():
        about = (module.__doc__ or "").strip()
        command = commands.add_parser(
            name,
            help=about.partition(".")[0][0].lower() + about.partition(".")[0][1:].replace("\n", " "),
            description=about,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.add_argument("--stack", required=True, help="the CloudFormation stack's name")
        command.add_argument("--endpoint-url", help="another address for all of AWS, such as the local cloud's")
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return parser
