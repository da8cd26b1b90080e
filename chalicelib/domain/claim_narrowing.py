"""Narrow an open claim of non-receipt when a delivery becomes known (C5)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.domain.dispute import Outcome, Proposal
from chalicelib.domain.events import ClaimNarrowed
from chalicelib.domain.guarantees import Basis, Needs
from chalicelib.domain.negotiation import next_proposal_id
from chalicelib.domain.people import Role
from chalicelib.domain.settlement import end

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.changes import Changes
    from chalicelib.domain.dispute import Dispute


def delivery_became_known(changes: Changes) -> None:
    """Judge every open claim of non-receipt again (C5).

    A line that was delivered within its promise leaves the claim; the promise is the one that held when the claim was
    opened. When no line is left, the case closes as ``carrier_shows_delivered``. A line delivered later stays covered.
    """
    for dispute in changes.case.open_disputes:
        if dispute.coverage.rule.needs is not Needs.BROKEN_PROMISE:
            continue
        kept = {p.line_id for p in dispute.promises if _in_time(changes, p.line_id, p.promised_by)}
        delivered = tuple(line for line in dispute.claim.line_ids if line in kept)
        if len(delivered) == len(dispute.claim.items):
            end(changes, dispute.number, Outcome.RESOLVED_SELLER_FAVOUR, basis=Basis.CARRIER_SHOWS_DELIVERED)
        elif delivered:
            _narrow(changes, dispute, delivered)


def _in_time(changes: Changes, line_id: str, promised_by: datetime) -> bool:
    delivered = changes.case.order.delivered_at(line_id)
    return delivered is not None and delivered < promised_by


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
