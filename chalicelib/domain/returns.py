"""The return: the buyer ships it, the seller acknowledges it (docs/state-machine.md, awaiting_return and return_in_transit)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain import commands as c
from chalicelib.domain import events as e
from chalicelib.domain.carriers import tracking_number
from chalicelib.domain.dispute import AcknowledgementType
from chalicelib.domain.evidence import EvidenceType
from chalicelib.domain.guarantees import Basis
from chalicelib.domain.moves import move
from chalicelib.domain.negotiation import new_evidence
from chalicelib.domain.parcel import Parcel
from chalicelib.domain.refusals import INVALID, Refusal
from chalicelib.domain.settlement import resolve
from chalicelib.domain.state_machine import Action

if TYPE_CHECKING:
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.people import Actor


@move(Action.SHIP_RETURN, c.ShipReturn)
def ship_return(changes: Changes, number: int, command: c.ShipReturn, _: Actor) -> None:
    """Send the item back with a carrier and a tracking number (O4)."""
    dispute = changes.dispute(number)
    written = tracking_number(command.carrier, command.tracking_number)
    parcel = Parcel(1, command.carrier, written, changes.now, dispute.claim.line_ids, changes.now)
    changes.record(number, e.ReturnShipped(parcel))


@move(Action.ACKNOWLEDGE_RETURN, c.AcknowledgeReturn)
def acknowledge_return(changes: Changes, number: int, command: c.AcknowledgeReturn, actor: Actor) -> None:
    """Acknowledge a return: the item is refunded, or a problem with evidence goes to a mediator."""
    if command.type is AcknowledgementType.ITEM_RECEIVED:
        changes.record(number, e.ReturnAcknowledged(command.type, None))
        refund_return(changes, number)
        return
    if not command.evidence.strip():
        raise Refusal(
            INVALID, "Say in the evidence what is wrong with the return; a mediator will look at it.", field="evidence"
        )
    evidence = new_evidence(changes, number, EvidenceType.STATEMENT, command.evidence, actor.role)
    changes.record(number, e.ReturnAcknowledged(command.type, evidence))


def refund_return(changes: Changes, number: int) -> None:
    """Refund the amount that the return was granted for."""
    grant = changes.dispute(number).grant
    if grant:
        resolve(changes, number, grant.amount, Basis(grant.basis))
