"""A move: an action, the command that asks for it, and its effect, declared together where the effect is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from chalicelib.domain.commands import DisputeCommand

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.changes import Changes
    from chalicelib.domain.people import Actor
    from chalicelib.domain.state_machine import Action

Command = TypeVar("Command", bound=DisputeCommand)


@dataclass(frozen=True, slots=True)
class Move(Generic[Command]):
    """One action. ``effect`` records what ``command`` asks for in the dispute of that number, or raises ``Refusal``."""

    action: Action
    command: type[Command]
    effect: Callable[[Changes, int, Command, Actor], None]


def move(action: Action, command: type[Command]) -> Callable[[Callable[[Changes, int, Command, Actor], None]], Move[Command]]:
    """Declare the decorated function as the effect of an action. The state machine has allowed it before it is called."""
    return lambda effect: Move(action, command, effect)
