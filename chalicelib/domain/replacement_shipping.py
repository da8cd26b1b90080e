"""The seller ships a replacement: from then on it is a parcel of the order (D2, O4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain import commands as c
from chalicelib.domain.events import ReplacementShipped
from chalicelib.domain.moves import move
from chalicelib.domain.orders import add_shipment
from chalicelib.domain.state_machine import Action

if TYPE_CHECKING:
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.people import Actor


@move(Action.SHIP_REPLACEMENT, c.ShipReplacement)
def ship_replacement(changes: Changes, number: int, command: c.ShipReplacement, _: Actor) -> None:
    """Put the parcel with the replacement on record. What carriers report from before it was granted does not count (I14)."""
    lines = changes.dispute(number).claim.line_ids
    parcel = add_shipment(changes, command.carrier, command.tracking_number, None, lines, replaces=number)
    changes.record(number, ReplacementShipped(parcel.number))
