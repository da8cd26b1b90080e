"""Play one dispute again and again: measure its speed, the time of each part, and the cost of each command."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from bench.meter import Meter, Spent
from chalicelib.domain import commands as c
from chalicelib.domain.guarantees import OfferType
from chalicelib.service import disputes, execute
from chalicelib.service.sweep import sweep_shard
from chalicelib.store.cases import Cases
from chalicelib.store.keys import shard_of
from tests.domain.worlds import BUYER, DAY, HOUR, MEDIATOR, SELLER, money
from tests.service.office import DISPUTE, ORDER, SHARDS, FaultyTable, Office

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from chalicelib.domain.people import Actor

PARTS = ("domain", "store", "table")


class MeteredTable(FaultyTable, Meter):
    """The office's table, with its bill."""


def story(office: Office) -> Iterator[tuple[str, Callable[[], object]]]:
    """The commands of a dispute that goes all the way to a decision, each by its name."""
    yield "import an order, with the seller's contacts", office.bought
    yield "ship", lambda: office.wait(DAY).ship()
    yield "deliver", lambda: office.wait(DAY).report()
    yield "open a dispute", lambda: office.wait(DAY).open()
    yield "propose", lambda: office.wait(HOUR).act(SELLER, c.Propose(OfferType.REFUND, money(1000)))
    yield "escalate", lambda: office.act(BUYER, c.Escalate())
    yield "take the case", lambda: office.act(MEDIATOR, c.Assign())
    yield "expire the review, the decision and the order by sweep", lambda: swept(office)


def life(office: Office) -> Iterator[tuple[str, Callable[[], object]]]:
    """The seven commands of a dispute that is settled, and the twelve views of it by its parties, each by its name."""

    def view(actor: Actor) -> Callable[[], object]:
        return lambda: disputes.get_dispute(office.services, DISPUTE, actor)

    yield "ship", lambda: office.wait(DAY).ship()
    yield "deliver", lambda: office.wait(DAY).report()
    yield "open", lambda: office.wait(DAY).open()
    yield from (("view", view(actor)) for actor in (BUYER, SELLER, SELLER))
    yield "offer", lambda: office.wait(HOUR).act(SELLER, c.Propose(OfferType.REFUND, money(1000)))
    yield from (("view", view(actor)) for actor in (SELLER, BUYER, BUYER))
    yield "counter-offer", lambda: office.wait(HOUR).act(BUYER, c.Propose(OfferType.REFUND, money(2000)))
    yield from (("view", view(actor)) for actor in (BUYER, SELLER, SELLER))
    yield "counter-offer", lambda: office.wait(HOUR).act(SELLER, c.Propose(OfferType.REFUND, money(1500)))
    yield from (("view", view(actor)) for actor in (BUYER, BUYER))
    yield "accept", lambda: office.wait(HOUR).act(BUYER, c.Accept("4"))
    yield "view", view(SELLER)


def cost_of_a_life() -> tuple[Spent, Spent]:
    """Return what the commands, and what the views, of one dispute's life spend at the table, packed."""
    office, table = metered()
    office.bought()
    spent = {True: Spent(), False: Spent()}
    for name, call in life(office):
        before = table.bill()
        call()
        now, so_far = table.bill().since(before), spent[name == "view"]
        spent[name == "view"] = Spent(*(getattr(now, it) + getattr(so_far, it) for it in Spent.__dataclass_fields__))
    return spent[False], spent[True]


def swept(office: Office) -> int:
    """Sweep much later, and return how many events that recorded."""
    return sweep_shard(office.wait(400 * DAY).services, shard_of(ORDER, SHARDS)).events


def metered(*, compact: bool = True) -> tuple[Office, MeteredTable]:
    """Return an office and its table, which has a bill and keeps long JSON packed as a new stack does."""
    table = MeteredTable()
    office = Office(table=table)
    office.services.cases.compact = compact
    return office, table


def costs(*, compact: bool = True) -> list[tuple[str, Spent]]:
    """Return what each command of the story spends at the table."""
    (office, table), found = metered(compact=compact), []
    for name, command in story(office):
        before = table.bill()
        command()
        found.append((name, table.bill().since(before)))
    return found


def speed(seconds: float = 3.0) -> tuple[float, dict[str, float]]:
    """Commands per second in this process, and the share of the time that each part takes."""
    spent: Counter[str] = Counter()
    played, began = 0, time.perf_counter()
    with _timed(spent):
        while time.perf_counter() - began < seconds:
            for _, command in story(Office()):
                command()
                played += 1
    took = time.perf_counter() - began
    shares = {"domain": spent["domain"], "store": spent["store"] - spent["table"], "table": spent["table"]}
    return played / took, {part: shares[part] / took for part in PARTS}


@contextmanager
def _timed(spent: Counter[str]) -> Iterator[None]:
    places = (
        ("domain", execute, ("begin", "settle", "as_of")),
        *(("domain", command, ("decide",)) for command in _commands(execute.CaseCommand)),
        ("store", Cases, ("load", "commit", "keep_answer", "check_new", "orders_of_parcel")),
        ("table", FaultyTable, ("query", "get_item", "transact_write_items")),
    )
    patches = [patch.object(at, name, _watched(spent, part, getattr(at, name))) for part, at, names in places for name in names]
    for it in patches:
        it.start()
    try:
        yield
    finally:
        for it in patches:
            it.stop()


def _commands(of: type[Any]) -> Iterator[type[Any]]:
    """Yield every command on a case that decides something itself."""
    for command in of.__subclasses__():
        if "decide" in vars(command):
            yield command
        yield from _commands(command)


def _watched(spent: Counter[str], part: str, original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def timed(*of: Any, **named: Any) -> Any:  # noqa: ANN401 - as the original takes them
        began = time.perf_counter()
        try:
            return original(*of, **named)
        finally:
            spent[part] += time.perf_counter() - began  # type: ignore[assignment]

    return timed
