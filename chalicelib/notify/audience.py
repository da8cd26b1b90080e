"""The audience table: event x condition x audience x urgency, a row for each message that is told (N1, N2).

The conditions are in a module of their own, so that the table is read without scrolling past thirty predicates.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from chalicelib.domain import events as e
from chalicelib.domain.people import Role
from chalicelib.notify import conditions as c
from chalicelib.notify.event_in_context import MessageWritten

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.notify.event_in_context import EventInContext


class Audience(StrEnum):
    """Those who are told. A party is one person with addresses of their own; each of the others listens to one topic."""

    BUYER = "buyer"
    SELLER = "seller"
    MEDIATORS = "mediators"
    MARKETPLACE = "marketplace"
    PAYMENTS = "payments"

    @property
    def party(self) -> Role | None:
        """The party's role; None for an audience that listens to a topic."""
        match self:
            case Audience.BUYER:
                return Role.BUYER
            case Audience.SELLER:
                return Role.SELLER
            case Audience.MEDIATORS | Audience.MARKETPLACE | Audience.PAYMENTS:
                return None
            case _:
                assert_never(self)


class Channel(StrEnum):
    """A way to reach somebody."""

    EMAIL = "email"
    SMS = "sms"
    PUSH = "push"
    TOPIC = "topic"


class Urgency(StrEnum):
    """The purpose of a message: it asks for something, it tells something, or a machine reads it."""

    ACTION = "action"
    NEWS = "news"
    DATA = "data"


REACH: dict[tuple[Audience, Urgency], tuple[Channel, ...]] = {
    (Audience.SELLER, Urgency.ACTION): (Channel.EMAIL, Channel.SMS, Channel.PUSH),
    (Audience.SELLER, Urgency.NEWS): (Channel.EMAIL, Channel.PUSH),
    (Audience.BUYER, Urgency.ACTION): (Channel.PUSH, Channel.EMAIL),
    (Audience.BUYER, Urgency.NEWS): (Channel.PUSH, Channel.EMAIL),
    (Audience.MEDIATORS, Urgency.ACTION): (Channel.TOPIC,),
    (Audience.MARKETPLACE, Urgency.DATA): (Channel.TOPIC,),
    (Audience.PAYMENTS, Urgency.DATA): (Channel.TOPIC,),
}
"""The channels of each audience, used where its people registered them. SMS is only for what needs action (N3)."""

RINGING = (Channel.SMS, Channel.PUSH)
"""The channels that make a phone ring. They wait for the end of quiet hours (N3)."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One row: when ``event`` happens and ``when`` holds, ``audience`` is told ``text`` (the name of a text).

    The actor is not told of their own act, except where ``own_too``: what follows from it is news to them as well.
    Messages that are ``gathered`` can be many and change nothing that anybody has to do: a digest counts those beyond the
    hour's limit (N3).
    """

    event: type[e.Payload]
    audience: Audience
    urgency: Urgency
    text: str = ""
    when: Callable[[EventInContext], bool] = c.always
    own_too: bool = False
    gathered: bool = False

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels that the message goes out by, to those who registered an address for them."""
        return REACH[self.audience, self.urgency]


_B, _S, _M = Audience.BUYER, Audience.SELLER, Audience.MEDIATORS
_ACT, _NEWS = Urgency.ACTION, Urgency.NEWS

TO_PEOPLE: tuple[Notice, ...] = (
    # a dispute begins
    Notice(e.DisputeOpened, _S, _ACT, "opened.seller", c.seller_must_answer),
    Notice(e.DisputeOpened, _B, _NEWS, "opened.buyer", c.seller_must_answer, own_too=True),
    Notice(e.DisputeOpened, _S, _ACT, "return_asked.seller", c.waits_for_an_address),
    Notice(e.DisputeOpened, _B, _NEWS, "return_asked.buyer", c.waits_for_an_address, own_too=True),
    Notice(e.ClaimNarrowed, _S, _NEWS, "narrowed.seller"),
    Notice(e.ClaimNarrowed, _B, _NEWS, "narrowed.buyer", own_too=True),
    # a delivery that the records show while it is claimed as not received
    Notice(e.DeliveryShown, _B, _ACT, "delivery_shown.buyer"),
    Notice(e.DeliveryShown, _S, _NEWS, "delivery_shown.seller"),
    Notice(e.DeliveryUndone, _B, _NEWS, "delivery_undone.buyer"),
    Notice(e.DeliveryUndone, _S, _NEWS, "delivery_undone.seller"),
    Notice(e.DeliveryObjected, _S, _NEWS, "delivery_objected.seller"),
    Notice(e.DeliveryObjected, _M, _ACT, "delivery_objected.mediators"),
    # negotiation; what settles is told by what follows from it
    Notice(e.ProposalMade, _S, _ACT, "proposal.seller", c.gives_the_turn),
    Notice(e.ProposalMade, _B, _ACT, "proposal.buyer", c.gives_the_turn),
    Notice(e.ProposalMade, _S, _NEWS, "proposal.seller", c.comes_within_the_turn),
    Notice(e.ProposalMade, _B, _NEWS, "proposal.buyer", c.comes_within_the_turn),
    Notice(e.ProposalMade, _S, _ACT, "mediated.seller", c.is_a_mediators),
    Notice(e.ProposalMade, _B, _ACT, "mediated.buyer", c.is_a_mediators),
    Notice(e.ProposalDeclined, _S, _ACT, "declined.seller"),
    Notice(e.ProposalDeclined, _B, _ACT, "declined.buyer"),
    Notice(e.ProposalAccepted, _S, _ACT, "accepted.seller", c.other_party_has_not_accepted),
    Notice(e.ProposalAccepted, _B, _ACT, "accepted.buyer", c.other_party_has_not_accepted),
    Notice(e.TimeGranted, _S, _NEWS, "time.seller", gathered=True),
    Notice(e.TimeGranted, _B, _NEWS, "time.buyer", gathered=True),
    Notice(e.EvidenceAdded, _S, _NEWS, "evidence.seller", gathered=True),
    Notice(e.EvidenceAdded, _B, _NEWS, "evidence.buyer", gathered=True),
    # mediation
    Notice(e.Escalated, _S, _NEWS, "escalated.seller"),
    Notice(e.Escalated, _B, _NEWS, "escalated.buyer"),
    Notice(e.Escalated, _M, _ACT, "escalated.mediators"),
    Notice(e.InformationRequested, _S, _ACT, "information.seller", c.asks_the_seller),
    Notice(e.InformationRequested, _B, _ACT, "information.buyer", c.asks_the_buyer),
    Notice(e.EvidenceAdded, _M, _ACT, "answered.mediators", c.answers_a_question),
    Notice(e.InformationRequestLapsed, _S, _NEWS, "lapsed.seller", c.was_asked_of_the_seller),
    Notice(e.InformationRequestLapsed, _B, _NEWS, "lapsed.buyer", c.was_asked_of_the_buyer),
    Notice(e.DecisionMade, _S, _ACT, "decision.seller", c.can_be_appealed),
    Notice(e.DecisionMade, _B, _ACT, "decision.buyer", c.can_be_appealed),
    Notice(e.DecisionMade, _S, _NEWS, "final_decision.seller", c.ends_the_matter),
    Notice(e.DecisionMade, _B, _NEWS, "final_decision.buyer", c.ends_the_matter),
    Notice(e.DecisionMade, _S, _NEWS, "final_return.seller", c.ends_in_a_return),
    Notice(e.DecisionMade, _B, _NEWS, "final_return.buyer", c.ends_in_a_return),
    Notice(e.DecisionAccepted, _S, _NEWS, "decision_accepted.seller", c.other_party_has_not_accepted),
    Notice(e.DecisionAccepted, _B, _NEWS, "decision_accepted.buyer", c.other_party_has_not_accepted),
    Notice(e.MediatorReleased, _M, _ACT, "released.mediators", own_too=True),
    Notice(e.Appealed, _S, _NEWS, "appealed.seller"),
    Notice(e.Appealed, _B, _NEWS, "appealed.buyer", c.appeals_a_decision),
    Notice(e.Appealed, _M, _ACT, "appealed.mediators", c.appeals_a_decision),
    Notice(e.Appealed, _B, _NEWS, "refund_appealed.buyer", c.appeals_a_refund),
    Notice(e.Appealed, _M, _ACT, "refund_appealed.mediators", c.appeals_a_refund),
    Notice(e.AppealWithdrawn, _S, _ACT, "appeal_withdrawn.seller", c.leaves_time_to_appeal),
    Notice(e.AppealWithdrawn, _B, _ACT, "appeal_withdrawn.buyer", c.leaves_time_to_appeal),
    Notice(e.AppealLapsed, _S, _NEWS, "appeal_lapsed.seller"),
    Notice(e.AppealLapsed, _B, _NEWS, "appeal_lapsed.buyer"),
    Notice(e.DeliveredAfterRefund, _S, _ACT, "late_delivery.seller"),
    Notice(e.DeliveredAfterRefund, _B, _NEWS, "late_delivery.buyer"),
    # the return
    Notice(e.ReturnGranted, _B, _ACT, "return_granted.buyer", c.is_for_money, own_too=True),
    Notice(e.ReturnGranted, _B, _ACT, "return_replaced.buyer", c.is_for_another_item, own_too=True),
    Notice(e.ReturnGranted, _S, _NEWS, "return_granted.seller"),
    Notice(e.ReturnShipped, _S, _ACT, "return_shipped.seller", c.is_for_money),
    Notice(e.ReturnShipped, _S, _ACT, "return_comes.seller", c.is_for_another_item),
    Notice(e.ReturnCarrierReported, _S, _ACT, "return_delivered.seller", c.has_arrived_for_money),
    Notice(e.ReturnCarrierReported, _S, _ACT, "return_comes.seller", c.has_arrived_for_another_item),
    Notice(e.ReturnDoubted, _S, _NEWS, "return_doubted.seller"),
    Notice(e.ReturnDoubted, _B, _NEWS, "return_doubted.buyer"),
    Notice(e.ReturnDoubted, _M, _ACT, "return_doubted.mediators"),
    Notice(e.ReturnAcknowledged, _B, _NEWS, "return_problem.buyer", c.return_has_a_problem),
    Notice(e.ReturnAcknowledged, _M, _ACT, "return_problem.mediators", c.return_has_a_problem),
    # the replacement
    Notice(e.ReplacementGranted, _S, _ACT, "replacement_granted.seller", own_too=True),
    Notice(e.ReplacementGranted, _B, _NEWS, "replacement_granted.buyer", own_too=True),
    Notice(e.ReplacementShipped, _B, _NEWS, "replacement_shipped.buyer"),
    # the end, and the money
    Notice(e.DisputeResolved, _S, _NEWS, "replaced.seller", c.was_replaced),
    Notice(e.DisputeResolved, _B, _NEWS, "replaced.buyer", c.was_replaced, own_too=True),
    Notice(e.DisputeResolved, _S, _NEWS, "refunded.seller", c.refunds, own_too=True),
    Notice(e.DisputeResolved, _B, _NEWS, "refunded.buyer", c.refunds, own_too=True),
    Notice(e.DisputeResolved, _S, _NEWS, "refund_judged.seller", c.judges_a_refund, own_too=True),
    Notice(e.DisputeResolved, _B, _NEWS, "refund_judged.buyer", c.judges_a_refund, own_too=True),
    Notice(e.DisputeResolved, _S, _NEWS, "withdrawn.seller", c.was_withdrawn),
    Notice(e.DisputeResolved, _S, _NEWS, "expired.seller", c.return_was_not_sent),
    Notice(e.DisputeResolved, _B, _NEWS, "expired.buyer", c.return_was_not_sent),
    Notice(e.DisputeResolved, _S, _NEWS, "closed.seller", c.closes_without_refund, own_too=True),
    Notice(e.DisputeResolved, _B, _NEWS, "closed.buyer", c.closes_without_refund, own_too=True),
    Notice(e.OrderCompleted, _S, _NEWS, "completed.seller", c.pays_out),
    Notice(e.RefundIssued, _S, _NEWS, "refunded_at_close.seller", c.is_made_at_the_close),
    Notice(e.RefundIssued, _B, _NEWS, "refunded_at_close.buyer", c.is_made_at_the_close),
    Notice(e.RefundPostponed, _S, _NEWS, "refund_waits.seller", own_too=True),
    Notice(e.RefundPostponed, _B, _NEWS, "refund_waits.buyer", own_too=True),
    Notice(e.Charged, _S, _NEWS, "charged.seller", c.charges_the_seller, own_too=True),
    Notice(e.Charged, _B, _NEWS, "charged.buyer", c.charges_the_buyer, own_too=True),
    Notice(e.ExternalDisputeReported, _S, _NEWS, "external.seller"),
    Notice(e.ExternalDisputeReported, _B, _NEWS, "external.buyer"),
    Notice(e.PaymentFailed, _S, _NEWS, "payment_failed.seller", c.has_failed_for_good),
    Notice(e.PaymentFailed, _B, _NEWS, "payment_failed.buyer", c.has_failed_for_good),
    # the promise
    Notice(e.PromiseExtended, _B, _NEWS, "promise.buyer"),
    Notice(e.ExtensionAsked, _B, _ACT, "extension_asked.buyer"),
    Notice(e.ExtensionAnswered, _S, _NEWS, "extension_granted.seller", c.is_a_yes),
    Notice(e.ExtensionAnswered, _S, _NEWS, "extension_refused.seller", c.is_a_no),
    Notice(e.ProtectionExtended, _B, _NEWS, "protection.buyer"),
)
"""The rows for people: parties and mediators."""

TO_PAYMENTS: tuple[Notice, ...] = (
    Notice(e.RefundIssued, Audience.PAYMENTS, Urgency.DATA),
    Notice(e.OrderCompleted, Audience.PAYMENTS, Urgency.DATA, when=c.pays_out),
    Notice(e.PaymentRetried, Audience.PAYMENTS, Urgency.DATA),
    Notice(e.PaymentRepublished, Audience.PAYMENTS, Urgency.DATA),
    Notice(e.Charged, Audience.PAYMENTS, Urgency.DATA),
)
"""The rows for the marketplace's payment system (M1, M2)."""

TO_MARKETPLACE: tuple[Notice, ...] = tuple(Notice(kind, Audience.MARKETPLACE, Urgency.DATA) for kind in e.PAYLOADS.values())
"""The rows for the marketplace's own systems: they are told every event."""

NOTICES: tuple[Notice, ...] = (*TO_PAYMENTS, *TO_MARKETPLACE, *TO_PEOPLE)
"""Every row, in the order in which messages leave: money first."""

NOT_TOLD_TO_PEOPLE: dict[type[e.Payload], str] = {
    e.OrderImported: "the marketplace tells its buyers and sellers of a sale",
    e.PaymentHeld: "the marketplace tells its buyers and sellers of a payment",
    e.ParcelShipped: "the marketplace tells its buyers of shipments",
    e.CarrierReported: "the marketplace tells its buyers of deliveries; what one does to a dispute is told with the dispute",
    e.ReceiptConfirmed: "the buyer's own act; what it does to a dispute is told with the dispute",
    e.MediatorAssigned: "it changes nothing for the parties: they are told what the mediator asks or decides",
    e.ParcelTakenBack: "as a shipment",
    e.RefundCredited: "told with the external dispute: what the bank paid counts as refunded",
    e.ReplacementScanned: "the buyer was told of the shipment, and the seller has done what was to be done",
    e.ReplacementArrived: "told with the end of the dispute",
    e.PaymentSettled: "the payment system tells its payees",
    e.PaymentRetried: "for the marketplace to put right: its systems are told, and an alarm is raised",
    e.PaymentRepublished: "as a payment that is tried again",
    e.PaymentOverdue: "as a payment that is tried again; an alarm is raised",
    e.WordsErased: "whoever asked is told at the end of the whole erasure, by its status",
}
"""The events that no person is told of, with the reason."""

OF_MESSAGES: tuple[Notice, ...] = (
    Notice(MessageWritten, _S, _NEWS, "message.seller", c.is_news_to_the_seller, gathered=True),
    Notice(MessageWritten, _B, _NEWS, "message.buyer", c.is_news_to_the_buyer, gathered=True),
)
"""The rows for messages in a thread (N5): the parties in ``Thread.news_to`` are told that there is one to read."""

_BY_EVENT: dict[type[e.Payload], tuple[Notice, ...]] = {
    kind: tuple(notice for notice in NOTICES if notice.event is kind) for kind in e.PAYLOADS.values()
} | {MessageWritten: OF_MESSAGES}


def check_complete() -> None:
    """Raise ``TypeError`` if an event is neither told to people nor excused, or both; ``KeyError`` if a row has no channels.

    It runs at import: a new event fails here until somebody decides who is told of it.
    """
    told = {row.event for row in TO_PEOPLE}
    undecided = {kind.__name__ for kind in e.PAYLOADS.values() if (kind in told) == (kind in NOT_TOLD_TO_PEOPLE)}
    if undecided:
        msg = f"told to people and excused, or neither: {sorted(undecided)}"
        raise TypeError(msg)
    for row in (*NOTICES, *OF_MESSAGES):
        _ = row.channels


check_complete()


def notices(it: EventInContext) -> list[Notice]:
    """Return the rows that hold for an event, in the order of the table."""
    by = it.event.actor.role.value
    rows = _BY_EVENT[type(it.event.payload)]
    return [row for row in rows if (row.own_too or row.audience.value != by) and row.when(it)]
