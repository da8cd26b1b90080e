"""The return: the buyer ships it, the seller acknowledges it (docs/state-machine.md, awaiting_return and return_in_transit)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from chalicelib.domain import commands as c
from chalicelib.domain import events as e
from chalicelib.domain.carriers import tracking_number
from chalicelib.domain.dispute import AcknowledgementType
from chalicelib.domain.evidence import EvidenceType
from chalicelib.domain.guarantees import Payer
from chalicelib.domain.moves import move
from chalicelib.domain.negotiation import file_of, new_evidence
from chalicelib.domain.parcel import Parcel
from chalicelib.domain.people import Role
from chalicelib.domain.refusals import INVALID, WRONG_STATE, Refusal
from chalicelib.domain.settlement import carry_out
from chalicelib.domain.state_machine import Action

if TYPE_CHECKING:
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.dispute import Dispute
    from chalicelib.domain.people import Actor


OTHER_NUMBER = "[A-Z0-9]{4,40}"
"""The form of the number of a return by a carrier that is not of the eight."""


@move(Action.SHIP_RETURN, c.ShipReturn)
def ship_return(changes: Changes, number: int, command: c.ShipReturn, _: Actor) -> None:
    """Send the item back, by one of the eight carriers or by another with its receipt (O4).

    Done again while no carrier has scanned the parcel, it corrects the number. No deadline moves by it, and the carrier's
    records count from when this number was named (I14).
    """
    dispute = changes.dispute(number)
    written = _number(command)
    if any(parcel.tracking_number == written for parcel in changes.case.order.parcels):
        msg = "This is the number of a parcel that came to the buyer. Give the number under which the item goes back."
        raise Refusal(INVALID, msg, field="tracking_number", tracking_number=written)
    if command.carrier is None and command.receipt is None:
        msg = "A return by another carrier needs its receipt: add a photo as evidence (proof_of_return), and name it here."
        raise Refusal(INVALID, msg, field="receipt")
    if command.receipt is not None:
        file_of(dispute, command.receipt, EvidenceType.PROOF_OF_RETURN, Role.BUYER, "receipt")
    if command.postage is not None:
        _check_postage(dispute, command)
    back = dispute.return_parcel
    parcel = Parcel(
        number=1,
        carrier=command.carrier,
        tracking_number=written,
        shipped_at=back.shipped_at if back else changes.now,
        line_ids=dispute.claim.line_ids,
        recorded_at=changes.now,
        named_by=changes.actor.role,
        counts_from=changes.now,
        destination=dispute.grant.return_address.country if dispute.grant and dispute.grant.return_address else "",
        carrier_name=command.carrier_name.strip(),
    )
    changes.record(number, e.ReturnShipped(parcel, command.receipt, command.postage))


def _number(command: c.ShipReturn) -> str:
    """Return the number under which the return is kept. Raises ``Refusal`` for one that its carrier does not have."""
    name = command.carrier_name.strip()
    if command.carrier is not None:
        if name:
            raise Refusal(INVALID, "A carrier's name is given only with carrier other.", field="carrier_name")
        return tracking_number(command.carrier, command.tracking_number)
    if not name:
        raise Refusal(INVALID, "Say by which carrier it goes (carrier_name).", field="carrier_name")
    number = re.sub(r"[\s-]", "", command.tracking_number).upper()
    if not re.fullmatch(OTHER_NUMBER, number):
        raise Refusal(INVALID, "Give the number on the carrier's receipt: 4 to 40 letters and digits.", field="tracking_number")
    return number


def _check_postage(dispute: Dispute, command: c.ShipReturn) -> None:
    """Raise ``Refusal(invalid)`` for postage that is not the seller's to pay, or that no receipt shows (C3)."""
    grant, postage = dispute.grant, command.postage
    if grant is None or grant.return_postage is not Payer.SELLER:
        msg = "The guarantee's terms say that the buyer pays the postage of this return."
        raise Refusal(INVALID, msg, field="postage")
    if grant.return_label is not None:
        raise Refusal(INVALID, "The seller has given a prepaid label for this return; use it.", field="postage")
    if command.receipt is None:
        msg = "Postage is repaid by its receipt: add a photo as evidence (proof_of_return), and name it in receipt."
        raise Refusal(INVALID, msg, field="receipt")
    if postage and (postage.currency != dispute.coverage.maximum.currency or postage.minor < 1):
        msg = f"The postage is at least 1 minor unit of {dispute.coverage.maximum.currency}, the order's currency."
        raise Refusal(INVALID, msg, field="postage")


@move(Action.ACKNOWLEDGE_RETURN, c.AcknowledgeReturn)
def acknowledge_return(changes: Changes, number: int, command: c.AcknowledgeReturn, actor: Actor) -> None:
    """Acknowledge a return: the buyer gets what was granted, or a problem with evidence goes to a mediator.

    So does an objection to the postage that the buyer stated: a person judges the receipt, and silence decides for it (C3).
    """
    dispute = changes.dispute(number)
    objection = command.postage_objection.strip()
    if objection and dispute.postage is None:
        raise Refusal(INVALID, "The buyer has stated no postage, so there is none to object to.", field="postage_objection")
    if command.type is AcknowledgementType.ITEM_RECEIVED and not objection:
        changes.record(number, e.ReturnAcknowledged(command.type, None))
        finish_return(changes, number)
        return
    _check_came(dispute, command)
    if command.type is not AcknowledgementType.ITEM_RECEIVED and not command.evidence.strip():
        raise Refusal(
            INVALID, "Say in the evidence what is wrong with the return; a mediator will look at it.", field="evidence"
        )
    words = command.evidence if command.evidence.strip() else objection
    evidence = new_evidence(changes, number, EvidenceType.STATEMENT, words, actor.role)
    came = command.type is not AcknowledgementType.ITEM_NOT_RECEIVED
    changes.record(number, e.ReturnAcknowledged(command.type, evidence, came, objection or None))


def _check_came(dispute: Dispute, command: c.AcknowledgeReturn) -> None:
    """Raise ``Refusal`` for a problem with what is in a parcel that, as far as anybody says, has not come yet."""
    back = dispute.return_parcel
    if command.type is AcknowledgementType.ITEM_NOT_RECEIVED:
        if command.came:
            raise Refusal(INVALID, "Say that the return has come, or that it has not.", field="came")
    elif command.type is not AcknowledgementType.ITEM_RECEIVED and not command.came and not (back and back.delivered_at):
        msg = "No carrier shows this return as delivered. If it has come all the same, say so (came)."
        raise Refusal(WRONG_STATE, msg, field="came")


def judge_return(changes: Changes, number: int) -> None:
    """Take a return as done whose time is up, or let a person judge one that nobody saw on its way to the seller.

    Nobody saw it where no carrier of the eight ever had it, or where it went back to the buyer.
    """
    if changes.dispute(number).return_seen:
        finish_return(changes, number)
    else:
        changes.record(number, e.ReturnDoubted())


def finish_return(changes: Changes, number: int) -> None:
    """Give the buyer what the return was granted for."""
    grant = changes.dispute(number).grant
    if grant:
        carry_out(changes, number, grant.type, grant.amount, grant.basis)
