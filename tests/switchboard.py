"""Systems Manager with the operator's switches, in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from chalicelib.switches import FRESH_S, Switch, Switches

PREFIX = "/buyer-protection/shop/"


class SsmIsDown(Exception):  # noqa: N818 - it says what is wrong
    """Systems Manager does not answer."""


@dataclass
class Switchboard:
    """The parameters as Systems Manager keeps them, and the seconds that a process's clock shows.

    ``calls`` counts how often they were read. While it is ``down``, reading fails.
    """

    values: dict[str, str] = field(default_factory=lambda: {f"{PREFIX}{it.value}": "off" for it in Switch})
    down: bool = False
    calls: int = 0
    seconds: float = 0

    def get_parameters(self, *, Names: list[str]) -> dict[str, Any]:  # noqa: N803 - AWS's words
        """Return the parameters that exist, as Systems Manager does."""
        self.calls += 1
        if self.down:
            raise SsmIsDown
        found = [{"Name": name, "Value": self.values[name]} for name in Names if name in self.values]
        return {"Parameters": found, "InvalidParameters": [name for name in Names if name not in self.values]}

    def turn(self, switch: Switch, to: str) -> None:
        """Turn a switch, and let the time pass that a process may not have noticed it."""
        self.values[f"{PREFIX}{switch.value}"] = to
        self.seconds += FRESH_S

    def switches(self) -> Switches:
        """Return the switches as a new process sees them."""
        return Switches(lambda: self, PREFIX, lambda: self.seconds)
