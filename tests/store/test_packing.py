"""Long JSON is packed: what is packed is read again, by this release and by none before it (I17)."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bench.commands import costs, metered
from chalicelib.domain import commands as c
from chalicelib.domain.guarantees import OfferType
from chalicelib.domain.personal_data import as_told
from chalicelib.notify.event_in_context import read_event
from chalicelib.service import disputes
from chalicelib.service.execute import sweep_order
from chalicelib.store import packing
from chalicelib.store.packing import DICTIONARY, compact, content, packed
from chalicelib.store.schema import SCHEMA_NAME, stamped
from tests.domain.worlds import BUYER, DAY, HOUR, SELLER, money
from tests.service.office import DISPUTE, ORDER, FaultyTable, Office

if TYPE_CHECKING:
    from bench.meter import Spent

DIGESTS = {1: "11ddd935005da432e48508c32ba57c5405a6a3ea15f36c67a1a4e97e4849051d"}
"""Each dictionary as it was published."""


@pytest.mark.parametrize("number", DIGESTS)
def test_a_dictionary_never_changes(number: int) -> None:
    """I17: what was packed with a dictionary is unpacked with the very same one."""
    file = Path(packing.__file__).with_name(f"dictionary-{number}.txt")

    assert DIGESTS[number] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert max(DIGESTS) == DICTIONARY


def test_what_is_packed_is_read_again() -> None:
    """Any text comes back as it was: from the table in bytes, and from a stream in base64."""
    dice = random.Random(7)
    for length in (0, 1, 255, 4000):
        said = "".join(chr(dice.choice((34, 65, 0x416, 0x4E00, 0x1F600))) for _ in range(length))
        attribute = packed(said)

        assert said == content(attribute) == content({"B": base64.b64encode(attribute["B"]).decode()})


@pytest.mark.parametrize("damaged", [b"\x01\xff\xff", b"\x09abc", b""])
def test_what_cannot_be_unpacked_is_an_error_of_reading(damaged: bytes) -> None:
    """A damaged attribute, or one of an unknown dictionary, raises what readers of damaged items expect."""
    with pytest.raises((ValueError, LookupError, OSError)):
        content({"B": damaged})


def test_only_items_with_packed_attributes_are_of_the_newer_schema() -> None:
    """I17: release 0.2.0 refuses a packed item by its schema, and reads every other."""
    short, long = {"data": {"S": "{}"}}, {"data": {"S": json.dumps(["x"] * 100)}}

    assert (["1", "1", "2"], {"S": "{}"}) == (
        [stamped(it)[SCHEMA_NAME]["N"] for it in (long, compact(short), compact(long))],
        compact(short)["data"],
    )


def test_a_plain_stack_packs_nothing() -> None:
    """I17: a stack with StoredForm=plain writes what release 0.2.0 reads."""
    office = Office().disputed()
    office.act(SELLER, c.Decline())

    assert {"1"} == {it[SCHEMA_NAME]["N"] for it in office.table.snapshot()}
    assert set() == {name for it in office.table.snapshot() for name, value in it.items() if "B" in value}


MOST_WRITTEN = {
    "import an order, with the seller's contacts": 12,
    "ship": 10,
    "deliver": 10,
    "open a dispute": 14,
    "propose": 10,
    "escalate": 11,
    "take the case": 12,
}
"""Write units of each command. Escalating enters the mediators' list, and taking a case the audit."""


MOST_READ = {
    "ship": 2.0,
    "deliver": 3.0,
    "open a dispute": 2.0,
    "propose": 1.5,
    "escalate": 1.0,
    "take the case": 1.5,
}
"""Read units of each command. Shipping and delivering read who else has the number, and delivering reads its key's answer."""


def test_a_command_reads_only_so_many_units() -> None:
    """A command costs no more read units than docs/performance.md says."""
    spent = {name: it.read_units for name, it in costs() if name in MOST_READ}

    assert spent == MOST_READ


class Watched(FaultyTable):
    """A table that keeps how each read of a profile was made."""

    def __init__(self) -> None:
        """Begin with no read."""
        super().__init__()
        self.strong: list[bool] = []

    def get_item(self, *, TableName: str, Key: dict[str, Any], ConsistentRead: bool = False) -> dict[str, Any]:  # noqa: N803
        """Read as ``FaultyTable``."""
        if Key["sk"]["S"] == "PROFILE":
            self.strong.append(ConsistentRead)
        return super().get_item(TableName=TableName, Key=Key, ConsistentRead=ConsistentRead)


def test_return_addresses_are_read_strongly_where_they_decide_and_not_where_they_are_shown() -> None:
    """D3, D9: a view foresees the return by a read that may be a moment behind; the deadline that brings it about does not."""
    table = Watched()
    office = Office(table=table).disputed()
    table.strong.clear()
    disputes.get_dispute(office.services, DISPUTE, BUYER)
    assert [False] == table.strong
    table.strong.clear()
    office.wait(30 * DAY)
    assert sweep_order(office.services, ORDER)
    assert {True} == set(table.strong)


def test_a_command_writes_only_so_many_units() -> None:
    """A command costs no more write units than docs/performance.md says, by DynamoDB's published rules."""
    spent = {name: it.write_units for name, it in costs() if name in MOST_WRITTEN}

    assert {} == {name: units for name, units in spent.items() if units > MOST_WRITTEN[name]}
    assert spent.keys() == MOST_WRITTEN.keys()


def offer(office: Office, n: int) -> None:
    """Make the nth counter-offer: the seller offers little, and the buyer wants more."""
    by, amount = ((SELLER, 100 + n), (BUYER, 1500 - n))[n % 2]
    office.wait(HOUR).act(by, c.Propose(OfferType.REFUND, money(amount), note=f"Offer {n}: what about this?"))


def offers(number: int) -> list[Spent]:
    """Return the units that each of so many counter-offers spends, one after the other."""
    (office, table), found = metered(), []
    office.disputed()
    for n in range(number):
        before = table.bill()
        offer(office, n)
        found.append(table.bill().since(before))
    return found


def test_a_command_costs_no_more_the_longer_a_dispute_gets() -> None:
    """No later counter-offer costs more than the first: events hold what changed, and the rest is packed."""
    first, *later = [it.units for it in offers(8)]

    assert max(later) <= first


def test_an_event_keeps_the_dispute_without_what_others_hold() -> None:
    """An event's dispute has the offers that matter now, and neither words nor evidence: those are in their own events."""
    office = metered()[0].disputed()
    for n in range(4):
        offer(office, n)
    case = office.services.cases.load(ORDER)
    assert case
    newest = max((it for it in office.table.snapshot() if it["sk"]["S"].startswith("EVENT#0001")), key=lambda it: it["sk"]["S"])
    kept = read_event(newest).the_dispute

    assert as_told(case.dispute(1), read_event(newest).event.payload) == kept
    assert (["1", "4", "5"], {""}) == ([it.id for it in kept.proposals], {it.note for it in kept.proposals})
    assert DISPUTE == kept.id
