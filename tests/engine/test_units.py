"""The project's own calculator of units agrees with an engine that reports them, over the life of one dispute."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bench.commands import cost_of_a_life, life, metered
from tests.service.office import NAME, Office
from tests.store.tables import definition

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.engine.endpoint import Endpoint

READS, WRITES = ("get_item", "batch_get_item", "query"), ("put_item", "transact_write_items")
WRITTEN_AT_MOST, READ_AT_MOST = 79, 28


@dataclass
class Reporting:
    """A client of an engine, which asks for the units of each call and adds them up."""

    client: Any
    read: float = 0.0
    written: float = 0.0
    others: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - botocore makes its methods at run time
        """Return the client's call, counted."""
        call = getattr(self.client, name)
        return self._counted(name, call) if name in READS + WRITES else call

    def _counted(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(**asked: Any) -> Any:  # noqa: ANN401 - as the original takes them
            reply = call(**asked, ReturnConsumedCapacity="TOTAL")
            told = reply["ConsumedCapacity"]
            units = sum(it["CapacityUnits"] for it in (told if isinstance(told, list) else [told]))
            if name in READS:
                self.read += units
            else:
                self.written += units
            return reply

        return counted


def test_the_calculator_agrees_with_an_engine_over_the_life_of_a_dispute(engine: Endpoint) -> None:
    """Each of 7 commands and 12 views costs by the calculator what MiniStack reports in ``ConsumedCapacity``.

    MiniStack counts a query as one item of 4 KB at most, which every query of this life is.
    """
    client = engine.client()
    client.create_table(TableName=NAME, **definition())
    try:
        reporting: Any = Reporting(client)
        played, (calculated, table) = Office(table=reporting), metered()
        played.services.cases.compact = True
        played.bought()
        calculated.bought()
        found = []
        for (name, there), (_, here) in zip(life(played), life(calculated), strict=True):
            before, read, written = table.bill(), reporting.read, reporting.written
            there()
            here()
            spent = table.bill().since(before)
            found.append((name, spent.read_units, spent.write_units, reporting.read - read, reporting.written - written))
        assert [it[:3] for it in found] == [(it[0], *it[3:]) for it in found]
        assert 19 == len(found)
    finally:
        client.delete_table(TableName=NAME)


def test_a_life_of_seven_commands_and_twelve_views_costs_no_more() -> None:
    """A dispute that is settled writes at most 79 units (the goal is 90) and reads at most 28 (the goal is 25)."""
    commands, views = cost_of_a_life()
    assert (WRITTEN_AT_MOST, 0) == (commands.write_units, views.write_units)
    assert READ_AT_MOST >= commands.read_units + views.read_units
