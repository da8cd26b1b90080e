"""The effect of each kind of event on a dispute."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import singledispatch
from typing import Any

from chalicelib.domain import events as e
from chalicelib.domain.dispute import (
    AcknowledgementType,
    DeliveryNotice,
    Dispute,
    Grant,
    LateDelivery,
    Proposal,
    ReviewDefault,
    RunningAppeal,
    Stage,
)
from chalicelib.domain.events import BrokenLog, Event
from chalicelib.domain.people import PARTIES, Role
from chalicelib.domain.personal_data import without_words

UNDER_REVIEW_AGAIN: dict[str, Any] = {"stage": Stage.UNDER_REVIEW, "turn": None, "on_table": None, "accepted_by": ()}


def opened(payload: e.DisputeOpened, event: Event, policy_version: str) -> Dispute:
    """Return the dispute as it begins: the seller's first answer is due."""
    return Dispute(
        id=payload.dispute_id,
        number=event.stream,
        version=event.seq,
        claim=payload.claim,
        coverage=payload.coverage,
        promises=payload.promises,
        policy_version=policy_version,
        opened_at=event.at,
        stage=Stage.OPENED,
        stage_since=event.at,
        updated_at=event.at,
        turn=Role.SELLER,
        proposals=(payload.request,),
        request_id=payload.request.id,
        on_table=payload.request.id,
        information_requests=payload.questions,
        former_mediators=payload.judged_by,
        evidence=payload.evidence,
    )


@singledispatch
def on_dispute(payload: e.Payload, dispute: Dispute, event: Event) -> Dispute:  # noqa: ARG001 - the signature of all of them
    """Return the dispute after one more event, before its version is counted up."""
    msg = f"{payload.type} does not happen to a dispute"
    raise BrokenLog(msg)


@on_dispute.register
def _(payload: e.ProposalMade, dispute: Dispute, event: Event) -> Dispute:
    proposals = (*dispute.proposals, payload.proposal)
    made = payload.proposal
    tabled = replace(dispute, proposals=proposals, on_table=made.id, accepted_by=())
    if dispute.stage is Stage.OPENED and made.by is Role.BUYER:
        since = event.at if asks_more(made, dispute.request) else dispute.window_since
        tabled = replace(tabled, request_id=made.id, window_since=since)
    return _answered(tabled, event.actor.role)


def asks_more(changed: Proposal, request: Proposal) -> bool:
    """Return whether a changed request asks for more money, or for another remedy: the seller then has the whole time (I12)."""
    return changed.type is not request.type or changed.amount > request.amount


@on_dispute.register
def _(_: e.ProposalDeclined, dispute: Dispute, event: Event) -> Dispute:
    return _answered(replace(dispute, on_table=None), event.actor.role)


def _answered(dispute: Dispute, by: Role) -> Dispute:
    """Give the turn to the other side, if it was this side's. The seller's first answer begins the negotiation."""
    if dispute.turn is not by or by not in PARTIES:
        return dispute
    stage = Stage.NEGOTIATING if dispute.stage is Stage.OPENED else dispute.stage
    return replace(dispute, stage=stage, turn=by.other_party)


@on_dispute.register
def _(payload: e.ProposalAccepted, dispute: Dispute, event: Event) -> Dispute:
    proposals = tuple(
        replace(
            p,
            return_address=payload.return_address or p.return_address,
            return_label=payload.return_label if payload.return_address else p.return_label,
        )
        if p.id == payload.proposal_id
        else p
        for p in dispute.proposals
    )
    return replace(dispute, proposals=proposals, accepted_by=(*dispute.accepted_by, event.actor.role))


@on_dispute.register
def _(payload: e.ClaimNarrowed, dispute: Dispute, event: Event) -> Dispute:
    narrowed = replace(dispute, claim=payload.claim, coverage=payload.coverage, delivery_notice=None, held_until=event.at)
    on_table = dispute.proposal_on_table
    if payload.request:
        narrowed = replace(narrowed, proposals=(*dispute.proposals, payload.request), request_id=payload.request.id)
        if dispute.on_table == dispute.request_id:
            return replace(narrowed, on_table=payload.request.id, accepted_by=())
    if on_table and on_table.amount > payload.coverage.maximum:
        return replace(narrowed, on_table=None, accepted_by=())
    return narrowed


@on_dispute.register
def _(payload: e.DeliveryShown, dispute: Dispute, event: Event) -> Dispute:
    notice = DeliveryNotice(payload.line_ids, event.at, payload.objections_until)
    return replace(dispute, delivery_notice=notice)


@on_dispute.register
def _(_: e.DeliveryUndone, dispute: Dispute, event: Event) -> Dispute:
    return replace(dispute, delivery_notice=None, held_until=event.at)


@on_dispute.register
def _(payload: e.DeliveryObjected, dispute: Dispute, event: Event) -> Dispute:
    reviewed = replace(dispute, **UNDER_REVIEW_AGAIN, evidence=(*dispute.evidence, payload.evidence))
    asked = replace(reviewed, escalated_at=event.at, review_default=ReviewDefault.RECORD_STANDS)
    return replace(asked, delivery_notice=None, delivery_objected=True)


@on_dispute.register
def _(_: e.Escalated, dispute: Dispute, event: Event) -> Dispute:
    reviewed = replace(dispute, stage=Stage.UNDER_REVIEW, turn=None, escalated_at=event.at)
    return replace(reviewed, review_default=ReviewDefault.BY_ANSWERS)


@on_dispute.register
def _(payload: e.TimeGranted, dispute: Dispute, _: Event) -> Dispute:
    more = timedelta(seconds=payload.seconds)
    return replace(dispute, granted_until=payload.until, granted_in_all=dispute.granted_in_all + more)


@on_dispute.register
def _(payload: e.EvidenceAdded, dispute: Dispute, event: Event) -> Dispute:
    requests = tuple(
        replace(r, answered_at=event.at) if r.id in payload.evidence.answers else r for r in dispute.information_requests
    )
    return replace(dispute, evidence=(*dispute.evidence, payload.evidence), information_requests=requests)


@on_dispute.register
def _(payload: e.MediatorAssigned, dispute: Dispute, event: Event) -> Dispute:
    known = dispute.handled_by
    handled_by = known if payload.mediator in known else (*known, payload.mediator)
    return replace(dispute, mediator=payload.mediator, mediator_active_at=event.at, handled_by=handled_by)


@on_dispute.register
def _(_: e.MediatorReleased, dispute: Dispute, __: Event) -> Dispute:
    return replace(dispute, mediator=None, mediator_active_at=None)


@on_dispute.register
def _(payload: e.InformationRequested, dispute: Dispute, _: Event) -> Dispute:
    return replace(dispute, information_requests=(*dispute.information_requests, payload.request))


@on_dispute.register
def _(payload: e.InformationRequestLapsed, dispute: Dispute, _: Event) -> Dispute:
    requests = (replace(r, lapsed=True) if r.id == payload.request_id else r for r in dispute.information_requests)
    return replace(dispute, information_requests=tuple(requests))


@on_dispute.register
def _(payload: e.DecisionMade, dispute: Dispute, event: Event) -> Dispute:
    """Take the decision in; an appeal that it answers is over, and cannot be withdrawn any more (D7)."""
    decided = replace(dispute, decisions=(*dispute.decisions, payload.decision), decided_at=(*dispute.decided_at, event.at))
    return replace(decided, stage=Stage.DECIDED, on_table=None, accepted_by=(), appeal=None)


@on_dispute.register
def _(_: e.DecisionAccepted, dispute: Dispute, event: Event) -> Dispute:
    return replace(dispute, accepted_by=(*dispute.accepted_by, event.actor.role))


@on_dispute.register
def _(payload: e.Appealed, dispute: Dispute, event: Event) -> Dispute:
    former = dispute.former_mediators
    former = (*former, *(mediator for mediator in dispute.handled_by if mediator not in former))
    elapsed = event.at - (dispute.window_since or dispute.stage_since)
    appeal = RunningAppeal(event.actor.role, dispute.accepted_by, elapsed)
    reopened = replace(dispute, **UNDER_REVIEW_AGAIN, mediator=None, former_mediators=former, appeal=appeal)
    evidence = (*dispute.evidence, payload.evidence)
    if dispute.stage is Stage.RESOLVED and dispute.late_delivery:
        reopened = replace(reopened, late_delivery=replace(dispute.late_delivery, appealed=True))
    reviewed = replace(reopened, appealed_by=event.actor.role, escalated_at=event.at, evidence=evidence)
    return replace(reviewed, review_default=ReviewDefault.DECISION_STANDS)


@on_dispute.register
def _(_: e.AppealWithdrawn, dispute: Dispute, event: Event) -> Dispute:
    """Go back to where the appeal interrupted the other side, which still has the time that it had left then (I13)."""
    appeal = dispute.appeal
    if appeal is None:
        msg = f"{dispute.id} has no appeal"
        raise BrokenLog(msg)
    if dispute.refund_appealed:
        return replace(dispute, on_table=None, accepted_by=(), appeal=None)
    accepted = (*(party for party in appeal.accepted_by if party is not appeal.by), appeal.by)
    back = replace(dispute, stage=Stage.DECIDED, on_table=None, accepted_by=accepted, window_since=event.at - appeal.elapsed)
    return replace(back, appealed_by=None, appeal=None)


@on_dispute.register
def _(_: e.AppealLapsed, dispute: Dispute, __: Event) -> Dispute:
    return replace(dispute, on_table=None, accepted_by=(), appeal=None)


@on_dispute.register
def _(payload: e.DeliveredAfterRefund, dispute: Dispute, _: Event) -> Dispute:
    return replace(dispute, late_delivery=LateDelivery(payload.line_ids, payload.appeal_until))


@on_dispute.register
def _(payload: e.ReturnGranted, dispute: Dispute, _: Event) -> Dispute:
    """Let the buyer send it back; an appeal that both have settled so is over (D7)."""
    return replace(dispute, stage=Stage.AWAITING_RETURN, turn=None, on_table=None, grant=payload.grant, appeal=None)


@on_dispute.register
def _(payload: e.ReturnShipped, dispute: Dispute, _: Event) -> Dispute:
    shipped = replace(dispute, stage=Stage.RETURN_IN_TRANSIT, return_parcel=payload.parcel)
    return replace(shipped, return_receipt=payload.receipt, postage=payload.postage)


@on_dispute.register
def _(payload: e.ReturnCarrierReported, dispute: Dispute, event: Event) -> Dispute:
    """Take records in. A return that is seen after it was doubted is judged as any other, and both have the time anew."""
    parcel = dispute.return_parcel
    known = replace(dispute, return_parcel=parcel.with_records(payload.records) if parcel else None)
    doubted = dispute.stage is Stage.UNDER_REVIEW and dispute.review_default is ReviewDefault.AGAINST_BUYER
    if doubted and known.return_seen:
        return replace(known, review_default=ReviewDefault.BY_ANSWERS, window_since=event.at)
    return known


@on_dispute.register
def _(_: e.ReturnDoubted, dispute: Dispute, event: Event) -> Dispute:
    return replace(dispute, **UNDER_REVIEW_AGAIN, escalated_at=event.at, review_default=ReviewDefault.AGAINST_BUYER)


@on_dispute.register
def _(payload: e.ReturnAcknowledged, dispute: Dispute, event: Event) -> Dispute:
    if payload.evidence is None:
        return dispute
    evidence = (*dispute.evidence, payload.evidence)
    disputed = replace(dispute, **UNDER_REVIEW_AGAIN, evidence=evidence, postage_objection=payload.postage_objection)
    unseen = payload.acknowledgement is AcknowledgementType.ITEM_NOT_RECEIVED and not dispute.return_seen
    default = ReviewDefault.AGAINST_BUYER if unseen else ReviewDefault.BY_ANSWERS
    return replace(disputed, escalated_at=event.at, review_default=default)


@on_dispute.register
def _(payload: e.ReplacementGranted, dispute: Dispute, _: Event) -> Dispute:
    return replace(
        dispute,
        stage=Stage.AWAITING_REPLACEMENT,
        turn=None,
        on_table=None,
        grant=merged(dispute.grant, payload.grant),
        appeal=None,
    )


def merged(before: Grant | None, grant: Grant) -> Grant:
    """Return the grant of a replacement, with the address to which the first item has gone back, if it has."""
    if before is None or before.return_address is None:
        return grant
    return replace(grant, return_address=before.return_address, return_label=before.return_label)


@on_dispute.register
def _(_: e.ReplacementShipped, dispute: Dispute, __: Event) -> Dispute:
    return dispute


@on_dispute.register
def _(_: e.ReplacementScanned, dispute: Dispute, event: Event) -> Dispute:
    return replace(dispute, replacement_scanned_at=event.at)


@on_dispute.register
def _(payload: e.DisputeResolved, dispute: Dispute, _: Event) -> Dispute:
    resolved = replace(dispute, stage=Stage.RESOLVED, turn=None, on_table=None, delivery_notice=None, appeal=None)
    ended = replace(resolved, outcome=payload.outcome, refund=payload.refund, basis=payload.basis)
    return replace(ended, replaced=payload.replaced)


@on_dispute.register
def _(payload: e.WordsErased, dispute: Dispute, _: Event) -> Dispute:
    return replace(without_words(dispute, payload.person), erased=(*dispute.erased, payload.person))
