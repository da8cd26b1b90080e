"""Count every case of the table in the statistics, as after an upgrade from a release that had none.

A case that is counted already adds nothing. So the command may be stopped and run again, and may run while the stack serves.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from chalicelib.bootstrap import counting, verification
from chalicelib.domain.events import ORDER
from chalicelib.store import keys
from chalicelib.store.idempotency import Conflict
from chalicelib.store.items import text
from chalicelib.store.schema import UNREADABLE
from ops.stack import connect

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command: there are none."""
    del parser


def run(options: argparse.Namespace) -> int:
    """Count every order and dispute, and say how many. Return 1 where some could not be counted; ``verify`` says why."""
    connect(options.stack)
    count = left = 0
    for order_id, stream in _cases():
        try:
            counting().count(order_id, stream)
        except (Conflict, *UNREADABLE):
            left += 1
            sys.stdout.write(f"not counted\t{order_id}\t{stream}\n")
        else:
            count += 1
    sys.stderr.write(f"{count} orders and disputes counted, {left} left\n")
    return 1 if left else 0


def _cases() -> Iterator[tuple[str, int]]:
    """Yield each order as stream 0, and each of its disputes."""
    for page in verification().scanning.pages(None):
        for stored in page:
            pk, sk = text(stored, "pk"), text(stored, "sk")
            if sk == keys.ORDER_SK:
                yield keys.order_id_of(pk), ORDER
            elif keys.kind_of(sk) == "DISPUTE" and pk.startswith(keys.order_pk("")):
                yield keys.order_id_of(pk), int(sk.rpartition("#")[2])
