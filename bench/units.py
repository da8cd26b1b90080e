"""Print what each command of a dispute costs at the table, plain and packed, beside its goal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.commands import cost_of_a_life, costs

if TYPE_CHECKING:
    from collections.abc import Iterator

GOALS = {"ship": 10, "deliver": 10, "open a dispute": 14, "propose": 10, "escalate": 10, "take the case": 10}
READ_AT_MOST = 1.5
LIFE_WRITTEN, LIFE_READ = 90, 25


def units() -> Iterator[str]:
    """Yield the table, line by line."""
    yield f"{'a command':<56}{'calls':>6}{'read':>6}{'written':>9}{'RRU':>7}{'WRU':>7}{'plain':>7}{'goal':>7}"
    for (name, it), (_, plain) in zip(costs(), costs(compact=False), strict=True):
        counted = f"{it.calls:>6}{it.items_read:>6}{it.items_written:>9}{it.read_units:>7.1f}{it.write_units:>7.0f}"
        yield f"{name:<56}{counted}{plain.write_units:>7.0f}{GOALS.get(name, ''):>7}"
    yield f"a command's reads: the goal is {READ_AT_MOST}"
    commands, views = cost_of_a_life()
    written, read = commands.write_units + views.write_units, commands.read_units + views.read_units
    told = f"{written:.0f} written (goal {LIFE_WRITTEN}), {read:.0f} read (goal {LIFE_READ})"
    yield f"a life of 7 commands and 12 views: {told}"


if __name__ == "__main__":
    for line in units():
        print(line)  # noqa: T201
