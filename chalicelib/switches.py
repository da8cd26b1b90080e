"""Read the switches by which an operator stops a part of the product within a minute, without a deployment.

Each is a parameter of Systems Manager whose value is ``on`` or ``off``. A process reads all of them in one call, at most
once in 30 seconds, and only when it comes to a point where one matters.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from chalicelib.metrics import measured

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

FRESH_S = 30
"""Seconds for which the switches are used without asking again."""
ON = "on"


class Switch(StrEnum):
    """The switches. A parameter's name ends with the value."""

    SMS_OFF = "sms-off"
    """No SMS is sent. Each one that is left out is counted; mail and push go on (N3)."""
    PAYOUTS_HELD = "payouts-held"
    """No payment instruction is published. Each waits, and is published after the release (M1)."""
    READ_ONLY = "read-only"
    """The API refuses every command, and the sweep writes down no deadline. Reads go on (D9)."""


UNKNOWN = {Switch.SMS_OFF: False, Switch.PAYOUTS_HELD: True, Switch.READ_ONLY: False}
"""The state of each switch for a process that has never reached Systems Manager.

A payment that is late can still be made, and one that is made does not come back: payments are held. People who are not told
of a deadline lose it, and a marketplace that takes no commands is down: both go on.
"""


@dataclass(slots=True, eq=False)
class Switches:
    """The switches whose parameters' names begin with ``prefix``; with an empty one, all are off and nothing is asked.

    While Systems Manager cannot be reached, the last known state holds, however old; before the first answer, ``UNKNOWN``.
    ``client`` returns a low-level client of it, made on first use. ``monotonic`` counts seconds.
    """

    client: Callable[[], Any]
    prefix: str
    monotonic: Callable[[], float] = time.monotonic
    _known: dict[Switch, bool] | None = field(default=None, init=False)
    _asked_at: float | None = field(default=None, init=False)

    def on(self, switch: Switch) -> bool:
        """Return whether ``switch`` is on."""
        if not self.prefix:
            return False
        now = self.monotonic()
        if self._asked_at is None or now >= self._asked_at + FRESH_S:
            self._asked_at = now
            self._ask()
        return (self._known or UNKNOWN)[switch]

    def _ask(self) -> None:
        try:
            reply = self.client().get_parameters(Names=[name_of(self.prefix, it) for it in Switch])
        except Exception:
            # Whatever is wrong, the product goes on with what it knows: a switch must not be a new way to fail.
            log.exception("the switches cannot be read", extra=measured(SwitchesUnread=1))
            return
        values = {found["Name"]: found["Value"] for found in reply["Parameters"]}
        self._known = {it: values.get(name_of(self.prefix, it), "").strip().lower() == ON for it in Switch}


def name_of(prefix: str, switch: Switch) -> str:
    """Return the name of a switch's parameter."""
    return f"{prefix}{switch.value}"


NEVER = Switches(lambda: None, "")
"""The switches of a deployment that has none: all are off."""
