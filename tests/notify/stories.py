"""Stories that have every event of which anybody is told, as records of the table's stream."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from chalicelib.domain import commands as c
from chalicelib.domain import orders
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.changes import Changes
from chalicelib.domain.dispute import AcknowledgementType, Stage
from chalicelib.domain.erasure import erase_words
from chalicelib.domain.evidence import EvidenceType
from chalicelib.domain.external_disputes import report_external_dispute
from chalicelib.domain.guarantees import Finding, Guarantee, OfferedGuarantee, OfferType, Reason
from chalicelib.domain.order import ExternalStatus
from chalicelib.domain.parcel import CarrierStatus
from chalicelib.domain.people import Role
from chalicelib.notify.event_in_context import EventInContext, read_event
from chalicelib.store.items import Item, event_items
from tests.domain.worlds import (
    ABROAD,
    AT_HOME,
    BUYER,
    DAMAGED,
    DAY,
    DECIDED_FOR_BUYER,
    HOUR,
    ITEM_RECEIVED,
    MEDIATOR,
    NEWS,
    OTHER_MEDIATOR,
    PLATFORM,
    PROMISED,
    SECOND,
    SELLER,
    World,
    claim_of,
    delivered,
    disputed,
    money,
    order_terms,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.case import Case
    from chalicelib.domain.people import Actor, ReturnAddress

OFFER = c.Propose(OfferType.REFUND, money(2000))
NOTHING = c.Decide(OfferType.REFUND, money(0), Finding.SELLER_PROVED_AS_DESCRIBED, "As described.")
APPEAL = c.Appeal(EvidenceType.PHOTO, "Another photo.")


def records_of(world: World) -> list[dict[str, Any]]:
    """A world's events as DynamoDB's stream brings them to Lambda."""
    images: list[Item] = []
    case: Case | None = None
    for count in filter(None, world.commands):
        changes = Changes(case, world.policies)
        for event in world.log[len(images) : len(images) + count]:
            changes.turn(event.actor, event.at)
            changes.record(event.stream, event.payload)
        images += event_items(changes)
        case = changes.case
    written = ({"NewImage": image, "SequenceNumber": str(number)} for number, image in enumerate(images, 1))
    return [{"eventID": it["SequenceNumber"], "eventName": "INSERT", "dynamodb": it} for it in written]


def events_in_context(world: World) -> list[EventInContext]:
    """A world's events as publishing reads them."""
    return [read_event(record["dynamodb"]["NewImage"]) for record in records_of(world)]


def never_arrived() -> World:
    """The seller is silent, the refund fails once before it is paid, nothing is left, and the buyer is forgotten."""
    world = World.of()
    world.go(PROMISED + SECOND).open(claim_of(Reason.NOT_RECEIVED))
    world.wait(5 * DAY).sweep()
    world.pay(1, failure="card closed")
    world.wait(DAY).sweep()
    world.pay(1)
    world.wait(100 * DAY).sweep()
    world.run(BUYER, lambda changes: erase_words(changes, 1, BUYER.role))
    return world


def no_dispute() -> World:
    """Both dates are extended, the buyer confirms receipt, and the seller is paid in the end."""
    world = World.of()
    world.wait(DAY).ship()
    world.extend_promise(PROMISED + 5 * DAY)
    world.extend_protection(PROMISED + 60 * DAY)
    world.wait(DAY).confirm()
    world.wait(90 * DAY).sweep()
    return world


def partly_delivered() -> World:
    """Half of what is claimed as missing turns out to have been delivered in time."""
    world = World.of(order_terms((1, 9000), (1, 3000)))
    world.wait(DAY).ship("a")
    world.go(PROMISED + SECOND).open(claim_of(Reason.NOT_RECEIVED, ("a", 1), ("b", 1)))
    world.wait(HOUR).deliver(PROMISED - DAY)
    world.wait(3 * DAY).sweep()
    return world


def missing() -> World:
    """A parcel is claimed as not received, and then the carrier shows its delivery in time."""
    world = World.of()
    world.wait(DAY).ship()
    world.go(PROMISED + SECOND).open(claim_of(Reason.NOT_RECEIVED))
    world.wait(HOUR).deliver(PROMISED - DAY)
    return world


def not_here() -> World:
    """The buyer objects to a delivery on record."""
    world = missing()
    world.wait(HOUR).act(BUYER, c.ObjectToDelivery("It is not here."))
    return world


def came_back() -> World:
    """What the carrier showed as delivered went back to its sender."""
    world = missing()
    world.wait(HOUR).report(CarrierStatus.RETURNED_TO_SENDER)
    return world


def never_shipped() -> World:
    """A mistyped parcel is taken back, none follows, and nobody claims anything: what was paid goes back at the close."""
    world = World.of()
    world.wait(DAY).ship()
    world.run(SELLER, lambda changes: orders.take_back_parcel(changes, 1))
    world.wait(90 * DAY).sweep()
    return world


def asks_for_more_time() -> World:
    """The buyer refuses a much later delivery, and accepts a less late one."""
    world = World.of()
    for number, days, accepted in ((1, 60, False), (2, 40, True)):
        world.wait(DAY).extend_promise(PROMISED + days * DAY)
        world.run(BUYER, lambda changes, n=number, yes=accepted: orders.answer_extension(changes, n, accepted=yes))  # type: ignore[misc]
    return world


def reported(world: World, status: ExternalStatus) -> None:
    """The marketplace reports how the dispute of the whole payment stands at the buyer's bank."""
    paid = world.case.order.terms.price
    world.wait(HOUR).run(PLATFORM, lambda changes: report_external_dispute(changes, status, paid))


def charged_back() -> World:
    """The bank asks while a dispute is open; the seller accepts; then the bank takes the money back."""
    world = World.of()
    world.go(PROMISED + SECOND).open(claim_of(Reason.NOT_RECEIVED))
    reported(world, ExternalStatus.OPEN)
    world.act(SELLER, c.Accept("1"))
    reported(world, ExternalStatus.LOST)
    return world


def charged_back_after_the_refund() -> World:
    """The bank takes back what the buyer was refunded before."""
    world = World.of()
    world.go(PROMISED + SECOND).open(claim_of(Reason.NOT_RECEIVED))
    world.act(SELLER, c.Accept("1"))
    reported(world, ExternalStatus.LOST)
    return world


def charged_back_after_the_release() -> World:
    """The bank takes back what the seller was paid; nothing is heard of the payment, and then it fails for good."""
    world = delivered()
    world.wait(90 * DAY).sweep()
    world.wait(4 * DAY).sweep()
    for hours in (*world.case.policy.payment_retry_hours, 0):
        world.pay(1, failure="account closed")
        world.wait(hours * HOUR).sweep()
    reported(world, ExternalStatus.LOST)
    return world


def haggling() -> World:
    """Proposals, refusals, evidence and time to and fro, and an agreement."""
    world = disputed(Stage.OPENED)
    asked = c.Propose(OfferType.REFUND_WITH_RETURN, money(8000))
    world.act(BUYER, asked)
    world.act(BUYER, c.GrantTime(world.now + 6 * DAY))
    world.act(SELLER, c.Decline())
    world.act(SELLER, c.GrantTime(world.now + 8 * DAY))
    world.act(BUYER, NEWS)
    world.act(SELLER, NEWS)
    world.act(BUYER, c.Propose(OfferType.REFUND, money(6000)))
    world.act(SELLER, OFFER)
    world.act(BUYER, c.Decline())
    world.act(SELLER, c.Propose(OfferType.REFUND, money(3000)))
    world.act(SELLER, c.Propose(OfferType.REFUND, money(3500)))
    world.act(BUYER, c.Accept("6"))
    return world


def settled_at_once() -> World:
    """The seller proposes all that the buyer asks for, and later gets the item back."""
    world = disputed(Stage.OPENED)
    world.act(SELLER, c.Propose(OfferType.REFUND_WITH_RETURN, world.dispute().request.amount))
    world.act(BUYER, c.ShipReturn(Carrier.HONGKONG_POST, "RR123456785HK"))
    world.wait(5 * DAY).report_return(CarrierStatus.IN_TRANSIT)
    world.wait(DAY).report_return(CarrierStatus.DELIVERED)
    world.wait(DAY).act(SELLER, ITEM_RECEIVED)
    return world


def bad_return() -> World:
    """The return arrives damaged, a mediator decides for the seller, both accept it."""
    world = disputed(Stage.RETURN_IN_TRANSIT)
    world.act(SELLER, c.AcknowledgeReturn(AcknowledgementType.DAMAGED, "Broken in two.", came=True))
    world.act(MEDIATOR, c.Assign())
    world.act(MEDIATOR, NOTHING)
    world.act(SELLER, c.AcceptDecision())
    world.act(BUYER, c.AcceptDecision())
    return world


def reviewed() -> World:
    """Questions are left unanswered, the decision is appealed by the seller, and the final one is for the buyer."""
    world = disputed(Stage.UNDER_REVIEW)
    world.act(MEDIATOR, c.RequestInformation(Role.SELLER, "Where was it packed?"))
    world.act(MEDIATOR, c.RequestInformation(Role.BUYER, "When was it opened?"))
    world.wait(4 * DAY).sweep()
    world.act(MEDIATOR, DECIDED_FOR_BUYER)
    world.act(BUYER, c.AcceptDecision())
    world.act(SELLER, APPEAL)
    world.act(OTHER_MEDIATOR, c.Assign())
    world.act(OTHER_MEDIATOR, DECIDED_FOR_BUYER)
    return world


def appealed_by_the_buyer() -> World:
    """The seller escalates, the buyer answers a question and appeals the decision for nothing, and gets a return."""
    world = disputed(Stage.NEGOTIATING)
    world.act(SELLER, c.Escalate())
    world.act(MEDIATOR, c.Assign())
    world.act(MEDIATOR, c.RequestInformation(Role.BUYER, "When was it opened?"))
    world.act(BUYER, NEWS)
    world.act(MEDIATOR, NOTHING)
    world.act(BUYER, APPEAL)
    world.act(OTHER_MEDIATOR, c.Assign())
    returned = OfferType.REFUND_WITH_RETURN
    world.act(OTHER_MEDIATOR, c.Decide(returned, money(10_000), Finding.NOT_AS_DESCRIBED, "The film shows it."))
    return world


def turned_up() -> World:
    """After a refund for something not received the carrier shows it as delivered, and a mediator decides what is kept."""
    world = World.of()
    world.wait(DAY).ship()
    world.go(PROMISED + SECOND).open(claim_of(Reason.NOT_RECEIVED))
    world.wait(HOUR).act(SELLER, c.Accept("1"))
    world.wait(DAY).deliver(PROMISED - DAY)
    world.act(SELLER, APPEAL)
    world.act(MEDIATOR, c.Assign())
    world.act(MEDIATOR, c.Decide(OfferType.REFUND, money(2000), Finding.CARRIER_SHOWS_DELIVERED, "A neighbour signed."))
    return world


def appeals_for_nothing(*by: Actor) -> World:
    """Each of these appeals and withdraws the appeal; then the buyer appeals, a mediator does nothing, and nobody decides."""
    world = disputed(Stage.DECIDED)
    for actor in by:
        world.act(actor, APPEAL)
        world.act(actor, c.WithdrawAppeal())
    if BUYER not in by:
        world.act(BUYER, APPEAL)
        world.act(OTHER_MEDIATOR, c.Assign())
        world.wait(15 * DAY).sweep()
    return world


def mediated(first: Role) -> World:
    """Both accept the mediator's proposal, ``first`` before the other."""
    world = disputed(Stage.UNDER_REVIEW)
    world.act(MEDIATOR, OFFER)
    for actor in (BUYER, SELLER) if first is Role.BUYER else (SELLER, BUYER):
        world.act(actor, c.Accept("3"))
    return world


def left_to_the_clock() -> World:
    """Nobody answers a proposal: it goes to mediation by itself, and the buyer gives up."""
    world = disputed(Stage.NEGOTIATING)
    world.wait(8 * DAY).sweep()
    world.act(BUYER, c.Withdraw())
    return world


def replaced() -> World:
    """A replacement is agreed, sent and delivered."""
    world = disputed(Stage.AWAITING_REPLACEMENT)
    world.act(SELLER, c.ShipReplacement(Carrier.TNT, "900000003"))
    world.wait(DAY).report(CarrierStatus.IN_TRANSIT, parcel=2)
    world.wait(DAY).deliver(parcel=2)
    return world


def replaced_after_a_return() -> World:
    """The item goes back before another one is sent, which never comes."""
    world = delivered(None, AT_HOME)
    world.wait(DAY).open(DAMAGED, OfferType.REPLACEMENT_WITH_RETURN, money(500))
    world.act(SELLER, shown(EvidenceType.RETURN_LABEL))
    world.act(SELLER, c.Accept("1", AT_HOME, "e1"))
    world.act(BUYER, c.ShipReturn(Carrier.TNT, "900000001"))
    world.wait(DAY).report_return(CarrierStatus.DELIVERED)
    world.wait(10 * DAY).sweep()
    world.wait(10 * DAY).sweep()
    return world


def never_seen_again() -> World:
    """The buyer states postage for a return that no carrier ever has, and nobody decides."""
    world = disputed(Stage.RETURN_IN_TRANSIT)
    world.wait(30 * DAY).sweep()
    return world


def postage_repaid() -> World:
    """The seller repays the postage of a return by another carrier."""
    world = disputed(Stage.AWAITING_RETURN)
    world.act(BUYER, shown(EvidenceType.PROOF_OF_RETURN))
    world.act(BUYER, c.ShipReturn(None, "RR12345678", "Correos", "e1", money(700)))
    world.act(SELLER, ITEM_RECEIVED)
    return world


def not_sent_back() -> World:
    """The buyer lets the time to send the item back pass."""
    world = disputed(Stage.AWAITING_RETURN)
    world.wait(11 * DAY).sweep()
    return world


def no_longer_wanted(guarantee: Guarantee, *on_file: ReturnAddress) -> World:
    """A return under the seller's guarantee, with these return addresses on file, and nobody who does anything."""
    world = delivered(order_terms(guarantees=(OfferedGuarantee(guarantee),)), *on_file)
    world.wait(DAY).open(claim_of(Reason.NO_LONGER_WANTED))
    world.wait(6 * DAY).sweep()
    return world


STORIES: dict[str, Callable[[], World]] = {
    "never_arrived": never_arrived,
    "no_dispute": no_dispute,
    "partly_delivered": partly_delivered,
    "not_here": not_here,
    "came_back": came_back,
    "never_shipped": never_shipped,
    "asks_for_more_time": asks_for_more_time,
    "charged_back": charged_back,
    "charged_back_after_the_refund": charged_back_after_the_refund,
    "charged_back_after_the_release": charged_back_after_the_release,
    "haggling": haggling,
    "settled_at_once": settled_at_once,
    "bad_return": bad_return,
    "reviewed": reviewed,
    "appealed_by_the_buyer": appealed_by_the_buyer,
    "turned_up": turned_up,
    "appeals_for_nothing": lambda: appeals_for_nothing(SELLER),
    "appeal_taken_back": lambda: appeals_for_nothing(BUYER),
    "mediated_buyer_first": lambda: mediated(Role.BUYER),
    "mediated_seller_first": lambda: mediated(Role.SELLER),
    "left_to_the_clock": left_to_the_clock,
    "not_sent_back": not_sent_back,
    "replaced": replaced,
    "replaced_after_a_return": replaced_after_a_return,
    "never_seen_again": never_seen_again,
    "postage_repaid": postage_repaid,
    "extra_return": lambda: no_longer_wanted(Guarantee.EXTRA_RETURNS, AT_HOME),
    "extra_return_no_address": lambda: no_longer_wanted(Guarantee.EXTRA_RETURNS),
    "domestic_return": lambda: no_longer_wanted(Guarantee.DOMESTIC_RETURNS, ABROAD, AT_HOME),
    "domestic_return_address_abroad": lambda: no_longer_wanted(Guarantee.DOMESTIC_RETURNS, ABROAD),
}

TOLD = {
    "never_arrived": "opened.seller opened.buyer refunded.seller refunded.buyer",
    "no_dispute": "promise.buyer protection.buyer completed.seller",
    "partly_delivered": "opened.seller opened.buyer delivery_shown.buyer delivery_shown.seller narrowed.seller narrowed.buyer",
    "not_here": "opened.seller opened.buyer delivery_shown.buyer delivery_shown.seller delivery_objected.seller"
    " delivery_objected.mediators",
    "came_back": "opened.seller opened.buyer delivery_shown.buyer delivery_shown.seller delivery_undone.buyer"
    " delivery_undone.seller",
    "never_shipped": "refunded_at_close.seller refunded_at_close.buyer",
    "asks_for_more_time": "extension_asked.buyer extension_refused.seller extension_asked.buyer extension_granted.seller",
    "charged_back": "opened.seller opened.buyer external.seller external.buyer refunded.seller refunded.buyer"
    " refund_waits.seller refund_waits.buyer external.seller external.buyer",
    "charged_back_after_the_refund": "opened.seller opened.buyer refunded.seller refunded.buyer external.seller external.buyer"
    " charged.buyer",
    "charged_back_after_the_release": "completed.seller payment_failed.seller payment_failed.buyer external.seller"
    " external.buyer charged.seller",
    "haggling": "opened.seller opened.buyer proposal.seller time.seller declined.buyer time.buyer evidence.seller"
    " evidence.buyer proposal.seller proposal.buyer declined.seller proposal.buyer proposal.buyer refunded.seller"
    " refunded.buyer",
    "settled_at_once": "opened.seller opened.buyer return_granted.buyer return_shipped.seller return_delivered.seller"
    " refunded.seller refunded.buyer",
    "bad_return": "opened.seller opened.buyer return_granted.buyer return_shipped.seller return_problem.buyer"
    " return_problem.mediators decision.seller decision.buyer decision_accepted.buyer closed.seller closed.buyer",
    "reviewed": "opened.seller opened.buyer proposal.buyer escalated.seller escalated.mediators information.seller"
    " information.buyer lapsed.seller lapsed.buyer decision.seller decision.buyer decision_accepted.seller appealed.buyer"
    " appealed.mediators final_decision.seller final_decision.buyer refunded.seller refunded.buyer",
    "appealed_by_the_buyer": "opened.seller opened.buyer proposal.buyer escalated.buyer escalated.mediators"
    " information.buyer evidence.seller answered.mediators"
    " decision.seller decision.buyer appealed.seller appealed.mediators final_return.seller final_return.buyer"
    " return_granted.buyer return_granted.seller",
    "turned_up": "opened.seller opened.buyer refunded.seller refunded.buyer late_delivery.seller late_delivery.buyer"
    " refund_appealed.buyer refund_appealed.mediators final_decision.seller final_decision.buyer refund_judged.seller"
    " refund_judged.buyer charged.buyer",
    "appeals_for_nothing": "opened.seller opened.buyer proposal.buyer escalated.seller escalated.mediators decision.seller"
    " decision.buyer appealed.buyer appealed.mediators appeal_withdrawn.buyer appealed.seller appealed.mediators"
    " released.mediators appeal_lapsed.seller appeal_lapsed.buyer refunded.seller refunded.buyer completed.seller",
    "appeal_taken_back": "opened.seller opened.buyer proposal.buyer escalated.seller escalated.mediators decision.seller"
    " decision.buyer appealed.seller appealed.mediators appeal_withdrawn.seller",
    "mediated_buyer_first": "opened.seller opened.buyer proposal.buyer escalated.seller escalated.mediators"
    " mediated.seller mediated.buyer accepted.seller refunded.seller refunded.buyer",
    "mediated_seller_first": "opened.seller opened.buyer proposal.buyer escalated.seller escalated.mediators"
    " mediated.seller mediated.buyer accepted.buyer refunded.seller refunded.buyer",
    "left_to_the_clock": "opened.seller opened.buyer proposal.buyer escalated.seller escalated.buyer"
    " escalated.mediators withdrawn.seller",
    "not_sent_back": "opened.seller opened.buyer return_granted.buyer expired.seller expired.buyer",
    "replaced": "opened.seller opened.buyer proposal.buyer replacement_granted.seller"
    " replacement_granted.buyer replacement_shipped.buyer replaced.seller"
    " replaced.buyer",
    "replaced_after_a_return": "opened.seller opened.buyer evidence.buyer return_replaced.buyer"
    " return_comes.seller return_comes.seller replacement_granted.seller"
    " replacement_granted.buyer refunded.seller refunded.buyer",
    "never_seen_again": "opened.seller opened.buyer return_granted.buyer return_shipped.seller"
    " return_doubted.seller return_doubted.buyer return_doubted.mediators",
    "postage_repaid": "opened.seller opened.buyer return_granted.buyer evidence.seller"
    " return_shipped.seller refunded.seller refunded.buyer charged.seller",
    "extra_return": "return_granted.buyer return_granted.seller",
    "extra_return_no_address": "return_asked.seller return_asked.buyer refunded.seller refunded.buyer",
    "domestic_return": "return_granted.buyer return_granted.seller",
    "domestic_return_address_abroad": "return_asked.seller return_asked.buyer refunded.seller refunded.buyer",
}


@lru_cache(maxsize=1)
def everything() -> tuple[tuple[str, World, EventInContext], ...]:
    """Return every event of every story, in context."""
    told = ((name, story()) for name, story in STORIES.items())
    return tuple((name, world, it) for name, world in told for it in events_in_context(world))
