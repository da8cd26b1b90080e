"""Make what callers are shown: JSON-ready data in the words of the API."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chalicelib.domain.acting import allowed_actions, blocked_actions
from chalicelib.domain.foresight import on_deadline
from chalicelib.domain.options import options
from chalicelib.domain.parcel import OTHER
from chalicelib.domain.people import Role
from chalicelib.domain.personal_data import wordless
from chalicelib.domain.stages import next_due_at, status_of
from chalicelib.domain.todos import asked, missing_evidence
from chalicelib.service.access import sees_all_of
from chalicelib.store.codec import plain, timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from chalicelib.domain.case import Case
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.dispute import Dispute
    from chalicelib.domain.events import Event
    from chalicelib.domain.foresight import Lapsing
    from chalicelib.domain.guarantees import Remedy
    from chalicelib.domain.ledger import Escrow, LedgerEntry, PaymentInstruction
    from chalicelib.domain.options import Options
    from chalicelib.domain.order import Order
    from chalicelib.domain.parcel import CarrierRecord, Parcel
    from chalicelib.domain.people import Actor
    from chalicelib.domain.policy import Policy
    from chalicelib.domain.protection import GuaranteeNow

Json = dict[str, Any]

FROM_THE_PAYMENT_SYSTEM = frozenset({"failure", "reference"})
"""The fields of a payment that only the marketplace and its operators see: a seller is not told why a bank refuses a buyer."""


def time(at: datetime | None) -> str | None:
    """Return a moment as the API writes it, or null."""
    return timestamp(at) if at else None


def page(items: list[Json], cursor: str | None, now: datetime) -> Json:
    """Return a page of a list as it is at ``now``, with the cursor of the next page."""
    return {"items": items, "cursor": cursor, "as_of": timestamp(now)}


def escrow(balance: Escrow) -> Json:
    """Return the balance of an order (O3)."""
    view: Json = plain(balance)
    return view


def order_summary(order: Order, policy: Policy) -> Json:
    """Return the terms of an order in brief, and its times."""
    terms = order.terms
    return {
        "id": terms.order_id,
        "buyer_id": terms.buyer_id,
        "seller_id": terms.seller_id,
        "seller_name": terms.seller_name or None,
        "placed_at": timestamp(terms.placed_at),
        "paid_at": timestamp(terms.paid_at),
        "price": plain(terms.price),
        "titles": [line.title for line in terms.lines],
        "status": "completed" if order.completed_at else "in_protection",
        "completed_at": time(order.completed_at),
        "deliver_by": timestamp(order.last_promise(policy)),
        "delivered_at": time(order.all_delivered_at),
        "closes_at": timestamp(order.closes_at(policy)),
        "version": order.version,
    }


def order(case: Case, now: datetime) -> Json:
    """Return an order in full as it is at ``now``: terms, deliveries, deadlines, escrow, disputes."""
    it, terms = case.order, case.order.terms
    return order_summary(it, case.policy) | {
        "currency": terms.currency,
        "lines": [_line(case, line.id) for line in terms.lines],
        "shipping_fee": plain(terms.shipping_fee),
        "paid_on_platform": terms.paid_on_platform,
        "destination_country": terms.destination_country,
        "guarantees": plain(terms.guarantees),
        "parcels": [_parcel(parcel) for parcel in it.parcels],
        "extensions": plain(it.extensions),
        "escrow": escrow(it.escrow),
        "external_dispute": plain(it.external) if it.external else None,
        "charges": [{"payer": payer, "amount": plain(amount)} for payer, amount in it.charges],
        "disputes": [dispute_in_order(it, case.policy) for it in case.disputes],
        "policy_version": it.policy_version,
        "as_of": timestamp(now),
    }


def _parcel(parcel: Parcel) -> Json:
    view: Json = plain(parcel)
    return view | {
        "carrier": parcel.carrier.value if parcel.carrier else OTHER,
        "tracking_url": parcel.tracking_url,
        "records": [_record(record) | {"counts": parcel.counts(record)} for record in parcel.records],
        "scanned_at": time(parcel.scanned_at),
        "delivered_at": time(parcel.delivered_at),
        "returned_at": time(parcel.returned_at),
    }


def _record(record: CarrierRecord) -> Json:
    view: Json = plain(record)
    view.pop("words")
    description, place, *_ = (*record.words, "", "")
    return view | {"description": description, "place": place}


def _line(case: Case, line_id: str) -> Json:
    line, state = case.order.line(line_id), case.order.line_state(line_id)
    view: Json = plain(line)
    return view | {
        "image_url": line.image_url or None,
        "url": line.url or None,
        "price": plain(line.price),
        "deliver_by": timestamp(case.order.promised_by(line_id, case.policy)),
        "delivered_at": time(case.order.delivered_at(line_id)),
        "refunded": plain(state.refunded + state.refunded_shipping),
    }


def dispute_in_order(it: Dispute, policy: Policy) -> Json:
    """Return how a dispute stands: what comes next, and of whom it asks what (D6, D10)."""
    return {
        "id": it.id,
        "status": status_of(it).value,
        "stage": it.stage.value,
        "deadline": time(next_due_at(it, policy)),
        "asked": [{"of": todo.role.value, "what": todo.task.value, "until": timestamp(todo.due)} for todo in asked(it, policy)],
    }


def dispute_summary(case: Case, it: Dispute) -> Json:
    """Return a dispute in brief."""
    terms = case.order.terms
    return dispute_in_order(it, case.policy) | {
        "order_id": it.order_id,
        "buyer_id": terms.buyer_id,
        "seller_id": terms.seller_id,
        "seller_name": terms.seller_name or None,
        "reason": it.claim.reason.value,
        "requested": plain(it.request.amount),
        "opened_at": timestamp(it.opened_at),
        "updated_at": timestamp(it.updated_at),
        "turn": it.turn.value if it.turn else None,
        "mediator_id": it.mediator,
        "appealed_by": it.appealed_by.value if it.appealed_by else None,
        "outcome": it.outcome.value if it.outcome else None,
        "basis": it.basis.value if it.basis else None,
        "refund": plain(it.refund),
        "version": it.version,
    }


def dispute(changes: Changes, it: Dispute, viewer: Actor, now: datetime) -> Json:
    """Return a dispute as ``viewer`` may see it, with what the viewer may do now, by when and how (D10).

    A mediator who has not had the case, nor leads, sees no evidence and none of the parties' words.
    """
    case = changes.case
    whole = sees_all_of(case, it, viewer)
    shown = it if whole else wordless(replace(it, evidence=(), information_requests=()))
    return _dispute(case, shown) | {
        "missing_evidence": plain(missing_evidence(it, case.policy)),
        "shown": "whole" if whole else "summary",
        "allowed_actions": [
            {
                "action": allowed.action.value,
                "until": timestamp(allowed.until),
                "options": _options(options(changes, it.number, allowed.action, viewer, now)),
            }
            for allowed in allowed_actions(case, it, viewer, now)
        ],
        "blocked_actions": plain(blocked_actions(case, it, viewer, now)),
        "on_deadline": _on_deadline(on_deadline(changes, it.number)),
        "as_of": timestamp(now),
    }


def _options(found: Options | None) -> Json | None:
    if found is None:
        return None
    view: Json = plain(found)
    if view["proposals"] is not None:
        view["proposals"] = [{**it.pop("foreseen"), **it} for it in view["proposals"]]
    return view


def _on_deadline(found: Lapsing | None) -> Json | None:
    if found is None:
        return None
    view: Json = plain(found)
    return {**view.pop("foreseen"), **view}


def _dispute(case: Case, it: Dispute) -> Json:
    on_table = it.proposal_on_table
    return dispute_summary(case, it) | {
        "claim": plain(it.claim),
        "guarantee": it.coverage.guarantee.value,
        "remedies": remedies(it.coverage.remedies),
        "maximum": plain(it.coverage.maximum),
        "proposals": plain(it.proposals),
        "request_id": it.request_id,
        "current_proposal": plain(on_table) if on_table else None,
        "accepted_by": plain(it.accepted_by),
        "evidence": plain(it.evidence),
        "information_requests": plain(it.information_requests),
        "delivery_notice": plain(it.delivery_notice) if it.delivery_notice else None,
        "escalated_at": time(it.escalated_at),
        "decision": plain(it.decision) if it.decision else None,
        "review_default": it.review_default.value,
        "late_delivery": plain(it.late_delivery) if it.late_delivery else None,
        "granted_until": time(it.granted_until),
        "return": _return(it),
        "replacement": _replacement(case, it),
        "policy_version": case.policy.version,
    }


def _return(it: Dispute) -> Json | None:
    if it.grant is None or it.grant.return_address is None:
        return None
    view: Json = plain(it.grant)
    return view | {
        "parcel": _parcel(it.return_parcel) if it.return_parcel else None,
        "receipt": it.return_receipt,
        "postage": plain(it.postage),
        "postage_objection": it.postage_objection,
    }


def _replacement(case: Case, it: Dispute) -> Json | None:
    if it.grant is None or not it.grant.type.replaces:
        return None
    return {
        "amount": plain(it.grant.amount),
        "basis": it.grant.basis.value,
        "parcels": [_parcel(parcel) for parcel in case.order.replacements(it.number)],
        "scanned_at": time(it.replacement_scanned_at),
        "arrived": it.replaced,
    }


def remedies(known: tuple[Remedy, ...]) -> list[Json]:
    """Return what may be asked for, and the most of each."""
    view: list[Json] = plain(known)
    return view


def event(it: Event, viewer: Actor) -> Json:
    """Return one entry of a timeline, as ``viewer`` may see it (D11)."""
    return {
        "seq": it.seq,
        "at": timestamp(it.at),
        "actor": {"role": it.actor.role.value, "id": it.actor.id},
        "type": it.payload.type,
        "data": _as_seen(plain(it.payload), viewer),
    }


def ledger(case: Case, entries: list[LedgerEntry], viewer: Actor) -> Json:
    """Return an order's ledger as ``viewer`` may see it: every entry, and the balance that they add up to (O3)."""
    return {
        "order_id": case.order.terms.order_id,
        "balance": escrow(case.order.escrow),
        "entries": [_entry(entry) for entry in entries],
        "payment_instructions": [_as_seen(instruction(it), viewer) for it in case.order.instructions],
    }


def _entry(it: LedgerEntry) -> Json:
    """Return a movement with the two accounts of it; a charge is between the accounts that it names."""
    view: Json = plain(it)
    del view["charge"]
    return view | {"debit": it.debit, "credit": it.credit}


def instruction(it: PaymentInstruction) -> Json:
    """Return a payment instruction as the payment system knows it (M1)."""
    view: Json = plain(it)
    return view


def _as_seen(view: Json, viewer: Actor) -> Json:
    if viewer.role in (Role.PLATFORM, Role.OPERATOR):
        return view
    return {**view, **dict.fromkeys(FROM_THE_PAYMENT_SYSTEM & view.keys())}


def guarantees(case: Case, known: tuple[GuaranteeNow, ...], now: datetime, words: Mapping[str, str]) -> Json:
    """Return the answer to "What guarantees can I get?", each guarantee explained in ``words`` (O9)."""
    return {
        "order_id": case.order.terms.order_id,
        "as_of": timestamp(now),
        "closes_at": timestamp(case.closes_at),
        "completed": case.order.completed_at is not None,
        "policy_version": case.policy.version,
        "guarantees": [_guarantee(it, words) | {"evidence": plain(case.policy.evidence_for(it.reason))} for it in known],
    }


def _guarantee(it: GuaranteeNow, words: Mapping[str, str]) -> Json:
    view: Json = plain(it)
    view["explanation"] = words[view.pop("explained_by")]
    return view
