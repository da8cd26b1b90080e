"""The facts that a message can name. Nobody's name, address or own words are among them (N3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain import events as e
from chalicelib.domain.dispute import Stage
from chalicelib.domain.guarantees import OfferType
from chalicelib.notify.conditions import return_is_guaranteed
from chalicelib.notify.formats import counted, country, moment, money

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.dispute import Dispute
    from chalicelib.domain.money import Money
    from chalicelib.domain.parcel import Parcel
    from chalicelib.notify.catalog import Catalog
    from chalicelib.notify.event_in_context import EventInContext


def facts(
    it: EventInContext,
    due: datetime | None,
    catalog: Catalog,
    *,
    zone: str,
    count: int | None = None,
    brief: bool = False,
) -> dict[str, str]:
    """Return every fact of an event by the name that templates use, in the catalogue's words.

    ``due`` is the stage's deadline; a deadline that the event itself sets takes its place (an information request's only
    where it comes sooner). ``zone`` is the recipient's time zone, an IANA name. A digest has one fact: how many orders it is
    about, ``count``. ``brief`` writes times, remedies and a return address as in an SMS.
    """
    if count is not None:
        return {"orders": counted(count, catalog.labels["orders"], catalog.language)}
    named = {"order": it.order_id}
    if it.dispute:
        named |= _of_dispute(it, it.dispute, catalog) | {"address": _address(it, catalog, brief=brief)}
    amount, offer = _money(it.event.payload, it.dispute)
    if amount:
        named |= {"amount": money(amount, catalog.language), "remedy": _remedy(amount, offer, catalog, brief=brief)}
    by = _due(it.event.payload, due)
    if by:
        named["due"] = moment(by, catalog.short_moment if brief else catalog.moment, zone, catalog.language)
    return named | _particulars(it, catalog)


def _of_dispute(it: EventInContext, dispute: Dispute, catalog: Catalog) -> dict[str, str]:
    """Return the dispute's id and reason and, while it is open, what its stage waits for: as a sentence and in a few words."""
    named = {"dispute": dispute.id, "reason": catalog.labels["reason"][dispute.claim.reason.value]}
    if dispute.open:
        bargained = dispute.stage is not Stage.OPENED or not return_is_guaranteed(it)
        awaited = dispute.stage.value if bargained else "return_address"
        awaited = "delivery_notice" if dispute.delivery_notice else awaited
        named["ask"] = catalog.labels["ask"][awaited].format(address=_address(it, catalog))
        named["task"] = catalog.labels["task"][awaited].format(address=_address(it, catalog, brief=True))
    return named


def _address(it: EventInContext, catalog: Catalog, *, brief: bool = False) -> str:
    """Return the words for the return address that the seller has to give: in any country, or in a certain one (D3)."""
    forms = catalog.labels["short_address" if brief else "address"]
    if it.return_country is None:
        return forms["anywhere"]
    return forms["in_country"].format(country=it.return_country if brief else country(it.return_country, catalog.language))


def _money(  # noqa: C901, PLR0911, PLR0912 - one line per kind of event, as a table
    payload: e.Payload, dispute: Dispute | None
) -> tuple[Money | None, OfferType]:
    """Return the amount that an event is about, and the kind of remedy. No amount where the event is about none."""
    match payload:
        case e.DisputeOpened(request=proposal) | e.ProposalMade(proposal=proposal):
            return proposal.amount, proposal.type
        case e.ClaimNarrowed() if dispute:
            return dispute.request.amount, dispute.request.type
        case e.ProposalAccepted(proposal_id=accepted) if dispute:
            proposal = next(p for p in dispute.proposals if p.id == accepted)
            return proposal.amount, proposal.type
        case e.DecisionMade(decision=decision):
            return decision.amount, decision.type
        case e.DecisionAccepted() if dispute and dispute.decision:
            return dispute.decision.amount, dispute.decision.type
        case e.ReturnGranted(grant=grant) | e.ReplacementGranted(grant=grant):
            return grant.amount, grant.type
        case e.DisputeResolved(refund=refund):
            return refund, OfferType.REFUND
        case e.OrderCompleted(instruction=instruction) | e.RefundIssued(instruction=instruction) if instruction:
            return instruction.amount, OfferType.REFUND
        case e.Charged(entry=entry):
            return entry.amount, OfferType.REFUND
        case e.RefundPostponed(amount=amount):
            return amount, OfferType.REFUND
        case e.ExternalDisputeReported(external=external):
            return external.amount, OfferType.REFUND
        case _ if dispute and dispute.grant:
            return dispute.grant.amount, dispute.grant.type
        case _:
            return None, OfferType.REFUND


def _remedy(amount: Money, offer: OfferType, catalog: Catalog, *, brief: bool) -> str:
    """Return what the buyer gets, in words. The brief form too says that the item goes back."""
    written = money(amount, catalog.language)
    if not brief:
        if offer.replaces and amount.minor:
            both = "another_for_return_and_refund" if offer.needs_return else "another_and_refund"
            return catalog.labels["item"][both].format(amount=written)
        return catalog.labels["remedy"][offer.value if offer.gives(amount) else "nothing"].format(amount=written)
    if offer.replaces:
        return catalog.labels["item"]["another"]
    return catalog.labels["item"]["returned"].format(amount=written) if offer.asks_back(amount) else written


def _due(payload: e.Payload, due: datetime | None) -> datetime | None:
    match payload:
        case e.InformationRequested(request=request):
            return min(request.due_at, due) if due else request.due_at
        case e.TimeGranted(until=until) | e.PromiseExtended(until=until) | e.ProtectionExtended(until=until):
            return until
        case e.ExtensionAsked(until=until) | e.DeliveryShown(objections_until=until):
            return until
        case e.DeliveredAfterRefund(appeal_until=until):
            return until
        case _:
            return due


def _particulars(  # noqa: C901, PLR0911 - one line per kind of event, as a table
    it: EventInContext, catalog: Catalog
) -> dict[str, str]:
    """Return the facts that only this kind of event has."""
    labels, dispute = catalog.labels, it.dispute
    match it.event.payload:
        case e.DecisionMade(decision=decision):
            return {"finding": labels["finding"][decision.finding.value]}
        case e.ReturnGranted(grant=grant):
            postage = labels["item"]["label_given"] if grant.return_label else labels["postage"][grant.return_postage.value]
            return {"ground": labels["basis"][grant.basis.value], "postage": postage}
        case e.ReplacementGranted(grant=grant):
            return {"ground": labels["basis"][grant.basis.value]}
        case e.ReplacementShipped(parcel=number):
            return {"number": str(number)}
        case e.ReturnShipped(parcel=parcel):
            return {"carrier": _carrier(parcel, catalog), "tracking": parcel.tracking_number}
        case e.ReturnCarrierReported() if dispute and dispute.return_parcel:
            parcel = dispute.return_parcel
            return {"carrier": _carrier(parcel, catalog), "tracking": parcel.tracking_number}
        case e.ReturnAcknowledged(acknowledgement=acknowledgement):
            return {"problem": labels["problem"][acknowledgement.value]}
        case e.RefundIssued(dispute_id=None, entry=entry):
            return {"cause": labels["cause"][entry.cause]}
        case e.Charged(entry=entry):
            return {"charge": labels["charge"][entry.cause]}
        case e.ExternalDisputeReported(external=external):
            return {"external": labels["external"][external.status.value]}
        case e.DisputeResolved(basis=basis, return_forgone=forgone):
            grounds = [labels["basis"][basis.value]] if basis else []
            grounds += [labels["item"]["kept"].format(address=_address(it, catalog))] if forgone else []
            return {"ground": " ".join(grounds)}
        case _:
            return {}


def _carrier(parcel: Parcel, catalog: Catalog) -> str:
    """Return a carrier's name in the recipient's language. What a buyer typed as the name of another is in no message."""
    return catalog.labels["carrier"][parcel.carrier.value] if parcel.carrier else catalog.labels["item"]["other_carrier"]
