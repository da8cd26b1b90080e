"""The conditions of the audience table: predicates of one event.

Each docstring is the sentence that the page of the table shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain import events as e
from chalicelib.domain.dispute import Outcome, Stage
from chalicelib.domain.ledger import BUYER, SELLER
from chalicelib.domain.parcel import CarrierStatus
from chalicelib.domain.people import PARTIES, Role
from chalicelib.domain.stages import status_of
from chalicelib.notify.event_in_context import MessageWritten

if TYPE_CHECKING:
    from chalicelib.notify.event_in_context import EventInContext


def always(_: EventInContext) -> bool:
    """Return True: the row holds for every such event."""
    return True


def return_is_guaranteed(it: EventInContext) -> bool:
    """The claim is one the seller cannot refuse: a return under the seller's own guarantee."""
    return it.the_dispute.coverage.rule.straight_to_return


def waits_for_an_address(it: EventInContext) -> bool:
    """The claim is one the seller cannot refuse, and waits for the seller's return address, as none on file fits (D3)."""
    return return_is_guaranteed(it) and it.stage_after in (None, it.the_dispute.stage)


def seller_must_answer(it: EventInContext) -> bool:
    """The claim is one the seller has to answer."""
    return not return_is_guaranteed(it)


def is_a_mediators(it: EventInContext) -> bool:
    """The proposal is a mediator's."""
    return it.payload(e.ProposalMade).proposal.by is Role.MEDIATOR


def leaves_a_choice(it: EventInContext) -> bool:
    """A party's proposal waits for the other's answer. A seller's of all the buyer asks does not: it settles at once (D2)."""
    made, asked = it.payload(e.ProposalMade).proposal, it.the_dispute.request
    settles = made.type is asked.type and made.amount >= asked.amount
    settles = made.by is Role.SELLER and (settles or it.stage_after in (Stage.AWAITING_RETURN, Stage.RESOLVED))
    return made.by in PARTIES and not settles


def gives_the_turn(it: EventInContext) -> bool:
    """A party's proposal gives the other the turn to answer."""
    return leaves_a_choice(it) and it.status_before != status_of(it.the_dispute).value


def comes_within_the_turn(it: EventInContext) -> bool:
    """A party proposes something else while the other, who has been asked already, is considering."""
    return leaves_a_choice(it) and not gives_the_turn(it)


def other_party_has_not_accepted(it: EventInContext) -> bool:
    """One party has accepted what a mediator proposed or decided, and the other's answer is open."""
    dispute = it.the_dispute
    if isinstance(it.event.payload, e.ProposalAccepted):
        accepted = it.event.payload.proposal_id
        if any(proposal.id == accepted and proposal.by in PARTIES for proposal in dispute.proposals):
            return False  # a party's proposal takes one acceptance, and what follows tells both
    return not set(PARTIES) <= set(dispute.accepted_by)


def asks_the_seller(it: EventInContext) -> bool:
    """The mediator asks the seller."""
    return it.payload(e.InformationRequested).request.to is Role.SELLER


def asks_the_buyer(it: EventInContext) -> bool:
    """The mediator asks the buyer."""
    return it.payload(e.InformationRequested).request.to is Role.BUYER


def answers_a_question(it: EventInContext) -> bool:
    """The evidence is what a mediator had asked for (D4)."""
    return it.payload(e.EvidenceAdded).evidence.answers != ()


def was_asked_of_the_seller(it: EventInContext) -> bool:
    """The question left unanswered was the seller's to answer."""
    return _asked(it) is Role.SELLER


def was_asked_of_the_buyer(it: EventInContext) -> bool:
    """The question left unanswered was the buyer's to answer."""
    return _asked(it) is Role.BUYER


def _asked(it: EventInContext) -> Role | None:
    lapsed = it.payload(e.InformationRequestLapsed).request_id
    return next((request.to for request in it.the_dispute.information_requests if request.id == lapsed), None)


def can_be_appealed(it: EventInContext) -> bool:
    """The decision is open to an appeal (D5)."""
    return not is_final(it)


def is_final(it: EventInContext) -> bool:
    """The decision is not open to an appeal (D5)."""
    return it.payload(e.DecisionMade).decision.final


def ends_in_a_return(it: EventInContext) -> bool:
    """The decision is final, and the item is to be sent back (D5)."""
    return is_final(it) and it.stage_after is Stage.AWAITING_RETURN


def ends_the_matter(it: EventInContext) -> bool:
    """The decision is final and carried out at once, without a return to wait for (D5)."""
    return is_final(it) and not ends_in_a_return(it)


def return_has_arrived(it: EventInContext) -> bool:
    """The carrier has delivered the return."""
    return any(it.status is CarrierStatus.DELIVERED for it in it.payload(e.ReturnCarrierReported).records)


def return_has_a_problem(it: EventInContext) -> bool:
    """The seller says something is wrong with the return, and a mediator looks at it again."""
    return it.payload(e.ReturnAcknowledged).evidence is not None


def is_for_another_item(it: EventInContext) -> bool:
    """The item goes back before another one is sent (D2)."""
    grant = it.the_dispute.grant
    return grant is not None and grant.type.replaces


def is_for_money(it: EventInContext) -> bool:
    """The item goes back for money."""
    return not is_for_another_item(it)


def has_arrived_for_another_item(it: EventInContext) -> bool:
    """The carrier has delivered a return after which another item is sent."""
    return return_has_arrived(it) and is_for_another_item(it)


def has_arrived_for_money(it: EventInContext) -> bool:
    """The carrier has delivered a return for which money is paid."""
    return return_has_arrived(it) and is_for_money(it)


def was_replaced(it: EventInContext) -> bool:
    """The dispute ends because a replacement has arrived (D2)."""
    return it.payload(e.DisputeResolved).replaced


def appeals_a_refund(it: EventInContext) -> bool:
    """The seller appeals against a refund, since a delivery became known after it (D5)."""
    return it.the_dispute.refund_appealed


def appeals_a_decision(it: EventInContext) -> bool:
    """A party appeals against a decision (D5)."""
    return not appeals_a_refund(it)


def leaves_time_to_appeal(it: EventInContext) -> bool:
    """The appeal is withdrawn, and the other side still has time to appeal (D7)."""
    return it.stage_after in (None, Stage.DECIDED)


def judges_a_refund(it: EventInContext) -> bool:
    """The dispute was refunded before, and now it is settled what the buyer keeps (D5)."""
    late = it.the_dispute.late_delivery
    return late is not None and late.appealed


def refunds(it: EventInContext) -> bool:
    """The dispute ends with money for the buyer."""
    return it.payload(e.DisputeResolved).refund.minor > 0 and not judges_a_refund(it)


def was_withdrawn(it: EventInContext) -> bool:
    """The buyer has given the dispute up."""
    return it.payload(e.DisputeResolved).outcome is Outcome.WITHDRAWN


def return_was_not_sent(it: EventInContext) -> bool:
    """The buyer let the time for sending the item back pass."""
    return it.payload(e.DisputeResolved).outcome is Outcome.EXPIRED


def closes_without_refund(it: EventInContext) -> bool:
    """The dispute ends without money, by an agreement, a decision or the carrier's records."""
    return not (refunds(it) or judges_a_refund(it) or was_withdrawn(it) or return_was_not_sent(it) or was_replaced(it))


def pays_out(it: EventInContext) -> bool:
    """The order completes with money left for the seller."""
    return it.payload(e.OrderCompleted).instruction is not None


def is_news_to_the_seller(it: EventInContext) -> bool:
    """The seller is to be told of this message (``Thread.news_to``)."""
    return Role.SELLER in it.payload(MessageWritten).news_to


def is_news_to_the_buyer(it: EventInContext) -> bool:
    """The buyer is to be told of this message (``Thread.news_to``)."""
    return Role.BUYER in it.payload(MessageWritten).news_to


def is_made_at_the_close(it: EventInContext) -> bool:
    """The refund is no dispute's: protection closes, and no carrier had the line, or it went back (O7)."""
    return it.payload(e.RefundIssued).dispute_id is None


def charges_the_seller(it: EventInContext) -> bool:
    """The seller is charged (M4)."""
    return it.payload(e.Charged).entry.debit == SELLER


def charges_the_buyer(it: EventInContext) -> bool:
    """The buyer is charged (M4)."""
    return it.payload(e.Charged).entry.debit == BUYER


def has_failed_for_good(it: EventInContext) -> bool:
    """The payment has failed, and no attempt is left (M2)."""
    return it.payload(e.PaymentFailed).attempts_left == 0


def is_a_yes(it: EventInContext) -> bool:
    """The buyer accepts the later delivery (O8)."""
    return it.payload(e.ExtensionAnswered).accepted


def is_a_no(it: EventInContext) -> bool:
    """The buyer refuses the later delivery (O8)."""
    return not is_a_yes(it)
