"""A delivery in time that becomes known while a claim of non-receipt is open: the buyer is told, and may object (C5)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.domain import commands as c
from chalicelib.domain.dispute import Outcome, Proposal
from chalicelib.domain.events import ClaimNarrowed, DeliveryObjected, DeliveryShown, DeliveryUndone
from chalicelib.domain.evidence import EvidenceType
from chalicelib.domain.guarantees import Basis, Needs
from chalicelib.domain.moves import move
from chalicelib.domain.negotiation import new_evidence, next_proposal_id
from chalicelib.domain.people import Role
from chalicelib.domain.refusals import INVALID, Refusal
from chalicelib.domain.settlement import end
from chalicelib.domain.state_machine import Action

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.changes import Changes
    from chalicelib.domain.dispute import Dispute
    from chalicelib.domain.people import Actor


def delivery_became_known(changes: Changes) -> None:
    """Look at every open claim of non-receipt again, once all that a call reports is taken in (C5, I16).

    Where the records show claimed lines as delivered within the promise that held when the claim was opened, the buyer has
    the policy's days to object. Where they no longer do, the claim goes on as it was. Once the buyer has objected, a person
    judges, and no record gives notice again.
    """
    for dispute in changes.case.open_disputes:
        if dispute.coverage.rule.needs is not Needs.BROKEN_PROMISE or dispute.delivery_objected or dispute.refund_appealed:
            continue
        shown, notice = delivered_in_time(changes, dispute), dispute.delivery_notice
        if notice and not shown:
            changes.record(dispute.number, DeliveryUndone())
        elif shown and (notice is None or shown != notice.line_ids):
            due = changes.now + changes.case.policy.days("delivery_objection")
            changes.record(dispute.number, DeliveryShown(shown, due))


def delivered_in_time(changes: Changes, dispute: Dispute) -> tuple[str, ...]:
    """The claimed lines that the records show as delivered within their promise."""
    in_time = {p.line_id for p in dispute.promises if _in_time(changes, p.line_id, p.promised_by)}
    return tuple(line for line in dispute.claim.line_ids if line in in_time)


def _in_time(changes: Changes, line_id: str, promised_by: datetime) -> bool:
    delivered = changes.case.order.delivered_at(line_id)
    return delivered is not None and delivered < promised_by


@move(Action.OBJECT_TO_DELIVERY, c.ObjectToDelivery)
def object_to_delivery(changes: Changes, number: int, command: c.ObjectToDelivery, actor: Actor) -> None:
    """Say that the parcel is not here: the case goes under review, where the record is evidence and no verdict (C5)."""
    if not command.statement.strip():
        raise Refusal(INVALID, "Say what happened: what you found, and where you looked.", field="statement")
    evidence = new_evidence(changes, number, EvidenceType.STATEMENT, command.statement, actor.role)
    changes.record(number, DeliveryObjected(evidence))


def let_record_stand(changes: Changes, number: int) -> None:
    """Take the lines that the records show as delivered in time out of the claim; close the case when none is left (C5).

    It does so when the buyer has not objected in time, and when nobody has judged the objection in time.
    """
    dispute = changes.dispute(number)
    delivered = delivered_in_time(changes, dispute)
    if len(delivered) == len(dispute.claim.items):
        end(changes, number, Outcome.RESOLVED_SELLER_FAVOUR, basis=Basis.CARRIER_SHOWS_DELIVERED)
    elif delivered:
        _narrow(changes, dispute, delivered)


def _narrow(changes: Changes, dispute: Dispute, delivered: tuple[str, ...]) -> None:
    items = tuple(item for item in dispute.claim.items if item.line_id not in delivered)
    coverage = dispute.coverage.without(delivered)
    maximum, request = coverage.maximum, None
    if dispute.request.amount > maximum:
        asked = next_proposal_id(dispute)
        offer = dispute.request.type
        request = Proposal(asked, Role.BUYER, offer, maximum, changes.now, "Less what was delivered in time.")
    claim = replace(dispute.claim, items=items)
    changes.record(dispute.number, ClaimNarrowed(claim, coverage, delivered, request))
